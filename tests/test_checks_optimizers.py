"""Lesson 08: every right answer is a yes, however it is written; every known mistake is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from answers import Answers

from calclib import optimizers as ready
from calclib import rosenbrock
from calclib.checks import moments, scales, velocities
from calclib.checks import optimizers as check
from calclib.checks.pytorch import RUNS
from calclib.descent import descend
from calclib.knobs import bare

ADAM = "x, g, m=0.0, v=0.0, t=0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8"
FUNCTIONS = {
    "momentum": "x, g, v=0.0, *, lr=0.1, beta=0.9",
    "nesterov": "x, g, v=0.0, *, lr=0.1, beta=0.9",
    "rmsprop": "x, g, v=0.0, *, lr=0.01, beta=0.99, eps=1e-8",
    "adam": ADAM,
    "adamw": f"{ADAM}, weight_decay=0.01",
    "damped": "x, g, v=0.0, t=0, *, lr=0.1, beta=0.9, dampening=0.0",
}

HEAVY = "v = beta * v + g\nreturn x - lr * v, v"
AHEAD = "v = beta * v + g\nreturn x - lr * (g + beta * v), v"
SCALED = "v = beta * v + (1 - beta) * g**2\nreturn x - lr * g / (np.sqrt(v) + eps), v"
MOMENTS = "t = t + 1\nm = beta1 * m + (1 - beta1) * g\nv = beta2 * v + (1 - beta2) * g**2\n"
HATS = "m_hat = m / (1 - beta1**t)\nv_hat = v / (1 - beta2**t)\n"
BOTH = MOMENTS + HATS + "return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t"
DECAY = MOMENTS + HATS + "return (1 - lr * weight_decay) * x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, t"
ONLY_TWO = (
    "v = np.broadcast_to(v, np.shape(x))\nnew, moved = np.zeros(2), np.array(x)\nfor i in (0, 1):\n"
    "    new[i] = beta * v.ravel()[i] + g.ravel()[i]\n    moved.flat[i] -= lr * new[i]\n"
    "return moved.reshape(2), new"
)
DAMPED = "v = g if t == 0 else beta * v + (1 - dampening) * g\nreturn x - lr * v, v, t + 1"

RIGHT = {
    "momentum": [
        HEAVY,
        "new = np.add(v * beta, g)\nmoved = lr * new\nreturn x - moved, new",
        "v = [beta * a + b for a, b in zip(np.broadcast_to(v, np.shape(g)), g)]\n"
        "return np.array([a - lr * b for a, b in zip(x, v)]), np.array(v)",
    ],
    "nesterov": [
        AHEAD,
        "old, v = v, beta * v + g\nball = x + lr * beta * old\nball = ball - lr * v\n"
        "return ball - lr * beta * v, v".replace("x + lr * beta * old", "x + beta * lr * old"),
        "w = g + beta * v\nreturn x - lr * (beta * w + g), w",
    ],
    "rmsprop": [
        SCALED,
        "v = v + (1 - beta) * (g * g - v)\nreturn x - g * (lr / (v**0.5 + eps)), v",
    ],
    "adam": [
        BOTH,
        "t += 1\nm = m + (1 - beta1) * (g - m)\nv = v + (1 - beta2) * (g * g - v)\n"
        "a, b = 1 - beta1**t, 1 - beta2**t\nreturn x - (lr / a) * m / (np.sqrt(v) / np.sqrt(b) + eps), m, v, t",
    ],
    "adamw": [
        DECAY,
        "shrunk = (1 - lr * weight_decay) * x\n"
        "return ready.adam(shrunk, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)",
        MOMENTS + HATS + "shrunk = x - lr * weight_decay * x\nreturn shrunk - lr * m_hat / (v_hat**0.5 + eps), m, v, t",
    ],
    "damped": [
        DAMPED,
        "if t:\n    g = beta * v + g - dampening * g\nreturn x - lr * g, 1.0 * g, t + 1",
    ],
}

WRONG = {
    "momentum": {
        "v = beta * v - g\nreturn x - lr * v, v": "g is subtracted",
        "v = beta * v + g\nreturn x - lr * v, lr * v": "times α",
        "v = beta * v + g\nreturn x - 0.1 * v, v": "stands as 0.1",
        HEAVY.replace("+ g", "+ (1 - beta) * g"): "(1 − β) does not belong",
        "v = beta * v + lr * g\nreturn x - v, v": "stands inside v",
        HEAVY.replace("beta * ", ""): "β is missing",
        "return x - lr * v, beta * v + g": "old v: first",
        "return x - lr * g, v": "v is not used",
        "return x - lr * g, g": "that came in is not used",
        HEAVY.replace("x - lr", "x + lr"): "this climbs",
        "v = beta * v - g\nreturn x + lr * v, v": "points downhill",
        "v = v + beta * g\nreturn x - lr * v, v": "belongs to v, the past",
        "v = beta * (v + g)\nreturn x - lr * v, v": "not β(v + g)",
        HEAVY.replace("lr * ", ""): "learning rate is missing",
        AHEAD: "Nesterov",
        "return x - lr * (beta * v + g), v": "new v is to be returned",
        "v = beta * v + g\nreturn v, x - lr * v": "x comes first",
        "v = beta * v + g\nreturn x - lr * v": "a tuple of 2",
        "v = beta * v + g\nreturn [x - lr * v, v]": "a tuple of 2",
        "v *= beta\nv += g\nreturn x - lr * v, v": "changes the v",
        "g /= 1\ng += beta * v\nreturn x - lr * g, g": "changes the g",
        "v = 0.9 * v + g\nreturn x - 0.1 * v, v": "should be",
        "v = np.round(beta * v + g, 6)\nreturn x - lr * v, v": "PyTorch's x should be",
        "v = beta * v - lr * g\nreturn x + v, v": "the form v ← βv − αg",
        "v = beta * v + lr * g\nreturn x - lr * v, v": "α stands twice",
        "v = (1 - beta) * v + beta * g\nreturn x - lr * v, v": "β and 1 − β are swapped",
        "v = beta * v + g\nreturn list(x - lr * v), list(v)": "the new x of momentum(…)",
        "v = beta * v + g\nreturn x - lr * v, v.tolist()": "is a list, where an array should be",
        ONLY_TWO: "ValueError",
        HEAVY.replace("v = beta", "v = np.zeros(2) if np.ndim(v) == 0 else v\nv = beta"): "ValueError",
        "v = beta * v + g\nreturn x - lr * (v if v.shape == (2,) else v[0]), v": "for an x of shape (2, 3)",
    },
    "nesterov": {
        "v = beta * v + g\nreturn x - lr * (g - beta * v), v": "βv is subtracted",
        HEAVY: "this is the heavy ball",
        "return x - lr * (g + beta * v), beta * v + g": "this is the heavy ball",
        AHEAD.replace("(g + beta * v)", "(g + v)"): "β is missing in the look ahead",
        AHEAD.replace("(g + beta * v)", "beta * v"): "g is missing in the step",
        "v = beta * v + g\nv = g + beta * v\nreturn x - lr * v, v": "one step too far",
        AHEAD.replace("+ g\n", "+ (1 - beta) * g\n"): "(1 − β) does not belong",
        AHEAD.replace("x - lr", "x + lr"): "this climbs",
        "return x - lr * (g + beta * g), g": "that came in is not used",
        AHEAD.replace("lr * (g + beta * v)", "(lr * g + beta * v)"): "α multiplies both",
        AHEAD.replace("(g + beta * v)", "(v + beta * g)"): "not v + βg",
        "v = beta * v + lr * g\nreturn x - (lr * g + beta * v), v": "stands inside v",
        "old, v = v, beta * v - lr * g\nreturn x - beta * old + (1 + beta) * v, v": "the form v ← βv − αg",
        AHEAD.replace("lr * (", "("): "learning rate is missing",
        "return x - lr * (g + beta * (beta * v + g)), v": "new v is to be returned",
    },
    "rmsprop": {
        SCALED.replace("(np.sqrt(v) + eps)", "np.sqrt(v + eps)"): "ε stands inside the root",
        SCALED.replace("g**2", "np.mean(g**2)"): "v is one number for all",
        SCALED.replace("g**2", "np.sum(g**2)"): "shared by all coordinates",
        SCALED.replace("(1 - beta) * ", ""): "(1 − β) is missing",
        SCALED.replace("beta * v + (1 - beta) * ", "v + "): "AdaGrad's sum",
        SCALED.replace("beta * v + (1 - beta) *", "(1 - beta) * v + beta *"): "swapped",
        SCALED.replace("g**2", "g"): "not squared",
        SCALED.replace("g**2", "abs(g)"): "size |g|",
        SCALED.replace("np.sqrt(v)", "v"): "root is missing",
        SCALED.replace(" + eps", ""): "ε is missing",
        SCALED.replace("g / (", "g * ("): "multiplies by the root",
        SCALED.replace("(np.sqrt(v) + eps)", "np.sqrt(v) + eps"): "adds ε to x",
        SCALED.replace("lr * g / (np.sqrt(v) + eps)", "(lr / np.sqrt(v) + eps) * g"): "adds ε to the rate",
        SCALED.replace("lr * g", "g"): "learning rate is missing",
        SCALED.replace("lr * g / (np.sqrt(v) + eps)", "lr * (g / np.sqrt(v) + eps)"): "brackets are missing",
        SCALED.replace(" / (np.sqrt(v) + eps)", ""): "v is not used in the step",
        SCALED.replace("beta * v + ", ""): "that came in is not used",
        SCALED.replace("x - lr", "x + lr"): "this climbs",
        "return x - lr * g / (np.sqrt(v) + eps), beta * v + (1 - beta) * g**2": "divides by the old v",
        "n = beta * v + (1 - beta) * g**2\nreturn x - lr * g / (np.sqrt(n) + eps), v": "new v is to be returned",
        "v *= beta\nv += (1 - beta) * g**2\nreturn x - lr * g / (np.sqrt(v) + eps), v": "changes the v",
    },
    "adam": {
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t": "m's correction",
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2)) + eps), m, v, t": "v's correction",
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m / (1 - beta1 * t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t": "β₁t is no power",
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v, t": "corrected with β₁",
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m * (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t": "multiplies m",
        "t, m, v = t + 1, (1 - beta1) * m + beta1 * g, beta2 * v + (1 - beta2) * g**2\n"
        "return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t": "swapped in m",
        "t, m, v = t + 1, beta1 * m + (1 - beta1) * g, (1 - beta2) * v + beta2 * g**2\n"
        "return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, t": "swapped in v",
        BOTH.replace("m / (1 - beta1**t)", "m"): "m̂ is without its correction",
        BOTH.replace("v / (1 - beta2**t)", "v"): "v̂ is without its correction",
        BOTH.replace("m / (1 - beta1**t)", "m").replace("v / (1 - beta2**t)", "v"): "neither m nor v is corrected",
        BOTH.replace("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"): "ε stands inside the root",
        BOTH.replace("(np.sqrt(v_hat) + eps)", "((np.sqrt(v) + eps) / np.sqrt(1 - beta2**t))"): "short form",
        BOTH.replace("t = t + 1\n", "").replace("m, v, t", "m, v, t + 1"): "t is too small by one",
        BOTH.replace("beta1", "beta0").replace("beta2", "beta1").replace("beta0", "beta2"): "β are swapped",
        BOTH.replace("eps), m, v, t", "eps), m_hat, v_hat, t"): "for this step only",
        BOTH.replace("lr * m_hat", "lr * g"): "steps along g",
        BOTH.replace("g**2", "np.mean(g**2)"): "one v is shared",
        BOTH.replace("**t", ""): "the power is missing",
        BOTH.replace("t = t + 1", "t = 1").replace("m, v, t", "m, v, t + 3"): "the power is missing",
        BOTH.replace("/ (1 - beta", "* (1 - beta"): "so divide",
        BOTH.replace("v / (1 - beta2**t)", "v").replace(
            "np.sqrt(v_hat)", "np.sqrt(v) / (1 - beta2**t)"
        ): "outside the root",
        BOTH.replace(" + eps", ""): "ε is missing",
        BOTH.replace("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat) + eps"): "adds ε to x",
        BOTH.replace("lr * m_hat", "m_hat"): "learning rate is missing",
        BOTH.replace("beta2", "beta1"): "one β serves both",
        BOTH.replace("np.sqrt(v_hat)", "v_hat"): "root is missing",
        BOTH.replace("(1 - beta1) * ", "").replace("(1 - beta2) * ", ""): "(1 − β₁) and (1 − β₂) are missing",
        BOTH.replace("(1 - beta1) * ", ""): "(1 − β₁) is missing",
        BOTH.replace("(1 - beta2) * ", ""): "(1 − β₂) is missing",
        BOTH.replace("g**2", "g"): "not squared",
        BOTH.replace("beta1 * m + ", "").replace("beta2 * v + ", ""): "that came in is not used",
        BOTH.replace("x - lr", "x + lr"): "this climbs",
        BOTH.replace("eps), m, v, t", "eps), m, v, t - 1"): "comes back as it went in",
        BOTH.replace("eps), m, v, t", "eps), v, m, t"): "m and v are swapped",
        BOTH.replace("eps), m, v, t", "eps), m, v"): "a tuple of 4",
    },
    "adamw": {
        DECAY.replace("(1 - lr * weight_decay) * x", "x - lr * weight_decay"): "α is there",
        DECAY.replace("lr * weight_decay", "lr**2 * weight_decay"): "α stands twice",
        DECAY.replace("weight_decay)", "0.01)"): "stands as 0.01",
        "g = g + weight_decay * x\n" + BOTH: "the decay goes through Adam",
        DECAY.replace("lr * weight_decay", "weight_decay"): "α is missing in the decay",
        MOMENTS + HATS + "x = x - lr * m_hat / (np.sqrt(v_hat) + eps)\n"
        "return (1 - lr * weight_decay) * x, m, v, t": "the new x decays",
        BOTH: "nothing decays",
        "a, *rest = ready.adam(x, g, m, v, t, lr=lr)\nreturn a - lr * weight_decay * x, *rest": "beta1, beta2 and eps",
        "a, *rest = ready.adam(x, g, m, v, t)\nreturn a - lr * weight_decay * x, *rest": "pass all the knobs on",
        DECAY.replace("(1 - lr", "(1 + lr"): "weights grow",
        DECAY.replace("(1 - lr * weight_decay) * x", "-lr * weight_decay * x"): "x itself is lost",
        DECAY.replace("(1 - lr * weight_decay)", "(1 - 2 * lr * weight_decay)"): "twice too strong",
        DECAY.replace("(1 - lr * weight_decay) * x", "x - lr * weight_decay * np.sign(x)"): "sign of x",
        DECAY.replace("m / (1 - beta1**t)", "m"): "m̂ is without its correction",
        DECAY.replace("(1 - lr * weight_decay) * x", "x").replace("m_hat / ", "(m_hat + weight_decay * x) / "): (
            "divided by √v̂, as m̂ is"
        ),
        DECAY.replace("lr * m_hat", "m_hat"): "learning rate is missing",
        DECAY.replace("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)"): "ε stands inside the root",
    },
    "damped": {
        "v = g if t == 0 else beta * v + (1 - dampening) * g\nreturn x + lr * v, v, t + 1": "this climbs",
        DAMPED.replace("g if t == 0 else ", ""): "first step is dampened too",
        HEAVY + ", t + 1": "nothing is dampened",
        DAMPED.replace("(1 - dampening)", "dampening"): "τ multiplies g",
        DAMPED.replace("(1 - dampening)", "(1 - beta)"): "takes β for τ",
        DAMPED.replace("t == 0", "t <= 1"): "second step is not dampened",
        DAMPED.replace("beta * v + (1 - dampening) * g", "(1 - dampening) * (beta * v + g)"): "the past is dampened",
        "return x - lr * g, g, t + 1": "every step is taken for the first",
        DAMPED.replace("t + 1", "t"): "comes back as it went in",
    },
}


class TestOptimizers(Answers):
    check, FUNCTIONS, RIGHT, WRONG = check, FUNCTIONS, RIGHT, WRONG
    SPACE = {"ready": ready}


# --- what decides


def test_the_numbers_are_those_of_the_run_of_pytorch():
    printed = json.loads(Path(__file__).with_name("torch_iterates.json").read_text("utf-8"))["runs"]
    for name, runs in RUNS.items():
        for run in runs if name != "damped" else ():
            twin = next(p for p in printed if (p["step"], p["landscape"], p["knobs"]) == (name, *run[:2]))
            assert {t: list(point) for t, point in run.points.items()} == {
                t: twin["points"][str(t)] for t in run.points
            }


def test_dampening_is_a_running_mean_but_for_its_first_step():
    """The closed form: after t steps v is βᵗ⁻¹g₁ + (1 − τ)·Σ βᵗ⁻ᵏgₖ, here on the ravine's steep side."""
    run = RUNS["damped"][0]
    lr, beta, tau = run.knobs.values()
    y = [1.0]
    for t in range(1, 51):
        v = beta ** (t - 1) * 100 * y[0] + (1 - tau) * sum(beta ** (t - k) * 100 * y[k - 1] for k in range(2, t + 1))
        y.append(y[-1] - lr * v)
    assert [y[t] for t in run.points] == pytest.approx([p[1] for p in run.points.values()], rel=1e-10)


@pytest.mark.parametrize(
    "exact, step, memory",
    [
        (velocities.heavy, ready.momentum, (check.V,)),
        (velocities.ahead, ready.nesterov, (check.V,)),
        (scales.scaled, ready.rmsprop, (check.S,)),
        (moments.both, ready.adam, (check.M, check.S, 3)),
        (moments.both, ready.adamw, (check.M, check.S, 3)),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_the_second_way_to_write_a_step_is_calclibs(exact, step, memory):
    names = {ready.rmsprop: check.ADAM_KNOBS[0], ready.adam: check.ADAM_KNOBS[0]}
    knobs = dict(names.get(step, {"lr": 0.1, "beta": 0.7}))
    if step is ready.rmsprop:
        knobs = {"lr": 0.1, "beta": 0.7, "eps": 0.1}
    if step is ready.adamw:
        knobs = {**check.ADAM_KNOBS[0], "weight_decay": 0.3}
    for ours, theirs in zip(
        exact(check.X, check.G, *memory, **knobs), step(check.X, check.G, *memory, **knobs), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


@pytest.mark.parametrize("name", RIGHT)
def test_each_mistake_differs_from_the_right_step_and_from_every_other(name):
    table = {
        "momentum": (velocities.HEAVY, (check.V,), check.VELOCITY_KNOBS),
        "nesterov": (velocities.NESTEROV, (check.V,), check.VELOCITY_KNOBS),
        "rmsprop": (scales.RMSPROP, (check.S,), ({"lr": 0.1, "beta": 0.8, "eps": 0.1},)),
        "adam": (moments.ADAM, (check.M, check.S, 3), check.ADAM_KNOBS),
        "adamw": (moments.ADAMW, (check.M, check.S, 3), [{**k, "weight_decay": 0.2} for k in check.ADAM_KNOBS]),
        "damped": (velocities.DAMPED, (check.V, 3), ({"lr": 0.1, "beta": 0.8, "dampening": 0.7},)),
    }
    wrong, memory, every = table[name]
    only_early = "the first step is", "the second step is"
    wrong = {s: slip for s, slip in wrong.items() if not s.startswith(only_early)}
    seen = {}
    for sentence, slip in wrong.items():
        took = [slip(check.X, check.G, *memory, **knobs) for knobs in every]
        key = str([np.round(part, 9).tolist() for steps in took for part in steps])
        assert key not in seen, (sentence, seen[key])
        seen[key] = sentence


TABLES = {
    "momentum": velocities.HEAVY,
    "nesterov": velocities.NESTEROV,
    "rmsprop": scales.RMSPROP,
    "adam": moments.ADAM,
    "adamw": moments.ADAMW,
    "damped": velocities.DAMPED,
}


@pytest.mark.parametrize("name, sentence", [(name, sentence) for name, table in TABLES.items() for sentence in table])
def test_each_mistake_that_is_handed_in_is_told_by_its_own_sentence(name, sentence):
    slip = TABLES[name][sentence]

    def step(x, g, *memory, **knobs):
        return tuple(slip(x, g, *memory, **knobs))

    answer = getattr(check, name)(step)
    assert answer.state == "not yet" and answer.message.endswith(f"came: {sentence}")


def test_a_state_outside_the_function_is_noticed_each_time():
    kept = {"v": 0.0}

    def momentum(x, g, v=0.0, *, lr=0.1, beta=0.9):
        kept["v"] = beta * kept["v"] + g
        return x - lr * kept["v"], kept["v"]

    for _ in range(2):
        assert "remembered outside the function" in check.momentum(momentum).message


def test_a_step_counted_outside_the_function_is_noticed():
    kept = {"t": 3}

    def adam(x, g, m=0.0, v=0.0, t=0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        kept["t"] += 1
        x, m, v, _ = bare(ready.adam)(x, g, m, v, kept["t"] - 1, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return x, m, v, t + 1

    assert "remembered outside the function" in check.adam(adam).message


def test_a_step_without_a_place_for_its_memory_or_its_knobs_is_told():
    assert "takes from 2 to 3" in check.adam(lambda x, g, v=0.0, *, lr=1, beta1=0, beta2=0, eps=0: (x, v)).message
    answer = check.momentum(lambda x, g, v=0.0, *, lr=0.1: (x, v))
    assert "with 3 arguments and lr, beta by name here" in answer.message and "'beta'" in answer.message


@pytest.mark.parametrize("name, step", [(name, getattr(ready, name)) for name in RIGHT if hasattr(ready, name)])
def test_calclibs_own_step_is_not_the_learners(name, step):
    answer = getattr(check, name)(step)
    assert answer.state == "not yet" and f"calclib's own {name}" in answer.message


# --- the tuned run

GOOD = {"lr": 0.00355, "beta": 0.91}


def own_heavy(x, g, v=0.0, *, lr, beta):
    v = beta * v + g
    return x - lr * v, v


@pytest.mark.parametrize(
    "step, knobs",
    [
        (ready.momentum, GOOD),
        (own_heavy, GOOD),
        (own_heavy, {"lr": lambda t: 0.00355, "beta": np.float64(0.91)}),
    ],
)
def test_a_run_below_the_target_is_a_yes(step, knobs):
    answer = check.tuned(step, knobs)
    assert answer.state == "yes" and 40 < len(answer.message) < 240


def knows_the_answer(x, g, *, lr):
    return np.array([1.0, 1.0])


def newton_in_disguise(x, g, *, lr):
    return x - np.linalg.solve(rosenbrock.hessian(x), rosenbrock.gradient(x))


@pytest.mark.parametrize(
    "step, knobs, said",
    [
        (ready.momentum, {"lr": 0.002}, "sweep β as well"),
        (ready.adam, {"lr": 2.936}, "from a millionth beside it at up to"),
        (ready.adam, {"lr": 2.515}, ": luck. Choose as figure.sweep does"),
        (ready.momentum, (1, 2), "a dict with a rate"),
        (ready.momentum, {"lr": 0.002, "beta": 0.5}, "the target is below 1e-05"),
        (ready.momentum, {"lr": 0.1, "beta": 0.9}, "it runs away: a smaller rate"),
        (ready.momentum, {"beta": 0.9}, "a dict with a rate"),
        (ready.momentum, 0.1, "a dict with a rate"),
        (ready.momentum, {"lr": 0.1, "beta1": 0.9}, "do not fit: got an unexpected keyword argument 'beta1'"),
        (ready.momentum, {"lr": 0.1, "beta": 1.5}, "beta is 1.5"),
        (ready.momentum, {"lr": -0.1, "beta": 0.5}, "lr is -0.1"),
        (ready.momentum, {"lr": [[0.1], [0.2]], "beta": 0.5}, "one number for each knob"),
        (ready.momentum, {"lr": "fast", "beta": 0.5}, "lr is 'fast'"),
        (3, GOOD, "step is 3"),
        (knows_the_answer, {"lr": 1.0}, "know where the bottom is"),
        (newton_in_disguise, {"lr": 1.0}, "know where the bottom is"),
    ],
)
def test_other_runs_are_told_why_not(step, knobs, said):
    answer = check.tuned(step, knobs)
    assert answer.state == "not yet" and said in answer.message


@pytest.mark.parametrize("given", [(..., ...), (ready.momentum, ...), (..., GOOD)])
def test_an_untuned_run_is_not_started(given):
    assert check.tuned(*given).state == "not started"


@pytest.mark.parametrize("step", [ready.momentum, ready.nesterov, ready.adagrad, ready.rmsprop, ready.adam])
def test_no_rate_alone_reaches_the_target(step):
    rates = np.geomspace(1e-5, 100, 1401)[:, None]
    path = descend(step, rosenbrock, np.tile([-1.0, 1.0], (1401, 1)), lr=rates, steps=check.BUDGET, escape=1e3)
    lost = np.where(path.diverged, np.inf, rosenbrock(path[-1]))
    assert check.TARGET < lost.min() < np.inf


@pytest.mark.parametrize(
    "name, body, lender",
    [
        ("momentum", "_, v = ready.nesterov(x, g, v, lr=lr, beta=beta)\nreturn x - lr * v, v", "nesterov"),
        (
            "rmsprop",
            "x, _, v, _ = ready.adam(x, g, 0.0, v, 10**6, lr=lr, beta1=0.0, beta2=beta, eps=eps)\nreturn x, v",
            "adam",
        ),
        (
            "adam",
            "return ready.adamw(x, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=0.0)",
            "adamw",
        ),
    ],
)
def test_another_of_calclibs_steps_in_disguise_is_not_the_learners(name, body, lender):
    answer = TestOptimizers().answer(name, body)
    assert answer.state == "not yet" and f"calclib's own {lender}:" in answer.message
