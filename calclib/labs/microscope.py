"""Lesson 08's microscope: one coordinate of a descent, and at each step all that the optimizer knows of it."""

import inspect
from functools import lru_cache

import numpy as np

from calclib import optimizers
from calclib.landscapes import quadratic
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot
from calclib.validate import function

__all__ = ["microscope", "observe"]

STEPS = 60
SLOWEST, FASTEST = 0.01, 1.0
FAR = 1e6  # beyond this a run is not followed


def knobs_of(step):
    """{knob: its default} of a step: all that stands after the star."""
    parameters = inspect.signature(step).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


def memory_of(step):
    """The names of what a step remembers, between x, g and the star."""
    parameters = list(inspect.signature(step).parameters.values())[2:]
    return [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


def observe(step, gradient, start, coordinate, steps=STEPS, **knobs):
    """{name: its value at each step} for one coordinate: x, g, all that is remembered, and what follows from it.

    "mean" is what the step goes along (g, v, or m corrected), "size" what it is divided by (√v or √v̂), if it is, and
    "rate" how far x moved for each unit of "mean": measured, so that a mistake in the step is seen.
    """
    names, divides = memory_of(step), "eps" in knobs_of(step)
    x, memory, rows = np.array(start, dtype=float), [], []
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            g = np.asarray(gradient(x), dtype=float)
            new, *memory = step(x, g, *memory, **knobs)
            state = {name: np.broadcast_to(part, x.shape)[coordinate] for name, part in zip(names, memory, strict=True)}
            row = {"x": x[coordinate], "g": g[coordinate], **state}
            row |= corrected(state, t, knobs) if "m" in state else {}
            second = next((row[name] for name in ("v̂", "v", "s") if name in row), np.nan)
            row["mean"] = row.get("m̂", row["g"] if divides else state.get("v", row["g"]))
            row["size"] = np.sqrt(second) if divides else np.nan
            row["moved"] = new[coordinate] - x[coordinate]
            row["rate"] = -row["moved"] / row["mean"] if row["mean"] else np.nan
            rows.append(row)
            x = np.array(new, dtype=float)
            if not np.abs(x).max() < FAR:
                break
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def corrected(state, t, knobs):
    """m̂ and v̂ at step t, from what the step itself remembers."""
    return {"m̂": state["m"] / (1 - knobs["beta1"] ** t), "v̂": state["v"] / (1 - knobs["beta2"] ** t)}


def microscope(step=optimizers.adam, beta=None, *, ground=None, start=(-2.5, 1.0), coordinate=1, lr=None, first=6):
    """One coordinate under the microscope. Controls: α, β (or what `beta` names), the step.

    step: any step of calclib's form, yours too. ground: a landscape, or a function with a `gradient`.
    """
    knobs = knobs_of(function("step", step))
    names = [name for name in knobs if name.startswith("beta")]
    if not names:
        raise ValueError(f"step has the knobs {', '.join(knobs) or 'none'}: one with a beta would do")
    beta = beta or names[-1]
    if beta not in names:
        raise ValueError(f"beta is {beta!r}: one of {', '.join(names)} would do")
    ground, divides = ground or quadratic([1, 25]), "eps" in knobs
    lr = lr or (0.1 if divides else 0.02)

    @lru_cache(maxsize=64)
    def seen(lr, value):
        return observe(step, ground.gradient, start, coordinate, **{**knobs, "lr": lr, beta: value})

    base = observe(optimizers.gradient_descent, ground.gradient, start, coordinate, 1, lr=0.0)
    spread, slope = 1.9 * abs(base["x"][0]) or 1.0, abs(base["g"][0]) or 1.0

    def scene(axes):
        place, slopes, sizes, rates = axes
        for ax in axes:
            ax.plot([], [])
            ax.set(xlim=(0, STEPS + 1))
            ax.tick_params(labelbottom=ax is rates)
        for ax, reach in ((place, spread), (slopes, 1.9 * slope)):
            ax.axhline(0, color=QUIET, linewidth=0.8)
            ax.set(ylim=(-reach, reach))
        sizes.set(yscale="log", ylim=(slope / 250, 4 * slope))
        rates.set(yscale="log", ylim=(SLOWEST / (slope if divides else 1) / 4, 4 * FASTEST), xlabel="step")
        for ax, name in zip(axes, ("position", "direction", "size", "rate"), strict=True):
            ax.set_ylabel(name)
            ax.text(1.01, 0.5, "α effective = 0.000000", transform=ax.transAxes, alpha=0)  # room for the numbers

    def marks(axes, lr=lr, value=knobs[beta], at=first):
        run = seen(lr, value)
        now = min(at, len(run["x"])) - 1
        for ax, lines in zip(axes, panels(run, divides), strict=True):
            draw(ax, run, lines, now)
        return sentence(run, now, at, divides)

    alt = (
        "Four curves over the steps of one coordinate: its position; the gradient and the mean that the step goes "
        "along; the size that it is divided by; the effective rate. Numbers at this step stand at the right."
    )
    stops = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999]
    controls = {"lr": (SLOWEST, FASTEST), "value": stops, "at": range(1, STEPS + 1)}
    labels = {"lr": "α", "value": {"beta": "β", "beta1": "β₁", "beta2": "β₂"}.get(beta, beta), "at": "step"}
    return explore(marks, scene, **controls, panels=(4, 1), size=(7.6, 6), alt=alt, labels=labels)


def panels(run, divides):
    """What each of the four panels shows: (name in `run`, words, colour, style)."""
    place = [("x", "x", PATH, "-")]
    slopes = [("g", "g", GRADIENT, "-")]
    if "m̂" in run:
        slopes += [("m", "m", PATH, ":"), ("m̂", "m̂", PATH, "-")]
        sizes = [("v", "√v", TANGENT, ":"), ("size", "√v̂", TANGENT, "-")]
    elif divides:
        name = "√v" if "v" in run else "√s"
        sizes = [("size", name, TANGENT, "-")]
    else:
        slopes += [("v", "v", PATH, "-")] if "v" in run else []
        sizes = []
    return place, slopes, sizes, [("rate", "α effective", TRUTH, "-")]


def draw(ax, run, lines, now):
    """The lines of one panel, a dot at this step, and the numbers there at the right."""
    for k, (name, words, color, style) in enumerate(lines):
        y = np.sqrt(run[name]) if words.startswith("√") and name == "v" else run[name]
        steps = np.arange(1, len(y) + 1)
        ax.plot(steps, y, style, color=color, linewidth=1.4)
        dot(ax, steps[now], y[now], color=color, markersize=6)
        height = 0.82 - 0.32 * k
        told = f"{words} = {number(y[now])}{', dotted' if style == ':' else ''}"
        ax.text(1.01, height, told, transform=ax.transAxes, color=color, va="center")
    ax.axvline(now + 1, color=QUIET, linewidth=0.8, linestyle="--")
    if not lines:
        ax.text(0.5, 0.5, "this step is divided by nothing", transform=ax.transAxes, color=QUIET, ha="center")


def sentence(run, now, at, divides):
    """All the numbers of this step."""
    if at > len(run["x"]):
        return f"It has run away: after step {len(run['x'])} the point is more than a million away."
    told = [("g", run["g"])] + [(n, run[n]) for n in ("v", "s", "m", "m̂", "v̂") if n in run]
    if "m̂" in run:
        told = [("g", run["g"]), ("m", run["m"]), ("m̂", run["m̂"]), ("v", run["v"]), ("v̂", run["v̂"])]
    numbers = ", ".join(f"{name} = {number(values[now])}" for name, values in told)
    along = "m̂" if "m̂" in run else "g" if divides or "v" not in run else "v"
    moves = f"x = {number(run['x'][now])} moves by {number(run['moved'][now])}"
    return f"Step {at}: {numbers}. {moves}: {number(run['rate'][now])} for each unit of {along}, the effective rate."
