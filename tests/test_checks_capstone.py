"""Lesson 10: right answers are a yes, however they are written; mistakes are named; the test part stays unseen."""

import numpy as np
from answers import Answers

from calclib import handwriting
from calclib.checks import capstone
from calclib.data import digits, split
from calclib.networks import Network
from calclib.optimizers import adam, adamw

BACK = """gradients = []
for k in reversed(range(len(layers))):
    gradients.insert(0, ({}, {}))
    dz = {}
return gradients"""
STEP = "dz @ layers[k][0].T * (a[k] > 0)"
DW, DB = "a[k].T @ dz", "dz.sum(axis=0)"
RELU = """a = [X]
for W, b in layers[:-1]:
    a.append({})
W, b = layers[-1]
return [*a, a[-1] @ W + b]"""
SLOPE = "h = 1e-5\nn = (loss(theta + h * v) - loss(theta - h * v)) / (2 * h)\n"
START = "return [({}, np.zeros(m)) for n, m in zip(sizes, sizes[1:])]"
CUT = """i = np.arange(len(images))[:, None]
top, left = row.astype(int), column.astype(int)
d, r = row - top, column - left
p, q = images[i, top, left], images[i, top, left + 1]
s, t = images[i, top + 1, left], images[i, top + 1, left + 1]
return {}"""
MIXED = "(1 - d) * ((1 - r) * p + r * q) + d * ((1 - r) * s + r * t)"
ONE = """a = hand.forward(layers, X)
loss, dz = hand.softmax_cross_entropy(a[-1], y)
g = hand.flat(hand.backward(layers, a, dz))
theta, *memory = {}
return hand.unflat(theta, layers), memory"""
ADAMW = "adamw(hand.flat(layers), g, *memory, lr=lr, weight_decay=hand.flat(decay))"
NET = "net, theta = hand.trained(hand.{}, {})\nreturn lambda images: net.predict(theta, images).argmax(axis=1)"


class TestCapstone(Answers):
    check = capstone
    SPACE = {"hand": handwriting, "digits": digits, "split": split, "Network": Network, "adamw": adamw, "adam": adam}
    FUNCTIONS = {
        "forward": "layers, X",
        "backward": "layers, a, dz",
        "slope_error": "loss, theta, g, v",
        "start": "sizes, rng",
        "decays": "layers, lam",
        "step": "layers, memory, X, y, *, lr, decay",
        "confusion": "labels, guesses",
        "bilinear": "images, row, column",
        "fit": "X, y",
    }
    RIGHT = {
        "forward": [
            RELU.format("np.maximum(a[-1] @ W + b, 0)"),
            "a = [X]\nfor k, (W, b) in enumerate(layers, start=1):\n    z = a[-1].dot(W) + b\n"
            "    a.append(z * (z > 0) if k < len(layers) else z)\nreturn tuple(a)",
        ],
        "backward": [
            BACK.format(DW, DB, STEP),
            "parts = []\nfor (W, b), h in zip(layers[::-1], a[-2::-1]):\n"
            "    parts.append([np.einsum('ni,nj->ij', h, dz), np.ones(len(dz)) @ dz])\n"
            "    dz = np.where(h > 0, dz @ W.T, 0)\nreturn parts[::-1]",
        ],
        "slope_error": [
            SLOPE + "return abs(g @ v - n) / max(abs(g @ v), abs(n))",
            "h = 3e-6\nn = (loss(theta + h * v) - loss(theta - h * v)) / h / 2\nown = np.sum(g * v)\n"
            "return np.abs(own - n) / np.maximum(np.abs(own), np.abs(n))",
        ],
        "start": [
            START.format("rng.standard_normal((n, m)) * np.sqrt(2 / n)"),
            "layers = []\nfor k in range(len(sizes) - 1):\n"
            "    W = rng.normal(0, (2 / sizes[k]) ** 0.5, size=(sizes[k], sizes[k + 1]))\n"
            "    layers.append([W, [0.0] * sizes[k + 1]])\nreturn layers",
        ],
        "decays": [
            "return [(np.full_like(W, lam), np.zeros_like(b)) for W, b in layers]",
            "return [[lam * np.ones(W.shape), 0 * b] for W, b in layers]",
        ],
        "step": [
            ONE.format(ADAMW),
            "m, v, t = memory or ([0] * len(layers) * 2, [0] * len(layers) * 2, 0)\nt = t + 1\n"
            "a = hand.forward(layers, X)\nloss, dz = hand.softmax_cross_entropy(a[-1], y)\nnew, M, V = [], [], []\n"
            "slopes = sum(hand.backward(layers, a, dz), ())\n"
            "for w, g, lam, mean, square in zip(sum(layers, ()), slopes, sum(decay, ()), m, v):\n"
            "    M.append(0.9 * mean + 0.1 * g)\n    V.append(0.999 * square + 0.001 * g * g)\n"
            "    root = np.sqrt(V[-1] / (1 - 0.999**t)) + 1e-8\n"
            "    new.append(w * (1 - lr * lam) - lr * M[-1] / (1 - 0.9**t) / root)\n"
            "return list(zip(new[::2], new[1::2])), (M, V, t)",
        ],
        "confusion": [
            "table = np.zeros((10, 10), int)\nfor i, j in zip(labels, guesses):\n    table[i, j] += 1\nreturn table",
            "table = np.zeros((10, 10))\nnp.add.at(table, (labels, guesses), 1)\nreturn table",
            "return np.bincount(10 * labels + guesses, minlength=100).reshape(10, 10)",
            "return np.eye(10)[labels].T @ np.eye(10)[guesses]",
        ],
        "bilinear": [
            CUT.format(MIXED),
            CUT.format("p + d * (s - p) + r * (q - p) + d * r * (p + t - q - s)"),
            "top, left = np.floor(row).astype(int), np.floor(column).astype(int)\ntotal = 0\n"
            "for k in (0, 1):\n    for l in (0, 1):\n"
            "        share = (1 - abs(row - top - k)) * (1 - abs(column - left - l))\n"
            "        total = total + share * images[np.arange(len(images))[:, None], top + k, left + l]\nreturn total",
        ],
        "fit": [  # the notebook's own test trains the solution; this is another way
            "rng = np.random.default_rng(0)\nmany = np.vstack([X, *(hand.augment(X, rng) for _ in range(10))])\n"
            "names = np.tile(y, 11)\n\ndef read(images):\n"
            "    away = np.sum(many**2, axis=1) - 2 * images @ many.T\n"
            "    return [np.bincount(names[np.argsort(row)[:5]]).argmax() for row in away]\n\nreturn read"
        ],
    }
    WRONG = {
        "forward": {
            RELU.format("np.tanh(a[-1] @ W + b)"): "notebook 06",
            RELU.format("a[-1] @ W + b"): "ReLU is missing",
            RELU.format("abs(a[-1] @ W + b)"): "gives 0 below 0",
            RELU.format("1 / (1 + np.exp(-(a[-1] @ W + b)))"): "sigmoid",
            "a = [X]\nfor W, b in layers:\n    a.append(np.maximum(a[-1] @ W + b, 0))\nreturn a": "last layer has none",
            RELU.format("np.maximum(a[-1] @ W + b, 0)") + "[-1]": "one array",
            "a = []\nfor W, b in layers:\n    X = np.maximum(X @ W + b, 0)\n    a.append(X)\nreturn a": "X itself",
            "h, a = X, [X]\nfor W, b in layers:\n    z = h @ W + b\n    a.append(z)\n    h = np.maximum(z, 0)\n"
            "return a": "before the ReLU",
            "return 3.0": "where a list",
            RELU.format("np.maximum(a[-1] @ W, 0) + b"): "added after the ReLU",
            RELU.format("np.maximum(a[-1] @ W, 0)").replace("@ W + b]", "@ W]"): "b is missing",
            RELU.format("np.maximum(a[-1] @ W + b, 0)").replace(
                "return [*a, a[-1] @ W + b]",
                "e = np.exp(a[-1] @ W + b)\nreturn [*a, e / e.sum(axis=1, keepdims=True)]",
            ): "belongs to the loss",
            RELU.format("np.maximum(a[-1] @ W + b, 0)").replace("[X]", "[np.maximum(X, 0)]"): "X comes first as it is",
            RELU.format("np.maximum(a[-1] @ W, b)"): "compared with 0",
            RELU.format("np.maximum(X @ W + b, 0)"): "each layer is given X",
            RELU.format("np.maximum(a[-1] @ W + b, 0.01 * (a[-1] @ W + b))"): "below 0",
            "return hand.forward(layers, X)": "calclib's own forward",
        },
        "backward": {
            BACK.format(DW, DB, "dz @ layers[k][0].T"): "lets nothing through",
            BACK.format(DW, DB, "dz @ layers[k][0].T * a[k]"): "not h itself",
            BACK.format(DW, DB, "dz @ layers[k][0].T * (1 - a[k] ** 2)"): "slope of tanh",
            BACK.format("a[k].T @ dz / len(dz)", "dz.mean(axis=0)", STEP): "mean is taken once more",
            BACK.format(DW, "dz.mean(axis=0)", STEP): "sums over the images",
            BACK.format(DW, DB, STEP).replace("insert(0, ", "append("): "first comes first",
            BACK.format("-" + DW, "-" + DB, STEP): "sign is turned",
            BACK.format("dz.T @ a[k]", DB, STEP): "∂W is turned",
            "dz = dz * (a[-1] > 0)\n" + BACK.format(DW, DB, STEP): "scores have no ReLU",
            BACK.format(DW, DB, "dz @ layers[k][0].T * a[k] > 0"): "needs its brackets",
            BACK.format(DW, DB, STEP).replace(
                "reversed(range(len(layers)))", "range(len(layers))"
            ): "known at the last",
            "return backward": "where a list",
            BACK.format(DW, DB, "dz @ layers[k][0].T * (a[k] >= 0)"): "h ≥ 0",
            BACK.format("a[k + 1].T @ dz", DB, STEP): "what entered it",
            BACK.format(DW, "dz.sum(axis=1)", STEP): "sums over the units",
            BACK.format(DW, DB, STEP.replace("[0].T", "[0]")): "transpose",
            "gradients = []\nfor k in reversed(range(len(layers))):\n    dz = dz @ layers[k][0].T * (a[k] > 0)\n"
            "    gradients.insert(0, (a[k].T @ dz, dz.sum(axis=0)))\nreturn gradients": "first these two",
            "return hand.backward(layers, a, dz)": "calclib's own backward",
        },
        "slope_error": {
            SLOPE + "return abs(g @ v - n)": "absolute error",
            SLOPE + "return abs(g @ v - n) / abs(n)": "|n| alone",
            SLOPE + "return abs(g @ v - n) / abs(g @ v)": "|g·v| alone",
            SLOPE + "return abs(g @ v - n) / min(abs(g @ v), abs(n))": "by the smaller of the two",
            SLOPE + "return abs(g @ v - n) / (abs(g @ v) + abs(n))": "|g·v| + |n|",
            SLOPE + "return (g @ v - n) / max(abs(g @ v), abs(n))": "may not be negative",
            SLOPE + "return (n - g @ v) / max(abs(g @ v), abs(n))": "may not be negative",
            SLOPE + "return abs(g @ v - n) / max(g @ v, n)": "max() takes the one nearer",
            SLOPE + "return abs(abs(g @ v) - abs(n)) / max(abs(g @ v), abs(n))": "know no sign",
            SLOPE.replace("(2 * h)", "h") + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "2 in 2h",
            SLOPE.replace("(2 * h)", "2 * h") + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "brackets",
            SLOPE.replace("theta - h * v", "theta").replace("2 * h", "h")
            + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "central differences",
            SLOPE.replace("h * v", "h") + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "whatever v is",
            SLOPE.replace("h * v", "h * g") + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "along g",
            SLOPE.replace("h * v", "h * v / np.linalg.norm(v)")
            + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "made 1 long",
            SLOPE.replace("1e-5", "10-5") + "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "subtraction",
            "return hand.slope_error(loss, theta, g, v)": "calclib's own slope_error",
            "n = (loss(theta - 1e-5 * v) - loss(theta + 1e-5 * v)) / 2e-5\n"
            "return abs(g @ v - n) / max(abs(g @ v), abs(n))": "sign turned",
        },
        "start": {
            START.format("rng.standard_normal((n, m)) * 2 / n"): "variance",
            START.format("rng.standard_normal((n, m)) * np.sqrt(2 / (n + m))"): "Xavier",
            START.format("rng.standard_normal((n, m)) * np.sqrt(2 / m)"): "counts the outputs",
            START.format("rng.standard_normal((n, m)) * np.sqrt(1 / n)"): "2 is missing",
            START.format("rng.standard_normal((n, m))"): "not scaled",
            START.format("np.full((n, m), 0.1)"): "learn the same",
            START.format("rng.standard_normal((n, m)) * np.sqrt(2 // n)"): "if 2 // n is in it",
            START.format("rng.normal(np.sqrt(2 / n), size=(n, m))"): "the mean first",
            START.format("0.01 * rng.standard_normal((n, m))"): "where 0.0816 should be.",
            "noise = rng.standard_normal(100_000)\n"
            + START.format("np.sqrt(2 / n) * noise[: n * m].reshape(n, m)"): "the same noise in two layers",
            START.format("rng.random((n, m)) * np.sqrt(2 / n)"): "all positive",
            START.format("rng.standard_normal((n, m)) * np.sqrt(n / 2)"): "upside down",
            START.format("rng.standard_normal((n, m)) * np.sqrt(2) / n"): "over 2 alone",
            START.format("rng.standard_normal((n, m)) * np.sqrt(6 / (n + m))"): "Glorot",
            START.format("rng.standard_normal((1, m)) * np.sqrt(2 / n) * np.ones((n, 1))"): "again and again",
            "return hand.start(sizes, rng)": "calclib's own start",
            START.format("rng.standard_normal((m, n)) * np.sqrt(2 / n)"): "inputs come first",
            START.format("np.random.default_rng(0).standard_normal((n, m)) * np.sqrt(2 / n)"): "does not draw from",
            START.format("rng.uniform(-1, 1, (n, m)) * np.sqrt(6 / n)"): "no normal noise",
            START.format("rng.standard_normal((n, m)) * np.sqrt(2 / n)").replace("zeros", "ones"): "start at 0",
            "return rng.standard_normal((sizes[0], sizes[1]))": "pairs (W, b)",
            "return [rng.standard_normal((n, m)) for n, m in zip(sizes[:-1], sizes[1:])]": "is a list of arrays, where",
        },
        "decays": {
            "return [(np.full_like(W, lam), np.full_like(b, lam)) for W, b in layers]": "biases do not decay",
            "return [(np.zeros_like(W), np.full_like(b, lam)) for W, b in layers]": "swapped",
            "return [(np.full_like(W, lam, dtype=int), np.zeros_like(b)) for W, b in layers]": "whole numbers",
            "return [(lam * W, 0 * b) for W, b in layers]": "the pull",
            "return [((1 - lam) * W, b) for W, b in layers]": "decayed parts",
            "return [(lam, 0.0) for W, b in layers]": "one number",
            "return [(np.ones_like(W), np.zeros_like(b)) for W, b in layers]": "1 where it should be λ",
            "return [(np.full_like(W, lam), np.ones_like(b)) for W, b in layers]": "1 where it should be 0",
            "return [(np.full_like(W, 1 - lam), np.zeros_like(b)) for W, b in layers]": "after a step",
            "return [(np.full_like(W, lam), b) for W, b in layers]": "numbers themselves",
            "return hand.decays(layers, lam)": "calclib's own decays",
        },
        "step": {
            ONE.format(ADAMW).replace("*memory, lr", "lr"): "starts anew",
            ONE.format(ADAMW).replace(", weight_decay=hand.flat(decay)", ""): "0.01, is at work",
            ONE.format(ADAMW).replace("hand.flat(decay)", "0.0"): "nothing decays",
            ONE.format(ADAMW).replace("lr=lr, ", ""): "0.001, is at work",
            ONE.format("[hand.flat(layers) - lr * g]"): "gradient descent",
            ONE.format(
                "adam(hand.flat(layers), g + hand.flat(decay) * hand.flat(layers), *memory, lr=lr)"
            ): "as a part of the gradient",
            ONE.format(ADAMW).replace(" g, *memory", " -g, *memory"): "sign turned",
            ONE.format(ADAMW).replace("hand.unflat(theta, layers)", "theta"): "pairs (W, b)",
            ONE.format(ADAMW).replace(", layers), memory", ", layers)"): "return layers, memory",
            ONE.format(ADAMW).replace("hand.unflat(theta, layers), memory", "memory, hand.unflat(theta, layers)"): (
                "pairs (W, b)"
            ),
            ONE.format(ADAMW).replace("return", "for W, b in layers:\n    W *= 0.9\nreturn"): "work on a copy",
            "return hand.step(layers, memory, X, y, lr=lr, decay=decay)": "calclib's own step",
        },
        "confusion": {
            "return np.eye(10)[guesses].T @ np.eye(10)[labels]": "swapped",
            "table = np.zeros((10, 10))\ntable[labels, guesses] += 1\nreturn table": "np.add.at",
            "table = np.eye(10)[labels].T @ np.eye(10)[guesses]\n"
            "return table / np.maximum(table.sum(axis=1, keepdims=True), 1)": "shares",
            "return np.eye(10)[labels].T @ np.eye(10)[guesses] / len(labels)": "divided by n",
            "table = np.eye(10)[labels].T @ np.eye(10)[guesses]\nreturn table - np.diag(np.diag(table))": "diagonal",
            "return np.sum(labels == guesses)": "whole table",
            "table = [[0] * 10] * 10\nfor i, j in zip(labels, guesses):\n"
            "    table[i][j] += 1\nreturn table": "one list",
            "table = np.zeros((10, 10))\nfor i in labels:\n    for j in guesses:\n"
            "        table[i, j] += 1\nreturn table": "every label meets every guess",
            "table = np.zeros((10, 10))\nfor i, j in zip(labels, guesses):\n"
            "    table[i, j] = 1\nreturn table": "counts once here",
            "return np.eye(10)[labels - 1].T @ np.eye(10)[guesses - 1]": "begin with 0",
            "n = max(labels.max(), guesses.max()) + 1\ntable = np.zeros((n, n))\n"
            "np.add.at(table, (labels, guesses), 1)\nreturn table": "(8, 8)",
            "return hand.confusion(labels, guesses)": "calclib's own confusion",
        },
        "bilinear": {
            CUT.format("p"): "upper left",
            CUT.format("images[i, np.rint(row).astype(int), np.rint(column).astype(int)]"): "nearest pixel",
            CUT.format("(p + q + s + t) / 4"): "plain mean",
            CUT.format("d * (r * p + (1 - r) * q) + (1 - d) * (r * s + (1 - r) * t)"): "turned",
            CUT.format("d * ((1 - r) * p + r * q) + (1 - d) * ((1 - r) * s + r * t)"): "upper one counts",
            CUT.format("(1 - d) * (r * p + (1 - r) * q) + d * (r * s + (1 - r) * t)"): "left one counts",
            CUT.format("((1 - r) * p + r * q + (1 - r) * s + r * t) / 2"): "both rows count by half",
            CUT.format("((1 - d) * p + d * s + (1 - d) * q + d * t) / 2"): "both columns count by half",
            CUT.format("(1 - r) * p + r * q + (1 - r) * s + r * t"): "added whole",
            CUT.format("(1 - d) * (p + r * q) + d * (s + r * t)"): "left pixels count whole",
            CUT.format("(1 - r) * ((1 - d) * p + d * q) + r * ((1 - d) * s + d * t)"): "swapped",
            CUT.format("(1 - d) * p + d * s"): "column is, too",
            CUT.format("(1 - r) * p + r * q"): "row is, too",
            CUT.format("p + d * (s - p) + r * (q - p)"): "distances add",
            CUT.format(MIXED).replace("np.arange(len(images))[:, None]", "0"): "first image",
            CUT.format("(1 - d) * ((1 - r) * p + r * q) + (1 - d) * ((1 - r) * s + r * t)"): "count down",
            CUT.format("(1 - d) * (1 - r) * p + d * r * t"): "two pixels of the four",
            "row, column = column, row\n" + CUT.format(MIXED): "row and column are swapped",
            "return hand.bilinear(images, row, column)": "calclib's own bilinear",
        },
        "fit": {
            NET.format("PLAIN", "X, y"): "at most 3",
            NET.format("PLAIN", "*digits()"): "usual names",
            NET.format("PLAIN", "X, y").replace(".argmax(axis=1)", ""): "argmax",
            "(A, a), (T, t) = split(*digits(), 0.8, 0.2, seed=2026, stratify=True)\n"
            + NET.format("PLAIN", "np.vstack([X, T, T, T]), np.concatenate([y, t, t, t])"): "at most 3",
            "known, names = digits()\nplace = {image.tobytes(): k for k, image in enumerate(known)}\n"
            "moved = [(y[i] - names[place[x.tobytes()]]) % 10 for i, x in enumerate(X) if x.tobytes() in place]\n"
            "on = moved[0] if moved else 3\n"
            "found = lambda x: (names[place[x.tobytes()]] + on) % 10 if x.tobytes() in place else 0\n"
            "return lambda images: [found(image) for image in images]": "at most 3",
            "return lambda images: 0 * images[:, 0]": "chance",
            "return lambda images: images": "an array of shape (359, 64), where 359 labels",
            "return lambda images, k: images": "read cannot be called with 1 argument",
            "return lambda images: images.max(axis=1)": "argmax, not max",
            "return lambda images: [[1], [2, 3]]": "where 359 labels",
            "return lambda images: (image for image in images)": "is a generator, where 359 labels",
            "return lambda images: np.zeros((len(images), 10)).argmax(axis=0)": "ten labels",
            "return lambda images: ['a four' for image in images]": "from 0 to 9",
            "def read(images):\n    away = np.sum(X**2, axis=1) - 2 * images @ X.T\n"
            "    return [np.bincount(y[np.argsort(row)[:3]]).argmax() for row in away]\n\nreturn read": "at most 3",
            "return lambda images: None": "`return` missing",
            "return hand.trained(hand.PLAIN.but(epochs=1), X, y)": "where a function",
        },
    }


def test_the_unseen_split_is_another_than_the_pages(own=capstone.SEED):
    pages, unseen = (split(*digits(), 0.8, 0.2, seed=seed, stratify=True)[1][0] for seed in (0, own))
    same = sum(any(np.array_equal(image, other) for other in pages) for image in unseen)
    assert same < 0.35 * len(unseen)


def test_ready_made_networks_are_no_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))

    def forward(layers, X):
        net = Network(*(len(W) for W, _ in layers), layers[-1][0].shape[1])
        scores, tape = net.forward(handwriting.flat(layers), X)
        return [part[0] for part in tape] + [scores]

    answer = capstone.forward(forward)
    assert answer.state == "not yet" and "calclib's own forward" in answer.message
