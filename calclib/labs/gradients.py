"""The live figures of lesson 02. Each takes any function of a point p = (x, y), a learner's or a `Landscape`."""

import numpy as np

from calclib.differences import gradient as difference
from calclib.differences import jacobian
from calclib.live import explore
from calclib.pictures.ground import (
    arrow,
    contours,
    height,
    heights,
    level_lines,
    relief,
    seen_from_above,
    slope,
    survey,
)
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, ruler, straight, tag, window

__all__ = ["dial", "field", "hills", "little_square", "loss_map", "ring", "slices"]

VIEW = ((-1.7, 1.7), (-1.3, 1.3))
LABELS = {"x": "point x", "y": "point y", "angle": "angle °", "r": "radius r", "w": "slope w", "b": "offset b"}
TURN = np.linspace(0, 2 * np.pi, 73)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=-1)


def _ground(f, view):
    """The view, by default that of a landscape, and the heights there."""
    view = view or getattr(f, "window", VIEW)
    return view, survey(f, view)


def _by_hand(marks, scene, view, alt, *, names=("x", "y"), **more):
    """A live figure whose point is put down on its first panel, a map over the view."""
    more = dict(zip(names, view, strict=True)) | more
    labels = {name: LABELS[name] for name in LABELS if name in more}
    return explore(marks, scene, pointer=names, alt=alt, labels=labels, **more)


def _map(ax, ground):
    """The map of the ground; right angles look right."""
    contours(ax, *ground)
    ax.set(aspect=1)


def _around_the_clock(ax, label, limit):
    """An empty panel for what is seen in each direction, 0° to 360°."""
    ax.axhline(0, color=QUIET, linewidth=1)
    ax.set(xlabel="angle in degrees", ylabel=label, xlim=(0, 360), ylim=(-limit, limit), xticks=range(0, 361, 90))


def _steep(X, Y, Z):
    """Half of the steepest slope on the map."""
    down, right = np.gradient(Z, Y[:, 0], X[0])
    return window(np.hypot(down, right)[1:-1, 1:-1], margin=0)[1] / 2 or 1.0


def _degrees(v):
    """The direction of v, from 0° (east) over 90° (north) to 360°."""
    return np.degrees(np.arctan2(v[1], v[0])) % 360


def _between(u, v):
    """The angle from u to v in degrees, 0 to 180."""
    return abs((_degrees(u) - _degrees(v) + 180) % 360 - 180)


def _pair(v):
    return f"({v[0]:.2f}, {v[1]:.2f})".replace("-0.00", "0.00")


def _known(f, p, gradient):
    """∇f(p), or NaN where there is none."""
    try:
        return slope(f, p, gradient)
    except Exception:  # whatever a learner's function raises: it is told where somebody stands
        return np.full(2, np.nan)


def _lows(X, Y, Z):
    """The places that are nowhere lower around, shape (k, 2); the lowest one if there are none; none without ground."""
    inside, (rows, columns) = slice(1, -1), Z.shape
    around = [Z[i : rows - 2 + i, j : columns - 2 + j] for i in range(3) for j in range(3)]
    low = (Z[inside, inside] <= around).all(axis=0)
    if not low.any() and np.isfinite(Z).any():
        low = np.unravel_index([np.nanargmin(Z)], Z.shape)
        return np.stack([X[low], Y[low]], axis=-1)
    return np.stack([X[inside, inside][low], Y[inside, inside][low]], axis=-1)


def _name(ax, text, tip, way):
    """The name of an arrow, beyond its tip."""
    right, up = way[0] >= 0, way[1] >= 0
    beyond = {"ha": "left" if right else "right", "va": "bottom" if up else "top"}
    tag(ax, text, tip, (4 if right else -4, 3 if up else -3), color=GRADIENT, **beyond)


def hills(f, view=None, *, at=(0.9, 0.7)):
    """A map and the ground that it is a map of, with the level line through a point. Controls: x, y."""
    view, ground = _ground(f, view)
    lines, place = level_lines(*ground), seen_from_above(*ground)

    def scene(axes):
        _map(axes[0], ground)
        relief(axes[1], *ground, place)

    def marks(axes, x=at[0], y=at[1]):
        z = height(f, (x, y))
        level = lines(z).T
        axes[0].plot(*level, color=PATH)
        axes[1].plot(*place(*level, z)[:2], color=PATH)
        dot(axes[0], x, y, color=PATH)
        dot(axes[1], *place(x, y, z)[:2], color=PATH)
        return f"At {_pair((x, y))} the ground is {z:.2f} high; along the line it is everywhere as high."

    alt = "Left a map with lines of equal height, right the same ground as a surface; on both the line through a point."
    return _by_hand(marks, scene, view, alt, panels=2, size=(7.6, 3.4))


def slices(f, view=None, *, at=(0.5, 0.8)):
    """Two cuts through the ground at a point, and the slope of each. Controls: x, y."""
    view, ground = _ground(f, view)
    place, rows = seen_from_above(*ground), [np.linspace(*side, 81) for side in view]

    def scene(axes):
        _map(axes[0, 0], ground)
        relief(axes[0, 1], *ground, place)
        for ax, letter, row in zip(axes[1], "xy", rows, strict=True):
            ax.axhline(0, color=QUIET, linewidth=1)
            ax.set(xlabel=f"{letter}, the other one held", xlim=row[[0, -1]], ylim=window(ground[2]))
        axes[1, 0].set(ylabel="height")

    def marks(axes, x=at[0], y=at[1]):
        z, slopes = height(f, (x, y)), slope(f, (x, y))
        cut = np.full((2, 82, 2), np.nan)  # the cut along x and the cut along y, each with a gap at its end
        cut[0, :81, 0], cut[0, :81, 1] = rows[0], y
        cut[1, :81, 0], cut[1, :81, 1] = x, rows[1]
        along = heights(f, cut)
        axes[0, 0].plot(*cut.reshape(-1, 2).T, color=PATH, linewidth=1.5)
        axes[0, 1].plot(*place(*cut.reshape(-1, 2).T, along.ravel())[:2], color=PATH, linewidth=1.5)
        dot(axes[0, 0], x, y, color=PATH)
        dot(axes[0, 1], *place(x, y, z)[:2], color=PATH)
        for ax, here, row, curve, rise in zip(axes[1], (x, y), rows, along[:, :81], slopes, strict=True):
            ax.plot(row, curve, color=PATH)
            straight(ax, here, z, rise, color=TANGENT, linestyle="--", linewidth=1.5)
            dot(ax, here, z, color=TANGENT)
        return f"At {_pair((x, y))} the slope along x is {slopes[0]:.3f}, the slope along y is {slopes[1]:.3f}."

    alt = (
        "Above a map and the ground as a surface, cut along x and along y at one point. "
        "Below the two cuts as curves, each with its dashed tangent at the point."
    )
    return _by_hand(marks, scene, view, alt, panels=(2, 2), size=(7.6, 6))


def dial(f, view=None, *, gradient=None, at=(1.0, 0.5), first=0):
    """The slope in a direction that one turns, beside the slopes in all directions. Controls: x, y, angle."""
    view, ground = _ground(f, view)
    radius = 0.2 * min(np.ptp(side) for side in view)
    limit = _steep(*ground)

    def scene(axes):
        _map(axes[0], ground)
        _around_the_clock(axes[1], "slope in that direction", limit)

    def marks(axes, x=at[0], y=at[1], angle=first):
        left, right = axes
        p, g = np.array([x, y]), slope(f, (x, y), gradient)
        u, size = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]), np.hypot(*g)
        left.plot(*(p + radius * CIRCLE).T, color=QUIET, linewidth=1)
        measured = heights(f, p + 1e-4 * CIRCLE[::3]) - heights(f, p - 1e-4 * CIRCLE[::3])
        right.plot(np.degrees(TURN), CIRCLE @ g, color=TRUTH)
        right.plot(np.degrees(TURN[::3]), measured / 2e-4, "o", color=TRUTH, markersize=4)
        if size > 1e-6:
            tip = p + radius * g / size
            ruler(left, tip, p + (tip - p) @ u * u)
            ruler(right, (_degrees(g), 0), (_degrees(g), size), color=GRADIENT)
            arrow(left, p, tip - p)
            _name(left, "∇f", tip, g)
        arrow(left, p, radius * u, TANGENT)
        dot(left, *p, color=PATH)
        dot(right, angle, g @ u, color=TANGENT)
        if size <= 1e-6:
            return f"At {_pair(p)} the slope is 0 towards {angle}° and in every other direction: ∇f = (0, 0)."
        turned = _between(g, u)
        return (
            f"Towards {angle}° the slope is {g @ u:.3f}. ∇f = {_pair(g)} points to {_degrees(g):.0f}°, "
            f"{turned:.0f}° away, and is {size:.3f} long: {size:.3f} · cos {turned:.0f}° = {g @ u:.3f}."
        )

    alt = (
        "Left a map with a dial around a point: the gradient in purple, the chosen direction in green. Right the slope "
        "against the angle: a cosine wave, with its top at the angle of the gradient; the dots on it are measured."
    )
    return _by_hand(marks, scene, view, alt, angle=(0, 360), panels=2, size=(7.6, 3.6))


def field(f, view=None, *, gradient=None, at=None, downhill=False):
    """The gradient everywhere on the map, and at one point with its level line. Controls: x, y, downhill."""
    view, ground = _ground(f, view)
    sides = np.array([np.ptp(side) for side in view])
    at = np.mean(view, axis=1) + 0.15 * sides if at is None else at
    lines, longest = level_lines(*ground), 0.09 * sides.min()
    limit = _steep(*ground)
    valleys = getattr(f, "minima", ())
    valleys = np.array(valleys) if len(valleys) else _lows(*ground)

    def shown(g):
        """g in its direction; its length by the square root of its steepness, so that all arrows fit."""
        return g * longest / np.sqrt(limit * np.maximum(np.hypot(*g.T), 1e-300))[..., None]

    def scene(ax):
        _map(ax, ground)
        X, Y = np.meshgrid(*(np.linspace(*side, 15)[1:-1] for side in view))
        points = np.stack([X, Y], axis=-1).reshape(-1, 2)
        slopes = np.array([_known(f, p, gradient) for p in points])
        there = np.isfinite(slopes).all(axis=1)
        arrow(ax, points[there], shown(slopes[there]), linewidth=1, alpha=0.8)

    def marks(ax, x=at[0], y=at[1], downhill=downhill):
        p, g = np.array([x, y]), slope(f, (x, y), gradient)
        size, sign = np.hypot(*g), -1 if downhill else 1
        ax.plot(*lines(height(f, p)).T, color=PATH, linewidth=1.5)
        if downhill and len(valleys):
            low = min(valleys, key=lambda v: np.hypot(*(v - p)))
            ruler(ax, p, low, color=PATH)
            ax.plot(*low, "*", color=PATH, markersize=12, markeredgecolor="white")
        if size <= 1e-6:
            dot(ax, x, y, color=PATH)
            return f"At {_pair(p)} ∇f = (0, 0): no direction is uphill, and none is downhill."
        arrow(ax, p, sign * 2.5 * shown(g[None])[0], linewidth=3)
        dot(ax, x, y, color=PATH)
        level = abs(90 - _between(g, difference(lambda q: height(f, q), p)))
        told = f"At {_pair(p)} ∇f = {_pair(g)}, {size:.2f} long, at {level:.0f}° to the level line."
        if downhill and len(valleys):
            told += f" Downhill, −∇f, is {_between(-g, low - p):.0f}° off the way to the nearest lowest point."
        return told

    alt = (
        "A map with arrows for the gradient, longer where it is steeper (by the square root). At one point a large "
        "arrow and the level line through that point, which a true gradient crosses at a right angle."
    )
    size = (5.6, 0.7 + 4.8 * sides[1] / sides[0])
    return _by_hand(marks, scene, view, alt, downhill=downhill, size=size)


def ring(f, view=None, *, at=(1.0, 0.0), first=0.4):
    """A walk around a point: where is it higher than in the middle, where lower? Controls: x, y, r."""
    view, ground = _ground(f, view)
    widest = 0.4 * min(np.ptp(side) for side in view)
    limit = np.ptp(window(ground[2], margin=0)) / 8

    def scene(axes):
        _map(axes[0], ground)
        _around_the_clock(axes[1], "height above the middle", limit)

    def marks(axes, x=at[0], y=at[1], r=first):
        left, right = axes
        p, g = np.array([x, y]), slope(f, (x, y))
        rise = heights(f, p + r * CIRCLE) - height(f, p)
        rise[np.abs(rise) < 1e-9 * r] = 0
        left.plot(*(p + r * CIRCLE).T, color=PATH)
        dot(left, x, y, color=PATH)
        right.fill_between(np.degrees(TURN), rise, where=rise >= 0, color=TANGENT, alpha=0.3, interpolate=True)
        right.fill_between(np.degrees(TURN), rise, where=rise <= 0, color=PATH, alpha=0.3, interpolate=True)
        right.plot(np.degrees(TURN), rise, color=PATH)
        return f"Around {_pair(p)}, where ∇f = {_pair(g)}, the ground is {_around(rise)}."

    alt = (
        "Left a map with a circle around a point. Right how much higher or lower the ground is along that circle, "
        "against the angle: above zero all around a minimum, below around a maximum, both in turn around a saddle."
    )
    radii = (0.02 * widest, float(f"{widest:.2g}"))
    return _by_hand(marks, scene, view, alt, r=radii, panels=2, size=(7.6, 3.6))


def _around(rise):
    """What a closed walk tells, from how often the ground changes between higher and lower."""
    sides = np.sign(rise[rise != 0])
    if sides.size == 0:
        return "level"
    changes = np.count_nonzero(np.diff(np.append(sides, sides[0])))
    if changes == 0:
        return "higher everywhere: a minimum" if sides[0] > 0 else "lower everywhere: a maximum"
    if changes == 2:
        return "higher on one side and lower on the other: a slope"
    return f"{changes // 2} times higher and {changes // 2} times lower, in turn: a saddle"


def little_square(F, view=((-1.5, 1.5), (-1.5, 1.5)), *, at=(0.5, 0.6), first=0.6):
    """A little square, its image under F, and the parallelogram that the Jacobian makes of it. Controls: x, y, side."""
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
        p, J = np.array([x, y]), jacobian(F, (x, y))
        if J.shape != (2, 2) or not np.isfinite(J).all():
            raise ValueError(f"F gives {len(J)} numbers, with the Jacobian {J.tolist()}: two finite ones would do")
        image, shadow = _images(F, p + side * edge), _images(F, p[None])[0] + side * corners @ J.T
        axes[0].plot(*(p + side * corners).T, color=TRUTH)
        axes[1].fill(*image.T, color=TRUTH, alpha=0.35)
        axes[1].plot(*shadow.T, color=TANGENT, linestyle="--", linewidth=1.5)
        for step, column, color, name in zip(side * np.eye(2), side * J.T, (PATH, GRADIENT), "xy", strict=True):
            arrow(axes[0], p, step, color)
            arrow(axes[1], shadow[0], column, color)
            tag(axes[1], name, shadow[0] + column, (4, 3), color=color)
        area, det = _area(image) / side**2, np.linalg.det(J)
        rows = f"[[{J[0, 0]:.2f}, {J[0, 1]:.2f}], [{J[1, 0]:.2f}, {J[1, 1]:.2f}]]"
        turned = "" if det >= 0 else " (minus: turned over)"
        return f"J = {rows}. The square's area grows {area:.3f} times; det J = {det:.3f}{turned}."

    alt = (
        "Left a grid with a little square. Right what a function makes of the grid and of the square, and the dashed "
        "parallelogram that its Jacobian makes of it: the smaller the square, the less the two differ."
    )
    room = {name: (low, high - min(first, (high - low) / 2)) for name, (low, high) in zip("xy", view, strict=True)}
    return _by_hand(marks, scene, view, alt, **room, side=(0.1, 0.9), panels=2, size=(7.6, 3.9))


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
            images[i] = F(np.array(p))
        except Exception:  # it is told where somebody stands
            continue
    return images


def _area(corners):
    """The signed area inside a closed line, by the shoelace formula."""
    x, y = corners.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def loss_map(x, y, *, reach=6.0, at=(-3.0, -3.0), names=("x", "y")):
    """The mean squared error of y ≈ w·x + b as a landscape over w and b, and the line itself. Controls: w, b.

    The map is centred on the best line; `at` is where the point starts, counted from there.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    best = np.polyfit(x, y, 1)
    view = tuple((round(v - reach, 1), round(v + reach, 1)) for v in best)
    ends = np.array(window(x))

    def loss(p):
        return np.mean((p[0] * x + p[1] - y) ** 2)

    ground = survey(loss, view)
    lines = level_lines(*ground)

    def scene(axes):
        left, right = axes
        _map(left, ground)
        left.set(xlabel="w", ylabel="b")
        left.plot(*best, "*", color=TRUTH, markersize=12, markeredgecolor="white")
        right.plot(x, y, ".", color=TRUTH, markersize=4, alpha=0.6)
        right.set(xlim=ends, ylim=window(y, margin=0.2), xlabel=names[0], ylabel=names[1])

    def marks(axes, w=best[0] + at[0], b=best[1] + at[1]):
        left, right = axes
        p = np.array([w, b])
        g = difference(loss, p)
        left.plot(*lines(loss(p)).T, color=PATH, linewidth=1.5)
        right.plot(ends, w * ends + b, color=PATH)
        told = f"At w = {w:.2f}, b = {b:.2f} the loss is {loss(p):.2f} and ∇L = {_pair(g)}."
        if np.hypot(*g) > 1e-6:
            arrow(left, p, -0.3 * reach * g / np.hypot(*g))
            _name(left, "−∇L", p - 0.3 * reach * g / np.hypot(*g), -g)
            told += f" −∇L points {_between(-g, best - p):.0f}° off the way to the best line."
        dot(left, w, b, color=PATH)
        return told

    alt = (
        "Left the loss as a map over w and b, with an arrow downhill from the point chosen and a star at the lowest "
        "point. Right the data, and the line with that w and b."
    )
    return _by_hand(marks, scene, view, alt, names=("w", "b"), panels=2, size=(7.6, 3.8))
