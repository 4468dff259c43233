"""The story: what the run does, that it does so everywhere, and what mends it."""

import numpy as np
import pytest

from calclib import gradients
from calclib.data import digits
from calclib.diagnostics import diagnose, gradient_check
from calclib.story import Reader, story_run

X, Y = (part[:400] for part in digits())
RUN = story_run()


def end(**knobs):
    """The epoch in which a run ends, None if it does not."""
    losses = story_run(**knobs).losses
    return None if np.isfinite(losses[-1]) else len(losses)


def test_it_trains_well_for_four_epochs_and_is_gone_in_the_fifth():
    assert RUN.losses.round(1).tolist()[:4] == [2.2, 2.1, 1.8, 1.6]
    assert len(RUN.losses) == 5 and np.isnan(RUN.losses[4])
    assert diagnose(RUN.losses).verdict == "diverged"


def test_up_to_then_it_was_learning():
    labels = RUN.net.predict(RUN.thetas[80], X).argmax(axis=1)
    assert np.mean(labels == Y) > 0.4  # guessing: 0.1


def test_a_smaller_rate_delays_the_end_and_only_a_much_smaller_one_avoids_it():
    assert [end(lr=lr, epochs=20) for lr in (0.2, 0.175, 0.225)] == [8, 19, 15]
    assert end(lr=0.125, epochs=45) == 40
    assert end(lr=0.05, epochs=60) is None


def test_a_larger_rate_brings_it_forward_or_leaves_it():
    assert [end(lr=lr) for lr in (0.3, 0.5, 1.0)] == [4, 5, 1]


def test_shallow_is_safe_and_deep_is_not():
    assert [end(depth=depth, epochs=12) for depth in (1, 2, 4, 8)] == [None] * 4
    assert [end(depth=depth) for depth in (16, 32, 64)] == [5, 3, 7]


def test_the_same_weights_grow_until_the_gradient_grows_on_its_way_back():
    def growth(step):
        return np.abs(np.linalg.eigvals(RUN.net.named(RUN.thetas[step])["Wh1"])).max()

    assert growth(0) < 1.05 and 1.3 < growth(80) < 1.5
    first, *_, last = [np.linalg.norm(dz) for *_, dz in RUN.net.flow(RUN.thetas[84], X, Y)[:-1]]
    assert first > 30 * last
    first, *_, last = [np.linalg.norm(dz) for *_, dz in RUN.net.flow(RUN.thetas[0], X, Y)[:-1]]
    assert first < last / 30  # at the start it dies on its way instead
    assert np.median(RUN.norms[:60]) < 1 and RUN.norms[84] > 500 and RUN.norms[85] > 1e10


def test_clipping_mends_it():
    mended = story_run(clip=1.0, epochs=40)
    assert mended.losses[-5:].max() < 0.4 and len(mended.losses) == 40
    assert mended.norms.max() > 1  # before clipping


def test_a_residual_connection_mends_it_and_learns_more_slowly():
    losses = story_run(residual=True, epochs=40).losses
    assert len(losses) == 40 and 0.5 < losses[-1] < 1.2


def test_smaller_starting_weights_delay_the_end_and_larger_ones_hasten_it():
    assert end(init="he") == 1 and end(init=0.15, epochs=30) == 24


@pytest.mark.parametrize("knobs", [{}, {"lr": 0.2}, {"depth": 32}])
def test_it_does_not_hinge_on_rounding(knobs, monkeypatch):
    plain, start = story_run(**knobs).losses, Reader.initialise

    def nudged(self, init, seed):
        # Relative, for a bias of 0 is 0 on every machine, and before blank paper a nudge of it would pass the kink.
        return start(self, init, seed) * (1 + 1e-12 * np.random.default_rng(1).standard_normal(self.size))

    monkeypatch.setattr(Reader, "initialise", nudged)
    assert np.array_equal(story_run(**knobs).losses.round(6), plain.round(6), equal_nan=True)


@pytest.mark.parametrize("knobs", [{}, {"lr": 0.2}, {"depth": 32}])
def test_nor_on_the_order_of_sums(knobs, monkeypatch):
    plain, forward, backward = story_run(**knobs).losses, Reader._forward, Reader.backward

    def upside_down(self, theta, X, **kind):
        scores, tape = forward(self, theta, X[::-1], **kind)
        return scores[::-1], tape

    monkeypatch.setattr(Reader, "_forward", upside_down)
    monkeypatch.setattr(Reader, "backward", lambda self, dz, tape: backward(self, dz[::-1], tape))
    other = story_run(**knobs).losses
    assert np.array_equal(other.round(6), plain.round(6), equal_nan=True)


@pytest.mark.parametrize("depth", [1, 4, 16])
@pytest.mark.parametrize("knobs", [{}, {"residual": True}, {"activation": "tanh"}])
def test_its_backward_pass_is_the_derivative_of_its_forward_pass(depth, knobs):
    net = Reader(depth, 5, **knobs)
    theta = net.initialise("xavier") + 0.01
    loss, gradient = (lambda t, k=k: net.loss_and_gradient(t, X[:9], Y[:9])[k] for k in (0, 1))
    assert gradient_check(loss, gradient, theta, names=net.named, tol=1e-5).ok


def test_its_flow_is_the_derivative_in_the_bias_step_by_step():
    net = Reader(4, 3, activation="tanh")
    theta = net.initialise("xavier")
    dzs = [dz for *_, dz in net.flow(theta, X[:5], Y[:5])[:-1]]
    loss = lambda t: net.loss_and_gradient(t, X[:5], Y[:5])[0]  # noqa: E731
    b1 = net.named(gradients.gradient(loss, theta))["b1"]
    assert len(dzs) == 4 and np.allclose(sum(dz.sum(axis=0) for dz in dzs), b1, atol=1e-9)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="depth is 3"):
        story_run(depth=3)
    with pytest.raises(ValueError, match="lr is -1"):
        story_run(lr=-1)
    with pytest.raises(ValueError, match="max_norm is 0"):
        story_run(clip=0)
    with pytest.raises(ValueError, match="epochs is 0"):
        story_run(epochs=0)
