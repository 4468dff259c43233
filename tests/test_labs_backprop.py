"""Lesson 06's live figures: training obeys and reaches its goals, and the map shows where a step is wrong."""

import ast
import json
import re
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from calclib import Network, cars, gradients, standardise, two_moons
from calclib import layers as pieces
from calclib.checks import networks
from calclib.labs import backprop as figure
from calclib.labs import checkup, pipes

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "06_backpropagation.ipynb"
X = np.linspace(-1, 1, 33)[:, None]


def lesson():
    """What the lesson's own cells define: each cell that does nothing but define functions, and phi and notes."""
    space = {"np": np}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        code = "".join(cell["source"])
        if cell["cell_type"] == "code" and "exercise" not in cell["metadata"].get("tags", []):
            body = [n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) or defines(n)]
            exec(compile(ast.Module(body, []), "06", "exec"), space)
    return space


def defines(node):
    return isinstance(node, ast.Assign) and ast.unparse(node) in ("phi = np.tanh", "notes = []")


def fuel():
    table = cars()
    names = ["weight_lb", "horsepower", "displacement_in3", "year"]
    return standardise(np.column_stack([table[n] for n in names])), standardise(table["litres_per_100km"])[:, None]


def patients():
    """The six of the lesson, freshly defined: F remembers."""
    space = lesson()
    return {letter: space[f"patient_{letter.lower()}"] for letter in "ABCDEF"}


SIX = pytest.mark.parametrize("letter", "ABCDEF")


def numbers(sentence):
    plain = sentence.replace("−", "-").replace(",", "")
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


def to_both_ends(live, run=None):
    for name, control in live.controls.items():
        if control.kind == "training":
            continue
        for place in (0, len(control.values) - 1, control.start):
            live.at = {**live.at, name: place}
            if run is not None:
                live.move(run=run)
            assert not live.error, live.error
            assert live.status and live.stage.way == "svg"


# --- x²


def test_x_squared_is_learned_below_a_thousandth_within_three_seconds():
    live = figure.fitting()
    assert live.status.startswith("Step 0 of 2,000") and "not below 0.001" in live.status
    begun = process_time()
    live.move(run=2000)
    assert process_time() - begun < 3
    assert "321 parameters" in live.status and live.status.endswith("below 0.001.") and "not below" not in live.status
    layers, loss = live.values["run"].states[-1]
    assert loss == pytest.approx(networks.mean_squared_error(layers, X, X**2)) and loss < 1e-3


def test_a_moved_rate_acts_at_once_and_a_moved_width_starts_anew():
    live = figure.fitting()
    live.move(run=20, lr=0.1)
    run = live.values["run"]
    live.move(lr=0.2).move(run=21)
    assert live.values["run"] is run and run.done == 21
    before, after = (run.states[k][0] for k in (20, 21))
    exact = networks.exact_gradient(before, X, X**2)
    for old, new, g in zip(sum(map(tuple, before), ()), sum(map(tuple, after), ()), exact, strict=True):
        assert (old - new) / 0.2 == pytest.approx(g, abs=1e-7)
    live.move(width=8, run=22)
    assert live.values["run"] is not run and live.values["run"].states[0][0][0][0].shape == (1, 8)


def test_divergence_ends_the_run_in_a_sentence():
    live = figure.fitting().move(lr=1.0, run=2000)
    assert live.values["run"].over and live.values["run"].done < 2000
    assert "not a number any more" in live.status and not live.error


def test_every_width_and_rate_is_drawn():
    to_both_ends(figure.fitting(), run=5)


def test_the_learners_own_step_trains_as_the_courses_does():
    own = figure.fitting(step=lesson()["step"]).move(run=300)
    theirs = figure.fitting().move(run=300)
    assert own.status == theirs.status
    assert own.values["run"].states[-1][1] == pytest.approx(theirs.values["run"].states[-1][1], rel=1e-6)


def test_another_function_is_learned():
    live = figure.fitting(np.sin, (-2, 2)).move(run=2000)
    assert "not below" not in live.status


def test_a_broken_step_is_told():
    steps = [
        (lambda layers, X, y, lr: None, "a list of pairs"),
        (lambda layers, X, y, lr: [W for W, b in layers], "a list of pairs"),
        (lambda layers: layers, "TypeError"),
        (lambda layers, X, y, lr: 1 / 0, "ZeroDivisionError"),
    ]
    waiting = [broken for broken, _ in steps]
    live = figure.fitting(step=lambda *given: waiting.pop(0)(*given))
    for _, told in steps:
        assert told in live.move(run=1).error
        assert not live.move(run=0).error
    with pytest.raises(TypeError, match="step is 3"):
        figure.fitting(step=3)


# --- two moons


def test_two_moons_are_told_apart_within_three_seconds():
    live = figure.moons()
    begun = process_time()
    live.move(run=1000)
    assert process_time() - begun < 3
    points, labels = two_moons(200, noise=0.15)
    theta = live.values["run"].states[-1][0]
    accuracy = Network(2, 8, 8, 2, activation="tanh").accuracy(theta, points, labels)
    assert accuracy > 0.97 and f"{accuracy:.1%} of the 200 points" in live.status


def test_one_unit_and_sigmoids_do_not_get_there():
    live = figure.moons()
    for moved in ({"hidden": 1}, {"hidden": 8, "phi": "sigmoid"}):
        live.move(**moved).move(run=1000)
        assert float(re.search(r"([\d.]+)% of the 200", live.status)[1]) < 97


def test_the_line_runs_where_the_network_is_undecided():
    live = figure.moons().move(run=300)
    live.stage.frame(**live.values)
    theta, net = live.values["run"].states[-1][0], Network(2, 8, 8, 2, activation="tanh")
    live.stage.marks(live.stage.axes, **live.values)
    line = live.stage.axes[0].lines[-4].get_xydata()
    seen = line[np.isfinite(line).all(axis=1)]
    assert len(seen) > 10
    assert net.predict(theta, seen)[:, 1] == pytest.approx(np.full(len(seen), 0.5), abs=0.1)


def test_moving_the_activation_starts_anew_and_the_rate_does_not():
    live = figure.moons().move(run=5)
    run = live.values["run"]
    assert live.move(lr=0.5).values["run"] is run
    assert live.move(phi="relu", run=5).values["run"] is not run


def test_every_end_of_the_moons_is_drawn_and_divergence_told():
    live = figure.moons()
    to_both_ends(live, run=5)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(40, 2))
    far = figure.moons(1e200 * points, (points[:, 0] > 0).astype(int)).move(run=20)
    assert "not numbers any more" in far.status or not far.error


def test_ones_own_points_are_told_apart_and_odd_ones_refused():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(60, 2))
    live = figure.moons(points, (points.sum(axis=1) > 0).astype(int), steps=100).move(run=100)
    assert "of the 60 points" in live.status and "new ones" not in live.status
    for wrong in ((points[:, :1], np.zeros(60, int)), (points, np.full(60, 2)), (points, np.zeros(5, int))):
        with pytest.raises(ValueError, match="a label 0 or 1"):
            figure.moons(*wrong)


# --- where the gradient flows


def test_the_flow_tells_shapes_and_sizes_that_are_the_networks():
    live = figure.flow(X, X**2)
    net = Network(1, 16, 16, 1, activation="tanh", loss="mse")
    theta = net.initialise("xavier", 0)
    loss, g = net.loss_and_gradient(theta, X, X**2)
    told = [live.move(step=k).status for k in range(8)]
    assert told[2].endswith("z = aW + b has shape 33 × 16.")
    assert numbers(told[4])[2] == pytest.approx(loss, rel=0.05)
    for k in (3, 2, 1):
        W = net.named(g)[f"W{k}"]
        said = told[8 - k]
        assert f"layer {k}: ∂W = aᵀ∂z has shape {W.shape[0]} × {W.shape[1]}" in said
        norm = float(re.search(r"norm ([\d.]+)\.", said)[1])
        assert norm == pytest.approx(np.linalg.norm(W), rel=0.06)
    dz = [np.sqrt(np.mean(d**2)) for *_, d in net.flow(theta, X, X**2)]
    assert numbers(told[7])[-1] == pytest.approx(dz[0] / dz[-1], rel=0.06)


def test_sigmoids_lose_the_gradient_on_the_way_and_large_weights_blow_it_up():
    live = figure.flow(X, X**2, (1, 8, 8, 8, 8, 8, 1))
    part = {phi: numbers(live.move(phi=phi).status)[-1] for phi in ("tanh", "sigmoid")}
    assert part["sigmoid"] < 0.25**5 * 2 < part["tanh"]
    assert numbers(live.move(phi="relu", scale=3.0).status)[-1] > 1


@pytest.mark.parametrize("sizes", [(1, 1), (1, 16, 16, 1), (1, 8, 8, 8, 8, 8, 1)])
def test_every_step_of_the_flow_is_drawn(sizes):
    live = figure.flow(X, X**2, sizes)
    to_both_ends(live)
    for step in live.controls["step"].values:
        live.move(step=step)
        assert not live.error and f"Step {step} of {2 * len(sizes) - 1}" in live.status
        assert len(live.frame["svg"]) < 40_000


def test_a_thinner_arrow_is_a_smaller_gradient():
    widths = [pipes.thickness(size, 1.0) for size in (1e-9, 1e-3, 0.1, 1.0)]
    assert widths == sorted(widths) and widths[0] > 0 and pipes.thickness(0.0, 0.0) > 0


def test_data_that_do_not_fit_the_network_are_told():
    assert "X has shape (3, 2)" in figure.flow(np.zeros((3, 2)), np.zeros((3, 1))).error


# --- the check as a map


def marks_of(live):
    """The third map's crosses, as (row, column)."""
    axes = live.stage.axes
    before = len(axes[2].lines)
    live.stage.marks(axes, **live.values)
    crosses = axes[2].lines[before].get_xydata()[:, ::-1].astype(int)
    live.stage.spoiled = True
    return crosses


def test_a_right_step_agrees_everywhere_and_not_at_a_bad_h():
    live = figure.checkup(lesson()["step"], figure.start(1, 16, 16, 1, seed=4), X, X**2)
    assert live.status == "After 0 steps, with h = 1e−5: all parts agree, to a relative error below 1e−6."
    for h in (1e-13, 1e-12, 0.1):
        assert "relative errors up to" in live.move(h=h).status
    to_both_ends(live)
    assert "all parts agree" in live.move(h=1e-5, after=200).status


def test_the_map_has_a_cross_at_each_wrong_entry_and_at_no_other():
    (data, y), layers = fuel(), figure.start(4, 4, 4, 1, seed=2)
    six = patients()
    live = figure.checkup(six | {"healthy": lesson()["step"]}, layers, data, y)
    for letter, step in six.items():
        live.move(which=step, after=1 if letter == "F" else 0)
        assert not live.error
        now = layers if letter != "F" else step(layers, data, y, 0.1)
        gradient, lost = checkup.gradient_of_step(step, now, data, y, 0.1)
        exact = networks.exact_gradient(now, data, y)
        with np.errstate(all="ignore"):
            wrong = [~(np.abs(g - e) <= 1e-6 * np.abs(e)) for g, e in zip(sum(gradient, ()), exact, strict=True)]
        ground = checkup.map_of(list(zip(wrong[::2], wrong[1::2], strict=True)))
        assert sorted(map(tuple, marks_of(live))) == sorted(map(tuple, np.argwhere(ground == 1)))
        named = [name for name, part in zip(checkup.names_of(layers), wrong, strict=True) if part.any()]
        assert named == WHERE[letter]
        for name in named:
            assert f"{name} comes back with shape" in live.status if name in lost else f"{name} " in live.status
        if letter == "C":
            for after in (0, 200):
                assert live.move(after=after).status.startswith(
                    "After 0 steps, with h = 1e−5: b₁ comes back with shape"
                )
        assert "all parts agree" in live.move(which="healthy", after=0).status


ALL = ["W₁", "b₁", "W₂", "b₂", "W₃", "b₃"]
WHERE = {"A": ALL[:4], "B": ALL[:4], "C": ALL[1::2], "D": ALL, "E": ALL[:4], "F": ALL[:5]}


def test_a_stale_tape_is_right_at_the_first_call():
    (data, y), step = fuel(), patients()["F"]
    live = figure.checkup(step, figure.start(4, 4, 4, 1, seed=2), data, y)
    assert "all parts agree" in live.status
    assert "relative errors" in live.move(after=2).status
    assert "all parts agree" in live.move(after=0).status


def test_what_is_no_step_is_told():
    wrong = {
        "a list of pairs": lambda layers, X, y, lr: 3,
        "as many as it was given": lambda layers, X, y, lr: layers[:1],
        "division by zero": lambda layers, X, y, lr: 1 / 0,
    }
    live = figure.checkup(wrong, figure.start(1, 2, 1), X, X**2)
    for told in wrong:
        assert told in live.move(which=told).error


def test_blocks_lie_apart_and_hold_each_number_once():
    layers = [(np.full((2, 3), 1.0), np.full(3, 2.0)), (np.full((3, 1), 3.0), np.full(1, 4.0))]
    ground = checkup.map_of(layers)
    assert [int((ground == k).sum()) for k in (1, 2, 3, 4)] == [6, 3, 3, 1]
    assert np.isnan(ground[3]).all() and np.isnan(ground[:, 3]).all()
    theta = np.arange(13.0)
    assert np.array_equal(checkup.flat(checkup.unflat(theta, layers)), theta)


def test_the_gradient_of_a_step_is_seen_from_outside():
    layers, data, y = networks.network((3, 4, 2), 6)
    net = Network(3, 4, 2, activation="tanh", loss="mse")

    def step(layers, X, y, lr):
        return net.unpack(checkup.flat(layers) - lr * net.loss_and_gradient(checkup.flat(layers), X, y)[1])

    found, lost = checkup.gradient_of_step(step, layers, data, y, 0.3)
    assert not lost
    numeric = gradients.gradient(
        lambda t: checkup.mean_squared_error(checkup.unflat(t, layers), data, y), checkup.flat(layers)
    )
    assert checkup.flat(found) == pytest.approx(numeric, abs=1e-8)


# --- the six patients of the hunt


@SIX
def test_each_patient_trains_somewhat_and_is_wrong(letter):
    (data, y), step = fuel(), patients()[letter]
    layers = figure.start(4, 4, 4, 1, seed=2)
    losses = []
    for _ in range(200):
        losses.append(pieces.mse(figure.outputs(layers, data), y)[0])
        layers = step(layers, data, y, 0.1)
    assert np.mean(losses[-20:]) < 0.67 * losses[0], "it trains"
    for _ in range(2):  # F is right the first time
        start, other, target = networks.network((4, 4, 4, 1), 392)
        gradient, _ = checkup.gradient_of_step(step, start, other, target, 0.1)
    exact = networks.exact_gradient(start, other, target)
    off = [not np.allclose(g, e, rtol=1e-3) for g, e in zip(sum(gradient, ()), exact, strict=True)]
    assert any(off), "and it is wrong"


def test_the_lessons_own_pass_is_calclibs():
    space = lesson()
    layers = figure.start(1, 16, 16, 1, seed=4)
    ours = space["start"](1, 16, 16, 1, seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(sum(ours, ()), sum(layers, ()), strict=True))
    output, tape = space["taped"](layers, X)
    parts = space["backward"](space["mse"](output, X**2)[1], tape)
    net = Network(1, 16, 16, 1, activation="tanh", loss="mse")
    own, theirs = space["flat"](parts), net.loss_and_gradient(space["flat"](layers), X, X**2)[1]
    assert own == pytest.approx(theirs, rel=1e-12, abs=1e-15)
