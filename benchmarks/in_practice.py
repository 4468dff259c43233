"""Run the code that the lessons only display, "In practice", with PyTorch, JAX, SciPy and scikit-learn.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/in_practice.py

No part of the test suite: these libraries take a gigabyte. Each lesson's names, which its text leaves to the reader's
imagination (a model, a loss, a loader), are given something small here; whatever raises is told and ends it non-zero.
"""

import json
import re
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from scipy.optimize import rosen, rosen_der, rosen_hess_prod
from torch import nn

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(0)


def blocks(path):
    """The code displayed from the heading "In practice" to the next one."""
    inside = False
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            inside = text.startswith("## In practice") or (inside and not text.startswith("## "))
            yield from CODE.findall(text) if inside else []


def reader():
    """What most lessons speak of: a model of images, its loss, and batches of data."""
    images, labels = torch.rand(50, 64), torch.tensor(rng.integers(10, size=50))
    model, loss_of = nn.Sequential(nn.Linear(64, 10)), nn.CrossEntropyLoss()
    return {
        **dict(np=np, torch=torch, nn=nn, jax=jax, optax=optax, model=model, images=images, labels=labels, step=1),
        **dict(loss_of=loss_of, loss_function=loss_of, loss=loss_of(model(images), labels), steps=10),
        **dict(loader=[(images, labels)], batches=[(images, labels)], augment=lambda X: X, layer=model[0]),
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
    }


def lesson(number):
    """The names that a lesson's code takes for granted, one dict for each of its blocks."""
    w, x, params = torch.tensor([1.0, 2.0]), np.array([-1.2, 1.0]), jnp.ones(3)
    torch_x = torch.rand(3, dtype=torch.double, requires_grad=True)
    areas, prices = np.array([1.0, 2.0]), np.array([2.0, 3.0])  # as in the lesson
    many = {
        1: [dict(areas=areas, prices=prices), dict(mean_squared_error=lambda w: (2 * w - 1) ** 2), {}],
        2: [dict(X=rng.random((20, 2)), fuel=rng.random(20)), dict(loss=jnp.sum, F=jnp.sin), {}],
        4: [
            dict(loss=lambda w: (w**4).sum(), w=w, v=w),
            {},
            dict(f=rosen, x0=x, gradient=rosen_der, hvp=lambda x, v: rosen_hess_prod(x, v)),
        ],
        5: [{}, {}, dict(f=jnp.sin, x=1.0, v=1.0)],
        6: [
            dict(my_function=lambda x: x**3, x=torch_x),
            dict(scores=torch.rand(50, 10), softmax=lambda s: s.softmax(1)),
            dict(
                my_function=lambda x: x**3, x=params, layers=[params], y=1.0, loss_of_layers=lambda p, X, y: p[0].sum()
            ),
        ],
        7: [{}, dict(X=rng.random((60, 5)), y=rng.random(60))],
        8: [dict(params=[nn.Parameter(w)]), {}, dict(params=params, grads=params)],
        9: [{}, {}, dict(function=lambda x: x**2, inputs=(torch_x,)), {}],
    }
    return many.get(number)


if __name__ == "__main__":
    failed = 0
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        page, codes = reader(), list(blocks(path))
        for given, code in zip(lesson(int(path.name[:2])) or [{}] * len(codes), codes, strict=True):
            page |= given
            try:
                exec(code, page)
                told = "runs"
            except Exception as error:
                told, failed = f"{type(error).__name__}: {error}", failed + 1
            print(f"{path.stem}: {code.strip().splitlines()[0][:60]} … {told}")
    sys.exit(failed)
