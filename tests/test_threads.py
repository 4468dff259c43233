"""NumPy gets one thread for its products if calclib comes first, and as many as asked for if someone asks."""

import os
import subprocess
import sys

import pytest

CODE = "{}; import os; print(os.environ.get('OPENBLAS_NUM_THREADS'), len(os.listdir('/proc/self/task')))"


def told(first, **asked):
    """What OPENBLAS_NUM_THREADS is after these imports, and how many threads the process has."""
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", CODE.format(first)]
    return subprocess.run(command, env=plain | asked, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_one_thread_unless_asked_otherwise():
    assert told("import calclib") == ["1", "1"]
    assert told("import calclib", OPENBLAS_NUM_THREADS="2")[0] == "2"
