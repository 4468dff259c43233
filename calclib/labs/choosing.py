"""Every λ at once: fits along a row of λ, their errors on parts of the data, and the figure in which one is chosen."""

import numpy as np

from calclib.live import explore
from calclib.live.controls import number
from calclib.pictures.palette import PATH, QUIET, TANGENT, TRUTH
from calclib.pictures.plots import dot, tag, window
from calclib.regularization import lasso, ridge
from calclib.validate import function

__all__ = ["Fits", "chooser", "half_and_half", "powers"]

PARTS = (("training", TRUTH, "-"), ("validation", PATH, "--"), ("test", TANGENT, ":"))


def powers(x, degree):
    """x, x², … up to the degree, as columns."""
    return np.asarray(x, dtype=float)[:, None] ** np.arange(1, degree + 1)


def half_and_half(X, y, lam):
    """The elastic net with as much of the one penalty as of the other."""
    return lasso(X, y, lam, l1_ratio=0.5)


OWN = (ridge, lasso, half_and_half)  # which take all λ at once


class Fits:
    """fit(X, y, λ) for each of many λ: weights w (k, d), biases b (k,), and on each part (X, y) the mean error²."""

    def __init__(self, fit, lams, train, *others):
        fit, (X, y) = function("fit", fit), train
        rows = [fit(X, y, np.array(lams))] if fit in OWN else [self._asked(fit, X, y, lam) for lam in lams]
        self.w, self.b = (
            np.concatenate([np.reshape(row[part], (-1, *tail)) for row in rows])
            for part, tail in ((0, (X.shape[1],)), (1, ()))
        )
        self.errors = [np.mean((self.w @ F.T + self.b[:, None] - t) ** 2, axis=1) for F, t in (train, *others)]

    @staticmethod
    def _asked(fit, X, y, lam):
        """What the fit gives at one λ, or a sentence for what is no (w, b)."""
        got = fit(X.copy(), y.copy(), lam)
        try:
            w, b = (np.asarray(part, dtype=float) for part in got)
        except (TypeError, ValueError):
            raise TypeError(f"fit gives {str(got)[:60]}: weights and a bias, (w, b), would do") from None
        if w.shape != X.shape[1:] or b.size != 1 or not (np.isfinite(w).all() and np.isfinite(b).all()):
            raise ValueError(
                f"fit gives shapes {w.shape} and {b.shape}: {X.shape[1]} finite weights and a bias would do"
            )
        return w, b


def chooser(train, validation, test=None, fits=None, *, names=None, lams=None, lam=None):
    """Errors and coefficients along λ, a column for each of {name: fit}. Controls: λ.

    Each part is a pair (X, y). A test part comes in after the choice; without it no test error is drawn.
    names: of the columns of X, so that the largest coefficients can be told.
    """
    fits = {"L2": ridge, "L1": lasso} if fits is None else fits
    lams = sorted(float(f"{lam:.2g}") for lam in (np.geomspace(1e-4, 10, 41) if lams is None else lams))
    parts = [part for part in (train, validation, test) if part is not None]
    known = {name: Fits(fit, lams, *parts) for name, fit in fits.items()}
    best = {name: int(f.errors[1].argmin()) for name, f in known.items()}
    many = len(train[0][0])

    def scene(axes):
        limits = window(*(np.log10(e) for f in known.values() for e in f.errors), margin=0.2)
        for column, (name, f) in zip(np.reshape(axes, (2, -1)).T, known.items(), strict=True):
            errors, weights = column
            for (word, color, line), error in zip(PARTS, f.errors, strict=False):
                errors.plot(lams, error, line, color=color)
                above = sorted(e[0] for e in f.errors[1:]).index(error[0]) if word != "training" else None
                place = (error[0], -16) if above is None else (max(e[0] for e in f.errors), 7 + 14 * above)
                tag(errors, word, (lams[0], place[0]), (4, place[1]), color=color)
            errors.plot(
                lams[best[name]], f.errors[1][best[name]], "o", color=PATH, markerfacecolor="white", markersize=11
            )
            errors.set(title=name, xscale="log", yscale="log", ylim=[10**edge for edge in limits])
            weights.plot(lams, f.w, color=QUIET, linewidth=0.7, alpha=0.7)
            weights.axhline(0, color=QUIET, linewidth=0.5)
            weights.set(xscale="log", xlabel="λ", ylim=window(*(f.w[len(lams) // 4 :] for f in known.values())))
            for ax in column:
                ax.locator_params(axis="x", numticks=4)
                ax.minorticks_off()
        first = np.reshape(axes, (2, -1))[:, 0]
        first[0].set(ylabel="mean error²")
        first[1].set(ylabel="coefficients")

    def marks(axes, lam=lams[0] if lam is None else lam):
        k, told = lams.index(lam), []
        for column, (name, f) in zip(np.reshape(axes, (2, -1)).T, known.items(), strict=True):
            errors, weights = column
            for ax in column:
                ax.axvline(lam, color=QUIET, linestyle="--", linewidth=1)
            for (_, color, _), error in zip(PARTS, f.errors, strict=False):
                dot(errors, lam, error[k], color=color)
            on = f.w[k] != 0
            weights.plot(np.full(on.sum(), lam), f.w[k][on], "o", color=PATH, markersize=3)
            said = ", ".join(f"{word} {number(e[k])}" for (word, *_), e in zip(PARTS, f.errors, strict=False))
            zeros = f"{many - on.sum()} of {many} coefficients are exactly 0"
            largest = [names[i] for i in np.argsort(-np.abs(f.w[k]))[:2] if on[i]] if names else []
            told.append(f"{name}: {said}; {zeros}{', largest: ' * bool(largest)}{' and '.join(largest)}.")
        return f"λ = {number(lam)}. " + " ".join(told)

    alt = (
        "For each penalty, above: mean squared errors against λ, training solid, validation dashed with a ring where "
        f"it is lowest{', test dotted' if test is not None else ''}. Below: every coefficient against λ."
    )
    size = max(7.8, 2.6 * len(fits)), 5.2
    return explore(marks, scene, lam=lams, panels=(2, len(fits)), size=size, alt=alt, labels={"lam": "λ"})
