"""What a penalty does to one weight, and to two: a corner that holds at zero, a diamond and a circle in a valley."""

import numpy as np

from calclib.live import explore
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, ruler, sampled, tag
from calclib.validate import function, one_of

__all__ = ["geometry", "one_weight", "optimum"]

PENALTIES = {"L2: λw²": lambda w, lam: lam * w**2, "L1: λ|w|": lambda w, lam: lam * abs(w)}
REACH = 5.0


def least(total, low=-REACH, high=REACH, tol=1e-9):
    """The w from low to high where total(w) is least, by a grid and thirds; exactly 0 if nothing is below total(0)."""
    grid = np.linspace(low, high, 201)
    heights = sampled(total, grid)
    if not np.isfinite(heights).all():
        raise ValueError("the penalty is no number everywhere: a function of w and λ, such as lam * w**2, would do")
    k = int(heights.argmin())
    left, right = grid[max(k - 1, 0)], grid[min(k + 1, 200)]
    while right - left > tol:
        third = (right - left) / 3
        left, right = (left, right - third) if total(left + third) <= total(right - third) else (left + third, right)
    w = float(left + right) / 2
    return 0.0 if total(0.0) <= total(w) + 1e-12 * max(1.0, abs(total(0.0))) else w


def one_weight(penalties=None, *, lam=0.5, target=3.0):
    """(w − target)² and a penalty of one weight, and where their sum is least. Controls: λ, target, penalty.

    penalties: {name: a function of w and λ}.
    """
    penalties = PENALTIES if penalties is None else penalties
    for penalty in penalties.values():
        function("penalty", penalty)
    first = next(iter(penalties.values()))
    grid, targets = np.linspace(-REACH, REACH, 801), np.linspace(-4, 4, 81)

    def scene(axes):
        left, right = axes
        left.set(xlim=(-REACH, REACH), ylim=(-4, 30), yticks=range(0, 31, 10), xlabel="w")
        right.plot(targets, targets, "--", color=QUIET, linewidth=1)
        right.axhline(0, color=QUIET, linewidth=0.5)
        right.set(xlim=(-4.3, 4.3), ylim=(-4.3, 4.3), aspect=1, xlabel="target", ylabel="the w that is chosen")

    def marks(axes, lam=lam, target=target, penalty=first):
        left, right = axes
        own, price = (grid - target) ** 2, sampled(lambda w: penalty(w, lam), grid)
        w = least(lambda w: (w - target) ** 2 + penalty(w, lam))
        left.plot(grid, own, color=TRUTH, linewidth=1.5)
        left.plot(grid, price, "--", color=GRADIENT, linewidth=1.5)
        left.plot(grid, own + price, color=PATH)
        height = (w - target) ** 2 + penalty(w, lam)
        ruler(left, (w, -4), (w, height))
        dot(left, w, height, color=PATH)
        tag(left, "sum", (w, height), (-11, 12), color=PATH)
        tag(left, "loss", (target, 0), (-10, -17), color=TRUTH)
        tag(left, "penalty", beside(price, grid, -target), (-18, 8), color=GRADIENT)
        totals = (grid - targets[:, None]) ** 2 + price
        chosen = np.where(totals.min(axis=1) < totals[:, 400], grid[totals.argmin(axis=1)], 0)
        right.plot(targets, chosen, color=TANGENT)
        dot(right, target, w, color=PATH)
        where = "exactly 0" if w == 0 else minus(f"{w:.3f}")
        pull = f"There the loss pulls with slope {minus(f'{2 * (w - target) + 0.0:.2f}')}"
        return f"λ = {lam:.2f}, target {minus(f'{target:.1f}')}: the sum is least at w = {where}. {pull}."

    alt = (
        "Left: a parabola, a penalty and their sum over one weight, with a dot where the sum is least. "
        "Right: the weight that is chosen against the target, beside the dashed line of no penalty."
    )
    labels = {"lam": "λ", "target": "target", "penalty": "penalty"}
    ranges = {"lam": (0.0, 8.0), "target": (-4.0, 4.0), "penalty": penalties}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


def beside(heights, grid, side):
    """A place for words on a curve, far out on the side of that sign, where it is inside the picture."""
    seen = np.flatnonzero((heights < 26) & (grid * (side or 1) > 0) & (np.abs(grid) < 3.9))
    k = seen[0 if (side or 1) < 0 else -1] if seen.size else len(grid) // 2
    return grid[k], heights[k]


def minus(text):
    """The text with a true minus sign."""
    return text.replace("-", "−")


CENTRE, CURVATURES = (2.0, 1.0), (1.0, 8.0)
SIDES = {"L1": [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)], "L2": None}


def valley(angle, curvatures=CURVATURES):
    """The matrix A of a valley wᵀAw whose floor lies at `angle` degrees from the first axis."""
    turn = np.deg2rad(angle)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return axes @ np.diag(curvatures) @ axes.T


def optimum(kind, lam, angle, centre=CENTRE, curvatures=CURVATURES):
    """The w that minimises (w − c)ᵀA(w − c) + λΣw² ("L2") or + λΣ|w| ("L1"): the first point where the valley meets
    the circle or the diamond of its size. Closed forms: for L1 the best of the four quarters, the two axes and 0."""
    A, c = valley(angle, curvatures), np.array(centre, dtype=float)
    if one_of("kind", kind, SIDES) == "L2":
        return np.linalg.solve(A + lam * np.eye(2), A @ c)
    quarters = [np.array(s) for s in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    # a hair inside: where a quarter's own point lies on an axis, rounding must not decide on which side
    inside = [w for s in quarters if ((w := c - np.linalg.solve(A, lam / 2 * s)) * s > 1e-12).all()]
    pull = A @ c
    on_axis = np.sign(pull) * np.maximum(np.abs(pull) - lam / 2, 0) / np.diag(A)
    points = np.array([*inside, *np.diag(on_axis)])
    away = points - c
    heights = np.sum(away @ A * away, axis=1) + lam * np.abs(points).sum(axis=1)
    return points[heights.argmin()] + 0.0


def geometry(centre=CENTRE, curvatures=CURVATURES, *, lam=2.0, angle=60):
    """A tilted valley, and the diamond (L1) and circle (L2) that it touches first. Controls: λ, angle."""
    turn = np.linspace(0, 2 * np.pi, 181)
    unit = np.array([np.cos(turn), np.sin(turn)])
    edges = {"L1": np.array(SIDES["L1"]).T, "L2": unit}
    reach = 1.25 * max(np.abs(centre)) + 0.5

    def scene(axes):
        for ax, kind in zip(axes, edges, strict=True):
            ax.axhline(0, color=QUIET, linewidth=0.8)
            ax.axvline(0, color=QUIET, linewidth=0.8)
            dot(ax, *centre, color=TRUTH)
            ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect=1, xlabel="w₁", ylabel="w₂", title=kind)
            ax.grid(False)

    def marks(axes, lam=lam, angle=angle):
        A, told = valley(angle, curvatures), []
        sides = np.linalg.eigh(A)
        ellipse = sides[1] / np.sqrt(sides[0]) @ unit
        for ax, (kind, edge) in zip(axes, edges.items(), strict=True):
            w = optimum(kind, lam, angle, centre, curvatures)
            size = np.abs(w).sum() if kind == "L1" else np.linalg.norm(w)
            height = np.sqrt((w - centre) @ A @ (w - centre))
            gap = np.full((2, 1), np.nan)
            rings = [np.reshape(centre, (2, 1)) + r * ellipse for r in (0.5, 1, 1.5, 2, 3, 4, 5)]
            ax.plot(*np.hstack([part for ring in rings for part in (ring, gap)]), color=TRUTH, linewidth=0.6, alpha=0.7)
            ax.fill(*(size * edge), color=TANGENT, alpha=0.25)
            ax.plot(*(np.reshape(centre, (2, 1)) + height * ellipse), color=TRUTH, linewidth=1.5)
            walk = np.array([optimum(kind, at, angle, centre, curvatures) for at in lam * np.linspace(0, 1, 13) ** 2])
            ax.plot(*walk.T, color=PATH, linewidth=1, linestyle="--")
            dot(ax, *w, color=PATH)
            told.append(f"{kind}: w = ({', '.join(exactly(part) for part in w)}).")
        return f"λ = {lam:.1f}, valley at {angle}°. " + " ".join(told)

    alt = (
        "Two maps of the same tilted valley with its lowest point in blue: on the left a diamond around the origin, on "
        "the right a circle, each just touched by a level line of the valley, at a vermilion dot. "
        "Dashed: the way of that dot while λ grows from 0."
    )
    labels = {"lam": "λ", "angle": "angle of the valley"}
    ranges = {"lam": [k / 2 for k in range(41)], "angle": list(range(0, 181, 3))}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 4.0), alt=alt, labels=labels)


def exactly(w):
    """A weight in words."""
    return "exactly 0" if w == 0 else minus(f"{w:.2f}")
