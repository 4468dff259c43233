"""Lesson 07's checks: right answers however they are written, and every named mistake by its name."""

import numpy as np
import pytest
from answers import Answers

from calclib import lasso, ridge
from calclib.checks import held_out, penalties, thresholds
from calclib.checks import regularization as check
from calclib.gradients import gradient
from calclib.labs.handicaps import RULES
from calclib.layers import dropout_mask
from calclib.regularization import early_stopping, ista
from calclib.regularization import soft_threshold as threshold

RESIDUAL = "r = X @ w + b - y\n"
SLOPES = "2 * X.T @ r / len(y) + 2 * lam * w, 2 * r.mean()"
CENTRED = "A, r = X - X.mean(axis=0), y - y.mean()\n"
HAND = "w = np.linalg.solve(A.T @ A + len(y) * lam * np.eye(X.shape[1]), A.T @ r)\n"
BIAS = "return w, y.mean() - X.mean(axis=0) @ w"
LOOP = """
w, b = np.zeros(X.shape[1]), 0.0
for _ in range(steps):
    r = X @ w + b - y
    dw, db = 2 * X.T @ r / len(y) + 2 * lam * w, 2 * r.mean()
    w, b = w - lr * dw, b - lr * db
return w, b"""
PICK = "errors = [error(*validation, *ridge(*train, lam)) for lam in lams]\nreturn lams[np.argmin(errors)]"
KEEP = "if not train:\n    return h\nkeep = rng.random(h.shape) >= p\n"
STOP = """
best = 0
for t, loss in enumerate(losses):
    if loss < losses[best]:
        best = t
    elif t - best >= patience:
        return best, t
return best, None"""


def error(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


class TestRegularization(Answers):
    check = check
    FUNCTIONS = {
        "penalised_gradient": "X, y, w, b, lam",
        "ridge_by_hand": "X, y, lam",
        "ridge_by_descent": "X, y, lam, lr, steps",
        "soft_threshold": "w, lam",
        "proximal_step": "w, g, lr, lam",
        "pick_lambda": "lams, train, validation",
        "dropout": "h, p, rng, train",
        "early_stop": "losses, patience",
    }
    SPACE = {
        "RULES": RULES,
        "dropout_mask": dropout_mask,
        "early_stopping": early_stopping,
        "error": error,
        "gradient": gradient,
        "ista": ista,
        "lasso": lasso,
        "ridge": ridge,
        "threshold": threshold,
    }
    RIGHT = {
        "penalised_gradient": [
            RESIDUAL + f"return {SLOPES}",
            RESIDUAL + f"return [{SLOPES}]",
            "n = len(y)\nreturn [sum(2 * X[i, j] * (X[i] @ w + b - y[i]) for i in range(n)) / n + 2 * lam * w[j] "
            "for j in range(len(w))], sum(2 * (X[i] @ w + b - y[i]) for i in range(n)) / n",
        ],
        "ridge_by_hand": [
            CENTRED + HAND + BIAS,
            "o = np.column_stack([X, np.ones(len(y))])\nD = lam * len(y) * np.eye(o.shape[1])\nD[-1, -1] = 0\n"
            "p = np.linalg.solve(o.T @ o + D, o.T @ y)\nreturn p[:-1], p[-1]",
            CENTRED + "U, s, V = np.linalg.svd(A, full_matrices=False)\n"
            "w = V.T @ (s / (s**2 + len(y) * lam) * (U.T @ r))\n" + BIAS,
        ],
        "ridge_by_descent": [LOOP, LOOP.replace("range(steps)", "[0] * steps").replace("0.0", "0")],
        "soft_threshold": [
            "return np.sign(w) * np.maximum(np.abs(w) - lam, 0)",
            "return w - np.clip(w, -lam, lam)",
            "return np.where(w > lam, w - lam, np.where(w < -lam, w + lam, 0))",
            "return [x - lam if x > lam else x + lam if x < -lam else 0 for x in w]",
        ],
        "proximal_step": [
            "return threshold(w - lr * g, lr * lam)",
            "v = w - lr * g\nreturn v - np.clip(v, -lr * lam, lr * lam)",
        ],
        "pick_lambda": [PICK, "return min(lams, key=lambda lam: error(*validation, *ridge(*train, lam)))"],
        "dropout": [
            KEEP + "return h * keep / (1 - p)",
            "return np.where(rng.random(h.shape) < 1 - p, h / (1 - p), 0.0) if train else h",
            "return h * rng.binomial(1, 1 - p, size=h.shape) / (1 - p) if train else h.copy()",
        ],
        "early_stop": [
            STOP,
            "best, waited = 0, 0\nfor t in range(1, len(losses)):\n    waited += 1\n    if losses[t] < losses[best]:\n"
            "        best, waited = t, 0\n    if waited == patience:\n        return [best, t]\nreturn [best, None]",
        ],
    }
    WRONG = {
        "penalised_gradient": {
            RESIDUAL + "return " + SLOPES.replace("+ 2 * lam", "+ lam"): "the 2 is missing",
            RESIDUAL + f"return {SLOPES} + 2 * lam * b": "the bias is penalised",
            RESIDUAL + "return " + SLOPES.replace("+ 2 * lam * w", "+ lam * w") + " + lam * b": "is penalised, and",
            RESIDUAL + "return " + SLOPES.replace(" + 2 * lam * w", ""): "the penalty is missing",
            RESIDUAL + "return " + SLOPES.replace("+ 2 * lam", "- 2 * lam"): "the penalty is subtracted",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "lam * np.sign(w)"): "belongs to L1",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "lam * (w @ w)"): "not its slope",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "2 * lam * w / len(y)"): "divided by n",
            RESIDUAL + "return 2 * X.T @ r + 2 * lam * w, 2 * r.sum()": "1/n is missing",
            RESIDUAL + "return X.T @ r / len(y) + 2 * lam * w, r.mean()": "the 2 of the squared error",
            "r = y - X @ w - b\nreturn " + SLOPES: "the residual is turned",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "2 * w"): "λ is missing",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "2 * lam * sum(w)"): "are not added up",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "2 * lam * abs(w)"): "the sign of w",
            RESIDUAL + "return " + SLOPES.replace("2 * r.mean()", "r.mean()"): "is missing in the slope in b",
            RESIDUAL + "return " + SLOPES.replace("2 * ", ""): "both 2s are missing",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "4 * lam * w"): "comes twice",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "2 * lam"): "w is missing",
            RESIDUAL + "return " + SLOPES.replace(" + 2 * lam", " * 2 * lam"): "added, not multiplied",
            RESIDUAL + "return " + SLOPES.replace("2 * r.mean()", "0.0"): "left at 0",
            RESIDUAL + "return " + SLOPES.replace("len(y)", "X.size"): "counts all entries",
            RESIDUAL + "return " + SLOPES.replace("len(y)", "len(w)"): "not of weights",
            RESIDUAL + "return " + SLOPES.replace("2 * X.T", "X.T"): "missing in the gradient in w",
            RESIDUAL + "return " + SLOPES.replace("2 * lam * w", "lam * w**2"): "not its slope 2λw",
            RESIDUAL + "return " + SLOPES.replace("r.mean()", "r.sum()"): "the slope in b is a sum",
            "r = X @ w - y\nreturn " + SLOPES: "b is missing in the residual",
            RESIDUAL + "dw, db = " + SLOPES + "\nreturn db, dw": "the weights come first",
            RESIDUAL + "dw, db = " + SLOPES + "\nreturn dw[:, None], db": "came with shape (3, 1)",
            RESIDUAL + "return " + SLOPES.replace("r.mean()", "r"): "came with shape (7,), where one number",
            "return w": "should be",
        },
        "ridge_by_hand": {
            CENTRED + HAND.replace("len(y) * ", "") + BIAS: "it is nλ that goes onto the diagonal",
            CENTRED + HAND.replace("lam", "2 * lam") + BIAS: "λ counts twice",
            CENTRED
            + HAND.replace("A.T @ A + len(y) * lam", "A.T @ A / len(y) + lam")
            + BIAS: "one side alone is divided",
            CENTRED + HAND.replace("len(y) * lam", "len(y) ** 2 * lam") + BIAS: "n stands on the diagonal twice",
            HAND.replace("A", "X").replace("@ r", "@ y") + "return w, y.mean()": "and the bias is ȳ − x̄·w",
            CENTRED + HAND.replace("lam * np.eye(X.shape[1])", "lam") + BIAS: "on the diagonal",
            CENTRED
            + HAND.replace("lam", "0").replace("solve", "lstsq").replace("r)\n", "r)[0]\n")
            + BIAS: "penalty is missing",
            CENTRED + HAND + "return w, y.mean()": "not ȳ",
            CENTRED + HAND + "return w, 0.0": "not 0",
            "A, r = X, y\n" + HAND + BIAS: "to be centred first",
            "A, r = X, y\n" + HAND + "return w, 0.0": "to be centred first",
            "o = np.column_stack([X, np.ones(len(y))])\n"
            "p = np.linalg.solve(o.T @ o + lam * len(y) * np.eye(o.shape[1]), o.T @ y)\nreturn p[:-1], p[-1]": (
                "the bias is penalised"
            ),
            CENTRED + HAND + "return w": "a pair should be",
            CENTRED.replace("axis=0", "") + HAND + BIAS: "a mean of its own",
            CENTRED + HAND.replace("len(y)", "X.shape[1]") + BIAS: "not of columns",
            CENTRED + HAND.replace("+ len", "- len") + BIAS: "subtracted from",
            CENTRED + "A /= A.std(axis=0)\n" + HAND + BIAS: ("not divided by their deviations"),
            CENTRED + HAND + "return w, X.mean(axis=0) @ w - y.mean()": "the wrong sign",
            CENTRED + HAND + "return w, X.mean(axis=0) @ w + y.mean()": "is subtracted from ȳ",
            CENTRED + HAND + "return w, y.mean() - X.mean() * w.sum()": "a mean for each column",
            CENTRED.replace("X.mean(axis=0)", "X.mean(axis=1)[:, None]") + HAND + BIAS: "this takes each row's",
            "A, r = X, y - y.mean()\n" + HAND + BIAS: "not y alone",
            "A, r = X, y - y.mean()\n" + HAND + "return w, y.mean()": "not y alone; and",
            CENTRED + HAND.replace("A.T @ r", "X.T @ y") + BIAS: "both sides",
            CENTRED
            + HAND.replace(" + len", " * len")
            .replace("np.eye(X.shape[1])", "1.0")
            .replace("solve", "lstsq")
            .replace("r)\n", "r)[0]\n")
            + BIAS: "multiplied onto",
            CENTRED + HAND.replace("lam", "lam**2") + BIAS: "came.",
            "return ridge(X, y, lam)": "calclib's own ridge",
        },
        "ridge_by_descent": {
            LOOP.replace("+ 2 * lam", "+ lam"): "the 2 is missing",
            LOOP.replace("2 * r.mean()", "2 * r.mean() + 2 * lam * b"): "the bias is penalised",
            LOOP.replace(" + 2 * lam * w", ""): "the penalty is missing",
            LOOP.replace("- lr *", "+ lr *"): "it climbs",
            LOOP.replace("+ 2 * lam", "- 2 * lam"): "pushes outwards",
            LOOP.replace("range(steps)", "range(steps - 1)"): "one step less",
            LOOP.replace("lr *", "0.1 *"): "the rate of the call before",
            LOOP.replace("w, b = w - lr * dw, b - lr * db", "new = w - lr * dw, b - lr * db"): "nothing has moved",
            LOOP.replace("2 * X.T @ r / len(y)", "2 * X.T @ r"): "added up in the slope in w",
            LOOP.replace("w - lr * dw,", "(w - lr * (dw - 2 * lam * w)) * (1 - 2 * lr * lam),"): "on the new w",
            "w, b = np.zeros(X.shape[1]), 0.0\nfor _ in range(steps):\n    b = b - lr * 2 * (X @ w + b - y).mean()\n"
            "    w = w - lr * (2 * X.T @ (X @ w + b - y) / len(y) + 2 * lam * w)\nreturn w, b": "b has moved before",
            LOOP.replace("range(steps)", "range(steps + 1)"): "one step more",
            LOOP.replace("np.zeros(X.shape[1]), 0.0", "np.ones(X.shape[1]), 1.0"): "start at zero",
            LOOP.replace("\nreturn", "\n    return"): "inside the loop",
            LOOP.replace(", b - lr * db", ", b"): "the bias never moves",
            LOOP.replace(" / len(y)", "").replace("mean", "sum"): "1/n is missing",
            LOOP.replace("2 * ", ""): "both 2s",
            LOOP.replace("2 * X.T", "X.T").replace("2 * r.mean", "r.mean"): "2 of the squared error",
            LOOP.replace("w - lr * dw", "w - dw"): "step of the weights",
            LOOP.replace("b - lr * db", "b - db"): "step of the bias",
            LOOP.replace("lr * ", ""): "multiplies the gradient",
            LOOP.replace("w - lr * dw, b - lr * db", "-lr * dw, -lr * db"): "are lost",
            LOOP.replace("w - lr * dw", "w + lr * dw"): "the weights climb",
            LOOP.replace("len(y)", "X.size"): "counts all entries",
            LOOP.replace("2 * lam * w", "lam * np.sign(w)"): "belongs to L1",
            LOOP.replace(
                "w, b = w - lr * dw, b - lr * db", "w = w - lr * dw\n    b = b - lr * 2 * (X @ w + b - y).mean()"
            ): ("w has moved before"),
            LOOP.replace(" + 2 * lam * w", "").replace("lr * dw", "lr * dw + 2 * lam * w"): "and against it",
            LOOP.replace(" + 2 * lam * w", "").replace("lr * dw", "lr * dw - 2 * lam * w"): "penalty included",
            LOOP.replace("0.0", "y.mean()"): "the mean of y; start at zero",
            LOOP.replace("0.0", "0.0\nr = -y").replace("    r = X @ w + b - y\n", ""): "not computed anew",
            CENTRED + HAND + BIAS: "not where it is after so few steps",
            "return ridge(X, y, lam)": "not where it is after so few steps",
        },
        "soft_threshold": {
            "return np.sign(w) * (np.abs(w) - lam)": "pushed past 0",
            "return np.where(np.abs(w) > lam, w, 0)": "hard threshold",
            "return w / np.abs(w) * np.maximum(np.abs(w) - lam, 0)": "np.sign(0) is 0",
            "return np.maximum(w - lam, 0)": "negative weights are lost",
            "return np.maximum(np.abs(w) - lam, 0)": "the sign is lost",
            "return np.clip(w, -lam, lam)": "clipped",
            "return w / (1 + lam)": "that is L2",
            "return w / (1 + 2 * lam)": "that is L2",
            "return w - lam": "towards 0",
            "return np.sign(w) * np.maximum(np.abs(w) - lam / 2, 0)": "half of λ",
            "return np.sign(w) * np.maximum(np.abs(w) - 2 * lam, 0)": "twice λ",
            "return np.sign(w) * (np.abs(w) + lam)": "away from 0",
            "return np.sign(w) * np.maximum(np.abs(w), lam)": "the larger of",
            "return np.sign(w) * np.minimum(np.abs(w) - lam, 0)": "np.minimum keeps",
            "return np.sign(w) * np.maximum(np.abs(w) - lam, 1e-13)": "where exactly 0 should be",
            "return np.where(w > 0, w - lam, w + lam)": "and 0 itself moves",
            "return np.where(w > lam, w - lam, w + lam)": "pushed past it here",
            "return np.sign(w) * np.abs(np.abs(w) - lam)": "from the other side",
            "return np.where(np.abs(w) > lam, w, 0) - lam * np.sign(w)": "only lose λ",
            "return np.where(np.abs(w) < lam, 0, w)": "keeps λ itself",
            "return np.sign(w - np.clip(w, -lam, lam))": "only signs are left",
            "return w * np.maximum(np.abs(w) - lam, 0)": "only its sign",
            "return np.where(np.abs(w) < lam, 0, np.sign(w) * lam)": "lost its size",
            "return np.sign(w) * np.maximum(np.abs(w - lam), 0)": "take the size of w first",
            "return np.round(w - np.clip(w, -lam, lam), 3)": "came.",
            "return threshold(w, lam)": "calclib's own soft_threshold",
        },
        "proximal_step": {
            "return threshold(w - lr * g, lam)": "the threshold is αλ",
            "return w - lr * (g + lam * np.sign(w))": "a subgradient",
            "return threshold(w, lr * lam) - lr * g": "threshold after the step",
            "return threshold(w, lr * lam)": "the step is missing",
            "return w - lr * g": "the threshold is missing",
            "return threshold(w + lr * g, lr * lam)": "the step climbs",
            "return threshold(w - g, lr * lam)": "α is missing in the step",
            "return threshold(w - g, lam)": "α is missing in both",
            "return threshold(w - lr * g, 2 * lr * lam)": "not 2αλ",
            "return (1 - lr * lam) * w - lr * g": "weight decay",
            "return w - lr * (g + 2 * lam * w)": "the step of L2",
            "return threshold(w, lam) - lr * g": "not before it, and at αλ",
            "return threshold(w - lr * (g + lam * np.sign(w)), lr * lam)": "counts twice",
            "return threshold(w - lr * g, lam / lr)": "not λ/α",
            "return threshold(w - lr * g, lr)": "λ is missing",
            "return w - lr * threshold(g, lam)": "not the gradient",
            "v = w - lr * g\nreturn np.where(np.abs(v) > lr * lam, v, 0)": "the hard threshold",
            "return lr * threshold(w - g, lam)": "not before it all",
            "return threshold(w - lam * g, lr * lam)": "λ stands before g",
            "return threshold(w - lr * g, lr * lam / 2)": "not half of it",
            "return threshold(w - lr * g, lr**2 * lam)": "α comes once",
            "return threshold(w - lr * g, lr + lam)": "not α + λ",
            "return threshold(-lr * g, lr * lam)": "w is missing",
            "return threshold(g, lr * lam)": "the gradient alone",
            "return threshold(w - lr * (g + 2 * lam * w), lr * lam)": "belongs to L2",
            "return threshold(lr * g - w, lr * lam)": "the sign is turned",
            "v = threshold(w - lr * g, lr * lam)\nreturn np.where(v == 0, 1e-13, v)": "where exactly 0 should be",
            "return ista(w, g, lr=lr, lam=lam)[0]": "calclib's own ista",
        },
        "pick_lambda": {
            PICK.replace("*validation", "*train"): "training error is lowest",
            PICK.replace("lams[np.argmin(errors)]", "np.argmin(errors)"): "the place of λ",
            PICK.replace("*validation", "*train").replace("lams[np.argmin(errors)]", "np.argmin(errors)"): "the place",
            PICK.replace("lams[np.argmin(errors)]", "min(errors)"): "the validation error itself",
            PICK.replace("*validation", "*x").replace("*train", "*validation").replace("*x", "*train"): "swapped",
            PICK.replace("*train", "*validation"): "chosen where it was fitted",
            PICK.replace("argmin", "argmax"): "highest validation error",
            PICK.replace("ridge(*train, lam))", "ridge(*train, lam)) + error(*train, *ridge(*train, lam))"): (
                "training error is counted as well"
            ),
            PICK.replace("lam))", "lam)) + lam * np.sum(ridge(*train, lam)[0] ** 2)"): "the penalty is counted",
            PICK.replace("lam))", "lam)) - error(*train, *ridge(*train, lam))").replace("(errors", "(np.abs(errors)"): (
                "closest"
            ),
            "both = np.vstack([train[0], validation[0]]), np.append(train[1], validation[1])\n"
            + PICK.replace("*train", "*both"): "has seen the validation part",
            PICK.replace("ridge(*", "lasso(*"): "should be",
            "return max(lams)": "always the largest",
            "return lams[0]": "always the first",
            PICK + ", min(errors)": "without its error",
            "errors = [np.mean((validation[0] @ ridge(*train, lam)[0] - validation[1]) ** 2) for lam in lams]\n"
            "return lams[np.argmin(errors)]": "b is missing",
            "best, low = None, 0.0\nfor lam in lams:\n    if error(*validation, *ridge(*train, lam)) < low:\n"
            "        best, low = lam, error(*validation, *ridge(*train, lam))\nreturn best": (
                "below the one you begin with"
            ),
            "return 0.5": "and 0.5 came.",
            "return lams[0] + 0.5": "should be",
        },
        "dropout": {
            KEEP + "return h * keep": "not scaled up",
            KEEP + "return h * keep / p": "divided by p",
            KEEP + "return h * keep * (1 - p)": "multiplied by 1 − p",
            KEEP + "return h * keep / (1 - p) ** 2": "divided by 1 − p twice",
            KEEP + "return h * keep / keep.mean()": "that happened to stay",
            KEEP + "return keep": "multiply h by it",
            KEEP.replace(">= p", "< p") + "return h * keep / (1 - p)": "the share that drops out",
            KEEP.replace("    return h\n", "    return h * (1 - p)\n") + "return h * keep / (1 - p)": "scaled already",
            "return h * (rng.random(h.shape) >= p) / (1 - p)": "at test dropout is off",
            KEEP.replace("h.shape", "h.shape[1]") + "return h * keep / (1 - p)": "the same units off",
            KEEP.replace("rng.random", "np.random.default_rng(0).random") + "return h * keep / (1 - p)": "given rng",
            "return h": "nothing drops out",
            KEEP.replace("if not", "if") + "return h * keep / (1 - p)": "the two are swapped",
            KEEP.replace("rng.random", "np.random.default_rng().random") + "return h * keep / (1 - p)": "not another",
            KEEP.replace("h.shape", "(len(h), 1)") + "return h * keep / (1 - p)": "all on, or all off",
            KEEP.replace("h.shape", "") + "return h * keep / (1 - p)": "draw a number for each entry",
            KEEP.replace("rng.random(h.shape)", "rng.normal(size=h.shape)") + "return h * keep": "of the outputs are 0",
            KEEP + "return keep / (1 - p)": "not all scaled alike",
            "return h * dropout_mask(h.shape, p, rng) if train else h": "calclib's own dropout_mask",
            "return RULES['inverted'](h, p, rng, train)": "calclib's own dropout_mask",
            "return RULES['left on at test'](h, p, rng, True) if train else h": "calclib's own dropout_mask",
        },
        "early_stop": {
            STOP.replace("return best, t", "return t, t"): "not the one at which you stop",
            STOP.replace("return best, t", "return t, best"): "swapped",
            "return int(np.argmin(losses)), None": "looked ahead",
            STOP.replace("None", "len(losses) - 1"): "there is no stop",
            STOP.replace(">= patience", "> patience"): "one epoch late",
            STOP.replace(">= patience", ">= patience - 1"): "one epoch early",
            STOP.replace("loss < ", "loss <= "): "is no gain",
            "best, count = 0, 0\nfor t in range(1, len(losses)):\n    if losses[t] < losses[best]:\n        best = t\n"
            "    else:\n        count += 1\n    if count >= patience:\n        return best, t\nreturn best, None": (
                "anew"
            ),
            STOP.replace("losses[best]", "losses[max(t - 1, 0)]"): "a fall begins",
            "best = int(np.argmin(losses))\nreturn best, best + patience": "an epoch that never was",
            "best = int(np.argmin(losses))\nstop = best + patience\n"
            "return best, stop if stop < len(losses) else None": "and stops after that",
            "for t in range(1, len(losses)):\n    if losses[t] > losses[t - 1]:\n        return t - 1, t\n"
            "return len(losses) - 1, None": "waits for some epochs more",
            STOP.replace("None", "-1"): "not −1",
            STOP.replace("None", "len(losses)"): "not how many",
            STOP.replace("return best, None", "return len(losses) - 1, None"): "not the last",
            STOP.replace("return best, t", "break"): "never tells",
            STOP.replace("t - best >=", "t >="): "not from the start",
            "best, worse = 0, 0\nfor t in range(1, len(losses)):\n"
            "    worse = worse + 1 if losses[t] > losses[t - 1] else 0\n"
            "    if losses[t] < losses[best]:\n        best = t\n    elif worse >= patience:\n        return best, t\n"
            "return best, None": "worse than the one before",
            "return early_stopping(losses, patience=patience)": "calclib's own early_stopping",
        },
    }


def test_an_answer_that_changes_what_it_was_given_is_told_so():
    """The row is needed again: by a loop that goes on from it, or by the backward pass."""

    def soft_threshold(w, lam):
        w -= np.clip(w, -lam, lam)
        return w

    def proximal_step(w, g, lr, lam):
        w -= lr * g
        return threshold(w, lr * lam)

    def dropout(h, p, rng, train):
        if train:
            h[rng.random(h.shape) < p] = 0
            h /= 1 - p
        return h

    def ridge_by_hand(X, y, lam):
        X -= X.mean(axis=0)
        return np.linalg.solve(X.T @ X + len(y) * lam * np.eye(X.shape[1]), X.T @ y), y.mean()

    for answer, what in ((soft_threshold, "w"), (proximal_step, "w"), (dropout, "h"), (ridge_by_hand, "X")):
        assert f"changes the {what} that it is given" in getattr(check, answer.__name__)(answer).message


def test_single_precision_is_no_mistake_of_scale():
    def dropout(h, p, rng, train):
        return np.float32(h * (rng.random(h.shape) >= p) / (1 - p) if train else h)

    assert check.dropout(dropout).state == "yes"


def test_a_mistake_is_named_only_if_it_explains_every_answer():
    """The first history alone would say that this rule looks ahead; the third and fourth know better."""

    def early_stop(losses, patience):
        return (int(np.argmin(losses)), None) if len(losses) > 5 else (0, 0)

    message = check.early_stop(early_stop).message
    assert "(7, None) came." in message


def test_dropout_is_judged_alike_however_the_numbers_fall():
    """A right answer is never refused for its luck: other generators, drawn in other ways."""
    for draw in (lambda rng, shape: rng.random(shape), lambda rng, shape: rng.random(shape[::-1]).T):

        def dropout(h, p, rng, train, draw=draw):
            return h * (draw(rng, h.shape) >= p) / (1 - p) if train else h

        assert check.dropout(dropout).state == "yes"


def told(name, function):
    return getattr(check, name)(function).message


@pytest.mark.parametrize("sentence", thresholds.SOFT)
def test_each_mistake_of_the_soft_threshold_is_told_by_its_own_sentence(sentence):
    assert told("soft_threshold", lambda w, lam: thresholds.SOFT[sentence](w, lam)).endswith(f"came: {sentence}")


@pytest.mark.parametrize("sentence", thresholds.STEPS)
def test_each_mistake_of_the_proximal_step_is_told_by_its_own_sentence(sentence):
    slip = thresholds.STEPS[sentence]
    assert told("proximal_step", lambda w, g, lr, lam: slip(w, g, lr, lam)).endswith(f"came: {sentence}")


@pytest.mark.parametrize("sentence", penalties.SLOPES)
def test_each_mistake_of_the_penalised_gradient_is_told_by_its_own_sentence(sentence):
    def penalised_gradient(X, y, w, b, lam):
        return penalties.SLOPES[sentence](penalties.place(w, b, X, y, lam))

    assert told("penalised_gradient", penalised_gradient).endswith(f"came: {sentence}")


@pytest.mark.parametrize("sentence", penalties.SLOPES | penalties.MOVES)
def test_each_mistake_of_the_descent_is_told_by_its_own_sentence(sentence):
    slip = {"slopes": penalties.SLOPES.get(sentence), "move": penalties.MOVES.get(sentence)}
    wrong = {part: function for part, function in slip.items() if function}

    def ridge_by_descent(X, y, lam, lr, steps):
        p = penalties.descended(X, y, lam, lr, min(steps, 5), **wrong)
        return p[:-1], p[-1]

    assert told("ridge_by_descent", ridge_by_descent).endswith(f"came: {sentence}")


@pytest.mark.parametrize("sentence", held_out.RULES)
def test_each_mistaken_rule_of_stopping_is_told_by_its_own_sentence(sentence):
    assert told("early_stop", lambda losses, patience: held_out.RULES[sentence](losses, patience)).endswith(sentence)
