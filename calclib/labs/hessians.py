"""The live figures of lesson 04. Each takes any function of a point p = (x, y), a learner's or a `Landscape`."""

from calclib.labs.curvature import bending, parabola, shaper
from calclib.labs.jumps import escape, race
from calclib.labs.rates import factors, units, zigzag

__all__ = ["bending", "escape", "factors", "parabola", "race", "shaper", "units", "zigzag"]
