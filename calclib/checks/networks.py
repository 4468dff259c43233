"""Networks for lesson 06's checks: their loss, its gradient by complex steps, and how they are told apart.

A network is a list of layers (W, b) with tanh between them; its loss is the mean squared error.
"""

import numpy as np

from calclib.checks.compare import NotYet, expect, show
from calclib.gradients import gradient

__all__ = [
    "exact_gradient",
    "exactly",
    "mean_squared_error",
    "moved",
    "names",
    "network",
    "output",
    "parabola",
    "parts_of",
    "trained_below",
]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def exactly(got, wanted, at, mistakes):
    """`expect` to rounding: what is right to some digits only is by differences, or in single precision."""
    try:
        expect(got, wanted, at, tol=1e-13, mistakes=mistakes)
    except NotYet:
        expect(got, wanted, at, tol=1e-6, mistakes=mistakes)
        off = np.abs(np.asarray(got, dtype=float) - wanted).max()
        raise NotYet(
            f"{at} is right to some digits only, {off:.0e} off, and the formula is exact: "
            "are these differences, or float32?"
        ) from None


def network(sizes, n, seed=0):
    """Layers with weights and biases at random, and n rows of inputs and targets."""
    rng = np.random.default_rng(seed)
    pairs = zip(sizes[:-1], sizes[1:], strict=True)
    layers = [(rng.normal(size=(m, k)) / np.sqrt(m), 0.3 * rng.normal(size=k)) for m, k in pairs]
    return layers, rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))


def output(layers, X):
    """What the network makes of X."""
    for W, b in layers[:-1]:
        X = np.tanh(X @ W + b)
    return X @ layers[-1][0] + layers[-1][1]


def mean_squared_error(layers, X, y):
    """The mean of (output − y)²; of complex weights too, for the complex step."""
    return np.mean((output(layers, X) - y) ** 2)


def exact_gradient(layers, X, y):
    """[∂W₁, ∂b₁, ∂W₂ …] by complex steps: right to rounding, and nothing is propagated back."""
    parts = [part for layer in layers for part in layer]
    cuts = np.cumsum([part.size for part in parts])[:-1]

    def shaped(theta):
        return [cut.reshape(part.shape) for cut, part in zip(np.split(theta, cuts), parts, strict=True)]

    def loss(theta):
        own = shaped(theta)
        return mean_squared_error(list(zip(own[::2], own[1::2], strict=True)), X, y)

    return shaped(gradient(loss, np.concatenate([part.ravel() for part in parts]), method="complex"))


def names(layers):
    return [f"{letter}{k}".translate(SUBSCRIPTS) for k in range(1, len(layers) + 1) for letter in "Wb"]


def moved(step, layers, X, y, lr, call):
    """(old − new)/α for each part, or NotYet for what is no list of layers shaped as the old ones."""
    new = step(layers, X, y, lr)
    parts = parts_of(new, len(layers), call)
    for name, old, its in zip(names(layers), sum(layers, ()), parts, strict=True):
        if its.shape != old.shape:
            hint = " is its gradient summed over the right axis?" if name[0] == "b" else " is its gradient its own?"
            raise NotYet(f"{call} gives {name} the shape {its.shape}, and it had {old.shape}:{hint}")
    return [(old - its) / lr for old, its in zip(sum(layers, ()), parts, strict=True)]


def parts_of(layers, count, call):
    """[W₁, b₁, W₂ …] as arrays of floats, or NotYet."""
    wanted = f"a list of {count} pairs (W, b) should be"
    if not isinstance(layers, list | tuple) or len(layers) != count:
        many = f", {len(layers)} long" if isinstance(layers, list | tuple) else ""
        raise NotYet(f"{call} is {show(layers)}{many}, where {wanted}.")
    if not all(isinstance(layer, list | tuple) and len(layer) == 2 for layer in layers):
        what = "arrays" if isinstance(layers[0], np.ndarray) else show(layers[0])
        raise NotYet(f"{call} is a list of {what}, where {wanted}.")
    try:
        return [np.asarray(part, dtype=float) for layer in layers for part in layer]
    except (TypeError, ValueError):
        raise NotYet(f"{call} has entries that are no arrays of numbers, where {wanted}.") from None


def parabola(seed, n=33, width=16):
    """A network 1–16–16–1, or of another width, before training, and x² on [−1, 1]."""
    rng = np.random.default_rng(seed)
    layers = [
        (np.sqrt(2 / (m + k)) * rng.standard_normal((m, k)), np.zeros(k))
        for m, k in ((1, width), (width, width), (width, 1))
    ]
    X = np.linspace(-1, 1, n)[:, None]
    return layers, X, X**2


def trained_below(fit, seed, goal, width):
    """NotYet unless fit(layers, X, y) gives layers whose loss is below the goal, on X and between."""
    layers, X, y = parabola(seed, width=width)
    call = f"fit(layers, X, y) for x² from start {seed}"
    before = mean_squared_error(layers, X, y)
    parts = parts_of(fit(layers, X, y), len(layers), call)
    after = list(zip(parts[::2], parts[1::2], strict=True))
    if [part.shape for part in parts] != [part.shape for layer in layers for part in layer]:
        raise NotYet(f"{call} gives layers of other shapes than it was given: does it start from `layers`?")
    with np.errstate(all="ignore"):
        loss = mean_squared_error(after, X, y)
        between = mean_squared_error(after, *parabola(seed, 64)[1:])
    if not np.isfinite(loss):
        raise NotYet(f"{call} diverges: the loss is {loss}. A smaller α would do.")
    if np.isclose(loss, before):
        raise NotYet(f"{call} gives a loss of {loss:.3g}, as before: are the new layers kept in each step?")
    if loss > before:
        raise NotYet(
            f"{call} gives a loss of {loss:.3g}, and {before:.3g} it was before: a smaller α, or another sign."
        )
    if loss >= goal:
        early = ", unless the loop ends too early: does `return` stand inside it?" if loss > 0.05 else "."
        raise NotYet(
            f"{call} gives a loss of {loss:.3g}, not below {goal:g}: more steps, with an α of 0.1 to 0.3{early}"
        )
    if between >= 2 * goal:
        raise NotYet(f"{call} is right on the points of X, but between them the loss is {between:.3g}.")
