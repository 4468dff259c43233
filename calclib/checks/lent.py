"""What a check hands to the learner's function: copies, so that a try never spoils the numbers of the next one."""

import numpy as np

__all__ = ["copied", "same"]


def copied(given):
    """An array, or a list or tuple of them, anew; anything else as it is."""
    if type(given) in (list, tuple):
        return type(given)(map(copied, given))
    return given.copy() if type(given) is np.ndarray else given


def same(after, given) -> bool:
    """Whether arrays still hold what was given, but for rounding: what is moved may be moved back."""
    if type(given) in (list, tuple):
        return len(after) == len(given) and all(map(same, after, given))
    if type(given) is not np.ndarray or np.array_equal(after, given):
        return True
    return given.dtype.kind == "f" and np.allclose(after, given, rtol=1e-12, atol=1e-12, equal_nan=True)
