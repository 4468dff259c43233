"""A ready-made function in an answer is seen where the learner calls it, and only there."""

import sys

import numpy as np
import pytest

from calclib.checks import exercise
from calclib.checks.borrowed import borrowed, whose
from calclib.differences import derivative
from calclib.gradients import gradient, jacobian
from calclib.labs.handicaps import RULES
from calclib.layers import dropout_mask
from calclib.optimizers import gradient_descent


def bowl(p):
    return p[0] ** 2 + p[1] ** 2


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))


def test_a_call_is_seen_directly_and_through_a_helper():
    def helper():
        return gradient(bowl, [1.0, 2.0])

    for work in (helper, lambda: helper(), lambda: list(map(lambda _: helper(), "ab"))):
        assert set(borrowed([gradient, jacobian], work)) == {gradient}


def test_a_decorated_function_is_seen_too():
    call = borrowed([gradient_descent], lambda: gradient_descent(np.zeros(2), np.ones(2), lr=0.1))
    assert set(call) == {gradient_descent}


def test_numpys_own_functions_are_seen_too():
    assert borrowed([np.linalg.cond], lambda: np.linalg.cond(np.eye(2))) == [np.linalg.cond]


def test_what_calclib_and_numpy_call_within_themselves_does_not_count():
    assert borrowed([np.linalg.svd], lambda: np.linalg.cond(np.eye(2))) == []
    assert borrowed([derivative], lambda: gradient(bowl, [1.0, 2.0])) == []


def test_a_figures_part_that_is_called_does_not_hide_what_it_calls():
    h = np.ones((2, 3))
    assert borrowed([dropout_mask], lambda: RULES["inverted"](h, 0.5, np.random.default_rng(0), True)) == [dropout_mask]


def test_other_profilers_stay_even_when_the_work_fails():
    def other(*_):
        pass

    before = sys.getprofile()
    sys.setprofile(other)
    try:
        for ready in ([], [gradient]):
            with pytest.raises(ZeroDivisionError):
                borrowed(ready, lambda: 1 / 0)
            assert sys.getprofile() is other
    finally:
        sys.setprofile(before)


@exercise(without=(gradient,))
def slopes(slopes):
    """A sentence that says what was learned of slopes."""
    assert len(slopes(bowl)) == 2


def test_an_exercise_says_whose_function_it_was():
    answer = slopes(lambda f: gradient(f, [1.0, 2.0]))
    assert answer.state == "not yet" and "calclib's own gradient" in answer.message
    assert slopes(lambda f: [2.0, 4.0]).state == "yes"
    assert slopes(gradient).state == "not yet"
    assert whose(np.linalg.cond) == "NumPy's own cond"
