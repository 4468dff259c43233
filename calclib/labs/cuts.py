"""Lesson 02's figures of reading a landscape: its map and its ground, and the two cuts through a point."""

import numpy as np

from calclib.labs.maps import Map, by_hand
from calclib.labs.words import number, pair
from calclib.pictures.ground import height, heights, level_lines, relief, seen_from_above, slope
from calclib.pictures.palette import PATH, QUIET, TANGENT
from calclib.pictures.plots import dot, straight, window

__all__ = ["hills", "slices"]


def hills(f, view=None, *, at=(0.9, 0.7)):
    """A map and the ground that it is a map of, with the level line through a point. Controls: x, y."""
    land = Map(f, view)
    lines, place = level_lines(*land.ground), seen_from_above(*land.ground)

    def scene(axes):
        land.draw(axes[0])
        relief(axes[1], *land.ground, place)

    def marks(axes, x=at[0], y=at[1]):
        z = height(f, (x, y))
        level = lines(z).T
        axes[0].plot(*level, color=PATH)
        axes[1].plot(*place(*level, z)[:2], color=PATH)
        dot(axes[0], x, y, color=PATH)
        dot(axes[1], *place(x, y, z)[:2], color=PATH)
        return f"At {pair((x, y))} the ground is {number(z)} high; along the line it is everywhere as high."

    alt = "Left a map with lines of equal height, right the same ground as a surface; on both the line through a point."
    return by_hand(marks, scene, land.view, alt, panels=2, size=(7.6, 3.4))


def slices(f, view=None, *, gradient=None, at=(0.5, 0.8)):
    """Two cuts through the ground at a point, and the slope of each. Controls: x, y."""
    land = Map(f, view)
    place, rows = seen_from_above(*land.ground), [np.linspace(*side, 81) for side in land.view]

    def scene(axes):
        land.draw(axes[0, 0])
        relief(axes[0, 1], *land.ground, place)
        for ax, letter, row in zip(axes[1], "xy", rows, strict=True):
            ax.axhline(0, color=QUIET, linewidth=1)
            ax.set(xlabel=f"{letter}, the other one held", xlim=row[[0, -1]], ylim=window(land.ground[2]))
        axes[1, 0].set(ylabel="height")

    def marks(axes, x=at[0], y=at[1]):
        z, slopes = height(f, (x, y)), slope(f, (x, y), gradient)
        cut = np.full((2, 82, 2), np.nan)  # the cut along x and the cut along y, each with a gap at its end
        cut[0, :81, 0], cut[0, :81, 1] = rows[0], y
        cut[1, :81, 0], cut[1, :81, 1] = x, rows[1]
        along = heights(f, cut)
        axes[0, 0].plot(*cut.reshape(-1, 2).T, color=PATH, linewidth=1.5)
        axes[0, 1].plot(*place(*cut.reshape(-1, 2).T, along.ravel())[:2], color=PATH, linewidth=1.5)
        dot(axes[0, 0], x, y, color=PATH)
        dot(axes[0, 1], *place(x, y, z)[:2], color=PATH)
        for ax, here, row, curve, rise in zip(axes[1], (x, y), rows, along[:, :81], slopes, strict=True):
            ax.plot(row, curve, color=PATH)
            straight(ax, here, z, rise, color=TANGENT, linestyle="--", linewidth=1.5)
            dot(ax, here, z, color=TANGENT)
        right, up = (number(0 if land.level((rise, 0)) else rise, ".4g") for rise in slopes)
        return f"At {pair((x, y))} the slope along x is {right}, the slope along y is {up}."

    alt = (
        "Above a map and the ground as a surface, cut along x and along y at one point. "
        "Below the two cuts as curves, each with its dashed tangent at the point."
    )
    return by_hand(marks, scene, land.view, alt, panels=(2, 2), size=(7.6, 6))
