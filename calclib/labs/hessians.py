"""The live figures of lesson 04. Each takes any function of a point p = (x, y), a learner's or a `Landscape`."""

from functools import lru_cache

import numpy as np
from matplotlib.collections import PolyCollection

from calclib.descent import descend
from calclib.differences import derivative, second_derivative
from calclib.labs.bends import TINY, bottom, curvatures, curvatures_or_none, kind, lowest, or_nan, scales
from calclib.landscapes import quadratic
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import arrow, contours, height, heights, level_lines, slope, survey
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import curve, dot, sampled, straight, tag, window
from calclib.second_order import newton

__all__ = ["bending", "escape", "factors", "parabola", "race", "shaper", "units", "zigzag"]

VIEW = ((-3.0, 3.0), (-2.0, 2.0))
START = {"x": "start x", "y": "start y"}
DIRECTIONS = np.radians(np.linspace(0, 180, 73))
ROUNDS = np.linspace(0.15, 1.5, 8) ** 2  # the heights of level lines, in parts of the start's


def number(value, form=".3g"):
    """A number as people write it."""
    text = f"{value:{form}}".replace("-", "−")
    return "0" if text.strip("−0.") == "" else text


def pair(p):
    return f"({number(p[0], '.2f')}, {number(p[1], '.2f')})"


def counted(steps):
    return f"{steps} step" if steps == 1 else f"{steps} steps"


def parabola(f, x=None, *, at=0.8):
    """The tangent and the parabola that bends as f does at x; below, the second derivative. Controls: x."""
    x = x or getattr(f, "window", (-3.0, 3.0))
    grid = np.linspace(*x, 400)

    @lru_cache(maxsize=1)
    def bent():
        return second_derivative(lambda z: sampled(f, z), grid)

    def scene(axes):
        top, low = axes
        top.get_gridspec().set_height_ratios([3, 2])
        curve(top, f, grid, color=TRUTH)
        top.set(ylabel="f(x)", xlim=x, ylim=window(sampled(f, grid), margin=0.2), xticklabels=[])
        low.axhline(0, color=QUIET, linewidth=1)
        low.plot(grid, bent(), color=QUIET, linewidth=1, linestyle="--")
        low.set(xlabel="x", ylabel="f″(x)", xlim=x, ylim=window(bent(), [0]))

    def marks(axes, x=at):
        top, low = axes
        y, rise, bend = height(f, x), derivative(f, x), second_derivative(f, x)
        straight(top, x, y, rise, color=TANGENT, linestyle="--", linewidth=1.5)
        top.plot(grid, y + rise * (grid - x) + bend / 2 * (grid - x) ** 2, color=PATH)
        dot(top, x, y, color=TANGENT)
        low.plot(grid[grid <= x], bent()[grid <= x], color=PATH)
        dot(low, x, bend, color=PATH)
        step = np.array([-0.3, 0.3])
        away = sampled(f, x + step) - (y + rise * step)
        misses = [np.abs(part).max() for part in (away, away - bend / 2 * step**2)]
        if abs(bend) > 100 and not np.isclose(bend, second_derivative(f, x, 1e-3), rtol=0.1):
            return (
                f"At x = {number(x, '.2f')} the curve has a corner: no parabola bends as it does, and f″ is not there."
            )
        trend = "is straight" if abs(bend) < 1e-5 else "bends up" if bend > 0 else "bends down"
        told = f"At x = {number(x, '.2f')} f″ = {number(bend, '.3f')}: the curve {trend}."
        return f"{told} Within 0.3 of x the tangent misses by {misses[0]:.2g}, the parabola by {misses[1]:.2g}."

    alt = (
        "Above a curve, at x its dashed tangent and a parabola that has the same height, slope and bend there. "
        "Below the second derivative against x: above zero where the curve bends up."
    )
    return explore(marks, scene, x=x, pointer="x", panels=(2, 1), size=(7, 5.4), alt=alt, labels={"x": "point x"})


def bending(f, view=None, *, at=(1.0, 0.5)):
    """How f bends at a point: the axes of its Hessian, and the curvature in every direction. Controls: x, y."""
    view = view or getattr(f, "window", VIEW)
    ground = survey(f, view)
    reach = 0.16 * min(np.ptp(side) for side in view)
    seen = [curvatures_or_none(f, p) for p in np.stack([v[4::12, 4::12].ravel() for v in ground[:2]], axis=1)]
    limits = window(np.percentile([s for s in seen if s is not None] or [[-1, 1]], [25, 75]), [0], margin=0.3)
    around = np.stack([np.cos(DIRECTIONS), np.sin(DIRECTIONS)], axis=1)

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
            color, name = (TANGENT, "up") if value > 0 else (PATH, "down")
            way = way * (1 if way[1] >= 0 else -1)
            arrow(left, [p, p], reach * np.array([way, -way]), color)
            tag(left, name, p + reach * way, (5, 2), color=color)
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
        return f"At {pair(p)} H = {rows}, λ = {number(bends[0])} and {number(bends[1])}: {kind(bends)}.{level}"

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
    limit = max(limit, float(f"{np.abs(first).max():.1g}"))
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
        return f"λ₁ = {number(a)}, λ₂ = {number(b)}, {kappa}: {kind(np.array([a, b]))}."

    alt = (
        "Three views of one quadratic: as a surface over a disc, as contours (below zero dashed) with the two axes of "
        "its Hessian, and its two curvatures as bars."
    )
    controls = {"a": (-limit, limit), "b": (-limit, limit), "angle": (0.0, 180.0)}
    labels = {"a": "curvature λ₁", "b": "curvature λ₂", "angle": "angle of λ₁ °"}
    return explore(marks, scene, **controls, panels=3, size=(7.8, 3), alt=alt, labels=labels)


def zigzag(valley, view=VIEW, *, kappa=10.0, lr=1.9, at=(2.6, 1.0), steps=40):
    """Descent in valley(κ), a function of a point, for any κ. Controls: κ, α · λmax, and the start x, y by hand."""
    rates = np.round(np.arange(0, 2.2001, 0.02), 2)

    @lru_cache(maxsize=32)
    def measured(kappa):
        try:
            f = valley(kappa)
        except Exception as error:
            raise TypeError(f"{error}: valley(κ), which returns a function of a point, would do") from error
        if not callable(f):
            raise TypeError(f"valley({kappa:g}) is {f!r}: a function of a point would do")
        low = bottom(f, view)
        return f, level_lines(*survey(f, view, 41)), low, curvatures(f, low)[0]

    def scene(axes):
        left, right = axes
        left.set(xlim=view[0], ylim=view[1], aspect=1, xlabel="x", ylabel="y")
        left.grid(False)
        right.set(xlim=(0, steps), yscale="log", ylim=(1e-6, 10), xlabel="step", ylabel="distance from the bottom")

    def marks(axes, kappa=kappa, lr=lr, x=at[0], y=at[1]):
        left, right = axes
        f, lines, low, bends = measured(kappa)
        start, alpha = np.array([x, y]), lr / (np.abs(bends).max() or 1.0)
        path = np.asarray(descend(gradient_descent, lambda p: slope(f, p), start, lr=alpha, steps=steps, escape=1e3))
        top, away = height(f, start) - height(f, low), np.linalg.norm(path - low, axis=1)
        rounds = [lines(height(f, low) + part * top) for part in ROUNDS]
        left.plot(*np.concatenate(rounds).T, color=TRUTH, linewidth=0.8, alpha=0.7)
        left.plot(*path.T, "o-", color=PATH, linewidth=1, markersize=3)
        dot(left, *start, color=PATH)
        right.plot(np.maximum(away, 1e-7), color=PATH)
        if bends[0] > TINY * bends[1]:
            best = away[0] * ((bends[1] - bends[0]) / (bends[1] + bends[0])) ** np.arange(steps + 1)
            right.plot(np.maximum(best, 1e-7), color=QUIET, linestyle="--", linewidth=1)
            late = 2 * steps // 3
            if best[late] > 1e-5:
                tag(right, "best fixed rate", (late, best[late]), (-6, -16), color=QUIET, ha="right")
        return f"{shares(bends, alpha)} {pace(bends, lr, away)}"

    alt = (
        "Left the contours of a long valley and a descent in it, that jumps from wall to wall across and creeps along. "
        "Right its distance from the lowest point against the step, logarithmic, with that of the best fixed rate."
    )
    controls = {"kappa": (1.0, 100.0), "lr": rates, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.5)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"kappa": "κ", "lr": "α · λmax"} | START)


def shares(bends, alpha):
    """What a step leaves of the way along each axis, in a sentence."""
    along, across = 1 - alpha * bends
    told = f"λ = {number(bends[0])} and {number(bends[1])}, α = {number(alpha)}"
    return (
        f"{told}: each step leaves {number(along, '.2f')} of the way along the valley, {number(across, '.2f')} across."
    )


def pace(bends, lr, away):
    """What this rate means in this valley, in a sentence."""
    if away[0] == 0:
        return "It starts at the level point, where no rate moves it."
    if lr == 0:
        return "With α = 0 nothing moves."
    if bends[0] < -TINY * np.abs(bends).max():
        return "λ < 0: that way it leads down for ever, and the distance grows at every rate."
    if bends[0] <= TINY * bends[1]:
        return "λ = 0: that way nothing moves, and κ is infinite."
    side = "above" if lr > 2 else "at" if lr == 2 else "below"
    return f"κ = {number(bends[1] / bends[0])}, and α is {side} the wall 2/λmax = {number(2 / bends[1])}."


def factors(H):
    """|1 − αλ| against α for each curvature λ of H: the largest sets the pace. Controls: α."""
    H = np.asarray(H, dtype=float)
    if H.ndim != 2 or len(H) != len(H.T) or not np.allclose(H, H.T):
        raise ValueError(f"H is {H.tolist()}: a symmetric matrix would do")
    bends = np.linalg.eigvalsh(H)
    low, high = bends[[0, -1]]
    end = float(f"{2.4 / np.abs(bends).max():.2g}") if bends.any() else 1.0
    rates = np.linspace(0, end, 121)

    def scene(ax):
        for value in bends:
            ax.plot(rates, np.abs(1 - rates * value), color=QUIET, linewidth=1)
        ax.plot(rates, np.abs(1 - np.outer(rates, bends)).max(axis=1), color=TRUTH)
        ax.axhline(1, color=QUIET, linestyle="--", linewidth=1)
        for value in {low, high}:
            tag(ax, f"λ = {number(value)}", (0.18 * end, abs(1 - 0.18 * end * value)), (4, -16), color=QUIET)
        if low > 0:
            for place, name in ((2 / (low + high), "2/(λmin + λmax)"), (2 / high, "2/λmax")):
                ax.axvline(place, color=QUIET, linestyle="--", linewidth=1)
                ax.annotate(name, (place, 1.95), (-4, 0), textcoords="offset points", rotation=90, ha="right", va="top")
        ax.set(xlim=(0, end), ylim=(0, 2), xlabel="learning rate α", ylabel="|1 − αλ|")

    def marks(ax, lr=0.6 * end):
        each = 1 - lr * bends
        ax.plot([lr, lr], [0, 2], color=PATH, linewidth=1)
        dot(ax, np.full(len(each), lr), np.abs(each), color=PATH)
        worst = np.abs(each).max()
        told = (
            f"α = {number(lr)}: each step leaves {number(each[0])} of the way where λ = {number(low)}, and "
            f"{number(each[-1])} where λ = {number(high)}. The slowest sets the pace: {number(worst)}."
        )
        if low < 0:
            return f"{told} λ < 0: along that axis it grows for every α above 0."
        if low == 0:
            return f"{told} λ = 0: along that axis nothing ever moves."
        best = f"2/(λmin + λmax) = {number(2 / (low + high))} leaves {number((high - low) / (high + low))}"
        return f"{told} Best is {best}, the wall is at 2/λmax = {number(2 / high)}."

    alt = "For each curvature a V: the part of the distance that a step leaves, against α. Thick: the largest of them."
    return explore(marks, scene, lr=(0.0, end), size=(7, 3.6), alt=alt, labels={"lr": "learning rate α"})


def units(f, view=((-3.0, 3.0), (-3.0, 3.0)), *, at=None, choice="as given", steps=200):
    """The same f measured in other units, and descent at the best fixed rate there. Controls: units, start x, y."""
    at = (view[0][0] + 0.85 * np.ptp(view[0]), view[1][0] + 0.75 * np.ptp(view[1])) if at is None else at
    choices = ["as given", "one scale per axis", "along the axes of H"]
    wide = max(np.ptp(side) for side in view) / 2 * np.array([-1, 1])
    ground = survey(f, view, 61)

    @lru_cache(maxsize=8)
    def measured(choice):
        low = bottom(f, view)
        bends, _, H = curvatures(f, low)
        if np.abs(bends).min() <= TINY * np.abs(bends).max():
            raise ValueError(f"f has the curvatures {bends} where it is level: no unit makes λ = 0 round")
        S = scales(H, choice)
        new = np.linalg.eigvalsh(S.T @ H @ S)
        Z = survey(lambda z: height(f, low + S @ z), (wide, wide), 61)
        if hasattr(f, "hessian"):
            Z = *Z[:2], f(low + np.stack(Z[:2], axis=-1) @ S.T)
        return low, bends, S, new, level_lines(*Z)

    def scene(axes):
        left, right = axes
        contours(left, *ground, count=14)
        left.set(aspect=1, title="as given: x")
        right.set(xlim=wide, ylim=wide, aspect=1, title="in the new units: z", xlabel="z₁", ylabel="z₂")
        right.grid(False)

    def marks(axes, choice=choice, x=at[0], y=at[1]):
        left, right = axes
        low, bends, S, new, lines = measured(choice)
        start = np.linalg.solve(S, np.array([x, y]) - low)
        least, most = np.sort(np.abs(new))
        alpha, near = 2 / (least + most), 1e-3 * np.linalg.norm(start)
        path = descend(gradient_descent, lambda z: S.T @ slope(f, low + S @ z), start, lr=alpha, steps=steps)
        z = np.asarray(path)
        away = np.linalg.norm(z, axis=1)
        near = np.flatnonzero(away <= near)
        z = z[: near[0] + 1] if near.size else z
        top = height(f, (x, y)) - height(f, low)
        rounds = [lines(height(f, low) + part * top) for part in ROUNDS]
        right.plot(*np.concatenate(rounds).T, color=TRUTH, linewidth=0.8, alpha=0.7)
        for ax, points in ((left, low + z @ S.T), (right, z)):
            ax.plot(*points.T, "o-", color=PATH, linewidth=1, markersize=3)
            dot(ax, *points[0], color=PATH)
        before, after = np.abs(bends).max() / np.abs(bends).min(), most / least
        told = f"Units {choice}: κ = {number(before)}" + ("." if choice == "as given" else f" becomes {number(after)}.")
        if not away[0]:
            return f"{told} It starts at the lowest point, where nothing moves it."
        if bends[0] < 0:
            return f"{told} But λ = {number(bends[0])} < 0: it runs away along that axis, in any units."
        if not near.size:
            return f"{told} At the best fixed rate {counted(len(path) - 1)} do not come within a thousandth of the way."
        return f"{told} At the best fixed rate a thousandth of the way is left after {counted(int(near[0]))}."

    alt = (
        "Left the contours of a function, right the same function in other units: an ellipse becomes rounder. "
        "On both the path of the same descent, which is made in the new units."
    )
    controls = {"choice": choices, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"choice": "units"} | START)


def race(f, view=None, *, gradient=None, at=(-1.2, 1.0), damped=False, steps=40):
    """Newton's method against gradient descent from one start. Controls: damped or not, the start x, y by hand."""
    view = view or getattr(f, "window", VIEW)
    ground = survey(f, view)
    parts = {
        "gradient": or_nan(lambda p: slope(f, p, gradient), 2),
        "hessian": or_nan(lambda p: curvatures(f, p)[2], (2, 2)),
    }

    def scene(axes):
        left, right = axes
        contours(left, *ground)
        left.set(aspect=1)
        right.set(xlim=(0, steps), yscale="log", ylim=(1e-9, 1e4), xlabel="step", ylabel="steepness ‖∇f‖")

    def marks(axes, damped=damped, x=at[0], y=at[1]):
        left, right = axes
        start = np.array([x, y])
        sharpest = max(
            np.abs(curvatures(f, p)[0]).max() for p in (start, lowest(*ground) if height(f, start) else start)
        )
        slow = descend(gradient_descent, parts["gradient"], start, lr=1 / (sharpest or 1), steps=steps, tol=1e-8)
        fast = newton(lambda p: heights(f, p), start, **parts, damped=damped, steps=steps, tol=1e-8)
        for path, color, name in ((fast, PATH, "Newton"), (slow, TANGENT, "gradient descent")):
            points = np.asarray(path)[np.isfinite(path).all(axis=1)]
            steep = [np.fmax(np.linalg.norm(parts["gradient"](p)), 1e-10) for p in points]
            left.plot(*points.T, "o-", color=color, linewidth=1, markersize=3)
            right.plot(steep, "o-", color=color, linewidth=1, markersize=3)
            half = len(steep) // 2
            tag(right, name, (half, max(steep[half], 1e-8)), color=color)
        dot(left, x, y, color=PATH)
        values = heights(f, np.asarray(fast))
        climbs = int(np.sum(np.diff(values) > 1e-9 * (1 + np.abs(values[:-1]))))
        climbed = f", and climbed in {climbs} of them" if climbs else ""
        return f"Newton took {counted(len(values) - 1)}{climbed}: {ending(fast)}. {plain(slow, steep)}"

    alt = (
        "Left a map with two paths from one start: gradient descent in green, Newton's method in vermilion. "
        "Right the steepness at each of their steps, logarithmic: Newton's plunges at the end."
    )
    controls, labels = {"damped": damped, "x": view[0], "y": view[1]}, {"damped": "damped Newton"} | START
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def ending(path):
    """Where Newton's method ended, in words."""
    x, bends = pair(path[-1]), path.curvatures
    if path.why.startswith("small gradient") and (abs(bends).max() <= TINY or abs(bends[0]) <= TINY * abs(bends[1])):
        return f"the ground is level at {x}, but λ = {number(bends[0])} there does not tell what it is"
    if path.why == "small gradient, but no minimum":
        place = "a saddle" if bends[-1] > 0 else "a maximum"
        return f"∇f = 0 at {x}, which is {place} (λ = {number(bends[0])} and {number(bends[-1])})"
    if path.converged:
        return f"it is at the minimum {x}"
    return f"it ran away ({path.why})" if path.diverged else f"it is at {x}, not there yet ({path.why})"


def plain(path, steep):
    """Where gradient descent ended, in a sentence."""
    if path.diverged:
        return f"Gradient descent ran away after {counted(int(path.end))}."
    return (
        f"Gradient descent after {counted(len(path) - 1)}: {pair(path[-1])}, where ‖∇f‖ is {number(steep[-1], '.2g')}."
    )


def escape(f, view=None, *, gradient=None, at=(1.5, 0.0), noise=1e-6, lr=0.1, steps=300, seed=0):
    """Descent that begins on a ridge, each gradient with a little noise. Controls: the noise, the start x, y."""
    view = view or getattr(f, "window", VIEW)
    ground = survey(f, view)
    finite = ground[2][np.isfinite(ground[2])]
    ends = window(np.quantile(finite, [0, 0.6]) if finite.size else [], margin=0.1)
    levels = [0.0, *10.0 ** np.arange(-14, 0)]
    near = 0.05 * min(np.ptp(side) for side in view)

    def scene(axes):
        left, right = axes
        contours(left, *ground)
        left.set(aspect=1)
        right.set(xlim=(0, steps), ylim=ends, xlabel="step", ylabel="f")

    def marks(axes, noise=noise, x=at[0], y=at[1]):
        left, right = axes

        def noisy(p, rng):
            return slope(f, p, gradient) + noise * rng.standard_normal(2)

        path = descend(gradient_descent, noisy, np.array([x, y]), lr=lr, steps=steps, rng=seed, escape=1e3)
        points = np.asarray(path)
        z = [height(f, p) for p in points] if not path.diverged else [height(f, points[0])]
        left.plot(*points.T, color=PATH)
        right.plot(z, color=PATH)
        dot(left, x, y, color=PATH)
        dot(left, *points[-1], color=TANGENT)
        if path.diverged:
            return f"With noise {number(noise)} it ran away after {counted(int(path.end))}."
        bends, steep = curvatures(f, points[-1])[0], np.linalg.norm(slope(f, points[-1]))
        far = np.linalg.norm(points - points[-1], axis=1) > near
        arrived = int(np.flatnonzero(far)[-1]) + 1 if far.any() else 0
        rest = f"at {pair(points[-1])}, ‖∇f‖ = {number(steep, '.1g')}, λ = {number(bends[0])} and {number(bends[1])}"
        if bends[0] < 0:
            return f"Noise {number(noise)}: after {counted(steps)} it is still {rest}: {kind(bends)}."
        return f"Noise {number(noise)}: after {counted(arrived)} it has come to rest {rest}: {kind(bends)}."

    alt = (
        "Left a map with a saddle and the path of a descent that begins on its ridge. Right the height at each step: "
        "level while it stands at the saddle, then falling."
    )
    controls = {"noise": levels, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"noise": "noise"} | START)
