"""One profile for every property test: the same examples on every machine, and no clock; and an empty progress file."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

pytest.register_assert_rewrite("answers")

settings.register_profile("course", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("course")

# Hypothesis also tries the constants of whatever modules are loaded, which depends on what a worker ran before.
nothing = providers._local_constants
providers._get_local_constants = lambda: nothing

# A thread for each worker and kernel: more of them would only wait for one another.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

# Kernels inherit it: a progress file of one's own beside the notebooks must not change what nbval compares.
folder = tempfile.mkdtemp(prefix="calclib-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ["CALCLIB_PROGRESS"] = str(Path(folder, "progress.json"))


@pytest.fixture(scope="module", autouse=True)
def no_widget_outlives_its_module():
    """ipywidgets holds every widget until it is closed: the figures of all tests together are gigabytes."""
    yield
    if "ipywidgets" in sys.modules:
        sys.modules["ipywidgets"].Widget.close_all()
