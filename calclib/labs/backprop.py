"""The live figures of lesson 06: networks that learn while one watches, where the gradient flows, and its check.

A network is a list of layers, pairs (W, b), with tanh between them, as the lesson builds it; a step is a function
step(layers, X, y, lr) that gives the layers after one step of gradient descent on the mean squared error.
"""

import math
from functools import cache

import numpy as np

from calclib import layers as pieces
from calclib.data import two_moons
from calclib.labs.checkup import checkup
from calclib.labs.pipes import flow, short
from calclib.live import Training, explore
from calclib.live.controls import number
from calclib.networks import Network
from calclib.pictures.ground import level_lines
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import curve, sampled, tag, window
from calclib.validate import function

__all__ = ["checkup", "fitting", "flow", "moons", "start"]

LR = "learning rate α"
DIGITS = 9  # kept of each weight: a later step would make the last bit of a sum, another on each machine, another story
LOWEST = 1e-6  # where the losses' axis ends


def start(*sizes, seed=0):
    """Layers (W, b) before training: b = 0, and W normal with standard deviation √(2/(inputs + outputs))."""
    net = network(sizes, activation="tanh", loss="mse")
    return [(W, b) for W, b in net.unpack(net.initialise("xavier", seed))]


def outputs(layers, X):
    """What the layers make of the rows of X, with tanh between them."""
    *hidden, (W, b) = layers
    for W_below, b_below in hidden:
        X = np.tanh(pieces.dense(X, W_below, b_below))
    return pieces.dense(X, W, b)


@cache
def network(sizes, **options):
    """A `Network`, made once."""
    return Network(*sizes, **options)


def own_step(layers, X, y, lr):
    """calclib's own step, by `Network`."""
    net = network((len(layers[0][0]), *(len(b) for _, b in layers)), activation="tanh", loss="mse")
    theta = np.concatenate([part.ravel() for layer in layers for part in layer])
    return net.unpack(theta - lr * net._loss_and_gradient(theta, X, y, None)[1])


def kept(layers):
    """The layers as a step gave them, to DIGITS decimals; a sentence if they are none."""
    try:
        return [(np.round(W, DIGITS), np.round(b, DIGITS)) for W, b in layers]
    except (TypeError, ValueError):
        raise TypeError(
            f"step gives {str(layers)[:60]}: a list of pairs (W, b), one for each layer, would do"
        ) from None


def fitting(f=np.square, x=(-1.0, 1.0), step=None, *, lr=0.1, width=16, steps=2000, goal=1e-3, seed=4):
    """Two hidden layers learn f on an interval. Controls: α, acting at once; the width, which starts anew; the run."""
    step, X = own_step if step is None else function("step", step), np.linspace(*x, 33)[:, None]
    y, grid = sampled(f, X), np.linspace(*x, 101)[:, None]

    def begin(now):
        """Layers and their loss, before training and after each step."""
        layers = start(1, now.width, now.width, 1, seed=seed)
        yield layers, pieces.mse(outputs(layers, X), y)[0]
        for _ in range(steps):
            layers = kept(step(layers, X, y, now.lr))
            loss = pieces.mse(outputs(layers, X), y)[0]
            yield layers, loss
            if not math.isfinite(loss):
                return

    def scene(axes):
        left, right = axes
        curve(left, f, grid[:, 0], color=TRUTH, linewidth=1)
        left.plot(X, y, "o", color=TRUTH, markersize=3)
        left.set(xlabel="x", ylabel="output", xlim=window(X), ylim=window(y, margin=0.4))
        losses(right, steps, "step")
        right.axhline(goal, color=TANGENT, linestyle="--", linewidth=1)
        tag(right, f"goal {number(goal)}", (0, goal), (6, -14), color=TANGENT)

    def marks(axes, lr=lr, width=width, run=None):
        left, right = axes
        layers, loss = run.states[-1]
        left.plot(grid, outputs(layers, grid), color=PATH)
        history(right, [state[1] for state in run.states])
        weights = sum(W.size + b.size for W, b in layers)
        told = f"Step {run.done:,} of {steps:,}, α now {number(lr)}, two layers of {width}, {weights:,} parameters"
        if not math.isfinite(loss):
            cure = (
                "A smaller α, and start again." if np.isfinite(y).all() else "The curve itself is no number everywhere."
            )
            return f"{told}: the loss is not a number any more. {cure}"
        verdict = "below" if loss < goal else "not below"
        return f"{told}: the mean squared error is {number(loss)}, {verdict} {number(goal)}."

    alt = (
        "Left: a curve with data on it in blue, and what the network makes of x in vermilion. "
        "Right: the loss against the step, logarithmic, with the goal as a dashed green line."
    )
    controls = {"lr": (0.001, 1.0), "width": [1, 2, 4, 8, 16, 32], "run": Training(begin, steps, "step", "width")}
    labels = {"lr": LR, "width": "units", "run": "training"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


def losses(ax, steps, unit):
    """An empty picture of losses against steps."""
    ax.plot([], [])
    ticks = [1e-6, 1e-4, 1e-2, 1]
    ax.set(xlabel=unit, ylabel="loss", xlim=(0, steps), yscale="log", ylim=(LOWEST, 10))
    ax.set(yticks=ticks, yticklabels=map(number, ticks))
    ax.minorticks_off()


def history(ax, loss):
    """The losses so far, of which a few hundred are drawn."""
    every = max(1, len(loss) // 300)
    ax.plot(range(0, len(loss), every), np.clip(loss[::every], LOWEST, 1e9), color=PATH, linewidth=1)
    if math.isfinite(loss[-1]):
        ax.plot(len(loss) - 1, max(loss[-1], LOWEST), "o", color=PATH, markersize=5)


def moons(X=None, labels=None, *, lr=1.0, hidden=8, steps=1000, noise=0.15, seed=0):
    """A network with two hidden layers tells two clouds of points apart. Controls: α, hidden units, φ, the run."""
    if X is None:
        X, labels = two_moons(200, noise=noise)
        fresh = two_moons(1000, noise=noise, seed=1)
    else:
        X, labels, fresh = np.asarray(X, dtype=float), np.asarray(labels), None
        if X.ndim != 2 or X.shape[1] != 2 or labels.shape != X.shape[:1] or not np.isin(labels, [0, 1]).all():
            raise ValueError(f"X has shape {X.shape}: rows of two numbers, with a label 0 or 1 for each, would do")
    view = [window(column, margin=0.15) for column in X.T]
    ground = np.meshgrid(*(np.linspace(*side, 56) for side in view))
    points = np.stack(ground, axis=-1).reshape(-1, 2)

    def begin(now):
        """θ and its loss, before training and after each step."""
        net = network((2, now.hidden, now.hidden, 2), activation=now.phi)
        theta = net.initialise("xavier", seed)
        loss, g = net._loss_and_gradient(theta, X, labels, None)
        yield theta, loss
        for _ in range(steps):
            theta = np.round(theta - now.lr * g, DIGITS)
            loss, g = net._loss_and_gradient(theta, X, labels, None)
            yield theta, loss
            if not np.isfinite(theta).all():
                return

    def scene(axes):
        left, right = axes
        left.get_gridspec().set_width_ratios([3, 2])
        for label, shape, fill in ((0, "o", TRUTH), (1, "^", "white")):
            left.plot(*X[labels == label].T, shape, color=TRUTH, markerfacecolor=fill, markersize=4, linewidth=0)
        left.set(xlim=view[0], ylim=view[1], aspect=1, xlabel="x₁", ylabel="x₂")
        losses(right, steps, "step")

    def marks(axes, lr=lr, hidden=hidden, phi="tanh", run=None):
        left, right = axes
        theta, loss = run.states[-1]
        net = network((2, hidden, hidden, 2), activation=phi)
        history(right, [state[1] for state in run.states])
        told = f"Step {run.done:,} of {steps:,}, α now {number(lr)}, two layers of {hidden}, {phi}"
        if not np.isfinite(theta).all():
            return f"{told}: the weights are not numbers any more. A smaller α, and start again."
        lines = level_lines(*ground, net.predict(theta, points)[:, 1].reshape(ground[0].shape))
        left.plot(*lines(0.5).T, color=PATH)
        for p in (0.1, 0.9):
            left.plot(*lines(p).T, color=PATH, linewidth=0.8, linestyle="--")
        wrong = net.predict(theta, X).argmax(axis=1) != labels
        left.plot(*X[wrong].T, "x", color=QUIET, markersize=7)
        told = f"{told}: loss {short(loss)}, {1 - wrong.mean():.1%} of the {len(X)} points on the right side"
        return told + (f", and {net.accuracy(theta, *fresh):.1%} of 1,000 new ones." if fresh else ".")

    alt = (
        f"Left: two {'half moons' if fresh else 'clouds'} of points, filled circles and hollow triangles, with the "
        "line in vermilion where the network is undecided; dashed, where it is nine tenths sure; a cross on each point "
        "that it gets wrong. Right: the loss against the step, logarithmic."
    )
    run = Training(begin, steps, "step", ("hidden", "phi"))
    controls = {"lr": (0.01, 10.0), "hidden": [1, 2, 3, 4, 8, 16], "phi": ["tanh", "relu", "sigmoid"], "run": run}
    words = {"lr": LR, "hidden": "units", "phi": "φ", "run": "training"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.2), alt=alt, labels=words)
