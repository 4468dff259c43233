"""Lesson 03's figures: what they draw is what is true, every control goes to its ends, and what breaks is told."""

import math
import re
import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from calclib.data import cars, standardise
from calclib.descent import descend
from calclib.gradients import gradient
from calclib.labs import descent as labs
from calclib.labs.cars import LineLoss
from calclib.labs.curves import COUNTS
from calclib.labs.valleys import LOWEST, Valleys
from calclib.landscapes import bowl, himmelblau, plateau, rosenbrock, saddle, square, wavy
from calclib.optimizers import gradient_descent

DATA = cars()
WEIGHT, FUEL = DATA["weight_lb"], DATA["litres_per_100km"]
STANDARD = standardise(WEIGHT)


def two_valleys(x):
    return x**2 + 10 * np.sin(x)


def steep(x):
    return np.exp(2 * x) - 4 * x


def hill(x):
    return -(x**2)


def dome(p):
    return -(p[0] ** 2) - p[1] ** 2


def oval(p):
    x, y = p
    return x**2 + 4 * y**2 - x * y


@cache
def made(figure, *given):
    """A figure, made once for all tests."""
    return figure(*given)


def moved(figure, **values):
    """The figure at these values, all others where they began."""
    figure.at = {control.name: control.start for control in figure.controls.values()}
    return figure.move(**values)


def drawn(figure, **values):
    """The axes with the marks of these values on them, and the sentence."""
    moved(figure, **values)
    assert not figure.error, figure.error
    axes = Figure().subplots(*figure.stage.panels)
    figure.stage.prepare(axes)
    for line in [line for ax in np.ravel(axes) for line in ax.lines]:
        line.remove()  # what the scene drew
    with np.errstate(all="ignore"):
        return axes, figure.stage.marks(axes, **figure.values)


def lines(ax):
    return [line.get_xydata() for line in ax.lines]


# --- valleys, and what their curvature says


@given(st.floats(0.1, 20), st.floats(-2, 2), st.floats(-3, 3))
def test_a_parabolas_valley_and_curvature_are_found_with_and_without_its_slope(a, low, start):
    for slope in (None, lambda x: 2 * a * (x - low)):
        valley, L = Valleys(lambda x: a * (x - low) ** 2, slope=slope).below(start)
        assert valley == pytest.approx(low, abs=1e-6)
        assert L == pytest.approx(2 * a, rel=1e-5)


@pytest.mark.parametrize(
    "f, window, start, valley, L",
    [
        (wavy, None, 4.0, -1.110510503581, 2 - 5 * math.sin(-1.110510503581)),
        (lambda x: x**2 + 5 * np.sin(x), (-5, 5), 4.0, -1.110510503581, 2 - 5 * math.sin(-1.110510503581)),
        (lambda x: x**2 + 5 * math.sin(x), (-5, 5), 4.0, -1.110510503581, 2 - 5 * math.sin(-1.110510503581)),
        (steep, (-1.5, 1.5), 1.0, math.log(2) / 2, 8.0),
        (np.cosh, None, 2.0, 0.0, 1.0),
    ],
)
def test_the_walls_are_those_of_the_function_in_hand(f, window, start, valley, L):
    found = Valleys(f, window).below(start)
    assert found == pytest.approx((valley, L), rel=1e-6, abs=1e-7)
    assert f"2/L = {2 / L:.4g}" in labs.on_curve(f, window, start=start).status


def test_the_start_decides_which_valley_and_so_which_wall():
    ground = Valleys(two_valleys, (-5, 6))
    left, right = ground.below(1.5), ground.below(2.5)
    assert left[0] == pytest.approx(-1.30644, abs=1e-5) and right[0] == pytest.approx(3.83747, abs=1e-5)
    assert left[1] == pytest.approx(2 - 10 * math.sin(left[0]), rel=1e-6)
    assert ground.below(-4.0) == left and ground.below(5.5) == right


def test_a_kink_and_a_flat_bottom_have_no_wall():
    assert Valleys(np.abs).below(2.0)[1] is None
    assert Valleys(lambda x: x**4).below(2.0)[1] is None
    assert "no wall at 2/L" in labs.on_curve(np.abs).status and "no wall at 2/L" in labs.regimes(np.abs).status
    bent = Valleys(lambda x: np.where(x > 0, x**2, 2 * x**2))  # another curvature on either side
    assert bent.below(2.0)[1] is None
    for scale in (1e-9, 1e9):  # however gentle or steep, a parabola has one
        assert Valleys(lambda x, scale=scale: scale * x**2).below(2.0)[1] == pytest.approx(2 * scale)
    assert Valleys(lambda x: -(x**2)).below(2.0) == (None, None)


# --- descent on a curve


@pytest.mark.parametrize("lr", [0.1, 0.5, 0.9, 1.0, 1.05])
def test_on_a_parabola_each_step_leaves_one_minus_alpha_L(lr):
    (top, scale), said = drawn(made(labs.on_curve, square), lr=lr, steps=6)
    points = 2 * (1 - 2 * lr) ** np.arange(7)
    path = lines(top)[1]
    assert np.allclose(path, np.stack([points, points**2], axis=1))
    assert lines(scale)[0][0, 0] == pytest.approx(2 * lr)
    assert f"x = {points[-1]:.5g}" in said


@pytest.mark.parametrize(
    "f, values, told",
    [
        (square, {"lr": 0.0}, "every step has length 0"),
        (square, {"start": 0.0}, "starts at the bottom"),
        (square, {"lr": 0.5}, "α is 1/L"),
        (square, {"lr": 1.0}, "keeps the distance"),
        (square, {"lr": 0.1}, "leaves 80%"),
        (square, {"lr": 0.9}, "overshoots and leaves 80%"),
        (square, {"lr": 1.05, "steps": 60}, "overshoots and leaves 110%"),
        (square, {"lr": 1.2, "steps": 60}, "a thousand windows away"),
        (hill, {"start": 0.0}, "on a top"),
        (lambda x: x**3, {"start": 0.0}, "on a ledge"),
        (hill, {"start": 1.0}, "no valley in this window"),
        (lambda x: np.log(x), {"start": 1.0}, "no valley"),
    ],
)
def test_every_case_says_what_is_true(f, values, told):
    assert told in moved(made(labs.on_curve, f, (-3, 3)), **values).status


def test_the_start_is_put_down_by_hand():
    assert made(labs.on_curve, square).layout_of["pointer"] == ["start"]
    assert made(labs.plane, bowl).layout_of["pointer"] == ["x", "y"]
    figure = labs.cloud(STANDARD, FUEL)
    assert figure.layout_of["pointer"] == ["b", "w"]
    (left, right), _ = drawn(figure, b=9.0, w=-6.0)
    assert np.allclose(lines(left)[0][0], [figure.values["b"], figure.values["w"]])
    assert np.array_equal(lines(right)[0][:, 0], np.arange(201))


# --- many rates


def test_side_by_side_draws_each_rates_own_descent():
    rates = [0.05, 0.5, 0.9, 1.05]
    axes, said = drawn(labs.side_by_side(square, rates), step=12, start=2.0)
    for (top, bottom), lr in zip(axes.T, rates, strict=True):
        points = 2 * (1 - 2 * lr) ** np.arange(13)
        assert np.allclose(lines(top)[-1][:, 1], points)
        assert np.allclose(lines(bottom)[-1][:, 1], np.maximum(points**2, LOWEST))
        assert f"{lr:g} → {points[-1]:.3g}" in said


@pytest.mark.parametrize("a", [0.5, 3.7])
def test_on_a_parabola_the_map_has_its_wall_exactly_at_2_over_L(a):
    """Whatever the number of steps, the final distance passes that of the start at α = 2/L, and nowhere else."""
    figure = labs.regimes(lambda x: a * (x - 1) ** 2, start=-1.0)
    for steps in COUNTS:
        ax, _ = drawn(figure, steps=steps)
        rates, error = next(line for line in lines(ax) if len(line) > 100).T
        farther, step = error > 2.0 * (1 + 1e-6), rates[1] - rates[0]
        wall = rates[farther].min()
        assert np.array_equal(farther, rates > wall - step / 2)
        assert wall - step <= 1 / a + 1e-5 <= wall + 2e-5


def test_rates_that_are_as_good_and_no_neighbours_are_told_apart():
    """Between them the descent ends in the other valley."""
    said = labs.regimes(lambda x: x**4 - 2 * x**2, start=2.0, steps=200).status
    assert re.search(r"α = 0\.01\d+ to 0\.08\d+, and some rates up to 0\.16\d+, came nearest", said), said


def test_few_steps_on_a_parabola_are_best_spent_at_1_over_L():
    ax, said = drawn(labs.regimes(square), steps=1)
    assert "α = 0.5 came nearest" in said


@pytest.mark.parametrize("f, window, start, wall", [(wavy, None, -2.0, 0.308656), (steep, (-1.5, 1.5), 1.0, 0.25)])
def test_other_curves_settle_below_2_over_L_and_not_above(f, window, start, wall):
    ax, _ = drawn(labs.regimes(f, window, start=start), steps=200)
    rates, error = next(line for line in lines(ax) if len(line) > 100).T
    assert np.all(error[(rates > 0.1 * wall) & (rates < 0.96 * wall)] < 1e-3)
    assert np.all(error[rates > 1.02 * wall] > 1e-2)


# --- the plane


AT = {"lr": 0.1, "x": 1.5, "y": -1.0}


def oval_slope(p):
    return np.array([2 * p[0] - p[1], 8 * p[1] - p[0]])


@pytest.mark.parametrize("f, slope", [(bowl, bowl.gradient), (oval, None), (oval, oval_slope)])
def test_the_plane_draws_the_path_of_descend(f, slope):
    (left, right), _ = drawn(made(labs.plane, f, None, slope) if slope is oval_slope else made(labs.plane, f), **AT)
    given = slope or (lambda p: gradient(f, p))
    path = descend(gradient_descent, given, [1.5, -1.0], lr=0.1, tol=1e-6)
    assert np.allclose(lines(left)[0], path)
    assert left.get_aspect() == 1


def test_the_wall_in_the_plane_is_that_of_the_largest_curvature():
    assert "2/L = 1." in made(labs.plane, bowl).status
    largest = np.linalg.eigvalsh([[2, -1], [-1, 8]])[-1]
    assert f"2/L = {2 / largest:.3g}." in made(labs.plane, oval).status


@pytest.mark.parametrize(
    "f, values, told",
    [
        (bowl, {"x": -1.0, "y": -1.5}, "starts at the bottom"),
        (bowl, {"lr": 0.0}, "stays at (2, 1.5)"),
        (bowl, {"lr": 0.1}, "is at (−1, −1.5): there the gradient is below"),
        (bowl, {"lr": 1.2}, "it is a thousand windows away"),
        (saddle, {"x": 0.0, "y": 0.0}, "starts at a saddle, λ = −1 and 1"),
        (saddle, {"x": 1.5, "y": 0.0}, "is at ("),
        (dome, {"x": 0.0, "y": 0.0}, "starts on a top, no minimum"),
        (dome, {}, "No valley in view has a wall"),
        (lambda p: abs(p[0]) + abs(p[1]), {}, "No valley in view has a wall"),
        (lambda p: p[0] ** 4 + p[1] ** 4, {}, "No valley in view has a wall"),
        (lambda p: math.log(p[0]) + p[1] ** 2, {}, "it has left the ground"),
        (dome, {"lr": 1.0}, "it is a thousand windows away"),
        (lambda p: 1.0, {}, "the curvatures do not tell what it is"),
    ],
)
def test_every_case_in_the_plane_says_what_is_true(f, values, told):
    assert told in moved(made(labs.plane, f), **values).status


def test_a_path_of_a_thousand_points_is_drawn_as_cheaply_as_a_short_one():
    long = labs.plane(rosenbrock, start=(-1.2, 1.0), lr=0.0015, steps=1000)
    short = moved(made(labs.plane, bowl), lr=0.1)
    assert len(long.frame["svg"]) < 2 * len(short.frame["svg"]) and long.frame["svg"]


# --- noise and schedules


def test_the_schedules_drawn_are_those_of_the_formulas():
    figure = made(labs.schedules, square)
    (left, _), _ = drawn(figure, kind="cosine", lr=0.95, steps=100)
    t = np.arange(100)
    assert np.allclose(lines(left)[0][:, 1], 0.95 * (1 + np.cos(np.pi * t / 100)) / 2)
    (left, right), _ = drawn(figure, kind="constant", lr=0.95)
    assert np.allclose(lines(left)[0][:, 1], 0.95)
    assert np.allclose(lines(right)[0], lines(right)[1])


def test_ones_own_schedule_joins_them_and_a_stub_is_told():
    own = labs.schedules(square, yours=lambda t, lr, steps: lr / (1 + t))
    (left, _), said = drawn(own, kind="yours", lr=0.5)
    assert np.allclose(lines(left)[0][:3, 1], own.values["lr"] / np.array([1, 2, 3])) and said.startswith("yours")
    assert "TypeError" in labs.schedules(square, yours=lambda t, lr, steps: None).move(kind="yours").error


def test_a_schedule_ends_lower_than_the_constant_rate_it_starts_from():
    (_, right), _ = drawn(made(labs.schedules, square), kind="cosine", lr=0.3, steps=150)
    constant, cosine, _ = lines(right)
    assert cosine[-1, 1] < constant[-30:, 1].mean() / 2


def test_the_gradient_of_the_lines_loss_is_right_and_its_batches_are_right_on_average():
    loss, theta = LineLoss(STANDARD, FUEL), np.array([3.0, -1.0])
    assert np.allclose(loss.gradient(theta), gradient(lambda t: np.mean((loss.X @ t - FUEL) ** 2), theta))
    rng = np.random.default_rng(0)
    mean = np.mean([loss.batches(5)(theta, rng) for _ in range(4000)], axis=0)
    assert np.allclose(mean, loss.gradient(theta), rtol=0.05)


def test_the_noise_floor_is_proportional_to_alpha_over_the_batch_size():
    loss = LineLoss(STANDARD, FUEL)

    def floor(batch, lr):
        path = descend(gradient_descent, loss.batches(batch), loss.least, lr=lr, steps=6000, rng=0)
        return loss.above(np.asarray(path)[100:]).mean()

    assert floor(10, 0.05) / floor(10, 0.025) == pytest.approx(2, rel=0.15)
    assert floor(10, 0.025) / floor(40, 0.025) == pytest.approx(4, rel=0.15)


def test_with_all_rows_there_is_no_cloud():
    _, said = drawn(labs.cloud(STANDARD, FUEL), batch="392", lr=0.1)
    assert "1e−10 above the least" in said and "no floor" in said


def test_a_floor_is_told_only_where_the_loss_has_stopped_falling():
    figure = labs.cloud(STANDARD, FUEL)
    (_, right), said = drawn(figure, batch="10", lr=0.008)
    assert "still falling" in said and len(lines(right)) == 1
    for batch in ("1", "2", "5", "10", "20", "50", "100"):
        (_, right), said = drawn(figure, batch=batch, lr=0.05)
        assert "(the dashed floor)" in said and len(lines(right)) == 2, batch


# --- the cars


def test_the_settling_line_ends_at_the_least_squares_line_if_the_feature_is_standardised():
    figure = labs.settling(STANDARD, FUEL)
    (left, _), said = drawn(figure, lr=0.5, step=200)
    slope, offset = np.polyfit(STANDARD, FUEL, 1)
    x, y = lines(left)[-1].T
    assert np.allclose(y, slope * x + offset)
    assert "100 % of the wall" not in said and "2/L = 1." in said


def test_raw_weights_leave_the_offset_where_it_was_and_run_away_past_the_wall():
    figure = labs.settling(WEIGHT, FUEL)
    assert "2/L = 1.04e−7" in figure.status
    (left, _), _ = drawn(figure, step=200)
    (x0, y0), (x1, y1) = lines(left)[-1]
    assert abs(y0 - x0 * (y1 - y0) / (x1 - x0)) < 1e-4  # where −0.894 belongs
    assert "run away" in figure.move(lr=1.0, step=200).status


# --- every control, and every way to break


FIGURES = {
    "on_curve, own": lambda: labs.on_curve(lambda x: x**2 + 10 * math.sin(x), (-5, 6)),
    "on_curve, log": lambda: labs.on_curve(lambda x: x - np.log(x), (-1, 4)),
    "side_by_side": lambda: labs.side_by_side(wavy, [0.01, 0.3, 0.4]),
    "side_by_side, steep": lambda: labs.side_by_side(lambda x: x**4, [0.01, 0.3, 9.0]),
    "regimes": lambda: labs.regimes(two_valleys, (-5, 6)),
    "regimes, steep": lambda: labs.regimes(steep, (-1.5, 1.5)),
    "regimes, no valley": lambda: labs.regimes(lambda x: x),
    "plane": lambda: labs.plane(himmelblau),
    "plane, flat": lambda: labs.plane(plateau),
    "plane, own": lambda: labs.plane(oval),
    "plane, hole": lambda: labs.plane(lambda p: math.log(p[0] + 4) ** 2 + p[1] ** 2),
    "schedules": lambda: labs.schedules(wavy),
    "cloud": lambda: labs.cloud(STANDARD, FUEL),
    "cloud, two points": lambda: labs.cloud([0.0, 1.0], [1.0, 2.0]),
    "settling": lambda: labs.settling(WEIGHT, FUEL),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_control_goes_to_both_ends(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        assert not figure.error and figure.status and figure.alt
        assert [control.kind for control in figure.controls.values()].count("slider") <= 3
        begin = figure.values
        for control in figure.controls.values():
            for value in (control.labels[0], control.labels[-1]):
                figure.move(**{control.name: value})
                assert not figure.error, figure.error
                assert figure.status and "nan" not in figure.status
            figure.move(**{control.name: begin[control.name]})
        for end in (0, -1):
            figure.move(**{c.name: c.labels[end] for c in figure.controls.values()})
            assert not figure.error, figure.error


def half(x):
    """A function of one number that ends at 0."""
    if x < 0:
        raise RuntimeError("no ground")
    return (x - 1) ** 2


@pytest.mark.parametrize("make", [labs.on_curve, lambda f: labs.side_by_side(f, [0.1, 0.6]), labs.regimes])
@pytest.mark.parametrize("f", [half, lambda x: (x - 1) ** 2 + 0 * math.sqrt(x)])
def test_a_function_that_ends_within_the_window_is_drawn_where_it_is_and_told_where_it_is_not(make, f):
    figure = make(f)
    assert not figure.error and figure.status
    assert figure.move(start=-1.0).error.startswith("Not drawn at")
    assert not figure.move(start=2.0).error


def test_a_start_where_f_is_nan_leads_nowhere():
    figure = labs.on_curve(lambda x: x - np.log(x), start=2.0)
    assert "there is no f, or no slope, to go on with" in figure.move(start=-1.0).status


def test_a_path_that_outgrows_the_function_has_run_away():
    assert "1.2 → gone" in labs.side_by_side(lambda x: 50 * math.cosh(x), [0.01, 1.2]).status
    figure = labs.regimes(math.cosh, start=0.5)
    ax, said = drawn(figure, steps=200)
    rates, error = next(line for line in lines(ax) if len(line) > 100).T
    assert error[(rates > 0.05) & (rates < 1.9)].max() < 1e-3 and error[rates > 2.1].min() > 1 and "2/L = 2." in said


@pytest.mark.parametrize("rates", [0.1, [0.1]])
def test_one_rate_alone_has_its_column(rates):
    assert "0.1 → 0.137" in labs.side_by_side(square, rates).status


@pytest.mark.parametrize("rates", [[], [-0.1, 0.1], [[0.1]], [np.nan]])
def test_rates_that_are_none_are_refused(rates):
    with pytest.raises(ValueError, match="a list of learning rates"):
        labs.side_by_side(square, rates)


@pytest.mark.parametrize("make", [labs.on_curve, labs.regimes, labs.plane])
def test_a_window_that_is_none_is_refused(make):
    for window in ((2, -2), (1, 1), 3):
        with pytest.raises(ValueError, match="would do"):
            make(square, window)


@pytest.mark.parametrize(
    "yours, told",
    [
        (lambda t, lr, steps: None, "is None: a number such as 0.5 would do"),
        (lambda t, lr, steps: -lr, "zero or a number above it would do"),
        (lambda t, lr, steps: math.nan, "a finite number would do"),
        (lambda t, lr, steps: [lr, lr], "a number such as 0.5 would do"),
        (lambda t, lr: lr, "takes 2 positional arguments but 3 were given"),
    ],
)
def test_a_schedule_that_is_none_gets_one_sentence(yours, told):
    error = labs.schedules(square, yours=yours).move(kind="yours").error
    assert told in error and "\n" not in error and len(error) < 250


def test_all_data_at_zero_have_a_cloud_too():
    assert not labs.cloud([0.0, 1.0, 2.0], [0.0, 0.0, 0.0]).error


BROKEN = {
    "raises": (lambda x: 1 / 0, "division by zero"),
    "two arguments": (lambda x, y: x, "missing 1 required positional argument: 'y': f("),
    "none": (lambda: 1, "0 positional arguments but 1 was given: f("),
    "NaN": (lambda x: np.nan * np.sum(x), "f is NaN or infinite from -3 to 3"),
    "nothing": (lambda x: None, " is None: one number would do"),
    "shape": (lambda x: [x, x], "]: one number would do"),
    "text": (lambda x: "high", " is 'high': one number would do"),
    "complex": (lambda x: 1j * x, "j): one number would do"),
    "a point": (lambda x: x[0] ** 2, "'float' object is not subscriptable"),
    "no function": (3, "f is 3: a function of one argument"),
}


TAKERS = {
    "on_curve": labs.on_curve,
    "side_by_side": lambda f: labs.side_by_side(f, [0.1, 0.5]),
    "regimes": labs.regimes,
    "schedules": labs.schedules,
    "plane": labs.plane,
}
PAIRS = [("on_curve", way) for way in BROKEN] + [("plane", way) for way in ("two arguments", "nothing", "shape")]
PAIRS += [("side_by_side", "NaN"), ("regimes", "raises"), ("schedules", "two arguments")]


@pytest.mark.parametrize("name, way", PAIRS)
def test_a_broken_function_gets_one_clear_sentence(name, way):
    broken, named = BROKEN[way]
    shown = TAKERS[name](broken)
    assert shown.error.startswith("Not drawn at") and named in shown.error
    assert "\n" not in shown.error and len(shown.error) < 400


@pytest.mark.parametrize("slope", [lambda x, y: x, lambda x: [x, x, x]])
def test_a_broken_slope_gets_one_too(slope):
    assert labs.on_curve(square.function, slope=slope).error.startswith("Not drawn at")


@pytest.mark.parametrize("slope", [lambda p, q: p, lambda p: [1.0, 2.0, 3.0]])
def test_so_does_a_broken_gradient(slope):
    assert labs.plane(oval, gradient=slope).error.startswith("Not drawn at")


@pytest.mark.parametrize("figure", [labs.cloud, labs.settling])
def test_data_that_do_not_pair_up_are_refused(figure):
    with pytest.raises(ValueError, match="two columns of one length from 2 up would do"):
        figure([1.0, 2.0, 3.0], [1.0, 2.0])
