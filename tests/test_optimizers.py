"""The steps are PyTorch's, number for number, and do on a quadratic what theory says."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calclib import optimizers
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

STEPS = [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw]
TORCH = json.loads(Path(__file__).with_name("torch_iterates.json").read_text("utf-8"))["runs"]
GRADIENTS = {
    "ravine": lambda p: p * [1, 100],
    "rosenbrock": lambda p: np.array([2 * (p[0] - 1) - 400 * p[0] * (p[1] - p[0] ** 2), 200 * (p[1] - p[0] ** 2)]),
}
numbers = st.floats(-100, 100).map(lambda number: round(number, 3))
vectors = arrays(float, 5, elements=numbers)


def walk(step, gradient, x, steps, **knobs):
    """x after so many steps, by nothing but the contract."""
    memory, points = (), [x]
    for _ in range(steps):
        x, *memory = step(x, gradient(x), *memory, **knobs)
        points.append(x)
    return np.array(points)


@pytest.mark.parametrize("run", TORCH, ids=lambda run: f"{run['step']}-{run['landscape']}-{run['knobs']}")
def test_the_points_are_pytorchs(run):
    step, start = getattr(optimizers, run["step"]), np.array(run["start"])
    last = max(map(int, run["points"]))
    points = walk(step, GRADIENTS[run["landscape"]], start, last, **run["knobs"])
    for t, expected in run["points"].items():
        np.testing.assert_allclose(points[int(t)], expected, rtol=1e-10, atol=1e-13)


def test_defaults_are_pytorchs_but_for_the_plain_rates():
    defaults = {step.__name__: inspect.signature(step).parameters for step in STEPS}
    assert {name: knobs["lr"].default for name, knobs in defaults.items()} == {
        "gradient_descent": 0.1,
        "momentum": 0.1,
        "nesterov": 0.1,
        "adagrad": 0.01,
        "rmsprop": 0.01,
        "adam": 0.001,
        "adamw": 0.001,
    }
    assert defaults["momentum"]["beta"].default == defaults["nesterov"]["beta"].default == 0.9
    assert defaults["adagrad"]["eps"].default == 1e-10
    assert (defaults["rmsprop"]["beta"].default, defaults["rmsprop"]["eps"].default) == (0.99, 1e-8)
    for name in ("adam", "adamw"):
        knobs = [defaults[name][knob].default for knob in ("beta1", "beta2", "eps")]
        assert knobs == [0.9, 0.999, 1e-8]
    assert defaults["adamw"]["weight_decay"].default == 0.01


def test_memory_stands_first_and_starts_at_zero_and_knobs_stand_after_the_star():
    for step in STEPS:
        _, _, *rest = inspect.signature(step).parameters.values()
        knobs = [p for p in rest if p.kind == p.KEYWORD_ONLY]
        assert [p.default for p in rest if p not in knobs] == [0] * (len(rest) - len(knobs))
        assert knobs[0].name == "lr"
        assert len(step(1.0, 1.0)) == 1 + len(rest) - len(knobs)


class TestOneQuadratic:
    """∇f = curvature · x; the iteration is a matrix on (x, memory), and its spectral radius is known."""

    MU, L = 1.0, 100.0
    KAPPA, ROOT = 100.0, 10.0

    def radius(self, step, size, **knobs):
        """The larger spectral radius of the two curvatures: columns are the images of unit (x, memory)."""
        radii = []
        for curvature in (self.MU, self.L):
            images = [np.ravel(step(x, curvature * x, *rest, **knobs)) for x, *rest in np.eye(size)]
            radii.append(abs(np.linalg.eigvals(np.array(images).T)).max())
        return max(radii)

    def test_gradient_descent(self):
        best = 2 / (self.MU + self.L)
        assert self.radius(gradient_descent, 1, lr=best) == pytest.approx((self.KAPPA - 1) / (self.KAPPA + 1))
        assert self.radius(gradient_descent, 1, lr=best) == pytest.approx(0.980198, abs=1e-6)
        assert self.radius(gradient_descent, 1, lr=1 / self.L) == pytest.approx(1 - 1 / self.KAPPA)
        assert self.radius(gradient_descent, 1, lr=2 / self.L) == pytest.approx(1)
        assert all(
            self.radius(gradient_descent, 1, lr=lr) > self.radius(gradient_descent, 1, lr=best)
            for lr in (0.99 * best, 1.01 * best)
        )

    def test_heavy_ball_at_its_best(self):
        lr = 4 / (np.sqrt(self.L) + np.sqrt(self.MU)) ** 2
        beta = ((self.ROOT - 1) / (self.ROOT + 1)) ** 2
        # A double eigenvalue is known only to the root of the rounding.
        assert self.radius(momentum, 2, lr=lr, beta=beta) == pytest.approx(9 / 11, abs=1e-6)

    def test_nesterov_at_its_best(self):
        beta = (self.ROOT - 1) / (self.ROOT + 1)
        assert self.radius(nesterov, 2, lr=1 / self.L, beta=beta) == pytest.approx(0.9, abs=1e-6)

    @given(beta=st.floats(0, 0.99))
    def test_walls(self, beta):
        walls = {
            momentum: 2 * (1 + beta) / self.L,
            nesterov: 2 * (1 + beta) / (self.L * (1 + 2 * beta)),
        }
        for step, wall in walls.items():
            assert self.radius(step, 2, lr=wall, beta=beta) == pytest.approx(1, abs=1e-6)
            assert self.radius(step, 2, lr=1.001 * wall, beta=beta) > 1
            assert self.radius(step, 2, lr=0.999 * wall, beta=beta) < 1

    @pytest.mark.parametrize("lr", [0.001, 0.015, 2 / 101, 0.0199])
    def test_every_step_shrinks_by_the_rate(self, lr):
        points = walk(gradient_descent, lambda x: x * [1, 100], np.array([1.0, 1.0]), 300, lr=lr)
        shrunk = abs(points[1:] / points[:-1])
        np.testing.assert_allclose(shrunk, abs(1 - lr * np.array([[1, 100]])) * np.ones((300, 1)), rtol=1e-12)


@given(x=vectors, g=vectors)
def test_without_its_knob_each_method_is_the_simpler_one(x, g):
    plain = gradient_descent(x, g, lr=0.3)[0]
    for step in (momentum, nesterov):
        np.testing.assert_array_equal(walk(step, lambda x: g, x, 3, lr=0.3, beta=0)[1], plain)
    np.testing.assert_array_equal(adamw(x, g, weight_decay=0)[0], adam(x, g)[0])


@given(x=vectors, g=vectors.filter(lambda g: (abs(g) > 0.01).all()), scale=st.sampled_from([1e-3, 10, 1e6]))
def test_adams_first_step_is_the_rate_whatever_the_scale_of_the_gradient(x, g, scale):
    """m̂ = g and v̂ = g², because of the bias correction; RMSprop, without it, goes 1/√(1 − β) too far."""
    for step, length in ((adam, 0.1), (adagrad, 0.1), (rmsprop, 1.0)):
        moved = step(x, scale * g, lr=0.1, eps=0)[0] - x
        np.testing.assert_allclose(moved, -length * np.sign(g), rtol=1e-9, atol=1e-12)


@given(g=vectors, seed=st.integers(0, 10))
def test_adam_is_blind_to_the_scale_of_each_coordinate(g, seed):
    rng = np.random.default_rng(seed)
    history, scale = rng.normal(size=(20, 5)) + g, 10.0 ** rng.integers(-3, 4, size=5)
    x, y, memory_x, memory_y = np.zeros(5), np.zeros(5), (), ()
    for gradient in history:
        x, *memory_x = adam(x, gradient, *memory_x, eps=0)
        y, *memory_y = adam(y, scale * gradient, *memory_y, eps=0)
    np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-12)


def test_adamw_shrinks_weights_evenly_where_l2_in_adams_gradient_does_not():
    x, g = np.array([1.0, 1.0]), np.array([1e-3, 1e3])
    decayed = adamw(x, g, lr=0.1, weight_decay=0.5)[0] - adam(x, g, lr=0.1)[0]
    np.testing.assert_allclose(decayed, -0.05 * x, rtol=1e-12)
    mixed = adam(x, g + 0.5 * x, lr=0.1)[0] - adam(x, g, lr=0.1)[0]
    assert abs(mixed).max() < 1e-5


@pytest.mark.parametrize("step", STEPS)
class TestEveryStep:
    def test_takes_any_shape_elementwise(self, step):
        rng = np.random.default_rng(0)
        gradients = rng.normal(size=(4, 3, 2))
        whole = walk(step, lambda x: gradients[0] + x, np.ones((3, 2)), 4)
        for i, j in np.ndindex(3, 2):
            alone = walk(step, lambda x, i=i, j=j: gradients[0][i, j] + x, 1.0, 4)
            np.testing.assert_array_equal(whole[:, i, j], alone)

    def test_changes_nothing_that_it_is_given(self, step):
        given_in = [np.array([1.0, 2.0]), np.array([3.0, -4.0]), *step(np.ones(2), np.ones(2))[1:]]
        before = [np.copy(array) for array in given_in]
        step(*given_in)
        assert all(np.array_equal(now, then) for now, then in zip(given_in, before, strict=True))

    def test_takes_numbers_and_lists_and_whole_numbers(self, step):
        x = np.array([1.0, 2.0])
        np.testing.assert_array_equal(step([1, 2], [3, 4])[0], step(x, np.array([3.0, 4.0]))[0])
        assert np.ndim(step(1, 3)[0]) == 0

    def test_one_rate_for_each_start(self, step):
        x, g, rates = np.ones((3, 2)), np.full((3, 2), 0.5), np.array([[0.1], [0.2], [0.3]])
        together = step(x, g, lr=rates)[0]
        for row, rate in zip(together, rates.ravel(), strict=True):
            np.testing.assert_array_equal(row, step(x[0], g[0], lr=rate)[0])

    def test_overflow_is_a_silent_result(self, step):
        x, *_ = step(np.array([1e308, 0.0]), np.array([-1e308, np.nan]), lr=1e10)
        assert np.isnan(x[1])

    @pytest.mark.parametrize(
        ("knobs", "error", "said"),
        [
            ({"lr": -0.1}, ValueError, "lr is -0.1: zero or a number above it would do"),
            ({"lr": np.nan}, ValueError, "lr is nan: a finite number"),
            ({"lr": 10**400}, ValueError, "a finite number would do"),  # more than a float can hold
            ({"lr": np.inf}, ValueError, "lr is inf: a finite number"),
            ({"lr": "0.1"}, TypeError, "lr is '0.1': a number"),
            ({"lr": [0.1, -1]}, ValueError, r"lr is \[0.1, -1\]: zero or a number above it would do"),
            ({"learning_rate": 0.1}, TypeError, "learning_rate"),
        ],
    )
    def test_a_bad_rate_is_named(self, step, knobs, error, said):
        with pytest.raises(error, match=said):
            step(np.ones(2), np.ones(2), **knobs)

    @pytest.mark.parametrize(
        ("x", "g", "error", "said"),
        [
            ([1, 2], [1, 2, 3], ValueError, r"g has shape \(3,\): \(2,\) would do"),
            ([1, 2], "uphill", TypeError, "g is 'uphill': real numbers would do"),
            ([1, 2j], [1, 2], TypeError, "x is .* real numbers would do"),
            (
                [1, 2],
                [[1], [2, 3]],
                ValueError,
                r"g is \[\[1\], \[2, 3\]\]: an array of shape \(2,\) would do",
            ),
        ],
    )
    def test_a_bad_point_or_gradient_is_named(self, step, x, g, error, said):
        with pytest.raises(error, match=said):
            step(x, g)


@pytest.mark.parametrize(
    ("memory", "error", "said"),
    [
        (1 + 1j, TypeError, "memory is"),
        ("a", TypeError, "memory is 'a'"),
        (None, TypeError, "memory is None"),
        (-1, ValueError, "memory is -1"),
    ],
)
def test_a_bad_memory_is_named(memory, error, said):
    with pytest.raises(error, match=said):
        momentum(np.ones(2), np.ones(2), memory)


def test_a_rate_for_each_start_widens_memory_and_all():
    rates = np.array([[0.1], [0.2]])
    x, v = momentum(np.ones(3), np.ones(3), np.ones((2, 3)), lr=rates)
    assert x.shape == v.shape == (2, 3)


@pytest.mark.parametrize("value", [1, 1.0, 1.5, -0.1])
@pytest.mark.parametrize(
    ("step", "name"),
    [(momentum, "beta"), (nesterov, "beta"), (rmsprop, "beta"), (adam, "beta1"), (adam, "beta2")],
)
def test_beta_lies_in_0_to_1(step, name, value):
    with pytest.raises(ValueError, match=f"{name} is {value}: a number of at least 0 and below 1 would do"):
        step(1.0, 1.0, **{name: value})
    step(1.0, 1.0, **{name: 0})


@pytest.mark.parametrize(("step", "name"), [(adam, "eps"), (adamw, "weight_decay")])
def test_no_negative_epsilon_or_decay(step, name):
    with pytest.raises(ValueError, match=f"{name} is -1: zero or a number above it would do"):
        step(1.0, 1.0, **{name: -1})


class TestClipping:
    @given(g=vectors, limit=st.floats(0.01, 1000))
    def test_is_never_longer_than_the_limit_and_never_turned(self, g, limit):
        clipped = clip_by_global_norm(g, limit)
        assert np.linalg.norm(clipped) <= limit * (1 + 1e-12)
        np.testing.assert_allclose(clipped * np.linalg.norm(g), g * np.linalg.norm(clipped), atol=1e-9)
        if np.linalg.norm(g) < limit:
            np.testing.assert_array_equal(clipped, g)
        else:
            assert np.linalg.norm(clipped) == pytest.approx(limit)

    def test_all_layers_are_scaled_together(self):
        layers = [np.array([[3.0, 0.0]]), np.array([4.0]), np.array(12.0)]
        clipped = clip_by_global_norm(layers, 1.3)
        assert isinstance(clipped, list)
        for layer, part in zip(layers, clipped, strict=True):
            np.testing.assert_allclose(part, layer / 10, rtol=1e-14)
            assert part.shape == layer.shape

    def test_it_is_not_clipping_each_component(self):
        np.testing.assert_allclose(clip_by_global_norm([[30.0, 40.0]], 5)[0], [3, 4])

    def test_the_norm_of_huge_and_of_tiny_gradients_is_right(self):
        np.testing.assert_allclose(clip_by_global_norm(np.array([3e300, 4e300]), 5), [3, 4])
        np.testing.assert_allclose(clip_by_global_norm(np.array([3e-300, 4e-300]), 5e-301), [3e-301, 4e-301])
        np.testing.assert_allclose(clip_by_global_norm(np.array([3e-300, 4e-300]), 5), [3e-300, 4e-300])

    def test_zero_stays_and_nan_stays(self):
        np.testing.assert_array_equal(clip_by_global_norm(np.zeros(3), 1), np.zeros(3))
        assert np.isnan(clip_by_global_norm(np.array([np.nan, 1.0]), 1)).all()
        assert np.isnan(clip_by_global_norm(np.array([np.inf, 1.0]), 1)[0])

    def test_nothing_given_is_changed_or_shared(self):
        g = np.array([1.0, 2.0])
        clip_by_global_norm(g, 0.1)
        clip_by_global_norm(g, 10)[0] = 7
        np.testing.assert_array_equal(g, [1, 2])

    @pytest.mark.parametrize("limit", [0, -1, np.nan])
    def test_the_limit_is_above_zero(self, limit):
        with pytest.raises(ValueError, match="max_norm is"):
            clip_by_global_norm(np.ones(2), limit)

    def test_gradients_are_numbers(self):
        with pytest.raises(TypeError, match="g is 'steep': real numbers would do"):
            clip_by_global_norm("steep", 1)
        with pytest.raises(ValueError, match="g is empty"):
            clip_by_global_norm([], 1)
