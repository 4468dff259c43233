"""What came beside what was wanted: the sentences of "not yet"."""

from decimal import Decimal
from numbers import Real

import numpy as np

__all__ = ["NotYet", "agree", "expect", "number", "show", "uses"]


class NotYet(Exception):
    """What a check raises: its text is the sentence that the learner reads."""


def expect(got, wanted, at: str, tol: float = 1e-6, mistakes: dict | None = None) -> None:
    """|got − wanted| ≤ tol·max(1, |wanted|), or NotYet: what was wanted, what came, which mistake gives it.

    `at` says which input; `mistakes` maps a sentence to the wrong value that the mistake gives there.
    Numbers of every kind and, where `wanted` is an array, lists will do; booleans and strings will not.
    """
    wanted = np.asarray(wanted, dtype=float)
    given, got = got, _numbers(got, at, wanted.shape)
    if _close(got, wanted, tol):
        return
    for sentence, wrong in (mistakes or {}).items():
        if not _close(np.asarray(wrong), wanted, tol) and _close(got, np.asarray(wrong), tol):
            raise NotYet(f"{_compare(at, wanted, got)}: {sentence}")
    if got.shape != wanted.shape:
        raise NotYet(f"{at} is {_what(given, got)}, where {_kind(wanted.shape)} should be.")
    raise NotYet(f"{_compare(at, wanted, got)}.")


def agree(got, wanted) -> bool:
    """Whether `expect` would let it pass."""
    try:
        expect(got, wanted, at="")
    except NotYet:
        return False
    return True


def _close(got, wanted, tol) -> bool:
    with np.errstate(all="ignore"):
        return got.shape == wanted.shape and bool(np.all(np.abs(got - wanted) <= tol * np.maximum(1.0, np.abs(wanted))))


def _compare(at, wanted, got) -> str:
    digits = next((d for d in (6, 9, 12) if show(wanted, d) != show(got, d)), 17)
    return f"{at} should be {show(wanted, digits)}, and {show(got, digits)} came"


def _what(given, array) -> str:
    if isinstance(given, tuple) and array.ndim > 1:
        return f"a tuple of {len(given)} arrays"
    return f"one number, {show(array)}" if array.shape == () else f"an array of shape {array.shape}"


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
    raise NotYet(f"{at} is {show(got)}, where {_kind(shape)} should be.")


def _exact(array) -> bool:
    """Whether these are Python's own exact numbers: fractions, decimals, very long integers."""
    kinds = set(map(type, array.flat)) if array.dtype.kind == "O" else {bool}
    return bool not in kinds and all(issubclass(kind, Real | Decimal) for kind in kinds)


def show(value, digits: int = 6) -> str:
    """`value` as a sentence can hold it: arrays to so many digits, and what is long by its kind alone."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return f"{value:.{digits}g}" if value.ndim == 0 else np.array2string(value, precision=digits, threshold=8)
    text = repr(value)
    return text if len(text) <= 60 and " at 0x" not in text else f"a {type(value).__name__}"


def number(value, name) -> float:
    """`value` as one finite float, or NotYet."""
    array = _numbers(value, name, shape=())
    if array.shape != () or not np.isfinite(array):
        raise NotYet(f"{name} is {show(value)}, where {'one' if array.shape else 'a finite'} number should be.")
    return float(array)


def uses(h, asked, x) -> None:
    """NotYet if the learner looked beside x, but at no place of `asked` nearly as far as h."""
    far = max((np.abs(place - x).max() for place in asked if np.shape(place) == np.shape(x)), default=0.0)
    if 0 < far < h / 4:
        raise NotYet(f"h = {h} was given, and the places looked at are much closer: the h passed in is not used.")
