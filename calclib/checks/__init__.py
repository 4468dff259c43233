"""How exercises are checked: a check is a function of expectations, its docstring the sentence earned.

    @exercise
    def double(double):
        \"\"\"double(x) is 2x, everywhere.\"\"\"
        expect(double(3.0), 6.0, at="double(3.0)", mistakes={"the square, not the double": 9.0})

One module per lesson, named in its `LESSON`. The learner's own exceptions come through as they are.
"""

import dis
import html
import importlib
import inspect
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from calclib.checks.borrowed import borrowed, whose
from calclib.checks.compare import NotYet, expect, number, show
from calclib.checks.lent import called, copied, same
from calclib.checks.patience import TimeUp, within
from calclib.progress import store

__all__ = ["Answer", "NotYet", "SECONDS", "exercise", "expect", "lessons", "unwritten"]

SECONDS = 5.0  # the time that one check may take, unless it says so itself


class NotStarted(Exception):
    """The `...` of the exercise still stands."""


@dataclass(frozen=True)
class Answer:
    """One of three answers, "not started", "not yet" or "yes", with its sentence."""

    state: str
    message: str
    note: str = ""

    def __repr__(self) -> str:
        return f"{self.state.capitalize()}. {self.message} {self.note}".rstrip()

    def _repr_html_(self) -> str:
        mark, colour = {
            "not started": ("○", "#808080"),
            "not yet": ("△", "#c77700"),
            "yes": ("✓", "#2e8b57"),
        }[self.state]
        note = f"<br>{html.escape(self.note)}" if self.note else ""
        return (
            f'<div role="status" style="border-left: 4px solid {colour}; padding: 6px 12px; margin: 4px 0; '
            f'max-width: 680px; line-height: 1.5">'
            f'<b><span aria-hidden="true">{mark}</span> {self.state.capitalize()}.</b> '
            f"{html.escape(self.message)}{note}</div>"
        )


def exercise(
    check: Callable = None, *, seconds: float = SECONDS, without: tuple = (), in_place: bool = False
) -> Callable[..., Answer]:
    """`check` as the learner calls it; it is stopped after `seconds`.

    `without` are the ready-made functions that the exercise is about: a right answer that calls one is a "not yet".
    So is one that changes an array or list that it is given, unless `in_place`.
    A parameter marked `float` takes a number, `str` a text, `object` anything; any other takes a function, which may
    return nothing if it is marked `None`.
    """
    if check is None:
        return lambda check: exercise(check, seconds=seconds, without=without, in_place=in_place)

    @wraps(check)
    def answer(*given) -> Answer:
        try:
            state, message = _judge(check, given, answer.seconds, without, in_place)
        except Exception as error:
            error.__traceback__ = _learners_part(error.__traceback__)
            raise
        if state != "not started":
            store().record_try(answer.key, state)
        return Answer(state, message, store().tell())

    answer.seconds, answer.in_place = seconds, in_place
    answer.key = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
    return answer


def _learners_part(trace):
    """The traceback from the first frame outside this folder, so that it starts in the learner's own code."""
    outside = trace
    while outside and outside.tb_frame.f_code.co_filename.startswith(os.path.dirname(__file__)):
        outside = outside.tb_next
    return outside or trace


def _judge(check, given, seconds, without, in_place) -> tuple[str, str]:
    """The state and its sentence, by running `check` on what the learner gave."""
    wanted = inspect.signature(check).parameters
    name, call = check.__name__, f"check.{check.__name__}({', '.join(wanted)})"
    try:
        if any(unwritten(value) for value in given):
            raise NotStarted
        if len(given) != len(wanted):
            raise NotYet(f"The last line of the cell should be {call}.")
        pairs = zip(wanted.values(), given, strict=True)
        ready = [_ready(p.name, value, p.annotation, call, in_place) for p, value in pairs]
        for function in within(seconds, lambda: borrowed(without, lambda: check(*ready))):
            raise NotYet(f"The numbers are right, by {whose(function)}: here you write out yourself what it does.")
    except NotStarted:
        return "not started", f"Put your own code in place of the ... and run the cell again for {call}."
    except NotYet as reason:
        return "not yet", str(reason)
    except TimeUp as stop:
        return "not yet", f"{name} was stopped after {stop.args[0]:g} seconds: is there a loop that never ends?"
    return "yes", " ".join(inspect.getdoc(check).split())


def _ready(name, value, kind, call, in_place):
    """`value` made safe for the check: a finite number, a text, or a function that answers in sentences."""
    if kind is float:
        return number(value, name)
    if kind is str and not isinstance(value, str):
        raise NotYet(f"{name} is {show(value)}, where a text in quotes should be.")
    if kind in (str, object):
        return value
    if not callable(value):
        raise NotYet(f"{name} is {show(value)}, not a function: write {call}, with the function itself.")

    def careful(*arguments, **knobs):
        lent = [copied(given) for given in arguments]
        got = called(name, value, *lent, **knobs)
        if got is ...:
            raise NotStarted
        if got is None and kind is not None:
            raise NotYet(f"{name} returns None: is a `return` missing?")
        for place, (after, given) in enumerate(zip(lent, arguments, strict=True)):
            if not in_place and not same(after, given):
                raise NotYet(
                    f"{name} changes the {_parameter(value, place)} that it is given, which is needed again: +=, "
                    "[i] = and .pop() change the array or list itself. Make a new one, or work on a copy."
                )
        return got

    return careful


def _parameter(function, place) -> str:
    """What the function calls what stands there in its brackets."""
    try:
        return list(inspect.signature(function).parameters)[place]
    except (IndexError, TypeError, ValueError):  # NumPy's own functions have no signature
        return "array"


def unwritten(thing) -> bool:
    """Whether `thing` is still `...`, or a function whose body is nothing more."""
    if not inspect.isfunction(thing):
        return thing is ...
    return _steps(thing.__code__) in [_steps(stub.__code__) for stub in _STUBS]


def _steps(code) -> list:
    idle = ("NOP", "RESUME")
    return [(step.opname, step.argval) for step in dis.get_instructions(code) if step.opname not in idle]


_STUBS = (lambda: None, lambda: ...)  # a body of `...` alone returns None


def lessons() -> dict[str, list[str]]:
    """Every lesson's title with the keys of its exercises, in the order of the course."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    exercises = {
        m.LESSON: [f.key for f in vars(m).values() if hasattr(f, "key")] for m in modules if hasattr(m, "LESSON")
    }
    return dict(sorted(exercises.items()))
