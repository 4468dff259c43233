"""What a landscape is: a function with exact slopes and curvatures, its valleys, passes and peaks.

In one dimension a point is a number and all is elementwise; otherwise one point is (n,), many are (…, n).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from calclib.validate import numbers

__all__ = ["SEVERAL", "Landscape", "landscape", "line", "plane", "summed"]

LINE, PLANE, ANY, SEVERAL = range(1, 2), range(2, 3), range(1, 10**9), range(2, 10**9)  # the n that will do


@dataclass(frozen=True, eq=False)
class Landscape:
    """A function f with ∇f, ∇²f, a window worth looking at, and its stationary points there, lowest first.

    Where any n will do, the window and the points are those of the plane.
    """

    name: str
    formula: str  # LaTeX
    function: Callable  # (…, n) → (…)
    gradient: Callable  # (…, n) → (…, n)
    hessian: Callable  # (…, n) → (…, n, n)
    window: tuple  # (low, high) in one dimension, ((low, high), (low, high)) in the plane
    near: tuple  # roughly where the stationary points are

    def __call__(self, x):
        """f(x): a landscape is its function."""
        return self.function(x)

    def __repr__(self):
        return f"<{self.name}: {self.formula}>"

    @cached_property
    def stationary(self):
        """Where ∇f = 0, shape (k, n), in one dimension (k,): Newton's method sharpens `near`."""
        x = np.array(self.near, dtype=float)
        for _ in range(6):  # each step doubles the number of right digits
            H, g = self.hessian(x), self.gradient(x)
            x = x - (g / H if x.ndim == 1 else np.linalg.solve(H, g[..., None])[..., 0])
        x = x[np.argsort(self(x), kind="stable")]
        x.setflags(write=False)
        return x

    @property
    def minima(self):
        """Stationary points with every curvature positive."""
        return self.stationary[(self._curvatures > 0).all(1)]

    @property
    def maxima(self):
        """Stationary points with every curvature negative."""
        return self.stationary[(self._curvatures < 0).all(1)]

    @property
    def saddles(self):
        """Stationary points that bend up along one axis and down along another."""
        return self.stationary[(self._curvatures > 0).any(1) & (self._curvatures < 0).any(1)]

    @property
    def _curvatures(self):
        H = self.hessian(self.stationary)
        return H[:, None] if H.ndim == 1 else np.linalg.eigvalsh(H)


def landscape(name, formula, f, slope, bend, window, near, n):
    """A landscape of points (…, n), for each n among those given."""
    return Landscape(name, formula, *(_guarded(name, part, n) for part in (f, slope, bend)), window, near)


def _guarded(name, part, n):
    """`part` for any numbers, in lists too; overflow is a result, what is no point is an error."""

    def answer(x):
        x = numbers("x", x)
        if n != LINE and (x.ndim == 0 or x.shape[-1] not in n):
            raise ValueError(f"{name} at x of shape {x.shape}: (…, {n[0]}{' or more' * (len(n) > 1)}) would do")
        with np.errstate(all="ignore"):
            y = part(x)
        return y if np.ndim(y) or np.iscomplexobj(y) else float(y)

    return answer


def line(name, formula, f, slope, bend, window, near):
    """A landscape in one dimension; its bend may be a constant."""
    return landscape(name, formula, f, slope, lambda x: bend(x) + 0 * x, window, near, LINE)


def plane(name, formula, f, slope, bend, window, near):
    """A landscape in the plane: slope(x, y) is (∂f/∂x, ∂f/∂y), bend(x, y) is (∂²f/∂x², ∂²f/∂x∂y, ∂²f/∂y²)."""

    def gradient(p):
        g = np.empty_like(p)
        g[..., 0], g[..., 1] = slope(p[..., 0], p[..., 1])
        return g

    def hessian(p):
        H = np.empty_like(p, shape=(*p.shape, 2))
        H[..., 0, 0], H[..., 0, 1], H[..., 1, 1] = bend(p[..., 0], p[..., 1])
        H[..., 1, 0] = H[..., 0, 1]
        return H

    return landscape(name, formula, lambda p: f(p[..., 0], p[..., 1]), gradient, hessian, window, near, PLANE)


def summed(name, formula, f, slope, bend, window, near):
    """The landscape Σᵢ f(xᵢ) for any n: slopes stand alone, the Hessian is diagonal."""

    def hessian(x):
        return bend(x)[..., None] * np.eye(x.shape[-1])

    where = (window, window), tuple(product(near, near))
    return landscape(name, formula, lambda x: f(x).sum(-1), slope, hessian, *where, ANY)
