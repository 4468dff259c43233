"""Lesson 03's figures on a line: a descent on the graph of any function of one number, and what each rate does."""

from functools import lru_cache

import numpy as np

from calclib.differences import second_derivative
from calclib.labs.valleys import LOWEST, LR, Valleys
from calclib.labs.words import START, counted, number
from calclib.live import explore
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, straight, tag, window

__all__ = ["on_curve", "regimes", "side_by_side"]

COUNTS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200]


def on_curve(f, x=None, slope=None, *, start=2.0, lr=None, steps=10):
    """Descent on the graph of f, and α on a scale with 1/L and 2/L. Controls: α, the start, the steps."""
    ground, most = Valleys(f, x, slope), 60
    span = ground.rates(start)

    @lru_cache(maxsize=64)
    def path(start, lr):
        points = ground.descend(start, lr, most)
        return points, ground.height(points)

    def scene(axes):
        top, scale = axes
        top.get_gridspec().set_height_ratios([6, 1])
        ground.draw(top)
        top.set(xlabel="x", ylabel="f(x)", xlim=(ground.low, ground.high), ylim=window(ground.heights))
        scale.set(xlim=(0, 2.4), ylim=(0, 1), yticks=[], xticks=[0, 1, 2], xticklabels=["α = 0", "1/L", "2/L"])
        scale.grid(False)
        zones = (0, 1, TANGENT, "creeps"), (1, 2, TRUTH, "zig-zags"), (2, 2.4, PATH, "runs away")
        for low, high, color, name in zones:
            scale.axvspan(low, high, color=color, alpha=0.15)
            tag(scale, name, ((low + high) / 2, 0.36), (0, 0), ha="center", va="center", color=color)
        scale.spines["left"].set_visible(False)

    def marks(axes, lr=span[1] / 12 if lr is None else lr, start=start, steps=steps):
        top, scale = axes
        valley, L = ground.below(start)
        whole, heights = path(start, lr)
        last = min(steps, len(whole) - 1)
        seen = np.asarray(whole)[: last + 1]
        straight(top, start, heights[0], float(ground.slope(start)), color=TANGENT, linestyle="--", linewidth=1.2)
        top.plot(seen, heights[: last + 1], "o-", color=PATH, linewidth=1, markersize=4)
        dot(top, start, heights[0], color=TANGENT)
        dot(top, seen[-1], heights[last], color=PATH)
        if L:
            scale.plot(min(lr * L, 2.38), 0.84, "v", color=PATH, markersize=10)
        return f"{went(whole, start, lr, steps)} {why(ground, start, valley, L, lr)}"

    alt = (
        "A curve, the dashed tangent at the start in green, and the points of a descent in vermilion. Below, "
        "the learning rate on a scale: up to 1/L it creeps, up to 2/L it zig-zags, beyond it runs away."
    )
    controls = {"lr": span, "start": (ground.low, ground.high), "steps": (1, most)}
    form = {"pointer": "start", "panels": (2, 1), "size": (7, 5)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"lr": LR, "start": START["x"]})


def went(path, start, lr, steps):
    """Where a descent on a curve went, in a sentence."""
    x = number(start)
    if lr == 0:
        return f"With α = 0 every step has length 0, so x stays at {x}."
    if path.diverged and steps >= path.end:
        how = (
            "there is no f, or no slope, to go on with"
            if path.why == "not a number"
            else "x is a thousand windows away"
        )
        return f"After {counted(path.end)} from x = {x}, {how}."
    return f"After {counted(steps)} from x = {x}, x = {number(float(path[steps]), '.5g')}."


def why(ground, start, valley, L, lr):
    """What the curvature says about this rate, in a sentence."""
    if abs(float(ground.slope(start))) <= ground.gentle:
        return f"It starts {level(ground, start, valley)}: the slope there is 0, so no rate moves it."
    if valley is None:
        return "Downhill from the start there is no valley in this window."
    if L is None:
        return f"Downhill is x = {number(valley)}. {ground.wall(L)}"
    bottom = f"The bottom, x = {number(valley, '.4g')}, has L = f″ = {number(L, '.4g')}, 2/L = {number(2 / L, '.4g')}"
    left = 1 - lr * L
    if abs(left) < 0.005:
        return f"{bottom}: α is 1/L, the best rate there."
    if abs(abs(left) - 1) < 0.005:
        return f"{bottom}: near it each step keeps the distance."
    kind = "leaves" if left > 0 else "overshoots and leaves"
    return f"{bottom}: near it each step {kind} {abs(left):.0%} of the distance."


def level(ground, start, valley):
    """Where a descent stands whose slope is 0, in words."""
    if valley is not None:
        return "at the bottom"
    bends = second_derivative(ground.height, start)
    return "on a top" if bends < -1e-3 * ground.gentle / 1e-9 else "on a ledge or on level ground"


def side_by_side(f, rates, x=None, slope=None, *, start=2.0, steps=40):
    """For each rate, x and the loss above its least, against the step. Controls: the step (it plays), the start."""
    ground, rates = Valleys(f, x, slope), np.atleast_1d(np.array(rates, dtype=float))
    if rates.ndim > 1 or not rates.size or not (rates >= 0).all():
        raise ValueError(f"rates is {rates.tolist()}: a list of learning rates, 0 or above, would do")

    @lru_cache(maxsize=64)
    def paths(start):
        """Each rate's own points and losses, up to its end."""
        together = ground.descend(start, rates, steps)
        points = [np.asarray(together)[: end + 1, k] for k, end in enumerate(together.end)]
        least = min(ground.height(ground.valleys), default=np.nanmin(ground.heights))
        return [(p, np.maximum(ground.height(p) - least, LOWEST)) for p in points]

    def scene(axes):
        for k, (top, bottom) in enumerate(np.reshape(axes, (2, -1)).T):
            for valley in ground.valleys:
                top.axhline(valley, color=TRUTH, linestyle="--", linewidth=1)
            top.set(title=f"α = {rates[k]:g}", xlim=(0, steps), ylim=(ground.low, ground.high), xticklabels=[])
            bottom.plot([], [])
            bottom.set(xlabel="step", xlim=(0, steps), yscale="log", ylim=(LOWEST, 1e4))
            if k:
                top.set(yticklabels=[])
                bottom.set(yticklabels=[])
            else:
                top.set(ylabel="x")
                bottom.set(ylabel="loss above the least")

    def marks(axes, step=12, start=start):
        columns, ends = np.reshape(axes, (2, -1)).T, []
        for (top, bottom), (points, losses), rate in zip(columns, paths(start), rates, strict=True):
            for ax, y in ((top, points), (bottom, losses)):
                ax.plot(y[: step + 1], "o-", color=PATH, linewidth=1, markersize=3)
            ends.append(f"{rate:g} → {number(points[step])}" if len(points) > step else f"{rate:g} → gone")
        return f"x after {counted(step)} from x = {number(start)}, for each α: {', '.join(ends)}."

    alt = (
        "A column for each learning rate: above x against the step, with the valley as a dashed blue line; "
        "below the loss above its least, logarithmic."
    )
    controls = {"step": range(steps + 1), "start": (ground.low, ground.high)}
    form = {"panels": (2, rates.size), "size": (7.6, 4.4)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"start": START["x"]})


def regimes(f, x=None, slope=None, *, start=2.0, steps=10):
    """How far from the valley each rate ends, with 1/L and 2/L marked. Controls: the steps, the start."""
    ground = Valleys(f, x, slope)
    rates = np.linspace(*ground.rates(start), 241)[1:]

    @lru_cache(maxsize=64)
    def errors(start):
        """|x − valley| after each step (rows) for each rate (columns)."""
        path = np.asarray(ground.descend(start, rates, COUNTS[-1]))
        error = np.abs(path - ground.below(start)[0])[np.minimum(range(COUNTS[-1] + 1), len(path) - 1)]
        return np.where(error < 1e3, error, 1e9)  # what runs away is out of sight

    def scene(ax):
        ground.height(ground.grid)
        ax.plot([], [])
        ax.set(xlabel=LR, xlim=(0, rates[-1]), ylabel="final distance from the valley", yscale="log")
        ax.set(ylim=(LOWEST / 3, 1e3))

    def marks(ax, steps=steps, start=start):
        valley, L = ground.below(start)
        if valley is None:
            return "Downhill from the start there is no valley in this window, so nothing to be far from."
        error = np.maximum(errors(start)[steps], LOWEST)
        for place, name, side in ((1 / L, "1/L", "left"), (2 / L, "2/L", "right")) if L else ():
            ax.axvline(place, color=QUIET, linestyle="--", linewidth=1)
            tag(ax, f"{name} = {place:.3g}", (place, 1e3), (4 if side == "left" else -4, -14), ha=side, color=QUIET)
        ax.axhline(abs(start - valley), color=QUIET, linestyle=":", linewidth=1)
        ax.plot(rates, error, color=PATH)
        ties = np.flatnonzero(error == error.min())
        first, *others = np.split(ties, np.flatnonzero(np.diff(ties) > 1) + 1)
        best = rates[first]
        dot(ax, best[[0, -1]], error.min().repeat(2), color=PATH)
        if ties.size == rates.size:
            return f"From x = {number(start)} every rate ends as near to the valley. {ground.wall(L)}"
        who = f"α = {number(best[0])}" + f" to {number(best[-1])}" * (best.size > 1)
        who += f", and some rates up to {number(rates[ties[-1]])}," if others else ""
        where = f"came nearest to the valley, x = {number(valley, '.4g')}"
        return f"After {counted(steps)} from x = {number(start)}, {who} {where}. {ground.wall(L)}"

    alt = (
        "The distance from the valley after so many steps, logarithmic, against the learning rate. It falls to its "
        "lowest near 1/L and climbs to a wall at 2/L; the dotted line is the distance at the start."
    )
    controls = {"steps": COUNTS, "start": (ground.low, ground.high)}
    return explore(marks, scene, **controls, alt=alt, labels={"start": START["x"]})
