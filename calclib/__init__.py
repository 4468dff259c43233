"""calclib: the mathematics of the course, on NumPy alone, written to be read beside the formulas.

Floors, and imports only run down: mathematics (this page)
← `calclib.pictures` ← `calclib.live` ← `calclib.labs`.
"""

from calclib.differences import (
    derivative,
    directional_derivative,
    error_against_step,
    gradient,
    hessian,
    hessian_vector_product,
    jacobian,
    second_derivative,
)
from calclib.integrals import integral, running_integral
from calclib.polynomials import horner

__all__ = [
    "derivative",
    "directional_derivative",
    "error_against_step",
    "gradient",
    "hessian",
    "hessian_vector_product",
    "horner",
    "integral",
    "jacobian",
    "running_integral",
    "second_derivative",
]
