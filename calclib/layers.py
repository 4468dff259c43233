"""What a network is made of: each piece as its formula, with what its backward pass needs.

Rows are examples: a is (n, inputs), W is (inputs, outputs). ∂z is short for ∂loss/∂z.
Nothing is checked here; `calclib.networks` looks at what it is given. `a.dot(W)` is a @ W, and for small
matrices takes half the time.
"""

from functools import cache

import numpy as np

__all__ = [
    "ACTIVATIONS",
    "batch_norm",
    "batch_norm_backward",
    "column_sums",
    "dense",
    "dense_backward",
    "dropout_mask",
    "mse",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
]


def dense(a, W, b):
    """z = aW + b."""
    return a.dot(W) + b


def dense_backward(dz, a):
    """∂W = aᵀ∂z and ∂b = 1ᵀ∂z, the sum over the examples; what goes on to the layer below is ∂a = ∂z Wᵀ."""
    return a.T.dot(dz), column_sums(dz)


def column_sums(a):
    """Σ over the rows of a matrix, as 1ᵀa; a.sum(axis=0) takes several times as long where the rows are short."""
    return ones(len(a)).dot(a)


@cache
def ones(n):
    """n ones, made once: they would cost a small network more than the product."""
    vector = np.ones(n)
    vector.flags.writeable = False
    return vector


@np.errstate(over="ignore")
def sigmoid(z):
    """1/(1 + e⁻ᶻ); where e⁻ᶻ is ∞, that is 0."""
    return 1 / (1 + np.exp(-z))


ACTIVATIONS = {  # name: φ(z), and its slope φ′(z) from z and h = φ(z)
    "identity": (lambda z: z, lambda z, h: np.ones_like(h)),
    "sigmoid": (sigmoid, lambda z, h: h * (1 - h)),
    "tanh": (np.tanh, lambda z, h: 1 - h * h),
    "relu": (lambda z: np.maximum(z, 0), lambda z, h: h > 0),
}


def batch_norm(z, gamma, beta, mean, var, eps=1e-5):
    """γẑ + β with ẑ = (z − μ)/σ and σ = √(var + ε), unit by unit (Ioffe and Szegedy 2015);
    for the backward pass also ẑ and γ/σ.

    In training, mean and var are those of the batch; at test, running means of what training saw.
    """
    sd = np.sqrt(var + eps)
    z_hat = (z - mean) / sd
    return gamma * z_hat + beta, z_hat, gamma / sd


def batch_norm_backward(dy, z_hat, slope, train=True):
    """∂z = γ/σ (∂y − mean ∂y − ẑ mean(∂y ẑ)), for μ and σ move with z as well; ∂γ = Σ∂y ẑ, ∂β = Σ∂y.

    At test μ and σ stand, and ∂z = γ/σ ∂y.
    """
    dgamma, dbeta = (dy * z_hat).sum(axis=0), dy.sum(axis=0)
    if not train:
        return slope * dy, dgamma, dbeta
    return slope * (dy - dbeta / len(dy) - z_hat * dgamma / len(dy)), dgamma, dbeta


def dropout_mask(shape, p, rng):
    """0 with probability p, else 1/(1 − p): its mean is 1, so nothing has to be scaled at test (inverted dropout)."""
    return (rng.random(shape) >= p) / (1 - p)


def mse(output, target):
    """The mean of (output − target)² over all entries, and its gradient 2(output − target)/size."""
    error = output - target
    return float(np.vdot(error, error)) / error.size, 2 / error.size * error


def softmax(scores):
    """pᵢ = e^sᵢ / Σⱼ e^sⱼ in each row; the largest score is taken off first: nothing overflows."""
    power = np.exp(scores - scores.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


def softmax_cross_entropy(scores, labels, smoothing=0.0):
    """−Σᵢ yᵢ log pᵢ with p = softmax(scores), its mean over the examples, and its gradient (p − y)/n.

    y is 1 at the label and 0 elsewhere; `smoothing` is the share of it that is spread over all classes.
    """
    n, classes = scores.shape
    y = np.full((n, classes), smoothing / classes)
    y[np.arange(n), labels] += 1 - smoothing
    log_p = scores - scores.max(axis=1, keepdims=True)
    power = np.exp(log_p)
    total = power.sum(axis=1, keepdims=True)
    log_p -= np.log(total)
    return -float(np.vdot(y, log_p)) / n, (power / total - y) / n
