"""Penalties, proximal steps, ridge, lasso and early stopping, against SciPy and the conditions of optimality."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize

from calclib.descent import descend
from calclib.gradients import gradient
from calclib.optimizers import gradient_descent
from calclib.regularization import (
    early_stopping,
    elastic_net,
    fista,
    ista,
    l1,
    l2,
    lasso,
    least_with_corners,
    ridge,
    soft_threshold,
)

away_from_zero = st.floats(0.1, 10) | st.floats(-10, -0.1)
weights = arrays(float, 4, elements=away_from_zero)
strengths = st.floats(0, 10)


def regression(seed=0, n=40, scales=(1, 1, 2, 1, 0.5, 1)):
    """Data with a bias, where half the weights are nothing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, len(scales))) * scales + 1
    return X, X[:, ::2] @ [1.0, -2.0, 3.0] + 5 + rng.normal(size=n)


def loss(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


class TestPenalties:
    @given(w=weights, lam=strengths, ratio=st.floats(0, 1))
    def test_the_gradient_is_the_slope_of_the_value(self, w, lam, ratio):
        for penalty in (l1, l2, lambda w, lam: elastic_net(w, lam, ratio)):
            slope = gradient(lambda w, penalty=penalty: penalty(w, lam)[0], w)
            np.testing.assert_allclose(penalty(w, lam)[1], slope, rtol=1e-7, atol=1e-7)

    def test_values(self):
        w = np.array([1.0, -2.0, 0.0])
        assert l2(w, 0.5)[0] == 2.5
        np.testing.assert_array_equal(l2(w, 0.5)[1], w)
        assert l1(w, 0.5)[0] == 1.5
        np.testing.assert_array_equal(l1(w, 0.5)[1], [0.5, -0.5, 0])
        assert elastic_net(w, 0.5, 0.2)[0] == pytest.approx(0.2 * 1.5 + 0.8 * 2.5)
        assert elastic_net(w, 0.5)[0] == 2

    @given(w=weights, lam=strengths)
    def test_the_elastic_net_has_both_at_its_ends(self, w, lam):
        for end, penalty in ((0, l2), (1, l1)):
            for mixed, pure in zip(elastic_net(w, lam, end), penalty(w, lam), strict=True):
                np.testing.assert_array_equal(mixed, pure)

    @given(v=weights, w=weights, lam=strengths)
    def test_l1s_slope_is_a_subgradient_even_with_zeros(self, v, w, lam):
        w = w * [1, 0, 1, 0]
        value, slope = l1(w, lam)
        assert l1(v, lam)[0] >= value + slope @ (v - w) - 1e-9

    def test_many_weights_and_a_bias_that_bears_nothing(self):
        w = np.arange(6.0).reshape(2, 3)
        np.testing.assert_array_equal(l2(w, 1)[0], [5, 50])
        np.testing.assert_array_equal(l1(w, [1, 1, 0])[1], [[0, 1, 0], [1, 1, 0]])

    def test_shrinkage(self):
        """(w − 3)² + ½w² is least at 2."""
        path = descend(gradient_descent, lambda w: 2 * (w - 3) + l2([w], 0.5)[1][0], 0.0, tol=1e-12)
        assert path[-1] == pytest.approx(2)

    @pytest.mark.parametrize("penalty", [l1, l2, elastic_net, soft_threshold])
    def test_bad_input_is_named(self, penalty):
        with pytest.raises(ValueError, match="lam is -1: zero or a number above it would do"):
            penalty(np.ones(3), -1)
        with pytest.raises(TypeError, match="w is 'heavy'"):
            penalty("heavy", 1)

    @pytest.mark.parametrize("ratio", [-0.1, 1.1])
    def test_the_ratio_is_a_share(self, ratio):
        with pytest.raises(ValueError, match=f"ratio is {ratio}"):
            elastic_net(np.ones(3), 1, ratio)

    def test_overflow_is_a_result_without_a_warning(self):
        w = np.array([1e200, -1e300])
        assert l2(w, 1e10)[0] == elastic_net(w, 1e300)[0] == l1(w, 1e300)[0] == np.inf


class TestSoftThreshold:
    @given(w=st.floats(-10, 10), lam=st.floats(0, 5))
    def test_it_is_where_the_sum_of_parabola_and_corner_is_least(self, w, lam):
        def total(x):
            return (x - w) ** 2 / 2 + lam * abs(x)

        x = soft_threshold(w, lam)
        grid = np.linspace(-11, 11, 2001)
        assert total(x) <= total(grid).min() + 1e-12

    @given(w=weights, lam=strengths)
    def test_what_is_small_is_zero_and_the_rest_is_nearer_by_lambda(self, w, lam):
        x = soft_threshold(w, lam)
        np.testing.assert_array_equal(x == 0, abs(w) <= lam)
        np.testing.assert_allclose((w - x)[x != 0], (lam * np.sign(w))[x != 0], atol=1e-14)

    @given(v=weights, w=weights, lam=strengths)
    def test_it_brings_no_two_points_further_apart(self, v, w, lam):
        apart = np.linalg.norm(soft_threshold(v, lam) - soft_threshold(w, lam))
        assert apart <= np.linalg.norm(v - w) * (1 + 1e-12)

    def test_values(self):
        np.testing.assert_array_equal(soft_threshold([-3, -1, 0, 0.5, 2], 1), [-2, 0, 0, 0, 1])


class TestProximalGradient:
    @pytest.mark.parametrize("step", [ista, fista])
    @pytest.mark.parametrize("lam", [0.0, 0.1, 1.0, 4.0])
    def test_it_meets_the_conditions_of_optimality(self, step, lam):
        """Where w ≠ 0, ∇f = −λ·sign(w); where w = 0, |∇f| ≤ λ."""
        X, y = regression()
        H, c = 2 * X.T @ X / len(X), 2 * X.T @ y / len(X)
        lr = 1 / np.linalg.norm(H, 2)
        path = descend(step, lambda w: H @ w - c, np.zeros(6), lr=lr, lam=lam, steps=50_000, xtol=1e-14)
        assert path.why == "small step"
        w = path[-1]
        g = H @ w - c
        on = w != 0
        np.testing.assert_allclose(g[on], -lam * np.sign(w[on]), atol=1e-8)
        assert (abs(g[~on]) <= lam + 1e-8).all()

    def test_with_no_coupling_one_step_is_the_answer(self):
        c = np.array([3.0, -0.4, 1.5])
        for step in (ista, fista):
            path = descend(step, lambda w: w - c, np.ones(3), lr=1.0, lam=1.0, steps=1)
            np.testing.assert_array_equal(path[-1], soft_threshold(c, 1))

    def test_fista_beats_ista(self):
        """1/t² against 1/t (Beck & Teboulle 2009, theorems 3.1 and 4.4), both within their bounds."""
        curvatures = np.geomspace(1e-4, 1, 30)
        target = np.ones(30)

        def total(w):
            return np.sum(curvatures * (w - target) ** 2, axis=-1) / 2 + 1e-5 * np.sum(abs(w), axis=-1)

        best = total(soft_threshold(target, 1e-5 / curvatures))
        knobs = {"lr": 1.0, "lam": 1e-5, "steps": 300}
        slow = total(descend(ista, lambda w: curvatures * (w - target), np.zeros(30), **knobs))[1:] - best
        t = np.arange(1, 301)
        size = np.sum(soft_threshold(target, 1e-5 / curvatures) ** 2)
        assert (slow <= size / (2 * t)).all()
        y, memory, fast = np.zeros(30), (), []
        for _ in t:
            y, *memory = fista(y, curvatures * (y - target), *memory, lr=1.0, lam=1e-5)
            fast.append(total(memory[0]) - best)
        assert (fast <= 2 * size / (t + 1) ** 2).all()
        assert fast[-1] < slow[-1] / 5

    def test_a_bias_bears_no_penalty(self):
        moved, *_ = ista(np.array([1.0, 1.0]), np.zeros(2), lr=1.0, lam=np.array([0.5, 0]))
        np.testing.assert_array_equal(moved, [0.5, 1])


class TestRidge:
    @given(seed=st.integers(0, 20), lam=st.floats(1e-6, 100))
    def test_it_is_the_closed_form(self, seed, lam):
        X, y = regression(seed)
        w, b = ridge(X, y, lam)
        A, r = X - X.mean(axis=0), y - y.mean()
        np.testing.assert_allclose(w, np.linalg.solve(A.T @ A + len(X) * lam * np.eye(6), A.T @ r), rtol=1e-9)
        assert b == pytest.approx(np.mean(y - X @ w))

    @given(seed=st.integers(0, 20), lam=st.floats(0, 100))
    def test_no_slope_is_left(self, seed, lam):
        X, y = regression(seed)
        w, b = ridge(X, y, lam)
        residual = X @ w + b - y
        np.testing.assert_allclose(2 * X.T @ residual / len(X) + l2(w, lam)[1], 0, atol=1e-9)
        assert residual.mean() == pytest.approx(0, abs=1e-12)

    def test_scipy_finds_the_same(self):
        X, y = regression()
        found = optimize.minimize(lambda p: loss(X, y, p[:-1], p[-1]) + l2(p[:-1], 0.3)[0], np.zeros(7), tol=1e-12)
        np.testing.assert_allclose([*ridge(X, y, 0.3)[0], ridge(X, y, 0.3)[1]], found.x, atol=1e-5)

    def test_without_penalty_it_is_least_squares_and_the_shortest_of_many(self):
        X, y = regression(n=4)
        w, b = ridge(X, y, 0)
        np.testing.assert_allclose(X @ w + b, y, atol=1e-10)
        shortest = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean())[0]
        np.testing.assert_allclose(w, shortest, atol=1e-10)
        np.testing.assert_allclose(ridge(X, y, 1e-9)[0], w, atol=1e-6)

    def test_a_high_polynomial_keeps_its_digits(self):
        x = np.linspace(-1, 1, 40)
        X = np.vander(x, 16, increasing=True)[:, 1:]
        w, b = ridge(X, np.sin(3 * x), 0)
        np.testing.assert_allclose(X @ w + b, np.sin(3 * x), atol=1e-9)


class TestLasso:
    @given(seed=st.integers(0, 10), lam=st.floats(0.01, 5))
    def test_it_meets_the_conditions_of_optimality(self, seed, lam):
        X, y = regression(seed)
        w, b = lasso(X, y, lam)
        residual = X @ w + b - y
        g = 2 * X.T @ residual / len(X)
        np.testing.assert_allclose(g[w != 0], -lam * np.sign(w[w != 0]), atol=1e-8)
        assert (abs(g[w == 0]) <= lam + 1e-8).all()
        assert residual.mean() == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize(("n", "columns"), [(4, 6), (10, 30), (20, 20), (10, 100)])
    @pytest.mark.parametrize("kind", ["any", "whole", "0 or 1"])
    @pytest.mark.parametrize("share", [0.5, 0.01, 1e-4])
    def test_so_it_does_with_more_columns_than_rows(self, n, columns, kind, share):
        for seed in range(12):
            rng = np.random.default_rng(seed)
            X, y = rng.normal(size=(n, columns)), rng.normal(size=n)
            if kind != "any":
                X, y = np.round(2 * X) if kind == "whole" else np.where(X > 0, 1.0, 0.0), np.round(2 * y)
            lam = share * abs(2 * (X - X.mean(axis=0)).T @ (y - y.mean()) / n).max()
            w, b = lasso(X, y, lam)
            g = 2 * X.T @ (X @ w + b - y) / n
            np.testing.assert_allclose(g[w != 0], -lam * np.sign(w[w != 0]), atol=1e-6 * lam)
            assert (abs(g[w == 0]) <= lam * (1 + 1e-6)).all()

    def test_scipy_finds_the_same(self):
        """w = p − q with p, q ≥ 0 makes it smooth."""
        X, y = regression()
        lam = 0.8

        def total(v):
            p, q, b = v[:6], v[6:12], v[12]
            return loss(X, y, p - q, b) + lam * (p + q).sum()

        found = optimize.minimize(
            total, np.zeros(13), bounds=[(0, None)] * 12 + [(None, None)], options={"ftol": 1e-15, "gtol": 1e-10}
        )
        w, b = lasso(X, y, lam)
        assert total(np.concatenate([np.maximum(w, 0), np.maximum(-w, 0), [b]])) <= found.fun + 1e-12
        np.testing.assert_allclose(w, found.x[:6] - found.x[6:12], atol=1e-4)

    def test_from_the_largest_slope_on_all_weights_are_zero(self):
        X, y = regression()
        wall = abs(2 * (X - X.mean(axis=0)).T @ (y - y.mean()) / len(X)).max()
        assert not lasso(X, y, 1.0001 * wall)[0].any()
        assert np.count_nonzero(lasso(X, y, 0.999 * wall)[0]) == 1

    @given(seed=st.integers(0, 10), lam=st.floats(0.001, 5), ratio=st.floats(0.05, 1))
    def test_the_elastic_net_meets_its_conditions_too(self, seed, lam, ratio):
        X, y = regression(seed)
        w, b = lasso(X, y, lam, ratio)
        g = 2 * X.T @ (X @ w + b - y) / len(X) + 2 * (1 - ratio) * lam * w
        np.testing.assert_allclose(g[w != 0], -ratio * lam * np.sign(w[w != 0]), atol=1e-9)
        assert (abs(g[w == 0]) <= ratio * lam + 1e-9).all()

    def test_without_corners_it_is_ridge(self):
        X, y = regression()
        for lam in (0.0, 0.3, 4.0):
            np.testing.assert_allclose(lasso(X, y, lam, 0.0)[0], ridge(X, y, lam)[0], atol=1e-10)

    @pytest.mark.parametrize("ratio", [0.5, 1.0])
    def test_high_polynomials_are_solved_to_rounding_at_every_strength(self, ratio):
        """Columns so alike that steps would need millions."""
        x = np.random.default_rng(0).uniform(-1, 1, 15)
        X, lams = np.vander(x, 13)[:, -2::-1], 10.0 ** np.arange(-9, 2)
        A, y = X - X.mean(axis=0), np.sin(3 * x)
        for lam, w in zip(lams, lasso(X, y, lams, ratio)[0], strict=True):
            g = 2 * A.T @ (A @ w - (y - y.mean())) / 15 + 2 * (1 - ratio) * lam * w
            broken = np.where(w != 0, abs(g + ratio * lam * np.sign(w)), np.maximum(abs(g) - ratio * lam, 0))
            assert broken.max() < 1e-9

    def test_equal_columns_share_under_the_elastic_net_alone(self):
        X, y = regression()
        twice = np.column_stack([X, X[:, 0]])
        w = lasso(twice, y, 0.1, 0.5)[0]
        assert w[0] == pytest.approx(w[6]) and w[0] != 0
        alone, both = lasso(X, y, 0.1)[0], lasso(twice, y, 0.1)[0]
        assert both[0] + both[6] == pytest.approx(alone[0])

    def test_equal_columns_from_a_guess_that_has_both(self):
        w = least_with_corners(np.ones((2, 2)), np.ones(2), 0.25, np.array([0.5, 0.5]))  # H has no inverse
        np.testing.assert_allclose(w, [0.375, 0.375])

    def test_constant_columns_get_nothing(self):
        w, b = lasso(np.ones((5, 2)), np.arange(5.0), 0.1)
        np.testing.assert_array_equal(w, [0, 0])
        assert b == 2
        np.testing.assert_array_equal(ridge(np.ones((5, 2)), np.arange(5.0), 0.0)[0], [0, 0])


@pytest.mark.parametrize("fit", [ridge, lasso])
class TestBothFits:
    def test_coefficient_paths_are_the_fits_one_by_one(self, fit):
        X, y = regression()
        strengths = np.array([0.0, 0.01, 0.1, 1.0, 10.0])
        w, b = fit(X, y, strengths)
        assert (w.shape, b.shape) == ((5, 6), (5,))
        for i, lam in enumerate(strengths):
            alone_w, alone_b = fit(X, y, lam)
            np.testing.assert_allclose(w[i], alone_w, atol=1e-9)
            assert b[i] == pytest.approx(alone_b)

    def test_more_penalty_is_a_smaller_penalty_term_and_a_larger_loss(self, fit):
        X, y = regression()
        w, b = fit(X, y, np.geomspace(1e-3, 10, 20))
        size = {ridge: l2, lasso: l1}[fit](w, 1.0)[0]
        losses = np.mean((w @ X.T + b[:, None] - y) ** 2, axis=1)
        assert (np.diff(size) < 0).all()
        assert (np.diff(losses) > 0).all()

    def test_without_penalty_both_are_least_squares(self, fit):
        X, y = regression()
        expected = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y)[0]
        w, b = fit(X, y, 0)
        np.testing.assert_allclose([*w, b], expected, atol=1e-9)
        assert type(w) is np.ndarray

    def test_the_bias_goes_where_the_data_goes(self, fit):
        X, y = regression()
        (w, b), (moved_w, moved_b) = fit(X, y, 0.5), fit(X + 10, y + 100, 0.5)
        np.testing.assert_allclose(moved_w, w, atol=1e-9)
        assert moved_b == pytest.approx(b + 100 - 10 * w.sum())

    def test_nothing_given_is_changed(self, fit):
        X, y = regression()
        kept = X.copy(), y.copy()
        fit(X, y, 0.5)
        np.testing.assert_array_equal(X, kept[0])
        np.testing.assert_array_equal(y, kept[1])

    @pytest.mark.parametrize(
        ("X", "y", "lam", "said"),
        [
            (np.ones(3), np.ones(3), 1, r"X has shape \(3,\): an array with 2 axes"),
            (np.ones((3, 2)), np.ones(2), 1, "y has 2 numbers: one for each of X's 3 rows would do"),
            (np.ones((3, 2)), np.ones((3, 1)), 1, r"y has shape \(3, 1\)"),
            (np.ones((0, 2)), np.ones(0), 1, "X is empty"),
            ([[1.0, np.nan]], np.ones(1), 1, "X is .*finite numbers only"),
            (np.ones((3, 2)), np.ones(3), -1, "lam is -1: zero or a number above it"),
            (np.ones((3, 2)), np.ones(3), [0, -1], "lam is .*: zero or a number above it"),
            (np.ones((3, 2)), np.ones(3), [[1]], r"lam has shape \(1, 1\): a number, or a row"),
        ],
    )
    def test_bad_input_is_named(self, fit, X, y, lam, said):
        with pytest.raises(ValueError, match=said):
            fit(X, y, lam)


class TestEarlyStopping:
    @pytest.mark.parametrize(
        ("losses", "patience", "answer"),
        [
            ([3, 2, 1], 2, (2, None)),
            ([3, 2, 1, 2, 3, 0], 2, (2, 4)),
            ([3, 2, 1, 2], 2, (2, None)),
            ([3, 2, 1, 2], 1, (2, 3)),
            ([1, 1, 1], 2, (0, 2)),
            ([5], 1, (0, None)),
            ([2, np.nan, 1, np.nan, np.nan], 2, (2, 4)),
            ([np.nan, 3, 2], 5, (2, None)),
            ([1, np.inf, np.inf], 2, (0, 2)),
        ],
    )
    def test_the_best_epoch_and_where_patience_ends(self, losses, patience, answer):
        assert early_stopping(losses, patience=patience) == answer

    def test_a_gain_of_less_than_asked_for_is_none(self):
        assert early_stopping([1.0, 0.99, 0.98], patience=2, min_delta=0.1) == (0, 2)
        assert early_stopping([1.0, 0.5, 0.49], patience=2, min_delta=0.1) == (1, None)
        assert early_stopping([1.0, 0.75], patience=1, min_delta=0.25) == (0, 1)

    def test_ten_epochs_unless_told(self):
        assert early_stopping([0] + [1] * 9) == (0, None)
        assert early_stopping([0] + [1] * 10) == (0, 10)

    @given(losses=st.lists(st.floats(0, 10), min_size=1, max_size=40), patience=st.integers(1, 10))
    def test_the_rule_sees_only_the_past(self, losses, patience):
        """Asked after each epoch it says stop where it says so of the whole history, with the best up to there."""
        best, stop = early_stopping(losses, patience=patience)
        for t in range(1, len(losses) + 1):
            assert (early_stopping(losses[:t], patience=patience)[1] is None) == (stop is None or t <= stop)
        seen = losses if stop is None else losses[: stop + 1]
        assert best == int(np.argmin(seen))
        assert stop is None or stop - best == patience

    @pytest.mark.parametrize(
        ("losses", "knobs", "said"),
        [
            ([], {}, r"losses has shape \(0,\)"),
            ([[1.0]], {}, r"losses has shape \(1, 1\)"),
            ([1.0], {"patience": 0}, "patience is 0"),
            ([1.0], {"min_delta": -1}, "min_delta is -1"),
        ],
    )
    def test_bad_input_is_named(self, losses, knobs, said):
        with pytest.raises(ValueError, match=said):
            early_stopping(losses, **knobs)
