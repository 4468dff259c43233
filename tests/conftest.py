"""One profile for every property test: the same examples on every machine, and no clock; and an empty progress file."""

import os
import tempfile
from pathlib import Path

from hypothesis import settings

settings.register_profile("course", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("course")

# Kernels inherit it: a progress file of one's own beside the notebooks must not change what nbval compares.
os.environ["CALCLIB_PROGRESS"] = str(Path(tempfile.mkdtemp(prefix="calclib-"), "progress.json"))
