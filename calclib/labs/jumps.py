"""Lesson 04's figures of level ground: Newton's method, which seeks it, and a descent that leaves a saddle."""

import numpy as np

from calclib.descent import descend
from calclib.labs.bends import TINY, VIEW, curvatures, curvatures_or_none, kind, least, lowest, or_nan, steady
from calclib.labs.maps import sides
from calclib.labs.words import START, counted, number, pair
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import contours, height, heights, slope, survey
from calclib.pictures.palette import PATH, TANGENT
from calclib.pictures.plots import dot, tag, window
from calclib.second_order import newton

__all__ = ["escape", "race"]


def race(f, view=None, *, gradient=None, at=(-1.2, 1.0), damped=False, steps=40):
    """Newton's method against gradient descent from one start. Controls: damped or not, the start x, y by hand."""
    view = sides(getattr(f, "window", VIEW) if view is None else view)
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
        height(f, start), slope(f, start, gradient)  # so that what is broken is told
        seen = curvatures(f, start)[0], curvatures_or_none(f, lowest(*ground))
        sharpest = max(np.abs(bends).max() for bends in seen if bends is not None)
        slow = descend(gradient_descent, parts["gradient"], start, lr=1 / (sharpest or 1), steps=steps, tol=1e-8)
        fast = newton(lambda p: heights(f, p), start, **parts, damped=damped, steps=steps, tol=1e-8)
        for path, color, name in ((fast, PATH, "Newton"), (slow, TANGENT, "gradient descent")):
            points = _there(path)
            steep = [np.linalg.norm(parts["gradient"](p)) for p in points]
            left.plot(*points.T, "o-", color=color, linewidth=1, markersize=3)
            right.plot(np.maximum(steep, 1e-10), "o-", color=color, linewidth=1, markersize=3)
            half = len(steep) // 2
            tag(right, name, (half, max(steep[half], 1e-8)), color=color)
        dot(left, x, y, color=PATH)
        values = heights(f, _there(fast))
        climbs = int(np.sum(np.diff(values) > 1e-9 * (1 + np.abs(values[:-1]))))
        climbed = f", and climbed in {climbs} of them" if climbs else ""
        return f"Newton took {counted(len(values) - 1)}{climbed}: {ending(f, fast)}. {plain(slow, steep[-1])}"

    alt = (
        "Left a map with two paths from one start: gradient descent in green, Newton's method in vermilion. "
        "Right the steepness at each of their steps, logarithmic: Newton's plunges at the end."
    )
    controls, labels = {"damped": damped, "x": view[0], "y": view[1]}, {"damped": "damped Newton"} | START
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def _there(path):
    """The points of a path that are numbers."""
    return np.asarray(path)[np.isfinite(path).all(axis=1)]


def ending(f, path):
    """Where Newton's method ended, in words."""
    x, bends = pair(_there(path)[-1]), path.curvatures
    none = abs(bends).max() <= TINY or abs(bends[0]) <= least(bends, hasattr(f, "hessian"))
    if path.why.startswith("small gradient") and none:
        return f"the ground is level at {x}, but λ = {number(bends[0])} there does not tell what it is"
    if path.why == "small gradient, but no minimum":
        place = "a saddle" if bends[-1] > 0 else "a maximum"
        return f"∇f = 0 at {x}, which is {place} (λ = {number(bends[0])} and {number(bends[-1])})"
    if path.converged:
        return f"it is at the minimum {x}"
    if not path.diverged:
        return f"it is at {x}, not there yet ({path.why})"
    before = np.asarray(path)[-2]
    bends = or_nan(lambda p: steady(f, p), 2)(before)
    if bends is None:
        return f"at {pair(before)} the curvature is not there, a kink or flatter than a parabola, so there is no step"
    if abs(bends).min() <= TINY * abs(bends).max():
        return f"at {pair(before)} λ = 0, so H has no inverse, and there is no step"
    return "it ran away" if path.why == "escaped" else f"from {pair(before)} it leaves the ground"


def plain(path, steep):
    """Where gradient descent ended, in a sentence."""
    if path.diverged:
        how = "ran away" if path.why == "escaped" else "left the ground"
        return f"Gradient descent {how} after {counted(int(path.end))}."
    where = f"{pair(path[-1])}, where ‖∇f‖ is {number(steep, '.2g')}"
    return f"Gradient descent after {counted(len(path) - 1)}: {where}."


def escape(f, view=None, *, gradient=None, at=(1.5, 0.0), noise=1e-6, lr=0.1, steps=300, seed=0):
    """Descent that begins on a ridge, each gradient with a little noise. Controls: the noise, the start x, y."""
    view = sides(getattr(f, "window", VIEW) if view is None else view)
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
        height(f, (x, y)), slope(f, (x, y), gradient)  # so that what is broken is told
        known = or_nan(lambda p: slope(f, p, gradient), 2)

        def noisy(p, rng):
            return known(p) + noise * rng.standard_normal(2)

        path = descend(gradient_descent, noisy, np.array([x, y]), lr=lr, steps=steps, rng=seed, escape=1e3)
        points = _there(path)
        left.plot(*points.T, color=PATH)
        right.plot(heights(f, points), color=PATH)
        dot(left, x, y, color=PATH)
        dot(left, *points[-1], color=TANGENT)
        if path.diverged:
            how = "ran away" if path.why == "escaped" else "left the ground"
            return f"With noise {number(noise)} it {how} after {counted(int(path.end))}."
        bends, steep = curvatures(f, points[-1])[0], np.linalg.norm(known(points[-1]))
        far = np.linalg.norm(points - points[-1], axis=1) > near
        arrived = int(np.flatnonzero(far)[-1]) + 1 if far.any() else 0
        rest = f"at {pair(points[-1])}, ‖∇f‖ = {number(steep, '.1g')}, λ = {number(bends[0])} and {number(bends[1])}"
        if steep > 0.1 * np.linalg.norm(slope(f, (x, y), gradient)) > 0:
            return f"Noise {number(noise)}: after {counted(steps)} it is on its way {rest}."
        if bends[0] < -TINY * np.abs(bends).max():
            return f"Noise {number(noise)}: after {counted(steps)} it is still {rest}: {kind(bends)}."
        end = f"after {counted(steps)} it stands {rest}: {kind(bends)}"
        return f"Noise {number(noise)}: {end}; from step {arrived} on it was near there."

    alt = (
        "Left a map with a saddle and the path of a descent that begins on its ridge. Right the height at each step: "
        "level while it stands at the saddle, then falling."
    )
    controls = {"noise": levels, "x": view[0], "y": view[1]}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.8, 3.7)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"noise": "noise"} | START)
