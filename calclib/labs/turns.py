"""Lesson 02's figures of turning round at a point: the slope in each direction, the height all around."""

import numpy as np

from calclib.labs.arrows import named
from calclib.labs.maps import CIRCLE, TURN, Map, around_the_clock, between, by_hand, degrees
from calclib.labs.words import number, pair
from calclib.pictures.ground import arrow, height, heights, slope
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, ruler, tag, window

__all__ = ["dial", "ring"]


def dial(f, view=None, *, gradient=None, at=(1.0, 0.5), first=0):
    """The slope in a direction that one turns, beside the slopes in all directions. Controls: x, y, angle."""
    land = Map(f, view)
    radius = 0.2 * land.breadth

    def scene(axes):
        land.draw(axes[0])
        around_the_clock(axes[1], "slope in that direction", land.steep)

    def marks(axes, x=at[0], y=at[1], angle=first):
        left, right = axes
        p, g = np.array([x, y]), slope(f, (x, y), gradient)
        u, size = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]), np.hypot(*g)
        left.plot(*(p + radius * CIRCLE).T, color=QUIET, linewidth=1)
        measured = heights(f, p + 1e-4 * CIRCLE[::3]) - heights(f, p - 1e-4 * CIRCLE[::3])
        right.plot(np.degrees(TURN), CIRCLE @ g, color=TRUTH)
        right.plot(np.degrees(TURN[::3]), measured / 2e-4, "o", color=TRUTH, markersize=4)
        if not land.level(g):
            tip = p + radius * g / size
            ruler(left, tip, p + (tip - p) @ u * u)
            ruler(right, (degrees(g), 0), (degrees(g), size), color=GRADIENT)
            if size > land.steep:
                tag(right, f"up to {number(size)}", (180, land.steep), (0, -14), color=TRUTH, ha="center")
            arrow(left, p, tip - p)
            named(left, "∇f", tip, g)
        arrow(left, p, radius * u, TANGENT)
        dot(left, *p, color=PATH)
        dot(right, angle, np.clip(g @ u, -land.steep, land.steep), color=TANGENT, clip_on=False)
        if land.level(g):
            return f"At {pair(p)} the slope is 0 towards {angle}° and in every other direction: ∇f = (0, 0)."
        rise, long = (number(v if abs(v) > 1e-9 * size else 0, ".4g") for v in (g @ u, size))
        turned = f"{between(g, u):.0f}°"
        points = f"∇f = {pair(g, '.4g')} points to {degrees(g):.0f}°, {turned} away, and is {long} long"
        return f"Towards {angle}° the slope is {rise}. {points}: {long} · cos {turned} ≈ {rise}."

    alt = (
        "Left a map with a dial around a point: the gradient in purple, the chosen direction in green. Right the slope "
        "against the angle: a cosine wave, with its top at the angle of the gradient; the dots on it are measured."
    )
    return by_hand(marks, scene, land.view, alt, angle=(0, 360), panels=2, size=(7.6, 3.6))


def ring(f, view=None, *, gradient=None, at=(1.0, 0.0), first=0.4):
    """A walk around a point: where is it higher than in the middle, where lower? Controls: x, y, r."""
    land = Map(f, view)
    widest = 0.4 * land.breadth
    limit = np.ptp(window(land.ground[2], margin=0)) / 8

    def scene(axes):
        land.draw(axes[0])
        around_the_clock(axes[1], "height above the middle", limit)

    def marks(axes, x=at[0], y=at[1], r=first):
        left, right = axes
        p, g, middle = np.array([x, y]), slope(f, (x, y), gradient), height(f, (x, y))
        walk = heights(f, p + r * CIRCLE)
        rise = walk - middle
        rise[np.abs(rise) <= 1e-13 * np.maximum(np.abs(walk), abs(middle))] = 0  # no more than rounding
        left.plot(*(p + r * CIRCLE).T, color=PATH)
        dot(left, x, y, color=PATH)
        right.fill_between(np.degrees(TURN), rise, where=rise >= 0, color=TANGENT, alpha=0.3, interpolate=True)
        right.fill_between(np.degrees(TURN), rise, where=rise <= 0, color=PATH, alpha=0.3, interpolate=True)
        right.plot(np.degrees(TURN), rise, color=PATH)
        steep = "(0, 0)" if land.level(g) else pair(g, ".3g")
        return f"Around {pair(p)}, where ∇f = {steep}, the ground is {around(rise, land.level(g))}."

    alt = (
        "Left a map with a circle around a point. Right how much higher or lower the ground is along that circle, "
        "against the angle: above zero all around a minimum, below around a maximum, both in turn around a saddle."
    )
    radii = (0.02 * widest, float(f"{widest:.2g}"))
    return by_hand(marks, scene, land.view, alt, r=radii, panels=2, size=(7.6, 3.6))


def around(rise, level):
    """What a closed walk tells of the point in its middle, level or not: how often higher and lower change."""
    if np.isnan(rise).any():
        return "not there all the way round, so the walk tells nothing"
    sides = np.sign(rise[rise != 0])
    if sides.size == 0:
        return "as high as in the middle"
    changes = np.count_nonzero(np.diff(np.append(sides, sides[0])))
    if changes == 0:
        way, other, place = ("higher", "lower", "minimum") if sides[0] > 0 else ("lower", "higher", "maximum")
        if sides.size < rise.size:
            return f"nowhere {other} and in places as high: not a {place} alone"
        return f"{way} everywhere: a {place}" + ("" if level else " lies within the circle")
    if changes == 2:
        slope = "higher on one side and lower on the other"
        return f"{slope}: level at the point itself, as on a ledge" if level else f"{slope}: a slope"
    turns = f"{changes // 2} times higher and {changes // 2} times lower, in turn"
    return f"{turns}: a saddle" if level else f"{turns}, as around a saddle, but ∇f is not 0"
