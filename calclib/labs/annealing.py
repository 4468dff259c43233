"""Lesson 03's figure of schedules: the rate at each step, and what it leaves on noisy slopes."""

from functools import lru_cache

import numpy as np

from calclib.labs.valleys import Valleys
from calclib.labs.words import counted, number
from calclib.live import explore
from calclib.pictures.palette import GRADIENT, PATH, QUIET
from calclib.pictures.plots import dot, tag
from calclib.schedules import as_schedule, cosine_annealing, exponential_decay, step_decay, warmup
from calclib.validate import non_negative

__all__ = ["schedules"]

KINDS = {
    "constant": lambda lr, steps: as_schedule(lr),
    "step": lambda lr, steps: step_decay(lr, gamma=0.3, every=max(1, steps // 4)),
    "exponential": lambda lr, steps: exponential_decay(lr, gamma=0.02 ** (1 / steps)),
    "cosine": lambda lr, steps: cosine_annealing(lr, steps=steps),
    "warm-up + cosine": lambda lr, steps: warmup(cosine_annealing(lr, steps=steps - steps // 5), steps=steps // 5),
}


def schedules(f, x=None, slope=None, *, yours=None, start=2.0, noise=4.0, runs=64):
    """The rate at each step, and the distance it leaves on noisy slopes. Controls: the kind, the first α, the steps.

    yours: a schedule of your own, yours(t, lr, steps) → α, beside the others.
    """
    ground = Valleys(f, x, slope)
    top = float(f"{0.95 * ground.rates(start)[1] / 1.2:.2g}")
    kinds = KINDS | ({} if yours is None else {"yours": lambda lr, steps: lambda t: rate(yours, t, lr, steps)})

    def noisy(x, rng):
        return ground.slope(x) + noise * rng.standard_normal(x.shape)

    @lru_cache(maxsize=128)
    def run(kind, lr, steps):
        """α at each step, and the distance from the valley, root mean square over the runs."""
        schedule = kinds[kind](lr, steps)
        path = ground.descend(np.full((runs, 1), start), schedule, steps, slope=noisy, rng=0)
        apart = np.asarray(path)[:, :, 0] - ground.below(start)[0]
        return [schedule(t) for t in range(steps)], np.sqrt(np.mean(apart**2, axis=1))

    def scene(axes):
        left, right = axes
        if ground.below(start)[0] is None:
            raise ValueError(f"downhill from x = {start:g} there is no valley in this window: another start would do")
        left.plot([], [])
        right.plot([], [])
        left.set(xlabel="step", ylabel="α at this step", xlim=(0, 200), ylim=(0, 1.05 * top))
        right.set(xlabel="step", ylabel="distance from the valley", xlim=(0, 200), yscale="log", ylim=(0.03, 10))

    def marks(axes, kind="cosine", lr=top / 3, steps=150):
        left, right = axes
        alphas, distance = run(kind, lr, steps)
        _, constant = run("constant", lr, steps)
        left.plot(alphas, color=GRADIENT)
        right.plot(constant, color=QUIET, linewidth=1, linestyle="--")
        right.plot(distance, color=PATH)
        if kind != "constant":
            side = "right" if steps > 60 else "left"
            tag(right, "constant", (len(constant) - 1, min(constant[-1], 5.0)), (0, 10), color=QUIET, ha=side)
        dot(right, len(distance) - 1, distance[-1], color=PATH)
        several = f"{runs} noisy runs" if runs > 1 else "one noisy run"
        return (
            f"{kind}, from α = {number(lr)}: after {counted(steps)} the distance is {far(distance)}, and "
            f"{far(constant)} with a constant rate, dashed (root mean square of {several})."
        )

    alt = (
        "Left: the learning rate against the step. Right: the distance from the valley against the step, "
        "logarithmic, for this schedule in vermilion and a constant rate in dashed grey."
    )
    controls = {"kind": {name: name for name in kinds}, "lr": (0.01 * top, top), "steps": (10, 200)}
    labels = {"kind": "schedule", "lr": "first rate α"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


def rate(yours, t, lr, steps):
    """A learner's own rate at step t, or a sentence for what is none."""
    return non_negative(f"yours({t}, {number(lr)}, {steps})", np.asarray(yours(t, lr, steps))[()])


def far(distance):
    """The last distance, in words."""
    return number(distance[-1], ".2g") if np.isfinite(distance[-1]) else "not a number"
