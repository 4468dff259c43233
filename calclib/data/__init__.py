"""Real data shipped with the course (sources and licences: README.md beside this file), and two made ones."""

from pathlib import Path

import numpy as np

from calclib.validate import finite_array, non_negative, positive, whole

__all__ = ["cars", "digits", "spirals", "split", "standardise", "two_moons"]

HERE = Path(__file__).parent
GALLON, MILE = 3.785411784, 1.609344  # litres in a US gallon, kilometres in a mile, both exact


def digits():
    """1,797 handwritten digits: pixels (1797, 64) from 0 (paper) to 1 (ink), and labels (1797,) from 0 to 9.

    A row reshaped to (8, 8) is an image. Source: UCI, Alpaydin and Kaynak 1998.
    """
    with np.load(HERE / "digits.npz") as file:
        return file["pixels"] / 16, file["labels"].astype(int)


def cars():
    """392 cars of 1970 to 1982 as a dict of columns, in the original units, which their names carry.

    Numbers: mpg, cylinders, displacement_in3, horsepower, weight_lb, zero_to_60_s, year, and
    litres_per_100km, which is computed from mpg. Words: origin, name.
    Source: UCI Auto MPG; its 6 cars without horsepower are left out.
    """
    kinds = "f8,f8,f8,f8,f8,f8,f8,U8,U64"
    table = np.genfromtxt(HERE / "cars.csv", delimiter=",", names=True, dtype=kinds, encoding="utf-8")
    columns = {name: table[name].copy() for name in table.dtype.names}
    return columns | {"litres_per_100km": 100 * GALLON / MILE / columns["mpg"]}


def two_moons(n=200, noise=0.1, seed=0):
    """Two half circles that reach into each other: points (n, 2) and labels (n,) of 0 and 1, in mixed order.

    `noise` is the standard deviation of the normal error added to each coordinate.
    """
    t, label, rng = _curve(n, seed)
    angle = np.pi * t
    x, y = np.cos(angle), np.sin(angle)
    moons = np.where(label, [1 - x, 0.5 - y], [x, y]).T
    return moons + non_negative("noise", noise) * rng.standard_normal((n, 2)), label


def spirals(n=200, noise=0.05, seed=0):
    """Two spirals of one and a half turns, one inside the other: points (n, 2) and labels (n,) of 0 and 1."""
    t, label, rng = _curve(n, seed)
    angle, radius = 3 * np.pi * np.sqrt(t) + np.pi * label, 2 * np.sqrt(t)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points + non_negative("noise", noise) * rng.standard_normal((n, 2)), label


def _curve(n, seed):
    """n places t in [0, 1], the labels 0 and 1 of their curves (halves, mixed), and the generator."""
    rng = np.random.default_rng(whole("seed", seed, 0))
    label = rng.permutation(np.arange(whole("n", n, 2)) % 2)
    return rng.random(n), label, rng


def split(X, y, *parts, seed=0, stratify=False):
    """Deal the rows of X and y at random into parts, each row into exactly one: a tuple of (X, y) pairs.

    `split(X, y, 0.8, 0.2)` gives a training and a test part; `parts` are shares that add up to 1. With
    `stratify` each label of y is dealt out in these shares, to the nearest whole row.
    ValueError for shares that do not add up to 1 and for a part that would stay empty.
    """
    X, y = np.atleast_1d(finite_array("X", X)), np.array(y)
    if y.ndim < 1 or len(y) != len(X):
        raise ValueError(f"y has shape {y.shape}: one entry for each of the {len(X)} rows of X would do")
    if y.dtype.kind == "f":
        finite_array("y", y)
    shares = [positive("parts", share) for share in parts]
    if not np.isclose(sum(shares), 1):
        raise ValueError(f"parts is {parts!r}: shares that add up to 1, such as 0.8, 0.2, would do")
    if stratify and y.ndim > 1:
        raise ValueError(f"y has shape {y.shape}: one label for each row, to stratify by, would do")
    order = np.random.default_rng(whole("seed", seed, 0)).permutation(len(y))
    labels = y[order] if stratify else np.zeros(len(y))
    place = np.empty(len(y))  # where a row stands among those of its label: 0 first, 1 last
    for label in np.unique(labels):
        same = np.flatnonzero(labels == label)
        place[same] = (np.arange(len(same)) + 0.5) / len(same)
    part = np.searchsorted(np.cumsum(shares)[:-1], place)
    rows = [order[part == k] for k in range(len(shares))]
    if min(map(len, rows)) == 0:
        raise ValueError(f"parts is {parts!r}: {len(y)} rows leave one of them empty; larger shares would do")
    return tuple((X[r], y[r]) for r in rows)


def standardise(train, *others):
    """(x − mean) / standard deviation, column by column, both of the training part alone.

    One array in, one out; several in (training part first), as many out. Nothing is learned from the
    others; a column that does not vary in training becomes 0.
    """
    train, *others = finite_array("train", train), *(finite_array("others", part) for part in others)
    if not train.ndim:
        raise ValueError(f"train is {float(train)}: rows of numbers would do")
    for other in others:
        if other.shape[1:] != train.shape[1:]:
            raise ValueError(f"others holds shape {other.shape}: the columns of train, {train.shape}, would do")
    span = np.ptp(train, axis=0)
    varies = span > 0
    unit = np.where(varies, span, 1)  # so that no square vanishes
    mean, sd = train.mean(axis=0), np.where(varies, unit * (train / unit).std(axis=0), 1)
    scaled = [np.where(varies, part - mean, 0) / sd for part in (train, *others)]
    return tuple(scaled) if others else scaled[0]
