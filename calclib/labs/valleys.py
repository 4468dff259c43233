"""The valleys of any function of one number, with or without its slope, and the learning rates that they bear."""

from functools import cached_property

import numpy as np

from calclib.descent import descend
from calclib.differences import derivative, second_derivative
from calclib.optimizers import gradient_descent
from calclib.pictures.palette import TRUTH
from calclib.pictures.plots import sampled

__all__ = ["LOWEST", "LR", "Valleys", "rates"]

LOWEST = 1e-10  # where logarithmic axes end
LR = "learning rate α"


class Valleys:
    """A function of one number: its slope, its valleys in a window, and how they bend."""

    def __init__(self, f, x=None, slope=None):
        self.f, (self.low, self.high) = f, map(float, x or getattr(f, "window", (-3, 3)))
        self.slope = slope or getattr(f, "gradient", None) or (lambda z: derivative(self.height, z))
        self.grid = np.linspace(self.low, self.high, 801)

    def height(self, x):
        """f at a number, or at each of an array."""
        return sampled(self.f, np.asarray(x, dtype=float))

    @cached_property
    def heights(self):
        """f on the grid. ValueError if there is nothing to draw."""
        y = self.height(self.grid)
        if not np.isfinite(y).any():
            raise ValueError(f"f is no number anywhere from {self.low:g} to {self.high:g}: is a `return` missing?")
        return y

    def draw(self, ax):
        """The graph of f."""
        return ax.plot(self.grid, self.heights, color=TRUTH)

    @cached_property
    def valleys(self):
        """Every x in the window where the slope turns from below to above zero, found by halving, shape (k,)."""
        y = self.heights
        i = np.flatnonzero((y[1:-1] <= y[:-2]) & (y[1:-1] < y[2:])) + 1
        a, b = self.grid[i - 1], self.grid[i + 1]
        for _ in range(55 if i.size else 0):
            middle = (a + b) / 2
            rises = sampled(self.slope, middle) > 0
            a, b = np.where(rises, a, middle), np.where(rises, middle, b)
        return np.round((a + b) / 2, 12) + 0.0  # 0 where rounding left −1e-20

    @cached_property
    def bends(self):
        """L = f″ at each valley; None where it is too flat or too sharp (a kink) for a wall at 2/L."""
        return [self._bend(valley) for valley in self.valleys]

    def _bend(self, x):
        if hasattr(self.f, "hessian"):
            return float(self.f.hessian(x))
        fine, coarse = second_derivative(self.height, x), second_derivative(self.height, x, 2e-3)
        return fine if fine > 1e-4 and np.isclose(fine, coarse, rtol=0.3) else None

    def below(self, start):
        """(valley, L) of the next valley downhill from `start`; None for what is not there."""
        downhill = -float(self.slope(start))
        ways = self.valleys - start
        ahead = np.flatnonzero((ways * downhill > 0) | (np.abs(ways) < 1e-9))
        if ahead.size == 0:
            return None, None
        nearest = ahead[np.abs(ways[ahead]).argmin()]
        return float(self.valleys[nearest]), self.bends[nearest]

    def rates(self, start):
        """Learning rates from 0 to a little past the wall of the valley below `start`."""
        try:
            return rates(self.below(start)[1])
        except Exception:  # whatever f raised: the scene meets it too, and tells it
            return rates(None)

    def descend(self, x0, lr, steps, *, slope=None, rng=None):
        """Gradient descent, given up a thousand windows away."""
        reach = 1e3 * max(1.0, abs(self.low), abs(self.high))
        return descend(gradient_descent, slope or self.slope, x0, lr=lr, steps=steps, escape=reach, rng=rng)


def rates(L):
    """The range of learning rates from 0 to a little past 2/L."""
    return (0.0, float(f"{2.4 / L:.2g}")) if L else (0.0, 1.0)
