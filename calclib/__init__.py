"""calclib: the mathematics of the course, on NumPy alone, written to be read beside the formulas.

Floors, and imports only run down: mathematics (this page)
← `calclib.pictures` ← `calclib.live` ← `calclib.labs`.
"""

from calclib.data import cars, digits, spirals, split, standardise, two_moons
from calclib.descent import descend
from calclib.diagnostics import diagnose, gradient_check, layer_report
from calclib.differences import derivative, error_against_step, second_derivative
from calclib.gradients import directional_derivative, gradient, hessian, hessian_vector_product, jacobian
from calclib.integrals import integral, running_integral
from calclib.landscape import Landscape
from calclib.landscapes import (
    beale,
    booth,
    bowl,
    himmelblau,
    plateau,
    quadratic,
    rastrigin,
    rosenbrock,
    saddle,
    square,
    styblinski_tang,
    wavy,
)
from calclib.networks import Network
from calclib.optimizers import (
    adagrad,
    adam,
    adamw,
    clip_by_global_norm,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
)
from calclib.polynomials import horner
from calclib.regularization import early_stopping, elastic_net, fista, ista, l1, l2, lasso, ridge, soft_threshold
from calclib.schedules import cosine_annealing, exponential_decay, step_decay, warmup
from calclib.second_order import lbfgs, newton
from calclib.training import minibatches, train

__all__ = [
    "Landscape",
    "Network",
    "adagrad",
    "adam",
    "adamw",
    "beale",
    "booth",
    "bowl",
    "cars",
    "clip_by_global_norm",
    "cosine_annealing",
    "derivative",
    "descend",
    "diagnose",
    "digits",
    "directional_derivative",
    "early_stopping",
    "elastic_net",
    "error_against_step",
    "exponential_decay",
    "fista",
    "gradient",
    "gradient_check",
    "gradient_descent",
    "hessian",
    "hessian_vector_product",
    "himmelblau",
    "horner",
    "integral",
    "ista",
    "jacobian",
    "l1",
    "l2",
    "lasso",
    "layer_report",
    "lbfgs",
    "minibatches",
    "momentum",
    "nesterov",
    "newton",
    "plateau",
    "quadratic",
    "rastrigin",
    "ridge",
    "rmsprop",
    "rosenbrock",
    "running_integral",
    "saddle",
    "second_derivative",
    "soft_threshold",
    "spirals",
    "split",
    "square",
    "standardise",
    "step_decay",
    "styblinski_tang",
    "train",
    "two_moons",
    "warmup",
    "wavy",
]
