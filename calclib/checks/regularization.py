"""The checks of lesson 07: slopes that must vanish, counting, and other algebra than the lesson's decide."""

import numpy as np

from calclib import differences, layers, regularization
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show
from calclib.differences import gradient

__all__ = [
    "dropout",
    "early_stop",
    "penalised_gradient",
    "pick_lambda",
    "proximal_step",
    "ridge_by_descent",
    "ridge_by_hand",
    "soft_threshold",
]

LESSON = "07 Regularization: what the loss does not say"
MEASURED = differences.gradient, differences.jacobian
FITTED = regularization.ridge, regularization.lasso
STEPPED = regularization.ista, regularization.fista


def regression(n, d, seed, shift=2.0):
    """Standardised columns X, and targets y whose mean is not 0."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ np.arange(1.0, d + 1) + shift + 0.5 * rng.normal(size=n)


AND = ", weights and then bias,"


def pair(got, at, d):
    """`got` as weights and a bias; NotYet for what is no pair."""
    try:
        w, b = got
    except (TypeError, ValueError):
        raise NotYet(
            f"{at.removesuffix(AND)} is {show(got)}, where a pair should be: {d} weights and a bias."
        ) from None
    if np.shape(w) == () and np.shape(b) == (d,):
        raise NotYet(f"{at.removesuffix(AND)} is the bias and then the weights: the weights come first.")
    call = at.removesuffix(AND)
    return np.append(flat(w, f"The weights of {call}", (d,)), flat(b, f"The bias of {call}", ()))


def flat(part, at, shape):
    """`part` as numbers of this shape; for one number, a row of one will do."""
    wanted = f"{shape[0]} numbers" if shape else "one number"
    try:
        row = np.asarray(part, dtype=float)
    except (TypeError, ValueError):
        raise NotYet(f"{at} came as {show(part)}, where {wanted} should be.") from None
    if row.shape not in (shape, shape or (1,)) or np.asarray(part).dtype.kind not in "iuf":
        raise NotYet(f"{at} came with shape {row.shape}, where {wanted} should be.")
    return row.ravel()


@exercise(without=MEASURED)
def penalised_gradient(penalised_gradient):
    """The gradient of mean squared error plus λΣw²: the penalty adds 2λw to the weights, and nothing to the bias."""
    for n, d, lam, seed in ((7, 3, 0.4, 0), (5, 2, 1.5, 1)):
        X, y = regression(n, d, seed)
        w, b = np.linspace(-1.0, 2.0, d), 0.7

        def total(p, X=X, y=y, lam=lam, power=2, bias=0.0):
            return np.mean((X @ p[:-1] + p[-1] - y) ** 2) + lam * np.sum(np.abs(p[:-1]) ** power) + bias * p[-1] ** 2

        at = np.append(w, b)
        plain, slope = (gradient(lambda p, lam=lam: total(p, lam=lam), at, method="central") for lam in (0.0, lam))
        penalty = np.append(2 * lam * w, 0.0)
        given = f"penalised_gradient(X, y, w, b, {lam:g}){AND}"
        expect(
            pair(penalised_gradient(X.copy(), y.copy(), w.copy(), b, lam), given, d),
            slope,
            at=given,
            tol=1e-6,
            mistakes={
                "the penalty is missing.": plain,
                "the slope of λw² is 2λw; the 2 is missing.": plain + penalty / 2,
                "the bias is penalised; λ is for the weights alone.": slope + np.append(np.zeros(d), 2 * lam * b),
                "the bias is penalised, and the 2 of 2λw is missing.": plain + lam * at,
                "the penalty is subtracted; its gradient is added.": plain - penalty,
                "λ·sign(w) belongs to L1; the slope of λw² is 2λw.": plain + np.append(lam * np.sign(w), 0),
                "the penalty's slope is divided by n; only the errors are averaged.": plain + penalty / n,
                "the penalty itself is added, not its slope 2λw.": plain + np.append(np.full(d, lam * (w @ w)), 0),
                "λw² is added, not its slope 2λw.": plain + np.append(lam * w**2, 0),
                "the errors are added up; the loss is their mean, 1/n is missing.": n * plain + penalty,
                "the 2 of the squared error is missing.": plain / 2 + penalty,
                "the residual is turned: Xw + b − y.": penalty - plain,
                "λ is missing: the slope of λw² is 2λw.": plain + penalty / lam,
                "b is missing in the residual: Xw + b − y.": gradient(total, np.append(w, 0.0), method="central"),
                "the 2 of the squared error is missing in the slope in b.": slope
                - np.append(np.zeros(d), plain[-1] / 2),
                "the slope in b is a sum; the loss is a mean, 1/n is missing.": slope
                + np.append(np.zeros(d), (n - 1) * plain[-1]),
                "each weight has its own penalty, with slope 2λw; the weights are not added up.": plain
                + np.append(np.full(d, 2 * lam * w.sum()), 0),
                "the penalty's slope has the sign of w: 2λw, not 2λ|w|.": plain + np.abs(penalty),
            },
        )


def closed_form(X, y, lam):
    """Ridge as least squares with √(nλ)I below the centred columns: no normal equations."""
    n, d = X.shape
    low = np.sqrt(n * lam) * np.eye(d)
    w = np.linalg.lstsq(np.vstack([X - X.mean(axis=0), low]), np.append(y - y.mean(), np.zeros(d)))[0]
    return np.append(w, y.mean() - w @ X.mean(axis=0))


def biased(X, y, lam):
    """Ridge whose bias is penalised as well: a column of ones like the others."""
    n, d = X.shape
    ones = np.column_stack([X, np.ones(n)])
    return np.linalg.lstsq(np.vstack([ones, np.sqrt(n * lam) * np.eye(d + 1)]), np.append(y, np.zeros(d + 1)))[0]


@exercise(without=FITTED)
def ridge_by_hand(ridge_by_hand):
    """w = (XᵀX + nλI)⁻¹Xᵀy on centred data, and b = ȳ − x̄·w: the bias bears no penalty."""
    for n, d, lam, seed in ((9, 3, 0.3, 2), (3, 5, 0.05, 3), (20, 2, 4.0, 4)):
        X, y = regression(n, d, seed)
        X = X + np.linspace(1.0, 3.0, d)
        right = closed_form(X, y, lam)
        A, r = X - X.mean(axis=0), y - y.mean()
        at = f"ridge_by_hand(X, y, {lam:g}) for {n} rows of {d}{AND}"
        uncentred = np.linalg.solve(X.T @ X + n * lam * np.eye(d), X.T @ y)
        B = X - X.mean()  # one mean for all the columns
        one_mean = np.linalg.solve(B.T @ B + n * lam * np.eye(d), B.T @ r)
        scale = A.std(axis=0)
        scaled = closed_form(A / scale, y, lam)
        expect(
            pair(ridge_by_hand(X.copy(), y.copy(), lam), at, d),
            right,
            at=at,
            tol=1e-8,
            mistakes={
                "the loss is a mean over n rows, so it is nλ that goes onto the diagonal.": closed_form(X, y, lam / n),
                "λ counts twice: the 2 of both gradients cancels.": closed_form(X, y, 2 * lam),
                "λ counts half: the 2 of both gradients cancels.": closed_form(X, y, lam / 2),
                "the bias is penalised: centre X and y, and leave the ones out.": biased(X, y, lam),
                "the bias is penalised, and nλ should stand in place of λ.": biased(X, y, lam / n),
                "the penalty is missing.": closed_form(X, y, 0.0),
                "X and y are to be centred first, or the weights must explain the mean.": np.append(
                    uncentred, y.mean() - X.mean(axis=0) @ uncentred
                ),
                "X and y are to be centred first, or the weights must explain the mean of y.": np.append(uncentred, 0),
                "the weights are right; the bias is ȳ − x̄·w, not ȳ.": np.append(right[:-1], y.mean()),
                "the weights are right; the bias is ȳ − x̄·w, not 0.": np.append(right[:-1], 0.0),
                "nλ is added to every entry of XᵀX; it belongs on the diagonal: nλI.": everywhere(A, r, n * lam, X, y),
                "λ is added to every entry of XᵀX; it is nλI, on the diagonal, that belongs there.": everywhere(
                    A, r, lam, X, y
                ),
                "the weights are right; the bias has the wrong sign: ȳ − x̄·w.": np.append(right[:-1], -right[-1]),
                "each column has a mean of its own: X.mean(axis=0).": np.append(
                    one_mean, y.mean() - X.mean(axis=0) @ one_mean
                ),
                "n is the number of rows, len(y), not of columns.": closed_form(X, y, lam * d / n),
                "the columns are only to be centred, not divided by their deviations.": np.append(
                    scaled[:-1], y.mean() - X.mean(axis=0) @ scaled[:-1]
                ),
                "the penalty is subtracted from XᵀX; it is added.": outwards(A, r, n * lam, X, y),
            },
        )


def everywhere(A, r, amount, X, y):
    """Ridge with the penalty on all entries of XᵀX."""
    w = np.linalg.lstsq(A.T @ A + amount, A.T @ r)[0]
    return np.append(w, y.mean() - w @ X.mean(axis=0))


def outwards(A, r, amount, X, y):
    """Ridge with the penalty taken off the diagonal."""
    w = np.linalg.lstsq(A.T @ A - amount * np.eye(A.shape[1]), A.T @ r)[0]
    return np.append(w, y.mean() - w @ X.mean(axis=0))


def descended(X, y, lam, lr, steps, two=2.0, on_bias=0.0, sign=1.0, frozen=False, start=0.0):
    """Gradient descent on ridge by its iteration matrix, with one of the known mistakes."""
    n, d = X.shape
    ones = np.column_stack([X, np.ones(n)])
    D = np.diag(np.append(np.full(d, lam), on_bias * lam))
    H, c = 2 / n * ones.T @ ones + two * sign * D, 2 / n * ones.T @ y
    p = np.full(d + 1, start)
    if frozen:
        return p - steps * lr * (H @ p - c)
    if steps > 10:
        return np.linalg.solve(H, c) if sign > 0 else np.full(d + 1, np.nan)
    for _ in range(steps):
        p = p - lr * (H @ p - c)
    return p


def slipped(X, y, lam, lr, steps, slip):
    """Three steps and fewer with a slip that no iteration matrix has; NaN for more."""
    w, b, n = np.zeros(X.shape[1]), y.mean() if slip == "mean" else 0.0, len(y)
    if steps > 10:
        return np.full(len(w) + 1, np.nan)
    first = X @ w + b - y
    for _ in range(steps):
        r = first if slip == "old" else X @ w + b - y
        down, side = 2 * X.T @ r / n, 2 * r.mean()
        if slip == "sum":
            down, side = n * down, n * side
        if slip == "half":
            w, b = w - lr * (down / 2 + lam * w), b - lr * side / 2
        elif slip in ("+", "-"):
            w, b = w - lr * down + (2 * lam * w if slip == "+" else -2 * lam * w), b - lr * side
        else:
            w, b = w - lr * (down + 2 * lam * w), b if slip == "still" else b - lr * side
    return np.append(w, b)


@exercise(without=FITTED)
def ridge_by_descent(ridge_by_descent):
    """Descent on the penalised loss, from zero: right step by step, and in the end the closed form to 1e-8."""
    X, y = regression(30, 3, 5)
    for lam, lr, steps in ((0.2, 0.1, 1), (0.2, 0.1, 3), (0.5, 0.2, 2000)):
        at = f"ridge_by_descent(X, y, {lam:g}, {lr:g}, {steps}){AND}"
        given = X, y, lam, lr, steps
        right = descended(*given) if steps < 10 else closed_form(X, y, lam)
        expect(
            pair(ridge_by_descent(X.copy(), y.copy(), lam, lr, steps), at, 3),
            right,
            at=at,
            tol=1e-8,
            mistakes={
                "the penalty's gradient is 2λw; the 2 is missing.": descended(*given, two=1.0),
                "the bias is penalised; λ is for the weights alone.": descended(*given, on_bias=1.0),
                "the bias is penalised, and the 2 of 2λw is missing.": descended(*given, two=1.0, on_bias=1.0),
                "the penalty is missing.": descended(X, y, 0.0, lr, steps),
                "it climbs: step against the gradient.": descended(X, y, lam, -lr, min(steps, 9)),
                "the penalty pushes outwards: its gradient is added.": descended(*given, sign=-1.0),
                "this is one step less than asked for.": descended(X, y, lam, lr, max(steps - 1, 0)),
                "this is one step more than asked for.": descended(X, y, lam, lr, steps + 1),
                "the gradient is not computed anew at each step.": descended(*given, frozen=True),
                "this is where descent ends, not where it is after so few steps.": closed_form(X, y, lam),
                "it starts at ones; start at zero.": descended(*given, start=1.0),
                "this is only the first step: is the `return` inside the loop?": descended(X, y, lam, lr, 1),
                "the bias never moves; it has a slope as well.": slipped(*given, "still"),
                "the errors are added up; the loss is their mean, 1/n is missing.": slipped(*given, "sum"),
                "half the gradient: both 2s are missing.": slipped(*given, "half"),
                "brackets are missing: lr times the whole gradient, penalty included.": slipped(*given, "-"),
                "brackets are missing: lr times the whole gradient, and against it.": slipped(*given, "+"),
                "the residual is not computed anew at each step.": slipped(*given, "old"),
                "the bias starts at the mean of y; start at zero.": slipped(*given, "mean"),
            },
        )


ROW = np.array([-3.0, -0.4, 0.0, 0.5, 0.5001, 2.0])


def thresholded(w, t):
    """The x nearest to w, where nearness costs (x − w)²/2 and each x its |x|·t: by cases."""
    return np.array([x - t if x > t else x + t if x < -t else 0.0 for x in w])


@exercise(without=(regularization.soft_threshold, *STEPPED))
def soft_threshold(soft_threshold):
    """Whatever is within λ of 0 is exactly 0; the rest comes nearer by λ, and no sign is turned."""
    with np.errstate(all="ignore"):
        for lam in (0.5, 1.2):
            right, shrunk = thresholded(ROW, lam), np.sign(ROW) * (np.abs(ROW) - lam)
            got = soft_threshold(ROW.copy(), lam)
            at = f"soft_threshold({np.array2string(ROW, separator=', ')}, {lam:g})"
            if np.shape(got) == ROW.shape and np.asarray(got).dtype.kind == "f" and np.isnan(got).any():
                raise NotYet(f"{at} is {show(got)}: w/|w| is 0/0 at 0. np.sign(0) is 0, and will do.")
            expect(
                got,
                right,
                at=at,
                tol=1e-12,
                mistakes={
                    "small weights are pushed past 0: cut off at 0, by np.maximum(…, 0).": shrunk,
                    "this is the hard threshold: what stays must come nearer by λ.": ROW * (abs(ROW) > lam),
                    "negative weights move away from 0: λ is taken off |w|, and the sign put back.": np.where(
                        np.abs(ROW) > lam, ROW - lam, 0
                    ),
                    "all weights move down by λ; each is to move towards 0.": ROW - lam,
                    "negative weights are lost: take |w|, and put the sign back.": np.maximum(ROW - lam, 0),
                    "the sign is lost: put np.sign(w) in front.": np.maximum(np.abs(ROW) - lam, 0),
                    "it is clipped to [−λ, λ]; what is cut off is what should be left.": np.clip(ROW, -lam, lam),
                    "every weight is shrunk by a share: that is L2; L1 takes off λ.": ROW / (1 + lam),
                    "every weight is shrunk by a share, w/(1 + 2λ): that is L2; L1 takes off λ.": ROW / (1 + 2 * lam),
                    "the threshold is half of λ.": thresholded(ROW, lam / 2),
                    "the threshold is twice λ.": thresholded(ROW, 2 * lam),
                    "the sign is turned.": -right,
                    "weights move away from 0: λ is taken off |w|.": np.sign(ROW) * (np.abs(ROW) + lam),
                    "np.maximum belongs around |w| − λ and 0; this keeps the larger of |w| and λ.": np.sign(ROW)
                    * np.maximum(np.abs(ROW), lam),
                    "np.minimum keeps what falls below 0; np.maximum cuts it off.": np.sign(ROW)
                    * np.minimum(np.abs(ROW) - lam, 0),
                },
            )
            zeros(got, right, at)
        expect(soft_threshold(np.zeros(2), 0.0), np.zeros(2), at="soft_threshold([0, 0], 0)")


def zeros(got, right, at):
    """NotYet where `got` is only nearly 0."""
    near = np.asarray(got, dtype=float)[right == 0]
    if near.any():
        raise NotYet(f"{at} has {show(float(near[near != 0][0]))} where exactly 0 should be.")


@exercise(without=STEPPED)
def proximal_step(proximal_step):
    """First the step down the loss, then the soft threshold at αλ: weights that do not pay are exactly 0."""
    w, g = np.array([1.0, -0.2, 0.05, 0.0, -2.0]), np.array([0.5, -1.0, 0.3, 0.9, 4.0])
    for lr, lam in ((0.1, 0.6), (0.5, 0.3)):
        right = thresholded(w - lr * g, lr * lam)
        at = f"proximal_step(w, g, {lr:g}, {lam:g})"
        got = proximal_step(w.copy(), g.copy(), lr, lam)
        expect(
            got,
            right,
            at=at,
            tol=1e-12,
            mistakes={
                "the threshold is αλ, for the step is only α long.": thresholded(w - lr * g, lam),
                "this is a step along a subgradient; it never gets to exactly 0.": w - lr * (g + lam * np.sign(w)),
                "threshold after the step, not before it.": thresholded(w, lr * lam) - lr * g,
                "the step is missing: the threshold comes after w − αg.": thresholded(w, lr * lam),
                "the threshold is missing.": w - lr * g,
                "the step climbs: w − αg.": thresholded(w + lr * g, lr * lam),
                "α is missing in the step: w − αg.": thresholded(w - g, lr * lam),
                "α is missing in both places.": thresholded(w - g, lam),
                "the threshold is αλ, not 2αλ: λ|w| has slope λ.": thresholded(w - lr * g, 2 * lr * lam),
                "this is weight decay, the step of L2: 1 − αλ times w.": (1 - lr * lam) * w - lr * g,
                "this is the step of L2, with 2λw: no weight gets to exactly 0.": w - lr * (g + 2 * lam * w),
                "threshold after the step, not before it, and at αλ.": thresholded(w, lam) - lr * g,
                "the penalty counts twice: the threshold replaces λ·sign(w) in the step.": thresholded(
                    w - lr * (g + lam * np.sign(w)), lr * lam
                ),
                "the threshold is αλ, not λ/α: a short step, a small threshold.": thresholded(w - lr * g, lam / lr),
                "λ is missing: the threshold is αλ.": thresholded(w - lr * g, lr),
                "the weights are to be thresholded, not the gradient.": w - lr * thresholded(g, lam),
                "the sign is turned.": -right,
            },
        )
        zeros(got, right, at)


def overfitted(seed, scale):
    """A training part of 12 rows with 10 columns, and a validation part from the same law."""
    rng = np.random.default_rng(seed)
    X, true = rng.normal(size=(40, 10)), np.append([2.0, -1.0], np.zeros(8))
    y = scale + X @ true + 1.5 * rng.normal(size=40)
    return (X[:12], y[:12]), (X[12:], y[12:])


def mean_error(fit, part):
    X, y = part
    return float(np.mean((X @ fit[:-1] + fit[-1] - y) ** 2))


def choices(row, train, validation):
    """(the right λ, {sentence: the answer that the mistake gives})."""
    both = [np.concatenate(parts) for parts in zip(train, validation, strict=True)]
    fits, pooled, swapped = ([closed_form(*part, lam) for lam in row] for part in (train, both, validation))
    held, own = (np.array([mean_error(fit, part) for fit in fits]) for part in (validation, train))
    price = row * [fit[:-1] @ fit[:-1] for fit in fits]

    def lowest(errors):
        return float(row[np.argmin(errors)])

    return lowest(held), {
        "it is chosen where it was fitted: training error is lowest at the smallest λ.": lowest(own),
        "this is the place of λ in the row, not λ itself.": int(held.argmin()),
        "this is the place of λ in the row, and chosen on the training error.": int(own.argmin()),
        "this is the validation error itself, not the λ that gives it.": float(held.min()),
        "the parts are swapped: fit on train, judge on validation.": lowest([mean_error(f, train) for f in swapped]),
        "this is the λ with the highest validation error.": float(row[held.argmax()]),
        "training error is counted as well; judge on the validation part alone.": lowest(held + own),
        "the penalty is counted as well; what is judged is the error alone.": lowest(held + price),
        "this is where the two errors are closest; the lowest validation error is asked for.": lowest(abs(held - own)),
        "the fit has seen the validation part: fit on train alone.": lowest(
            [mean_error(f, validation) for f in pooled]
        ),
        "always the largest λ?": float(row.max()),
        "always the first λ?": float(row[0]),
    }


@exercise
def pick_lambda(pick_lambda):
    """The λ with the lowest error on the validation part, for fits of the training part alone."""
    lams, cases = np.array([0.001, 0.01, 0.1, 0.5, 2.0, 10.0]), []
    for seed, order in ((272, 1), (430, -1), (453, 1)):  # where the mistakes lead apart
        train, validation = overfitted(seed, 3.0)
        row = lams[::order]
        got = pick_lambda(row.copy(), tuple(map(np.copy, train)), tuple(map(np.copy, validation)))
        cases.append((got, row, *choices(row, train, validation)))
    known = [word for word in cases[0][3] if all(near(got, wrong[word]) for got, *_, wrong in cases)]
    for got, row, right, wrong in cases:
        at = f"pick_lambda({row.tolist()}, train, validation)"
        expect(got, right, at=at, tol=1e-9, mistakes={word: wrong[word] for word in known})


def near(got, wrong):
    """Whether two numbers are the same to nine digits."""
    return isinstance(got, int | float | np.number) and abs(got - wrong) <= 1e-9 * max(1.0, abs(wrong))


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
        if abs(share - (1 - p)) <= bound:
            return f"{share:.0%} of the outputs are 0, where {p:.0%} should be: p is the share that drops out."
        return f"{share:.0%} of the outputs are 0, where {p:.0%} should be."
    known = {
        1.0: "what stays is not scaled up: divide it by 1 − p, so that the mean stays as it is.",
        1 / p: "what stays is divided by p; divide it by 1 − p.",
        1 - p: "what stays is multiplied by 1 − p; divide by it.",
        1 + p: "what stays is multiplied by 1 + p; divide it by 1 − p.",
    }
    if np.ptp(ratios) > 1e-6 * ratios.max():
        return "what stays is not all scaled alike."
    if abs(ratios[0] - 1 / (1 - p)) > 1e-6:
        said = [sentence for ratio, sentence in known.items() if abs(ratios[0] - ratio) < 1e-6]
        return said[0] if said else f"what stays is multiplied by {ratios[0]:.4g}, not 1/(1 − p) = {1 / (1 - p):.4g}."
    return None


@exercise(without=(layers.dropout_mask,))
def dropout(dropout):
    """In training each output is 0 with probability p, else divided by 1 − p; at test all are on, as they are."""
    h = np.random.default_rng(1).uniform(0.5, 2.0, size=(60, 50))
    for p in (0.3, 0.8):
        rng = np.random.default_rng(2)
        call = f"dropout(h, {p}, rng, True)"
        passes = [handed_on(dropout(h.copy(), p, rng, True), h, call) for _ in range(2)]
        if (passes[0] != 0).all() and (np.asarray(dropout(h.copy(), p, rng, False)) == 0).any():
            raise NotYet(f"In {call} nothing drops out, but with train = False it does: the two are swapped.")
        if sentence := told_apart(passes[0], h, p):
            raise NotYet(f"In {call} {sentence}")
        if (passes[0] == passes[1]).all():
            raise NotYet(f"Two calls of {call} drop the same units: draw from the given rng, anew at each call.")
        if (dropout(h.copy(), p, np.random.default_rng(2), True) != passes[0]).any():
            raise NotYet(f"{call} drops other units although rng begins alike: draw from the given rng, not another.")
        given = h.copy()
        at_test = handed_on(dropout(given, p, rng, False), h, f"dropout(h, {p}, rng, False)")
        if (at_test == 0).any():
            raise NotYet(f"dropout(h, {p}, rng, False) drops units: at test dropout is off.")
        if not np.allclose(at_test, h):
            scaled = np.allclose(at_test, h * (1 - p)) or np.allclose(at_test, h / (1 - p))
            why = "training has scaled already." if scaled else "h itself is handed on."
            raise NotYet(f"dropout(h, {p}, rng, False) is not h: at test nothing is scaled, {why}")
    if not np.allclose(dropout(h.copy(), 0.0, np.random.default_rng(3), True), h):
        raise NotYet("dropout(h, 0, rng, True) is not h: with p = 0 nothing drops out.")


def handed_on(got, h, call):
    """`got` as an array in the shape of h, or NotYet."""
    row = np.asarray(got)
    if row.dtype.kind not in "iuf" or row.shape != h.shape:
        raise NotYet(f"{call} is {show(got)}, where an array of shape {h.shape} should be.")
    return row.astype(float)


def stopped(losses, patience):
    """(best, stop) by looking at every epoch's past anew."""
    for t in range(len(losses)):
        best = min(range(t + 1), key=lambda k: (losses[k], k))
        if t - best >= patience:
            return best, t
    return min(range(len(losses)), key=lambda k: (losses[k], k)), None


HISTORIES = (
    ([3.0, 2.0, 1.5, 1.6, 1.7, 1.8, 1.9, 0.5], 3),
    ([3.0, 2.0, 2.5, 2.4, 2.3, 1.0], 3),
    ([4.0, 3.0, 2.0, 1.0], 2),
    ([2.0, 1.0, 1.0, 1.0, 1.0], 2),
    ([5.0, 4.0, 4.5, 4.6, 3.5, 3.8, 3.9, 4.0, 4.1], 3),
)


@exercise(without=(regularization.early_stopping,))
def early_stop(early_stop):
    """Stop once no epoch has been the best for as long as your patience, and keep the best one, not the last."""
    tried = []
    for losses, patience in HISTORIES:
        at = f"early_stop({losses}, {patience})"
        given = early_stop(list(losses), patience)
        try:
            own_best, own_stop = given
        except (TypeError, ValueError):
            raise NotYet(f"{at} is {show(given)}, where a pair should be: (best, stop).") from None
        tried.append((at, (number(own_best, at), number(own_stop, at)), slips(losses, patience)))
    known = [word for word in tried[0][2] if all(wrong[word] == came for _, came, wrong in tried)]
    for (at, came, _), history in zip(tried, HISTORIES, strict=True):
        if came != (wanted := stopped(*history)):
            raise NotYet(f"{at} should be {wanted}, and {came} came{f': {known[0]}' if known else '.'}")


def number(value, at):
    """An epoch as an int, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise NotYet(f"{at} has {show(value)} in it, where the number of an epoch should be, or None.")
    return int(value)


def slips(losses, patience):
    """{sentence: the answer that the mistake gives}."""
    best, stop = stopped(losses, patience)
    last, overall = len(losses) - 1, int(np.argmin(losses))
    beyond = overall + patience
    return {
        "the best epoch is the one before patience began, not the one at which you stop.": (
            best if stop is None else stop,
            stop,
        ),
        "swapped: the best epoch comes first, then the one at which you stop.": (stop, best),
        "swapped where it stops: the best epoch comes first.": (stop or best, stop and best),
        "the rule looked ahead: when it stops, it cannot know what comes after.": (overall, stop),
        "the rule looked ahead: it goes for the lowest loss of all and never stops.": (overall, None),
        "the rule looked ahead: it goes for the lowest loss of all, and stops after that.": (
            overall,
            beyond if beyond <= last else None,
        ),
        "the rule looked ahead, and may stop at an epoch that never was.": (overall, beyond),
        "where patience never ends there is no stop: return None.": (best, last if stop is None else stop),
        "where patience never ends there is no stop: return None, not −1.": (best, -1 if stop is None else stop),
        "it stops one epoch late: stop `patience` epochs after the best.": stopped(losses, patience + 1),
        "it stops one epoch early: stop `patience` epochs after the best.": stopped(losses, patience - 1),
        "it counts epochs that are worse than the one before; count those since the best.": rising(losses, patience),
        "a fall begins the count anew; only a new best may.": falling(losses, patience),
        "a loss that is only equal is no gain.": equal_counts(losses, patience),
        "patience begins anew at each new best: put the count back to 0.": never_reset(losses, patience),
        "it stops at the first rise; patience waits a while.": stopped(losses, 1),
        "it stops at the first rise: patience waits for some epochs more.": first_rise(losses),
    }


def first_rise(losses):
    """The epoch before the first rise, and the one of the rise."""
    for t in range(1, len(losses)):
        if losses[t] > losses[t - 1]:
            return t - 1, t
    return len(losses) - 1, None


def falling(losses, patience):
    """Each loss below the one before it counts as the best."""
    best = 0
    for t in range(1, len(losses)):
        if losses[t] < losses[t - 1]:
            best = t
        elif t - best >= patience:
            return best, t
    return best, None


def rising(losses, patience):
    """Patience that counts rises in a row."""
    count, best = 0, 0
    for t in range(1, len(losses)):
        count = count + 1 if losses[t] > losses[t - 1] else 0
        best = t if losses[t] < losses[best] else best
        if count >= patience:
            return best, t
    return best, None


def equal_counts(losses, patience):
    """A best that an equal loss replaces."""
    best = 0
    for t, loss in enumerate(losses):
        if loss <= losses[best]:
            best = t
        elif t - best >= patience:
            return best, t
    return best, None


def never_reset(losses, patience):
    """A count of all epochs that were no new best."""
    best, count = 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best]:
            best = t
        else:
            count += 1
        if count >= patience:
            return best, t
    return best, None
