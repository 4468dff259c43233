"""Polynomials by Horner's rule: value and slope in one sweep."""

import numpy as np

from calclib.validate import finite_array

__all__ = ["horner"]


def horner(coefficients, x):
    """p(x) and p′(x) for p = c₀xⁿ + … + cₙ, coefficients from the highest power down (Horner 1819).

    Each step makes p into p·x + c, whose slope is p′·x + p: the product rule. x is a number or an array.
    """
    coefficients, x = finite_array("coefficients", coefficients, 1), finite_array("x", x)[()]
    value, slope = 0 * x, 0 * x
    with np.errstate(all="ignore"):
        for c in coefficients:
            value, slope = value * x + c, slope * x + value
    return (value, slope) if np.ndim(x) else (float(value), float(slope))
