"""Lesson 02: every right answer is a yes, however it is written; every known mistake is named."""

import numpy as np
from answers import Answers

from calclib.checks import gradients as check
from calclib.differences import derivative
from calclib.gradients import directional_derivative, gradient, jacobian

FUNCTIONS = {
    "partials": "x, y",
    "numerical_gradient": "f, p, h=1e-5",
    "slope_along": "f, p, v",
    "stationary_points": "",
    "kind": "f, p",
    "numerical_jacobian": "F, p, h=1e-5",
    "gradient_w": "X, y, w, b",
    "gradient_b": "X, y, w, b",
}

AXES = "g = np.zeros(p.size)\nfor i in range(p.size):\n"
RING = "t = np.linspace(0, 7, 90)\nd = [f(p + 0.01 * np.array([np.cos(a), np.sin(a)])) - f(p) for a in t]\n"
LEVEL = "if np.linalg.norm(gradient(f, p)) > 1e-4:\n    return 'slope'\n"
ENDS = "return 'minimum' if min(d) > 0 else 'maximum' if max(d) < 0 else 'saddle'"
COLUMNS = "return np.array([(F(p + e) - F(p - e)) / (2 * h) for e in h * np.eye(p.size)])"

RIGHT = {
    "partials": [
        "return 2 * x * y, x**2 + 3 * y**2",
        "return [2 * x * y, x * x + 3 * y * y]",
        "return np.array([2 * y * x, x**2 + 3 * y**2])",
    ],
    "numerical_gradient": [
        AXES + "    e = np.zeros(p.size)\n    e[i] = h\n    g[i] = (f(p + e) - f(p - e)) / (2 * h)\nreturn g",
        "return [(f(p + e) - f(p - e)) / (2 * h) for e in h * np.eye(len(p))]",
        AXES
        + "    a, b = p.copy(), p.copy()\n    a[i] += h\n    b[i] -= h\n    g[i] = (f(a) - f(b)) / h / 2\nreturn g",
        AXES + "    x = p[i]\n    p[i] = x + h\n    a = f(p)\n    p[i] = x - h\n    b = f(p)\n    p[i] = x\n"
        "    g[i] = (a - b) / (2 * h)\nreturn g",
        AXES + "    p[i] += h\n    a = f(p)\n    p[i] -= 2 * h\n    b = f(p)\n    p[i] += h\n"
        "    g[i] = (a - b) / (2 * h)\nreturn g",
        "return [derivative(lambda t: f(p + t * e), 0.0, h) for e in np.eye(len(p))]",
        "return np.float32([(f(p + e) - f(p - e)) / (2 * h) for e in h * np.eye(len(p))])",
    ],
    "slope_along": [
        "return gradient(f, p) @ (v / np.linalg.norm(v))",
        "return np.dot(gradient(f, p), v) / np.sqrt(np.sum(v**2))",
        "u = v / math.hypot(*v)\nreturn (f(p + 1e-6 * u) - f(p - 1e-6 * u)) / 2e-6",
    ],
    "stationary_points": [
        "return [(1, 2), (1, -2), (-1, 2), (-1, -2)]",
        "return np.array([[x, y] for x in (-1, 1) for y in (-2, 2)])",
        "return {(x, y) for x in (-1, 1) for y in (-2, 2)}",
        "return ((x, y) for x in (-1, 1) for y in (-2, 2))",
        "return zip([1, 1, -1, -1], [2, -2, 2, -2])",
        "return frozenset((x, y * (1 + 1e-7)) for x in (-1, 1) for y in (-2, 2))",
        "return {(x, y) for x in (-1, 1) for y in (-2, 2)} and ((-1.0, 2), (-1, -2.0), (1, 2), (1, -2), (1, 2))",
    ],
    "kind": [
        LEVEL + RING + ENDS,
        LEVEL + RING + ENDS.replace("'saddle'", "'Saddle'"),
        LEVEL
        + "t = np.linspace(0, 7, 90)\nd = f(p[:, None] + 0.01 * np.array([np.cos(t), np.sin(t)])) - f(p)\n"
        + ENDS,
        LEVEL + "H = jacobian(lambda q: gradient(f, q, 1e-3), p, 1e-3)\nd = np.linalg.eigvalsh((H + H.T) / 2)\n" + ENDS,
    ],
    "numerical_jacobian": [
        COLUMNS + ".T",
        "J = np.zeros((len(F(p)), len(p)))\nfor j in range(len(p)):\n    e = np.zeros(len(p))\n    e[j] = h\n"
        "    J[:, j] = (F(p + e) - F(p - e)) / (2 * h)\nreturn J",
        "return [[(F(p + e)[i] - F(p - e)[i]) / 2 / h for e in h * np.eye(len(p))] for i in range(len(F(p)))]",
        "return np.array([gradient(lambda q: F(q)[i], p, h) for i in range(len(F(p)))])",
    ],
    "gradient_w": [
        "return 2 / len(y) * X.T @ (X @ w + b - y)",
        "return 2 * np.mean(X * (X @ w + b - y)[:, None], axis=0)",
        "return [2 * np.mean((X @ w + b - y) * column) for column in X.T]",
        "return np.float32(2 / len(y) * X.T @ (X @ w + b - y))",
    ],
    "gradient_b": [
        "return 2 * np.mean(X @ w + b - y)",
        "return 2 / len(y) * (X @ w + b - y).sum()",
        "return sum(2 * (row @ w + b - t) for row, t in zip(X, y)) / len(y)",
    ],
}

WRONG = {
    "partials": {
        "return 2 * x * y + y**3, x**2 * y + 3 * y**2": "keeps the other term",
        "return 2 * x * y, x**2 + 3 * x**2": "not 3x²",
        "return 2 * x * y": "first slope alone",
        "return x**2 * y + y**3": "f itself",
        "return 2 * x * y + y**3, x**2 + 3 * y**2": "y³ is a constant there and its slope is 0",
        "return 2 * x * y + 3 * y**2, x**2": "belongs to the second one",
        "return x * y, x**2 + 3 * y**2": "the 2 is missing",
        "return 2 * y, x**2 + 3 * y**2": "the x is lost",
        "return 2 * x, 3 * y**2": "a factor that is held stays",
        "return 2 * x * y, x**2 + 3 * y": "here it is 3y",
        "return x**2 + 3 * y**2, 2 * x * y": "wrong variable",
        "return 2 * x * y + 3 * y**2, x**2 + 3 * y**2": "y³ is a constant there",
        "return 2 * x * y, 2 * x * y + 3 * y**2": "its slope along y is x²",
        "return 2 * x * y, 2 * x + 3 * y**2": "does not come in",
        "return 2 * x * y, 3 * y**2": "which is missing",
        "return 2 * x, x**2 + 3 * y**2": "a factor that is held",
        "s = 2 * x * y + x**2 + 3 * y**2\nreturn s, s": "both variables moved",
        "return 2 * x * y, x**2 + y**2": "here it is y²",
        "return 2 * x * y, x**2 + y**3": "is kept",
        "return 2 * x * y + x**2 + 3 * y**2": "added up",
        "return 2 * x * y, x**2 + 2 * y": "2y would be that of y²",
        "return 2 * x * y, x**2 * y + 3 * y**2": "the whole term is kept",
        "return gradient(lambda p: p[0]**2 * p[1] + p[1]**3, [x, y])": "calclib's own gradient",
        "return 2 * x * y, x**2 + 3 * y**2, 0": "shape (3,)",
        "return 0, 0": "should be",
    },
    "numerical_gradient": {
        "q, g = p.copy(), np.zeros(p.size)\nfor i in range(p.size):\n    q[i] += h\n"
        "    a = f(q)\n    q[i] -= 2 * h\n    g[i] = (a - f(q)) / (2 * h)\nreturn g": "stays at p - h",
        "g = np.zeros(p.size)\nfor i in range(2):\n"
        "    e = h * np.eye(p.size)[i]\n    g[i] = (f(p + e) - f(p - e)) / (2 * h)\nreturn g": "first two entries",
        "return [abs(f(p + e) - f(p - e)) / (2 * h) for e in h * np.eye(p.size)]": "no abs()",
        "g = np.array([0] * p.size)\nfor i, e in enumerate(h * np.eye(p.size)):\n"
        "    g[i] = (f(p + e) - f(p - e)) / (2 * h)\nreturn g": "whole numbers",
        "return [(f(p + e) - f(p - e)) / (2 * h) for e in np.eye(p.size)]": "moves by h",
        "return (f(p + h) - f(p - h)) / (2 * h)": "one number came",
        "for e in h * np.eye(p.size):\n    g = (f(p + e) - f(p - e)) / (2 * h)\nreturn g": "g[i] = …",
        "return [(f(p + e) - f(p)) / h for e in h * np.eye(len(p))]": "forward differences",
        "return [(f(p) - f(p - e)) / h for e in h * np.eye(len(p))]": "backward differences",
        "return [(f(p + e) - f(p - e)) / h for e in h * np.eye(len(p))]": "2 in 2h",
        "return [(f(p + e) - f(p - e)) / 2 * h for e in h * np.eye(len(p))]": "brackets",
        "return [f(p + e) - f(p - e) for e in h * np.eye(len(p))]": "division by 2h",
        "return [(f(p - e) - f(p + e)) / (2 * h) for e in h * np.eye(len(p))]": "sign is turned",
        "return [(f(p + h) - f(p - h)) / (2 * h)] * len(p)": "all coordinates moved",
        "return [(f(p + h) - f(p - h)) / (2 * h) for i in p]": "all coordinates moved",
        AXES + "    p[i] += h\n    g[i] = f(p)\nreturn g": "changes the p",
        "q = p.copy()\n" + AXES + "    q[i] += h\n    g[i] = (f(q) - f(p)) / h\nreturn g": "stayed moved",
        "e = np.zeros(len(p))\ne[0] = h\nreturn [(f(p + e) - f(p - e)) / (2 * h)] * len(p)": "for every entry",
        "e = np.zeros(len(p))\ne[0] = h\nreturn (f(p + e) - f(p - e)) / (2 * h)": "first axis alone; the",
        "return gradient(f, p, h).sum()": "added into one number",
        "return np.linalg.norm(gradient(f, p, h))": "length of the gradient",
        "g = gradient(f, p, h)\nreturn g / np.linalg.norm(g)": "this has length 1",
        "return gradient(f, p[:2], h)": "3 numbers should be",
        "return gradient(f, p, h)": "by calclib's own gradient",
        "return jacobian(lambda q: [f(q)], p, h)[0]": "by calclib's own jacobian",
        "return gradient(f, p)": "the h passed in is not used",
        "e = np.zeros(p.size)\n" + AXES + "    e[i] = h\n    g[i] = (f(p + e) - f(p - e)) / (2 * h)\nreturn g": "zeros",
        AXES
        + "    e = np.eye(p.size)[i] * h\n    g[i] = (f(p + e) - f(p - e)) / (2 * h)\n    return g": "inside the loop",
        "return [f(p + e) - f(p - e) / (2 * h) for e in h * np.eye(len(p))]": "only f(p - h) is divided",
        "return np.gradient(f(p))": "should be",
        AXES + "    a = p\n    b = p\n    a[i] += h\n    b[i] -= h\n"
        "    g[i] = (f(a) - f(b)) / (2 * h)\nreturn g": "is no copy",
    },
    "slope_along": {
        "return gradient(f, v) @ p / np.linalg.norm(v)": "multiplied by p",
        "return f(p + v) - f(p)": "the whole step v",
        "v /= np.linalg.norm(v)\nreturn sum(gradient(f, p) * v)": "changes the v that it is given",
        "g = gradient(f, p)\nreturn g @ v / np.linalg.norm(g)": "it is v that is made a unit vector",
        "return gradient(f, v) @ v / np.linalg.norm(v)": "the gradient is taken at v",
        "return gradient(f, v) @ p / np.linalg.norm(p)": "p and v are exchanged",
        "return gradient(f, p) @ v": "not normalised",
        "return (f(p + 1e-6 * v) - f(p - 1e-6 * v)) / 2e-6": "not normalised",
        "return gradient(f, p) @ v / (v @ v)": "square of its length",
        "return gradient(f, p) @ v / len(v)": "len(v) counts",
        "return gradient(f, p) @ v / np.abs(v).max()": "largest entry",
        "return f(p + v / np.linalg.norm(v)) - f(p)": "a whole step",
        "return directional_derivative(f, p, v)": "calclib's own directional_derivative",
        "g = gradient(f, p)\nreturn g[0] * v[1] - g[1] * v[0]": "came.",
        "return gradient(f, p) @ v / sum(v)": "sum of its entries",
        "return gradient(f, p) @ v / np.abs(v).sum()": "root of the sum of squares",
        "return np.linalg.norm(gradient(f, p))": "steepest slope of all",
        "g = gradient(f, p)\nreturn g @ v / np.linalg.norm(v) / np.linalg.norm(g)": "cosine of the angle alone",
        "return -gradient(f, p) @ v / np.linalg.norm(v)": "sign is turned",
        "return gradient(f, p) * v / np.linalg.norm(v)": "not added up: a slope",
        "return gradient(f, p) * v": "not added up, and v",
        "return gradient(f, p)": "this is the gradient",
        "return abs(gradient(f, p) @ v / np.linalg.norm(v))": "downhill it is negative",
    },
    "stationary_points": {
        "return [(1, 2)]": "1 of 4 found",
        "return (1, 2)": "1 of 4 found",
        "return [(1, 2), (-1, -2)]": "each x goes with each y",
        "return [(1, 2), (1, 2), (-1, -2), (-1, -2)]": "2 of 4 found",
        "return [(2, 1), (-2, -1)]": "swapped",
        "return [(0, 0)]": "both slopes must be zero",
        "return [(1, 2), (1, -2), (-1, 2), (-1, 2.1)]": "At (-1, 2.1)",
        "return [(1, 4), (-1, -4)]": "y is its root",
        "return [1, 2, 3]": "list of points",
        "return [[1, -1], [2, -2]]": "the x and then the y",
        "return [('1', '2'), ('1', '-2'), ('-1', '2'), ('-1', '-2')]": "list of points",
        "return [(10**400, 2)]": "list of points",
        "return []": "list of points",
        "return 'minimum'": "list of points",
    },
    "kind": {
        "return 'saddle point'": "'minimum', 'maximum', 'saddle' or 'slope' should be",
        "return 'minimum'": "gradient is not zero there",
        LEVEL + "return 'minimum'": "does not make a minimum: around it",
        LEVEL + RING + "return 'minimum' if min(d) > 0 else 'maximum'": "x² − y²",
        LEVEL + "d = [f(p + 0.01 * e) - f(p) for e in (*np.eye(2), *-np.eye(2))]\n" + ENDS: "along the diagonal",
        LEVEL + RING.replace(" - f(p)", "") + ENDS: "height at the point itself",
        LEVEL.replace("np.linalg.norm(gradient(f, p))", "max(gradient(f, p))")
        + RING
        + ENDS: "the length of the gradient",
        LEVEL + RING.replace("0.01 * ", "") + ENDS: "on a small circle",
        LEVEL + RING.replace("f(p + ", "f(") + ENDS: "p plus a step",
        LEVEL.replace("> 1e-4", "!= 0") + RING + ENDS: "never exactly zero",
        LEVEL.replace("> 1e-4", "< 1e-4") + RING + ENDS: "a comparison turned round",
        LEVEL + RING + ENDS.replace("'saddle'", "'slope'"): "x² − y² at (0, 0) has a saddle, and 'slope' came",
        "return 'slope'": "flat ground, whose gradient is exactly zero",
        LEVEL.replace("np.linalg.norm(gradient(f, p))", "abs(gradient(f, p)[0])") + RING + ENDS: "both of its numbers",
        LEVEL.replace("np.linalg.norm(gradient(f, p))", "abs(sum(gradient(f, p)))") + RING + ENDS: "in a sum",
        LEVEL.replace("> 1e-4", "> 1") + RING + ENDS: "allow less",
        LEVEL.replace("> 1e-4", "> 1e-2") + RING + ENDS: "longer than 1e-4",
        LEVEL + RING.replace("0, 7, 90", "0, np.pi, 60") + ENDS: "the whole way around",
        LEVEL
        + "d = [f(p + 0.01 * np.array(e)) - f(p) for e in ((1, 1), (1, -1), (-1, 1), (-1, -1))]\n"
        + ENDS: "saddle",
        LEVEL + RING.replace("0, 7, 90", "0, 2 * np.pi, 4") + ENDS: "look all around",
        LEVEL + RING + ENDS.replace("saddle", "pass"): "kind returns 'pass', where",
        "return 3": "'minimum', 'maximum', 'saddle' or 'slope' should be",
        "return [1, 2]": "'minimum', 'maximum', 'saddle' or 'slope' should be",
    },
    "numerical_jacobian": {
        "for e in h * np.eye(p.size):\n    return ((F(p + e) - F(p - e)) / (2 * h))[:, None]": "inside the loop",
        "return np.array([(F(p + e) - F(p - e)) / (2 * h) for e in h * np.eye(p.size)[:2]]).T": "first two inputs",
        COLUMNS: "transpose",
        "return np.array([(F(p + e) - F(p)) / h for e in h * np.eye(2)]).T": "forward differences;",
        "return np.array([(F(p + e) - F(p)) / h for e in h * np.eye(2)])": "forward differences, and transposed",
        COLUMNS.replace("(2 * h)", "h") + ".T": "2 in 2h",
        COLUMNS.replace("(2 * h)", "h"): "twice too large, and transposed",
        "return -jacobian(F, p, h)": "sign is turned",
        "return 2 * h * jacobian(F, p, h)": "division by 2h",
        "return jacobian(F, p, h).sum(axis=0)": "row for each",
        "return jacobian(F, p, h).sum(axis=1)": "column for each",
        "return jacobian(F, p, h)[:, 0]": "first column alone",
        "return jacobian(F, p, h)[0]": "first row alone",
        "p += h\nreturn jacobian(F, p, h)": "changes the p",
        "return jacobian(F, p, h)": "by calclib's own jacobian",
        "return jacobian(F, p)": "the h passed in is not used",
        COLUMNS.replace("(2 * h)", "2 * h") + ".T": "2 * h in brackets",
        COLUMNS.replace("(2 * h)", "2 * h"): "and outputs belong to rows",
        "return (F(p + h) - F(p - h)) / (2 * h)": "all inputs moved at once",
    },
    "gradient_w": {
        "return 2 / len(y) * X.T @ (X @ w + b + y)": "y is added",
        "return 2 * np.mean(X @ w + b - y) * w": "not w",
        "return 2 * np.mean((X @ w + b - y)[:, None] * X)": "axis=0",
        "return 2 * (X @ w + b - y)[:, None] * X": "not yet their mean",
        "return 2 * np.mean(X @ w + b - y) * X.mean(axis=0)": "multiply first",
        "return 2 / len(y) * X.T @ (X @ w)": "Xw alone",
        "return 2 / len(y) * X.T @ (X @ w - y) + b": "b belongs",
        "X *= 2\nreturn X.T @ (X @ w / 2 + b - y) / y.size": "changes the X that it is given",
        "return 2 / X.size * X.T @ (X @ w + b - y)": "divided by X.size",
        "return 2 / len(y) * X.T * (X @ w + b - y)": "multiplies entry by entry",
        "return 2 / len(y) * X.T @ np.abs(X @ w + b - y)": "no abs()",
        "return X.T @ (X @ w + b - y) / (2 * len(y))": "1/(2m) stands where 2/m",
        "return w - 2 / len(y) * X.T @ (X @ w + b - y)": "w after a step of descent",
        "return X.T @ (X @ w + b - y) / len(y)": "2 from the square is missing",
        "return 2 * X.T @ (X @ w + b - y)": "1/m of the mean is missing",
        "return X.T @ (X @ w + b - y)": "both missing",
        "return 2 / len(y) * X.T @ (y - X @ w - b)": "sign is turned",
        "return -2 / len(y) * X.T @ (X @ w + b - y)": "sign is turned",
        "return 2 / len(y) * X.T @ (X @ w + b - y) ** 2": "errors are squared",
        "return 2 * np.mean(X * (X @ w + b - y), axis=0)": "multiplies columns",
        "return gradient(lambda w: np.mean((X @ w + b - y) ** 2), w)": "calclib's own gradient",
        "return 2 / len(y) * X.T @ (X @ w - y)": "b is left out",
        "return 2 / len(w) * X.T @ (X @ w + b - y)": "over the features",
        "return 2 / len(y) * X * (X @ w + b - y)[:, None]": "not yet added up",
        "return 2 * np.mean(X @ w + b - y)": "slope in b",
        "return np.mean((X @ w + b - y) ** 2)": "loss itself",
        "return sum(2 / len(y) * X.T @ (X @ w + b - y))": "shape of w",
        "return 2 / len(y) * (X @ w + b - y)": "Xᵀ is missing",
        "return 2 / len(y) * X @ (X @ w + b - y)": "X is to be transposed: each",
        "return X @ (X @ w + b - y)": "transposed, and the 2/m",
    },
    "gradient_b": {
        "return 2 * np.mean(X @ w + b + y)": "y is added",
        "return 2 * np.mean(X.T @ (X @ w + b - y))": "no X",
        "return 2 * b": "slope of b²",
        "return 2 * np.mean((X @ w + b - y) ** 2)": "the errors are squared",
        "return 2 / len(w) * np.sum(X @ w + b - y)": "the mean is over the features",
        "return b - 2 * np.mean(X @ w + b - y)": "b after a step of descent",
        "return np.mean(X @ w + b - y)": "2 from the square is missing",
        "return 2 * np.sum(X @ w + b - y)": "1/m of the mean is missing",
        "return np.sum(X @ w + b - y)": "both missing",
        "return 2 * np.mean(y - X @ w - b)": "sign is turned",
        "return 2 * np.mean(X @ w - y)": "b is left out",
        "return 2 * (X @ w + b - y)": "one slope for each row",
        "return 2 / len(y) * X.T @ (X @ w + b - y)": "carries no X",
        "return np.mean((X @ w + b - y) ** 2)": "loss itself",
        "return 2 * b * np.mean(X @ w + b - y)": "inner derivative in b is 1",
        "return 1": "and 1 came.",
        "return 2 * np.mean(abs(X @ w + b - y))": "no abs()",
        "return np.sum(X @ w + b - y) / (2 * len(y))": "1/(2m) stands where 2/m",
        "return derivative(lambda b: np.mean((X @ w + b - y) ** 2), b)": "calclib's own derivative",
    },
}


class TestGradients(Answers):
    check, FUNCTIONS, RIGHT, WRONG = check, FUNCTIONS, RIGHT, WRONG
    SPACE = {f.__name__: f for f in (derivative, directional_derivative, gradient, jacobian)}
    KINDS = [*Answers.KINDS, "[[1, 2], [3]]", "f'{1}'"]
    THINGS = [*Answers.THINGS, np.add]
