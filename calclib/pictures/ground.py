"""The words for landscapes: heights, contours, level lines and arrows of any function of a point in the plane.

Here f takes one point p = (x, y) and gives one number, as a learner writes it; a `Landscape` is asked for all
points at once. Where f fails the ground has a hole, and `height` says why when somebody steps into it.
"""

import contourpy
import numpy as np
from matplotlib.collections import PolyCollection

from calclib.gradients import gradient as difference
from calclib.landscape import Landscape
from calclib.pictures.palette import GRADIENT, TRUTH
from calclib.pictures.plots import window

__all__ = ["arrow", "contours", "height", "heights", "level_lines", "relief", "seen_from_above", "slope", "survey"]


def height(f, p) -> float:
    """f(p), or a sentence (TypeError, ValueError) for what is not one finite number."""
    try:
        z = np.asarray(f(np.array(p, dtype=float)))
    except TypeError as error:
        if error.__traceback__.tb_next:  # raised within f, not by the call itself
            raise
        raise TypeError(f"{error}: f(p), a function of one point that says x, y = p, would do") from None
    if z.shape != () or z.dtype.kind not in "buif":
        raise ValueError(f"f(p) is {z.tolist()!r}: one number would do")
    if not np.isfinite(z):
        raise ValueError(f"f(p) is {z}, so there is no ground here: a point where f is finite would do")
    return float(z)


def slope(f, p, gradient=None):
    """∇f(p), shape (2,): from `gradient` if given, else from f.gradient if it has one, else by differences."""
    gradient = gradient or getattr(f, "gradient", None)
    if gradient is None:
        return difference(lambda q: height(f, q), p)
    found = gradient(np.array(p, dtype=float))
    g = np.array(found, dtype=float)
    if g.shape != (2,) or not np.isfinite(g).all():
        raise ValueError(f"the gradient is {np.asarray(found).tolist()}: two finite numbers would do")
    return g


def heights(f, points):
    """f at each of the points (…, 2), shape (…), with NaN where f fails."""
    if isinstance(f, Landscape):
        return f(points)

    def known(p):
        try:
            return height(f, p)
        except Exception:  # whatever a learner's function raises: it is told where somebody stands
            return np.nan

    with np.errstate(all="ignore"):
        return np.array([known(p) for p in points.reshape(-1, 2)]).reshape(points.shape[:-1])


def survey(f, view, n=81):
    """The ground on n × n points of view = ((x low, x high), (y low, y high)): X, Y and the heights Z."""
    X, Y = np.meshgrid(*(np.linspace(*side, n) for side in view))
    return X, Y, heights(f, np.stack([X, Y], axis=-1))


def contours(ax, X, Y, Z, count=22):
    """A map: lines of equal height, darker where higher, evenly spaced in height.

    Where most of the ground lies low, as in a valley between steep walls, they grow apart with height instead.
    """
    ax.plot([X.min(), X.max()], [Y.min(), Y.max()], alpha=0)  # the map has its size, even without any ground
    low, high = window(Z, margin=0)
    if low < high and np.isfinite(Z).any():
        middle = (np.median(Z[np.isfinite(Z)]) - low) / (high - low)
        power = np.clip(np.round(np.log(middle) / np.log(0.5)), 1, 4) if middle > 0 else 4
        levels = low + (high - low) * np.linspace(0, 1, count + 1) ** power
        ground = np.ma.masked_invalid(Z)
        ax.contourf(X, Y, ground, levels, cmap="Blues", alpha=0.55)
        ax.contour(X, Y, ground, levels, colors=TRUTH, linewidths=0.7, linestyles="solid", alpha=0.7)
    ax.set(xlim=(X.min(), X.max()), ylim=(Y.min(), Y.max()), xlabel="x", ylabel="y")
    ax.grid(False)


def level_lines(X, Y, Z):
    """A function of a height z: the points (k, 2) of all lines on which the ground is z, with NaN between lines."""
    generator = contourpy.contour_generator(X, Y, np.ma.masked_invalid(Z))
    gap = np.full((1, 2), np.nan)

    def lines(z):
        return np.concatenate([gap, *(part for line in generator.lines(z) for part in (line, gap))])

    return lines


def arrow(ax, start, vector, color=GRADIENT, **style):
    """Arrows from `start` by `vector`, both (2,) or (m, 2), on axes of equal scales: one line for all of them."""
    start, vector = np.atleast_2d(start), np.atleast_2d(vector)
    tip, turned = start + vector, vector[:, ::-1] * [-1, 1]
    left, right = (tip - 0.22 * vector + side * 0.12 * turned for side in (1, -1))
    line = np.stack([start, tip, left, tip, right, np.full_like(tip, np.nan)], axis=1).reshape(-1, 2)
    return ax.plot(*line.T, color=color, **{"linewidth": 2.5, "solid_joinstyle": "miter"} | style)


def seen_from_above(X, Y, Z, turn=0.45, tilt=0.5):
    """A function of x, y, z: where that point stands in a drawing of the ground, and how far away it is."""
    low, high = window(Z, margin=0)

    def place(x, y, z):
        a, b = (2 * (v - V.min()) / np.ptp(V) - 1 for v, V in ((x, X), (y, Y)))
        away = a * np.sin(turn) + b * np.cos(turn)
        up = (z - low) / ((high - low) or 1.0)
        return a * np.cos(turn) - b * np.sin(turn), away * np.sin(tilt) + 1.5 * up * np.cos(tilt), away

    return place


def relief(ax, X, Y, Z, place, coarse=2):
    """The ground as a surface, drawn from the back to the front."""
    X, Y, Z = (part[::coarse, ::coarse] for part in (X, Y, Z))
    u, v, away = place(X, Y, Z)
    corners = (slice(None, -1), slice(None, -1)), (slice(None, -1), slice(1, None))
    corners += (slice(1, None), slice(1, None)), (slice(1, None), slice(None, -1))
    patches = np.stack([np.stack([u[c], v[c]], axis=-1) for c in corners], axis=2).reshape(-1, 4, 2)
    order = np.argsort(-sum(away[c] for c in corners).ravel())
    tint = np.mean([Z[c] for c in corners], axis=0).ravel()
    surface = PolyCollection(patches[order], array=tint[order], cmap="Blues", edgecolors="#1f6fb255", linewidths=0.3)
    surface.set_clim(*window(Z, margin=0.25))
    ax.add_collection(surface)
    ax.set(xlim=window(u), ylim=window(v, margin=0.05), aspect=1)
    ax.axis("off")
