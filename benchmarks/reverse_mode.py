"""Reverse mode on a 1–16–16–1 tanh network and its squared error: Var against micrograd, Tensor against autograd.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/reverse_mode.py

Timed: one value and all its slopes. The same weights and points for all, and the slopes must agree.
"""

from side_by_side import medians  # first: it sets one thread

# isort: split

import math
import sys

import autograd
import autograd.numpy as anp
import numpy as np
from micrograd.engine import Value

from calclib.autodiff import Var, dot, tanh
from calclib.tensor import value_and_grad

sys.setrecursionlimit(1_000_000)  # micrograd walks its graph by recursion


def parameters(width):
    sizes, rng = (1, width, width, 1), np.random.default_rng(0)
    return [
        rng.normal(size=s) / math.sqrt(s[0]) for a, b in zip(sizes, sizes[1:], strict=False) for s in ((a, b), (b,))
    ]


def numbers(arrays, kind):
    """The same arrays, as nested lists of `kind`, the weights by neuron."""
    return [np.frompyfunc(lambda v: kind(float(v)), 1, 1)(array.T).tolist() for array in arrays]


def calclib_scalar(parameters, points):
    def network(x):
        h = [x]
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = [tanh(dot(w, h, bias)) for w, bias in zip(W, b, strict=True)]
        return dot(parameters[-2][0], h, parameters[-1][0])

    errors = [network(x) - x * x for x in points]
    (dot(errors, errors) / len(points)).backward()


def calclib_scalar_without_dot(parameters, points):
    def network(x):
        h = [x]
        for layer, (W, b) in enumerate(zip(parameters[::2], parameters[1::2], strict=True)):
            h = [sum((wi * xi for wi, xi in zip(w, h, strict=True)), bias) for w, bias in zip(W, b, strict=True)]
            h = [tanh(v) for v in h] if layer < 2 else h
        return h[0]

    (sum((network(x) - x * x) ** 2 for x in points) / len(points)).backward()


def micrograd_tanh(x):
    """As in micrograd's own lecture; the package has relu only."""
    y = math.tanh(x.data)
    out = Value(y, (x,), "tanh")

    def backward():
        x.grad += (1 - y * y) * out.grad

    out._backward = backward
    return out


def micrograd_scalar(parameters, points):
    for p in (v for part in parameters for row in part for v in (row if isinstance(row, list) else [row])):
        p.grad = 0

    def network(x):
        h = [x]
        for layer, (W, b) in enumerate(zip(parameters[::2], parameters[1::2], strict=True)):
            h = [sum((wi * xi for wi, xi in zip(w, h, strict=True)), bias) for w, bias in zip(W, b, strict=True)]
            h = [micrograd_tanh(v) for v in h] if layer < 2 else h
        return h[0]

    (sum((network(x) + -x * x) ** 2 for x in points) / len(points)).backward()


def loss(np, x, W1, b1, W2, b2, W3, b3):
    h = np.tanh(np.tanh(x @ W1 + b1) @ W2 + b2)
    return np.mean((h @ W3 + b3 - x**2) ** 2)


def scalar(width, n):
    points, P = np.linspace(-1, 1, n).tolist(), parameters(width)
    ours, theirs = numbers(P, Var), numbers(P, Value)
    runs = [
        lambda: micrograd_scalar(theirs, points),
        lambda: calclib_scalar(ours, points),
        lambda: calclib_scalar_without_dot(ours, points),
    ]
    for run in runs[1:]:
        runs[0](), run()
        for a, b in (
            (ours[0][0][0], theirs[0][0][0]),
            (ours[2][-1][-1], theirs[2][-1][-1]),
            (ours[5][0], theirs[5][0]),
        ):
            assert math.isclose(a.grad, b.grad, rel_tol=1e-9), (a.grad, b.grad)
    peer, dots, plain = medians(*runs, repeats=3)
    print(
        f"scalars, width {width:3}, {n:4} points: micrograd {peer * 1e3:8.1f} ms, Var {dots * 1e3:7.1f} ms "
        f"{peer / dots:5.1f}×, Var without dot {plain * 1e3:7.1f} ms {peer / plain:5.1f}×"
    )


def array(width, n):
    x, P = np.linspace(-1, 1, n)[:, None], parameters(width)
    ours = value_and_grad(lambda *p: loss(np, x, *p))
    theirs = autograd.value_and_grad(lambda p: loss(anp, x, *p))
    for a, b in zip(ours(*P)[1], theirs(P)[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    peer, tensor = medians(lambda: theirs(P), lambda: ours(*P), repeats=25)
    print(
        f"arrays,  width {width:3}, {n:4} points: autograd  {peer * 1e6:8.0f} µs, Tensor {tensor * 1e6:6.0f} µs "
        f"{peer / tensor:5.1f}×"
    )


if __name__ == "__main__":
    for width, n in ((4, 100), (16, 10), (16, 100), (32, 50)):
        scalar(width, n)
    for width, n in ((4, 100), (16, 10), (16, 100), (16, 1000), (64, 100), (256, 100)):
        array(width, n)
