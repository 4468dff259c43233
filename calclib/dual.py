"""Forward mode: dual numbers a + bε with ε² = 0 carry a slope b along with every value a."""

import numpy as np

from calclib.elementary import (
    ELEMENTARY,
    Differentiable,
    base_slope,
    cos,
    exp,
    exponent_slope,
    log,
    quiet,
    relu,
    sigmoid,
    sin,
    tanh,
)
from calclib.validate import function, numbers

__all__ = ["Dual", "cos", "exp", "log", "relu", "sigmoid", "sin", "slope", "tanh"]


class Dual(Differentiable):
    """value + slope ε, two numbers or two arrays of one shape; a constant has slope 0 (Clifford 1871)."""

    def __init__(self, value, slope=0.0):
        self.value = numbers("value", value)[()]
        self.slope = numbers("slope", slope)[()]
        if np.shape(self.slope) not in ((), np.shape(self.value)):
            shapes = f"{np.shape(self.slope)}: the shape of value, {np.shape(self.value)}"
            raise ValueError(f"slope has shape {shapes}, would do")
        self.slope = np.broadcast_to(self.slope, np.shape(self.value))[()]

    def __repr__(self):
        return f"{self.value} + {self.slope}ε"

    @staticmethod
    @quiet
    def add(x, y):
        x, y = Dual.lift(x), Dual.lift(y)
        return Dual(x.value + y.value, x.slope + y.slope)

    @staticmethod
    @quiet
    def subtract(x, y):
        x, y = Dual.lift(x), Dual.lift(y)
        return Dual(x.value - y.value, x.slope - y.slope)

    @staticmethod
    @quiet
    def multiply(x, y):
        x, y = Dual.lift(x), Dual.lift(y)
        return Dual(x.value * y.value, x.slope * y.value + x.value * y.slope)

    @staticmethod
    @quiet
    def divide(x, y):
        x, y = Dual.lift(x), Dual.lift(y)
        ratio = x.value / y.value
        return Dual(ratio, (x.slope - ratio * y.slope) / y.value)

    @staticmethod
    @quiet
    def power(x, y):
        x, y = Dual.lift(x), Dual.lift(y)
        growth = np.where(y.slope, exponent_slope(x.value, y.value) * y.slope, 0)  # mostly y is constant
        return Dual(x.value**y.value, base_slope(x.value, y.value) * x.slope + growth)

    @quiet
    def through(self, name):
        f, df = ELEMENTARY[name]
        y = f(self.value)
        return Dual(y, df(self.value, y) * self.slope)

    def __getitem__(self, index):
        return Dual(self.value[index], self.slope[index])


def slope(f, x):
    """f′(x) in one sweep, as the slope of f(x + 1ε): of a number x a number, of an array elementwise."""
    x = numbers("x", x)
    y = function("f", f)(Dual(x, 1.0))
    if not isinstance(y, Dual):
        y = Dual(numbers("f(x)", y))  # a constant
    if np.shape(y.value) not in ((), x.shape):
        raise ValueError(f"f(x) has shape {np.shape(y.value)} for x of shape {x.shape}: the same shape would do")
    return y.slope + np.zeros(x.shape) if x.ndim else float(y.slope)
