"""Training while one watches: a run that goes on slice by slice, each when the picture of the one before is shown.

So nothing runs in the background: a slider that is moved between two slices acts on the next one, Stop is to ask no
more, and a kernel without threads will do.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from types import SimpleNamespace

import numpy as np

from calclib import validate

__all__ = ["Run", "Trainer", "Training"]

SLICE = 0.05  # seconds of training between two pictures; at least one step


@dataclass(frozen=True)
class Training:
    """A run to watch, given to `explore` as a range.

    start(now): a generator that yields the state before training, then the state after each of at most `steps` steps;
    now.lr and the like are what the figure's other controls say at this moment. `unit` is the name of a step; a move
    of a control named in `anew` begins a new run.
    """

    start: Callable
    steps: int = 100
    unit: str = "epoch"
    anew: tuple = ()

    def __post_init__(self):
        validate.function("start", self.start)
        validate.whole("steps", self.steps)
        object.__setattr__(self, "anew", (self.anew,) if isinstance(self.anew, str) else tuple(self.anew))


class Run:
    """What has been trained: `states`, all that was yielded so far, the first of them before any training."""

    def __init__(self, training: Training, values: dict):
        self.now, self.steps, self.over = SimpleNamespace(**values), training.steps, False
        self._going, self.states = training.start(self.now), []
        self.go_on(0)
        if not self.states:
            raise ValueError("start yields nothing: the state before training, then one after each step, would do")

    @property
    def done(self) -> int:
        """How many steps have been taken."""
        return len(self.states) - 1

    def go_on(self, to: int, seconds: float = math.inf) -> "Run":
        """Train on to step `to`, or until the time is up; it is over at the last step, or where `start` ends it."""
        end = perf_counter() + seconds
        with np.errstate(all="ignore"):  # divergence is a result
            while self.done < to and not self.over:
                for state in self._going:
                    self.states.append(state)
                    break
                else:
                    self.over = True
                if perf_counter() > end:
                    break
        self.over = self.over or self.done == self.steps
        return self


class Trainer:
    """The control of a training: its places are steps; a text, such as the page sends, asks for one more slice."""

    kind = "training"

    def __init__(self, name: str, training: Training, at: int = 0):
        self.name, self.training, self.values = name, training, (0, training.steps)
        self.start = self.index(at)
        self.run, self.begun, self.turn = None, None, ""

    def index(self, value) -> int:
        """`value` as a number of steps."""
        if validate.whole(self.name, value, 0) > self.training.steps:
            raise ValueError(f"{self.name} is {value!r}: 0 to {self.training.steps} would do")
        return int(value)

    def value(self, place):
        """`place` itself: what the marks get is the run there."""
        return place if isinstance(place, str) else self.index(place)

    def label(self, place) -> str:
        """How far the run is, in words."""
        return f"{self.run.done if self.run else 0} of {self.training.steps}"

    def described(self, label) -> dict:
        """What the page needs to know, `label` being the words beside the control."""
        steps, unit = self.training.steps, self.training.unit
        return {"name": self.name, "label": label, "kind": self.kind, "steps": steps, "unit": unit}

    def at(self, place, others: dict, values: dict) -> Run:
        """The run at `place`, where the other controls stand at the places `others` and say `values`.

        It is a new one if it would have to go back, if it is over and asked to go on, or if a control moved
        that begins it anew. What raises in training comes through, and the next look begins again.
        """
        begun, run = [others[name] for name in self.training.anew], self.run
        past = run and (place != self.turn and run.over if isinstance(place, str) else place < run.done)
        if run is None or past or begun != self.begun:
            self.run, self.begun = Run(self.training, values), begun
        vars(self.run.now).update(values)
        try:
            if not isinstance(place, str):
                self.run.go_on(place)
            elif place != self.turn:
                self.turn = place
                self.run.go_on(self.training.steps, SLICE)
        except Exception:
            self.run = None
            raise
        return self.run

    def finished(self, values: dict) -> Run:
        """Another run, to its end."""
        return Run(self.training, values).go_on(self.training.steps)
