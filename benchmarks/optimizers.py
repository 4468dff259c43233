"""1,000 recorded steps on the 2-D Rosenbrock function: calclib against torch.optim with autograd, eager.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/optimizers.py

Peers are interleaved in one process on one thread; medians. Both record every point, and the points must agree.
calclib has the gradient written out, for one point on Python's floats, or takes its own landscape for any shape.
"""

import statistics
import time

import numpy as np
import torch

from calclib.descent import descend
from calclib.landscapes import rosenbrock
from calclib.optimizers import adam, gradient_descent

START = [-1.0, 1.0]


def rosenbrock_gradient(p):
    """One point, on Python's floats."""
    x, y = p.tolist()
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


def torch_path(optimizer, lr, steps):
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer, path = optimizer([x], lr=lr), np.empty((steps + 1, 2))
    path[0] = START
    for t in range(steps):
        optimizer.zero_grad()
        (100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2).backward()
        optimizer.step()
        path[t + 1] = x.detach().numpy()
    return path


def medians(runs: dict, repeats=7) -> dict:
    """Seconds per run, the runs taking turns."""
    times = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in times.items()}


def against_torch(name, step, peer, lr, steps):
    runs = {
        "written out": lambda: descend(step, rosenbrock_gradient, START, lr=lr, steps=steps),
        "landscape": lambda: descend(step, rosenbrock, START, lr=lr, steps=steps),
        "torch": lambda: torch_path(peer, lr, steps),
    }
    gap = np.abs(runs["written out"]() - runs["torch"]()).max()
    taken = medians(runs)
    print(f"{name}, {steps} steps, torch {taken['torch'] * 1e3:.1f} ms, paths agree to {gap:.0e}")
    for kind in ("written out", "landscape"):
        print(f"    {kind:12} {taken[kind] * 1e3:7.1f} ms: {taken['torch'] / taken[kind]:5.1f} times faster")


def many_starts(name, step, lr, steps=1000):
    starts = {count: np.random.default_rng(0).uniform(-1, 1, size=(count, 2)) for count in (1, 10, 100, 1000)}
    taken = medians(
        {count: lambda x0=x0: descend(step, rosenbrock, x0, lr=lr, steps=steps) for count, x0 in starts.items()}
    )
    ratios = ", ".join(f"{count} starts {taken[count] / taken[1]:.2f}" for count in (10, 100, 1000))
    print(f"{name}, {steps} steps, times one start ({taken[1] * 1e3:.1f} ms): {ratios}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for steps in (100, 1000, 10_000):
        against_torch("gradient descent", gradient_descent, torch.optim.SGD, 1e-3, steps)
        against_torch("Adam", adam, torch.optim.Adam, 1e-2, steps)
    many_starts("gradient descent", gradient_descent, 1e-3)
    many_starts("Adam", adam, 1e-2)
