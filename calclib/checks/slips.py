"""What lesson 08's optimizers should do in one step, each written another way than in the lesson, and known mistakes.

A table maps a sentence to the mistaken step: what x becomes, and all that is remembered.
"""

import numpy as np

__all__ = [
    "ADAM",
    "ADAMW",
    "DAMPED",
    "HEAVY",
    "NESTEROV",
    "RMSPROP",
    "ahead",
    "both",
    "dampened",
    "heavy",
    "scaled",
]


def heavy(x, g, v, lr, beta):
    """The heavy ball, as its displacement: Δx = βΔx − αg, with Δx = −αv."""
    moved = beta * (-lr * v) - lr * g
    return x + moved, -moved / lr


HEAVY = {
    "the (1 − β) does not belong here: PyTorch adds the whole g. With it every step is 1 − β times as long.": (
        lambda x, g, v, lr, beta: (x - lr * (beta * v + (1 - beta) * g), beta * v + (1 - beta) * g)
    ),
    "the rate stands inside v. While α is constant that is the same path, but it is not PyTorch's v; and a schedule "
    "would act late.": lambda x, g, v, lr, beta: (x - (beta * v + lr * g), beta * v + lr * g),
    "this is the form v ← βv − αg, x ← x + v. While α is constant that is the same path from rest, but PyTorch's v "
    "has no α in it, and points uphill: v ← βv + g, x ← x − αv.": (
        lambda x, g, v, lr, beta: (x + beta * v - lr * g, beta * v - lr * g)
    ),
    "α stands twice, in v and in the step.": (
        lambda x, g, v, lr, beta: (x - lr * (beta * v + lr * g), beta * v + lr * g)
    ),
    "β and 1 − β are swapped, and PyTorch has no 1 − β: v ← βv + g.": (
        lambda x, g, v, lr, beta: (x - lr * ((1 - beta) * v + beta * g), (1 - beta) * v + beta * g)
    ),
    "β is missing: v forgets nothing, so nothing slows it down.": (lambda x, g, v, lr, beta: (x - lr * (v + g), v + g)),
    "this steps with the old v: first v ← βv + g, then x.": lambda x, g, v, lr, beta: (x - lr * v, beta * v + g),
    "this steps along g alone: v is not used.": lambda x, g, v, lr, beta: (x - lr * g, v),
    "the v that came in is not used, as if every step were the first.": (lambda x, g, v, lr, beta: (x - lr * g, g)),
    "the sign of the update is turned: this climbs.": (
        lambda x, g, v, lr, beta: (x + lr * (beta * v + g), beta * v + g)
    ),
    "v points downhill here. The path is the same, but PyTorch's v points uphill, as g does, and x ← x − αv.": (
        lambda x, g, v, lr, beta: (x + lr * (beta * v - g), beta * v - g)
    ),
    "β multiplies g; it belongs to v, the past.": lambda x, g, v, lr, beta: (x - lr * (v + beta * g), v + beta * g),
    "β multiplies g as well: βv + g, not β(v + g).": (
        lambda x, g, v, lr, beta: (x - lr * beta * (v + g), beta * (v + g))
    ),
    "the learning rate is missing.": lambda x, g, v, lr, beta: (x - (beta * v + g), beta * v + g),
    "this is Nesterov's step; the heavy ball moves by αv.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + g)), beta * v + g)
    ),
    "the new v is to be returned, not the old one.": lambda x, g, v, lr, beta: (x - lr * (beta * v + g), v),
    "the two are swapped: x comes first.": lambda x, g, v, lr, beta: (beta * v + g, x - lr * (beta * v + g)),
}


def ahead(x, g, v, lr, beta):
    """Nesterov's step as two of Sutskever's parts: the ball has moved, and now the look ahead moves."""
    x, v = heavy(x, g, v, lr, beta)
    old = (v - g) / beta
    return x - lr * beta * (v - old), v


NESTEROV = {
    "this is the heavy ball. Nesterov looks on, by α(g + βv), with the new v: v ← βv + g comes first.": heavy,
    "β is missing in the look ahead: g + βv.": lambda x, g, v, lr, beta: (x - lr * (g + beta * v + g), beta * v + g),
    "g is missing in the step: g + βv, with the new v.": (
        lambda x, g, v, lr, beta: (x - lr * beta * (beta * v + g), beta * v + g)
    ),
    "brackets are missing: α multiplies both, g and βv.": (
        lambda x, g, v, lr, beta: (x - (lr * g + beta * (beta * v + g)), beta * v + g)
    ),
    "β belongs to v in the step as well: g + βv, not v + βg.": (
        lambda x, g, v, lr, beta: (x - lr * (beta * v + g + beta * g), beta * v + g)
    ),
    "the rate stands inside v. While α is constant that is the same path, but it is not PyTorch's v.": (
        lambda x, g, v, lr, beta: (x - (lr * g + beta * (beta * v + lr * g)), beta * v + lr * g)
    ),
    "this is the form v ← βv − αg, with v before and after. While α is constant that is the same path from rest, but "
    "PyTorch's v has no α in it, and points uphill.": (
        lambda x, g, v, lr, beta: (x - beta * v + (1 + beta) * (beta * v - lr * g), beta * v - lr * g)
    ),
    "the learning rate is missing.": (lambda x, g, v, lr, beta: (x - (g + beta * (beta * v + g)), beta * v + g)),
    "v has gone one step too far: it is renewed once, by βv + g; the look ahead is for x alone.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + g)), g + beta * (beta * v + g))
    ),
    "the (1 − β) does not belong here: PyTorch adds the whole g.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + (1 - beta) * g)), beta * v + (1 - beta) * g)
    ),
    "the sign of the update is turned: this climbs.": (
        lambda x, g, v, lr, beta: (x + lr * (g + beta * (beta * v + g)), beta * v + g)
    ),
    "the v that came in is not used, as if every step were the first.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * g), g)
    ),
    "the new v is to be returned, not the old one.": (
        lambda x, g, v, lr, beta: (x - lr * (g + beta * (beta * v + g)), v)
    ),
}


def scaled(x, g, v, lr, beta, eps):
    """RMSprop, coordinate by coordinate."""
    v = np.array([old + (1 - beta) * (slope * slope - old) for old, slope in zip(v, g, strict=True)])
    return np.array([a - lr * b / (s**0.5 + eps) for a, b, s in zip(x, g, v, strict=True)]), v


def with_scale(v_of, step=lambda g, v, eps: g / (np.sqrt(v) + eps)):
    """A mistaken RMSprop: `v_of(g, v, beta)` is its memory, `step` its division."""

    def slip(x, g, v, lr, beta, eps):
        with np.errstate(all="ignore"):
            new = v_of(g, v, beta)
            return x - lr * step(g, new, eps), new + np.zeros(2)

    return slip


def mean_square(g, v, beta):
    """What the memory should be."""
    return beta * v + (1 - beta) * g**2


RMSPROP = {
    "ε stands inside the root: √v + ε, so that a tiny v still leaves ε and not √ε.": (
        with_scale(mean_square, lambda g, v, eps: g / np.sqrt(v + eps))
    ),
    "v is one number for all: every coordinate has a v of its own, so no mean, sum or norm over g.": (
        with_scale(lambda g, v, beta: beta * v + (1 - beta) * np.mean(g**2))
    ),
    "one v is shared by all coordinates: no sum or norm over g, each has its own.": (
        with_scale(lambda g, v, beta: beta * v + (1 - beta) * np.sum(g**2))
    ),
    "(1 − β) is missing: this is no mean of g², it is 1/(1 − β) times too large.": (
        with_scale(lambda g, v, beta: beta * v + g**2)
    ),
    "this is AdaGrad's sum: RMSprop forgets, v ← βv + (1 − β)g².": with_scale(lambda g, v, beta: v + g**2),
    "β and 1 − β are swapped: β belongs to the past.": with_scale(lambda g, v, beta: (1 - beta) * v + beta * g**2),
    "g is not squared: v is the mean of g².": with_scale(lambda g, v, beta: beta * v + (1 - beta) * g),
    "the size |g| is averaged; v is the mean of g².": with_scale(lambda g, v, beta: beta * v + (1 - beta) * abs(g)),
    "the root is missing: divide by √v + ε.": with_scale(mean_square, lambda g, v, eps: g / (v + eps)),
    "ε is missing.": with_scale(mean_square, lambda g, v, eps: g / np.sqrt(v)),
    "this multiplies by the root: divide, so that steep coordinates get small rates.": (
        with_scale(mean_square, lambda g, v, eps: g * (np.sqrt(v) + eps))
    ),
    "brackets are missing: g/√v + ε adds ε to the step; it is g/(√v + ε).": (
        with_scale(mean_square, lambda g, v, eps: g / np.sqrt(v) + eps)
    ),
    "brackets are missing: αg/√v + ε adds ε to x; it is αg/(√v + ε).": (
        lambda x, g, v, lr, beta, eps: (
            x - lr * g / np.sqrt(mean_square(g, v, beta)) + eps,
            mean_square(g, v, beta),
        )
    ),
    "brackets are missing: α/√v + ε adds ε to the rate; it is α/(√v + ε).": (
        lambda x, g, v, lr, beta, eps: (
            x - (lr / np.sqrt(mean_square(g, v, beta)) + eps) * g,
            mean_square(g, v, beta),
        )
    ),
    "the learning rate is missing.": (
        lambda x, g, v, lr, beta, eps: (
            x - g / (np.sqrt(mean_square(g, v, beta)) + eps),
            mean_square(g, v, beta),
        )
    ),
    "v is not used in the step: divide g by √v + ε.": with_scale(mean_square, lambda g, v, eps: g),
    "the v that came in is not used, as if every step were the first.": (
        with_scale(lambda g, v, beta: (1 - beta) * g**2)
    ),
    "the sign of the update is turned: this climbs.": (
        with_scale(mean_square, lambda g, v, eps: -g / (np.sqrt(v) + eps))
    ),
    "this divides by the old v: renew it first, then step.": (
        lambda x, g, v, lr, beta, eps: (x - lr * g / (np.sqrt(v) + eps), mean_square(g, v, beta))
    ),
    "the new v is to be returned, not the old one.": (
        lambda x, g, v, lr, beta, eps: (scaled(x, g, v, lr, beta, eps)[0], v)
    ),
}


def moments(g, m, v, beta1, beta2):
    """Both running means, coordinate by coordinate."""
    m = np.array([old + (1 - beta1) * (slope - old) for old, slope in zip(m, g, strict=True)])
    v = np.array([old + (1 - beta2) * (slope * slope - old) for old, slope in zip(v, g, strict=True)])
    return m, v


def both(x, g, m, v, t, lr, beta1, beta2, eps, weight_decay=0.0):
    """Adam's step, and with a weight decay AdamW's: a second way to write Algorithm 1."""
    t, (m, v) = t + 1, moments(g, m, v, beta1, beta2)
    size = np.sqrt(v / (1 - beta2**t)) + eps
    return x - lr * weight_decay * x - lr * (m / (1 - beta1**t)) / size, m, v, t


def with_moments(step, keep=lambda m, v, t, b1, b2: (m, v, t), means=moments):
    """A mistaken Adam: `step(g, m, v, t, beta1, beta2, eps)` is what it moves by, over α, `keep` what it returns."""

    def slip(x, g, m, v, t, lr, beta1, beta2, eps):
        with np.errstate(all="ignore"):
            t, (m, v) = t + 1, means(g, m, v, beta1, beta2)
            return x - lr * step(g, m, v, t, beta1, beta2, eps), *keep(m, v, t, beta1, beta2)

    return slip


def right_step(g, m, v, t, b1, b2, eps):
    """What Adam moves by, over α."""
    return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


ADAM = {
    "m̂ is without its correction: divide m by 1 − β₁ᵗ.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (np.sqrt(v / (1 - b2**t)) + eps))
    ),
    "v̂ is without its correction: divide v by 1 − β₂ᵗ.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (1 - b1**t) / (np.sqrt(v) + eps))
    ),
    "neither m nor v is corrected: m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ).": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (np.sqrt(v) + eps))
    ),
    "ε stands inside the root: m̂/(√v̂ + ε), as in Algorithm 1 and in PyTorch.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + eps))
    ),
    "this adds ε to √v before v is corrected; the paper's short form does, Algorithm 1 and PyTorch add it to √v̂.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (1 - b1**t) * np.sqrt(1 - b2**t) / (np.sqrt(v) + eps))
    ),
    "t is too small by one: count this step first, t ← t + 1; the first step has t = 1.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: right_step(g, m, v, t - 1, b1, b2, eps))
    ),
    "the power is missing: 1 − βᵗ, not 1 − β, which is right in the first step only.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: right_step(g, m, v, 1, b1, b2, eps))
    ),
    "this multiplies by 1 − βᵗ: m and v are too small, so divide.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m * (1 - b1**t) / (np.sqrt(v * (1 - b2**t)) + eps))
    ),
    "v is corrected outside the root: √(v/(1 − β₂ᵗ)), not √v/(1 − β₂ᵗ).": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (1 - b1**t) / (np.sqrt(v) / (1 - b2**t) + eps))
    ),
    "ε is missing.": with_moments(lambda g, m, v, t, b1, b2, eps: right_step(g, m, v, t, b1, b2, 0.0)),
    "brackets are missing: αm̂/√v̂ + ε adds ε to x; it is αm̂/(√v̂ + ε).": (
        lambda x, g, m, v, t, lr, eps, **b: (lambda new, *kept: (new + eps, *kept))(
            *both(x, g, m, v, t, lr=lr, eps=0.0, **b)
        )
    ),
    "the learning rate is missing.": lambda x, g, m, v, t, lr, **knobs: both(x, g, m, v, t, lr=1.0, **knobs),
    "one β serves both: β₁ belongs to m, β₂ to v.": (
        with_moments(
            lambda g, m, v, t, b1, b2, eps: right_step(g, m, v, t, b1, b1, eps),
            means=lambda g, m, v, b1, b2: moments(g, m, v, b1, b1),
        )
    ),
    "the two β are swapped: β₁ belongs to m, β₂ to v.": (
        with_moments(
            lambda g, m, v, t, b1, b2, eps: right_step(g, m, v, t, b2, b1, eps),
            means=lambda g, m, v, b1, b2: moments(g, m, v, b2, b1),
        )
    ),
    "m̂ and v̂ are for this step only: what is returned and corrected again is m and v themselves.": (
        with_moments(right_step, lambda m, v, t, b1, b2: (m / (1 - b1**t), v / (1 - b2**t), t))
    ),
    "this steps along g; Adam steps along its mean m̂.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: g / (np.sqrt(v / (1 - b2**t)) + eps))
    ),
    "one v is shared by all coordinates: each has its own, so no mean or norm over g.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: (moments(g, m, v, b1, b2)[0], shared(g, v, b2)))
    ),
    "the root is missing: divide by √v̂ + ε.": (
        with_moments(lambda g, m, v, t, b1, b2, eps: m / (1 - b1**t) / (v / (1 - b2**t) + eps))
    ),
    "(1 − β₁) and (1 − β₂) are missing: m and v are means, not sums.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: (b1 * m + g, b2 * v + g**2))
    ),
    "(1 − β₁) is missing: m is a mean, not a sum.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: (b1 * m + g, moments(g, m, v, b1, b2)[1]))
    ),
    "(1 − β₂) is missing: v is a mean, not a sum.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: (moments(g, m, v, b1, b2)[0], b2 * v + g**2))
    ),
    "g is not squared in v.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: (moments(g, m, v, b1, b2)[0], b2 * v + (1 - b2) * g))
    ),
    "the memory that came in is not used, as if every step were the first.": (
        with_moments(right_step, means=lambda g, m, v, b1, b2: ((1 - b1) * g, (1 - b2) * g**2))
    ),
    "the sign of the update is turned: this climbs.": with_moments(lambda *known: -right_step(*known)),
    "t comes back as it went in: return t + 1, or every step counts as the first.": (
        with_moments(right_step, lambda m, v, t, b1, b2: (m, v, t - 1))
    ),
    "m and v are swapped in what is returned: x, m, v, t.": (
        with_moments(right_step, lambda m, v, t, b1, b2: (v, m, t))
    ),
}


def shared(g, v, beta2):
    """A second moment that all coordinates share."""
    return beta2 * v + (1 - beta2) * np.mean(g**2)


def with_decay(decay):
    """A mistaken AdamW: `decay(new x of Adam, x, lr, wd)` is its new x."""

    def slip(x, g, m, v, t, lr, beta1, beta2, eps, weight_decay):
        new, *memory = both(x, g, m, v, t, lr, beta1, beta2, eps)
        return decay(new, x, lr, weight_decay), *memory

    return slip


def beside_decay(slip):
    """A mistake of Adam's, with the decay as it should be."""

    def decayed(x, g, m, v, t, weight_decay, **knobs):
        new, *memory = slip(x, g, m, v, t, **knobs)
        return new - knobs["lr"] * weight_decay * x, *memory

    return decayed


ADAMW = {
    "the decay goes through Adam: λx is added to g, and divided by √v̂ like everything. x ← (1 − αλ)x stands apart.": (
        lambda x, g, m, v, t, weight_decay, **knobs: both(x, g + weight_decay * x, m, v, t, **knobs)
    ),
    "α is missing in the decay: x ← (1 − αλ)x.": with_decay(lambda new, x, lr, wd: new - wd * x),
    "the new x decays here, the step with it: take (1 − αλ) times the old x, then the step.": (
        with_decay(lambda new, x, lr, wd: (1 - lr * wd) * new)
    ),
    "nothing decays: this is Adam.": with_decay(lambda new, x, lr, wd: new),
    "the sign of the decay is turned: weights grow.": with_decay(lambda new, x, lr, wd: new + lr * wd * x),
    "λx is divided by √v̂, as m̂ is: x ← (1 − αλ)x stands apart.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps, weight_decay: (
            lambda new, m, v, t: (new - lr * weight_decay * x / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t)
        )(*both(x, g, m, v, t, lr, beta1, beta2, eps))
    ),
    "x itself is lost: (1 − αλ)x, not −αλx alone.": with_decay(lambda new, x, lr, wd: new - x - lr * wd * x),
    "the decay is twice too strong: (1 − αλ)x comes from ½λx², whose slope has no 2.": (
        with_decay(lambda new, x, lr, wd: new - 2 * lr * wd * x)
    ),
    "the decay takes the sign of x, as L1 does; here it is x itself.": (
        with_decay(lambda new, x, lr, wd: new - lr * wd * np.sign(x))
    ),
} | {sentence: beside_decay(slip) for sentence, slip in ADAM.items()}


def dampened(x, g, v, t, lr, beta, dampening):
    """PyTorch's rule: the first v is g, whole; later ones are βv + (1 − τ)g."""
    v = (
        np.array(g)
        if t == 0
        else np.array([beta * old + slope - dampening * slope for old, slope in zip(v, g, strict=True)])
    )
    return x - lr * v, v, t + 1


def with_damping(v_of, counted=1):
    """A mistaken PyTorch: `v_of(g, v, t, beta, tau)` is its memory."""

    def slip(x, g, v, t, lr, beta, dampening):
        v = v_of(g, v, t, beta, dampening)
        return x - lr * v, v, t + counted

    return slip


DAMPED = {
    "the first step is dampened too: PyTorch's first v is g, whole.": (
        with_damping(lambda g, v, t, beta, tau: beta * v + (1 - tau) * g)
    ),
    "nothing is dampened: from the second step on it is (1 − τ)g.": with_damping(
        lambda g, v, t, beta, tau: beta * v + g
    ),
    "τ multiplies g; it is 1 − τ that does.": (
        with_damping(lambda g, v, t, beta, tau: g if t == 0 else beta * v + tau * g)
    ),
    "this takes β for τ: the dampening is a knob of its own.": (
        with_damping(lambda g, v, t, beta, tau: g if t == 0 else beta * v + (1 - beta) * g)
    ),
    "the second step is not dampened either: only t = 0, before any step, is the first.": (
        with_damping(lambda g, v, t, beta, tau: g if t <= 1 else beta * v + (1 - tau) * g)
    ),
    "the past is dampened as well: βv + (1 − τ)g.": (
        with_damping(lambda g, v, t, beta, tau: g if t == 0 else (1 - tau) * (beta * v + g))
    ),
    "every step is taken for the first: v is always g.": with_damping(lambda g, v, t, beta, tau: g),
    "t comes back as it went in: return t + 1, or every step counts as the first.": (
        with_damping(lambda g, v, t, beta, tau: g if t == 0 else beta * v + (1 - tau) * g, counted=0)
    ),
}
