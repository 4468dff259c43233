"""The elementary functions and their slopes: the table in which every way of differentiating looks them up."""

from numbers import Number

import numpy as np

from calclib.validate import numbers

__all__ = ["ELEMENTARY", "Differentiable", "cos", "exp", "log", "quiet", "relu", "sigmoid", "sin", "tanh"]

quiet = np.errstate(all="ignore")  # overflow and 0/0 are results, not warnings

ELEMENTARY = {  # name: f(x), and f′ from x and y = f(x)
    "exp": (np.exp, lambda x, y: y),
    "log": (np.log, lambda x, y: 1 / x),
    "sin": (np.sin, lambda x, y: np.cos(x)),
    "cos": (np.cos, lambda x, y: -np.sin(x)),
    "tanh": (np.tanh, lambda x, y: 1 - y * y),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x, y: y * (1 - y)),  # e⁻ˣ may be ∞, and 1/∞ is 0
    "relu": (lambda x: np.maximum(x, 0), lambda x, y: np.where(x > 0, 1.0, 0.0)),  # no slope at 0, where 0 is used
}


def base_slope(x, y):
    """∂xʸ/∂x = y xʸ⁻¹, and 0 for y = 0 wherever x is."""
    return y * x ** (y - (y != 0))


def exponent_slope(x, y):
    """∂xʸ/∂y = xʸ log x, and 0 for x = 0."""
    return x**y * np.log(np.where(x == 0, 1, x))


class Differentiable:
    """What dual numbers, Vars and Tensors share: operators, comparisons, and NumPy's functions.

    Each brings `value`, the functions add, subtract, multiply, divide, power of two operands (either may be a
    constant), and `through(name)`, the chain rule for the function of that name in the table.
    """

    __slots__ = ()

    @classmethod
    def lift(cls, x):
        """x as one of these, if it is a constant."""
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        return self.add(self, other)

    def __radd__(self, other):
        return self.add(other, self)

    def __sub__(self, other):
        return self.subtract(self, other)

    def __rsub__(self, other):
        return self.subtract(other, self)

    def __mul__(self, other):
        return self.multiply(self, other)

    def __rmul__(self, other):
        return self.multiply(other, self)

    def __truediv__(self, other):
        return self.divide(self, other)

    def __rtruediv__(self, other):
        return self.divide(other, self)

    def __pow__(self, other):
        return self.power(self, other)

    def __rpow__(self, other):
        return self.power(other, self)

    def __neg__(self):
        return self.multiply(self, -1.0)

    def __lt__(self, other):
        return self.less(self, other)

    def __gt__(self, other):
        return self.less(other, self)

    def __le__(self, other):
        return self.less_equal(self, other)

    def __ge__(self, other):
        return self.less_equal(other, self)

    def __eq__(self, other):
        return self.equal(self, other) if isinstance(other, COMPARABLE) else NotImplemented

    def __ne__(self, other):
        return self.not_equal(self, other) if isinstance(other, COMPARABLE) else NotImplemented

    __hash__ = object.__hash__  # in a graph each node is itself, whatever its value

    def __bool__(self):
        return bool(self.value)

    @classmethod
    def less(cls, x, y):
        return cls.lift(x).value < cls.lift(y).value

    @classmethod
    def less_equal(cls, x, y):
        return cls.lift(x).value <= cls.lift(y).value

    @classmethod
    def equal(cls, x, y):
        return cls.lift(x).value == cls.lift(y).value

    @classmethod
    def not_equal(cls, x, y):
        return cls.lift(x).value != cls.lift(y).value

    @classmethod
    def greater(cls, x, y):
        return cls.less(y, x)

    @classmethod
    def greater_equal(cls, x, y):
        return cls.less_equal(y, x)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        """np.exp(x) is exp(x), and an operator with a NumPy number on its left is an operator of x."""
        name = ufunc.__name__
        if method != "__call__" or options:
            return NotImplemented
        if name in ELEMENTARY:
            return self.through(name)
        if name in ARITHMETIC and hasattr(self, name):
            return getattr(self, name)(*inputs)
        raise TypeError(f"np.{name} has no slope here: + − × ÷ ** and {', '.join(ELEMENTARY)} would do")


COMPARABLE = Differentiable, Number, np.ndarray
ARITHMETIC = ("add", "subtract", "multiply", "divide", "power", "matmul")
ARITHMETIC += ("less", "less_equal", "equal", "not_equal", "greater", "greater_equal")


def _function(name):
    def f(x):
        if isinstance(x, Differentiable):
            return x.through(name)
        if isinstance(x, np.ndarray) and x.dtype == object:  # an array of Vars
            return np.frompyfunc(f, 1, 1)(x)
        with np.errstate(all="ignore"):
            y = ELEMENTARY[name][0](numbers("x", x))
        return y if np.ndim(y) else y.item()

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{name}(x) of a number, an array, a Dual, a Var or a Tensor."
    return f


def _method(name):
    def f(self):
        return self.through(name)

    f.__name__, f.__qualname__, f.__doc__ = name, f"Differentiable.{name}", f"{name} of this."
    return f


exp = _function("exp")
log = _function("log")
sin = _function("sin")
cos = _function("cos")
tanh = _function("tanh")
sigmoid = _function("sigmoid")
relu = _function("relu")

for _name in ELEMENTARY:  # so that np.exp of an array of Vars finds Var.exp, and x.relu() reads well
    setattr(Differentiable, _name, _method(_name))
