"""The gradient check as a picture: what a step takes for the gradient, the central differences, and their error."""

from functools import cache

import numpy as np
from matplotlib.image import AxesImage

from calclib import layers as pieces
from calclib.diagnostics import gradient_check
from calclib.labs.pipes import short
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import PATH, QUIET, TANGENT
from calclib.validate import function

__all__ = ["checkup", "gradient_of_step", "map_of", "mean_squared_error"]

TOL = 1e-6  # a relative error above it is called wrong
PALEST = -10  # the power of ten of an error that is drawn palest; 1 is darkest
GAP = 2  # empty columns between layers
COUNTS = [0, 1, 2, 5, 10, 20, 50, 100, 200]
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def mean_squared_error(layers, X, y):
    """The loss of a network with tanh between its layers (W, b)."""
    *hidden, (W, b) = layers
    for W_below, b_below in hidden:
        X = np.tanh(pieces.dense(X, W_below, b_below))
    return pieces.mse(pieces.dense(X, W, b), y)[0]


def flat(layers):
    """All numbers of the layers (W, b), one after the other."""
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def unflat(theta, layers):
    """θ as layers (W, b), shaped like `layers`."""
    parts = [part for layer in layers for part in layer]
    cuts = np.split(theta, np.cumsum([part.size for part in parts])[:-1])
    parts = [cut.reshape(part.shape) for cut, part in zip(cuts, parts, strict=True)]
    return list(zip(parts[::2], parts[1::2], strict=True))


def names_of(layers):
    """W₁, b₁, W₂ …"""
    return [f"{letter}{k}".translate(SUBSCRIPTS) for k in range(1, len(layers) + 1) for letter in "Wb"]


def taken(step, layers, X, y, lr):
    """The layers after one step on copies, as arrays; a sentence if it gives none."""
    new = step([(W.copy(), b.copy()) for W, b in layers], X, y, lr)
    try:
        new = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in new]
    except (TypeError, ValueError):
        raise TypeError(f"step gives {str(new)[:60]}: a list of pairs (W, b), one for each layer, would do") from None
    if len(new) != len(layers):
        raise ValueError(f"step gives {len(new)} layers: {len(layers)}, as many as it was given, would do")
    return new


def changed(old, new):
    """{name: shape} of the parts that have another shape in `new`."""
    pairs = zip(names_of(old), sum(old, ()), sum(new, ()), strict=True)
    return {name: its.shape for name, own, its in pairs if own.shape != its.shape}


def gradient_of_step(step, layers, X, y, lr):
    """(old − new)/α for each (W, b), which is what a step takes for the gradient; and the shapes that it has lost.

    Where a part comes back in another shape its gradient is NaN.
    """
    new = taken(step, layers, X, y, lr)
    parts = [
        (own - its) / lr if own.shape == its.shape else np.full(own.shape, np.nan)
        for own, its in zip(sum(layers, ()), sum(new, ()), strict=True)
    ]
    return list(zip(parts[::2], parts[1::2], strict=True)), changed(layers, new)


def blocks(layers):
    """Where each part stands on the map, (row, column, rows, columns): layers side by side, b below its W."""
    places, column, tall = [], 0, max(len(W) for W, _ in layers)
    for W, _ in layers:
        rows, columns = W.shape
        places += [(tall - rows, column, rows, columns), (tall + 1, column, 1, columns)]
        column += max(columns, 2) + GAP
    return places


def map_of(layers):
    """The numbers of all layers on one map, with NaN between the blocks."""
    places = blocks(layers)
    ground = np.full((places[-1][0] + 1, places[-1][1] + places[-1][3]), np.nan)
    for (row, column, rows, columns), part in zip(places, sum(layers, ()), strict=True):
        ground[row : row + rows, column : column + columns] = part.reshape(rows, columns)
    return ground


def checkup(steps, layers, X, y, *, lr=0.1, h=1e-5, after=0):
    """The gradient check of a step, or of any of {name: step}. Controls: which, the h, the steps taken before it.

    Descent changes θ by −α times what it takes for the gradient, so that (old − new)/α tells it of any step.
    """
    named = steps if isinstance(steps, dict) else {"step": function("step", steps)}
    layers = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in layers]
    names, places = names_of(layers), blocks(layers)
    first, (tall, wide) = next(iter(named.values())), map_of(layers).shape
    limits = {"xlim": (-1.2, wide + 0.2), "ylim": (1.3 * tall + 1.6, -0.2 * tall)}
    font = {"fontsize": 10 if wide < 20 else 8}

    @cache
    def trained(step, after):
        """The layers `after` steps on, or where their shapes last, how many were taken, and the next gradient."""
        now, done = layers, 0
        with np.errstate(all="ignore"):
            while done < after and not changed(now, new := taken(step, now, X, y, lr)):
                now, done = new, done + 1
            return now, done, *gradient_of_step(step, now, X, y, lr)

    @cache
    def examined(step, after, h):
        """Three maps, of the two gradients and their relative errors, and the largest error of each part."""
        now, _, gradient, _ = trained(step, after)
        with np.errstate(all="ignore"):
            check = gradient_check(
                lambda theta: mean_squared_error(unflat(theta, layers), X, y), flat(gradient), flat(now), tol=TOL, h=h
            )
        parts = [unflat(part, layers) for part in (check.analytic, check.numeric, check.errors)]
        return [map_of(part) for part in parts], [float(part.max()) for part in sum(parts[2], ())]

    def scene(axes):
        scales = ("PuOr", "−", "+"), ("PuOr", "−", "+"), ("Purples", f"1e−{-PALEST}", "1")
        titles = "as the step has it", "by differences", "relative error"
        for ax, title, (shades, low, high) in zip(axes, titles, scales, strict=True):
            ax.set(title=title, **limits)
            ax.axis("off")
            middle, foot = (wide - 1) / 2, 1.22 * tall + 1.2
            strip = (middle - 0.22 * wide, middle + 0.22 * wide, foot + 0.02 * wide, foot - 0.02 * wide)
            ax.imshow(np.linspace(0, 1, 64)[None], cmap=shades, extent=strip, aspect="auto")
            for x, text, side in ((strip[0], low, "right"), (strip[1], high, "left")):
                ax.text(x, foot, f" {text} ", ha=side, va="center", **font)
            for row, column, rows, columns in places:
                right, down = np.array([(0, columns, columns, 0, 0), (0, 0, rows, rows, 0)]) - 0.5
                ax.plot(column + right, row + down, color=QUIET, linewidth=1.2)
            ax.set(aspect=1, **limits)
        for ax in axes[:2]:
            for name, place in zip(names, places, strict=True):
                write(ax, name, place)

    def scale_of(ground):
        """The largest size in each block, on its place: each block has a scale of its own."""
        scale = np.ones_like(ground)
        for row, column, rows, columns in places:
            block = slice(row, row + rows), slice(column, column + columns)
            scale[block] = np.abs(ground[block]).max() or 1.0
        return scale

    def write(ax, text, place, **style):
        """Words above a W or below a b."""
        row, column, rows, columns = place
        above = place in places[::2]
        y, side = (row - 0.6, "bottom") if above else (row + rows - 0.3, "top")
        ax.text(column + columns / 2 - 0.5, y, text, ha="center", va=side, **font, **style)

    def marks(axes, which=first, h=h, after=after):
        _, done, gradient, lost = trained(which, after)
        (own, numeric, error), worst = examined(which, after, h)
        scale = scale_of(numeric)
        for ax, ground in zip(axes, (own, numeric), strict=False):
            shade(ax, ground / scale, "PuOr", -1, 1)
        shade(axes[2], np.log10(np.maximum(error, 1e-99)), "Purples", PALEST, 0)
        for name, place, e in zip(names, places, worst, strict=True):
            right = e <= TOL
            write(axes[2], f"{name} {'✓' if right else '✗'}", place, color=TANGENT if right else PATH)
        rows, columns = np.nonzero(error > TOL)
        axes[2].plot(columns, rows, "x", color=PATH, markersize=min(5, 90 / wide), markeredgewidth=0.8)
        steps = f"{done} step{'s' * (done != 1)}"
        return f"After {steps}, with h = {number(h)}: {told(dict(zip(names, worst, strict=True)), lost)}"

    alt = (
        "Three maps of all weights and biases, a block for each W and b of each layer: the gradient as the step has "
        "it, the same by central differences, both shaded block by block by the largest of the second, and their "
        "relative error, with a cross where it is above 1e-6."
    )
    choice = {"which": named} if len(named) > 1 else {}
    controls = choice | {"h": (1e-13, 0.1), "after": COUNTS}
    labels = {"h": "h of the differences", "after": "steps before the check"} | dict.fromkeys(choice, "backward pass")
    form = {"panels": 3, "size": (7.6, 0.5 + 2.4 * (1.5 * tall + 1.6) / (wide + 1.4))}
    return explore(marks, scene, **controls, **form, alt=alt, labels=labels)


def shade(ax, ground, shades, low, high):
    """A map in shades, as an image; unlike imshow it leaves the axes as they are."""
    rows, columns = ground.shape
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    image = AxesImage(ax, cmap=shades, interpolation="none", origin="upper", extent=extent, zorder=0)
    image.set_data(ground)
    image.set_clim(low, high)
    ax.add_artist(image)


def told(worst, lost):
    """What the largest errors of the parts and the lost shapes say, in a sentence."""
    wrong = {name: e for name, e in worst.items() if not e <= TOL}
    if not wrong:
        return f"all parts agree, to a relative error below {number(TOL)}."
    shapes = [f"{name} comes back with shape {shape}" for name, shape in lost.items()]
    errors = ", ".join(f"{name} {short(e)}" for name, e in wrong.items() if name not in lost)
    right = [name for name in worst if name not in wrong]
    told = shapes + [f"relative errors up to {errors}"] * bool(errors)
    return f"{', '.join(told)}; {', '.join(right) or 'nothing'} agree{'s' * (len(right) < 2)}."
