"""A network trains while one watches whether it still learns, or only learns by heart."""

import numpy as np

from calclib.live import Training, explore
from calclib.networks import Network
from calclib.optimizers import adam
from calclib.pictures.palette import PATH, TANGENT, TRUTH
from calclib.pictures.plots import dot, tag
from calclib.training import train

__all__ = ["watching"]

LINES = (("training", TRUTH, "-"), ("validation", PATH, "--"))


def watching(seen, held, *, p=0.0, width=100, epochs=40, lr=0.003, batch=40, seed=0):
    """One hidden layer learns the labels of `seen`, judged on `held`, both pairs (X, labels), after each epoch.

    Controls: p of its dropout, which acts at once; the width, which starts anew; the run.
    """
    (X, y), classes = seen, int(max(seen[1].max(), held[1].max())) + 1

    def judged(net, theta):
        """Losses on both parts, then accuracies."""
        return [look(theta, *part) for look in (net.loss, net.accuracy) for part in (seen, held)]

    def begin(now):
        net = Network(X.shape[1], now.width, classes, dropout=now.p)
        theta = net.initialise(seed=seed)
        yield judged(net, theta)
        for epoch in train(net, theta, X, y, adam, epochs=epochs, lr=lr, batch_size=batch, seed=seed):
            yield judged(net, epoch.theta)
            net.dropout = now.p

    def scene(axes):
        left, right = axes
        top = 1.3 * np.log(classes)  # a network that knows nothing has log(classes), before training a little more
        edges = -0.02 * epochs, 1.02 * epochs
        left.set(xlim=edges, ylim=(0, top), xlabel="epoch", ylabel="loss")
        right.set(xlim=edges, ylim=(0, 1), xlabel="epoch", ylabel="share of labels given back")
        for ax, loss in ((left, True), (right, False)):
            for row, (word, color, line) in enumerate(LINES):
                at = 0.93 - 0.08 * row if loss else 0.14 - 0.08 * row
                ax.plot([0.5, 0.6], [at, at], line, color=color, transform=ax.transAxes)
                ax.text(0.63, at, word, color=color, transform=ax.transAxes, va="center")

    def marks(axes, p=p, width=width, run=None):
        states = np.array(run.states)
        for ax, columns in zip(axes, (states[:, :2], states[:, 2:]), strict=True):
            for column, (_, color, line) in zip(columns.T, LINES, strict=True):
                ax.plot(column, line, color=color)
                ax.plot(run.done, column[-1], "o", color=color, markersize=5)
        best = int(states[:, 1].argmin())
        dot(axes[0], best, states[best, 1], color=TANGENT)
        if best < run.done:
            tag(
                axes[0],
                f"lowest: {best}",
                (best, states[best, 1]),
                (-14 if best < 0.75 * epochs else -58, 9),
                color=TANGENT,
            )
        loss, fresh, right, fresh_right = states[-1]
        return (
            f"Epoch {run.done} of {epochs}, p now {p:g}, {width} units: training loss {loss:.2f}, validation loss "
            f"{fresh:.2f}, lowest {states[best, 1]:.2f} at epoch {best}. "
            f"It gives {right:.0%} of the labels in the training part, and {fresh_right:.0%} in the validation part."
        )

    alt = (
        "Left: the loss on the training part, solid, and on the validation part, dashed, against the epoch, with a "
        "green dot where the second is lowest. Right: the share of labels given back, on both parts."
    )
    controls = {"p": [0.0, 0.25, 0.5, 0.75], "width": [8, 30, 100, 300], "run": Training(begin, epochs, anew="width")}
    labels = {"p": "p", "width": "units", "run": "training"}
    return explore(marks, scene, **controls, panels=2, size=(7.6, 3.5), alt=alt, labels=labels)
