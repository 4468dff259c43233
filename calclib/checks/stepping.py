"""Lesson 10's step, another way: slopes by complex steps through the loss, and Adam's means as sums over the past."""

import numpy as np

from calclib.gradients import gradient

__all__ = ["SLIPS", "near", "path"]

# What is known to go wrong in a step, each by the knobs of `path` that do it.
SLIPS = {
    "the memory starts anew each time: hand it on, adamw(θ, g, *memory, …).": {"forgets": True},
    "adamw's own decay, 0.01, is at work, on biases too: weight_decay=hand.flat(decay).": {"decay": 0.01},
    "nothing decays: weight_decay=hand.flat(decay).": {"decay": 0.0},
    "adamw's own rate, 0.001, is at work: lr=lr.": {"lr": 0.001},
    "this is gradient descent, θ − α∂θ; the step is adamw's.": {"plain": True},
    "this is Adam, with the decay as a part of the gradient; AdamW keeps it out of there.": {"inside": True},
    "the loss climbs: the gradient has its sign turned.": {"sign": -1},
}


def near(part, wanted):
    """Whether these numbers agree, to 8 digits."""
    return part.shape == wanted.shape and np.all(abs(part - wanted) <= 1e-8 * np.maximum(1, abs(wanted)))


def path(parts, batches, rates, loss, lam, *, forgets=False, plain=False, inside=False, sign=1, decay=None, lr=None):
    """The parts [W₁, b₁, …] after each step of AdamW on loss(parts, X, y), or with one thing wrong in it."""
    taken, seen = [], []
    for (X, y), rate in zip(batches, rates, strict=True):
        rate = rate if lr is None else lr
        g = [sign * slope for slope in slopes(loss, parts, X, y)]
        own = 0.0 if plain else decay
        pulls = [(each if own is None else own) * part for each, part in zip(lam, parts, strict=True)]
        if inside:
            g, pulls = [slope + pull for slope, pull in zip(g, pulls, strict=True)], [0.0] * len(g)
        seen = [g] if forgets else [*seen, g]
        moves = [slope if plain else adams(past) for slope, past in zip(g, zip(*seen, strict=True), strict=True)]
        parts = [part - rate * (pull + move) for part, pull, move in zip(parts, pulls, moves, strict=True)]
        taken.append(parts)
    return taken


def adams(past):
    """m̂/(√v̂ + ε): means of all gradients so far and of their squares, each counting less the older it is."""
    ages = np.arange(len(past))[::-1]
    m, v = np.average(past, axis=0, weights=0.9**ages), np.average(np.square(past), axis=0, weights=0.999**ages)
    return m / (np.sqrt(v) + 1e-8)


def slopes(loss, parts, X, y):
    """The gradient of the loss in each part."""
    cuts = np.cumsum([part.size for part in parts])[:-1]

    def shaped(theta):
        return [cut.reshape(part.shape) for cut, part in zip(np.split(theta, cuts), parts, strict=True)]

    theta = np.concatenate([part.ravel() for part in parts])
    return shaped(gradient(lambda theta: loss(shaped(theta), X, y), theta, method="complex"))
