"""The mean squared error of a line through data, for the figures of lessons 02 and 03."""

import numpy as np

from calclib.labs.valleys import LOWEST
from calclib.labs.words import number

__all__ = ["LineLoss"]


class LineLoss:
    """The mean squared error of b + w·x, as a function of θ = (b, w): its lowest point, gradient and L."""

    def __init__(self, x, y):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.ndim != 1 or x.shape != y.shape or x.size < 2:
            raise ValueError(
                f"x and y have shapes {x.shape} and {y.shape}: two columns of one length from 2 up would do"
            )
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise ValueError("x or y holds what is no number: two columns without NaN and infinity would do")
        if not np.ptp(x):
            raise ValueError(f"x is {x[0]:g} everywhere, which many lines fit: at least two values would do")
        self.x, self.y = x, y
        self.X = np.stack([np.ones_like(x), x], axis=1)
        self.least = np.linalg.lstsq(self.X, y, rcond=None)[0]
        self.L = 2 * np.linalg.eigvalsh(self.X.T @ self.X / len(x))[-1]

    def __call__(self, theta):
        """The loss at each θ of (…, 2)."""
        return np.mean((theta @ self.X.T - self.y) ** 2, axis=-1)

    def above(self, theta):
        """The loss above its least, at each θ of (…, 2); never below where logarithmic axes end."""
        return np.maximum(self(theta) - self(self.least), LOWEST)

    @staticmethod
    def told(height, form=".3g"):
        """A height above the least in words; of what lies below the end of the axes there is no more to tell."""
        return f"less than {number(LOWEST)}" if height <= LOWEST else number(height, form)

    def gradient(self, theta, rows=slice(None)):
        X = self.X[rows]
        return X.T @ (X @ theta - self.y[rows]) * (2 / len(X))

    def batches(self, size):
        """The gradient from `size` rows at random, as `descend` asks for it."""
        m = len(self.y)
        return lambda theta, rng: self.gradient(theta, rng.integers(m, size=size) if size < m else slice(None))
