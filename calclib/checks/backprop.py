"""The checks of lesson 06: closed forms, complex steps and training decide, on networks that the lesson never shows."""

from itertools import permutations

import numpy as np

from calclib import differences, gradients
from calclib import layers as pieces
from calclib.checks import NotYet, exercise, expect
from calclib.checks.cases import judged
from calclib.checks.compare import agree, show
from calclib.checks.gradient_checks import asked, by_step, spoiled
from calclib.checks.networks import exactly, network, trained_below
from calclib.checks.repairs import right_step
from calclib.diagnostics import gradient_check
from calclib.layers import softmax
from calclib.networks import Network
from calclib.training import train

__all__ = [
    "fit",
    "forward",
    "largest_error",
    "layer_backward",
    "mended_a",
    "mended_b",
    "mended_c",
    "mended_d",
    "mended_e",
    "mended_f",
    "mse_gradient",
    "softmax_gradient",
]

LESSON = "06 Backpropagation: the chain rule for a whole network"
MEASURED = gradients.gradient, differences.derivative, gradients.jacobian
NETWORK = Network.loss_and_gradient, Network.backward, Network.flow


@exercise(without=(Network.forward, Network.predict))
def forward(forward):
    """a ← tanh(aW + b), layer by layer, and the last one without tanh: three lines for a network of any depth."""
    judged(passed_on(forward), exactly)


def passed_on(forward):
    for sizes, n in (((2, 2, 2, 2), 2), ((3, 5, 2), 4), ((1, 4, 3, 2, 1), 6)):
        layers, X, _ = network(sizes, n)
        a, linear, turned, bent = [X], X, X, X
        for W, b in layers:
            a.append(np.tanh(np.einsum("ij,jk->ik", a[-1], W) + b))
            linear = linear @ W + b
            bent = np.tanh(bent) @ W + b
            turned = np.tanh(turned @ W.T + b) if sizes == (2, 2, 2, 2) else turned
        (U, d), (W, b), (V, c), unbiased, sigmoid, outside, kinked, sloped = (
            layers[0],
            layers[-1],
            layers[-2],
            X,
            X,
            X,
            X,
            X,
        )
        for V_below, c_below in layers[:-1]:
            unbiased = np.tanh(unbiased @ V_below)
            sigmoid = 1 / (1 + np.exp(-(sigmoid @ V_below + c_below)))
            outside = np.tanh(outside @ V_below) + c_below
            kinked = np.maximum(kinked @ V_below + c_below, 0)
            sloped = 1 - np.tanh(sloped @ V_below + c_below) ** 2
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
            "tanh comes once, at the end; it belongs after each layer but the last.": np.tanh(linear),
            "this is ReLU between the layers; here it is tanh.": kinked @ W + b,
            "tanh is taken once more before the last layer.": np.tanh(a[-2]) @ W + b,
            "this is the slope of tanh, 1 − tanh²; the value is passed on.": sloped @ W + b,
        }
        if sizes == (2, 2, 2, 2):
            mistakes |= {
                "after the loop W and b are still those of the layer before: take the last layer's, layers[-1].": (
                    a[-2] @ V + c
                ),
                "the last layer is passed twice, once with tanh: the loop ends before it, layers[:-1].": a[-1] @ W + b,
                "b is added to W before the product: it is (a @ W) + b.": np.tanh(np.tanh(X @ (U + d)) @ (V + c)) @ W
                + b,
                "the layers run from the last to the first.": plain([*layers[-2::-1], layers[-1]], X, np.matmul),
                "b is subtracted; it is added.": plain([(W, -b) for W, b in layers[:-1]] + layers[-1:], X, np.matmul),
                "W is transposed: with rows as examples it is a @ W.": np.arctanh(turned),
                "W @ a takes columns as examples; rows as examples are a @ W.": plain(layers, X, lambda a, W: W @ a),
                "* multiplies entry by entry; a layer is a product of matrices, a @ W.": plain(layers, X, np.multiply),
                "the last layer is given X; it takes what the layer below makes.": X @ W + b,
                "each layer is given X; it takes what the layer below makes.": np.tanh(X @ V + c) @ W + b,
            }
        at = f"forward(layers, X) for a network {'–'.join(map(str, sizes))} and {n} rows"
        got = forward(layers, X)
        yield got, np.einsum("ij,jk->ik", a[-2], W) + b, at, mistakes


def plain(layers, X, product):
    """The forward pass with another product in place of a @ W."""
    for W, b in layers[:-1]:
        X = np.tanh(product(X, W) + b)
    return product(X, layers[-1][0]) + layers[-1][1]


@exercise(without=(pieces.mse, *MEASURED))
def mse_gradient(mse_gradient):
    """2(output − y)/size, shaped as the output: the mean over all entries is in it, and need not be taken again."""
    judged(errors_back(mse_gradient), exactly)


def errors_back(mse_gradient):
    rng = np.random.default_rng(4)
    for n, k in ((4, 1), (3, 2), (2, 5)):
        output, y = rng.normal(size=(n, k)), rng.normal(size=(n, k))
        error = output - y
        mistakes = {
            "the 2 from the square is missing.": error / (n * k),
            "the 2 and the mean are missing.": error,
            "it is not divided: the loss is the mean of the squares, not their sum.": 2 * error,
            "the mean is over all entries, rows times columns; this divides by the rows alone.": 2 * error / n,
            "the mean is over all entries, rows times columns; this divides by the columns alone.": 2 * error / k,
            "it is averaged twice: one division by the size is enough.": 2 * error / (n * k) ** 2,
            "the sign is turned: the error is output − y.": -2 * error / (n * k),
            "the error keeps its sign: the slope of its square does, too.": 2 * np.abs(error) / (n * k),
            "the error is output − y: y is missing.": 2 * output / (n * k),
            "output and y are added; the error is output − y.": 2 * (output + y) / (n * k),
            "the inner slope of output − y is 1, not output.": 2 * error * output / (n * k),
            "only y is divided by the size: put the difference in brackets.": 2 * output - y / y.size,
            "only y is divided by the size: put 2 * (output − y) in brackets.": 2 * (output - y / y.size),
            "the 2 belongs to y as well: 2 * (output − y).": (2 * output - y) / y.size,
            "this is the loss, not its gradient.": np.mean(error**2),
            "this is the square of each error; its slope is wanted.": error**2,
            "these are the terms of the loss; the slope of each is wanted.": error**2 / (n * k),
            "this is one number for all; each entry of the output has a slope of its own.": np.mean(2 * error),
            "the mean over the rows is taken already; each row has a slope of its own.": np.mean(2 * error, axis=0),
        }
        at = f"mse_gradient(output, y) for {n} rows of {k}"
        yield mse_gradient(output, y), 2 * error / (n * k), at, mistakes


@exercise(without=(pieces.softmax_cross_entropy, *MEASURED))
def softmax_gradient(softmax_gradient):
    """(p − y)/n: what the network believes less what is true, and no slope of the exponential is left over."""
    judged(beliefs(softmax_gradient), exactly)


def beliefs(softmax_gradient):
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
        got = softmax_gradient(scores, labels)
        if size > 10 and np.isnan(np.asarray(got, dtype=object).astype(float, copy=False)).any():
            raise NotYet(
                f"{at} has NaN: a power overflows, or a row vanishes. Take each row's largest score off first."
            )
        each = np.arange(n), labels
        put, only = p.copy(), np.zeros_like(p)
        put[each], only[each] = -1, p[each] - 1
        p = np.maximum(p, 1e-300)
        mistakes = {
            "it is not divided by n: the loss is the mean over the rows.": p - y,
            "it is averaged twice: one division by n is enough.": (p - y) / n**2,
            "the mean is over the rows; this divides by rows times classes.": (p - y) / (n * k),
            "this divides by the number of classes; the mean is over the rows.": (p - y) / k,
            "there is no square here, and no 2: p − y.": 2 * (p - y) / n,
            "the sign is turned: it is p − y; this way every step would lower the right score.": (y - p) / n,
            "this is p alone; take 1 off at the label.": p / n,
            "these are the probabilities, not the gradient.": p,
            "only y is divided by n: put p − y in brackets.": p - y / n,
            "only p is divided by n: put p − y in brackets.": p / n - y,
            "1 is taken off everywhere; y is 1 at the label and 0 elsewhere.": (p - 1) / n,
            "1 is taken off at the label, not put in the place of p.": put / n,
            "only the label's score is there; the other classes have a slope too, p.": only / n,
            "this is one number for each row, at its label; every score has a slope, p − y.": p[each] - 1,
            "this is the loss of each row; its slope in every score is wanted.": -np.log(p[each]),
            "the mean over the rows is taken already; each row has slopes of its own.": np.mean(p - y, axis=0),
            "the labels are taken off as numbers; y is 1 at the label and 0 elsewhere.": (p - labels[:, None]) / n,
            "the labels are taken off as numbers, and n is missing; y is 1 at the label, else 0.": p - labels[:, None],
            "softmax runs down the columns here; each row is one example.": (down - y) / n,
            "the scores stand where the probabilities should: softmax is missing.": (scores - y) / n,
            "softmax is taken twice.": (softmax(p) - y) / n,
            "p[:, labels] takes 1 off in every row; each row has its own label: p[np.arange(n), labels].": columns / n,
            "p[labels] takes 1 off whole rows; each row has its own label: p[np.arange(n), labels].": rows / n,
            "the powers are divided by the sum of all of them; each row is an example, and adds up to 1.": (
                (whole / whole.sum() - y) / n
            ),
            "−1/p is the slope in p; the slope of softmax itself is missing.": -y / p / n,
            "p(1 − p) comes once too often: in p − y it is there already.": (p - y) * p * (1 - p) / n,
            "p(1 − p) is the slope of p in its own score; that of the loss is p − y.": p * (1 - p) / n,
        }
        yield got, (p - y) / n, at, mistakes if size < 10 else {}


@exercise(without=(pieces.dense_backward, *MEASURED))
def layer_backward(layer_backward):
    """∂z = ∂h · φ′(z), and then ∂W = aᵀ∂z, ∂b = its sum over the rows, ∂a = ∂z Wᵀ."""
    rng = np.random.default_rng(6)
    for n, m, k in ((3, 3, 3), (5, 2, 3), (1, 4, 2)):
        a, W, dh, z = (rng.normal(size=shape) for shape in ((n, m), (m, k), (n, k), (n, k)))
        call = f"layer_backward(dh, a, W, z) for {n} rows, {m} inputs and {k} outputs"
        got = layer_backward(dh, a, W, z)
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
        for order in list(permutations(range(3)))[1:]:
            if all(agree(part, wanted[i]) for part, i in zip(got, order, strict=True)):
                names = ", ".join(("dW", "db", "da")[i] for i in order)
                raise NotYet(f"{call} has the right arrays in the order {names}; the order is dW, db, da.")
        mistakes = (
            {
                forgotten: a.T @ dh,
                misplaced: a.T @ at_h,
                twice: sum(each) / n,
                "1 − z² is no slope of tanh: it is 1 − tanh²z.": a.T @ (dh * (1 - z**2)),
                "1 − tanh z is no slope of tanh: the square is missing.": a.T @ (dh * (1 - np.tanh(z))),
                "tanh z is the value; its slope is wanted, 1 − tanh²z.": a.T @ (dh * np.tanh(z)),
                "the sign is turned: ∂z = ∂h · (1 − tanh²z).": -sum(each),
                "dh * 1 − tanh²z multiplies the 1 alone: put 1 − tanh²z in brackets.": a.T @ (dh - np.tanh(z) ** 2),
                "tanh(z**2) is no square of tanh: np.tanh(z) ** 2.": a.T @ (dh * (1 - np.tanh(z**2))),
                "z is a @ W + b, and comes as an argument; a @ W alone has lost b.": a.T @ (dh / np.cosh(a @ W) ** 2),
                "the transposes are swapped: this is its transpose; aᵀ∂z has the shape of W.": sum(each).T,
                "∂h is forgotten: ∂z = ∂h · φ′(z).": a.T @ (1 / np.cosh(z) ** 2),
                "slopes along a chain multiply: ∂h · φ′(z); here they are added.": a.T @ (dh + 1 / np.cosh(z) ** 2),
                "slopes along a chain multiply: ∂h · φ′(z); here it is divided.": a.T @ (dh * np.cosh(z) ** 2),
                "a is the layer's input as it came; no tanh is taken of it.": np.tanh(a).T @ dz,
            }
            | (
                {
                    "aᵀ is not transposed: ∂W = aᵀ∂z.": a @ dz,
                    "it is aᵀ∂z, in this order.": dz @ a.T,
                    "φ′ works entry by entry, with *, not as a matrix with @.": a.T @ (dh @ (1 / np.cosh(z) ** 2)),
                    "φ′ works entry by entry, with *, and is not transposed.": a.T @ (dh @ (1 / np.cosh(z) ** 2).T),
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
                "it has kept a second axis; b is a plain row: leave keepdims out.": dz.sum(axis=0, keepdims=True),
                "a does not belong here: the slope of z in b is 1.": sum(sum(each)),
            },
            {
                forgotten: dh @ W.T,
                misplaced: at_h @ W.T,
                "this is ∂z; one step more leads to a: ∂z Wᵀ.": dz,
                "the sign is turned: ∂a = ∂z Wᵀ.": -dz @ W.T,
                "the mean comes in again here.": dz @ W.T / n,
                "the slope at a belongs to the layer below; ∂a stops before it.": dz @ W.T * (1 - a**2),
                "the slope of tanh at a belongs to the layer below, if at all; ∂a stops before it.": (
                    dz @ W.T / np.cosh(a) ** 2
                ),
            }
            | ({"W is not transposed: ∂a = ∂z Wᵀ.": dz @ W, "it is ∂z Wᵀ, in this order.": W.T @ dz} if square else {}),
        )
        for name, part, right, wrong in zip(("dW", "db", "da"), got, wanted, mistakes, strict=True):
            exactly(part, right, at=f"{name} of {call}", mistakes=wrong)


@exercise(without=(gradient_check,))
def largest_error(largest_error):
    """max |g − n| / max(|g|, |n|), n by central differences with an h that is neither too large nor too small."""
    c, theta = np.array([1.0, -2.0, 0.5, 0.01, 3.0]), np.array([0.3, -0.8, 1.2, 0.5, 0.0])
    at = "largest_error(loss, g, theta) for a right gradient of three numbers"
    got, steps = asked(largest_error, c[:3], (c * np.cos(theta))[:3], theta[:3], at)
    mistakes = {
        "n is twice too large, or half of what it should be: is the 2 in 2h missing, or there twice?": 0.5,
        "n is nearly 0: / 2 * h multiplies by h, so put 2 * h in brackets. (Or does the largest begin at 1?)": 1.0,
        "n is not divided by 2h.": 1 - 2 * np.abs(steps).max(),
        "the sign of n is turned: the loss at theta + h comes first.": 2.0,
        "this is the error of each entry; the largest one is wanted.": np.zeros(3),
    }
    expect(got, 0.0, at=at, tol=1e-6, mistakes=by_step(steps, got, 0.0, 1e-6) | mistakes)
    judged(spoiled(largest_error, c, theta), tol=1e-4)
    at = "largest_error(loss, g, theta), where the loss does not depend on one entry and g is 0 there,"
    got = largest_error(
        lambda p: float(p[0] ** 2 - 2 * p[1] ** 2), np.array([1.0, 3.0, 0.0]), np.array([0.5, -0.75, 1.5])
    )
    if np.isscalar(got) and np.isnan(got):
        raise NotYet(f"{at} is NaN: 0/0. Two zeros agree; add a tiny number such as 1e-12 to the bottom.")
    expect(got, 0.0, at=at, tol=1e-6)


@exercise(seconds=20, without=(Network.loss_and_gradient, train), in_place=True)
def fit(fit):
    """Below 1e-3, on the points that it saw and on those between: your backward pass has learned x²."""
    for seed, width in ((4, 16), (5, 12)):
        trained_below(fit, seed, 1e-3, width)


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_a(mended_a):
    """A is healed: the slope of tanh is taken at z, where tanh stands. New networks, differences and training agree."""
    right_step(mended_a, "mended_a")


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_b(mended_b):
    """B is healed: each gradient is handed to the layer that it belongs to. Differences and training agree."""
    right_step(mended_b, "mended_b")


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_e(mended_e):
    """E is healed: ∂z passes through the old weights, then they move. Differences and training agree at any α."""
    right_step(mended_e, "mended_e")


# --- for whoever likes the hunt


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_c(mended_c):
    """C is healed: ∂b is the sum over the rows, one number for each unit, and no car has a bias of its own."""
    right_step(mended_c, "mended_c")


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_d(mended_d):
    """D is healed: the 2 of the square is back, and α means what it says. Differences and training agree."""
    right_step(mended_d, "mended_d")


@exercise(seconds=20, without=NETWORK, in_place=True)
def mended_f(mended_f):
    """F is healed: each step walks back along its own tape. New networks, differences and training agree."""
    right_step(mended_f, "mended_f")
