"""How a repaired step is judged in lesson 06: by complex steps, by its work, by training, and by whose work it is."""

import sys

import numpy as np

from calclib.checks.compare import NotYet
from calclib.checks.networks import (
    exact_gradient,
    mean_squared_error,
    moved,
    names,
    network,
    output,
    parabola,
    parts_of,
)

__all__ = ["mistakes", "right_step", "work"]


def right_step(step, name):
    """NotYet unless `step` is a step of gradient descent: right on new networks, by the chain rule, and in training."""
    for sizes, n, lr, seed in (((4, 4, 4, 4, 4), 5, 0.01, 2), ((3, 4, 4, 2), 6, 0.7, 1), ((2, 6, 1), 7, 0.2, 3)):
        call = f"{name}(layers, X, y, lr={lr}) for a network {'–'.join(map(str, sizes))}"
        layers, X, y = network(sizes, n, seed)
        agrees(moved(step, layers, X, y, lr, call), layers, X, y, lr, call)
        later, _, _ = network(sizes, n, seed + 10)
        again = f"{name}, called again with other weights and the same X,"
        try:
            agrees(moved(step, later, X, y, lr, again), later, X, y, lr, again)
        except NotYet:
            raise NotYet(
                f"{again} is wrong, and it was right the first time: what is kept between the calls?"
            ) from None
    by_chain_rule(step, name)
    learns(step, name)
    own_work(step, name)


def own_work(step, name):
    """NotYet for a repair that hands all the work to the healthy `step`, or to another patient's repair."""
    called, before, (layers, X, y) = [], sys.getprofile(), network((2, 3, 1), 4)

    def watch(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_argcount == 4 and (code.co_name == "step" or code.co_name[:7] == "mended_"):
            first, second = (frame.f_locals[name] for name in code.co_varnames[:2])
            if isinstance(first, list | tuple) and np.shape(second) == X.shape:  # (layers, X, …), and no helper's
                called.append(code.co_name)

    sys.setprofile(watch)
    try:
        step(layers, X, y, 0.1)
    finally:
        sys.setprofile(before)
    for other in called:
        if other != name:
            raise NotYet(
                f"The numbers are right, by {other}, which does it all. Copy the patient's lines, and mend them."
            )


def agrees(got, layers, X, y, lr, call):
    """NotYet unless each part of the gradient is right; with the mistake's name, if it is a known one."""
    wanted = exact_gradient(layers, X, y)
    off = [not np.allclose(g, w, rtol=1e-6, atol=1e-9) for g, w in zip(got, wanted, strict=True)]
    if not any(off):
        return
    where = ", ".join(name for name, wrong in zip(names(layers), off, strict=True) if wrong)
    for sentence, wrong in mistakes(layers, X, y, lr).items():
        if all(g.shape == w.shape and np.allclose(g, w, rtol=1e-6, atol=1e-9) for g, w in zip(got, wrong, strict=True)):
            raise NotYet(f"{call}: the gradient of {where} is wrong: {sentence}")
    worst = max(np.abs(g - w).max() for g, w in zip(got, wanted, strict=True))
    right = ", ".join(name for name, wrong in zip(names(layers), off, strict=True) if not wrong)
    rest = f" ({right} agree)" if right else ""
    raise NotYet(f"{call}: by differences the gradient of {where} is wrong{rest}, by up to {worst:.3g}.")


# What may go wrong on the way down: a sentence, and the ∂z below from the ∂z above, the W between them and the one
# above both, z, and the input a of the layer that z is of. Square layers forgive all of it.
WAYS_DOWN = {
    "the slope of tanh is still taken at the activation; its place is z.": lambda dz, W, up, z, a: (
        dz @ W.T * slope(np.tanh(z))
    ),
    "the slope of tanh is taken at the layer's input a; its place is z.": lambda dz, W, up, z, a: dz @ W.T * slope(a),
    "the slope of tanh is forgotten.": lambda dz, W, up, z, a: dz @ W.T,
    "1 − z² is no slope of tanh: it is 1 − tanh²z.": lambda dz, W, up, z, a: dz @ W.T * (1 - z**2),
    "1 − tanh z is no slope of tanh: the square is missing.": lambda dz, W, up, z, a: dz @ W.T * (1 - np.tanh(z)),
    "tanh z is the value; its slope is wanted, slope(z).": lambda dz, W, up, z, a: dz @ W.T * np.tanh(z),
    "slope(z) is 1 − tanh² already.": lambda dz, W, up, z, a: dz @ W.T * (1 - slope(z) ** 2),
    "∂z goes down through W turned: ∂z Wᵀ.": lambda dz, W, up, z, a: dz @ W * slope(z),
    "the slope at z comes after Wᵀ, for z lies below that W.": lambda dz, W, up, z, a: (dz * slope(z)) @ W.T,
    "the W above stays the last layer's: each way down has its own.": lambda dz, W, up, z, a: dz @ up.T * slope(z),
}


def mistakes(layers, X, y, lr):
    """The gradients of the known mistakes, each by its sentence."""
    plain, n = propagated(layers, X, y), len(X)
    hidden = list(zip(plain[:-2:2], plain[1:-2:2], strict=True))
    turned = [part for pair in hidden[::-1] for part in pair] + plain[-2:]
    by_ways = {}
    for sentence, down in WAYS_DOWN.items():
        try:
            by_ways[sentence] = propagated(layers, X, y, down)
        except ValueError:  # shapes that do not forgive
            continue
    return by_ways | {
        "the hidden layers' gradients still stand from the last to the first.": turned,
        "all layers' gradients stand from the last to the first.": [
            part for pair in zip(plain[-2::-2], plain[-1::-2], strict=True) for part in pair
        ],
        "∂z still passes through weights that have moved already; it needs the old ones.": propagated(
            layers, X, y, lr=lr
        ),
        "everything is half as large: the 2 from the square is lost.": [part / 2 for part in plain],
        "it is averaged twice: the loss has divided by the size already.": [part / n for part in plain],
        "it is not averaged: the loss is a mean.": [part * y.size for part in plain],
        "it is not averaged over the rows.": [part * n for part in plain],
        "the biases' gradients are summed over both axes.": [
            part if k % 2 == 0 else np.full(part.shape, part.sum()) for k, part in enumerate(plain)
        ],
        "the biases' gradients are means; they are sums over the rows.": [
            part if k % 2 == 0 else part / n for k, part in enumerate(plain)
        ],
        "the step goes up: it is minus α times the gradient, and the error is output − y.": [-part for part in plain],
        "nothing has moved.": [0 * part for part in plain],
        "α is missing, or comes twice.": [part / lr for part in plain],
        "these are the gradients; the moved layers are wanted.": [
            (old - part) / lr for old, part in zip(sum(layers, ()), plain, strict=True)
        ],
    }


def slope(z):
    """The slope of tanh at z."""
    return 1 - np.tanh(z) ** 2


def propagated(layers, X, y, down=lambda dz, W, up, z, a: dz @ W.T * slope(z), lr=0.0):
    """[∂W₁, ∂b₁, …] by the chain rule, going `down` from layer to layer, through weights that have moved by lr."""
    a, z = [X], []
    for W, b in layers[:-1]:
        z.append(a[-1] @ W + b)
        a.append(np.tanh(z[-1]))
    dz, parts = 2 * (a[-1] @ layers[-1][0] + layers[-1][1] - y) / y.size, []
    for k in reversed(range(len(layers))):
        dW = a[k].T @ dz
        parts = [dW, dz.sum(axis=0), *parts]
        if k:
            dz = down(dz, layers[k][0] - lr * dW, layers[-1][0], z[k - 1], a[k - 1])
    return parts


class Watched(np.ndarray):
    """An array that counts the numbers which come out of operations with it, and makes others of its kind."""

    done = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        plain = [np.asarray(x) if isinstance(x, Watched) else x for x in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(x) if isinstance(x, Watched) else x for x in out)
        result = getattr(ufunc, method)(*plain, **options)
        Watched.done += np.size(result)
        return result.view(Watched) if isinstance(result, np.ndarray) else result

    def dot(self, other, out=None):
        result = np.asarray(self).dot(np.asarray(other))
        Watched.done += np.size(result)
        return result.view(Watched) if isinstance(result, np.ndarray) else result


def work(function, layers, X, *others):
    """How many numbers function(layers, X, …) computes from X."""
    Watched.done = 0
    function(layers, X.view(Watched), *others)
    return Watched.done


def by_chain_rule(step, name):
    """NotYet for a gradient by differences, which passes every check and takes a thousand times as long."""
    layers, X, y = network((3, 20, 20, 2), 4, seed=4)
    alone = work(output, layers, X)
    try:
        whole = work(step, layers, X, y, 0.1)
    except TypeError:  # code that such an array does not suit is judged by its precision alone
        whole = 0
    if whole > 60 * alone:
        ratio = f"{whole / alone:.0f} times the work of a forward pass"
        raise NotYet(f"{name} does {ratio}: these are differences. It is to walk back once, by the chain rule.")
    layers, X, y = network((2, 5, 5, 1), 6, seed=5)
    y = 1e6 * (2 + y)  # so large that differences of the loss keep no more than five digits
    call = f"{name}(layers, X, y, lr=1.0) for targets of some millions"
    for part, got, right in zip(
        names(layers), moved(step, layers, X, y, 1.0, call), exact_gradient(layers, X, y), strict=True
    ):
        error = np.abs(got - right).max() / np.abs(right).max()
        if not error < 1e-8:
            raise NotYet(
                f"{call}: ∂{part} is off by {error:.0e} of its size. The chain rule is exact; are these differences?"
            )


def learns(step, name):
    """NotYet unless 1,500 steps bring x² below 1e-3."""
    layers, X, y = parabola(4)
    for _ in range(1500):
        parts = parts_of(step(layers, X, y, 0.1), len(layers), name)
        layers = list(zip(parts[::2], parts[1::2], strict=True))
    loss = mean_squared_error(layers, X, y)
    if not loss < 1e-3:
        raise NotYet(f"{name} passes the check, and yet 1,500 steps bring x² to a loss of {loss:.2g}, not below 0.001.")
