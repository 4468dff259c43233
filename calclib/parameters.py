"""The parameters of a network: by layer and name, each a view of its place in one flat vector θ."""

import math

import numpy as np

from calclib.validate import non_negative, one_of, real_numbers, whole

__all__ = ["Parameters"]


class Parameters:
    """Where the parameters of each layer, {name: shape}, stand in θ, so that any optimizer trains them as one vector.

    Weights are W, biases b, and what scales and shifts in batch normalisation is γ and β: "gamma" and "beta".
    """

    def lay_out(self, shapes):
        """Give each parameter, by layer, name and shape, its place in θ."""
        self.shapes, self.places, self.size = shapes, [], 0
        for layer in shapes:
            self.places.append([])
            for shape in layer.values():
                end = self.size + math.prod(shape)
                self.places[-1].append((slice(self.size, end), shape))
                self.size = end

    def unpack(self, theta):
        """θ, or its gradient, as views: [W, b] or [W, b, γ, β] for each layer."""
        return [[theta[place].reshape(shape) for place, shape in layer] for layer in self.places]

    def named(self, theta):
        """θ, or its gradient, as a dict of views: W1, b1, (gamma1, beta1,) W2, …"""
        theta = self._theta(theta)
        names = [f"{name}{k}" for k, layer in enumerate(self.shapes, start=1) for name in layer]
        return dict(zip(names, sum(self.unpack(theta), []), strict=True))

    def initialise(self, init="he", seed=0):
        """θ with b = β = 0, γ = 1 and W ~ N(0, σ²), where σ is √(2/inputs) for "he" (He et al. 2015),
        √(2/(inputs + outputs)) for "xavier" (Glorot and Bengio 2010), or the number given."""
        rng, theta = np.random.default_rng(whole("seed", seed, 0)), np.zeros(self.size)
        for name, view in self.named(theta).items():
            if name[0] == "W":
                view[:] = deviation(init, *view.shape) * rng.standard_normal(view.shape)
            view += name.startswith("gamma")
        return theta

    def _theta(self, theta):
        theta = real_numbers("theta", theta)
        if theta.shape != (self.size,):
            raise ValueError(f"theta has shape {theta.shape}: the {self.size} parameters as a vector would do")
        return theta


def deviation(init, inputs, outputs):
    """σ of the weights of a layer: √(2/inputs), √(2/(inputs + outputs)), or the number itself."""
    if init == "he":
        return np.sqrt(2 / inputs)
    if init == "xavier":
        return np.sqrt(2 / (inputs + outputs))
    if isinstance(init, str):
        one_of("init", init, ["he", "xavier", 0.01])
    return non_negative("init", init)
