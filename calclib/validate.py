"""Clear errors for bad input: each names the argument, its value and what would do."""

from collections.abc import Callable
from numbers import Real

import numpy as np

__all__ = [
    "between",
    "elementwise",
    "finite_array",
    "function",
    "in_range",
    "non_negative",
    "numbers",
    "one_of",
    "positive",
    "real",
    "real_numbers",
    "whole",
]


def real(name: str, value) -> float:
    """`value` as a finite float; TypeError for what is no number, ValueError for NaN and infinity."""
    value = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(value, bool) or not isinstance(value, Real | np.number) or isinstance(value, complex):
        raise TypeError(f"{name} is {value!r}: a number such as 0.5 would do")
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    if not np.isfinite(number):
        raise ValueError(f"{name} is {value!r}: a finite number would do")
    return number


def positive(name: str, value) -> float:
    """`value` as a float above zero."""
    if real(name, value) <= 0:
        raise ValueError(f"{name} is {value!r}: a number above 0 would do")
    return float(value)


def non_negative(name: str, value) -> float:
    """`value` as a float of zero or more."""
    if real(name, value) < 0:
        raise ValueError(f"{name} is {value!r}: zero or a number above it would do")
    return float(value)


def in_range(name: str, value, low: float, high: float) -> float:
    """`value` as a float in [low, high)."""
    if not low <= real(name, value) < high:
        raise ValueError(f"{name} is {value!r}: a number of at least {low:g} and below {high:g} would do")
    return float(value)


def between(name: str, value, low: float, high: float) -> float:
    """`value` as a float in [low, high]."""
    if not low <= real(name, value) <= high:
        raise ValueError(f"{name} is {value!r}: a number from {low:g} to {high:g} would do")
    return float(value)


def whole(name: str, value, least: int = 1) -> int:
    """`value` as an int of `least` or more."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}: a whole number such as {max(least, 10)} would do")
    if value < least:
        raise ValueError(f"{name} is {value!r}: a whole number of at least {least} would do")
    return int(value)


def one_of(name: str, value, choices):
    """`value` itself, if it is one of `choices`."""
    if value not in list(choices):
        raise ValueError(f"{name} is {value!r}: one of {', '.join(map(repr, choices))} would do")
    return value


def function(name: str, value, wanted: str = "a function of one argument, such as np.sin,") -> Callable:
    """`value` itself, if it can be called; if not, `wanted` would do."""
    if not callable(value):
        raise TypeError(f"{name} is {value!r}: {wanted} would do")
    return value


def elementwise(name: str, value) -> Callable:
    """`value` as a function that gives one number for each number, or says clearly why it cannot."""
    function(name, value)

    def answer(x):
        kind, allowed = ("complex number", "c") if np.iscomplexobj(x) else ("number", "buif")
        try:
            given = x.copy() if isinstance(x, np.ndarray) else x if kind == "number" else complex(x)
            raw = value(given)
            y = np.asarray(raw)
        except (TypeError, ValueError) as error:
            if kind == "complex number":
                raise TypeError(f"{name} cannot take complex numbers: another method would do") from error
            if np.ndim(x) == 0:
                raise
            advice = f"NumPy's functions (np.sin for math.sin) or np.vectorize({name}) would do"
            raise TypeError(f"{name} cannot take a whole array of numbers: {advice}") from error
        if y.dtype.kind not in allowed:
            raise TypeError(f"{name} gave {y[()]!r} for {x!r}: a {kind} would do")
        if y.shape != np.shape(x) and type(raw) not in (int, float, complex):  # a constant holds everywhere
            what = f"shape {y.shape}" if y.ndim else "one number"
            raise ValueError(f"{name} gave {what} for shape {np.shape(x)}: the same shape would do")
        exact = y.astype(complex if allowed == "c" else float, copy=False)  # True + True is 1, and bytes wrap round
        return np.broadcast_to(exact, np.shape(x))[()]

    return answer


def finite_array(name: str, value, ndim: int | None = None) -> np.ndarray:
    """`value` as a new float64 array without NaN or infinity, of `ndim` axes if given, never empty."""
    array = real_numbers(name, value).astype(float)
    if array.size == 0:
        raise ValueError(f"{name} is empty: at least one number would do")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name} has shape {array.shape}: an array with {ndim} {'axis' if ndim == 1 else 'axes'} would do"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} is {value!r}: finite numbers only would do")
    return array


def numbers(name: str, value) -> np.ndarray:
    """`value` as an array of floats or complex numbers, infinity and NaN among them; no copy if it is one."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        array = np.array(None)
    if array.dtype.kind == "O" and all(isinstance(entry, Real) for entry in array.flat):  # fractions, long integers
        array = np.array([real(name, entry) for entry in array.flat], dtype=float).reshape(array.shape)
    if array.dtype.kind not in "buifc":
        raise TypeError(f"{name} is {value!r}: a number or an array of numbers would do")
    return array if array.dtype.kind in "fc" else array.astype(float)


def real_numbers(name: str, value) -> np.ndarray:
    """`numbers` that are not complex."""
    array = numbers(name, value)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} is {value!r}: real numbers would do")
    return array
