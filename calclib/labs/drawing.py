"""Lesson 10's live figures of one image: draw it and move it, and see what it is read as; which pixels raise a score.

A reader is a function of images (n, 64) that gives the probabilities (n, 10) of the digits.
"""

import numpy as np
from matplotlib.collections import LineCollection

from calclib import handwriting
from calclib.labs.checkup import shade
from calclib.labs.words import number
from calclib.live import explore
from calclib.networks import Network
from calclib.pictures.palette import PATH, QUIET, TRUTH
from calclib.validate import finite_array, function, numbers

__all__ = ["a", "bars", "frame", "moves", "named", "paint", "probabilities", "saliency", "scores_of"]

SIDE = handwriting.SIDE
TENTH = 0.1  # of full ink: what is added to a pixel, to try what its slope foretells


def frame(ax, title):
    """An empty image of 8 × 8 pixels."""
    ax.set(xlim=(-0.5, SIDE - 0.5), ylim=(SIDE - 0.5, -0.5), aspect=1, xticks=[], yticks=[], title=title)
    for side in ax.spines.values():
        side.set(visible=True, color=QUIET)


def scores_of(ax, title="probability"):
    """Room for ten bars, one for each digit."""
    ax.set(xlim=(0, 1.25), ylim=(9.6, -0.6), yticks=range(10), xticks=[0, 0.5, 1], title=title)
    ax.tick_params(axis="y", length=0)


def bars(ax, p, truth=None):
    """Ten bars, as one mark, the longest one with its share beside it, and if it is told that of the truth."""
    best, colors = int(p.argmax()), [QUIET] * 10
    told = {} if truth is None else {int(truth): (TRUTH, f"{p[truth]:.0%}, written")}
    told[best] = PATH, f"{p[best]:.0%}"
    for k, (color, words) in told.items():
        colors[k] = color
        ax.text(p[k] + 0.02, k, words, color=color, va="center")
    rows = [[(0, k), (p[k], k)] for k in range(10)]
    ax.add_collection(LineCollection(rows, colors=colors, linewidths=9), autolim=False)


def a(digit):
    """A digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def named(read):
    """{name: reader} of one reader, or of several by name."""
    readers = read if isinstance(read, dict) else {"reader": read}
    return {name: function("read", reader) for name, reader in readers.items()}


def probabilities(read, images):
    """What a reader says of images, or a sentence if these are no ten probabilities for each."""
    p = finite_array("read(images)", read(images))
    if p.shape != (len(images), 10):
        raise ValueError(f"read(images) has shape {p.shape}: ten probabilities for each image, {(len(images), 10)}")
    return p


def image_of(pixels):
    """One image as an array (8, 8)."""
    pixels = finite_array("drawing", pixels)
    if pixels.size != SIDE**2:
        raise ValueError(f"drawing has shape {pixels.shape}: {SIDE} × {SIDE} pixels would do")
    return pixels.reshape(SIDE, SIDE)


def warped(image, degrees=0.0, scale=1.0, shift=(0.0, 0.0), sample=handwriting.bilinear):
    """One image turned, scaled and moved, as an array (8, 8)."""
    turn = np.array([np.radians(degrees)])
    moved = handwriting.warp(image.reshape(1, -1), turn, np.array([scale]), np.array([shift]), sample)
    return numbers("sample(images, row, column)", moved).reshape(SIDE, SIDE)


def paint(read, drawing=None):
    """Draw a digit, move it, and see what it is read as, while you draw. Controls: the drawing, down, right, who reads.

    read: a reader, or several by name. drawing: the image to begin with (none: blank paper).
    """
    readers, drawing = named(read), image_of(np.zeros(64) if drawing is None else drawing)
    first = next(iter(readers.values()))

    def scene(axes):
        frame(axes[0], "what is read")
        scores_of(axes[1])

    def marks(axes, digit=None, down=0.0, right=0.0, who=first):
        image = warped(digit, shift=(down, right))
        shade(axes[0], image, "gray_r", 0, 1)
        p = probabilities(who, image.reshape(1, -1))[0]
        bars(axes[1], p)
        best, next_best = np.argsort(-p)[:2]
        reader = next(name for name, reader in readers.items() if reader is who)
        place = f"Moved down by {number(down)} and right by {number(right)}" if image.any() else "Nothing but paper"
        return (
            f"{place}: the {reader} {'reader ' * (reader != 'reader')}says {best}, {p[best]:.0%} sure; "
            f"next comes {next_best}, with {p[next_best]:.0%}."
        )

    alt = "Left: a drawing of 8 by 8 pixels. Right: a bar for each digit, as long as the drawing is likely to be it."
    choice = {"who": readers} if len(readers) > 1 else {}
    ranges = {"digit": drawing, "down": (-2.0, 2.0), "right": (-2.0, 2.0)} | choice
    labels = {"digit": "your drawing"} | dict.fromkeys(choice, "who reads")
    return explore(marks, scene, **ranges, panels=2, size=(6.4, 3.0), alt=alt, labels=labels)


def moves(image, sample=handwriting.bilinear):
    """An image, moved, turned and scaled. Controls: right, turn, scale.

    sample(images, row, column): what stands between the pixels, as in `handwriting.bilinear`; a learner's own will do.
    """
    image, sample = image_of(image), function("sample", sample)

    def scene(axes):
        frame(axes[0], "as it was written")
        frame(axes[1], "another version of it")
        shade(axes[0], image, "gray_r", 0, 1)

    def marks(axes, right=0.5, turn=10.0, scale=1.1):
        other = warped(image, turn, scale, (0.0, right), sample)
        shade(axes[1], other, "gray_r", 0, 1)
        kept = other.sum() / image.sum()
        return (
            f"Moved right by {number(right)} pixels, turned by {number(turn)}°, {number(scale)} times as large: "
            f"it has {number(100 * kept)}% of the ink that it had."
        )

    alt = "Left: a digit of 8 by 8 pixels. Right: the same digit, moved, turned and scaled."
    ranges = {"right": (-2.0, 2.0), "turn": (-45.0, 45.0), "scale": (0.5, 1.5)}
    labels = {"right": "right, pixels", "turn": "turn, degrees", "scale": "scale"}
    return explore(marks, scene, **ranges, panels=2, size=(6.4, 3.0), alt=alt, labels=labels)


def saliency(net: Network, theta, images, labels):
    """Which pixels raise the score of a digit, and which lower it. Controls: the image, the digit.

    The map is ∂score/∂pixel, by the backward pass, and one pixel of it is tried.
    """
    images, labels = finite_array("images", images, 2), np.asarray(labels)
    slopes = [net.input_gradient(theta, images, np.tile(one, (len(images), 1))) for one in np.eye(10)]

    def scene(axes):
        frame(axes[0], "image")
        frame(axes[1], "∂score/∂pixel")
        axes[1].text(3.5, 7.75, "− orange · purple +", color=QUIET, ha="center", va="top", fontsize=9.5)

    def marks(axes, image=0, digit=int(labels[0])):
        pixels, slope = images[image], slopes[digit][image]
        shade(axes[0], pixels.reshape(SIDE, SIDE), "gray_r", 0, 1)
        top = np.abs(slope).max() or 1.0
        shade(axes[1], slope.reshape(SIDE, SIDE), "PuOr", -top, top)
        at = int(np.abs(slope).argmax())
        for ax in axes:
            ax.plot(at % SIDE, at // SIDE, "s", color=TRUTH, markerfacecolor="none", markersize=17, markeredgewidth=2)
        more = pixels.copy()
        more[at] += TENTH
        before, after = net.forward(theta, np.array([pixels, more]))[0][:, digit]
        return (
            f"An image of {a(labels[image])}, the score of {digit}. The steepest pixel is in row {at // SIDE + 1}, "
            f"column {at % SIDE + 1}: a tenth of ink more there should change the score by "
            f"{number(TENTH * slope[at])}, and changes it by {number(after - before)}."
        )

    alt = (
        "Left: a digit of 8 by 8 pixels. Right: the slope of a score in each pixel, purple where more ink raises the "
        "score and orange where it lowers it, with a blue square around the steepest."
    )
    ranges = {"image": (0, len(images) - 1), "digit": list(range(10))}
    labelled = {"image": "which image", "digit": "score of the digit"}
    return explore(marks, scene, **ranges, panels=2, size=(6.4, 3.2), alt=alt, labels=labelled)
