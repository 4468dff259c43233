"""Lesson 09's live figures of one pass: signals ahead, gradients back, what mends them, and what a clip does."""

from functools import cache

import numpy as np
from matplotlib.patches import PathPatch, StepPatch
from matplotlib.path import Path

from calclib.clinic import rms
from calclib.data import digits
from calclib.layers import ACTIVATIONS
from calclib.live import explore
from calclib.live.controls import number
from calclib.networks import Network
from calclib.pictures.palette import GRADIENT, PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import tag
from calclib.story import story_run
from calclib.validate import finite_array, positive, whole

__all__ = ["clipping", "flow", "remedies", "signals", "sizes", "theory"]

WIDTH, ROWS = 64, 60
SCALE = "weight scale σ√inputs"
LOW, HIGH = 1e-20, 1e20
PHI = ["sigmoid", "tanh", "relu", "identity"]
DEPTHS = (1, 50)


@cache
def some_digits():
    """60 images, shifted and scaled as a whole to mean 0 and root mean square 1, and their labels."""
    X, y = (part[:ROWS] for part in digits())
    return (X - X.mean()) / X.std(), y


@cache
def sizes(phi, scale, depth, residual=False, batch_norm=False):
    """Root mean squares of h, and of ∂loss/∂z, in each of `depth` hidden layers of 64 units: one exact pass.

    The weights are N(0, scale²/64); the slopes are those at the units' own z.
    """
    net = Network(64, *[WIDTH] * depth, 10, activation=phi, residual=residual, batch_norm=batch_norm)
    flow = net.flow(net.initialise(scale / np.sqrt(WIDTH), 0), *some_digits())
    with np.errstate(all="ignore"):
        return np.array([rms(h) for _, h, _ in flow[:-1]]), np.array([rms(dz) for *_, dz in flow[:-1]])


@cache
def theory(phi, scale, depth):
    """What wide layers do on average: rms of h, and by how much ∂z grows on its way back through each layer.

    z is N(0, q), with q ← scale² E φ(z)², and the squares of ∂z grow by scale² E φ′(z)² (Poole et al. 2016;
    Schoenholz et al. 2017). The means are Gauss–Hermite sums.
    """
    f, slope = ACTIVATIONS[phi]
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)  # an even number: none stands on the kink of a ReLU
    weights = weights / weights.sum()
    q, ahead, back = scale**2, [], []
    for _ in range(depth):
        z = np.sqrt(q) * nodes
        h = f(z)
        ahead.append(np.sqrt(weights @ h**2))
        back.append(scale * np.sqrt(weights @ slope(z, h).astype(float) ** 2))
        q = scale**2 * ahead[-1] ** 2
    return np.array(ahead), np.array(back)


def bars(ax, heights, color, low=LOW, high=HIGH, place=None):
    """A bar for each layer, up or down from 1, all as one patch, which draws fast; the axis cuts them at its ends.

    place: where their middles are, evenly; 1, 2, 3, … if it is not given.
    """
    top = np.clip(np.nan_to_num(heights, nan=high, posinf=high), low, high)
    place, width = (np.arange(1, len(top) + 1), 0.8) if place is None else (place, 0.8 / len(top))
    left, right = place - width / 2, place + width / 2
    corners = [(left, 1.0), (left, top), (right, top), (right, 1.0), (left, 1.0)]
    points = np.stack([np.stack(np.broadcast_arrays(*corner), axis=-1) for corner in corners], axis=1)
    codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(top))
    return ax.add_artist(
        PathPatch(Path(points.reshape(-1, 2), codes), color=color, linewidth=0)
    )  # sets no limits: fast


def fate(ratio):
    """What a factor from one end of a network to the other means."""
    if not np.isfinite(ratio) or ratio > 1e3:
        return "explodes"
    return "vanishes" if ratio < 1e-3 else "arrives"


def flow(*, depth=20, scale=1.0, phi="sigmoid"):
    """Signals ahead and gradients back through a deep network, beside the theory. Controls: φ, scale, depth."""

    def scene(axes):
        words = "signal h ahead, inputs = 1", "gradient ∂loss/∂z back, last layer = 1"
        for ax, title, free in zip(
            axes, words, (0, 34), strict=True
        ):  # where no bar is long: beside the inputs, the loss
            ax.axhline(1, color=QUIET, linewidth=1)
            ax.set(xlim=(0, DEPTHS[1] + 1), ylim=(LOW, HIGH), yscale="log", xlabel="layer", title=title)
            ax.plot([free + 2, free + 6], [1e17, 1e17], color=PATH, marker="o", markersize=3, linewidth=1)
            ax.text(free + 8, 1e17, "theory", color=PATH, va="center")

    def marks(axes, phi=phi, scale=scale, depth=depth):
        (h, dz), (ahead, back) = sizes(phi, scale, depth), theory(phi, scale, depth)
        dz, told = relative(dz), np.append(np.cumprod(back[-2::-1])[::-1], 1.0)
        for ax, own, line, color in zip(axes, (h, dz), (ahead, told), (TRUTH, GRADIENT), strict=True):
            bars(ax, own, color)
            ax.plot(range(1, depth + 1), np.clip(line, 1e-300, 1e300), "o-", color=PATH, markersize=3, linewidth=1)
        layers = f"{depth} layer{'s' * (depth > 1)} of {phi}, scale {number(scale)}"
        if depth == 1:
            return f"{layers}: the first layer is the last one, and gets all of the gradient."
        each, typical = (float(x[0]) ** (1 / (depth - 1)) for x in (dz, told))
        return (
            f"{layers}: from the last layer to the first the gradient changes by a factor of {number(dz[0])}, "
            f"{each:.3f} for each layer (theory {typical:.3f}): it {fate(dz[0])}."
        )

    alt = (
        "Two rows of bars on logarithmic scales, a bar for each layer, up or down from 1: on the left the size of the "
        "signal, on the right that of the gradient; in vermilion what theory says of both."
    )
    labels = {"phi": "activation φ", "scale": SCALE, "depth": "layers"}
    ranges = {"phi": PHI, "scale": SCALES, "depth": DEPTHS}
    return explore(marks, scene, **ranges, panels=2, size=(7.6, 3.6), alt=alt, labels=labels)


SCALES = [0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.414, 1.5, 1.7, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0]


def signals(deviations=None, *, depth=20, width=200):
    """What is left of z, N(0, 1) at best, in layers 1, 5, 10 and `depth`. Controls: φ, how the weights start.

    deviations: {name: f(inputs, outputs)}, the standard deviation of the weights of a layer.
    """
    known = {
        "N(0, 0.01²)": lambda n, m: 0.01,
        "Xavier": lambda n, m: np.sqrt(2 / (n + m)),
        "He": lambda n, m: np.sqrt(2 / n),
        "N(0, 1)": lambda n, m: 1.0,
    }
    named, depth = deviations or known, whole("depth", depth, 2)
    first = next(iter(named.values()))
    shown, rng = sorted({1, *(k for k in (5, 10) if k < depth), depth}), np.random.default_rng(0)
    shapes = [(64, width)] + [(width, width)] * (depth - 1)
    noise = [rng.standard_normal(shape) for shape in shapes]
    edges = np.linspace(-4, 4, 41)

    @cache
    def passed(start, phi):
        h, layers = some_digits()[0], []
        with np.errstate(all="ignore"):
            for W in noise:
                z = h @ (positive("the deviation", float(start(*W.shape))) * W)
                h = ACTIVATIONS[phi][0](z)
                layers.append((z, rms(z)))
        kept = [layers[k - 1] for k in shown]
        return [(np.histogram(np.clip(z, -3.99, 3.99), edges)[0] / z.size, size) for z, size in kept]

    def scene(axes):
        for ax, k in zip(axes, shown, strict=True):
            ax.set(xlim=(-4, 4), ylim=(0, 1.15), yticks=[], xlabel="z", title=f"layer {k}")

    def marks(axes, start=first, phi="tanh"):
        found = passed(start, phi)
        for ax, (share, size) in zip(axes, found, strict=True):
            ax.add_artist(StepPatch(share / share.max(), edges, fill=True, color=TRUTH, linewidth=0))
            ax.text(0.5, 0.98, f"size {number(size)}", transform=ax.transAxes, color=TRUTH, ha="center", va="top")
        begun, left = (number(size) for _, size in (found[0], found[-1]))
        return f"{phi}: the size of z is {begun} in layer 1 and {left} in layer {depth}."

    alt = (
        f"Histograms of the units' z, in layers {', '.join(map(str, shown[:-1]))} and {depth}: they keep their width, "
        "shrink to a spike, or pile up at the edges, where all is counted that lies beyond."
    )
    labels = {"start": "weights start as", "phi": "activation φ"}
    ranges = {"start": named, "phi": ["tanh", "relu", "sigmoid"]}
    return explore(marks, scene, **ranges, panels=len(shown), size=(7.6, 2.6), alt=alt, labels=labels)


def remedies(*, depth=30):
    """Gradients in many layers, as they are, and mended. Controls: φ, scale, residual, batch normalisation."""
    low, high = 1e-20, 1e20
    named = min(5, whole("depth", depth, 2))  # the layer at which the grey line has its name

    def scene(ax):
        ax.axhline(1, color=QUIET, linewidth=1)
        ax.set(xlim=(0, depth + 1), ylim=(low, high), yscale="log", xlabel="layer")
        ax.set(ylabel="size of ∂loss/∂z, last layer = 1")

    def marks(ax, phi="tanh", scale=0.5, residual=False, batch_norm=False):
        plain = relative(sizes(phi, scale, depth)[1])
        treated = relative(sizes(phi, scale, depth, residual, batch_norm)[1])
        bars(ax, treated, GRADIENT, low, high)
        if residual or batch_norm:
            ax.plot(range(1, depth + 1), np.clip(plain, low, high), color=QUIET, linestyle="--", linewidth=1.5)
            up = plain[named - 1] > treated[named - 1]
            tag(ax, "without", (named, np.clip(plain[named - 1], 1e-17, 1e16)), (0, 8 if up else -16), color=QUIET)
        means = [name for name, on in (("residual", residual), ("batch normalisation", batch_norm)) if on]
        with_them = f"with {' and '.join(means)}" if means else "with neither"
        return (
            f"{depth} layers of {phi}, scale {number(scale)}, {with_them}: the first layer gets "
            f"{number(treated[0])} times what the last one gets: it {fate(treated[0])}."
        )

    alt = (
        f"The size of the gradient in each of {depth} layers as bars on a logarithmic scale, and dashed in grey the "
        "same without residual connection and batch normalisation."
    )
    labels = {"phi": "activation φ", "scale": SCALE, "residual": "residual", "batch_norm": "batch normalisation"}
    ranges = {"phi": ["tanh", "sigmoid", "relu"], "scale": SCALES, "residual": False, "batch_norm": False}
    return explore(marks, scene, **ranges, size=(7, 3.4), alt=alt, labels=labels)


def relative(deltas):
    """In units of the last one."""
    with np.errstate(all="ignore"):
        return deltas / deltas[-1]


@cache
def story_norms():
    """The length of the gradient in each step of the story, as long as it is one."""
    norms = story_run().norms
    return norms[np.isfinite(norms)]


def angle(u, v):
    """Between two vectors, in degrees."""
    (a, b), (c, d) = u, v
    return abs(float(np.degrees(np.arctan2(a * d - b * c, a * c + b * d))))


def clipping(gradient=(4.0, 1.2), *, limit=1.0):
    """One gradient clipped by its norm and clipped by component, and the steps of the story. Controls: the limit."""
    g, norms = finite_array("gradient", gradient), story_norms()
    if g.shape != (2,) or not g.any():
        raise ValueError(f"gradient is {gradient!r}: two numbers that are not both 0 would do")
    reach = 1.15 * np.abs(g).max()

    def scene(axes):
        left, right = axes
        left.plot([0, g[0]], [0, g[1]], color=GRADIENT, linewidth=1, linestyle=":")
        left.plot(*g, "o", color=GRADIENT)
        for k, (words, color) in enumerate((("gradient", GRADIENT), ("by norm", TANGENT), ("by component", PATH))):
            left.text(0.98, 0.02 + 0.08 * k, words, transform=left.transAxes, color=color, ha="right")
        left.set(xlim=g[0] / 2 + reach * np.array([-0.8, 0.8]), ylim=g[1] / 2 + reach * np.array([-0.7, 0.7]), aspect=1)
        left.set(xlabel="∂loss/∂w₁", ylabel="∂loss/∂w₂")
        right.plot(norms, ".", color=QUIET, markersize=4)
        right.set(yscale="log", ylim=(1e-2, 1e16), xlabel="step of the story", ylabel="length of the gradient")

    def marks(axes, limit=limit):
        left, right = axes
        whole, single = g * min(1, limit / np.linalg.norm(g)), np.clip(g, -limit, limit)
        turn = np.linspace(0, 2 * np.pi, 97)
        left.plot(limit * np.cos(turn), limit * np.sin(turn), color=TANGENT, linewidth=1)
        left.plot(limit * np.array([-1, 1, 1, -1, -1]), limit * np.array([-1, -1, 1, 1, -1]), "--", color=PATH, lw=1)
        for v, color, width in ((single, PATH, 2), (whole, TANGENT, 2)):
            left.annotate("", v, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": width})
        long = norms > limit
        right.axhline(limit, color=TANGENT, linewidth=1)
        right.plot(np.flatnonzero(long), norms[long], ".", color=GRADIENT, markersize=6)
        return (
            f"Limit {number(limit)}: by norm the gradient turns by {angle(g, whole):.1f}°, by component by "
            f"{angle(g, single):.1f}°. "
            f"{long.sum()} of the story's first {len(norms)} steps are longer than that."
        )

    alt = (
        "Left: a gradient as a dotted line, clipped by its norm, which lies on it, and clipped by component, which "
        "does not; a circle and a square show the limit. Right: the length of the gradient in each step of the story, "
        "logarithmic, with the limit as a green line and the longer ones in purple."
    )
    labels = {"limit": "limit"}
    return explore(marks, scene, limit=(0.1, 20.0), panels=2, size=(7.6, 3.6), alt=alt, labels=labels)
