"""Lesson 02's live figures: what they draw and say is true, for any function, and a broken one is told."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from calclib.data import cars, standardise
from calclib.labs import gradients as figure
from calclib.landscapes import bowl, himmelblau, plateau, quadratic, rosenbrock, saddle
from calclib.pictures.ground import (
    arrow,
    contours,
    height,
    heights,
    level_lines,
    relief,
    seen_from_above,
    slope,
    survey,
)

VIEW = ((-1.7, 1.7), (-1.3, 1.3))


def f(p):
    x, y = p
    return x**3 / 3 - x + x * y**2


def F(p):
    x, y = p
    return np.array([x + y**2 / 2, y - x**2 / 2])


def raises(p):
    raise RuntimeError("no ground")


FEW = settings(max_examples=15)  # a drawing costs milliseconds
OF_A_POINT = [figure.hills, figure.slices, figure.dial, figure.field, figure.ring]
BROKEN = {
    "raises": (raises, "no ground"),
    "nan": (lambda p: np.nan, "no ground here"),
    "infinite": (lambda p: np.inf, "no ground here"),
    "two numbers": (lambda p: p, "one number would do"),
    "two arguments": (lambda x, y: x + y, "f(p), a function of one point"),
    "no arguments": (lambda: 1.0, "f(p), a function of one point"),
    "words": (lambda p: "high", "one number would do"),
    "nothing": (lambda p: None, "one number would do"),
    "no function": (3, "f(p), a function of one point"),
}


def drawn(live, **values):
    """The sentence of the figure at any values, also between the sliders' stops."""
    return live.stage.frame(**live.values | values).status


def numbers(sentence):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", sentence.replace("−", "-"))]


# --- the words


LINES = level_lines(*survey(f, VIEW))


@given(st.floats(-0.6, 0.6))
def test_a_level_line_is_level(z):
    lines = LINES(z)
    on_them = lines[np.isfinite(lines).all(axis=1)]
    assert len(on_them) > 50
    assert np.abs(heights(f, on_them) - z).max() < 5e-3


def test_the_ground_is_the_same_point_by_point_and_at_once():
    X, Y, Z = survey(himmelblau, himmelblau.window, n=9)
    assert np.allclose(Z, survey(lambda p: himmelblau(p), himmelblau.window, n=9)[2])
    assert Z[2, 5] == himmelblau([X[2, 5], Y[2, 5]])


def test_where_a_function_fails_the_ground_has_a_hole():
    points = np.array([[1.0, 1.0], [-1.0, 1.0]])
    assert np.isnan(heights(lambda p: np.log(p[0] * p[1]), points)).tolist() == [False, True]
    assert np.isnan(heights(raises, points)).all()


@pytest.mark.parametrize("name", BROKEN)
def test_a_height_that_is_none_is_told(name):
    broken, told = BROKEN[name]
    with pytest.raises((TypeError, ValueError, RuntimeError), match=re.escape(told)):
        height(broken, (1.0, 2.0))


def test_an_error_within_the_function_comes_through():
    with pytest.raises(TypeError, match="unsupported operand"):
        height(lambda p: None + 1, (0, 0))


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_slopes_given_known_and_differenced_agree(x, y):
    by_hand = lambda p: [p[0] ** 2 - 1 + p[1] ** 2, 2 * p[0] * p[1]]  # noqa: E731
    assert np.allclose(slope(f, (x, y), by_hand), slope(f, (x, y)), atol=1e-8)
    assert np.array_equal(slope(himmelblau, (x, y)), himmelblau.gradient([x, y]))


@pytest.mark.parametrize("wrong", [lambda p: 1.0, lambda p: [1, 2, 3], lambda p: [np.nan, 1]])
def test_a_gradient_that_is_none_is_told(wrong):
    with pytest.raises(ValueError, match="two finite numbers would do"):
        slope(f, (0, 0), wrong)


@pytest.mark.parametrize("ground", [lambda p: 7.0, raises, lambda p: p[0], rosenbrock, himmelblau, plateau])
def test_every_ground_can_be_mapped_and_tilted(ground):
    X, Y, Z = survey(ground, VIEW, n=21)
    left, right = Figure().subplots(1, 2)
    contours(left, X, Y, Z)
    relief(right, X, Y, Z, seen_from_above(X, Y, Z))
    assert left.get_xlim() == VIEW[0] and left.get_ylim() == VIEW[1]


def test_lines_are_evenly_spaced_on_a_slope_and_denser_in_a_valley():
    def levels(ground):
        ax = Figure().subplots()
        contours(ax, *survey(ground, ((-2, 2), (-1, 3))))
        return np.diff(ax.collections[0].levels)

    assert np.allclose(levels(lambda p: p[0] + p[1]), levels(lambda p: p[0] + p[1])[0])
    assert levels(rosenbrock)[0] < levels(rosenbrock)[-1] / 20


def test_on_the_relief_higher_is_higher_and_farther_north_is_farther():
    place = seen_from_above(*survey(f, VIEW))
    assert place(0, 0, 1.0)[1] > place(0, 0, 0.5)[1]
    assert place(0, 1, 0.0)[2] > place(0, 0, 0.0)[2]


@FEW
@given(st.floats(-5, 5), st.floats(-5, 5))
def test_an_arrow_has_its_tip_where_it_says_and_a_head_of_two_equal_sides(dx, dy):
    x, y = arrow(Figure().subplots(), (1.0, 2.0), (dx, dy))[0].get_data()
    assert (x[0], y[0]) == (1, 2) and np.allclose((x[1], y[1]), (1 + dx, 2 + dy)) and (x[3], y[3]) == (x[1], y[1])
    assert np.isclose(np.hypot(x[2] - x[1], y[2] - y[1]), np.hypot(x[4] - x[3], y[4] - y[3]))


# --- every figure, every function


@pytest.mark.parametrize("make", OF_A_POINT)
@pytest.mark.parametrize("ground", [f, lambda p: 7.0])
def test_every_control_goes_to_both_ends(make, ground):
    ends_hold(make(ground))


@pytest.mark.parametrize("make", [lambda: figure.little_square(F), lambda: figure.loss_map([1, 2, 4], [2, 2, 5])])
def test_every_control_of_the_others_goes_to_both_ends(make):
    ends_hold(make())


def ends_hold(live):
    assert not live.error and live.status.endswith(".")
    for name, control in live.controls.items():
        for end in (control.values[0], control.values[-1]):
            live.move(**{name: end})
            assert not live.error, live.error
            assert live.frame["svg"] and "nan" not in live.status


@pytest.mark.parametrize("make", OF_A_POINT)
@pytest.mark.parametrize("name", ["raises", "two arguments"])
def test_a_broken_function_gets_a_sentence_in_the_figure(make, name):
    broken, told = BROKEN[name]
    assert told in make(broken).error


@pytest.mark.parametrize("make", [figure.dial, figure.field])
def test_a_broken_gradient_gets_a_sentence_in_the_figure(make):
    assert "two finite numbers would do" in make(f, gradient=lambda p: p[0]).error
    assert "no ground" in make(f, gradient=raises).error


@pytest.mark.parametrize(
    "broken, told",
    [
        (raises, "no ground"),
        (lambda p: [p[0]] * 3, "two finite numbers would do"),
        (lambda p: [np.nan, 1.0], "two finite numbers would do"),
        (lambda p: None, "F(p) is None: two finite numbers would do"),
        (lambda p: "ab", "F(p) is 'ab': two finite numbers would do"),
        (lambda x, y: [x, y], "missing 1 required positional argument: 'y': F(p), a function of one point"),
        (lambda p: p[0], "two finite numbers would do"),
        (3, "'int' object is not callable: F(p), a function of one point"),
    ],
)
def test_a_broken_map_of_the_plane_gets_a_sentence(broken, told):
    assert told in figure.little_square(broken).error


@pytest.mark.parametrize("make", [figure.hills, figure.ring])
def test_a_step_out_of_a_hole_heals_the_figure(make):
    live = make(lambda p: np.log(p[0]), view=((-1.0, 1.0), (-1.0, 1.0)), at=(-0.5, 0.0))
    assert "no ground here" in live.error
    assert not live.move(x=0.5).error


# --- what they say is true


def test_the_line_of_the_hills_goes_through_the_point():
    assert numbers(figure.hills(f).move(x=1.0, y=0.0).status)[:3] == [1, 0, -0.667]


@FEW
@given(st.floats(-1.7, 1.7), st.floats(-1.3, 1.3))
def test_slices_have_the_slopes_of_the_formula(x, y):
    said = numbers(drawn(LIVE["slices"], x=x, y=y))[2:]
    assert np.allclose(said, [x**2 - 1 + y**2, 2 * x * y], rtol=6e-4, atol=1e-6)


@FEW
@given(st.floats(-1.5, 1.5), st.floats(0.1, 1.2), st.integers(0, 360))
def test_the_dial_says_the_dot_product_and_the_cosine(x, y, angle):
    slope_said, *_, last = numbers(drawn(LIVE["dial"], x=x, y=y, angle=angle).replace("°", " "))[1:]
    u = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    assert np.isclose(slope_said, np.dot([x**2 - 1 + y**2, 2 * x * y], u), atol=6e-4) and slope_said == last


def test_the_dial_is_steepest_along_the_gradient_and_flat_where_there_is_none():
    rises = [numbers(drawn(LIVE["dial"], x=1.0, y=0.5, angle=a))[1] for a in range(0, 360, 4)]
    assert 4 * np.argmax(rises) == round(np.degrees(np.arctan2(1.0, 0.25)))
    assert np.isclose(max(rises), np.hypot(1.0, 0.25), atol=1e-3)
    assert "every other direction" in drawn(LIVE["dial"], x=1.0, y=0.0, angle=30)


@FEW
@given(st.floats(-4, 4), st.floats(-4, 4))
def test_a_gradient_crosses_the_level_line_at_a_right_angle(x, y):
    if np.hypot(*himmelblau.gradient([x, y])) > 1e-3:
        assert "at 90° to the level line" in drawn(LIVE["field"], x=x, y=y, downhill=False)


def test_a_wrong_gradient_does_not():
    wrong = figure.field(f, gradient=lambda p: slope(f, p)[::-1])
    assert "at 90°" not in wrong.status


@pytest.mark.parametrize("point", himmelblau.stationary)
def test_where_the_gradient_is_zero_no_direction_is_uphill(point):
    assert "no direction" in drawn(LIVE["field"], x=point[0], y=point[1], downhill=False)


@FEW
@given(st.floats(-2.5, 2.5), st.floats(0.2, 2.5))
def test_downhill_leads_to_the_bottom_of_a_round_bowl_and_beside_it_in_a_valley(x, y):
    assert ", is 0° off" in drawn(LIVE["round"], x=x, y=y, downhill=True)
    said = drawn(LIVE["valley"], x=x, y=y, downhill=True)
    worst = np.degrees(np.arctan(11 / (2 * np.sqrt(12))))  # κ = 12: tan φ = (κ − 1) / 2√κ, 57.8°
    assert numbers(said)[-1] <= round(worst)


def test_a_learners_function_without_known_minima_has_its_lowest_place_on_the_map():
    at_start = figure.field(lambda p: bowl(p), view=bowl.window, at=(2.0, -1.5), downhill=True).status
    assert ", is 0° off" in at_start or ", is 1° off" in at_start


def test_a_valley_counts_before_a_lower_corner_and_a_corner_if_there_is_no_valley():
    live = figure.field(f, at=(0.4, 0.0), downhill=True)  # its corner is lower than its valley at (1, 0)
    assert ", is 0° off" in live.status
    slope_only = figure.field(lambda p: p[0] + p[1], at=(0.0, 0.0), downhill=True)
    assert "nearest lowest point" in slope_only.status
    assert "nearest" not in figure.field(lambda p: float("nan"), downhill=True).status


def test_the_little_square_stays_on_its_grid():
    live = LIVE["square"]
    for name, end in (("x", 1.5), ("y", 1.5)):
        values = live.controls[name].values
        assert values[0] == -1.5 and values[-1] + 0.6 == pytest.approx(end)
    assert "turned over" in live.move(x=0.9, y=-1.5).status
    assert max(live.controls["side"].values) == 0.6


def test_a_dial_steeper_than_its_panel_says_how_far_up_it_goes():
    def words(**values):
        axes = Figure().subplots(1, 2)
        LIVE["dial"].stage.marks(axes, **LIVE["dial"].values | values)
        return [text.get_text() for text in axes[1].texts]

    assert words(x=1.7, y=1.3) == ["up to 5.69"] and words() == []


@pytest.mark.parametrize("ground", [himmelblau, saddle])
@pytest.mark.parametrize("kind", ["minima", "maxima", "saddles"])
def test_a_walk_around_tells_minimum_maximum_and_saddle(ground, kind):
    for x, y in getattr(ground, kind):
        said = drawn(LIVE[ground.name], x=x, y=y, r=0.05)
        assert {"minima": ": a minimum", "maxima": ": a maximum", "saddles": ": a saddle"}[kind] in said


def test_a_walk_around_elsewhere_tells_a_slope_or_a_plain():
    assert "a slope" in drawn(LIVE["saddle"], x=1.5, y=0.5, r=0.05)
    assert "is as high as in the middle" in figure.ring(lambda p: 7.0).status


def test_a_walk_around_a_point_that_is_not_level_calls_it_none():
    assert "a minimum lies within the circle" in drawn(LIVE["himmelblau"], x=3.2, y=2.1, r=1.0)
    assert "as around a saddle, but ∇f is not 0" in drawn(LIVE["saddle"], x=0.05, y=0.0, r=0.5)


def test_a_walk_along_a_trough_or_over_a_hole_says_so():
    assert "nowhere lower and in places as high: not a minimum alone" in figure.ring(lambda p: p[1] ** 2).status
    assert "nowhere higher and in places as high" in figure.ring(lambda p: -(p[1] ** 2)).status
    assert "the walk tells nothing" in figure.ring(lambda p: np.log(p[0]), at=(0.2, 0.0)).status


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9, 1e30])
def test_ground_of_any_height_has_its_slopes_its_level_point_and_short_numbers(scale):
    def ground(p):
        return scale * (p[0] ** 2 + 3 * p[1] ** 2)

    for make in OF_A_POINT:
        live = make(ground)
        assert not live.error and max(map(len, re.findall(r"[\d.]+", live.status))) < 12, live.status
    assert "no direction is uphill" not in figure.field(ground).status
    assert "no direction is uphill" in figure.field(ground, at=(0.0, 0.0)).status
    assert numbers(figure.dial(ground, at=(1.0, 0.0)).status)[1] == pytest.approx(2 * scale, rel=1e-3)
    assert ": a minimum." in figure.ring(ground, at=(0.0, 0.0)).status


@pytest.mark.parametrize("make", [*OF_A_POINT, figure.little_square])
def test_a_view_of_whole_numbers_moves_in_fine_steps_and_any_pair_of_pairs_will_do(make):
    ground = F if make is figure.little_square else f
    for view in (((-1, 1), (-2, 2)), [[-1, 1], [-2, 2]], np.array([[-1, 1], [-2, 2]])):
        live = make(ground, view, at=(0, 0))
        assert not live.error and len(live.controls["x"].values) > 30
    for view in (((1, -1), (-2, 2)), (-1, 1), ((0, 0), (0, 1)), "ab"):
        with pytest.raises(ValueError, match="y low, y high.* would do"):
            make(ground, view)


@pytest.mark.parametrize("make", [figure.slices, figure.ring])
def test_a_gradient_given_is_the_one_that_is_told(make):
    assert "2.5" in make(f, gradient=lambda p: [2.5, 0.0]).status


def test_a_square_that_hangs_over_an_edge_has_no_whole_image():
    live = figure.little_square(lambda p: [np.sqrt(p[0]), p[1]], at=(0.5, 0.6))
    assert "is multiplied by" in live.status
    assert "no whole image" in figure.little_square(lambda p: [np.sqrt(0.7 - p[0]), p[1]], at=(0.5, 0.6)).status


def test_data_that_no_line_fits_are_refused():
    for x, y, told in (([1, 2], [1], "one length"), ([1, np.nan], [1, 2], "NaN"), ([2, 2], [1, 3], "2 everywhere")):
        with pytest.raises(ValueError, match=told):
            figure.loss_map(x, y)


@FEW
@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_a_small_square_grows_by_the_determinant(x, y):
    said = numbers(drawn(LIVE["square"], x=x, y=y, side=1e-4))
    assert np.isclose(said[-1], 1 + x * y, atol=1e-3)
    assert np.isclose(said[-2], said[-1], atol=2e-3)


def test_a_square_that_is_turned_over_says_so():
    assert "turned over" in drawn(LIVE["square"], x=1.5, y=-1.5, side=0.1)
    assert "turned over" not in drawn(LIVE["square"], x=1.5, y=1.5, side=0.1)


# --- what they draw is true


def sketched(live, *panels, **values):
    """The lines that the marks draw on bare axes of their own, as points (k, 2), panel by panel."""
    axes = Figure().subplots(*panels)
    live.stage.marks(axes, **live.values | values)
    return [[np.column_stack(line.get_data()) for line in ax.lines] for ax in np.ravel(axes)]


@FEW
@given(st.floats(-1.5, 1.5), st.floats(-1.2, 1.2))
def test_slices_are_the_function_and_tangents_have_its_slope(x, y):
    panels = sketched(LIVE["slices"], 2, 2, x=x, y=y)
    for (cut, tangent, _), point, rise in zip(panels[2:], (1, 0), (x**2 - 1 + y**2, 2 * x * y), strict=True):
        others = np.full(len(cut), (x, y)[point])
        assert np.allclose(cut[:, 1], f((cut[:, 0], others) if point else (others, cut[:, 0])))
        assert np.isclose(np.diff(tangent[:, 1])[0] / np.diff(tangent[:, 0])[0], rise, atol=1e-7)


@FEW
@given(st.integers(0, 360))
def test_the_needle_points_to_the_angle_and_the_shadow_of_the_gradient_is_the_dot_product(angle):
    circle, shadow, gradient, needle, _ = sketched(LIVE["dial"], 1, 2, x=1.0, y=0.5, angle=angle)[0]
    middle, radius = np.array([1.0, 0.5]), np.hypot(*(circle[0] - [1.0, 0.5]))
    u = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    g = np.array([0.25, 1.0]) / np.hypot(0.25, 1.0)
    assert np.allclose(needle[1], middle + radius * u) and np.allclose(gradient[1], middle + radius * g)
    assert np.allclose(shadow[1], middle + radius * (g @ u) * u)


def test_the_measured_slopes_lie_on_the_cosine():
    curve, measured, *_ = sketched(LIVE["dial"], 1, 2, x=1.0, y=0.5)[1]
    assert np.allclose(curve[::3], measured, atol=1e-6)


@FEW
@given(st.floats(-4, 4), st.floats(-4, 4), st.booleans())
def test_the_large_arrow_points_uphill_or_downhill(x, y, downhill):
    live, g = LIVE["field"], himmelblau.gradient([x, y])
    if np.hypot(*g) > 1e-3:
        start, tip = sketched(live, x=x, y=y, downhill=downhill)[0][3 if downhill else 1][:2]
        way = (tip - start) / np.hypot(*(tip - start))
        assert np.allclose(way, (-1) ** downhill * g / np.hypot(*g))


@FEW
@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_a_tiny_square_becomes_the_parallelogram_of_the_jacobian(x, y):
    axes = Figure().subplots(1, 2)
    LIVE["square"].stage.marks(axes, x=x, y=y, side=1e-5)
    (image,), parallelogram = axes[1].patches, axes[1].lines[0].get_xydata()
    assert np.allclose(image.get_xy()[[0, 25, 50, 75]], parallelogram[:4], atol=1e-9)


WEIGHT, FUEL = cars()["weight_lb"] * 0.45359237 / 1000, cars()["litres_per_100km"]


@FEW
@given(st.floats(-5, 5), st.floats(-5, 5))
def test_standardised_the_loss_is_a_round_bowl(w, b):
    best = np.polyfit(standardise(WEIGHT), FUEL, 1)
    if np.hypot(w, b) > 0.1:
        assert "points 0° off" in drawn(LIVE["loss"], w=best[0] + w, b=best[1] + b)
    assert "points" not in drawn(LIVE["loss"], w=best[0], b=best[1])


def test_in_tonnes_downhill_misses_the_best_line():
    live = figure.loss_map(WEIGHT, FUEL, at=(-2.0, 4.5))
    assert numbers(live.status)[-1] > 60


LIVE = {
    "slices": figure.slices(f),
    "dial": figure.dial(f),
    "field": figure.field(himmelblau),
    "valley": figure.field(quadratic([1, 12], 0.5)),
    "round": figure.field(quadratic([3, 3])),
    "himmelblau": figure.ring(himmelblau),
    "saddle": figure.ring(saddle),
    "square": figure.little_square(F),
    "loss": figure.loss_map(standardise(WEIGHT), FUEL),
}
