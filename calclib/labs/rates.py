"""Lesson 04's figures of pace: what a learning rate does along each axis of a valley, and what new units do to it."""

from functools import lru_cache

import numpy as np

from calclib.descent import descend
from calclib.labs.bends import TINY, VIEW, bottom, curvatures, or_nan, scales, steady
from calclib.labs.maps import sides
from calclib.labs.words import START, counted, number
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import contours, height, level_lines, slope, survey
from calclib.pictures.palette import PATH, QUIET, TRUTH
from calclib.pictures.plots import dot, tag

__all__ = ["factors", "units", "zigzag"]

ROUNDS = np.linspace(0.15, 1.5, 8) ** 2  # the heights of level lines, in parts of the start's


def zigzag(valley, view=VIEW, *, kappa=10.0, lr=1.9, at=(2.6, 1.0), steps=40):
    """Descent in valley(κ), a function of a point, for any κ. Controls: κ, α · λmax, and the start x, y by hand."""
    view, rates = sides(view), np.round(np.arange(0, 2.2001, 0.02), 2)
    kappas = {f"{k:g}": k for k in sorted({1, 3, 10, 30, 100, kappa})}

    @lru_cache(maxsize=32)
    def measured(kappa):
        try:
            f = valley(kappa)
        except Exception as error:
            raise TypeError(f"{error}: valley(κ), which returns a function of a point, would do") from error
        if not callable(f):
            raise TypeError(f"valley({kappa:g}) is {f!r}: a function of a point would do")
        low = bottom(f, view)
        bends = steady(f, low)
        if bends is None:
            raise ValueError(f"valley({kappa:g}) is a kink or flatter than a parabola where it is level: no λ, no wall")
        return f, level_lines(*survey(f, view, 41)), low, bends

    def scene(axes):
        left, right = axes
        left.set(xlim=view[0], ylim=view[1], aspect=1, xlabel="x", ylabel="y")
        left.grid(False)
        right.set(xlim=(0, steps), yscale="log", ylim=(1e-6, 10), xlabel="step", ylabel="distance from the bottom")

    def marks(axes, kappa=f"{kappa:g}", lr=lr, x=at[0], y=at[1]):
        left, right = axes
        f, lines, low, bends = measured(kappa)
        start, alpha = np.array([x, y]), lr / (np.abs(bends).max() or 1.0)
        slope(f, start)  # so that a broken gradient is told
        walk = or_nan(lambda p: slope(f, p), 2)
        path = np.asarray(descend(gradient_descent, walk, start, lr=alpha, steps=steps, escape=1e3))
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
    controls = {"kappa": kappas, "lr": rates, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.5)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"kappa": "κ", "lr": "α · λmax"} | START)


def shares(bends, alpha):
    """What a step leaves of the way along each axis, in a sentence."""
    gentle, sharp = (number(part, ".2f") for part in 1 - alpha * bends)
    told = f"λ = {number(bends[0])} and {number(bends[1])}, α = {number(alpha)}: each step leaves"
    if bends[0] <= TINY * bends[1]:
        return f"{told} {gentle} of the way along the one axis, {sharp} along the other."
    return f"{told} {gentle} of the way along the valley, {sharp} across."


def pace(bends, lr, away):
    """What this rate means in this valley, in a sentence."""
    if away[0] == 0:
        return "It starts at the level point, where no rate moves it."
    if lr == 0:
        return "With α = 0 nothing moves."
    if bends[0] < -TINY * np.abs(bends).max():
        return "λ < 0: that way it leads down for ever, and the distance grows at every rate."
    if not bends.any():
        return "λ = 0 both ways: the ground is level, and nothing moves at any rate."
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
            above = value == low and 0 < high - low < 0.4 * high  # the two lines are near, and so would their names be
            place = (0.18 * end, abs(1 - 0.18 * end * value))
            tag(ax, f"λ = {number(value)}", place, (4, 10 if above else -16), color=QUIET)
        if low > 0:
            names = (2 / (low + high), "2/(λmin + λmax)", -4, "right"), (2 / high, "2/λmax", 4, "left")
            for place, name, aside, ha in names:
                ax.axvline(place, color=QUIET, linestyle="--", linewidth=1)
                ax.annotate(name, (place, 1.95), (aside, 0), textcoords="offset points", rotation=90, ha=ha, va="top")
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
        best = f"2/(λmin + λmax) = {number(2 / (low + high))}, leaves {number((high - low) / (high + low))}"
        return f"{told} The best rate, {best}; the wall is at 2/λmax = {number(2 / high)}."

    alt = "For each curvature a V: the part of the distance that a step leaves, against α. Thick: the largest of them."
    return explore(marks, scene, lr=(0.0, end), size=(7, 3.6), alt=alt, labels={"lr": "learning rate α"})


def units(f, view=((-3.0, 3.0), (-3.0, 3.0)), *, at=None, choice="as given", steps=200):
    """The same f measured in other units, and descent at the best fixed rate there. Controls: units, start x, y."""
    view = sides(view)
    at = (view[0][0] + 0.85 * np.ptp(view[0]), view[1][0] + 0.75 * np.ptp(view[1])) if at is None else at
    choices = ["as given", "one scale per axis", "along the axes of H"]
    wide = max(np.ptp(side) for side in view) / 2 * np.array([-1, 1])
    ground = survey(f, view, 61)

    @lru_cache(maxsize=8)
    def measured(choice):
        low = bottom(f, view)
        bends, _, H = curvatures(f, low)
        if steady(f, low) is None:
            raise ValueError("f is a kink or flatter than a parabola where it is level: it has no κ, in any units")
        if np.abs(bends).min() <= TINY * np.abs(bends).max():
            told = f"{number(bends[0])} and {number(bends[1])}"
            raise ValueError(f"f has the curvatures {told} where it is level: no unit makes λ = 0 round")
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
        slope(f, (x, y))  # so that a broken gradient is told
        walk = or_nan(lambda z: S.T @ slope(f, low + S @ z), 2)
        path = descend(gradient_descent, walk, start, lr=alpha, steps=steps)
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
        if path.diverged:
            end = "it runs away" if path.why == "escaped" else "it leaves the ground"
            return f"{told} At the rate 2/(λmin + λmax) {end}: farther out f bends otherwise than where it is level."
        if not near.size:
            return f"{told} At the best fixed rate {counted(steps)} do not come within a thousandth of the way."
        return f"{told} At the best fixed rate a thousandth of the way is left after {counted(int(near[0]))}."

    alt = (
        "Left the contours of a function, right the same function in other units: an ellipse becomes rounder. "
        "On both the path of the same descent, which is made in the new units."
    )
    controls = {"choice": choices, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"choice": "units"} | START)
