"""Lesson 02's figure of a Jacobian: what a map of the plane makes of a little square, and what J makes of it."""

import numpy as np

from calclib.gradients import jacobian
from calclib.labs.maps import by_hand, sides
from calclib.labs.words import number
from calclib.pictures.ground import arrow
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import tag, window

__all__ = ["little_square"]


def little_square(F, view=((-1.5, 1.5), (-1.5, 1.5)), *, at=(0.5, 0.6), first=0.6):
    """A little square, its image under F, and the parallelogram that the Jacobian makes of it. Controls: x, y, side."""
    view = sides(view)
    side = np.linspace(0, 1, 25)[:, None]
    right, up = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    edge = np.concatenate([side * right, right + side * up, up + (1 - side) * right, (1 - side) * up])
    corners = edge[[0, 25, 50, 75, 0]]
    grid = [np.stack(line, axis=-1) for line in _grid(view)]
    images = [_images(F, line) for line in grid]

    def scene(axes):
        for ax, lines in zip(axes, (grid, images), strict=True):
            for line in lines:
                ax.plot(*line.T, color=QUIET, linewidth=0.6, alpha=0.6)
            everything = np.concatenate(lines)
            ax.set(xlim=window(everything[:, 0]), ylim=window(everything[:, 1]), aspect=1)
            ax.grid(False)
        axes[0].set(xlabel="x", ylabel="y")
        axes[1].set(xlabel="first output", ylabel="second output")

    def marks(axes, x=at[0], y=at[1], side=first):
        p, where = np.array([x, y]), image(F, (x, y))
        J = jacobian(lambda q: image(F, q), p)
        whole, shadow = _images(F, p + side * edge), where + side * corners @ J.T
        axes[0].plot(*(p + side * corners).T, color=TRUTH)
        axes[1].fill(*whole.T, color=TRUTH, alpha=0.35)
        axes[1].plot(*shadow.T, color=TANGENT, linestyle="--", linewidth=1.5)
        for step, column, color, name in zip(side * np.eye(2), side * J.T, (PATH, GRADIENT), "xy", strict=True):
            arrow(axes[0], p, step, color)
            arrow(axes[1], where, column, color)
            tag(axes[1], name, where + column, (4, 3), color=color)
        return f"J = {_rows(J)}. {_grown(_area(whole) / side**2, np.linalg.det(J))}"

    alt = (
        "Left a grid with a little square. Right what a function makes of the grid and of the square, and the dashed "
        "parallelogram that its Jacobian makes of it: the smaller the square, the less the two differ."
    )
    room = {name: (low, high - min(first, (high - low) / 2)) for name, (low, high) in zip("xy", view, strict=True)}
    return by_hand(marks, scene, view, alt, **room, side=(0.1, first), panels=2, size=(7.6, 3.9))


def image(F, p):
    """F(p), two finite numbers, or a sentence (TypeError, ValueError) for what is not."""
    try:
        q = F(np.array(p, dtype=float))
    except TypeError as error:
        if error.__traceback__.tb_next:  # raised within F, not by the call itself
            raise
        raise TypeError(f"{error}: F(p), a function of one point that says x, y = p, would do") from None
    numbers = np.asarray(q)
    if numbers.shape != (2,) or numbers.dtype.kind not in "buif" or not np.isfinite(numbers).all():
        raise ValueError(f"F(p) is {q!r:.80}: two finite numbers would do")
    return numbers.astype(float)


def _rows(J):
    small = 1e-9 * np.abs(J).max()
    rows = [", ".join(number(v if abs(v) > small else 0) for v in row) for row in J]
    return f"[[{rows[0]}], [{rows[1]}]]"


def _grown(area, det):
    """How the square's area and the Jacobian's compare, in a sentence."""
    whole = np.isfinite(area)
    there = f"The square's area is multiplied by {number(area, '.4g')}" if whole else "It has no whole image"
    return f"{there}; det J = {number(det, '.4g')}{'' if det >= 0 else ' (minus: turned over)'}."


def _grid(view):
    """Seven lines each way across the view, as pairs of arrays."""
    fine = [np.linspace(*side, 49) for side in view]
    across = [(fine[0], np.full(49, y)) for y in np.linspace(*view[1], 7)]
    return across + [(np.full(49, x), fine[1]) for x in np.linspace(*view[0], 7)]


def _images(F, points):
    """F of each of the points, shape (k, 2), with NaN where it fails."""
    images = np.full((len(points), 2), np.nan)
    for i, p in enumerate(points):
        try:
            images[i] = image(F, p)
        except Exception:  # it is told where somebody stands
            continue
    return images


def _area(corners):
    """The signed area inside a closed line, by the shoelace formula."""
    x, y = corners.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
