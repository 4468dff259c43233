"""Lesson 09: right answers are a yes, mistakes are named; a patient is healed by its cause, and lucky hacks are not."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from answers import Answers

from calclib import clinic
from calclib.checks import debugging, treatment
from calclib.clinic import CAUSES, PATIENTS

DIAGNOSE = """
size = lambda a: np.sqrt(np.mean(a**2))
if chart.inputs > 10:
    return "inputs not scaled"
if chart.neighbours < 0.5:
    return "labels out of step"
if chart.gradient_error > 1e-3:
    return "wrong gradient"
if max(np.all(h == 0, axis=0).mean() for h in chart.h) > 0.5:
    return "dead ReLUs"
ahead = size(chart.h[-1]) / chart.inputs
if ahead > 10 or ahead < 0.1:
    return "weights start too " + ("large" if ahead > 10 else "small")
if np.nanmin(chart.losses) < 2.25 and size(chart.late[0]) > 100 * size(chart.late[-1]):
    return "gradients explode in training"
if chart.losses[-1] < 1.2:
    return "healthy"
late = np.diff(chart.losses[4:])
return "learning rate too " + ("low" if np.all(late < 0) and late.sum() < -0.02 else "high")
""".strip()

TRAPPED = DIAGNOSE.replace("np.nanmin(chart.losses) < 2.25 and ", "")
NORM = "norm = np.sqrt(sum(np.sum(g**2) for g in gradients))\n"
SLOPE = "s = 1 / (1 + np.exp(-z))\n"


class TestDebugging(Answers):
    check = debugging
    SPACE = {"clinic": clinic, "CAUSES": CAUSES}
    FUNCTIONS = {
        "growth_per_layer": "scale, z",
        "deviations": "inputs, outputs",
        "clip": "gradients, limit",
        "dead_units": "h",
        "diagnose": "chart",
    }
    RIGHT = {
        "growth_per_layer": [
            SLOPE + "return scale * np.sqrt(np.mean((s * (1 - s)) ** 2))",
            SLOPE + "return np.linalg.norm(scale * s * (1 - s)) / np.sqrt(z.size)",
            "slope = np.exp(-z) / (1 + np.exp(-z)) ** 2\nreturn (scale**2 * (slope**2).mean()) ** 0.5",
        ],
        "deviations": [
            "return np.sqrt(2 / (inputs + outputs)), np.sqrt(2 / inputs)",
            "return [1 / math.sqrt((inputs + outputs) / 2), (2 / inputs) ** 0.5]",
        ],
        "clip": [
            NORM + "return [g * min(1, limit / norm) for g in gradients]",
            "norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))\n"
            "return gradients if norm <= limit else [limit * g / norm for g in gradients]",
            NORM + "return tuple(g / max(1, norm / limit) for g in gradients)",
        ],
        "dead_units": [
            "return int(np.sum(np.all(h == 0, axis=0)))",
            "return sum(1 for unit in h.T if not unit.any())",
            "return np.count_nonzero(h.max(axis=0) == 0)",
        ],
        "diagnose": [
            DIAGNOSE,
            DIAGNOSE.replace("> 1e-3", "> 1e-6"),
            DIAGNOSE.replace('"healthy"', '" Healthy"'),
            DIAGNOSE.replace("size(chart.late[0]) > 100 * size(chart.late[-1])", "clinic.growth(chart.late) > 100"),
        ],
    }
    WRONG = {
        "growth_per_layer": {
            "return scale / 4": "0.25 everywhere",
            SLOPE + "return scale * np.mean(s * (1 - s))": "add by squares",
            SLOPE + "return scale**2 * np.mean((s * (1 - s)) ** 2)": "square root is missing",
            SLOPE + "return np.sqrt(np.mean((s * (1 - s)) ** 2))": "scale is missing",
            SLOPE + "return np.sqrt(scale * np.mean((s * (1 - s)) ** 2))": "root of scale",
            SLOPE + "return scale**2 * np.sqrt(np.mean((s * (1 - s)) ** 2))": "squared",
            SLOPE + "t = 1 / (1 + np.exp(-s))\nreturn scale * np.sqrt(np.mean((t * (1 - t)) ** 2))": "its place is z",
            SLOPE + "return scale * np.sqrt(np.mean(s**2))": "σ itself",
            SLOPE + "return scale * np.sqrt(np.mean((1 - s**2) ** 2))": "belongs to tanh",
            SLOPE + "return scale * s * (1 - s)": "one number for each entry",
            SLOPE + "return scale * np.linalg.norm(s * (1 - s))": "number of entries",
            SLOPE + "return scale * np.std(s * (1 - s))": "spread of the slopes",
            "return scale * np.sqrt(np.mean((z * (1 - z)) ** 2))": "z(1 − z) is taken",
            "return scale * np.sqrt(np.mean((1 - np.tanh(z) ** 2) ** 2))": "slope of tanh",
            SLOPE + "return scale * np.sqrt(z.shape[1] * np.mean((s * (1 - s)) ** 2))": "in scale already",
            "s = 1 / (1 + np.exp(-z.mean()))\nreturn scale * s * (1 - s)": "at the mean of z",
            SLOPE + "return scale * np.sqrt(np.mean(s * (1 - s)))": "not squared before the mean",
            SLOPE + "return scale * np.sqrt(np.mean((s * (1 - s)) ** 2, axis=0))": "one number for each unit",
            SLOPE + "return scale * np.sqrt(np.mean((s * (1 - s)) ** 2, axis=1))": "one number for each row",
            SLOPE + "return scale * np.max(s * (1 - s))": "the largest slope",
            SLOPE + "return scale * np.sqrt(np.mean((s * (1 - s) ** 2) ** 2))": "one factor only",
            SLOPE + "return scale * np.sqrt(np.mean((s * 1 - s) ** 2))": "put 1 - s in brackets",
            "s = 1 / 1 + np.exp(-z)\nreturn scale * np.sqrt(np.mean((s * (1 - s)) ** 2))": "put 1 + e⁻ᶻ in brackets",
        },
        "deviations": {
            "return 2 / (inputs + outputs), 2 / inputs": "variances",
            "return np.sqrt(2 / inputs), np.sqrt(2 / (inputs + outputs))": "swapped",
            "return np.sqrt(1 / inputs), np.sqrt(2 / inputs)": "both sides",
            "return np.sqrt(2 / (inputs + outputs)), np.sqrt(1 / inputs)": "half of the squares",
            "return np.sqrt(1 / (inputs + outputs)), np.sqrt(1 / inputs)": "missing in both",
            "return np.sqrt(1 / (inputs + outputs)), np.sqrt(2 / inputs)": "missing in Xavier",
            "return np.sqrt(2 / (inputs + outputs)), np.sqrt(2 / outputs)": "counts the inputs",
            "return np.sqrt(6 / (inputs + outputs)), np.sqrt(6 / inputs)": "uniform",
            "return np.sqrt(2 / inputs + outputs), np.sqrt(2 / inputs)": "in brackets",
            "return 2 / (inputs + outputs), np.sqrt(2 / inputs)": "the first is a variance",
            "return np.sqrt(2 / (inputs + outputs)), 2 / inputs": "the second is a variance",
            "return np.sqrt(2) / (inputs + outputs), np.sqrt(2) / inputs": "whole fraction",
            "return np.sqrt(2 / (inputs + outputs)), 2 / np.sqrt(inputs + outputs)": "the inputs alone",
            "return np.sqrt(6 / (inputs + outputs)), np.sqrt(2 / inputs)": "the first is the limit of uniform",
            "return np.sqrt(2 / (inputs + outputs)), np.sqrt(2) / inputs": "the second has a root over the 2 alone",
            "return np.sqrt(2 / (inputs * outputs)), np.sqrt(2 / inputs)": "not their product",
            "return np.sqrt((1 / inputs + 1 / outputs) / 2), np.sqrt(2 / inputs)": "the mean of the widths",
            "return np.sqrt(2 / (inputs + outputs)), 2 / np.sqrt(inputs)": "the second has a 2 outside the root",
            "return 2 / np.sqrt(inputs + outputs), 2 / np.sqrt(inputs)": "both have a 2 outside the root",
        },
        "clip": {
            "return [np.clip(g, -limit, limit) for g in gradients]": "each component",
            "return [g * min(1, limit / np.linalg.norm(g)) for g in gradients]": "its own norm",
            NORM + "return [g * limit / norm for g in gradients]": "stays as it is",
            NORM + "return [g * max(1, limit / norm) for g in gradients]": "not shortened at all",
            NORM + "return [g * min(1, limit / norm**2) for g in gradients]": "squared norm",
            NORM + "return [g * min(1, 1 / norm) for g in gradients]": "should have the limit",
            "norm = sum(np.linalg.norm(g) for g in gradients)\n"
            "return [g * min(1, limit / norm) for g in gradients]": "not the sum of the norms",
            NORM + "return [g * (norm <= limit) for g in gradients]": "not thrown away",
            "return gradients": "not shortened at all",
            NORM + "return [g * min(1, norm / limit) for g in gradients]": "not shortened at all",
            NORM + "return [g * norm / limit for g in gradients]": "the factor is limit/norm",
            "top = max(np.abs(g).max() for g in gradients)\n"
            "return [g * min(1, limit / top) for g in gradients]": "largest entry",
            "rms = np.sqrt(np.mean(np.concatenate([g.ravel() for g in gradients]) ** 2))\n"
            "return [g * min(1, limit / rms) for g in gradients]": "of their mean",
            "return [np.minimum(g, limit) for g in gradients]": "one side only",
            NORM + "for g in gradients:\n    g *= min(1, limit / norm)\nreturn gradients": "changes the gradients",
            "return gradients[0]": "list of three arrays",
            NORM + "return [g * min(1, (limit / norm) ** 2) for g in gradients]": "the factor is squared",
            "return gradients[:2]": "a list of 2, where a list of three arrays",
            NORM + "return [g if np.linalg.norm(g) < limit else g * limit / norm for g in gradients]": "or none",
            NORM + "return [g / norm if norm > 1 else g for g in gradients]": "should have the limit",
            "norm = np.linalg.norm(gradients[-1])\n"
            "return [g * min(1, limit / norm) for g in gradients]": "it is of the last one",
            "return [np.full(g.shape, 'a') for g in gradients]": "array 1",
            "from calclib.optimizers import clip_by_global_norm\n"
            "return clip_by_global_norm(gradients, limit)": "calclib's own clip_by_global_norm",
        },
        "dead_units": {
            "return np.sum(np.all(h == 0, axis=1))": "axes are swapped",
            "return np.sum(h == 0)": "single zeros",
            "return np.sum(np.any(h == 0, axis=0))": "it takes all images",
            "return np.sum(np.any(h != 0, axis=0))": "that live",
            "return np.mean(np.all(h == 0, axis=0))": "the number is wanted",
            "return np.mean(h == 0)": "share of single zeros",
            "return np.all(h == 0, axis=0) + 0": "count them",
            "return np.all(h == 0, axis=0)": "count them",
            "return h == 0": "of each entry",
            "return [[1], [2, 3]]": "where a number",
            "return np.sum(h[0] == 0)": "for the first image",
            "return np.sum(np.mean(h == 0, axis=0) > 0.5)": "for most images",
            "return np.sum(h.mean(axis=0) < 0.01)": "speaks softly",
            "return len(np.all(h == 0, axis=0))": "len() counts what is False, too",
            "return np.sum(h == 0, axis=0)": "the zeros of each unit",
        },
        "diagnose": {
            TRAPPED: "had not been learning before",
            "for h in chart.h:\n    h[h > 0] = 1\n" + DIAGNOSE: "changes the chart",
            "chart.losses.sort()\n" + DIAGNOSE: "changes the chart",
            "chart.h.pop()\n" + DIAGNOSE: "changes the chart",
            "if chart.losses[-1] < 1.2:\n    return 'healthy'\n" + DIAGNOSE: "before the curve",
            DIAGNOSE.replace("ahead < 0.1", "ahead < 0.5"): "and from 0.1 to 10 is well",
            DIAGNOSE.replace("nanmin", "min"): "by np.nanmin",
            DIAGNOSE.replace("chart.inputs > 10", "chart.inputs > 1"): "from 0.1 to 10 all is well",
            DIAGNOSE.replace("size(chart.h[-1]) / chart.inputs", "size(chart.h[-1])"): "divide by chart.inputs",
            DIAGNOSE.replace("axis=0", "axis=1"): "of the units give 0 for every image",
            DIAGNOSE.replace(
                "max(np.all(h == 0, axis=0).mean() for h in chart.h)", "np.all(chart.h[0] == 0, axis=0).mean()"
            ): ("of the units give 0 for every image"),
            "return clinic.diagnose(chart)": "calclib's own diagnose",
            "return clinic.diagnose(chart).verdict": "calclib's own diagnose",
            "return 'healthy'": "before the curve",
            "return 'too slow'": "one of CAUSES",
            "return 'inputs not scaled'": "Its chart says",
            "if np.mean(chart.h[-1] == 0) > 0.5:\n    return 'dead ReLUs'\n"
            "return clinic.diagnose(chart)": "single zeros are no illness",
            "if clinic.growth(chart.late) > 100:\n    return 'gradients explode in training'\n"
            "return clinic.diagnose(chart)": "before the curve",
            "if np.max(chart.h[-1]) > 60 * chart.inputs:\n    return 'weights start too large'\n"
            "return clinic.diagnose(chart)": "whole layers",
            "if np.max(chart.h[-1]) > 30 * 0.48 and chart.losses[-1] < 1:\n    return 'weights start too large'\n"
            "return clinic.diagnose(chart)": "whole layers",
        },
    }


SCALED = [
    lambda X: X,
    lambda X: (X - X.mean()) / X.std(),
    lambda X: 2 * X - 1,
    lambda X: 1 - X,
    lambda X: X / X.max(),
    lambda X: (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8),
    lambda X: (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
    lambda X: np.log1p(X),
    lambda X: X > 0.5,
]
TWENTY = lambda p, y: (p - y) / 20  # noqa: E731  (the batches are of 20)
CURES = {
    1: [
        {"init": "he"},
        {"init": "xavier"},
        {"init": " He"},
        {"init": np.array(0.2)},
        {"batch_norm": True},
        {"init": "he", "lr": 0.05, "clip": 5.0},
    ],
    2: [{"lr": 0.1}, {"lr": np.array(0.2)}, {"lr": Decimal("0.1")}, {"lr": 0.1, "clip": 1.0}],
    3: [{"bias": Fraction(0)}, {"bias": 0.1}, {"bias": 0, "lr": 0.05}, {"batch_norm": True}],
    4: [{"prepare": prepare} for prepare in SCALED] + [{"batch_norm": True}],
    5: [{"init": "he"}, {"init": "xavier"}, {"residual": True}, {"batch_norm": True}],
    6: [
        {"gradient": lambda p, y: (p - y) / len(p)},
        {"gradient": lambda p, y: p / len(y) - y / len(y)},
        {"gradient": TWENTY},
    ],
    7: [{"lr": 0.1}, {"lr": 0.05}, {"batch_norm": True}],
    8: [{"clip": 1.0}, {"clip": 2.0}, {"clip": 0.5}, {"clip": 3}, {"clip": 1.0, "init": 0.15}],
}
CURED = [(n, cure) for n, cures in CURES.items() for cure in cures]

RIGHT_ROWS = lambda X: X[: len(X) // 2]  # noqa: E731
SQUARE = lambda p, y: 0.1 * (p - y) / len(p)  # noqa: E731

HACKS = [
    (1, {"lr": 0.001}, "smaller rate alone"),
    (1, {"lr": 0.01}, "smaller rate alone"),
    (1, {"clip": 5.0}, "hides the cause"),
    (1, {"clip": 0.5}, "hides the cause"),
    (1, {"init": 0.1}, "has now “weights start too small”"),
    (2, {"lr": 1.0}, "has now “learning rate too high”"),
    (2, {"lr": 1.0, "clip": 0.3}, "the clip hides it: it shortens 100% of the steps"),
    (2, {"lr": 0.03}, "on its way, only not far enough. Its rate is 0.03, and the healthy train at 0.1"),
    (7, {"lr": 0.03}, "on its way, only not far enough. Its rate is 0.03, and the healthy train at 0.1"),
    (1, {"init": 0.5}, "by luck: its chart says “weights start too large”: the signal is 12.5 times"),
    (5, {"init": 0.5}, "by luck"),
    (2, {"lr": 0.1, "init": 0.5}, "by luck"),
    (8, {"clip": 0.01}, "a longer one"),
    (8, {"clip": 5.0}, "a shorter one"),
    (4, {"lr": 0.0001}, "smaller rate alone"),
    (5, {"lr": 3.0}, "still has “weights start too small”"),
    (3, {"lr": 1.0}, "still has “dead ReLUs”"),
    (6, {"lr": 1.0}, "as wrong as before"),
    (6, {"gradient": SQUARE}, "another rate in disguise"),
    (6, {"gradient": lambda p, y: p - y}, "not divided"),
    (6, {"gradient": lambda p, y: 0 * p}, "nothing would move"),
    (6, {"gradient": lambda p, y: np.full_like(p, 0.01)}, "in row "),
    (6, {"gradient": lambda p, y: (y - p) / len(p)}, "uphill"),
    (7, {"clip": 0.1}, "well without clip = 0.1"),
    (7, {"clip": 0.5}, "the clip hides it: it shortens 98% of the steps"),
    (7, {"lr": 0.5, "clip": 0.5}, "well without clip = 0.5"),
    (8, {"lr": 0.2}, "smaller rate alone"),
    (8, {"lr": 0.05}, "well without lr = 0.05"),
    (8, {"lr": 0.085}, "only comes more slowly"),
    (8, {"lr": 0.075}, "smaller rate alone"),
    (8, {"lr": 0.1}, "smaller rate alone"),
    (8, {"residual": True}, "learns too slowly"),
    (8, {"init": 0.15}, "only moves the end"),
    (8, {"batch_norm": True}, "does not suit"),
    (2, {"epochs": 1000}, "more or fewer epochs"),
    (1, {"seed": 3}, "lucky seed"),
    (1, {"loss": 0.01}, "rescaled loss"),
    (1, {"images": 20}, "not learned"),
    (4, {"prepare": lambda X: X / 255}, "still has “inputs not scaled”"),
    (6, {"gradient": lambda p, y: np.mean(p - y, axis=0)}, "shape (10,), where (20, 10)"),
    (6, {"gradient": lambda p, y: -y / p}, "in row "),
    (6, {"gradient": lambda p, y: -y / p / len(p)}, "the slope of the loss in p"),
    (6, {"gradient": lambda p, y: p / len(p)}, "y is missing"),
    (6, {"gradient": lambda p: p}, "cannot be called with 2 arguments here"),
    (4, {"prepare": lambda X, y: X}, "cannot be called with 1 argument here"),
    (4, {"prepare": lambda X: X.astype(str)}, "an array of <U32, where one of numbers"),
    (4, {"prepare": lambda X: 1j * X}, "an array of complex128"),
    (4, {"prepare": lambda X: (X * 255).astype(np.uint8)}, "still has “inputs not scaled”"),
    (5, {"prepare": lambda X: (16 * X).astype(int)}, "still has “weights start too small”"),
    (5, {"pair": lambda y: y.astype(float), "init": "he"}, "where whole ones should be"),
    (2, {"lr": [0.1]}, "where one number should be"),
    (4, {"prepare": RIGHT_ROWS}, "200 of 400 images"),
    (4, {"prepare": lambda X: np.tile(X[:1], (len(X), 1))}, "1 different images of "),
    (4, {"prepare": lambda X: 0 * X}, "1 different images of "),
    (4, {"prepare": lambda X: np.sort(X, axis=1)}, "not replaced"),
    (4, {"prepare": lambda X: (X - X.mean(0)) / X.std(0)}, "not finite"),
    (4, {"prepare": lambda X: X[:, ::2]}, "shape (400, 32) of (400, 64)"),
    (4, {"prepare": lambda X: X.tolist()}, "where an array"),
    (1, {"residual": "yes"}, "where True or False"),
    (5, {"batch_norm": None}, "where True or False"),
    (4, {"prepare": 3}, "where a function"),
    (4, {"prepare": lambda X: "X"}, "where an array"),
    (1, {"pair": lambda y: 0 * y}, "not replaced"),
    (1, {"momentum": 0.9}, "is no knob: prepare,"),
    (1, {"init": 1.0}, "as they stood"),
    (1, {"init": "big"}, "init is"),
    (1, {"init": -1.0}, "init is"),
    (2, {"lr": -0.1}, "above 0"),
    (2, {"lr": "fast"}, "where a number"),
    (8, {"clip": 0}, "above 0"),
    (3, {"activation": "swish"}, "one of identity"),
    (3, {"bias": None}, "bias is"),
    (1, {}, "a dict of knobs"),
    (1, "he", "a dict of knobs"),
    (1, None, "a dict of knobs"),
]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr("os.fsync", lambda handle: None)


def check(number, diagnosis, repair):
    return getattr(debugging, f"patient_{number}")(diagnosis, repair)


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")
@pytest.mark.parametrize(("number", "hack", "words"), HACKS, ids=[f"{n}-{list(h or [0])[0]}" for n, h, _ in HACKS])
def test_a_lucky_hack_is_refused_with_its_reason(number, hack, words):
    answer = check(number, debugging.ILL[number], hack)
    assert answer.state == "not yet" and words in answer.message, answer


@pytest.mark.parametrize(("number", "cure"), CURED, ids=[f"{n}-{list(c)[0]}" for n, c in CURED])
def test_a_repair_that_reaches_the_goal_heals_whichever_way(number, cure):
    answer = check(number, debugging.ILL[number], cure)
    assert answer.state == "yes", answer
    assert 40 < len(answer.message) < 240


@pytest.mark.parametrize("number", PATIENTS)
def test_a_wrong_diagnosis_is_told_what_speaks_against_it(number):
    for cause in CAUSES:
        if cause != debugging.ILL[number]:
            answer = check(number, cause, CURES[number][0])
            assert answer.state == "not yet" and f"“{cause}” does not fit: " in answer.message
    for spelt in (debugging.ILL[number].upper(), f" {debugging.ILL[number]} "):
        assert check(number, spelt, CURES[number][0]).state == "yes"
    answer = check(number, "flu", CURES[number][0])
    assert "not on the list of causes: inputs not scaled, " in answer.message


@pytest.mark.parametrize("number", PATIENTS)
def test_stubs_of_the_clinic_are_not_started(number):
    assert check(number, ..., ...).state == "not started"
    assert check(number, debugging.ILL[number], ...).state == "not started"
    assert check(number, 3, {}).state == "not yet"


def test_what_a_repair_raises_comes_through_and_what_it_changes_stays_its_own():
    def fails(X):
        raise AssertionError("mine")

    with pytest.raises(AssertionError, match="mine"):
        check(4, "inputs not scaled", {"prepare": fails})

    def in_place(X):
        X *= 2
        return X - 1

    before = PATIENTS[4].images(101)[0].copy()
    assert check(4, "inputs not scaled", {"prepare": in_place}).state == "yes"
    assert np.array_equal(PATIENTS[4].images(101)[0], before)


def test_fresh_seeds_are_not_the_patients_own():
    assert not {p.seed for p in PATIENTS.values()} & set(treatment.SEEDS)
