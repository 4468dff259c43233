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
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np

from calclib.checks.patience import TimeUp, within
from calclib.progress import store

__all__ = ["Answer", "NotYet", "SECONDS", "exercise", "expect", "lessons", "unwritten"]

SECONDS = 5.0  # the time that one check may take


class NotYet(Exception):
    """What a check raises: its text is the sentence that the learner reads."""


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


def exercise(check: Callable) -> Callable[..., Answer]:
    """`check` as the learner calls it. A parameter marked `float` takes a number, any other a function."""

    @wraps(check)
    def answer(*given) -> Answer:
        state, message = _judge(check, given)
        if state != "not started":
            store().record_try(answer.key, state)
        return Answer(state, message, store().tell())

    answer.key = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
    return answer


def _judge(check, given) -> tuple[str, str]:
    """The state and its sentence, by running `check` on what the learner gave."""
    wanted = inspect.signature(check).parameters
    name, call = check.__name__, f"check.{check.__name__}({', '.join(wanted)})"
    try:
        if any(unwritten(value) for value in given):
            raise NotStarted
        if len(given) != len(wanted):
            raise NotYet(f"The last line of the cell should be {call}.")
        ready = [
            _ready(p.name, value, p.annotation, call) for p, value in zip(wanted.values(), given, strict=True)
        ]
        within(SECONDS, lambda: check(*ready))
    except NotStarted:
        return (
            "not started",
            f"Put your own code in place of the ... and run the cell again: {call} will answer.",
        )
    except NotYet as reason:
        return "not yet", str(reason)
    except TimeUp:
        return "not yet", f"{name} was stopped after {SECONDS:g} seconds: is there a loop that never ends?"
    return "yes", " ".join(inspect.getdoc(check).split())


def _ready(name, value, kind, call):
    """`value` made safe for the check: a finite number, or a function that answers in sentences."""
    if kind is float:
        return _number(value, name)
    if not callable(value):
        raise NotYet(f"{name} is {_show(value)}, not a function: write {call}, with the function itself.")

    def careful(*arguments):
        try:
            got = value(*arguments)
        except TypeError as error:
            if error.__traceback__.tb_next:  # raised within the learner's code, not by the call itself
                raise
            many = f"{len(arguments)} argument{'s' * (len(arguments) > 1)}"
            raise NotYet(f"{name} cannot be called with {many} here: {error}.") from None
        if got is ...:
            raise NotStarted
        if got is None:
            raise NotYet(f"{name} returns None: is a `return` missing?")
        return got

    return careful


def _number(value, name) -> float:
    array = _numbers(value, name, shape=())
    if array.shape != () or not np.isfinite(array):
        raise NotYet(f"{name} is {_show(value)}, where a finite number should be.")
    return float(array)


def unwritten(thing) -> bool:
    """Whether `thing` is still `...`, or a function whose body is nothing more."""
    code = getattr(inspect.unwrap(thing), "__code__", None) if callable(thing) else None
    return thing is ... or (code is not None and _steps(code) in [_steps(stub.__code__) for stub in _STUBS])


def _steps(code) -> list:
    idle = ("NOP", "RESUME")
    return [(step.opname, step.argval) for step in dis.get_instructions(code) if step.opname not in idle]


_STUBS = (lambda: None, lambda: ...)  # a body of `...` alone returns None


def expect(got, wanted, at: str, tol: float = 1e-6, mistakes: dict | None = None) -> None:
    """|got − wanted| ≤ tol·max(1, |wanted|), or NotYet: what was wanted, what came, which mistake gives it.

    `at` says which input; `mistakes` maps a sentence to the wrong value that the mistake gives there.
    Numbers of every kind and, where `wanted` is an array, lists will do; booleans and strings will not.
    """
    wanted = np.asarray(wanted, dtype=float)
    got = _numbers(got, at, wanted.shape)
    if _close(got, wanted, tol):
        return
    for sentence, wrong in (mistakes or {}).items():
        if not _close(np.asarray(wrong), wanted, tol) and _close(got, np.asarray(wrong), tol):
            raise NotYet(f"{_compare(at, wanted, got)}: {sentence}")
    if got.shape != wanted.shape:
        raise NotYet(f"{at} is an array of shape {got.shape}, where {_kind(wanted.shape)} should be.")
    raise NotYet(f"{_compare(at, wanted, got)}.")


def _close(got, wanted, tol) -> bool:
    with np.errstate(all="ignore"):
        return got.shape == wanted.shape and bool(
            np.all(np.abs(got - wanted) <= tol * np.maximum(1.0, np.abs(wanted)))
        )


def _compare(at, wanted, got) -> str:
    digits = next((d for d in (6, 9, 12) if _show(wanted, d) != _show(got, d)), 17)
    return f"{at} should be {_show(wanted, digits)}, and {_show(got, digits)} came"


def _kind(shape) -> str:
    return "a number" if shape == () else f"{shape[0]} numbers" if len(shape) == 1 else f"shape {shape}"


def _numbers(got, at, shape) -> np.ndarray:
    """`got` as an array of floats, or NotYet: what it is instead of something of `shape`."""
    try:
        array = np.asarray(got)
        if array.dtype.kind in "iuf" or _exact(array):
            return array.astype(float)
    except (TypeError, ValueError, OverflowError):
        pass
    raise NotYet(f"{at} is {_show(got)}, where {_kind(shape)} should be.")


def _exact(array) -> bool:
    """Whether these are Python's own exact numbers: fractions, decimals, very long integers."""
    return array.dtype.kind == "O" and not any(isinstance(x, str | bool | complex) for x in array.flat)


def _show(value, digits: int = 6) -> str:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return (
            f"{value:.{digits}g}"
            if value.ndim == 0
            else np.array2string(value, precision=digits, threshold=8)
        )
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def lessons() -> dict[str, list[str]]:
    """Every lesson's title with the keys of its exercises, in the order of the course."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    exercises = {
        m.LESSON: [f.key for f in vars(m).values() if hasattr(f, "key")]
        for m in modules
        if hasattr(m, "LESSON")
    }
    return dict(sorted(exercises.items()))
