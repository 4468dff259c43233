"""Lesson 03: every right answer is a yes, however it is written; every known mistake is named."""

import math

import numpy as np
import pytest
from answers import Answers

from calclib import schedules
from calclib.checks import descent as check
from calclib.descent import descend
from calclib.gradients import gradient
from calclib.optimizers import gradient_descent

FUNCTIONS = {
    "step": "slope, x, lr",
    "walk": "slope, x, lr, steps",
    "settle": "slope, x, lr, tol, limit",
    "plane_step": "x, y, slope_x, slope_y, lr",
    "batch_gradient": "theta, X, y, rows",
    "schedule": "t, lr, steps",
    "fit": "X, y, lr, steps",
}

LOOP = "points = [x]\nfor _ in range(steps):\n    x = x - lr * slope(x)\n    points.append(x)\nreturn points"
SETTLE = (
    "for _ in range(limit):\n    if abs(slope(x)) <= tol:\n        return x, 'small gradient'\n"
    "    if abs(x) > 1e6:\n        return x, 'diverged'\n    x = x - lr * slope(x)\nreturn x, 'step limit'"
)
BOTH = "dx, dy = slope_x(x, y), slope_y(x, y)\nreturn x - lr * dx, y - lr * dy"
BATCH = "X, y = X[rows], y[rows]\nreturn 2 * X.T @ (X @ theta - y) / len(rows)"
COSINE = "return lr * (1 + np.cos(np.pi * min(t, steps) / steps)) / 2"
FIT = (
    "theta = np.zeros(X.shape[1])\nfor _ in range(steps):\n"
    "    theta = theta - lr * 2 * X.T @ (X @ theta - y) / len(y)\nreturn theta"
)

RIGHT = {
    "step": [
        "return x - lr * slope(x)",
        "change = -slope(x) * lr\nreturn np.array(x + change)",
        "x -= lr * slope(x)\nreturn np.float64(x)",
        "return np.float32(x - lr * slope(x))",
    ],
    "walk": [
        LOOP,
        "points = np.zeros(steps + 1)\npoints[0] = x\nfor k in range(steps):\n"
        "    points[k + 1] = points[k] - lr * slope(points[k])\nreturn points",
        "if steps == 0:\n    return [x]\nreturn [x] + walk(slope, x - lr * slope(x), lr, steps - 1)",
    ],
    "settle": [
        SETTLE,
        "g, k = slope(x), 0\nwhile abs(g) > tol and k < limit and abs(x) <= 1e6:\n    x, k = x - lr * g, k + 1\n"
        "    g = slope(x)\nif abs(x) > 1e6:\n    return x, 'diverged'\n"
        "return [x, 'small gradient' if abs(g) <= tol else 'step limit']",
        SETTLE.replace("x = x - lr * slope(x)", "x = np.float64(x - lr * slope(x))"),
    ],
    "plane_step": [
        BOTH,
        "return [x - lr * slope_x(x, y), y - lr * slope_y(x, y)]",
        "old = np.array([x, y])\nreturn old - lr * np.array([slope_x(*old), slope_y(*old)])",
    ],
    "batch_gradient": [
        BATCH,
        "e = X[rows] @ theta - y[rows]\nreturn np.mean(2 * e[:, None] * X[rows], axis=0)",
        "g = np.zeros(len(theta))\nfor i in rows:\n    g += 2 * (X[i] @ theta - y[i]) * X[i]\n"
        "return list(g / len(rows))",
    ],
    "schedule": [
        COSINE,
        "if t >= steps:\n    return 0\nreturn lr / 2 + lr / 2 * math.cos(math.pi * t / steps)",
        "return np.array(lr * math.cos(math.pi / 2 * min(1, t / steps)) ** 2)",
    ],
    "fit": [
        FIT,
        "theta = np.zeros(2)\nA, b = X.T @ X / len(y), X.T @ y / len(y)\nfor _ in range(steps):\n"
        "    theta -= lr * 2 * (A @ theta - b)\nreturn list(theta)",
        "b = w = 0.0\nfor _ in range(steps):\n    e = b + w * X[:, 1] - y\n"
        "    b, w = b - lr * 2 * np.mean(e), w - lr * 2 * np.mean(e * X[:, 1])\nreturn b, w",
    ],
}

WRONG = {
    "step": {
        "return slope(x) - lr * x": "not x",
        "return (x - lr) * slope(x)": "in brackets",
        "return x - 2 * lr * slope(x)": "twice as far",
        "return x - lr * 2 * x": "passed in",
        "return x - slope(lr * x)": "asked at lr",
        "return x - slope(x - lr)": "asked beside",
        "return x - lr * slope(x) ** 2": "is squared",
        "return slope(x)": "the slope alone",
        "return lr * slope(x) - x": "turned round",
        "return x + lr * slope(x)": "sign of the update",
        "return x - slope(x)": "learning rate is missing",
        "return -lr * slope(x)": "the change alone",
        "return lr * slope(x)": "x minus that",
        "return x - lr": "slope is missing",
        "return x - lr * np.sign(slope(x))": "only the sign",
        "return x - slope(x) / lr": "multiply by it",
        "return x": "unchanged",
        "return x - lr / slope(x)": "divided by the slope",
        "return abs(x - lr * slope(x))": "should be -1.4",
        "return gradient_descent(np.array(x), slope(x), lr=lr)[0]": "calclib's own gradient_descent",
    },
    "walk": {
        "xs = []\nfor _ in range(steps + 1):\n    x = x - lr * slope(x)\n"
        "    xs.append(x)\nreturn xs": "one step too many",
        "xs = [x]\nfor _ in range(steps):\n"
        "    x = x - lr * slope(x)\n    xs.append(x)\nreturn xs[::-1]": "the start comes first",
        "xs = [x]\nfor _ in range(steps):\n    x = x - lr * 2 * x\n    xs.append(x)\nreturn xs": "passed in",
        "xs = [x]\nfor _ in range(steps):\n    if slope(x) == 0:\n"
        "        break\n    x = x - lr * slope(x)\n    xs.append(x)\nreturn xs": "ends where",
        LOOP.replace("lr * ", ""): "learning rate is missing",
        "points = [x]\nfor _ in range(steps):\n    points.append(x)\n    x = x - lr * slope(x)\n"
        "return points": "the start stands twice",
        LOOP.replace("    points", "points"): "append inside the loop",
        LOOP.replace("points.append(x)\nreturn points", "points.append(x)\nreturn [slope(x) for x in points]"): (
            "the points themselves are wanted"
        ),
        "g = slope(x)\nreturn [x - k * lr * g for k in range(steps + 1)]": "not asked again",
        "g = slope(x)\nreturn [x - k * lr * g for k in range(1, steps + 1)]": "not asked again, and the start",
        LOOP.replace("x - lr", "x + lr"): "sign of the update",
        LOOP.replace("points = [x]", "points = []"): "start is missing",
        LOOP + "[:-1]": "last point is missing",
        LOOP.replace("range(steps)", "range(steps + 1)"): "one step too many",
        LOOP.replace("return points", "return x"): "last point alone",
        LOOP.replace("return points", "return [x] * (steps + 1)"): "all points are the last",
        "return [x] * (steps + 1)": "never updated",
        LOOP.replace("return points", "return [x]"): "the last point alone: append",
        LOOP.replace("\nreturn", "\n    return"): "is `return` inside the loop",
        "points = [x]\nfor _ in range(steps):\n    points.append(x - lr * slope(x))\n"
        "return points": "x itself never moves",
        "return descend(gradient_descent, slope, x, lr=lr, steps=steps)": "calclib's own descend",
    },
    "settle": {
        "for _ in range(limit):\n    if abs(slope(x)) < tol:\n        return x, 'small gradient'\n"
        "    x = x - lr * slope(x)\n    if abs(x) > 1e6:\n        return x, 'diverged'\nreturn x, 'step limit'": "<=,",
        SETTLE.replace("limit)", "limit - 1)"): "one step too few: limit steps are made",
        "return 'small gradient', x": "the pair is turned round",
        SETTLE.replace("abs(slope(x))", "slope(x)"): "abs(slope(x))",
        SETTLE.replace("abs(slope(x)) <=", "abs(lr * slope(x)) <="): "small step",
        SETTLE.replace("abs(slope(x)) <=", "abs(x) <="): "the slope is to be small",
        "for _ in range(limit):\n    g = slope(x)\n    x = x - lr * g\n    if abs(g) <= tol:\n"
        "        return x, 'small gradient'\n    if abs(x) > 1e6:\n        return x, 'diverged'\n"
        "return x, 'step limit'": "one step too many",
        "for _ in range(limit):\n    new = x - lr * slope(x)\n    if abs(slope(new)) <= tol:\n"
        "        return x, 'small gradient'\n    x = new\nreturn x, 'step limit'": "one step too few",
        "while abs(slope(x)) > tol and abs(x) < 1e6:\n    x -= lr * slope(x)\n"
        "return x, 'small gradient' if abs(x) < 1e6 else 'diverged'": "is `limit` looked at",
        SETTLE.replace("range(limit)", "range(limit + 1)"): "one step too many",
        SETTLE.replace("abs(x) > 1e6", "abs(x) > 10"): "past 1e6",
        SETTLE.replace("abs(x) > 1e6", "False"): "is |x| > 1e6 looked at",
        "before = abs(slope(x))\n"
        + SETTLE.replace(
            "x = x - lr * slope(x)",
            "x = x - lr * slope(x)\n"
            "    if abs(slope(x)) > before and abs(x) < 1e6 and lr < 1:\n        return x, 'small gradient'\n"
            "    before = abs(slope(x))",
        ): "as the slope grew",
        SETTLE.replace("'small gradient'", "'done'"): "the reason 'done'",
        "return x": "where a pair",
        SETTLE.replace("\nreturn", "\n    return"): "last `return` inside the loop",
        SETTLE.replace("abs(x) > 1e6", "x > 1e6"): "is |x| > 1e6 looked at",
        "why = 'step limit'\nfor _ in range(limit):\n    if abs(slope(x)) <= tol:\n        why = 'small gradient'\n"
        "    x = x - lr * slope(x)\nreturn x, why": "it went on",
        "for _ in range(limit):\n    x = x - lr * slope(x)\n    if abs(slope(x)) <= tol:\n"
        "        return x, 'small gradient'\n    if abs(x) > 1e6:\n        return x, 'diverged'\n"
        "return x, 'step limit'": "before it looked",
    },
    "plane_step": {
        "u, v = slope_x(x, y), slope_y(x, y)\n"
        "n = math.hypot(u, v)\nreturn x - lr * u / n, y - lr * v / n": "own length",
        "return x - lr * slope_x(x, y), x - lr * slope_y(x, y)": "starts from x",
        "return y - lr * slope_x(x, y), y - lr * slope_y(x, y)": "starts from y",
        "return x - lr * slope_x(x, y)": "x alone",
        "return x - lr * slope_x(x, y) + y - lr * slope_y(x, y)": "are added",
        "return lr * slope_x(x, y), lr * slope_y(x, y)": "the old one minus that",
        "return x - lr * slope_x(x, y), y + lr * slope_y(x, y)": "the sign of y's update",
        "return x - lr * slope_x(y, x), y - lr * slope_y(y, x)": "asked at (y, x)",
        "g = slope_x(x, y) + slope_y(x, y)\nreturn x - lr * g, y - lr * g": "the slopes are added up",
        "x = x - lr * slope_x(x, y)\ny = y - lr * slope_y(x, y)\nreturn x, y": "slope_y saw the new x",
        "y = y - lr * slope_y(x, y)\nx = x - lr * slope_x(x, y)\nreturn x, y": "slope_x saw the new y",
        BOTH.replace("- lr", "+ lr"): "sign of the update",
        "return x - lr * slope_y(x, y), y - lr * slope_x(x, y)": "slopes are swapped",
        "return x - lr * slope_x(x, y), y": "only x has moved",
        "return x, y - lr * slope_y(x, y)": "only y has moved",
        "return y - lr * slope_y(x, y), x - lr * slope_x(x, y)": "x comes first",
        BOTH.replace("lr * ", ""): "learning rate is missing",
        "return slope_x(x, y), slope_y(x, y)": "these are the slopes",
        "return -lr * slope_x(x, y), -lr * slope_y(x, y)": "these are the steps",
    },
    "batch_gradient": {
        "E = X[rows] @ theta - y[:len(rows)]\nreturn 2 * X[rows].T @ E / len(rows)": "y is the first ones",
        "E = X[rows] @ theta - y[rows]\nreturn 2 * np.mean(X[rows] * E[:, None])": "axis=0",
        "rows = sorted(set(rows))\nE = X[rows] @ theta - y[rows]\nreturn 2 * X[rows].T @ E / len(rows)": "counts twice",
        "return theta - 2 * X[rows].T @ (X[rows] @ theta - y[rows]) / len(rows)": "theta after a step",
        "i = rows[0]\nreturn 2 * X[i] * (X[i] @ theta - y[i])": "the first chosen row alone",
        "return 2 * X.T @ (X @ theta - y) / len(y)": "all the data",
        "m = len(y)\n" + BATCH.replace("len(rows)", "m"): "number of all rows",
        BATCH.replace(" / len(rows)", ""): "sum over the rows",
        BATCH.replace("2 * ", ""): "2 from the square",
        BATCH.replace("2 * ", "").replace(" / len(rows)", ""): "not the mean, and the 2",
        BATCH.replace("X @ theta - y", "y - X @ theta"): "sign is turned",
        "rows = range(len(rows))\n" + BATCH: "first rows",
        "return 2 * (X[rows] @ theta - y[rows])[:, None] * X[rows]": "one gradient for each row",
        "return np.mean((X[rows] @ theta - y[rows])**2)": "the loss, not",
        "return 2 * (X[rows] @ theta - y[rows])": "inner derivative, X",
        "return gradient(lambda t: np.mean((X[rows] @ t - y[rows]) ** 2), theta)": "calclib's own gradient",
    },
    "schedule": {
        "return lr / 2 + math.cos(math.pi * min(t, steps) / steps) / 2": "the cosine as well",
        "return lr * (1 + math.cos(math.pi * (t % steps) / steps)) / 2": "at the last step nothing is left",
        "return lr * (1 + math.cos(math.pi * t / steps)) / 2 if t <= steps else lr": "nothing is left",
        "return lr * 1 + np.cos(np.pi * min(t, steps) / steps) / 2": "put it in brackets",
        COSINE.replace(" / 2", ""): "half is missing",
        COSINE.replace("1 + ", "").replace(" / 2", ""): "cos alone",
        COSINE.replace("1 + ", ""): "1 is missing",
        COSINE.replace("np.pi * ", ""): "π is missing",
        COSINE.replace("np.pi", "2 * np.pi"): "half a wave too long",
        COSINE.replace("1 + ", "1 - "): "this rises",
        "return lr * (1 - t / steps)": "straight line",
        "return lr": "constant rate",
        COSINE.replace("lr * ", ""): "lr is missing",
        COSINE.replace("cos", "sin"): "sin starts at 0",
        "return lr * (1 + np.cos(np.pi * t / steps) / 2)": "in brackets",
        COSINE.replace("min(t, steps)", "t"): "climbs again",
        COSINE.replace("np.pi", "180"): "takes radians",
        "return lr * np.cos(np.pi / 2 * t / steps)": "quarter of a wave",
        "return schedules.cosine_annealing(lr, steps=steps)(t)": "calclib's own cosine_annealing",
    },
    "fit": {
        FIT.replace("lr * ", ""): "lr is missing",
        FIT.replace("range(steps)", "range(1, steps)"): "does the loop run `steps` times",
        "theta = np.zeros(2)\nfor _ in range(steps):\n"
        "    theta = theta - lr * 2 * X.T @ (X @ theta - y) / len(y)\nreturn X @ theta": "predictions",
        "theta = np.zeros(2)\nfor _ in range(steps):\n"
        "    theta = theta - lr * 2 * X.T @ (X @ theta - y) / len(y)\nreturn np.mean((X @ theta - y) ** 2)": "the loss",
        FIT.replace("- lr", "- 0.1"): "0.1 was the rate of the last call",
        FIT.replace("theta - lr", "theta + lr"): "sign is turned",
        FIT.replace("lr * 2", "lr"): "2 from the square",
        FIT.replace(" / len(y)", ""): "divide by the number of rows",
        FIT.replace(" / len(y)", "").replace("lr * 2", "lr"): "not the mean, and without the 2",
        FIT.replace("len(y)", "len(theta)").replace("lr * 2", "lr * 2"): "divided by the columns",
        FIT.replace("    theta = theta", "    new = theta"): "has not moved",
        "return np.linalg.solve(X.T @ X, X.T @ y)": "normal equations",
        FIT.replace("zeros", "ones"): "start at zeros",
        FIT.replace("range(steps)", "range(steps + 1)"): "two steps",
        "theta = np.zeros(2)\ng = 2 * X.T @ (X @ theta - y) / len(y)\nreturn theta - steps * lr * g": "inside the loop",
        FIT.replace("\nreturn", "\n    return"): "one step only",
        FIT.replace("range(steps)", "range(min(steps, 20))"): "standardised cars",
        FIT.replace("len(y)", "X.size"): "divided by X.size",
        FIT.replace("return theta", "return theta[::-1]"): "turned round",
        "b = w = 0.0\nfor _ in range(steps):\n    b = b - lr * 2 * np.mean(b + w * X[:, 1] - y)\n"
        "    w = w - lr * 2 * np.mean((b + w * X[:, 1] - y) * X[:, 1])\nreturn b, w": "updated in turn",
    },
}


class TestDescent(Answers):
    check, FUNCTIONS, RIGHT, WRONG = check, FUNCTIONS, RIGHT, WRONG
    SPACE = {f.__name__: f for f in (descend, gradient, gradient_descent)} | {"schedules": schedules}
    KINDS = [*Answers.KINDS, "('a', 'b')", "(1, 2, 3)"]
    THINGS = [*Answers.THINGS, lambda: 1, np.add]

    @pytest.mark.parametrize("why", ["'small gradient'", "'diverged'", "'step limit'", "'else'", "3", "None"])
    @pytest.mark.parametrize("x", ["'text'", "None", "[1, 2]", "float('nan')", "1j", "np.zeros(2)"])
    def test_a_pair_with_the_wrong_insides_gets_a_sentence(self, x, why):
        assert self.answer("settle", f"return {x}, {why}").state == "not yet"

    # --- the wall, predicted

    @pytest.mark.parametrize("best", [0.125, np.float64(0.12), 0.13, 1 / 8])
    @pytest.mark.parametrize("wall", [0.25, 0.2478, 0.2522, 2 / (4 * math.exp(2 * math.log(2) / 2))])
    def test_rates_within_a_hundredth_of_the_wall_are_a_yes(self, best, wall):
        assert check.rates(best, wall).state == "yes"

    @pytest.mark.parametrize(
        "best, wall, named",
        [
            (0.25, 0.125, "swapped"),
            (0.125, 0.125, "that is 1/L"),
            (0.125, 8, "L = f″ itself"),
            (0.125, 4, "that is L/2"),
            (0.125, 16, "that is 2L"),
            (0.125, 0.5, "counts at the bottom"),
            (0.125, 1, "comes twice"),
            (0.125, 0.245, "still settles, so the wall is higher"),
            (0.125, 0.255, "does not settle, so the wall is lower"),
            (0.125, 1e9, "the wall is lower"),
            (0.125, 1e-9, "the wall is higher"),
            (0.24, 0.25, "not a faster one"),
            (0.25, 0.25, "not a faster one"),
            (0.1, 0.25, "leaves 20% of the distance"),
            (-0.1, 0.25, "above zero"),
            (0.125, 0, "above zero"),
            ("0.1", 0.25, "best_rate is '0.1'"),
            (0.125, [0.25], "wall"),
            (0.125, float("nan"), "finite"),
            (0.125, True, "wall_rate is True"),
            (lambda: 1, 0.25, "best"),
        ],
    )
    def test_other_rates_are_told_what_they_are(self, best, wall, named):
        answer = check.rates(best, wall)
        assert answer.state == "not yet" and named in answer.message

    @pytest.mark.parametrize("given", [(..., ...), (0.125, ...)])
    def test_rates_still_to_be_predicted_are_not_started(self, given):
        assert check.rates(*given).state == "not started"


# --- the oracle


def test_the_experiment_finds_the_wall_where_the_curvature_puts_it():
    low, high = 0.01, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if check._settles(middle) else (low, middle)
    assert low == pytest.approx(2 / (4 * math.exp(2 * check.BOTTOM)), rel=2e-3)
