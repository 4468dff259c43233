"""Writes tests/torch_iterates.json, the points that PyTorch's optimizers visit:

pip install torch==2.13.0 && python tests/make_torch_iterates.py
"""

import json
from pathlib import Path

import torch

RUNS = [
    # name here, PyTorch's class, its options, our knobs where they are called otherwise
    ("gradient_descent", torch.optim.SGD, {"lr": 0.015}, {}),
    ("momentum", torch.optim.SGD, {"lr": 0.005, "momentum": 0.9}, {"momentum": "beta"}),
    ("nesterov", torch.optim.SGD, {"lr": 0.005, "momentum": 0.8, "nesterov": True}, {"momentum": "beta"}),
    ("adagrad", torch.optim.Adagrad, {"lr": 0.1}, {}),
    ("adagrad", torch.optim.Adagrad, {"lr": 0.1, "eps": 0.1}, {}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.001}, {"alpha": "beta"}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "eps": 0.1}, {"alpha": "beta"}),
    ("adam", torch.optim.Adam, {"lr": 0.001}, {}),
    ("adam", torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.99), "eps": 0.1}, {}),
    ("adamw", torch.optim.AdamW, {"lr": 0.001}, {}),
    ("adamw", torch.optim.AdamW, {"lr": 0.01, "betas": (0.8, 0.99), "eps": 0.1, "weight_decay": 0.2}, {}),
    ("adam", torch.optim.Adam, {"lr": 0.01, "betas": (0.3, 0.4), "eps": 0.1}, {}),
    ("adamw", torch.optim.AdamW, {"lr": 0.01, "betas": (0.3, 0.4), "eps": 0.1}, {}),
]
# Each landscape with its rates relative to the ones above, the start, and the number of steps.
LANDSCAPES = {
    "ravine": (lambda x, y: (x**2 + 100 * y**2) / 2, 1, (-1.5, 1.0), 1000),
    "rosenbrock": (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, 0.1, (-1.0, 1.0), 50),
}


def iterates(f, optimizer, options, start, steps):
    """The points after 1, 2, 5, 10 and so on, and after all steps."""
    x, points = torch.tensor(start, dtype=torch.float64, requires_grad=True), {}
    optimizer = optimizer([x], **options)
    for t in range(1, steps + 1):
        optimizer.zero_grad()
        f(*x).backward()
        optimizer.step()
        if t in (1, 2, 5, 10, 20, 50, 100, 200, 500) or t == steps:
            points[t] = x.tolist()
    return points


def main():
    runs = []
    for landscape, (f, scale, start, steps) in LANDSCAPES.items():
        for name, optimizer, options, names in RUNS:
            options = {**options, "lr": options["lr"] * scale}
            knobs = {names.get(key, key): value for key, value in options.items() if key != "nesterov"}
            if "betas" in knobs:
                knobs["beta1"], knobs["beta2"] = knobs.pop("betas")
            points = iterates(f, optimizer, options, start, steps)
            runs.append({"landscape": landscape, "step": name, "start": start, "knobs": knobs, "points": points})
    lines = ",\n".join(json.dumps(run) for run in runs)
    text = f'{{"made with": "torch {torch.__version__}", "runs": [\n{lines}\n]}}\n'
    Path(__file__).with_name("torch_iterates.json").write_text(text)


if __name__ == "__main__":
    main()
