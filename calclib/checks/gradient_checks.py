"""How lesson 06 tries a gradient check: on gradients that are spoiled where known mistakes see nothing."""

import numpy as np

from calclib.checks.compare import NotYet, show

__all__ = ["asked", "by_step", "spoiled"]

# What else one may make of g and n: a sentence, and the number.
COMPARED = {
    "this is the absolute error: a small entry can be all wrong in it. Divide by max(|g|, |n|).": (
        lambda g, n: np.abs(g - n).max()
    ),
    "divided by |n| alone; divide by the larger of |g| and |n|.": lambda g, n: np.max(np.abs(g - n) / np.abs(n)),
    "divided by |g| alone; divide by the larger of |g| and |n|.": lambda g, n: np.max(np.abs(g - n) / np.abs(g)),
    "divided by the smaller of |g| and |n|; divide by the larger.": (
        lambda g, n: np.max(np.abs(g - n) / np.minimum(np.abs(g), np.abs(n)))
    ),
    "divided by |g| + |n|; divide by the larger of the two.": (
        lambda g, n: np.max(np.abs(g - n) / (np.abs(g) + np.abs(n)))
    ),
    "divided by the mean of |g| and |n|; divide by the larger of the two.": (
        lambda g, n: np.max(2 * np.abs(g - n) / (np.abs(g) + np.abs(n)))
    ),
    "with a 1 in the maximum the errors of small entries are absolute: divide by max(|g|, |n|) alone.": (
        lambda g, n: np.max(np.abs(g - n) / np.maximum(1, np.maximum(np.abs(g), np.abs(n))))
    ),
    "this is the mean over the entries; one that is wrong hides in it. Take the largest.": (
        lambda g, n: np.mean(relative(g, n))
    ),
    "this is the sum over the entries; take the largest.": lambda g, n: np.sum(relative(g, n)),
    "this is the smallest error; take the largest.": lambda g, n: np.min(relative(g, n)),
    "this is the square of the largest error.": lambda g, n: np.max(relative(g, n)) ** 2,
    "this is the error of each entry; the largest one is wanted.": lambda g, n: relative(g, n),
    "these lengths are of whole gradients; a small entry hides in them. Compare entry by entry.": (
        lambda g, n: np.linalg.norm(g - n) / max(np.linalg.norm(g), np.linalg.norm(n))
    ),
    "these lengths are of whole gradients, and of g alone. Compare entry by entry.": (
        lambda g, n: np.linalg.norm(g - n) / np.linalg.norm(g)
    ),
    "‖g‖ + ‖n‖ are lengths of whole gradients; a small entry hides in them. Compare entry by entry.": (
        lambda g, n: np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))
    ),
    "‖g + n‖ is the length of whole gradients; a small entry hides in it. Compare entry by entry.": (
        lambda g, n: np.linalg.norm(g - n) / np.linalg.norm(g + n)
    ),
    "these are the largest of all entries; a small one hides behind them. Compare entry by entry.": (
        lambda g, n: np.abs(g - n).max() / np.abs(g).max()
    ),
    "the sign is kept: an entry that is too small would go unseen. Take abs().": (
        lambda g, n: np.max((g - n) / np.maximum(np.abs(g), np.abs(n)))
    ),
    "the sign is kept: an entry that is too large would go unseen. Take abs().": (
        lambda g, n: np.max((n - g) / np.maximum(np.abs(g), np.abs(n)))
    ),
    "|g| and |n| apart know no sign, and a gradient that points uphill would pass: take |g − n|.": (
        lambda g, n: np.max(np.abs(np.abs(g) - np.abs(n)) / np.maximum(np.abs(g), np.abs(n)))
    ),
    "an entry of g that is 0 is passed over: a forgotten one would go unseen.": (
        lambda g, n: np.max(np.where(g == 0, 0.0, relative(g, n)))
    ),
    "the last entry is left out.": lambda g, n: np.max(relative(g, n)[:-1]),
    "g and n may be of either sign: an abs() is missing below.": (
        lambda g, n: np.max(np.abs(g - n) / np.maximum(g, n))
    ),
    "g + n may be of either sign, and is too large: divide by max(|g|, |n|).": (
        lambda g, n: np.max(np.abs(g - n) / (g + n))
    ),
}


def relative(g, n):
    """|g − n| / max(|g|, |n|) of each entry."""
    return np.abs(g - n) / np.maximum(np.abs(g), np.abs(n))


def spoiled(largest_error, c, theta):
    """Gradients with small entries that are wrong, each for another mistake's sake."""
    for words, entries, factors, signs in (
        ("one small entry of g is twice too large", [3], [2], 1),
        ("one small entry of g is half of what it should be", [3], [0.5], 1),
        ("one small negative entry of g is four times too large", [3], [4], -1),
        ("one entry of g is twice too large, and another four times", [0, 3], [2, 4], 1),
        ("one entry of g has the wrong sign", [1], [-1], 1),
        ("one entry of g is 0, and should not be", [0], [0], 1),
        ("the last entry of g is three times too large", [4], [3], 1),
    ):
        own = c * np.where(np.arange(5) == 3, signs, 1)
        slopes = own * np.cos(theta)
        g = slopes.copy()
        g[entries] *= factors
        at = f"largest_error(loss, g, theta), where {words},"
        got, _ = asked(largest_error, own, g, theta, at)
        with np.errstate(all="ignore"):
            mistakes = {sentence: way(g, slopes) for sentence, way in COMPARED.items()}
        finite = {sentence: wrong for sentence, wrong in mistakes.items() if np.isfinite(wrong).all()}
        yield got, np.max(relative(g, slopes)), at, finite


def asked(largest_error, c, g, theta, at):
    """What it says of g for the loss c · sin θ, and how far from θ it looked."""
    places = []

    def loss(point):
        if np.shape(point) != theta.shape:
            raise NotYet(f"{at} asked the loss at {show(point)}: it takes all of theta, with one entry moved.")
        places.append(np.array(point, dtype=float))
        return float(c @ np.sin(places[-1]))

    got = largest_error(loss, g, theta)
    return got, _steps(places, theta, at)


def _steps(asked, x, at):
    """How far the loss was asked from x, in each direction."""
    away = np.array([point - x for point in asked])
    if not away.size or not np.any(away):
        raise NotYet(f"{at} never asked the loss beside theta: n comes from loss at theta + h and theta − h.")
    away[np.abs(away) < 1e-3 * np.abs(away).max()] = 0.0  # θ + h − 2h + h is off by a rounding
    if any(np.count_nonzero(step) > 1 for step in away):
        raise NotYet(f"{at} moved several entries at once: move one, and put it back before the next.")
    entries = np.count_nonzero(np.any(away, axis=0))
    if entries < len(x):
        raise NotYet(f"{at} moved {entries} of the {len(x)} entries of theta; each of them is to be checked.")
    steps = away.sum(axis=1)
    if np.all(steps >= 0) or np.all(steps <= 0):
        raise NotYet(
            f"{at} looked on one side of theta only: one-sided differences. Central ones take θ + h and θ − h."
        )
    return steps


def by_step(steps, got, wanted, tol):
    """The sentences about h, if the answer is off by what such an h leaves."""
    h = np.abs(steps[steps != 0]).max()
    if not isinstance(got, int | float) or not np.isfinite(got) or abs(got - wanted) <= tol:
        return {}
    if h < 1e-9:
        return {f"h = {h:.0e} is too small: the difference of two losses is rounding. 1e-5 or so would do.": got}
    if h > 1e-3 and abs(got - wanted) < 0.1:
        return {f"h = {h:.0e} is too large: the curve bends in between. 1e-5 or so would do.": got}
    return {}
