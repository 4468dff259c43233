"""A multilayer perceptron: its backward pass by hand, its parameters θ in one flat vector."""

import numpy as np

from calclib import layers
from calclib.layers import ACTIVATIONS
from calclib.parameters import Parameters
from calclib.validate import in_range, one_of, real_numbers, whole

__all__ = ["Network"]


class Network(Parameters):
    """a ← [a +] dropout(φ(norm(aW + b))), layer by layer; the last one is aW + b alone.

    `Network(64, 128, 10)`: 64 inputs, a hidden layer of 128 units, 10 outputs. `residual` puts [a +] wherever
    a layer is as wide as the one below. loss: "cross_entropy" (y: n labels 0, 1, …; `smoothing` spreads that
    share of each over all classes), "mse" (y: shaped as the outputs), or a function of scores and labels that gives
    a loss and its ∂/∂scores. θ is handed in, never kept; `running` alone is remembered, the (mean, variance) that
    batch normalisation uses at test.
    """

    def __init__(
        self,
        *sizes,
        activation="relu",
        loss="cross_entropy",
        residual=False,
        batch_norm=False,
        dropout=0.0,
        smoothing=0.0,
    ):
        if len(sizes) < 2:
            raise ValueError(f"sizes is {sizes!r}: two or more, such as 64, 10, would do")
        self.sizes = [whole("sizes", size) for size in sizes]
        self.activation = one_of("activation", activation, ACTIVATIONS)
        self.objective = loss if callable(loss) else one_of("loss", loss, ["cross_entropy", "mse"])
        self.residual, self.batch_norm = bool(residual), bool(batch_norm)
        self.dropout = in_range("dropout", dropout, 0, 1)
        self.smoothing = in_range("smoothing", smoothing, 0, 1)
        if self.smoothing and loss != "cross_entropy":
            raise ValueError(f"smoothing is {smoothing!r}: 0 would do, for it belongs to cross_entropy")
        self.running = [(np.zeros(n), np.ones(n)) for n in self.sizes[1:-1]]
        norm = [["gamma", "beta"] if self.batch_norm else []] * len(self.running) + [[]]
        pairs = zip(self.sizes[:-1], self.sizes[1:], norm, strict=True)
        self.lay_out([{"W": (n, m), "b": (m,)} | dict.fromkeys(extra, (m,)) for n, m, extra in pairs])

    def forward(self, theta, X, train=False, rng=None):
        """The outputs (n, outputs), and the tape: for each layer what its backward pass needs."""
        theta, X = self._theta(theta), self._inputs(X)
        if train and self.dropout:
            generator(rng)
        with np.errstate(all="ignore"):
            return self._forward(theta, X, train, rng)

    def _forward(self, theta, X, train=False, rng=None):
        phi, _ = ACTIVATIONS[self.activation]
        a, tape, (*hidden, (W_out, b_out)) = X, [], self.unpack(theta)
        for k, (W, b, *norm) in enumerate(hidden):
            z, mask, memory = layers.dense(a, W, b), None, None
            if norm:
                z, z_hat, gain = layers.batch_norm(z, *norm, *self._moments(k, z, train))
                memory = z_hat, gain, train
            h = phi(z)
            if train and self.dropout:
                mask = layers.dropout_mask(h.shape, self.dropout, rng)
            tape.append((a, W, z, h, mask, memory))
            h = h if mask is None else h * mask
            a = a + h if self.residual and a.shape == h.shape else h
        tape.append((a, W_out))
        return layers.dense(a, W_out, b_out), tape

    def backward(self, dz, tape):
        """∂loss/∂θ, flat, from ∂loss/∂outputs and the tape."""
        parts = []
        for dz_k, (a, *_), own, _ in self._deltas(dz, tape):
            parts = [*layers.dense_backward(dz_k, a), *own, *parts]
        return np.concatenate(parts, axis=None)

    def _deltas(self, dz, tape):
        """From the last layer to the first: ∂z, its tape, [∂γ, ∂β], and what the [a +] hands on to ∂a."""
        _, slope = ACTIVATIONS[self.activation]
        *hidden, (a, W_above) = tape
        skipped, own = 0.0, []
        yield dz, (a, W_above), own, skipped
        for a, W, z, h, mask, memory in reversed(hidden):
            da = dz.dot(W_above.T)
            if self.residual:
                da += skipped
            dz = (da if mask is None else da * mask) * slope(z, h)
            if memory:
                dz, *own = layers.batch_norm_backward(dz, *memory)
            skipped = da if self.residual and a.shape == h.shape else 0.0
            yield dz, (a, W), own, skipped
            W_above = W

    def loss_and_gradient(self, theta, X, y, rng=None):
        """The loss of a training batch and its gradient, flat as θ. Dropout draws from `rng`."""
        theta, (X, y) = self._theta(theta), self._batch(X, y)
        if self.dropout:
            generator(rng)
        with np.errstate(all="ignore"):
            return self._loss_and_gradient(theta, X, y, rng)

    def _loss_and_gradient(self, theta, X, y, rng):
        output, tape = self._forward(theta, X, train=True, rng=rng)
        loss, dz = self._loss(output, y)
        return loss, self.backward(dz, tape)

    def flow(self, theta, X, y, rng=None):
        """For each layer in training: z, h = φ(z) (the outputs, for the last), and the ∂loss/∂z that arrives."""
        theta, (X, y) = self._theta(theta), self._batch(X, y)
        if self.dropout:
            generator(rng)
        with np.errstate(all="ignore"):
            output, tape = self._forward(theta, X, train=True, rng=rng)
            back = [dz for dz, *_ in self._deltas(self._loss(output, y)[1], tape)]
        ahead = [(z, h) for _, _, z, h, *_ in tape[:-1]] + [(output, output)]
        return [(z, h, dz) for (z, h), dz in zip(ahead, reversed(back), strict=True)]

    def input_gradient(self, theta, X, dz):
        """∂/∂X of Σ dz·outputs, at test: the saliency of a score, if dz is 1 there and 0 elsewhere."""
        X, dz = self._inputs(X), real_numbers("dz", dz)
        if dz.shape != (len(X), self.sizes[-1]):
            raise ValueError(f"dz has shape {dz.shape}: that of the outputs, {(len(X), self.sizes[-1])}, would do")
        with np.errstate(all="ignore"):
            _, tape = self._forward(self._theta(theta), X)
            *_, (dz, (_, W), _, skipped) = self._deltas(dz, tape)
            return dz @ W.T + skipped

    def loss(self, theta, X, y):
        """The loss at test: no dropout, running means in batch normalisation."""
        X, y = self._batch(X, y)
        with np.errstate(all="ignore"):
            return self._loss(self._forward(self._theta(theta), X)[0], y)[0]

    def predict(self, theta, X):
        """The outputs at test: under "mse" as they are, else the probabilities that softmax makes of them."""
        with np.errstate(all="ignore"):
            output, _ = self._forward(self._theta(theta), self._inputs(X))
            return output if self.objective == "mse" else layers.softmax(output)

    def accuracy(self, theta, X, labels):
        """The share of examples whose largest output is the labelled one."""
        X = self._inputs(X)
        return float(np.mean(self.predict(theta, X).argmax(axis=1) == self._labels(labels, len(X))))

    def _loss(self, output, y):
        if self.objective == "mse":
            return layers.mse(output, y)
        if self.objective != "cross_entropy":
            return self.objective(output, y)
        return layers.softmax_cross_entropy(output, y, self.smoothing)

    def _moments(self, k, z, train):
        """Mean and variance for batch normalisation; in training the running ones follow by a tenth."""
        if not train:
            return self.running[k]
        n, mean, var = len(z), z.mean(axis=0), z.var(axis=0)
        if n < 2:
            raise ValueError("X has 1 row: batch normalisation needs at least 2 to train")
        old_mean, old_var = self.running[k]
        self.running[k] = 0.9 * old_mean + 0.1 * mean, 0.9 * old_var + 0.1 * var * n / (n - 1)
        return mean, var

    def _inputs(self, X):
        X = real_numbers("X", X)
        if X.ndim != 2 or X.shape[1] != self.sizes[0] or len(X) == 0:
            raise ValueError(f"X has shape {X.shape}: rows of {self.sizes[0]} numbers would do")
        return X

    def _batch(self, X, y):
        X, shape = self._inputs(X), (len(X), self.sizes[-1])
        if self.objective != "mse":
            return X, self._labels(y, len(X))
        y = real_numbers("y", y)
        if y.shape != shape:
            raise ValueError(f"y has shape {y.shape}: that of the outputs, {shape}, would do")
        return X, y

    def _labels(self, y, n):
        y, classes = np.asarray(y), self.sizes[-1]
        if y.shape != (n,) or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
            raise ValueError(f"y is {y!r}: {n} whole labels from 0 to {classes - 1} would do")
        return y


def generator(rng):
    """`rng` itself, if it is a NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: a generator such as np.random.default_rng(0) would do")
    return rng
