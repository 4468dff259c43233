"""Lesson 04's figures of bending: a parabola that fits, the axes of a Hessian, and a quadratic of any shape."""

from functools import lru_cache

import numpy as np
from matplotlib.collections import PolyCollection

from calclib.differences import derivative, second_derivative
from calclib.labs.bends import VIEW, curvatures, curvatures_or_none, kind, least
from calclib.labs.maps import sides
from calclib.labs.valleys import along, ends
from calclib.labs.words import number, pair
from calclib.landscapes import quadratic
from calclib.live import explore
from calclib.live.controls import stops
from calclib.pictures.ground import arrow, contours, level_lines, slope, survey
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, straight, tag, window

__all__ = ["bending", "parabola", "shaper"]

DIRECTIONS = np.radians(np.linspace(0, 180, 73))


def parabola(f, x=None, *, at=0.8):
    """The tangent and the parabola that bends as f does at x; below, the second derivative. Controls: x."""
    x = ends(getattr(f, "window", (-3.0, 3.0)) if x is None else x)
    grid = np.linspace(*x, 400)

    def curve(z):
        return along(f, z)

    @lru_cache(maxsize=1)
    def bent():
        return second_derivative(curve, grid)

    def scene(axes):
        top, low = axes
        top.get_gridspec().set_height_ratios([3, 2])
        top.plot(grid, curve(grid), color=TRUTH)
        top.set(ylabel="f(x)", xlim=x, ylim=window(curve(grid), margin=0.2), xticklabels=[])
        low.axhline(0, color=QUIET, linewidth=1)
        low.plot(grid, bent(), color=QUIET, linewidth=1, linestyle="--")
        low.set(xlabel="x", ylabel="f″(x)", xlim=x, ylim=window(bent(), [0]))

    def marks(axes, x=at):
        top, low = axes
        y, rise, bend = float(curve(x)), derivative(curve, x), second_derivative(curve, x)
        if not np.isfinite([y, rise, bend]).all():
            raise ValueError(f"f, or its slope, is no number at x = {number(x)}: another x would do")
        bend = bend if abs(bend) > 1e-6 * np.nanmax(np.abs(curve(grid))) else 0.0
        straight(top, x, y, rise, color=TANGENT, linestyle="--", linewidth=1.5)
        corner = abs(bend) > 100 and not np.isclose(bend, second_derivative(curve, x, 1e-3), rtol=0.1)
        if not corner:
            top.plot(grid, y + rise * (grid - x) + bend / 2 * (grid - x) ** 2, color=PATH)
        dot(top, x, y, color=TANGENT)
        low.plot(grid[grid <= x], bent()[grid <= x], color=PATH)
        dot(low, x, bend, color=PATH)
        step = np.array([-0.3, 0.3])
        away = curve(x + step) - (y + rise * step)
        misses = [np.abs(part).max() for part in (away, away - bend / 2 * step**2)]
        if corner:
            return (
                f"At x = {number(x, '.2f')} the curve has a corner: no parabola bends as it does, and f″ is not there."
            )
        trend = "bends up" if bend > 0 else "bends down" if bend else "is straight"
        size = number(bend, ".3f" if 0.01 < abs(bend) < 1e4 else ".3g")
        told = f"At x = {number(x, '.2f')} f″ = {size}: the curve {trend}."
        if not np.isfinite(misses).all():
            return f"{told} Within 0.3 of x it ends."
        near = f"the tangent misses by {number(misses[0], '.2g')}, the parabola by {number(misses[1], '.2g')}"
        return f"{told} Within 0.3 of x {near}."

    alt = (
        "Above a curve, at x its dashed tangent and a parabola that has the same height, slope and bend there. "
        "Below the second derivative against x: above zero where the curve bends up."
    )
    return explore(marks, scene, x=x, pointer="x", panels=(2, 1), size=(7, 5.4), alt=alt, labels={"x": "point x"})


def bending(f, view=None, *, at=(1.0, 0.5)):
    """How f bends at a point: the axes of its Hessian, and the curvature in every direction. Controls: x, y."""
    view = sides(getattr(f, "window", VIEW) if view is None else view)
    ground = survey(f, view)
    reach = 0.16 * min(np.ptp(side) for side in view)
    seen = [curvatures_or_none(f, p) for p in np.stack([v[4::12, 4::12].ravel() for v in ground[:2]], axis=1)]
    limits = window(np.percentile([s for s in seen if s is not None] or [[-1, 1]], [0, 100]), [0], margin=0.3)
    around = np.stack([np.cos(DIRECTIONS), np.sin(DIRECTIONS)], axis=1)
    exact = hasattr(f, "hessian")

    def scene(axes):
        left, right = axes
        contours(left, *ground)
        left.set(aspect=1)
        right.axhline(0, color=QUIET, linewidth=1)
        right.set(xlabel="direction in degrees", ylabel="curvature uᵀHu", xlim=(0, 180), ylim=limits)
        right.set(xticks=range(0, 181, 45))

    def marks(axes, x=at[0], y=at[1]):
        left, right = axes
        p = np.array([x, y])
        bends, ways, H = curvatures(f, p)
        bend = np.einsum("ki,ij,kj->k", around, H, around)
        right.plot(np.degrees(DIRECTIONS), bend, color=TRUTH)
        for value, way in zip(bends, ways.T, strict=True):
            flat = abs(value) <= least(bends, exact)
            color, name = (QUIET, "flat") if flat else (TANGENT, "up") if value > 0 else (PATH, "down")
            way = way * (1 if way[1] >= 0 else -1)
            arrow(left, [p, p], reach * np.array([way, -way]), color)
            tag(
                left,
                name,
                p + reach * way,
                (5 if way[0] >= 0 else -5, 2),
                color=color,
                ha="left" if way[0] >= 0 else "right",
            )
            angle = np.degrees(np.arctan2(way[1], way[0])) % 180
            right.plot([angle, angle], [0, value], color=color, linewidth=1, linestyle="--")
            dot(right, angle, value, color=color)
            tag(
                right,
                f"λ = {number(value)}",
                (angle, value),
                (0, 8),
                color=color,
                ha="right" if angle > 120 else "left",
            )
        dot(left, x, y, color=PATH)
        rows = f"[[{number(H[0, 0])}, {number(H[0, 1])}], [{number(H[1, 0])}, {number(H[1, 1])}]]"
        level = " Here ∇f = 0." if np.hypot(*slope(f, p)) < 0.02 * np.abs(bends).max() * reach else ""
        return f"At {pair(p)} H = {rows}, λ = {number(bends[0])} and {number(bends[1])}: {kind(bends, exact)}.{level}"

    alt = (
        "Left a map, and at one point two double arrows at right angles: the axes of the Hessian, marked up or down. "
        "Right the curvature against the direction: a wave, with its lowest and highest at these two axes."
    )
    controls, form = {"x": view[0], "y": view[1]}, {"pointer": ("x", "y"), "panels": 2, "size": (7.6, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"x": "point x", "y": "point y"})


def shaper(H=((2.0, 0.0), (0.0, 4.0)), *, limit=4.0):
    """The quadratic ½pᵀHp as surface, contours and spectrum. Controls: both curvatures, the angle of the axes."""
    H = np.asarray(H, dtype=float)
    if H.shape != (2, 2) or not np.allclose(H, H.T):
        raise ValueError(f"H is {H.tolist()}: a symmetric matrix of two rows and two columns would do")
    first, ways = np.linalg.eigh(H)
    first[np.abs(first) < 1e-12 * np.abs(first).max()] = 0
    unit = 10.0 ** np.floor(np.log10(np.abs(first).max() or 1))
    limit = max(limit, unit * np.ceil(np.abs(first).max() / unit))
    turned = float(np.degrees(np.arctan2(ways[1, 0], ways[0, 0])) % 180)
    X, Y = np.meshgrid(*2 * [np.linspace(-1, 1, 41)])
    grid = np.stack([X, Y], axis=-1)
    levels = limit * np.array([0.02, 0.08, 0.18, 0.32, 0.5, 0.72])
    rings, spokes = np.meshgrid(np.linspace(0, 1, 6), np.radians(np.arange(0, 361, 22.5)))
    disc = np.stack([rings * np.cos(spokes), rings * np.sin(spokes)], axis=-1)

    def scene(axes):
        surface, level, spectrum = axes
        surface.set(xlim=(-1, 1), ylim=(-0.9, 0.9), aspect=1)
        surface.axis("off")
        level.set(xlim=(-1, 1), ylim=(-1, 1), aspect=1, xlabel="x", ylabel="y", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        level.grid(False)
        spectrum.axhline(0, color=QUIET, linewidth=1)
        spectrum.set(xlim=(0.4, 2.6), ylim=(-1.15 * limit, 1.15 * limit), xticks=[1, 2], xticklabels=["λ₁", "λ₂"])
        spectrum.set(ylabel="curvature", box_aspect=1)

    def sheet(ax, f):
        z = f(disc) / limit
        away = disc @ [np.sin(0.45), np.cos(0.45)]
        place = np.stack([disc @ [np.cos(0.45), -np.sin(0.45)], 0.45 * away + 0.9 * z], axis=-1)
        faces = np.stack([place[:-1, :-1], place[:-1, 1:], place[1:, 1:], place[1:, :-1]], axis=2).reshape(-1, 4, 2)
        order = np.argsort(-away[:-1, :-1].ravel() - away[1:, 1:].ravel())
        tint = (z[:-1, :-1] + z[1:, 1:]).ravel()
        parts = PolyCollection(faces[order], array=tint[order], cmap="Blues", edgecolors="#1f6fb2", linewidths=0.25)
        parts.set_clim(-1.2, 1.6)
        ax.add_collection(parts)

    def marks(axes, a=float(first[0]), b=float(first[1]), angle=turned):
        surface, level, spectrum = axes
        f = quadratic([a, b], np.radians(angle))
        sheet(surface, f)
        lines = level_lines(X, Y, f(grid))
        level.plot(*np.concatenate([lines(z) for z in levels]).T, color=TRUTH, linewidth=1)
        level.plot(*np.concatenate([lines(-z) for z in levels]).T, color=PATH, linewidth=1, linestyle="--")
        for name, value, place in (("λ₁", a, angle), ("λ₂", b, angle + 90)):
            way = np.array([np.cos(np.radians(place)), np.sin(np.radians(place))])
            level.plot(*np.stack([-way, way], axis=1), color=QUIET, linewidth=1)
            tag(level, name, 0.72 * way, (2, 2), color=QUIET)
            spectrum.bar(1 if place == angle else 2, value, 0.5, color=TRUTH if value >= 0 else PATH)
        low, high = sorted(np.abs([a, b]))
        kappa = f"κ = {number(high / low)}" if low > 0 else "κ is infinite"
        shape = kind(np.array([a, b]), exact=True)
        if low == 0:  # of a quadratic this is all
            shape = f"it bends {'up' if a + b > 0 else 'down'} along one axis and is level along the other, as a trough"
        if high == 0:
            shape = "it is level everywhere"
        return f"λ₁ = {number(a)}, λ₂ = {number(b)}, {kappa}: {shape}."

    alt = (
        "Three views of one quadratic: as a surface over a disc, as contours (below zero dashed) with the two axes of "
        "its Hessian, and its two curvatures as bars."
    )
    controls = {"a": stops(-limit, limit, first[0]), "b": stops(-limit, limit, first[1])}
    controls["angle"] = stops(0.0, 180.0, turned)
    labels = {"a": "curvature λ₁", "b": "curvature λ₂", "angle": "angle of λ₁ °"}
    return explore(marks, scene, **controls, panels=3, size=(7.8, 3), alt=alt, labels=labels)
