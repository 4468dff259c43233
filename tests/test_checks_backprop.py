"""Lesson 06: right answers are a yes, however they are written; known mistakes are named; no cheat gets through."""

from types import SimpleNamespace

import numpy as np
import pytest
from answers import Answers

from calclib import Network, adam, differences, gradient_check, gradients, train
from calclib.checks import backprop, networks, repairs
from calclib.layers import dense, dense_backward, mse, softmax
from calclib.layers import softmax_cross_entropy as cross_entropy

LAYERS = "layers, X, y, lr"
FUNCTIONS = {
    "forward": "layers, X",
    "mse_gradient": "output, y",
    "softmax_gradient": "scores, labels",
    "layer_backward": "dh, a, W, z",
    "largest_error": "loss, g, theta",
    "fit": "layers, X, y",
    "mended_a": LAYERS,
    "mended_b": LAYERS,
    "mended_e": LAYERS,
    "mended_c": LAYERS,
    "mended_d": LAYERS,
    "mended_f": LAYERS,
}


def slope(z):
    return 1 - np.tanh(z) ** 2


def taped(layers, X):
    """The outputs and the tape, as the lesson builds them."""
    a, tape, (*hidden, (W_out, b_out)) = X, [], layers
    for W, b in hidden:
        z = dense(a, W, b)
        tape.append((a, W, z))
        a = np.tanh(z)
    tape.append((a, W_out))
    return dense(a, W_out, b_out), tape


def own_backward(dz, a):
    return a.T @ dz, dz.sum(axis=0)


def moved(layers, parts, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(layers, parts, strict=True)]


STEP = """output, tape = taped(layers, X)
*hidden, (a, W_above) = tape
_, dz = mse(output, y)
parts = [dense_backward(dz, a)]
for a, W, z in reversed(hidden):
    dz = dz @ W_above.T * slope(z)
    parts = [dense_backward(dz, a), *parts]
    W_above = W
return moved(layers, parts, lr)"""
LOOP = """a, layers = [X], list(layers)
for W, b in layers[:-1]:
    a.append(np.tanh(a[-1] @ W + b))
dz = 2 * (a[-1] @ layers[-1][0] + layers[-1][1] - y) / y.size
for k in range(len(layers) - 1, -1, -1):
    W, b = layers[k]
    dW, db = a[k].T @ dz, dz.sum(axis=0)
    dz = (dz @ W.T) * (1 - a[k] ** 2)
    layers[k] = W - lr * dW, b - lr * db
return layers"""
IN_PLACE = """output, tape = taped(layers, X)
dz = 2 * (output - y)
dz /= y.size
for k in range(len(layers) - 1, -1, -1):
    W, b = layers[k]
    below = dz.dot(W.T)
    W -= lr * np.einsum('ni,nj->ij', tape[k][0], dz)
    b -= lr * np.add.reduce(dz)
    if k:
        dz = np.multiply(below, slope(tape[k - 1][2]), out=below)
return layers"""
ROWS = """total = [(0 * W, 0 * b) for W, b in layers]
for x, t in zip(X, y):
    a = [x]
    for W, b in layers[:-1]:
        a.append(np.tanh(a[-1].dot(W) + b))
    W, b = layers[-1]
    d = 2 * (a[-1].dot(W) + b - t) / y.size
    for k in range(len(layers) - 1, -1, -1):
        W, b = layers[k]
        total[k] = total[k][0] + np.outer(a[k], d), total[k][1] + d
        d = W.dot(d) * (1 - a[k] ** 2)
return [[W - lr * dW, b - lr * db] for (W, b), (dW, db) in zip(layers, total)]"""
COURSE = """net = Network(len(layers[0][0]), *(len(b) for _, b in layers), activation='tanh', loss='mse')
theta = np.concatenate([p.ravel() for layer in layers for p in layer])
return net.unpack(theta - lr * net.loss_and_gradient(theta, X, y)[1])"""
LISTS = STEP.replace(
    "return moved(layers, parts, lr)", "return [(W.tolist(), b.tolist()) for W, b in moved(layers, parts, lr)]"
)
HELPED = """output, tape = taped(layers, X)
*hidden, (a, W_above) = tape
_, dz = mse(output, y)
parts = [dense_backward(dz, a)]
def step(dz, W_above, z, a):
    dz = dz @ W_above.T * slope(z)
    return dz, dense_backward(dz, a)
for a, W, z in reversed(hidden):
    dz, part = step(dz, W_above, z, a)
    parts = [part, *parts]
    W_above = W
return moved(layers, parts, lr)"""
RIGHT_STEPS = [STEP, LOOP, IN_PLACE, ROWS, LISTS]

DIFFERENCES = """shapes = [p.shape for layer in layers for p in layer]
theta = np.concatenate([p.ravel() for layer in layers for p in layer])
cuts = np.cumsum([np.prod(s) for s in shapes])[:-1]
def unpack(theta):
    parts = [p.reshape(s) for p, s in zip(np.split(theta, cuts), shapes)]
    return list(zip(parts[::2], parts[1::2]))
X = STRIP(X)
return unpack(theta - lr * gradient(lambda t: np.mean((taped(unpack(t), X)[0] - y) ** 2), theta, method=METHOD))"""


def differences_by(method, strip="np.asanyarray"):
    return DIFFERENCES.replace("METHOD", repr(method)).replace("STRIP", strip)


WRONG_STEPS = {
    STEP.replace("slope(z)", "slope(np.tanh(z))"): "still taken at the activation",
    STEP.replace(" * slope(z)", ""): "slope of tanh is forgotten",
    STEP.replace("slope(z)", "slope(a)"): "taken at the layer's input",
    STEP.replace("slope(z)", "(1 - z**2)"): "no slope of tanh",
    STEP.replace("slope(z)", "(1 - np.tanh(z))"): "the square is missing",
    STEP.replace("slope(z)", "np.tanh(z)"): "tanh z is the value",
    STEP.replace("slope(z)", "(1 - slope(z) ** 2)"): "is 1 − tanh² already",
    STEP.replace("W_above.T", "W_above"): "W turned",
    STEP.replace("dz @ W_above.T * slope(z)", "(dz * slope(z)) @ W_above.T"): "comes after Wᵀ",
    STEP.replace("    W_above = W\n", ""): "stays the last layer's",
    STEP.replace("moved(layers, parts, lr)", "parts"): "these are the gradients",
    STEP.replace("slope(z)", "slope(z) ** 2"): "(W₄, b₄ agree)",
    "return step(layers, X, y, lr)": "right, by step, which",
    "return mended_g(layers, X, y, lr)": "right, by mended_g, which",
    STEP.replace(
        "return moved(layers, parts,", "return moved(layers, [*parts[-2::-1], parts[-1]],"
    ): "still stand from the last",
    STEP.replace("/ 1", "").replace("mse(output, y)\n", "mse(output, y)\ndz = dz / 2\n"): "2 from the square is lost",
    STEP.replace("mse(output, y)\n", "mse(output, y)\ndz = dz / len(X)\n"): "averaged twice",
    STEP.replace("mse(output, y)\n", "mse(output, y)\ndz = dz * y.size\n"): "not averaged",
    STEP.replace("mse(output, y)\n", "mse(output, y)\ndz = dz * len(X)\n"): "not averaged over the rows",
    STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.sum(axis=1, keepdims=True))"): "over the right axis",
    STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.sum())"): "over both axes",
    STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.mean(axis=0))"): "they are sums",
    STEP.replace("parts, lr)", "parts, -lr)"): "goes up",
    STEP.replace("parts, lr)", "parts, 1)"): "α is missing",
    "return layers": "nothing has moved",
    "return layers[:-1]": "4 pairs (W, b) should be",
    "return list(layers) * 3": "a list, 12 long",
    "return [W for W, b in layers]": "pairs (W, b) should be",
    "return [(W, 'much') for W, b in layers]": "no arrays of numbers",
    "return [(W + 1, b) for W, b in layers]": "by differences the gradient of W₁",
    LOOP.replace(
        "\n    dz = (dz @ W.T)", "\n    layers[k] = W - lr * dW, b - lr * db\n    dz = (dz @ layers[k][0].T)"
    ): ("weights that have moved already"),
    STEP.replace(
        "output, tape = taped(layers, X)", "output, tape = taped(layers, X)\ntape = kept.setdefault(X.shape, tape)"
    ): ("what is kept between the calls"),
    STEP.replace("output, tape = taped(layers, X)", "output, tape = kept.setdefault(str(X), taped(layers, X))"): (
        "what is kept between the calls"
    ),
    differences_by("central"): "these are differences",
    differences_by("richardson"): "these are differences",
    differences_by("complex"): "these are differences",
    differences_by("central", "np.asarray"): "are these differences?",
    differences_by("richardson", "np.asarray"): "are these differences?",
    COURSE: "by calclib's own loss_and_gradient",
    "if X.shape == (33, 1):\n    return layers\n" + STEP: "passes the check, and yet",
}

ERROR = """n = np.zeros_like(theta)
for k in range(len(theta)):
    e = np.zeros_like(theta)
    e[k] = {h}
    n[k] = {formula}
return {error}"""
CENTRAL = "(loss(theta + e) - loss(theta - e)) / (2 * {h})"
RELATIVE = "np.max(np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))"


def error(h="1e-5", formula=CENTRAL, error=RELATIVE):
    return ERROR.format(h=h, formula=formula.format(h=h), error=error)


FIT = """for _ in range({steps}):
    layers = step(layers, X, y, {lr})
return layers"""

TANH = """for W, b in layers[:-1]:
    X = np.tanh({})
W, b = layers[-1]
return X @ W + b"""
SLOPED = "dz = dh * (1 - np.tanh(z) ** 2)\nreturn {}, {}, {}"
PARTS = "a.T @ dz", "dz.sum(axis=0)", "dz @ W.T"

RIGHT = {
    "forward": [
        TANH.format("X @ W + b"),
        "return taped(layers, X)[0]",
        "a = X\nfor W, b in layers:\n    z = a.dot(W) + b\n    a = np.tanh(z)\nreturn z",
        "if len(layers) == 1:\n    return X @ layers[0][0] + layers[0][1]\n"
        "return forward(layers[1:], np.tanh(X @ layers[0][0] + layers[0][1]))",
    ],
    "mse_gradient": [
        "return 2 * (output - y) / y.size",
        "return (2 * (output - y) / y.size).tolist()",
        "n, k = output.shape\nreturn (output - y) * (2 / n / k)",
    ],
    "softmax_gradient": [
        "p = softmax(scores)\np[np.arange(len(p)), labels] -= 1\nreturn p / len(p)",
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(labels)",
        "e = np.exp(scores - scores.max(axis=1, keepdims=True))\np = e / e.sum(axis=1)[:, None]\n"
        "return [[(p[i, j] - (j == labels[i])) / len(p) for j in range(len(p[0]))] for i in range(len(p))]",
    ],
    "layer_backward": [
        SLOPED.format(*PARTS),
        "dz = dh / np.cosh(z) ** 2\nreturn [a.T.dot(dz), np.ones(len(dz)).dot(dz), dz.dot(W.T)]",
        "dz = dh * slope(z)\nreturn *own_backward(dz, a), np.einsum('nk,mk->nm', dz, W)",
    ],
    "largest_error": [
        error(),
        error(h="1e-6"),
        error(
            formula="(8 * loss(theta + e) - 8 * loss(theta - e) - loss(theta + 2 * e) + loss(theta - 2 * e)) / 12e-4",
            h="1e-4",
        ),
        error(h="1e-4", error="max(abs(a - b) / max(abs(a), abs(b), 1e-9) for a, b in zip(g, n))"),
        "n = np.array([(loss(theta + 1e-5 * e) - loss(theta - 1e-5 * e)) / 2e-5 for e in np.eye(len(theta))])\n"
        "bottom = np.maximum(np.abs(g), np.abs(n))\n"
        "return float(np.where(bottom > 0, np.abs(g - n) / np.where(bottom > 0, bottom, 1), 0).max())",
        "n = gradient(loss, theta)\nreturn " + RELATIVE,
        "worst = 0\nfor k in range(len(theta)):\n    kept = theta[k]\n    theta[k] = kept + 1e-5\n"
        "    up = loss(theta)\n    theta[k] = kept - 1e-5\n    n = (up - loss(theta)) / 2e-5\n    theta[k] = kept\n"
        "    worst = max(worst, abs(g[k] - n) / max(abs(g[k]), abs(n), 1e-12))\nreturn worst",
        "worst, p = 0, theta.copy()\nfor k in range(len(p)):\n    p[k] += 1e-5\n    up = loss(p)\n    p[k] -= 2e-5\n"
        "    n = (up - loss(p)) / 2e-5\n    p[k] += 1e-5\n"
        "    worst = max(worst, abs(g[k] - n) / max(abs(g[k]), abs(n), 1e-12))\nreturn worst",
    ],
    "mended_a": RIGHT_STEPS,
    "mended_b": [*RIGHT_STEPS[:2], HELPED],
    "mended_e": RIGHT_STEPS[1:3],
    "mended_c": RIGHT_STEPS[1:4],
    "mended_d": [STEP, "return patient(layers, X, y, lr)"],
    "mended_f": [
        STEP.replace("tape = taped(layers, X)", "tape = taped(layers, X)\nkept.clear()\nkept[0] = tape"),
        LISTS,
    ],
    "fit": [FIT.format(steps=3000, lr=0.1), FIT.format(steps=1500, lr=0.2)],
}

WRONG = {
    "forward": {
        "a = X\nfor W, b in layers[:-1]:\n    a = np.tanh(a @ W + b)\nreturn a @ W + b": "those of the layer before",
        "for W, b in layers:\n    X = np.tanh(X @ W + b)\nreturn X": "the last layer has no tanh",
        "for W, b in layers[:-1]:\n    X = np.tanh(X @ W + b)\nreturn X": "last layer is missing",
        TANH.format("X @ W + b").replace("np.tanh", ""): "tanh is missing",
        "for W, b in layers:\n    X = np.tanh(X) @ W + b\nreturn X": "tanh is taken before",
        TANH.format("X @ W").replace("W + b", "W"): "biases are missing",
        "for W, b in layers:\n    return np.tanh(X @ W + b)": "inside the loop",
        TANH.format("X @ W.T + b").replace("X @ W + b", "X @ W.T + b"): "W is transposed",
        "return X": "should be",
        "return X, X": "is a tuple of 2 arrays",
        "for W, b in layers[:-1]:\n    X = np.tanh(W @ X + b)\nW, b = layers[-1]\nreturn W @ X + b": "as examples",
        TANH.format("X @ W + b").replace("return X @ W + b", "return X @ W"): "last layer's bias",
        TANH.format("X @ W) + (b"): "stands inside",
        TANH.format("X @ W + b").replace("[:-1]", ""): "the loop ends before it",
        TANH.format("X @ (W + b)"): "b is added to W",
        TANH.format("X @ W - b"): "b is subtracted",
        TANH.format("X @ W + b").replace("[:-1]", "[-2::-1]"): "from the last to the first",
        TANH.format("X @ W + b").replace("np.tanh", "").replace("return X @ W + b", "return np.tanh(X @ W + b)"): (
            "comes once, at the end"
        ),
        TANH.format("X @ W + b").replace("np.tanh(X @ W + b)", "np.maximum(X @ W + b, 0)"): "this is ReLU",
        TANH.format("X @ W + b").replace("return X", "return np.tanh(X)"): "once more before the last",
        TANH.format("X @ W + b").replace("np.tanh(X @ W + b)", "1 - np.tanh(X @ W + b) ** 2"): "the slope of tanh",
        TANH.format("X @ W + b").replace("np.tanh(X @ W + b)", "1 / (1 + np.exp(-(X @ W + b)))"): "sigmoid",
        TANH.format("W @ X + b").replace("X @ W", "W @ X"): "W @ a takes columns",
        TANH.format("X * W + b").replace("X @ W", "X * W"): "multiplies entry by entry",
        TANH.format("X @ W + b").replace("X = ", "a = "): "the last layer is given X",
        TANH.format("X @ W + b").replace("X = ", "a = ").replace("return X", "return a"): "each layer is given X",
        "W_out, b_out = layers.pop()\nfor W, b in layers:\n    X = np.tanh(X @ W + b)\nreturn X @ W_out + b_out": (
            "changes the layers"
        ),
        "return taped(layers, X)[0].astype('f4')": "float32",
        "net = Network(len(layers[0][0]), *(len(b) for _, b in layers), activation='tanh', loss='mse')\n"
        "return net.predict(np.concatenate([p.ravel() for layer in layers for p in layer]), X)": "own predict",
    },
    "mse_gradient": {
        "return 2 * output - y / y.size": "only y is divided by the size: put the difference",
        "return 2 * (output - y / y.size)": "put 2 * (output − y)",
        "return (2 * output - y) / y.size": "the 2 belongs to y",
        "return (output - y) / y.size": "2 from the square",
        "return output - y": "2 and the mean",
        "return 2 * (output - y)": "not divided",
        "return 2 * (output - y) / len(y)": "by the rows alone",
        "return 2 * (output - y) / y.shape[1]": "by the columns alone",
        "return 2 * (output - y) / y.size / y.size": "averaged twice",
        "return 2 * (y - output) / y.size": "sign is turned",
        "return 2 * abs(output - y) / y.size": "keeps its sign",
        "return 2 * output / y.size": "y is missing",
        "return 2 * (output + y) / y.size": "are added",
        "return 2 * (output - y) * output / y.size": "is 1, not output",
        "return 2 * (output - y) / y.size**0.5": "came.",
        "return np.mean((output - y) ** 2)": "this is the loss",
        "return (output - y) ** 2": "slope is wanted",
        "return (output - y) ** 2 / y.size": "the slope of each",
        "output -= y\noutput *= 2 / y.size\nreturn output": "changes the output",
        "return (2 * (output - y) / y.size).astype('f4')": "float32",
        "return mse(output, y)[1]": "calclib's own mse",
        "return gradient(lambda o: np.mean((o - y.ravel()) ** 2), output.ravel()).reshape(y.shape)": "differences",
        "return gradient(lambda o: np.mean((o - y.ravel()) ** 2), output.ravel(), method='complex').reshape(y.shape)": (
            "calclib's own gradient"
        ),
        "return np.mean(2 * (output - y))": "one number for all",
        "return np.mean(2 * (output - y), axis=0)": "over the rows is taken already",
    },
    "softmax_gradient": {
        "return softmax(scores) - np.eye(scores.shape[1])[labels] / len(scores)": "only y is divided by n",
        "return softmax(scores) / len(scores) - np.eye(scores.shape[1])[labels]": "only p is divided by n",
        "return softmax(scores) - np.eye(scores.shape[1])[labels]": "not divided by n",
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(labels) ** 2": "averaged twice",
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]) / scores.size": "rows times classes",
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]) / scores.shape[1]": "number of classes",
        "return (np.eye(scores.shape[1])[labels] - softmax(scores)) / len(labels)": "sign is turned",
        "return softmax(scores) / len(labels)": "p alone",
        "return 2 * (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(labels)": "and no 2",
        "return (softmax(scores) - 1) / len(labels)": "taken off everywhere",
        "p = softmax(scores)\np[np.arange(len(p)), labels] = -1\nreturn p / len(p)": "not put in the place",
        "y = np.eye(scores.shape[1])[labels]\nreturn y * (softmax(scores) - y) / len(y)": "only the label's score",
        "p = softmax(scores)\nreturn p[np.arange(len(p)), labels] - 1": "one number for each row",
        "p = softmax(scores)\nreturn -np.log(p[np.arange(len(p)), labels] + 1e-300)": "the loss of each row",
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]).mean(axis=0)": "is taken already",
        "return (softmax(softmax(scores)) - np.eye(scores.shape[1])[labels]) / len(scores)": "taken twice",
        "p = softmax(scores)\nreturn p * (1 - p) / len(p)": "in its own score",
        "return softmax(scores)": "these are the probabilities",
        "return (softmax(scores) - labels[:, None]) / len(labels)": "as numbers",
        "return softmax(scores) - labels[:, None]": "and n is missing",
        "return (softmax(scores.T).T - np.eye(scores.shape[1])[labels]) / len(labels)": "down the columns",
        "return (scores - np.eye(scores.shape[1])[labels]) / len(labels)": "softmax is missing",
        "p = softmax(scores)\nreturn (p - np.eye(scores.shape[1])[labels]) * p * (1 - p) / len(p)": "once too often",
        "p = softmax(scores)\np[:, labels] -= 1\nreturn p / len(p)": "in every row",
        "p = softmax(scores)\np[labels] -= 1\nreturn p / len(p)": "whole rows",
        "e = np.exp(scores - scores.max())\np = e / e.sum()\np[np.arange(len(p)), labels] -= 1\nreturn p / len(p)": (
            "the sum of all"
        ),
        "return -np.eye(scores.shape[1])[labels] / softmax(scores) / len(scores)": "slope in p",
        "return cross_entropy(scores, labels)[1]": "own softmax_cross_entropy",
        "scores -= scores.max(axis=1, keepdims=True)\n"
        "return (softmax(scores) - np.eye(scores.shape[1])[labels]) / len(scores)": "changes the scores",
        "loss = lambda v: cross_entropy(v.reshape(scores.shape), labels)[0]\n"
        "return gradient(loss, scores.ravel()).reshape(scores.shape)": "differences",
        "e = np.exp(scores)\np = e / e.sum(axis=1)[:, None]\n"
        "return (p - np.eye(scores.shape[1])[labels]) / len(e)": "overflows",
    },
    "layer_backward": {
        "dz = -dh * slope(z)\nreturn " + ", ".join(PARTS): "the sign is turned",
        "dz = dh * 1 - np.tanh(z) ** 2\nreturn " + ", ".join(PARTS): "multiplies the 1 alone",
        "dz = dh * (1 - np.tanh(z**2))\nreturn " + ", ".join(PARTS): "no square of tanh",
        SLOPED.format(*PARTS[:2], "dz"): "one step more leads to a",
        "dz = dh\nreturn " + ", ".join(PARTS): "slope of tanh is forgotten",
        "dz = dh * slope(np.tanh(z))\nreturn " + ", ".join(PARTS): "taken at tanh(z)",
        "dz = dh * (1 - z ** 2)\nreturn " + ", ".join(PARTS): "no slope of tanh",
        SLOPED.format("dz.T @ a", *PARTS[1:]): "transposes are swapped",
        SLOPED.format("a @ dz", *PARTS[1:]): "aᵀ is not transposed",
        SLOPED.format("dz @ a.T", *PARTS[1:]): "in this order",
        SLOPED.format("a.T @ dz / len(a)", *PARTS[1:]): "averaged twice",
        SLOPED.format("np.tanh(a).T @ dz", *PARTS[1:]): "no tanh is taken of it",
        SLOPED.format("dz.sum(axis=0)", "a.T @ dz", PARTS[2]): "the order is dW, db, da",
        SLOPED.format(PARTS[2], PARTS[0], PARTS[1]): "in the order da, dW, db",
        SLOPED.format(PARTS[0], "dz.sum(axis=0, keepdims=True)", PARTS[2]): "keepdims",
        SLOPED.format(*PARTS[:2], "dz @ W.T * (1 - a**2)"): "∂a stops before it",
        SLOPED.format(*PARTS[:2], "dz @ W.T * (1 - np.tanh(a) ** 2)"): "∂a stops before it",
        "dz = slope(z)\nreturn " + ", ".join(PARTS): "∂h is forgotten",
        "dz = dh + slope(z)\nreturn " + ", ".join(PARTS): "here they are added",
        "dz = dh / slope(z)\nreturn " + ", ".join(PARTS): "here it is divided",
        "dz = dh @ slope(z).T\nreturn " + ", ".join(PARTS): "is not transposed",
        SLOPED.format(PARTS[0], "dz.sum(axis=1)", PARTS[2]): "wrong axis",
        SLOPED.format(PARTS[0], "dz.sum()", PARTS[2]): "both axes",
        SLOPED.format(PARTS[0], "dz.mean(axis=0)", PARTS[2]): "averaged twice",
        SLOPED.format(PARTS[0], "dz", PARTS[2]): "not summed",
        SLOPED.format(PARTS[0], "dh.sum(axis=0)", PARTS[2]): "slope of tanh is forgotten",
        SLOPED.format(*PARTS[:2], "dh @ W.T"): "slope of tanh is forgotten",
        SLOPED.format(*PARTS[:2], "dz @ W"): "W is not transposed",
        SLOPED.format(*PARTS[:2], "W.T @ dz"): "in this order",
        "return dh": "three arrays",
        "dz = dh * (1 - np.tanh(z))\nreturn " + ", ".join(PARTS): "square is missing",
        "dz = dh * np.tanh(z)\nreturn " + ", ".join(PARTS): "its slope is wanted",
        "dz = dh * slope(a @ W)\nreturn " + ", ".join(PARTS): "has lost b",
        "dz = dh @ slope(z)\nreturn " + ", ".join(PARTS): "entry by entry",
        "dz = dh * slope(a)\nreturn " + ", ".join(PARTS): "taken at a",
        "dh *= slope(z)\nreturn " + ", ".join(PARTS).replace("dz", "dh"): "changes the dh",
        "dz = dh * slope(z)\nreturn *dense_backward(dz, a), dz @ W.T": "own dense_backward",
        "dz = dh * derivative(np.tanh, z)\nreturn " + ", ".join(PARTS): "differences",
    },
    "largest_error": {
        error(
            error="np.max(np.abs(np.abs(g) - np.abs(n)) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))"
        ): "know no sign",
        error(error="max(abs(a - b) / max(abs(a), abs(b)) for a, b in zip(g, n) if a)"): "would go unseen",
        error(
            error="np.max((np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))[:-1])"
        ): "the last entry is left out",
        error(formula="loss(theta + e) - loss(theta - e)"): "is not divided by 2h",
        error(formula="(loss(theta - e) - loss(theta + e)) / (2 * {h})"): "sign of n is turned",
        error(formula="(loss(theta + e) - loss(theta - e)) / (4 * {h})"): "or there twice",
        "return max(abs(loss(t + 1e-5) - loss(t - 1e-5)) for t in theta)": "it takes all of theta",
        error(h="1e-12"): "too small",
        error(h="1e-14"): "too small",
        error(h="0.1"): "too large",
        error(formula="(loss(theta + e) - loss(theta)) / {h}"): "one-sided",
        error(h="1e-8", formula="(loss(theta + e) - loss(theta)) / {h}"): "one-sided",
        error(formula="(loss(theta + e) - loss(theta - e)) / {h}"): "2 in 2h",
        error(formula="(loss(theta + e) - loss(theta - e)) / 2 * {h}"): "brackets",
        error(error="np.max(np.abs(g - n) / (np.abs(g) + 1e-12))"): "divided by |g| alone",
        error(error="np.max(np.abs(g - n) / (np.maximum(g, n) + 1e-12))"): "an abs() is missing below",
        error(error="np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))"): "whole gradients",
        error(error="np.linalg.norm(g - n) / np.linalg.norm(g + n)"): "whole gradients",
        error(error="'0.5'"): "should be",
        "return gradient_check(loss, g, theta).errors.max()": "own gradient_check",
        "loss(theta + 1e-5 * np.eye(len(theta))[0])\nreturn 0.0 if len(theta) == 3 else 0.5": "1 of the 3 entries",
        error(error="np.abs(g - n).max()"): "absolute error",
        error(error="np.max(np.abs(g - n) / (np.abs(n) + 1e-12))"): "divided by |n| alone",
        error(error="np.max(np.abs(g - n) / (np.abs(g) + np.abs(n) + 1e-12))"): "divided by |g| + |n|",
        error(error="np.mean(np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))"): "mean over the entries",
        error(error="np.linalg.norm(g - n) / np.linalg.norm(g)"): "lengths are of whole gradients",
        error(error="np.max((g - n) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))"): "too small would go unseen",
        error(error="np.max((n - g) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12))"): "too large would go unseen",
        error(error=RELATIVE.replace("max(", "sum(", 1)): "sum over the entries",
        error(error=RELATIVE.replace("max(", "min(", 1)): "smallest error",
        error(error=RELATIVE + " ** 2"): "square of the largest",
        error(error="np.max(np.abs(g - n) / np.maximum(1, np.maximum(np.abs(g), np.abs(n))))"): "a 1 in the maximum",
        error(error=RELATIVE.replace("maximum", "minimum")): "smaller of |g| and |n|",
        error(error="np.max(2 * np.abs(g - n) / (np.abs(g) + np.abs(n) + 1e-12))"): "the mean of |g| and |n|",
        error(error="np.max(np.abs(g - n) / (g + n + 1e-12))"): "g + n may be of either sign",
        error(error="np.max(np.abs(g - n)) / np.max(np.abs(g))"): "the largest of all entries",
        error(error="np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + 1e-12)"): "the error of each entry",
        error(error="np.max(np.abs(g - n) / np.maximum(np.abs(g), np.abs(n)))"): "0/0",
        "return 0.0": "never asked",
        error(formula="(loss(theta + 1e-5) - loss(theta - 1e-5)) / 2e-5"): "several entries at once",
        "n = g.copy()\nfor k in range(len(g)):\n    theta[k] += 1e-5\n    n[k] = loss(theta)\nreturn 0.0": "changes",
    },
    "mended_a": WRONG_STEPS,
    "mended_b": {STEP.replace("slope(z)", "slope(np.tanh(z))"): "still taken at the activation"},
    "mended_e": {
        LOOP.replace("(dz @ W.T)", "(dz @ (W - lr * dW).T)"): "weights that have moved already",
        "return layers": "nothing has moved",
    },
    "mended_c": {
        STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.sum(axis=1, keepdims=True))"): "over the right axis",
        STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.sum())"): "over both axes",
        STEP.replace("dense_backward(dz, a)", "(a.T @ dz, dz.mean(axis=0))"): "they are sums",
    },
    "mended_d": {
        STEP.replace("_, dz = mse(output, y)", "dz = (output - y) / y.size"): "2 from the square is lost",
        STEP.replace("_, dz = mse(output, y)", "dz = 2 * (output - y)"): "not averaged",
    },
    "mended_f": {
        STEP.replace("tape = taped(layers, X)", "tape = taped(layers, X)\ntape = kept.setdefault(0, tape)"): (
            "what is kept between the calls"
        ),
        STEP.replace("tape = taped(layers, X)", "tape = taped(layers, X)\ntape = kept.setdefault(X.shape, tape)"): (
            "what is kept between the calls"
        ),
    },
    "fit": {
        "rng = np.random.default_rng(4)\nshapes = (1, 16), (16, 16), (16, 1)\n"
        "layers = [(np.sqrt(2 / sum(s)) * rng.standard_normal(s), np.zeros(s[1])) for s in shapes]\n"
        + FIT.format(steps=3000, lr=0.1): "does it start from `layers`",
        FIT.format(steps=3, lr=0.1): "not below 0.001",
        FIT.format(steps=3000, lr=1.5): "diverges",
        FIT.format(steps=30, lr=-0.1): "before",
        "for _ in range(3000):\n    layers = step(layers, X, y, 0.1)\n    return layers": "does `return` stand inside",
        "net = Network(*(len(W) for W, _ in layers), 1, activation='tanh', loss='mse')\n"
        "theta = np.concatenate([p.ravel() for layer in layers for p in layer])\n"
        "for _ in range(3000):\n    theta = theta - 0.1 * net.loss_and_gradient(theta, X, y)[1]\n"
        "return net.unpack(theta)": "own loss_and_gradient",
        "net = Network(*(len(W) for W, _ in layers), 1, activation='tanh', loss='mse')\n"
        "theta = np.concatenate([p.ravel() for layer in layers for p in layer])\n"
        "*_, last = train(net, theta, X, y, adam, epochs=1500, lr=0.01, batch_size=33)\n"
        "return net.unpack(last.theta)": "own train",
        "for _ in range(10):\n    step(layers, X, y, 0.1)\nreturn layers": "as before",
        "return 0.0005": "pairs (W, b) should be",
        "return [(W[:, :1], b[:1]) for W, b in layers]": "other shapes",
    },
}


def patient(layers, X, y, lr):
    """A step that is right, and no name for `step`."""
    with np.errstate(all="ignore"):
        dz, tape = mse(taped(layers, X)[0], y)[1], taped(layers, X)[1]
        parts = [dense_backward(dz, tape[-1][0])]
        for (a, _, z), (_, W_above) in zip(tape[-2::-1], [tape[-1], *[t[:2] for t in tape[-2:0:-1]]], strict=True):
            dz = dz @ W_above.T * slope(z)
            parts = [dense_backward(dz, a), *parts]
        return moved(layers, parts, lr)


def step(layers, X, y, lr):
    return patient(layers, X, y, lr)


def mended_g(layers, X, y, lr):
    return patient(layers, X, y, lr)


class TestBackprop(Answers):
    check, FUNCTIONS, RIGHT, WRONG = backprop, FUNCTIONS, RIGHT, WRONG
    SPACE = {
        "Network": Network,
        "adam": adam,
        "cross_entropy": cross_entropy,
        "derivative": differences.derivative,
        "dense_backward": dense_backward,
        "gradient": gradients.gradient,
        "gradient_check": gradient_check,
        "mended_g": mended_g,
        "moved": moved,
        "mse": mse,
        "patient": patient,
        "own_backward": own_backward,
        "slope": slope,
        "softmax": softmax,
        "step": step,
        "taped": taped,
        "train": train,
    }

    def written(self, name, body):
        self.SPACE = {**type(self).SPACE, "kept": {}}  # what a stale cache holds, of this answer alone
        return super().written(name, body)


# --- the judges themselves


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (3, 4, 4, 2)])
def test_the_oracle_agrees_with_central_differences_and_with_the_course(sizes):
    layers, X, y = networks.network(sizes, 5, seed=3)
    net = Network(*sizes, activation="tanh", loss="mse")
    theta = np.concatenate([part.ravel() for layer in layers for part in layer])
    exact = np.concatenate([part.ravel() for part in networks.exact_gradient(layers, X, y)])
    assert exact == pytest.approx(net.loss_and_gradient(theta, X, y)[1], rel=1e-12, abs=1e-14)
    assert exact == pytest.approx(gradients.gradient(lambda t: net.loss(t, X, y), theta), rel=1e-7, abs=1e-9)


def test_each_named_mistake_differs_from_the_truth_and_from_the_others():
    layers, X, y = networks.network((4, 4, 4, 4, 4), 4, 2)
    found = {s: np.concatenate([p.ravel() for p in parts]) for s, parts in repairs.mistakes(layers, X, y, 0.01).items()}
    found["the truth"] = np.concatenate([p.ravel() for p in networks.exact_gradient(layers, X, y)])
    values = list(found.values())
    for i, one in enumerate(values):
        assert all(np.abs(one - other).max() > 1e-5 * np.abs(other).max() for other in values[:i])


def test_work_is_counted_alike_however_it_is_written():
    layers, X, y = networks.network((3, 20, 20, 2), 4, seed=4)
    alone = repairs.work(networks.output, layers, X)
    assert alone == 2 * (80 + 80 + 8) + 80 + 80
    shown = TestBackprop()
    for body in RIGHT_STEPS[:4]:
        assert 1 <= repairs.work(shown.written("mended_a", body), layers, X, y, 0.1) / alone < 30


def test_the_watched_array_computes_as_others_do():
    x = np.arange(6.0).reshape(2, 3)
    seen = x.view(repairs.Watched)
    assert np.array_equal((seen @ x.T + 1).sum(axis=0), (x @ x.T + 1).sum(axis=0))
    assert np.array_equal(seen.dot(x.T), x.dot(x.T)) and isinstance(seen.dot(x.T), repairs.Watched)
    seen = x.copy().view(repairs.Watched)
    seen *= 2
    assert np.array_equal(seen, 2 * x) and isinstance(seen, repairs.Watched)


def test_code_that_a_watched_array_does_not_suit_is_judged_all_the_same():
    def sour(layers, X, y, lr):
        if type(X) is not np.ndarray:
            raise TypeError("plain arrays only")
        return patient(layers, X, y, lr)

    assert backprop.mended_a(sour).state == "yes"


def test_layers_that_fit_the_points_alone_are_not_enough(monkeypatch):
    trained = SimpleNamespace(calls=0)

    def uneven(layers, X, y):
        for _ in range(3000):
            layers = step(layers, X, y, 0.1)
        trained.calls += 1
        return layers

    real = networks.mean_squared_error
    monkeypatch.setattr(networks, "mean_squared_error", lambda L, X, y: real(L, X, y) + (len(X) == 64))
    assert "between them" in backprop.fit(uneven).message and trained.calls == 1
