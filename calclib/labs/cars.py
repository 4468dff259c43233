"""Lesson 03's figures on data: a line that settles into it, from all its rows or from a few at a time."""

from functools import lru_cache

import numpy as np

from calclib.descent import descend
from calclib.labs.lines import LineLoss
from calclib.labs.valleys import LOWEST, LR
from calclib.labs.words import counted, number
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import contours
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, window

__all__ = ["cloud", "settling"]


def cloud(x, y, *, lr=0.05, steps=200, seed=0):
    """Mini-batch descent of a line's b and w, over its loss. Controls: batch size, α, and the start b, w by hand."""
    loss = LineLoss(x, y)
    best = loss.least
    span = 1.15 * np.abs(best).max() or 1.0
    tall = max(0.8 * span, 1.1 * abs(best[1]))
    view = (min(0, best[0]) - 0.3 * span, max(0, best[0]) + 0.3 * span), (best[1] - tall, best[1] + tall)
    top = float(f"{1.6 / loss.L:.2g}")
    sizes = {str(s): s for s in (1, 2, 5, 10, 20, 50, 100, len(loss.y)) if s <= len(loss.y)}
    middle = sizes.get("10", len(loss.y))
    X, Y = np.meshgrid(*(np.linspace(*side, 81) for side in view))
    Z = loss.above(np.stack([X, Y], axis=-1))

    @lru_cache(maxsize=64)
    def path(batch, lr, b, w):
        noisy = loss.batches(batch)
        return descend(gradient_descent, noisy, np.array([b, w]), lr=lr, steps=steps, rng=seed, escape=1e3 * span)

    def scene(axes):
        left, right = axes
        contours(left, X, Y, Z)
        left.set(xlabel="offset b", ylabel="slope w", aspect="equal")
        dot(left, *loss.least, color=TRUTH)
        right.plot([], [])
        right.set(xlabel="step", ylabel="loss above the least", xlim=(0, steps), yscale="log")
        right.set(ylim=(1e-6, 5 * Z.max()))

    def marks(axes, batch=middle, lr=lr, b=0.0, w=0.0):
        left, right = axes
        points = np.asarray(path(batch, lr, b, w))
        above, half = loss.above(points), steps // 2
        left.plot(*points.T, color=PATH, linewidth=0.6)
        left.plot(*points[half:].T, "o", color=PATH, markersize=2.5)
        dot(left, b, w, color=PATH)
        right.plot(above, color=PATH, linewidth=1)
        if len(points) <= steps:
            return f"Batch {batch}, α = {number(lr)}: after {counted(len(points) - 1)} it has run away."
        if batch == len(loss.y):
            end = f"the loss ends {loss.told(above[-1], '.2g')} above the least"
            return f"Batch {batch}, α = {number(lr)}: all rows at every step, so no noise and no floor; {end}."
        if above[half + half // 2 :].mean() < above[half : half + half // 2].mean() / 2:
            end = f"after {steps} steps the loss is {loss.told(above[-1], '.2g')} above the least and still falling"
            return f"Batch {batch}, α = {number(lr)}: {end}, so its floor is not yet to be seen."
        floor, away = above[half:].mean(), np.linalg.norm(points[half:] - loss.least, axis=1).mean()
        right.plot([half, steps], [floor, floor], color=TANGENT, linestyle="--")
        stays = f"over the last {half} of {steps} steps the loss stays {loss.told(floor, '.2g')} above the least"
        apart = f"(the dashed floor), and the point {number(away, '.2g')} away from the lowest"
        return f"Batch {batch}, α = {number(lr)}: {stays} {apart}."

    alt = (
        "Left: contours of the loss over offset and slope of a line, the path of mini-batch descent, and its later "
        "steps as a cloud around the lowest point. Right: the loss above its least, down to a noise floor."
    )
    controls = {"batch": sizes, "lr": (top / 100, top), "b": view[0], "w": view[1]}
    form = {"pointer": ("b", "w"), "panels": 2, "size": (7.6, 3.9)}
    labels = {"batch": "batch size", "lr": LR, "b": "start b", "w": "start w"}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def settling(x, y, *, words=("x", "y"), of_wall=0.05, steps=200):
    """The line b + w·x on its way from 0 into the data, and its loss. Controls: α up to past the wall, the step."""
    loss = LineLoss(x, y)
    edges = np.array(window(loss.X[:, 1], [0.0]))
    rates = [float(f"{part * 2 / loss.L:.3g}") for part in (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)]
    rates += [float(f"{part * 2 / loss.L:.3g}") for part in (0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1, 1.01, 1.05, 1.1, 1.5)]

    @lru_cache(maxsize=64)
    def path(lr):
        points = np.asarray(descend(gradient_descent, loss.gradient, np.zeros(2), lr=lr, steps=steps))
        return points, loss.above(points)

    def scene(axes):
        left, right = axes
        left.plot(*loss.X[:, 1:].T, loss.y, "o", color=TRUTH, markersize=3, alpha=0.5)
        left.set(xlabel=words[0], ylabel=words[1], xlim=edges, ylim=window(loss.y, [0.0]))
        right.plot([], [])
        right.set(xlabel="step", ylabel="loss above the least", xlim=(0, steps), yscale="log")
        right.set(ylim=(LOWEST, 1e3 * loss.above(np.zeros(2))))

    def marks(axes, lr=of_wall * 2 / loss.L, step=30):
        left, right = axes
        points, above = path(lr)
        now = min(step, len(points) - 1)
        b, w = points[now]
        right.plot(above, color=QUIET, linewidth=1)
        right.plot(above[: now + 1], color=PATH)
        dot(right, now, above[now], color=PATH)
        left.plot(edges, w * edges + b, color=PATH)
        wall = f"α is {number(50 * lr * loss.L)} % of the wall, 2/L = {number(2 / loss.L)}."
        if now < step:
            return f"After {counted(now)} the line has run away. {wall}"
        line = f"w = {number(w, '.4g')}, b = {number(b, '.4g')}"
        return f"After {counted(now)}: {line}, the loss {loss.told(above[now])} above its least. {wall}"

    alt = "Left: the data and the line at this step. Right: its loss above the least against the step, logarithmic."
    controls = {"lr": rates, "step": range(steps + 1)}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.8), alt=alt, labels={"lr": LR})
