"""Landscapes to walk on: functions with exact slopes and curvatures, their valleys, passes and peaks.

In one dimension a point is a number and all is elementwise; otherwise one point is (n,), many are (…, n).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from calclib.validate import finite_array, numbers, real

__all__ = [
    "Landscape",
    "beale",
    "booth",
    "bowl",
    "himmelblau",
    "plateau",
    "quadratic",
    "rastrigin",
    "rosenbrock",
    "saddle",
    "square",
    "styblinski_tang",
    "wavy",
]


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


def _landscape(name, formula, f, slope, bend, window, near, n):
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


def _line(name, formula, f, slope, bend, window, near):
    """A landscape in one dimension; its bend may be a constant."""
    return _landscape(name, formula, f, slope, lambda x: bend(x) + 0 * x, window, near, LINE)


def _plane(name, formula, f, slope, bend, window, near):
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

    return _landscape(name, formula, lambda p: f(p[..., 0], p[..., 1]), gradient, hessian, window, near, PLANE)


def _sum(name, formula, f, slope, bend, window, near):
    """The landscape Σᵢ f(xᵢ) for any n: slopes stand alone, the Hessian is diagonal."""

    def hessian(x):
        return bend(x)[..., None] * np.eye(x.shape[-1])

    plane = (window, window), tuple(product(near, near))
    return _landscape(name, formula, lambda x: f(x).sum(-1), slope, hessian, *plane, ANY)


square = _line("square", "x^2", lambda x: x**2, lambda x: 2 * x, lambda x: 2, (-3, 3), [0])

wavy = _line(
    "wavy",
    r"x^2 + 5 \sin x",
    lambda x: x**2 + 5 * np.sin(x),
    lambda x: 2 * x + 5 * np.cos(x),
    lambda x: 2 - 5 * np.sin(x),
    (-5, 5),
    [-1.11],
)

bowl = _plane(
    "bowl",
    "x^2 + y^2 + 2x + 3y + 5",
    lambda x, y: x**2 + y**2 + 2 * x + 3 * y + 5,
    lambda x, y: (2 * x + 2, 2 * y + 3),
    lambda x, y: (2, 0, 2),
    ((-5, 3), (-5.5, 2.5)),
    [(-1, -1.5)],
)

booth = _plane(
    "booth",
    "(x + 2y - 7)^2 + (2x + y - 5)^2",
    lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    lambda x, y: (10 * x + 8 * y - 34, 8 * x + 10 * y - 38),
    lambda x, y: (10, 8, 10),
    ((-10, 10), (-10, 10)),
    [(1, 3)],
)

himmelblau = _plane(
    "himmelblau",
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    lambda x, y: (4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7), 2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)),
    lambda x, y: (12 * x**2 + 4 * y - 42, 4 * (x + y), 12 * y**2 + 4 * x - 26),
    ((-5, 5), (-5, 5)),
    [(3, 2), (-2.8, 3.1), (-3.8, -3.3), (3.6, -1.8), (-0.27, -0.92)]
    + [(0.09, 2.9), (-3.1, -0.08), (-0.13, -1.95), (3.4, 0.07)],
)

BEALE = ((1, 1.5), (2, 2.25), (3, 2.625))  # the k and c of its three terms

beale = _plane(
    "beale",
    r"\sum_{k=1}^{3} (c_k - x + x y^k)^2",
    lambda x, y: sum((c - x + x * y**k) ** 2 for k, c in BEALE),
    lambda x, y: (
        sum(2 * (c - x + x * y**k) * (y**k - 1) for k, c in BEALE),
        sum(2 * (c - x + x * y**k) * x * k * y ** (k - 1) for k, c in BEALE),
    ),
    lambda x, y: (
        sum(2 * (y**k - 1) ** 2 for k, c in BEALE),
        sum(2 * k * y ** (k - 1) * (c - 2 * x + 2 * x * y**k) for k, c in BEALE),
        sum(
            2 * x * k * ((c - x) * (k - 1) * y ** max(k - 2, 0) + x * (2 * k - 1) * y ** (2 * k - 2)) for k, c in BEALE
        ),
    ),
    ((-4.5, 4.5), (-4.5, 4.5)),
    [(3, 0.5), (0, 1), (0.1, -2.64)],
)

saddle = _plane(
    "saddle",
    r"\frac{x^2}{2} - \frac{y^2}{2} + \frac{y^4}{4}",
    lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    lambda x, y: (x, y**3 - y),
    lambda x, y: (1, 0, 3 * y**2 - 1),
    ((-2, 2), (-2, 2)),
    [(0, 0), (0, 1), (0, -1)],
)

plateau = _plane(
    "plateau",
    "1 - e^{-(x^2 + y^2)/2}",
    lambda x, y: 1 - np.exp(-(x**2 + y**2) / 2),
    lambda x, y: (x * np.exp(-(x**2 + y**2) / 2), y * np.exp(-(x**2 + y**2) / 2)),
    lambda x, y: tuple(part * np.exp(-(x**2 + y**2) / 2) for part in (1 - x**2, -x * y, 1 - y**2)),
    ((-6, 6), (-6, 6)),
    [(0, 0)],
)

styblinski_tang = _sum(
    "styblinski_tang",
    r"\frac{1}{2} \sum_i x_i^4 - 16 x_i^2 + 5 x_i",
    lambda x: (x**4 - 16 * x**2 + 5 * x) / 2,
    lambda x: 2 * x**3 - 16 * x + 2.5,
    lambda x: 6 * x**2 - 16,
    (-5, 5),
    [-2.9, 0.16, 2.75],
)

rastrigin = _sum(
    "rastrigin",
    r"\sum_i 10 + x_i^2 - 10 \cos 2 \pi x_i",
    lambda x: 10 + x**2 - 10 * np.cos(2 * np.pi * x),
    lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x),
    lambda x: 2 + 40 * np.pi**2 * np.cos(2 * np.pi * x),
    (-5.12, 5.12),
    np.arange(-10, 11) / 2,
)


def _rosenbrock_gradient(x):
    a, b, g = x[..., :-1], x[..., 1:], np.zeros_like(x)
    g[..., 1:] = 200 * (b - a**2)
    g[..., :-1] -= 400 * a * (b - a**2) + 2 * (1 - a)
    return g


def _rosenbrock_hessian(x):
    a, b, H = x[..., :-1], x[..., 1:], np.zeros_like(x, shape=(*x.shape, x.shape[-1]))
    i = np.arange(x.shape[-1] - 1)
    H[..., i + 1, i + 1] = 200
    H[..., i, i] += 1200 * a**2 - 400 * b + 2
    H[..., i, i + 1] = H[..., i + 1, i] = -400 * a
    return H


rosenbrock = _landscape(
    "rosenbrock",
    r"\sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2",
    lambda x: np.sum(100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2, axis=-1),
    _rosenbrock_gradient,
    _rosenbrock_hessian,
    ((-2, 2), (-1, 3)),
    [(1, 1)],
    SEVERAL,
)


def quadratic(eigenvalues, angle=0.0):
    """½ xᵀAx: A has these eigenvalues, along axes turned by `angle` (radians; only in the plane)."""
    eigenvalues = finite_array("eigenvalues", eigenvalues, 1)
    n = eigenvalues.size
    if real("angle", angle) and n != 2:
        raise ValueError(f"angle is {angle!r} for {n} eigenvalues: 0 would do, or 2 eigenvalues")
    turn = np.eye(n)
    if n == 2:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    A = turn * eigenvalues @ turn.T
    A = (A + A.T) / 2
    return _landscape(
        f"quadratic({eigenvalues.tolist()}, {angle:.6g})",
        r"\frac{1}{2} x^T A x",
        lambda x: (x @ A * x).sum(-1) / 2,
        lambda x: x @ A,
        lambda x: np.broadcast_to(A, (*x.shape, n)).copy(),
        ((-3, 3), (-3, 3)),
        np.zeros((int(eigenvalues.all()), n)),  # a flat direction leaves no single lowest point
        range(n, n + 1),
    )
