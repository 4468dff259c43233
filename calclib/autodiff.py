"""Reverse mode: numbers that remember how they were made, and send slopes back along every path."""

from itertools import count
from operator import attrgetter, mul

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

__all__ = ["Var", "cos", "dot", "exp", "grad", "graph", "log", "relu", "sigmoid", "sin", "tanh"]

BIRTHS = count()


class Var(Differentiable):
    """A number that knows what made it: a name, and edges (parent, slope) with slope = ∂self/∂parent."""

    __slots__ = ("born", "grad", "name", "parents", "slopes", "value")

    def __init__(self, value, name="", parents=(), slopes=()):
        self.value = value if type(value) is float else _float(value)
        self.name = name
        self.parents = parents
        self.slopes = slopes
        self.grad = 0.0
        self.born = next(BIRTHS)

    def __repr__(self):
        return f"Var({self.value:g}{self.name and ', ' + repr(self.name)}; grad {self.grad:g})"

    @property
    def edges(self):
        return zip(self.parents, self.slopes, strict=True)

    def backward(self):
        """∂self/∂node into every node's `grad`: slopes multiply along a path, and paths add."""
        nodes = ancestors(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(nodes):
            for parent, slope in node.edges:
                parent.grad += slope * node.grad

    @staticmethod
    def add(x, y):
        x, y = Var.lift(x), Var.lift(y)
        return Var(x.value + y.value, "+", (x, y), (1.0, 1.0))

    @staticmethod
    def subtract(x, y):
        x, y = Var.lift(x), Var.lift(y)
        return Var(x.value - y.value, "−", (x, y), (1.0, -1.0))

    @staticmethod
    def multiply(x, y):
        x, y = Var.lift(x), Var.lift(y)
        return Var(x.value * y.value, "×", (x, y), (y.value, x.value))

    @staticmethod
    @quiet
    def divide(x, y):
        x, y = Var.lift(x), Var.lift(y)
        a, b = np.float64(x.value), np.float64(y.value)
        return Var(a / b, "÷", (x, y), (float(1 / b), float(-a / b / b)))

    @staticmethod
    @quiet
    def power(x, y):
        base, exponent = Var.lift(x), Var.lift(y)
        a, b = np.float64(base.value), np.float64(exponent.value)
        slopes = float(base_slope(a, b)), float(exponent_slope(a, b))
        if exponent is y:
            return Var(a**b, "**", (base, exponent), slopes)
        return Var(a**b, f"**{b:g}", (base,), slopes[:1])  # the constant of x**2 is part of the operation

    @quiet
    def through(self, name):
        f, slope = ELEMENTARY[name]
        x = np.float64(self.value)
        y = f(x)
        return Var(y, name, (self,), (float(slope(x, y)),))


def _float(value):
    number = numbers("value", value)
    if number.ndim or number.dtype.kind == "c":
        raise TypeError(f"value is {value!r}: one real number would do, or a Tensor for an array")
    return float(number)


def _single(name, value):
    number = numbers(name, value)
    if number.ndim:
        raise ValueError(f"{name} has shape {number.shape}: a single number would do")
    return float(number)


def dot(weights, inputs, bias=0.0):
    """Σ wᵢxᵢ + b as a single node, with an edge for each of its numbers."""
    w, x, bias = [Var.lift(v) for v in weights], [Var.lift(v) for v in inputs], Var.lift(bias)
    if len(w) != len(x):
        raise ValueError(f"inputs has {len(x)} numbers: as many as weights, {len(w)}, would do")
    ws, xs = [v.value for v in w], [v.value for v in x]
    return Var(sum(map(mul, ws, xs), bias.value), "dot", (*w, *x, bias), (*xs, *ws, 1.0))


def ancestors(node):
    """Everything that node was made from and node itself, parents before children; no recursion, so any depth."""
    found, unvisited = {node}, [node]
    while unvisited:
        for parent, _ in unvisited.pop().edges:
            if parent not in found:
                found.add(parent)
                unvisited.append(parent)
    return sorted(found, key=attrgetter("born"))


def graph(node):
    """The computation as data: its nodes, parents first, and edges (i, j, slope) from parent i to child j."""
    nodes = ancestors(node)
    index = {node: i for i, node in enumerate(nodes)}
    return nodes, [(index[parent], j, slope) for j, child in enumerate(nodes) for parent, slope in child.edges]


def grad(f):
    """∇f as a function: of a number it is a number, of an array an array, of several arguments a tuple.

    f gets Vars, or arrays of Vars (for these use np.sum, np.exp, … or loops), and must give one number.
    """
    function("f", f)

    def slopes(*x):
        leaves = [_leaves(part) for part in x]
        y = f(*leaves)
        if not isinstance(y, Var):
            y = Var(_single("f(x)", y))  # a constant
        y.backward()
        found = [leaf.grad if isinstance(leaf, Var) else _grads(leaf).astype(float) for leaf in leaves]
        return found[0] if len(found) == 1 else tuple(found)

    return slopes


def _leaves(x):
    return np.frompyfunc(Var, 1, 1)(numbers("x", x))  # a Var for each number


_grads = np.frompyfunc(attrgetter("grad"), 1, 1)
