"""Which ready-made functions an answer calls: an exercise that asks for a function is not done by calling it."""

import inspect
import sys
from collections.abc import Callable

__all__ = ["borrowed", "whose"]


def borrowed(ready, work: Callable) -> list:
    """work(), and those of the functions `ready` that the learner's code called in it, seen by a profile function.

    What calclib or NumPy call within themselves does not count; a ready-made function handed in as the answer does.
    """
    inner = {inspect.unwrap(function): function for function in ready}
    codes = {layer.__code__: function for layer, function in inner.items() if hasattr(layer, "__code__")}
    wrappers = {function.__code__ for function in ready if hasattr(function, "__code__")} - set(codes)
    called = []

    def watch(frame, event, _):
        if event == "call" and frame.f_code in codes:
            caller = frame.f_back
            while caller.f_code in wrappers:  # one wrapper's code serves many functions, so it names none
                caller = caller.f_back
            if _learners(caller):
                called.append(codes[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(watch if ready else before)
    try:
        work()
    finally:
        sys.setprofile(before)
    return called


def _learners(frame) -> bool:
    """Whether this frame is the learner's, or hands on what the learner gave: `calclib.checks.lent`, and figures."""
    package, _, inside = frame.f_globals.get("__name__", "").partition(".")
    return package not in ("calclib", "numpy") or inside == "checks.lent" or inside.startswith("labs.")


def whose(function) -> str:
    """A function in words: "calclib's own gradient"."""
    package = function.__module__.partition(".")[0]
    return f"{package.replace('numpy', 'NumPy')}'s own {function.__name__}"
