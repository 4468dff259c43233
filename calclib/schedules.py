"""Learning-rate schedules: functions t ↦ α of the step t = 0, 1, 2, …, or of an array (no list) of steps."""

from collections.abc import Callable

import numpy as np

from calclib.validate import between, non_negative, positive, whole

__all__ = ["as_schedule", "cosine_annealing", "exponential_decay", "step_decay", "warmup"]


def as_schedule(lr) -> Callable:
    """`lr` itself if it is a schedule, and the constant one if it is a rate."""
    if callable(lr):
        return lr
    lr = non_negative("lr", lr)
    return lambda t: lr


def step_decay(lr, *, gamma=0.1, every=30) -> Callable:
    """α = lr·γ^⌊t/every⌋."""
    lr, gamma, every = positive("lr", lr), between("gamma", gamma, 0, 1), whole("every", every)
    return lambda t: lr * gamma ** (t // every)


def exponential_decay(lr, *, gamma=0.99) -> Callable:
    """α = lr·γᵗ."""
    lr, gamma = positive("lr", lr), between("gamma", gamma, 0, 1)
    return lambda t: lr * gamma**t


def cosine_annealing(lr, *, steps, minimum=0.0) -> Callable:
    """α = m + (lr − m)(1 + cos(πt/T))/2 down to m = minimum at T = steps, and m from there on.

    Loshchilov & Hutter 2017; PyTorch's climbs again after T.
    """
    lr, steps = positive("lr", lr), whole("steps", steps)
    minimum = between("minimum", minimum, 0, lr)
    return lambda t: minimum + (lr - minimum) * (1 + np.cos(np.pi * np.minimum(t, steps) / steps)) / 2


def warmup(schedule, *, steps) -> Callable:
    """α = schedule(0)·(t + 1)/(steps + 1) for the first steps, then the schedule from its start.

    schedule: any of these, or a plain rate (Goyal et al. 2017).
    """
    schedule, steps = as_schedule(schedule), whole("steps", steps)
    return lambda t: np.where(t < steps, schedule(0) * (t + 1) / (steps + 1), schedule(np.maximum(t - steps, 0)))[()]
