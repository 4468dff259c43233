"""The story of the first notebook, solved in the ninth: a classifier that learns well, and then is gone."""

from typing import NamedTuple

import numpy as np

from calclib import layers
from calclib.data import digits
from calclib.layers import ACTIVATIONS
from calclib.networks import Network
from calclib.optimizers import clip_by_global_norm
from calclib.training import train
from calclib.validate import one_of

__all__ = ["Reader", "StoryRun", "story_run"]


class Reader(Network):
    """A recurrent network that reads an image in `depth` pieces x: h ← φ(xWx + hWh + b), and answers hW + b.

    Unrolled, it is a network of `depth` layers that share their weights: on its way back the gradient meets the
    same Wh `depth` times (Pascanu, Mikolov and Bengio 2013). `residual`: h ← h + φ(xWx + hWh + b)/depth.
    """

    def __init__(self, depth=16, width=32, *, activation="relu", residual=False, loss="cross_entropy"):
        super().__init__(64, width, 10, activation=activation, residual=residual, loss=loss)
        self.depth = one_of("depth", depth, [1, 2, 4, 8, 16, 32, 64])
        self.share = 1 / depth if residual else 1.0
        shared = {"Wx": (64 // depth, width), "Wh": (width, width), "b": (width,)}
        self.lay_out([shared, self.shapes[-1]])

    def _forward(self, theta, X, train=False, rng=None):
        """The scores (n, 10), and the tape: x (depth, n, 64/depth), h (depth + 1, n, width), φ, Wh and W."""
        phi, _ = ACTIVATIONS[self.activation]
        (Wx, Wh, b), (W, b_out) = self.unpack(theta)
        x = X.reshape(len(X), self.depth, -1).swapaxes(0, 1)
        f = x @ Wx + b  # what is seen, to which each step adds what is remembered
        h = np.zeros((self.depth + 1, *f.shape[1:]))
        for t in range(self.depth):
            f[t] = phi(f[t] + h[t].dot(Wh))
            h[t + 1] = h[t] + self.share * f[t] if self.residual else f[t]
        return layers.dense(h[-1], W, b_out), (x, h, f, Wh, W)

    def backward(self, dz, tape):
        """∂loss/∂θ, flat: the weights are shared, so what each step wants of them is added up."""
        x, h, *_ = tape
        dzs = self.through_time(dz, tape)
        dWx, dWh = ((a.swapaxes(1, 2) @ dzs).sum(axis=0) for a in (x, h[:-1]))
        parts = dWx, dWh, dzs.sum(axis=(0, 1)), *layers.dense_backward(dz, h[-1])
        return np.concatenate(parts, axis=None)

    def through_time(self, dz, tape):
        """∂loss/∂z of every step, (depth, n, width), from the last step back to the first."""
        _, slope = ACTIVATIONS[self.activation]
        _, _, f, Wh, W = tape
        dzs, dh = slope(None, f) * self.share, dz.dot(W.T)
        for t in reversed(range(self.depth)):
            dzs[t] *= dh
            dh = dzs[t].dot(Wh.T) + (dh if self.residual else 0)
        return dzs

    def input_gradient(self, theta, X, dz):
        """None: a Reader looks at its image in pieces, and their gradients are in `flow`."""
        raise NotImplementedError("a Reader has no gradient of its inputs: flow, or a Network, would do")

    def flow(self, theta, X, y, rng=None):
        """For each step, and for the answer: its h twice (z is not kept), and the ∂loss/∂z that arrives there."""
        theta, (X, y) = self._theta(theta), self._batch(X, y)
        with np.errstate(all="ignore"):
            scores, tape = self._forward(theta, X)
            _, dz = self._loss(scores, y)
            steps = zip(tape[1][1:], self.through_time(dz, tape), strict=True)
            return [(h, h, dz_t) for h, dz_t in steps] + [(scores, scores, dz)]


class StoryRun(NamedTuple):
    """One run, up to and with the first epoch whose loss is not finite."""

    losses: np.ndarray  # (epochs,) mean loss of the epoch's batches
    norms: np.ndarray  # (steps,) ‖∇‖ of each batch, before clipping
    thetas: np.ndarray  # (steps, size) where each of these gradients was taken: `net.flow` shows its way back
    net: Reader


def story_run(lr=0.25, depth=16, *, seed=32655, epochs=8, clip=None, init="xavier", residual=False):
    """Train a `Reader` on the first 400 digits, 20 at a time, by plain gradient descent; a `StoryRun`.

    As it stands here, the loss falls for four epochs, and in the fifth it is not a number.
    depth: 1, 2, 4, … 64 pieces. clip: the longest gradient. init: "he", "xavier" or a standard deviation.
    """
    net, norms, thetas = Reader(depth, residual=residual), [], []
    X, y = (part[:400] for part in digits())

    def step(theta, g, *, lr):
        """Kept to six decimals: in a chaotic run the order of a sum, 1e-16, would in the end make another story;
        rounded away, it does not, and every machine tells the same one."""
        norms.append(np.linalg.norm(g))
        thetas.append(theta)
        if clip is not None:
            g = clip_by_global_norm(g, clip)
        return (np.round(theta - lr * g, 6),)

    losses = []
    for epoch in train(net, net.initialise(init, seed), X, y, step, lr=lr, epochs=epochs, batch_size=20, seed=seed):
        losses.append(epoch.loss)
        if not np.isfinite(epoch.loss):
            break
    return StoryRun(np.array(losses), np.array(norms), np.array(thetas), net)
