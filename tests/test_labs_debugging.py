"""Lesson 09's live figures: what they draw and say is held to exact passes, to theory and to real runs."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from calclib import clinic, gradients
from calclib.labs import clinic as runs
from calclib.labs import debugging as figure
from calclib.layers import ACTIVATIONS
from calclib.networks import Network
from calclib.story import story_run


def numbers(sentence):
    plain = sentence.replace("−", "-").replace(",", "")
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


def to_both_ends(live):
    for name, control in live.controls.items():
        if control.kind == "training":
            continue
        for value in (control.values[0], control.values[-1], control.values[control.start]):
            live.move(**{name: value})
            assert not live.error, live.error
            assert live.status and live.stage.way == "svg"


# --- one pass


@pytest.mark.parametrize("phi", ["sigmoid", "tanh", "identity"])
def test_the_bars_are_the_derivative_of_the_loss(phi):
    """∂loss/∂z summed over the batch is ∂loss/∂b, by central differences in the first layer's biases."""
    X, y = figure.some_digits()
    net = Network(64, 64, 64, 10, activation=phi)
    theta = net.initialise(1.5 / 8, 0)
    place, _ = net.places[0][1]

    def loss(b):
        moved = theta.copy()
        moved[place] = b
        return net.loss(moved, X, y)

    slopes = gradients.gradient(loss, theta[place])
    dz = net.flow(theta, X, y)[0][2]
    assert np.allclose(dz.sum(axis=0), slopes, atol=1e-8)
    assert figure.sizes(phi, 1.5, 2)[1][0] == pytest.approx(np.sqrt((dz**2).mean()))


@pytest.mark.parametrize("phi", figure.PHI)
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_theory_foretells_the_growth_per_layer(phi, scale):
    h, dz = figure.sizes(phi, scale, 30)
    ahead, back = figure.theory(phi, scale, 30)
    measured = (dz[0] / dz[-1]) ** (1 / 29)
    assert measured == pytest.approx(np.exp(np.log(back[:-1]).mean()), rel=0.04)
    assert np.abs(np.log(h / ahead)).max() < 1.2  # wide layers on average; 30 of 64 units add up their chances


def test_theory_is_the_mean_over_many_samples():
    z = 1.3 * np.random.default_rng(0).standard_normal(400_000)
    for phi, (f, slope) in ACTIVATIONS.items():
        ahead, back = figure.theory(phi, 1.3, 1)
        assert ahead[0] == pytest.approx(np.sqrt(np.mean(f(z) ** 2)), rel=0.01)
        assert back[0] == pytest.approx(1.3 * np.sqrt(np.mean(slope(z, f(z)).astype(float) ** 2)), rel=0.01)


def test_known_growths():
    assert np.allclose(figure.theory("relu", np.sqrt(2), 50)[1], 1)
    assert np.allclose(figure.theory("identity", 0.9, 9)[1], 0.9)
    assert (figure.theory("sigmoid", 4.0, 20)[1] < 0.7).all()  # and not 4 · 0.25
    assert (figure.theory("tanh", 1.0, 50)[1] < 1).all()


def test_the_flow_tells_what_it_draws():
    live = figure.flow()
    to_both_ends(live)
    for phi, scale, depth in (("tanh", 2.0, 50), ("relu", 0.3, 10), ("identity", 6.0, 50)):
        status = live.move(phi=phi, scale=scale, depth=depth).status
        dz = figure.sizes(phi, scale, depth)[1]
        *_, ratio, each, told = numbers(status)
        assert ratio == pytest.approx(dz[0] / dz[-1], rel=0.006)
        assert each ** (depth - 1) == pytest.approx(ratio, rel=0.2) and told == pytest.approx(each, rel=0.1)
        word = "explodes" if ratio > 1e3 else "vanishes" if ratio < 1e-3 else "arrives"
        assert status.endswith(f"it {word}.")
    assert "gets all of the gradient" in live.move(depth=1).status


def test_no_bar_hides_the_word_theory():
    live = figure.flow()
    for phi, scale in (("relu", 6.0), ("sigmoid", 0.1)):
        live.move(phi=phi, scale=scale, depth=50)
        h, dz = figure.sizes(phi, scale, 50)
        for ax, heights in zip(live.stage.figure.axes, (h, figure.relative(dz)), strict=True):
            left, right = ax.texts[0].get_position()[0] - 8, min(50, ax.texts[0].get_position()[0] + 12)
            assert heights[int(left) : int(right)].max() < 1e16


def test_lengths_of_the_story_are_drawn_as_they_are():
    """Every finite gradient lies inside the axes, the last ones too."""
    norms = figure.story_norms()
    for live, panel in ((runs.through_time(), 1), (figure.clipping(), 1), (runs.mended(), 1)):
        ax = live.stage.figure.axes[panel]
        low, high = ax.get_ylim()
        drawn = ax.lines[0].get_ydata()
        assert np.array_equal(drawn[np.isfinite(drawn)], norms) and low < norms.min() and norms.max() < high / 10


def test_bars_stand_on_one_and_end_at_the_axis():
    axes = Figure().subplots()
    points = figure.bars(axes, np.array([4.0, 0.25, 0.0, np.inf, np.nan]), "k", 1e-3, 1e3).get_path().vertices
    assert points.shape == (25, 2)
    assert [points[5 * k, 1] for k in range(5)] == [1] * 5
    assert [points[5 * k + 1, 1] for k in range(5)] == [4, 0.25, 1e-3, 1e3, 1e3]


def test_signals_keep_their_size_by_he_and_are_lost_by_small_numbers():
    live = figure.signals()
    to_both_ends(live)
    kept = numbers(live.move(start="He", phi="relu").status)
    lost = numbers(live.move(start="N(0, 0.01²)", phi="tanh").status)
    assert 0.5 < kept[2] / kept[0] < 2 and lost[2] == pytest.approx(lost[0] * (0.01 * np.sqrt(200)) ** 19, rel=0.5)


def test_the_learners_own_start_is_drawn_and_a_broken_one_is_told():
    live = figure.signals({"mine": lambda n, m: (2 / n) ** 0.5, "zero": lambda n, m: 0, "none": lambda n, m: None})
    assert not live.error
    assert "above 0" in live.move(start="zero").error
    assert "Not drawn" in live.move(start="none").error
    assert not live.move(start="mine").error


def test_remedies_carry_the_gradient():
    live = figure.remedies()
    to_both_ends(live)
    assert live.move(scale=0.5).status.endswith("it vanishes.")
    for way in ({"residual": True}, {"batch_norm": True}, {"residual": True, "batch_norm": True}):
        status = live.move(**({"residual": False, "batch_norm": False} | way)).status
        assert status.endswith("it arrives.") and "with neither" not in status


# --- clipping


def test_by_norm_nothing_turns_and_by_component_it_does():
    live = figure.clipping()
    to_both_ends(live)
    norms = figure.story_norms()
    for limit in (0.1, 1.0, 2.0, 20.0):
        limit = live.move(limit=limit).values["limit"]
        told = numbers(live.status)
        single = np.clip([4, 1.2], -limit, limit)
        turned = np.degrees(abs(np.arctan2(1.2, 4) - np.arctan2(single[1], single[0])))
        assert told[1] == 0 and told[2] == pytest.approx(turned, abs=0.051)
        assert told[3:] == [np.sum(norms > limit), len(norms)]


@pytest.mark.parametrize("gradient", [(0, 0), (1, 2, 3), (np.nan, 1), "g"])
def test_what_is_no_gradient_gets_a_sentence(gradient):
    with pytest.raises((ValueError, TypeError), match="gradient"):
        figure.clipping(gradient)


# --- whole runs


def test_through_time_tells_the_flow_of_the_story():
    run, live = story_run(), runs.through_time()
    to_both_ends(live)
    X, y = clinic.PATIENTS[8].images(0)
    for step in (0, 84):
        deltas = [dz for *_, dz in run.net.flow(run.thetas[step], X, y)[:-1]]
        told = numbers(live.move(step=step).status)
        assert told[0] == step and told[1] == step // 20 + 1
        assert told[3] == pytest.approx(np.linalg.norm(deltas[0]) / np.linalg.norm(deltas[-1]), rel=0.006)
        assert told[4] ** 15 == pytest.approx(told[3], rel=0.1)


def test_another_run_can_be_looked_into():
    live = runs.through_time(story_run(depth=4, epochs=1))
    to_both_ends(live)
    assert "through 4 pieces" in live.status


MENDED = [
    ({}, {}),
    ({"clip": "1"}, {"clip": 1.0}),
    ({"change": "smaller start"}, {"init": 0.15}),
    ({"change": "residual"}, {"residual": True}),
    ({"clip": "5", "change": "both"}, {"clip": 5.0, "residual": True, "init": 0.15}),
]


@pytest.mark.parametrize(("moved", "knobs"), MENDED)
def test_the_mended_run_is_the_storys(moved, knobs):
    live = runs.mended()
    live.move(**moved)
    live.move(run=6)
    told = story_run(epochs=6, **knobs)
    states = live.values["run"].states
    assert np.allclose([loss for loss, _ in states[1:]], told.losses, equal_nan=True, rtol=1e-12)
    assert np.array_equal(states[-1][1], told.norms, equal_nan=True)
    assert ("not a number any more" in live.status) == (not np.isfinite(told.losses[-1]))


def test_a_mended_run_begins_untrained_and_starts_anew_with_another_remedy():
    live = runs.mended()
    assert "Epoch 0 of 25" in live.status
    live.move(run=2)
    assert "Epoch 2" in live.status
    assert not live.move(clip="1").error and "clip 1" in live.status


def test_the_reader_reads_what_it_draws():
    live = runs.reader()
    to_both_ends(live)
    for lr, verdict in ((0.001, "too slow"), (0.1, "healthy"), (0.7, "oscillating"), (3.0, "stuck")):
        status = live.move(lr=lr, scale=1.0).status
        assert f": {verdict}, since" in status


def test_every_chart_is_drawn_and_names_no_cause():
    live = runs.charts()
    for number in clinic.PATIENTS:
        status = live.move(who=f"patient {number}").status
        assert not live.error
        assert not any(cause in status for cause in clinic.CAUSES)
    assert "in epoch 5 the loss is no number" in status
    back = live.stage.figure.axes[2]
    assert [t.get_text() for t in back.texts[:3]] == ["last = 1", "at the start", "in the crisis"]
    assert [line.get_marker() for line in back.lines if line.get_marker() in ("o", "s")][:2] == ["o", "s"]


def test_charts_of_ones_own_patients():
    live = runs.charts({"a": clinic.HEALTHY, "b": clinic.LABELS})
    assert "same label: 98%" in live.status and "same label: 10%" in live.move(who="b").status
