"""The live figures of lesson 08: each takes any step of calclib's form, the learner's own among them."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from calclib import optimizers
from calclib.descent import descend
from calclib.knobs import bare
from calclib.labs.microscope import knobs_of, memory_of, microscope
from calclib.labs.race import COURSES, RATES, RUNNERS, THERE, Course, best_rate, race, sweep, takes_many
from calclib.labs.words import counted, number
from calclib.landscapes import quadratic
from calclib.live import explore
from calclib.pictures.ground import contours, survey
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, tag
from calclib.validate import function

__all__ = [
    "COURSES",
    "RATES",
    "RUNNERS",
    "Course",
    "best_rate",
    "bias",
    "forgiving",
    "microscope",
    "race",
    "radius",
    "ravine",
    "sensitivity",
    "sweep",
    "takes_many",
]


# --- velocity in a ravine


def radius(step, curvature, lr, beta):
    """How much of the distance a step leaves in the long run, on f″ = curvature: elementwise in lr and beta.

    The step is a matrix on (x, v), whose columns it gives itself; this is the matrix's spectral radius.
    """
    lr, beta = np.broadcast_arrays(np.asarray(lr, dtype=float), np.asarray(beta, dtype=float))
    one, none, step = np.ones_like(lr), np.zeros_like(lr), bare(step)
    (a, c), (b, d) = (step(x, curvature * x, v, lr=lr, beta=beta) for x, v in ((one, none), (none, one)))
    trace, determinant = a + d, a * d - b * c
    root = trace**2 / 4 - determinant
    real = np.abs(trace) / 2 + np.sqrt(np.maximum(root, 0))
    return np.where(root < 0, np.sqrt(np.maximum(determinant, 0)), real)


def ravine(step=optimizers.momentum, curvatures=(1.0, 25.0), *, lr=0.03, beta=0.0, start=(-2.5, 1.5), steps=40):
    """A step with a velocity in a ravine, and how fast each α and β is in the long run. Controls: α, β."""
    if memory_of(function("step", step)) != ["v"] or "eps" in knobs_of(step):
        raise ValueError("step remembers more than a velocity, or less: momentum or nesterov would do, or your own")
    L, ground = max(curvatures), quadratic(curvatures)
    top, betas = 4.4 / L, np.linspace(0, 0.98, 99)
    rates = np.linspace(0, top, 221)[1:]

    def leaves(lr, beta):
        return np.max([radius(step, c, lr, beta) for c in curvatures], axis=0)

    slow = leaves(rates, betas[:, None])
    k, j = np.unravel_index(slow.argmin(), slow.shape)

    def scene(axes):
        left, right = axes
        shown = np.ma.masked_greater_equal(slow, 1.0)
        left.imshow(shown, cmap="Blues_r", vmin=0.5, vmax=1.15, origin="lower", extent=(0, top, 0, 0.98), aspect="auto")
        left.contour(rates, betas, slow, [1.0], colors=PATH, linewidths=1.5)
        left.plot(rates[j], betas[k], "*", color=TRUTH, markersize=13, markeredgecolor="white")
        above = {"transform": left.transAxes, "fontsize": 10.5}  # where no dot comes
        left.text(0, 1.02, f"★ best: leaves {slow.min():.0%}", color=TRUTH, **above)
        left.text(1, 1.02, "white: runs away", color=PATH, ha="right", **above)
        left.set(xlabel="learning rate α", ylabel="memory β", xlim=(0, top), ylim=(0, 0.98))
        left.grid(False)
        contours(right, *survey(ground, ground.window, 61))
        right.set(aspect="equal")

    def marks(axes, lr=lr, beta=beta):
        left, right = axes
        path = descend(step, ground, start, lr=lr, beta=beta, steps=steps, escape=1e3)
        points = np.asarray(path)
        right.plot(*points.T, "o-", color=PATH, linewidth=1, markersize=3)
        dot(right, *points[0], color=TANGENT)
        dot(right, *points[-1], color=PATH)
        dot(left, lr, beta, color=PATH, markersize=9, clip_on=False)
        told = f"α = {lr:.3g}, β = {beta:.2f}: {pace(float(leaves(lr, beta)))} {ended(points, path, steps)}"
        return f"{told} {wall_at(lambda lr: leaves(lr, beta), rates)}"

    alt = (
        "Left: a map over rate and memory, darker where a step leaves less of the distance, white beyond the wall. "
        "Right: the path of a step with velocity over the contours of a ravine."
    )
    controls, labels = {"lr": (0.0, top), "beta": (0.0, 0.98)}, {"lr": "learning rate α", "beta": "memory β"}
    form = {"pointer": ("lr", "beta"), "panels": 2, "size": (7.6, 3.9)}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def wall_at(leaves, rates):
    """The rate from which on a step leaves more than the distance, looked for twice, in a sentence."""
    over = leaves(rates) > 1
    if not over.any():
        return "At this β there is no wall in sight."
    fine = rates[over.argmax()] - np.linspace(rates[1] - rates[0], 0, 400)
    return f"The wall at this β is α = {fine[(leaves(fine) > 1).argmax()]:.3g}."


def pace(kept):
    """What it means to leave so much of the distance, in a sentence."""
    if kept > 1 + 1e-9:
        return "it runs away, for in the long run each step makes the distance larger."
    if kept > 1 - 1e-9:
        return "in the long run it keeps its distance."
    if kept < 1e-3:
        return "it is there almost at once."
    return f"in the long run a step leaves {kept:.1%}, a factor ten takes {counted(round(np.log(0.1) / np.log(kept)))}."


def ended(points, path, steps):
    """How far it came, in a sentence."""
    if path.diverged:
        return f"After {len(points) - 1} steps it is far outside the picture."
    if not points[0].any():
        return f"It starts at the bottom, and after {steps} steps it is there."
    left = number(np.linalg.norm(points[-1]) / np.linalg.norm(points[0]), ".2g")
    return f"After {steps} steps {left} of the distance is left."


# --- the start from zero


def bias(corrected, plain, *, lr=0.1, steps=100, start=(-2.5, 1.0)):
    """Adam with its corrections and without: step lengths, and a descent. Controls: β₂, whether it is corrected."""
    steppers = {True: function("corrected", corrected), False: function("plain", plain)}
    ground = quadratic([1, 25])

    @lru_cache(maxsize=64)
    def seen(beta2, on):
        """Each step's length in units of α where the gradient is always 1, and one coordinate of a descent."""
        even = descend(steppers[on], np.ones_like, np.zeros(1), lr=1.0, beta2=beta2, steps=steps)
        path = descend(steppers[on], ground, start, lr=lr, beta2=beta2, steps=steps)
        return -np.diff(np.asarray(even)[:, 0]), np.asarray(path)[:, 1]

    def scene(axes):
        left, right = axes
        left.axhline(1, color=TRUTH, linewidth=1, linestyle="--")
        left.set(xlabel="step", ylabel="length of the step, in α", xlim=(0, steps), ylim=(0.05, 50), yscale="log")
        tag(left, "α, as promised", (steps, 1), (0, -11), color=TRUTH, ha="right", fontsize=9.5)
        right.axhline(0, color=TRUTH, linewidth=1, linestyle="--")
        right.set(xlabel="step", ylabel="distance from the bottom", xlim=(0, steps), ylim=(-1.3, 1.3))

    def marks(axes, beta2=0.999, correction=False):
        for on, style in ((not correction, {"color": QUIET, "linewidth": 1}), (correction, {"color": PATH})):
            lengths, places = seen(beta2, on)
            axes[0].plot(np.arange(1, len(lengths) + 1), lengths, **style)
            axes[1].plot(places, **style)
            if on is correction or np.ptp(np.log([lengths[-1], seen(beta2, correction)[0][-1]])) > 0.6:
                word = "corrected" if on else "not corrected"
                up = (
                    -12 if lengths[-1] > 1.5 else 12 if lengths[-1] > 1.05 else 7
                )  # clear of a curve that falls to its end
                tag(axes[0], word, (steps, lengths[-1]), (0, up), color=style["color"], ha="right", fontsize=9.5)
        lengths, places = seen(beta2, correction)
        dot(axes[0], 1, lengths[0], color=PATH)
        over = number(max(0.0, -places.min()))
        return f"β₂ = {beta2:g}, {paces(lengths, correction)} In the valley, from 1, it shoots {over} past the bottom."

    alt = (
        "Left: the length of each of Adam's steps where the gradient never changes, in units of the rate. "
        "Right: its distance from the bottom of a valley. The other way, corrected or not, is grey."
    )
    controls = {"beta2": [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999], "correction": True}
    labels = {"beta2": "β₂"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


def paces(lengths, correction):
    """How long the steps are, in a sentence."""
    with_it = "with" if correction else "without"
    if np.ptp(lengths) < 1e-6:
        return f"{with_it} correction: each step is {number(lengths[0])} α long."
    most = int(np.argmax(lengths)) + 1
    longest = f"the longest {number(lengths[most - 1])} α, at step {most}"
    return f"{with_it} correction: the first step is {number(lengths[0])} α long, {longest}."


# --- who forgives a bad choice


def forgiving(final):
    """The share of all rates whose final loss is within a factor 10 of the best: how much the choice may be off."""
    return float(np.mean(final <= 10 * final.min()))


MAP_RATES, MAP_BETAS = np.logspace(-4, 1, 51), np.linspace(0, 0.99, 34)
TUNED = {
    "momentum, β": (optimizers.momentum, "beta"),
    "Nesterov, β": (optimizers.nesterov, "beta"),
    "RMSprop, β": (optimizers.rmsprop, "beta"),
    "Adam, β₁": (optimizers.adam, "beta1"),
    "Adam, β₂": (optimizers.adam, "beta2"),
}
WORST = 1e2


def sensitivity(course=COURSES["Rosenbrock"], tuned=None):
    """The final loss over α and β. Controls: the optimizer and its β, α, β.

    course: one of COURSES, or a Course of your own. tuned: {words: (step, the name of its β)}.
    """
    tuned, course = tuned or TUNED, replace(course, runs=min(course.runs, 3))
    first = next(iter(tuned))

    def final(step, name):
        lr, beta = np.meshgrid(MAP_RATES, MAP_BETAS)
        return sweep(course, step, lr.ravel(), **{name: tuple(beta.ravel())}).reshape(lr.shape)

    maps = {which: final(step, name) for which, (step, name) in tuned.items()}

    scale = Normalize(np.log10(THERE), np.log10(WORST))
    edges = np.sqrt(MAP_RATES[0] ** 3 / MAP_RATES[1]), np.sqrt(MAP_RATES[-1] ** 3 / MAP_RATES[-2])
    half = (MAP_BETAS[1] - MAP_BETAS[0]) / 2

    def scene(axes):
        left, right = axes
        left.plot([], [])
        left.set(xscale="log", xlim=edges, ylim=(-half, 0.99 + half), xlabel="learning rate α", ylabel="β")
        left.grid(False)
        left.set_facecolor("#f3c9ae")
        bar = left.figure.colorbar(ScalarMappable(scale, "Blues_r"), ax=left, location="top", aspect=30, pad=0.02)
        tens = [-6, -4, -2, 0, 2]
        bar.set_ticks(tens, labels=[f"$10^{{{k}}}$" for k in tens])
        bar.set_label("final loss; orange: gone")
        right.plot([], [])
        right.set(xscale="log", yscale="log", xlim=edges, ylim=(THERE / 2, 3 * WORST))
        right.set(xlabel="learning rate α", ylabel="final loss at this β")

    def marks(axes, which=first, lr=0.001, beta=0.9):
        left, right = axes
        losses = maps[which]
        with np.errstate(all="ignore"):
            shown = np.ma.masked_invalid(np.log10(losses))
        form = {"origin": "lower", "extent": (0, 1, 0, 1), "transform": left.transAxes, "aspect": "auto"}
        left.imshow(shown, cmap="Blues_r", norm=scale, **form)  # in units of the axes: even steps on their log scale
        k, j = np.abs(MAP_BETAS - beta).argmin(), np.abs(np.log(MAP_RATES / lr)).argmin()
        left.axhline(MAP_BETAS[k], color=PATH, linewidth=1, linestyle="--")
        dot(left, MAP_RATES[j], MAP_BETAS[k], color=PATH, markersize=9)
        row = np.minimum(losses[k], WORST)
        right.plot(MAP_RATES, row, color=PATH)
        gone = ~np.isfinite(losses[k])
        right.plot(MAP_RATES[gone], row[gone], "x", color=PATH, markersize=5)
        dot(right, MAP_RATES[j], row[j], color=PATH, markersize=9)
        return said(which, losses, k, j)

    alt = (
        "Left: a map of the final loss over the rate and β, darker where it is lower, orange where the run is gone. "
        "Right: the final loss against the rate at this β, crosses where the run is gone."
    )
    controls = {"which": {name: name for name in tuned}, "lr": MAP_RATES, "beta": MAP_BETAS}
    labels = {"which": "optimizer", "lr": "α", "beta": "β"}
    form = {"pointer": ("lr", "beta"), "panels": 2, "size": (7.6, 4.2)}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def said(which, losses, k, j):
    """The loss here, the best of the map, and how much of it is nearly as good."""
    here, best = losses[k, j], np.unravel_index(losses.argmin(), losses.shape)
    what = number(here) if np.isfinite(here) else "none, the run is gone"
    near = round(forgiving(losses) * losses.size)
    return (
        f"{which} = {MAP_BETAS[k]:.2f}, α = {number(MAP_RATES[j])}: final loss {what}. The best of the map is "
        f"{number(losses.min())}, at β = {MAP_BETAS[best[0]]:.2f} and α = {number(MAP_RATES[best[1]])}; {near:,} of "
        f"its {losses.size:,} points are within a factor 10 of it."
    )
