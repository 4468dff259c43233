"""Numerical derivatives: differences over a small step h, and how small h should be.

A formula of order p is wrong twice: by about hᵖ, because h is not zero (truncation), and by about ε/h,
because f is only known to ε ≈ 2.2e-16 of its size and that is divided by h (round-off). The sum is least
where the two balance, hᵖ = ε/h, which is at h = ε^(1/(p+1)), and is then about ε^(p/(p+1)).
"""

import numpy as np

from calclib.validate import elementwise, finite_array, one_of, positive, real

__all__ = ["FORMULAS", "STEPS", "derivative", "error_against_step", "scaled", "second_derivative", "step"]

EPSILON = float(np.finfo(float).eps)

STEPS = {
    "forward": EPSILON ** (1 / 2),  # p = 1: h ≈ 1.5e-8, error ≈ 1e-8
    "central": EPSILON ** (1 / 3),  # p = 2: h ≈ 6.1e-6, error ≈ 4e-11
    "richardson": EPSILON ** (1 / 5),  # p = 4: h ≈ 7.4e-4, error ≈ 3e-13
    "second": EPSILON ** (1 / 4),  # p = 2, but divided by h²: h² = ε/h², h ≈ 1.2e-4, error ≈ 1e-8
    "complex": 1e-20,  # nothing is subtracted, so nothing is lost: as small as one likes
}


def step(x, method="central"):
    """The best h near x: `STEPS[method]` · max(1, |x|), as the gaps between floats grow with |x|."""
    return scaled(finite_array("x", x)[()], one_of("method", method, STEPS))


def scaled(x, method):
    """`step` without its checks."""
    h = STEPS[method] * np.maximum(1, np.abs(x))
    return h if method == "complex" else (x + h) - x  # so that x and x + h are h apart, not h and a rounding


def _forward(f, x, h):
    return (f(x + h) - f(x)) / h


def _central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def _richardson(f, x, h):
    return (4 * _central(f, x, h / 2) - _central(f, x, h)) / 3  # the h² terms of the two cancel


def _complex(f, x, h):
    return np.imag(f(x + 1j * h)) / h  # f(x + ih) = f(x) + ih f′(x) − …


FORMULAS = {"forward": _forward, "central": _central, "richardson": _richardson, "complex": _complex}


def derivative(f, x, h=None, *, method="central"):
    """f′(x) ≈ (f(x + h) − f(x − h)) / 2h, or by `method` "forward", "richardson" or "complex".

    x is a number or an array; f then gets the whole array and answers elementwise. h is `step(x, method)`
    unless given. The complex step (Squire and Trapp 1998) needs an f that takes complex numbers, without abs
    and comparisons. TypeError where f cannot take what it gets.
    """
    f, x, formula = (
        elementwise("f", f),
        finite_array("x", x)[()],
        FORMULAS[one_of("method", method, FORMULAS)],
    )
    h = step(x, method) if h is None else positive("h", h)
    with np.errstate(all="ignore"):
        slope = formula(f, x, h)
    return slope if np.ndim(x) else float(slope)


def second_derivative(f, x, h=None):
    """f″(x) ≈ (f(x + h) − 2f(x) + f(x − h)) / h², for a number or elementwise over an array."""
    f, x = elementwise("f", f), finite_array("x", x)[()]
    h = step(x, "second") if h is None else positive("h", h)
    with np.errstate(all="ignore"):
        bend = (f(x + h) - 2 * f(x) + f(x - h)) / h**2
    return bend if np.ndim(x) else float(bend)


def error_against_step(f, slope, x, steps=None, *, method="central"):
    """The V-curve: steps h and |derivative(f, x, h) − slope(x)| / |slope(x)|, as two arrays.

    `slope` is the function f′; where it is 0 the error is absolute. 97 steps from 1e-16 to 1 unless given.
    """
    steps = np.logspace(-16, 0, 97) if steps is None else finite_array("steps", steps, 1)
    found = np.array([derivative(f, real("x", x), h, method=method) for h in steps])
    with np.errstate(all="ignore"):
        true = elementwise("slope", slope)(np.float64(x))
        return steps, np.abs(found - true) / (np.abs(true) or 1.0)
