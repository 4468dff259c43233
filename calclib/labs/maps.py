"""What the figures over a map share: the part of the plane seen, its ground, a point put down on it by hand."""

import numpy as np

from calclib.live import explore
from calclib.pictures.ground import contours, survey
from calclib.pictures.palette import QUIET
from calclib.pictures.plots import window

__all__ = ["CIRCLE", "TURN", "Map", "around_the_clock", "between", "by_hand", "degrees", "sides"]

VIEW = ((-1.7, 1.7), (-1.3, 1.3))
LABELS = {"x": "point x", "y": "point y", "angle": "angle °", "r": "radius r", "w": "slope w", "b": "offset b"}
TURN = np.linspace(0, 2 * np.pi, 73)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=-1)


def sides(view):
    """The view as ((x low, x high), (y low, y high)), floats. ValueError for what is none."""
    try:
        (left, right), (low, high) = np.asarray(view, dtype=float).tolist()
    except (TypeError, ValueError):
        left, right, low, high = np.zeros(4)
    if not (left < right and low < high):
        raise ValueError(f"view is {view!r:.80}: ((x low, x high), (y low, y high)) would do")
    return (left, right), (low, high)


class Map:
    """The ground of f over a view, by default a landscape's own."""

    def __init__(self, f, view=None, default=VIEW):
        self.view = sides(getattr(f, "window", default) if view is None else view)
        self.ground = survey(f, self.view)
        self.breadth = min(np.ptp(side) for side in self.view)
        self.steep = _steep(*self.ground)

    def draw(self, ax):
        """The map; right angles look right."""
        contours(ax, *self.ground)
        ax.set(aspect=1)

    def level(self, g):
        """Whether a gradient is none, compared with the slopes of this ground."""
        return np.hypot(*g) <= 1e-6 * self.steep


def _steep(X, Y, Z):
    """Half of the steepest slope on the ground."""
    down, right = np.gradient(Z, Y[:, 0], X[0])
    return window(np.hypot(down, right)[1:-1, 1:-1], margin=0)[1] / 2 or 1.0


def by_hand(marks, scene, view, alt, *, names=("x", "y"), **more):
    """A live figure whose point is put down on its first panel, a map over the view."""
    more = dict(zip(names, view, strict=True)) | more
    labels = {name: LABELS[name] for name in LABELS if name in more}
    return explore(marks, scene, pointer=names, alt=alt, labels=labels, **more)


def around_the_clock(ax, label, limit):
    """An empty panel for what is seen in each direction, 0° to 360°."""
    ax.axhline(0, color=QUIET, linewidth=1)
    ax.set(xlabel="angle in degrees", ylabel=label, xlim=(0, 360), ylim=(-limit, limit), xticks=range(0, 361, 90))


def degrees(v):
    """The direction of v, from 0° (east) over 90° (north) to 360°."""
    return np.degrees(np.arctan2(v[1], v[0])) % 360


def between(u, v):
    """The angle from u to v in degrees, 0 to 180."""
    return abs((degrees(u) - degrees(v) + 180) % 360 - 180)
