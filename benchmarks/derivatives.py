"""Numerical gradient and Hessian of the Rosenbrock function: calclib against SciPy and numdifftools.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/derivatives.py

Error is ‖found − true‖ / ‖true‖. The function is the same for all, or one for many points at once ("batch").
"""

from side_by_side import medians  # first: it sets one thread

# isort: split

import numdifftools
import numpy as np
from scipy.optimize import rosen_der, rosen_hess
from scipy.optimize._numdiff import approx_derivative

from calclib.gradients import gradient, hessian


def rosenbrock(x):
    ahead, here = x[1:], x[:-1]
    bend, far = ahead - here * here, 1 - here
    return 100 * (bend @ bend) + far @ far


def batch(x):
    ahead, here = x[:, 1:], x[:, :-1]
    bend, far = ahead - here * here, 1 - here
    return (100 * bend * bend + far * far).sum(axis=1)


def error(found, true):
    return np.linalg.norm(found - true) / np.linalg.norm(true)


def compare(what, true, peer, *ours, sizes):
    for n in sizes:
        x = np.random.default_rng(n).uniform(-1.5, 1.5, n)
        runs = [lambda run=run: run(x) for run in (peer, *ours)]  # noqa: B023
        seconds = medians(*runs)
        errors = [error(run(), true(x)) for run in runs]
        row = [f"{s * 1e6:10,.0f} µs {e:8.1e}" for s, e in zip(seconds, errors, strict=True)]
        ratios = [f"{seconds[0] / s:6.1f}×" for s in seconds[1:]]
        print(f"{what:>8} n = {n:<4}", *row, *ratios)


if __name__ == "__main__":
    print("columns: peer; calclib; calclib, batch; and for gradients the complex step, without and with batch")
    compare(
        "gradient",
        rosen_der,
        lambda x: approx_derivative(rosenbrock, x, method="3-point"),
        lambda x: gradient(rosenbrock, x),
        lambda x: gradient(batch, x, batch=True),
        lambda x: gradient(rosenbrock, x, method="complex"),
        lambda x: gradient(batch, x, method="complex", batch=True),
        sizes=(2, 10, 100),
    )
    compare(
        "Hessian",
        rosen_hess,
        lambda x: numdifftools.Hessian(rosenbrock)(x),
        lambda x: hessian(rosenbrock, x),
        lambda x: hessian(batch, x, batch=True),
        sizes=(2, 10, 20),
    )
