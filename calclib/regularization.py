"""Regularization: what the loss does not say. Penalties, proximal steps, ridge, lasso, early stopping.

In penalties and steps λ may be an array that broadcasts with the weights: one per weight, with 0 for a bias, or a
column, one per row of many weight vectors. In ridge and lasso a row of λ gives a row of fits.
"""

import numpy as np

from calclib.elementary import quiet
from calclib.knobs import checked, checked_knobs, shaped
from calclib.validate import between, finite_array, non_negative, whole

__all__ = ["early_stopping", "elastic_net", "fista", "ista", "l1", "l2", "lasso", "ridge", "soft_threshold"]


@quiet
def l2(w, lam):
    """(λΣw², 2λw): the penalty of weights (…, n), shape (…), and its gradient."""
    w, lam = weights(w, lam)
    return np.sum(lam * w**2, axis=-1), 2 * lam * w


@quiet
def l1(w, lam):
    """(λΣ|w|, λ·sign(w)): the penalty and a subgradient, 0 at the kink, where all of [−λ, λ] would do."""
    w, lam = weights(w, lam)
    return np.sum(lam * np.abs(w), axis=-1), lam * np.sign(w)


@quiet
def elastic_net(w, lam, l1_ratio=0.5):
    """ρ·L1 + (1 − ρ)·L2, value and subgradient (Zou & Hastie 2005, who halve the second)."""
    share = between("l1_ratio", l1_ratio, 0, 1)
    (value1, slope1), (value2, slope2) = l1(w, lam), l2(w, lam)
    return share * value1 + (1 - share) * value2, share * slope1 + (1 - share) * slope2


@quiet
def soft_threshold(w, lam):
    """S(w, λ) = sign(w)·max(|w| − λ, 0): the x that minimises (x − w)²/2 + λ|x|."""
    w, lam = weights(w, lam)
    return np.sign(w) * np.maximum(np.abs(w) - lam, 0)


@checked
def ista(w, g, *, lr=0.1, lam=0.1):
    """w ← S(w − αg, αλ): a step down the loss, then the soft threshold (Daubechies, Defrise, De Mol 2004)."""
    return (soft_threshold(w - lr * g, lr * lam),)


@checked
def fista(y, g, w=0.0, k=1.0, *, lr=0.1, lam=0.1):
    """w⁺ = S(y − αg, αλ), y ← w⁺ + (k − 1)/k⁺ (w⁺ − w), k⁺ = (1 + √(1 + 4k²))/2 (Beck & Teboulle 2009)."""
    w_new = soft_threshold(y - lr * g, lr * lam)
    k_new = (1 + np.sqrt(1 + 4 * k**2)) / 2
    return w_new + (k - 1) / k_new * (w_new - w), w_new, k_new


def ridge(X, y, lam):
    """The w and b that minimise ‖Xw + b − y‖²/n + λ‖w‖², for one λ or, as rows, for many.

    With X = USVᵀ after centring, w = (XᵀX + nλI)⁻¹Xᵀy = V(S² + nλ)⁻¹SUᵀy: each direction is shrunk by
    s²/(s² + nλ). b = ȳ − x̄·w bears no penalty (Hoerl & Kennard 1970). λ = 0 is least squares, and the
    shortest w where many are best.
    """
    X, x_mean, y, y_mean, lam = centred(X, y, lam)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    seen = s > max(X.shape) * np.finfo(float).eps * s[0]
    U, s, Vt = U[:, seen], s[seen], Vt[seen]
    w = (s / (s**2 + len(X) * lam[..., None]) * (U.T @ y)) @ Vt
    return w, y_mean - w @ x_mean


def lasso(X, y, lam, l1_ratio=1.0):
    """The w and b that minimise ‖Xw + b − y‖²/n + λ(ρ‖w‖₁ + (1 − ρ)‖w‖²), for one λ or, as rows, for many.

    ρ = `l1_ratio` = 1 is the lasso (Tibshirani 1996), below 1 the elastic net, 0 is ridge. By `least_with_corners` from
    the largest λ down, each begun where the one before it ended: exact to rounding, but for a λ that is a
    ten-millionth of the largest slope, where columns of very different size are told apart no more.
    """
    X, x_mean, y, y_mean, lam = centred(X, y, lam)
    share = between("l1_ratio", l1_ratio, 0, 1)
    H, c = 2 * X.T @ X / len(X), 2 * X.T @ y / len(X)
    w, here = np.empty((*lam.shape, len(c))), np.zeros(len(c))
    for k in sorted(np.ndindex(lam.shape), key=lambda k: -lam[k]):
        if share * lam[k] == 0:
            here = ridge(X, y, lam[k])[0]
        else:
            here = least_with_corners(H + 2 * (1 - share) * lam[k] * np.eye(len(c)), c, share * lam[k], here)
        w[k] = here
    return w, y_mean - w @ x_mean


def least_with_corners(H, c, lam, w):
    """The w that minimises wᵀHw/2 − cᵀw + λ‖w‖₁, from a first guess: feature-sign search (Lee et al. 2007).

    Where the signs are known it is linear algebra; a zero whose slope is above λ gets a sign, until none is left.
    """
    w, signs, slack = w.copy(), np.sign(w), 1e-12 * np.abs(c).max(initial=0)
    for _ in range(50 * len(c)):  # a few times len(c) will do; the limit is for rounding
        on = np.flatnonzero(signs)
        before, after = w[on], lowest(H[np.ix_(on, on)], c[on] - lam * signs[on], w[on])
        if not (np.sign(after) == signs[on]).all():
            w[on] = best_on_the_way(before, after, H[np.ix_(on, on)], c[on], lam)
            signs = np.sign(w)
            continue
        w[on] = after
        slope = np.where(w == 0, H @ w - c, 0)
        steepest = np.abs(slope).argmax()
        if np.abs(slope[steepest]) <= lam + slack:
            break
        signs[steepest] = -np.sign(slope[steepest])
    return w


def lowest(A, b, before):
    """The x that minimises xᵀAx/2 − bᵀx, and of many the nearest to `before`.

    With more columns than rows some directions are flat. Where it falls along them for ever, a point past the last
    change of sign will do: `best_on_the_way` has the last word.
    """
    curvature, axes = np.linalg.eigh(A)
    bent = curvature > 10 * len(b) * np.finfo(float).eps * curvature.max(initial=0)
    if bent.all():
        return np.linalg.solve(A, b)
    downhill = axes.T @ (b - A @ before)
    for_ever = axes[:, ~bent] @ downhill[~bent]
    for_ever[np.abs(for_ever) < 1e-9 * np.abs(for_ever).max()] = 0  # what rounding leaves of 0
    if np.abs(for_ever).max() > max(1e-9 * np.abs(downhill).max(), 1e-13 * np.abs(b).max()):
        with np.errstate(all="ignore"):
            to_zero = -before / for_ever
        ahead = to_zero[np.isfinite(to_zero) & (to_zero > 0)]
        return before + 2 * ahead.max(initial=0.5) * for_ever
    return before + axes[:, bent] @ (downhill[bent] / curvature[bent])


def best_on_the_way(before, after, H, c, lam):
    """The lowest of the points between the two where a weight crosses 0, and the end."""
    with np.errstate(all="ignore"):
        share = before / (before - after)
    share = np.where((share > 0) & (share < 1), share, 1)
    points = before + share[:, None] * (after - before)
    points[np.diag(share < 1)] = 0
    points = np.vstack([points, after])
    heights = np.sum(points @ H * points, axis=1) / 2 - points @ c + lam * np.abs(points).sum(axis=1)
    return points[heights.argmin()]


def early_stopping(losses, *, patience=10, min_delta=0.0):
    """(best, stop): the epoch of the lowest loss, and the first that is `patience` epochs past it, or None.

    Only a loss lower by more than `min_delta` counts as better; NaN never does (Prechelt 1998).
    """
    losses = shaped("losses", losses)
    if losses.ndim != 1 or not losses.size:
        raise ValueError(f"losses has shape {losses.shape}: one number per epoch, at least one, would do")
    patience, min_delta = whole("patience", patience), non_negative("min_delta", min_delta)
    best, lowest = 0, np.inf
    for t, loss in enumerate(losses.tolist()):
        if loss < lowest - min_delta:
            best, lowest = t, loss
        elif t - best >= patience:
            return best, t
    return best, None


def weights(w, lam):
    """w as numbers, λ checked."""
    return shaped("w", w), checked_knobs({"lam": lam})["lam"]


def centred(X, y, lam):
    """X and y less their means, the means, and λ as an array."""
    X, y, lam = finite_array("X", X, 2), finite_array("y", y, 1), np.asarray(checked_knobs({"lam": lam})["lam"])
    if len(X) != len(y):
        raise ValueError(f"y has {len(y)} numbers: one for each of X's {len(X)} rows would do")
    if lam.ndim > 1:
        raise ValueError(f"lam has shape {lam.shape}: a number, or a row of numbers, would do")
    return X - X.mean(axis=0), X.mean(axis=0), y - y.mean(), y.mean(), lam
