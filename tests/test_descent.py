"""`descend` repeats any step; the path it gives tells the truth about each start."""

import math
from functools import wraps

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calclib import landscapes
from calclib.descent import WHY, Path, descend
from calclib.optimizers import (
    adagrad,
    adam,
    adamw,
    clip_by_global_norm,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
)
from calclib.schedules import cosine_annealing, exponential_decay

STEPS = [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw]


def double(x):
    """The gradient of x²."""
    return 2 * x


class TestTheLoop:
    def test_the_path_is_the_iteration(self):
        path = descend(gradient_descent, double, 3.0, lr=0.1, steps=5)
        np.testing.assert_allclose(path, 3 * 0.8 ** np.arange(6), rtol=1e-14)

    @pytest.mark.parametrize("step", STEPS)
    def test_the_same_as_repeating_the_step_by_hand(self, step):
        x, memory, points = np.array([-1.0, 1.0]), (), [np.array([-1.0, 1.0])]
        for _ in range(20):
            x, *memory = step(x, landscapes.rosenbrock.gradient(x), *memory, lr=0.001)
            points.append(x)
        np.testing.assert_array_equal(descend(step, landscapes.rosenbrock, [-1, 1], lr=0.001, steps=20), points)

    def test_knobs_reach_the_step(self):
        slow, fast = (descend(momentum, double, 1.0, lr=0.01, beta=beta, steps=9)[-1] for beta in (0, 0.9))
        assert slow == pytest.approx(0.98**9)
        assert fast < slow

    def test_a_step_of_ones_own_with_memory_or_without(self):
        def mine(x, g, count=0, *, lr, shrink=1.0):
            return shrink * (x - lr * g), count + 1

        def bare(x, g, lr):
            return x - lr * g

        np.testing.assert_array_equal(descend(mine, double, 1.0), descend(gradient_descent, double, 1.0))
        np.testing.assert_array_equal(descend(bare, double, [1, 2]), descend(gradient_descent, double, [1, 2]))
        assert descend(mine, double, 1.0, shrink=0.5, steps=1)[-1] == 0.4

    def test_a_step_that_works_in_place_does_no_harm(self):
        def in_place(x, g, *, lr):
            x -= lr * g
            return x

        start = np.array([[1.0], [2.0], [0.0]])
        path = descend(in_place, double, start, tol=1e-3, xtol=1e-9)
        np.testing.assert_array_equal(path, descend(gradient_descent, double, start, tol=1e-3, xtol=1e-9))
        np.testing.assert_array_equal(start, [[1], [2], [0]])

    @pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 4)])
    def test_any_shape(self, shape):
        path = descend(adam, double, np.ones(shape), steps=7)
        assert path.shape == (8, *shape)
        assert path.dtype == float

    def test_a_schedule_gives_the_rate_of_each_step(self):
        rates = []

        def spy(x, g, *, lr):
            rates.append(lr)
            return x

        schedule = exponential_decay(0.3, gamma=0.5)
        descend(spy, double, 1.0, lr=schedule, steps=4, xtol=None)
        assert rates == [schedule(t) for t in range(4)]

    def test_a_rate_that_falls_lets_noise_die(self):
        def noisy(x, rng):
            return double(x) + rng.normal(size=x.shape)

        starts = np.zeros((200, 1))
        knobs = {"steps": 400, "rng": 0}
        steady = descend(gradient_descent, noisy, starts, lr=0.1, **knobs)[-1].std()
        annealed = descend(gradient_descent, noisy, starts, lr=cosine_annealing(0.1, steps=400), **knobs)
        # x ← (1 − 2α)x − αξ settles at variance α²/(1 − (1 − 2α)²) = α/(4 − 4α).
        assert steady == pytest.approx(np.sqrt(0.1 / (4 - 0.4)), rel=0.15)
        assert annealed[-1].std() < steady / 3


class TestStochasticGradients:
    @staticmethod
    def noisy(x, rng):
        return 2 * x + rng.normal(size=np.shape(x))

    def test_the_same_seed_is_the_same_path(self):
        one, two = (descend(adam, self.noisy, [1, 2], rng=7) for _ in range(2))
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, descend(adam, self.noisy, [1, 2], rng=8))

    def test_a_generator_goes_on_where_it_was(self):
        rng = np.random.default_rng(7)
        first, second = (descend(adam, self.noisy, [1, 2], rng=rng) for _ in range(2))
        np.testing.assert_array_equal(first, descend(adam, self.noisy, [1, 2], rng=7))
        assert not np.array_equal(first, second)


class TestStopping:
    @given(lr=st.floats(0.01, 0.4), tol=st.floats(1e-8, 0.1))
    def test_it_stops_at_the_first_small_gradient(self, lr, tol):
        path = descend(gradient_descent, double, 3.0, lr=lr, tol=tol, steps=2000)
        assert path.why == "small gradient"
        assert path.converged
        assert not path.diverged
        assert len(path) == path.end + 1
        assert abs(double(path[-1])) <= tol < abs(double(path[-2]))

    def test_a_start_at_the_minimum_has_arrived(self):
        path = descend(adam, double, [0, 0], tol=0)
        assert (path.end, path.why, len(path)) == (0, "small gradient", 1)

    def test_it_stops_after_the_first_small_step(self):
        path = descend(gradient_descent, double, [3.0, 4.0], lr=0.1, xtol=1e-3, steps=1000)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=-1)
        assert path.why == "small step"
        assert path.converged
        assert lengths[-1] <= 1e-3 < lengths[-2]
        assert path.end == len(path) - 1

    def test_the_step_limit_is_neither(self):
        path = descend(gradient_descent, double, 3.0, tol=1e-9, xtol=1e-9, steps=5)
        assert (path.why, path.end, path.converged, path.diverged) == ("step limit", 5, False, False)

    def test_a_hundred_steps_unless_told(self):
        assert descend(gradient_descent, double, 3.0).end == 100


class TestDivergence:
    @given(lr=st.floats(0.01, 2))
    def test_beyond_two_over_the_curvature_and_only_there(self, lr):
        """∇f = 2x, L = 2: the wall is at α = 2/L = 1."""
        path = descend(gradient_descent, double, 3.0, lr=lr, steps=20_000 if lr > 1.001 else 100)
        if lr > 1.001:
            assert path.why == "escaped"
            assert path.diverged
            assert not path.converged
            assert abs(path[-1]) > 1e12 >= abs(path[-2])
            assert path.end == len(path) - 1
        else:  # so near to the wall that it takes its time
            assert path.why == "step limit"
            assert abs(path[-1]) >= 3 if lr > 1 else abs(path[-1]) <= 3

    def test_not_a_number_is_told_from_an_escape(self):
        path = descend(gradient_descent, np.log, 3.0, lr=4)
        assert path.why == "not a number"
        assert np.isnan(path[-1])
        assert np.isfinite(path[:-1]).all()
        assert descend(gradient_descent, lambda x: np.exp(x), 1e3).why == "escaped"

    def test_overflow_in_plain_python_is_divergence_too(self):
        # math.exp raises OverflowError.
        path = descend(gradient_descent, math.exp, 800.0)
        assert path.diverged
        assert path.why == "not a number"

    def test_the_gradient_is_never_asked_beyond_the_escape(self):
        asked = []

        def cubic(x):
            asked.append(np.copy(x))
            return 4 * x**3

        path = descend(gradient_descent, cubic, [[3.0], [0.1]], lr=0.5, escape=50, steps=20)
        assert np.abs(asked).max() <= 50
        assert len(asked) == 20
        assert list(path.why) == ["escaped", "step limit"]

    def test_the_gradient_is_never_asked_where_a_start_was_lost(self):
        asked = []

        def logarithm(x):
            asked.append(np.copy(x))
            return np.log(x)

        path = descend(gradient_descent, logarithm, [[3.0], [1.0]], lr=4, steps=20)
        assert list(path.why) == ["not a number", "step limit"]
        assert len(asked) == 20
        assert np.all(np.array(asked)[path.end[0] :, 0] == 3.0)  # where it began, in place of the lost one

    def test_nothing_is_asked_after_the_end(self):
        asked = []

        def slope(x):
            asked.append(x)
            return 2 * x

        path = descend(gradient_descent, slope, 3.0, lr=0.5, tol=1e-9, steps=50)
        assert path.why == "small gradient"
        assert len(asked) == path.end + 1 == 2

    def test_the_escape_is_the_length_not_the_entry(self):
        path = descend(gradient_descent, lambda x: -x, np.full(4, 1.0), lr=1, escape=10)
        assert path.end == 3  # 2·1, 2·2, 2·4, and 16 > 10
        assert np.linalg.norm(path[-1]) == 16

    def test_errors_of_the_learners_own_come_through(self):
        with pytest.raises(ZeroDivisionError):
            descend(gradient_descent, lambda x: 1 / 0, 1.0)


class TestManyStarts:
    STARTS = np.array([[3.0, 0.0], [0.1, 0.2], [0.0, 0.0], [-0.3, 0.4], [9.0, 9.0]])

    @pytest.mark.parametrize("step", STEPS)
    def test_each_goes_as_if_alone(self, step):
        def quartic(x):
            return 4 * x**3

        knobs = {"lr": 0.2, "tol": 1e-2, "xtol": 1e-4, "steps": 60, "escape": 1e3}
        together = descend(step, quartic, self.STARTS, **knobs)
        for i, start in enumerate(self.STARTS):
            alone = descend(step, quartic, start, **knobs)
            np.testing.assert_array_equal(together[: alone.end + 1, i], alone)
            np.testing.assert_array_equal(together[alone.end :, i], alone[[-1] * (len(together) - alone.end)])
            for fact in ("end", "why", "converged", "diverged"):
                assert getattr(together, fact)[i] == getattr(alone, fact)
        assert len(together) == together.end.max() + 1

    def test_a_grid_of_starts(self):
        starts = np.random.default_rng(0).normal(size=(3, 4, 2))
        path = descend(gradient_descent, double, starts, steps=9, tol=1e-3)
        assert path.shape == (10, 3, 4, 2)
        assert path.end.shape == path.why.shape == path.converged.shape == path.diverged.shape == (3, 4)

    def test_a_matrix_is_many_starts_unless_it_is_told_to_be_one(self):
        x0 = np.array([[3.0, 4.0], [0.0, 0.0]])
        rows = descend(gradient_descent, double, x0, tol=1e-3)
        assert list(rows.end > 0) == [True, False]
        matrix = descend(gradient_descent, double, x0, tol=1e-3, axes=2)
        assert matrix.end == rows.end[0]
        assert matrix.why == "small gradient"
        many = descend(gradient_descent, double, np.array([x0, x0 + 1]), tol=1e-3, axes=2, lr=0.1)
        assert many.end.shape == (2,)
        assert many.end[0] == matrix.end

    def test_many_rates_of_one_number(self):
        rates = np.array([0.1, 0.5, 0.9, 1.0, 1.1])
        path = descend(gradient_descent, landscapes.square, 3.0, lr=rates, steps=500, tol=1e-9)
        assert path.shape[1:] == (5,)
        assert list(path.why) == ["small gradient"] * 3 + ["step limit", "escaped"]
        assert path.end[1] == 1

    def test_a_map_of_rates_and_betas(self):
        lr, beta = np.array([[[0.01]], [[0.5]]]), np.array([[0.0], [0.5], [0.9]])
        path = descend(momentum, double, [1.0, 2.0], lr=lr, beta=beta, steps=30)
        assert path.shape == (31, 2, 3, 2)
        alone = descend(momentum, double, [1.0, 2.0], lr=0.5, beta=0.9, steps=30)
        np.testing.assert_array_equal(path[:, 1, 2], alone)

    def test_a_list_of_rates_will_do(self):
        path = descend(momentum, double, 1.0, lr=[0.1, 0.2], beta=[0.1, 0.2], steps=3)
        assert path[-1][1] == descend(momentum, double, 1.0, lr=0.2, beta=0.2, steps=3)[-1]

    def test_a_schedule_may_give_many_rates(self):
        rates = np.array([0.1, 0.2])
        path = descend(gradient_descent, double, 1.0, lr=lambda t: rates / (t + 1), steps=3)
        alone = descend(gradient_descent, double, 1.0, lr=lambda t: 0.2 / (t + 1), steps=3)
        np.testing.assert_array_equal(path[:, 1], alone)


class TestThePathIsAnArray:
    PATH = descend(gradient_descent, double, [1.0, 2.0], steps=4)

    def test_it_does_what_arrays_do(self):
        assert isinstance(self.PATH, Path)
        assert self.PATH[:, 0].shape == (5,)
        assert np.linalg.norm(self.PATH - [0, 0], axis=-1).shape == (5,)
        assert landscapes.booth(self.PATH).shape == (5,)

    def test_all_of_it_still_knows_and_a_part_is_plain(self):
        for whole in (self.PATH.T, self.PATH.copy(), self.PATH.view()):
            assert (whole.end, whole.why) == (4, "step limit")
        for part in (self.PATH[:3], self.PATH[-1], self.PATH[:, 0], *self.PATH):
            assert type(part) is np.ndarray
        assert type(self.PATH[0, 0]) is np.float64

    def test_what_is_computed_from_it_is_plain(self):
        for result in (self.PATH + 1, self.PATH.sum(axis=0), np.exp(self.PATH), self.PATH == 1):
            assert type(result) is np.ndarray
        assert type(self.PATH.max()) is type(self.PATH.sum()) is np.float64

    def test_every_reason_has_a_name(self):
        assert len(set(WHY)) == len(WHY) == 7


def test_adam_with_clipped_gradients_goes_down_rosenbrock():
    f = landscapes.rosenbrock
    lr = cosine_annealing(0.05, steps=2000)
    path = descend(adam, lambda x: clip_by_global_norm(f.gradient(x), 1.0), [-1, 1], lr=lr, steps=2000)
    assert f(path[-1]) < 1e-4


def call(step=adam, gradient=double, x0=(1.0, 2.0), **knobs):
    return descend(step, gradient, x0, **knobs)


@pytest.mark.parametrize(
    ("said", "error", "given"),
    [
        ("step is 3", TypeError, {"step": 3}),
        ("gradient is 3", TypeError, {"gradient": 3}),
        ("x0 is nan", ValueError, {"x0": np.nan}),
        ("x0 is 'here'", TypeError, {"x0": "here"}),
        ("x0 is empty", ValueError, {"x0": []}),
        ("steps is 0", ValueError, {"steps": 0}),
        ("steps is 2.5", TypeError, {"steps": 2.5}),
        ("lr is -1", ValueError, {"lr": -1}),
        ("lr is 'fast'", TypeError, {"lr": "fast"}),
        ("lr is", ValueError, {"lr": lambda t: 1 - t}),
        ("lr is", TypeError, {"lr": lambda t: None}),
        ("tol is -1", ValueError, {"tol": -1}),
        ("xtol is -1", ValueError, {"xtol": -1}),
        ("escape is 0", ValueError, {"escape": 0}),
        ("axes is 0", ValueError, {"axes": 0}),
        ("beta is 1", ValueError, {"step": momentum, "beta": 1}),
        ("beta2 is 1", ValueError, {"step": adam, "beta1": 0.9, "beta2": 1}),
        ("lam is -1", ValueError, {"step": lambda x, g, lr, lam: x, "lam": -1}),
        ("betta", TypeError, {"betta": 0.5}),
        (r"the gradient has shape \(3,\): \(2,\)", ValueError, {"gradient": lambda x: np.ones(3)}),
        (r"the gradient has shape \(\): \(2,\)", ValueError, {"gradient": np.sum}),
        ("the gradient is None", TypeError, {"gradient": lambda x: None}),
        (r"the new x has shape \(1,\)", ValueError, {"step": lambda x, g, lr: x[:1]}),
        ("the new x is None", TypeError, {"step": lambda x, g, lr: None}),
        (r"lr has shape \(3,\): .* x0's, \(2,\)", ValueError, {"lr": [1, 2, 3]}),
    ],
)
def test_bad_input_is_named(said, error, given):
    with pytest.raises(error, match=said):
        call(**given)


def clipped(step):
    @wraps(step)
    def short(x, g, *memory, **knobs):
        return step(x, np.clip(g, -1, 1), *memory, **knobs)

    return short


def test_a_step_that_wraps_another_is_taken_as_it_is():
    path = descend(clipped(gradient_descent), double, 10.0, lr=0.1, steps=2)
    assert path == pytest.approx([10, 9.9, 9.8])


def test_a_gradient_that_works_in_place_spoils_nothing():
    def in_place(x):
        x *= 2
        return x

    path = descend(gradient_descent, in_place, [1.0, 2.0], steps=3)
    np.testing.assert_allclose(path, descend(gradient_descent, double, [1.0, 2.0], steps=3))


def test_an_escape_whose_square_overflows_is_an_escape_all_the_same():
    path = descend(gradient_descent, lambda x: -x, 1.0, lr=1e50, steps=5, escape=1e155)
    assert path.diverged
    assert path.end == 4  # 1e150 is within, 1e200 is not
