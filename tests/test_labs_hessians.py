"""Lesson 04's figures: what they draw is what is true, every control goes to its ends, and what breaks is told."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from calclib.labs import hessians as labs
from calclib.labs.bends import bottom, curvatures, kind, scales
from calclib.labs.words import number
from calclib.landscapes import himmelblau, plateau, quadratic, rosenbrock, saddle, wavy
from calclib.pictures.ground import slope


def family(along, across):
    return lambda kappa: lambda p: along * p[0] ** 2 + across * kappa * p[1] ** 2


def ridge(p):
    x, y = p
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def hollow(p):
    x, y = p
    return math.log(1 + x**2 + 9 * y**2)


FIGURES = {
    "parabola of a plain function": lambda: labs.parabola(math.sin),
    "parabola of a landscape": lambda: labs.parabola(wavy),
    "bending of a landscape": lambda: labs.bending(himmelblau),
    "bending of a plain function": lambda: labs.bending(ridge),
    "shaper": labs.shaper,
    "shaper of a Hessian": lambda: labs.shaper([[1.0, 3.0], [3.0, 1.0]]),
    "zigzag": lambda: labs.zigzag(family(1, 1)),
    "zigzag of landscapes": lambda: labs.zigzag(lambda kappa: quadratic([1, kappa], 0.3)),
    "factors": lambda: labs.factors(np.diag([2.0, 5.0, 20.0])),
    "units": lambda: labs.units(hollow),
    "units of a landscape": lambda: labs.units(quadratic([1, 25], 0.5)),
    "race": lambda: labs.race(rosenbrock),
    "race of a plain function": lambda: labs.race(ridge, ((-2, 2), (-2, 2))),
    "escape": lambda: labs.escape(saddle),
    "escape on a plain function": lambda: labs.escape(ridge, ((-2, 2), (-2, 2))),
}


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_every_control_goes_to_its_ends_and_says_so(make):
    figure = make()
    assert figure.status and not figure.error
    start = dict(figure.at)
    for name, control in figure.controls.items():
        for stop in (0, len(control.values) - 1):
            figure.at = {**start, name: stop}
            assert figure.error == "" and figure.status.endswith("."), (name, stop, figure.error)
            assert "nan" not in figure.status, figure.status


def drawn(figure, **values):
    """The axes with the marks of these values on them, without the scene's lines."""
    figure.move(**values)
    assert not figure.error, figure.error
    axes = np.atleast_1d(Figure().subplots(*figure.stage.panels))
    shape = axes if axes.size > 1 else axes[0]
    figure.stage.prepare(shape)
    before = [list(ax.lines) for ax in axes.flat]
    figure.stage.marks(shape, **figure.values)
    return [
        [line.get_xydata() for line in ax.lines if line not in old] for ax, old in zip(axes.flat, before, strict=True)
    ]


# --- curvatures


@given(a=st.floats(-20, 20), b=st.floats(-20, 20), angle=st.floats(0, 3), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_curvatures_of_a_plain_function_are_those_of_the_landscape(a, b, angle, x, y):
    f = quadratic([a, b], angle)
    found = curvatures(lambda p: float(f(p)), (x, y))[0]
    np.testing.assert_allclose(found, sorted([a, b]), atol=2e-5)
    np.testing.assert_allclose(curvatures(f, (x, y))[0], sorted([a, b]), atol=1e-12)


@pytest.mark.parametrize(
    "bends, said",
    [
        ((2, 20), "as in a bowl"),
        ((-3, -1), "as in a dome"),
        ((-1e-3, 5), "as at a saddle"),
        ((0, 5), "bends up along one axis; along the other λ = 0"),
        ((-5, 0), "bends down along one axis; along the other λ = 0"),
        ((1e-9, 5), "hardly at all, λ ≈ 0"),
        ((0, 0), "the Hessian tells nothing"),
    ],
)
def test_every_shape_has_its_sentence(bends, said):
    assert said in kind(np.array(bends, dtype=float))


@pytest.mark.parametrize("f", [quadratic([2, 20], 0.4), quadratic([-1, 4], 0.4), hollow, rosenbrock, saddle])
def test_the_level_point_is_found(f):
    view = getattr(f, "window", ((-3, 3), (-3, 3)))
    p = bottom(f, view)
    assert np.linalg.norm(slope(f, p)) < 1e-5


def test_the_wave_of_bending_has_its_ends_at_the_eigenvalues():
    figure = labs.bending(himmelblau)
    for x, y in ((0.1, 2.9), (3, 2), (-0.3, -0.9)):
        _, right = drawn(figure, x=x, y=y)
        wave, at = right[0][:, 1], (figure.values["x"], figure.values["y"])
        low, high = np.linalg.eigvalsh(himmelblau.hessian(np.array(at)))
        assert wave.min() == pytest.approx(low, abs=0.005 * (high - low))
        assert wave.max() == pytest.approx(high, abs=0.005 * (high - low))
        dots = [line[0] for line in right if len(line) == 1]
        np.testing.assert_allclose(sorted(d[1] for d in dots), [low, high])
        assert abs(dots[0][0] - dots[1][0]) == pytest.approx(90)


@pytest.mark.parametrize("x", [-5.0, 0.0, 5.0])
@pytest.mark.parametrize("y", [-5.0, 0.0, 5.0])
def test_the_wave_stays_within_its_panel(x, y):
    figure = labs.bending(himmelblau)
    axes = Figure().subplots(1, 2)
    figure.stage.prepare(axes)
    low, high = axes[1].get_ylim()
    wave = drawn(figure, x=x, y=y)[1][0][:, 1]
    assert low < wave.min() and wave.max() < high


def test_level_points_are_told():
    figure = labs.bending(himmelblau, at=(3.0, 2.0))
    assert "as in a bowl" in figure.status and figure.status.endswith("Here ∇f = 0.")
    assert not figure.move(x=1, y=1).status.endswith("Here ∇f = 0.")


# --- the parabola


def test_the_parabola_touches_and_bends_as_the_curve():
    figure = labs.parabola(np.sin)
    for x in (-2.0, 0.5, 1.5):
        (_, curve, *_), _ = drawn(figure, x=x)
        x = figure.values["x"]
        near = curve[np.abs(curve[:, 0] - x) < 0.1]
        assert np.abs(near[:, 1] - np.sin(near[:, 0])).max() < 0.1**3 / 6 * 1.01
        assert f"f″ = {-np.sin(x):.3f}".replace("-", "−") in figure.status


def test_a_corner_has_no_second_derivative():
    assert "corner" in labs.parabola(abs, at=0.0).status
    assert "straight" in labs.parabola(abs, at=1.0).status


# --- the wall


@settings(max_examples=12)
@given(kappa=st.sampled_from([1.0, 3.0, 10.0, 30.0, 100.0]), part=st.sampled_from([0.5, 1.9, 1.98, 2.02, 2.2]))
def test_the_zigzag_comes_nearer_below_the_wall_and_runs_away_above_it(kappa, part):
    figure = ZIGZAG.move(kappa=f"{kappa:g}", lr=part, x=2.6, y=1)
    assert figure.values["kappa"] == kappa
    away = drawn(figure)[1][0][:, 1]
    across = abs(figure.values["y"] * (1 - part) ** np.arange(len(away)))
    along = abs(figure.values["x"] * (1 - part / figure.values["kappa"]) ** np.arange(len(away)))
    np.testing.assert_allclose(away, np.maximum(np.hypot(along, across), 1e-7), rtol=1e-3, atol=1e-6)
    assert f"{'above' if part > 2 else 'below'} the wall" in figure.status


ZIGZAG = labs.zigzag(family(1, 1))


def test_the_zigzag_has_three_sliders_and_a_choice_that_knows_its_start():
    assert [control.kind for control in ZIGZAG.controls.values()] == ["choice", "slider", "slider", "slider"]
    other = labs.zigzag(family(1, 1), kappa=7.5)
    assert other.values["kappa"] == 7.5 and other.controls["kappa"].labels == ("1", "3", "7.5", "10", "30", "100")


def test_the_dashed_line_is_the_pace_of_the_best_fixed_rate():
    kappa = ZIGZAG.move(kappa=10, lr=1.9).values["kappa"]
    dashed = drawn(ZIGZAG)[1][1][:, 1]
    np.testing.assert_allclose(dashed[1:] / dashed[:-1], (kappa - 1) / (kappa + 1), rtol=1e-6)


@pytest.mark.parametrize(
    "figure, said",
    [
        (lambda: labs.zigzag(family(1, 1), lr=0.0), "With α = 0 nothing moves"),
        (lambda: labs.zigzag(family(1, 1), at=(0.0, 0.0)), "no rate moves it"),
        (lambda: labs.zigzag(family(1, 1), lr=2.0), "at the wall"),
        (lambda: labs.zigzag(family(0, 1)), "λ = 0"),
        (lambda: labs.zigzag(family(-0.2, 1)), "λ < 0"),
        (lambda: labs.factors([[1, 3], [3, 1]]), "λ < 0"),
        (lambda: labs.factors([[1, 0], [0, 0]]), "λ = 0"),
        (lambda: labs.factors([[0, 0], [0, 0]]), "λ = 0"),
        (lambda: labs.shaper([[0, 0], [0, 0]]), "it is level everywhere"),
        (lambda: labs.shaper([[0, 0], [0, -3]]), "it bends down along one axis and is level along the other"),
        (lambda: labs.shaper([[-1, 0], [0, 3]]), "as at a saddle"),
        (lambda: labs.units(quadratic([-1, 4], 0.3)), "runs away along that axis"),
        (lambda: labs.units(quadratic([1, 4], 0.3), at=(0.0, 0.0)), "nothing moves it"),
        (lambda: labs.bending(lambda p: p[0] + p[1]), "the Hessian tells nothing"),
        (lambda: labs.race(lambda p: p[0]), "λ = 0, so H has no inverse, and there is no step"),
        (lambda: labs.race(lambda p: p[0] ** 2), "λ = 0, so H has no inverse, and there is no step"),
        (lambda: labs.race(lambda p: abs(p[0]) + p[1] ** 2), "so H has no inverse"),
        (lambda: labs.race(lambda p: 7.0), "where ‖∇f‖ is 0."),
        (lambda: labs.race(lambda p: p[0] * math.log(p[0]) + p[1] ** 2, at=(2.0, 1.0)), "it leaves the ground"),
        (lambda: labs.escape(lambda p: math.log(p[0]) + p[1] ** 2, at=(1.0, 1.0)), "it left the ground"),
        (lambda: labs.escape(lambda p: p[0] + p[1]), "it is on its way at"),
        (lambda: labs.zigzag(family(-0.2, -1)), "leaves 2.90 of the way along the one axis"),
        (lambda: labs.zigzag(lambda kappa: lambda p: 1.0), "nothing moves at any rate"),
        (lambda: labs.units(lambda p: p[0] ** 2 + p[0] ** 4 + p[1] ** 2), "it runs away: farther out f bends"),
        (lambda: labs.race(plateau, at=(4.0, 3.0)), "does not tell what it is"),
        (lambda: labs.race(saddle, at=(0.0, 0.0)), "which is a saddle"),
        (lambda: labs.escape(lambda p: -(p[0] ** 2) - p[1] ** 2), "ran away"),
        (lambda: labs.escape(saddle, at=(0.0, 1.0), noise=0.0), "from step 0 on it was near there"),
    ],
)
def test_what_is_degenerate_is_drawn_and_told(figure, said):
    figure = figure()
    assert figure.error == "" and said in figure.status


@given(st.lists(st.floats(0.1, 30), min_size=1, max_size=5), st.floats(0, 1))
@settings(max_examples=5)
def test_the_factors_are_those_of_a_descent(bends, part):
    H = np.diag(bends)
    figure = labs.factors(H)
    figure.move(lr=part * figure.controls["lr"].values[-1])
    lr, x = figure.values["lr"], np.ones(len(bends))
    shares = np.abs((x - lr * H @ x) / x)
    dots = drawn(figure)[0][1]
    np.testing.assert_allclose(sorted(dots[:, 1]), sorted(shares), atol=1e-9)
    assert f"sets the pace: {number(shares.max())}" in figure.status
    assert f"2/λmax = {number(2 / max(bends))}" in figure.status


# --- units


@pytest.mark.parametrize("choice, kappa", [("as given", 25), ("one scale per axis", None), ("along the axes of H", 1)])
def test_units_change_the_condition_number_to_what_the_sentence_says(choice, kappa):
    f = quadratic([1, 25], 0.5)
    H = f.hessian(np.zeros(2))
    S = scales(H, choice)
    assert np.linalg.det(S) == pytest.approx(1)
    found = np.linalg.cond(S.T @ H @ S)
    d = np.diag(np.diag(H) ** -0.5)
    assert found == pytest.approx(kappa or np.linalg.cond(d @ H @ d))
    assert f"{number(found)}" in labs.units(f, choice=choice).status


def test_both_pictures_of_the_units_show_one_path():
    figure = labs.units(quadratic([1, 25], 0.5), choice="one scale per axis")
    left, right = drawn(figure)
    S = scales(quadratic([1, 25], 0.5).hessian(np.zeros(2)), "one scale per axis")
    np.testing.assert_allclose(left[0], right[1] @ S.T, atol=1e-9)


def test_the_steps_told_are_those_that_the_best_rate_needs():
    figure = labs.units(quadratic([1, 25], 0.0), at=(2.0, 0.08))  # both axes have their full share
    steps = int(re.search(r"after (\d+) steps", figure.status)[1])
    assert steps == pytest.approx(math.log(1e-3) / math.log(24 / 26), abs=1)
    assert "after 1 step." in labs.units(quadratic([1, 25], 0.5), choice="along the axes of H").status


# --- Newton, and saddles


def test_newton_climbs_on_rosenbrock_and_does_not_when_damped():
    figure = labs.race(rosenbrock, at=(-1.2, 1.0))
    assert "6 steps, and climbed in 2 of them: it is at the minimum (1.00, 1.00)" in figure.status
    assert "climbed" not in figure.move(damped=True).status


def test_newton_goes_to_a_saddle_and_the_damped_one_to_a_minimum():
    figure = labs.race(himmelblau)
    assert "which is a saddle" in figure.status
    assert "it is at the minimum" in figure.move(damped=True).status


def test_without_noise_it_stays_at_the_saddle_and_with_less_noise_it_stays_longer():
    figure = labs.escape(saddle)
    assert "still at (0, 0)" in figure.move(noise=0.0).status
    waits = []
    for noise in (1e-4, 1e-7, 1e-10):
        waits.append(int(re.search(r"from step (\d+) on", figure.move(noise=noise).status)[1]))
    for more in np.diff(waits):
        assert more == pytest.approx(math.log(1000) / math.log(1.1), abs=12)


# --- what a learner may pass


def raises(p):
    raise RuntimeError("mine")


BROKEN = {
    "raises": (raises, "RuntimeError: mine"),
    "NaN": (lambda p: math.nan, "f(p) is nan"),
    "nothing": (lambda p: None, "f(p) is None"),
    "a vector": (lambda p: np.zeros(3), "one number would do"),
    "two arguments": (lambda x, y: x, "f(p)"),
}


def test_a_parabola_is_told_what_is_wrong_with_its_function():
    for f, said in ((lambda x: None, "is None: one number"), (lambda x, y: x, "f(x), a function of one number")):
        assert said in labs.parabola(f).error
    figure = labs.parabola(lambda x: math.sqrt(x), at=1.0)
    assert not figure.error and figure.move(x=-1.0).error.startswith("Not drawn at point x = −1.00")
    assert "Within 0.3 of x it ends" in figure.move(x=0.2).status
    assert len(labs.parabola(lambda x: x**2, (-2, 2), at=1).controls["x"].values) > 30
    assert "bends up" in labs.parabola(lambda x: 1e-6 * x**2).status


@pytest.mark.parametrize("figure", ["parabola", "bending", "units", "race", "escape"])
@pytest.mark.parametrize("f, said", BROKEN.values(), ids=BROKEN)
def test_a_broken_function_gets_a_sentence_in_the_figure(figure, f, said):
    made = getattr(labs, figure)(f)
    assert made.error.startswith("Not drawn") and len(made.error) < 330
    if figure != "parabola":
        assert said in made.error


@pytest.mark.parametrize("flat", [lambda p: abs(p[0]) + abs(p[1]), lambda p: p[0] ** 4 + p[1] ** 4])
def test_what_has_no_curvature_where_it_is_level_has_no_wall_and_no_condition_number(flat):
    assert "flatter than a parabola" in labs.zigzag(lambda kappa: flat).error
    assert "flatter than a parabola" in labs.units(flat).error


@pytest.mark.parametrize("figure", [labs.race, labs.escape])
@pytest.mark.parametrize("gradient", [raises, lambda p: p[0], lambda p: [math.nan, 1], lambda x, y: x, 3])
def test_a_broken_gradient_gets_a_sentence_and_is_no_descent(figure, gradient):
    assert figure(ridge, gradient=gradient).error.startswith("Not drawn")


@pytest.mark.parametrize("figure", ["bending", "units", "race", "escape"])
def test_a_view_of_whole_numbers_moves_in_fine_steps(figure):
    made = getattr(labs, figure)(ridge, ((-2, 2), (-2, 2)), at=(1, 1))
    assert not made.error and len(made.controls["x"].values) > 30
    with pytest.raises(ValueError, match="y low, y high.* would do"):
        getattr(labs, figure)(ridge, (-2, 2))


@pytest.mark.parametrize("value, text", [(1e-6, "1e−6"), (-0.25, "−0.25"), (2e13, "2e+13"), (-1e-300 * 0, "0")])
def test_numbers_are_written_as_people_write_them(value, text):
    assert number(value).replace("e13", "e+13") == text


@pytest.mark.parametrize("valley", [raises, lambda kappa: None, lambda p: p[0], lambda: 1, lambda k: raises])
def test_a_broken_family_of_valleys_gets_a_sentence(valley):
    assert labs.zigzag(valley).error.startswith("Not drawn")


@pytest.mark.parametrize("f, said", BROKEN.values(), ids=BROKEN)
def test_a_valley_that_breaks_tells_its_own_reason(f, said):
    assert said in labs.zigzag(lambda kappa: f).error


@pytest.mark.parametrize("H", [[[1, 2], [3, 4]], [1, 2], np.zeros((2, 3)), 3.0])
def test_what_is_no_hessian_is_an_error_with_advice(H):
    for figure in (labs.shaper, labs.factors):
        with pytest.raises(ValueError, match="symmetric matrix"):
            figure(H)


def test_a_hole_in_the_ground_is_left_again():
    figure = labs.bending(lambda p: math.log(p[0]) + p[1] ** 2, ((-1, 2), (-1, 1)), at=(1.0, 0.0))
    assert not figure.error
    assert "math domain error" in figure.move(x=-0.5).error or "expected a positive input" in figure.error
    assert not figure.move(x=0.5).error
