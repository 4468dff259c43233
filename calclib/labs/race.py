"""Lesson 08's race: the same start and the same number of gradients for every optimizer, each at its own best rate."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from calclib import optimizers
from calclib.descent import descend
from calclib.landscape import Landscape
from calclib.landscapes import beale, himmelblau, plateau, quadratic, rastrigin, rosenbrock, saddle
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.ground import level_lines, survey
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, tag

__all__ = [
    "BUDGET",
    "COURSES",
    "RATES",
    "RUNNERS",
    "THERE",
    "Course",
    "best_rate",
    "race",
    "run",
    "sweep",
    "takes_many",
]

BUDGET = 200  # gradients for everyone
THERE = 1e-6  # so little above the bottom counts as having arrived
RATES = np.logspace(-5, 1, 121)
LAST = 10  # a run is judged by the worst of so many last losses, so that no lucky last step wins
NUDGE = 1e-6
LEFT = 1e3  # whoever is so far away has left the landscape

RUNNERS = {
    "gradient descent": optimizers.gradient_descent,
    "momentum": optimizers.momentum,
    "Nesterov": optimizers.nesterov,
    "AdaGrad": optimizers.adagrad,
    "RMSprop": optimizers.rmsprop,
    "Adam": optimizers.adam,
}
LOOKS = {  # by what they remember: nothing, a velocity, a scale, or both
    "gradient descent": (QUIET, "-", "o"),
    "momentum": (PATH, "-", "s"),
    "Nesterov": (PATH, "--", "D"),
    "AdaGrad": (TANGENT, "--", "^"),
    "RMSprop": (TANGENT, "-", "v"),
    "Adam": (GRADIENT, "-", "P"),
}
YOURS = (TRUTH, "-", "X")


@dataclass(frozen=True)
class Course:
    """A landscape with a start, and noise on its gradient: normal, of this size, the same for every runner.

    The loss is averaged over several runs. Their starts lie within about a millionth of each other, so that a rate at
    which a hair decides is not taken for a good one.
    """

    name: str
    ground: Landscape
    start: tuple
    noise: float = 0.0
    runs: int = 5

    def gradient(self, p, rng):
        """∇f(p), or what is seen of it; starts of (runs, k, 2) see the same noise in each of the k."""
        g = self.ground.gradient(p)
        if not self.noise:
            return g
        shape = (*p.shape[:-2], 1, 2) if p.ndim > 1 else (2,)
        return g + self.noise * rng.standard_normal(shape)

    def starts(self, k):
        """The starts for k rates, shape (runs, k, 2): the same for each rate, the first one exact."""
        aside = NUDGE * np.random.default_rng(0).standard_normal((self.runs, 1, 2))
        aside[0] = 0
        return np.array(self.start, dtype=float) + np.tile(aside, (1, k, 1))

    def above(self, path):
        """The loss above the lowest ground at each point of a path."""
        with np.errstate(all="ignore"):
            return self.ground(np.asarray(path)) - self.ground(self.ground.minima[0])


COURSES = {
    course.name: course
    for course in (
        Course("Rosenbrock", rosenbrock, (-1, 1)),
        Course("Beale", beale, (1, 1)),
        Course("Himmelblau", himmelblau, (-0.5, -4.5)),
        Course("saddle", saddle, (1.5, 1e-4)),
        Course("noisy ravine", quadratic([1, 100], 0.5), (-2.5, 1), noise=5.0, runs=16),
        Course("plateau", plateau, (5.9, 5.9)),
        Course("Rastrigin", rastrigin, (3.3, -2.6)),
    )
}


@lru_cache(maxsize=256)
def run(course, step, rates, steps=BUDGET, **knobs):
    """(path, losses): the points of a run at each of the `rates`, and the loss after each step, (steps + 1, k).

    A run that has left the landscape has loss ∞ from there on. Other knobs are a number or a tuple, one for each rate.
    """
    return follow(course, step, rates, steps, knobs, np.arange(steps + 1))


def follow(course, step, rates, steps, knobs, at):
    """What `run` gives, at the steps `at` alone."""
    lr = np.array(rates, dtype=float)[:, None]
    knobs = {name: np.array(value)[:, None] if np.ndim(value) else value for name, value in knobs.items()}
    starts = course.starts(len(lr))
    path = descend(step, course.gradient, starts, lr=lr, steps=steps, escape=LEFT, rng=0, **knobs)
    points = np.asarray(path)[np.minimum(at, len(path) - 1)]
    lost = path.diverged & (at[:, None, None] >= path.end)
    return points, np.where(lost, np.inf, course.above(points)).mean(axis=1)


def sweep(course, step, rates=RATES, steps=BUDGET, **knobs):
    """The final loss of each rate, shape (k,): the worst of the last ten steps, ∞ if it ran away, never below 1e-6."""
    _, losses = follow(course, step, tuple(rates), steps, knobs, np.arange(steps + 1)[-LAST:])
    worst = losses.max(axis=0)
    return np.where(np.isfinite(worst), np.maximum(worst, THERE), np.inf)


def takes_many(step):
    """Whether a step serves many starts at once, with a rate for each: all of a sweep in one call."""
    try:
        x, *_ = step(np.zeros((5, 3, 2)), np.ones((5, 3, 2)), lr=np.ones((3, 1)))
    except (IndexError, TypeError, ValueError):
        return False
    return np.shape(x) == (5, 3, 2)


def best_rate(final, rates=RATES):
    """The rate with the least final loss; of several that arrived, the one in the middle."""
    ties = np.flatnonzero(final == final.min())
    return float(rates[ties[len(ties) // 2]])


# --- the figure


@lru_cache(maxsize=32)
def chart(course):
    """The level lines of a course, in the unit square, as one line (2, m): the rougher the ground, the fewer.

    They are evenly spaced in height, or closer below where most of the ground lies low.
    """
    X, Y, Z = survey(course.ground, course.ground.window, 61)
    find, low, high = level_lines(X, Y, Z), Z.min(), Z.max()
    power = np.clip(np.log((np.median(Z) - low) / (high - low)) / np.log(0.5), 1, 4)
    for count in (14, 7, 4, 2):
        heights = low + (high - low) * (np.arange(1, count + 1) / (count + 1)) ** power
        lines = np.concatenate([find(level) for level in heights])
        if len(lines) < 4000:
            break
    return inside(course, lines).T


def inside(course, p):
    """Points of a course in the unit square, so that one map serves all."""
    low, high = np.array(course.ground.window).T
    return (np.asarray(p) - low) / (high - low)


def apart(y, gap):
    """The heights y, pushed apart to at least `gap` and otherwise near their places; their order stays."""
    order = np.argsort(y, kind="stable")
    steps = gap * np.arange(len(y))
    slack = np.asarray(y)[order] - steps
    pushed = (np.maximum.accumulate(slack) + np.minimum.accumulate(slack[::-1])[::-1]) / 2
    spread = np.empty(len(y))
    spread[order] = pushed + steps
    return spread


CHANGES = [0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0]
TOP, BOTTOM = 1e4, THERE / 30


def race(runners=None, best=None, courses=COURSES, *, first="Rosenbrock"):
    """All runners on a course, and their losses. Controls: the course, whose α, α as a multiple of the best, the step.

    A path is that of the course's first run, a loss the mean of all its runs.

    runners: {name: step}, your own among them. best: {course: {runner: α}}; what is not given a sweep finds.
    """
    runners, best = runners or RUNNERS, best or {}
    bold = "momentum" if "momentum" in runners else next(iter(runners))

    @lru_cache(maxsize=64)
    def rate(course, who):
        known = best.get(course.name, {}).get(who)
        return float(known) if known is not None else best_rate(sweep(course, runners[who]))

    for course in courses.values():
        chart(course)  # now rather than when a hand is waiting

    def scene(axes):
        left, right = axes
        left.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=[], yticks=[])
        left.plot([], [])
        right.plot([], [])
        right.set(xlabel="gradients used", ylabel="loss above the bottom", yscale="log", ylim=(BOTTOM, TOP))
        right.set(xlim=(0, 1.75 * BUDGET), xticks=range(0, BUDGET + 1, 50))

    def marks(axes, course=courses[first], who=bold, change=1.0, step=BUDGET):
        left, right = axes
        draw_ground(left, course)
        ends = {}
        for name, runner in runners.items():
            lr = rate(course, name) * (change if name == who else 1.0)
            points, losses = run(course, runner, (lr,))
            went = int(np.isfinite(losses[:, 0]).sum())  # so many points are in the landscape
            seen = min(step + 1, went)
            look = LOOKS.get(name, YOURS)
            draw_run(axes, inside(course, points[:seen, 0, 0]), losses[:seen, 0], look, bold=name == who)
            ends[name] = (losses[min(step, BUDGET), 0], seen - 1, losses[seen - 1, 0])
        label(right, ends)
        return told(course, who, rate(course, who), change, step, ends)

    alt = (
        "Left: level lines of a landscape and the paths of all optimizers from one start, each with its own marker. "
        "Right: the loss above the bottom against the gradients used, logarithmic, with a name at each line's end."
    )
    controls = {"course": dict(courses), "who": {name: name for name in runners}, "change": CHANGES}
    labels = {"course": "landscape", "who": "whose α", "change": "α, times its best"}
    form = {"panels": 2, "size": (7.6, 3.9), "labels": labels, "alt": alt}
    return explore(marks, scene, **controls, step=range(BUDGET + 1), **form)


def draw_ground(ax, course):
    """Level lines, the lowest points, the start, and two corners of the window."""
    f = course.ground
    lowest = f.minima[f(f.minima) <= f(f.minima[0]) + THERE]
    ax.plot(*chart(course), color=TRUTH, linewidth=0.6, alpha=0.55)
    ax.plot(*inside(course, lowest).T, "*", color=TRUTH, markersize=11, markeredgecolor="white")
    corners = [f"({number(x)}, {number(y)})" for x, y in np.transpose(f.window)]
    ax.text(0, -0.015, corners[0], va="top", fontsize=9, color="#444444")
    ax.text(1, 1.015, corners[1], ha="right", va="bottom", fontsize=9, color="#444444")
    dot(ax, *inside(course, course.start), color="#222222", markersize=6)


def draw_run(axes, points, losses, look, bold):
    """One runner's path on the map, and its losses."""
    color, line, marker = look
    width = 2.2 if bold else 1.1
    axes[0].plot(*points.T, line, color=color, linewidth=width)
    axes[0].plot(*points[-1], marker, color=color, markersize=7, markeredgecolor="white")
    axes[1].plot(np.clip(losses, THERE, None), line, color=color, linewidth=width)


def label(ax, ends):
    """Each runner's name beside its line's end; one that left the landscape is marked as gone."""
    low, high = np.log10(THERE), np.log10(TOP / 3)
    gone = [not np.isfinite(loss) for loss, _, _ in ends.values()]
    heights = np.log10([np.clip(last, THERE, TOP / 3) for _, _, last in ends.values()])
    places = apart(np.where(gone, high, heights), 0.085 * np.log10(TOP / BOTTOM))
    places += max(0.0, low - places.min())
    places -= max(0.0, places.max() - high)
    threads = []
    for (name, (_, at, last)), height, lost in zip(ends.items(), 10**places, gone, strict=True):
        color, _, marker = LOOKS.get(name, YOURS)
        threads += [(at, np.clip(last, THERE, TOP)), (1.05 * BUDGET, height), (np.nan, np.nan)]
        ax.plot(1.05 * BUDGET, height, "x" if lost else marker, color=color, markersize=6)
        ax.text(1.1 * BUDGET, height, name, color=color, va="center")
        if lost:
            tag(ax, "gone", (1.02 * BUDGET, height), (-3, -3), color=color, ha="right")
    ax.plot(*np.transpose(threads), ":", color=QUIET, linewidth=0.8)


def told(course, who, rate, change, step, ends):
    """The order at this step, in a sentence."""

    def how(name):
        loss = ends[name][0]
        return f"{name} {'gone' if not np.isfinite(loss) else 'there' if loss <= THERE else number(loss)}"

    order = sorted(ends, key=lambda name: (max(ends[name][0], THERE), list(ends).index(name)))
    times = "its best" if change == 1 else f"{number(change)} times its best"
    whose = f"The α of {who} is {number(rate * change)}, {times}"
    count = f"{step} gradient{'s' * (step != 1)}"
    return f"{course.name} after {count}, loss above the bottom: {', '.join(map(how, order))}. {whose}."
