"""Controls: keyword = range. Every control is an index into a list of values, each with its label.

So a linear slider, a logarithmic one, a choice and a toggle are one thing to the kernel and to the page:
no rounding between them, and what a slider's label says is what the marks were drawn with, to three figures or to as
many as tell it from its neighbours.
"""

import inspect
import math
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from calclib.live.training import Trainer, Training

__all__ = ["Control", "Grid", "controls_of", "number", "stops"]

FINE = 120  # about so many stops on a linear slider
MANY = 1000  # whole numbers, of which a slider has no more one by one
INK = 16  # the darkest level of a square to paint on; 0 is paper
DECADE = 20  # stops to a factor of ten on a logarithmic one


@dataclass(frozen=True)
class Control:
    """A named list of values to move through; `kind` is slider, choice or toggle; `plays` adds a play button."""

    name: str
    kind: str
    values: tuple
    labels: tuple
    start: int
    plays: bool = False

    def index(self, value) -> int:
        """Where `value` stands, or for a slider the stop nearest to it."""
        if self.kind == "slider" and isinstance(value, Real):
            return min(range(len(self.values)), key=lambda i: abs(self.values[i] - value))
        plain = isinstance(value, int | float | str)  # arrays and functions are themselves, and equal to nothing else
        for i, (own, label) in enumerate(zip(self.values, self.labels, strict=True)):
            if own is value or label == value or (plain and type(own) is type(value) and own == value):
                return i
        if self.kind == "slider":
            raise ValueError(f"{self.name} is {value!r}: a number from {self.labels[0]} to {self.labels[-1]} would do")
        raise ValueError(f"{self.name} is {value!r}: one of {', '.join(self.labels)} would do")

    def value(self, index):
        """What stands at `index`; ValueError for what is no index."""
        if type(index) is not int or not 0 <= index < len(self.values):
            raise ValueError(f"{self.name} has no place {index!r}: 0 to {len(self.values) - 1} would do")
        return self.values[index]

    def label(self, index) -> str:
        """What stands at `index`, in words."""
        return self.labels[index]

    def described(self, label) -> dict:
        """What the page needs to know, `label` being the words beside the control."""
        parts = {"name": self.name, "label": label, "kind": self.kind, "labels": self.labels, "plays": self.plays}
        return parts | ({"numbers": [float(v) for v in self.values]} if self.kind == "slider" else {})


class Grid:
    """Squares to paint on: a place is the list of their levels, row by row, a value the array (rows, columns)."""

    kind = "grid"

    def __init__(self, name: str, drawing: np.ndarray):
        self.name, self.shape = name, drawing.shape
        self.values = np.zeros(self.shape), np.ones(self.shape)
        self.start = self.index(drawing)

    def index(self, value) -> list:
        """The levels nearest to `value`, an array of the grid's shape from 0 (paper) to 1 (ink)."""
        value = np.asarray(value, dtype=float)
        if value.shape != self.shape or not ((value >= 0) & (value <= 1)).all():
            raise ValueError(f"{self.name} is {value!r}: an array of shape {self.shape}, from 0 to 1, would do")
        return np.round(value * INK).astype(int).ravel().tolist()

    def value(self, levels) -> np.ndarray:
        """The array at these levels; ValueError for what are none."""
        known = isinstance(levels, list) and len(levels) == math.prod(self.shape)
        if not known or not all(type(level) is int and 0 <= level <= INK for level in levels):
            raise ValueError(f"{self.name} has no drawing {levels!r}: {math.prod(self.shape)} levels would do")
        return np.reshape(levels, self.shape) / INK

    def label(self, levels) -> str:
        """How much of it is inked, in words."""
        return f"a drawing of {sum(level > 0 for level in levels)} squares"

    def described(self, label) -> dict:
        """What the page needs to know, `label` being the words beside the control."""
        rows, columns = self.shape
        return {"name": self.name, "label": label, "kind": self.kind, "rows": rows, "columns": columns, "ink": INK}


def number(value, form=".3g") -> str:
    """A number as people write it, to three figures unless `form` says otherwise: 0.05, −3.1, 4,000, 1e−8."""
    text = f"{value:{form}}"
    mantissa, e, exponent = text.partition("e")
    if exponent in ("+03", "+04"):
        text = f"{float(text):,.0f}"
    elif e:
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−") if text.strip("-0.") else "0"


def told_apart(values) -> list[str]:
    """Labels of at least three figures, and of as many as it takes to tell them apart; whole numbers have all."""
    if all(abs(v) < 1e6 and v == int(v) for v in values):
        return [f"{int(v):,}".replace("-", "−") for v in values]
    several = len({float(v) for v in values})
    forms = [[number(v, f".{figures}g") for v in values] for figures in range(3, 18)]
    return next((labels for labels in forms if len(set(labels)) >= several), forms[-1])


def linear(low, high):
    """Stops from low to high in steps of 1, 2 or 5 times a power of ten, with the decimals that they need."""
    rough = (high - low) / FINE
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda m: abs(math.log(m * power / rough)))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    values = np.round(np.arange(math.ceil(low / step - 1e-9), high / step + 1e-9) * step, decimals)
    inside = values[(values > low + step * 1e-6) & (values < high - step * 1e-6)]  # not an end and its rounding
    values = np.array([low, *inside, high]) + 0.0  # no −0
    return values, [f"{v:.{decimals}f}".replace("-", "−") for v in values]


def stops(low, high, exact):
    """The stops of a linear slider, and this number among them."""
    return np.unique([*linear(low, high)[0], exact])


def logarithmic(low, high):
    """Stops at tenths of powers of ten … 0.1, 0.112, 0.126 …, with both ends."""
    ticks = np.arange(math.ceil(DECADE * math.log10(low)), math.floor(DECADE * math.log10(high)) + 1)
    values = np.array([float(f"{10 ** (t / DECADE):.3g}") for t in ticks])
    values = np.unique([low, *values, high])
    return values, [number(v) for v in values]


def slider(name, values, labels, default, plays=False):
    values = tuple(v.item() if hasattr(v, "item") else v for v in values)
    control = Control(name, "slider", values, tuple(labels), 0, plays)
    return control if default is None else replace(control, start=control.index(default))


def control(name, what, default=None) -> Control:
    """The control that `what` describes; it starts at `default`, or at the stop nearest to it.

    (low, high) is a slider: of whole numbers if both are ints and so is the default, logarithmic if it spans a factor
    of 100 or more above zero, else linear. range(n) is a step with a play button. A list of numbers or an array is
    a slider over just these, any other list or {label: value} is a choice, True or False a toggle. A `Training` is
    a run to watch, an array of two axes, from 0 to 1, squares to paint on.
    Raises TypeError or ValueError for anything else.
    """
    if isinstance(what, Training):
        return Trainer(name, what)
    if isinstance(what, np.ndarray) and what.ndim == 2 and what.size:
        return Grid(name, what if default is None else default)
    if isinstance(what, bool):
        return Control(name, "toggle", (False, True), ("off", "on"), int(what if default is None else default))
    if isinstance(what, range) and len(what) > 1:
        return slider(name, what, map(str, what), default, plays=True)
    if isinstance(what, tuple) and len(what) == 2 and all(isinstance(v, Real) for v in what):
        return between(name, *what, default)
    if isinstance(what, list | np.ndarray) and len(what) > 1 and all(isinstance(v, Real) for v in what):
        return slider(name, what, told_apart(what), default)
    if isinstance(what, list) and what:
        names = [getattr(v, "name", getattr(v, "__name__", str(v))) for v in what]
        if twice := [n for k, n in enumerate(names) if n in names[:k]]:
            raise ValueError(f"{name} lists {twice[0]!r} twice: a dict of different words, {{word: value}}, would do")
        what = {getattr(v, "name", getattr(v, "__name__", str(v))): v for v in what}
    if isinstance(what, dict) and what:
        choice = Control(name, "choice", tuple(what.values()), tuple(map(str, what)), 0)
        return choice if default is None else replace(choice, start=choice.index(default))
    raise TypeError(f"{name} is {what!r}: (low, high), range(n), a list of choices or True would do")


def between(name, low, high, default):
    """A slider from low to high."""
    if not (low < high and high - low < 1e308):
        raise ValueError(f"{name} is ({low!r}, {high!r}): two finite numbers, the lower one first, would do")
    if all(isinstance(v, int) for v in (low, high, low if default is None else default)):
        all_of = range(low, high + 1) if high - low < MANY else [int(v) for v in linear(low, high)[0]]
        return slider(name, all_of, told_apart(all_of), default)
    values, labels = logarithmic(low, high) if low > 0 and high / low >= 100 else linear(low, high)
    return slider(name, values, labels, (low + high) / 2 if default is None else default)


def controls_of(marks, ranges) -> list[Control]:
    """A control for each range, starting where the signature of `marks` says; TypeError for a name it lacks."""
    parameters = inspect.signature(marks).parameters
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in ranges:
        if name not in parameters and not anything:
            known = ", ".join(list(parameters)[1:]) or "none"
            raise TypeError(f"explore was given {name}=…, but the marks take no such argument (they take: {known})")
    defaults = {n: p.default for n, p in parameters.items() if p.default is not p.empty}
    return [control(name, what, defaults.get(name)) for name, what in ranges.items()]
