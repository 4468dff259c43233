"""Ridge in lesson 07: its gradient, its solution and its descent by other ways, and what known mistakes make of them.

An answer is weights and then a bias, in one row (d + 1,).
"""

from typing import NamedTuple

import numpy as np

from calclib.checks.compare import NotYet, show
from calclib.gradients import gradient

__all__ = ["closed_form", "descents", "gradients", "regression", "solutions"]

AND = ", weights and then bias,"


def regression(n, d, seed, shift=2.0):
    """Standardised columns X, and targets y whose mean is not 0."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ np.arange(1.0, d + 1) + shift + 0.5 * rng.normal(size=n)


def pair(got, call, d):
    """`got` as weights and a bias; NotYet for what is no pair."""
    try:
        w, b = got
    except (TypeError, ValueError):
        raise NotYet(f"{call} is {show(got)}, where a pair should be: {d} weights and a bias.") from None
    if np.shape(w) == () and np.shape(b) == (d,):
        raise NotYet(f"{call} is the bias and then the weights: the weights come first.")
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


# --- the gradient


class Place(NamedTuple):
    """A fit (w, b), the slopes of its error there (down in w, side in b), and its penalty's slope, pull = 2λw."""

    w: np.ndarray
    b: float
    down: np.ndarray
    side: float
    pull: np.ndarray
    lam: float
    n: int
    d: int


def place(w, b, X, y, lam):
    residual = X @ w + b - y
    return Place(w, b, 2 * X.T @ residual / len(y), 2 * residual.mean(), 2 * lam * w, lam, *X.shape)


SLOPES = {  # what may come in place of (down + pull, side)
    "the penalty is missing.": lambda p: (p.down, p.side),
    "the slope of λw² is 2λw; the 2 is missing.": lambda p: (p.down + p.pull / 2, p.side),
    "the penalty's 2 comes twice: 2λw.": lambda p: (p.down + 2 * p.pull, p.side),
    "the penalty is subtracted, and pushes outwards; its gradient is added.": lambda p: (p.down - p.pull, p.side),
    "the penalty's gradient is added, not multiplied.": lambda p: (p.down * p.pull, p.side),
    "the penalty's slope is divided by n; only the errors are averaged.": lambda p: (p.down + p.pull / p.n, p.side),
    "the penalty's slope has the sign of w: 2λw, not 2λ|w|.": lambda p: (p.down + np.abs(p.pull), p.side),
    "λ·sign(w) belongs to L1; the slope of λw² is 2λw.": lambda p: (p.down + p.lam * np.sign(p.w), p.side),
    "the penalty itself is added, not its slope 2λw.": lambda p: (p.down + p.lam * p.w @ p.w, p.side),
    "λw² is added, not its slope 2λw.": lambda p: (p.down + p.lam * p.w**2, p.side),
    "w is missing in the penalty's slope, 2λw.": lambda p: (p.down + 2 * p.lam, p.side),
    "λ is missing: the slope of λw² is 2λw.": lambda p: (p.down + 2 * p.w, p.side),
    "each weight has its own penalty, with slope 2λw; the weights are not added up.": (
        lambda p: (p.down + p.pull.sum(), p.side)
    ),
    "the bias is penalised; λ is for the weights alone.": lambda p: (p.down + p.pull, p.side + 2 * p.lam * p.b),
    "the bias is penalised, and the 2 of 2λw is missing.": lambda p: (p.down + p.pull / 2, p.side + p.lam * p.b),
    "the residual is turned: Xw + b − y.": lambda p: (p.pull - p.down, -p.side),
    "the errors are added up; the loss is their mean, 1/n is missing.": lambda p: (p.n * p.down + p.pull, p.n * p.side),
    "n is the number of rows, len(y); X.size counts all entries.": lambda p: (p.down / p.d + p.pull, p.side),
    "n is the number of rows, len(y), not of weights.": lambda p: (p.down * p.n / p.d + p.pull, p.side),
    "the errors are added up in the slope in w; the loss is their mean, 1/n is missing.": (
        lambda p: (p.n * p.down + p.pull, p.side)
    ),
    "the slope in b is a sum; the loss is a mean, 1/n is missing.": lambda p: (p.down + p.pull, p.n * p.side),
    "the slope in b is left at 0, so that the bias never moves; it is twice the mean residual.": lambda p: (
        p.down + p.pull,
        0.0,
    ),
    "the 2 of the squared error is missing.": lambda p: (p.down / 2 + p.pull, p.side / 2),
    "the 2 of the squared error is missing in the slope in b.": lambda p: (p.down + p.pull, p.side / 2),
    "the 2 of the squared error is missing in the gradient in w.": lambda p: (p.down / 2 + p.pull, p.side),
    "both 2s are missing in the gradient in w.": lambda p: ((p.down + p.pull) / 2, p.side),
    "this is half the gradient: both 2s are missing.": lambda p: ((p.down + p.pull) / 2, p.side / 2),
}


def gradients(penalised_gradient):
    """The gradient by differences of the penalised error itself."""
    for n, d, lam, seed in ((7, 3, 0.4, 0), (5, 2, 1.5, 1)):
        (X, y), w, b = regression(n, d, seed), np.linspace(-1.0, 2.0, d), 0.7

        def total(p, X=X, y=y, lam=lam):
            return np.mean((X @ p[:-1] + p[-1] - y) ** 2) + lam * p[:-1] @ p[:-1]

        here, at_zero = place(w, b, X, y, lam), gradient(total, np.append(w, 0.0))
        mistakes = {sentence: np.append(*slip(here)) for sentence, slip in SLOPES.items()}
        mistakes["b is missing in the residual: Xw + b − y."] = at_zero
        call = f"penalised_gradient(X, y, w, b, {lam:g})"
        got = pair(penalised_gradient(X, y, w, b, lam), call, d)
        yield got, gradient(total, np.append(w, b)), call + AND, mistakes


# --- the solution


def closed_form(X, y, lam):
    """Ridge as least squares with √(nλ)I below the centred columns: no normal equations."""
    low = np.sqrt(len(y) * lam) * np.eye(X.shape[1])
    w = np.linalg.lstsq(np.vstack([X - X.mean(axis=0), low]), np.append(y - y.mean(), np.zeros(len(low))))[0]
    return np.append(w, y.mean() - w @ X.mean(axis=0))


def biased(X, y, lam):
    """Ridge whose bias is penalised as well: a column of ones like the others."""
    ones = np.column_stack([X, np.ones(len(y))])
    low = np.sqrt(len(y) * lam) * np.eye(ones.shape[1])
    return np.linalg.lstsq(np.vstack([ones, low]), np.append(y, np.zeros(len(low))))[0]


def solved(M, v, X, y):
    """The w of Mw = v, the shortest of many, with the right bias for it."""
    w = np.linalg.lstsq(M, v)[0]
    return np.append(w, y.mean() - w @ X.mean(axis=0))


def solutions(ridge_by_hand):
    """The closed form, by least squares with more rows."""
    for n, d, lam, seed in ((9, 3, 0.3, 2), (3, 5, 0.05, 3), (20, 2, 4.0, 4)):
        X, y = regression(n, d, seed)
        X = X + np.linspace(1.0, 3.0, d)
        w, b = (right := closed_form(X, y, lam))[:-1], right[-1]
        A, r, B = X - X.mean(axis=0), y - y.mean(), X - X.mean()
        scale, low, C = A.std(axis=0), n * lam * np.eye(d), X - X.mean(axis=1, keepdims=True)
        uncentred, scaled = np.linalg.solve(X.T @ X + low, X.T @ y), closed_form(A / scale, y, lam)[:-1]
        half_centred = np.linalg.solve(X.T @ X + low, X.T @ r)
        mistakes = {
            "the loss is a mean over n rows, so it is nλ that goes onto the diagonal.": closed_form(X, y, lam / n),
            "λ counts twice: the 2 of both gradients cancels.": closed_form(X, y, 2 * lam),
            "λ counts half: the 2 of both gradients cancels.": closed_form(X, y, lam / 2),
            "the bias is penalised: centre X and y, and leave the ones out.": biased(X, y, lam),
            "the bias is penalised, and nλ should stand in place of λ.": biased(X, y, lam / n),
            "n stands on the diagonal twice: XᵀX/n + λI, or XᵀX + nλI.": closed_form(X, y, n * lam),
            "one side alone is divided by n: both are, or neither.": solved(
                A.T @ A / n + lam * np.eye(d), A.T @ r, X, y
            ),
            "the penalty is missing.": closed_form(X, y, 0.0),
            "X and y are to be centred first, or the weights must explain the mean.": np.append(
                uncentred, y.mean() - X.mean(axis=0) @ uncentred
            ),
            "X and y are to be centred first, or the weights must explain the mean of y.": np.append(uncentred, 0),
            "X and y are to be centred first, and the bias is ȳ − x̄·w.": np.append(uncentred, y.mean()),
            "X is to be centred as well, not y alone.": solved(X.T @ X + low, X.T @ r, X, y),
            "X is to be centred as well, not y alone; and the bias is ȳ − x̄·w.": np.append(half_centred, y.mean()),
            "both sides take the centred columns and targets: Aᵀr, not Xᵀy.": solved(A.T @ A + low, X.T @ y, X, y),
            "the weights are right; the bias is ȳ − x̄·w, not ȳ.": np.append(w, y.mean()),
            "the weights are right; the bias is ȳ − x̄·w, not 0.": np.append(w, 0.0),
            "the weights are right; the bias has the wrong sign: ȳ − x̄·w.": np.append(w, -b),
            "the weights are right; x̄·w is subtracted from ȳ.": np.append(w, y.mean() + X.mean(axis=0) @ w),
            "the weights are right; x̄ has a mean for each column.": np.append(w, y.mean() - X.mean() * w.sum()),
            "the penalty is subtracted from XᵀX; it is added.": solved(A.T @ A - low, A.T @ r, X, y),
            "each column has a mean of its own: X.mean(axis=0).": solved(B.T @ B + low, B.T @ r, X, y),
            "each column has a mean of its own, X.mean(axis=0); this takes each row's.": solved(
                C.T @ C + low, C.T @ r, X, y
            ),
            "n is the number of rows, len(y), not of columns.": closed_form(X, y, lam * d / n),
            "the columns are only to be centred, not divided by their deviations.": np.append(
                scaled, y.mean() - X.mean(axis=0) @ scaled
            ),
        }
        if n > d:  # or there is no one solution
            mistakes |= {
                "nλ is added to every entry of XᵀX; it belongs on the diagonal: nλI.": solved(
                    A.T @ A + n * lam, A.T @ r, X, y
                ),
                "λ is added to every entry of XᵀX; it is nλI, on the diagonal, that belongs there.": solved(
                    A.T @ A + lam, A.T @ r, X, y
                ),
                "nλ is multiplied onto XᵀX; it is added.": solved(n * lam * (A.T @ A), A.T @ r, X, y),
            }
        call = f"ridge_by_hand(X, y, {lam:g})"
        at = f"{call} for {n} rows of {d}{AND}"
        yield pair(ridge_by_hand(X, y, lam), call, d), right, at, mistakes


# --- the descent

MOVES = {  # where a step may lead in place of (w − lr·dw, b − lr·db), with the right slopes dw and db
    "it climbs: step against the gradient.": lambda p, dw, db, lr: (p.w + lr * dw, p.b + lr * db),
    "the weights climb: step against the gradient.": lambda p, dw, db, lr: (p.w + lr * dw, p.b - lr * db),
    "brackets are missing: lr times the whole gradient, penalty included.": (
        lambda p, dw, db, lr: (p.w - lr * p.down - p.pull, p.b - lr * db)
    ),
    "brackets are missing: lr times the whole gradient, and against it.": (
        lambda p, dw, db, lr: (p.w - lr * p.down + p.pull, p.b - lr * db)
    ),
    "lr is missing: it multiplies the gradient.": lambda p, dw, db, lr: (p.w - dw, p.b - db),
    "lr is missing in the step of the weights.": lambda p, dw, db, lr: (p.w - dw, p.b - lr * db),
    "lr is missing in the step of the bias.": lambda p, dw, db, lr: (p.w - lr * dw, p.b - db),
    "the shrinking comes after the step, on the new w: both slopes belong to the old one.": (
        lambda p, dw, db, lr: ((p.w - lr * p.down) * (1 - 2 * lr * p.lam), p.b - lr * db)
    ),
    "the old w and b are lost: each step begins where the last one ended.": lambda p, dw, db, lr: (-lr * dw, -lr * db),
}


def right(p):
    """The penalised gradient."""
    return p.down + p.pull, p.side


def descended(X, y, lam, lr, steps, slopes=right, move=lambda p, dw, db, lr: (p.w - lr * dw, p.b - lr * db), start=0.0):
    """w and b after so many steps."""
    w, b = np.full(X.shape[1], start), start
    for _ in range(steps):
        here = place(w, b, X, y, lam)
        w, b = move(here, *slopes(here), lr)
    return np.append(w, b)


def in_turn(X, y, lam, lr, steps):
    """Steps whose slope in b is taken where w stands already."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w - lr * right(place(w, b, X, y, lam))[0]
        b = b - lr * place(w, b, X, y, lam).side
    return np.append(w, b)


def b_first(X, y, lam, lr, steps):
    """Steps whose slope in w is taken where b stands already."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        b = b - lr * place(w, b, X, y, lam).side
        w = w - lr * right(place(w, b, X, y, lam))[0]
    return np.append(w, b)


def descents(ridge_by_descent):
    """One step, three steps, and so many that only the closed form is left."""
    X, y = regression(30, 3, 5)
    X = X * [1, -1, 1]  # so that weights of both signs are wanted
    for lam, lr, steps in ((0.2, 0.1, 1), (0.2, 0.05, 3), (0.5, 0.2, 2000)):
        given = X, y, lam, lr, steps
        call = f"ridge_by_descent(X, y, {lam:g}, {lr:g}, {steps})"
        got = pair(ridge_by_descent(*given), call, X.shape[1])
        if steps > 10:
            yield got, closed_form(X, y, lam), call + AND, {}
            continue
        once, first = descended(X, y, lam, lr, 1), place(np.zeros(3), 0.0, X, y, lam)
        yield (
            got,
            descended(*given),
            call + AND,
            {word: descended(*given, slopes=slip) for word, slip in SLOPES.items()}
            | {word: descended(*given, move=slip) for word, slip in MOVES.items()}
            | {
                "w has moved before the slope in b is taken; both belong to the same place.": in_turn(*given),
                "b has moved before the slope in w is taken; both belong to the same place.": b_first(*given),
                "0.1 was the rate of the call before; lr says which one it is now.": descended(X, y, lam, 0.1, steps),
                "nothing has moved: are the new w and b kept, and does the loop run `steps` times?": 0 * once,
                "this is one step less than asked for.": descended(X, y, lam, lr, steps - 1),
                "this is one step more than asked for.": descended(X, y, lam, lr, steps + 1),
                "this is only the first step: is the `return` inside the loop?": once,
                "this is where descent ends, not where it is after so few steps.": closed_form(X, y, lam),
                "it starts at ones; start at zero.": descended(*given, start=1.0),
                "the bias starts at the mean of y; start at zero.": from_mean(*given),
                "the gradient is not computed anew at each step.": steps * once,
                "the residual is not computed anew at each step.": descended(
                    *given, slopes=lambda p, first=first: (first.down + p.pull, first.side)
                ),
            },
        )


def from_mean(X, y, lam, lr, steps):
    """Descent whose bias begins at ȳ: as for targets less ȳ, and ȳ on top."""
    return descended(X, y - y.mean(), lam, lr, steps) + np.append(np.zeros(X.shape[1]), y.mean())
