"""The live figures of lesson 07: a polynomial that learns too much, what a penalty does, how to choose λ.

A fit is a function fit(X, y, lam) that gives weights and bias, (w, b), as `calclib.ridge` does.
"""

from functools import cache

import numpy as np

from calclib.labs.budgets import geometry, one_weight, optimum
from calclib.labs.choosing import Fits, chooser, half_and_half, powers
from calclib.labs.handicaps import RULES, masks, seeds, stopping
from calclib.labs.watching import watching
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TRUTH
from calclib.pictures.plots import curve, tag, window
from calclib.regularization import lasso, ridge

__all__ = [
    "RULES",
    "chooser",
    "geometry",
    "half_and_half",
    "masks",
    "one_weight",
    "optimum",
    "polynomial",
    "seeds",
    "stopping",
    "watching",
]

LAMS = [float(f"{10 ** (k / 4):.2g}") for k in range(-36, 5)]
KINDS = {"L2": ridge, "L1": lasso, "half and half": half_and_half}
LIMITS = 1e-3, 1e2  # of the errors that are drawn


def polynomial(train, validation, truth=None, kinds=None, *, degree=12, lam=1e-9):
    """A polynomial of any degree through pairs of (x, y), under a penalty. Controls: degree, λ, kind.

    kinds: {name: fit}; validation: pairs that the fit never sees; truth: the function behind both, if it is known.
    """
    (x, y), fresh = (np.asarray(part, dtype=float) for part in train), validation
    grid = np.linspace(*window(x, fresh[0], margin=0), 201)
    kinds = KINDS if kinds is None else kinds
    first = next(iter(kinds.values()))

    @cache
    def fits(fit, degree):
        """The fits at every λ, with the errors on both sets of points."""
        return Fits(fit, LAMS, *((powers(part[0], degree), part[1]) for part in ((x, y), fresh)))

    def scene(axes):
        left, middle, right = axes
        left.get_gridspec().set_width_ratios([5, 3, 4])
        if truth is not None:
            curve(left, truth, grid, color=QUIET, linewidth=1, linestyle="--")
        left.plot(x, y, "o", color=TRUTH, markersize=5)
        left.plot(*fresh, "^", color=PATH, markerfacecolor="white", markersize=4)
        left.set(xlabel="x", ylabel="y", ylim=window(y, fresh[1], margin=0.25))
        middle.axvline(0, color=QUIET, linewidth=1)
        middle.set(xscale="symlog", xlim=(-2e6, 2e6), ylim=(15.7, 0.3), xlabel="its coefficient", ylabel="power of x")
        middle.set(xticks=[-1e4, 0, 1e4], xticklabels=["−10⁴", "0", "10⁴"], yticks=range(1, 16, 2))
        right.plot([], [])
        right.set(xscale="log", yscale="log", xlim=(LAMS[0], LAMS[-1]), ylim=LIMITS, xlabel="λ", ylabel="mean error²")
        right.set_xticks([1e-9, 1e-6, 1e-3, 1])
        right.minorticks_off()

    def marks(axes, degree=degree, lam=lam, kind=first):
        left, middle, right = axes
        known, k = fits(kind, degree), LAMS.index(lam)
        w, b = known.w[k], known.b[k]
        left.plot(grid, powers(grid, degree) @ w + b, color=GRADIENT)
        for part, on in ((w != 0, {"markersize": 6}), (w == 0, {"markerfacecolor": "white", "markersize": 5})):
            middle.plot(w[part], 1 + np.flatnonzero(part), "o", color=GRADIENT, **on)
        for error, color, line, word, up in zip(
            known.errors, (TRUTH, PATH), ("-", "--"), ("training", "validation"), (-12, 6), strict=True
        ):
            right.plot(LAMS, np.clip(error, *LIMITS), line, color=color, linewidth=1.5)
            right.plot(lam, np.clip(error[k], *LIMITS), "o", color=color, markersize=6)
            tag(right, word, (LAMS[8], np.clip(error[8], 2 * LIMITS[0], LIMITS[1] / 3)), (0, up), color=color)
        trained, fresh_error = (number(error[k]) for error in known.errors)
        zeros = f"{np.count_nonzero(w == 0)} of {degree} are exactly 0" if (w == 0).any() else "none is exactly 0"
        return (
            f"Degree {degree}, λ = {number(lam)}: training error {trained}, validation error {fresh_error}. "
            f"The largest coefficient has size {number(np.abs(w).max())}, {zeros}."
        )

    alt = (
        "Left: training points as blue dots, fresh ones as hollow triangles, and the fitted polynomial in purple. "
        "Middle: its coefficients, power by power; hollow where exactly zero. "
        "Right: training error, solid, and validation error, dashed, against λ."
    )
    labels = {"degree": "degree", "lam": "λ", "kind": "penalty"}
    ranges = {"degree": (1, 15), "lam": LAMS, "kind": kinds}
    return explore(marks, scene, **ranges, panels=3, size=(7.8, 3.4), alt=alt, labels=labels)
