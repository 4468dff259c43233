"""Lesson 03's figure in the plane: descent over the contours of any function of a point, started by hand."""

from functools import lru_cache

import numpy as np

from calclib.descent import descend
from calclib.labs.bends import TINY, curvatures, or_nan, steady
from calclib.labs.maps import sides
from calclib.labs.valleys import LOWEST, LR, rates
from calclib.labs.words import START, counted, number
from calclib.live import explore
from calclib.optimizers import gradient_descent
from calclib.pictures.ground import arrow, contours, height, heights, slope, survey
from calclib.pictures.palette import PATH, TANGENT
from calclib.pictures.plots import dot

__all__ = ["plane"]


def plane(f, view=None, gradient=None, *, start=(2.0, 1.5), lr=None, steps=100):
    """Descent over the contours of f(p), and f at each step. Controls: α, and the start x, y, put down by hand."""
    view = sides(getattr(f, "window", ((-3.0, 3.0), (-3.0, 3.0))) if view is None else view)
    X, Y, Z = survey(f, view)
    known = or_nan(lambda p: slope(f, p, gradient), 2)
    least, L = lowest(f, known, X, Y, Z)
    span, reach = rates(L), 1e3 * np.abs(view).max()

    @lru_cache(maxsize=64)
    def path(lr, x, y):
        """The descent until the gradient is below 1e-6, and (step, f) at a hundred of its steps."""
        points = descend(gradient_descent, known, [x, y], lr=lr, steps=steps, tol=1e-6, escape=reach)
        few = np.unique(np.linspace(0, len(points) - 1, 101).astype(int))
        return points, few, np.maximum(heights(f, np.asarray(points)[few]) - least, LOWEST)

    def scene(axes):
        left, right = axes
        contours(left, X, Y, Z)
        left.set(aspect="equal")
        right.plot([], [])
        right.set(xlabel="step", ylabel="f above its least", xlim=(0, steps), yscale="log", ylim=(LOWEST, 1e5))

    def marks(axes, lr=span[1] / 12 if lr is None else lr, x=start[0], y=start[1]):
        left, right = axes
        height(f, [x, y])  # so that a broken f is told
        downhill = -slope(f, [x, y], gradient)
        whole, few, above = path(lr, x, y)
        points = np.asarray(whole)
        left.plot(*points.T, "o-" if len(points) < 150 else "-", color=PATH, linewidth=1, markersize=3)
        if downhill.any():
            arrow(left, [x, y], downhill / np.linalg.norm(downhill) * 0.12 * np.ptp(view[0]))
        dot(left, x, y, color=TANGENT)
        dot(left, *points[-1], color=PATH)
        right.plot(few, above, color=PATH)
        wall = f"The wall at the lowest point is 2/L = {number(2 / L)}" if L else "No valley in view has a wall at 2/L"
        return f"{walked(f, whole, lr, downhill)} {wall}."

    alt = (
        "Left: contours of f, the start in green with a purple arrow downhill, and the path in vermilion. "
        "Right: f above its least at each step of the path, logarithmic."
    )
    controls = {"lr": span, "x": tuple(map(float, view[0])), "y": tuple(map(float, view[1]))}
    form = {"pointer": ("x", "y"), "panels": 2, "size": (7.6, 3.9)}
    return explore(marks, scene, **controls, **form, alt=alt, labels={"lr": LR} | START)


def lowest(f, gradient, X, Y, Z):
    """f at the lowest point in view and L, its largest curvature there (None where it is no bowl)."""
    try:
        j, i = np.unravel_index(np.nanargmin(Z), Z.shape)
        p, least = np.array([X[j, i], Y[j, i]]), Z[j, i]
        for _ in range(20):  # Newton's steps to the very bottom, as long as they go down
            new = p - np.linalg.lstsq(curvatures(f, p)[2], gradient(p), rcond=None)[0]
            if not height(f, new) < least:
                break
            p, least = new, height(f, new)
        bends = steady(f, p)
        return least, None if bends is None or bends[-1] <= 0 else float(bends[-1])
    except Exception:  # whatever f raised: the marks meet it too, and tell it
        return 0.0, None


def walked(f, path, lr, downhill):
    """Where a descent in the plane went, in a sentence."""
    start = path[0]
    if np.linalg.norm(downhill) < 1e-9:
        return f"It starts {level(steady(f, start))}: the gradient there is 0, so no rate moves it."
    if lr == 0:
        return f"With α = 0 every step has length 0, so it stays at ({number(start[0])}, {number(start[1])})."
    if path.diverged:
        how = "is a thousand windows away" if path.why == "escaped" else "has left the ground: no slope leads on"
        return f"After {counted(path.end)} it {how}."
    ended = "there the gradient is below 1e−6" if path.converged else "the gradient is not yet below 1e−6"
    x, y = (number(v, ".4g") for v in path[-1])
    return f"After {counted(len(path) - 1)} it is at ({x}, {y}): {ended}."


def level(bends):
    """Where a descent stands whose gradient is 0, in words."""
    if bends is None or abs(bends).min() <= TINY * abs(bends).max():
        return "where the curvatures do not tell what it is"
    if bends[0] < 0 < bends[1]:
        return f"at a saddle, λ = {number(bends[0])} and {number(bends[1])}"
    return "at the bottom" if bends[0] > 0 else "on a top, no minimum"
