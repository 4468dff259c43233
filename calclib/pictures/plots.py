"""The words that the course's pictures are made of: a curve, a line through a point, a labelled dot, a window."""

import numpy as np

from calclib.pictures.palette import QUIET

__all__ = ["curve", "dot", "ruler", "sampled", "straight", "tag", "window"]


def sampled(f, x):
    """f at each of `x`, shape of x: at once where f takes arrays, else one by one. ValueError names a wrong shape.

    One by one, a place outside f's domain gives NaN; what f raises comes through only if there is no other place.
    """
    try:
        y = np.asarray(f(x), dtype=float)
    except (TypeError, ValueError):
        y = np.array([_or_error(f, float(value)) for value in x.flat], dtype=object)
        outside = np.array([isinstance(value, Exception) for value in y])
        if outside.all():
            raise y[0] from None
        y[outside] = np.nan
        y = y.astype(float).reshape(x.shape)
    if y.shape != x.shape and y.shape != ():
        raise ValueError(f"f of {x.size} numbers has shape {y.shape}: one number for each would do")
    return np.broadcast_to(y, x.shape)


def _or_error(f, x):
    try:
        return float(f(x))
    except (ArithmeticError, ValueError) as error:  # a logarithm of −1, a division by 0
        return error


def window(*values, margin=0.08):
    """(low, high) around all that is finite in `values`, with a margin; (−1, 1) if nothing is."""
    y = np.concatenate([np.ravel(v) for v in values])
    y = y[np.isfinite(y)]
    if y.size == 0:
        return -1.0, 1.0
    space = margin * (np.ptp(y) or 2.0)
    return float(y.min() - space), float(y.max() + space)


def curve(ax, f, x, **style):
    """The graph of f over the points x."""
    return ax.plot(x, sampled(f, x), **style)


def straight(ax, x, y, slope, **style):
    """The line of that slope through (x, y), from edge to edge."""
    edges = np.array(ax.get_xlim())
    return ax.plot(edges, y + slope * (edges - x), **style)


def dot(ax, x, y, **style):
    """A point, ringed in white so that it stands out from the curve it lies on."""
    return ax.plot(x, y, "o", markeredgecolor="white", markeredgewidth=1, **style)


def ruler(ax, *points, **style):
    """A thin grey guide through the points (x, y)."""
    return ax.plot(*zip(*points, strict=True), **{"color": QUIET, "linewidth": 1, "linestyle": "--", **style})


def tag(ax, text, where, offset=(6, 6), **style):
    """Words beside a point, `offset` points away from it, on a white ground so that no line runs through them."""
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.85, "linewidth": 0}
    place = {"textcoords": "offset points", "xytext": offset, "annotation_clip": True}
    return ax.annotate(text, where, bbox=box, **place, **style)
