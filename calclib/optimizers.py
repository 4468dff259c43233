"""Optimizers as pure steps, `x, *memory = step(x, g, *memory, lr=0.1)`, where g is the gradient ∇f at x.

What a step remembers stands after x and g and starts at zero; what one may turn stands after the star.
All is elementwise: x has any shape, and a knob may be an array too, such as a rate for each of many starts.
Results and conventions are PyTorch's; `calclib.descent.descend` loops any function of this form.
"""

import numpy as np

from calclib.knobs import checked, shaped
from calclib.validate import positive

__all__ = [
    "adagrad",
    "adam",
    "adamw",
    "clip_by_global_norm",
    "gradient_descent",
    "momentum",
    "nesterov",
    "rmsprop",
]


@checked
def gradient_descent(x, g, *, lr=0.1):
    """x ← x − αg (Cauchy 1847). It remembers nothing, so what comes back is (x,)."""
    return (x - lr * g,)


@checked
def momentum(x, g, v=0.0, *, lr=0.1, beta=0.9):
    """Heavy ball: v ← βv + g, x ← x − αv (Polyak 1964)."""
    v = beta * v + g
    return x - lr * v, v


@checked
def nesterov(x, g, v=0.0, *, lr=0.1, beta=0.9):
    """v ← βv + g, x ← x − α(g + βv): x is the point looked ahead to (Nesterov 1983, as Sutskever 2013)."""
    v = beta * v + g
    return x - lr * (g + beta * v), v


@checked
def adagrad(x, g, s=0.0, *, lr=0.01, eps=1e-10):
    """s ← s + g², x ← x − αg/(√s + ε) (Duchi, Hazan, Singer 2011)."""
    s = s + g**2
    return x - lr * g / (np.sqrt(s) + eps), s


@checked
def rmsprop(x, g, v=0.0, *, lr=0.01, beta=0.99, eps=1e-8):
    """v ← βv + (1 − β)g², x ← x − αg/(√v + ε) (Hinton 2012); PyTorch calls this β alpha."""
    v = beta * v + (1 - beta) * g**2
    return x - lr * g / (np.sqrt(v) + eps), v


@checked
def adam(x, g, m=0.0, v=0.0, t=0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², x ← x − αm̂/(√v̂ + ε) (Kingma & Ba 2015, Algorithm 1).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) undo the pull of the zeros that m and v start from; t counts steps.
    """
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


@checked
def adamw(x, g, m=0.0, v=0.0, t=0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """x ← (1 − αλ)x, then Adam's step, which never sees the decay (Loshchilov & Hutter 2019)."""
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return (1 - lr * weight_decay) * x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t


def clip_by_global_norm(g, max_norm):
    """g · min(1, m/‖g‖), m = `max_norm`: shorter where it is too long, never turned (Pascanu, Mikolov, Bengio 2013).

    g is an array, or a list of arrays (one per layer) that are scaled together and come back as a list.
    PyTorch divides by ‖g‖ + 1e-6 instead. NaN stays NaN: clipping heals no broken gradient.
    """
    max_norm, several = positive("max_norm", max_norm), isinstance(g, list | tuple)
    parts = [shaped("g", part) for part in (g if several else [g])]
    if not parts:
        raise ValueError("g is empty: at least one array would do")
    flat = np.concatenate([part.ravel() for part in parts])
    with np.errstate(all="ignore"):
        # In units of the largest entry, so that its square neither overflows nor vanishes.
        largest = np.abs(flat).max(initial=0.0)
        scale = np.minimum(1, max_norm / largest / np.linalg.norm(flat / largest)) if flat.any() else 1.0
        clipped = [part * scale for part in parts]
    return clipped if several else clipped[0]
