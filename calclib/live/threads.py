"""One thread for matrix products in the kernels of the course.

Its matrices are small. Threads that share them mostly wait for one another, and on a shared machine, as on Binder,
where each sees more cores than it may use, a training of half a second takes many. threadpoolctl asks NumPy's library
for it whichever was imported first; an environment variable would come too late.
"""

import os

from threadpoolctl import threadpool_limits

__all__ = ["one_thread"]

ASKED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def one_thread():
    """Keep NumPy's matrix products to one thread, unless the environment asks for a number."""
    if not any(name in os.environ for name in ASKED):
        threadpool_limits(1, user_api="blas")
