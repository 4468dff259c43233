"""A running cell keeps its pyplot figure while sliders move.

JupyterLab lets widgets call Python in a second thread, so that a slider answers while a cell runs. After each such
call IPython's inline backend shows and closes all pyplot figures, also the one that the running cell is building.
Here it does so in the main thread only, where cells run, and while nothing else draws.
"""

import threading
from functools import wraps

from calclib.pictures.stage import DRAWING

__all__ = ["guard_pyplot"]


def guard_pyplot():
    """Have figures flushed in the main thread only, whether IPython has set its inline backend up already or not."""
    try:
        from IPython import get_ipython
        from matplotlib_inline import backend_inline
    except ImportError:
        return  # no notebook, nothing to guard
    flush = backend_inline.flush_figures
    if hasattr(flush, "__wrapped__"):
        return

    @wraps(flush)
    def in_the_main_thread():
        if threading.current_thread() is threading.main_thread():
            with DRAWING:
                flush()

    backend_inline.flush_figures = in_the_main_thread
    shell = get_ipython()
    if shell is not None and flush in shell.events.callbacks["post_execute"]:
        shell.events.unregister("post_execute", flush)
        shell.events.register("post_execute", in_the_main_thread)
