"""What goes into a step and what comes back: knobs in their ranges, numbers of the right shape."""

from functools import wraps

import numpy as np

from calclib.validate import finite_array, real, real_numbers, whole

__all__ = ["asked", "bare", "checked", "checked_knobs", "shaped"]

FLOAT = np.dtype(float)
BARE = {}  # the step itself, for each one that is checked
LIMITS = {"lr": np.inf, "eps": np.inf, "lam": np.inf, "weight_decay": np.inf}
LIMITS |= {"beta": 1, "beta1": 1, "beta2": 1}


def checked_knobs(knobs: dict) -> dict:
    """The same, if β is in [0, 1) and rates, ε and λ are zero or more; other names are the step's own."""
    known = {}
    for name in filter(LIMITS.get, knobs):
        value, limit = knobs[name], LIMITS[name]
        if type(value) is float and 0 <= value < limit:
            continue  # as nearly always
        known[name] = finite_array(name, value) if np.ndim(value) else real(name, value)
        if not np.all((0 <= known[name]) & (known[name] < limit)):
            wanted = "zero or a number above it" if limit == np.inf else "a number of at least 0 and below 1"
            raise ValueError(f"{name} is {value!r}: {wanted} would do")
    return {**knobs, **known}


def shaped(name: str, value, shape: tuple | None = None) -> np.ndarray:
    """`value` as float64 of the given shape, or of any; infinity and NaN may stand in it, for they are results."""
    if type(value) is np.ndarray and value.dtype == FLOAT and value.shape == shape:
        return value  # as nearly always
    try:
        array = np.asarray(value)
    except ValueError:
        wanted = "numbers" if shape is None else f"shape {shape}"
        raise ValueError(f"{name} is {value!r}: an array of {wanted} would do") from None
    if array.dtype.kind == "O":
        array = real_numbers(name, value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} is {value!r}: real numbers would do")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}: {shape} would do")
    return array.astype(float, copy=False)


def asked(name: str, f, x, shape: tuple, *more) -> np.ndarray:
    """f(x) as float64 of the given shape; where a Python number overflows in f, NaN."""
    try:
        return shaped(name, f(x.copy(), *more), shape)  # so that one that works in place spoils its own
    except OverflowError:
        return np.full(shape, np.nan)


def checked(step):
    """`step` with its input looked at and no warnings; `descend` looks by itself, and takes it `bare`."""

    @wraps(step)
    def careful(x, g, *memory, **knobs):
        x = shaped("x", x)
        g, knobs = shaped("g", g, x.shape), checked_knobs(knobs)
        memory = [whole("memory", m, 0) if isinstance(m, int) else shaped("memory", m)[()] for m in memory]
        with np.errstate(all="ignore"):
            return step(x, g, *memory, **knobs)

    BARE[careful] = step
    return careful


def bare(step):
    """One of calclib's steps without its checks; any other, such as one that wraps it, as it is."""
    return BARE.get(step, step)
