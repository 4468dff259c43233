"""A reader of handwritten digits, piece by piece, as lesson 10 puts it together; and its three recipes, trained.

`layers` is a list of pairs (W, b) with ReLU between them. Rows are images of 8×8 pixels from 0 (paper) to 1 (ink).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calclib.data import split
from calclib.layers import dense, dense_backward, softmax_cross_entropy
from calclib.networks import Network
from calclib.optimizers import adamw
from calclib.regularization import early_stopping
from calclib.schedules import cosine_annealing
from calclib.training import train
from calclib.validate import non_negative

__all__ = [
    "BETTER",
    "BEST",
    "PLAIN",
    "Moves",
    "Recipe",
    "augment",
    "backward",
    "bilinear",
    "confusion",
    "decays",
    "flat",
    "forward",
    "slope_error",
    "softmax_cross_entropy",
    "start",
    "step",
    "trained",
    "unflat",
    "warp",
]

SIDE = 8
MIDDLE = (SIDE - 1) / 2


def forward(layers, X):
    """[X, h₁, …, scores]: what enters each layer, and what the last one gives; h = max(aW + b, 0)."""
    a = [X]
    for W, b in layers[:-1]:
        a.append(np.maximum(dense(a[-1], W, b), 0))
    return [*a, dense(a[-1], *layers[-1])]


def backward(layers, a, dz):
    """[(∂W, ∂b), …] from a = forward(layers, X) and dz = ∂loss/∂scores."""
    gradients = [dense_backward(dz, a[-2])]
    for k in range(len(layers) - 1, 0, -1):
        dz = dz.dot(layers[k][0].T) * (a[k] > 0)
        gradients.insert(0, dense_backward(dz, a[k - 1]))
    return gradients


def slope_error(loss, theta, g, v, h=1e-5):
    """|g·v − n| / max(|g·v|, |n|), where n = (loss(θ + hv) − loss(θ − hv))/2h is measured; 0 where both are 0."""
    by_gradient, measured = g @ v, (loss(theta + h * v) - loss(theta - h * v)) / (2 * h)
    return abs(by_gradient - measured) / (max(abs(by_gradient), abs(measured)) or 1.0)


def start(sizes, rng):
    """Layers before training, for sizes such as (64, 128, 10): W ~ N(0, 2/inputs), b = 0 (He and others 2015)."""
    return [(np.sqrt(2 / n) * rng.standard_normal((n, m)), np.zeros(m)) for n, m in zip(sizes, sizes[1:], strict=False)]


def decays(layers, lam):
    """λ for each weight and 0 for each bias, shaped as the layers."""
    return [(np.full_like(W, lam), np.zeros_like(b)) for W, b in layers]


def flat(layers):
    """All numbers of the layers in one row: θ, or its gradient."""
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def unflat(theta, layers):
    """θ as layers (W, b), shaped like `layers`; views, no copies."""
    parts, at = [], 0
    for part in (part for layer in layers for part in layer):
        parts.append(theta[at : at + part.size].reshape(part.shape))
        at += part.size
    return list(zip(parts[::2], parts[1::2], strict=True))


def step(layers, memory, X, y, *, lr, decay):
    """One step of AdamW on a batch: (layers, memory) for the next step; memory is () before the first.

    decay: λ for each number of the layers, as `decays` gives it.
    """
    a = forward(layers, X)
    _, dz = softmax_cross_entropy(a[-1], y)
    g = flat(backward(layers, a, dz))
    theta, *memory = adamw(flat(layers), g, *memory, lr=lr, weight_decay=flat(decay))
    return unflat(theta, layers), memory


def confusion(labels, guesses):
    """Counts (10, 10): row i, column j is how many images of an i were read as a j."""
    table = np.zeros((10, 10), int)
    np.add.at(table, (labels, guesses), 1)
    return table


def bilinear(images, row, column):
    """The images (n, h, w) at places (n, k) between their pixels: the four around, in the shares of their nearness.

    0 ≤ row < h − 1 and 0 ≤ column < w − 1.
    """
    n, h, w = images.shape
    top, left = row.astype(int), column.astype(int)
    down, right = row - top, column - left
    at, ink = top * w + left + h * w * np.arange(n)[:, None], images.ravel()
    above = ink[at] + right * (ink[at + 1] - ink[at])
    below = ink[at + w] + right * (ink[at + w + 1] - ink[at + w])
    return above + down * (below - above)


def warp(X, turn, scale, shift, sample=bilinear):
    """Images (n, 64), each turned by `turn` (n,) radians, counter-clockwise, made `scale` (n,) times larger, and moved
    by `shift` (n, 2) pixels, down and right.

    Each pixel looks where it came from, and `sample` says what is there; outside the frame is paper.
    """
    n, framed = len(X), SIDE + 2
    paper = np.zeros((n, framed, framed))
    paper[:, 1:-1, 1:-1] = X.reshape(n, SIDE, SIDE)
    down, right = np.indices((SIDE, SIDE)).reshape(2, 1, -1) - MIDDLE
    down, right = down - shift[:, :1], right - shift[:, 1:]
    c, s = (np.cos(turn) / scale)[:, None], (np.sin(turn) / scale)[:, None]
    last = np.nextafter(framed - 1, 0)
    row = np.clip(c * down + s * right + MIDDLE + 1, 0, last)
    column = np.clip(c * right - s * down + MIDDLE + 1, 0, last)
    return sample(paper, row, column)


@dataclass(frozen=True)
class Moves:
    """augment(X, rng): each image moved, turned and scaled at random: up to so many pixels, degrees, and parts."""

    shift: float = 0.5
    turn: float = 10.0
    scale: float = 0.1

    def __post_init__(self):
        for name in ("shift", "turn", "scale"):
            non_negative(name, getattr(self, name))

    def __call__(self, X, rng):
        n, turn = len(X), np.radians(self.turn)
        turns, sizes = rng.uniform(-turn, turn, n), np.exp(rng.uniform(-self.scale, self.scale, n))
        return warp(X, turns, sizes, rng.uniform(-self.shift, self.shift, (n, 2)))


augment = Moves()


@dataclass(frozen=True)
class Recipe:
    """How a reader 64–width–10 is trained; what lesson 10 chose stands in PLAIN, BETTER and BEST."""

    width: int = 64
    epochs: int = 30
    lr: float = 1e-3
    anneal: bool = False  # by a cosine, down to 0 at the last step
    smoothing: float = 0.0
    decay: float = 0.0
    augment: Callable | None = None
    patience: int | None = None  # epochs to wait for a lower loss on a tenth of the images, which is held back for it
    batch: int = 64

    def but(self, **changes):
        """The same recipe with some of it changed."""
        return replace(self, **changes)


PLAIN = Recipe()
BETTER = Recipe(width=128, epochs=60, lr=5e-3, anneal=True)
BEST = Recipe(256, 300, 5e-3, True, smoothing=0.1, decay=0.01, augment=augment, patience=100)


def trained(recipe, X, y, *, seed=0):
    """(net, θ) of a reader that has seen the images X and labels y and nothing else."""
    net, held = Network(64, recipe.width, 10, smoothing=recipe.smoothing), None
    if recipe.patience:
        (X, y), held = split(X, y, 0.9, 0.1, seed=seed, stratify=True)
    steps = recipe.epochs * -(-len(X) // recipe.batch)
    lr = cosine_annealing(recipe.lr, steps=steps) if recipe.anneal else recipe.lr
    theta = net.initialise(seed=seed)
    decay = flat(decays(net.unpack(theta), recipe.decay))
    knobs = {"epochs": recipe.epochs, "batch_size": recipe.batch, "augment": recipe.augment, "weight_decay": decay}
    run, losses = train(net, theta, X, y, adamw, lr=lr, seed=seed, **knobs), []
    for epoch in run:
        if held is None:
            theta = epoch.theta
            continue
        losses.append(net.loss(epoch.theta, *held))
        best, stop = early_stopping(losses, patience=recipe.patience)
        if best == len(losses) - 1:
            theta = epoch.theta
        if stop is not None:
            break
    return net, theta
