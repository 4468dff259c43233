"""Lesson 01: every right answer is a yes, however it is written; every known mistake is named."""

import math

import numpy as np
import pytest
from answers import Answers

import calclib
from calclib.checks import derivatives as check

FUNCTIONS = {
    "slope": "f, x, h=1e-5",
    "product_slope": "x",
    "quotient_slope": "x",
    "horner_pair": "coefficients, x",
    "sigmoid_slope": "x",
    "chain_slope": "x",
    "trapezoid_sum": "f, a, b, n",
    "loss_slope": "w, b, area, price",
}

RIGHT = {
    "slope": [
        "return (f(x + h) - f(x - h)) / (2 * h)",
        "return (f(x + h) - f(x - h)) / 2 / h",
        "left, right = f(np.array([x - h, x + h]))\nreturn np.float64(right - left) / (h + h)",
        "return np.array(((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2)",
    ],
    "product_slope": [
        "return 2 * x * np.sin(x) + x**2 * np.cos(x)",
        "u, v, du, dv = x * x, math.sin(x), 2 * x, math.cos(x)\nreturn du * v + u * dv",
        "return x * (2 * np.sin(x) + x * np.cos(x))",
    ],
    "quotient_slope": [
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / x**4",
        "return (x * math.cos(x) - 2 * math.sin(x)) / x**3",
        "return np.cos(x) * x**-2 - 2 * np.sin(x) * x**-3",
        "u, v, du, dv = np.sin(x), x**2, np.cos(x), 2 * x\nreturn (du * v - u * dv) / v**2",
    ],
    "horner_pair": [
        "v = s = 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\nreturn v, s",
        "v, s = coefficients[0], 0\nfor c in coefficients[1:]:\n    s = s * x + v\n    v = v * x + c\nreturn [v, s]",
    ],
    "sigmoid_slope": [
        "e = np.exp(-abs(x))\nreturn e / (1 + e)**2",
        "s = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))\nreturn s * (1 - s)",
        "s = (1 + np.tanh(x / 2)) / 2\nreturn s * (1 - s)",
        "with np.errstate(over='ignore'):\n    s = 1 / (1 + np.exp(-np.float64(x)))\nreturn s * (1 - s)",
    ],
    "chain_slope": [
        "return 2 * x * np.cos(x**2)",
        "return math.cos(x * x) * (x + x)",
        "return np.array(2 * x * np.cos(x**2))",
    ],
    "trapezoid_sum": [
        "x = np.linspace(a, b, n + 1)\ny = f(x)\nreturn (b - a) / n * (y.sum() - (y[0] + y[-1]) / 2)",
        "h = (b - a) / n\nreturn sum(h * (f(a + i * h) + f(a + (i + 1) * h)) / 2 for i in range(n))",
    ],
    "loss_slope": [
        "return np.mean(2 * (w * area + b - price) * area)",
        "return 2 * ((w * area + b - price) @ area) / len(area)",
        "return 2 * (w * np.mean(area**2) + b * np.mean(area) - np.mean(area * price))",
        "return sum(2 * (w * a + b - p) * a for a, p in zip(area, price)) / area.size",
    ],
}

WRONG = {
    "slope": {
        "return (f(x + h) - f(x)) / h": "forward difference",
        "return (f(x) + h - (f(x) - h)) / (2 * h)": "h belongs inside the brackets",
        "return (f(x) - f(x - h)) / h": "backward difference",
        "return (f(x + h) - f(x - h)) / h": "the 2 in 2h missing",
        "return (f(x + h) - f(x - h)) / (4 * h)": "twice too small",
        "return (f(x + h) - f(x)) / (2 * h)": "spans h, not 2h",
        "return f(x + h) - f(x - h)": "division by 2h is missing",
        "return (f(x + h) - f(x - h)) / 2 * h": "brackets",
        "return (f(x - h) - f(x + h)) / (2 * h)": "sign is turned",
        "return (f(x + h / 2) - f(x - h / 2)) / h": "a whole h away",
        "h = 1e-5\nreturn (f(x + h) - f(x - h)) / (2 * h)": "the h passed in is not used",
        "h = 1e-16\nreturn (f(x + h) - f(x - h)) / (2 * h)": "the h passed in is not used",
        "return 0.0": "27.04, and 0 came",
        "return (f(x + h) - f(x - h)) // (2 * h)": "not by //",
        "return f(x + h) - f(x - h) / (2 * h)": "slope(f, 3, h=0.2)",
        "return (f(x + h) - f(x - h)) / (2 * 0.2)": "slope(f, 1, h=0.5)",
        "x = np.radians(x) if h < 0.1 else x\nreturn (f(x + h) - f(x - h)) / (2 * h)": "degrees",
        "return abs(f(x + h) - f(x - h)) / (2 * h)": "no abs()",
        "return (f(x + h) + f(x - h)) / (2 * h)": "added",
        "return (f(x + h) - f(x - h)) / (2 * x)": "by 2x",
        "return (f(x + h / 2) - f(x - h / 2)) / (2 * h)": "still by 2h",
        "return (f(x + h) - 2 * f(x) + f(x - h)) / h**2": "second derivative",
        "return ((x + h) ** 2 - (x - h) ** 2) / (2 * h)": "call f",
        "return [f(x - h), f(x + h)]": "array of shape (2,)",
    },
    "product_slope": {
        "return 2 * x * np.sin(x) + x**2 * np.sin(x)": "here sin itself stands",
        "return 2 * x * np.sin(x) * x**2 * np.cos(x)": "are multiplied",
        "return 2 * x * np.sin(x) + np.cos(x)": "has lost its u",
        "return 2 * x * np.sin(x) + x**2 * np.cos(x**2)": "sin x keeps its x",
        "return calclib.derivative(lambda z: z**2 * np.sin(z), x)": "a small h",
        "return calclib.derivative(lambda z: z**2 * np.sin(z), x, method='complex')": "calclib's own derivative",
        "return 2 * x * np.cos(x)": "product of the derivatives",
        "return 2 * x + np.cos(x)": "sum of the derivatives",
        "return 2 * x * np.sin(x)": "uv' is missing",
        "return x**2 * np.cos(x)": "u'v is missing",
        "return 2 * x * np.sin(x) - x**2 * np.cos(x)": "without a minus sign",
        "return x**2 * np.cos(x) - 2 * x * np.sin(x)": "sign turned",
        "return x**2 * np.sin(x)": "function itself",
        "return (lambda f, h: (f(x + h) - f(x)) / h)(lambda z: z**2 * np.sin(z), 1e-6)": "a small h",
        "return (lambda f, h: (f(x + h) - f(x - h)) / (2 * h))(lambda z: z**2 * np.sin(z), 1e-6)": "a small h",
        "return round(2 * x * np.sin(x) + x**2 * np.cos(x), 8)": "a rounded number",
        "return 2 * x * np.sin(x) + x * np.cos(x)": "uv' keeps u",
        "return x * np.sin(x) + x**2 * np.cos(x)": "here it is x.",
        "return 2 * np.sin(x) + x**2 * np.cos(x)": "here it is 2.",
    },
    "quotient_slope": {
        "return np.cos(x) / (2 * x)": "quotient of the derivatives",
        "return (np.cos(x) - np.sin(x) * 2 * x) / x**4": "v is missing",
        "return (np.cos(x) * x**2 - 2 * x) / x**4": "u is missing",
        "return (np.cos(x) * 2 * x - np.sin(x) * x**2) / x**4": "u' goes with v",
        "return (np.sin(x) * x**2 - np.sin(x) * 2 * x) / x**4": "has sin itself",
        "return (np.cos(x) * x**2 - np.cos(x) * 2 * x) / x**4": "here it is cos x",
        "return -np.sin(x) * 2 * x / x**4": "u'v/v² is missing",
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / (2 * x**2)": "not 2x²",
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / np.sin(x) ** 2": "not of sin x",
        "return (np.sin(x) * 2 * x - np.cos(x) * x**2) / x**4": "wrong way round",
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / x**2": "not squared",
        "return (np.cos(x) * x**2 + np.sin(x) * 2 * x) / x**4": "added",
        "return np.cos(x) * x**2 - np.sin(x) * 2 * x / x**4": "brackets",
        "return np.cos(x) * x**2 - np.sin(x) * 2 * x": "denominator is missing",
        "return np.cos(x) * x**2 + np.sin(x) * 2 * x": "slope of the product",
        "return np.cos(x) / x**2": "is to be subtracted",
        "return np.cos(x) / x**2 - np.sin(x) / x**3": "here it is x.",
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / (2 * x) ** 2": "(v')²",
        "return (np.cos(x) * x**2 - np.sin(x) * 2 * x) / 2 * x**2": "multiplies by x²",
        "return (lambda f, h: (f(x + h) - f(x - h)) / (2 * h))(lambda z: np.sin(z) / z**2, 1e-5)": "a small h",
        "return np.sin(x) / x**2": "function itself",
    },
    "horner_pair": {
        "v = s = 0\nwhile coefficients:\n    s, v = s * x + v, v * x + coefficients.pop(0)\nreturn v, s": "changes the",
        "v = s = 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\n    return v, s": "inside the loop",
        "v, s = coefficients[0], 0\nfor c in coefficients[1:]:\n    s, v = s * x + v, v * x + c\n"
        "    return v, s\nreturn v, s": "ends in its first round",
        "return np.polyval(coefficients, x), np.polyval(np.polyder(coefficients), x)": "NumPy's own poly",
        "return calclib.horner(coefficients, x)": "calclib's own horner",
        "v = s = 0\nfor c in coefficients[::-1]:\n    s, v = s * x + v, v * x + c\nreturn v, s": "wrong end",
        "v = s = 0\nfor c in coefficients:\n    v = v * x + c\n    s = s * x + v\nreturn v, s": "update slope first",
        "v, s = coefficients[0], 0\nfor c in coefficients[1:]:\n    v = v * x + c\n    s = s * x + v\n"
        "return v, s": "update slope first",
        "v = s = 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\nreturn s, v": "swapped",
        "v = s = 0\nfor c in coefficients:\n    v = v * x + c\nreturn v, s": "never updated",
        "v = 0\nfor c in coefficients:\n    v = v * x + c\nreturn v, v": "value again",
        "v = s = 0\nfor c in coefficients:\n    s, v = s + v, v * x + c\nreturn v, s": "multiplied by x too",
        "v = s = 0\nfor c in coefficients:\n    s, v = v, v * x + c\nreturn v, s": "slope·x is missing",
        "v = 0\nfor c in coefficients:\n    v = v * x + c\nreturn v": "the value alone",
        "p = np.poly1d(coefficients)\nreturn p(x), p.deriv()(x)": "NumPy's own deriv",
        "v = s = 0\nfor c in coefficients:\n    s, v = s + v * x, v * x + c\nreturn v, s": "not the value",
        "f = np.poly1d(coefficients)\nreturn f(x), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6": "a small h",
        "return ('a', 'b')": "2 numbers should be",
        "return 1, 2, 3": "shape (3,)",
        "v = s = 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\nreturn s": "the slope alone",
        "v, s = 1, 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\nreturn v, s": "begins at 1",
        "v, s = coefficients[0], 0\nfor c in coefficients:\n    s, v = s * x + v, v * x + c\nreturn v, s": "again",
        "v = s = 0\nfor c in coefficients[:-1]:\n    s, v = s * x + v, v * x + c\nreturn v, s": "is left out",
        "v = s = 0\nfor c in coefficients:\n    s, v = s * x + v * x, v * x + c\nreturn v, s": "the slope alone by x",
    },
    "sigmoid_slope": {
        "return 1 / (1 + np.exp(-x))": "sigmoid s itself",
        "return np.exp(-x) / (1 + np.exp(-x))": "square of the denominator is missing",
        "return -np.exp(-x) / (1 + np.exp(-x))**2": "sign is turned",
        "return 1 / (1 + np.exp(-x))**2": "inner derivative",
        "return 1 - 1 / (1 + np.exp(-x))**2": "tanh",
        "s = 1 / (1 + np.exp(-x))\nreturn s * (1 + s)": "not s(1 + s)",
        "s = 1 / (1 + np.exp(-x))\nreturn s - 1": "s is missing",
        "return np.exp(-x) / 1 + np.exp(-x) ** 2": "put 1 + e⁻ˣ in brackets",
        "return x * (1 - x)": "in place of x",
        "s = 1 / (1 + np.exp(-abs(x)))\nreturn s * 1 - s": "in brackets",
        "return 0.25": "elsewhere the sigmoid is flatter",
        "return np.exp(-abs(x)) / (1 + np.exp(-x))**2": "both exponentials are to have |x|",
        "return np.exp(-x) / (1 + np.exp(-abs(x)))**2": "both exponentials are to have x",
        "return np.exp(-x) / (1 + np.exp(-x))**2": "overflows",
        "s = 1 / (1 + np.exp(-x))\nreturn s * (1 - s)": "overflows",
        "s = 1 / (1 + math.exp(-x))\nreturn s * (1 - s)": "overflows",
        "with np.errstate(all='ignore'):\n    return np.exp(-x) / (1 + np.exp(-x))**2": "overflows",
        "return 'a' if abs(x) > 9 else (s := 1 / (1 + np.exp(-x))) * (1 - s)": "where a number",
        "return [0, 0] if abs(x) > 9 else (s := 1 / (1 + np.exp(-x))) * (1 - s)": "array of shape (2,)",
    },
    "chain_slope": {
        "return np.cos(x**2)": "inner derivative, 2x, is forgotten",
        "return 2 * x * np.cos(x)": "its place is the inner value",
        "return np.cos(2 * x)": "went inside cos",
        "return 2 * x * np.sin(x**2)": "sin itself was kept",
        "return -np.sin(x**2) * 2 * x": "here it is -sin",
        "return -2 * x * np.cos(x**2)": "sign is turned",
        "return 2 * x + np.cos(x**2)": "added",
        "return x * np.cos(x**2)": "the 2 of the inner derivative",
        "return 2 * np.sin(x) * np.cos(x)": "(sin x)²",
        "return np.cos(x**2) * x**2": "inner value x²; the inner slope",
        "return np.cos(x)**2 * 2 * x": "the square is taken first",
        "return np.cos(x**2 * 2 * x)": "stands inside cos",
        "return (np.sin((x + 1e-6)**2) - np.sin((x - 1e-6)**2)) / 2e-6": "a small h",
        "return np.sin(x**2)": "function itself",
    },
    "trapezoid_sum": {
        "y = f(np.linspace(a, b, n + 1))\nreturn abs((b - a) / n * (y.sum() - (y[0] + y[-1]) / 2))": "an area below",
        "y = f(np.linspace(a, b, n + 1))\nreturn (b - a) / n * np.abs(y[1:] + y[:-1]).sum() / 2": "a strip below",
        "y = f(np.linspace(a, b, n + 1))\nreturn (b - a) / n * (y[1:] + y[:-1]) / 2": "one by one",
        "y = f(np.linspace(a, b, n + 1))\nreturn (y[1:] + y[:-1]).sum() / 2 / n": "not 1/n",
        "y = f(np.linspace(a, b, n + 1))\nreturn (b - a) / n * (y[:-1] - y[1:]).sum() / 2": "are subtracted",
        "h = (b - a) / n\nreturn sum(h * (f(i * h) + f((i + 1) * h)) / 2 for i in range(n))": "begin at a",
        "y = f(np.linspace(a, b, n + 1))\nreturn (b - a) / n * (y[0] / 2 + y[1:-2].sum() + y[-1] / 2)": "y[1:-1]",
        "x = np.linspace(a, b, n)\ny = f(x)\nreturn (b - a) / n * (y.sum() - (y[0] + y[-1]) / 2)": "cuts n - 1 strips",
        "x = np.linspace(a, b, n + 1)\nreturn np.trapezoid(f(x), x)": "NumPy's own trapezoid",
        "return calclib.integral(f, a, b, n)": "calclib's own integral",
        "y = f(np.linspace(a, b, n + 1))\nreturn y.sum() - (y[0] + y[-1]) / 2": "without the width",
        "h = (b - a) / n\nreturn sum(h * f(a + i * h) for i in range(n))": "left sum",
        "h = (b - a) / n\nreturn sum(h * f(a + i * h) for i in range(1, n + 1))": "right sum",
        "h = (b - a) / n\nreturn sum(h * f(a + (i + 0.5) * h) for i in range(n))": "midpoint sum",
        "x = np.linspace(a, b, n)\nreturn np.trapezoid(f(x), x)": "n strips need n + 1 points",
        "h = (b - a) / n\nreturn h * f(np.linspace(a, b, n + 1)).sum()": "by half",
        "h = (b - a) / n\nreturn h * f(np.linspace(a, b, n + 1)[1:-1]).sum()": "end points are missing",
        "x = np.linspace(a, b, n + 1)\nreturn 2 * np.trapezoid(f(x), x)": "twice too large",
        "y = f(np.linspace(a, b, n + 1))\nreturn (b - a) * (y.sum() - (y[0] + y[-1]) / 2)": "of the whole",
        "return f(np.linspace(a, b, n + 1)).sum()": "multiplied by the width",
        "return f(np.linspace(a, b, n + 1))[:-1].sum()": "left sum, without the width",
        "return f(np.linspace(a, b, n + 1))[1:].sum()": "right sum, without the width",
        "x = np.linspace(b, a, n + 1)\nreturn np.trapezoid(f(x), x)": "sign is turned",
        "return np.mean(f(np.linspace(a, b, n + 1))) * (b - a)": "counts the ends whole",
        "h = (b - a) / n\ny = f(np.arange(a, b, h))\nreturn np.sum((y[:-1] + y[1:]) / 2) * h": "last strip is missing",
        "return (f(a) + f(b)) / 2 * (b - a)": "one trapezoid over the whole",
        "h, s = (b - a) / n, 0\nfor k in range(n):\n    s += f(a + k * h) + f(a + k * h + h) / 2 * h\n"
        "return s": "put their sum in brackets",
    },
    "loss_slope": {
        "price -= b\nreturn 2 * np.mean((w * area - price) * area)": "changes the price that it is given",
        "return np.mean((w * area + b - price) * area)": "2 from the square",
        "return np.mean((w * area + b - price) ** 2 * area)": "squared still, and the 2 is missing",
        "return np.sum((w * area + b - price) * area) / (2 * len(area))": "1/(2·n) stands where 2/n should",
        "return 2 * np.mean((w * area + b - price) ** 2 * area)": "squared still",
        "return 2 * np.mean(w * area + b - price * area)": "put the error in brackets",
        "return 2 * np.mean((area + b - price) * area)": "w is missing",
        "return 2 * np.mean((w * area + b + price) * area)": "price is added",
        "return 2 * np.sum(w * area + b - price)": "slopes in b",
        "return np.mean(2 * (w * area + b - price))": "area, is forgotten",
        "return np.mean(w * area + b - price)": "both missing",
        "return np.mean(2 * (price - w * area - b) * area)": "sign is turned",
        "return np.sum(2 * (w * area + b - price) * area)": "sum",
        "return np.sum((w * area + b - price) * area)": "not the mean, and the 2",
        "return 2 * (w * area + b - price) * area": "one slope for each flat",
        "return np.mean(2 * (w * area + b - price)) * np.mean(area)": "inside the mean",
        "return np.mean((w * area + b - price)**2)": "loss itself",
        "return np.mean(2 * (w * area - price) * area)": "b is left out",
        "return np.sum(2 * (w * area + b - price) * area) / 4": "loss_slope(4.0",
        "return np.mean(2 * (w * area + b - price) * w)": "w is what changes",
        "return np.mean(2 * (w * area + b - price) * area) / len(area)": "divided twice",
        "return 2 * np.mean(w * area + b - price) * area": "the answer is one number",
        "return np.mean(2 * abs(w * area + b - price) * area)": "keep their signs",
        "L = lambda w: np.mean((w * area + b - price) ** 2)\nreturn (L(w + 1e-5) - L(w - 1e-5)) / 2e-5": "a small h",
    },
}


class TestDerivatives(Answers):
    check, FUNCTIONS, RIGHT, WRONG = check, FUNCTIONS, RIGHT, WRONG
    THINGS = [*Answers.THINGS, lambda: 1, np.add]
    SPACE = {"calclib": calclib}

    def test_a_horner_pair_that_needs_two_coefficients_fails_with_its_own_error(self):
        with pytest.raises(IndexError):
            self.answer(
                "horner_pair",
                "v, s = coefficients[0] * x + coefficients[1], coefficients[0]\nfor c in coefficients[2:]:\n"
                "    s, v = s * x + v, v * x + c\nreturn v, s",
            )

    # --- the best step

    @pytest.mark.parametrize("forward", [1e-8, 2e-8, np.float64(5e-8), math.sqrt(np.finfo(float).eps)])
    @pytest.mark.parametrize("central", [2e-6, 5e-6, 1e-5, np.cbrt(np.finfo(float).eps)])
    def test_steps_near_the_bottom_of_the_v_are_a_yes(self, forward, central):
        assert check.best_step(forward, central).state == "yes"

    @pytest.mark.parametrize("rule, place", [(check.forward, 0), (check.central, 1)])
    def test_the_lowest_point_of_a_learners_own_v_curve_is_a_yes(self, rule, place):
        for points in (13, 25, 49, 111, 200):
            steps = np.logspace(-13, -1, points)
            lowest = steps[np.argmin([abs(rule(h) - math.e) for h in steps])]
            given = [1e-8, 5e-6]
            given[place] = lowest
            assert check.best_step(*given).state == "yes", (points, lowest)

    @pytest.mark.parametrize(
        "forward, central, named",
        [
            (1e-11, 5e-6, "forward_h = 1e-11 errs by"),
            (1e-11, 5e-6, "round-off"),
            (1e-5, 5e-6, "truncation"),
            (1e-8, 1e-9, "central_h = 1e-09 errs by"),
            (1e-8, 1e-9, "round-off"),
            (1e-8, 1e-3, "truncation"),
            (5e-6, 1e-8, "swapped"),
            (1e-16, 5e-6, "round-off"),
            (1e300, 5e-6, "truncation"),
            (1e-320, 5e-6, "round-off"),
            (-8, -5, "above zero"),
            (0, 1e-5, "above zero"),
            ("1e-8", 1e-5, "forward_h is '1e-8'"),
            (1e-8, [1e-5], "central_h"),
            (True, 1e-5, "forward_h is True"),
            (float("nan"), 1e-5, "finite"),
            (lambda: 1, 1e-5, "forward_h"),
        ],
    )
    def test_other_steps_are_told_which_error_wins(self, forward, central, named):
        answer = check.best_step(forward, central)
        assert answer.state == "not yet" and named in answer.message

    @pytest.mark.parametrize("given", [(..., ...), (1e-8, ...)])
    def test_steps_still_to_be_chosen_are_not_started(self, given):
        assert check.best_step(*given).state == "not started"


# --- the oracles


def test_the_exact_slope_is_exact_to_rounding():
    for x in (-2.0, 0.0, 0.7):
        assert check.exact_slope(lambda z: np.exp(np.sin(z)), x) == pytest.approx(
            math.exp(math.sin(x)) * math.cos(x), rel=1e-15
        )
