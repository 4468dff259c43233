"""A time limit for code that may never end, without threads or processes.

By an alarm signal where there is one (Linux, macOS, in the main thread), by the trace function
elsewhere (Windows, browsers). Neither can interrupt one long call inside compiled code.
"""

import signal
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["TimeUp", "within"]

LIBRARIES = (str(Path(__file__).parents[1]), *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))


SLOWER = 3  # times as long may take what is traced


class TimeUp(BaseException):
    """The time, args[0] in seconds, is over. No mere Exception: the code that hangs may catch those."""


def within(seconds: float, work: Callable):
    """work(), or TimeUp after so many seconds; earlier alarms and trace functions are put back."""
    alarms = hasattr(signal, "setitimer") and sys.platform != "emscripten"
    if alarms and threading.current_thread() is threading.main_thread():
        return by_alarm(seconds, work)
    return by_trace(SLOWER * seconds, work)


def by_alarm(seconds: float, work: Callable):
    """`within` by SIGALRM. A bare `except:` may swallow TimeUp: it comes again at the next new line."""
    tried = set()

    def ring(_, frame):
        if frame.f_code is by_alarm.__code__:  # not while tidying up below
            return
        if tried:
            frame.f_trace = elsewhere
            sys.settrace(elsewhere)
        else:
            tried.add(None)
            raise TimeUp(seconds)

    def elsewhere(frame, *_):
        line = frame.f_code, frame.f_lineno
        if frame.f_code is not by_alarm.__code__ and line not in tried:
            tried.add(line)
            raise TimeUp(seconds)
        return elsewhere

    handler, trace, start = signal.signal(signal.SIGALRM, ring), sys.gettrace(), time.monotonic()
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        return work()
    finally:
        left = max(delay - (time.monotonic() - start), 1e-3) if delay else 0.0
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        sys.settrace(trace)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def by_trace(seconds: float, work: Callable):
    """`within` by looking at the clock before every instruction, but in libraries only as they are called.

    Before every line would not do: `while True: pass` never comes to a new one. Python gives up tracing once it has
    raised: whoever swallows TimeUp by a bare `except:`, in a loop without end, is not stopped.
    """
    end = time.monotonic() + seconds

    def look(frame, *_):
        if time.monotonic() > end:
            raise TimeUp(seconds)
        if frame.f_code.co_filename.startswith(LIBRARIES):
            return None
        frame.f_trace_opcodes = True
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return work()
    finally:
        sys.settrace(before)
