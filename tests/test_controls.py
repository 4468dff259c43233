"""Controls: keyword = range, and every control a list of values with honest labels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib.live.controls import control, controls_of, number


def spoken(label):
    return float(label.replace("−", "-").replace(",", ""))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_linear_slider_rises_evenly_from_end_to_end(low, width):
    c = control("x", (low, low + width))
    if low > 0 and (low + width) / low >= 100:
        return  # a logarithmic one
    steps = np.diff(c.values)
    assert (c.values[0], c.values[-1]) == (low, low + width) and (steps > 0).all()
    assert steps[1:-1].max(initial=0) == pytest.approx(
        steps[1:-1].min(initial=np.inf) if len(steps) > 2 else 0, rel=1e-3
    )
    assert 60 <= len(c.values) <= 250
    assert all(abs(spoken(label) - v) <= steps.max() / 2 for v, label in zip(c.values, c.labels, strict=True))


@given(st.floats(1e-12, 1e3), st.floats(100.01, 1e9))
def test_a_logarithmic_slider_rises_by_equal_factors(low, factor):
    c = control("x", (low, low * factor))
    ratios = np.array(c.values[1:]) / c.values[:-1]
    assert (ratios > 1).all() and ratios.max() < 1.14
    assert all(spoken(label) == pytest.approx(v, rel=0.01) for v, label in zip(c.values, c.labels, strict=True))


def test_no_label_says_minus_nothing():
    assert not any(label.strip("−0.") == "" and "−" in label for label in control("x", (-3.0, 3.0)).labels)


@pytest.mark.parametrize(
    "what, default, kind, values",
    [
        ((1, 4), None, "slider", (1, 2, 3, 4)),
        (range(3), None, "slider", (0, 1, 2)),
        ([0.1, 0.2, 0.5], 0.2, "slider", (0.1, 0.2, 0.5)),
        (np.array([1.0, 2.0]), None, "slider", (1.0, 2.0)),
        (["a", "b"], "b", "choice", ("a", "b")),
        ({"sine": np.sin, "cosine": np.cos}, None, "choice", (np.sin, np.cos)),
        (True, None, "toggle", (False, True)),
        (True, False, "toggle", (False, True)),
    ],
)
def test_each_kind_of_range(what, default, kind, values):
    c = control("x", what, default)
    assert (c.kind, c.values) == (kind, values)
    assert c.values[c.start] == (default if default is not None else c.values[c.start])
    assert c.plays == isinstance(what, range)


def test_functions_are_named_and_found():
    c = control("f", [np.sin, np.cos], np.cos)
    assert c.labels == ("sin", "cos") and c.start == 1 and c.index("sin") == 0 and c.index(np.cos) == 1


NUMBERS = {0.05: "0.05", 2.0: "2", -3.1: "−3.1", 999.6: "1,000", -31416: "−31,400"}
NUMBERS |= {1e5: "1e5", 1e-8: "1e−8", 2e12: "2e12"}


@pytest.mark.parametrize("value, text", NUMBERS.items())
def test_numbers_as_people_write_them(value, text):
    assert number(value) == text


@pytest.mark.parametrize("wrong", ["abc", 3, None, (1, 2, 3), range(1), [], {}, ("a", "b"), object()])
def test_what_is_no_range_is_told(wrong):
    with pytest.raises(TypeError, match="x is .*would do"):
        control("x", wrong)


@pytest.mark.parametrize("wrong", [(1.0, 1.0), (2, 1), (0, math.inf), (math.nan, 1.0), (-1e308, 1e308), (0, 10**400)])
def test_ends_that_span_nothing_are_told(wrong):
    with pytest.raises(ValueError, match="two finite numbers"):
        control("x", wrong)


def test_a_default_that_is_no_choice_is_told():
    with pytest.raises(ValueError, match="kind is 'c': one of a, b would do"):
        control("kind", ["a", "b"], "c")


def test_a_default_that_is_no_number_is_told():
    with pytest.raises(ValueError, match="x is 'a': a number from 0.0 to 9.0 would do"):
        control("x", (0, 9), "a")


def test_so_many_whole_numbers_are_passed_in_round_steps():
    area = control("area", (0, 500_000), 3)
    assert len(area.values) < 200 and area.values[:2] == (0, 5000) and area.values[-1] == 500_000
    assert all(type(value) is int for value in area.values) and area.labels[1] == "5,000"
    assert len(control("n", (1, 999)).values) == 999
    assert control("n", (0, 2**70)).values[-1] == 2**70


def test_controls_start_where_the_signature_says():
    first, second = controls_of(lambda ax, x=2.0, n=3: None, {"x": (0.0, 4.0), "n": range(9)})
    assert first.values[first.start] == 2.0 and second.values[second.start] == 3


def test_labels_tell_neighbours_apart():
    for what in ((1230, 1240), (1, 2000), [0.12345, 0.12349], [31_415, 31_416], (-3, 3)):
        labels = control("n", what).labels
        assert len(set(labels)) == len(labels)
    assert control("n", (1230, 1240)).labels[:2] == ("1,230", "1,231")
    assert control("n", [0.1, 2e7, 1e-9]).labels == ("0.1", "2e7", "1e−9")
    assert control("n", [float("inf"), 0.5, 0.5]).labels == ("inf", "0.5", "0.5")


def test_a_list_of_choices_that_share_a_name_is_refused():
    with pytest.raises(ValueError, match="f lists '<lambda>' twice: a dict"):
        control("f", [lambda x: x, lambda x: 2 * x])
