"""The checks of lesson 08: one step from a known memory, where mistakes come apart, then PyTorch's own points to 1e-10.

Mistakes are steps of their own, in `velocities`, `scales` and `moments`, run beside the learner's: who gets their
numbers has made them.
"""

import inspect

import numpy as np

from calclib import optimizers
from calclib.checks import NotYet, exercise, expect, moments, scales, velocities
from calclib.checks.compare import show
from calclib.checks.pytorch import GRADIENTS, RUNS
from calclib.descent import descend
from calclib.knobs import checked_knobs

__all__ = [
    "adam",
    "adamw",
    "damped",
    "momentum",
    "nesterov",
    "rmsprop",
    "tuned",
]

LESSON = "08 Optimizers: momentum, RMSprop, Adam"

X, G = np.array([1.0, -2.0]), np.array([0.5, -3.0])
V, M, S = np.array([2.0, -1.0]), np.array([-0.3, 0.8]), np.array([4.0, 2.25])


def one_step(step, call, wanted, wrong, knobs, **memory):
    """NotYet unless one step from this memory gives `wanted`, and leaves what it was given as it was."""
    given = {"x": X, "g": G, **memory}
    told = ", ".join(f"{name} = {np.asarray(part).tolist()}" for name, part in given.items())
    at = f"{call}(…) for {told}, {', '.join(f'{name} = {value}' for name, value in knobs.items())}"
    got, parts = pure(step, at, given, knobs), ["x", *memory]
    slipped = {sentence: slip(*given.values(), **knobs) for sentence, slip in wrong.items()}
    told_first = sorted(slipped, key=lambda sentence: -agreement(got, slipped[sentence]))
    for k, name in enumerate(parts):
        mistakes = {sentence: slipped[sentence][k] for sentence in told_first}
        expect(got[k], wanted[k], at=f"the new {name} of {at}", tol=1e-10, mistakes=mistakes)


def pure(step, at, given, knobs):
    """What the step returns; NotYet unless it is x and the memory, and nothing is kept elsewhere."""
    parts = [name for name in given if name != "g"]
    got, again = (step(*given.values(), **knobs) for _ in range(2))
    if not isinstance(got, tuple) or len(got) != len(parts):
        what = f"a tuple of {len(got)}" if isinstance(got, tuple) else show(got)
        raise NotYet(f"{at} is {what}, where a tuple of {len(parts)} should be: return {', '.join(parts)}.")
    for name, part in zip(parts, got, strict=True):
        if isinstance(part, list | tuple):
            raise NotYet(f"the new {name} of {at} is a {type(part).__name__}, where an array should be: np.array(…).")
    if agreement(got, again) < agreement(got, got):
        raise NotYet(
            f"{at} gives another answer the second time: something is remembered outside the function, where every "
            f"parameter would share it. All memory comes in, and goes out: return {', '.join(parts)}."
        )
    return got


def agreement(got, wrong):
    """In how many of their parts they agree: of two mistakes with one x, the memory tells which it was."""

    def same(a, b):
        try:
            return bool(np.allclose(a, b, rtol=0, atol=1e-10, equal_nan=True))
        except (TypeError, ValueError):  # whatever a learner returns: `expect` has the words for it
            return False

    return sum(same(a, b) for a, b in zip(got, wrong, strict=False))


def as_pytorch(step, name, call):
    """NotYet unless the step, from no memory at all, visits PyTorch's points."""
    for run in RUNS[name]:
        start, gradient = GRADIENTS[run.landscape]
        x, memory = np.array(start), ()
        for t in range(1, max(run.points) + 1):
            x, *memory = step(x, gradient(x), *memory, **run.knobs)
            if t in run.points:
                knobs = ", ".join(f"{knob} = {value:g}" for knob, value in run.knobs.items())
                at = f"after {t} step{'s' * (t > 1)} of {call} on the {run.landscape} with {knobs}, PyTorch's x"
                expect(x, run.points[t], at=at, tol=1e-10)


REST = np.zeros(3)
MANY = np.array([[1.0, -2.0, 0.5], [-0.25, 3.0, 4.0]])


def of_any_shape(step, exact, call, knobs, *memory):
    """NotYet unless a first step from six numbers, as two rows, is what `exact` makes of each row."""
    at = f"from no memory at all and for an x of shape (2, 3), the new x of {call}(x, g, …)"
    try:
        x, *_ = step(MANY, -3 * MANY, **knobs)
    except (IndexError, TypeError, ValueError) as error:
        raise NotYet(
            f"It serves two numbers. But {at} is no number: {error!r}. A memory starts as the one number 0.0, and "
            "numbers may be as many as there are."
        ) from error
    wanted = [exact(row, -3 * row, *memory, **knobs)[0] for row in MANY]
    expect(x, np.array(wanted), at=at, tol=1e-10)


# --- velocity


VELOCITY_KNOBS = {"lr": 0.1, "beta": 0.8}, {"lr": 0.5, "beta": 0.3}


@exercise(without=(optimizers.momentum, optimizers.nesterov))
def momentum(momentum):
    """v ← βv + g, x ← x − αv: the path is PyTorch's to ten digits, and one number of memory for each of x is all."""
    for knobs in VELOCITY_KNOBS:
        one_step(momentum, "momentum", velocities.heavy(X, G, V, **knobs), velocities.HEAVY, knobs, v=V)
    of_any_shape(momentum, velocities.heavy, "momentum", knobs, REST)
    as_pytorch(momentum, "momentum", "momentum")


@exercise(without=(optimizers.nesterov,))
def nesterov(nesterov):
    """x ← x − α(g + βv), with the v that g has just renewed: the look ahead is one more β, and PyTorch's points."""
    for knobs in VELOCITY_KNOBS:
        one_step(nesterov, "nesterov", velocities.ahead(X, G, V, **knobs), velocities.NESTEROV, knobs, v=V)
    of_any_shape(nesterov, velocities.ahead, "nesterov", knobs, REST)
    as_pytorch(nesterov, "nesterov", "nesterov")


# --- scale


@exercise(without=(optimizers.rmsprop, optimizers.adam, optimizers.adamw))
def rmsprop(rmsprop):
    """x ← x − αg/(√v + ε), each coordinate by its own recent size: PyTorch's points, which call this β alpha."""
    for knobs in ({"lr": 0.1, "beta": 0.8, "eps": 0.1}, {"lr": 0.5, "beta": 0.3, "eps": 0.01}):
        one_step(rmsprop, "rmsprop", scales.scaled(X, G, S, **knobs), scales.RMSPROP, knobs, v=S)
    of_any_shape(rmsprop, scales.scaled, "rmsprop", knobs, REST)
    as_pytorch(rmsprop, "rmsprop", "rmsprop")


# --- both


ADAM_KNOBS = {"lr": 0.1, "beta1": 0.8, "beta2": 0.6, "eps": 0.1}, {"lr": 0.5, "beta1": 0.3, "beta2": 0.7, "eps": 0.01}


@exercise(without=(optimizers.adam, optimizers.adamw))
def adam(adam):
    """Momentum over RMSprop, both corrected for their start from zero: Algorithm 1, and PyTorch's points."""
    for knobs in ADAM_KNOBS:
        one_step(adam, "adam", moments.both(X, G, M, S, 3, **knobs), moments.ADAM, knobs, m=M, v=S, t=3)
    of_any_shape(adam, moments.both, "adam", knobs, REST, REST, 0)
    as_pytorch(adam, "adam", "adam")


@exercise(without=(optimizers.adamw,))
def adamw(adamw):
    """(1 − αλ)x and then Adam's step, which never sees the decay: every weight shrinks at the same pace."""
    for knobs in ADAM_KNOBS:
        knobs = {**knobs, "weight_decay": 0.2}
        one_step(adamw, "adamw", moments.both(X, G, M, S, 3, **knobs), moments.ADAMW, knobs, m=M, v=S, t=3)
    of_any_shape(adamw, moments.both, "adamw", knobs, REST, REST, 0)
    as_pytorch(adamw, "adamw", "adamw")


# --- the race, and one more convention

BUDGET, TARGET = 200, 1e-5
START, ELSEWHERE = np.array([-1.0, 1.0]), np.array([4.0, -3.0])
ASIDE = 1e-6 * np.array([[1.0, 0.0], [-1.0, 0.5], [0.3, 1.0], [0.1, -1.0]])  # from there, four more starts
LAST = 10  # a run is judged by the worst of so many last losses


@exercise
def tuned(step: object, knobs: object):
    """Below 1e-5 in 200 gradients, and not by luck: from five starts, and in each of the last ten steps."""
    if not callable(step):
        raise NotYet(f"step is {show(step)}, not a step: optimizers.momentum would do, or your own.")
    if not isinstance(knobs, dict) or "lr" not in knobs:
        raise NotYet(f"knobs is {show(knobs)}: a dict with a rate would do, such as {{'lr': 0.002, 'beta': 0.9}}.")
    _fits(step, knobs)
    loss = _loss(step, knobs, START)
    if not np.isfinite(loss):
        raise NotYet("With these knobs it runs away: a smaller rate.")
    if not loss < TARGET:
        raise NotYet(
            f"In the last {LAST} of {BUDGET} steps the loss is up to {loss:.2g}; the target is below "
            f"{TARGET:g}.{_advice(knobs)}"
        )
    others = max(_loss(step, knobs, START + aside) for aside in ASIDE)
    if not others < TARGET:
        raise NotYet(
            f"From (−1, 1) the loss ends at {loss:.2g}, and from a millionth beside it at up to {others:.2g}: luck. "
            f"Choose as figure.sweep does, by the worst of several starts.{_advice(knobs)}"
        )
    if not _loss(step, knobs, START + ELSEWHERE, ELSEWHERE) < TARGET:
        raise NotYet(
            "It arrives here, but not in the same valley moved elsewhere: does the step know where the bottom is, or "
            "pull towards 0?"
        )


def _fits(step, knobs):
    """NotYet if the step takes no such knobs, or they are not one number each in its range."""
    plain = {name: value for name, value in knobs.items() if not (name == "lr" and callable(value))}
    try:
        if any(np.ndim(value) for value in plain.values()):
            raise ValueError("one number for each knob is wanted, for one run")
        checked_knobs(plain)
        inspect.signature(step).bind(START, START, **knobs)
    except (TypeError, ValueError) as error:
        raise NotYet(f"These knobs do not fit: {error}.") from None


def _loss(step, knobs, start, moved=0.0):
    """The worst of the last losses in Rosenbrock's valley, moved by this much; infinite if the run escaped."""

    def gradient(p):
        return GRADIENTS["rosenbrock"][1](p - moved)

    path = descend(step, gradient, start, steps=BUDGET, **knobs)
    x, y = (path[-LAST:] - moved).T
    with np.errstate(all="ignore"):
        return np.inf if path.diverged else np.max((1 - x) ** 2 + 100 * (y - x**2) ** 2)


def _advice(knobs):
    """What else could be turned."""
    return " The rate is not the only knob: sweep β as well." if set(knobs) == {"lr"} else ""


@exercise
def damped(damped):
    """PyTorch's dampening to ten digits: a running mean of g, except that the first step counts whole."""
    for knobs in ({"lr": 0.1, "beta": 0.8, "dampening": 0.7}, {"lr": 0.5, "beta": 0.3, "dampening": 0.2}):
        for v, t in ((np.zeros(2), 0), (V, 3), (V, 1), (np.zeros(2), 2)):
            one_step(damped, "damped", velocities.dampened(X, G, v, t, **knobs), velocities.DAMPED, knobs, v=v, t=t)
    of_any_shape(damped, velocities.dampened, "damped", knobs, REST, 0)
    as_pytorch(damped, "damped", "damped")
