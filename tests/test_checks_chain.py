"""Lesson 05: every right answer is a yes, however it is written; every known mistake is named."""

from types import SimpleNamespace

import numpy as np
from answers import Answers

from calclib import autodiff, differences, dual, gradients
from calclib.checks import chain

FUNCTIONS = {
    "composed_slope": "df, g, dg, x",
    "two_paths": "a, b, c, d",
    "dual_product": "x, y",
    "tanh": "x",
    "divide": "x, y",
    "push": "node",
    "sweeps": "inputs, outputs",
    "neuron_slopes": "w, x, b",
}


def node(value, name="", parents=(), slopes=()):
    """A Var as the lesson builds it, or anything with a value and edges."""
    return SimpleNamespace(value=value, name=name, edges=list(zip(parents, slopes, strict=True)), grad=0.0)


PAIRS = "(a, da), (b, db) = x, y\n"
ONE = "y = math.tanh(x.value)\nreturn Var(y, 'tanh', (x,), ({},))"
TWO = "a, b = x.value, y.value\nreturn Var(a / b, '÷', (x, y), ({}))"
NEURON = "s = 1 / (1 + math.exp(-(w * x + b)))\n"
EACH = "for parent, slope in node.edges:\n    "

RIGHT = {
    "composed_slope": [
        "return df(g(x)) * dg(x)",
        "u = g(x)\nreturn dg(x) * df(u)",
        "return np.prod([df(g(x)), dg(x)])",
    ],
    "two_paths": ["return a * c + b * d", "return np.dot([a, b], [c, d])", "return d * b + c * a"],
    "dual_product": [
        PAIRS + "return a * b, da * b + a * db",
        "return [x[0] * y[0], x[1] * y[0] + x[0] * y[1]]",
        PAIRS + "return np.array([a * b, b * da + db * a])",
        PAIRS + "return a * b, a * b * (da / a + db / b)",
    ],
    "tanh": [
        ONE.format("1 - y * y"),
        ONE.format("1 - np.tanh(x.value) ** 2"),
        ONE.format("1 / np.cosh(x.value) ** 2"),
        "e = math.exp(2 * x.value)\nreturn Var((e - 1) / (e + 1), 'tanh', (x,), (4 * e / (e + 1) ** 2,))",
    ],
    "divide": [
        TWO.format("1 / b, -a / b**2"),
        TWO.format("1 / y.value, -x.value / y.value / y.value"),
        "a, b = x.value, y.value\nreturn Var(a / b, '÷', (y, x), (-(a / b) / b, 1 / b))",
    ],
    "push": [
        EACH + "parent.grad += slope * node.grad",
        EACH + "parent.grad = parent.grad + node.grad * slope\nreturn node",
        "for k in range(len(node.edges)):\n    p, s = node.edges[k]\n    p.grad += s * node.grad",
    ],
    "sweeps": ["return inputs, outputs", "return [inputs, outputs]", "return np.array([inputs, outputs])"],
    "neuron_slopes": [
        NEURON + "return s * (1 - s) * x, s * (1 - s) * w, s * (1 - s)",
        NEURON + "return s * (1 - s) * np.array([x, w, 1])",
        "e = np.exp(-(w * x + b))\nslope = e / (1 + e) ** 2\nreturn [slope * x, slope * w, slope]",
    ],
}

WRONG = {
    "composed_slope": {
        "return df(dg(x))": "f′ is asked at g′(x)",
        "return dg(g(x))": "g′ is taken at g(x)",
        "return df(g(x)) * x": "g′(x), not x",
        "return df(g) * dg(x)": "g(x), not g",
        "return df(x) * dg(x)": "taken at x",
        "return df(dg(x))  * dg(x)": "taken at g′(x)",
        "return df(g(x))": "g′(x) is forgotten",
        "return df(g(x)) + dg(x)": "added",
        "return df(g(x)) * g(x)": "g itself",
        "return df(g(x)) * dg(g(x))": "inner slope is taken at g(x)",
        "return df(x) * dg(g(x))": "places are swapped",
        "return dg(x)": "outer slope f′(g(x)) is forgotten",
        "return df(x)": "the inner slope is missing",
        "return df(x) + dg(x)": "the outer one is taken at g(x)",
        "return df(x) * g(x)": "is g′(x), not g",
        "return df(g(x) * dg(x))": "not part of the place",
        "return differences.derivative(lambda t: df(g(t)), x)": "df is f′ already",
        "return df(g(x)) * differences.derivative(g, x)": "are these differences",
        "return df(g(x)) * dg(df(x))": "should be 300, and 1800 came.",
    },
    "two_paths": {
        "return b * d - a * c": "one path is subtracted",
        "return a + c, b + d": "add to one number",
        "return (a + c) * (b + d)": "the other way round",
        "return a * c * b * d": "the two paths are multiplied",
        "return a + b + c + d": "all four are added",
        "return a * c": "through v adds",
        "return b * d": "through u adds",
        "return a * d + b * c": "out of the same one",
        "return a * b + c * d": "a belongs to c",
        "return (a + b) * (c + d)": "every way in",
        "return a * c - b * d": "subtracted",
        "return (a * c + b * d) / 2": "their mean",
        "return a * c, b * d": "to one number",
        "return max(a * c, b * d)": "the steeper path",
        "return 0": "should be 31",
    },
    "dual_product": {
        PAIRS + "return a * b, a * db - da * b": "one term of the slope is subtracted",
        PAIRS + "return a * b, da * db": "slopes are multiplied",
        PAIRS + "return a * b, da * b + a * db + da * db": "adds nothing",
        PAIRS + "return a * b - da * db, da * b + a * db": "nothing to the value",
        PAIRS + "return a * b + da * db, da * b + a * db": "not to the value",
        PAIRS + "return a * b, da + db": "that is the sum",
        PAIRS + "return a * b, da * b": "a·b′ is missing",
        PAIRS + "return a * b, a * db": "a′·b is missing",
        PAIRS + "return a * b, a * da + b * db": "the other's value",
        PAIRS + "return a * b, da * b - a * db": "subtracted",
        PAIRS + "return da * b + a * db, a * b": "value comes first",
        PAIRS + "return a + b, da * b + a * db": "here it is their sum",
        PAIRS + "return a * b, da * b * a * db": "are multiplied; they add",
        PAIRS + "return a * b + da * b + a * db": "stay apart",
        PAIRS + "return a + b, da + db": "this is the sum",
        "z = Dual(*x) * Dual(*y)\nreturn z.value, z.slope": "calclib's own Dual",
        PAIRS + "return a * b, da * db + a * b": "[15. 18.] came.",
        PAIRS + "return a * b": "2 numbers should be",
    },
    "tanh": {
        "y = math.tanh(x.value)\nreturn calclib.Var(y, 'tanh', (x,), (1 - y * y))": "needs its comma",
        "y = math.tanh(x.value)\nreturn calclib.Var(y, 'tanh', (x), (1 - y * y,))": "needs its comma",
        ONE.format("1 - x.value**2"): "taken at the input",
        ONE.format("y"): "not the slope",
        ONE.format("1 - math.tanh(y)**2"): "once too often",
        ONE.format("1 - y"): "square is missing",
        ONE.format("y * (1 - y)"): "belongs to the sigmoid",
        ONE.format("y * y - 1"): "sign is turned",
        ONE.format("1.0"): "left at 1",
        ONE.format("0.0"): "left at 0",
        ONE.format("'steep'"): "where a number should be",
        ONE.format("1 - y * 2"): "twice y",
        ONE.format("differences.derivative(np.tanh, x.value)"): "are these differences",
        ONE.format("1 + y**2"): "the square is subtracted",
        "y = math.tanh(x.value)\nx.grad = 1 - y * y\n" + ONE.format("1 - y * y"): "waits for the walk back",
        "y = math.tan(x.value)\nreturn Var(y, 'tanh', (x,), (1 - y * y,))": "the h of tanh",
        "y = math.tanh(x.value)\nreturn Var(1 - y * y, 'tanh', (x,), (y,))": "this is the slope",
        "y = math.tanh(x.value)\nreturn Var(y, 'tanh', (x, x), (1 - y * y, 0.0))": "has 2 edges",
        "return Var(x.value, 'tanh', (x,), (1.0,))": "value is still x",
        "return Var(1 / (1 + math.exp(-x.value)), 'tanh', (x,), (1.0,))": "this is the sigmoid",
        "return Var(math.tanh(x.value))": "no edges",
        "return Var(math.tanh(x.value), 'tanh', (Var(1.0),), (1.0,))": "x itself",
        "return math.tanh(x.value)": "a Var should be",
        "return calclib.tanh(x)": "what you are to write",
        "return np.tanh(x)": "what you are to write",
        "return (calclib.exp(x) - calclib.exp(-x)) * (calclib.exp(x) + calclib.exp(-x)) ** -1": "x itself",
        "v = Var(math.tanh(x.value))\nv.edges = [1.0]\nreturn v": "pairs (parent, slope)",
        "v = Var(math.tanh(x.value))\nv.edges = None\nreturn v": "pairs (parent, slope)",
    },
    "divide": {
        TWO.format("1 / b, -a / (b * 2)"): "the square is y**2",
        TWO.format("1 / b, -a / b * 2"): "multiplies by 2: put y**2",
        TWO.format("1 / b, -a / b * b"): "multiplies by y again",
        TWO.format("1 / b, -((a / b) ** 2)"): "squares x as well",
        "return calclib.Var(x.value / y.value, (x, y), (1 / y.value, 0.0))": "the name comes before them",
        TWO.format("1 / b, a / b**2"): "sign turned",
        TWO.format("1 / b, -a / b"): "square is missing",
        TWO.format("1 / b, -1 / b**2"): "x is missing",
        TWO.format("b, a"): "slopes of a product",
        TWO.format("-a / b**2, 1 / b"): "swapped",
        TWO.format("b, -a / b**2"): "slope in x is 1/y",
        TWO.format("1 / b, 1 / a"): "here it is 1/x",
        TWO.format("1 / b, -a / b**3"): "−1/y²",
        TWO.format("1 / b, 0.0"): "the slopes in divide",
        TWO.format("1 / b, -a * b**2"): "by the square, once",
        TWO.format("1.0, -1.0"): "slopes of a difference",
        "x.value = x.value / y.value\nreturn x": "changes what it is given",
        "return calclib.Var(x.value / y.value, '÷', (x, y), (1 / y.value,))": "as many slopes as parents",
        "return Var(x.value / y.value, '÷', (x,), (1 / y.value,))": "no edge to y",
        "return Var(x.value / y.value, '÷', (y,), (-x.value / y.value**2,))": "no edge to x",
        "return x * y**-1": "write one node",
        "return Var(x.value * y.value, '÷', (x, y), (1.0, 1.0))": "this is the product",
        "return Var(y.value / x.value, '÷', (x, y), (1.0, 1.0))": "upside down",
        "return Var(x.value // y.value, '÷', (x, y), (1.0, 1.0))": "cuts off",
        "return x.value / y.value": "a Var should be",
        "return x / y": "the very division",
        "return 1 / y * x": "the very division",
    },
    "push": {
        "node.grad = 1.0\n" + EACH + "parent.grad += slope * node.grad": "changed node.grad",
        EACH + "parent.grad = 0.0\n" + EACH + "parent.grad += slope * node.grad": "and no 0 before",
        EACH + "parent.grad = slope * node.grad": "= forgets",
        EACH + "grad = slope * node.grad": "nothing has arrived",
        EACH + "parent.grad += slope + node.grad": "slope and gradient are added",
        EACH + "parent.grad = slope + node.grad": "= and a sum",
        EACH + "parent.grad += node.grad": "slope is missing",
        EACH + "parent.grad += slope": "node.grad is missing",
        EACH + "parent.grad *= slope * node.grad": "old gradient is multiplied",
        EACH + "parent.grad -= slope * node.grad": "sign is turned",
        EACH + "parent.grad += slope * node.value": "value of the node",
        EACH + "parent.grad += slope * parent.value * node.grad": "the parent's value",
        EACH + "parent.grad += slope * parent.grad": "the parent's own grad",
        EACH + "parent.grad += slope / node.grad": "are divided",
        EACH + "parent.grad = slope": "and node.grad is missing",
        EACH + "parent.grad += slope * node.grad\n    break": "what ends the loop",
        EACH + "parent.grad += slope * node.grad\n    push(parent)": "Each node pushes once",
        EACH + "parent.grad += slope * node.grad\nnode.grad = 0.0": "changed node.grad",
        "for p, s in dict(node.edges).items():\n    p.grad += s * node.grad": "only one of the two edges",
        EACH + "parent.grad = 'much'": "2 numbers should be",
    },
    "sweeps": {
        "return outputs, inputs": "swapped",
        "return 2 * inputs, outputs": "central differences",
        "return inputs * outputs, inputs * outputs": "not one entry",
        "return inputs, 1": "always one",
        "return inputs, outputs + 1": "not the walk forward",
        "return inputs, 2 * outputs": "is one for all",
        "return 1, outputs": "always one",
        "return 1, 1": "both take more than one",
        "return min(inputs, outputs)": "2 numbers should be",
    },
    "neuron_slopes": {
        "s = 1 / (1 + math.exp(-w * x + b))\nd = s * (1 - s)\nreturn d * x, d * w, d": "the minus belongs to b",
        NEURON + "return (s * 1 - s) * np.array([x, w, 1])": "s * 1 − s is 0",
        NEURON + "t = 1 / (1 + math.exp(-s))\nreturn t * (1 - t) * np.array([x, w, 1])": "taken at its output",
        "z = w * x + b\nreturn z * (1 - z) * np.array([x, w, 1])": "in place of z",
        "return x, w, 1": "slope of σ is forgotten",
        NEURON + "return (s * (1 - s),) * 3": "inner slopes",
        NEURON + "return s * x, s * w, s": "σ itself",
        NEURON + "return s * (1 - s) * np.array([w, x, 1])": "swapped",
        NEURON + "return s * (1 - s) * np.array([x, w, b])": "not b",
        NEURON + "return (1 - s * s) * np.array([x, w, 1])": "belongs to tanh",
        NEURON + "return s * (1 - s) + np.array([x, w, 1])": "added",
        NEURON + "return s": "3 numbers should be",
        "s = 1 / (1 + math.exp(-w * x))\nd = s * (1 - s)\nreturn d * x, d * w, d": "b is missing in z",
        NEURON + "return (1 - s) * np.array([x, w, 1])": "only 1 − s",
        NEURON + "return s * (s - 1) * np.array([x, w, 1])": "sign is turned",
        NEURON + "return s * (1 - s) * np.array([1, x, w])": "the order is w, x, b",
        NEURON + "return s * (1 - s) * (x + w + 1)": "one by one",
        NEURON + "return s * (1 - s) * x, s * (1 - s) * w, 0": "b moves z as well",
        NEURON + "return s * (1 - s) * x, s * (1 - s) * w, 1": "the outer one s(1 − s) stays",
        NEURON + "return s * (1 - s) * np.array([w * x, w * x, 1])": "[0.221713 0.221713 0.221713] came.",
        "p = [calclib.Var(v) for v in (w, x, b)]\ncalclib.sigmoid(p[0] * p[1] + p[2]).backward()\n"
        "return [v.grad for v in p]": "calclib's own backward",
        "f = lambda p: 1 / (1 + math.exp(-(p[0] * p[1] + p[2])))\nreturn gradients.gradient(f, [w, x, b])": (
            "are these differences"
        ),
        "f = lambda p: 1 / (1 + math.exp(-(p[0] * p[1] + p[2])))\nh = 1e-5\np = np.array([w, x, b])\n"
        "return [(f(p + h * e) - f(p - h * e)) / (2 * h) for e in np.eye(3)]": "are these differences",
        "return calclib.grad(lambda w, x, b: calclib.sigmoid(w * x + b))(w, x, b)": "calclib's own grad",
    },
}


class TestChain(Answers):
    check, FUNCTIONS, RIGHT, WRONG = chain, FUNCTIONS, RIGHT, WRONG
    SPACE = {"Dual": dual.Dual, "Var": node, "calclib": autodiff, "differences": differences, "gradients": gradients}
    SILENT = ("push",)
    THINGS = [*Answers.THINGS, lambda: 1, np.add]
