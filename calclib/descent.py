"""Descent: any step, repeated, and the path that it takes."""

import numpy as np

from calclib.knobs import LIMITS, asked, bare, checked_knobs, shaped
from calclib.validate import finite_array, function, non_negative, positive, whole

__all__ = ["Path", "descend"]

UNDER_WAY, SMALL_GRADIENT, SMALL_STEP, ESCAPED, NOT_A_NUMBER, NO_LOWER, NO_MINIMUM = range(7)
WHY = np.array(
    [
        "step limit",
        "small gradient",
        "small step",
        "escaped",
        "not a number",
        "no lower point",
        "small gradient, but no minimum",
    ]
)


class Path(np.ndarray):
    """The points x₀, x₁, … of a descent, an array (steps + 1, …) that also knows how it ended.

    `end` is the step at which it stopped and `why` the reason, one of WHY; `converged` and `diverged` are
    True or False. For many starts, x₀ of shape (…, n), each of the four is an array of shape (…).
    A part of it, such as path[-1] or path[:, 0], is a plain array.
    """

    def __new__(cls, points, end, why):
        path = np.asarray(points, dtype=float).view(cls)
        path.end, path.why = np.asarray(end)[()], WHY[why]
        path.converged = (why == SMALL_GRADIENT) | (why == SMALL_STEP)
        path.diverged = (why == ESCAPED) | (why == NOT_A_NUMBER)
        return path

    def __array_finalize__(self, parent):
        vars(self).update(getattr(parent, "__dict__", {}))

    def __getitem__(self, index):
        return np.asarray(self)[index]

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return array[()] if return_scalar else np.asarray(array)  # what is computed from it is no path


def descend(
    step, gradient, x0, *, steps=100, lr=0.1, tol=None, xtol=None, escape=1e12, axes=1, rng=None, **knobs
) -> Path:
    """The path of x, *memory = step(x, ∇f(x), *memory, lr=α, **knobs) from x₀, at most `steps` steps.

    step: any function of this form; one without memory may return x alone.
    gradient: a function, or an object with a method of this name. For a stochastic one give a seed or a
    Generator as rng: it is then called as gradient(x, rng).
    x0: any shape, where (…, n) is many starts; with axes=2 a matrix is one. lr: a rate, or a schedule t ↦ α.
    An array of rates, or of another knob, gives a path for each: shape (k,) if x0 is a number, (k, 1) if it is (n,).
    A start stops where ‖∇f‖ ≤ tol, where ‖Δx‖ ≤ xtol, or when ‖x‖ > escape, and waits there for the others.
    Overflow is a fact of the path, never a warning; knobs, shapes and results of the wrong kind are errors.
    """
    step = function("step", step, "a step such as gradient_descent or adam")
    slope = function("gradient", getattr(gradient, "gradient", gradient), "a function of x, or a landscape,")
    step = bare(step)
    steps, escape = whole("steps", steps), positive("escape", escape)
    tol = tol if tol is None else non_negative("tol", tol)
    xtol = xtol if xtol is None else non_negative("xtol", xtol)
    rates, knobs = rates_of(lr, steps), checked_knobs(knobs)
    noise = () if rng is None else (np.random.default_rng(rng if not isinstance(rng, int) else whole("rng", rng, 0)),)
    x0 = finite_array("x0", x0)
    x = widened(x0, {"lr": rates[0], **knobs})

    log, memory = Log(x, min(whole("axes", axes), x0.ndim), steps, escape), ()
    with np.errstate(all="ignore"):
        for t, rate in enumerate(rates):
            g = asked("the gradient", slope, x, x.shape, *noise)
            if tol is not None and log.stop(t, log.norm(g) <= tol, SMALL_GRADIENT):
                break
            taken = step(x, g, *memory, lr=rate, **knobs)
            new, *memory = taken if isinstance(taken, tuple) else (taken,)
            x = log.record(t + 1, shaped("the new x", new, x.shape))
            if xtol is not None:
                log.stop(t + 1, log.norm(log.points[t + 1] - log.points[t]) <= xtol, SMALL_STEP)
            if log.over:
                break
    return Path(log.points[: log.end.max() + 1], log.end, log.why)


class Log:
    """What is known of each start so far: its points, and when and why it stopped."""

    def __init__(self, x, axes, steps, escape):
        """The last `axes` axes of x are one start; where there are none, each number is."""
        self.points = np.empty((steps + 1, *x.shape))
        self.points[0] = x
        starts = x.shape[: np.ndim(x) - axes]
        self.end, self.why = np.full(starts, steps), np.full(starts, UNDER_WAY)
        self.inner, self.escape, self.over = tuple(range(-axes, 0)), escape, False
        self.far = escape * escape  # or infinite

    def stop(self, t, now, reason) -> bool:
        """Starts that stop now, at step t; True once all have stopped."""
        now = now & (self.why == UNDER_WAY)
        self.end[now], self.why[now] = t, reason
        self.over = bool(self.why.all())
        return self.over

    def record(self, t, x):
        """Write down step t, where those that have stopped stay, and give the x to go on from."""
        if self.why.ndim and self.why.any():
            x = self.choose(self.why == UNDER_WAY, x, self.points[t - 1])
        self.points[t] = x
        if np.vdot(x, x) < self.far:  # one cheap look at all the starts together
            return x
        self.stop(t, np.isnan(self.norm(x)), NOT_A_NUMBER)
        self.stop(t, self.norm(x) > self.escape, ESCAPED)
        # The gradient is never asked beyond `escape`: in place of lost starts it sees x₀.
        return self.choose((self.why == ESCAPED) | (self.why == NOT_A_NUMBER), self.points[0], x)

    def norm(self, a):
        """‖a‖ of each start."""
        return np.sqrt(np.sum(a * a, axis=self.inner))

    def choose(self, starts, a, b):
        """a for these starts and b for the others."""
        return np.where(np.expand_dims(starts, self.inner), a, b)


def rates_of(lr, steps) -> list:
    """The rate of each step, from a number, an array or a schedule."""
    if callable(lr):
        return [checked_knobs({"lr": lr(t)})["lr"] for t in range(steps)]
    return [checked_knobs({"lr": lr})["lr"]] * steps


def widened(x, knobs):
    """x, repeated along the axes of the knobs that are arrays; a float if it has none."""
    for name in filter(LIMITS.get, knobs):
        shape = np.shape(knobs[name])
        try:
            x = np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, shape)))
        except ValueError:
            raise ValueError(f"{name} has shape {shape}: one that broadcasts with x0's, {x.shape}, would do") from None
    return x[()]
