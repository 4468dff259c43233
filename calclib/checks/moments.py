"""Lesson 08's Adam and AdamW, each written another way than in the lesson, and known mistakes in them.

A table maps a sentence to the mistaken step: what x becomes, and all that is remembered.
"""

from typing import NamedTuple

import numpy as np

from calclib.checks.scales import mean_square

__all__ = ["ADAM", "ADAMW", "both"]


class Moments(NamedTuple):
    """What Adam has when it steps: g, the new m and v, t with this step, and its knobs."""

    g: np.ndarray
    m: np.ndarray
    v: np.ndarray
    t: int
    b1: float
    b2: float
    eps: float

    @property
    def m_hat(self):
        return self.m / (1 - self.b1**self.t)

    @property
    def v_hat(self):
        return self.v / (1 - self.b2**self.t)

    def step(self):
        """What Adam moves by, over α."""
        return self.m_hat / (np.sqrt(self.v_hat) + self.eps)


def means(g, m, v, b1, b2):
    """Both running means."""
    return np.array([old + (1 - b1) * (slope - old) for old, slope in zip(m, g, strict=True)]), mean_square(g, v, b2)


def both(x, g, m, v, t, lr, beta1, beta2, eps, weight_decay=0.0):
    """Adam's step, and with a weight decay AdamW's: a second way to write Algorithm 1."""
    here = Moments(g, *means(g, m, v, beta1, beta2), t + 1, beta1, beta2, eps)
    return x - lr * weight_decay * x - lr * here.step(), here.m, here.v, here.t


def slip(step=Moments.step, keep=lambda p: (p.m, p.v, p.t), moments=means):
    """A mistaken Adam: `step` is what it moves by, over α, `keep` what it returns, `moments` its m and v."""

    def slipped(x, g, m, v, t, lr, beta1, beta2, eps):
        with np.errstate(all="ignore"):
            here = Moments(g, *moments(g, m, v, beta1, beta2), t + 1, beta1, beta2, eps)
            return x - lr * step(here), *keep(here)

    return slipped


def in_v(v_of):
    """A mistaken Adam whose v is v_of(g, new m, old v, β₁, β₂)."""

    def moments(g, m, v, b1, b2):
        m, _ = means(g, m, v, b1, b2)
        return m, v_of(g, m, v, b1, b2)

    return slip(moments=moments)


ADAM = {
    "m̂ is without its correction: divide m by 1 − β₁ᵗ.": slip(lambda p: p.m / (np.sqrt(p.v_hat) + p.eps)),
    "v̂ is without its correction: divide v by 1 − β₂ᵗ.": slip(lambda p: p.m_hat / (np.sqrt(p.v) + p.eps)),
    "neither m nor v is corrected: m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ).": slip(lambda p: p.m / (np.sqrt(p.v) + p.eps)),
    "the corrections are swapped: m is divided by 1 − β₁ᵗ, v by 1 − β₂ᵗ.": slip(
        lambda p: p.m / (1 - p.b2**p.t) / (np.sqrt(p.v / (1 - p.b1**p.t)) + p.eps)
    ),
    "brackets are missing: m/1 − β₁ᵗ takes β₁ᵗ off m; it is m/(1 − β₁ᵗ), and so for v.": slip(
        lambda p: (p.m - p.b1**p.t) / (np.sqrt(p.v - p.b2**p.t) + p.eps)
    ),
    "ε stands inside the root: m̂/(√v̂ + ε), as in Algorithm 1 and in PyTorch.": (
        slip(lambda p: p.m_hat / np.sqrt(p.v_hat + p.eps))
    ),
    "this adds ε to √v before v is corrected; the paper's short form does, Algorithm 1 and PyTorch add it to √v̂.": (
        slip(lambda p: p.m_hat * np.sqrt(1 - p.b2**p.t) / (np.sqrt(p.v) + p.eps))
    ),
    "t is too small by one: count this step first, t ← t + 1; the first step has t = 1.": (
        slip(lambda p: p._replace(t=p.t - 1).step())
    ),
    "t is too large by one: this step counts once.": slip(lambda p: p._replace(t=p.t + 1).step()),
    "the power is missing: 1 − βᵗ, not 1 − β, which is right in the first step only.": (
        slip(lambda p: p._replace(t=1).step())
    ),
    "the power is missing in m's correction: 1 − β₁ᵗ, not 1 − β₁.": (
        slip(lambda p: p.m / (1 - p.b1) / (np.sqrt(p.v_hat) + p.eps))
    ),
    "the power is missing in v's correction: 1 − β₂ᵗ, not 1 − β₂.": (
        slip(lambda p: p.m_hat / (np.sqrt(p.v / (1 - p.b2)) + p.eps))
    ),
    "β₁t is no power: β₁ᵗ is beta1**t.": slip(lambda p: p.m / (1 - p.b1 * p.t) / (np.sqrt(p.v_hat) + p.eps)),
    "v is corrected with β₁; β₂ belongs to v.": slip(lambda p: p.m_hat / (np.sqrt(p.v / (1 - p.b1**p.t)) + p.eps)),
    "this multiplies m by 1 − β₁ᵗ: m is too small, so divide.": (
        slip(lambda p: p.m * (1 - p.b1**p.t) / (np.sqrt(p.v_hat) + p.eps))
    ),
    "this multiplies by 1 − βᵗ: m and v are too small, so divide.": slip(
        lambda p: p.m * (1 - p.b1**p.t) / (np.sqrt(p.v * (1 - p.b2**p.t)) + p.eps)
    ),
    "v is corrected outside the root: √(v/(1 − β₂ᵗ)), not √v/(1 − β₂ᵗ).": (
        slip(lambda p: p.m_hat / (np.sqrt(p.v) / (1 - p.b2**p.t) + p.eps))
    ),
    "ε is missing, or stands as 1e-8: it comes as the knob eps.": slip(lambda p: p._replace(eps=0.0).step()),
    "β₁ and β₂ stand as 0.9 and 0.999, whatever is given: use the knobs.": (
        lambda x, g, m, v, t, lr, eps, beta1, beta2: both(x, g, m, v, t, lr, 0.9, 0.999, eps)
    ),
    "brackets are missing: αm̂/√v̂ + ε adds ε to x; it is αm̂/(√v̂ + ε).": (
        lambda x, g, m, v, t, lr, eps, **b: (lambda new, *kept: (new + eps, *kept))(
            *both(x, g, m, v, t, lr=lr, eps=0.0, **b)
        )
    ),
    "the learning rate is missing.": lambda x, g, m, v, t, lr, **knobs: both(x, g, m, v, t, lr=1.0, **knobs),
    "one β serves both: β₁ belongs to m, β₂ to v.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps: both(x, g, m, v, t, lr, beta1, beta1, eps)
    ),
    "the two β are swapped: β₁ belongs to m, β₂ to v.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps: both(x, g, m, v, t, lr, beta2, beta1, eps)
    ),
    "m̂ and v̂ are for this step only: what is returned and corrected again is m and v themselves.": (
        slip(keep=lambda p: (p.m_hat, p.v_hat, p.t))
    ),
    "this steps along g; Adam steps along its mean m̂.": slip(lambda p: p.g / (np.sqrt(p.v_hat) + p.eps)),
    "this multiplies by the root: divide, so that steep coordinates get small rates.": (
        slip(lambda p: p.m_hat * (np.sqrt(p.v_hat) + p.eps))
    ),
    "the root is missing: divide by √v̂ + ε.": slip(lambda p: p.m_hat / (p.v_hat + p.eps)),
    "the sign of the update is turned: this climbs.": slip(lambda p: -p.step()),
    "(1 − β₁) and (1 − β₂) are missing: m and v are means, not sums.": (
        slip(moments=lambda g, m, v, b1, b2: (b1 * m + g, b2 * v + g**2))
    ),
    "(1 − β₁) is missing: m is a mean, not a sum.": (
        slip(moments=lambda g, m, v, b1, b2: (b1 * m + g, mean_square(g, v, b2)))
    ),
    "β₁ and 1 − β₁ are swapped in m: the past is multiplied by β₁.": (
        slip(moments=lambda g, m, v, b1, b2: ((1 - b1) * m + b1 * g, mean_square(g, v, b2)))
    ),
    "β₂ and 1 − β₂ are swapped in v: the past is multiplied by β₂.": (
        in_v(lambda g, m, v, b1, b2: (1 - b2) * v + b2 * g**2)
    ),
    "(1 − β₂) is missing: v is a mean, not a sum.": in_v(lambda g, m, v, b1, b2: b2 * v + g**2),
    "(1 − β₁) stands in v: β₂ belongs to v.": in_v(lambda g, m, v, b1, b2: b2 * v + (1 - b1) * g**2),
    "g is not squared in v.": in_v(lambda g, m, v, b1, b2: b2 * v + (1 - b2) * g),
    "v is the mean of g², not of m².": in_v(lambda g, m, v, b1, b2: b2 * v + (1 - b2) * m**2),
    "one v is shared by all coordinates: each has its own, so no mean or norm over g.": (
        in_v(lambda g, m, v, b1, b2: b2 * v + (1 - b2) * np.mean(g**2))
    ),
    "the memory that came in is not used, as if every step were the first.": (
        slip(moments=lambda g, m, v, b1, b2: ((1 - b1) * g, (1 - b2) * g**2))
    ),
    "m and v are forgotten: return them as they are now.": slip(keep=lambda p: (0 * p.m, 0 * p.v, p.t)),
    "t comes back as it went in: return t + 1, or every step counts as the first.": (
        slip(keep=lambda p: (p.m, p.v, p.t - 1))
    ),
    "m and v are swapped in what is returned: x, m, v, t.": slip(keep=lambda p: (p.v, p.m, p.t)),
}

# --- AdamW


def decay(new):
    """A mistaken AdamW: `new(Adam's new x, x, α, λ)` is its new x."""

    def slipped(x, g, m, v, t, lr, beta1, beta2, eps, weight_decay):
        moved, *memory = both(x, g, m, v, t, lr, beta1, beta2, eps)
        return new(moved, x, lr, weight_decay), *memory

    return slipped


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
    "the decay comes twice: beside Adam, where it belongs, and in g.": (
        lambda x, g, m, v, t, weight_decay, **knobs: both(
            x, g + weight_decay * x, m, v, t, weight_decay=weight_decay, **knobs
        )
    ),
    "α is missing in the decay: x ← (1 − αλ)x.": decay(lambda new, x, lr, wd: new - wd * x),
    "x is missing in the decay: x ← (1 − αλ)x.": decay(lambda new, x, lr, wd: new - wd),
    "x is missing in the decay, α is there: x ← (1 − αλ)x.": decay(lambda new, x, lr, wd: new - lr * wd),
    "α stands twice in the decay: x ← (1 − αλ)x.": decay(lambda new, x, lr, wd: new - lr**2 * wd * x),
    "λ stands as 0.01, whatever is given: use the knob weight_decay.": decay(
        lambda new, x, lr, wd: new - lr * 0.01 * x
    ),
    "brackets are missing: (1 − αλ)x, not 1 − αλx.": decay(lambda new, x, lr, wd: new - x + 1 - lr * wd * x),
    "the new x decays here, the step with it: take (1 − αλ) times the old x, then the step.": (
        decay(lambda new, x, lr, wd: (1 - lr * wd) * new)
    ),
    "nothing decays: this is Adam.": decay(lambda new, x, lr, wd: new),
    "the sign of the decay is turned: weights grow.": decay(lambda new, x, lr, wd: new + lr * wd * x),
    "λx is divided by √v̂, as m̂ is: x ← (1 − αλ)x stands apart.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps, weight_decay: (
            lambda new, m, v, t: (new - lr * weight_decay * x / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t)
        )(*both(x, g, m, v, t, lr, beta1, beta2, eps))
    ),
    "adam is called with its own β and ε: pass beta1, beta2 and eps on.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps, weight_decay: both(
            x, g, m, v, t, lr, 0.9, 0.999, 1e-8, weight_decay
        )
    ),
    "adam is called with its own α, β and ε: pass all the knobs on.": (
        lambda x, g, m, v, t, lr, beta1, beta2, eps, weight_decay: both(
            x, g, m, v, t, 0.001, 0.9, 0.999, 1e-8, 1000 * lr * weight_decay
        )
    ),
    "x itself is lost: (1 − αλ)x, not −αλx alone.": decay(lambda new, x, lr, wd: new - x - lr * wd * x),
    "what is left is 1 − αλ of x, not λ of it.": decay(lambda new, x, lr, wd: new - x + wd * x),
    "the decay is twice too strong: (1 − αλ)x comes from ½λx², whose slope has no 2.": (
        decay(lambda new, x, lr, wd: new - 2 * lr * wd * x)
    ),
    "the decay is half of what it should be: (1 − αλ)x.": decay(lambda new, x, lr, wd: new - lr * wd * x / 2),
    "the decay takes the sign of x, as L1 does; here it is x itself.": (
        decay(lambda new, x, lr, wd: new - lr * wd * np.sign(x))
    ),
} | {sentence: beside_decay(slip) for sentence, slip in ADAM.items()}
