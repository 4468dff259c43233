"""Riemann sums against closed forms and SciPy, the order of their errors, the fundamental theorem."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from calclib.differences import derivative
from calclib.integrals import RULES, integral, running_integral

ends = st.floats(-3, 3)
strips = st.integers(1, 60)
rules = st.sampled_from(sorted(RULES))


def wave(x):
    return np.sin(3 * x) + x


@given(a=ends, b=ends, n=strips)
def test_trapezoid_and_simpson_are_scipys(a, b, n):
    x, fine = np.linspace(a, b, n + 1), np.linspace(a, b, 2 * n + 1)
    assert integral(wave, a, b, n) == pytest.approx(integrate.trapezoid(wave(x), x), abs=1e-12)
    simpson = integrate.simpson(wave(fine), x=fine) if a != b else 0
    assert integral(wave, a, b, n, rule="simpson") == pytest.approx(simpson, abs=1e-12)


def test_four_strips_by_hand():
    areas = [integral(lambda x: x**2, 0, 2, 4, rule=rule) for rule in RULES]
    assert areas == [
        1.75,
        3.75,
        2.625,
        2.75,
        pytest.approx(8 / 3),
    ]  # left, right, midpoint, trapezoid, Simpson


@pytest.mark.parametrize("rule, order", [("left", 1), ("right", 1), ("midpoint", 2), ("trapezoid", 2), ("simpson", 4)])
def test_doubling_n_divides_the_error_by_2_to_the_order(rule, order):
    true = np.e - 1
    coarse, fine = (abs(integral(np.exp, 0, 1, n, rule=rule) - true) for n in (40, 80))
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.02)


@given(a=ends, b=ends, c=st.lists(st.floats(-5, 5), min_size=4, max_size=4), n=strips)
def test_simpson_is_exact_for_cubics_with_any_number_of_strips(a, b, c, n):
    true = np.polyval(np.polyint(c), b) - np.polyval(np.polyint(c), a)
    assert integral(lambda x: np.polyval(c, x), a, b, n, rule="simpson") == pytest.approx(true, abs=1e-9)


@given(a=ends, b=ends, n=strips, rule=rules)
def test_turning_round_changes_the_sign(a, b, n, rule):
    mirrored = {"left": "right", "right": "left"}.get(rule, rule)
    assert integral(wave, a, b, n, rule=rule) == pytest.approx(-integral(wave, b, a, n, rule=mirrored), abs=1e-12)
    assert integral(wave, a, a, n, rule=rule) == 0


@given(a=ends, b=ends, n=strips, rule=rules, p=ends, q=ends)
def test_linearity_and_the_width(a, b, n, rule, p, q):
    both = integral(lambda x: p * np.sin(x) + q, a, b, n, rule=rule)
    assert both == pytest.approx(p * integral(np.sin, a, b, n, rule=rule) + q * (b - a), abs=1e-11)
    assert integral(lambda x: 2, a, b, n, rule=rule) == pytest.approx(2 * (b - a), abs=1e-12)


@given(a=ends, b=ends, n=strips, rule=rules)
def test_the_running_integral_starts_at_0_and_ends_at_the_integral(a, b, n, rule):
    x, F = running_integral(wave, a, b, n, rule=rule)
    np.testing.assert_array_equal(x, np.linspace(a, b, n + 1))
    assert F[0] == 0 and F.shape == (n + 1,)
    assert F[-1] == integral(wave, a, b, n, rule=rule)
    assert F[n // 2] == pytest.approx(integral(wave, a, x[n // 2], max(n // 2, 1), rule=rule), abs=1e-12)


def test_fundamental_theorem_in_both_directions():
    x, F = running_integral(np.cos, 0, 6, 300, rule="simpson")
    np.testing.assert_allclose(F, np.sin(x), atol=1e-9)  # the integral undoes the derivative
    np.testing.assert_allclose(np.gradient(F, x, edge_order=2), np.cos(x), atol=3e-4)  # the derivative undoes it

    def area(x):
        return integral(np.exp, 0, x, 200, rule="simpson")

    assert derivative(np.vectorize(area), 1.5) == pytest.approx(np.exp(1.5), rel=1e-8)
    assert integral(np.cos, 0, 6) == running_integral(np.cos, 0, 6)[1][-1] != 0  # both default alike


def test_no_point_lies_outside_and_infinity_is_a_result():
    quarter = integral(lambda x: np.sqrt(1 - x**2), 0, 1, 997, rule="right")
    assert quarter == pytest.approx(np.pi / 4, abs=1e-3)
    assert integral(lambda x: 1 / x, 0, 1) == np.inf
    assert np.isnan(integral(np.log, -1, 1))


def test_answers_that_are_true_or_whole_have_an_area():
    assert integral(lambda x: x > 0.5, 0, 1) == pytest.approx(0.495)
    assert integral(lambda x: np.full(x.shape, 200, "u1"), 0, 1) == pytest.approx(200)
    assert integral(lambda x: np.full(x.shape, 2**62), 0, 1) == pytest.approx(2.0**62)


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: integral(1, 0, 1), TypeError, "f is 1"),
        (lambda: integral(np.sin, "0", 1), TypeError, "a is '0'"),
        (lambda: integral(np.sin, 0, np.inf), ValueError, "b is inf"),
        (lambda: integral(np.sin, 0, 1, 0), ValueError, "n is 0"),
        (lambda: integral(np.sin, 0, 1, 2.5), TypeError, "n is 2.5"),
        (
            lambda: integral(np.sin, 0, 1, rule="middle"),
            ValueError,
            "rule is 'middle': one of 'left', 'right'",
        ),
        (lambda: integral(lambda x: x[:2], 0, 1), ValueError, "f gave shape (2,) for shape (100,)"),
        (lambda: running_integral(lambda x: None, 0, 1), TypeError, "f gave None"),
        (lambda: running_integral(lambda x: 1 if x > 0 else 0, 0, 1), TypeError, "np.vectorize(f)"),
    ],
)
def test_bad_input_is_named(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
