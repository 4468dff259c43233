"""One thread for NumPy's matrix products, unless you say otherwise: import calclib before NumPy, and it holds.

The course's matrices are small. Threads that share them mostly wait for one another, and where the machine is shared,
as on Binder, training takes ten times as long and more.
"""

import os

__all__ = []

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy loads
