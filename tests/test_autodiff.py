"""Dual numbers and Vars against numerical derivatives, HIPS autograd, each other, and the chain rule itself."""

import gc
import math

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calclib import autodiff, dual, elementary
from calclib.autodiff import Var, dot, grad, graph
from calclib.differences import derivative
from calclib.dual import Dual, slope
from calclib.elementary import ELEMENTARY, log, sigmoid, tanh
from calclib.tensor import Tensor

numbers = st.floats(-3, 3)
nonzero = numbers.filter(lambda x: abs(x) > 0.05)
names = pytest.mark.parametrize("name", ELEMENTARY)
both_modes = pytest.mark.parametrize("slope_of", [lambda f: lambda x: slope(f, x), grad], ids=["forward", "reverse"])


# --- the table of elementary functions


@names
@given(x=st.floats(0.05, 3))
def test_every_slope_in_the_table_is_that_of_its_function(name, x):
    f, x = getattr(elementary, name), x if name == "log" else x - 1.625
    if name != "relu" or abs(x) > 1e-4:
        true = derivative(f, x)
        assert slope(f, x) == pytest.approx(true, rel=1e-8, abs=1e-8)
        assert grad(f)(x) == pytest.approx(true, rel=1e-8, abs=1e-8)
    assert Var(x).through(name).value == Dual(x).through(name).value == f(x)


@names
def test_functions_take_numbers_arrays_and_everything_differentiable(name):
    f, x = getattr(elementary, name), np.array([[0.5, 2.0], [1.0, 3.0]])
    assert type(f(2)) is float
    np.testing.assert_array_equal(f(x), ELEMENTARY[name][0](x))
    np.testing.assert_array_equal(f(x.tolist()), f(x))
    np.testing.assert_array_equal(f(Dual(x)).value, f(x))
    assert [v.value for v in f(np.array([Var(0.5), Var(2.0)]))] == f(x)[0].tolist()
    assert f.__name__ == name and f is getattr(autodiff, name) is getattr(dual, name)
    assert getattr(Var(2.0), name)().value == f(2.0)


def test_sigmoid_and_relu_far_out():
    assert sigmoid([-1e4, 0, 1e4]).tolist() == [0, 0.5, 1]
    assert sigmoid(-3.0) == pytest.approx(1 / (1 + math.exp(3)), rel=1e-14)
    assert [grad(elementary.relu)(x) for x in (-2.0, 0.0, 2.0)] == [0, 0, 1]


# --- both modes

FORMULAS = [
    lambda np, x, y: x * y + x / y - y**2,
    lambda np, x, y: 2 - x + (-y) * 3 + 4 / y + x**3 - x - 1,
    lambda np, x, y: np.sin(x * y) * np.exp(x - y) / (1 + np.cos(x) ** 2),
    lambda np, x, y: np.tanh(x) ** 3 + np.log(1 + y * y) ** x,
    lambda np, x, y: 2.0 ** (x - y) + (1 + x * x) ** y,
    lambda np, x, y: (x * x + 1) ** -1.5 - y**1 * x**0,
]


@pytest.mark.parametrize("f", FORMULAS)
@given(x=numbers, y=nonzero)
def test_both_modes_agree_with_autograd(f, x, y):
    true = [float(part) for part in autograd.grad(lambda p: f(anp, *p))([x, y])]
    assert grad(lambda x, y: f(np, x, y))(x, y) == pytest.approx(true, rel=1e-10, abs=1e-10)
    assert slope(lambda x: f(np, x, y), x) == pytest.approx(true[0], rel=1e-10, abs=1e-10)
    assert slope(lambda y: f(np, x, y), y) == pytest.approx(true[1], rel=1e-10, abs=1e-10)
    assert slope(lambda x: f(elementary, x, y), x) == slope(lambda x: f(np, x, y), x)


@both_modes
@given(x=numbers)
def test_rules(slope_of, x):
    f, g = (lambda x: x**2 - 3 * x), np.sin
    df, dg = 2 * x - 3, np.cos
    assert slope_of(lambda x: 2 * f(x) + g(x))(x) == pytest.approx(2 * df + dg(x), abs=1e-12)
    assert slope_of(lambda x: f(x) * g(x))(x) == pytest.approx(df * g(x) + f(x) * dg(x), abs=1e-12)
    assert slope_of(lambda x: g(f(x)))(x) == pytest.approx(dg(f(x)) * df, abs=1e-12)
    assert slope_of(lambda x: 1 / (2 + g(x)))(x) == pytest.approx(-dg(x) / (2 + g(x)) ** 2, abs=1e-12)


@both_modes
def test_examples(slope_of):
    assert slope_of(lambda x: (x**2 + 1) ** 3)(2) == 300
    assert slope_of(lambda x: Var(49.0).value / x)(7.0) == -1
    assert slope_of(lambda x: 7)(2.0) == slope_of(lambda x: x**0)(0.0) == 0
    assert slope_of(lambda x: x**1)(0.0) == slope_of(lambda x: x)(5) == 1
    assert slope_of(lambda x: x**2)(-3.0) == -6
    assert slope_of(lambda x: np.float64(2) * x - np.float64(1) / x)(2.0) == 2.25
    assert slope_of(lambda x: np.float64(2) ** x - (np.float64(3) - x))(0.0) == math.log(2) + 1
    assert slope_of(lambda x: 2.0 ** (3 * x))(1.0) == pytest.approx(24 * math.log(2), rel=1e-14)
    assert (Dual(1e308) + Dual(1e308)).value == (Dual(1e308) - Dual(-1e308)).value == math.inf  # and no warning
    assert slope_of(lambda x: x if x > 0 else -x)(-2.0) == -1
    assert slope_of(lambda x: -x if x < 0 else x)(2.0) == 1
    assert slope_of(lambda x: x if 0 < x else -x)(2.0) == 1
    assert slope_of(lambda x: x if np.float64(0) < x else -x)(-2.0) == -1
    assert slope_of(lambda x: x if np.float64(0) > x else -x)(-2.0) == 1
    assert type(slope_of(np.exp)(1)) is float


@both_modes
def test_overflow_is_a_result_without_a_warning(slope_of):
    assert slope_of(lambda x: x * 1e308 * 10)(1.0) == math.inf
    assert slope_of(np.exp)(1e4) == math.inf
    assert slope_of(lambda x: 1 / x)(0.0) == -math.inf
    assert slope_of(lambda x: x**3)(1e200) == math.inf
    assert slope_of(np.log)(0.0) == math.inf
    assert math.isnan(slope_of(lambda x: (x * 1e200) * (x * 1e200) - (x * 1e200) * (x * 1e200))(1.0))
    assert math.isnan(slope_of(lambda x: np.exp(x) + x - np.exp(x))(1e4))


# --- dual numbers


@given(a=numbers, b=numbers, c=nonzero, d=numbers)
def test_dual_arithmetic_is_that_of_a_plus_b_epsilon(a, b, c, d):
    x, y = Dual(a, b), Dual(c, d)
    assert ((x * y).value, (x * y).slope) == (a * c, pytest.approx(a * d + b * c, abs=1e-12))
    assert (x / y * y).value == pytest.approx(a, abs=1e-12)
    assert (x / y * y).slope == pytest.approx(b, abs=1e-9)
    assert ((x - y + y).slope, (x + 1).slope, (1 - x).slope) == (pytest.approx(b, abs=1e-12), b, -b)


@given(x=arrays(float, (2, 3), elements=numbers))
def test_slopes_of_arrays_are_elementwise(x):
    kept = x.copy()
    np.testing.assert_allclose(slope(lambda x: np.sin(x) * x**2, x), np.cos(x) * x**2 + 2 * x * np.sin(x), atol=1e-12)
    np.testing.assert_array_equal(slope(lambda x: 3, x), np.zeros((2, 3)))
    np.testing.assert_array_equal(x, kept)


def test_a_direction_goes_through_a_function_of_several_variables():
    x, v = np.array([2.0, 3.0]), np.array([1.0, -1.0])
    p = Dual(x, v)
    assert (p[0] * p[1]).slope == 3 * 1 + 2 * -1
    assert repr(Dual(2.0, 3.0)) == "2.0 + 3.0ε"


# --- reverse mode


def test_a_node_used_twice_adds_its_paths():
    x = Var(3.0, "x")
    y = x * x + x
    y.backward()
    assert x.grad == 7
    a = x * 2
    b = a * a + a * x
    b.backward()
    assert (a.grad, x.grad) == (2 * 6 + 3, 2 * 15 + 6)


def test_a_second_backward_gives_the_same():
    x = Var(2.0)
    y = x * x
    z = (y * y).exp()
    slopes = []
    for _ in range(3):
        z.backward()
        slopes.append((x.grad, y.grad, z.grad))
    assert (
        slopes[0] == slopes[1] == slopes[2] == (pytest.approx(4 * 8 * math.exp(16)), pytest.approx(8 * math.exp(16)), 1)
    )
    y.backward()
    assert x.grad == 4  # of y now, not added to what z left


@given(data=st.data())
def test_any_graph_agrees_with_forward_mode(data):
    """Random graphs in which nodes are used many times, in any order."""
    plan = data.draw(
        st.lists(st.tuples(st.sampled_from("+-*/st"), st.integers(0, 99), st.integers(0, 99)), max_size=12)
    )

    def f(x):
        made = [x, x + 1]
        for operation, i, j in plan:
            a, b = made[i % len(made)], made[j % len(made)]
            made.append(
                {"+": a + b, "-": a - b, "*": np.tanh(a) * b, "/": a / (2 + b * b), "s": np.sin(a), "t": np.tanh(b)}[
                    operation
                ]
            )
        return made[-1] * made[len(made) // 2]

    assert grad(f)(0.7) == pytest.approx(slope(f, 0.7), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_a_chain_may_be_as_long_as_it_likes(n):
    x = Var(1.5)
    y = x
    for _ in range(n // 2):
        y = -(y * -1.0)
    y = y + x
    y.backward()
    assert x.grad == 2
    assert len(graph(y)[0]) > n
    y.backward()
    assert x.grad == 2
    del y  # freeing it must not recurse either
    gc.collect()


def test_the_graph_is_data():
    x, w = Var(3.0, "x"), Var(-2.0, "w")
    y = tanh(w * x + 1)
    nodes, edges = graph(y)
    assert [node.name for node in nodes] == ["x", "w", "×", "", "+", "tanh"]
    assert nodes[0] is x and nodes[-1] is y
    assert edges == [(1, 2, 3.0), (0, 2, -2.0), (2, 4, 1.0), (3, 4, 1.0), (4, 5, 1 - math.tanh(-5) ** 2)]
    assert [(parent.name, slope) for parent, slope in (w * x).edges] == [("w", 3.0), ("x", -2.0)]
    assert list(x.edges) == [] and graph(x) == ([x], [])
    assert graph(x * x)[1] == [(0, 1, 3.0), (0, 1, 3.0)]
    assert [node.name for node in graph((x - w) / x**2)[0]] == ["x", "w", "−", "**2", "÷"]
    assert (x**w).name == "**" and len(graph(x**w)[1]) == 2


def test_a_var_tells_its_name_value_and_slope():
    x = Var(2, "x")
    (3 * x).backward()
    assert repr(x) == "Var(2, 'x'; grad 3)"
    assert repr(Var(0.5)) == "Var(0.5; grad 0)"
    assert type(x.value) is float


@given(w=arrays(float, 4, elements=numbers), x=arrays(float, 4, elements=numbers), b=numbers)
def test_dot_is_the_sum_of_products_in_one_node(w, x, b):
    weights, bias = [Var(v) for v in w], Var(b)
    neuron = dot(weights, x, bias)
    assert neuron.value == pytest.approx(w @ x + b, abs=1e-12)
    (neuron * 2).backward()
    assert [v.grad for v in weights] == (2 * x).tolist() and bias.grad == 2
    assert len(list(neuron.edges)) == 9
    inputs = [Var(v) for v in x]
    plain = dot(w.tolist(), inputs)
    assert (plain.value, plain.name) == (pytest.approx(w @ x, abs=1e-12), "dot")
    plain.backward()
    assert [v.grad for v in inputs] == w.tolist()
    square = dot(inputs, inputs)
    square.backward()
    assert [v.grad for v in inputs] == (2 * x).tolist()


# --- grad, an operator on functions


def test_grad_of_a_number_of_several_and_of_an_array():
    assert grad(lambda x: x**3)(2) == 12.0
    assert grad(lambda x, y: x * y**2)(2, 3) == (9.0, 12.0)
    np.testing.assert_array_equal(grad(lambda x: np.sum(x**2))([1, 2, 3]), [2, 4, 6])
    np.testing.assert_array_equal(grad(lambda x: x[0] * x[2])([1, 2, 3]), [3, 0, 1])
    parts = grad(lambda W, b: dot(W[0], W[1], b))(np.arange(4.0).reshape(2, 2), 1)
    np.testing.assert_array_equal(parts[0], [[2, 3], [0, 1]])
    assert parts[1] == 1
    np.testing.assert_array_equal(grad(lambda x: 5.0)([1, 2]), [0, 0])


@given(x=arrays(float, st.integers(1, 5), elements=numbers))
def test_grad_of_an_array_is_autograds(x):
    def f(np):
        return lambda x: np.sum(np.sin(x) * np.exp(x / 3) + 1 / (2 + x**2)) * np.dot(x, x)

    kept = x.copy()
    np.testing.assert_allclose(grad(f(np))(x), autograd.grad(f(anp))(x), rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(x, kept)


# --- what must not happen


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: Var("2"), TypeError, "value is '2'"),
        (lambda: Var(None), TypeError, "value is None"),
        (lambda: Var([1.0, 2.0]), TypeError, "value is [1.0, 2.0]: one real number would do, or a Tensor"),
        (lambda: Var(1j), TypeError, "value is 1j: one real number"),
        (lambda: Var(1.0) + "2", TypeError, "value is '2'"),
        (lambda: [1, 2] * Var(1.0), TypeError, "value is [1, 2]"),
        (lambda: np.arctan(Var(1.0)), TypeError, "arctan"),
        (lambda: np.add.reduce(Var(1.0)), TypeError, "reduce"),
        (lambda: np.exp(Var(1.0), where=False), TypeError, "where"),
        (lambda: dot([1, 2], [1, 2, 3]), ValueError, "inputs has 3 numbers: as many as weights, 2, would do"),
        (lambda: grad(3), TypeError, "f is 3"),
        (lambda: grad(np.sin)("x"), TypeError, "x is 'x'"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "f(x) is None"),
        (lambda: grad(lambda x: x)([1.0, 2.0]), TypeError, "f(x) is "),
        (lambda: grad(lambda x: [1.0, 2.0])(1.0), ValueError, "f(x) has shape (2,): a single number would do"),
        (lambda: slope(3, 1), TypeError, "f is 3"),
        (lambda: slope(np.sin, "x"), TypeError, "x is 'x'"),
        (lambda: slope(lambda x: None, 1.0), TypeError, "f(x) is None"),
        (lambda: slope(lambda x: x[:1], [1.0, 2.0]), ValueError, "f(x) has shape (1,) for x of shape (2,)"),
        (lambda: Dual("a"), TypeError, "value is 'a'"),
        (lambda: Dual(1.0, "a"), TypeError, "slope is 'a'"),
        (lambda: Dual(1.0, [1.0, 2.0]), ValueError, "slope has shape (2,): the shape of value, (), would do"),
        (lambda: elementary.exp("a"), TypeError, "x is 'a'"),
    ],
)
def test_bad_input_is_named(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)


def test_the_sigmoid_keeps_its_digits_far_below_zero():
    assert sigmoid(-40.0) == pytest.approx(math.exp(-40), rel=1e-15)
    assert sigmoid(-1000.0) == 0
    assert grad(lambda x: log(sigmoid(x)))(-40.0) == pytest.approx(1, rel=1e-12)


def test_a_function_without_a_slope_here_is_named():
    with pytest.raises(TypeError, match="np.sqrt has no slope here: .* tanh"):
        np.sqrt(Var(2.0))
    with pytest.raises(TypeError, match="np.matmul has no slope here"):
        np.ones(1) @ Var(2.0)


def sinc(x):
    return 1.0 + 0 * x if x == 0 else np.sin(x) / x


@pytest.mark.parametrize("kind", [Var, Dual, Tensor])
def test_comparisons_look_at_the_value(kind):
    one, two = kind(1.0), kind(2.0)
    assert one == 1 == one and one != 2 and not one != kind(1.0)
    assert one <= 1 and one <= two and two >= one and np.float64(2) >= one and not two <= 1
    assert bool(one) and not kind(0.0)
    assert one != "one" and one is not None and one not in [None, "one"]
    assert len({one, kind(1.0)}) == 2  # in a graph each is itself


def test_a_branch_at_a_value_is_taken():
    assert grad(sinc)(0.0) == slope(sinc, 0.0) == 0
    assert grad(sinc)(1.0) == pytest.approx(np.cos(1) - np.sin(1))
