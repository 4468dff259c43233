"""Lesson 10's live figures: the dashboard of a training, and what a trained reader still mistakes.

Those of one image, to draw and to look into, stand in `calclib.labs.drawing`.
"""

from functools import cache
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from calclib import handwriting
from calclib.labs.checkup import shade
from calclib.labs.drawing import a, bars, frame, moves, named, paint, probabilities, saliency, scores_of
from calclib.labs.words import number
from calclib.live import Training, explore
from calclib.networks import Network
from calclib.optimizers import adamw
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TRUTH
from calclib.schedules import cosine_annealing
from calclib.training import train

__all__ = ["dashboard", "mistakes", "moves", "paint", "saliency", "watched"]

BATCH = 64
RATES = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
DARKEST = 6  # a mistake made so often or more often has the darkest cell
LOSSES, MISREAD, NORMS = (1e-3, 10.0), (1e-3, 1.0), (1e-5, 30.0)


class Watched(NamedTuple):
    """A look at a reader before training and after each epoch: the training and the validation part, or layers."""

    losses: np.ndarray
    accuracies: np.ndarray
    norms: np.ndarray  # ‖∂W‖ of each layer, in the epoch's last batch


def looks(training, validation, now, epochs, seed=0):
    """Train a reader 64–now.width–10, and yield a `Watched` row for each epoch; now.lr and now.moved act at once."""
    (X, y), net = training, Network(64, now.width, 10)
    cosine = cosine_annealing(1.0, steps=epochs * -(-len(X) // BATCH))

    def seen(theta, gradient):
        norms = [float(np.linalg.norm(W)) for W, _ in net.unpack(gradient)]
        parts = training, validation
        return Watched(
            [net.loss(theta, *part) for part in parts], [net.accuracy(theta, *part) for part in parts], norms
        )

    def augment(images, rng):
        return handwriting.augment(images, rng) if now.moved else images

    theta = net.initialise(seed=seed)
    yield seen(theta, net.loss_and_gradient(theta, X, y)[1])
    knobs = {"batch_size": BATCH, "seed": seed, "augment": augment, "epochs": epochs, "weight_decay": 0.0}
    for epoch in train(net, theta, X, y, adamw, lr=lambda t: now.lr * cosine(t), **knobs):
        if not np.isfinite(epoch.theta).all():
            return
        yield seen(epoch.theta, epoch.gradient)


def table(rows):
    """Many looks as one `Watched` of arrays (epochs + 1, 2)."""
    return Watched(*(np.array(part) for part in zip(*rows, strict=True)))


def watched(training, validation, *, lr=0.005, width=128, moved=False, epochs=60):
    """What the dashboard shows, as arrays."""
    return table(looks(training, validation, SimpleNamespace(lr=lr, width=width, moved=moved), epochs))


def room(ends):
    """Limits of a logarithmic axis, a little beyond these ends, so that a dot at an end is whole."""
    return 0.75 * ends[0], 1.33 * ends[1]


def dashboard(training, validation, *, epochs=60, lr=0.005):
    """A reader while it trains: loss, share misread, and the gradient of each layer.

    Controls: the rate at the start of a cosine, acting at once; the width, which starts anew; whether images are moved;
    the run. training, validation: pairs (images, labels).
    """

    def begin(now):
        return looks(training, validation, now, epochs)

    def scene(axes):
        loss, right, steep = axes
        loss.set(yscale="log", ylim=room(LOSSES), title="loss", yticks=[1e-3, 1e-2, 0.1, 1, 10])
        right.set(yscale="log", ylim=room(MISREAD), title="misread: 1 − accuracy")
        right.set_yticks([1e-3, 1e-2, 0.1, 1], ["≤0.1%", "1%", "10%", "100%"])
        steep.set(yscale="log", ylim=room(NORMS), title="gradient length")
        for ax in axes:
            ax.set(xlim=(-0.03 * epochs, 1.03 * epochs), xlabel="epoch")
            ax.minorticks_off()
        told = ("— training", PATH), ("- - validation", TRUTH)
        steeps = ("— layer 1", GRADIENT), ("- - layer 2", GRADIENT)
        for ax, words, top in ((loss, told, 0.75), (right, told, 0.75), (steep, steeps, 0.14)):
            for (text, color), height in zip(words, (top, top - 0.09), strict=True):
                ax.text(0.97, height, text, color=color, transform=ax.transAxes, ha="right")

    def marks(axes, lr=lr, width=128, moved=False, run=None):
        losses, right, norms = table(run.states)
        colors = (PATH, TRUTH), (PATH, TRUTH), (GRADIENT, GRADIENT)
        ends, drawn = (LOSSES, MISREAD, NORMS), (losses, 1 - right, norms)
        for ax, pair, (low, high), both in zip(axes, drawn, ends, colors, strict=True):
            for values, color, line in zip(pair.T, both, ("-", "--"), strict=True):
                style = {"color": color, "linewidth": 1.5, "marker": "o", "markersize": 4, "markevery": [-1]}
                ax.plot(np.clip(values, low, high), line, **style)  # with a dot at its newest epoch, also at the first
        how = "moved" if moved else "as they are"
        told = f"Epoch {run.done} of {epochs}, {width} units, rate {number(lr)}, images {how}"
        if run.over and run.done < epochs:
            return f"{told}: the weights are not numbers any more. A smaller rate, and start again."
        return (
            f"{told}: {right[-1, 0]:.1%} of the training part is right, and {right[-1, 1]:.1%} of the validation part; "
            f"the losses are {number(losses[-1, 0], '.2g')} and {number(losses[-1, 1], '.2g')}."
        )

    alt = (
        "Three pictures against the epoch, all logarithmic. Left the loss, in the middle the share of images misread, "
        "each solid in vermilion for the training part and dashed in blue for the validation part; right the length of "
        "the gradient in each of the two layers, in purple."
    )
    ranges = {"lr": RATES, "width": [16, 64, 128, 256], "moved": False}
    ranges["run"] = Training(begin, epochs, "epoch", "width")
    labels = {"lr": "learning rate α", "width": "units", "moved": "move the images", "run": "training"}
    return explore(marks, scene, **ranges, panels=3, size=(6.8, 3.0), alt=alt, labels=labels)


@cache
def outlined(count, high=0.5, wide=0.75):
    """The outline of a number around 0, as high or as wide as this, on axes that point down."""
    path = TextPath((0, 0), str(count), size=high)
    middle, width = path.get_extents().get_points().mean(axis=0), path.get_extents().width
    return path.transformed(Affine2D().translate(*-middle).scale(min(1, wide / width)).scale(1, -1))


def written(counts):
    """The counts above 0, each in its place of the table: outlines of those on the diagonal, and of the mistakes.

    Two marks for all of them: a text for each, or a marker, would take many times as long.
    """
    parts = {True: [], False: []}
    for row, column in np.argwhere(counts):
        outline = outlined(int(counts[row, column]))
        parts[bool(row == column)].append(Path(outline.vertices + [column, row], outline.codes))
    return [Path.make_compound_path(*parts[right]) for right in (True, False)]


def off_diagonal(counts):
    """How often each mistake was made, up to DARKEST; where none was, a hole."""
    mixed_up = np.minimum(counts, DARKEST).astype(float)
    mixed_up[np.eye(10, dtype=bool) | (counts == 0)] = np.nan
    return mixed_up


def mistakes(read, images, labels):
    """What is read as what, and the images that were misread, the surest first. Controls: which mistake, who reads.

    read: a reader, or several by name.
    """
    readers, labels = named(read), np.asarray(labels)
    first, found = next(iter(readers.values())), {}
    for reader in readers.values():
        p = probabilities(reader, images)
        guesses = p.argmax(axis=1)
        wrong = np.flatnonzero(guesses != labels)
        surest = wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")]
        counts = handwriting.confusion(labels, guesses)
        found[reader] = p, off_diagonal(counts), written(counts), surest
    most = max(len(surest) for *_, surest in found.values())

    def scene(axes):
        table, image, scores = axes
        table.get_gridspec().set_width_ratios([1.5, 1, 1])
        table.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), aspect=1, xticks=range(10), yticks=range(10))
        table.set(xlabel="read as", ylabel="written", title="how many")
        table.set_xticks(np.arange(-0.5, 10), minor=True)
        table.set_yticks(np.arange(-0.5, 10), minor=True)
        table.grid(False, which="major")
        table.grid(True, which="minor")
        table.tick_params(which="minor", length=0)
        frame(image, "misread")
        scores_of(scores)

    def marks(axes, rank=1, who=first):
        table, image, scores = axes
        p, mixed_up, outlines, surest = found[who]
        shade(table, mixed_up, "Oranges", 0, DARKEST + 2)  # so that black reads on it
        for outline, color in zip(outlines, (QUIET, "black"), strict=True):
            table.add_artist(PathPatch(outline, facecolor=color))
        reader = next(name for name, reader in readers.items() if reader is who)
        told = f"The {reader} {'reader ' * (reader != 'reader')}".rstrip()
        told = f"{told} misreads {len(surest)} of {len(labels)} images"
        if not len(surest):
            return f"{told}."
        place = min(rank, len(surest)) - 1
        at = surest[place]
        shade(image, images[at].reshape(8, 8), "gray_r", 0, 1)
        bars(scores, p[at], truth=labels[at])
        guess = p[at].argmax()
        table.plot(guess, labels[at], "s", color="black", markerfacecolor="none", markersize=15, markeredgewidth=1.5)
        which = f"number {place + 1}, from the surest down" + ", the last" * (place == len(surest) - 1)
        return f"{told}. Here is {which}: {a(labels[at])}, read as {a(guess)}, {p[at, guess]:.0%} sure."

    alt = (
        "Left: a table of how many images of each digit were read as which, the mistakes shaded. Middle: one of the "
        "misread images. Right: a bar for each digit, as long as the reader believed in it, vermilion for what was "
        "read and blue for what was written."
    )
    choice = {"who": readers} if len(readers) > 1 else {}
    labelled = {"rank": "which mistake"} | dict.fromkeys(choice, "who reads")
    return explore(marks, scene, rank=(1, max(most, 2)), **choice, panels=3, size=(6.8, 3.4), alt=alt, labels=labelled)
