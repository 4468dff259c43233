"""Newton's method and L-BFGS: as fast as theory says, and honest about where they end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from calclib import landscapes
from calclib.second_order import inverse_hessian_times, lbfgs, newton, step_length

ROSENBROCK = landscapes.rosenbrock
BANANA = np.array([-1.2, 1.0])
# Beale's is not among them: a valley of his goes down for ever.
PLANE = [landscapes.rosenbrock, landscapes.booth, landscapes.himmelblau, landscapes.styblinski_tang]


def quadratic(curvatures, seed=0):
    """½xᵀHx, its gradient and its Hessian, turned at random."""
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(curvatures),) * 2))
    H = axes * curvatures @ axes.T
    return (lambda x: x @ H @ x / 2), (lambda x: H @ x), (lambda x: H)


class TestPureNewton:
    def test_on_rosenbrock_it_climbs_before_it_falls(self):
        path = newton(ROSENBROCK, BANANA, damped=False, steps=6)
        values = ROSENBROCK(path)
        np.testing.assert_allclose(values[:5], [24.2, 4.73188, 1411.85, 0.0559655, 0.313189], rtol=1e-5)
        assert values[5] == pytest.approx(1.85e-11, rel=0.01)
        assert values[6] < 1e-19

    @given(scales=st.lists(st.floats(0.01, 100), min_size=1, max_size=6), sign=st.sampled_from([1, -1]))
    def test_one_step_ends_at_the_stationary_point_of_any_quadratic(self, scales, sign):
        f, gradient, hessian = quadratic(sign * np.array(scales))
        path = newton(f, np.ones(len(scales)), gradient=gradient, hessian=hessian, damped=False, steps=1)
        np.testing.assert_allclose(path[1], 0, atol=1e-11)

    def test_the_error_squares_at_each_step(self):
        """On x² + 5 sin x near its minimum."""
        wavy = landscapes.wavy
        errors = abs(newton(wavy, -1.4, damped=False, steps=3) - wavy.minima[np.argmin(wavy(wavy.minima))])
        ratios = errors[1:] / errors[:-1] ** 2
        third = abs(5 * np.cos(1.110510503581)) / (2 * (2 + 5 * np.sin(1.110510503581)))  # |f‴|/2f″
        assert ratios[1] == pytest.approx(third, rel=0.1)

    def test_it_goes_to_a_maximum_and_says_so(self):
        path = newton(landscapes.himmelblau, [0, 0], damped=False)
        np.testing.assert_allclose(path[-1], [-0.270844590667348, -0.923038556479981], rtol=1e-9)
        assert path.why == "small gradient, but no minimum"
        assert not path.converged
        assert not path.diverged
        assert (path.curvatures < 0).all()

    def test_it_goes_to_a_saddle_and_says_so(self):
        path = newton(landscapes.saddle, [1, 0.1], damped=False)
        np.testing.assert_allclose(path[-1], [0, 0], atol=1e-9)
        assert path.why == "small gradient, but no minimum"
        np.testing.assert_allclose(path.curvatures, [-1, 1])

    def test_no_curvature_is_an_escape(self):
        line = newton(lambda x: x, 1.0, gradient=lambda x: 1.0 + 0 * x, hessian=lambda x: 0.0 * x, damped=False)
        assert line.diverged
        assert line.why == "escaped"


class TestDampedNewton:
    @pytest.mark.parametrize("f", PLANE, ids=lambda f: f.name)
    @settings(max_examples=15)
    @given(x=st.floats(-1.5, 1.5), y=st.floats(-1.5, 1.5))
    def test_it_never_climbs_and_ends_at_a_stationary_point(self, f, x, y):
        path = newton(f, [x, y], steps=300)
        values = f(path)
        assert (np.diff(values) <= 1e-15 * abs(values[:-1]) + 1e-300).all()
        assert path.why in ("small gradient", "small gradient, but no minimum")
        assert np.linalg.norm(f.gradient(path[-1])) <= 1e-8

    def test_from_beside_a_saddle_it_goes_to_a_minimum(self):
        path = newton(landscapes.saddle, [1.0, 1e-6])
        np.testing.assert_allclose(abs(path[-1]), [0, 1], atol=1e-9)
        assert path.converged
        assert (path.curvatures > 0).all()

    def test_started_on_the_saddle_it_says_so(self):
        path = newton(landscapes.saddle, [0, 0])
        assert (len(path), path.why) == (1, "small gradient, but no minimum")

    def test_a_flat_minimum_counts(self):
        path = newton(lambda x: x**4, 1.0, gradient=lambda x: 4 * x**3, hessian=lambda x: 12 * x**2, tol=1e-12)
        assert path.converged

    def test_the_same_minimum_as_scipys(self):
        x0 = np.array([-1.0, 2.0, 0.5, 1.5])
        path = newton(ROSENBROCK, x0, steps=100)
        found = optimize.minimize(
            optimize.rosen, x0, method="trust-exact", jac=optimize.rosen_der, hess=optimize.rosen_hess
        )
        np.testing.assert_allclose(path[-1], found.x, atol=1e-5)


class TestLbfgs:
    @pytest.mark.parametrize("f", PLANE, ids=lambda f: f.name)
    @settings(max_examples=15)
    @given(x=st.floats(-1.5, 1.5), y=st.floats(-1.5, 1.5))
    def test_it_never_climbs_and_ends_at_a_stationary_point(self, f, x, y):
        path = lbfgs(f, [x, y], steps=300)
        values = f(path)
        assert (np.diff(values) <= 1e-15 * abs(values[:-1]) + 1e-300).all()
        assert path.converged
        assert np.linalg.norm(f.gradient(path[-1])) <= 1e-8

    def test_a_hundred_dimensions_as_far_as_scipy(self):
        x0 = np.linspace(-1, 1, 100)
        path = lbfgs(ROSENBROCK, x0, steps=1000)
        np.testing.assert_allclose(path[-1], np.ones(100), atol=1e-7)
        found = optimize.minimize(optimize.rosen, x0, jac=optimize.rosen_der, method="L-BFGS-B", options={"gtol": 1e-8})
        assert path.end < 1.5 * found.nit

    @given(seed=st.integers(0, 50))
    def test_with_all_pairs_of_a_quadratic_it_is_the_inverse_hessian(self, seed):
        f, gradient, hessian = quadratic(np.array([1.0, 3.0, 10.0, 40.0]), seed)
        H = hessian(0)
        # Conjugate directions: with as many as there are dimensions BFGS knows the inverse exactly.
        _, axes = np.linalg.eigh(H)
        pairs = [(axis, H @ axis) for axis in axes.T]
        g = np.random.default_rng(seed).normal(size=4)
        np.testing.assert_allclose(inverse_hessian_times(g, pairs), np.linalg.solve(H, g), rtol=1e-9)

    def test_its_memory_is_the_same_matrix_as_scipys(self):
        rng = np.random.default_rng(3)
        H = np.diag([1.0, 5.0, 20.0])
        s = rng.normal(size=(2, 3))
        pairs = [(row, H @ row) for row in s]
        scale = (pairs[-1][0] @ pairs[-1][1]) / (pairs[-1][1] @ pairs[-1][1])
        # SciPy's product starts from the identity: the same pairs in units where the last scale is 1.
        product = optimize.LbfgsInvHessProduct(s / scale, s @ H)
        g = rng.normal(size=3)
        np.testing.assert_allclose(inverse_hessian_times(g, pairs), scale * product.matvec(g), rtol=1e-10)

    def test_memory_helps(self):
        f, gradient, _ = quadratic(np.geomspace(1, 1e4, 20))
        few, many = (lbfgs(f, np.ones(20), gradient=gradient, memory=m, steps=3000, tol=1e-6).end for m in (1, 20))
        assert many < few

    def test_without_pairs_it_is_the_gradient(self):
        np.testing.assert_array_equal(inverse_hessian_times(np.array([1.0, 2.0]), []), [1, 2])

    def test_a_number_will_do_and_so_will_a_table(self):
        assert lbfgs(landscapes.wavy, 2.0).shape[1:] == ()
        assert lbfgs(landscapes.wavy, 0.0)[-1] == pytest.approx(-1.110510503581)
        table = lbfgs(lambda x: ((x - 3) ** 2).sum(), np.zeros((2, 3)), gradient=lambda x: 2 * (x - 3))
        np.testing.assert_allclose(table[-1], np.full((2, 3), 3.0))

    def test_it_ends_where_f_has_no_more_digits_and_says_so(self):
        path = lbfgs(abs, 0.3, gradient=lambda x: 1.0 if x >= 0 else -1.0)
        assert path.why == "no lower point"
        assert not path.converged
        assert abs(path[-1]) < 1e-15

    def test_a_gradient_with_the_wrong_sign_finds_no_lower_point(self):
        path = lbfgs(lambda x: x @ x, [1.0, 1.0], gradient=lambda x: -2 * x)
        assert (path.why, path.end) == ("no lower point", 0)

    def test_without_a_bottom_it_escapes(self):
        path = lbfgs(lambda x: -(x @ x), [1.0, 1.0], gradient=lambda x: -2 * x)
        assert path.diverged
        assert path.why == "escaped"

    def test_a_gradient_that_is_no_number_ends_it(self):
        path = lbfgs(lambda x: x @ x, [1.0, 1.0], gradient=lambda x: x * np.nan)
        assert path.why == "not a number"
        assert path.diverged


class TestTheLineSearch:
    @given(scale=st.floats(1e-4, 1e4), bend=st.floats(0.1, 10))
    def test_the_step_satisfies_wolfes_conditions_whatever_the_scale(self, scale, bend):
        def f(x):
            return bend * (x[0] - 1) ** 2 + np.cos(x[0])

        def gradient(x):
            return np.array([2 * bend * (x[0] - 1) - np.sin(x[0])])

        x = np.array([-3.0])
        p = -scale * gradient(x)
        alpha = step_length(f, gradient, x, p)
        assert alpha > 0
        assert f(x + alpha * p) <= f(x) + 1e-4 * alpha * gradient(x) @ p
        assert gradient(x + alpha * p) @ p >= 0.9 * gradient(x) @ p

    def test_it_takes_the_whole_step_where_that_will_do(self):
        assert step_length(lambda x: x @ x, lambda x: 2 * x, np.array([1.0]), np.array([-1.0])) == 1

    def test_uphill_there_is_none(self):
        assert step_length(lambda x: x @ x, lambda x: 2 * x, np.array([1.0]), np.array([1.0])) == 0


@pytest.mark.parametrize("method", [newton, lbfgs])
class TestBoth:
    def test_the_start_is_not_changed(self, method):
        x0 = np.array([-1.2, 1.0])
        method(ROSENBROCK, x0)
        np.testing.assert_array_equal(x0, [-1.2, 1.0])

    def test_the_step_limit(self, method):
        path = method(ROSENBROCK, BANANA, steps=3)
        assert (len(path), path.end, path.why, path.converged) == (4, 3, "step limit", False)

    @pytest.mark.parametrize(
        ("knobs", "error", "said"),
        [
            ({"steps": 0}, ValueError, "steps is 0"),
            ({"tol": -1}, ValueError, "tol is -1"),
            ({"gradient": 3}, TypeError, "gradient is 3"),
            ({"gradient": lambda x: 1.0}, ValueError, r"gradient has shape \(\): \(2,\) would do"),
        ],
    )
    def test_bad_input_is_named(self, method, knobs, error, said):
        with pytest.raises(error, match=said):
            method(ROSENBROCK, BANANA, **knobs)

    def test_a_function_needs_its_gradient(self, method):
        with pytest.raises(TypeError, match="gradient is None"):
            method(lambda x: x @ x, BANANA)
        with pytest.raises(TypeError, match="f is 3"):
            method(3, BANANA, gradient=lambda x: x)
        with pytest.raises(ValueError, match=r"f has shape \(2,\): \(\) would do"):
            lbfgs(lambda x: x**2, BANANA, gradient=lambda x: 2 * x)
        with pytest.raises(ValueError, match="x0 is nan"):
            method(landscapes.wavy, np.nan)


def test_bad_memory_and_hessians_are_named():
    with pytest.raises(ValueError, match="memory is 0"):
        lbfgs(ROSENBROCK, BANANA, memory=0)
    with pytest.raises(ValueError, match=r"hessian has shape \(2,\): \(2, 2\) would do"):
        newton(ROSENBROCK, BANANA, hessian=lambda x: x)


def test_a_missing_or_strange_derivative_is_named():
    with pytest.raises(TypeError, match="gradient is None: a function of a point, or an f that has it as a method"):
        newton(lambda x: x @ x, [1.0, 2.0])
    with pytest.raises(TypeError, match="gradient is array"):
        newton(ROSENBROCK, BANANA, gradient=np.array([1.0, 2.0]))


def test_a_hessian_that_is_no_number_ends_newton():
    path = newton(lambda x: x @ x, [1.0, 1.0], gradient=lambda x: 2 * x, hessian=lambda x: np.full((2, 2), np.nan))
    assert path.why == "not a number"
    assert np.isnan(path.curvatures).all()
