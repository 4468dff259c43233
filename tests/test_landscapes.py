"""Landscapes against their definitions, numerical derivatives, SciPy, and the published stationary points."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import rosen, rosen_der, rosen_hess

from calclib import landscapes as land
from calclib.differences import derivative, second_derivative
from calclib.gradients import gradient, hessian
from calclib.landscape import Landscape

LINES = [land.square, land.wavy]
PLANES = [getattr(land, name) for name in land.__all__]
PLANES = [f for f in PLANES if isinstance(f, Landscape) and f not in LINES]
PLANES += [land.quadratic([2, 20], 0.3), land.quadratic([-1, 3], 2.0), land.quadratic([-1, -3])]
ANY_N = [land.rosenbrock, land.styblinski_tang, land.rastrigin]

planes = pytest.mark.parametrize("f", PLANES, ids=lambda f: f.name)
lines = pytest.mark.parametrize("f", LINES, ids=lambda f: f.name)
unit = st.floats(0, 1)


def inside(f, u):
    """The point of the window at the fractions u."""
    low, high = np.transpose(f.window)
    return low + u * (high - low)


@planes
@given(u=arrays(float, 2, elements=unit))
def test_slopes_and_curvatures_are_those_of_the_function(f, u):
    p = inside(f, u)
    size = 1 + np.abs(f.hessian(p)).max()
    np.testing.assert_allclose(f.gradient(p), gradient(f, p, batch=True), atol=1e-7 * size * (1 + abs(f(p))))
    np.testing.assert_allclose(f.hessian(p), hessian(f, p, batch=True), atol=1e-5 * size)
    np.testing.assert_array_equal(f.hessian(p), f.hessian(p).T)


@lines
@given(u=unit)
def test_slopes_and_curvatures_in_one_dimension(f, u):
    x = inside(f, u)
    assert f.gradient(x) == pytest.approx(derivative(f, x, method="complex"), abs=1e-12)
    assert f.hessian(x) == pytest.approx(second_derivative(f, x), abs=1e-5)


@pytest.mark.parametrize("f", ANY_N, ids=lambda f: f.name)
@given(x=arrays(float, st.integers(2, 6), elements=st.floats(-3, 3)))
def test_any_number_of_dimensions(f, x):
    size = 1 + np.abs(f.hessian(x)).max()
    np.testing.assert_allclose(f.gradient(x), gradient(f, x, batch=True), atol=1e-6 * size)
    np.testing.assert_allclose(f.hessian(x), hessian(f, x, batch=True), atol=1e-5 * size)


@given(x=arrays(float, st.integers(2, 6), elements=st.floats(-3, 3)))
def test_rosenbrock_is_scipys(x):
    assert land.rosenbrock(x) == pytest.approx(rosen(x))
    np.testing.assert_allclose(land.rosenbrock.gradient(x), rosen_der(x), atol=1e-8)
    np.testing.assert_allclose(land.rosenbrock.hessian(x), rosen_hess(x), atol=1e-9)


@planes
@given(u=arrays(float, (3, 4, 2), elements=unit))
def test_many_points_at_once_are_the_points_one_by_one(f, u):
    p = inside(f, u)
    kept = p.copy()
    for part, shape in ((f, (3, 4)), (f.gradient, (3, 4, 2)), (f.hessian, (3, 4, 2, 2))):
        assert part(p).shape == shape
        np.testing.assert_allclose(part(p)[1, 2], part(p[1, 2]), rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(p, kept)


@lines
def test_in_one_dimension_everything_is_elementwise(f):
    x = np.linspace(*f.window, 6).reshape(2, 3)
    for part in (f, f.gradient, f.hessian):
        assert part(x).shape == (2, 3)
        assert part(x)[1, 2] == part(x[1, 2])
        assert type(part(2)) is float
    assert f([1, 2]).tolist() == [f(1), f(2)]


# --- stationary points

FACTS = [
    (land.square, [0], [0]),
    (land.wavy, [-1.110510503581], [-3.246394272691]),
    (land.bowl, [(-1, -1.5)], [1.75]),
    (land.rosenbrock, [(1, 1)], [0]),
    (land.beale, [(3, 0.5)], [0]),
    (land.booth, [(1, 3)], [0]),
    (land.plateau, [(0, 0)], [0]),
    (land.saddle, [(0, 1), (0, -1)], [-0.25, -0.25]),
    (land.styblinski_tang, [(-2.903534027771177, -2.903534027771177)], [-2 * 39.166165703771416]),
    (land.rastrigin, [(0, 0), (-0.9949586376523348, 0)], [0, 0.99495905709]),
    (
        land.himmelblau,
        [
            (3, 2),
            (3.584428340330492, -1.848126526964404),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286169),
        ],
        [0, 0, 0, 0],
    ),
]


@pytest.mark.parametrize("f, points, values", FACTS, ids=lambda f: getattr(f, "name", ""))
def test_the_lowest_valleys_are_the_published_ones(f, points, values):
    found = f.minima[: len(points)]
    if f is land.himmelblau:  # four equal minima, in no order
        points = sorted(points)
        found = np.array(sorted(found.tolist()))
    np.testing.assert_allclose(found, points, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(f(found), values, atol=1e-9)


def test_published_passes_and_peaks():
    np.testing.assert_allclose(land.himmelblau.maxima, [(-0.270844590667348, -0.923038556479981)], rtol=1e-12)
    assert land.himmelblau(land.himmelblau.maxima)[0] == pytest.approx(181.6165215225827, rel=1e-14)
    assert len(land.himmelblau.saddles) == 4
    np.testing.assert_allclose(land.beale.saddles[-1], (0, 1), atol=1e-12)
    np.testing.assert_array_equal(land.saddle.saddles, [(0, 0)])
    assert (len(land.styblinski_tang.minima), len(land.styblinski_tang.saddles)) == (4, 4)
    assert (len(land.rastrigin.minima), len(land.rastrigin.saddles), len(land.rastrigin.maxima)) == (
        121,
        220,
        100,
    )


def test_published_curvatures():
    np.testing.assert_allclose(np.linalg.eigvalsh(land.rosenbrock.hessian([1, 1])), [0.399361, 1001.6], atol=1e-3)
    np.testing.assert_allclose(np.linalg.eigvalsh(land.booth.hessian([1, 3])), [2, 18])


@planes
def test_stationary_points_lie_in_the_window_and_are_what_they_are_called(f):
    (west, east), (south, north) = f.window
    assert len(f.stationary) == len(f.minima) + len(f.saddles) + len(f.maxima)
    for kind, signs in (("minima", {1}), ("maxima", {-1}), ("saddles", {-1, 1})):
        for p in getattr(f, kind):
            assert west <= p[0] <= east and south <= p[1] <= north
            assert np.abs(f.gradient(p)).max() < 1e-10 * (1 + np.abs(f.hessian(p)).max())
            assert set(np.sign(np.linalg.eigvalsh(f.hessian(p)))) == signs
        assert (np.diff(f(getattr(f, kind))) >= -1e-12).all()


@planes
def test_no_stationary_point_in_the_window_is_missing(f):
    if f is land.plateau:  # flat everywhere far out
        return
    axes = [np.linspace(*side, 41) for side in f.window]
    p = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    for _ in range(100):
        step = np.linalg.solve(f.hessian(p) + 1e-10 * np.eye(2), f.gradient(p)[..., None])[..., 0]
        p = p - step / np.maximum(1, 4 * np.linalg.norm(step, axis=1, keepdims=True))
    low, high = np.transpose(f.window)
    p = p[((low <= p) & (p <= high)).all(1) & (np.abs(f.gradient(p)).max(1) < 1e-8)]
    nearest = np.linalg.norm(p[:, None] - f.stationary, axis=2).min(1)
    assert len(p) and nearest.max() < 1e-6


def test_wavy_bends_both_ways_but_has_one_valley_only():
    x = np.linspace(*land.wavy.window, 2001)
    assert (np.sign(land.wavy.gradient(x)) == np.sign(x - land.wavy.minima[0])).all()
    assert land.wavy.hessian(x).min() < 0 < land.wavy.hessian(x).max()


# --- quadratics


@given(curvatures=arrays(float, 2, elements=st.floats(0.1, 50)), angle=st.floats(-7, 7))
def test_a_quadratic_has_the_eigenvalues_and_axes_it_was_given(curvatures, angle):
    f = land.quadratic(curvatures, angle)
    A = f.hessian(np.zeros(2))
    np.testing.assert_allclose(np.linalg.eigvalsh(A), np.sort(curvatures), rtol=1e-9, atol=1e-11)
    first = np.array([np.cos(angle), np.sin(angle)])
    np.testing.assert_allclose(A @ first, curvatures[0] * first, atol=1e-12 * curvatures.max())
    assert f(3 * first) == pytest.approx(curvatures[0] * 9 / 2)


def test_quadratics_of_notebook_04_and_of_many_dimensions():
    f = land.quadratic([2, 20])
    assert f([3, 1]) == 3**2 + 10 * 1**2
    g = land.quadratic(np.arange(1.0, 6))
    assert g(np.ones(5)) == 7.5
    np.testing.assert_array_equal(g.gradient(np.ones((4, 5))), np.tile(np.arange(1.0, 6), (4, 1)))
    assert g.hessian(np.ones((4, 5))).shape == (4, 5, 5)
    assert len(land.quadratic([1, 0]).stationary) == 0  # the bottom of a flat valley is no single point
    assert len(land.quadratic([-1, 1]).saddles) == len(land.quadratic([-1, -1]).maxima) == 1


# --- what must not happen


@pytest.mark.parametrize("f", LINES + PLANES, ids=lambda f: f.name)
@pytest.mark.parametrize("far", [1e200, -1e308, np.inf, np.nan])
def test_divergence_is_a_result_without_a_warning(f, far):
    x = far if f in LINES else [far, far]
    assert np.ndim(f(x)) == 0
    f.gradient(x), f.hessian(x)


def test_a_landscape_is_frozen_and_says_what_it_is():
    with pytest.raises(dataclasses.FrozenInstanceError):
        land.bowl.name = "dish"
    with pytest.raises(ValueError, match="read-only"):
        land.bowl.stationary[0] = 7
    land.bowl.minima[0] = 7  # a copy
    assert land.bowl.minima.tolist() == [[-1, -1.5]]
    H = land.quadratic([1, 2]).hessian(np.zeros((3, 2)))
    H[0] = 7
    assert H[1].tolist() == [[1, 0], [0, 2]]
    assert repr(land.square) == "<square: x^2>"
    assert "quadratic([2.0, 20.0], 0.3)" in repr(land.quadratic([2, 20], 0.3))
    assert derivative(land.square, 3.0, method="complex") == 6  # complex numbers pass through


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: land.bowl(3.0), ValueError, "bowl at x of shape (): (…, 2) would do"),
        (lambda: land.bowl([1, 2, 3]), ValueError, "bowl at x of shape (3,)"),
        (lambda: land.beale.gradient(np.ones((2, 3))), ValueError, "beale at x of shape (2, 3)"),
        (
            lambda: land.rastrigin.hessian(1),
            ValueError,
            "rastrigin at x of shape (): (…, 1 or more) would do",
        ),
        (
            lambda: land.rosenbrock([1.0]),
            ValueError,
            "rosenbrock at x of shape (1,): (…, 2 or more) would do",
        ),
        (lambda: land.square("a"), TypeError, "x is 'a'"),
        (lambda: land.square(None), TypeError, "x is None"),
        (lambda: land.bowl([[1, 2], [3]]), TypeError, "x is [[1, 2], [3]]"),
        (lambda: land.quadratic([]), ValueError, "eigenvalues is empty"),
        (lambda: land.quadratic([1, np.inf]), ValueError, "eigenvalues is [1, inf]"),
        (lambda: land.quadratic([1, 2], "a"), TypeError, "angle is 'a'"),
        (lambda: land.quadratic([1, 2, 3], 0.5), ValueError, "angle is 0.5 for 3 eigenvalues"),
    ],
)
def test_bad_input_is_named(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
