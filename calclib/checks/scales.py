"""Lesson 08's RMSprop, written another way than in the lesson, and known mistakes in it.

A table maps a sentence to the mistaken step: what x becomes, and all that is remembered.
"""

import numpy as np

__all__ = ["RMSPROP", "mean_square", "scaled"]


def mean_square(g, v, beta):
    """v ← v + (1 − β)(g² − v): the mean moves a part of the way, coordinate by coordinate."""
    return np.array([old + (1 - beta) * (slope * slope - old) for old, slope in zip(v, g, strict=True)])


def scaled(x, g, v, lr, beta, eps):
    """RMSprop, with the root as a power."""
    v = mean_square(g, v, beta)
    return x - lr * g * (v**0.5 + eps) ** -1, v


def scale(v_of=mean_square, step=lambda g, v, eps: g / (np.sqrt(v) + eps)):
    """A mistaken RMSprop: `v_of(g, v, beta)` is its memory, `step(g, v, eps)` what it moves by, over α."""

    def slip(x, g, v, lr, beta, eps):
        with np.errstate(all="ignore"):
            v = v_of(g, v, beta)
            return x - lr * step(g, v, eps), v

    return slip


def moving(step):
    """A mistaken RMSprop, x − step(g, new v, α, ε), whose v is right."""

    def slip(x, g, v, lr, beta, eps):
        v = mean_square(g, v, beta)
        return x - step(g, v, lr, eps), v

    return slip


RMSPROP = {
    "ε stands inside the root: √v + ε, so that a tiny v still leaves ε and not √ε.": (
        scale(step=lambda g, v, eps: g / np.sqrt(v + eps))
    ),
    "v is one number for all: no mean over g, each coordinate has its own.": (
        scale(lambda g, v, beta: beta * v + (1 - beta) * np.mean(g**2))
    ),
    "one v is shared by all coordinates: no sum or norm over g, each has its own.": (
        scale(lambda g, v, beta: beta * v + (1 - beta) * np.sum(g**2))
    ),
    "(1 − β) is missing: this is no mean of g², it is 1/(1 − β) times too large.": (
        scale(lambda g, v, beta: beta * v + g**2)
    ),
    "this is AdaGrad's sum: RMSprop forgets, v ← βv + (1 − β)g².": scale(lambda g, v, beta: v + g**2),
    "β and 1 − β are swapped: β belongs to the past.": scale(lambda g, v, beta: (1 - beta) * v + beta * g**2),
    "β stands as 0.99, whatever is given: use the knob beta.": scale(lambda g, v, beta: mean_square(g, v, 0.99)),
    "(1 − β) is squared along with g: (1 − β)g², not ((1 − β)g)².": (
        scale(lambda g, v, beta: beta * v + ((1 - beta) * g) ** 2)
    ),
    "the old v is squared; it is a mean of squares already.": (
        scale(lambda g, v, beta: beta * v**2 + (1 - beta) * g**2)
    ),
    "the mean is squared; v is the mean of g².": scale(lambda g, v, beta: (beta * v + (1 - beta) * g) ** 2),
    "g is not squared: v is the mean of g².": scale(lambda g, v, beta: beta * v + (1 - beta) * g),
    "the size |g| is averaged; v is the mean of g².": scale(lambda g, v, beta: beta * v + (1 - beta) * abs(g)),
    "the v that came in is not used, as if every step were the first.": scale(lambda g, v, beta: (1 - beta) * g**2),
    "v is kept as its root; the root is for the step only.": (
        scale(lambda g, v, beta: np.sqrt(mean_square(g, v, beta)), lambda g, v, eps: g / (v + eps))
    ),
    "the correction v/(1 − β) is Adam's, and for its first step; RMSprop takes v as it is.": (
        lambda x, g, v, lr, beta, eps: (
            x - lr * g / (np.sqrt(mean_square(g, v, beta) / (1 - beta)) + eps),
            mean_square(g, v, beta),
        )
    ),
    "the root is missing: divide by √v + ε.": scale(step=lambda g, v, eps: g / (v + eps)),
    "v is squared, where its root should be: divide by √v + ε.": scale(step=lambda g, v, eps: g / (v**2 + eps)),
    "ε is missing.": scale(step=lambda g, v, eps: g / np.sqrt(v)),
    "ε stands as 1e-8, whatever is given: use the knob eps.": scale(step=lambda g, v, eps: g / (np.sqrt(v) + 1e-8)),
    "ε is multiplied; it is added to the root.": scale(step=lambda g, v, eps: g / np.sqrt(v) * eps),
    "this multiplies by the root: divide, so that steep coordinates get small rates.": (
        scale(step=lambda g, v, eps: g * (np.sqrt(v) + eps))
    ),
    "g is missing in the step: αg/(√v + ε).": scale(step=lambda g, v, eps: 1 / (np.sqrt(v) + eps)),
    "v stands where g should in the step: αg/(√v + ε).": scale(step=lambda g, v, eps: v / (np.sqrt(v) + eps)),
    "only the sign of g is left: αg/(√v + ε).": scale(step=lambda g, v, eps: np.sign(g)),
    "v is not used in the step: divide g by √v + ε.": scale(step=lambda g, v, eps: g),
    "the sign of the update is turned: this climbs.": scale(step=lambda g, v, eps: -g / (np.sqrt(v) + eps)),
    "the learning rate is missing.": moving(lambda g, v, lr, eps: g / (np.sqrt(v) + eps)),
    "brackets are missing: g/√v + ε adds ε to the step; it is g/(√v + ε).": (
        scale(step=lambda g, v, eps: g / np.sqrt(v) + eps)
    ),
    "brackets are missing: αg/√v + ε adds ε to x; it is αg/(√v + ε).": (
        moving(lambda g, v, lr, eps: lr * g / np.sqrt(v) - eps)
    ),
    "brackets are missing: α/√v + ε adds ε to the rate; it is α/(√v + ε).": (
        moving(lambda g, v, lr, eps: (lr / np.sqrt(v) + eps) * g)
    ),
    "this divides by the old v: renew it first, then step.": (
        lambda x, g, v, lr, beta, eps: (x - lr * g / (np.sqrt(v) + eps), mean_square(g, v, beta))
    ),
    "the new v is to be returned, not the old one.": (
        lambda x, g, v, lr, beta, eps: (scaled(x, g, v, lr, beta, eps)[0], v)
    ),
}
