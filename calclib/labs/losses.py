"""Lesson 02's figure of a loss as a landscape: the mean squared error of a line, over its slope and its offset."""

import numpy as np

from calclib.labs.arrows import named
from calclib.labs.lines import LineLoss
from calclib.labs.maps import between, by_hand
from calclib.labs.words import number, pair
from calclib.pictures.ground import arrow, contours, level_lines
from calclib.pictures.palette import PATH, TRUTH
from calclib.pictures.plots import dot, window

__all__ = ["loss_map"]


def loss_map(x, y, *, reach=6.0, at=(-3.0, -3.0), names=("x", "y")):
    """The mean squared error of y ≈ w·x + b as a landscape over w and b, and the line itself. Controls: w, b.

    The map is centred on the best line; `at` is where the point starts, counted from there.
    """
    loss = LineLoss(x, y)
    best = loss.least[::-1]
    view = tuple((round(v - reach, 1), round(v + reach, 1)) for v in best)
    ends = np.array(window(loss.x))
    W, B = np.meshgrid(*(np.linspace(*side, 81) for side in view))
    ground = W, B, loss(np.stack([B, W], axis=-1))
    lines = level_lines(*ground)

    def scene(axes):
        left, right = axes
        contours(left, *ground)
        left.set(xlabel="w", ylabel="b", aspect=1)
        left.plot(*best, "*", color=TRUTH, markersize=12, markeredgecolor="white")
        right.plot(loss.x, loss.y, ".", color=TRUTH, markersize=4, alpha=0.6)
        right.set(xlim=ends, ylim=window(loss.y, margin=0.2), xlabel=names[0], ylabel=names[1])

    def marks(axes, w=best[0] + at[0], b=best[1] + at[1]):
        left, right = axes
        p, g = np.array([w, b]), loss.gradient(np.array([b, w]))[::-1]
        left.plot(*lines(loss(p[::-1])).T, color=PATH, linewidth=1.5)
        right.plot(ends, w * ends + b, color=PATH)
        told = f"At w = {number(w, '.2f')}, b = {number(b, '.2f')} the loss is {number(loss(p[::-1]), '.4g')}"
        if np.hypot(*g) <= 1e-6:
            told += " and ∇L = (0, 0): it is the best line."
        else:
            arrow(left, p, -0.3 * reach * g / np.hypot(*g))
            named(left, "−∇L", p - 0.3 * reach * g / np.hypot(*g), -g)
            told += f" and ∇L = {pair(g, '.3g')}. −∇L points {between(-g, best - p):.0f}° off the way to the best line."
        dot(left, w, b, color=PATH)
        return told

    alt = (
        "Left the loss as a map over w and b, with an arrow downhill from the point chosen and a star at the lowest "
        "point. Right the data, and the line with that w and b."
    )
    return by_hand(marks, scene, view, alt, names=("w", "b"), panels=2, size=(7.6, 3.8))
