"""The live figures of lesson 02. Each takes any function of a point p = (x, y), a learner's or a `Landscape`."""

from calclib.labs.arrows import field
from calclib.labs.cuts import hills, slices
from calclib.labs.losses import loss_map
from calclib.labs.squares import little_square
from calclib.labs.turns import dial, ring

__all__ = ["dial", "field", "hills", "little_square", "loss_map", "ring", "slices"]
