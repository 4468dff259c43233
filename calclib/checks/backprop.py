"""The checks of lesson 06: closed forms, complex steps and training decide, on networks that the lesson never shows."""

import numpy as np

from calclib import differences
from calclib import layers as pieces
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show
from calclib.checks.networks import exactly, network, right_step, trained_below, untouched
from calclib.diagnostics import gradient_check
from calclib.layers import softmax
from calclib.networks import Network

__all__ = [
    "fit",
    "forward",
    "largest_error",
    "layer_backward",
    "mended_a",
    "mended_b",
    "mended_e",
    "mse_gradient",
    "softmax_gradient",
]

LESSON = "06 Backpropagation: the chain rule for a whole network"
MEASURED = differences.gradient, differences.derivative, differences.jacobian
NETWORK = Network.loss_and_gradient, Network.backward, Network.flow


@exercise(without=(Network.forward, Network.predict))
def forward(forward):
    """a ← tanh(aW + b), layer by layer, and the last one without tanh: three lines for a network of any depth."""
    for sizes, n in (((2, 2, 2, 2), 2), ((3, 5, 2), 4), ((1, 4, 3, 2, 1), 6)):
        layers, X, _ = network(sizes, n)
        a, linear, turned, bent = [X], X, X, X
        for W, b in layers:
            a.append(np.tanh(np.einsum("ij,jk->ik", a[-1], W) + b))
            linear = linear @ W + b
            bent = np.tanh(bent) @ W + b
            turned = np.tanh(turned @ W.T + b) if sizes == (2, 2, 2, 2) else turned
        (W, b), (V, c), unbiased, sigmoid, outside = layers[-1], layers[-2], X, X, X
        for V_below, c_below in layers[:-1]:
            unbiased = np.tanh(unbiased @ V_below)
            sigmoid = 1 / (1 + np.exp(-(sigmoid @ V_below + c_below)))
            outside = np.tanh(outside @ V_below) + c_below
        mistakes = {
            "the last layer has no tanh: an output may be any number.": a[-1],
            "the last layer is missing: this is the last activation.": a[-2],
            "tanh is missing between the layers; without it all of them are one straight line.": linear,
            "tanh is taken before aW + b; it comes after.": bent,
            "the biases are missing.": unbiased @ W,
            "the last layer's bias is missing.": a[-2] @ W,
            "b is added after tanh; it stands inside: tanh(aW + b).": outside @ W + b,
            "this is a sigmoid between the layers; here it is tanh.": sigmoid @ W + b,
            "only the first layer is passed: is `return` inside the loop?": a[1],
        }
        if sizes == (2, 2, 2, 2):
            mistakes |= {
                "W is transposed: with rows as examples it is a @ W.": np.arctanh(turned),
                "W @ a takes columns as examples; rows as examples are a @ W.": plain(layers, X, lambda a, W: W @ a),
                "* multiplies entry by entry; a layer is a product of matrices, a @ W.": plain(layers, X, np.multiply),
                "the last layer is given X; it takes what the layer below makes.": X @ W + b,
                "each layer is given X; it takes what the layer below makes.": np.tanh(X @ V + c) @ W + b,
            }
        at = f"forward(layers, X) for a network {'–'.join(map(str, sizes))} and {n} rows"
        exactly(
            untouched(forward, [(W.copy(), b.copy()) for W, b in layers], X.copy(), at=at),
            np.einsum("ij,jk->ik", a[-2], W) + b,
            at=at,
            mistakes=mistakes,
        )


def plain(layers, X, product):
    """The forward pass with another product in place of a @ W."""
    for W, b in layers[:-1]:
        X = np.tanh(product(X, W) + b)
    return product(X, layers[-1][0]) + layers[-1][1]


@exercise(without=(pieces.mse, *MEASURED))
def mse_gradient(mse_gradient):
    """2(output − y)/size, shaped as the output: the mean over all entries is in it, and need not be taken again."""
    rng = np.random.default_rng(4)
    for n, k in ((4, 1), (3, 2), (2, 5)):
        output, y = rng.normal(size=(n, k)), rng.normal(size=(n, k))
        error = output - y
        at = f"mse_gradient(output, y) for {n} rows of {k}"
        exactly(
            untouched(mse_gradient, output.copy(), y.copy(), at=at),
            2 * error / (n * k),
            at=at,
            mistakes={
                "the 2 from the square is missing.": error / (n * k),
                "the 2 and the mean are missing.": error,
                "it is not divided: the loss is the mean of the squares, not their sum.": 2 * error,
                "the mean is over all entries, rows times columns; this divides by the rows alone.": 2 * error / n,
                "the mean is over all entries, rows times columns; this divides by the columns alone.": 2 * error / k,
                "it is averaged twice: one division by the size is enough.": 2 * error / (n * k) ** 2,
                "the sign is turned: the error is output − y.": -2 * error / (n * k),
                "this is the loss, not its gradient.": np.mean(error**2),
                "this is the square of each error; its slope is wanted.": error**2,
                "these are the terms of the loss; the slope of each is wanted.": error**2 / (n * k),
                "this is one number for all; each entry of the output has a slope of its own.": np.mean(2 * error),
                "the mean over the rows is taken already; each row has a slope of its own.": np.mean(2 * error, axis=0),
            },
        )


@exercise(without=(pieces.softmax_cross_entropy, *MEASURED))
def softmax_gradient(softmax_gradient):
    """(p − y)/n: what the network believes less what is true, and no slope of the exponential is left over."""
    rng = np.random.default_rng(5)
    for n, k, size in ((2, 3, 1.0), (3, 3, 1.0), (4, 4, 2.0), (3, 2, 900.0)):
        scores, labels = size * rng.normal(size=(n, k)), rng.integers(k, size=n)
        p, y = softmax(scores), np.eye(k)[labels]
        down = softmax(scores.T).T
        columns, rows, whole = p.copy(), p.copy(), np.exp(scores - scores.max())
        columns[:, labels] -= 1
        if labels.max() < n:
            rows[labels] -= 1
        at = f"softmax_gradient(scores, labels) for {n} rows of {k} scores" + ", some near 1,000" * (size > 10)
        got = untouched(softmax_gradient, scores.copy(), labels.copy(), at=at)
        if size > 10 and np.isnan(np.asarray(got, dtype=object).astype(float, copy=False)).any():
            raise NotYet(f"{at} has NaN: eˢ overflows. Take the largest score of each row off first, or use softmax.")
        exactly(
            got,
            (p - y) / n,
            at=at,
            mistakes={
                "it is not divided by n: the loss is the mean over the rows.": p - y,
                "it is averaged twice: one division by n is enough.": (p - y) / n**2,
                "the mean is over the rows; this divides by rows times classes.": (p - y) / (n * k),
                "this divides by the number of classes; the mean is over the rows.": (p - y) / k,
                "the sign is turned: p − y, so that a step lowers the right score least.": (y - p) / n,
                "this is p alone; take 1 off at the label.": p / n,
                "these are the probabilities, not the gradient.": p,
                "the labels are taken off as numbers; y is 1 at the label and 0 elsewhere.": (p - labels[:, None]) / n,
                "softmax runs down the columns here; each row is one example.": (down - y) / n,
                "the scores stand where the probabilities should: softmax is missing.": (scores - y) / n,
                "p[:, labels] takes 1 off in every row; each row has its own label: p[np.arange(n), labels].": columns
                / n,
                "p[labels] takes 1 off whole rows; each row has its own label: p[np.arange(n), labels].": rows / n,
                "the powers are divided by the sum of all of them; each row is an example, and adds up to 1.": (
                    whole / whole.sum() - y
                )
                / n,
                "−1/p is the slope in p; the slope of softmax itself is missing.": -y / np.maximum(p, 1e-300) / n,
                "p(1 − p) comes once too often: in p − y it is there already.": (p - y) * p * (1 - p) / n,
            },
        )


@exercise(without=(pieces.dense_backward, *MEASURED))
def layer_backward(layer_backward):
    """∂z = ∂h · φ′(z), and then ∂W = aᵀ∂z, ∂b = its sum over the rows, ∂a = ∂z Wᵀ: shapes leave no other choice."""
    rng = np.random.default_rng(6)
    for n, m, k in ((3, 3, 3), (5, 2, 3), (1, 4, 2)):
        a, W, dh, z = (rng.normal(size=shape) for shape in ((n, m), (m, k), (n, k), (n, k)))
        call = f"layer_backward(dh, a, W, z) for {n} rows, {m} inputs and {k} outputs"
        got = untouched(layer_backward, dh.copy(), a.copy(), W.copy(), z.copy(), at=call)
        if not isinstance(got, tuple | list) or len(got) != 3:
            raise NotYet(f"{call} is {show(got)}, where the three arrays dW, db, da should be.")
        dz = dh / np.cosh(z) ** 2
        at_h = dh / np.cosh(np.tanh(z)) ** 2
        forgotten = "the slope of tanh is forgotten: ∂z is dh · (1 − tanh²z)."
        misplaced = "the slope is taken at tanh(z), the activation; its place is z."
        twice = "it is averaged twice: the loss has divided by n already."
        square = n == m == k
        each = [np.outer(a[i], dz[i]) for i in range(n)]
        wanted = sum(each), sum(dz), np.einsum("ik,jk->ij", dz, W)
        mistakes = (
            {
                forgotten: a.T @ dh,
                misplaced: a.T @ at_h,
                twice: sum(each) / n,
                "1 − z² is no slope of tanh: it is 1 − tanh²z.": a.T @ (dh * (1 - z**2)),
                "1 − tanh z is no slope of tanh: the square is missing.": a.T @ (dh * (1 - np.tanh(z))),
                "tanh z is the value; its slope is wanted, 1 − tanh²z.": a.T @ (dh * np.tanh(z)),
                "z is a @ W + b, and comes as an argument; a @ W alone has lost b.": a.T @ (dh / np.cosh(a @ W) ** 2),
                "the transposes are swapped: this is its transpose; aᵀ∂z has the shape of W.": sum(each).T,
            }
            | (
                {
                    "aᵀ is not transposed: ∂W = aᵀ∂z.": a @ dz,
                    "it is aᵀ∂z, in this order.": dz @ a.T,
                    "φ′ works entry by entry, with *, not as a matrix with @.": a.T @ (dh @ (1 / np.cosh(z) ** 2)),
                    "the slope is taken at a, the input; its place is z.": a.T @ (dh / np.cosh(a) ** 2),
                }
                if square
                else {}
            ),
            {
                forgotten: dh.sum(axis=0),
                misplaced: at_h.sum(axis=0),
                twice: dz.mean(axis=0),
                "it is summed over the wrong axis: b has an entry for each unit, so sum over the rows, axis=0.": dz.sum(
                    axis=1
                ),
                "it is summed over both axes: axis=0 is missing.": dz.sum(),
                "it is not summed: b is the same in every row, and their shares add.": dz,
                "a does not belong here: the slope of z in b is 1.": sum(sum(each)),
            },
            {forgotten: dh @ W.T, misplaced: at_h @ W.T, "the mean comes in again here.": dz @ W.T / n}
            | ({"W is not transposed: ∂a = ∂z Wᵀ.": dz @ W, "it is ∂z Wᵀ, in this order.": W.T @ dz} if square else {}),
        )
        for name, part, right, wrong in zip(("dW", "db", "da"), got, wanted, mistakes, strict=True):
            exactly(part, right, at=f"{name} of {call}", mistakes=wrong)


@exercise(without=(gradient_check,))
def largest_error(largest_error):
    """max |g − n| / max(|g|, |n|), n by central differences with an h that is neither too large nor too small."""
    c = np.array([1.0, -2.0, 0.5, 0.01, 3.0])
    theta = np.array([0.3, -0.8, 1.2, 0.5, 0.0])

    def try_on(g, x, at, wanted, mistakes, tol):
        asked = []

        def loss(point):
            asked.append(np.array(point, dtype=float))
            return float(c[: len(x)] @ np.sin(asked[-1]))

        given = x.copy()
        got = largest_error(loss, g.copy(), given)
        if not np.array_equal(given, x):
            raise NotYet(f"{at} leaves theta changed: work on a copy, or put each entry back.")
        steps = _steps(asked, x, at)
        expect(got, wanted, at=at, tol=tol, mistakes=_by_step(steps, got, wanted, tol, at) | mistakes)

    slope = c * np.cos(theta)
    at = "largest_error(loss, g, theta) for a right gradient"
    halves = {
        "n is twice too large: is the 2 in 2h missing?": 0.5,
        "/ 2 * h divides by 2 and multiplies by h: brackets, / (2 * h).": 1.0,
    }
    try_on(slope[:3], theta[:3], f"{at} of three numbers", 0.0, halves, 1e-6)
    wrong = slope.copy()
    wrong[3] *= 2
    both = np.abs(wrong - slope)
    far, length = np.linalg.norm(both), np.linalg.norm(wrong)
    at = "largest_error(loss, g, theta), where one small entry of g is twice too large,"
    relative = {
        "this is the absolute error: a small entry can be all wrong in it. Divide by max(|g|, |n|).": both.max(),
        "divided by |n| alone; divide by the larger of |g| and |n|.": 1.0,
        "divided by |g| + |n|; divide by the larger of the two.": 1 / 3,
        "this is the mean over the entries; one that is wrong hides in it. Take the largest.": 0.1,
        "these lengths are of whole gradients; a small entry hides in them. Compare entry by entry.": far / length,
        "‖g‖ + ‖n‖ are lengths of whole gradients; a small entry hides in them. Compare entry by entry.": (
            far / (length + np.linalg.norm(slope))
        ),
        "the sign is kept: an entry that is too small would go unseen. Take abs().": 0.0,
        "this is the error of each entry; the largest one is wanted.": both / np.maximum(np.abs(wrong), 1e-9),
    }
    try_on(wrong, theta, at, 0.5, relative, 1e-4)
    wrong = slope.copy()
    wrong[3] /= 2
    at = "largest_error(loss, g, theta), where one small entry of g is half of what it should be,"
    signs = {"g, n and their error may be of either sign: an abs() is missing, above or below.": 0.0}
    mistakes = signs | {
        list(relative)[0]: both.max(),
        "divided by |g| alone; divide by the larger of |g| and |n|.": 1.0,
    }
    try_on(wrong, theta, at, 0.5, mistakes, 1e-4)
    c[3] *= -1
    wrong = c * np.cos(theta)
    wrong[3] *= 4
    at = "largest_error(loss, g, theta), where one small negative entry of g is four times too large,"
    try_on(wrong, theta, at, 0.75, signs, 1e-4)
    flat = np.append(slope[:2], 0.0)
    c[2] = 0.0
    at = "largest_error(loss, g, theta), where the loss does not depend on one entry and g is 0 there,"
    got = largest_error(lambda point: float(c[:3] @ np.sin(point)), flat, theta[:3].copy())
    if np.isscalar(got) and np.isnan(got):
        raise NotYet(f"{at} is NaN: 0/0. Two zeros agree; add a tiny number such as 1e-12 to the bottom.")
    expect(got, 0.0, at=at, tol=1e-6)


def _steps(asked, x, at):
    """How far the loss was asked from x, in each direction."""
    away = np.array([point - x for point in asked if point.shape == x.shape])
    if not away.size or not np.any(away):
        raise NotYet(f"{at} never asked the loss beside theta: n comes from loss at theta + h and theta − h.")
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


def _by_step(steps, got, wanted, tol, at):
    """The sentences about h, if the answer is off by what such an h leaves."""
    h = np.abs(steps[steps != 0]).max()
    if not isinstance(got, int | float) or not np.isfinite(got) or abs(got - wanted) <= tol:
        return {}
    if h < 1e-9:
        return {f"h = {h:.0e} is too small: the difference of two losses is rounding. 1e-5 or so would do.": got}
    if h > 1e-3 and abs(got - wanted) < 0.1:
        return {f"h = {h:.0e} is too large: the curve bends in between. 1e-5 or so would do.": got}
    return {}


@exercise(seconds=20, without=(Network.loss_and_gradient,))
def fit(fit):
    """Below 1e-3, on the points that it saw and on those between: your backward pass has learned x²."""
    for seed in (4, 5):
        trained_below(fit, seed, 1e-3)


@exercise(seconds=20, without=NETWORK)
def mended_a(mended_a):
    """A is healed: the slope of tanh is taken at z, where tanh stands. New networks, differences and training agree."""
    right_step(mended_a, "mended_a")


@exercise(seconds=20, without=NETWORK)
def mended_b(mended_b):
    """B is healed: each gradient is handed to the layer that it belongs to. Differences and training agree."""
    right_step(mended_b, "mended_b")


@exercise(seconds=20, without=NETWORK)
def mended_e(mended_e):
    """E is healed: ∂z passes through the old weights, then they move. Differences and training agree at any α."""
    right_step(mended_e, "mended_e")
