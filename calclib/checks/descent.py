"""The checks of lesson 03: each decides by its own arithmetic, or by an experiment, where mistakes come apart."""

import math

import numpy as np

from calclib import gradients
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show
from calclib.data import cars, standardise
from calclib.descent import descend
from calclib.optimizers import gradient_descent
from calclib.schedules import cosine_annealing

__all__ = [
    "batch_gradient",
    "fit",
    "plane_step",
    "rates",
    "schedule",
    "settle",
    "step",
    "walk",
]

LESSON = "03 Gradient descent: follow the slope down"


@exercise(without=(gradient_descent,))
def step(step):
    """x − α·slope(x): against the slope, and the farther the steeper it is."""
    for x, lr, low in ((1.0, 0.1, 3.0), (5.0, 0.25, -1.0), (-1.0, 0.1, -3.0)):
        slope = 2 * (x - low)
        expect(
            step(lambda z, low=low: 2 * (z - low), x, lr),
            (1 - 2 * lr) * x + 2 * lr * low,
            at=f"step(slope, x={x}, lr={lr}) where slope({x}) is {slope:g}",
            mistakes={
                "the sign of the update is turned: this climbs; step against the slope.": x + lr * slope,
                "the learning rate is missing.": x - slope,
                "this is the change alone; the answer is where x is afterwards.": -lr * slope,
                "this is lr · slope; the answer is x minus that.": lr * slope,
                "the slope is missing: this steps by lr, however steep it is.": x - lr,
                "only the sign of the slope is used; its size belongs to the step too.": x - lr * np.sign(slope),
                "divided by the learning rate: multiply by it.": x - slope / lr,
                "divided by the slope: multiply by it, so that steep ground means a long step.": x - lr / slope,
                "x itself is missing its step: this is x unchanged.": x,
                "this is the slope alone; the answer is where x is afterwards.": slope,
                "turned round: it is x minus the step, not the step minus x.": lr * slope - x,
                "lr multiplies the slope, not x.": slope - lr * x,
                "x - lr stands in brackets: lr multiplies the slope first.": (x - lr) * slope,
                "twice as far as it should be: the 2, if there is one, is in the slope already.": x - 2 * lr * slope,
                "2x is the slope of x² alone; slope(x) is the one that was passed in.": x - lr * 2 * x,
                "the slope is asked at lr · x; ask it at x, and multiply it by lr.": x - 2 * (lr * x - low),
                "the slope is asked beside x; ask it at x, and multiply it by lr.": x - 2 * (x - lr - low),
                "the slope is squared.": x - lr * slope**2,
            },
        )


@exercise(without=(descend,))
def walk(walk):
    """Every point of a descent, start included: the slope is asked anew at each."""
    for name, slope, x, lr, steps in (
        ("2x", lambda z: 2 * z, 2.0, 0.1, 3),
        ("sin", math.sin, 1.0, 0.5, 4),
        ("2x", lambda z: 2 * z, 0.0, 0.1, 3),
    ):
        points = _points(slope, x, lr, steps)
        up = _points(lambda z, slope=slope: -slope(z), x, lr, steps)
        stale = x - lr * slope(x) * np.arange(steps + 1)
        expect(
            walk(slope, x, lr, steps),
            points,
            at=f"walk(slope, x={x}, lr={lr}, steps={steps}) for the slope {name}",
            mistakes={
                "it ends where the slope is 0; steps more points are wanted there too, all alike.": (
                    np.nan if slope(x) else points[:1]
                ),
                "the slope is not asked again: it is taken once, at the start, and used for every step.": stale,
                "the slope is not asked again, and the start is missing.": stale[1:],
                "the sign of the update is turned: this climbs.": up,
                "the start is missing: put x into the list before the loop.": points[1:],
                "the last point is missing: steps steps make steps + 1 points.": points[:-1],
                "one step too many.": _points(slope, x, lr, steps + 1),
                "the start is missing, and there is one step too many.": _points(slope, x, lr, steps + 1)[1:],
                "this is the last point alone; all of them are wanted, in a list.": points[-1],
                "the list holds the last point alone: append each one, inside the loop.": points[-1:],
                "it ends after one step: is `return` inside the loop?": points[:2],
                "x itself never moves, so each step starts at the same place: x = x - …, then append x.": np.append(
                    x, np.full(steps, points[1])
                ),
                "the learning rate is missing.": _points(slope, x, 1.0, steps),
                "the start stands twice: step first, then append.": np.append(x, points[:-1]),
                "only the start and the last point: append inside the loop.": points[[0, -1]],
                "these are the slopes at the points; the points themselves are wanted.": [slope(z) for z in points],
                "all points are the last one.": np.full(steps + 1, points[-1]),
                "all points are the start: x is never updated.": np.full(steps + 1, x),
                "the list begins with the last point; the start comes first.": points[::-1],
                "2x is the slope of x² alone; slope(x) is the one that was passed in.": x
                * (1 - 2 * lr) ** np.arange(steps + 1),
            },
        )


def _points(slope, x, lr, steps):
    """The points of a descent, by accumulated changes."""
    points = [x]
    for _ in range(steps):
        points.append(points[-1] - lr * slope(points[-1]))
    return np.array(points)


@exercise
def rates(best_rate: float, wall_rate: float):
    """With L = f″ at the bottom, 1/L is the best rate there and 2/L the wall: predicted before it was run."""
    if min(best_rate, wall_rate) <= 0:
        raise NotYet(f"{min(best_rate, wall_rate):g} came: a learning rate is a number above zero.")
    if _is_wall(best_rate) and _is_best(wall_rate):
        raise NotYet("The two are swapped: the wall is the larger one.")
    if not _is_wall(wall_rate):
        for sentence, value in {
            "that is 1/L, the best rate; the wall is twice as far.": 1 / 8,
            "that is L = f″ itself; the wall is 2 divided by it.": 8,
            "that is L/2; the wall is 2/L.": 4,
            "that is 2L; the wall is 2/L.": 16,
            "that is 2/4. Is L taken at x = 0? It counts at the bottom; and e^(2x) has 4e^(2x) as its f″.": 1 / 2,
            "that is 2/2. The inner derivative of e^(2x) comes twice, so f″ is 4e^(2x).": 1,
        }.items():
            if math.isclose(wall_rate, value, rel_tol=0.005):
                raise NotYet(f"wall_rate = {wall_rate:g}: {sentence}")
        low = _settles(1.01 * wall_rate)
        ran = "1.01 times that rate still settles" if low else "0.99 times that rate does not settle"
        raise NotYet(f"wall_rate = {wall_rate:g}: a descent with {ran}, so the wall is {'higher' if low else 'lower'}.")
    if not _is_best(best_rate):
        left = abs(_next(BOTTOM + 1e-4, best_rate) - BOTTOM) / 1e-4
        hint = " A bigger rate is not a faster one." if best_rate > 1.1 * wall_rate / 2 else ""
        raise NotYet(f"best_rate = {best_rate:g}: near the bottom a step leaves {left:.0%} of the distance.{hint}")


BOTTOM = math.log(2) / 2  # of e^(2x) − 4x


def _next(x, lr):
    return x - lr * (2 * math.exp(2 * x) - 4)


def _settles(lr) -> bool:
    """Whether 2,000 real steps on e^(2x) − 4x, from close by, end nearer to its bottom than they began."""
    x = BOTTOM + 1e-3
    for _ in range(2000):
        x = _next(x, lr)
        if not abs(x) < 300:
            return False
    return abs(x - BOTTOM) < 1e-3 - 1e-15


def _is_wall(lr) -> bool:
    return _settles(0.99 * lr) and not _settles(1.01 * lr)


def _is_best(lr) -> bool:
    """Whether one step from close by leaves less than a twentieth of the distance."""
    return abs(_next(BOTTOM + 1e-4, lr) - BOTTOM) < 5e-6


@exercise
def settle(settle):
    """It stops for one of three reasons, and says which: a small gradient, a step limit, a divergence."""

    def double(z):
        return 2.0 * z

    # From -2 the slope is negative: `slope(x) <= tol` without abs() would stop at once.
    steps = math.ceil(math.log(1e-3 / 4) / math.log(0.8))
    there = -2 * 0.8**steps
    _ended(
        settle,
        (double, -2.0, 0.1, 1e-3, 1000),
        there,
        "small gradient",
        {
            "the slope is negative there, so it is below tol at once: compare its size, abs(slope(x)).": -2.0,
            "one step too many: look at the slope before each step, not after it.": there * 0.8,
            "one step too few: stop where abs(slope(x)) <= tol, not earlier.": there / 0.8,
            "it ends after one step: is the last `return` inside the loop?": -1.6,
            "it went on after the reason was found: return at once, with the x of that moment.": 0.0,
            "this stops at a small step, lr · |slope|; the gradient itself is to be small.": -2
            * 0.8 ** math.ceil(math.log(1e-2 / 4) / math.log(0.8)),
            "it stops where x is small; the slope is to be small.": -2
            * 0.8 ** math.ceil(math.log(5e-4) / math.log(0.8)),
        },
    )
    counts = {"one step too many.": 3 * 0.9**5, "one step too few: limit steps are made.": 3 * 0.9**3}
    _ended(settle, (double, 3.0, 0.05, 1e-12, 4), 3 * 0.9**4, "step limit", counts)
    _ended(
        settle,
        (double, 1e-4, 0.1, 1e-3, 10),
        1e-4,
        "small gradient",
        {"it stepped before it looked, though the start is level already.": 0.8e-4},
    )
    just = {"a slope of just tol is small enough: <=, not <.": 0.5 * 0.8}
    _ended(settle, (double, 0.5, 0.1, 1.0, 10), 0.5, "small gradient", just)
    _ended(settle, (double, 2.0, 1.1, 1e-6, 100_000), None, "diverged", {})
    # Down from near the top of −cos x the slope grows before it shrinks.
    x, grows = 3.0, 3.0 - 0.5 * math.sin(3.0)
    while abs(math.sin(x)) > 1e-2:
        x -= 0.5 * math.sin(x)
    mistakes = {
        "it stopped as the slope grew. A slope, or a loss, may grow on the way; only small is small.": grows,
        "it stopped at the start, since the slope grows there. It may; only small is small.": 3.0,
    }
    _ended(settle, (math.sin, 3.0, 0.5, 1e-2, 1000), x, "small gradient", mistakes)
    _ended(settle, (_uphill, -2.0, 0.5, 1e-6, 1000), None, "diverged", {})


def _uphill(z):
    """The slope of −x², down which a descent runs away to one side only."""
    return -2.0 * z


def _ended(settle, given, wanted, reason, mistakes):
    """NotYet unless `settle(*given)` is (wanted, reason); wanted None is any x beyond 1e6."""
    slope, x, lr, tol, limit = given
    of = {math.sin: "sin", _uphill: "−2x"}.get(slope, "2x")
    at = f"settle(slope, x={x}, lr={lr}, tol={tol:g}, limit={limit}) for the slope {of}"
    got = settle(*given)
    if isinstance(got, tuple | list) and len(got) == 2 and isinstance(got[0], str):
        raise NotYet(f"{at} is {show(got)}: the pair is turned round, x comes first.")
    if not isinstance(got, tuple | list) or len(got) != 2 or not isinstance(got[1], str):
        raise NotYet(f"{at} is {show(got)}, where a pair such as (0.25, 'small gradient') should be.")
    end, why = got
    if why not in ("small gradient", "step limit", "diverged"):
        raise NotYet(f"{at} gives the reason {why!r}: 'small gradient', 'step limit' or 'diverged' should be.")
    if wanted is not None:
        named = {sentence: value for sentence, value in mistakes.items() if not np.isclose(value, wanted)}
        if why == reason or any(_same(end, value) for value in named.values()):
            expect(end, wanted, at=f"x of {at}", tol=1e-9, mistakes=named)
    if why != reason:
        cure = {
            "step limit": " is `limit` looked at?",
            "diverged": " is |x| > 1e6 looked at in every step, before the limit is reached?",
            "small gradient": " is the slope looked at before each step?",
        }[reason]
        raise NotYet(f"{at} should end with {reason!r}, and {why!r} came:{cure}")
    if wanted is None and not _beyond(end):
        raise NotYet(f"{at} says 'diverged' at x = {show(end)}: wait until |x| is past 1e6.")


def _same(a, b):
    return isinstance(a, float | int | np.number) and bool(np.isclose(a, b, rtol=1e-9))


def _beyond(x):
    return isinstance(x, float | int | np.number | np.ndarray) and np.ndim(x) == 0 and not abs(x) <= 1e6


@exercise
def plane_step(plane_step):
    """Both coordinates step together, each by its own partial derivative at the old point."""
    for x, y, lr in ((1.0, 2.0, 0.1), (-2.0, 0.5, 0.2)):
        u, v = 2 * x + y, x + 4 * y
        new = x - lr * u, y - lr * v
        expect(
            plane_step(x, y, lambda x, y: 2 * x + y, lambda x, y: x + 4 * y, lr),
            np.array([[1 - 2 * lr, -lr], [-lr, 1 - 4 * lr]]) @ [x, y],
            at=f"plane_step({x}, {y}, slope_x, slope_y, lr={lr}) for x² + xy + 2y²",
            mistakes={
                "the coordinates are updated in turn: slope_y saw the new x. Ask both slopes at the old point.": (
                    new[0],
                    y - lr * (new[0] + 4 * y),
                ),
                "the coordinates are updated in turn: slope_x saw the new y. Ask both slopes at the old point.": (
                    x - lr * (2 * x + new[1]),
                    new[1],
                ),
                "the sign of the update is turned: this climbs.": (x + lr * u, y + lr * v),
                "the two slopes are swapped.": (x - lr * v, y - lr * u),
                "only x has moved.": (new[0], y),
                "only y has moved.": (x, new[1]),
                "the pair is swapped: x comes first.": new[::-1],
                "these are the slopes, not the new point.": (u, v),
                "these are the steps, not the new point.": (-lr * u, -lr * v),
                "this is the rate times the slopes; the new point is the old one minus that.": (lr * u, lr * v),
                "the sign of y's update is turned: both go against their slope.": (new[0], y + lr * v),
                "the slopes are asked at (y, x); they take x first.": (x - lr * (2 * y + x), y - lr * (y + 4 * x)),
                "the slopes are added up; each coordinate has its own.": (x - lr * (u + v), y - lr * (u + v)),
                "the learning rate is missing.": (x - u, y - v),
                "the step is lr long; the slopes keep their own length.": np.array([x, y])
                - lr * np.array([u, v]) / math.hypot(u, v),
                "the second coordinate starts from x; it starts from y.": (new[0], x - lr * v),
                "the first coordinate starts from y; it starts from x.": (y - lr * u, new[1]),
                "this is the new x alone; the pair of both coordinates is wanted.": new[0],
                "the two coordinates are added; they stay apart, as a pair.": sum(new),
            },
        )


@exercise
def fit(fit):
    """Descent and the normal equations agree to 1e-6: a line learned from 392 real cars."""
    X, y = np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5]]), np.array([3.0, -2.0, 4.0])
    lr, m = 0.1, len(y)
    first = 2 * lr / m * np.array([sum(y), sum(X[:, 1] * y)])
    H = 2 * X.T @ X / m
    expect(
        fit(X, y, lr, 1),
        first,
        at=f"fit(X, y, lr={lr}, steps=1) for X = {X.tolist()} and y = {y.tolist()}",
        mistakes={
            "the sign is turned: step against the gradient, and the error is X @ theta - y.": -first,
            "half of it: the 2 from the square is missing, or it is divided by X.size; divide by the rows.": first / 2,
            "the coordinates are updated in turn: the second one saw the new first one.": np.array(
                [first[0], -2 * lr / m * X[:, 1] @ (first[0] - y)]
            ),
            "theta is turned round: its first entry belongs to the first column of X.": first[::-1],
            "the gradient is the sum; the loss is the mean, so divide by the number of rows.": first * m,
            "the sum, not the mean, and without the 2; or is it divided by the columns? Divide by the rows.": first
            * m
            / 2,
            "theta has not moved: is it updated in the loop, and does the loop run `steps` times?": np.zeros(2),
            "lr is missing: each step is lr times the gradient.": first / lr,
            "this is the answer of the normal equations; descent has made one step only.": np.linalg.solve(
                X.T @ X, X.T @ y
            ),
            "these are the predictions for each row; theta is wanted.": X @ first,
            "this is the loss after the step; theta is wanted.": np.mean((X @ first - y) ** 2),
            "it starts at ones; start at zeros.": np.ones(2) - lr * H @ np.ones(2) + first,
            "two steps were made.": first - lr * H @ first + first,
        },
    )
    lr, first = lr / 2, first / 2
    expect(
        fit(X, y, lr, 3),
        first + (np.eye(2) - lr * H) @ (first + (np.eye(2) - lr * H) @ first),
        at=f"fit(X, y, lr={lr}, steps=3) for the same data",
        mistakes={
            "0.1 was the rate of the last call; lr says which one it is now.": 2 * first
            + (np.eye(2) - 2 * lr * H) @ (2 * first + (np.eye(2) - 2 * lr * H) @ (2 * first)),
            "the gradient is not asked again: it must be computed inside the loop.": 3 * first,
            "the old theta is lost: the step is taken off it, theta - lr * gradient.": first
            - lr * H @ (first - lr * H @ first),
            "one step only: is `return` inside the loop?": first,
        },
    )
    data = cars()
    X = np.column_stack([np.ones(392), standardise(data["weight_lb"])])
    y = data["litres_per_100km"]
    expect(
        fit(X, y, 0.1, 300),
        (y.mean(), np.mean(X[:, 1] * y)),  # standardised columns are at right angles, so each answer is a mean
        at="fit(X, y, lr=0.1, steps=300) for the standardised cars",
        tol=1e-6,
    )


@exercise(without=(gradients.gradient,))
def batch_gradient(batch_gradient):
    """The mean over the chosen rows alone: right on average, and as noisy as the batch is small."""
    rng = np.random.default_rng(3)
    X, y = np.column_stack([np.ones(6), rng.integers(-3, 4, 6)]), rng.integers(-5, 6, 6).astype(float)
    for theta, rows in (
        (np.array([1.0, -2.0]), [4, 1]),
        (np.array([0.5, 1.0]), [5, 2, 3]),
        (np.array([0.5, 1.0]), [5, 5, 0]),
    ):
        each = np.array([2 * (X[i] @ theta - y[i]) * X[i] for i in range(6)])
        chosen = each[rows]
        expect(
            batch_gradient(theta, X, y, np.array(rows)),
            chosen.mean(axis=0),
            at=f"batch_gradient(theta, X, y, rows={rows}) with {len(y)} rows in X",
            mistakes={
                "this is the gradient of all the data; take X[rows] and y[rows].": each.mean(axis=0),
                "it is divided by the number of all rows; the mean is over the chosen ones.": chosen.sum(axis=0) / 6,
                "this is the sum over the rows; the loss is the mean.": chosen.sum(axis=0),
                "the 2 from the square is missing.": chosen.mean(axis=0) / 2,
                "the sum, not the mean, and the 2 from the square is missing.": chosen.sum(axis=0) / 2,
                "the sign is turned: the error is X @ theta - y.": -chosen.mean(axis=0),
                "these are the first rows; `rows` says which ones.": each[: len(rows)].mean(axis=0),
                "this is one gradient for each row; the mean over them is wanted.": chosen,
                "this is the loss, not its gradient.": np.mean((X[rows] @ theta - y[rows]) ** 2),
                "the inner derivative, X, is forgotten.": 2 * (X[rows] @ theta - y[rows]),
                "this is theta after a step; here the gradient alone is wanted.": theta - chosen.mean(axis=0),
                "this is the gradient of the first chosen row alone.": chosen[0],
                "y is the first ones, where X is the chosen ones: y[rows].": 2
                * X[rows].T
                @ (X[rows] @ theta - y[: len(rows)])
                / len(rows),
                "the two entries are averaged into one; the mean is over the rows, axis=0.": chosen.mean(),
                "a row that is drawn twice counts twice.": each[sorted(set(rows))].mean(axis=0),
            },
        )


@exercise(without=(cosine_annealing,))
def schedule(schedule):
    """α(t) = α₀(1 + cos(πt/T))/2: a gentle start, a gentle end, and nothing after it."""
    for t, lr, steps in ((20, 0.4, 100), (0, 0.4, 100), (50, 0.4, 100), (80, 0.2, 120), (100, 0.4, 100)):
        part = t / steps
        wave = math.cos(math.pi * part)
        expect(
            schedule(t, lr, steps),
            lr * math.cos(math.pi * part / 2) ** 2 if t < steps else 0.0,
            at=f"schedule(t={t}, lr={lr}, steps={steps})",
            mistakes={
                "the half is missing: 1 + cos goes from 2 down to 0.": lr * (1 + wave),
                "the 1 is missing: cos alone goes down to -1, and a rate is never negative.": lr * wave,
                "the 1 is missing inside the brackets: cos alone goes down to -1.": lr * wave / 2,
                "π is missing in the cosine.": lr * (1 + math.cos(part)) / 2,
                "this is half a wave too long: cos(πt/T), not cos(2πt/T).": lr * (1 + math.cos(2 * math.pi * part)) / 2
                if t < steps
                else np.nan,
                "at the last step nothing is left of the rate: 0.": lr if t == steps else np.nan,
                "this rises: 1 + cos, not 1 - cos.": lr * (1 - wave) / 2,
                "this is a straight line down; a cosine bends.": lr * (1 - part),
                "this is the constant rate.": lr,
                "np.cos takes radians: half a turn is π there, not 180.": lr * (1 + math.cos(180 * part)) / 2,
                "this is a quarter of a wave: it ends steeply. The formula has 1 + cos of πt/T.": lr
                * math.cos(math.pi * part / 2),
                "lr is missing.": (1 + wave) / 2,
                "sin in place of cos: sin starts at 0.": lr * (1 + math.sin(math.pi * part)) / 2,
                "in Python a + b / 2 halves b alone: put 1 + cos in brackets.": lr * (1 + wave / 2),
                "lr multiplies the whole of 1 + cos: put it in brackets.": lr + wave / 2,
                "lr multiplies the cosine as well: lr / 2 * (1 + cos).": (lr + wave) / 2,
            },
        )
    late = 0.4 * (1 + math.cos(1.5 * math.pi)) / 2
    sentence = "after the last step the cosine climbs again: let t stop at steps, min(t, steps)."
    expect(
        schedule(150, 0.4, 100),
        0.0,
        at="schedule(t=150, lr=0.4, steps=100)",
        tol=1e-9,
        mistakes={sentence: late, "after the last step nothing is left of the rate: 0.": 0.4},
    )
