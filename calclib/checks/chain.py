"""The checks of lesson 05: each decides by closed forms or central differences, where the mistakes come apart."""

import math

import numpy as np

from calclib import autodiff, differences, dual
from calclib.autodiff import Var
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show
from calclib.checks.networks import exactly

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
    chains = {
        "f(u) = u³ and g(x) = x² + 1": (lambda u: 3 * u**2, lambda x: x**2 + 1, lambda x: 2 * x, 2.0),
        "f(u) = sin u and g(x) = eˣ": (math.cos, math.exp, math.exp, 0.7),
        "f(u) = u² and g(x) = 1 − 4x": (lambda u: 2 * u, lambda x: 1 - 4 * x, lambda x: -4.0, 1.5),
    }
    for words, (df, g, dg, x) in chains.items():
        expect(
            composed_slope(df, g, dg, x),
            df(g(x)) * dg(x),
            at=f"composed_slope(df, g, dg, {x:g}) for {words}",
            tol=1e-9,
            mistakes={
                "the outer slope is taken at x; the outer function never sees x, but g(x).": df(x) * dg(x),
                "the outer slope is taken at g′(x); its place is g(x).": df(dg(x)) * dg(x),
                "the inner slope g′(x) is forgotten.": df(g(x)),
                "slopes along a chain multiply; here they are added.": df(g(x)) + dg(x),
                "the inner slope is to be multiplied, and here it is g itself.": df(g(x)) * g(x),
                "the inner slope is taken at g(x); the inner function stands at x.": df(g(x)) * dg(g(x)),
                "the outer slope is taken at f′(x)'s place and the inner one at g(x): swap them.": df(x) * dg(g(x)),
            },
        )


@exercise
def two_paths(two_paths):
    """a·c + b·d: multiply along each path, then add the paths."""
    for a, b, c, d in ((2.0, 3.0, 5.0, 7.0), (-1.0, 0.5, 4.0, -6.0)):
        expect(
            two_paths(a, b, c, d),
            a * c + b * d,
            at=f"two_paths({a:g}, {b:g}, {c:g}, {d:g})",
            tol=1e-9,
            mistakes={
                "you add along a path and multiply across paths; it is the other way round.": (a + c) * (b + d),
                "the two paths are multiplied; what comes over two paths adds.": a * c * b * d,
                "slopes along a path multiply; here all four are added.": a + b + c + d,
                "only the path through u is there; the one through v adds b·d.": a * c,
                "only the path through v is there; the one through u adds a·c.": b * d,
                "each path is a slope into u or v times the slope out of the same one: a·c and b·d.": a * d + b * c,
                "a step into u must go on from u: a belongs to c, b to d.": a * b + c * d,
                "this takes every way in with every way out, but u leads nowhere over d.": (a + b) * (c + d),
            },
        )


@exercise
def dual_product(dual_product):
    """(a + a′ε)(b + b′ε) = ab + (a′b + ab′)ε, for ε² = 0: the product rule comes out by itself."""
    for (a, da), (b, db) in (((3.0, 1.0), (5.0, 3.0)), ((-2.0, 0.5), (4.0, -3.0))):
        value, slope = a * b, da * b + a * db
        expect(
            dual_product((a, da), (b, db)),
            (value, slope),
            at=f"dual_product(({a:g}, {da:g}), ({b:g}, {db:g}))",
            tol=1e-9,
            mistakes={
                "the slopes are multiplied; their product belongs to ε², which is 0.": (value, da * db),
                "ε² is 0, so the product of the slopes adds nothing.": (value, slope + da * db),
                "ε² is 0: it adds nothing to the value (i² would be −1).": (value - da * db, slope),
                "the product of the slopes belongs to ε², which is 0, not to the value.": (value + da * db, slope),
                "the slopes are added: that is the sum; each is multiplied by the other value.": (value, da + db),
                "a·b′ is missing from the slope.": (value, da * b),
                "a′·b is missing from the slope.": (value, a * db),
                "each slope meets the other's value: a′·b and a·b′.": (value, a * da + b * db),
                "the two terms of the slope are subtracted; they add.": (value, da * b - a * db),
                "the pair is swapped: the value comes first.": (slope, value),
                "the value is the product of the values; here it is their sum.": (a + b, slope),
            },
        )


class Given(Var):
    """A Var without what the learner is to write: division and tanh."""

    __slots__ = ()

    def __truediv__(self, other):
        raise NotYet("x / y asks for the very division that you are to write: compute with x.value and y.value.")

    __rtruediv__ = __truediv__

    def through(self, name):
        if name == "tanh":
            raise NotYet("tanh of a Var is what you are to write: compute with x.value, as in np.tanh(x.value).")
        return super().through(name)


def node(got, call, value, wrong_values):
    """`got` as a node whose value is right; NotYet in a sentence if it is no node, or its value is wrong."""
    if not all(hasattr(got, name) for name in ("value", "edges")):
        raise NotYet(f"{call} is {show(got)}, where a Var should be: return Var(value, name, parents, slopes).")
    expect(got.value, value, at=f"{call}.value", tol=1e-9, mistakes=wrong_values)
    try:
        return [(parent, slope) for parent, slope in got.edges]
    except (TypeError, ValueError):
        raise NotYet(f"{call}.edges is {show(got.edges)}: pairs (parent, slope) would do.") from None


@exercise
def tanh(tanh):
    """One node, one edge, with the slope 1 − tanh²: y is there already, so nothing is computed twice."""
    for number in (0.8, -1.5, 0.0):
        x, y = Given(number), math.tanh(number)
        call = f"tanh(Var({number:g}))"
        sigmoid = 1 / (1 + math.exp(-number))
        edges = node(
            tanh(x),
            call,
            y,
            {"the value is still x; it is np.tanh(x.value).": number, "this is the sigmoid.": sigmoid},
        )
        if len(edges) != 1 or edges[0][0] is not x:
            raise NotYet(f"{call} has {len(edges)} edges: there should be one, whose parent is x itself.")
        expect(
            edges[0][1],
            1 - y * y,
            at=f"the slope in {call}",
            tol=1e-9,
            mistakes={
                "1 − x² is taken at the input; it is 1 − y², with y = tanh x.": 1 - number**2,
                "this is the value, not the slope.": y,
                "1 − tanh² is taken once too often: tanh of y in place of y.": 1 - math.tanh(y) ** 2,
                "the square is missing: 1 − y².": 1 - y,
                "y(1 − y) belongs to the sigmoid; for tanh it is 1 − y².": y * (1 - y),
                "the sign is turned: tanh rises everywhere.": y * y - 1,
                "the slope is left at 1.": 1.0,
                "the slope is left at 0.": 0.0,
            },
        )


@exercise
def divide(divide):
    """x/y has the slopes 1/y in x and −x/y² in y: an edge for each operand."""
    for a, b in ((3.0, 2.0), (-1.0, 4.0), (0.5, -0.2)):
        x, y = Given(a), Given(b)
        call = f"divide(Var({a:g}), Var({b:g}))"
        edges = node(
            divide(x, y),
            call,
            a / b,
            {"it is upside down.": b / a, "this is the product.": a * b, "// cuts off.": a // b},
        )
        if any(parent is not x and parent is not y for parent, _ in edges):
            raise NotYet(f"{call} has an edge to something that is neither x nor y.")
        found = [sum(slope for parent, slope in edges if parent is part) for part in (x, y)]
        if not any(parent is y for parent, _ in edges):
            raise NotYet(f"{call} has no edge to y: a quotient changes with what it is divided by, too.")
        if not any(parent is x for parent, _ in edges):
            raise NotYet(f"{call} has no edge to x: a quotient changes with its numerator, too.")
        expect(
            found,
            (1 / b, -a / b**2),
            at=f"the slopes in {call}",
            tol=1e-9,
            mistakes={
                "the slope in y has its sign turned: a larger divisor makes less.": (1 / b, a / b**2),
                "the slope in y is −x/y²; the square is missing.": (1 / b, -a / b),
                "the slope in y is −x/y²; x is missing.": (1 / b, -1 / b**2),
                "these are the slopes of a product.": (b, a),
                "the slopes are swapped: the parents and the slopes stand in the same order.": (-a / b**2, 1 / b),
                "the slope in x is 1/y.": (b, -a / b**2),
                "x held, the slope in y is −x/y²; here it is 1/x.": (1 / b, 1 / a),
                "the slope in y is −x/y²: 1/y has the slope −1/y².": (1 / b, -a / b**3),
            },
        )


@exercise
def push(push: None):
    """parent.grad += slope · node.grad: slopes multiply along a path, and what arrives over several paths adds."""
    for slopes, before, grad in (((2.0, 3.0), (1.0, 2.0), 5.0), ((0.5, -4.0, 1.5), (1.0, 10.0, -2.0), -2.0)):
        parents = [Var(1.0) for _ in slopes]
        for parent, start in zip(parents, before, strict=True):
            parent.grad = start
        sender = Var(7.0, "", tuple(parents), slopes)
        sender.grad = grad
        push(sender)
        say = f"push(node) for slopes {list(slopes)}, node.grad = {grad:g} and parents with {list(before)}"
        slopes, before = np.array(slopes), np.array(before)
        expect(
            [parent.grad for parent in parents],
            before + slopes * grad,
            at=f"{say}: the parents' grads",
            tol=1e-9,
            mistakes={
                "= forgets what had arrived before: it takes +=.": slopes * grad,
                "nothing has arrived: is it parent.grad that you change?": before,
                "slope and gradient are added; along a path they multiply.": before + slopes + grad,
                "= and a sum: it takes += and slope · node.grad.": slopes + grad,
                "the slope is missing: += slope · node.grad.": before + grad,
                "node.grad is missing: += slope · node.grad.": before + slopes,
                "the old gradient is multiplied; what arrives is added.": before * slopes * grad,
                "the sign is turned: what arrives is added.": before - slopes * grad,
                "the value of the node came in; what is sent is its grad.": before + slopes * 7.0,
            },
        )
        if sender.grad != grad:
            raise NotYet(f"{say} changed node.grad to {show(sender.grad)}: only the parents get something.")
    x = Var(3.0)
    square = Var(9.0, "×", (x, x), (3.0, 3.0))
    square.grad = 1.0
    push(square)
    expect(
        x.grad,
        6.0,
        at="after push(node) for node = x · x at x = 3, where both edges lead to x, x.grad",
        mistakes={"= keeps only the last of the two paths: it takes +=.": 3.0, "along two edges it adds.": 9.0},
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


@exercise(without=(autodiff.grad, dual.slope, differences.gradient, differences.derivative))
def neuron_slopes(neuron_slopes):
    """σ′ = s(1 − s), and then the inner slope: x in w, w in x, 1 in b."""
    for w, x, b in ((0.5, 2.0, -0.3), (-1.2, 0.7, 0.4)):
        z = w * x + b
        s = 1 / (1 + math.exp(-z))
        slope, outside = s * (1 - s), 1 / (1 + math.exp(-s))
        inner = np.array([x, w, 1.0])
        exactly(
            neuron_slopes(w, x, b),
            slope * inner,
            at=f"neuron_slopes({w}, {x}, {b})",
            mistakes={
                "the slope of σ is taken at its output s; its place is z = wx + b.": outside * (1 - outside) * inner,
                "z(1 − z) needs s = σ(z) in place of z.": z * (1 - z) * inner,
                "the slope of σ is forgotten.": inner,
                "the inner slopes x, w and 1 are forgotten.": slope * np.ones(3),
                "σ itself stands where its slope s(1 − s) should.": s * inner,
                "the slope in w is x times, the one in x is w times: they are swapped.": slope * inner[[1, 0, 2]],
                "the slope in b has the inner slope 1, not b.": slope * np.array([x, w, b]),
                "1 − s² belongs to tanh; the sigmoid has s(1 − s).": (1 - s * s) * inner,
                "slopes along a chain multiply; here they are added.": slope + inner,
            },
        )
