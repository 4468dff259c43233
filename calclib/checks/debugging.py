"""The checks of lesson 09: closed forms, and for the clinic real runs, which are treated and trained on fresh seeds."""

from functools import cache

import numpy as np

from calclib import clinic
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show
from calclib.checks.treatment import healed
from calclib.clinic import CAUSES
from calclib.layers import sigmoid
from calclib.optimizers import clip_by_global_norm

__all__ = [
    "clip",
    "dead_units",
    "deviations",
    "diagnose",
    "growth_per_layer",
    "patient_1",
    "patient_2",
    "patient_3",
    "patient_4",
    "patient_5",
    "patient_6",
    "patient_7",
    "patient_8",
]

LESSON = "09 Debugging training: the gradient as a doctor"


@exercise
def growth_per_layer(growth_per_layer):
    """scale · √(mean φ′(z)²), with the slope where each unit stands: 0.25 is only the most that a sigmoid has."""
    rng = np.random.default_rng(9)
    for scale, spread in ((1.0, 1.0), (3.0, 3.0), (0.5, 0.1)):
        z = spread * rng.standard_normal((40, 25))
        s = sigmoid(z)
        slope, again = s * (1 - s), sigmoid(s) * (1 - sigmoid(s))
        size = np.sqrt(np.mean(slope**2))
        expect(
            growth_per_layer(scale, z),
            scale * size,
            at=f"growth_per_layer({scale:g}, z) for z spread about {spread:g}",
            tol=1e-9,
            mistakes={
                "the slope is taken as 0.25 everywhere; that is its top, at z = 0. Take it at each z.": scale / 4,
                "the mean slope is taken; sizes add by squares: √(mean of the squares).": scale * slope.mean(),
                "the square root is missing: this is for the squares, scale² · mean φ′².": scale**2 * size**2,
                "scale stands outside the root as it is; here it is squared.": scale**2 * size,
                "the root is of the slopes alone; scale is missing.": size,
                "s(1 − s)² squares one factor only: the whole slope is squared.": scale
                * np.sqrt(np.mean((s * (1 - s) ** 2) ** 2)),
                "s * 1 - s is s − s: put 1 - s in brackets.": 0.0,
                "1 / 1 + e⁻ᶻ divides before it adds: put 1 + e⁻ᶻ in brackets.": scale
                * np.sqrt(np.mean(((1 + np.exp(-z)) * np.exp(-z)) ** 2)),
                "the root of scale is taken: it is a size already.": np.sqrt(scale) * size,
                "this is the spread of the slopes about their mean; wanted is √(mean of the squares).": scale
                * slope.std(),
                "z(1 − z) is taken; the slope is s(1 − s), with s = σ(z).": scale
                * np.sqrt(np.mean((z * (1 - z)) ** 2)),
                "1 − tanh² is the slope of tanh; the sigmoid's is s(1 − s), with s = σ(z).": scale
                * np.sqrt(np.mean((1 - np.tanh(z) ** 2) ** 2)),
                "√n is in scale already; here it comes once more.": scale * np.sqrt(z.shape[1]) * size,
                "this is the slope at the mean of z; take it at each z, then the mean.": scale
                * sigmoid(z.mean())
                * (1 - sigmoid(z.mean())),
                "the slope is taken at the activation σ(z); its place is z.": scale * np.sqrt(np.mean(again**2)),
                "σ itself stands where its slope σ(1 − σ) should.": scale * np.sqrt(np.mean(s**2)),
                "1 − s² belongs to tanh; the sigmoid has s(1 − s).": scale * np.sqrt(np.mean((1 - s**2) ** 2)),
                "this is one number for each entry; the mean is over all of them.": scale * slope,
                "this is one number for each unit; the mean is over all of them.": scale
                * np.sqrt(np.mean(slope**2, axis=0)),
                "this is one number for each row; the mean is over all of them.": scale
                * np.sqrt(np.mean(slope**2, axis=1)),
                "the slopes are not squared before the mean: √(mean of the squares).": scale * np.sqrt(slope.mean()),
                "the largest slope is taken; the size is √(mean of the squares).": scale * slope.max(),
                "sizes add by squares; here the norm is not divided by the number of entries.": scale
                * np.linalg.norm(slope),
            },
        )


@exercise
def deviations(deviations):
    """√(2/(inputs + outputs)) for Xavier, √(2/inputs) for He: so much noise goes in that as much comes out."""
    for n, m in ((64, 48), (10, 200), (50, 50)):
        xavier, he = np.sqrt(2 / (n + m)), np.sqrt(2 / n)
        mistakes = {
            "these are variances; their roots are wanted.": (2 / (n + m), 2 / n),
            "they are swapped: Xavier first.": (he, xavier),
            "Xavier needs both sides: 2/(inputs + outputs).": (np.sqrt(1 / n), he),
            "He is 2/inputs: half of the squares is lost in a ReLU.": (xavier, np.sqrt(1 / n)),
            "the 2 is missing in both.": (np.sqrt(1 / (n + m)), np.sqrt(1 / n)),
            "the 2 is missing in Xavier: 1/mean(inputs, outputs) is 2/(inputs + outputs).": (np.sqrt(1 / (n + m)), he),
            "He counts the inputs: they are what is summed.": (xavier, np.sqrt(2 / m)),
            "He counts the inputs alone; here both sides are in it.": (xavier, np.sqrt(4 / (n + m))),
            "2 / inputs + outputs divides before it adds: put inputs + outputs in brackets.": (np.sqrt(2 / n + m), he),
            "the first is a variance; its root is wanted.": (2 / (n + m), he),
            "the second is a variance; its root is wanted.": (xavier, 2 / n),
            "the root is of the 2 alone; it goes over the whole fraction.": (np.sqrt(2) / (n + m), np.sqrt(2) / n),
            "these are the limits of uniform weights, √3 times larger.": (np.sqrt(6 / (n + m)), np.sqrt(6 / n)),
            "the first is the limit of uniform weights, √3 times larger.": (np.sqrt(6 / (n + m)), he),
            "the second has a root over the 2 alone; it goes over the whole fraction.": (xavier, np.sqrt(2) / n),
            "Xavier has the sum of both sides, not their product.": (np.sqrt(2 / (n * m)), he),
            "Xavier takes the mean of the widths, not of 1/inputs and 1/outputs: 2/(inputs + outputs).": (
                np.sqrt((1 / n + 1 / m) / 2),
                he,
            ),
            "the second has a 2 outside the root; the root goes over the whole fraction.": (xavier, 2 / np.sqrt(n)),
            "both have a 2 outside the root; the root goes over the whole fraction.": (
                2 / np.sqrt(n + m),
                2 / np.sqrt(n),
            ),
        }
        at = f"deviations({n}, {m})"
        expect(deviations(n, m), (xavier, he), at=at, tol=1e-9, mistakes=mistakes)


@exercise(without=(clip_by_global_norm,))
def clip(clip):
    """g · min(1, limit/‖g‖), one norm for all layers: a long gradient gets shorter, and none is turned."""
    rng = np.random.default_rng(3)
    layers = [rng.standard_normal((3, 2)), rng.standard_normal(2), 4 * rng.standard_normal((2, 4))]
    norm = np.sqrt(sum(np.sum(g**2) for g in layers))
    for limit in (2.0, norm / 2, 2 * norm):
        got = clip(layers, limit)
        at = f"clip(gradients, {limit:.3g}), where all three arrays together have the norm {norm:.3g},"
        if not isinstance(got, list | tuple) or len(got) != 3:
            many = f"a {type(got).__name__} of {len(got)}" if isinstance(got, list | tuple) else show(got)
            raise NotYet(f"{at} is {many}, where a list of three arrays should be.")
        slips = _clip_slips(layers, limit)
        found = [said for said, slip in slips.items() if all(map(_same, got, map(slip, layers)))]
        for k, g in enumerate(layers):
            wrong = {said: slips[said](g) for said in found}
            expect(got[k], g * min(1, limit / norm), at=f"{at} array {k + 1}", tol=1e-9, mistakes=wrong)


def _clip_slips(layers, limit):
    """{what is said of a mistake: what it makes of one of the layers}."""
    squares, entries = sum(np.sum(g**2) for g in layers), sum(g.size for g in layers)
    norm, last = np.sqrt(squares), np.linalg.norm(layers[-1])
    norms, top = sum(np.linalg.norm(g) for g in layers), max(np.abs(g).max() for g in layers)
    return {
        "each component is clipped: that turns the gradient. Scale all of it by one number.": (
            lambda g: np.clip(g, -limit, limit)
        ),
        "each array is clipped by its own norm: that turns the whole. Take one norm for all.": (
            lambda g: g * min(1, limit / np.linalg.norm(g))
        ),
        "each array is judged by its own norm: either all of them are scaled, or none.": (
            lambda g: g if np.linalg.norm(g) <= limit else g * limit / norm
        ),
        "a gradient that is short enough stays as it is.": lambda g: g * limit / norm,
        "this divides by the squared norm: the root is missing.": lambda g: g * min(1, limit / squares),
        "the factor is squared: limit/‖g‖ as it is.": lambda g: g * min(1, (limit / norm) ** 2),
        "it has norm 1, and should have the limit: limit/‖g‖.": lambda g: g * min(1, 1 / norm),
        "the norm is the root of the sum of squares, not the sum of the norms.": lambda g: g * min(1, limit / norms),
        "the norm is of all entries together; here the largest entry stands for it.": lambda g: g * min(1, limit / top),
        "the norm is of all arrays together; here it is of the last one.": lambda g: g * min(1, limit / last),
        "the norm is the root of the sum of squares; here it is of their mean.": (
            lambda g: g * min(1, limit * np.sqrt(entries) / norm)
        ),
        "one side only is cut, and by component: scale all of it by one number.": lambda g: np.minimum(g, limit),
        "this is norm/limit; the factor is limit/norm.": lambda g: g * (norm / limit),
        "a gradient that is too long is shortened, not thrown away.": lambda g: g * (norm <= limit),
        "it is not shortened at all: is it min(1, limit/‖g‖)?": lambda g: g,
    }


def _same(got, wrong):
    """Whether what came for one array is what a mistake gives."""
    got = np.asarray(got)
    return got.shape == wrong.shape and got.dtype.kind in "iuf" and np.allclose(got, wrong, rtol=1e-9, atol=1e-9)


@exercise
def dead_units(dead_units):
    """A unit is dead if it gives 0 for every image: no slope, and so no way back to life."""
    rng = np.random.default_rng(5)
    for n, m, dead in ((30, 15, 3), (6, 7, 1), (12, 5, 0)):
        h = np.maximum(rng.standard_normal((n, m)), 0)
        h[0] = np.abs(rng.standard_normal(m)) + 0.1
        h[1, :2] = 0
        h[0, -1], h[1:, -1] = 1e-3, 0  # it speaks once, and softly
        h[:, rng.permutation(m - 1)[:dead]] = 0
        h[2] = 0
        living = np.flatnonzero(h[0])[:2]
        h[0, living], h[3, living] = 0, 1  # silent for the first image, and not dead
        seldom = np.sum(np.mean(h == 0, axis=0) > 0.5)
        asleep = np.sum(np.all(h == 0, axis=1))
        got = dead_units(h)
        expect(
            got * 1.0 if isinstance(got, np.ndarray) and got.dtype == bool and got.ndim else got,
            dead,
            at=f"dead_units(h) for {n} images and {m} units, {dead} of them giving 0 for all images,",
            mistakes={
                "these are the images for which no unit speaks: the axes are swapped. Units are columns.": asleep,
                "these are the single zeros; in a healthy ReLU layer about half are 0.": np.sum(h == 0),
                "these are all units: each has a 0 somewhere, and it takes all images to call one dead. (len() counts "
                "what is False, too.)": m,
                "these are the units that are silent for the first image; it takes all images.": np.sum(h[0] == 0),
                "these are silent for most images; a unit that speaks for a single one lives.": seldom,
                "a unit that speaks softly lives: it takes all images, and exactly 0.": np.sum(h.mean(axis=0) < 0.01),
                "these are the units that live.": m - dead,
                "these are the zeros of each unit; it is dead if they are as many as the images.": np.sum(
                    h == 0, axis=0
                ),
                "this is their share; the number is wanted.": dead / m,
                "this is the share of single zeros.": np.mean(h == 0),
                "this says of each unit whether it is dead; count them.": np.all(h == 0, axis=0) * 1.0,
                "this says of each entry whether it is 0; a unit is dead if its whole column is.": (h == 0) * 1.0,
            },
        )


@cache
def charts():
    """[(cause, chart)] of every patient, of the labels out of step and of the healthy, on seeds that no page shows."""
    runs = list(zip(ILL.values(), clinic.PATIENTS.values(), strict=True))
    runs += [("labels out of step", clinic.LABELS), ("healthy", clinic.HEALTHY)]
    found = [(cause, clinic.examine(patient, seed)) for seed in (8, 11) for cause, patient in runs]
    outlier = clinic.examine(clinic.HEALTHY, 12)
    outlier.h[-1][7, 3], outlier.late[0][7, 3] = 30.0, 0.1
    found.append((ILL[7], clinic.examine(clinic.PATIENTS[7], 10)))  # a rate so high that its gradient runs away too
    loud = clinic.HEALTHY.but(prepare=lambda X: 8 * (X - X.mean()) / X.std(), lr=0.02)  # inputs, and so signals, of 8
    partly = clinic.examine(clinic.PATIENTS[3], 8)
    living = [h.copy() for h in clinic.examine(clinic.HEALTHY, 8).h]
    living[1][:, :20] = 0  # 20 units of 32, in one layer of three
    return found + [
        ("healthy", outlier),
        ("healthy", clinic.examine(loud, 14)),
        (ILL[6], clinic.examine(clinic.PATIENTS[6].but(lr=1.0), 8)),  # wrong, and yet it ends at 0.24
        (ILL[3], partly._replace(h=living)),
    ]


@exercise(seconds=20, without=(clinic.diagnose,))
def diagnose(diagnose):
    """Right on every patient and on the healthy, on seeds that you have not seen: data, gradient, start, course."""
    for cause, chart in charts():
        with np.errstate(all="ignore"):
            got = diagnose(chart)
        got = getattr(got, "verdict", got)
        if isinstance(got, str):
            got = next((known for known in CAUSES if known.lower() == got.strip().lower()), got)
        if not isinstance(got, str) or got not in CAUSES:
            raise NotYet(f"diagnose(chart) is {show(got)}, where one of CAUSES should be: {', '.join(CAUSES)}.")
        if got != cause:
            raise NotYet(f"For a chart of “{cause}” it says “{got}”. {_why(cause, got, chart)}")


def _why(cause, got, chart):
    """What speaks for the right cause, or against the other one."""
    if cause == "healthy" and got == "inputs not scaled":
        return f"The size of its inputs is {chart.inputs:.2g}, and from 0.1 to 10 all is well."
    if cause == "healthy" and clinic.rms(chart.h[-1]) > 10:
        return "The signal of its last layer is large because its inputs are: divide by chart.inputs."
    if cause == "healthy":
        return (
            "Every large or small single entry is no illness: a ReLU makes half of them 0, and one may be large. "
            "Judge whole layers, by their root mean square."
        )
    late = ("learning rate too high", "learning rate too low", "healthy", "gradients explode in training")
    if got in late and cause not in late:
        return f"Look at data, gradient and start before the curve: {clinic.diagnose(chart).evidence}."
    if got == "dead ReLUs":
        dead = max(np.mean(np.all(h == 0, axis=0)) for h in chart.h)
        return f"In no layer more than {dead:.0%} of the units give 0 for every image; single zeros are no illness."
    if got == "gradients explode in training":
        return f"Its loss never was below {np.nanmin(chart.losses):.2f}: it had not been learning before."
    ahead = clinic.rms(chart.h[-1]) / chart.inputs
    if got in ("weights start too large", "weights start too small") and 0.1 <= ahead <= 10:
        return f"The signal of its last layer is {ahead:.2g} times the inputs', and from 0.1 to 10 is well."
    told = f"Its chart says: {clinic.diagnose(chart).evidence}"
    if cause == "gradients explode in training":
        return f"{told}; and it had been learning: its least loss is {np.nanmin(chart.losses):.2f}, by np.nanmin."
    return f"{told}."


ILL = {
    1: "weights start too large",
    2: "learning rate too low",
    3: "dead ReLUs",
    4: "inputs not scaled",
    5: "weights start too small",
    6: "wrong gradient",
    7: "learning rate too high",
    8: "gradients explode in training",
}


@exercise(seconds=20)
def patient_1(diagnosis_1: str, repair_1: object):
    """The start was too large: the loss was in the hundreds before a single step had gone wrong."""
    healed(1, ILL[1], diagnosis_1, repair_1)


@exercise(seconds=20)
def patient_2(diagnosis_2: str, repair_2: object):
    """The rate was too low: everything about it was well, and it would have arrived next week."""
    healed(2, ILL[2], diagnosis_2, repair_2)


@exercise(seconds=20)
def patient_3(diagnosis_3: str, repair_3: object):
    """The ReLUs were dead before the first step: no rate, however large, moves what has no slope."""
    healed(3, ILL[3], diagnosis_3, repair_3)


@exercise(seconds=20)
def patient_4(diagnosis_4: str, repair_4: object):
    """The inputs were in the hundreds: one look at the data spares an afternoon with the learning rate."""
    healed(4, ILL[4], diagnosis_4, repair_4)


@exercise(seconds=20)
def patient_5(diagnosis_5: str, repair_5: object):
    """The start was too small: each layer passed on a part of a part, and the gradient came back as little."""
    healed(5, ILL[5], diagnosis_5, repair_5)


@exercise(seconds=20)
def patient_6(diagnosis_6: str, repair_6: object):
    """The gradient was wrong, and it learned all the same: only the gradient check could tell."""
    healed(6, ILL[6], diagnosis_6, repair_6)


@exercise(seconds=20)
def patient_7(diagnosis_7: str, repair_7: object):
    """The rate was too high: the start was well, and the first steps threw it away."""
    healed(7, ILL[7], diagnosis_7, repair_7)


@exercise(seconds=20)
def patient_8(diagnosis_8: str, repair_8: object):
    """The run of notebook 00 lives: its gradient grew on its way back through the pieces, and now it cannot."""
    healed(8, ILL[8], diagnosis_8, repair_8)
