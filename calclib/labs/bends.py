"""How a function of a point in the plane bends, for lesson 04's figures: curvatures, their words, its level point."""

import numpy as np

from calclib.gradients import hessian
from calclib.pictures.ground import height, slope, survey

__all__ = [
    "TINY",
    "VIEW",
    "bottom",
    "curvatures",
    "curvatures_or_none",
    "kind",
    "least",
    "lowest",
    "or_nan",
    "scales",
    "steady",
]

VIEW = ((-3.0, 3.0), (-2.0, 2.0))
TINY = 1e-6  # a curvature below this part of the largest is none: differences see no more


def curvatures(f, p):
    """λ, smallest first, their axes as columns, and the Hessian of f at p, by differences if f brings none."""
    exact, p = getattr(f, "hessian", None), np.array(p, dtype=float)
    H = np.array(exact(p) if exact else hessian(lambda q: height(f, q), p), dtype=float)
    if H.shape != (2, 2) or not np.isfinite(H).all():
        raise ValueError(f"the Hessian is {H.tolist()}: two rows of two finite numbers would do")
    return *np.linalg.eigh(H), H


def steady(f, p):
    """The curvatures of f at p, with 0 for rounding; None where there are none: at a kink, or flatter than a parabola.

    There the answer depends on the step of the differences.
    """
    bends, _, H = curvatures(f, p)
    if hasattr(f, "hessian"):
        return bends
    coarse = hessian(lambda q: height(f, q), p, 5e-4 * max(1.0, np.abs(p).max()))
    rounding = 2e-7 * (np.abs(height(f, p)) + np.abs(p) @ np.abs(slope(f, p)))
    if np.abs(H - coarse).max() > max(0.1 * np.abs(H).max(), rounding):
        return None
    return np.where(np.abs(bends) > rounding, bends, 0.0)


def curvatures_or_none(f, p):
    """The curvatures of f at p, None where there are none."""
    try:
        return curvatures(f, p)[0]
    except Exception:  # whatever a learner's function raises: it is told where somebody stands
        return None


def least(bends, exact=False):
    """The size up to which one of these curvatures is none: if they are exact, what rounding leaves of 0."""
    return 1e-12 * np.abs(bends).max() if exact else TINY * max(1.0, np.abs(bends).max())


def kind(bends, exact=False):
    """What the curvatures say of the ground, in words."""
    none = least(bends, exact)
    up, down, flat = (bends > none).any(), (bends < -none).any(), (np.abs(bends) <= none).any()
    if up and down:
        return "it bends up along one axis and down along another, as at a saddle"
    if up or down:
        way, place = ("up", "bowl") if up else ("down", "dome")
        other = "λ = 0" if (bends == 0).any() else "hardly at all, λ ≈ 0"
        trough = (
            f"it bends {way} along one axis; along the other {other}, and the Hessian cannot tell what happens there"
        )
        return trough if flat else f"it bends {way} in every direction, as in a {place}"
    return "λ = 0 along both axes: it does not bend, and the Hessian tells nothing"


def lowest(X, Y, Z):
    """The lowest point of the ground. ValueError where there is none."""
    if not np.isfinite(Z).any():
        raise ValueError("f is not a number anywhere in this window")
    least = np.nanargmin(np.where(np.isfinite(Z), Z, np.nan))
    return np.array([X.flat[least], Y.flat[least]])


def bottom(f, view):
    """Where f is level: by Newton's method from its lowest point seen, or from the middle if no valley is there."""
    ground = survey(f, view, 21)
    if not np.isfinite(ground[2]).any():
        height(f, np.mean(view, axis=1))  # so that f's own error is told
    p = lowest(*ground)
    if curvatures(f, p)[0][0] <= TINY:
        p = np.mean(view, axis=1)
    for _ in range(5):
        p = p - np.linalg.pinv(curvatures(f, p)[2], rcond=TINY, hermitian=True) @ slope(f, p)
    return p


def scales(H, choice):
    """S for x = Sz, of area 1: the new units z in which the Hessian is SᵀHS."""
    bends, axes = np.linalg.eigh(H)
    S = {
        "as given": np.eye(2),
        "one scale per axis": np.diag(np.maximum(np.abs(np.diag(H)), TINY * np.abs(bends).max()) ** -0.5),
        "along the axes of H": axes * np.abs(bends) ** -0.5 @ axes.T,
    }[choice]
    return S / np.sqrt(np.linalg.det(S))


def or_nan(part, shape):
    """`part` of a point, NaN where it fails: a path may leave the ground."""

    def answer(p):
        try:
            return part(p)
        except Exception:  # whatever a learner's function raises: at the start it was told
            return np.full(shape, np.nan)

    return answer
