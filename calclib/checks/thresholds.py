"""The soft threshold and the proximal step in lesson 07, by cases, and what known mistakes make of a row of weights."""

import numpy as np

from calclib.checks.compare import NotYet, expect, show

__all__ = ["softened", "stepped", "thresholded", "with_zeros"]

ROW = np.array([-3.0, -0.4, 0.0, 0.5, 0.5234, 2.0])


def thresholded(w, t):
    """The x nearest to w, where nearness costs (x − w)²/2 and each x its |x|·t: by cases."""
    return np.array([x - t if x > t else x + t if x < -t else 0.0 for x in w])


def with_zeros(got, wanted, at, mistakes):
    """`expect` to rounding, and what should be 0 is not nearly so."""
    expect(got, wanted, at, tol=1e-12, mistakes=mistakes)
    near = np.asarray(got, dtype=float)[wanted == 0]
    if near.any():
        raise NotYet(f"{at} has {show(float(near[near != 0][0]))} where exactly 0 should be.")


SOFT = {  # what may come in place of sign(w)·max(|w| − t, 0)
    "small weights are pushed past 0: cut off at 0, by np.maximum(…, 0).": lambda w, t: np.sign(w) * (np.abs(w) - t),
    "small weights are pushed past 0, and 0 itself moves: what is within λ of 0 becomes 0.": (
        lambda w, t: np.where(w > 0, w - t, w + t)
    ),
    "what is within λ of 0 becomes 0; it is pushed past it here.": lambda w, t: np.where(w > t, w - t, w + t),
    "small weights come back from the other side: cut off at 0, by np.maximum(…, 0).": (
        lambda w, t: np.sign(w) * np.abs(np.abs(w) - t)
    ),
    "small weights only lose λ; what is within λ of 0 becomes 0.": (
        lambda w, t: np.where(np.abs(w) > t, w, 0) - t * np.sign(w)
    ),
    "this is the hard threshold: what stays must come nearer by λ.": lambda w, t: w * (np.abs(w) > t),
    "this is the hard threshold, and keeps λ itself: what stays must come nearer by λ.": (
        lambda w, t: w * (np.abs(w) >= t)
    ),
    "only signs are left: sign(w) times what is left of |w|.": lambda w, t: np.sign(thresholded(w, t)),
    "w itself is multiplied; only its sign goes in front.": lambda w, t: w * np.maximum(np.abs(w) - t, 0),
    "what stays has lost its size: it is |w| − λ, not λ.": lambda w, t: np.where(np.abs(w) < t, 0, np.sign(w) * t),
    "|w − λ| is not |w| − λ: take the size of w first.": lambda w, t: np.sign(w) * np.abs(w - t),
    "negative weights move away from 0: λ is taken off |w|, and the sign put back.": (
        lambda w, t: np.where(np.abs(w) > t, w - t, 0)
    ),
    "all weights move down by λ; each is to move towards 0.": lambda w, t: w - t,
    "negative weights are lost: take |w|, and put the sign back.": lambda w, t: np.maximum(w - t, 0),
    "the sign is lost: put np.sign(w) in front.": lambda w, t: np.maximum(np.abs(w) - t, 0),
    "it is clipped to [−λ, λ]; what is cut off is what should be left.": lambda w, t: np.clip(w, -t, t),
    "every weight is shrunk by a share: that is L2; L1 takes off λ.": lambda w, t: w / (1 + t),
    "every weight is shrunk by a share, w/(1 + 2λ): that is L2; L1 takes off λ.": lambda w, t: w / (1 + 2 * t),
    "the threshold is half of λ.": lambda w, t: thresholded(w, t / 2),
    "the threshold is twice λ.": lambda w, t: thresholded(w, 2 * t),
    "the sign is turned.": lambda w, t: -thresholded(w, t),
    "weights move away from 0: λ is taken off |w|.": lambda w, t: np.sign(w) * (np.abs(w) + t),
    "np.maximum belongs around |w| − λ and 0; this keeps the larger of |w| and λ.": (
        lambda w, t: np.sign(w) * np.maximum(np.abs(w), t)
    ),
    "np.minimum keeps what falls below 0; np.maximum cuts it off.": (
        lambda w, t: np.sign(w) * np.minimum(np.abs(w) - t, 0)
    ),
}


def softened(soft_threshold):
    """A row with weights on either side of 0, of λ, and on both."""
    with np.errstate(all="ignore"):
        for lam in (0.5, 1.2):
            at = f"soft_threshold({np.array2string(ROW, separator=', ')}, {lam:g})"
            got = soft_threshold(ROW, lam)
            if np.shape(got) == ROW.shape and np.asarray(got).dtype.kind == "f" and np.isnan(got).any():
                raise NotYet(f"{at} is {show(got)}: w/|w| is 0/0 at 0. np.sign(0) is 0, and will do.")
            yield got, thresholded(ROW, lam), at, {word: slip(ROW, lam) for word, slip in SOFT.items()}
        yield soft_threshold(np.zeros(2), 0.0), np.zeros(2), "soft_threshold([0, 0], 0)", {}


STEPS = {  # what may come in place of S(w − αg, αλ)
    "the threshold is αλ, for the step is only α long.": lambda w, g, lr, lam: thresholded(w - lr * g, lam),
    "this is a step along a subgradient; it never gets to exactly 0.": lambda w, g, lr, lam: (
        w - lr * (g + lam * np.sign(w))
    ),
    "threshold after the step, not before it.": lambda w, g, lr, lam: thresholded(w, lr * lam) - lr * g,
    "threshold after the step, not before it, and at αλ.": lambda w, g, lr, lam: thresholded(w, lam) - lr * g,
    "the step is missing: the threshold comes after w − αg.": lambda w, g, lr, lam: thresholded(w, lr * lam),
    "w is missing: the step is w − αg.": lambda w, g, lr, lam: thresholded(-lr * g, lr * lam),
    "the gradient alone is thresholded; it is w − αg that is.": lambda w, g, lr, lam: thresholded(g, lr * lam),
    "the threshold is missing.": lambda w, g, lr, lam: w - lr * g,
    "this is the hard threshold: what stays must come nearer by αλ.": lambda w, g, lr, lam: (
        (w - lr * g) * (np.abs(w - lr * g) > lr * lam)
    ),
    "the step climbs: w − αg.": lambda w, g, lr, lam: thresholded(w + lr * g, lr * lam),
    "α is missing in the step: w − αg.": lambda w, g, lr, lam: thresholded(w - g, lr * lam),
    "α is missing in both places.": lambda w, g, lr, lam: thresholded(w - g, lam),
    "α belongs before g and in the threshold, not before it all.": lambda w, g, lr, lam: lr * thresholded(w - g, lam),
    "λ stands before g; the step is w − αg.": lambda w, g, lr, lam: thresholded(w - lam * g, lr * lam),
    "the threshold is αλ, not 2αλ: λ|w| has slope λ.": lambda w, g, lr, lam: thresholded(w - lr * g, 2 * lr * lam),
    "the threshold is αλ, not half of it: λ|w| has slope λ.": lambda w, g, lr, lam: thresholded(
        w - lr * g, lr * lam / 2
    ),
    "the threshold is αλ, not α²λ: α comes once.": lambda w, g, lr, lam: thresholded(w - lr * g, lr**2 * lam),
    "the threshold is αλ, not α + λ.": lambda w, g, lr, lam: thresholded(w - lr * g, lr + lam),
    "the threshold is αλ, not λ/α: a short step, a small threshold.": lambda w, g, lr, lam: thresholded(
        w - lr * g, lam / lr
    ),
    "λ is missing: the threshold is αλ.": lambda w, g, lr, lam: thresholded(w - lr * g, lr),
    "this is weight decay, the step of L2: 1 − αλ times w.": lambda w, g, lr, lam: (1 - lr * lam) * w - lr * g,
    "this is the step of L2, with 2λw: no weight gets to exactly 0.": lambda w, g, lr, lam: w - lr * (g + 2 * lam * w),
    "2λw belongs to L2; the threshold is the whole penalty.": lambda w, g, lr, lam: thresholded(
        w - lr * (g + 2 * lam * w), lr * lam
    ),
    "the penalty counts twice: the threshold replaces λ·sign(w) in the step.": lambda w, g, lr, lam: thresholded(
        w - lr * (g + lam * np.sign(w)), lr * lam
    ),
    "the weights are to be thresholded, not the gradient.": lambda w, g, lr, lam: w - lr * thresholded(g, lam),
    "the sign is turned.": lambda w, g, lr, lam: -thresholded(w - lr * g, lr * lam),
}


def stepped(proximal_step):
    """Two steps of weights that cross 0, stay, and stick to it."""
    w, g = np.array([1.0, -0.2, 0.05, 0.0, -2.0]), np.array([0.5, -1.0, 0.3, 0.9, 4.0])
    for lr, lam in ((0.1, 0.6), (0.5, 0.3)):
        at = f"proximal_step(w, g, {lr:g}, {lam:g})"
        got = proximal_step(w, g, lr, lam)
        yield got, thresholded(w - lr * g, lr * lam), at, {word: slip(w, g, lr, lam) for word, slip in STEPS.items()}
