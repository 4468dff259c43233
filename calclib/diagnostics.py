"""Is the gradient right, does it reach every layer, and what ails this training? Each verdict with its evidence."""

from copy import deepcopy
from typing import NamedTuple

import numpy as np

from calclib import differences, gradients
from calclib.layers import ACTIVATIONS
from calclib.validate import finite_array, function, positive, real_numbers, whole

__all__ = ["Diagnosis", "GradientCheck", "LayerReport", "diagnose", "gradient_check", "layer_report"]

EPSILON = np.finfo(float).eps


class GradientCheck(NamedTuple):
    """What `gradient_check` found; `errors` and `numeric` are NaN where it did not look."""

    ok: bool
    tol: float
    worst: str  # the entry with the largest error, by name
    error: float  # that error
    errors: np.ndarray  # of each entry, in the shape of x; so are the two gradients
    analytic: np.ndarray
    numeric: np.ndarray

    def __str__(self):
        k = np.nanargmax(self.errors)
        return (
            f"{'right' if self.ok else 'wrong'}: the largest relative error is {self.error:.1e}, at {self.worst} "
            f"({self.analytic.flat[k]:.6g} against {self.numeric.flat[k]:.6g} by differences); "
            f"allowed is {self.tol:.0e}"
        )


def gradient_check(loss, gradient, x, *, tol=1e-6, h=None, names=None, sample=None, seed=0):
    """|g − n| / max(|g|, |n|) for each entry g of the gradient and its central difference n.

    loss: function of x. gradient: function of x, or the array. names: what cuts an array like x into a dict of
    views (`net.named`), to name entries by. sample: how many entries, drawn at random, to look at (None: all).
    An entry so small that the loss, being rounded, cannot tell it to tol is divided by the smallest size it can tell.
    A kink within h of x (ReLU at 0) makes a right gradient look wrong, and so does h = 1e-12.
    """
    loss, x, tol = function("loss", loss), finite_array("x", x), positive("tol", tol)
    with np.errstate(all="ignore"):
        given = gradient(x.copy()) if callable(gradient) else gradient
        value = real_numbers("loss(x)", loss(x.copy()))
    if value.shape:
        raise ValueError(f"loss(x) has shape {value.shape}: one number would do")
    analytic = real_numbers("gradient", given).astype(float)
    if analytic.shape != x.shape:
        raise ValueError(f"gradient has shape {analytic.shape}: that of x, {x.shape}, would do")
    picked = np.arange(x.size)
    if sample is not None:
        picked = np.random.default_rng(whole("seed", seed, 0)).permutation(x.size)[: whole("sample", sample)]

    def along(values):
        moved = x.copy()
        moved.flat[picked] = values
        return loss(moved)

    entries = x.ravel()[picked]
    g, n = analytic.ravel()[picked], gradients.gradient(along, entries, h)
    rounding = 4 * EPSILON * abs(value) / max(h or 0.0, differences.STEPS["central"])
    with np.errstate(all="ignore"):
        error = np.abs(g - n) / np.maximum(np.maximum(np.abs(g), np.abs(n)), rounding / tol)
    error[g == n] = 0
    error[np.isnan(error)] = np.inf
    numeric, errors = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    numeric.flat[picked], errors.flat[picked] = n, error
    worst = int(np.nanargmax(errors))
    largest = float(errors.flat[worst])
    return GradientCheck(largest <= tol, tol, _name(worst, x, names), largest, errors, analytic, numeric)


def _name(entry, x, names):
    """The place of a flat index in words: W2[3, 0]."""
    marks = np.arange(x.size, dtype=float).reshape(x.shape)
    parts = {"x": marks} if names is None else function("names", names)(marks)
    name, part = next(((name, part) for name, part in parts.items() if entry in part), ("x", marks))
    return f"{name}[{', '.join(str(int(i)) for i in np.argwhere(part == entry)[0])}]"


class LayerReport(NamedTuple):
    """One layer of a network on one batch, in root mean squares."""

    layer: int  # 1 is the first
    activation: float  # of what the layer gives, h
    delta: float  # of ∂loss/∂z, which arrives at it
    dead: float  # share of its units whose slope is 0, to three digits, for every example of the batch
    gradient: float  # ‖∂loss/∂W‖
    verdict: str  # "exploding", "vanishing", "dead units" or "healthy"


def layer_report(net, theta, X, y, *, factor=1000.0, rng=None):
    """A `LayerReport` for each layer of the network in training, on one batch.

    Exploding or vanishing: forward, h is `factor` times larger or smaller than X; or back, ∂z is that much larger or
    smaller than the last layer's. Dead units: more than half of the layer's. Norms of whole layers decide, never
    single weights. Looking changes nothing: the network's running means stay, and dropout draws once from `rng`.
    """
    factor, running = positive("factor", factor), list(net.running)
    flow = net.flow(theta, X, y, deepcopy(rng))  # the gradient below draws the same
    slope = ACTIVATIONS[net.activation][1]
    gradient = [view for name, view in net.named(net.loss_and_gradient(theta, X, y, rng)[1]).items() if name[0] == "W"]
    net.running = running
    if len(flow) != len(gradient):
        raise ValueError(f"net has {len(gradient)} matrices W for {len(flow)} layers: one for each layer would do")
    start, end, reports = _rms(X), _rms(flow[-1][2]), []
    with np.errstate(all="ignore"):
        for k, ((z, h, dz), dW) in enumerate(zip(flow, gradient, strict=True), start=1):
            moved = np.abs(slope(z, h)).max(axis=0) > 1e-3 if k < len(flow) else np.ones(1)
            sizes = _rms(h), _rms(dz), 1 - np.mean(moved), np.linalg.norm(dW)
            ahead, back = sizes[0] / start if start else 1.0, sizes[1] / end if end else 1.0  # of nothing, no growth
            verdict = _layer_verdict(ahead, back, sizes[2], factor)
            reports.append(LayerReport(k, *map(float, sizes), verdict))
    return reports


def _layer_verdict(ahead, back, dead, factor):
    if not (ahead < factor and back < factor):  # so that NaN counts as well
        return "exploding"
    if dead > 0.5:
        return "dead units"
    return "vanishing" if min(ahead, back) < 1 / factor else "healthy"


def _rms(a):
    with np.errstate(all="ignore"):
        return np.sqrt(np.mean(np.square(a)))


class Diagnosis(NamedTuple):
    """What ails a training run, and the numbers that say so."""

    verdict: str
    evidence: str

    def __str__(self):
        return f"{self.verdict}: {self.evidence}"


def diagnose(losses, validation=None, *, guessing=np.inf):
    """The `Diagnosis` of a run from its loss after each epoch, at least four, and the same on validation data.

    In this order: "diverged", "over-fitting", "oscillating", "healthy", "too slow", "stuck". A loss is taken to be
    0 at best; half of its first value, or of `guessing`, the loss of a guesser, is what a run is expected to reach.
    """
    losses, guessing = _history("losses", losses), positive("guessing", guessing) if guessing != np.inf else guessing
    first, last, n = losses[0], losses[-1], len(losses)
    if not np.isfinite(losses).all():
        at = int(np.argmin(np.isfinite(losses))) + 1
        return Diagnosis("diverged", f"the loss is {losses[at - 1]} in epoch {at}")
    if last / 2 > first:
        return Diagnosis("diverged", f"the loss ends at {last:.3g}, having begun at {first:.3g}")

    if validation is not None:
        validation = _history("validation", validation, n)
        if not np.isfinite(validation[-1]):
            return Diagnosis("diverged", f"the validation loss ends at {validation[-1]}")
        best = int(np.nanargmin(validation))
        if validation[-1] > 1.1 * validation[best] and last < losses[best]:
            return Diagnosis(
                "over-fitting",
                f"validation rose from {validation[best]:.3g} (epoch {best + 1}) to {validation[-1]:.3g}, "
                f"while the training loss fell from {losses[best]:.3g} to {last:.3g}",
            )

    late = np.diff(losses[n // 2 - 1 :])
    rises, falls = late[late > 0].sum(), -late[late < 0].sum()
    if rises > 0.49 * falls and np.abs(late).mean() > 0.02 * first:
        return Diagnosis(
            "oscillating",
            f"in the second half it rose by {rises:.3g} and fell by {falls:.3g}, {np.abs(late).mean():.2g} an epoch",
        )
    if last <= min(first, guessing) / 2:
        return Diagnosis("healthy", f"the loss fell from {first:.3g} to {last:.3g}")
    early_fall, late_fall = losses[0] - losses[n // 2], losses[n // 2] - last
    if late_fall > early_fall / 10 and late_fall > 1e-3 * first and rises < falls / 10:
        return Diagnosis(
            "too slow", f"still falling, by {late_fall:.2g} in the second half, but only from {first:.3g} to {last:.3g}"
        )
    late_move = f"moved by {abs(late_fall):.1g} in the second half"
    return Diagnosis("stuck", f"from {first:.3g} it came to {last:.3g}, and {late_move}")


def _history(name, losses, length=None):
    """Losses as an array; they may be infinite or NaN, but there are at least four, or `length`."""
    losses = real_numbers(name, losses)
    if losses.ndim != 1 or len(losses) < 4 or len(losses) != (length or len(losses)):
        raise ValueError(f"{name} has shape {losses.shape}: {length or 'four or more'} losses in a row would do")
    if (losses < 0).any():
        raise ValueError(f"{name} falls to {np.nanmin(losses):.3g}: losses of zero or more would do")
    return losses
