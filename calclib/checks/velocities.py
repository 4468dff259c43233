"""Lesson 08's steps with a velocity, each written another way than in the lesson, and known mistakes in them.

A table maps a sentence to the mistaken step: what x becomes, and all that is remembered.
"""

import numpy as np

__all__ = ["DAMPED", "HEAVY", "NESTEROV", "ahead", "dampened", "heavy"]


def heavy(x, g, v, lr, beta):
    """The heavy ball, as its displacement: Δx = βΔx − αg, with Δx = −αv."""
    moved = beta * (-lr * v) - lr * g
    return x + moved, -moved / lr


def ahead(x, g, v, lr, beta):
    """Nesterov's step as two of Sutskever's parts: the ball has moved, and now the look ahead moves."""
    x, v = heavy(x, g, v, lr, beta)
    old = (v - g) / beta
    return x - lr * beta * (v - old), v


def dampened(x, g, v, t, lr, beta, dampening):
    """PyTorch's rule: the first v is g, whole; later ones are βv + (1 − τ)g."""
    after = [beta * old + slope - dampening * slope for old, slope in zip(v, g, strict=True)]
    v = np.array(g if t == 0 else after)
    return x - lr * v, v, t + 1


RENEWED = {  # what v may become in place of βv + g
    "the (1 − β) does not belong here: PyTorch adds the whole g. With it every step is 1 − β times as long.": (
        lambda g, v, lr, beta: beta * v + (1 - beta) * g
    ),
    "β and 1 − β are swapped, and PyTorch has no 1 − β: v ← βv + g.": lambda g, v, lr, beta: (1 - beta) * v + beta * g,
    "β is missing: v forgets nothing, so nothing slows it down.": lambda g, v, lr, beta: v + g,
    "β stands as 0.9, whatever is given: use the knob beta.": lambda g, v, lr, beta: 0.9 * v + g,
    "β multiplies g; it belongs to v, the past.": lambda g, v, lr, beta: v + beta * g,
    "β multiplies g as well: βv + g, not β(v + g).": lambda g, v, lr, beta: beta * (v + g),
    "β is no base: beta * v, not beta ** v.": lambda g, v, lr, beta: beta**v + g,
    "α stands twice, in v and in the step.": lambda g, v, lr, beta: beta * v + lr * g,
    "one velocity is shared: no norm of g, each coordinate has its own.": (
        lambda g, v, lr, beta: beta * v + np.linalg.norm(g)
    ),
    "g is missing in v: v ← βv + g.": lambda g, v, lr, beta: beta * v,
    "g is subtracted in v: v ← βv + g, and x ← x − αv goes down.": lambda g, v, lr, beta: beta * v - g,
    "the v that came in is not used, as if every step were the first.": lambda g, v, lr, beta: g,
}


def along(step):
    """The mistakes of RENEWED in an optimizer that moves by α·step(g, new v, β)."""

    def slipped(renew):
        def slip(x, g, v, lr, beta):
            v = renew(g, v, lr, beta)
            return x - lr * step(g, v, beta), v

        return slip

    return {sentence: slipped(renew) for sentence, renew in RENEWED.items()}


def moving(step):
    """A mistaken step, x − step(g, new v, old v, α, β), whose v is right."""

    def slip(x, g, v, lr, beta):
        new = beta * v + g
        return x - step(g, new, v, lr, beta), new

    return slip


HEAVY = along(lambda g, v, beta: v) | {
    "the rate stands inside v. While α is constant that is the same path, but it is not PyTorch's v; and a schedule "
    "would act late.": lambda x, g, v, lr, beta: (x - (beta * v + lr * g), beta * v + lr * g),
    "this is the form v ← βv − αg, x ← x + v. While α is constant that is the same path from rest, but PyTorch's v "
    "has no α in it, and points uphill: v ← βv + g, x ← x − αv.": (
        lambda x, g, v, lr, beta: (x + beta * v - lr * g, beta * v - lr * g)
    ),
    "v points downhill here. The path is the same, but PyTorch's v points uphill, as g does, and x ← x − αv.": (
        lambda x, g, v, lr, beta: (x + lr * (beta * v - g), beta * v - g)
    ),
    "this steps with the old v: first v ← βv + g, then x.": moving(lambda g, new, v, lr, beta: lr * v),
    "this steps along g alone: v is not used.": lambda x, g, v, lr, beta: (x - lr * g, v),
    "this steps along g alone: the new v is not used.": moving(lambda g, new, v, lr, beta: lr * g),
    "g comes twice: v has it already, and x moves by αv alone.": moving(lambda g, new, v, lr, beta: lr * (g + new)),
    "β comes once more in the step: x moves by αv.": moving(lambda g, new, v, lr, beta: lr * beta * new),
    "the learning rate is missing.": moving(lambda g, new, v, lr, beta: new),
    "the sign of the update is turned: this climbs.": moving(lambda g, new, v, lr, beta: -lr * new),
    "this is Nesterov's step; the heavy ball moves by αv.": moving(lambda g, new, v, lr, beta: lr * (g + beta * new)),
    "the new v is to be returned, not the old one.": lambda x, g, v, lr, beta: (x - lr * (beta * v + g), v),
    "v comes back times α; what is remembered is v itself.": (
        lambda x, g, v, lr, beta: (x - lr * (beta * v + g), lr * (beta * v + g))
    ),
    "α stands as 0.1, whatever is given: use the knob lr.": moving(lambda g, new, v, lr, beta: 0.1 * new),
    "x is returned twice: the new v comes second.": lambda x, g, v, lr, beta: (x - lr * (beta * v + g), x),
    "the two are swapped: x comes first.": lambda x, g, v, lr, beta: (beta * v + g, x - lr * (beta * v + g)),
}

NESTEROV = along(lambda g, v, beta: g + beta * v) | {
    "this is the heavy ball. Nesterov looks on, by α(g + βv), with the new v: v ← βv + g comes first.": heavy,
    "the rate stands inside v. While α is constant that is the same path, but it is not PyTorch's v.": (
        lambda x, g, v, lr, beta: (x - (lr * g + beta * (beta * v + lr * g)), beta * v + lr * g)
    ),
    "this is the form v ← βv − αg, with v before and after. While α is constant that is the same path from rest, but "
    "PyTorch's v has no α in it, and points uphill.": (
        lambda x, g, v, lr, beta: (x - beta * v + (1 + beta) * (beta * v - lr * g), beta * v - lr * g)
    ),
    "β is missing in the look ahead: g + βv.": moving(lambda g, new, v, lr, beta: lr * (g + new)),
    "g is missing in the step: g + βv, with the new v.": moving(lambda g, new, v, lr, beta: lr * beta * new),
    "βv is subtracted in the look ahead: g + βv.": moving(lambda g, new, v, lr, beta: lr * (g - beta * new)),
    "g stands twice in the step: g + βv, not g + βg.": moving(lambda g, new, v, lr, beta: lr * (g + beta * g)),
    "brackets are missing: α multiplies both, g and βv.": moving(lambda g, new, v, lr, beta: lr * g + beta * new),
    "brackets are missing, and a sign: α(g + βv) is taken off as a whole.": (
        moving(lambda g, new, v, lr, beta: lr * g - beta * new)
    ),
    "β belongs to v in the step as well: g + βv, not v + βg.": (
        moving(lambda g, new, v, lr, beta: lr * (new + beta * g))
    ),
    "the ball has moved by αv, and looks on by αβv: its way is too long by the past. It is g + βv.": (
        moving(lambda g, new, v, lr, beta: lr * (1 + beta) * new)
    ),
    "β² belongs to the old v; the new one is multiplied by β.": (
        moving(lambda g, new, v, lr, beta: lr * (g + beta**2 * new))
    ),
    "the look ahead is βv itself, not how v has changed.": (
        moving(lambda g, new, v, lr, beta: lr * (g + beta * (new - v)))
    ),
    "the learning rate is missing.": moving(lambda g, new, v, lr, beta: g + beta * new),
    "the sign of the update is turned: this climbs.": moving(lambda g, new, v, lr, beta: -lr * (g + beta * new)),
    "v has gone one step too far: it is renewed once, by βv + g; the look ahead is for x alone.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + g)), g + beta * (beta * v + g))
    ),
    "the new v is to be returned, not the old one.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + g)), v)
    ),
}


def with_damping(later, first=lambda g, v, beta, tau: g, firsts=1, counted=1):
    """A mistaken dampening: `first` and `later` are what v becomes, in so many first steps and after them."""

    def slip(x, g, v, t, lr, beta, dampening):
        v = (first if t < firsts else later)(g, v, beta, dampening)
        return x - lr * v, v, t + counted

    return slip


def mean(g, v, beta, tau):
    """What v becomes after the first step."""
    return beta * v + (1 - tau) * g


DAMPED = {
    "the first step is dampened too: PyTorch's first v is g, whole.": with_damping(mean, first=mean),
    "the second step is not dampened either: only t = 0, before any step, is the first.": with_damping(mean, firsts=2),
    "a v of 0 is no sign of the first step; t is: it may come back to 0 later.": (
        lambda x, g, v, t, **knobs: dampened(x, g, v, t if np.any(v) else 0, **knobs)[:2] + (t + 1,)
    ),
    "nothing is dampened: from the second step on it is (1 − τ)g.": with_damping(lambda g, v, beta, tau: beta * v + g),
    "τ multiplies g; it is 1 − τ that does.": with_damping(lambda g, v, beta, tau: beta * v + tau * g),
    "this takes β for τ: the dampening is a knob of its own.": (
        with_damping(lambda g, v, beta, tau: beta * v + (1 - beta) * g)
    ),
    "τ and β are swapped: βv + (1 − τ)g.": with_damping(lambda g, v, beta, tau: tau * v + (1 - beta) * g),
    "this takes τ for β in the past: βv + (1 − τ)g.": with_damping(lambda g, v, beta, tau: tau * v + (1 - tau) * g),
    "the past is dampened in place of g: βv + (1 − τ)g.": (
        with_damping(lambda g, v, beta, tau: (1 - tau) * beta * v + g)
    ),
    "the past is dampened as well: βv + (1 − τ)g.": with_damping(lambda g, v, beta, tau: (1 - tau) * (beta * v + g)),
    "the sign of the update is turned: this climbs.": (
        lambda x, g, v, t, **knobs: (lambda new, *kept: (2 * x - new, *kept))(*dampened(x, g, v, t, **knobs))
    ),
    "every step is taken for the first: v is always g.": with_damping(lambda g, v, beta, tau: g),
    "t comes back as it went in: return t + 1, or every step counts as the first.": with_damping(mean, counted=0),
}
