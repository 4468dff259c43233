"""Training: batches in random order, any optimizer's steps, and after each epoch a look at how it goes."""

from typing import NamedTuple

import numpy as np

from calclib.knobs import bare, checked_knobs, shaped
from calclib.networks import generator
from calclib.optimizers import clip_by_global_norm
from calclib.schedules import as_schedule
from calclib.validate import finite_array, function, positive, whole

__all__ = ["Epoch", "minibatches", "train"]


def minibatches(n, size, rng):
    """One epoch: 0 … n − 1 in random order, cut into arrays of `size` (the last may be shorter)."""
    order = generator(rng).permutation(whole("n", n))
    return np.split(order, range(whole("size", size), n, size))


def augmented(augment, X, rng):
    """Another version of the batch X, of the same shape."""
    other = finite_array("augment(X, rng)", augment(X.copy(), rng))
    if other.shape != X.shape:
        raise ValueError(f"augment gives shape {other.shape}: that of its X, {X.shape}, would do")
    return other


class Epoch(NamedTuple):
    """What `train` yields: θ after the epoch, the mean loss of its batches, and the last batch's gradient."""

    theta: np.ndarray
    loss: float
    gradient: np.ndarray


def train(net, theta, X, y, step, *, epochs, lr, batch_size=None, seed=0, augment=None, clip=None, **knobs):
    """Train by any optimizer step, yielding an `Epoch` after each, so that a loop can show, stop and go on.

    lr: a rate, or a schedule of the steps t = 0, 1, … batch_size: examples per step (None: all). augment(X, rng):
    another version of a batch. clip: the longest gradient (its global norm). Other knobs are the step's.
    """
    rng, rate = np.random.default_rng(whole("seed", seed, 0)), as_schedule(lr)
    function("step", step, "a step such as adam")
    finite_array("y", y)
    theta, (X, y) = net._theta(theta).copy(), net._batch(finite_array("X", X), y)
    batch_size = batch_size if batch_size is None else whole("batch_size", batch_size)
    clip = clip if clip is None else positive("clip", clip)
    if augment is not None:
        function("augment", augment, "a function of a batch and a generator")
    return _epochs(net, theta, X, y, step, whole("epochs", epochs), rate, batch_size, rng, augment, clip, knobs)


def _epochs(net, theta, X, y, step, epochs, rate, batch_size, rng, augment, clip, knobs):
    """What `train` gives, all of it looked at before."""
    memory, t = (), 0
    for _ in range(epochs):
        losses = []
        with np.errstate(all="ignore"):  # not around the yield: outside, NumPy warns as it always does
            for rows in [slice(None)] if batch_size is None else minibatches(len(X), batch_size, rng):
                inputs = X[rows] if augment is None else augmented(augment, X[rows], rng)
                loss, g = net._loss_and_gradient(theta, inputs, y[rows], rng)
                g = g if clip is None else clip_by_global_norm(g, clip)
                taken = step(theta, g, *memory, **checked_knobs({"lr": rate(t)}), **knobs)
                new, *memory = taken if isinstance(taken, tuple) else (taken,)
                theta = shaped("the new theta", new, (net.size,))
                step = bare(step)  # which has looked at its knobs by now
                losses.append(loss)
                t += 1
        yield Epoch(theta.copy(), sum(losses) / len(losses), g)
