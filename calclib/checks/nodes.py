"""The nodes that lesson 05's exercises are given, what they make of them, and what known mistakes would."""

import numpy as np

from calclib.autodiff import Var
from calclib.checks.compare import NotYet, expect, show

__all__ = ["Given", "Listed", "node", "pushed"]


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


def node(made, call, inputs, value, wrong_values):
    """The edges of the node made(*inputs), whose value is right; NotYet for what is no node, or changes the inputs."""
    before = [(x.value, x.grad) for x in inputs]
    got, edges = made(*inputs), None
    try:
        value_came = got.value
        edges = [(parent, slope) for parent, slope in got.edges]
    except AttributeError:
        sentence = f"{call} is {show(got)}, where a Var should be: return Var(value, name, parents, slopes)."
        raise NotYet(sentence) from None
    except (TypeError, ValueError):
        pass  # told below, after what comes first
    if [(x.value, x.grad) for x in inputs] != before:
        raise NotYet(f"{call} changes what it is given: make a new Var. Every grad waits for the walk back.")
    expect(value_came, value, at=f"{call}.value", tol=1e-9, mistakes=wrong_values)
    if edges is None:
        raise NotYet(
            f"{call}.edges should be pairs (parent, slope): are there as many slopes as parents, both in tuples? "
            "A single one needs its comma, (x,), and the name comes before them."
        )
    return edges


class Listed:
    """A node as far as the lesson has come: it cannot walk back yet."""

    def __init__(self, value, name="", parents=(), slopes=()):
        self.value, self.name, self.grad = value, name, 0.0
        self.edges = list(zip(parents, slopes, strict=True))


def pushed(push):
    """What push does to parents who have heard from others before, and have a parent of their own."""
    for slopes, before, grad in (((2.0, 3.0), (1.0, 2.0), 5.0), ((0.5, -4.0, 1.5), (1.0, 10.0, -2.0), -2.0)):
        root = Var(2.0)
        parents = [Listed(k + 4.0, "", (root,), (1.0,)) for k in range(len(slopes))]
        for parent, start in zip(parents, before, strict=True):
            parent.grad = start
        sender = Listed(7.0, "", tuple(parents), slopes)
        sender.grad = grad
        push(sender)
        say = f"push(node) for slopes {list(slopes)}, node.grad = {grad:g} and parents with {list(before)}"
        if sender.grad != grad:
            raise NotYet(f"{say} changed node.grad to {show(sender.grad)}: only the parents get something.")
        slopes, before = np.array(slopes), np.array(before)
        values = np.array([parent.value for parent in parents])
        first = np.arange(len(slopes)) == 0
        yield (
            [parent.grad for parent in parents],
            before + slopes * grad,
            f"{say}: the parents' grads",
            {
                "= forgets what had arrived before: it takes +=, and no 0 before.": slopes * grad,
                "nothing has arrived: is it parent.grad that you change?": before,
                "slope and gradient are added; along a path they multiply.": before + slopes + grad,
                "= and a sum: it takes += and slope · node.grad.": slopes + grad,
                "the slope is missing: += slope · node.grad.": before + grad,
                "node.grad is missing: += slope · node.grad.": before + slopes,
                "= forgets what had arrived before, and node.grad is missing: += slope · node.grad.": slopes,
                "the parent's own grad came in; what is sent is slope · node.grad.": before + slopes * before,
                "the old gradient is multiplied; what arrives is added.": before * slopes * grad,
                "the sign is turned: what arrives is added.": before - slopes * grad,
                "slope and gradient are divided; along a path they multiply.": before + slopes / grad,
                "the value of the node came in; what is sent is its grad.": before + slopes * 7.0,
                "the parent's value came in; the slope has it already.": before + values * slopes * grad,
                "only the first parent got its share: what ends the loop?": before + first * slopes * grad,
            },
        )
        if root.grad:
            raise NotYet(f"{say} went on to the parents' parent. Each node pushes once, when all its children have.")
