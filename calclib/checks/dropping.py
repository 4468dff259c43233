"""Dropout in lesson 07: judged by counting, up to chance, whatever it draws and however."""

import numpy as np

from calclib.checks.compare import NotYet, show

__all__ = ["told_apart", "tried"]


def tried(dropout):
    """NotYet unless a large layer is handed on as it should be, in training and at test."""
    h = np.random.default_rng(1).uniform(0.5, 2.0, size=(60, 50))
    for p in (0.3, 0.8):
        in_training, at_test = (f"dropout(h, {p}, rng, {train})" for train in (True, False))
        rng = np.random.default_rng(2)
        one, other = (handed_on(dropout, h, p, rng, True, in_training) for _ in range(2))
        if (one != 0).all() and (np.asarray(dropout(h, p, rng, False)) == 0).any():
            raise NotYet(f"In {in_training} nothing drops out, but with train = False it does: the two are swapped.")
        if sentence := told_apart(one, h, p):
            raise NotYet(f"In {in_training} {sentence}")
        if (one == other).all():
            raise NotYet(f"Two calls of {in_training} drop the same units: draw from the given rng, anew at each call.")
        if (dropout(h, p, np.random.default_rng(2), True) != one).any():
            raise NotYet(
                f"{in_training} drops other units although rng begins alike: draw from the given rng, not another."
            )
        unchanged(handed_on(dropout, h, p, rng, False, at_test), h, p, at_test)
    if not np.allclose(dropout(h, 0.0, np.random.default_rng(3), True), h):
        raise NotYet("dropout(h, 0, rng, True) is not h: with p = 0 nothing drops out.")


def handed_on(dropout, h, p, rng, train, call):
    """What comes, as an array in the shape of h; NotYet for what is none."""
    row = np.asarray(dropout(h, p, rng, train))
    if row.dtype.kind == "b":
        raise NotYet(f"{call} is True and False, which unit stays on: multiply h by it.")
    if row.dtype.kind not in "iuf" or row.shape != h.shape:
        raise NotYet(f"{call} is {show(row)}, where an array of shape {h.shape} should be.")
    return row.astype(float)


def told_apart(dropped, h, p):
    """The sentence for what a training pass at p hands on; nothing if it is right, up to chance."""
    on = dropped != 0
    if (on == on.flat[0]).all() and (on.flat[0] or (dropped == 0).all()):
        return "nothing drops out." if on.flat[0] else "all drop out at once: draw a number for each entry of h."
    if (on == on[0]).all() or (on == on[:, :1]).all():
        whole = "every example has the same units off" if (on == on[0]).all() else "an example is all on, or all off"
        return f"{whole}: draw a number for each entry of h, by rng.random(h.shape)."
    share, ratios = 1 - on.mean(), dropped[on] / h[on]
    bound = 5 * np.sqrt(p * (1 - p) / h.size)
    if abs(share - p) > bound:
        swapped = ": p is the share that drops out." if abs(share - (1 - p)) <= bound else "."
        return f"{share:.0%} of the outputs are 0, where {p:.0%} should be{swapped}"
    if np.ptp(ratios) > 1e-6 * ratios.max():
        return "what stays is not all scaled alike."
    if abs(ratios[0] - 1 / (1 - p)) <= 1e-6:
        return None
    if abs(ratios[0] - 1 / (1 - share)) <= 1e-6:
        return f"what stays is scaled by the share that happened to stay; divide by 1 − p = {1 - p:.4g}, every time."
    known = {
        1.0: "what stays is not scaled up: divide it by 1 − p, so that the mean stays as it is.",
        1 / p: "what stays is divided by p; divide it by 1 − p.",
        1 - p: "what stays is multiplied by 1 − p; divide by it.",
        1 + p: "what stays is multiplied by 1 + p; divide it by 1 − p.",
        1 / (1 - p) ** 2: "what stays is divided by 1 − p twice.",
    }
    said = [sentence for ratio, sentence in known.items() if abs(ratios[0] - ratio) < 1e-6]
    return said[0] if said else f"what stays is multiplied by {ratios[0]:.4g}, not 1/(1 − p) = {1 / (1 - p):.4g}."


def unchanged(got, h, p, call):
    """NotYet unless a test hands on h as it is."""
    if (got == 0).any():
        raise NotYet(f"{call} drops units: at test dropout is off.")
    if not np.allclose(got, h):
        scaled = np.allclose(got, h * (1 - p)) or np.allclose(got, h / (1 - p))
        why = "training has scaled already." if scaled else "h itself is handed on."
        raise NotYet(f"{call} is not h: at test nothing is scaled, {why}")
