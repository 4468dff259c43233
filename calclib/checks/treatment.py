"""Whether a patient of the clinic is healed: the diagnosis is right, and the repair reaches the goal on fresh seeds."""

from functools import cache

import numpy as np

from calclib.checks.compare import NotYet, expect, number, show
from calclib.checks.lent import called
from calclib.clinic import (
    BATCH,
    CAUSES,
    HEALTHY,
    PATIENTS,
    course,
    diagnose,
    examine,
    final_loss,
    growth,
    loss_at_end,
    rms,
)
from calclib.layers import ACTIVATIONS, softmax

__all__ = ["healed"]

SEEDS = 101, 102, 103

REFUSED = {  # what is no knob, and why not
    "epochs": "more or fewer epochs move the end and heal nothing; all patients train for as long as they do",
    "seed": "a lucky seed heals one run; yours is tried on three others",
    "loss": "a rescaled loss is a smaller number for the same mistakes, and the clinic measures its own",
    "goal": "the goal stays where it is",
    "images": "the images stay, all of them: what is dropped is not learned",
    "labels": "the labels stay, all of them",
    "batch": "the batches stay as they are",
    "depth": "a shallower network is another patient",
    "width": "another width is another patient",
    "step": "another optimizer may walk around the cause; find it",
}
REFUSED |= {"X": REFUSED["images"], "data": REFUSED["images"], "rows": REFUSED["images"], "y": REFUSED["labels"]}
REFUSED |= {"optimizer": REFUSED["step"], "scale": REFUSED["loss"], "seeds": REFUSED["seed"]}


def healed(patient_number, cause, diagnosis, repair):
    """Nothing if it is, or NotYet."""
    sick = PATIENTS[patient_number]
    diagnosis = next((known for known in CAUSES if known.lower() == diagnosis.strip().lower()), diagnosis)
    if diagnosis not in CAUSES:
        raise NotYet(f"{show(diagnosis)} is not on the list of causes: {', '.join(CAUSES)}.")
    if diagnosis != cause:
        raise NotYet(f"“{diagnosis}” does not fit: {against(diagnosis, patient_number)}.")
    repair = looked_at(sick, repair)
    treated = sick.but(**repair)
    if treated.knobs == sick.knobs:
        raise NotYet("All the knobs of this repair stand as they stood before.")
    if cause == "wrong gradient" and "gradient" not in repair:
        raise NotYet("The gradient is as wrong as before: whatever else you turn, it goes down another slope.")
    losses, clipped = trained(treated)
    if not max(losses) < sick.goal:
        told = ", ".join(f"{loss:.2f}" for loss in losses)
        raise NotYet(
            f"The diagnosis is right. Treated so, the loss ends at {told} on three fresh seeds; healed is below "
            f"{sick.goal:g} on each. {advice(cause, sick, repair, treated, SEEDS[int(np.argmax(losses))])}"
        )
    without_brakes(cause, sick, repair, clipped)
    well_from_the_start(repair, treated)


def trained(treated):
    """The losses at the end on fresh seeds, and the share of the steps that a clip shortened."""
    runs = [course(treated, seed) for seed in SEEDS]
    losses = [loss_at_end(run, treated, seed) for run, seed in zip(runs, SEEDS, strict=True)]
    limit = np.inf if treated.clip is None else treated.clip
    return losses, float(np.mean([np.mean(run.norms > limit) for run in runs]))


def without_brakes(cause, sick, repair, clipped):
    """NotYet unless the repair heals without its brakes as well.

    A clip or a smaller rate that the cause does not ask for hides it, or makes it come later.
    """
    brakes = set()
    if "clip" in repair and cause != "gradients explode in training":
        brakes.add("clip")
    if "lr" in repair and repair["lr"] < sick.lr and cause != "learning rate too high":
        brakes.add("lr")
    rest = {knob: value for knob, value in repair.items() if knob not in brakes}
    if not brakes or max(trained(sick.but(**rest))[0]) < sick.goal:
        return
    how = f"the clip hides it: it shortens {clipped:.0%} of the steps" if "clip" in brakes else "only comes more slowly"
    raise NotYet(
        f"It reaches the goal now, but the cause is still there, and {how}. Take the cause away, so that the run is "
        f"well without {' and '.join(f'{knob} = {repair[knob]:g}' for knob in sorted(brakes))}."
    )


def well_from_the_start(repair, treated):
    """NotYet where a new start is as sick as an old one, with nothing else in its way: that it ended well is luck."""
    if "init" not in repair or treated.residual or treated.batch_norm:
        return
    found = diagnose(examine(treated, SEEDS[0]))
    if found.verdict.startswith("weights start"):
        raise NotYet(f"It reached the goal, by luck: its chart says “{found.verdict}”: {found.evidence}.")


@cache
def chart_of(patient_number):
    return examine(PATIENTS[patient_number])


def against(diagnosis, patient_number):
    """What the chart says against a diagnosis."""
    chart, sick = chart_of(patient_number), PATIENTS[patient_number]
    dead = max(np.mean(np.all(h == 0, axis=0)) for h in chart.h)
    ahead = rms(chart.h[-1]) / chart.inputs
    start = f"at the start the last layer's signal is {ahead:.2g} times the inputs'"
    if dead > 0.5:
        start = f"there is no signal at all in a layer where {dead:.0%} of the units give 0 for every image"
    rate = f"its rate is {sick.lr:g}; but look at data, gradient and start before you blame a rate"
    if sick.knobs == HEALTHY.but(lr=sick.lr).knobs:
        rate = f"its rate is {sick.lr:g}, and the healthy train at {HEALTHY.lr:g}"
    facts = {
        "inputs not scaled": f"the inputs have a root mean square of {chart.inputs:.2g}, and near 1 is well",
        "labels out of step": f"nearest neighbours share their label in {chart.neighbours:.0%} of cases",
        "wrong gradient": f"the gradient agrees with differences to {chart.gradient_error:.0e}",
        "dead ReLUs": f"at the start no layer has more than {dead:.0%} of its units dead",
        "weights start too large": start,
        "weights start too small": start,
        "gradients explode in training": f"in the crisis the gradient grows {growth(chart.late):.2g} times on its "
        "way back; and ask what was there before the first step",
        "learning rate too high": rate,
        "learning rate too low": rate,
        "healthy": f"its loss ends at {final_loss(sick):.2f}, and the goal is {sick.goal:g}",
    }
    return facts[diagnosis]


def looked_at(sick, repair):
    """The repair with its numbers as numbers, or NotYet: what is wrong with one of its knobs."""
    if not isinstance(repair, dict) or not repair:
        raise NotYet(f'The repair is {show(repair)}: a dict of knobs, such as {{"lr": 0.1}}, would do.')
    for knob in repair:
        if knob in REFUSED:
            raise NotYet(f"{knob!r} is refused: {REFUSED[knob]}.")
        if knob not in sick.knobs:
            raise NotYet(f"{knob!r} is no knob: {', '.join(sick.knobs)} are.")
    if repair.get("batch_norm") and sick is PATIENTS[8]:
        raise NotYet("batch_norm does not suit patient 8: each of its pieces has statistics of its own.")
    return {knob: LOOK[knob](sick, value) for knob, value in repair.items()}


def above_zero(name):
    """A look at a knob that is a number above 0."""

    def look(_, value):
        if name == "clip" and value is None:
            return None
        if number(value, name) <= 0:
            raise NotYet(f"{name} is {value!r}, where a number above 0 should be.")
        return number(value, name)

    return look


def on_or_off(name):
    """A look at a knob that is True or False."""

    def look(_, value):
        if not isinstance(value, bool | np.bool_):
            raise NotYet(f"{name} is {show(value)}, where True or False should be.")
        return bool(value)

    return look


def look_at_init(_, value):
    if isinstance(value, str) and value.strip().lower() in ("he", "xavier"):
        return value.strip().lower()
    if isinstance(value, str) or number(value, "init") < 0:
        raise NotYet(f'init is {value!r}: "he", "xavier" or a standard deviation would do.')
    return number(value, "init")


def look_at_activation(_, value):
    if not isinstance(value, str) or value not in ACTIVATIONS:
        raise NotYet(f"activation is {show(value)}: one of {', '.join(ACTIVATIONS)} would do.")
    return value


def array_of(name, value, *given):
    """What the function `value` makes of `given`: an array of real numbers."""
    if not callable(value):
        raise NotYet(f"{name} is {show(value)}, where a function should be.")
    got = called(name, value, *(part.copy() for part in given))
    if not isinstance(got, np.ndarray):
        raise NotYet(f"{name} gives {show(got)}, where an array should be.")
    if got.dtype.kind not in "biuf":
        raise NotYet(f"{name} gives an array of {got.dtype}, where one of numbers should be.")
    return got.astype(float)


def look_at_prepare(sick, value):
    X, _ = sick.images(SEEDS[0])
    made = array_of("prepare", value, X)
    if made.shape != X.shape:
        rows = made.ndim == 2 and len(made) != len(X)
        kept = f"{len(made)} of {len(X)} images" if rows else f"shape {made.shape} of {X.shape}"
        raise NotYet(f"prepare leaves {kept}: all images stay, with all their pixels. What is dropped is not learned.")
    if not np.isfinite(made).all():
        raise NotYet("prepare gives numbers that are not finite: some pixels never change, so dividing by 0?")
    if not (in_order(X, made) or in_order(X.T, made.T)):
        raise NotYet(
            "prepare makes other images of them: training data are not replaced. Shift and scale each pixel, or each "
            "image: what is brighter stays brighter."
        )
    before, left = (len(np.unique(images, axis=0)) for images in (X, made))
    if left < 0.9 * before:
        raise NotYet(f"prepare leaves {left} different images of {before}: training data are not replaced.")
    return value


def in_order(rows, made):
    """Whether in each row the values keep their order, or all of them turn it round."""
    order = np.argsort(rows, axis=1, kind="stable")
    steps, moved = (np.diff(np.take_along_axis(a, order, axis=1), axis=1) for a in (rows, made))
    slack = 1e-9 * max(1.0, np.abs(made).max())
    moved = np.where((steps == 0) & (np.abs(moved) <= slack), 0, moved)
    return bool(np.all(moved >= -slack) or np.all(moved <= slack))


def look_at_pair(sick, value):
    _, y = sick.images(SEEDS[0])
    if not np.array_equal(array_of("pair", value, y), y):
        raise NotYet("pair gives the images other labels than their own: training data are not replaced.")
    if value(y.copy()).dtype.kind not in "iu":
        raise NotYet("pair gives the labels as decimal numbers, where whole ones should be.")
    return value


def look_at_gradient(_, value):
    rng = np.random.default_rng(1)
    p, y = softmax(rng.standard_normal((BATCH, 10))), np.eye(10)[rng.integers(10, size=BATCH)]
    got, wanted = array_of("gradient", value, p, y), (p - y) / BATCH
    at = f"gradient(p, y) for {BATCH} rows of 10 probabilities"
    if got.shape != wanted.shape:
        raise NotYet(f"{at} has shape {got.shape}, where {wanted.shape} should be: a slope for each probability.")
    mistakes = {
        "there is no slope in it, so that nothing would move.": 0 * wanted,
        "it is not divided by the number of rows.": p - y,
        "the sign is turned: this goes uphill.": -wanted,
        "p(1 − p) is in p − y already; here it comes once too often.": wanted * p * (1 - p),
        "p(1 − p) is in p − y already; and it is not divided by the number of rows.": (p - y) * p * (1 - p),
        "this is the slope of the loss in p; wanted is the one in the scores.": -y / p / BATCH,
        "y is missing: p − y.": p / BATCH,
        "this is squared; the slope is p − y as it is.": (p - y) ** 2 / BATCH,
    }
    if proportional(got, wanted):
        mistakes["the loss is rescaled: that is another rate in disguise."] = got
    worst = int(np.nanargmax(np.abs(got - wanted).max(axis=1))) if np.isfinite(got).all() else 0
    row = {sentence: wrong[worst] for sentence, wrong in mistakes.items()}
    expect(got[worst], wanted[worst], at=f"{at}, in row {worst},", tol=1e-7, mistakes=row)
    return value


def proportional(got, wanted):
    """Whether `got` is some number times `wanted`."""
    if not np.isfinite(got).all():
        return False
    factor = np.vdot(got, wanted) / np.vdot(wanted, wanted)
    return np.abs(got - factor * wanted).max() <= 1e-9 * max(1.0, abs(factor))


LOOK = {
    "prepare": look_at_prepare,
    "pair": look_at_pair,
    "gradient": look_at_gradient,
    "init": look_at_init,
    "bias": lambda _, value: number(value, "bias"),
    "activation": look_at_activation,
    "residual": on_or_off("residual"),
    "batch_norm": on_or_off("batch_norm"),
    "lr": above_zero("lr"),
    "clip": above_zero("clip"),
}


def advice(cause, sick, repair, treated, seed):
    """A sentence about a repair that treats a symptom, or that makes a patient of another kind, by its worst run."""
    turned = set(repair)
    if turned == {"lr"} and repair["lr"] < sick.lr and cause != "learning rate too high":
        return "A smaller rate alone does not cure this: the cause stays, and the learning slows down."
    if turned == {"clip"} and cause != "gradients explode in training":
        return "Clipping shortens the steps and hides the cause, which is still there."
    if sick is PATIENTS[8] and "residual" in turned:
        return "A residual connection stops the explosion; this one learns too slowly for 20 epochs."
    if turned == {"init"} and sick is PATIENTS[8]:
        return "Another start only moves the end: the weights grow in training."
    found = diagnose(examine(treated, seed))
    if turned == {"clip"} and found.verdict == "learning rate too low":
        return "The clip is so short now that every step is small: a longer one."
    if turned == {"clip"} and found.verdict == "learning rate too high":
        return "The clip lets too long steps through: a shorter one."
    if found.verdict == "healthy":
        rate = f" Its rate is {repair['lr']:g}, and the healthy train at {HEALTHY.lr:g}." if "lr" in turned else ""
        return f"It is on its way, only not far enough.{rate}"
    still = "It still has" if found.verdict == cause else "It has now"
    return f"{still} “{found.verdict}”: {found.evidence}."
