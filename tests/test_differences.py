"""Numerical derivatives against closed forms and SciPy, their errors against the theory, their refusals."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import approx_fprime, rosen, rosen_der, rosen_hess, rosen_hess_prod
from scipy.optimize._numdiff import approx_derivative

from calclib.differences import STEPS, derivative, error_against_step, second_derivative, step
from calclib.gradients import directional_derivative, gradient, hessian, hessian_vector_product, jacobian

METHODS = {"forward": 2e-7, "central": 1e-9, "richardson": 1e-11, "complex": 1e-14}  # relative errors
CURVES = {
    np.sin: np.cos,
    np.exp: np.exp,
    np.tanh: lambda x: 1 - np.tanh(x) ** 2,
    np.arctan: lambda x: 1 / (1 + x**2),
}

numbers = st.floats(-3, 3)
points = arrays(float, st.integers(1, 5), elements=numbers)


def rosen_batch(p):
    return rosen(p.T)


def swirl(p):
    """Smooth, no polynomial, any n: Σ sin(pᵢ) exp(pᵢ₊₁ / 3)."""
    return np.sum(np.sin(p) * np.exp(np.roll(p, -1) / 3))


def swirl_gradient(p):
    return np.cos(p) * np.exp(np.roll(p, -1) / 3) + np.roll(np.sin(p) * np.exp(np.roll(p, -1) / 3) / 3, 1)


# --- one variable


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("f", CURVES)
@given(x=numbers)
def test_every_method_reaches_its_accuracy(f, method, x):
    assert derivative(f, x, method=method) == pytest.approx(CURVES[f](x), rel=METHODS[method], abs=METHODS[method])


@pytest.mark.parametrize("method", METHODS)
def test_an_array_is_differentiated_elementwise(method):
    x = np.linspace(-2, 2, 12).reshape(3, 4)
    slopes = derivative(np.sin, x, method=method)
    assert slopes.shape == x.shape
    np.testing.assert_allclose(slopes, [[derivative(np.sin, v, method=method) for v in row] for row in x], rtol=1e-15)


@given(x=numbers, a=numbers, b=numbers)
def test_linearity(x, a, b):
    left = derivative(lambda x: a * np.sin(x) + b * np.exp(x), x)
    assert left == pytest.approx(a * derivative(np.sin, x) + b * derivative(np.exp, x), abs=1e-8)


@given(x=numbers)
def test_product_and_chain_rule(x):
    product = derivative(lambda x: np.sin(x) * np.exp(x), x)
    assert product == pytest.approx(derivative(np.sin, x) * np.exp(x) + np.sin(x) * derivative(np.exp, x), abs=1e-8)
    chained = derivative(lambda x: np.sin(np.exp(x)), x)
    assert chained == pytest.approx(derivative(np.sin, np.exp(x)) * derivative(np.exp, x), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
def test_a_constant_has_slope_zero(method):
    assert derivative(lambda x: 7, 2.0, method=method) == 0
    np.testing.assert_array_equal(derivative(lambda x: 7, [1, 2, 3], method=method), np.zeros(3))


def test_of_a_number_comes_a_plain_float():
    assert type(derivative(np.sin, 1)) is type(second_derivative(np.sin, 1)) is float


def test_formulas_are_the_textbook_ones():
    cube, x, h = (lambda x: x**3), 2.0, 0.5
    assert derivative(cube, x, h, method="forward") == ((x + h) ** 3 - x**3) / h
    assert derivative(cube, x, h) == 3 * x**2 + h**2  # central, in closed form
    assert derivative(cube, x, h, method="richardson") == 3 * x**2  # its error starts at the fifth derivative
    assert derivative(lambda x: x**5, x, h, method="richardson") == 5 * x**4 - h**4 / 4
    assert derivative(cube, x, h, method="complex") == 3 * x**2 - h**2
    assert second_derivative(lambda x: x**4, x, h) == 12 * x**2 + 2 * h**2


@pytest.mark.parametrize(
    "method, order, best_step, best_error",
    [("forward", 1, 1e-8, 1e-8), ("central", 2, 5e-6, 2e-11), ("richardson", 4, 9e-4, 3e-13)],
)
def test_the_v_curve_has_its_bottom_where_theory_says(method, order, best_step, best_error):
    bottoms, errors = [], []
    for x in np.linspace(0.2, 1.3, 24):
        h, error = error_against_step(np.sin, np.cos, x, method=method)
        bottoms.append(h[error.argmin()])
        errors.append(np.interp(np.log(best_step), np.log(h), error))
        wide = h > 20 * best_step  # truncation alone: a straight line of slope p on log-log axes
        rise = np.polyfit(np.log(h[wide]), np.log(error[wide]), 1)[0]
        assert rise == pytest.approx(order, abs=0.25)
    assert best_step / 5 < np.median(bottoms) < best_step * 5
    assert best_error / 10 < np.median(errors) < best_error * 3
    assert best_step / 3 < STEPS[method] < best_step * 3


def test_error_against_step_gives_what_derivative_gives():
    h, error = error_against_step(np.exp, np.exp, 1, [1e-3, 1e-1], method="forward")
    np.testing.assert_array_equal(h, [1e-3, 1e-1])
    np.testing.assert_allclose(error, [abs(derivative(np.exp, 1, s, method="forward") / math.e - 1) for s in h])
    h, error = error_against_step(np.cos, lambda x: -np.sin(x), 0.0, method="forward")
    assert (h[0], h[-1], len(h)) == (1e-16, 1, 97)
    assert error[-1] == pytest.approx(1 - math.cos(1))  # where the slope is 0 the error is absolute


def test_complex_step_has_no_v():
    _, error = error_against_step(np.exp, np.exp, 1.5, method="complex")
    assert (error[:65] < 1e-10).all() and (error[:33] < 1e-15).all()


@pytest.mark.parametrize("method", STEPS)
@given(x=st.floats(-1e12, 1e12))
def test_step_grows_with_x_and_survives_addition(method, x):
    h = step(x, method)
    assert h == pytest.approx(STEPS[method] * max(1, abs(x)), rel=1e-5)
    assert method == "complex" or x + h - x == h


def test_the_step_is_scaled_so_that_large_x_is_right_too():
    assert derivative(np.sqrt, 1e10) == pytest.approx(0.5e-5, rel=1e-9)
    assert derivative(lambda x: x**2, 1e-9) == pytest.approx(2e-9, abs=1e-15)


@given(x=numbers)
def test_second_derivative(x):
    assert second_derivative(np.sin, x) == pytest.approx(-np.sin(x), abs=5e-8)
    np.testing.assert_allclose(second_derivative(np.exp, np.array([x, 0])), [np.exp(x), 1], rtol=2e-7)


# --- several variables


@given(x=points)
def test_gradient_is_right(x):
    np.testing.assert_allclose(gradient(swirl, x), swirl_gradient(x), rtol=1e-8, atol=1e-9)


@given(x=arrays(float, st.integers(2, 6), elements=st.floats(-2, 2)), batch=st.booleans())
def test_gradient_of_rosenbrock_is_scipys(x, batch):
    found = gradient(rosen_batch if batch else rosen, x, batch=batch)
    np.testing.assert_allclose(found, rosen_der(x), rtol=1e-7, atol=2e-7)


@pytest.mark.parametrize("method", METHODS)
@given(x=points)
def test_gradient_by_every_method_reaches_its_accuracy(method, x):
    np.testing.assert_allclose(gradient(swirl, x, method=method), swirl_gradient(x), atol=10 * METHODS[method])
    np.testing.assert_array_equal(
        gradient(lambda p: np.array([swirl(row) for row in p]), x, method=method, batch=True),
        gradient(swirl, x, method=method),
    )


def test_gradient_formula_with_a_given_step():
    assert gradient(lambda p: p[0] ** 3 * p[1], [2.0, 3.0], 0.5).tolist() == [3 * (12 + 0.25), 8.0]


@given(x=points, angle=st.floats(0, 2 * np.pi))
def test_directional_derivative_is_gradient_dot_unit_vector(x, angle):
    direction = np.cos(angle + np.arange(x.size)) * 7
    u = direction / np.linalg.norm(direction)
    assert directional_derivative(swirl, x, direction) == pytest.approx(swirl_gradient(x) @ u, rel=1e-8, abs=1e-8)


def test_directional_derivative_normalises_and_takes_a_step():
    assert directional_derivative(lambda p: 3 * p[0] + 4 * p[1], [1, 1], [30, 40]) == pytest.approx(5, rel=1e-10)
    assert directional_derivative(lambda p: p[0] ** 3, [1, 0], [5, 0], 0.5) == 3.25
    assert directional_derivative(lambda p: np.sqrt(p[0]), [1e10, 0], [1, 0]) == pytest.approx(0.5e-5, rel=1e-9)


@given(x=arrays(float, 3, elements=numbers))
def test_jacobian_is_scipys(x):
    def f(p):
        return np.array([p[0] * p[1], np.sin(p[2]), np.exp(p[0] - p[2]), p[1] ** 2])

    J = jacobian(f, x)
    assert J.shape == (4, 3)
    np.testing.assert_allclose(J, approx_derivative(f, x, method="cs"), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(J[1], gradient(lambda p: f(p)[1], x), atol=1e-12)


def test_jacobian_with_a_given_step():
    assert jacobian(lambda p: [p[0] ** 3], [2.0], 0.5).tolist() == [[12.25]]


@given(x=arrays(float, st.integers(2, 5), elements=st.floats(-2, 2)), batch=st.booleans())
def test_hessian_of_rosenbrock_is_scipys_and_symmetric(x, batch):
    H = hessian(rosen_batch if batch else rosen, x, batch=batch)
    np.testing.assert_array_equal(H, H.T)
    np.testing.assert_allclose(H, rosen_hess(x), rtol=1e-6, atol=1e-7 * np.abs(rosen_hess(x)).max())


def test_hessian_is_good_to_1e_8_where_one_sided_differences_lose_half_the_digits():
    def one_sided(f, x, h=1e-5):
        return np.array([(approx_fprime(x + h * e, f, h) - approx_fprime(x, f, h)) / h for e in np.eye(x.size)])

    true = rosen_hess(np.array([-1.2, 1.0]))
    error, worse = (
        np.linalg.norm(H - true) / np.linalg.norm(true)
        for H in (hessian(rosen, [-1.2, 1]), one_sided(rosen, np.array([-1.2, 1.0])))
    )
    assert error < 3e-8
    assert 1.5e-5 < worse < 3.5e-4


def test_hessian_formula_with_a_given_step():
    H = hessian(lambda p: p[0] ** 4 + p[0] ** 3 * p[1], [2.0, 3.0], 0.5)
    np.testing.assert_allclose(H, [[12 * 4 + 2 * 0.25 + 6 * 2 * 3, 3 * 4 + 0.25], [12.25, 0]])


@given(x=arrays(float, 4, elements=st.floats(-2, 2)), v=arrays(float, 4, elements=st.floats(-50, 50)))
def test_hessian_vector_product_is_scipys(x, v):
    true = rosen_hess_prod(x, v)
    np.testing.assert_allclose(
        hessian_vector_product(rosen_der, x, v), true, rtol=1e-6, atol=1e-6 * (1 + abs(true).max())
    )


def test_hessian_vector_product_with_given_and_scaled_steps():
    assert hessian_vector_product(lambda p: p**3, [2.0, 1], [1, 0], 0.5).tolist() == [12.25, 0]
    assert hessian_vector_product(lambda p: p**3, [2.0, 1], [0, 0]).tolist() == [0, 0]
    huge = hessian_vector_product(np.exp, [0.5], [1e9])
    assert huge == pytest.approx(1e9 * np.exp(0.5), rel=1e-9)
    assert hessian_vector_product(np.sqrt, [1e10], [1]) == pytest.approx(0.5e-5, rel=1e-9)


# --- what must not happen


@given(x=points)
def test_nothing_is_mutated_even_when_f_keeps_or_writes_its_argument(x):
    kept = x.copy()

    def rude(p):
        value = swirl(p)
        p[...] = np.nan
        return value

    np.testing.assert_array_equal(gradient(rude, x), gradient(swirl, x))
    derivative(np.sin, x), hessian(swirl, x), jacobian(np.sin, x), hessian_vector_product(np.sin, x, x + 1)
    np.testing.assert_array_equal(x, kept)


def test_answers_that_are_true_or_whole_are_numbers():
    """In NumPy True − True is an error, True + True is True, and small whole numbers wrap round."""
    assert derivative(lambda x: x > 0, 3.0) == 0 and derivative(lambda x: x > 0, 0.5, 1.0) == 0.5
    assert derivative(lambda x: (10 - np.round(x)).astype("u1"), 1.5, 0.6) == pytest.approx(-1 / 1.2)
    np.testing.assert_array_equal(gradient(lambda p: p[0] > 0, [3.0, 1]), [0, 0])
    np.testing.assert_array_equal(hessian(lambda p: p[0] > 0, [3.0, 1]), np.zeros((2, 2)))
    np.testing.assert_array_equal(jacobian(lambda p: p > 0, [3.0, 1]), np.zeros((2, 2)))


def test_any_real_number_is_a_place():
    assert derivative(np.sin, Fraction(1, 2)) == derivative(np.sin, 0.5)
    assert derivative(np.sin, 10**20) == derivative(np.sin, 1e20)
    assert derivative(np.sin, 0.5, np.array(1e-3)) == derivative(np.sin, 0.5, 1e-3)
    with pytest.raises(ValueError, match="x is 1000.*: a finite number would do"):
        derivative(np.sin, 10**400)


def test_a_hessian_vector_product_is_as_long_as_its_vector():
    for size in (1e-170, 1.0, 1e200):
        v = hessian_vector_product(lambda x: 2 * x, [1, 2], [size, 0])
        np.testing.assert_allclose(v, [2 * size, 0], rtol=1e-9)
    np.testing.assert_array_equal(hessian_vector_product(lambda x: 2 * x, [1, 2], [0, 0]), [0, 0])


def test_overflow_is_a_result_without_a_warning():
    assert derivative(np.exp, 1e4) != derivative(np.exp, 1e4)  # ∞ − ∞
    assert derivative(lambda x: 1 / x, 0.0, 1e-3) == pytest.approx(1e6)
    assert np.isnan(second_derivative(np.log, -1.0))
    assert np.isnan(gradient(lambda p: np.exp(p[0] * 1e6), [1.0])).all()
    assert np.isnan(hessian(lambda p: np.exp(p[0] * 1e6), [1.0])).all()
    assert np.isnan(jacobian(lambda p: np.exp(p * 1e6), [1.0])).all()
    assert np.isnan(hessian_vector_product(lambda p: np.exp(p * 1e6), [1.0], [1])).all()
    assert np.isnan(error_against_step(np.log, np.log, -1.0)[1]).all()


ROW = "x has shape (1, 2): an array with 1 axis would do"


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: derivative(3, 1), TypeError, "f is 3"),
        (lambda: derivative(np.sin, "1"), TypeError, "x is '1'"),
        (lambda: derivative(np.sin, np.nan), ValueError, "x is nan"),
        (lambda: derivative(np.sin, []), ValueError, "x is empty"),
        (lambda: derivative(np.sin, 1, 0), ValueError, "h is 0"),
        (lambda: derivative(np.sin, 1, -1e-5), ValueError, "h is -1e-05"),
        (lambda: derivative(np.sin, 1, "small"), TypeError, "h is 'small'"),
        (
            lambda: derivative(np.sin, 1, method="centre"),
            ValueError,
            "'forward', 'central', 'richardson', 'complex'",
        ),
        (lambda: derivative(math.sin, [1, 2]), TypeError, "f cannot take a whole array"),
        (lambda: derivative(lambda x: x if x > 0 else 0, [1, 2]), TypeError, "np.vectorize"),
        (lambda: derivative(math.sin, 1, method="complex"), TypeError, "f cannot take complex numbers"),
        (lambda: derivative(abs, 1, method="complex"), TypeError, "a complex number would do"),
        (lambda: derivative(lambda x: None, 1), TypeError, "f gave None"),
        (lambda: derivative(lambda x: x * 1j, 1), TypeError, "a number would do"),
        (lambda: derivative(lambda x: [x, x], 1), ValueError, "f gave shape (2,) for shape ()"),
        (lambda: derivative(lambda x: "a" + x, 1), TypeError, "can only concatenate"),  # the learner's own
        (lambda: second_derivative(np.sin, 1, 0), ValueError, "h is 0"),
        (lambda: second_derivative(5, 1), TypeError, "f is 5"),
        (lambda: step(1, "best"), ValueError, "method is 'best'"),
        (lambda: step("1"), TypeError, "x is '1'"),
        (lambda: error_against_step(np.sin, 1, 1), TypeError, "slope is 1"),
        (lambda: error_against_step(np.sin, np.cos, [1, 2]), TypeError, "x is [1, 2]"),
        (lambda: error_against_step(np.sin, np.cos, 1, [[1]]), ValueError, "steps has shape (1, 1)"),
        (lambda: error_against_step(np.sin, np.cos, 1, [0.1, 0]), ValueError, "h is "),
        (lambda: gradient(7, [1, 2]), TypeError, "f is 7"),
        (lambda: gradient(rosen, [[1, 2]]), ValueError, ROW),
        (lambda: gradient(rosen, [1, np.inf]), ValueError, "x is [1, inf]"),
        (lambda: gradient(rosen, [1, 2], -1), ValueError, "h is -1"),
        (
            lambda: gradient(lambda p: p, [1, 2]),
            ValueError,
            "f of 2 points in turn has shape (2, 2): (2,) would do",
        ),
        (
            lambda: gradient(lambda p: p, [1, 2], batch=True),
            ValueError,
            "f of 2 points at once has shape (2, 2)",
        ),
        (lambda: gradient(lambda p: None, [1, 2]), TypeError, "numbers alone would do"),
        (lambda: gradient(lambda p: [p, 1], [1, 2]), TypeError, "numbers alone would do"),
        (lambda: gradient(rosen, [1, 2], method="best"), ValueError, "method is 'best'"),
        (lambda: gradient(lambda p: abs(p[0]), [1, 2], method="complex"), TypeError, "complex numbers alone"),
        (lambda: hessian(rosen, [[1, 2]]), ValueError, ROW),
        (lambda: hessian(rosen, [1, 2], 0), ValueError, "h is 0"),
        (lambda: hessian(rosen, [1, 2], batch=True), ValueError, "at once"),
        (lambda: jacobian(rosen, [1, 2]), ValueError, "has shape (): (m,) would do"),
        (lambda: jacobian(lambda p: None, [1, 2]), TypeError, "f of the point"),
        (lambda: jacobian(lambda p: p[p > 1], [1, 2]), ValueError, "has shape (1,): (2,) would do"),
        (lambda: jacobian(0, [1, 2]), TypeError, "f is 0"),
        (lambda: jacobian(np.sin, 1.0), ValueError, "x has shape ()"),
        (lambda: directional_derivative(rosen, [1, 2], [0, 0]), ValueError, "not all zero"),
        (
            lambda: directional_derivative(rosen, [1, 2], [1, 0, 0]),
            ValueError,
            "direction is [1. 0. 0.]: 2 numbers",
        ),
        (lambda: directional_derivative(rosen, [1, 2], [1, 0], 0), ValueError, "h is 0"),
        (lambda: hessian_vector_product(rosen_der, "x", [1]), TypeError, "x is 'x'"),
        (lambda: hessian_vector_product(rosen_der, [[1, 2]], [[1, 2]]), ValueError, ROW),
        (lambda: hessian_vector_product(rosen_der, [1, 2], "v"), TypeError, "v is 'v'"),
        (lambda: hessian_vector_product(rosen_der, [1, 2], [[1, 2]]), ValueError, "v has shape (1, 2): an array"),
        (lambda: directional_derivative(rosen, "x", [1]), TypeError, "x is 'x'"),
        (lambda: directional_derivative(rosen, [[1, 2]], [[1, 2]]), ValueError, ROW),
        (lambda: directional_derivative(rosen, [1, 2], "v"), TypeError, "direction is 'v'"),
        (lambda: directional_derivative(rosen, [1, 2], [[1, 2]]), ValueError, "direction has shape (1, 2)"),
        (lambda: second_derivative(np.sin, "x"), TypeError, "x is 'x'"),
        (lambda: hessian_vector_product(rosen_der, [1, 2], [1]), ValueError, "v has shape (1,)"),
        (lambda: hessian_vector_product(rosen, [1, 2], [1, 2]), ValueError, "has shape (): (2,) would do"),
        (lambda: hessian_vector_product(rosen_der, [1, 2], [1, 2], 0), ValueError, "h is 0"),
    ],
)
def test_bad_input_is_named(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)


def test_a_function_of_all_numbers_at_once_is_no_elementwise_one():
    for wrong in (lambda: derivative(np.sum, [1, 2, 3]), lambda: derivative(np.max, np.ones(4))):
        with pytest.raises(ValueError, match="f gave one number for shape"):
            wrong()
    assert (derivative(lambda x: 7.0, [1.0, 2.0]) == 0).all()  # a constant


def test_a_function_that_works_in_place_is_no_trouble():
    def squared(x):
        x **= 2
        return x

    np.testing.assert_allclose(second_derivative(squared, [1.0, 2.0]), 2, rtol=1e-6)


def test_what_lies_far_along_another_axis_does_not_blur_the_slope():
    def cube(p):
        return p[1] ** 3

    far = [1e8, 1.0]
    assert directional_derivative(cube, far, [0, 1]) == pytest.approx(3, rel=1e-9)
    assert hessian_vector_product(lambda p: p**3, far, [0, 1])[1] == pytest.approx(3, rel=1e-9)
    for size in (1e200, 1e-200):
        assert directional_derivative(cube, [1.0, 1.0], [0, size]) == pytest.approx(3, rel=1e-9)
