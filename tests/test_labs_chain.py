"""Lesson 05's live figures: what they draw and say is true of any expression, and a broken one is told."""

import math
import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calclib import autodiff
from calclib.autodiff import Var, dot, graph, log, sigmoid, sin, tanh
from calclib.dual import Dual
from calclib.labs import chain as figure
from calclib.labs import wires
from calclib.pictures.layered import crossings, layered


def neuron():
    w, x, b, t = Var(0.5, "w"), Var(2.0, "x"), Var(-0.3, "b"), Var(1.0, "t")
    return (sigmoid(w * x + b) - t) ** 2


def network():
    """Two hidden neurons, an output and a penalty: 30 nodes."""
    w1, w2, x1, x2, v, c = (Var(0.3 * k - 0.7, f"p{k}") for k in range(6))
    h1, h2 = tanh(w1 * x1 + w2 * x2 + Var(0.1, "b")), sigmoid(w1 * x2 - w2 * x1)
    return (v * h1 + c * h2 - Var(1.0, "y")) ** 2 + 0.01 * (w1**2 + w2**2 + v**2)


def long():
    x = Var(1.3, "x")
    for _ in range(24):
        x = sin(x)
    return x


def wide():
    parts = [[Var(k / 7, f"{name}{k}") for k in range(12)] for name in "wx"]
    return tanh(dot(*parts, Var(0.1, "b")))


def reused():
    x = Var(1.3, "x")
    return x * x + x


EXPRESSIONS = {f.__name__: f for f in (neuron, network, long, wide, reused)} | {"leaf": lambda: Var(2.0, "x")}
EVERY = pytest.mark.parametrize("y", [f() for f in EXPRESSIONS.values()], ids=EXPRESSIONS)


def numbers(sentence):
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d[\d,]*\.?\d*(?:e−?\d+)?", sentence.replace(",", ""))
    ]


def to_both_ends(live):
    for name, control in live.controls.items():
        for value in (control.values[0], control.values[-1], control.values[control.start]):
            live.move(**{name: value})
            assert not live.error, live.error
            assert live.status
            assert live.stage.way == "svg"


# --- the layout


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 25))
    edges = [(draw(st.integers(0, j - 1)), j) for j in range(1, n) for _ in range(draw(st.integers(0, 3)))]
    return n, edges


@settings(max_examples=25)
@given(graphs())
def test_edges_run_down_and_nodes_of_a_row_stand_apart(case):
    n, edges = case
    places, routes = layered(n, edges)
    assert places.shape == (n, 2) and set(routes) == set(edges)
    assert all(places[i, 1] < places[j, 1] for i, j in edges)
    for row in set(places[:, 1]):
        assert (np.diff(np.sort(places[places[:, 1] == row, 0])) >= 1 - 1e-9).all()


@settings(max_examples=25)
@given(graphs())
def test_a_route_visits_every_row_between_its_ends(case):
    for (i, j), route in (found := layered(*case))[1].items():
        assert [p[1] for p in route] == list(range(int(found[0][i, 1]), int(found[0][j, 1]) + 1))
        assert np.array_equal([route[0], route[-1]], found[0][[i, j]])


def test_wires_that_need_not_cross_do_not():
    upside_down = [(0, 7), (1, 6), (2, 5), (3, 4), (4, 8), (5, 8), (6, 8), (7, 8)]
    places, _ = layered(9, upside_down)
    assert (np.argsort(places[:4, 0]) == np.argsort(places[[7, 6, 5, 4], 0])).all()


def test_crossings_are_counted():
    rows = [["a", "b", "c"], ["d", "e", "f"]]
    assert crossings(rows, {("a", "d"), ("b", "e"), ("c", "f")}) == 0
    assert crossings(rows, {("a", "f"), ("b", "e"), ("c", "d")}) == 3
    assert crossings(rows, {("a", "e"), ("b", "d")}) == 1
    assert crossings(rows, set()) == 0
    assert crossings(rows, {("a", "d"), ("b", "d"), ("a", "e")}) == 1  # those that meet do not cross


# --- the stepper


@EVERY
def test_every_step_of_the_graph_can_be_drawn(y):
    live = figure.stepper(y)
    for step in live.controls["step"].values:
        live.move(step=step)
        assert not live.error, live.error
        assert f"{step} of {len(live.controls['step'].values) - 1}" in live.status


@EVERY
def test_boxes_do_not_overlap_and_fit_the_page(y):
    nodes, edges = graph(y)
    places, drawn, labels = wires._drawn(len(nodes), edges)
    apart = np.abs(places[:, None] - places[None]) - 2 * wires.HALF
    np.fill_diagonal(apart[..., 0], 1)
    assert (apart.max(axis=-1) > 0).all()
    assert np.ptp(places[:, 0]) + 2 * wires.HALF[0] < wires.WIDTH
    assert len(drawn) == len(labels) == len(edges)


@EVERY
def test_slopes_do_not_run_into_one_another(y):
    nodes, edges = graph(y)
    slopes = [wires._wide(wires.number(slope)) for *_, slope in edges]
    labels = wires._apart(wires._drawn(len(nodes), edges)[2], slopes) if edges else []
    for i, j in combinations(range(len(labels)), 2):
        (x, y), room = abs(labels[i] - labels[j]), (slopes[i] + slopes[j]) / 2
        assert y >= wires.LINE or x >= room - 0.02


def test_a_slope_that_a_flow_runs_over_is_written_again_above_it():
    paths = [np.array([(0.0, 0.0), (0.0, 2.0), (2.0, 2.0)])]
    labels = np.array([(0.0, 1.0), (0.3, 1.0), (1.0, 2.05), (1.0, 1.8), (3.0, 2.0)])
    assert wires._under(paths, labels, np.full(5, 0.4)) == {0, 2}
    assert wires._under(paths, np.zeros((0, 2)), np.zeros(0)) == set()


def test_what_is_not_known_yet_is_covered_whole_and_no_box_with_it(monkeypatch):
    y, covers, outlines = network(), [], []

    def shapes(ax, corners, facecolor, **style):
        (covers if facecolor == "white" and "edgecolor" not in style else outlines).append(corners)

    live = figure.stepper(y)
    monkeypatch.setattr(wires, "_shapes", shapes)
    live.move(step=3)
    nodes, edges = graph(y)
    widths = [wires._wide(wires.number(slope)) for *_, slope in edges]
    unknown = sum(1 for node in nodes if list(node.edges)) - 3
    hidden = widths[-sum(len(list(node.edges)) for node in [n for n in nodes if list(n.edges)][3:]) :]
    found = np.ptp(covers[0][..., 0], axis=1)
    assert len(found) >= unknown + len(hidden) and max(found[-len(hidden) :]) == pytest.approx(max(hidden))
    assert any(len(corners) == len(nodes) for corners in outlines)  # every box is drawn again above the covers


def test_the_figure_writes_it_again(monkeypatch):
    x, y = Var(0.5, "x"), Var(2.0, "y")
    live = figure.stepper(sin(x * y) + x * y**-1)
    written = []
    monkeypatch.setattr(wires, "_slope", lambda ax, place, slope, **style: written.append(round(slope, 6)))
    live.move(step=10)
    written.clear()
    live.move(step=11)
    assert not live.error and written == [-0.25, 2.0, 0.5]  # what runs over −0.25 are the shares of x · y


def test_a_network_of_thirty_nodes_fits_on_a_screen():
    y = network()
    assert len(graph(y)[0]) >= 25
    width, height = figure.stepper(y).stage.size
    assert width <= 7.6 and height <= 7


@EVERY
def test_a_picture_is_as_wide_as_its_graph_so_that_a_narrow_window_shows_it_large(y):
    nodes, edges = graph(y)
    places, drawn, labels = wires._drawn(len(nodes), edges)
    widths = np.array([wires._wide(wires.number(slope)) for *_, slope in edges])
    low, high = wires._bounds(places, drawn, labels, widths)
    assert (low < places.min(axis=0) - wires.HALF).all() and (high > places.max(axis=0) + wires.HALF).all()
    assert all((low < wire.min(axis=0)).all() and (wire.max(axis=0) < high).all() for wire in drawn)
    wide, tall = high - low
    size = figure.stepper(y).stage.size
    assert wires.NARROW * 0.85 <= size[0] <= wires.WIDTH + 0.2 and size[0] / size[1] == pytest.approx(wide / tall)
    assert 0.85 <= size[1] / tall <= 1.4 and (size[1] / tall >= 1 or tall > wires.SCREEN)


@EVERY
def test_the_gradients_that_flow_back_are_those_of_backward(y):
    nodes, edges = graph(y)
    made = [k for k, node in enumerate(nodes) if node.parents]
    rounds = [[e for e, edge in enumerate(edges) if edge[1] == k] for k in reversed(made)]
    grads = wires._gradients(edges, rounds, len(nodes))
    y.backward()
    assert grads[-1] == [node.grad for node in nodes]
    assert grads[0] == [None] * len(nodes) and grads[1][-1] == 1.0
    assert len(grads) == len(made) + 2


def test_a_shared_node_collects_share_after_share():
    live = figure.stepper(reused())
    told = [live.move(step=k).status for k in live.controls["step"].values]
    assert told[0] == "Step 0 of 5: the inputs hold their values; nothing is computed yet."
    assert told[1] == "Step 1 of 5. Forward: × makes 1.69 of 1.3 and 1.3."
    assert "starts at the result" in told[3]
    assert told[4] == "Step 4 of 5. Back through +: it sends 1 · 1 = 1 to 1.69, 1 · 1 = 1 to x."
    assert told[5] == "Step 5 of 5. Back through ×: it sends 1 · 1.3 = 1.3 to x, 1 · 1.3 = 1.3 to x."


@EVERY
def test_drawing_changes_nothing(y):
    nodes, _ = graph(y)
    y.backward()
    before = [(node.value, node.grad) for node in nodes]
    to_both_ends(figure.stepper(y))
    assert [(node.value, node.grad) for node in nodes] == before


def test_a_class_of_ones_own_is_drawn_too():
    class Own:
        def __init__(self, value, edges=(), born=0):
            self.value, self.edges, self.born, self.name = value, edges, born, "own"

    a = Own(2.0)
    live = figure.stepper(Own(4.0, [(a, 2.0), (a, 2.0)], 1))
    assert "1 · 2 = 2 to own" in live.status


@pytest.mark.parametrize("y", [3.0, None, "x * x", np.zeros(2), Dual(1.0), lambda x: x])
def test_what_is_no_expression_gets_a_sentence(y):
    with pytest.raises(TypeError, match="an expression of Vars, such as"):
        figure.stepper(y)


def test_a_graph_too_large_to_read_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="101 nodes: up to 60 can be read"):
        x = Var(1.0)
        for _ in range(100):
            x = sin(x)
        figure.stepper(x)


def test_infinite_and_missing_values_are_drawn():
    for value in (0.0, -1.0, math.nan, math.inf):
        to_both_ends(figure.stepper(log(Var(value, "x")) * 2))


# --- chains


CHAIN = {"square": lambda x: x**2, "add one": lambda u: u + 1, "cube": lambda v: v**3}


def test_the_stages_tell_their_slopes_and_the_product():
    live = figure.stages(CHAIN)
    assert live.status.endswith("Slopes on the way: 4.00 · 1.00 · 75.00 = 300.00.")
    to_both_ends(live)
    live.move(x=-1)
    assert live.status.endswith("(−2.00) · 1.00 · 12.00 = −24.00.")


@settings(max_examples=20)
@given(st.floats(-2, 3))
def test_the_last_number_of_the_stages_is_the_slope_of_the_whole(x):
    said = numbers(STAGES.stage.frame(x=x).status)[-1]
    assert said == pytest.approx(6 * x * (x**2 + 1) ** 2, abs=0.006)


STAGES = figure.stages(CHAIN)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_number_of_stages_is_drawn(count):
    to_both_ends(figure.stages({f"sin {k}": np.sin for k in range(count)}))


def raises(x):
    raise RuntimeError("out of order")


def test_a_broken_stage_is_told():
    with pytest.raises(RuntimeError, match="out of order"):
        figure.stages({"broken": raises})
    with pytest.raises(TypeError, match="f is 3"):
        figure.stages({"three": 3})
    live = figure.repeated({"broken": raises})
    assert "out of order" in live.error and live.error.startswith("Not drawn at")


STAGE = {"sigmoid": autodiff.sigmoid, "tanh": autodiff.tanh, "nothing": lambda u: u}


def test_constant_slopes_multiply_to_a_power():
    live = figure.repeated(STAGE)
    for w, n in ((0.9, 50), (1.1, 50), (0.5, 7)):
        status = live.move(stage="nothing", w=w, n=n).status
        assert numbers(status)[2] == pytest.approx(w**n, rel=0.006)
        assert "vanishes" not in status or w**n < 1e-3
    assert "it explodes" in live.move(w=1.5, n=50).status


def test_sigmoids_vanish_faster_than_powers_of_a_quarter():
    live = figure.repeated(STAGE)
    for n in (1, 5, 20, 50):
        assert numbers(live.move(n=n).status)[2] <= 0.25**n
    assert "it vanishes" in live.status
    to_both_ends(live)


# --- what it costs


def squares(x):
    total = x[0] * x[0]
    for value in x[1:]:
        total = total + value * value
    return total * total


class Plain:
    """A dual number and a Var in one, that leave the kind of number alone."""

    def __init__(self, value, slope=0.0, edges=()):
        self.value, self.slope, self.edges, self.grad = value, slope, edges, 0.0

    def __add__(self, y):
        return Plain(self.value + y.value, self.slope + y.slope, [(self, 1.0), (y, 1.0)])

    def __mul__(self, y):
        slope = self.slope * y.value + self.value * y.slope
        return Plain(self.value * y.value, slope, [(self, y.value), (y, self.value)])


def forward(f, x, i):
    return f([Plain(v, float(k == i)) for k, v in enumerate(x)]).slope


def test_operations_are_counted():
    assert figure.operations(squares, 1) == 2
    assert figure.operations(squares, 1000) == 2000
    assert figure.operations(lambda x: 2 ** (1 - 3.0 / x[0]) * 5 - x[0], 1) == 5
    assert figure.operations(lambda x: 1.0 + 2.0, 3) == 0


def test_counted_numbers_compute_as_floats_do():
    a, b = figure.Counted(2.5), 0.5
    assert [a + b, b + a, a - b, b - a, a * b, b / a, a**b, b**a] == [3, 3, 2, -2, 1.25, 0.2, 2.5**0.5, 0.5**2.5]
    with pytest.raises(TypeError):
        a + "1"


def test_all_forward_sweeps_cost_the_same():
    counts = {figure.operations(lambda x, i=i: forward(squares, x, i), 30) for i in range(30)}
    assert len(counts) == 1
    assert figure.sweeping(squares, forward, 30) == 30 * counts.pop()
    each = figure.operations(lambda x: forward(squares, x, 0), 101)
    assert figure.sweeping(squares, forward, 101) == 101 * each


def test_forward_grows_with_the_square_and_reverse_with_the_number_of_inputs():
    def reverse(f, x):  # as dear as five evaluations
        return [f(x) for _ in range(5)]

    live = figure.cost(squares, forward, reverse, sizes=(1, 10, 100, 300))
    to_both_ends(live)
    (_, f1, many1, few1, ratio1), (_, f2, many2, few2, ratio2) = (numbers(live.move(n=n).status) for n in (10, 100))
    assert many2 / many1 == pytest.approx(100, rel=0.1) and few2 / few1 == f2 / f1 == 10
    assert ratio1 == ratio2 == 5.0
