"""What notebook 00 shows: the exploding run, a first figure to move, and a look at the machine."""

import sys
from functools import cache
from time import perf_counter

import anywidget
import ipywidgets
import matplotlib
import numpy as np

from calclib.live import explore
from calclib.pictures.palette import PATH, QUIET, TRUTH
from calclib.pictures.plots import curve, dot, ruler, tag
from calclib.story import story_run

__all__ = ["exploding_run", "self_check", "wave"]

RATES = [0.05, 0.1, 0.15, 0.175, 0.2, 0.225, 0.25, 0.3]
DEPTHS = [4, 8, 16, 32]
EPOCHS = 20
FAST = 0.25  # seconds: a figure that needs longer than this to answer feels stuck
NEEDED = {"numpy": (2, 2), "matplotlib": (3, 10), "ipywidgets": (8, 1), "anywidget": (0, 9)}

losses_of = cache(
    lambda lr, depth: story_run(lr, depth, epochs=EPOCHS).losses
)  # a real run, trained when it is asked for


def exploding_run(rates=RATES, depths=DEPTHS):
    """The loss of an image classifier, epoch by epoch, trained for each setting. Controls: learning rate, depth."""
    first = [wanted if wanted in offered else offered[0] for wanted, offered in ((0.25, rates), (16, depths))]

    def scene(ax):
        ax.axhline(np.log(10), color=QUIET, linestyle="--", linewidth=1)
        tag(ax, "blind guessing", (EPOCHS, np.log(10)), (0, 6), ha="right", color=QUIET)
        ax.set(xlabel="epoch", ylabel="loss", xlim=(0.5, EPOCHS + 0.5), ylim=(0, 3), xticks=[1, 5, 10, 15, 20])

    def marks(ax, lr=first[0], depth=first[1]):
        losses = losses_of(lr, depth)
        epochs, finite = np.arange(1, len(losses) + 1), np.isfinite(losses)
        ax.plot(epochs[finite], losses[finite], "o-", color=TRUTH)
        if finite.all():
            return f"Learning rate {lr:g}, depth {depth}: after {EPOCHS} epochs the loss is {losses[-1]:.2g}."
        last = finite.sum()
        if not last:
            return f"Learning rate {lr:g}, depth {depth}: in its first epoch the loss is not a number."
        ax.axvline(last + 1, color=PATH, linestyle=":")
        ruler(ax, (last, losses[last - 1]), (last + 1, 3), color=PATH)
        aside, side = (6, "left") if last < EPOCHS / 2 else (-6, "right")
        tag(ax, "not a number", (last + 1, 2.8), (aside, 0), color=PATH, ha=side)
        told = ", ".join(f"{loss:.1f}" for loss in losses[: min(last, 4)]) + " …" * int(last > 4)
        return f"Learning rate {lr:g}, depth {depth}: the loss goes {told}, and in epoch {last + 1} it is not a number."

    alt = "The loss of a training run against the epoch: it falls, and where the run explodes, a vertical line."
    labels = {"lr": "learning rate", "depth": "depth"}
    return explore(marks, scene, lr=list(rates), depth=list(depths), alt=alt, labels=labels)


def wave():
    """A wave to practise on. Controls: frequency, phase, and whether the axis is drawn."""
    grid = np.linspace(0, 10, 400)

    def scene(ax):
        ax.set(xlabel="x", ylabel="sin(frequency · x + phase)", xlim=(0, 10), ylim=(-1.3, 1.3))

    def marks(ax, frequency=1.0, phase=0.0, axis=True):
        curve(ax, lambda x: np.sin(frequency * x + phase), grid, color=TRUTH)
        if axis:
            ruler(ax, (0, 0), (10, 0))
        dot(ax, 0, np.sin(phase), color=PATH, clip_on=False)
        crests = np.floor((10 * frequency + phase) / (2 * np.pi) - 0.25) - np.ceil(phase / (2 * np.pi) - 0.25) + 1
        fit = "1 crest fits" if crests == 1 else f"{crests:.0f} crests fit"
        return f"Frequency {frequency:.1f}, phase {phase:.1f}: {fit} into the picture."

    alt = "A sine wave with a dot where it starts."
    return explore(marks, scene, frequency=(0.2, 5.0), phase=(0.0, 6.0), axis=True, pointer=("phase",), alt=alt)


class Report(dict):
    """What was looked at, each with whether it is well; shown as a list of ticks."""

    def __repr__(self):
        return "\n".join(f"{'✓' if well else '△'} {what}" for what, well in self.items())


def self_check():
    """Versions, widgets and the speed of a figure: what this machine has, in a line each."""
    versions = {
        m.__name__: tuple(map(int, m.__version__.split(".")[:2])) for m in (np, matplotlib, ipywidgets, anywidget)
    }
    report = Report({"Python 3.11 or newer": sys.version_info >= (3, 11)})
    for name, needed in NEEDED.items():
        report[f"{name} {'.'.join(map(str, needed))} or newer"] = versions[name] >= needed
    report["figures answer quickly"] = median_answer(wave()) < FAST
    return report


def median_answer(figure, times=11):
    """Seconds from a moved control to the new picture, as the kernel sees it; the middle of several."""
    seconds = []
    for value in np.linspace(0.5, 4.5, times):
        begin = perf_counter()
        figure.move(frequency=value)
        seconds.append(perf_counter() - begin)
    return float(np.median(seconds))
