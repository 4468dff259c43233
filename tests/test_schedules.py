"""Schedules are their formulas, at each step and at all steps at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib.schedules import as_schedule, cosine_annealing, exponential_decay, step_decay, warmup

rates = st.floats(1e-4, 10)
SCHEDULES = {
    "constant": as_schedule(0.5),
    "step": step_decay(0.5, gamma=0.2, every=7),
    "exponential": exponential_decay(0.5, gamma=0.9),
    "cosine": cosine_annealing(0.5, steps=30, minimum=0.01),
    "warm cosine": warmup(cosine_annealing(0.5, steps=30), steps=5),
    "warm constant": warmup(0.5, steps=5),
}


@given(lr=rates, gamma=st.floats(0, 1), every=st.integers(1, 50), t=st.integers(0, 500))
def test_step_decay(lr, gamma, every, t):
    assert step_decay(lr, gamma=gamma, every=every)(t) == lr * gamma ** math.floor(t / every)


def test_gamma_may_be_one_and_then_keeps_the_rate():
    assert step_decay(0.5, gamma=1)(90) == exponential_decay(0.5, gamma=1)(90) == 0.5


@given(lr=rates, gamma=st.floats(0.5, 1), t=st.integers(0, 500))
def test_exponential_decay_loses_the_same_share_each_step(lr, gamma, t):
    alpha = exponential_decay(lr, gamma=gamma)
    assert alpha(0) == lr
    assert alpha(t + 1) == pytest.approx(gamma * alpha(t), rel=1e-12, abs=1e-300)


@given(lr=rates, steps=st.integers(2, 200))
def test_cosine_goes_from_the_rate_through_the_middle_to_the_minimum_and_stays(lr, steps):
    alpha, minimum = cosine_annealing(lr, steps=2 * steps, minimum=lr / 10), lr / 10
    assert alpha(0) == pytest.approx(lr)
    assert alpha(steps) == pytest.approx((lr + minimum) / 2)
    assert alpha(2 * steps) == alpha(5 * steps) == pytest.approx(minimum)
    assert (np.diff(alpha(np.arange(2 * steps + 1))) < 0).all()
    assert alpha(steps // 2) == pytest.approx(
        minimum + (lr - minimum) * (1 + math.cos(math.pi * (steps // 2) / (2 * steps))) / 2
    )


def test_cosine_goes_to_zero_unless_told():
    assert cosine_annealing(0.1, steps=10)(10) == 0
    assert cosine_annealing(0.1, steps=10, minimum=0.1)(10) == 0.1


@given(steps=st.integers(1, 50), t=st.integers(0, 200))
def test_warmup_climbs_evenly_to_the_start_of_the_schedule_and_then_is_it(steps, t):
    schedule = cosine_annealing(0.3, steps=100)
    warm = warmup(schedule, steps=steps)
    assert warm(t + steps) == pytest.approx(schedule(t), rel=1e-14)
    np.testing.assert_allclose(warm(np.arange(steps + 1)), np.linspace(0, 0.3, steps + 2)[1:])


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_takes_one_step_or_all(name):
    schedule = SCHEDULES[name]
    one_by_one = [schedule(t) for t in range(60)]
    np.testing.assert_allclose(np.broadcast_to(schedule(np.arange(60)), 60), one_by_one, rtol=1e-14)
    assert all(np.ndim(alpha) == 0 and 0 <= alpha <= 0.5 for alpha in one_by_one)


def test_a_schedule_of_ones_own_is_taken_as_it_is():
    def mine(t):
        return 1 / (t + 1)

    assert as_schedule(mine) is mine
    assert warmup(mine, steps=1)(3) == mine(2)


def test_defaults():
    assert step_decay(1)(29) == 1
    assert step_decay(1)(30) == 0.1
    assert exponential_decay(1)(1) == 0.99


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: step_decay(0), "lr is 0: a number above 0"),
        (lambda: exponential_decay(-1), "lr is -1: a number above 0"),
        (lambda: cosine_annealing(-1, steps=3), "lr is -1"),
        (lambda: as_schedule(-1), "lr is -1: zero or a number above it"),
        (lambda: step_decay(1, gamma=-0.1), "gamma is -0.1: a number from 0"),
        (lambda: step_decay(1, gamma=1.1), "gamma is 1.1: a number from 0"),
        (lambda: exponential_decay(1, gamma=1.001), "gamma is 1.001: a number from 0"),
        (lambda: step_decay(1, every=0), "every is 0: a whole number of at least 1"),
        (lambda: cosine_annealing(1, steps=0), "steps is 0: a whole number of at least 1"),
        (lambda: cosine_annealing(1, steps=5, minimum=2), "minimum is 2"),
        (lambda: cosine_annealing(1, steps=5, minimum=-1), "minimum is -1"),
        (lambda: warmup(0.1, steps=0), "steps is 0: a whole number of at least 1"),
        (lambda: warmup(-0.1, steps=5), "lr is -0.1: zero or a number above it"),
    ],
)
def test_bad_input_is_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
