"""Newton's method and L-BFGS: descent that knows how the valley bends."""

from collections import deque

import numpy as np

from calclib.descent import ESCAPED, NO_LOWER, NO_MINIMUM, NOT_A_NUMBER, SMALL_GRADIENT, UNDER_WAY, Path
from calclib.knobs import asked
from calclib.validate import finite_array, function, non_negative, whole

__all__ = ["lbfgs", "newton"]


def newton(f, x0, *, gradient=None, hessian=None, steps=50, tol=1e-8, damped=True) -> Path:
    """x ← x − α|H|⁻¹∇f with α by line search; with damped=False the pure x ← x − H⁻¹∇f.

    |H| has the absolute curvatures of H, so that every step goes down (Nocedal & Wright, §3.4). The pure
    method climbs, and goes to saddles and maxima as readily as to minima. Either says so: a small gradient
    where a curvature is negative is "no minimum". `path.curvatures` are those of the last point.
    f: a landscape, or a function given with its gradient and hessian. x0: one point.
    """
    f, gradient, hessian, x0 = parts(f, x0, gradient=gradient, hessian=hessian)

    def direction(x, g):
        curvatures, axes = bends(hessian(x))
        if damped:
            curvatures = np.maximum(abs(curvatures), 1e-8 * max(1.0, abs(curvatures).max()))
        return -axes @ (axes.T @ g / curvatures)

    path = follow(direction, f, gradient, x0, steps, tol, search=damped)
    with np.errstate(all="ignore"):
        curvatures, _ = bends(hessian(path[-1].ravel()))
    if path.converged and curvatures[0] < -1e-8 * abs(curvatures).max():
        path = Path(path, path.end, NO_MINIMUM)
    path.curvatures = curvatures
    return path


def lbfgs(f, x0, *, gradient=None, memory=10, steps=200, tol=1e-8) -> Path:
    """x ← x − αBg with α by line search, where B ≈ H⁻¹ is known by the last pairs Δx, Δ∇f alone.

    f: a landscape, or a function given with its gradient. x0: one point. (Nocedal & Wright, §7.2)
    """
    f, gradient, x0 = parts(f, x0, gradient=gradient)
    pairs, before = deque(maxlen=whole("memory", memory)), []

    def direction(x, g):
        if before:
            pairs.append((x - before[0], g - before[1]))
        before[:] = x, g
        return -inverse_hessian_times(g, pairs)

    return follow(direction, f, gradient, x0, steps, tol)


def inverse_hessian_times(g, pairs):
    """Bg by the two-loop recursion over the pairs (s, y), from the last to the first and back."""
    shares = []
    for s, y in reversed(pairs):
        shares.append(s @ g / (s @ y))
        g = g - shares[-1] * y
    if pairs:
        s, y = pairs[-1]
        g = g * (s @ y) / (y @ y)
    for (s, y), share in zip(pairs, reversed(shares), strict=True):
        g = g + s * (share - y @ g / (s @ y))
    return g


def follow(direction, f, gradient, x0, steps, tol, search=True) -> Path:
    """The path of x ← x + αp, where p = direction(x, ∇f)."""
    steps, tol = whole("steps", steps), non_negative("tol", tol)
    x, points, why = x0.ravel(), [x0], UNDER_WAY
    with np.errstate(all="ignore"):
        while len(points) <= steps and why == UNDER_WAY:
            g = gradient(x)
            if np.linalg.norm(g) <= tol:
                why = SMALL_GRADIENT
                break
            p = direction(x, g)
            new = x + (step_length(f, gradient, x, p) if search else 1) * p
            if np.array_equal(new, x):
                why = NO_LOWER
                break
            x = new
            points.append(x.reshape(x0.shape))
            if not np.linalg.norm(x) <= 1e12:
                why = NOT_A_NUMBER if np.isnan(x).any() else ESCAPED
    return Path(points, len(points) - 1, why)


def step_length(f, gradient, x, p, tries=60) -> float:
    """An α, by bisection (0 if there is none), that falls enough, f(x + αp) ≤ f + 10⁻⁴ α∇f·p, and goes far enough,
    ∇f(x + αp)·p ≥ 0.9 ∇f·p (Wolfe 1969). f may rise by its rounding, all that is left of it near a minimum.
    """
    low, high, alpha = 0.0, np.inf, 1.0
    value, slope = f(x), gradient(x) @ p
    if not slope < 0:  # p points up, or is not a number
        return 0.0
    rounding = 4 * np.finfo(float).eps * abs(value)
    for _ in range(tries):
        if not f(x + alpha * p) <= value + 1e-4 * alpha * slope + rounding:
            high = alpha
        elif not gradient(x + alpha * p) @ p >= 0.9 * slope:
            low = alpha
        else:
            return alpha
        alpha = 2 * alpha if high == np.inf else (low + high) / 2
    return low if f(x + low * p) < value else 0.0


def bends(H):
    """The curvatures, least first, and axes of H; all NaN if H is not finite."""
    return np.linalg.eigh(H) if np.isfinite(H).all() else (np.full(len(H), np.nan), H * np.nan)


def parts(f, x0, **derivatives):
    """f and its derivatives, given or f's own, as functions of a flat point, and x0."""
    x0 = finite_array("x0", x0)
    n, shape = x0.size, x0.shape

    def flat(name, part, outer, inner):
        function(name, part, "a function of a point, or an f that has it as a method,")
        return lambda x: asked(name, part, x.reshape(shape)[()], outer).reshape(inner)

    kinds = {"gradient": (shape, (n,)), "hessian": (shape * 2, (n, n))}
    given = {name: getattr(f, name, None) if part is None else part for name, part in derivatives.items()}
    return flat("f", f, (), ()), *(flat(name, part, *kinds[name]) for name, part in given.items()), x0
