"""Numerical derivatives at a point of several variables: gradient, Jacobian, Hessian, by differences along each axis.

A point x has shape (n,); formulas and steps are those of `calclib.differences`.
"""

import numpy as np

from calclib.differences import FORMULAS, derivative, scaled, step
from calclib.validate import finite_array, function, one_of, positive

__all__ = ["directional_derivative", "gradient", "hessian", "hessian_vector_product", "jacobian"]


def gradient(f, x, h=None, *, method="central", batch=False):
    """∇f(x), shape (n,): the derivative along each axis of the point x, by any `method` of `derivative`.

    f takes a point (n,) and gives a number; with batch=True it takes points (m, n) at once and gives (m,).
    """
    formula = FORMULAS[one_of("method", method, FORMULAS)]
    x, h = _point(x, h, method)

    def along(t):  # t[i] further along axis i, for each i
        return _values(f, x + np.diag(t), batch)

    with np.errstate(all="ignore"):
        return formula(along, np.zeros(x.size), h)


def directional_derivative(f, x, direction, h=None):
    """∇f(x)·u, the slope of f at the point x along u = direction / ‖direction‖ (it is normalised here)."""
    x, direction = finite_array("x", x, 1), finite_array("direction", direction, 1)
    if direction.shape != x.shape or not direction.any():
        raise ValueError(f"direction is {direction}: {x.size} numbers, not all zero, would do")
    _, u = _polar(direction)
    h = step(np.abs(x) @ np.abs(u)) if h is None else h
    return derivative(lambda t: _values(f, [x + t * u])[0], 0.0, h)


def jacobian(f, x, h=None):
    """J with J[i, j] = ∂fᵢ/∂xⱼ, shape (m, n): column j is the central difference along axis j.

    f takes a point (n,) and gives m numbers, shape (m,).
    """
    x, h = _point(x, h, "central")
    first, *others = np.concatenate([x + np.diag(h), x - np.diag(h)])
    with np.errstate(all="ignore"):
        values = [_vector(f, first)]
        values += [_vector(f, point, values[0].shape) for point in others]
        ahead, behind = np.split(np.array(values), 2)
        return (ahead - behind).T / (2 * h)


def hessian(f, x, h=None, *, batch=False):
    """∇²f(x), shape (n, n), symmetric, from the bend of f along each axis and along the sum of each two (A&S 25.3.27).

    (a + b)ᵀH(a + b) − aᵀHa − bᵀHb = 2aᵀHb, where vᵀHv ≈ f(x + v) − 2f(x) + f(x − v). Error about 1e-8.
    f takes a point (n,) and gives a number; with batch=True it takes points (m, n) at once and gives (m,).
    """
    x, h = _point(x, h, "second")
    axes, k = np.diag(h), np.arange(x.size)
    i, j = np.nonzero(k[:, None] < k)  # each two axes once
    ways = np.concatenate([axes, axes[i] + axes[j]])
    with np.errstate(all="ignore"):
        values = _values(f, np.concatenate([x + ways, x - ways, [x]]), batch)
        bend = values[: len(ways)] + values[len(ways) : -1] - 2 * values[-1]
        alone, both = bend[: x.size], bend[x.size :]
        H = np.diag(alone / h**2)
        H[i, j] = H[j, i] = (both - alone[i] - alone[j]) / (2 * h[i] * h[j])
    return H


def hessian_vector_product(gradient_of_f, x, v, h=None):
    """∇²f(x) v ≈ (∇f(x + hv) − ∇f(x − hv)) / 2h: two gradients and no Hessian (Nocedal and Wright, §7.1).

    Taken along u = v/‖v‖, with h‖v‖ = ∛ε max(1, |x|·|u|) unless h is given; the answer has the shape (n,) of x and v.
    """
    x, v = finite_array("x", x, 1), finite_array("v", v, 1)
    if v.shape != x.shape:
        raise ValueError(f"v has shape {v.shape}: the shape of x, {x.shape}, would do")
    length, u = _polar(v)
    with np.errstate(all="ignore"):
        h = step(np.abs(x) @ np.abs(u)) if h is None else positive("h", h) * (length or 1.0)
        ahead, behind = (_vector(gradient_of_f, p, x.shape) for p in (x + h * u, x - h * u))
        return (ahead - behind) / (2 * h) * length


def _polar(v):
    """‖v‖ and v/‖v‖, or 0 and v for 0; in units of the largest entry, so that no square overflows or vanishes."""
    largest = np.abs(v).max()
    if not largest:
        return 0.0, v
    length = np.linalg.norm(v / largest)
    return largest * length, v / largest / length


def _point(x, h, method):
    """A point (n,) and a step for each of its axes (n,)."""
    x = finite_array("x", x, 1)
    return x, scaled(x, method) if h is None else np.full(x.shape, positive("h", h))


def _values(f, points, batch=False):
    """f at each of the m points, shape (m,)."""
    function("f", f)
    answers = f(points) if batch else [f(point) for point in points]
    kinds = "c" if np.iscomplexobj(points) else "buif"
    return _numbers(answers, (len(points),), f"of {len(points)} points {'at once' if batch else 'in turn'}", kinds)


def _vector(f, point, shape=(None,)):
    """f at one point, a new array (m,)."""
    return _numbers(function("f", f)(point), shape, f"of the point {point}")


def _numbers(answers, shape, of, kinds="buif"):
    """The answers of f as an array of `shape`, where None stands for any length."""
    try:
        values = np.array(answers)
    except ValueError:  # ragged
        values = np.array(None)
    if values.dtype.kind not in kinds:
        raise TypeError(f"f {of} is {answers!r}: {'complex ' * (kinds == 'c')}numbers alone would do")
    if values.shape != shape and (values.ndim != 1 or shape != (None,)):
        raise ValueError(f"f {of} has shape {values.shape}: {shape} would do".replace("None", "m"))
    return values.astype(float) if values.dtype.kind in "bui" else values  # True + True is 1, and bytes wrap round
