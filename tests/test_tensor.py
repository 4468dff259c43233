"""Array reverse mode against HIPS autograd, numerical differences and adjointness."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, mutually_broadcastable_shapes
from scipy.special import log_softmax

from calclib import tensor
from calclib.elementary import ELEMENTARY
from calclib.gradients import gradient
from calclib.tensor import Tensor, grad, value_and_grad

numbers = st.floats(-3, 3)


def some(*shape, seed=0, low=-2.0):
    return np.random.default_rng(seed).uniform(low, 2, size=shape)


def agree(f, *x):
    """f(np, …) has the same gradient in calclib and in autograd."""
    ours = grad(lambda *x: f(np, *x))(*x)
    theirs = autograd.grad(lambda *x: f(anp, *x), argnum=tuple(range(len(x))))(*x)
    for a, b, part in zip(ours if len(x) > 1 else [ours], theirs, x, strict=True):
        assert a.shape == np.shape(part)
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


# --- operations


@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), data=st.data())
def test_arithmetic_with_broadcasting(shapes, data):
    x, y = (data.draw(arrays(float, shape, elements=st.floats(0.25, 3))) for shape in shapes.input_shapes)
    for operation in (
        lambda np, x, y: np.sum((x + y) * (x - y) * x / y),
        lambda np, x, y: np.sum(x**y) + np.mean(2.0**x - y**3 + 1 / x),
        lambda np, x, y: np.sum(3 - (-x) + y / 2 - (2 - y) * 0.5),
    ):
        agree(operation, x, y)


@pytest.mark.parametrize("name", ELEMENTARY)
@given(x=arrays(float, array_shapes(max_dims=2, max_side=3), elements=st.floats(0.1, 3)), v=numbers)
def test_elementary_functions_are_elementwise(name, x, v):
    x = x if name == "log" else x - 1.55
    f, slope = ELEMENTARY[name]
    found = grad(lambda t: np.sum(getattr(tensor, name)(t) * v))(x)
    np.testing.assert_allclose(found, slope(x, f(x)) * v, atol=1e-12)


def test_whole_numbers_are_floats():
    assert Tensor(np.array([1, 2])).value.dtype == grad(lambda x: np.sum(x * x))(np.array([1, 2])).dtype == float


@pytest.mark.parametrize("shapes", [((3, 4), (4, 2)), ((3, 4), (4,)), ((4,), (4, 2)), ((4,), (4,)), ((1, 1), (1, 1))])
def test_products_of_matrices_and_vectors(shapes):
    A, B = some(*shapes[0]), some(*shapes[1], seed=1)
    agree(lambda np, A, B: np.sum(np.sin(A @ B)), A, B)
    agree(lambda np, B: np.sum((A @ B) ** 2), B)
    agree(lambda np, A: np.sum((A @ B) ** 2), A)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_and_means_over_any_axes(axis, keepdims):
    x = some(2, 3, 4)
    agree(lambda np, x: np.sum(np.sum(x**2, axis=axis, keepdims=keepdims) ** 2), x)
    agree(lambda np, x: np.sum(np.mean(x**2, axis=axis, keepdims=keepdims) ** 2), x)
    t = Tensor(x)
    np.testing.assert_allclose(t.sum(axis, keepdims=keepdims).value, x.sum(axis, keepdims=keepdims))
    np.testing.assert_allclose(t.mean(axis, keepdims=keepdims).value, x.mean(axis, keepdims=keepdims))


def test_every_operation_gives_numpys_values():
    x, y = some(2, 3), some(3, seed=1, low=0.5)
    s, t = Tensor(x), Tensor(y)
    for got, wanted in [(s + t, x + y), (s - t, x - y), (s * t, x * y), (s / t, x / y), (t**s, y**x), (s @ t, x @ y)]:
        np.testing.assert_array_equal(got.value, wanted)
    assert s.sum(axis=0).shape == s.mean(axis=0).shape == (3,)
    assert s.sum().shape == s.mean().shape == ()


def test_the_slope_of_a_power_in_its_exponent():
    """xʸ log x: 0 for x = 0, and below it not a number."""
    slopes = grad(lambda y: np.sum(np.array([0.0, 0.0, 0.5, -2.0]) ** y))(np.array([2.0, 0.0, 1.0, 2.0]))
    np.testing.assert_allclose(slopes, [0, 0, 0.5 * np.log(0.5), np.nan])


def test_comparisons_are_numpys_entry_by_entry():
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    s, t = Tensor(x), Tensor(y)
    for got, wanted in [
        (s < t, x < y),
        (s <= t, x <= y),
        (s > t, x > y),
        (s >= t, x >= y),
        (s == t, x == y),
        (s != t, x != y),
        (s < 2, x < 2),
        (2 < s, 2 < x),
        (y <= s, y <= x),
        (y > s, y > x),
        (y == s, y == x),
        (y != s, y != x),
    ]:
        np.testing.assert_array_equal(got, wanted)


def test_shapes_and_indices():
    x, w = some(3, 4), some(6, 2, seed=1)
    agree(lambda np, x: np.sum((x.T @ x) ** 2), x)
    agree(lambda np, x: np.sum((x.reshape(2, 6) @ w) ** 2) + np.sum(x.reshape((4, 3))[0] ** 3), x)
    agree(lambda np, x: np.sum(x[1:, ::2] ** 2) + x[0, 0] ** 3 + np.sum(x[2]), x)
    agree(lambda np, x: np.sum(x[[0, 1, 0, 0], [1, 1, 1, 2]] ** 2), x)  # an entry taken three times
    assert Tensor(x).T.shape == (4, 3)


def test_a_tensor_used_twice_adds_its_paths():
    agree(lambda np, x: np.sum(x @ x * x) + np.sum(x) * np.sum(x.T), some(3, 3))


@given(data=st.data())
def test_pulls_are_adjoint_to_differences(data):
    """⟨u, Jv⟩ = ⟨Jᵀu, v⟩ with Jv from differences and Jᵀu from a backward sweep."""
    x, v = (data.draw(arrays(float, (3, 2), elements=st.floats(-1, 1))) for _ in range(2))
    u = data.draw(arrays(float, (3, 4), elements=st.floats(-1, 1)))

    def f(x):
        return np.tanh(x @ some(2, 4)) * (1 + np.exp(x).sum(1, keepdims=True))

    h = 1e-5
    Jv = (f(x + h * v) - f(x - h * v)) / (2 * h)
    assert np.sum(u * Jv) == pytest.approx(np.sum(grad(lambda x: np.sum(u * f(x)))(x) * v), abs=1e-7)


@given(x=arrays(float, 4, elements=numbers), a=numbers, b=numbers)
def test_grad_is_linear(x, a, b):
    def f(x):
        return np.sum(np.sin(x) * x)

    def g(x):
        return np.mean(np.exp(x / 2))

    whole = grad(lambda x: a * f(x) + b * g(x))(x)
    np.testing.assert_allclose(whole, a * grad(f)(x) + b * grad(g)(x), atol=1e-10)


# --- networks


def parameters(*sizes):
    return [
        some(*s, seed=i)
        for i, s in enumerate(s for a, b in zip(sizes, sizes[1:], strict=False) for s in ((a, b), (b,)))
    ]


def network(np, x, *parameters):
    for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        x = np.tanh(x @ W + b)
    return x @ parameters[-2] + parameters[-1]


def test_mean_squared_error_of_the_network_of_notebook_06():
    x = np.linspace(-1, 1, 100)[:, None]
    agree(lambda np, *p: np.mean((network(np, x, *p) - x**2) ** 2), *parameters(1, 16, 16, 1))


def cross_entropy(np, scores, labels):
    scores = scores - getattr(scores, "value", scores).max(axis=1, keepdims=True) if np is not anp else scores
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - scores[np.arange(len(labels)), labels])


def test_softmax_cross_entropy_has_slope_p_minus_y():
    scores, labels = some(6, 3) * 10, np.array([0, 2, 1, 1, 0, 2])
    p, y = np.exp(log_softmax(scores, axis=1)), np.eye(3)[labels]
    value, slopes = value_and_grad(lambda scores: cross_entropy(np, scores, labels))(scores)
    assert value == pytest.approx(-log_softmax(scores, axis=1)[range(6), labels].mean())
    np.testing.assert_allclose(slopes, (p - y) / 6, atol=1e-14)
    far = grad(lambda scores: cross_entropy(np, scores, labels))(scores * 1e6)
    assert np.isfinite(far).all()
    agree(lambda np, *p: cross_entropy(np, network(np, some(6, 2), *p), labels), *parameters(2, 8, 3))


@given(seed=st.integers(0, 50))
def test_gradient_check(seed):
    x, order = some(5, 2, seed=seed), np.random.default_rng(seed).permutation(5)
    p = parameters(2, 3, 1)

    def loss(x, *p):
        return np.mean(np.sin(network(np, x, *p)))

    numeric = gradient(lambda w: loss(x, w.reshape(2, 3), *p[1:]), p[0].ravel())
    analytic = grad(lambda W: loss(x, W, *p[1:]))(p[0])
    np.testing.assert_allclose(analytic.ravel(), numeric, atol=1e-8)
    np.testing.assert_allclose(grad(lambda W: loss(x[order], W, *p[1:]))(p[0]), analytic, atol=1e-13)


# --- the engine


def test_a_second_backward_gives_the_same():
    x = Tensor([1.0, 2.0], "x")
    y = (x * x).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])
    x.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_slopes_that_may_be_changed_are_no_others():
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    total = (a + b).sum()
    total.backward()
    a.grad += 1
    np.testing.assert_array_equal(b.grad, [1, 1])
    total.backward()
    np.testing.assert_array_equal(a.grad, [1, 1])


def test_a_long_chain():
    x = Tensor(np.ones(2))
    y = x
    for _ in range(10_000):
        y = y + 1.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 1])


def test_constants_have_no_edges_and_names_tell_what_was_made():
    x = Tensor([[1.0, 2.0]], "x")
    y = np.array([[3.0], [4.0]])
    assert [(parent.name, pull(1.0).tolist()) for parent, pull in (x * y.T).edges] == [("x", [[3.0, 4.0]])]
    assert (y @ x).edges[0][0] is x and len((y @ x).edges) == 1
    assert ([[3.0], [4.0]] @ x).value.tolist() == (y @ x).value.tolist()  # a list on the left
    assert (np.exp(x).name, (x @ y).name, x.sum().name, x.T.name) == ("exp", "@", "sum", "T")
    assert repr(x) == "Tensor([[1. 2.]], 'x')"


def test_value_and_grad_of_numbers_and_constants():
    assert value_and_grad(lambda x: x**2)(3) == (9.0, 6.0)
    assert grad(lambda x, y: x * y)(2, 5) == (5, 2)
    np.testing.assert_array_equal(grad(lambda x: 3.0)([1, 2]), [0, 0])
    x, y = grad(lambda x, y: x.sum())(np.ones(2), np.ones(3))
    assert x.tolist() == [1, 1] and y.tolist() == [0, 0, 0]
    x[0] = 7  # what comes back is the caller's own


@given(x=arrays(float, (2, 2), elements=numbers))
def test_nothing_is_mutated(x):
    kept = x.copy()
    value_and_grad(lambda x: np.sum((x + x) * x @ x.T))(x)
    np.testing.assert_array_equal(x, kept)


def test_overflow_is_a_result_without_a_warning():
    x = np.array([1e200, 1.0])
    assert value_and_grad(lambda x: np.sum(x * x))(x)[0] == np.inf
    assert grad(lambda x: np.sum(np.exp(x)))(x).tolist() == [np.inf, np.e]
    assert grad(lambda x: np.sum(1 / (x - 1)))(x).tolist() == [0, -np.inf]
    assert np.isnan(value_and_grad(lambda x: np.sum(x * x - x * x))(x)[0])
    assert np.isnan(value_and_grad(lambda x: np.mean(np.exp(x) - np.exp(x)))(x)[0])
    assert value_and_grad(lambda x: (x @ x) * np.sum(x - 1e308 * 10))(x)[0] == -np.inf
    assert grad(lambda x: np.sum(x**3))(x).tolist() == [np.inf, 3]
    big = Tensor([1e308])
    assert (big + big).value == (big * 10).value == (big - -big).value == np.inf
    assert Tensor([1e308, 1e308]).sum().value == Tensor([1e308, 1e308]).mean().value == np.inf


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: Tensor("a"), TypeError, "value is 'a'"),
        (lambda: Tensor([1.0]) + "a", TypeError, "operand is 'a'"),
        (lambda: Tensor([1.0, 2.0]).backward(), ValueError, "backward() from shape (2,): a single number"),
        (lambda: grad(lambda x: x)([1.0, 2.0]), ValueError, "backward() from shape (2,)"),
        (lambda: grad(lambda x: None)([1.0]), TypeError, "f(x) is None"),
        (lambda: grad(lambda x: np.ones(2))([1.0]), ValueError, "backward() from shape (2,)"),
        (lambda: grad(3), TypeError, "f is 3"),
        (lambda: grad(np.sum)("a"), TypeError, "value is 'a'"),
        (lambda: grad(np.sum)([[1.0], [1.0, 2.0]]), TypeError, "value is [[1.0], [1.0, 2.0]]"),
        (lambda: Tensor(np.ones((2, 2, 2))) @ np.ones((2, 2)), ValueError, "@ of shapes (2, 2, 2) and (2, 2)"),
        (lambda: Tensor(2.0) @ np.ones((2, 2)), ValueError, "@ of shapes () and (2, 2): matrices or vectors"),
        (lambda: Tensor(np.ones(3)) @ np.ones((2, 2)), ValueError, "(3,) and (2, 2)"),
        (lambda: Tensor(np.ones((2, 2))) @ np.ones(3), ValueError, "(2, 2) and (3,): matrices or vectors"),
        (lambda: Tensor(np.ones(3)) + np.ones(2), ValueError, "(3,) (2,)"),  # NumPy's own
        (lambda: np.arctan(Tensor(1.0)), TypeError, "arctan"),
    ],
)
def test_bad_input_is_named(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "f",
    [
        lambda A: np.sum(np.dot(A, np.eye(2))),
        lambda A: np.sum(np.where([True, False], A, 0.0)),
        lambda A: np.var(A),
        lambda A: np.sum(np.outer(A, A)),
        lambda A: np.sum(np.sqrt(A)),
    ],
)
def test_what_numpy_would_do_to_an_object_is_an_error_not_a_wrong_number(f):
    with pytest.raises(TypeError, match="a Tensor is no array|has no slope here"):
        value_and_grad(f)(np.ones((2, 2)))
