"""Fair timing: the runs take turns in one process on one thread, and the medians are compared."""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before NumPy

from statistics import median
from time import perf_counter


def medians(*runs, repeats=15, at_least=0.02):
    """Median seconds of one call of each run, each timed over `at_least` seconds, `repeats` times in turn."""
    calls = []
    for run in runs:
        start = perf_counter()
        run()
        calls.append(max(1, round(at_least / (perf_counter() - start))))
    times = [[] for _ in runs]
    for _ in range(repeats):
        for run, n, seconds in zip(runs, calls, times, strict=True):
            start = perf_counter()
            for _ in range(n):
                run()
            seconds.append((perf_counter() - start) / n)
    return [median(seconds) for seconds in times]
