"""What goes into a step and what comes back: knobs in their ranges, numbers of the right shape."""

from functools import wraps

import numpy as np

from calclib.validate import finite_array, real

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


def shaped(name: str, value, shape: tuple) -> np.ndarray:
    """`value` as float64 of the given shape; infinity and NaN may stand in it, for they are results."""
    if type(value) is np.ndarray and value.dtype == FLOAT and value.shape == shape:
        return value  # as nearly always
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is {value!r}: an array of shape {shape} would do") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} is {value!r}: real numbers would do")
    if array.shape != shape:
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
        x = shaped("x", x, np.shape(x))
        g = shaped("g", g, x.shape)
        memory = [shaped("memory", m, np.shape(m)) if isinstance(m, list | tuple) else m for m in memory]
        knobs = checked_knobs(knobs)
        with np.errstate(all="ignore"):
            return step(x, g, *memory, **knobs)

    BARE[careful] = step
    return careful


def bare(step):
    """One of calclib's steps without its checks; any other, such as one that wraps it, as it is."""
    return BARE.get(step, step)
