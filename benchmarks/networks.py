"""Training two networks: calclib against PyTorch (eager) and scikit-learn, from the same start on the same data.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/networks.py

The first, 1–16–16–1 on x², must also draw PyTorch's loss curve; the second, 64–128–10 on digits, be as accurate.
"""

from side_by_side import medians  # first: it sets one thread

# isort: split
import warnings

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier

from calclib.data import digits, split
from calclib.networks import Network
from calclib.optimizers import adam, gradient_descent
from calclib.training import minibatches, train

torch.set_num_threads(1)
x = np.linspace(-1, 1, 100)[:, None]


def same_in_torch(net, theta, phi):
    """PyTorch's network of the same shape and the same weights, in double precision."""
    linear = [torch.nn.Linear(n, m, dtype=torch.float64) for n, m in zip(net.sizes[:-1], net.sizes[1:], strict=True)]
    with torch.no_grad():
        for layer, (W, b) in zip(linear, net.unpack(theta), strict=True):
            layer.weight[:], layer.bias[:] = torch.tensor(W.T), torch.tensor(b)
    return torch.nn.Sequential(*[part for layer in linear for part in (layer, phi())][:-1])


def curve(width=16, epochs=1000):
    """The losses of calclib on x²."""
    net = Network(1, width, width, 1, activation="tanh", loss="mse")
    runs = train(net, net.initialise("xavier"), x, x**2, gradient_descent, lr=0.1, epochs=epochs)
    return np.array([epoch.loss for epoch in runs])


def torch_curve(width=16, epochs=1000):
    """The losses of PyTorch on x²."""
    net = Network(1, width, width, 1, activation="tanh", loss="mse")
    model, loss_of = same_in_torch(net, net.initialise("xavier"), torch.nn.Tanh), torch.nn.MSELoss()
    optimizer, inputs, losses = torch.optim.SGD(model.parameters(), lr=0.1), torch.tensor(x), []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_of(model(inputs), inputs**2)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


(X, y), (X_test, y_test) = split(*digits(), 0.8, 0.2, stratify=True)


def reader(width=128, seed=0):
    """Test accuracy of calclib on the digits."""
    net = Network(64, width, 10)
    *_, last = train(net, net.initialise(seed=seed), X, y, adam, lr=1e-3, epochs=30, batch_size=64, seed=seed)
    return net.accuracy(last.theta, X_test, y_test)


def torch_reader(width=128, seed=0):
    """Test accuracy of PyTorch on the digits."""
    net, rng = Network(64, width, 10), np.random.default_rng(seed)
    model, loss_of = same_in_torch(net, net.initialise(seed=seed), torch.nn.ReLU), torch.nn.CrossEntropyLoss()
    optimizer, inputs, labels = torch.optim.Adam(model.parameters()), torch.tensor(X), torch.tensor(y)
    for _ in range(30):
        for rows in minibatches(len(X), 64, rng):
            optimizer.zero_grad()
            loss_of(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        return np.mean(model(torch.tensor(X_test)).argmax(axis=1).numpy() == y_test)


def scikit_reader(width=128, seed=0):
    """Test accuracy of scikit-learn on the digits."""
    model = MLPClassifier((width,), batch_size=64, max_iter=30, alpha=0, tol=0, n_iter_no_change=99, random_state=seed)
    with warnings.catch_warnings(action="ignore"):  # that 30 epochs are too few
        return model.fit(X, y).score(X_test, y_test)


if __name__ == "__main__":
    print(f"1-16-16-1 on x²: the loss curves differ by at most {np.abs(curve() - torch_curve()).max():.1e}")
    for width in (16, 64, 256):
        torch_s, ours = medians(lambda: torch_curve(width), lambda: curve(width), repeats=5)  # noqa: B023
        print(f"  1,000 epochs, width {width:3}: PyTorch {torch_s:.3f} s, calclib {ours:.3f} s, {torch_s / ours:.1f}×")

    peers = {"calclib": reader, "PyTorch": torch_reader, "scikit-learn": scikit_reader}
    mean = {name: np.mean([run(seed=seed) for seed in range(3)]) for name, run in peers.items()}
    print("64-128-10 on digits, accuracy:", ", ".join(f"{name} {a:.1%}" for name, a in mean.items()))
    for width in (64, 128, 256):
        runs = [lambda run=run: run(width) for run in peers.values()]  # noqa: B023
        ours, torch_s, scikit_s = medians(*runs, repeats=5)
        print(
            f"  30 epochs, width {width:3}: PyTorch {torch_s:.3f} s, scikit-learn {scikit_s:.3f} s, "
            f"calclib {ours:.3f} s, {torch_s / ours:.1f}× and {scikit_s / ours:.1f}×"
        )
