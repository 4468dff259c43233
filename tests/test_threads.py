"""NumPy's matrix products take one thread in a notebook of the course, and as many as somebody asks for."""

import os
import subprocess
import sys

import pytest

CODE = "import numpy; from {} import {}; from threadpoolctl import threadpool_info as i; print(i()[0]['num_threads'])"


def threads(module, name, **asked):
    """The threads of NumPy's library after this import."""
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", CODE.format(module, name)]
    return int(subprocess.run(command, env=plain | asked, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core only")
def test_one_thread_unless_asked_otherwise_whichever_was_imported_first():
    assert threads("numpy", "array") > 1
    assert threads("calclib.live", "explore") == 1
    assert threads("calclib.live", "explore", OPENBLAS_NUM_THREADS="2") == 2
