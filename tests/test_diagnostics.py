"""The doctor finds what is wrong, names it, and leaves the healthy alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib.data import digits, two_moons
from calclib.diagnostics import diagnose, gradient_check, layer_report
from calclib.networks import Network
from calclib.optimizers import adam, gradient_descent
from calclib.story import Reader
from calclib.training import train

X, Y = two_moons(12, seed=1)
NET = Network(2, 5, 4, 2, activation="tanh")
THETA = NET.initialise("xavier", 3)


def loss(theta):
    return NET.loss_and_gradient(theta, X, Y)[0]


def slope(theta):
    return NET.loss_and_gradient(theta, X, Y)[1]


# the gradient check


@given(seed=st.integers(0, 99), scale=st.sampled_from([1e-6, 1.0, 1e6]))
def test_a_right_gradient_passes_at_any_scale_of_the_loss(seed, scale):
    theta = np.random.default_rng(seed).standard_normal(NET.size)
    assert gradient_check(lambda t: scale * loss(t), lambda t: scale * slope(t), theta).ok
    assert not gradient_check(lambda t: scale * loss(t), lambda t: 1.001 * scale * slope(t), theta).ok


@given(entry=st.integers(0, NET.size - 1), factor=st.sampled_from([0.0, -1.0, 0.5, 2.0, 1.001]))
def test_one_wrong_entry_is_found_by_name(entry, factor):
    wrong = slope(THETA)
    wrong[entry] *= factor
    found = gradient_check(loss, wrong, THETA, names=NET.named)
    parts = NET.named(np.arange(NET.size))
    name, place = next((n, np.argwhere(p == entry)[0]) for n, p in parts.items() if entry in p)
    assert not found.ok and found.worst == f"{name}[{', '.join(map(str, place))}]"
    assert np.isclose(found.error, abs(1 - factor) / max(1, abs(factor)), rtol=1e-4)
    assert np.sum(found.errors > found.tol) == 1 and found.errors.shape == THETA.shape


MISTAKES = {
    "gradients in the wrong order": lambda g: np.roll(g, 3),
    "twice too large": lambda g: 2 * g,
    "1/m lost": lambda g: len(X) * g,
    "sign": lambda g: -g,
    "zeros": lambda g: 0 * g,
    "not a number": lambda g: g * np.nan,
    "infinite": lambda g: g * np.inf,
    "nearly right": lambda g: g * (1 + 1e-4),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_gradient_is_refused(mistake):
    assert not gradient_check(loss, lambda t: mistake(slope(t)), THETA).ok


def test_a_right_gradient_written_differently_passes():
    def backwards(theta):
        return np.stack([slope(theta)[::-1]])[0][::-1] / 3 * 3

    assert gradient_check(loss, backwards, THETA).ok


def test_too_small_a_step_and_a_kink_make_right_gradients_look_wrong():
    assert not gradient_check(loss, slope, THETA, h=1e-12).ok
    kinked = gradient_check(lambda x: np.abs(x).sum(), np.sign, np.array([1.0, 1e-7]))
    assert not kinked.ok and kinked.worst == "x[1]"


def test_a_sample_looks_at_as_many_entries():
    found = gradient_check(loss, slope, THETA, sample=7)
    assert found.ok and np.sum(~np.isnan(found.errors)) == np.sum(~np.isnan(found.numeric)) == 7


def test_any_shape_and_the_verdict_in_words():
    x = np.arange(6.0).reshape(2, 3)
    found = gradient_check(lambda x: np.sum(x**3), lambda x: 3 * x**2, x)
    assert found.ok and found.errors.shape == (2, 3) and str(found).startswith("right: ")
    wrong = 3 * x**2
    wrong[1, 2] = 70
    assert str(gradient_check(lambda x: np.sum(x**3), wrong, x)) == (
        "wrong: the largest relative error is 6.7e-02, at x[1, 2] (70 against 75 by differences); allowed is 1e-06"
    )


def test_a_zero_gradient_where_the_loss_is_flat_passes():
    for height in (0.0, 5.0):
        assert gradient_check(lambda x: height, lambda x: np.zeros(3), np.ones(3)).ok  # noqa: B023


# layers


def report(init, activation, depth=20, width=64, **knobs):
    data, labels = digits()
    net = Network(64, *[width] * depth, 10, activation=activation, **knobs)
    return layer_report(net, net.initialise(init), data[:200] - data[:200].mean(0), labels[:200])


def verdicts(*args, **knobs):
    return {layer.verdict for layer in report(*args, **knobs)}


def test_layers_started_well_are_healthy():
    assert verdicts("he", "relu") == {"healthy"}
    assert verdicts("xavier", "tanh") == {"healthy"}


def test_small_weights_vanish_and_large_ones_explode():
    assert "vanishing" in verdicts(0.02, "tanh") and "exploding" in verdicts(1.0, "identity")
    assert "vanishing" in verdicts("xavier", "sigmoid")
    assert verdicts(0.02, "tanh", residual=True) == {"healthy"}
    assert verdicts(1.0, "identity", batch_norm=True) == {"healthy"}


def test_overflow_is_an_explosion():
    assert report(1e30, "relu")[-1].verdict == "exploding"


@given(dead=st.integers(0, 9))
def test_dead_units_are_counted(dead):
    net = Network(2, 9, 2)
    theta = net.initialise("he", 1)
    net.named(theta)["W1"][:] = 1
    net.named(theta)["b1"][:] = np.where(np.arange(9) < dead, -100, 100)
    first, last = layer_report(net, theta, X, Y)
    assert np.isclose(first.dead, dead / 9) and last.dead == 0
    assert (first.verdict == "dead units") == (dead > 4)


def test_a_report_holds_the_norms_of_the_gradient():
    parts = NET.named(slope(THETA))
    norms = [layer.gradient for layer in layer_report(NET, THETA, X, Y)]
    assert np.allclose(norms, [np.linalg.norm(parts[f"W{k}"]) for k in (1, 2, 3)])
    assert [layer.layer for layer in layer_report(NET, THETA, X, Y)] == [1, 2, 3]


# histories

T = np.arange(40)
FALLING = 2.3 * np.exp(-T / 8)


@pytest.mark.parametrize(
    "losses, validation, verdict, evidence",
    [
        (FALLING, None, "healthy", "from 2.3 to 0.0176"),
        (FALLING, FALLING + 0.1, "healthy", "from 2.3"),
        ([2.3, 1.8, 1.5, 1.2, np.inf], None, "diverged", "inf in epoch 5"),
        ([2.3, 1.8, np.nan, np.nan], None, "diverged", "nan in epoch 3"),
        (2.3 * 1.1**T, None, "diverged", "ends at"),
        (FALLING, 0.5 + 0.02 * np.abs(T - 10), "over-fitting", "epoch 11"),
        (1.5 + (-1.0) ** T, None, "oscillating", "rose by"),
        (2.3 - 0.002 * T, None, "too slow", "still falling"),
        (2.3 * 0.99**T, None, "too slow", "still falling"),
        (2.3 + 0 * T, None, "stuck", "came to 2.3"),
        (2.0 + 0.3 * np.exp(-T), None, "stuck", "came to 2"),
    ],
)
def test_histories_are_read(losses, validation, verdict, evidence):
    found = diagnose(losses, validation)
    assert found.verdict == verdict and evidence in found.evidence and str(found).startswith(verdict)


def test_a_run_that_starts_far_above_guessing_and_comes_down_to_it_has_learned_nothing():
    losses = [1e6, 2.31, 2.3, 2.31, 2.3, 2.31]
    assert diagnose(losses).verdict == "healthy"
    assert diagnose(losses, guessing=np.log(10)).verdict == "stuck"
    assert diagnose(FALLING, guessing=np.log(10)).verdict == "healthy"


def test_a_slow_start_that_still_falls_steadily_is_slow_and_not_stuck():
    assert diagnose(2.2 + 0.7 * np.exp(-T / 12)).verdict == "too slow"
    assert diagnose(2.2 + 0.7 * np.exp(-T / 12) + 0.01 * (-1.0) ** T).verdict == "stuck"


def fit(seed, *, init="xavier", step=adam, lr=0.03, scale=1, epochs=40, activation="tanh"):
    X, y = two_moons(100, seed=seed)
    net = Network(2, 12, 12, 2, activation=activation)
    theta = net.initialise(init, seed)
    return [e.loss for e in train(net, theta, scale * X, y, step, lr=lr, epochs=epochs, batch_size=25)]


@pytest.mark.parametrize("seed", range(20))
def test_healthy_runs_are_called_healthy(seed):
    assert diagnose(fit(seed)).verdict == "healthy"
    assert diagnose(fit(seed, activation="relu", init="he")).verdict == "healthy"


@pytest.mark.parametrize("seed", range(5))
def test_sick_runs_are_not(seed):
    assert diagnose(fit(seed, lr=1e-4)).verdict == "too slow"
    assert diagnose(fit(seed, init=1e-4, step=gradient_descent)).verdict == "stuck"
    assert diagnose(fit(seed, step=gradient_descent, lr=50, activation="identity", scale=10)).verdict in (
        "diverged",
        "oscillating",
    )


# bad input


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: gradient_check(3, slope, THETA), TypeError, "loss is"),
        (lambda: gradient_check(loss, slope(THETA)[1:], THETA), ValueError, "gradient has shape"),
        (lambda: gradient_check(loss, "x", THETA), TypeError, "gradient is"),
        (lambda: gradient_check(loss, slope, THETA * np.nan), ValueError, "x is"),
        (lambda: gradient_check(loss, slope, THETA, tol=0), ValueError, "tol is"),
        (lambda: gradient_check(loss, slope, THETA, h=-1), ValueError, "h is"),
        (lambda: gradient_check(loss, slope, THETA, sample=0), ValueError, "sample is"),
        (lambda: gradient_check(loss, slope, THETA, names=3), TypeError, "names is"),
        (lambda: gradient_check(np.square, slope, THETA), ValueError, "loss.x. has shape .*: one number would do"),
        (lambda: gradient_check(loss, slope, THETA, sample=1, seed=-1), ValueError, "seed is -1"),
        (
            lambda: layer_report(Reader(4), Reader(4).initialise(), np.ones((2, 64)), [0, 1]),
            ValueError,
            "net has 3 matrices W for 5 layers",
        ),
        (lambda: layer_report(NET, THETA, X, Y, factor=-1), ValueError, "factor is"),
        (lambda: layer_report(NET, THETA[1:], X, Y), ValueError, "theta has shape"),
        (lambda: diagnose([1, 2, 3]), ValueError, "losses has shape"),
        (lambda: diagnose("falling"), TypeError, "losses is"),
        (lambda: diagnose(FALLING, FALLING[1:]), ValueError, "validation has shape"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_validation_loss_that_is_lost_is_seen():
    assert diagnose([4, 3, 2, 1], [np.nan, 1, 2, 5]).verdict == "over-fitting"
    for lost in (np.nan, np.inf):
        found = diagnose([4, 3, 2, 1], [2, 1, 2, lost])
        assert (found.verdict, found.evidence) == ("diverged", f"the validation loss ends at {lost}")


def test_what_comes_back_is_measured_by_the_last_layer():
    net = Network(1, 1, 1, 1, activation="identity", loss="mse")
    theta = np.array([1.0, 0, 0.1, 0, 100, 0])  # W and b, layer by layer: ∂z is 100 times the last, then 10 times
    reports = layer_report(net, theta, np.ones((2, 1)), np.zeros((2, 1)), factor=50)
    assert [report.verdict for report in reports] == ["healthy", "exploding", "healthy"]


def test_a_loss_that_goes_up_and_down_for_ever_oscillates():
    assert diagnose([2.3, 2, 2.2, 2, 2.2, 2]).verdict == "oscillating"


@pytest.mark.parametrize(
    ("said", "losses", "given"),
    [
        ("losses falls to -1.8", [-1, -1.5, -1.6, -1.8], {}),
        ("validation falls to -1", [4, 3, 2, 1], {"validation": [1, 0, 0, -1]}),
        ("losses is .*: real numbers would do", [1j, 1, 1, 1], {}),
        ("guessing is 'a'", [4, 3, 2, 1], {"guessing": "a"}),
        ("guessing is nan", [4, 3, 2, 1], {"guessing": np.nan}),
    ],
)
def test_what_is_no_history_of_losses_is_named(said, losses, given):
    with pytest.raises((TypeError, ValueError), match=said):
        diagnose(losses, **given)


def test_a_large_step_does_not_hide_a_wrong_gradient():
    found = gradient_check(lambda x: 1e6 + 1e-2 * x[0], lambda x: np.zeros(1), [1.0], h=0.1)
    assert not found.ok
    assert found.numeric == pytest.approx([1e-2], rel=1e-3)


def test_a_loss_that_overflows_is_checked_without_a_warning():
    assert not gradient_check(lambda x: np.exp(x).sum(), np.exp, [1000.0]).ok


def test_a_report_shows_the_gradients_of_the_pass_it_reports_and_changes_nothing():
    net = Network(3, 50, 50, 2, dropout=0.5, batch_norm=True)
    theta, X, y = net.initialise(), np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    before = net.predict(theta, X)
    reports = layer_report(net, theta, X, y, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(net.predict(theta, X), before)
    _, g = net.loss_and_gradient(theta, X, y, np.random.default_rng(1))
    for report in reports:
        assert report.gradient == pytest.approx(np.linalg.norm(net.named(g)[f"W{report.layer}"]))
    assert net.flow(theta, X, y, np.random.default_rng(1))[0][2].std() == pytest.approx(reports[0].delta, rel=0.2)


def test_a_gradient_that_is_no_number_is_not_healthy():
    theta = NET.initialise(seed=1)
    NET.named(theta)[f"b{len(NET.sizes) - 1}"][:] = np.nan
    assert {report.verdict for report in layer_report(NET, theta, X, Y)} == {"exploding"}


def test_an_entry_that_names_leave_out_is_told_by_its_place():
    wrong = np.array([1.0, 5.0])
    assert gradient_check(np.sum, wrong, [3.0, 1.0], names=lambda t: {"a": t[:1]}).worst == "x[1]"


def test_the_largest_losses_are_read_without_a_warning():
    assert diagnose([1e308] * 4).verdict == "stuck"


def test_a_report_on_inputs_that_are_all_zero_is_a_report():
    net = Network(3, 4, 2)
    assert len(layer_report(net, net.initialise(), np.zeros((5, 3)), [0, 1, 0, 1, 0])) == 2
