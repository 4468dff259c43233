"""The forward and the backward pass, layer by layer: what flows, in which shape and of which size."""

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from calclib.live import explore
from calclib.live.controls import number
from calclib.networks import Network
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TRUTH
from calclib.validate import numbers

__all__ = ["flow", "short", "thickness"]

HALF = 0.28, 0.3  # half a box
SIZE = 7.6, 3.5  # of the picture, in inches
WIDEST, FAINT = 8.0, -4.0  # points of an arrow for a gradient as large as the last; the power of ten of a hairline
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def rms(a):
    """√(mean of squares)."""
    return float(np.sqrt(np.mean(np.square(a))))


def shaped(*shape):
    return " × ".join(map(str, shape))


def flow(X, y, sizes=(1, 16, 16, 1), *, step=None, seed=0):
    """The two passes of a network, step by step, with arrows as thick as the gradient is large.

    Controls: the step, the activation φ, the scale of the weights (1 is Xavier's).
    """
    X, y = numbers("X", X), numbers("y", y)
    n, depth = len(X), len(sizes) - 1
    last = 2 * depth + 1

    def passes(phi, scale):
        """a of each layer, its ∂z, the norms of ∂W, and the loss."""
        net = Network(*sizes, activation=phi, loss="mse")
        theta = scale * net.initialise("xavier", seed)
        flows = net.flow(theta, X, y)
        loss, g = net.loss_and_gradient(theta, X, y)
        steep = [float(np.linalg.norm(W)) for W, _ in net.unpack(g)]
        return [X] + [h for _, h, _ in flows], [dz for *_, dz in flows], steep, loss

    def scene(ax):
        ax.set(xlim=(-0.5, depth + 1.5), ylim=(-1.75, 0.8))
        ax.axis("off")
        _frames(ax, range(depth + 2), edgecolor=QUIET, linewidth=1)
        names = ["X", *(f"a{k}" for k in range(1, depth)), "output", "loss"]
        for k, name in enumerate(names):
            write(ax, k, 0.16, name.translate(SUBSCRIPTS), weight="bold", fontsize=9 if depth < 5 else 8)
            write(ax, k, 0, shaped(n, sizes[k]) if k <= depth else "", color=QUIET, fontsize=7.5)
        for k in range(1, depth + 1):
            shape = shaped(sizes[k - 1], sizes[k])
            for y, text, color in ((0.42, f"W{k}, b{k}", TRUTH), (-1.33, f"∂W{k}, ∂b{k}", GRADIENT)):
                write(ax, k - 0.5, y, text.translate(SUBSCRIPTS), color=color)
                write(ax, k - 0.5, y + 0.16 * (1 if y > 0 else -1), shape, color=QUIET, fontsize=7.5)

    def marks(ax, step=last if step is None else step, phi="tanh", scale=1.0):
        a, dz, steep, loss = passes(phi, scale)
        ahead, back = min(step, depth), max(0, step - depth - 1)  # layers passed forward and back
        for k in range(ahead + 1):
            write(ax, k, -0.18, short(rms(a[k])), color=TRUTH)
        gaps = [(k + HALF[0], k + 1 - HALF[0]) for k in range(min(step, depth + 1))]
        arrows(ax, [((tail, 0.1), (tip, 0.1), 1.5) for tail, tip in gaps], TRUTH)
        if step > depth:
            write(ax, depth + 1, -0.18, short(loss), color=TRUTH)
        flows = []
        for k in range(depth, depth - back, -1):
            size = rms(dz[k - 1])
            thick = thickness(size, rms(dz[-1]))
            flows += [
                ((k + 1 - HALF[0], -0.16), (k + HALF[0], -0.16), thick),
                ((k - 0.5, -0.62), (k - 0.5, -1.2), thick),
            ]
            flows += [((k - 0.2, -HALF[1]), (k - 0.5, -0.64), thick)]
            write(ax, k + 0.06, -0.5, f"∂z {short(size)}", color=GRADIENT)
            write(ax, k - 0.5, -1.66, short(steep[k - 1]), color=GRADIENT)
        arrows(ax, flows, GRADIENT)
        now = ahead if step <= depth else depth + 1 if not back else depth + 1 - back
        _frames(ax, [now], edgecolor=PATH, linewidth=2)
        return told(step, last, a, dz, steep, loss, sizes)

    alt = (
        f"A network as a row of boxes, {shaped(*sizes)} units and the loss, each with its shape and the root mean "
        "square of its numbers. Blue arrows run forward; purple ones run back, and down to the gradient of each W, as "
        "thick as what they carry is large."
    )
    controls = {"step": range(last + 1), "phi": ["tanh", "relu", "sigmoid"], "scale": (0.1, 3.0)}
    labels = {"phi": "activation φ", "scale": "scale of the weights"}
    return explore(marks, scene, **controls, size=SIZE, alt=alt, labels=labels)


def told(step, last, a, dz, steep, loss, sizes):
    """What happens at a step, in a sentence."""
    depth, head = len(sizes) - 1, f"Step {step} of {last}."
    if step == 0:
        return f"{head} The inputs are there: {shaped(*a[0].shape)} numbers."
    if step <= depth:
        return f"{head} Forward through layer {step}: z = aW + b has shape {shaped(*a[step].shape)}."
    if step == depth + 1:
        return f"{head} The loss is {short(loss)}. Its gradient in the output has the output's shape."
    k = last - step + 1
    shape, norm = shaped(sizes[k - 1], sizes[k]), short(steep[k - 1])
    told = f"{head} Back through layer {k}: ∂W = aᵀ∂z has shape {shape}, norm {norm}."
    if k == 1:
        part = rms(dz[0]) / rms(dz[-1]) if rms(dz[-1]) else 0.0
        return f"{told} Of the ∂z at the output {short(part)} has arrived at the first layer."
    return f"{told} On goes ∂z Wᵀ · φ′, and ∂z is {short(rms(dz[k - 2]))} there."


def short(value):
    """A number with two digits, as people write it."""
    return number(float(f"{value:.1e}"))


def thickness(size, whole):
    """Of an arrow, in inches: a hundredth of the gradient at the output has half its width."""
    power = np.log10(size / whole) if size > 0 and whole > 0 else FAINT
    return float(np.clip(WIDEST * (1 - power / FAINT), 0.4, WIDEST + 2))


def write(ax, x, y, text, **style):
    ax.text(x, y, text, ha="center", va="center", **{"fontsize": 8} | style)


def _frames(ax, xs, **style):
    """Boxes around the places x, as one patch."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * HALF
    points = np.concatenate([corners + (x, 0) for x in xs])
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * len(xs)
    ax.add_artist(PathPatch(Path(points, codes), facecolor="none", **style))


def arrows(ax, flows, color):
    """Arrows (tail, tip, width in points), all of them as one patch of filled outlines."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    inch = np.array([(x1 - x0) / SIZE[0], (y1 - y0) / SIZE[1]])  # in data; the axes are about as large as the picture
    outlines = []
    for tail, tip, width in flows:
        tail, tip = np.array(tail) / inch, np.array(tip) / inch
        ahead = (tip - tail) / np.hypot(*(tip - tail))
        aside, half = ahead[::-1] * (-1, 1), width / 144
        head = min(half + 0.07, 0.9 * np.hypot(*(tip - tail)))
        neck = tip - head * ahead
        shape = [tail + half * aside, neck + half * aside, neck + (half + 0.05) * aside, tip]
        shape += [neck - (half + 0.05) * aside, neck - half * aside, tail - half * aside, tail + half * aside]
        outlines.append(np.array(shape) * inch)
    if outlines:
        codes = [Path.MOVETO, *[Path.LINETO] * 6, Path.CLOSEPOLY] * len(outlines)
        ax.add_artist(PathPatch(Path(np.concatenate(outlines), codes), facecolor=color, linewidth=0))
