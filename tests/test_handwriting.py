"""Lesson 10's reader: its pieces against `Network`, moves by whole pixels, and counting; its recipes on real splits."""

import time
from functools import cache

import numpy as np
import pytest

from calclib import handwriting as hand
from calclib.data import digits, split
from calclib.layers import softmax_cross_entropy
from calclib.networks import Network
from calclib.optimizers import adamw
from calclib.regularization import early_stopping

SHAPES = [(64, 10), (64, 16, 10), (64, 12, 8, 10)]


def some(n=20):
    return tuple(part[:n] for part in digits())


def network(sizes, seed=0):
    net = Network(*sizes)
    theta = net.initialise(seed=seed)
    return net, theta, [tuple(layer) for layer in net.unpack(theta)]


# --- the pieces


@pytest.mark.parametrize("sizes", SHAPES)
def test_the_pieces_make_the_network(sizes):
    (net, theta, layers), (X, y) = network(sizes), some()
    a = hand.forward(layers, X)
    assert len(a) == len(sizes) and a[0] is X
    assert np.allclose(a[-1], net.forward(theta, X)[0])
    loss, dz = softmax_cross_entropy(a[-1], y)
    wanted, g = net.loss_and_gradient(theta, X, y)
    assert loss == pytest.approx(wanted)
    assert np.allclose(hand.flat(hand.backward(layers, a, dz)), g, atol=1e-14)


@pytest.mark.parametrize("sizes", SHAPES)
def test_the_start_is_hes_and_the_networks(sizes):
    layers = hand.start(sizes, np.random.default_rng(3))
    assert np.array_equal(hand.flat(layers), Network(*sizes).initialise("he", 3))
    wide = hand.start((400, 500), np.random.default_rng(0))[0][0]
    assert wide.std() == pytest.approx(np.sqrt(2 / 400), rel=0.01)


def test_flat_and_back():
    _, theta, layers = network((64, 12, 8, 10))
    assert np.array_equal(hand.flat(layers), theta)
    back = hand.unflat(theta, layers)
    assert all(
        np.array_equal(p, q) for one, other in zip(back, layers, strict=True) for p, q in zip(one, other, strict=True)
    )
    back[0][0][0, 0] = 7
    assert theta[0] == 7  # views, no copies


def test_slope_error_sees_one_wrong_weight_and_none():
    (net, theta, _), (X, y) = network((64, 16, 10)), some()
    _, g = net.loss_and_gradient(theta, X, y)
    v = np.random.default_rng(1).standard_normal(theta.size)
    v /= np.linalg.norm(v)
    loss = lambda theta: net.loss(theta, X, y)  # noqa: E731
    assert hand.slope_error(loss, theta, g, v) < 1e-6
    wrong = g.copy()
    wrong[np.abs(g).argmax()] *= -1
    assert hand.slope_error(loss, theta, wrong, v) > 1e-3
    assert hand.slope_error(loss, theta, -g, v) == pytest.approx(2)


def test_weights_decay_and_biases_do_not():
    _, _, layers = network((64, 16, 10))
    for (W, b), (lam, none) in zip(layers, hand.decays(layers, 0.3), strict=True):
        assert lam.shape == W.shape and (lam == 0.3).all() and none.shape == b.shape and not none.any()


def test_a_step_is_that_of_adamw_down_the_networks_gradient():
    (net, theta, layers), (X, y) = network((64, 12, 8, 10)), some(40)
    memory, known, decay = (), (), hand.decays(layers, 0.1)
    for t in range(3):
        rows = slice(10 * t, 10 * t + 20)
        layers, memory = hand.step(layers, memory, X[rows], y[rows], lr=0.1 / (t + 1), decay=decay)
        g = net.loss_and_gradient(theta, X[rows], y[rows])[1]
        theta, *known = adamw(theta, g, *known, lr=0.1 / (t + 1), weight_decay=hand.flat(decay))
        assert np.allclose(hand.flat(layers), theta, atol=1e-12)


def test_confusion_counts():
    labels, guesses = np.array([0, 3, 3, 9, 3]), np.array([0, 3, 8, 9, 8])
    table = hand.confusion(labels, guesses)
    assert table.sum() == 5 and table[3, 8] == 2 and table[8, 3] == 0
    assert [table[k, k] for k in (0, 3, 9)] == [1, 1, 1]


# --- moved images


def warped(X, turn=0.0, scale=1.0, shift=(0.0, 0.0)):
    n = len(X)
    return hand.warp(X, np.full(n, turn), np.full(n, scale), np.tile(np.asarray(shift, float), (n, 1)))


def drawn(*pixels):
    image = np.zeros((1, 8, 8))
    for row, column in pixels:
        image[0, row, column] = 1
    return image.reshape(1, 64)


def test_nothing_moves_without_a_move():
    X, _ = some(50)
    assert np.allclose(warped(X), X)


@pytest.mark.parametrize(("down", "right"), [(1, 0), (-2, 0), (0, 3), (2, -1), (-1, -1)])
def test_whole_pixels_are_moved_whole_and_paper_comes_in(down, right):
    X, _ = some(10)
    wanted = np.zeros((10, 8, 8))
    image = X.reshape(10, 8, 8)
    wanted[:, max(down, 0) : 8 + min(down, 0), max(right, 0) : 8 + min(right, 0)] = image[
        :, max(-down, 0) : 8 - max(down, 0), max(-right, 0) : 8 - max(right, 0)
    ]
    assert np.allclose(warped(X, shift=(down, right)), wanted.reshape(10, 64))


def test_half_a_pixel_is_the_mean_of_two():
    X, _ = some(10)
    padded = np.pad(X.reshape(10, 8, 8), ((0, 0), (0, 0), (1, 0)))
    assert np.allclose(warped(X, shift=(0, 0.5)), ((padded[:, :, 1:] + padded[:, :, :-1]) / 2).reshape(10, 64))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_quarter_turn_is_counter_clockwise(quarters):
    X, _ = some(10)
    turned = np.rot90(X.reshape(10, 8, 8), quarters, axes=(1, 2))  # counter-clockwise, rows down
    assert np.allclose(warped(X, turn=quarters * np.pi / 2), turned.reshape(10, 64))


def test_twice_as_large_has_four_times_the_ink():
    dot = drawn((3, 3), (3, 4), (4, 3), (4, 4))
    assert warped(dot, scale=2.0).sum() == pytest.approx(4 * dot.sum())
    assert warped(dot, scale=0.5).sum() < dot.sum()


def test_bilinear_is_exact_where_the_image_is_linear_in_each_direction():
    rng = np.random.default_rng(0)
    row, column = rng.uniform(0, 5.9, (3, 40)), rng.uniform(0, 4.9, (3, 40))
    p, q = np.indices((7, 6))
    images = np.array([2 + p, 3 * q - p, p * q])
    wanted = np.array([2 + row[0], 3 * column[1] - row[1], row[2] * column[2]])
    assert np.allclose(hand.bilinear(images, row, column), wanted)


def test_what_is_moved_at_random_stays_within_its_bounds_and_repeats():
    X, _ = some(30)
    one, again = (hand.augment(X, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, again) and one.shape == X.shape
    assert 0 <= one.min() and one.max() <= 1 and not np.allclose(one, X)
    assert np.allclose(hand.Moves(0, 0, 0)(X, np.random.default_rng(5)), X)
    dot = np.tile(drawn((3, 3)), (500, 1)).reshape(500, 64)
    moved = hand.Moves(shift=0.5, turn=0, scale=0)(dot, np.random.default_rng(1)).reshape(500, 8, 8)
    reached = set(zip(*np.nonzero(moved)[1:], strict=True))
    assert reached <= {(r, c) for r in (2, 3, 4) for c in (2, 3, 4)} and len(reached) == 9


@pytest.mark.parametrize("name", ["shift", "turn", "scale"])
def test_moves_names_what_is_wrong(name):
    with pytest.raises(ValueError, match=name):
        hand.Moves(**{name: -1})


# --- the recipes


@cache
def read(recipe, seed):
    """The share of the test part that is read, and the processor's seconds."""
    (X, y), (T, t) = split(*digits(), 0.8, 0.2, seed=seed, stratify=True)
    start = time.process_time()
    net, theta = hand.trained(recipe, X, y, seed=seed)
    return net.accuracy(theta, T, t), time.process_time() - start


def test_step_one_and_step_two():
    """Medians of three splits; `benchmarks/handwriting.py` takes ten, and scikit-learn's readers beside them."""
    plain, better = (
        np.median([read(recipe, seed) for seed in range(3)], axis=0) for recipe in (hand.PLAIN, hand.BETTER)
    )
    assert 0.955 < plain[0] < 0.975
    assert 0.975 < better[0] and plain[0] + 0.005 < better[0]
    assert better[1] < 1  # seconds of the processor


def test_step_three_is_above_99_percent_in_under_ten_seconds():
    share, seconds = read(hand.BEST, 0)
    assert share > 0.99 and seconds < 10


def test_a_run_repeats_and_only_its_own_images_count():
    X, y = some(300)
    recipe = hand.BEST.but(epochs=3, width=16)
    (_, one), (_, again), (_, other) = (hand.trained(recipe, X, y, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again) and not np.allclose(one, other)


def test_patience_keeps_the_weights_of_the_lowest_loss_and_stops():
    X, y = some(300)
    recipe = hand.Recipe(width=32, epochs=400, lr=0.02, patience=3)
    net, theta = hand.trained(recipe, X, y)
    (A, a), (B, b) = split(X, y, 0.9, 0.1, seed=0, stratify=True)
    losses, thetas = [], []
    for epochs in range(1, 40):
        _, here = hand.trained(recipe.but(epochs=epochs, patience=None), A, a)
        thetas.append(here)
        losses.append(net.loss(here, B, b))
        best, stop = early_stopping(losses, patience=3)
        if stop is not None:
            break
    assert stop is not None and np.array_equal(theta, thetas[best])


def test_decay_makes_weights_smaller_and_smoothing_scores():
    X, y = some(300)
    plain = hand.Recipe(width=32, epochs=40, lr=0.01)
    (net, theta), (_, decayed) = (hand.trained(r, X, y) for r in (plain, plain.but(decay=3.0)))
    assert np.linalg.norm(decayed) < 0.8 * np.linalg.norm(theta)
    smooth, modest = hand.trained(plain.but(smoothing=0.2), X, y)
    assert smooth.predict(modest, X).max() < 0.95 < net.predict(theta, X).max()
