"""What a check hands to the learner's function: copies, so that a try never spoils the numbers of the next one."""

import numpy as np

from calclib.checks.compare import NotYet

__all__ = ["called", "copied", "same"]


def called(name, function, *arguments, **knobs):
    """What the learner's function gives; NotYet if it takes no such arguments. Every check calls it from here."""
    try:
        return function(*arguments, **knobs)
    except TypeError as error:
        if error.__traceback__.tb_next:  # raised within the learner's code, not by the call itself
            raise
        many = f"{len(arguments)} argument{'s' * (len(arguments) != 1)}"
        named = f" and {', '.join(knobs)} by name" if knobs else ""
        raise NotYet(f"{name} cannot be called with {many}{named} here: {error}.") from None


def copied(given):
    """An array, or a list or (named) tuple of them, anew; anything else as it is."""
    if type(given) is list:
        return [copied(part) for part in given]
    if isinstance(given, tuple):
        parts = map(copied, given)
        return given._make(parts) if hasattr(given, "_make") else tuple(parts)
    return given.copy() if type(given) is np.ndarray else given


def same(after, given) -> bool:
    """Whether arrays still hold what was given, but for rounding: what is moved may be moved back."""
    if isinstance(given, list | tuple):
        return len(after) == len(given) and all(map(same, after, given))
    if type(given) is not np.ndarray or np.array_equal(after, given):
        return True
    return given.dtype.kind == "f" and np.allclose(after, given, rtol=1e-12, atol=1e-12, equal_nan=True)
