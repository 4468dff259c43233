"""The live figures of lesson 03. Each takes any function, with or without its slope, or the learner's own data."""

from calclib.labs.annealing import schedules
from calclib.labs.bowls import plane
from calclib.labs.cars import cloud, settling
from calclib.labs.curves import on_curve, regimes, side_by_side

__all__ = ["cloud", "on_curve", "plane", "regimes", "schedules", "settling", "side_by_side"]
