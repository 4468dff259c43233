"""Horner's rule against NumPy's polynomials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from calclib.polynomials import horner

numbers = st.floats(-4, 4)


@given(
    coefficients=arrays(float, st.integers(1, 7), elements=numbers),
    x=arrays(float, array_shapes(), elements=numbers),
)
def test_value_and_slope_are_numpys(coefficients, x):
    p, kept = np.poly1d(coefficients), (coefficients.copy(), x.copy())
    value, slope = horner(coefficients, x)
    np.testing.assert_allclose(value, p(x), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(slope, p.deriv()(x), rtol=1e-12, atol=1e-9)
    assert value.shape == slope.shape == x.shape
    np.testing.assert_array_equal(coefficients, kept[0])
    np.testing.assert_array_equal(x, kept[1])


def test_the_cubic_of_notebook_01():
    assert [horner([3, 2, -5, 1], x)[1] for x in (0, 1, 2, 3)] == [-5, 8, 39, 88]
    assert horner([3, 2, -5, 1], 2) == (23.0, 39.0)
    assert horner([7], 2) == (7.0, 0.0)
    assert all(type(part) is float for part in horner([1, 2], 3))


@given(p=arrays(float, 4, elements=numbers), q=arrays(float, 3, elements=numbers), x=numbers)
def test_product_rule(p, q, x):
    (pv, ps), (qv, qs) = horner(p, x), horner(q, x)
    assert horner(np.convolve(p, q), x) == pytest.approx((pv * qv, ps * qv + pv * qs), rel=1e-9, abs=1e-6)


def test_overflow_is_a_result():
    assert horner([1, 0, 0], 1e200) == (np.inf, 2e200)
    assert horner([1, 0, 0], [1e200])[0][0] == np.inf


@pytest.mark.parametrize(
    "coefficients, x, error, sentence",
    [
        ([], 1, ValueError, "coefficients is empty"),
        (3, 1, ValueError, "coefficients has shape ()"),
        ([[1, 2]], 1, ValueError, "coefficients has shape (1, 2)"),
        ([1, np.nan], 1, ValueError, "coefficients is [1, nan]"),
        ("3x", 1, TypeError, "coefficients is '3x'"),
        ([1, 2], "x", TypeError, "x is 'x'"),
        ([1, 2], np.inf, ValueError, "x is inf"),
    ],
)
def test_bad_input_is_named(coefficients, x, error, sentence):
    with pytest.raises(error) as caught:
        horner(coefficients, x)
    assert sentence in str(caught.value)
