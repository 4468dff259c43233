"""Walks back through a network as they go wrong: the gradients of the known mistakes of lesson 10's `backward`.

Each gives [∂W₁, ∂b₁, ∂W₂, …] from the layers [(W, b), …], a = [X, h₁, …, scores] and ∂z, the slope at the scores.
"""

import numpy as np

__all__ = ["slipped"]


def slipped(layers, a, dz):
    """The gradients of the known mistakes, each by its sentence."""
    n = len(dz)
    plain = walked(layers, a, dz)
    pairs = list(zip(plain[::2], plain[1::2], strict=True))
    return {
        "a ReLU that was off lets nothing through: times (h > 0) is missing, or is h ≥ 0, true everywhere.": walked(
            layers, a, dz, lambda h: 1
        ),
        "the slope of a ReLU is 1 or 0, not h itself: h > 0.": walked(layers, a, dz, lambda h: h),
        "the slope is taken from the layer below: ∂z of a layer is stopped by its own h.": below(layers, a, dz),
        "1 − h² is the slope of tanh; a ReLU has h > 0.": walked(layers, a, dz, lambda h: 1 - h**2),
        "the mean is taken once more: dz has it already.": [part / n for part in plain],
        "the biases' gradients are means; they are sums over the images.": [
            part if k % 2 == 0 else part / n for k, part in enumerate(plain)
        ],
        "the layers stand from the last to the first; the first comes first.": [
            p for pair in pairs[::-1] for p in pair
        ],
        "the same ∂z is used in all layers; it goes back through Wᵀ from one to the next.": [
            part for h in a[:-1] for part in (h.T @ dz, dz.sum(axis=0))
        ],
        "the sign is turned.": [-part for part in plain],
        "∂W is turned: hᵀ∂z has the shape of W.": [part.T for part in plain],
        "the scores have no ReLU: ∂z enters the last layer whole.": walked(layers, a, dz * (a[-1] > 0)),
        "∂z becomes true or false: > compares last, so (h > 0) needs its brackets.": signs(layers, a, dz),
        "the walk begins at the first layer; ∂z is known at the last, reversed(range(len(layers))).": ahead(
            layers, a, dz
        ),
        "∂z passes back through the layer before ∂W and ∂b are taken; first these two, then the new ∂z.": early(
            layers, a, dz
        ),
        "∂W takes what left the layer, a[k + 1]; h is what entered it, a[k].": left_for_entered(layers, a, dz),
        "∂z goes back through W, not through its transpose: dz @ W.T.": walked(layers, a, dz, back=lambda W: W),
        "the biases' gradients are sums over the units; they are sums over the images, axis=0.": [
            part if k % 2 == 0 else across
            for k, (part, across) in enumerate(zip(plain, units(layers, a, dz), strict=True))
        ],
    }


def walked(layers, a, dz, slope=lambda h: h > 0, back=lambda W: W.T):
    """[∂W₁, ∂b₁, …] by the chain rule, with that slope, and that matrix for the way back."""
    parts = []
    for k in reversed(range(len(layers))):
        parts = [a[k].T @ dz, dz.sum(axis=0), *parts]
        if back(layers[k][0]).shape[0] != dz.shape[1]:
            return [np.zeros(0)] * (2 * len(layers))  # where the shapes do not let the mistake through
        dz = dz @ back(layers[k][0])
        dz = dz * slope(a[k]) if a[k].shape == dz.shape else 0 * dz
    return parts


def early(layers, a, dz):
    """The mistake of the new ∂z before ∂W and ∂b; where shapes do not let it, nothing."""
    parts = []
    for k in reversed(range(len(layers))):
        dz = dz @ layers[k][0].T * (a[k] > 0)
        parts = [a[k].T @ dz, dz.sum(axis=0), *parts]
    return parts


def signs(layers, a, dz):
    """The mistake of `dz @ W.T * h > 0`, which is true or false."""
    parts = []
    for k in reversed(range(len(layers))):
        parts = [a[k].T @ dz, dz.sum(axis=0), *parts]
        dz = dz @ layers[k][0].T * a[k] > 0
    return parts


def ahead(layers, a, dz):
    """The mistake of walking from the first layer on, each pair put in front; where shapes do not let it, nothing."""
    parts = []
    for k, (W, _) in enumerate(layers):
        if W.shape[1] != dz.shape[1]:
            return [np.zeros(0)] * (2 * len(layers))
        parts = [a[k].T @ dz, dz.sum(axis=0), *parts]
        dz = dz @ W.T * (a[k] > 0)
    return parts


def left_for_entered(layers, a, dz):
    """The mistake of a[k + 1] in ∂W."""
    parts = walked(layers, a, dz)
    for k in reversed(range(len(layers))):
        parts[2 * k] = a[k + 1].T @ dz
        dz = dz @ layers[k][0].T * (a[k] > 0)
    return parts


def units(layers, a, dz):
    """∂b summed over the wrong axis, at every second place."""
    parts = []
    for k in reversed(range(len(layers))):
        parts = [dz, dz.sum(axis=1), *parts]
        dz = dz @ layers[k][0].T * (a[k] > 0)
    return parts


def below(layers, a, dz):
    """The mistake of stopping ∂z by the h of one layer further down; where shapes do not let it, nothing."""
    parts = []
    for k in reversed(range(len(layers))):
        parts = [a[k].T @ dz, dz.sum(axis=0), *parts]
        h = a[max(k - 1, 0)]
        dz = dz @ layers[k][0].T
        dz = dz * (h > 0) if h.shape == dz.shape else 0 * dz
    return parts
