"""The checks of lesson 02: each decides by closed forms, at inputs that tell the mistakes apart."""

import math
from collections.abc import Iterable

import numpy as np

from calclib import differences, gradients
from calclib.checks import NotYet, exercise, expect
from calclib.checks.cases import judged
from calclib.checks.compare import uses

__all__ = [
    "gradient_b",
    "gradient_w",
    "kind",
    "numerical_gradient",
    "numerical_jacobian",
    "partials",
    "slope_along",
    "stationary_points",
]

LESSON = "02 Gradients: which way is up?"


@exercise(without=(gradients.gradient, differences.derivative))
def partials(partials):
    """(2xy, x² + 3y²): each partial derivative lets one variable move and holds the other."""
    for x, y in ((1.5, -2.0), (-0.5, 3.0)):
        dx, dy = 2 * x * y, x**2 + 3 * y**2
        expect(
            partials(x, y),
            (dx, dy),
            at=f"partials({x}, {y})",
            mistakes={
                "each is taken in the wrong variable: the slope along x comes first.": (dy, dx),
                "∂f/∂x holds y, so y³ is a constant there and adds nothing.": (dx + 3 * y**2, dy),
                "∂f/∂x holds y, so y³ is a constant there and its slope is 0; here it is kept.": (dx + y**3, dy),
                "y³ moves along y: its slope 3y² belongs to the second one.": (dx + 3 * y**2, x**2),
                "in ∂f/∂x the slope of x² is 2x; the 2 is missing.": (x * y, dy),
                "in ∂f/∂x the slope of x² is 2x; here the x is lost.": (2 * y, dy),
                "a factor that is held stays: the y of x²y in ∂f/∂x, and the x² in ∂f/∂y.": (2 * x, 3 * y**2),
                "∂f/∂y holds x, so x²y is x² times y, and its slope along y is x².": (dx, 2 * x * y + 3 * y**2),
                "∂f/∂y holds x, so the derivative of x² does not come in.": (dx, 2 * x + 3 * y**2),
                "in ∂f/∂y the first term, x²y, has the slope x², which is missing.": (dx, 3 * y**2),
                "in ∂f/∂x the y of x²y stays: it is a factor that is held.": (2 * x, dy),
                "both variables moved at once: hold y for the first, x for the second.": (dx + dy, dx + dy),
                "in ∂f/∂y the term y³ has the slope 3y²; here it is y².": (dx, x**2 + y**2),
                "in ∂f/∂y the term y³ is kept; its slope is 3y².": (dx, x**2 + y**3),
                "in ∂f/∂y the slope of y³ is 3y²; 2y would be that of y².": (dx, x**2 + 2 * y),
                "in ∂f/∂y the slope of y³ is 3y²; here it is 3y.": (dx, x**2 + 3 * y),
                "in ∂f/∂y the slope of x²y is x²; here the whole term is kept.": (dx, x**2 * y + 3 * y**2),
                "each slope keeps the other term as it is; a term that is held has the slope 0.": (
                    dx + y**3,
                    x**2 * y + 3 * y**2,
                ),
                "the slope of y³ along y is 3y², not 3x².": (dx, x**2 + 3 * x**2),
                "the two slopes are added up; give them apart, as a pair.": dx + dy,
                "this is the first slope alone; the second one is wanted too.": dx,
                "this is f itself; its two slopes are wanted.": x**2 * y + y**3,
            },
        )


def bent(p):
    """sin x + x y², and z² where there is a third coordinate; gradient (cos x + y², 2xy, 2z)."""
    return math.sin(p[0]) + p[0] * p[1] ** 2 + sum(p[2:] ** 2)


@exercise(without=(gradients.gradient, gradients.jacobian))
def numerical_gradient(numerical_gradient):
    """(∇f)ᵢ ≈ (f(p + heᵢ) − f(p − heᵢ)) / 2h: one axis at a time, two evaluations for each."""
    for p, h in ((np.array([0.5, -1.5, 2.0]), 0.1), (np.array([1.0, 2.0]), 0.05)):
        axes = h * np.eye(p.size)
        ahead, behind = (np.array([bent(q) for q in rows]) for rows in (p + axes, p - axes))
        both, here = (ahead - behind) / (2 * h), bent(p)
        asked = []

        def f(q, asked=asked):
            asked.append(np.array(q, dtype=float))
            return bent(q)

        got = numerical_gradient(f, p, h)
        uses(h, asked, p)
        moved = [axes[: i + 1].sum(0) for i in range(p.size)]
        both_behind = np.array([(bent(p + e) - bent(p - e)) / (2 * h) for e in moved])
        all_at_once = np.full(p.size, (bent(p + h) - bent(p - h)) / (2 * h))
        creeping = [p + axes[: i + 1].sum(0) for i in range(p.size)]
        left_behind = np.array([(bent(q) - here) / h for q in creeping])
        low = [p - axes[:i].sum(0) for i in range(p.size)]
        stayed_low = np.array([(bent(q + e) - bent(q - e)) / (2 * h) for q, e in zip(low, axes, strict=True)])
        expect(
            got,
            both,
            at=f"numerical_gradient(f, {p.tolist()}, h={h}) for f(p) = sin(p[0]) + p[0]·p[1]²"
            + (" + p[2]²" if p.size > 2 else ""),
            mistakes={
                "these are forward differences; the central one uses p + h and p - h.": (ahead - here) / h,
                "these are backward differences; the central one uses p + h and p - h.": (here - behind) / h,
                "twice too large: is the 2 in 2h missing?": 2 * both,
                "all are 0, as where both places are one: a = p is no copy, a = p.copy() is.": 0 * both,
                "in Python a / 2 * h multiplies by h: put 2 * h in brackets.": (ahead - behind) / 2 * h,
                "the division by 2h is missing.": ahead - behind,
                "the sign is turned: f(p + h) comes first.": -both,
                "all coordinates moved at once; move one, hold the others.": all_at_once,
                "each coordinate stayed moved while the next one moved: start from p again.": left_behind,
                "each coordinate stayed moved while the next one moved: begin each i with zeros.": both_behind,
                "each coordinate stays at p - h while the next one moves: put it back.": stayed_low,
                "only the first two entries are filled; p may have any number of them.": both * (np.arange(p.size) < 2),
                "a slope downhill is negative: no abs().": abs(both),
                "the entries are whole numbers: np.zeros(n) holds fractions, an array of integers cuts them off.": (
                    np.trunc(both)
                ),
                "the coordinate moves by 1; it moves by h.": np.array(
                    [bent(p + e) - bent(p - e) for e in np.eye(p.size)]
                )
                / (2 * h),
                "all coordinates moved at once, and one number came; move one, hold the others.": all_at_once[0],
                "this is the last slope alone: g[i] = …, not g = ….": both[-1],
                "only the first entry is filled: is `return` inside the loop?": both * (np.arange(p.size) == 0),
                "only f(p - h) is divided: put f(p + h) - f(p - h) in brackets.": ahead - behind / (2 * h),
                "this is the slope along the first axis alone, for every entry.": np.full(p.size, both[0]),
                "the slopes are added into one number; the gradient keeps them apart.": both.sum(),
                "this is the length of the gradient; the gradient keeps the slopes apart.": np.linalg.norm(both),
                "this has length 1; the gradient keeps its own length.": both / np.linalg.norm(both),
                "this is the slope along the first axis alone; the gradient has one for each axis.": both[0],
            },
        )


@exercise(without=(gradients.directional_derivative,))
def slope_along(slope_along):
    """∇f·v/‖v‖: a direction has no length, so v is made a unit vector before the dot product."""

    def f(p):
        return p[0] ** 2 * p[1] + 3 * p[1]

    def case(*given):
        p, v = np.array(given)
        g, length = np.array([2 * p[0] * p[1], p[0] ** 2 + 3]), np.linalg.norm(v)
        wanted, steepest = g @ v / length, np.linalg.norm(g)
        there = np.array([2 * v[0] * v[1], v[0] ** 2 + 3])
        return (
            slope_along(f, p, v),
            wanted,
            f"slope_along(f, {p.tolist()}, {v.tolist()}) for f(p) = p[0]²·p[1] + 3·p[1]",
            {
                "the direction is not normalised: divide v by its length, so that a longer v is no steeper.": g @ v,
                "v is divided by the square of its length; once by its length is enough.": wanted / length,
                "len(v) counts the entries of v; its length is np.linalg.norm(v).": g @ v / len(v),
                "v is divided by its largest entry; its length is the root of the sum of squares.": g
                @ v
                / np.abs(v).max(),
                "this is the rise of a whole step of length 1, not the slope at p.": f(p + v / length) - f(p),
                "v is divided by the sum of its entries; its length is the root of the sum of squares.": g @ v / sum(v),
                "v is divided by the sum of its sizes; its length is the root of the sum of squares.": g
                @ v
                / sum(abs(v)),
                "this is the length of ∇f, the steepest slope of all; the direction does not come in.": steepest,
                "this is the cosine of the angle alone: v loses its length, ∇f keeps it.": wanted / steepest,
                "it is v that is made a unit vector; here ∇f is divided by its own length.": g @ v / steepest,
                "the gradient is taken at v; the point is p, and v the direction.": there @ v / length,
                "the gradient is taken at v, and multiplied by p: take it at p, and go along v.": there @ p / length,
                "this is the rise of the whole step v, not the slope at p.": f(p + v) - f(p),
                "p and v are exchanged: take the gradient at p, and go along v.": there @ p / np.linalg.norm(p),
                "this is the size of the slope; downhill it is negative.": abs(wanted),
                "the sign is turned.": -wanted,
                "the products are not added up: a slope is one number.": g * v / length,
                "the products are not added up, and v is not normalised.": g * v,
                "this is the gradient; its dot product with the unit direction is missing.": g,
            },
        )

    points = ((1.0, 3.0), (3.0, 4.0)), ((-1.0, 0.5), (2.0, -1.0)), ((2.0, -1.0), (0.0, -0.5))
    judged(case(*these) for these in points)


@exercise
def stationary_points(stationary_points):
    """3x² − 3 = 0 and 3y² − 12 = 0 together: x = ±1 with y = ±2, four points in all."""
    got, at = stationary_points(), "stationary_points()"
    if isinstance(got, Iterable) and not isinstance(got, str | np.ndarray | dict):
        got = list(got)
    try:
        points = np.asarray(got)
        points = points.astype(float) if points.dtype.kind in "iufO" else np.array(None, dtype=float)
    except (OverflowError, TypeError, ValueError):
        points = np.array(None, dtype=float)
    if points.shape == (2,):
        points = points[None]
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all() or isinstance(got, str):
        raise NotYet(f"{at} should be a list of points, such as [(0, 0), (1, 5)], and {got!r:.60} came.")
    if points.shape == (2, 2) and [set(np.abs(part)) for part in points] == [{1}, {2}]:
        raise NotYet(f"{at} holds the x and then the y; points are wanted, (x, y), and each x goes with each y.")
    for x, y in points:
        g = np.array([3 * x**2 - 3, 3 * y**2 - 12])
        if np.abs(g).max() > 1e-5:
            other = np.allclose([3 * y**2 - 3, 3 * x**2 - 12], 0)
            cure = "x and y are swapped." if other else "both slopes must be zero there."
            if g[0] == 0 and abs(y) == 4:
                cure = "3y² = 12 says that y² is 4, and y is its root."
            raise NotYet(f"At ({x:g}, {y:g}) the slopes are {g[0]:g} along x and {g[1]:g} along y: {cure}")
    found = {tuple(p) for p in np.round(points, 6).tolist()}
    if len(found) < 4:
        cure = "a square has two roots, and each x goes with each y."
        raise NotYet(f"{len(found)} of 4 found, and the ground is level there; the others are missing: {cure}")


WALKS = {  # f: the same as a function, a point, its kind, and why another answer is wrong
    "x² + y²": (
        lambda p: p[0] ** 2 + p[1] ** 2,
        (0.0, 0.0),
        "minimum",
        "the gradient is zero there, and all around the ground is higher.",
    ),
    "x² + 2y²": (
        lambda p: p[0] ** 2 + 2 * p[1] ** 2,
        (1.0, 0.0),
        "slope",
        "the gradient is not zero there.",
    ),
    "−x² − 2y²": (
        lambda p: -(p[0] ** 2) - 2 * p[1] ** 2,
        (0.0, 0.0),
        "maximum",
        "a zero gradient does not make a minimum: around it the ground is lower.",
    ),
    "x² − y²": (
        lambda p: p[0] ** 2 - p[1] ** 2,
        (0.0, 0.0),
        "saddle",
        "a zero gradient does not make a minimum: along y the ground is lower.",
    ),
    "x² + y² + 4xy": (
        lambda p: p[0] ** 2 + p[1] ** 2 + 4 * p[0] * p[1],
        (0.0, 0.0),
        "saddle",
        "the ground rises along both axes, but falls along the diagonal: look all around.",
    ),
    "9 − x² − y²": (
        lambda p: 9 - p[0] ** 2 - p[1] ** 2,
        (0.0, 0.0),
        "maximum",
        "compare with the height at the point itself, which is 9.",
    ),
    "x − 2y²": (
        lambda p: p[0] - 2 * p[1] ** 2,
        (0.0, 0.5),
        "slope",
        "the gradient is (1, −2) there, and that is not zero.",
    ),
    "−x² − 3y": (
        lambda p: -(p[0] ** 2) - 3 * p[1],
        (1.0, 0.0),
        "slope",
        "both slopes are below zero there; it is the length of the gradient that counts.",
    ),
    "(x − 1)(y + 2)": (
        lambda p: (p[0] - 1) * (p[1] + 2),
        (1.0, -2.0),
        "saddle",
        "the walk goes around p, so each place on it is p plus a step.",
    ),
    "x² + y² − 5x⁴": (
        lambda p: p[0] ** 2 + p[1] ** 2 - 5 * p[0] ** 4,
        (0.0, 0.0),
        "minimum",
        "close by, the ground is higher all around: walk on a small circle, of radius 0.01.",
    ),
    "eˣ − x + y²": (
        lambda p: np.exp(p[0]) - p[0] + p[1] ** 2,
        (0.0, 0.0),
        "minimum",
        "the gradient is zero there, and all around the ground is higher.",
    ),
    "3y": (
        lambda p: 3 * p[1],
        (0.0, 0.0),
        "slope",
        "the gradient is (0, 3) there: both of its numbers count.",
    ),
    "x − y": (
        lambda p: p[0] - p[1],
        (0.0, 0.0),
        "slope",
        "the gradient is (1, −1) there, and in a sum its numbers cancel: its length counts.",
    ),
    "0.1x + y²": (
        lambda p: 0.1 * p[0] + p[1] ** 2,
        (0.0, 0.0),
        "slope",
        "the gradient is (0.1, 0) there, and that is not zero: allow less, such as 1e-4.",
    ),
    "0.001x + y²": (
        lambda p: 0.001 * p[0] + p[1] ** 2,
        (0.0, 0.0),
        "slope",
        "the gradient is (0.001, 0) there, and longer than 1e-4.",
    ),
    "x² + 50y³": (
        lambda p: p[0] ** 2 + 50 * p[1] ** 3,
        (0.0, 0.0),
        "saddle",
        "towards negative y the ground is lower: walk the whole way around.",
    ),
    "10x² − y²": (
        lambda p: 10 * p[0] ** 2 - p[1] ** 2,
        (0.0, 0.0),
        "saddle",
        "near the y axis the ground is lower: look all around, in more directions.",
    ),
}


def level_called_slope(kind):
    """Why level ground is no slope, by what `kind` says of a slope and of flat ground."""
    f, p, *_ = WALKS["x² + 2y²"]
    if str(kind(f, np.array(p))).strip().lower() != "slope":
        return "and a true slope is called none: is a comparison turned round?"
    if str(kind(lambda p: 0 * p[0], np.zeros(2))).strip().lower() == "slope":
        return "flat ground, whose gradient is exactly zero, is called so, too. What decides is the gradient's length."
    return "a numerical gradient is never exactly zero, so allow a little, such as 1e-4."


@exercise
def kind(kind):
    """∇f = 0 says "level" and no more; the walk around shows whether it is a valley, a peak or a pass."""
    for name, (f, p, wanted, cure) in WALKS.items():
        got = kind(f, np.array(p))
        if not isinstance(got, str) or got.strip().lower() not in ("minimum", "maximum", "saddle", "slope"):
            raise NotYet(f"kind returns {got!r:.60}, where 'minimum', 'maximum', 'saddle' or 'slope' should be.")
        if got.strip().lower() != wanted:
            if got.strip().lower() == "slope":
                cure = level_called_slope(kind)
            at = f"{name} at ({p[0]:g}, {p[1]:g})"
            raise NotYet(f"{at} has a {wanted}, and {got!r:.60} came: {cure}")


@exercise(without=(gradients.jacobian,))
def numerical_jacobian(numerical_jacobian):
    """J[i, j] = ∂Fᵢ/∂xⱼ: a row for each output, a column for each input."""

    def three(p):
        return np.array([p[0] ** 2 * p[1], 5 * p[1], math.sin(p[0]) + p[1] ** 3])

    def two(p):
        return np.array([p[0] * p[1], p[0] + p[1] ** 2])

    def wide(p):
        return np.array([p[0] * p[2], p[1] ** 2])

    for F, formula, p in (
        (two, "(xy, x + y²)", (1.5, 0.5)),
        (three, "(x²y, 5y, sin x + y³)", (0.5, 2.0)),
        (wide, "(xz, y²)", (1.0, -0.5, 2.0)),
    ):
        p, h = np.array(p), 0.1
        axes = h * np.eye(p.size)
        ahead, behind = np.array([F(q) for q in p + axes]).T, np.array([F(q) for q in p - axes]).T
        J, here = (ahead - behind) / (2 * h), F(p)[:, None]
        asked = []

        def recorded(q, F=F, asked=asked):
            asked.append(np.array(q, dtype=float))
            return F(q)

        got = numerical_jacobian(recorded, p, h)
        uses(h, asked, p)
        expect(
            got,
            J,
            at=f"numerical_jacobian(F, {p.tolist()}, h=0.1) for F(p) = {formula}",
            mistakes={
                "this is the transpose: outputs belong to rows, inputs to columns.": J.T,
                "these are forward differences; the central one uses p + h and p - h.": (ahead - here) / h,
                "forward differences, and transposed: outputs belong to rows.": ((ahead - here) / h).T,
                "twice too large: is the 2 in 2h missing?": 2 * J,
                "twice too large, and transposed: outputs belong to rows.": 2 * J.T,
                "the sign is turned: F(p + h) comes first.": -J,
                "the division by 2h is missing.": ahead - behind,
                "in Python a / 2 * h multiplies by h: put 2 * h in brackets.": (ahead - behind) / 2 * h,
                "in Python a / 2 * h multiplies by h; and outputs belong to rows.": (ahead - behind).T / 2 * h,
                "all inputs moved at once; move one at a time, a column for each.": (F(p + h) - F(p - h)) / (2 * h),
                "the outputs are added up; the Jacobian has a row for each.": J.sum(axis=0),
                "the inputs are added up; the Jacobian has a column for each.": J.sum(axis=1),
                "this is the first column alone: is `return` inside the loop?": J[:, :1],
                "only the first two inputs are moved; there may be more.": J[:, :2],
                "this is the first column alone, the slopes along x.": J[:, 0],
                "this is the first row alone, the gradient of the first output.": J[0],
            },
        )


ROWS = (  # X, y, w, b; as many rows as columns first: there a forgotten transpose has the right shape
    (
        np.array([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0], [0.5, 0.0, 2.0]]),
        np.array([2.0, 1.0, -1.0]),
        np.array([0.5, -1.0, 2.0]),
        0.3,
    ),
    (
        np.array([[1.0, 0.5, 2.0], [2.0, 0.0, -1.0], [-1.0, 1.5, 0.0], [0.5, 3.0, 1.0]]),
        np.array([1.0, 2.0, 0.0, 4.0]),
        np.array([1.0, 2.0, -1.0]),
        -0.5,
    ),
)


@exercise(without=(gradients.gradient, differences.derivative))
def gradient_w(gradient_w):
    """∂L/∂w = (2/m) Xᵀ(Xw + b − y): each miss pulls with the weight of its own features."""
    for X, y, w, b in ROWS:
        m, error = len(y), X @ w + b - y
        wanted = 2 / m * X.T @ error
        mistakes = {
            "the 2 from the square is missing.": wanted / 2,
            "the 1/m of the mean is missing: this is the gradient of the sum.": wanted * m,
            "a quarter of it: 1/(2m) stands where 2/m should; the 2 of the square comes in front.": wanted / 4,
            "the 2 from the square and the 1/m of the mean are both missing.": wanted * m / 2,
            "the sign is turned: it is 2/m Xᵀ(Xw + b − y).": -wanted,
            "the errors are squared; only in the loss are they.": 2 / m * X.T @ error**2,
            "b is left out of the error.": 2 / m * X.T @ (X @ w - y),
            "the mean is over the features; the loss is a mean over the m rows.": wanted * m / w.size,
            "these are the terms of the rows, not yet added up.": 2 / m * X * error[:, None],
            "this is the slope in b: X is missing.": 2 * error.mean(),
            "this is the loss itself, not its gradient.": np.mean(error**2),
            "the entries are added up; the gradient has one for each weight, the shape of w.": wanted.sum(),
            "this is 2/m times the error, one number for each row; Xᵀ is missing.": 2 / m * error,
            "it is divided by X.size, all entries; the mean is over the rows, len(y).": wanted / w.size,
            "* multiplies entry by entry; Xᵀ times the error is a sum over the rows, X.T @ error.": 2 / m * X.T * error,
            "an error below zero pulls the other way: its sign stays, no abs().": 2 / m * X.T @ np.abs(error),
            "y is added; the error is Xw + b − y.": 2 / m * X.T @ (X @ w + b + y),
            "the inner derivative is X, not w: w is what changes.": 2 * error.mean() * w,
            "one number came; the mean is over the rows alone, axis=0.": 2 * np.mean(X * error[:, None]),
            "these are the terms of the rows, not yet their mean.": 2 * X * error[:, None],
            "each error belongs to its own row of X: multiply first, then take the mean.": 2
            * error.mean()
            * X.mean(axis=0),
            "the error is Xw + b − y; here it is Xw alone.": 2 / m * X.T @ (X @ w),
            "b belongs in the error: Xᵀ(Xw + b − y).": 2 / m * X.T @ (X @ w - y) + b,
            "this is w after a step of descent; here the gradient alone is wanted.": w - wanted,
        }
        if X.shape[0] == X.shape[1]:
            mistakes["X is to be transposed: each weight gathers over the rows, Xᵀ(…)."] = 2 / m * X @ error
            mistakes["X is to be transposed, and the 2/m is missing: 2/m Xᵀ(…)."] = X @ error
            by_column = "row i of X belongs to error i: X * error multiplies columns; X.T * error does it."
            mistakes[by_column] = 2 * np.mean(X * error, axis=0)
        expect(
            gradient_w(X, y, w, b),
            wanted,
            at=f"gradient_w(X, y, w, b) for X = {X.tolist()}, y = {y.tolist()}, w = {w.tolist()}, b = {b}",
            mistakes=mistakes,
        )


@exercise(without=(gradients.gradient, differences.derivative))
def gradient_b(gradient_b):
    """∂L/∂b = (2/m) Σ(Xw + b − y): twice the mean miss."""
    for X, y, w, b in ROWS:
        m, error = len(y), X @ w + b - y
        wanted = 2 * error.mean()
        expect(
            gradient_b(X, y, w, b),
            wanted,
            at=f"gradient_b(X, y, w, b) for X = {X.tolist()}, y = {y.tolist()}, w = {w.tolist()}, b = {b}",
            mistakes={
                "the 2 from the square is missing.": wanted / 2,
                "the 1/m of the mean is missing: this is the slope of the sum.": wanted * m,
                "a quarter of it: 1/(2m) stands where 2/m should; the 2 of the square comes in front.": wanted / 4,
                "the 2 from the square and the 1/m of the mean are both missing.": wanted * m / 2,
                "the sign is turned: it is 2/m times the sum of Xw + b − y.": -wanted,
                "an error below zero pulls the other way: its sign stays, no abs().": 2 * np.abs(error).mean(),
                "b is left out of the error.": 2 * (X @ w - y).mean(),
                "this is one slope for each row; the loss is their mean.": 2 * error,
                "the slope in b carries no X: b stands alone in the error.": 2 / m * X.T @ error,
                "this is the loss itself, not its slope.": np.mean(error**2),
                "the errors are squared; only in the loss are they.": 2 * np.mean(error**2),
                "the mean is over the features; the loss is a mean over the m rows.": wanted * m / w.size,
                "this is b after a step of descent; here the slope alone is wanted.": b - wanted,
                "y is added; the error is Xw + b − y.": 2 * (X @ w + b + y).mean(),
                "the slope in b carries no X, and it is one number.": 2 * (X.T @ error).mean(),
                "2b is the slope of b² alone; the error is Xw + b − y.": 2 * b,
                "the slope is multiplied by b; the inner derivative in b is 1.": wanted * b,
            },
        )
