"""The checks of lesson 05: each decides by closed forms or central differences, where the mistakes come apart."""

import math
from types import FunctionType

import numpy as np

from calclib import autodiff, differences, dual, gradients
from calclib.autodiff import Var
from calclib.checks import NotYet, exercise, expect
from calclib.checks.cases import judged
from calclib.checks.compare import show
from calclib.checks.networks import exactly
from calclib.checks.nodes import Given, Listed, node, pushed

__all__ = [
    "composed_slope",
    "divide",
    "dual_product",
    "neuron_slopes",
    "push",
    "sweeps",
    "tanh",
    "two_paths",
]

LESSON = "05 The chain rule: derivatives through a machine"


@exercise
def composed_slope(composed_slope):
    """f′(g(x))·g′(x): the outer slope is taken where the outer function stands, at g(x)."""
    chains = {  # words: f′, f″, g, g′ and x
        "f(u) = u³ and g(x) = x² + 1": (lambda u: 3 * u**2, lambda u: 6 * u, lambda x: x**2 + 1, lambda x: 2 * x, 2.0),
        "f(u) = sin u and g(x) = eˣ": (math.cos, lambda u: -math.sin(u), math.exp, math.exp, 0.7),
        "f(u) = u² and g(x) = 1 − 4x": (lambda u: 2 * u, lambda u: 2.0, lambda x: 1 - 4 * x, lambda x: -4.0, 1.5),
    }
    judged(
        (
            (
                composed_slope(of_a_number(df, "f′"), of_a_number(g, "g"), of_a_number(dg, "g′"), x),
                df(g(x)) * dg(x),
                f"composed_slope(df, g, dg, {x:g}) for {words}",
                {
                    "the outer slope is taken at x; the outer function never sees x, but g(x).": df(x) * dg(x),
                    "the outer slope is taken at g′(x); its place is g(x).": df(dg(x)) * dg(x),
                    "the inner slope g′(x) is forgotten.": df(g(x)),
                    "the outer slope f′(g(x)) is forgotten.": dg(x),
                    "f′ is asked at g′(x), and the inner slope is missing: f′(g(x))·g′(x).": df(dg(x)),
                    "the outer slope f′ is missing, and g′ is taken at g(x).": dg(g(x)),
                    "the inner slope is g′(x), not x.": df(g(x)) * x,
                    "this is f′ at x; the outer function stands at g(x), and the inner slope is missing.": df(x),
                    "slopes along a chain multiply; here they are added.": df(g(x)) + dg(x),
                    "slopes along a chain multiply, and the outer one is taken at g(x).": df(x) + dg(x),
                    "the inner slope is to be multiplied, and here it is g itself.": df(g(x)) * g(x),
                    "the outer slope belongs at g(x), and what it is multiplied by is g′(x), not g.": df(x) * g(x),
                    "the inner slope is taken at g(x); the inner function stands at x.": df(g(x)) * dg(g(x)),
                    "the two places are swapped: f′ at g(x), and g′ at x.": df(x) * dg(g(x)),
                    "g′(x) is not part of the place: f′ at g(x), and that times g′(x).": df(g(x) * dg(x)),
                    "this is the slope of f′(g(x)); df is f′ already.": ddf(g(x)) * dg(x),
                },
            )
            for words, (df, ddf, g, dg, x) in chains.items()
        ),
        exactly,
    )


def of_a_number(function, name):
    """The function; NotYet where it is given another function, as in df(g)."""

    def asked(u):
        if callable(u):
            raise NotYet(f"{name} was asked at a function, where a number should be: g(x), not g.")
        return function(u)

    return asked


@exercise
def two_paths(two_paths):
    """a·c + b·d: multiply along each path, then add the paths."""
    judged(
        (
            (
                two_paths(a, b, c, d),
                a * c + b * d,
                f"two_paths({a:g}, {b:g}, {c:g}, {d:g})",
                {
                    "you add along a path and multiply across paths; it is the other way round.": (a + c) * (b + d),
                    "the two paths are multiplied; what comes over two paths adds.": a * c * b * d,
                    "the two paths are subtracted; what comes over two paths adds.": a * c - b * d,
                    "one path is subtracted from the other; what comes over two paths adds.": b * d - a * c,
                    "slopes along a path multiply, and the paths add to one number.": (a + c, b + d),
                    "this is their mean; what comes over two paths adds.": (a * c + b * d) / 2,
                    "what comes over the two paths adds to one number.": (a * c, b * d),
                    "slopes along a path multiply; here all four are added.": a + b + c + d,
                    "only the path through u is there; the one through v adds b·d.": a * c,
                    "only the path through v is there; the one through u adds a·c.": b * d,
                    "only the steeper path is there; both count, and add.": max(a * c, b * d),
                    "each path is a slope into u or v times the slope out of the same one: a·c and b·d.": a * d + b * c,
                    "a step into u must go on from u: a belongs to c, b to d.": a * b + c * d,
                    "this takes every way in with every way out, but u leads nowhere over d.": (a + b) * (c + d),
                },
            )
            for a, b, c, d in ((2.0, 3.0, 5.0, 7.0), (-1.0, 0.5, 4.0, -10.0))
        ),
        tol=1e-9,
    )


MADE = FunctionType(dual.Dual.__init__.__code__, vars(dual), "Dual")  # to make one is to have its multiplication


@exercise(without=(MADE,))
def dual_product(dual_product):
    """(a + a′ε)(b + b′ε) = ab + (a′b + ab′)ε, for ε² = 0: the product rule comes out by itself."""
    judged(
        (
            (
                dual_product((a, da), (b, db)),
                (value, slope),
                f"dual_product(({a:g}, {da:g}), ({b:g}, {db:g}))",
                {
                    "the slopes are multiplied; their product belongs to ε², which is 0.": (value, da * db),
                    "ε² is 0, so the product of the slopes adds nothing.": (value, slope + da * db),
                    "ε² is 0: it adds nothing to the value (i² would be −1).": (value - da * db, slope),
                    "the product of the slopes belongs to ε², which is 0, not to the value.": (value + da * db, slope),
                    "the slopes are added: that is the sum; each is multiplied by the other value.": (value, da + db),
                    "a·b′ is missing from the slope.": (value, da * b),
                    "a′·b is missing from the slope.": (value, a * db),
                    "each slope meets the other's value: a′·b and a·b′.": (value, a * da + b * db),
                    "the two terms of the slope are subtracted; they add.": (value, da * b - a * db),
                    "one term of the slope is subtracted from the other; they add.": (value, a * db - da * b),
                    "the two terms of the slope are multiplied; they add.": (value, da * b * a * db),
                    "the pair is swapped: the value comes first.": (slope, value),
                    "the value is the product of the values; here it is their sum.": (a + b, slope),
                    "value and slope stay apart, as a pair: ε is no number to add.": value + slope,
                    "this is the sum; here the two are multiplied.": (a + b, da + db),
                },
            )
            for (a, da), (b, db) in (((3.0, 1.0), (5.0, 3.0)), ((-2.0, 0.5), (4.0, -3.0)))
            for value, slope in [(a * b, da * b + a * db)]
        ),
        tol=1e-9,
    )


@exercise
def tanh(tanh):
    """One node, one edge, with the slope 1 − tanh²: y is there already, so nothing is computed twice."""
    for number in (0.8, -1.5, 0.0):
        x, y = Given(number), math.tanh(number)
        call = f"tanh(Var({number:g}))"
        sigmoid = 1 / (1 + math.exp(-number))
        values = {
            "the value is still x; it is np.tanh(x.value).": number,
            "this is the sigmoid.": sigmoid,
            "this is tan; the h of tanh is missing.": math.tan(number),
            "this is the slope; the value comes first, and the slope behind its parent.": 1 - y * y,
        }
        edges = node(tanh, call, [x], y, values)
        if len(edges) != 1:
            raise NotYet(f"{call} has {len(edges) or 'no'} edges: there should be one, whose parent is x itself.")
        if edges[0][0] is not x:
            raise NotYet(f"{call} has an edge to {show(edges[0][0])}: its parent is x itself.")
        exactly(
            edges[0][1],
            1 - y * y,
            at=f"the slope in {call}",
            mistakes={
                "1 − x² is taken at the input; it is 1 − y², with y = tanh x.": 1 - number**2,
                "this is the value, not the slope.": y,
                "1 − tanh² is taken once too often: tanh of y in place of y.": 1 - math.tanh(y) ** 2,
                "the square is missing: 1 − y².": 1 - y,
                "y(1 − y) belongs to the sigmoid; for tanh it is 1 − y².": y * (1 - y),
                "the sign is turned: tanh rises everywhere.": y * y - 1,
                "y * 2 is twice y; the square is y * y.": 1 - 2 * y,
                "the square is subtracted: 1 − y².": 1 + y * y,
                "the slope is left at 1.": 1.0,
                "the slope is left at 0.": 0.0,
            },
        )


@exercise
def divide(divide):
    """x/y has the slopes 1/y in x and −x/y² in y: an edge for each operand."""
    for a, b in ((3.0, 5.0), (-1.0, 4.0), (0.5, -0.2)):
        x, y = Given(a), Given(b)
        call = f"divide(Var({a:g}), Var({b:g}))"
        values = {"it is upside down.": b / a, "this is the product.": a * b, "// cuts off.": a // b}
        edges = node(divide, call, [x, y], a / b, values)
        if any(parent is not x and parent is not y for parent, _ in edges):
            raise NotYet(
                f"{call} has an edge to something that is neither x nor y: write one node, whose parents they are."
            )
        found = [sum(slope for parent, slope in edges if parent is part) for part in (x, y)]
        if not any(parent is y for parent, _ in edges):
            raise NotYet(f"{call} has no edge to y: a quotient changes with what it is divided by, too.")
        if not any(parent is x for parent, _ in edges):
            raise NotYet(f"{call} has no edge to x: a quotient changes with its numerator, too.")
        exactly(
            found,
            (1 / b, -a / b**2),
            at=f"the slopes in {call}",
            mistakes={
                "the slope in y has its sign turned: a larger divisor makes less.": (1 / b, a / b**2),
                "the slope in y is −x/y²; the square is missing.": (1 / b, -a / b),
                "the slope in y is −x/y²; x is missing.": (1 / b, -1 / b**2),
                "-x / y * y multiplies by y again: put y * y in brackets, or write y**2.": (1 / b, -a),
                "y * 2 is twice y; the square is y**2.": (1 / b, -a / (2 * b)),
                "y * 2 is twice y, and / y * 2 multiplies by 2: put y**2.": (1 / b, -a / b * 2),
                "(x/y)² squares x as well; the slope in y is −x/y².": (1 / b, -((a / b) ** 2)),
                "these are the slopes of a product.": (b, a),
                "the slopes are swapped: the parents and the slopes stand in the same order.": (-a / b**2, 1 / b),
                "the slope in x is 1/y.": (b, -a / b**2),
                "the slope in y is −x/y²: divide by the square, once.": (1 / b, -a * b**2),
                "these are the slopes of a difference.": (1.0, -1.0),
                "x held, the slope in y is −x/y²; here it is 1/x.": (1 / b, 1 / a),
                "the slope in y is −x/y²: 1/y has the slope −1/y².": (1 / b, -a / b**3),
            },
        )


@exercise
def push(push: None):
    """parent.grad += slope · node.grad: slopes multiply along a path, and what arrives over several paths adds."""
    judged(pushed(push), tol=1e-9)
    x = Var(3.0)
    square = Listed(9.0, "×", (x, x), (3.0, 3.0))
    square.grad = 1.0
    push(square)
    expect(
        x.grad,
        6.0,
        at="after push(node) for node = x · x at x = 3, where both edges lead to x, x.grad",
        mistakes={"only one of the two edges counts. = forgets the first share; += adds.": 3.0, "it adds.": 9.0},
    )


@exercise
def sweeps(sweeps):
    """Forward mode takes a sweep for each input, reverse mode one for each output: the smaller number wins."""
    for inputs, outputs in ((3, 100), (1_000_000, 1), (20, 20)):
        expect(
            sweeps(inputs, outputs),
            (inputs, outputs),
            at=f"sweeps({inputs}, {outputs})",
            mistakes={
                "they are swapped: forward mode asks what one input does, reverse mode what one output owes.": (
                    outputs,
                    inputs,
                ),
                "only walks back are counted, not the walk forward: one for each output.": (
                    inputs,
                    outputs + 1,
                ),
                "only walks back are counted; the walk forward is one for all.": (inputs, 2 * outputs),
                "central differences take two runs for each input; forward mode takes one.": (2 * inputs, outputs),
                "one sweep gives a whole column or row of the Jacobian, not one entry.": (
                    inputs * outputs,
                    inputs * outputs,
                ),
                "reverse mode takes one sweep for each output; here it is always one.": (inputs, 1),
                "forward mode takes one sweep for each input; here it is always one.": (1, outputs),
                "both take more than one here: a sweep starts from one input, or from one output.": (1, 1),
            },
        )


@exercise(without=(autodiff.grad, Var.backward, dual.slope, gradients.gradient, differences.derivative))
def neuron_slopes(neuron_slopes):
    """σ′ = s(1 − s), and then the inner slope: x in w, w in x, 1 in b."""
    judged(neurons(neuron_slopes), exactly)


def neurons(neuron_slopes):
    for w, x, b in ((0.5, 2.0, -0.3), (-1.2, 0.7, 0.4)):
        z = w * x + b
        s, unbiased = 1 / (1 + math.exp(-z)), 1 / (1 + math.exp(-w * x))
        turned = 1 / (1 + math.exp(-w * x + b))
        slope, outside = s * (1 - s), 1 / (1 + math.exp(-s))
        inner = np.array([x, w, 1.0])
        mistakes = {
            "the slope of σ is taken at its output s; its place is z = wx + b.": outside * (1 - outside) * inner,
            "z(1 − z) needs s = σ(z) in place of z.": z * (1 - z) * inner,
            "b is missing in z = wx + b.": unbiased * (1 - unbiased) * inner,
            "in exp(−w·x + b) the minus belongs to b as well: brackets, −(w·x + b).": turned * (1 - turned) * inner,
            "s * 1 − s is 0: brackets, s * (1 − s).": 0 * inner,
            "the slope of σ is forgotten.": inner,
            "the inner slopes x, w and 1 are forgotten.": slope * np.ones(3),
            "σ itself stands where its slope s(1 − s) should.": s * inner,
            "only 1 − s is there; the slope is s(1 − s).": (1 - s) * inner,
            "the sign is turned: σ rises, so its slope s(1 − s) is positive.": -slope * inner,
            "the slope in w is x times, the one in x is w times: they are swapped.": slope * inner[[1, 0, 2]],
            "the order is w, x, b.": slope * inner[[2, 0, 1]],
            "these three are asked for one by one, not added.": slope * inner.sum(),
            "the slope in b has the inner slope 1, not b.": slope * np.array([x, w, b]),
            "b moves z as well, with the inner slope 1: its slope is s(1 − s), not 0.": slope * np.array([x, w, 0]),
            "in b the inner slope is 1, and the outer one s(1 − s) stays.": np.array([slope * x, slope * w, 1]),
            "1 − s² belongs to tanh; the sigmoid has s(1 − s).": (1 - s * s) * inner,
            "slopes along a chain multiply; here they are added.": slope + inner,
        }
        yield neuron_slopes(w, x, b), slope * inner, f"neuron_slopes({w}, {x}, {b})", mistakes
