"""Lesson 07's checks: right answers however they are written, and every named mistake by its name."""

import numpy as np
from answers import Answers

from calclib import lasso, ridge
from calclib.checks import regularization as check
from calclib.differences import gradient
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
            "return w": "should be",
        },
        "ridge_by_hand": {
            CENTRED + HAND.replace("len(y) * ", "") + BIAS: "it is nλ that goes onto the diagonal",
            CENTRED + HAND.replace("lam", "2 * lam") + BIAS: "λ counts twice",
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
            "return ridge(X, y, lam)": "calclib's own ridge",
        },
        "ridge_by_descent": {
            LOOP.replace("+ 2 * lam", "+ lam"): "the 2 is missing",
            LOOP.replace("2 * r.mean()", "2 * r.mean() + 2 * lam * b"): "the bias is penalised",
            LOOP.replace(" + 2 * lam * w", ""): "the penalty is missing",
            LOOP.replace("- lr *", "+ lr *"): "it climbs",
            LOOP.replace("+ 2 * lam", "- 2 * lam"): "pushes outwards",
            LOOP.replace("range(steps)", "range(steps - 1)"): "one step less",
            LOOP.replace("range(steps)", "range(steps + 1)"): "one step more",
            LOOP.replace("np.zeros(X.shape[1]), 0.0", "np.ones(X.shape[1]), 1.0"): "start at zero",
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
            "return max(lams)": "highest validation error",
            "return lams[0] + 0.5": "should be",
        },
        "dropout": {
            KEEP + "return h * keep": "not scaled up",
            KEEP + "return h * keep / p": "divided by p",
            KEEP + "return h * keep * (1 - p)": "multiplied by 1 − p",
            KEEP.replace(">= p", "< p") + "return h * keep / (1 - p)": "the share that drops out",
            KEEP.replace("    return h\n", "    return h * (1 - p)\n") + "return h * keep / (1 - p)": "scaled already",
            "return h * (rng.random(h.shape) >= p) / (1 - p)": "at test dropout is off",
            KEEP.replace("h.shape", "h.shape[1]") + "return h * keep / (1 - p)": "the same units off",
            KEEP.replace("rng.random", "np.random.default_rng(0).random") + "return h * keep / (1 - p)": "given rng",
            "return h": "of the outputs are 0",
            "return h * dropout_mask(h.shape, p, rng) if train else h": "calclib's own dropout_mask",
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
            "return early_stopping(losses, patience=patience)": "calclib's own early_stopping",
        },
    }


def test_an_answer_that_changes_what_it_was_given_is_still_judged_by_what_it_gives():
    def soft_threshold(w, lam):
        w -= np.clip(w, -lam, lam)
        return w

    assert check.soft_threshold(soft_threshold).state == "yes"


def test_dropout_is_judged_alike_however_the_numbers_fall():
    """A right answer is never refused for its luck: other generators, drawn in other ways."""
    for draw in (lambda rng, shape: rng.random(shape), lambda rng, shape: rng.random(shape[::-1]).T):

        def dropout(h, p, rng, train, draw=draw):
            return h * (draw(rng, h.shape) >= p) / (1 - p) if train else h

        assert check.dropout(dropout).state == "yes"
