"""Landscapes to walk on, each with its formula, function, slope and curvature, window and stationary points.

Of the test functions of optimization: Beale 1958, Rosenbrock 1960, Himmelblau 1972, Rastrigin 1974, Styblinski and
Tang 1990, and Booth's.
"""

import numpy as np

from calclib.landscape import SEVERAL, landscape, line, plane, summed
from calclib.validate import finite_array, real

__all__ = [
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

square = line("square", "x^2", lambda x: x**2, lambda x: 2 * x, lambda x: 2, (-3, 3), [0])

wavy = line(
    "wavy",
    r"x^2 + 5 \sin x",
    lambda x: x**2 + 5 * np.sin(x),
    lambda x: 2 * x + 5 * np.cos(x),
    lambda x: 2 - 5 * np.sin(x),
    (-5, 5),
    [-1.11],
)

bowl = plane(
    "bowl",
    "x^2 + y^2 + 2x + 3y + 5",
    lambda x, y: x**2 + y**2 + 2 * x + 3 * y + 5,
    lambda x, y: (2 * x + 2, 2 * y + 3),
    lambda x, y: (2, 0, 2),
    ((-5, 3), (-5.5, 2.5)),
    [(-1, -1.5)],
)

booth = plane(
    "booth",
    "(x + 2y - 7)^2 + (2x + y - 5)^2",
    lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    lambda x, y: (10 * x + 8 * y - 34, 8 * x + 10 * y - 38),
    lambda x, y: (10, 8, 10),
    ((-10, 10), (-10, 10)),
    [(1, 3)],
)

himmelblau = plane(
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

beale = plane(
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

saddle = plane(
    "saddle",
    r"\frac{x^2}{2} - \frac{y^2}{2} + \frac{y^4}{4}",
    lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    lambda x, y: (x, y**3 - y),
    lambda x, y: (1, 0, 3 * y**2 - 1),
    ((-2, 2), (-2, 2)),
    [(0, 0), (0, 1), (0, -1)],
)

plateau = plane(
    "plateau",
    "1 - e^{-(x^2 + y^2)/2}",
    lambda x, y: 1 - np.exp(-(x**2 + y**2) / 2),
    lambda x, y: (x * np.exp(-(x**2 + y**2) / 2), y * np.exp(-(x**2 + y**2) / 2)),
    lambda x, y: tuple(part * np.exp(-(x**2 + y**2) / 2) for part in (1 - x**2, -x * y, 1 - y**2)),
    ((-6, 6), (-6, 6)),
    [(0, 0)],
)

styblinski_tang = summed(
    "styblinski_tang",
    r"\frac{1}{2} \sum_i \left(x_i^4 - 16 x_i^2 + 5 x_i\right)",
    lambda x: (x**4 - 16 * x**2 + 5 * x) / 2,
    lambda x: 2 * x**3 - 16 * x + 2.5,
    lambda x: 6 * x**2 - 16,
    (-5, 5),
    [-2.9, 0.16, 2.75],
)

rastrigin = summed(
    "rastrigin",
    r"\sum_i \left(10 + x_i^2 - 10 \cos 2 \pi x_i\right)",
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


rosenbrock = landscape(
    "rosenbrock",
    r"\sum_i \left(100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2\right)",
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
    return landscape(
        f"quadratic({eigenvalues.tolist()}, {angle:.6g})",
        r"\frac{1}{2} x^T A x",
        lambda x: (x @ A * x).sum(-1) / 2,
        lambda x: x @ A,
        lambda x: np.broadcast_to(A, (*x.shape, n)).copy(),
        ((-3, 3), (-3, 3)),
        np.zeros((int(eigenvalues.all()), n)),  # a flat direction leaves no single lowest point
        range(n, n + 1),
    )
