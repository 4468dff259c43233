"""Riemann sums: the area under a curve, cut into n strips, and the area so far."""

import numpy as np

from calclib.validate import elementwise, one_of, real, whole

__all__ = ["RULES", "integral", "running_integral"]

RULES = {  # the height of the strip between a and b; for smooth f the error falls as n⁻¹, n⁻¹, n⁻², n⁻², n⁻⁴
    "left": lambda f, a, b: f(a),
    "right": lambda f, a, b: f(b),
    "midpoint": lambda f, a, b: f((a + b) / 2),
    "trapezoid": lambda f, a, b: (f(a) + f(b)) / 2,
    "simpson": lambda f, a, b: (f(a) + 4 * f((a + b) / 2) + f(b)) / 6,  # of the parabola through all three
}


def integral(f, a, b, n=100, *, rule="trapezoid"):
    """∫ₐᵇ f(x) dx ≈ Σ height · width over n strips of equal width; from right to left (b < a) it is negative.

    f gets the array of all points and answers elementwise. `rule` is "left", "right", "midpoint", "trapezoid"
    or "simpson", which also looks at the middle of each strip, so that any n will do.
    """
    return float(running_integral(f, a, b, n, rule=rule)[1][-1])


def running_integral(f, a, b, n=100, *, rule="trapezoid"):
    """F(x) = ∫ₐˣ f(t) dt, the area so far: the n + 1 edges x from a to b, and F there, with F(a) = 0."""
    f, height = elementwise("f", f), RULES[one_of("rule", rule, RULES)]
    a, b, n = real("a", a), real("b", b), whole("n", n)
    with np.errstate(all="ignore"):
        x = np.linspace(a, b, n + 1)
        areas = height(f, x[:-1], x[1:]) * np.diff(x)
        return x, np.concatenate([[0.0], np.cumsum(areas)])
