"""Networks: hand-written gradients are the derivatives, layers do what their formulas say, training trains."""

import numpy as np
import pytest
from autograd import grad
from autograd import numpy as anp
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from calclib import differences, gradients, layers
from calclib.data import digits, split, two_moons
from calclib.networks import Network
from calclib.optimizers import adagrad, adam, adamw, gradient_descent, momentum, nesterov, rmsprop
from calclib.schedules import cosine_annealing
from calclib.training import minibatches, train

RNG = np.random.default_rng(0)
SMOOTH = ["identity", "sigmoid", "tanh"]


def batch(net, n=6, seed=0):
    rng = np.random.default_rng(seed)
    X, k = rng.standard_normal((n, net.sizes[0])), net.sizes[-1]
    return X, rng.integers(k, size=n) if net.objective == "cross_entropy" else rng.standard_normal((n, k))


def check_gradient(net, seed=0, init="xavier"):
    """The hand-written gradient against central differences, dropout drawing the same masks each time."""
    (X, y), theta = batch(net, seed=seed), net.initialise(init, seed)
    theta += 0.1 * np.random.default_rng(seed).standard_normal(net.size)
    run = lambda t: net.loss_and_gradient(t, X, y, np.random.default_rng(1))  # noqa: E731
    assert np.allclose(run(theta)[1], gradients.gradient(lambda t: run(t)[0], theta), rtol=1e-6, atol=1e-8)


# the pieces


@pytest.mark.parametrize("name", layers.ACTIVATIONS)
def test_the_slope_of_an_activation_is_its_derivative(name):
    phi, slope = layers.ACTIVATIONS[name]
    z = np.array([-30, -2, -0.3, 0.4, 1, 25])
    assert np.allclose(slope(z, phi(z)), differences.derivative(phi, z), atol=1e-9)


def test_the_sigmoid_is_scipy_s_and_its_slope_at_most_a_quarter():
    phi, slope = layers.ACTIVATIONS["sigmoid"]
    z = np.array([-1e4, -3.0, 0, 3, 1e4])
    assert np.allclose(phi(z), special.expit(z), rtol=1e-12, atol=1e-16)
    assert slope(z, phi(z)).max() == slope(0.0, phi(0.0)) == 0.25


def test_the_slope_of_relu_at_its_kink_is_0():
    phi, slope = layers.ACTIVATIONS["relu"]
    assert slope(0.0, phi(0.0)) == 0


@given(seed=st.integers(0, 99), shift=st.floats(-1e6, 1e6))
def test_softmax_is_scipy_s_and_does_not_see_a_common_shift(seed, shift):
    scores = np.random.default_rng(seed).normal(0, 5, (4, 7))
    assert np.allclose(layers.softmax(scores), special.softmax(scores, axis=1), rtol=1e-12)
    assert np.allclose(layers.softmax(scores + shift), layers.softmax(scores), atol=1e-8)


@given(seed=st.integers(0, 99), smoothing=st.sampled_from([0.0, 0.1, 0.5]))
def test_cross_entropy_and_its_gradient_p_minus_y(seed, smoothing):
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(0, 3, (5, 4)), rng.integers(4, size=5)
    y = (1 - smoothing) * np.eye(4)[labels] + smoothing / 4
    loss, slope = layers.softmax_cross_entropy(scores, labels, smoothing)
    assert np.isclose(loss, -(y * special.log_softmax(scores, axis=1)).sum() / 5)
    assert np.allclose(slope, (special.softmax(scores, axis=1) - y) / 5)


def test_cross_entropy_is_stable_where_exp_overflows():
    loss, slope = layers.softmax_cross_entropy(np.array([[1e4, 0.0], [0, 1e4]]), np.array([0, 0]))
    assert loss == 5000 and np.array_equal(slope, [[0, 0], [-0.5, 0.5]])


@given(seed=st.integers(0, 99))
def test_mean_squared_error_and_its_gradient(seed):
    output, target = np.random.default_rng(seed).standard_normal((2, 5, 3))
    loss, slope = layers.mse(output, target)
    oracle = lambda a: anp.mean((a - target) ** 2)  # noqa: E731
    assert np.isclose(loss, oracle(output)) and np.allclose(slope, grad(oracle)(output))


@given(seed=st.integers(0, 99))
def test_batch_normalisation_s_backward_pass_is_autograd_s(seed):
    rng = np.random.default_rng(seed)
    z, gamma, beta, dy = rng.standard_normal((6, 3)), rng.random(3) + 0.5, rng.random(3), rng.standard_normal((6, 3))

    def oracle(z, gamma, beta):
        mean = anp.mean(z, axis=0)
        var = anp.mean((z - mean) ** 2, axis=0)
        return anp.sum(dy * (gamma * (z - mean) / anp.sqrt(var + 1e-5) + beta))

    y, z_hat, gain = layers.batch_norm(z, gamma, beta, z.mean(0), z.var(0))
    assert np.allclose(y.mean(0), beta) and np.allclose(y.std(0), gamma, rtol=1e-3)
    dz, dgamma, dbeta = layers.batch_norm_backward(dy, z_hat, gain)
    for mine, argument in ((dz, 0), (dgamma, 1), (dbeta, 2)):
        assert np.allclose(mine, grad(oracle, argument)(z, gamma, beta), atol=1e-9)


@given(p=st.floats(0, 0.9))
def test_inverted_dropout_keeps_the_mean(p):
    mask = layers.dropout_mask((200, 500), p, np.random.default_rng(0))
    assert np.isclose(mask.mean(), 1, atol=0.03)
    assert np.isclose((mask == 0).mean(), p, atol=0.01)
    assert set(np.unique(mask)) <= {0, 1 / (1 - p)}


# the whole


@given(
    widths=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    activation=st.sampled_from(SMOOTH),
    loss=st.sampled_from([("mse", 0.0), ("cross_entropy", 0.0), ("cross_entropy", 0.1)]),
    residual=st.booleans(),
    batch_norm=st.booleans(),
    dropout=st.sampled_from([0.0, 0.4]),
    seed=st.integers(0, 99),
)
def test_the_backward_pass_is_the_derivative_of_the_forward_pass(widths, loss, seed, **knobs):
    check_gradient(Network(*widths, loss=loss[0], smoothing=loss[1], **knobs), seed)


@pytest.mark.parametrize(
    "knobs", [{}, {"residual": True}, {"batch_norm": True}, {"batch_norm": True, "residual": True}]
)
def test_so_it_is_with_relu_away_from_its_kink(knobs):
    check_gradient(Network(3, 8, 8, 8, 4, activation="relu", **knobs), init="he")


@given(seed=st.integers(0, 99))
def test_the_gradient_is_autograd_s(seed):
    net = Network(3, 5, 4, activation="tanh")
    X, y = batch(net, seed=seed)

    def oracle(theta):
        W1, b1, W2, b2 = (theta[:15].reshape(3, 5), theta[15:20], theta[20:40].reshape(5, 4), theta[40:])
        scores = anp.dot(anp.tanh(anp.dot(X, W1) + b1), W2) + b2
        return -anp.mean((scores - anp.log(anp.sum(anp.exp(scores), axis=1, keepdims=True)))[anp.arange(6), y])

    theta = net.initialise("xavier", seed)
    loss, gradient = net.loss_and_gradient(theta, X, y)
    assert np.isclose(loss, oracle(theta), rtol=1e-12)
    assert np.allclose(gradient, grad(oracle)(theta), rtol=1e-10, atol=1e-14)


def test_a_loss_of_one_s_own_is_trained_on():
    def blunt(scores, labels):
        loss, dz = layers.softmax_cross_entropy(scores, labels)
        return 2 * loss, 2 * dz

    X, y = batch(Network(3, 4, 2))
    own, plain = Network(3, 4, 2, loss=blunt), Network(3, 4, 2)
    theta = own.initialise()
    assert own.loss(theta, X, y) == 2 * plain.loss(theta, X, y)
    assert np.array_equal(own.loss_and_gradient(theta, X, y)[1], 2 * plain.loss_and_gradient(theta, X, y)[1])
    assert np.array_equal(own.predict(theta, X), plain.predict(theta, X))


@given(seed=st.integers(0, 99))
def test_the_order_of_a_batch_does_not_matter(seed):
    net = Network(3, 5, 4, batch_norm=True)
    (X, y), theta = batch(net), net.initialise()
    order = np.random.default_rng(seed).permutation(len(X))
    one, other = net.loss_and_gradient(theta, X, y), net.loss_and_gradient(theta, X[order], y[order])
    assert np.isclose(one[0], other[0]) and np.allclose(one[1], other[1])


@pytest.mark.parametrize("knobs", [{}, {"residual": True}, {"batch_norm": True, "residual": True}])
def test_the_input_gradient_is_the_derivative_in_the_input_at_test(knobs):
    net = Network(4, 4, 5, 3, activation="tanh", dropout=0.5, **knobs)
    (X, y), theta = batch(net), net.initialise("xavier") + 0.1
    net.loss_and_gradient(theta, X, y, np.random.default_rng(0))  # moves the running means
    dz = np.zeros((1, 3))
    dz[0, 2] = 1
    score = lambda x: net.forward(theta, x[None])[0][0, 2]  # noqa: E731
    assert np.allclose(net.input_gradient(theta, X[:1], dz)[0], gradients.gradient(score, X[0]), atol=1e-8)


def test_theta_is_one_vector_seen_in_named_parts():
    net = Network(3, 5, 5, 2, batch_norm=True)
    theta = net.initialise()
    parts = net.named(theta)
    assert list(parts) == "W1 b1 gamma1 beta1 W2 b2 gamma2 beta2 W3 b3".split()
    assert parts["W1"].shape == (3, 5) and sum(part.size for part in parts.values()) == net.size == len(theta)
    parts["W2"][1, 2] = 77
    assert 77 in theta
    assert np.all(parts["gamma1"] == 1) and not parts["b1"].any() and not parts["beta2"].any()


def test_nothing_that_is_handed_in_is_changed():
    net = Network(3, 5, 5, 2, batch_norm=True, residual=True, dropout=0.2)
    (X, y), theta = batch(net), net.initialise()
    before = [a.copy() for a in (X, y, theta)]
    net.loss_and_gradient(theta, X, y, np.random.default_rng(0))
    list(train(net, theta, X, y, momentum, lr=0.1, epochs=2, batch_size=2))
    assert all(np.array_equal(a, b) for a, b in zip(before, (X, y, theta), strict=True))


def test_a_residual_connection_adds_what_came_in_where_the_widths_agree():
    plain, residual = Network(3, 4, 4, 2, activation="tanh"), Network(3, 4, 4, 2, activation="tanh", residual=True)
    X, theta = RNG.standard_normal((5, 3)), plain.initialise("xavier")
    (_, h1, _), (_, h2, _), _ = plain.flow(theta, X, np.zeros(5, int))
    p = plain.named(theta)
    assert np.allclose(residual.forward(theta, X)[0], (h1 + h2) @ p["W3"] + p["b3"])


def test_with_zero_weights_a_residual_network_lets_everything_pass():
    net = Network(4, 4, 4, 4, activation="tanh", residual=True)
    theta, X = np.zeros(net.size), RNG.standard_normal((5, 4))
    net.named(theta)["W3"][:] = np.eye(4)
    assert np.allclose(net.forward(theta, X)[0], X)


def test_dropout_works_in_training_alone():
    net = Network(3, 50, 2, dropout=0.5)
    (X, y), theta = batch(net), net.initialise()
    losses = [net.loss_and_gradient(theta, X, y, np.random.default_rng(s))[0] for s in range(400)]
    plain = Network(3, 50, 2).loss(theta, X, y)
    assert net.loss(theta, X, y) == plain and np.std(losses) > 0
    outputs = [net.forward(theta, X, train=True, rng=np.random.default_rng(s))[0] for s in range(2000)]
    assert np.allclose(np.mean(outputs, axis=0), net.forward(theta, X)[0], atol=0.1)


def test_a_tape_of_the_test_leads_back_to_all_of_theta():
    """Where nothing of the batch is in μ and σ, the slope is that of plain arithmetic."""
    net = Network(3, 5, 2, batch_norm=True, activation="tanh")
    X, rng = np.random.default_rng(1).normal(size=(6, 3)), np.random.default_rng(2)
    theta = net.initialise(seed=4) + 0.1 * rng.normal(size=net.size)
    net.running = [(rng.normal(size=5), 1 + rng.random(5))]
    dz = rng.normal(size=(6, 2))
    _, tape = net.forward(theta, X)
    numeric = gradients.gradient(lambda t: np.sum(dz * net.forward(t, X)[0]), theta)
    np.testing.assert_allclose(net.backward(dz, tape), numeric, atol=1e-8)


def test_a_network_too_large_to_be_made_knows_its_size():
    assert Network(10**10, 10**10).size == 10**20 + 10**10


def test_batch_normalisation_uses_the_batch_in_training_and_running_means_at_test():
    net = Network(3, 4, 2, batch_norm=True)
    X, y = RNG.normal(5, 3, (500, 3)), np.zeros(500, int)
    theta = net.initialise()
    z, *_ = net.flow(theta, X, y)[0]
    assert np.allclose(z.mean(0), 0) and np.allclose(z.std(0), 1, atol=1e-3)
    for _ in range(200):
        net.loss_and_gradient(theta, X, y)
    raw = X @ net.named(theta)["W1"]
    mean, var = net.running[0]
    assert np.allclose(mean, raw.mean(0)) and np.allclose(var, raw.var(0, ddof=1))
    one_by_one = np.concatenate([net.predict(theta, row[None]) for row in X])
    assert np.allclose(one_by_one, net.predict(theta, X))


def test_the_running_means_follow_by_a_tenth():
    net = Network(1, 1, 1, batch_norm=True, loss="mse", activation="identity")
    theta = net.initialise(1.0)
    w = net.named(theta)["W1"][0, 0]
    net.loss_and_gradient(theta, [[1.0], [3.0]], [[0.0], [0.0]])
    assert np.allclose(net.running[0], [[0.1 * 2 * w], [0.9 + 0.1 * 2 * w**2]])  # unbiased variance, as PyTorch


# starting values


@given(seed=st.integers(0, 20))
def test_the_variance_of_the_weights(seed):
    net = Network(300, 200, 100)
    for init, variance in (("he", 2 / 300), ("xavier", 2 / 500), (0.3, 0.09)):
        W = net.named(net.initialise(init, seed))["W1"]
        assert np.isclose(W.var(), variance, rtol=0.03) and abs(W.mean()) < 0.01 * np.sqrt(variance) * 3


@pytest.mark.parametrize(
    "init, activation, expected",
    [
        ("he", "relu", {1: 1, 5: 1.01, 10: 1.03, 50: 0.82}),
        ("xavier", "relu", {1: 0.71, 5: 0.17, 10: 0.031, 50: 2e-8}),
        ("xavier", "tanh", {1: 0.63, 5: 0.32, 10: 0.22, 50: 0.096}),
        (0.01, "tanh", {1: 0.2, 5: 6e-4, 10: 3e-7, 50: 5e-33}),
    ],
)
def test_signals_through_depth(init, activation, expected):
    net = Network(*[512] * 51, 1, activation=activation, loss="mse")
    X = np.random.default_rng(1).standard_normal((64, 512))
    tape = net.forward(net.initialise(init), X)[1]
    for depth, rms in expected.items():
        assert np.isclose(np.sqrt(np.mean(tape[depth - 1][3] ** 2)), rms, rtol=0.12 if depth < 50 else 0.8)


# training


@given(n=st.integers(1, 50), size=st.integers(1, 60), seed=st.integers(0, 9))
def test_minibatches_show_every_example_once(n, size, seed):
    batches = list(minibatches(n, size, np.random.default_rng(seed)))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert {len(b) for b in batches[:-1]} <= {size} and 1 <= len(batches[-1]) <= size


@pytest.mark.parametrize("step", [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw])
def test_every_optimizer_trains_it(step):
    X, y = two_moons(100)
    net = Network(2, 8, 2, activation="tanh")
    *_, last = train(net, net.initialise("xavier"), X, y, step, lr=0.05, epochs=60, batch_size=20)
    assert last.loss < 0.4 and net.accuracy(last.theta, X, y) > 0.85


def test_full_batch_training_is_the_loop_written_out():
    net = Network(1, 4, 1, activation="tanh", loss="mse")
    x = np.linspace(-1, 1, 9)[:, None]
    theta, losses = net.initialise("xavier"), []
    for _ in range(5):
        loss, g = net.loss_and_gradient(theta, x, x**2)
        theta, losses = theta - 0.3 * g, [*losses, loss]
    epochs = list(train(net, net.initialise("xavier"), x, x**2, gradient_descent, lr=0.3, epochs=5))
    assert np.allclose([e.loss for e in epochs], losses, rtol=1e-13)
    assert np.allclose(epochs[-1].theta, theta) and np.allclose(epochs[-1].gradient, g)


def test_the_loss_curve_is_pytorch_s():
    # PyTorch 2.13.0, in benchmarks/: python -c "from networks import torch_curve as c; print(c()[[0, 9, 99, 999]])"
    theirs = [0.24341873847541898, 0.09370123614690325, 0.08906310569647187, 0.0018070817018577933]
    net = Network(1, 16, 16, 1, activation="tanh", loss="mse")
    x = np.linspace(-1, 1, 100)[:, None]
    losses = [e.loss for e in train(net, net.initialise("xavier"), x, x**2, gradient_descent, lr=0.1, epochs=1000)]
    assert np.allclose([losses[k] for k in (0, 9, 99, 999)], theirs, rtol=0, atol=1e-10)


def test_a_square_is_learned_to_a_thousandth():
    net = Network(1, 16, 16, 1, activation="tanh", loss="mse")
    x = np.linspace(-1, 1, 100)[:, None]
    *_, last = train(net, net.initialise("xavier"), x, x**2, adam, lr=0.01, epochs=300)
    assert last.loss < 1e-3 and np.isclose(net.loss(last.theta, x, x**2), last.loss, rtol=0.1)


def test_two_moons_are_told_apart():
    (X, y), (X_test, y_test) = two_moons(300, seed=1), two_moons(300, seed=2)
    net = Network(2, 16, 2, activation="tanh")
    *_, last = train(net, net.initialise("xavier"), X, y, adam, lr=0.03, epochs=60, batch_size=30)
    assert net.accuracy(last.theta, X_test, y_test) > 0.97


def test_a_plain_network_reads_digits():
    accuracies = []
    for seed in range(3):
        (X, y), test = split(*digits(), 0.8, 0.2, seed=seed, stratify=True)
        net = Network(64, 64, 10)
        *_, last = train(net, net.initialise("he", seed), X, y, adam, lr=1e-3, epochs=30, batch_size=64, seed=seed)
        accuracies.append(net.accuracy(last.theta, *test))
    assert np.isclose(np.mean(accuracies), 0.965, atol=0.012)  # 96.50 ± 0.51 over ten seeds


def test_a_schedule_clipping_and_augmentation_take_part():
    X, y = two_moons(40)
    net, seen = Network(2, 4, 2), []

    def spy(theta, g, *, lr):
        seen.append((lr, np.linalg.norm(g)))
        return theta - lr * g

    def louder(X, rng):
        return X * rng.uniform(5, 9)

    list(train(net, net.initialise(), X, y, spy, lr=cosine_annealing(0.1, steps=8), epochs=2, batch_size=10, clip=0.01))
    assert np.allclose([lr for lr, _ in seen], [cosine_annealing(0.1, steps=8)(t) for t in range(8)])
    assert max(norm for _, norm in seen) <= 0.01 * (1 + 1e-12)
    (plain,), (changed,) = (
        train(net, net.initialise(), X, y, gradient_descent, lr=0.1, epochs=1, augment=a) for a in (None, louder)
    )
    assert plain.loss != changed.loss


def test_training_comes_from_its_seed():
    X, y = two_moons(50)
    net = Network(2, 4, 2, dropout=0.2)
    theta, knobs = net.initialise(), {"lr": 0.1, "epochs": 3, "batch_size": 8}
    runs = [[e.loss for e in train(net, theta, X, y, adam, seed=seed, **knobs)] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_divergence_is_a_result():
    x = np.linspace(-1, 1, 20)[:, None]
    net = Network(1, 8, 8, 1, activation="identity", loss="mse")
    *_, last = train(net, net.initialise(), x, x**2, gradient_descent, lr=10, epochs=20)
    assert not np.isfinite(last.loss)
    assert np.isnan(net.predict(last.theta, x)).any() and not np.isfinite(net.loss(last.theta, x, x**2))


# bad input

NET, THETA = Network(2, 3, 2), Network(2, 3, 2).initialise()
X, Y = np.ones((4, 2)), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: Network(3), ValueError, "sizes is"),
        (lambda: Network(3, 0), ValueError, "sizes is"),
        (lambda: Network(3, 2.5), TypeError, "sizes is"),
        (lambda: Network(3, 2, activation="gelu"), ValueError, "activation is"),
        (lambda: Network(3, 2, loss="mae"), ValueError, "loss is"),
        (lambda: Network(3, 2, dropout=1), ValueError, "dropout is"),
        (lambda: Network(3, 2, smoothing=-0.1), ValueError, "smoothing is"),
        (lambda: Network(3, 2, smoothing=1), ValueError, "smoothing is 1: "),
        (lambda: Network(3, 2, loss="mse", smoothing=0.1), ValueError, "smoothing is 0.1: 0 would do"),
        (lambda: NET.initialise("lecun"), ValueError, "init is"),
        (lambda: NET.initialise(-1), ValueError, "init is"),
        (lambda: NET.initialise(None), TypeError, "init is"),
        (lambda: NET.initialise(seed=1.5), TypeError, "seed is"),
        (lambda: NET.named(THETA[:-1]), ValueError, "theta has shape"),
        (lambda: NET.predict("x", X), TypeError, "theta is"),
        (lambda: NET.predict(THETA, X[0]), ValueError, "X has shape"),
        (lambda: NET.predict(THETA, X[:0]), ValueError, "X has shape"),
        (lambda: NET.loss(THETA, X[:, :1], Y), ValueError, "X has shape"),
        (lambda: NET.loss(THETA, X, Y[:3]), ValueError, "y is"),
        (lambda: NET.loss(THETA, X, Y + 1), ValueError, "y is"),
        (lambda: NET.loss(THETA, X, Y - 1), ValueError, "y is"),
        (lambda: NET.loss(THETA, X, Y / 2), ValueError, "y is"),
        (lambda: NET.input_gradient(THETA, X, np.ones(2)), ValueError, "dz has shape"),
        (lambda: Network(2, 3, 1, loss="mse").loss(np.zeros(13), X, Y), ValueError, "y has shape"),
        (lambda: Network(2, 3, 2, dropout=0.5).loss_and_gradient(THETA, X, Y), TypeError, "rng is None"),
        (lambda: Network(2, 3, 2, dropout=0.5).flow(THETA, X, Y, rng=3), TypeError, "rng is 3"),
        (lambda: Network(2, 3, 2, batch_norm=True).loss_and_gradient(np.ones(23), X[:1], Y[:1]), ValueError, "1 row"),
        (lambda: minibatches(0, 2, RNG), ValueError, "n is"),
        (lambda: minibatches(5, 0, RNG), ValueError, "size is"),
        (lambda: minibatches(5, 2, 0), TypeError, "rng is"),
        (lambda: list(train(NET, THETA, X, Y, "adam", lr=1, epochs=1)), TypeError, "step is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=-1, epochs=1)), ValueError, "lr is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=0)), ValueError, "epochs is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=1, batch_size=0)), ValueError, "batch_size is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=1, clip=0)), ValueError, "clip is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=1, beta1=1)), ValueError, "beta1 is"),
        (lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=1, augment=3)), TypeError, "augment is"),
        (
            lambda: list(train(NET, THETA, X, Y, adam, lr=1, epochs=1, augment=lambda X, _: X[1:])),
            ValueError,
            "augment",
        ),
        (lambda: list(train(NET, THETA, X, Y * np.nan, adam, lr=1, epochs=1)), ValueError, "y is"),
        (lambda: list(train(NET, THETA, X * np.nan, Y, adam, lr=1, epochs=1)), ValueError, "X is"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_training_looks_at_what_it_is_given_before_it_begins():
    with pytest.raises(ValueError, match="epochs is -2"):
        train(NET, THETA, X, Y, adam, lr=1, epochs=-2)


def test_a_step_that_works_in_place_spoils_neither_start_nor_epochs():
    def in_place(x, g, *, lr):
        x -= lr * g
        return x

    net, (X, y) = Network(2, 3, 2), (np.eye(2), np.array([0, 1]))
    start = net.initialise()
    kept = start.copy()
    epochs = [list(train(net, start, X, y, step, epochs=3, lr=0.5)) for step in (in_place, gradient_descent)]
    assert np.array_equal(start, kept)
    for one, other in zip(*epochs, strict=True):
        np.testing.assert_array_equal(one.theta, other.theta)


def test_an_augment_that_works_in_place_leaves_the_images_alone():
    net, X = Network(2, 2), np.ones((4, 2))

    def doubling(X, rng):
        X *= 2
        return X

    losses = [
        e.loss
        for e in train(net, net.initialise(), X, [0, 1, 0, 1], gradient_descent, epochs=3, lr=0, augment=doubling)
    ]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-12)


@pytest.mark.parametrize(
    ("said", "given"),
    [("the new theta is None", {"step": lambda x, g, lr: None}), ("lr is -1.0", {"lr": lambda t: -1.0 if t else 0.1})],
)
def test_what_comes_later_is_looked_at_too(said, given):
    net = Network(2, 2)
    with pytest.raises((TypeError, ValueError), match=said):
        list(
            train(
                net, net.initialise(), np.eye(2), [0, 1], **{"step": gradient_descent, "epochs": 3, "lr": 0.1, **given}
            )
        )


def test_accuracy_counts_labels_whatever_the_loss():
    net = Network(2, 3, loss="mse")
    theta = np.append(np.eye(2, 3).ravel(), np.zeros(3))
    assert net.accuracy(theta, np.eye(2), [0, 1]) == 1
    assert net.accuracy(theta, np.eye(2), [0, 2]) == 0.5
    for wrong in (np.eye(2, 3), [0, 3], [0.0, 1.0]):
        with pytest.raises(ValueError, match="2 whole labels from 0 to 2 would do"):
            net.accuracy(theta, np.eye(2), wrong)


def test_a_prediction_is_the_outputs_or_for_classes_their_probabilities():
    theta, X = np.append(np.eye(2, 3).ravel(), np.zeros(3)), np.log([[2.0, 5.0]])
    assert np.allclose(Network(2, 3, loss="mse").predict(theta, X), np.append(X, [[0]], axis=1))
    for loss in ("cross_entropy", layers.softmax_cross_entropy):
        assert np.allclose(Network(2, 3, loss=loss).predict(theta, X), [[2 / 8, 5 / 8, 1 / 8]])


@pytest.mark.parametrize("name", ["theta", "X"])
def test_complex_numbers_are_refused(name):
    net = Network(2, 2)
    given = {"theta": net.initialise(), "X": np.eye(2)}
    with pytest.raises(TypeError, match="real numbers would do"):
        net.predict(**{**given, name: 1j * given[name]})


def test_a_forward_pass_takes_lists_and_names_what_is_wrong():
    net = Network(2, 3, 2, dropout=0.5)
    theta = net.initialise()
    outputs, tape = net.forward(theta, [[1, 2]])
    assert outputs.shape == (1, 2) and len(tape) == 2
    assert np.isinf(net.forward(1e200 * theta, 1e200 * np.ones((1, 2)))[0]).any()  # a result, without a warning
    for said, wrong in {
        "X has shape": lambda: net.forward(theta, [1, 2]),
        "theta has shape": lambda: net.forward(theta[1:], [[1, 2]]),
        "rng is None": lambda: net.forward(theta, [[1, 2]], train=True),
    }.items():
        with pytest.raises((TypeError, ValueError), match=said):
            wrong()
