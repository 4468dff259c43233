"""The checks of lesson 10: complex steps, tents in place of cuts, counting, and a split that nobody has seen."""

from functools import partial

import numpy as np

from calclib import handwriting
from calclib.checks import NotYet, exercise, expect, stepping
from calclib.checks.compare import show
from calclib.checks.lent import called
from calclib.checks.networks import exactly, names, parts_of
from calclib.checks.walks import slipped
from calclib.data import digits, split
from calclib.diagnostics import gradient_check
from calclib.differences import derivative
from calclib.gradients import directional_derivative, gradient
from calclib.networks import Network

__all__ = ["backward", "bilinear", "confusion", "decays", "fit", "forward", "slope_error", "start", "step"]

LESSON = "10 Capstone: read handwriting with nothing but calculus"
SHAPES = ((2, 2, 2, 2), 2), ((3, 5, 2), 4), ((4, 3, 3, 2), 3)
SEED, RENAMED = 2026, 3  # the unseen split, and by how much its labels are moved on
MOST_WRONG = 3  # there nearest neighbours misread 4 and more, the second reader 6, and the third 1 or 2


def layers_of(sizes, seed=0):
    """Layers with weights and biases at random."""
    rng = np.random.default_rng(seed)
    pairs = zip(sizes[:-1], sizes[1:], strict=True)
    return [(rng.normal(size=(n, m)), 0.3 * rng.normal(size=m)) for n, m in pairs]


def activations(layers, X, phi=lambda z: np.where(z.real > 0, z, 0)):
    """[X, h₁, …, scores]; of complex weights too, for the complex step."""
    a = [X]
    for k, (W, b) in enumerate(layers, start=1):
        z = np.einsum("ij,jk->ik", a[-1], W) + b
        a.append(phi(z) if k < len(layers) else z)
    return a


def named(sizes, n):
    return f"for a network {'–'.join(map(str, sizes))} and {n} images"


@exercise(without=(handwriting.forward, Network.forward, Network.predict))
def forward(forward):
    """[X, h₁, …, scores], with a ReLU everywhere but at the end: what enters each layer is kept, for the way back."""
    for sizes, n in SHAPES:
        layers, X = layers_of(sizes), np.random.default_rng(1).normal(size=(n, sizes[0]))
        right = activations(layers, X)
        at = f"forward(layers, X) {named(sizes, n)}"
        got = forward(layers, X)
        if isinstance(got, np.ndarray) and got.shape == right[-1].shape:
            raise NotYet(f"{at} is one array: return the list of all of them, X first and the scores last.")
        if not isinstance(got, list | tuple):
            raise NotYet(f"{at} is {show(got)}, where a list of {len(right)} arrays should be.")
        if len(got) != len(right):
            first = "X itself comes first, the scores come last" if len(got) < len(right) else "each layer gives one"
            raise NotYet(f"{at} is a list of {len(got)}, where {len(right)} arrays should be: {first}.")
        tanh, linear = activations(layers, X, np.tanh), activations(layers, X, lambda z: z)
        sigmoid, size = activations(layers, X, lambda z: 1 / (1 + np.exp(-z))), activations(layers, X, np.abs)
        bare, late = activations([(W, 0 * b) for W, b in layers], X), added_late(layers, X)
        compared, always = with_b(layers, X), from_x(layers, X)
        z = [X] + [h @ W + b for h, (W, b) in zip(right[:-1], layers, strict=True)]
        below = [X] + [np.maximum(z, 0.01 * z) for z in z[1:]]
        for k, (part, wanted) in enumerate(zip(got, right, strict=True)):
            if 0 < k < len(layers) and same_numbers(part, z[k]) and same_numbers(got[-1], right[-1]):
                raise NotYet(f"entry {k} of {at} is z, before the ReLU; what enters the next layer is max(z, 0).")
            ends = {
                "the scores go through a ReLU; the last layer has none.": np.maximum(wanted, 0),
                "the scores go through a softmax; it belongs to the loss.": softmax(wanted),
            }
            begins = {"X comes first as it is, without a ReLU.": np.maximum(X, 0)}
            mistakes = {
                "tanh belongs to notebook 06; here it is a ReLU, max(z, 0).": tanh[k],
                "the ReLU is missing between the layers.": linear[k],
                "this is a sigmoid between the layers; here it is a ReLU, max(z, 0).": sigmoid[k],
                "this is |z|; a ReLU gives 0 below 0.": size[k],
                "b is missing.": bare[k],
                "b is added after the ReLU; it stands inside, max(hW + b, 0).": late[k],
                "hW is compared with b; it is hW + b that is compared with 0.": compared[k],
                "each layer is given X; it takes what the one before it gave, a[-1].": always[k],
                "a little of z is left below 0; there a ReLU gives 0.": below[k],
            }
            known = begins if k == 0 else mistakes | ends if k == len(layers) else mistakes
            exactly(part, wanted, at=f"entry {k} of {at}", mistakes=known)


def added_late(layers, X):
    """The mistake of max(hW, 0) + b."""
    a = [X]
    for W, b in layers[:-1]:
        a.append(np.maximum(a[-1] @ W, 0) + b)
    W, b = layers[-1]
    return [*a, a[-1] @ W + b]


def with_b(layers, X):
    """The mistake of max(hW, b)."""
    a = [X]
    for W, b in layers:
        a.append(np.maximum(a[-1] @ W, b))
    return a


def from_x(layers, X):
    """The mistake of giving X to each layer; where shapes do not let it, nothing."""
    fits = [W.shape[0] == X.shape[1] for W, _ in layers]
    return [X] + [np.maximum(X @ W + b, 0) if fit else np.zeros(0) for (W, b), fit in zip(layers, fits, strict=True)]


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def same_numbers(got, wanted):
    """Whether what the learner gave is this array, to rounding."""
    return isinstance(got, np.ndarray) and got.shape == wanted.shape and np.allclose(got, wanted)


@exercise(without=(handwriting.backward, Network.backward, Network.loss_and_gradient, gradient, derivative))
def backward(backward):
    """∂W = aᵀ∂z and ∂b = Σ∂z in each layer, and ∂z ← ∂z Wᵀ where the ReLU was on: the chain rule, in five lines."""
    for sizes, n in SHAPES:
        layers, rng = layers_of(sizes, seed=3), np.random.default_rng(2)
        X, dz = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))
        a, at = activations(layers, X), f"backward(layers, a, dz) {named(sizes, n)}"
        got = backward(layers, a, dz)
        parts = parts_of(got, len(layers), at)
        right, slips = by_complex_steps(layers, X, dz), slipped(layers, a, dz)
        wrong = [k for k, (p, r) in enumerate(zip(parts, right, strict=True)) if not near(p, r)]
        for sentence, slip in slips.items() if wrong else ():
            if all(map(near, parts, slip)):
                raise NotYet(f"{at}: the gradient of {', '.join(names(layers)[k] for k in wrong)} is wrong: {sentence}")
        for name, part, wanted in zip(names(layers), parts, right, strict=True):
            exactly(part, wanted, at=f"the gradient of {name}, in {at},", mistakes={})


def near(part, wanted):
    return part.shape == wanted.shape and np.allclose(part, wanted, rtol=1e-9, atol=1e-9)


def by_complex_steps(layers, X, dz):
    """[∂W₁, ∂b₁, …] of Σ dz · scores: right to rounding, and nothing is propagated back."""
    parts = [part for layer in layers for part in layer]
    cuts = np.cumsum([part.size for part in parts])[:-1]

    def shaped(theta):
        return [cut.reshape(part.shape) for cut, part in zip(np.split(theta, cuts), parts, strict=True)]

    def weighted(theta):
        own = shaped(theta)
        return np.sum(dz * activations(list(zip(own[::2], own[1::2], strict=True)), X)[-1])

    return shaped(gradient(weighted, np.concatenate([part.ravel() for part in parts]), method="complex"))


@exercise(without=(handwriting.slope_error, gradient_check, directional_derivative, gradient, derivative))
def slope_error(slope_error):
    """|g·v − n| / max(|g·v|, |n|): two losses check all weights at once, along one direction."""
    c, theta = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.3, -0.8, 1.2, 0.1])

    def loss(point):
        return float(c @ np.sin(np.asarray(point, dtype=float)))

    v = np.array([0.5, -1.0, 2.0, 0.25])
    g = c * np.cos(theta)
    slope = g @ v
    at = "slope_error(loss, theta, g, v) for a right gradient"
    got = slope_error(loss, theta, g, v)
    expect(got, 0.0, at=at, tol=1e-3, mistakes=of_a_right_gradient(loss, theta, g, v))
    if not float(got) < 1e-7:
        raise NotYet(f"{at} is {float(got):.1g}: central differences, with an h of about 1e-5, come below 1e-7.")
    cases = []
    for times, sign, of in (
        (2.0, 1, "twice too large"),
        (0.25, 1, "a quarter of it"),
        (-1.0, 1, "that points the other way"),
        (2.0, -1, "twice too large"),
    ):
        at = f"slope_error(loss, theta, g, v) for a gradient {of}" + ", where g·v is negative," * (sign < 0)
        along, own, n = sign * np.sign(slope) * v, sign * times * abs(slope), sign * abs(slope)
        got = slope_error(loss, theta, times * g, along)
        cases.append((at, got, abs(own - n) / max(abs(own), abs(n)), of_a_wrong_gradient(own, n)))
    told = [slip for slip in cases[0][-1] if all(near_to(got, known[slip]) for _, got, _, known in cases)]
    for at, got, wanted, known in cases:
        expect(got, wanted, at=at, tol=1e-5, mistakes={slip: known[slip] for slip in told})


def near_to(got, wrong):
    """Whether this is one number, and this one."""
    got = np.asarray(got)
    return got.shape == () and got.dtype.kind in "iuf" and abs(got - wrong) <= 1e-5 * max(1, abs(wrong))


def of_a_wrong_gradient(own, n):
    """What the known slips in the error give, of g·v = own against n."""
    far = abs(own - n)
    return {
        "this is the absolute error; divide by the larger of the two slopes.": far,
        "divided by |n| alone; divide by the larger of the two.": far / abs(n),
        "divided by |g·v| alone; divide by the larger of the two.": far / abs(own),
        "divided by the smaller of the two; divide by the larger.": far / min(abs(own), abs(n)),
        "divided by |g·v| + |n|; divide by the larger of the two.": far / (abs(own) + abs(n)),
        "the sign is kept: an error may not be negative; take abs() of the difference.": (own - n)
        / max(abs(own), abs(n)),
        "the sign of n − g·v is kept: an error may not be negative; take abs() of it.": (n - own)
        / max(abs(own), abs(n)),
        "|g·v| and |n| apart know no sign, and a gradient that points uphill would pass: take |g·v − n|.": (
            abs(abs(own) - abs(n)) / max(abs(own), abs(n))
        ),
        "of two negative slopes max() takes the one nearer to 0: max(abs(…), abs(…)).": far / max(own, n),
    }


def of_a_right_gradient(loss, theta, g, v):
    """What the known slips in n give where n should be g·v."""

    def error(step, h=1e-5, own=g @ v):
        n = (loss(theta + h * step) - loss(theta - h * step)) / (2 * h)
        return abs(own - n) / max(abs(own), abs(n))

    return {
        "n is twice too large: is the 2 in 2h missing?": 0.5,
        "n is nearly 0: / 2 * h divides by 2 and multiplies by h; brackets, / (2 * h).": 1.0,
        "n has its sign turned: θ + hv comes first.": 2.0,
        "all numbers of θ move by h, whatever v is; the two places are θ + hv and θ − hv.": error(np.ones_like(v)),
        "θ moves along g; the slope is wanted along v.": error(g),
        "n is taken along v made 1 long, and g·v along v itself: one and the same v.": error(v / np.linalg.norm(v)),
        "g * v is a vector of products; g·v is their sum, g @ v.": error(v, own=np.linalg.norm(g * v)),
        "h is 5: 10-5 is a subtraction, and 1e-5 the small number.": error(v, h=5),
    }


@exercise(without=(handwriting.start, Network.initialise))
def start(start):
    """W ~ N(0, 2/inputs) and b = 0, layer by layer: what goes into a layer of ReLUs comes out as large."""
    for sizes in ((300, 200, 100), (500, 60), (64, 256, 128, 10)):
        at = f"start({sizes}, rng)"
        parts = parts_of(start(sizes, np.random.default_rng(4)), len(sizes) - 1, at)
        weights, biases = parts[::2], parts[1::2]
        for k, (n, m) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            W, b = weights[k], biases[k]
            if W.shape != (n, m) or b.shape != (m,):
                turned = " It is turned: inputs come first." if W.shape == (m, n) and m != n else ""
                shapes = f"W of shape {W.shape} and b of shape {b.shape}, where {(n, m)} and {(m,)} should be"
                raise NotYet(f"{at} has {shapes}.{turned}")
            spread(W, n, m, f"{names(parts[::2])[2 * k]} of {at}")
            if np.any(b != 0):
                raise NotYet(f"{at} starts biases at {show(b)}: they start at 0, weights alone break the symmetry.")
        again = parts_of(start(sizes, np.random.default_rng(4)), len(sizes) - 1, at)
        other = parts_of(start(sizes, np.random.default_rng(5)), len(sizes) - 1, at)
        if not np.array_equal(again[0], parts[0]) or np.array_equal(other[0], parts[0]):
            raise NotYet(f"{at} does not draw from the rng that it is given: rng.standard_normal((n, m)), and no seed.")
        first, *others = (W.ravel() * np.sqrt(W.shape[0]) for W in weights)
        if any(np.allclose(first[:k], other[:k]) for other in others for k in [min(first.size, other.size)]):
            raise NotYet(f"{at} has the same noise in two layers: draw each of them on its own.")


def spread(W, n, m, at):
    """NotYet unless W is normal noise of mean 0 and standard deviation √(2/n)."""
    he, sd = np.sqrt(2 / n), W.std()
    close = 6 / np.sqrt(2 * W.size)  # six standard errors
    known = {
        "this is the variance 2/inputs; take its root.": 2 / n,
        "this is Xavier's √(2/(inputs + outputs)); with ReLUs it is √(2/inputs).": np.sqrt(2 / (n + m)),
        "it counts the outputs; a unit sums over its inputs.": np.sqrt(2 / m),
        "the 2 is missing: half of the squares is lost in a ReLU.": np.sqrt(1 / n),
        "the noise is not scaled.": 1.0,
        "the root is turned upside down: 2 over the inputs.": 1 / he,
        "the root goes over 2 alone; it goes over 2/inputs.": np.sqrt(2) / n,
        "this is Glorot's √(6/(inputs + outputs)), a bound for uniform numbers; here it is √(2/inputs).": np.sqrt(
            6 / (n + m)
        ),
    }
    if sd < 1e-9:
        slip = " (if 2 // n is in it: that is 0)" if not W.any() else ""
        raise NotYet(f"{at} has one number everywhere{slip}: all units would learn the same.")
    if np.ptp(W, axis=0).max() < 1e-9 or np.ptp(W, axis=1).max() < 1e-9:
        raise NotYet(f"{at} has the same numbers again and again: draw each of the {n} × {m} on its own.")
    if abs(W.mean() - he) < 6 * sd / np.sqrt(W.size) < he and W.min() < 0:
        raise NotYet(f"{at} has mean {W.mean():.3g}, where 0 should be: rng.normal takes the mean first, (0, √(2/n)).")
    if abs(W.mean()) > 6 * sd / np.sqrt(W.size):
        raise NotYet(f"{at} has mean {W.mean():.3g}, where 0 should be: uniform numbers from 0 to 1 are all positive.")
    if abs(sd / he - 1) > close:
        told = next((f": {s}" for s, wrong in known.items() if abs(sd - wrong) <= close * wrong), ".")
        raise NotYet(f"{at} has standard deviation {sd:.3g}, where {he:.3g} should be{told}")
    if not np.abs(W).max() > 2.5 * he:
        raise NotYet(f"{at} has no number beyond {np.abs(W).max() / he:.2g} deviations: this is no normal noise.")


@exercise(without=(handwriting.decays,))
def decays(decays):
    """λ for the weights and 0 for the biases, shaped as the layers: a bias bends nothing, and need not be small."""
    for sizes, lam in (((3, 4, 2), 0.1), ((2, 2, 2), 0.01)):
        layers = layers_of(sizes)
        at = f"decays(layers, {lam}) for a network {'–'.join(map(str, sizes))}"
        got = decays(layers, lam)
        parts = parts_of(got, len(layers), at)
        swapped = all(np.all(part) for part in parts[1::2])
        for name, part, old in zip(names(layers), parts, sum(layers, ()), strict=True):
            weights = name[0] == "W"
            mistakes = {
                "biases do not decay.": np.full(old.shape, lam),
                "weights decay, and biases do not: they are swapped.": np.full(old.shape, 0.0 if weights else lam)
                if swapped
                else np.zeros(0),
                "weights decay; here it is 0, as λ is in whole numbers.": np.zeros(old.shape if weights else 0),
                "this is λw, the pull; wanted is the λ of each entry.": lam * old,
                "these are the decayed parts; wanted is the λ of each entry.": (1 - lam) * old,
                "this is one number; each entry has its own, shaped as the layers.": lam if weights else 0.0,
                f"this is 1 where it should be {'λ' if weights else '0'}.": np.ones(old.shape),
                "this is what is left after a step of 1, 1 − λ; wanted is λ.": np.full(old.shape, 1 - lam),
                "these are the numbers themselves; wanted is the λ of each, 0 for a bias.": old,
            }
            expect(part, np.full(old.shape, lam if weights else 0.0), at=f"{name} of {at}", mistakes=mistakes)


@exercise(without=(handwriting.step, Network.loss_and_gradient))
def step(step):
    """Ahead, the loss, back, and AdamW, whose memory goes on to the next step: a training is this and nothing more."""
    for sizes in ((3, 4, 3, 2), (2, 3, 3)):
        rng, layers, memory = np.random.default_rng(8), layers_of(sizes, seed=5), ()
        batches = [(rng.normal(size=(6, sizes[0])), rng.integers(sizes[-1], size=6)) for _ in range(3)]
        rates, decay = (0.1, 0.03, 0.06), [(np.full_like(W, 0.2), np.zeros_like(b)) for W, b in layers]
        walk = partial(stepping.path, sum(layers, ()), batches, rates, cross_entropy, sum(decay, ()))
        slips = {sentence: walk(**knobs) for sentence, knobs in stepping.SLIPS.items()}
        for t, (wanted, batch, lr) in enumerate(zip(walk(), batches, rates, strict=True)):
            at = f"step {t + 1} of a network {'–'.join(map(str, sizes))}"
            got = step(layers, memory, *batch, lr=lr, decay=decay)
            if not isinstance(got, list | tuple) or len(got) != 2:
                raise NotYet(f"{at} gives {show(got)}, where two should come back: return layers, memory.")
            layers, memory = got
            parts = parts_of(layers, len(decay), f"what comes back first from {at}")
            slips = {told: path for told, path in slips.items() if all(map(stepping.near, parts, path[t]))}
            for name, part, its in zip(names(decay), parts, wanted, strict=True):
                if not stepping.near(part, its):
                    expect(part, its, at=f"{name} after {at}", tol=1e-8, mistakes=dict.fromkeys(slips, part))


def cross_entropy(parts, X, y):
    """The mean of log Σ exp(scores) − the label's score; of complex weights too."""
    scores = activations(list(zip(parts[::2], parts[1::2], strict=True)), X)[-1]
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y])


@exercise(without=(handwriting.confusion,))
def confusion(confusion):
    """Row: what was written; column: what was read. What is right is on the diagonal, each mistake beside it."""
    rng = np.random.default_rng(7)
    for n in (200, 6):
        labels = rng.integers(10 if n > 6 else 8, size=n)  # a table of 10 × 10, though no 8 or 9 should be there
        guesses = np.where(rng.random(n) < 0.5, labels, rng.integers(8, size=n))
        counts = [[sum((labels == i) & (guesses == j)) for j in range(10)] for i in range(10)]
        wanted = np.array(counts, dtype=float)
        once, all_rows = np.minimum(wanted, 1), np.tile(wanted.sum(axis=0), (10, 1))
        with np.errstate(all="ignore"):
            shares = np.nan_to_num(wanted / wanted.sum(axis=1, keepdims=True))
        expect(
            confusion(labels, guesses),
            wanted,
            at=f"confusion(labels, guesses) for {n} images",
            mistakes={
                "rows and columns are swapped: the row is what was written.": wanted.T,
                "a pair counts once here, however often it comes: add 1 for each image, or by np.add.at; "
                "table[labels, guesses] += 1 does not.": once,
                "every label meets every guess: zip(labels, guesses) walks along both together.": np.outer(
                    wanted.sum(axis=1), wanted.sum(axis=0)
                ),
                "rows and columns begin with 0: a 0 belongs in row 0.": np.roll(wanted, (-1, -1), axis=(0, 1)),
                "all rows are the same: [[0] * 10] * 10 is ten times one list; np.zeros((10, 10)).": all_rows,
                "these are shares; the counts are wanted.": shares,
                "these are shares; the counts are wanted, not divided by n.": wanted / n,
                "the right ones are missing: they stand on the diagonal.": wanted - np.diag(np.diag(wanted)),
                "this is the number that is right; wanted is the whole table.": np.sum(labels == guesses),
            },
        )


@exercise(without=(handwriting.bilinear,))
def bilinear(bilinear):
    """Four pixels in the shares of their nearness: an image between its pixels, for thousands of places at once."""
    rng = np.random.default_rng(6)
    for n, h, w, k in ((1, 4, 4, 5), (3, 5, 4, 7), (2, 10, 10, 64)):
        images = rng.random((n, h, w))
        row, column = rng.uniform(0, h - 1.01, (n, k)), rng.uniform(0, w - 1.01, (n, k))
        row[0, 0], column[0, 0] = 1.0, 2.0
        at = f"bilinear(images, row, column) for {n} images of {h} × {w} and {k} places in each"
        got = bilinear(images, row, column)
        i, top, left = np.arange(n)[:, None], np.floor(row).astype(int), np.floor(column).astype(int)
        d, r = row - top, column - left
        four = images[i, top, left], images[i, top, left + 1], images[i, top + 1, left], images[i, top + 1, left + 1]
        same = np.clip(np.rint(row).astype(int), 0, h - 1), np.clip(np.rint(column).astype(int), 0, w - 1)
        expect(
            got,
            tents(images, row, column),
            at=at,
            tol=1e-9,
            mistakes={
                "this is the nearest pixel; take all four around, in shares.": images[i, *same],
                "this is the upper left pixel; take all four around, in shares.": four[0],
                "this is the plain mean of the four; the nearer counts more.": sum(four) / 4,
                "the shares are turned: a pixel counts 1 − its distance.": mixed(four, 1 - d, 1 - r),
                "the shares of the two rows are turned: the upper one counts 1 − down.": mixed(four, 1 - d, r),
                "the shares of the two columns are turned: the left one counts 1 − right.": mixed(four, d, 1 - r),
                "both rows count by half; the nearer counts more.": mixed(four, 0.5, r),
                "both columns count by half; the nearer counts more.": mixed(four, d, 0.5),
                "both rows are added whole; they count 1 − down and down.": 2 * mixed(four, 0.5, r),
                "the left pixels count whole; they count 1 − right.": mixed(four, d, r) + r * mixed(four, d, 0),
                "down and right are swapped in the shares.": mixed(four, r, d),
                "only the row is between pixels here; the column is, too.": mixed(four, d, 0 * r),
                "only the column is between pixels here; the row is, too.": mixed(four, 0 * d, r),
                "all places are looked up in the first image: np.arange(n)[:, None] says which.": tents(
                    np.repeat(images[:1], n, axis=0), row, column
                ),
                "row and column are swapped: images[i, row, column].": tents(images, column, row),
                "the lower two count 1 − down as the upper two do; they count down.": (1 - d)
                * ((1 - r) * four[0] + r * four[1] + (1 - r) * four[2] + r * four[3]),
                "these are two pixels of the four: (1 − down) · right and down · (1 − right) have theirs, too.": (1 - d)
                * (1 - r)
                * four[0]
                + d * r * four[3],
                "the distances add: shares are products, (1 − down)(1 − right).": diagonal(four, d, r),
            },
        )


def mixed(four, down, right):
    """The four pixels in these shares."""
    a, b, c, d = four
    return (1 - down) * ((1 - right) * a + right * b) + down * ((1 - right) * c + right * d)


def diagonal(four, down, right):
    """The mistake of two pixels, upper left and lower right, in place of four."""
    return four[0] + down * (four[2] - four[0]) + right * (four[1] - four[0])


def tents(images, row, column):
    """Every pixel counts by a tent of its own, max(1 − distance, 0), in rows and columns: another way to the same."""
    _, h, w = images.shape
    down = np.maximum(1 - abs(row[:, :, None] - np.arange(h)), 0)
    right = np.maximum(1 - abs(column[:, :, None] - np.arange(w)), 0)
    return np.einsum("nkh,nhw,nkw->nk", down, images, right)


@exercise(seconds=60)
def fit(fit):
    """At most 3 of 359 unseen images misread, that is 99.2% read: a reader of handwriting, and you made it."""
    X, y = digits()
    mirrored = X.reshape(-1, 8, 8)[:, :, ::-1].reshape(-1, 64)  # so that no image, known by heart, is found again
    (X, y), (images, labels) = split(mirrored, (y + RENAMED) % 10, 0.8, 0.2, seed=SEED, stratify=True)
    got = read_by(fit, X, y, images)
    wrong = got != labels
    if np.mean(got == (labels - RENAMED) % 10) > 0.2 + np.mean(~wrong):
        raise NotYet(
            f"{wrong.sum()} images are misread, and more are called by their usual names than by those in y. Here all "
            f"images are mirrored and all labels moved on by {RENAMED} (a 4 is called 7): has fit learned from others?"
        )
    if wrong.sum() > MOST_WRONG:
        told = f"{wrong.sum()} of {len(labels)} unseen images are misread, {1 - wrong.mean():.1%} are right"
        hint = "chance would give 10%" if wrong.mean() > 0.5 else "moved images, and more epochs, bring it below 4"
        raise NotYet(f"{told}: at most {MOST_WRONG} may be ({hint}).")


def read_by(fit, X, y, images):
    """What fit(X, y), once trained, reads in the images; NotYet for what are no labels."""
    read = fit(X, y)
    if not callable(read):
        raise NotYet(f"fit(X, y) is {show(read)}, where a function read(images) should be that gives their labels.")
    got = called("read", read, images.copy())
    if got is ... or got is None:
        raise NotYet("read(images) gives nothing, where a label for each image should be: is a `return` missing?")
    try:
        got = np.asarray(got)
    except ValueError:  # rows of unequal length
        raise NotYet(f"read(images) is {show(got)}, where {len(images)} labels should be.") from None
    if got.shape == (len(images), 10):
        raise NotYet(
            "read(images) gives ten numbers for each image; the largest one's place is the label: argmax(axis=1)."
        )
    if got.shape == (10,):
        raise NotYet("read(images) is ten labels: argmax(axis=1) takes the best of each row, an image.")
    if got.shape != (len(images),):
        what = f"an array of shape {got.shape}" if got.ndim else show(got[()])
        raise NotYet(f"read(images) is {what}, where {len(images)} labels should be.")
    strange = [label for label in got.tolist() if isinstance(label, bool | str) or label not in range(10)]
    if strange:
        cure = ": argmax, not max." if got.dtype.kind == "f" and np.isfinite(got).all() else "."
        raise NotYet(f"read(images) holds {show(strange[0])}, where a label from 0 to 9 should be{cure}")
    return got.astype(int)
