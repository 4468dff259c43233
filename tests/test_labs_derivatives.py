"""The figures of lessons 00 and 01: what their sentences and marks say is true, at every end of every control."""

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib.labs import derivatives as labs
from calclib.labs import start

AREAS, PRICES = np.array([0.5, 0.8, 1.1, 1.4, 1.9, 2.3]), np.array([1.4, 1.9, 3.1, 3.3, 4.9, 5.6])


def cubic(x):
    return x**3 / 3 - x


FIGURES = {
    "secant": lambda: labs.secant(cubic),
    "microscope": lambda: labs.microscope(np.sin),
    "slope_traced": lambda: labs.slope_traced(np.sin),
    "step_error": lambda: labs.step_error({"sin": (np.sin, np.cos), "exp": (np.exp, np.exp)}),
    "rules": lambda: labs.rules(lambda x: 2 + x**2 / 2, lambda x: 1 + x / 2),
    "stretched": lambda: labs.stretched(lambda x: x**2, np.sin),
    "area_so_far": lambda: labs.area_so_far(lambda x: x**2),
    "fitted_line": lambda: labs.fitted_line(AREAS, PRICES),
    "wave": start.wave,
}


def numbers(sentence):
    return [float(text) for text in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", sentence.replace("−", "-"))]


def marks_of(figure):
    """The lines that stand on each axes, as {axes: [(x, y), …]}, at the figure's values."""
    stage = figure.stage
    with stage._marked(figure.values):
        new = set(map(id, stage._new()))
        return [[line.get_data() for line in ax.lines if id(line) in new] for ax in stage.figure.axes]


@pytest.mark.parametrize("name", FIGURES)
def test_every_control_goes_to_both_ends_and_every_corner(name):
    figure = FIGURES[name]()
    ends = [[c.values[0], c.values[-1]] for c in figure.controls.values()]
    sentences = set()
    for corner in itertools.product(*ends):
        figure.move(**dict(zip(figure.controls, corner, strict=True)))
        assert figure.error == "" and figure.status
        assert "nan" not in figure.status
        sentences.add(figure.status)
    assert len(sentences) > 1


@given(x=st.floats(-3, 3), h=st.floats(0.001, 1))
def test_the_secants_sentence_is_rise_over_run(x, h):
    figure = SECANT.move(x=x, h=h)
    x, h = figure.values["x"], figure.values["h"]
    assert numbers(figure.status)[1] == pytest.approx((cubic(x + h) - cubic(x)) / h, abs=6e-5)


SECANT = FIGURES["secant"]()


def test_the_secant_is_drawn_through_both_points_and_the_tangent_with_the_slope():
    (tangent, secant, *_, dots), *_ = marks_of(SECANT.move(x=1.0, h=1.0))
    assert np.allclose(np.interp(dots[0], *secant), dots[1])
    assert np.allclose(tangent[1], cubic(1.0))  # f′(1) = 0


def test_both_points_of_the_secant_stay_in_the_picture():
    ax, *_ = SECANT.stage.figure.axes
    for x in (-3.0, 0.0, 3.0):
        *_, dots = marks_of(SECANT.move(x=x, h=SECANT.controls["h"].values[-1]))[0]
        assert (ax.get_xlim()[0] <= dots[0]).all() and (dots[0] <= ax.get_xlim()[1]).all()
        assert (ax.get_ylim()[0] < dots[1]).all() and (dots[1] < ax.get_ylim()[1]).all()


def test_negative_numbers_have_a_true_minus_and_zero_has_none():
    assert (labs.signed(-1.5), labs.signed(-0.0004), labs.signed(2, 3)) == ("−1.50", "0.00", "2.000")


@pytest.mark.parametrize("w", [2.0, 1.0, 0.5, 0.1, 0.01])
def test_the_microscopes_gap_shrinks_with_the_square(w):
    figure = FIGURES["microscope"]().move(x=1.0, w=w)
    gap = numbers(figure.status)[2]
    assert gap <= w**2 / 2 * 1.01  # |sin″| ≤ 1
    assert gap >= w**2 / 5


def test_the_traced_slope_is_the_derivative():
    *_, bottom = marks_of(FIGURES["slope_traced"]().move(x=2.0))
    x, slope = bottom[0]
    assert np.allclose(slope, np.cos(x), atol=1e-8) and x.max() <= 2.0


def test_the_errors_fall_like_h_and_h_squared_to_the_bottoms_of_theory():
    lines, *_ = marks_of(FIGURES["step_error"]().move(function="exp", x=1.0))
    (h, forward), (_, central), (_, complex_step) = lines[:3]
    coarse = (h > 1e-3) & (h < 1e-1)
    assert np.polyfit(np.log(h[coarse]), np.log(forward[coarse]), 1)[0] == pytest.approx(1, abs=0.05)
    assert np.polyfit(np.log(h[coarse]), np.log(central[coarse]), 1)[0] == pytest.approx(2, abs=0.05)
    assert 1e-9 < h[forward.argmin()] < 1e-6 and 1e-7 < h[central.argmin()] < 1e-4
    assert complex_step[h < 1e-9].max() < 1e-15


def test_the_errors_sentence_tells_ten_and_a_hundred_times_less():
    told = numbers(FIGURES["step_error"]().move(function="exp", x=1.0).status)
    assert told[0] == 1.0 and (told[1], told[4]) == (0.01, 0.001)
    assert told[2] / told[5] == pytest.approx(10, rel=0.02) and told[3] / told[6] == pytest.approx(100, rel=0.02)


def words_of(figure):
    """The words among the marks: {words: where they point to, and how far from it they stand}."""
    stage = figure.stage
    with stage._marked(figure.values):
        new = set(map(id, stage._new()))
        return {t.get_text(): (t.xy, t.xyann) for ax in stage.figure.axes for t in ax.texts if id(t) in new}


@pytest.mark.parametrize("rule, names", [("product", ["u·Δv", "Δu·v", "Δu·Δv"]), ("quotient", ["v·Δq", "q·Δv"])])
def test_names_of_thin_strips_stand_beside_them(rule, names):
    words = words_of(FIGURES["rules"]().move(rule=rule, x=1.2, h=0.4))
    u, v, du, dv = 2.72, 1.6, 2 + 1.6**2 / 2 - 2.72, 0.2
    right, top = (u + du, v + dv) if rule == "product" else (v + dv, (u + du) / (v + dv))
    for name in names:
        (x, y), (across, up) = words[name]
        assert (across > 0 and x == pytest.approx(right)) or (up > 0 and y == pytest.approx(top)), name


def test_the_rules_add_up():
    figure = FIGURES["rules"]().move(x=1.0, h=0.01)
    sides, corner = numbers(figure.move(rule="product").status)[:2]
    measured = ((2 + 1.01**2 / 2) * (1 + 1.01 / 2) - 2.5 * 1.5) / 0.01
    assert sides + corner == pytest.approx(measured, abs=2e-3)


@pytest.mark.parametrize("x", [-1.6, -0.5, 0.0, 0.8, 1.6])
def test_stretches_multiply(x):
    figure = FIGURES["stretched"]().move(x=x, h=0.2)
    first, second, both = numbers(figure.status)[-3:]
    assert both == pytest.approx(first * second, abs=5e-3)
    x, h = figure.values["x"], figure.values["h"]
    assert both == pytest.approx((np.sin((x + h) ** 2) - np.sin(x**2)) / h, abs=1e-3)


def test_an_arrow_points_to_its_end_however_short():
    figure = FIGURES["stretched"]()
    for x, h, heads in ((0.8, 0.3, ">>>"), (-1.0, 0.01, "><<"), (0.0, 0.01, ">>>")):
        stage = figure.move(x=x, h=h).stage
        with stage._marked(figure.values):
            lines = stage.figure.axes[0].lines
            assert "".join(line.get_marker() for line in lines if line.get_marker() in ("<", ">")) == heads


@pytest.mark.parametrize("rule, least, most", [("left", 0, 9), ("right", 9, 30), ("middle", 8, 9)])
def test_strips_lie_below_above_or_between(rule, least, most):
    figure = FIGURES["area_so_far"]().move(rule=rule, n=12, b=3.0)
    _, covered, _, true, *_ = numbers(figure.status)
    assert least < covered < most and true == pytest.approx(9, abs=1e-3)


def test_the_slope_of_the_area_is_the_height():
    *_, bottom = marks_of(FIGURES["area_so_far"]().move(b=2.0))
    (x0, x1), (y0, y1) = bottom[1]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(4.0)


def test_the_advice_leads_to_the_least_error():
    figure, advice = FIGURES["fitted_line"](), {}
    for w in np.arange(0, 5.01, 0.05):
        advice[round(w, 2)] = figure.move(w=w, b=0.0).status.rpartition(": ")[2]
    best = (AREAS @ PRICES) / (AREAS @ AREAS)
    assert all(said == "raise w." for w, said in advice.items() if w < best - 0.05)
    assert all(said == "lower w." for w, said in advice.items() if w > best + 0.05)
    for b in (-1.0, -0.5, 0.0, 0.2, 1.0):  # and says so when it is there
        assert "leave w." in {figure.move(w=w, b=b).status.rpartition(": ")[2] for w in np.arange(0, 5.01, 0.05)}


def test_a_function_that_breaks_somewhere_is_told_and_heals():
    def moody(x):
        if np.ndim(x) == 0 and x > 2:
            raise ZeroDivisionError("too far")
        return x**2

    figure = labs.secant(moody).move(x=2.5)
    assert "ZeroDivisionError: too far" in figure.error and "x = 2.50" in figure.error
    assert figure.move(x=1.0).error == ""


def test_where_there_is_no_value_there_is_no_secant():
    assert "no finite value" in labs.secant(np.log).move(x=-3.0).status


def test_a_function_of_numbers_alone_will_do():
    assert labs.secant(lambda x: x**2 if x > 0 else -x).error == ""


def test_a_function_with_a_domain_is_drawn_where_it_is():
    figure = labs.secant(math.sqrt, (-1.0, 3.0))
    assert figure.error == "" and "rises 0.4142" in figure.status
    assert "x = −0.50" in figure.move(x=-0.5).error
    assert figure.move(x=2.0).error == ""
    assert "ValueError" in labs.secant(lambda x: math.sqrt(-1 - x * x)).error  # nowhere at all


def test_the_exploding_run_is_the_storys():
    figure = start.exploding_run()
    assert figure.status.endswith("the loss goes 2.2, 2.1, 1.8, 1.6, and in epoch 5 it is not a number.")
    assert figure.move(lr=0.2).status.endswith("and in epoch 8 it is not a number.")
    assert "after 20 epochs the loss is" in figure.move(lr=0.25, depth=8).status


def test_the_wave_counts_its_crests():
    figure = start.wave()
    for frequency, phase in itertools.product((0.2, 1.0, 3.7, 5.0), (0.0, 2.0, 6.0)):
        sentence = figure.move(frequency=frequency, phase=phase).status
        x = np.linspace(0, 10, 200_001)
        y = np.sin(figure.values["frequency"] * x + figure.values["phase"])
        crests = np.sum((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:]))
        assert f": {crests} crest{'s fit' if crests != 1 else ' fits'} into" in sentence


def test_the_self_check_ticks_what_is_there_and_marks_what_is_not(monkeypatch):
    assert all(start.self_check().values())
    monkeypatch.setitem(start.NEEDED, "numpy", (99, 0))
    assert "△ numpy 99.0 or newer" in repr(start.self_check())
