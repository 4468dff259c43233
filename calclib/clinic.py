"""The clinic: small training runs that are sick in one way each, what a doctor looks at, and what counts as healed.

Every patient reads 400 of the real digits, 20 at a time, by plain gradient descent. Its knobs are all that a repair
may turn; how long it trains, on which images and from which seed is not among them.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np

from calclib import diagnostics, layers
from calclib.data import digits
from calclib.networks import Network
from calclib.optimizers import clip_by_global_norm
from calclib.story import Reader
from calclib.training import train
from calclib.validate import whole

__all__ = [
    "CAUSES",
    "HEALTHY",
    "LABELS",
    "PATIENTS",
    "Chart",
    "Course",
    "Patient",
    "as_they_are",
    "course",
    "diagnose",
    "examine",
    "final_loss",
    "loss_at_end",
]

CAUSES = [
    "inputs not scaled",
    "labels out of step",
    "wrong gradient",
    "dead ReLUs",
    "weights start too large",
    "weights start too small",
    "gradients explode in training",
    "learning rate too high",
    "learning rate too low",
    "healthy",
]
IMAGES, BATCH = 400, 20
RUNAWAY = 100  # times that a gradient grows on its way back before it counts as an explosion


def as_they_are(values):
    """The values themselves: what the healthy do with images and with labels."""
    return values


def slope_of_loss(p, y):
    """∂loss/∂scores = (p − y)/n of softmax and cross-entropy: p are the probabilities, y is 1 at the label."""
    return (p - y) / len(p)


@dataclass(frozen=True)
class Patient:
    """A training run by its knobs; as it stands here it is healthy."""

    epochs: ClassVar = 10
    depth: ClassVar = 3  # hidden layers
    seed: ClassVar = 0
    goal: ClassVar = 0.7  # the loss below which it counts as healed

    prepare: Callable = as_they_are  # from the images, pixels in [0, 1], to what the network is given
    pair: Callable = as_they_are  # from the labels, in the order of the images, to those that are trained on
    gradient: Callable = slope_of_loss  # ∂loss/∂scores from probabilities p and targets y, both (n, 10)
    init: object = "he"  # "he", "xavier" or the standard deviation of the weights
    bias: float = 0.0  # where all hidden biases start
    activation: str = "relu"
    residual: bool = False
    batch_norm: bool = False
    lr: float = 0.1
    clip: float | None = None  # the longest gradient

    def but(self, **knobs):
        """The same patient with some knobs turned; TypeError for what is no knob."""
        return replace(self, **knobs)

    @property
    def knobs(self):
        """{name: value}"""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def images(self, seed):
        """400 images and their labels, drawn by the seed; the caller's own."""
        return tuple(part.copy() for part in drawn(seed))

    def network(self):
        """Three hidden layers of 32 units, which take `gradient` for the slope of their loss."""
        return Network(64, *[32] * self.depth, 10, **self._architecture("batch_norm"))

    def _architecture(self, *more):
        return {name: getattr(self, name) for name in ("activation", "residual", *more)} | {"loss": self._loss}

    def _loss(self, scores, labels):
        p = layers.softmax(scores)
        return layers.softmax_cross_entropy(scores, labels)[0], self.gradient(p, np.eye(10)[labels])

    def start(self, net, seed):
        """θ before training."""
        theta = net.initialise(self.init, seed)
        hidden = [view for name, view in net.named(theta).items() if name[0] == "b" and name[:4] != "beta"]
        for view in hidden[:-1]:
            view += self.bias
        return theta


class StoryPatient(Patient):
    """The run of notebook 00, by the same knobs: a network that reads an image in 16 pieces."""

    epochs, depth, seed = 20, 16, 32655

    def images(self, seed):
        """The first 400 images, whatever the seed."""
        return tuple(part[:IMAGES] for part in digits())

    def network(self):
        """The story's `Reader`; batch normalisation does not suit it, since each piece has other statistics."""
        return Reader(self.depth, **self._architecture())


def bytes_of(images):
    """Pixels from 0 to 255, as they stand in a file."""
    return 255 * images


def one_off(labels):
    """Each image with the label of the one before it."""
    return np.roll(labels, 1)


def squashed(p, y):
    """The slope of the softmax once too often: it is in p − y already."""
    return (p - y) * p * (1 - p) / len(p)


HEALTHY = Patient()
LABELS = Patient(pair=one_off)
PATIENTS = {
    1: Patient(init=1.0),
    2: Patient(lr=0.001),
    3: Patient(bias=-3.0),
    4: Patient(prepare=bytes_of),
    5: Patient(init=0.03),
    6: Patient(gradient=squashed),
    7: Patient(lr=1.5),
    8: StoryPatient(init="xavier", lr=0.25),
}


@cache
def drawn(seed):
    """400 images and their labels, drawn from all by the seed."""
    X, y = digits()
    rows = np.random.default_rng(whole("seed", seed, 0)).permutation(len(X))[:IMAGES]
    return X[rows], y[rows]


class Course(NamedTuple):
    """How a run went, up to and with the first epoch whose loss is not finite."""

    losses: np.ndarray  # (epochs,) mean loss of the epoch's batches
    norms: np.ndarray  # (steps,) ‖∇‖ before clipping
    thetas: np.ndarray  # (steps + 1, size): θ before each step, and at the end
    net: Network


def course(patient, seed=None):
    """Train a patient, from its own seed or from another: a `Course`."""
    seed = patient.seed if seed is None else seed
    net, norms, thetas = patient.network(), [], []
    X, y = patient.images(seed)

    def step(theta, g, *, lr):
        """To six decimals, so that every machine tells the same story: see `calclib.story`."""
        norms.append(np.linalg.norm(g))
        thetas.append(theta)
        if patient.clip is not None:
            g = clip_by_global_norm(g, patient.clip)
        return (np.round(theta - lr * g, 6),)

    losses, theta = [], patient.start(net, seed)
    with np.errstate(all="ignore"):
        data = patient.prepare(X), patient.pair(y)
        for epoch in train(net, theta, *data, step, lr=patient.lr, epochs=patient.epochs, batch_size=BATCH, seed=seed):
            losses.append(epoch.loss)
            if not np.isfinite(epoch.loss):
                break
    return Course(np.array(losses), np.array(norms), np.array([*thetas, epoch.theta]), net)


def final_loss(patient, seed=None):
    """What the trained patient's loss is on its images and with their own labels, whatever it was trained on."""
    return loss_at_end(course(patient, seed), patient, seed)


def loss_at_end(run, patient, seed=None):
    """The `final_loss` of a patient whose `course` is there already; inf where there is none any more."""
    X, y = patient.images(patient.seed if seed is None else seed)
    with np.errstate(all="ignore"):
        scores, _ = run.net.forward(run.thetas[-1], patient.prepare(X))
        loss = layers.softmax_cross_entropy(scores, y)[0]
    return loss if np.isfinite(loss) else np.inf


class Chart(NamedTuple):
    """What a doctor has before them. In lists of layers the first is the one beside the inputs."""

    losses: np.ndarray  # (epochs,)
    inputs: float  # root mean square of what the network is given
    neighbours: float  # share of the images whose nearest other image has the same label as they have
    gradient_error: float  # largest relative error of the gradient against central differences
    h: list  # at the start: of each hidden layer what it gives, (images, units)
    delta: list  # at the start: ∂loss/∂z of each hidden layer, (images, units)
    late: list  # the same in the crisis: of the steps with a long gradient the first where it runs away


def examine(patient, seed=None):
    """The `Chart` of a patient: the data, the gradient, the start, the course, and the hour of crisis."""
    seed = patient.seed if seed is None else seed
    run = course(patient, seed)
    X, y = patient.images(seed)
    X, y = np.asarray(patient.prepare(X), dtype=float), patient.pair(y)
    start, late = run.net.flow(run.thetas[0], X, y)[:-1], crisis(run, X, y)
    return Chart(
        run.losses,
        float(np.sqrt(np.mean(X**2))),
        neighbours(X, y),
        gradient_error(run.net, run.thetas[0], X[:BATCH], y[:BATCH]),
        [h for _, h, _ in start],
        [dz for *_, dz in start],
        late,
    )


def crisis(run, X, y):
    """∂loss/∂z of each hidden layer, at the first of the long gradients that grows `RUNAWAY` times on its way back.

    Long is 20 times the median. If none grows so much: where it grows most, and if none is long, at the last step.
    """
    long, flows = np.flatnonzero(run.norms > 20 * np.nanmedian(run.norms))[:30], []
    for t in long if long.size else [len(run.norms) - 1]:
        flows.append([dz for *_, dz in run.net.flow(run.thetas[t], X, y)[:-1]])
        if growth(flows[-1]) > RUNAWAY:
            return flows[-1]
    return max(flows, key=growth)


def growth(delta):
    """How many times larger ∂loss/∂z is in the first layer than in the last; 0 where that cannot be told."""
    with np.errstate(all="ignore"):
        return float(np.nan_to_num(np.divide(rms(delta[0]), rms(delta[-1])), nan=0.0, posinf=0.0))


def neighbours(X, y):
    """The share of the rows of X whose nearest other row has the same label."""
    square = (X**2).sum(axis=1)
    distance = square[:, None] + square - 2 * X @ X.T
    np.fill_diagonal(distance, np.inf)
    return float(np.mean(y[distance.argmin(axis=1)] == y))


def gradient_error(net, theta, X, y):
    """The largest relative error of the gradient in the last biases: no kink of a ReLU is near them."""
    place, _ = net.places[-1][-1]

    def loss(b):
        return net.loss_and_gradient(np.concatenate([theta[: place.start], b]), X, y)[0]

    slope = net.loss_and_gradient(theta, X, y)[1][place]
    return diagnostics.gradient_check(loss, slope, theta[place]).error


def rms(a):
    """√(mean of the squares): the size of a whole layer in one number."""
    return float(np.sqrt(np.mean(np.square(a))))


def diagnose(chart):
    """The first of CAUSES that the chart gives away, with its evidence: data, gradient, start, course, in this order.

    `calclib.diagnostics.diagnose` says what a curve does; this says why.
    """
    with np.errstate(all="ignore"):
        return diagnostics.Diagnosis(*_found(chart))


def _found(chart):
    if not 0.05 < chart.inputs < 20:
        return "inputs not scaled", f"the inputs have a root mean square of {chart.inputs:.3g}"
    if chart.neighbours < 0.5:
        return "labels out of step", f"nearest neighbours share their label in {chart.neighbours:.0%} of cases"
    if chart.gradient_error > 1e-4:
        return "wrong gradient", f"its relative error against differences is {chart.gradient_error:.1e}"
    dead = max(float(np.mean(np.all(h == 0, axis=0))) for h in chart.h)
    if dead > 0.5:
        return "dead ReLUs", f"in one layer {dead:.0%} of the units give 0 for every image"
    ahead = rms(chart.h[-1]) / chart.inputs
    if ahead > 10:
        return "weights start too large", f"the signal is {ahead:.3g} times larger in the last layer than at the inputs"
    if ahead < 0.1:
        return "weights start too small", f"the signal is {1 / ahead:.3g} times smaller in the last layer"
    back = growth(chart.late)
    if back > RUNAWAY and np.nanmin(chart.losses) < 0.98 * np.log(10):  # it had been learning
        return "gradients explode in training", f"at its worst the gradient grows {back:.3g} times on its way back"
    verdict, evidence = diagnostics.diagnose(_four(chart.losses), guessing=np.log(10))
    if verdict == "healthy":
        return verdict, evidence
    return f"learning rate too {'low' if verdict == 'too slow' else 'high'}", evidence


def _four(losses):
    """The losses of a run that ended early, its end repeated: a curve is read from four at least."""
    return np.concatenate([losses, np.repeat(losses[-1:], max(0, 4 - len(losses)))])
