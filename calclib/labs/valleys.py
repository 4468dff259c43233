"""The valleys of any function of one number, with or without its slope, and the learning rates that they bear."""

from functools import cached_property

import numpy as np

from calclib.descent import descend
from calclib.differences import derivative, second_derivative
from calclib.labs.words import number
from calclib.optimizers import gradient_descent
from calclib.pictures.palette import TRUTH
from calclib.validate import function

__all__ = ["LOWEST", "LR", "Valleys", "along", "ends", "rates"]

LOWEST = 1e-10  # where logarithmic axes end
LR = "learning rate α"


def along(f, x, name="f"):
    """f at each of `x`, shape of x: at once where f takes arrays, else one by one, with NaN where it fails.

    Where it fails everywhere it raises what went wrong first, in a sentence.
    """
    function(name, f)
    x, problem = np.asarray(x, dtype=float), None
    with np.errstate(all="ignore"):
        try:
            y = np.asarray(f(x.copy()))
            if y.shape == x.shape and y.dtype.kind in "buif":
                return y.astype(float)
        except Exception:  # whatever a learner's function raises: one by one it is told, or passed over
            pass
        y = np.full(x.shape, np.nan)
        for i in np.ndindex(x.shape):
            try:
                y[i] = _one(f, float(x[i]), name)
            except Exception as error:
                problem = problem or error
    if problem and not np.isfinite(y).any():
        raise problem
    return y


def _one(f, x, name):
    """f(x), or a sentence (TypeError, ValueError) for what is no number."""
    try:
        y = f(x)
    except TypeError as error:
        if error.__traceback__.tb_next:  # raised within f, not by the call itself
            raise
        raise TypeError(f"{error}: {name}(x), a function of one number, would do") from None
    if np.shape(y) != () or np.asarray(y).dtype.kind not in "buif":
        raise ValueError(f"{name}(x) is {y!r:.80}: one number would do")
    return float(y)


def ends(x):
    """The window (low, high) as floats. ValueError for what is none."""
    try:
        low, high = np.asarray(x, dtype=float).tolist()
    except (TypeError, ValueError):
        low, high = 0.0, 0.0
    if not low < high:
        raise ValueError(f"the window is {x!r:.80}: (low, high) would do")
    return low, high


class Valleys:
    """A function of one number: its slope, its valleys in a window, and how they bend."""

    def __init__(self, f, x=None, slope=None):
        self.f, self.given = f, slope or getattr(f, "gradient", None)
        self.low, self.high = ends(getattr(f, "window", (-3, 3)) if x is None else x)
        self.grid = np.linspace(self.low, self.high, 801)

    def height(self, x):
        """f at a number, or at each of an array."""
        return along(self.f, x)

    def slope(self, x):
        """f′ at a number, or at each of an array: by the slope given or known, else by differences."""
        return along(self.given, x, "slope") if self.given else derivative(self.height, x)

    @cached_property
    def heights(self):
        """f on the grid. ValueError if there is nothing to draw."""
        y = self.height(self.grid)
        if not np.isfinite(y).any():
            raise ValueError(f"f is NaN or infinite from {self.low:g} to {self.high:g}: another window would do")
        return y

    def draw(self, ax):
        """The graph of f."""
        return ax.plot(self.grid, self.heights, color=TRUTH)

    @property
    def gentle(self):
        """The slope below which the ground is level, but for rounding."""
        return 1e-9 * np.ptp(self.heights[np.isfinite(self.heights)]) / (self.high - self.low)

    @cached_property
    def valleys(self):
        """Every x in the window where the slope turns from below to above zero, found by halving, shape (k,)."""
        y = self.heights
        i = np.flatnonzero((y[1:-1] <= y[:-2]) & (y[1:-1] < y[2:])) + 1
        a, b = self.grid[i - 1], self.grid[i + 1]
        for _ in range(55 if i.size else 0):
            middle = (a + b) / 2
            rises = self.slope(middle) > 0
            a, b = np.where(rises, a, middle), np.where(rises, middle, b)
        return np.round((a + b) / 2, 12) + 0.0  # 0 where rounding left −1e-20

    @cached_property
    def bends(self):
        """L = f″ at each valley; None where there is none for a wall at 2/L: at a kink, or flatter than a parabola."""
        return [self._bend(valley) for valley in self.valleys]

    def _bend(self, x):
        if hasattr(self.f, "hessian"):
            return float(self.f.hessian(x))
        aside = 4e-4 * max(1.0, abs(x))
        around = second_derivative(self.height, x + aside * np.array([-1, 0, 1]))
        steady = around.min() > 0 and around.max() < 1.3 * around.min()
        return float(around[1]) if steady else None

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

    def wall(self, L):
        """What the curvature of the valley says of the rates, in words."""
        if L is None:
            return "The valley is a kink, or flatter than a parabola: it has no curvature L, and no wall at 2/L."
        return f"Best at the bottom is 1/L = {number(1 / L, '.4g')}; the wall is 2/L = {number(2 / L, '.4g')}."

    def descend(self, x0, lr, steps, *, slope=None, rng=None):
        """Gradient descent, given up a thousand windows away, or where the slope is no number."""
        self.slope(x0)  # what breaks at the start is told
        reach, slope = 1e3 * max(1.0, abs(self.low), abs(self.high)), slope or self.slope

        def known(x, *noise):
            try:
                return slope(x, *noise)
            except Exception:  # on the way it is the end of the path
                return np.full(np.shape(x), np.nan)

        return descend(gradient_descent, known, x0, lr=lr, steps=steps, escape=reach, rng=rng)


def rates(L):
    """The range of learning rates from 0 to a little past 2/L."""
    return (0.0, float(f"{2.4 / L:.2g}")) if L else (0.0, 1.0)
