"""The live figures of lesson 05: stages of a chain, the graph of any expression, and what differentiating costs."""

import math

import numpy as np

from calclib.differences import derivative
from calclib.labs.wires import stepper
from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import curve, dot, ruler, sampled, straight, tag, window
from calclib.validate import function

__all__ = ["cost", "operations", "repeated", "stages", "stepper"]


def stages(functions, x=(-2.0, 3.0), *, at=2.0):
    """A chain of functions {name: f}, each with its tangent where the one before it has arrived. Controls: x."""
    chain = [function("f", f) for f in functions.values()]
    inputs = [np.linspace(*x, 201)]
    for f in chain:
        inputs.append(sampled(f, inputs[-1]))

    def scene(axes):
        for ax, name, f, came, left in zip(np.atleast_1d(axes), functions, chain, inputs[:-1], inputs[1:], strict=True):
            low, high = window(came)
            curve(ax, f, np.linspace(low, high, 201), color=TRUTH)
            ax.set(xlim=(low, high), ylim=window(left, margin=0.15), xlabel=name, title="\n")
            ax.locator_params(nbins=5)

    def marks(axes, x=at):
        slopes, here = [], x
        for ax, f in zip(np.atleast_1d(axes), chain, strict=True):
            there, slope = float(f(here)), float(derivative(f, here))
            ruler(ax, (here, ax.get_ylim()[0]), (here, there), (ax.get_xlim()[0], there))
            straight(ax, here, there, slope, color=TANGENT, linestyle="--", linewidth=1.5)
            dot(ax, here, there, color=PATH)
            told = f"{here:.2f} → {there:.2f}\nslope {slope:.2f}".replace("-", "−")
            ax.text(0, 1.02, told, transform=ax.transAxes, color=TANGENT)
            slopes.append(slope)
            here = there
        product = " · ".join(f"({s:.2f})" if s < 0 else f"{s:.2f}" for s in slopes)
        told = f"x = {x:.2f} comes out as {here:.2f}. Slopes on the way: {product} = {math.prod(slopes):.2f}."
        return told.replace("-", "−")

    alt = "A row of curves, one for each stage of a chain, each with its tangent where the stage before it has arrived."
    labels = {"x": "input x"}
    return explore(marks, scene, x=x, pointer="x", panels=len(chain), size=(7.6, 3.2), alt=alt, labels=labels)


def repeated(functions, n=(1, 50), w=(0.1, 2.0), *, start=0.5, first=20):
    """The slope through n stages u → f(w·u), f one of {name: f}, as a running product. Controls: f, w, n."""
    low, high, one = 1e-32, 1e16, next(iter(functions.values()))

    def scene(ax):
        ax.axhline(1, color=QUIET, linewidth=1)
        ax.set(xlim=(0, n[1] + 1), ylim=(low, high), yscale="log")
        ax.set(xlabel="stages passed", ylabel="slope of the chain so far")

    def marks(ax, stage=one, w=1.0, n=first):
        here, slopes = start, []
        for _ in range(n):
            slopes.append(w * float(derivative(stage, w * here)))
            here = float(stage(w * here))
        size = np.abs(np.cumprod(slopes))
        ax.plot(range(1, n + 1), np.clip(size, low, high), "o-", color=TANGENT, markersize=4, linewidth=1)
        fate = "it explodes" if size[-1] > 1e3 else "it vanishes" if size[-1] < 1e-3 else "it lasts"
        steepest = f"The steepest single stage has slope {np.abs(slopes).max():.3f}."
        return f"After {n} stage{'s' * (n != 1)} with w = {w:.2f} the slope is {number(size[-1])}: {fate}. {steepest}"

    alt = (
        "The slope of a chain against its number of stages, on a logarithmic scale: dots that fall, stay level or rise."
    )
    labels = {"stage": "stage f", "w": "weight w", "n": "stages n"}
    return explore(marks, scene, stage=functions, w=w, n=n, alt=alt, labels=labels)


class Counted(float):
    """A number that counts: every +, −, ×, ÷ or power with one adds 1 to `Counted.done`, and makes another."""

    done = 0


def _counting(name):
    plain = getattr(float, name)

    def operator(self, other):
        result = plain(self, other)
        if result is NotImplemented:
            return result
        Counted.done += 1
        return Counted(result)

    return operator


for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _side in (f"__{_name}__", f"__r{_name}__"):
        setattr(Counted, _side, _counting(_side))


def operations(work, n):
    """How many arithmetic operations work(x) does with a list x of n numbers: counted, not estimated."""
    x = [Counted(0.1 + k / n) for k in range(n)]
    Counted.done = 0
    work(x)
    return Counted.done


def sweeping(f, forward, n):
    """Operations of the sweeps forward(f, x, i) for all i < n; of more than 100, three are counted for all."""
    chosen = range(n) if n <= 100 else (0, n // 2, n - 1)
    counts = [operations(lambda x, i=i: forward(f, x, i), n) for i in chosen]
    return n * sum(counts) // len(counts)


def cost(f, forward, reverse, sizes=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)):
    """Operations for f(x) and for its n slopes, by n sweeps forward(f, x, i) and by one reverse(f, x). Controls: n."""
    counts = {
        "forward": [sweeping(f, forward, n) for n in sizes],
        "reverse": [operations(lambda x: reverse(f, x), n) for n in sizes],
        "f alone": [operations(f, n) for n in sizes],
    }
    styles = list(zip((PATH, TANGENT, TRUTH), ("-", "--", ":"), strict=True))

    def scene(ax):
        for (name, found), (color, line) in zip(counts.items(), styles, strict=True):
            ax.plot(sizes, found, line, color=color)
            tag(ax, name, (sizes[-1], found[-1]), (6, -4), color=color)
        ax.set(xscale="log", yscale="log", xlim=(0.9, 3.5 * sizes[-1]))
        ax.set(xlabel="inputs n", ylabel="operations for all n slopes")

    def marks(ax, n=sizes[-1]):
        found = {name: c[sizes.index(n)] for name, c in counts.items()}
        ax.axvline(n, color=QUIET, linestyle="--", linewidth=1)
        for (_, c), (color, _) in zip(found.items(), styles, strict=True):
            dot(ax, n, c, color=color)
        many, few, alone = found.values()
        ratio = f"{few / max(alone, 1):.1f} times f alone"
        return f"{n:,} input{'s' * (n > 1)}: f takes {alone:,} operations, forward {many:,}, reverse {few:,} ({ratio})."

    alt = "Operations against the number of inputs, both logarithmic: f alone, reverse mode, and n forward sweeps."
    return explore(marks, scene, n=list(sizes), alt=alt, labels={"n": "inputs n"})
