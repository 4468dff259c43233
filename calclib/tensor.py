"""Reverse mode for arrays: what Var does for numbers, with broadcasting, sums and matrix products."""

import numpy as np

from calclib.autodiff import BIRTHS, ancestors
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
from calclib.layers import column_sums
from calclib.validate import function, numbers

__all__ = ["Tensor", "cos", "exp", "grad", "log", "relu", "sigmoid", "sin", "tanh", "value_and_grad"]


class Tensor(Differentiable):
    """An array that knows what made it: a name, and edges (parent, pull).

    Where a Var has a slope, a Tensor has a linear map: pull takes ∂y/∂self to its share of ∂y/∂parent. Constants
    are plain arrays and have no edges.
    """

    __slots__ = ("born", "edges", "grad", "name", "value")

    def __init__(self, value, name="", *edges):
        self.value = value if type(value) is np.ndarray and value.dtype == float else numbers("value", value)
        self.name = name
        self.edges = [edge for edge in edges if isinstance(edge[0], Tensor)]
        self.grad = None
        self.born = next(BIRTHS)

    def __repr__(self):
        return f"Tensor({self.value}{self.name and ', ' + repr(self.name)})"

    def __array__(self, *_, **__):
        raise TypeError("a Tensor is no array: + − × ÷ ** @, its methods and [ ] would do")

    @quiet
    def backward(self):
        """∂self/∂node, for self a single number, into every node's `grad`, an array of the node's shape."""
        if self.value.size != 1:
            raise ValueError(f"backward() from shape {self.value.shape}: a single number, such as a sum, would do")
        nodes = ancestors(self)
        for node in nodes:
            node.grad = None
        self.grad = np.ones(self.value.shape)
        for node in reversed(nodes):
            for parent, pull in node.edges:
                share = pull(node.grad)
                if share.shape != parent.value.shape:
                    share = unbroadcast(share, parent.value.shape)
                parent.grad = share if parent.grad is None else parent.grad + share
        for node in nodes:
            if not node.edges:  # what the caller may go on to change is its own: + hands one array to two
                node.grad = np.array(node.grad)

    @staticmethod
    @quiet
    def add(a, b):
        return Tensor(value(a) + value(b), "+", (a, lambda g: g), (b, lambda g: g))

    @staticmethod
    @quiet
    def subtract(a, b):
        return Tensor(value(a) - value(b), "−", (a, lambda g: g), (b, lambda g: -g))

    @staticmethod
    @quiet
    def multiply(a, b):
        x, y = value(a), value(b)
        return Tensor(x * y, "×", (a, lambda g: g * y), (b, lambda g: g * x))

    @staticmethod
    @quiet
    def divide(a, b):
        x, y = value(a), value(b)
        return Tensor(x / y, "÷", (a, lambda g: g / y), (b, lambda g: -g * x / y / y))

    @staticmethod
    @quiet
    def power(a, b):
        x, y = value(a), value(b)
        return Tensor(x**y, "**", (a, lambda g: g * base_slope(x, y)), (b, lambda g: g * exponent_slope(x, y)))

    @staticmethod
    @quiet
    def matmul(a, b):
        """AB of matrices or vectors; Ḡ = ∂y/∂(AB) pulls back to ḠBᵀ and AᵀḠ."""
        A, B = np.asarray(value(a)), np.asarray(value(b))
        if A.ndim not in (1, 2) or B.ndim not in (1, 2) or A.shape[-1] != B.shape[0]:
            raise ValueError(f"@ of shapes {A.shape} and {B.shape}: matrices or vectors that fit would do")
        if A.ndim == 1:  # a row
            return Tensor(A.dot(B), "@", (a, lambda g: np.dot(B, g)), (b, lambda g: np.multiply.outer(A, g)))
        if B.ndim == 1:  # a column
            return Tensor(A.dot(B), "@", (a, lambda g: np.multiply.outer(g, B)), (b, lambda g: A.T.dot(g)))
        # dot does what @ does, and for small matrices takes half the time.
        return Tensor(A.dot(B), "@", (a, lambda G: G.dot(B.T)), (b, lambda G: A.T.dot(G)))

    def __matmul__(self, other):
        return self.matmul(self, other)

    def __rmatmul__(self, other):
        return self.matmul(other, self)

    @quiet
    def through(self, name):
        f, slope = ELEMENTARY[name]
        x = self.value
        y = f(x)
        return Tensor(y, name, (self, lambda g: g * slope(x, y)))

    @quiet
    def mean(self, axis=None, dtype=None, out=None, keepdims=False):
        """Σ / number of terms over the axes, all unless given; np.mean calls this (dtype and out are not used)."""
        x = self.value
        kept = np.add.reduce(x, axis, keepdims=True)
        count = x.size / kept.size
        mean = (kept if keepdims else kept.squeeze(axis)) / count
        return Tensor(mean, "mean", (self, lambda g: np.full(x.shape, g.reshape(kept.shape) / count)))

    @quiet
    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        """Σ over the axes, all unless given; np.sum calls this (dtype and out are not used)."""
        x = self.value
        kept = np.add.reduce(x, axis, keepdims=True)
        total = kept if keepdims else kept.squeeze(axis)
        return Tensor(total, "sum", (self, lambda g: np.full(x.shape, g.reshape(kept.shape))))

    def reshape(self, *shape):
        return Tensor(self.value.reshape(*shape), "reshape", (self, lambda g: g.reshape(self.value.shape)))

    @property
    def T(self):
        return Tensor(self.value.T, "T", (self, lambda g: g.T))

    @property
    def shape(self):
        return self.value.shape

    def __getitem__(self, index):
        def pull(g):
            scattered = np.zeros(self.value.shape)
            np.add.at(scattered, index, g)  # an entry taken twice counts twice
            return scattered

        return Tensor(self.value[index], "[ ]", (self, pull))


def value(x):
    """The array of a Tensor or of a constant; a plain number stays one, with which NumPy is faster."""
    return x.value if isinstance(x, Tensor) else x if type(x) in (int, float) else numbers("operand", x)


def unbroadcast(g, shape):
    """g summed over the axes along which `shape` was stretched: paths add."""
    if g.ndim == 2 and len(shape) == 1:
        g = column_sums(g)
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    if g.shape != shape:
        g = g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)
    return g


def value_and_grad(f):
    """f and ∇f as one function: its value, and an array like the argument or a tuple of them for several.

    f gets Tensors and must give a single number; the arrays it uses besides are constants.
    """
    function("f", f)

    def both(*arrays):
        leaves = [Tensor(array, "x") for array in arrays]
        y = f(*leaves)
        if not isinstance(y, Tensor):
            y = Tensor(numbers("f(x)", y))  # a constant
        y.backward()
        grads = tuple(np.zeros(leaf.shape) if leaf.grad is None else leaf.grad for leaf in leaves)
        return y.value.item(), grads[0] if len(grads) == 1 else grads

    return both


def grad(f):
    """∇f as a function: for one array an array of its shape, for several a tuple."""
    both = value_and_grad(f)
    return lambda *arrays: both(*arrays)[1]
