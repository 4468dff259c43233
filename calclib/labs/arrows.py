"""Lesson 02's figure of the gradient as arrows, and the line of equal height that each of them crosses."""

import numpy as np

from calclib.gradients import gradient as difference
from calclib.labs.maps import Map, between, by_hand
from calclib.labs.words import number, pair
from calclib.pictures.ground import arrow, height, level_lines, slope
from calclib.pictures.palette import GRADIENT, PATH
from calclib.pictures.plots import dot, ruler, tag

__all__ = ["field", "named"]


def field(f, view=None, *, gradient=None, at=None, downhill=False):
    """The gradient everywhere on the map, and at one point with its level line. Controls: x, y, downhill."""
    land = Map(f, view)
    spans = np.array([np.ptp(side) for side in land.view])
    at = np.mean(land.view, axis=1) + 0.15 * spans if at is None else at
    lines, longest = level_lines(*land.ground), 0.09 * land.breadth
    valleys = getattr(f, "minima", ())
    valleys = np.array(valleys) if len(valleys) else _lows(*land.ground)

    def shown(g):
        """g in its direction; its length by the square root of its steepness, so that all arrows fit."""
        return g * longest / np.sqrt(land.steep * np.maximum(np.hypot(*g.T), 1e-300))[..., None]

    def scene(ax):
        land.draw(ax)
        X, Y = np.meshgrid(*(np.linspace(*side, 15)[1:-1] for side in land.view))
        points = np.stack([X, Y], axis=-1).reshape(-1, 2)
        slopes = np.array([_known(f, p, gradient) for p in points])
        there = np.isfinite(slopes).all(axis=1)
        arrow(ax, points[there], shown(slopes[there]), linewidth=1, alpha=0.8)

    def marks(ax, x=at[0], y=at[1], downhill=downhill):
        p, g = np.array([x, y]), slope(f, (x, y), gradient)
        ax.plot(*lines(height(f, p)).T, color=PATH, linewidth=1.5)
        if downhill and len(valleys):
            low = min(valleys, key=lambda v: np.hypot(*(v - p)))
            ruler(ax, p, low, color=PATH)
            ax.plot(*low, "*", color=PATH, markersize=12, markeredgecolor="white")
        if land.level(g):
            dot(ax, x, y, color=PATH)
            return f"At {pair(p)} ∇f = (0, 0): no direction is uphill, and none is downhill."
        arrow(ax, p, (-2.5 if downhill else 2.5) * shown(g[None])[0], linewidth=3)
        dot(ax, x, y, color=PATH)
        crossed = abs(90 - between(g, difference(lambda q: height(f, q), p)))
        told = f"At {pair(p)} ∇f = {pair(g, '.3g')}, {number(np.hypot(*g))} long, at {crossed:.0f}° to the level line."
        if downhill and len(valleys):
            told += f" Downhill, −∇f, is {between(-g, low - p):.0f}° off the way to the nearest lowest point."
        return told

    alt = (
        "A map with arrows for the gradient, longer where it is steeper (by the square root). At one point a large "
        "arrow and the level line through that point, which a true gradient crosses at a right angle."
    )
    size = (5.6, 0.7 + 4.8 * spans[1] / spans[0])
    return by_hand(marks, scene, land.view, alt, downhill=downhill, size=size)


def named(ax, text, tip, way):
    """The name of an arrow, beyond its tip."""
    right, up = way[0] >= 0, way[1] >= 0
    beyond = {"ha": "left" if right else "right", "va": "bottom" if up else "top"}
    tag(ax, text, tip, (4 if right else -4, 3 if up else -3), color=GRADIENT, **beyond)


def _known(f, p, gradient):
    """∇f(p), or NaN where there is none."""
    try:
        return slope(f, p, gradient)
    except Exception:  # whatever a learner's function raises: it is told where somebody stands
        return np.full(2, np.nan)


def _lows(X, Y, Z):
    """The places that are nowhere lower around, shape (k, 2); the lowest one if there are none; none without ground."""
    inside, (rows, columns) = slice(1, -1), Z.shape
    around = [Z[i : rows - 2 + i, j : columns - 2 + j] for i in range(3) for j in range(3)]
    low = (Z[inside, inside] <= around).all(axis=0)
    if not low.any() and np.isfinite(Z).any():
        low = np.unravel_index([np.nanargmin(Z)], Z.shape)
        return np.stack([X[low], Y[low]], axis=-1)
    return np.stack([X[inside, inside][low], Y[inside, inside][low]], axis=-1)
