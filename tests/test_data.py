"""The shipped data are the published ones, and splits are honest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib.data import cars, digits, spirals, split, standardise, two_moons


def test_the_digits_are_the_1797_of_uci():
    X, y = digits()
    assert X.shape == (1797, 64) and y.shape == (1797,)
    assert (X.min(), X.max()) == (0, 1) and np.all(16 * X == np.round(16 * X))
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert 16 * X.sum() == 561718  # scikit-learn 1.9: load_digits().data.sum()


def test_the_first_digit_is_a_zero_with_a_hole():
    X, y = digits()
    image = X[0].reshape(8, 8)
    assert y[0] == 0 and image[3:5, 3:5].sum() == 0 and image[:, 1:7].sum() == image.sum()


def test_the_cars_have_the_known_sums_of_the_392_complete_rows():
    table = cars()
    assert {len(column) for column in table.values()} == {392}
    sums = {
        "mpg": 9190.8,
        "displacement_in3": 76209.5,
        "horsepower": 40952,
        "weight_lb": 1167213,
        "cylinders": 2145,
    }
    assert all(np.isclose(table[name].sum(), total) for name, total in sums.items())
    years = np.unique(table["year"], return_counts=True)[1]
    assert years.tolist() == [29, 27, 28, 40, 26, 30, 34, 28, 36, 29, 27, 28, 30]
    assert np.isclose(np.corrcoef(table["weight_lb"], table["mpg"])[0, 1], -0.8322442)


def test_litres_follow_from_miles_per_gallon():
    table = cars()
    assert np.allclose(table["litres_per_100km"] * table["mpg"], 235.214583, rtol=1e-8)


def test_what_a_caller_changes_stays_with_the_caller():
    X, _ = digits()
    X[:] = 7
    cars()["mpg"][:] = 7
    assert digits()[0].max() == 1 and cars()["mpg"][0] == 18


@pytest.mark.parametrize("make", [two_moons, spirals])
def test_made_points_come_from_their_seed_in_two_equal_classes(make):
    X, y = make(101, seed=3)
    again, _ = make(101, seed=3)
    other, _ = make(101, seed=4)
    assert X.shape == (101, 2) and sorted(np.bincount(y)) == [50, 51]
    assert np.array_equal(X, again) and not np.array_equal(X, other)
    assert 5 < np.count_nonzero(np.diff(y)) < 95  # the classes come mixed


def test_moons_without_noise_lie_on_two_unit_half_circles():
    X, y = two_moons(300, noise=0)
    centre = np.where(y[:, None], [1, 0.5], [0, 0])
    assert np.allclose(np.linalg.norm(X - centre, axis=1), 1)
    assert np.all(X[y == 0, 1] >= 0) and np.all(X[y == 1, 1] <= 0.5)


def test_spirals_without_noise_are_each_other_turned_by_half():
    X, y = spirals(400, noise=0)
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    turn = (angle - 1.5 * np.pi * radius) / np.pi  # 0 or 1, but for whole turns
    assert np.allclose(np.cos(np.pi * (turn - y)), 1)
    assert np.isclose(radius.max(), 2, atol=0.05)


@given(n=st.integers(20, 90), share=st.floats(0.2, 0.8), seed=st.integers(0, 99), stratify=st.booleans())
def test_each_row_falls_into_exactly_one_part_beside_its_label(n, share, seed, stratify):
    X, y = np.arange(2.0 * n).reshape(n, 2), np.arange(n) % 3
    (X1, y1), (X2, y2) = split(X, y, share, 1 - share, seed=seed, stratify=stratify)
    together = np.concatenate([X1, X2])
    assert sorted(together[:, 0]) == list(X[:, 0])
    assert np.array_equal(together[:, 0] / 2 % 3, np.concatenate([y1, y2]))
    assert abs(len(X1) - share * n) <= (1.5 if stratify else 0.5) + 1e-9


@given(seed=st.integers(0, 999))
def test_a_stratified_split_deals_every_label_to_the_nearest_row(seed):
    X, y = digits()
    (_, train), (_, test) = split(X, y, 0.8, 0.2, seed=seed, stratify=True)
    assert np.all(np.abs(np.bincount(train) - 0.8 * np.bincount(y)) <= 0.5 + 1e-9)
    assert len(train) + len(test) == 1797


def test_a_split_comes_from_its_seed():
    X, y = digits()
    first, again, other = (split(X, y, 0.5, 0.3, 0.2, seed=s) for s in (1, 1, 2))
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0][1], other[0][1])


def test_a_split_mixes_sorted_labels():
    y = np.repeat(["a", "b"], 50)
    (_, train), _ = split(np.arange(100), y, 0.5, 0.5)
    assert 10 < np.sum(train == "a") < 40


@given(seed=st.integers(0, 99))
def test_standardising_learns_from_the_training_part_alone(seed):
    rng = np.random.default_rng(seed)
    train, test = rng.normal(5, 3, (30, 4)), rng.normal(9, 1, (10, 4))
    Z, Z_test = standardise(train, test)
    assert np.allclose(Z.mean(0), 0) and np.allclose(Z.std(0), 1)
    assert np.allclose(Z_test * train.std(0) + train.mean(0), test)
    assert np.array_equal(standardise(train), Z)


def test_a_column_that_never_varies_becomes_zero():
    constant = np.full((7, 1), 0.1)
    Z, Z_test = standardise(constant, constant + 1)
    assert not Z.any() and not Z_test.any()


X, Y = np.ones((4, 2)), np.arange(4)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e150])
def test_columns_of_any_size_are_standardised(size):
    np.testing.assert_allclose(standardise(size * np.array([[1.0], [3.0]])), [[-1], [1]])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: split(X, Y[:3], 0.5, 0.5), ValueError, "y has shape"),
        (lambda: split(X, 3, 0.5, 0.5), ValueError, "y has shape"),
        (lambda: split(X, [1, 2, 3, np.nan], 0.5, 0.5), ValueError, "y is"),
        (lambda: split(X, X, 0.5, 0.5, stratify=True), ValueError, "y has shape .* to stratify by"),
        (lambda: split([], [], 1), ValueError, "X is empty"),
        (lambda: split(X, Y, 0.5, 0.4), ValueError, "parts is"),
        (lambda: split(X, Y), ValueError, "parts is"),
        (lambda: split(X, Y, 1.5, -0.5), ValueError, "parts is"),
        (lambda: split(X, Y, 0.99, 0.01), ValueError, "leave one of them empty"),
        (lambda: split(X, Y, 0.5, 0.5, seed=-1), ValueError, "seed is"),
        (lambda: split(X, Y, 0.5, 0.5, seed="x"), TypeError, "seed is"),
        (lambda: standardise("x"), TypeError, "train is"),
        (lambda: standardise(5.0), ValueError, "train is 5.0: rows"),
        (lambda: standardise(X, X[:, :1]), ValueError, "others holds shape"),
        (lambda: two_moons(1), ValueError, "n is"),
        (lambda: two_moons(10.5), TypeError, "n is"),
        (lambda: spirals(noise=-1), ValueError, "noise is"),
        (lambda: spirals(seed=None), TypeError, "seed is"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
