"""Lesson 09's live figures of whole runs: the story from within and mended, curves, and the patients' charts."""

from functools import cache

import numpy as np

from calclib import clinic, diagnostics
from calclib.clinic import BATCH, IMAGES, PATIENTS, growth, rms
from calclib.data import digits
from calclib.labs.debugging import bars
from calclib.live import Training, explore
from calclib.live.controls import number
from calclib.networks import Network
from calclib.optimizers import clip_by_global_norm
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TRUTH
from calclib.pictures.plots import dot, tag
from calclib.story import Reader, StoryRun, story_run
from calclib.training import train

__all__ = ["charts", "mended", "reader", "through_time"]

GUESSING = float(np.log(10))
LENGTHS = 1e-3, 1e16  # of the story's gradients, the last ones too


def guessing_line(ax, x, above=-14):
    """The loss of blind guessing, with its name, which ends at x, so many points above it."""
    ax.axhline(GUESSING, color=QUIET, linestyle="--", linewidth=1)
    tag(ax, "blind guessing", (x, GUESSING), (0, above), ha="right", color=QUIET)


def through_time(run: StoryRun | None = None, *, step=84):
    """The gradient in each of the story's pieces, at one step of its training. Controls: the step."""
    run = story_run() if run is None else run
    steps = int(np.isfinite(run.norms).sum())
    X, y = (part[:400] for part in digits())
    low, high, pieces = 1e-6, 1e15, run.net.depth
    first = min(step, steps - 1)

    @cache
    def looked_at(step):
        """The size of ∂loss/∂z in each piece, and the largest |eigenvalue| of the weights that they share."""
        deltas = [rms(dz) for *_, dz in run.net.flow(run.thetas[step], X, y)[:-1]]
        return np.array(deltas), np.abs(np.linalg.eigvals(run.net.named(run.thetas[step])["Wh1"])).max()

    def scene(axes):
        left, right = axes
        left.axhline(1, color=QUIET, linewidth=1)
        left.set(xlim=(0, pieces + 1), ylim=(low, high), yscale="log", xlabel="piece of the image")
        left.set_xticks(range(1, pieces + 1, 3))
        left.set(title="size of ∂loss/∂z, last piece = 1")
        right.plot(run.norms[:steps], ".", color=QUIET, markersize=4)
        right.set(xlim=(-2, steps + 2), ylim=LENGTHS, yscale="log", xlabel="step of training")
        right.set(title="length of the whole gradient")

    def marks(axes, step=first):
        left, right = axes
        deltas, radius = looked_at(step)
        bars(left, deltas / deltas[-1], GRADIENT, low, high)
        dot(right, step, run.norms[step], color=GRADIENT)
        times = deltas[0] / deltas[-1]
        each = times ** (1 / (pieces - 1))
        return (
            f"Step {step}, in epoch {step * BATCH // IMAGES + 1}: back through {pieces} pieces the gradient changes by "
            f"a factor of {number(times)}, {each:.2f} for each; "
            f"the largest eigenvalue of the shared weights has size {radius:.2f}."
        )

    alt = (
        "Left: the size of the gradient in each of the pieces that the image is read in, as bars on a logarithmic "
        "scale. Right: the length of the whole gradient in each step of training, logarithmic, with a dot at this one."
    )
    labels = {"step": "step of training"}
    return explore(marks, scene, step=range(steps), panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


def mended(*, lr=0.25, seed=32655, epochs=25):
    """The story's run while it trains, with what may mend it. Controls: clip, what else is changed, the run."""
    X, y = (part[:400] for part in digits())
    clips = {"none": None, "5": 5.0, "2": 2.0, "1": 1.0}
    changes = {"nothing": (), "smaller start": ("start",), "residual": ("residual",), "both": ("start", "residual")}
    dying = story_run(lr, seed=seed, epochs=epochs)

    def begin(now):
        """(loss of the epoch, lengths of its gradients); before training the loss alone."""
        net, norms = Reader(16, residual="residual" in now.change), []
        theta = net.initialise(0.15 if "start" in now.change else "xavier", seed)

        def step(theta, g, *, lr):
            norms.append(np.linalg.norm(g))
            g = g if now.clip is None else clip_by_global_norm(g, now.clip)
            return (np.round(theta - lr * g, 6),)

        yield net.loss(theta, X, y), np.array([])
        for epoch in train(net, theta, X, y, step, lr=lr, epochs=epochs, batch_size=BATCH, seed=seed):
            yield epoch.loss, np.array(norms)
            if not np.isfinite(epoch.loss):
                return

    def scene(axes):
        left, right = axes
        guessing_line(left, epochs)
        alive = np.isfinite(dying.losses)
        left.plot(np.flatnonzero(alive) + 1, dying.losses[alive], "x--", color=QUIET, markersize=5, linewidth=1)
        tag(left, "the story", (alive.sum(), dying.losses[alive][-1]), (7, -4), color=QUIET)
        left.set(xlim=(-0.5, epochs + 0.5), ylim=(0, 3), xlabel="epoch", title="loss")
        right.plot(dying.norms, "x", color=QUIET, markersize=3)
        right.set(xlim=(-5, epochs * IMAGES // BATCH), ylim=LENGTHS, yscale="log", xlabel="step")
        right.set(title="length of the gradient, unclipped")

    def marks(axes, clip=None, change=(), run=None):
        left, right = axes
        losses, norms = np.array([loss for loss, _ in run.states]), run.states[-1][1]
        finite = np.isfinite(losses)
        left.plot(np.flatnonzero(finite), losses[finite], "o-", color=PATH, markersize=4)
        right.plot(norms, ".", color=GRADIENT, markersize=3)
        if clip is not None:
            right.axhline(clip, color=QUIET, linewidth=1)
        named = next(name for name, what in changes.items() if what == change)
        told = f"clip {'none' if clip is None else number(clip)}, changed: {named}"
        if not finite.all():
            return f"Epoch {run.done} of {epochs}, {told}: the loss is not a number any more."
        return f"Epoch {run.done} of {epochs}, {told}: the loss is {losses[-1]:.2f}."

    alt = (
        "Left: the loss against the epoch. Right: the length of the gradient in each step, logarithmic, with the clip "
        "as a grey line. Grey crosses: the story as it was."
    )
    run = Training(begin, epochs, "epoch", ("clip", "change"))
    ranges = {"clip": clips, "change": changes, "run": run}
    labels = {"clip": "clip at", "change": "change", "run": "training"}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 3.4), alt=alt, labels=labels)


SHORT = 12  # epochs, of 25 images at a time


@cache
def short_course(lr, scale):
    """Losses by the rate and by the size of the first weights, in units of He's: a healthy patient's network on half of
    its images, so that a slider trains it in passing."""
    net, (X, y) = Network(64, *[32] * clinic.HEALTHY.depth, 10), clinic.HEALTHY.images(0)
    theta = net.initialise(round(scale * np.sqrt(2 / 32), 6), 0)

    def step(theta, g, *, lr):
        return np.round(theta - lr * g, 6)

    return np.array([e.loss for e in train(net, theta, X[:200], y[:200], step, lr=lr, epochs=SHORT, batch_size=25)])


def reader():
    """The loss curve of a small network, and what `diagnose` reads in it. Controls: α, the scale of its start."""

    def scene(ax):
        guessing_line(ax, SHORT)
        ax.set(xlim=(0.5, SHORT + 0.5), ylim=(0, 4), xlabel="epoch", ylabel="loss")

    def marks(ax, lr=0.1, scale=1.0):
        losses = short_course(lr, scale)
        shown = np.clip(np.nan_to_num(losses, nan=9, posinf=9), 0, 9)
        ax.plot(np.arange(1, len(losses) + 1), shown, "o-", color=PATH)
        found = diagnostics.diagnose(losses, guessing=GUESSING)
        told = f"α = {number(lr)}, first weights {number(scale)} times He's"
        return f"{told}: {found.verdict}, since {found.evidence}."

    alt = "The loss of a training run against the epoch, with a dashed line at the loss of blind guessing."
    rates = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0]
    labels = {"lr": "learning rate α", "scale": "first weights, times He's"}
    return explore(marks, scene, lr=rates, scale=[0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0], alt=alt, labels=labels)


def charts(patients=None):
    """What a doctor looks at, of any of {name: patient}: curve, signal, gradient, and four numbers. Controls: who."""
    named = patients or {f"patient {n}": patient for n, patient in PATIENTS.items()}
    found = {patient: clinic.examine(patient) for patient in named.values()}
    first, last = next(iter(named.values())), max(len(chart.losses) for chart in found.values())
    signal, slope = (1e-4, 1e4), (1e-4, 1e14)

    def scene(axes):
        curve, ahead, back = axes
        guessing_line(curve, last, above=20)
        curve.set(xlim=(0.5, last + 0.5), ylim=(0, 4), xlabel="epoch", title="loss")
        for ax, title, ends in ((ahead, "signal at the start", signal), (back, "gradient", slope)):
            ax.axhline(1, color=QUIET, linewidth=1)
            ax.set(xlim=(0, 1), ylim=ends, yscale="log", xlabel="hidden layers or pieces", title=title)
            ax.set_xticks([0.05, 0.95], ["first", "last"])
        ahead.text(0.98, 0.92, "inputs = 1", transform=ahead.transAxes, color=QUIET, ha="right")
        back.text(0.98, 0.02, "last = 1", transform=back.transAxes, color=QUIET, ha="right")
        for y, sign, color, words in ((0.92, "o", GRADIENT, "at the start"), (0.83, "s", PATH, "in the crisis")):
            back.plot(0.37, y + 0.02, sign, color=color, markersize=4, transform=back.transAxes)
            back.text(0.98, y, words, transform=back.transAxes, color=color, ha="right")

    def marks(axes, who=first):
        curve, ahead, back = axes
        chart = found[who]
        finite = np.isfinite(chart.losses)
        curve.plot(np.flatnonzero(finite) + 1, np.clip(chart.losses[finite], 0, 9), "o-", color=PATH, markersize=4)
        with np.errstate(all="ignore"):
            h = np.array([rms(h) for h in chart.h]) / chart.inputs
            start, late = (np.array([rms(d) for d in part]) / rms(part[-1]) for part in (chart.delta, chart.late))
        place = (np.arange(len(h)) + 0.5) / len(h)
        bars(ahead, h, TRUTH, *signal, place=place)
        for deltas, style, color in ((start, "o-", GRADIENT), (late, "s--", PATH)):
            if np.isfinite(deltas).all():
                back.plot(place, np.clip(deltas, *slope), style, color=color, markersize=4, linewidth=1)
        if not np.isfinite(start).all():
            back.text(0.5, 0.55, "none", transform=back.transAxes, color=GRADIENT, ha="center")
        return told(chart)

    alt = (
        "Left: the loss against the epoch. Middle: the size of the signal in each layer at the start, as bars. Right: "
        "the size of the gradient in each layer, round purple marks at the start, square vermilion ones in the "
        "crisis; both logarithmic."
    )
    return explore(marks, scene, who=named, panels=3, size=(7.6, 3.2), alt=alt, labels={"who": "whose chart"})


def told(chart):
    """The numbers of a chart, in sentences that name no cause."""
    dead = max(np.mean(np.all(h == 0, axis=0)) for h in chart.h)
    end = chart.losses[-1]
    loss = (
        f", the last one's {end:.2f}" if np.isfinite(end) else f"; in epoch {len(chart.losses)} the loss is no number"
    )
    error = "below 1e−6" if chart.gradient_error < 1e-6 else number(chart.gradient_error)
    return (
        f"The first epoch's loss is {number(chart.losses[0])}{loss}. Inputs: size {number(chart.inputs)}; neighbours "
        f"with the same label: {chart.neighbours:.0%}. Gradient: relative error {error}. Start: at most "
        f"{dead:.0%} of a layer's units give 0 for all images, and the last layer's signal is "
        f"{number(rms(chart.h[-1]) / chart.inputs)} times the inputs'. In the crisis the gradient grows "
        f"{number(growth(chart.late))} times on its way back."
    )
