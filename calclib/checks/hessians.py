"""The checks of lesson 04: each decides by an independent formula, at inputs that tell the mistakes apart."""

import numpy as np

from calclib import gradients
from calclib.checks import NotYet, exercise, expect
from calclib.checks.compare import show, uses
from calclib.data import cars, standardise

__all__ = [
    "cars_condition",
    "classify",
    "condition_number",
    "hessian_matrix",
    "hessian_times_vector",
    "largest_stable_rate",
    "newton_step",
]

LESSON = "04 Hessians: the shape of the valley"


def bent(p):
    """sin(x)·e^(y/2) + x²y, with all its second derivatives at work."""
    x, y = p
    return np.sin(x) * np.exp(y / 2) + x**2 * y


def bent_gradient(p):
    x, y = p
    e = np.exp(y / 2)
    return np.array([np.cos(x) * e + 2 * x * y, np.sin(x) * e / 2 + x**2])


def bent_hessian(p):
    x, y = p
    e = np.exp(y / 2)
    across = np.cos(x) * e / 2 + 2 * x
    return np.array([[2 * y - np.sin(x) * e, across], [across, np.sin(x) * e / 4]])


def rugged(p):
    """So steep that its four corners differ in size, and their sum in another order by rounding."""
    x, y = p
    return np.exp(700 * x) * (2 + np.sin(900 * y))


def one_sided(f, p, h):
    """The formula that looks ahead only, (f(x + hᵢ + hⱼ) − f(x + hᵢ) − f(x + hⱼ) + f(x)) / h²."""
    steps = h * np.eye(len(p))
    return np.array([[f(p + a + b) - f(p + a) - f(p + b) + f(p) for a in steps] for b in steps]) / h**2


@exercise(without=(gradients.hessian,))
def hessian_matrix(hessian_matrix):
    """H[i, j] = ∂²f/∂xᵢ∂xⱼ from four corners, exactly symmetric: how the slope along i changes along j."""
    asked = []

    def f(p):
        asked.append(np.array(p, dtype=float))
        return bent(p)

    p, h = np.array([0.7, -0.4]), 1e-3
    H = bent_hessian(p)
    diagonal = np.diag(np.diag(H))
    got = hessian_matrix(f, p, h)
    uses(h, asked, p)
    expect(
        got,
        H,
        at="hessian_matrix(f, x, h=0.001) for f = sin(x)·exp(y/2) + x²y at (0.7, −0.4)",
        tol=1e-5,
        mistakes={
            "this is the one-sided formula, which only looks ahead of x; use all four corners.": one_sided(bent, p, h),
            "only the upper triangle is filled: H[j, i] is the same number as H[i, j].": np.triu(H),
            "only the lower triangle is filled: H[i, j] is the same number as H[j, i].": np.tril(H),
            "only the diagonal is filled; the mixed derivatives are missing.": diagonal,
            "the mixed derivatives are half of what they should be: fill both triangles before (H + H.T) / 2.": (
                (H + diagonal) / 2
            ),
            "the diagonal counts twice: H + H.T doubles it where only one triangle is filled.": H + diagonal,
            "only H[0, 0] is filled: where does `return` stand, and how far do the loops run?": np.diag([H[0, 0], 0]),
            "the diagonal is missing: for i = j both steps go along one axis, x + 2h.": H - diagonal,
            "the mixed derivatives have the sign turned: the corners ++ and −− count plus.": 2 * diagonal - H,
            "four times too large: is the 4 in 4h² missing?": 4 * H,
            "twice too large: the four corners are divided by 4h², and (H + H.T) by 2.": 2 * H,
            "almost 0: is the division by 4h² missing, are 4 * h**2 not in brackets, or is it H − H.T? Or are all four "
            "corners one point, for a = x is no copy? x + e[i], or x.copy().": 0 * H,
            "divided by 4h, where 4h² should be.": h * H,
            "one and a half times too large: H + H.T / 2 halves H.T alone; put H + H.T in brackets.": 1.5 * H,
            "four times too small: (4 * h)**2 is 16h²; the formula has 4 * h**2.": H / 4,
            "only the first row is filled: is `return` inside the loop?": np.array([H[0], [0, 0]]) / 2
            + np.array([H[0], [0, 0]]).T / 2,
            "the diagonal is four times too small: f(x+h) − 2f(x) + f(x−h) is divided by h².": H - 0.75 * diagonal,
            "the sign is turned.": -H,
        },
    )
    for place in np.random.default_rng(0).normal(size=(20, 2)) / 10:
        steep = np.asarray(hessian_matrix(rugged, place, h), dtype=float)
        if not np.array_equal(steep, steep.T):
            gap = abs(steep[0, 1] / steep[1, 0] - 1)
            raise NotYet(
                f"On steep ground H[0, 1] and H[1, 0] differ by {gap:.0e} of their size, by rounding: "
                "return (H + H.T) / 2, which is symmetric."
            )
    A = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [0.5, 0.0, 2.0]])
    at = "hessian_matrix(f, x, h=0.001) for a quadratic of three variables"
    expect(hessian_matrix(lambda p: p @ A @ p, np.array([0.3, -0.2, 0.5]), h), A + A.T, at=at, tol=1e-5)


ALL = "all curvatures are below 0, so it is the top: the determinant alone cannot tell it from a minimum."
MIXED = "the diagonal does not decide: the eigenvalues are {}."
CASES = (  # ∇f, H, what it is, and what a wrong word shows
    ((0.0, 0.0), ((2.0, 0.0), (0.0, 20.0)), "minimum", "∇f is 0 there, and both curvatures are above 0, as in a bowl."),
    ((0.0, 0.0), ((-2.0, 1.0), (1.0, -3.0)), "maximum", f"∇f = 0 alone is no minimum; {ALL}"),
    ((0.0, 0.0), ((1.0, 3.0), (3.0, 1.0)), "saddle", MIXED.format("−2 and 4")),
    ((0.0, 0.0), ((-1.0, 3.0), (3.0, -1.0)), "saddle", MIXED.format("−4 and 2")),
    ((0.5, 0.0), ((2.0, 0.0), (0.0, 3.0)), "slope", "∇f is not 0 there, so the ground still falls towards one side."),
    ((0.0, -0.5), ((1.0, 0.0), (0.0, -1.0)), "slope", "∇f is not 0 there: a saddle has a level point."),
    ((0.0, 0.0), ((3.0, 0.0), (0.0, 0.0)), "undecided", "with λ = 0 the Hessian cannot tell: x², x² + y⁴ and x² − y⁴."),
    ((0.0, 0.0), ((-3.0, 0.0), (0.0, 0.0)), "undecided", "with λ = 0 the Hessian cannot tell."),
    ((0.0, 0.0), ((1.0, 1.0), (1.0, 1.0)), "undecided", "its eigenvalues are 0 and 2: with λ = 0 it cannot tell."),
    ((1e-9, -1e-9), ((2.0, 0.0), (0.0, 3.0)), "minimum", "∇f is 0 but for rounding: compare with 1e-6, not with 0."),
    ((0.0, 0.0), ((2.0, 0.0), (0.0, -1e-9)), "undecided", "−1e−9 is 0 but for rounding: compare with 1e-6, not 0."),
    ((0.5, -0.5), ((2.0, 0.0), (0.0, 3.0)), "slope", "∇f = (0.5, −0.5) is not 0: its length counts, not its sum."),
    ((1e-4, 0.0), ((2.0, 0.0), (0.0, 3.0)), "slope", "only what is below 1e-6 counts as 0, and ∇f is 1e−4 long."),
    ((0.0, 0.0), ((2.0, 0.0), (0.0, 1e-4)), "minimum", "only what is below 1e-6 counts as 0, and λ is 1e−4."),
    ((0.0, 0.0, 0.5), ((2.0, 0, 0), (0, 3.0, 0), (0, 0, 1.0)), "slope", "∇f is not 0 there, in its third entry."),
    ((0.0,) * 3, ((2.0, 1.0, 0), (1.0, 2.0, 0), (0, 0, 1.0)), "minimum", "its eigenvalues are 1, 1 and 3."),
    ((0.0,) * 3, ((-2.0, 1.0, 0), (1.0, -2.0, 0), (0, 0, -1.0)), "maximum", "its eigenvalues are −3, −1 and −1."),
    ((0.0,) * 3, ((-1.0, 0, 0), (0, -2.0, 0), (0, 0, 3.0)), "saddle", "its eigenvalues are −1, −2 and 3."),
    ((0.0,) * 3, ((1.0, 0, 0), (0, -2.0, 0), (0, 0, 0.0)), "saddle", "up along one axis, down along another: no more."),
)


@exercise
def classify(classify):
    """Level ground is a minimum only if all curvatures are above 0; a maximum, a saddle or no answer otherwise."""
    words = {"minimum", "maximum", "saddle", "slope", "undecided"}
    for g, H, wanted, why in CASES:
        got = classify(np.array(g), np.array(H))
        got = got.item() if isinstance(got, np.ndarray) and got.ndim == 0 else got  # np.select gives such a word
        at = f"classify for ∇f = {show(np.array(g))} and H = {np.array(H).tolist()}"
        if not isinstance(got, str) or got not in words:
            raise NotYet(f"{at} is {show(got)}, where one of {', '.join(sorted(words))} should be.")
        if got != wanted:
            if got == "undecided" and wanted == "maximum" and len(g) == 2:
                why = "λ far below 0 is not 0: compare its size, np.abs(λ) < 1e-6."
            raise NotYet(f"{at} should be {wanted!r}, and {got!r} came{': ' + why if why else '.'}")


SQUARE, LARGER = np.array([[6.0, 2.0], [2.0, 9.0]]), np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])


@exercise
def largest_stable_rate(largest_stable_rate):
    """2/λmax: beyond it the steepest direction is overshot by more than its own distance, and descent diverges."""
    for H in (SQUARE, LARGER):
        bends = np.linalg.svd(H, compute_uv=False)[::-1]
        low, high = bends[[0, -1]]
        expect(
            largest_stable_rate(H),
            2 / high,
            at=f"largest_stable_rate({H.tolist()}), with curvatures from {low:.4g} to {high:.4g},",
            mistakes={
                "this is 1/λmax, which is safe; the wall is at twice that.": 1 / high,
                "this is 2/λmin: the gentlest direction; the sharpest one diverges first.": 2 / low,
                "this is 2/(λmin + λmax), the best fixed rate; the largest stable one is larger.": 2 / (low + high),
                "this is λmax itself; the rate is 2/λmax.": high,
                "this is 2 over the trace; the wall needs the largest eigenvalue.": 2 / np.trace(H),
                "this takes the largest entry for λmax; the eigenvalues know about the mixed terms.": 2 / H.max(),
                "this takes the Frobenius norm for λmax; that is too large.": 2 / np.linalg.norm(H),
                "this takes the second curvature; the largest is the last one, [-1].": 2 / bends[1],
                "this is 2 over the determinant, the product of the curvatures; take the largest one.": 2
                / np.prod(bends),
                "one rate for each direction; the smallest of them holds for all.": 2 / bends,
                "this is λmax/2, turned round: the wall is 2/λmax.": high / 2,
                "this is 2/κ; the wall is 2 over the largest curvature alone.": 2 * low / high,
                "λmax is the last one of eigvalsh; is it 2·λmax in place of 2/λmax?": 2 * high,
            },
        )


@exercise(without=(np.linalg.cond,))
def condition_number(condition_number):
    """κ = largest |λ| / smallest |λ|: 1 for a round valley, large for a long one, never below 1."""
    upside, mixed = np.array([[-2.0, 3.0], [3.0, -2.0]]), np.array([[1.0, 3.0], [3.0, 1.0]])
    middle = np.array([[-2.0, 0.0, 0.0], [0.0, 1.0, 2.0], [0.0, 2.0, 3.0]])  # the smallest |λ| is the second λ
    for H in (SQUARE, LARGER, mixed, upside, middle):
        sizes, signed = np.linalg.svd(H, compute_uv=False), np.linalg.eigvalsh(H)
        kappa, diagonal = sizes[0] / sizes[-1], np.abs(np.diag(H))
        expect(
            condition_number(H),
            kappa,
            at=f"condition_number({H.tolist()}), with curvatures {show(signed, 4)},",
            mistakes={
                "the curvatures have signs here: take absolute values first, then the largest and the smallest.": (
                    signed[-1] / signed[0]
                ),
                "absolute values come before the largest and the smallest are picked.": abs(signed[-1] / signed[0]),
                "this is the smallest over the largest: turn it round, so that κ is at least 1.": 1 / kappa,
                "the ratio is turned round, and has a sign: largest |λ| over smallest |λ|.": signed[0] / signed[-1],
                "this takes the diagonal for the curvatures; those are the eigenvalues.": diagonal.max()
                / diagonal.min(),
                "this takes the entries of H for the curvatures; those are the eigenvalues.": np.abs(H).max()
                / max(np.abs(H).min(), 1e-9),
                "this takes the second curvature; the largest is the last one, [-1].": sizes[-2] / sizes[-1],
                "this is the difference of the curvatures; κ is their ratio.": signed[-1] - signed[0],
                "this is the determinant, the product of the curvatures; κ is a ratio.": np.linalg.det(H),
                "this is √κ.": np.sqrt(kappa),
                "this is the largest curvature alone; κ is it over the smallest.": sizes[0],
                "one ratio for each curvature; κ is the largest of them.": np.sort(sizes / sizes[-1]),
                "np.linalg.norm(H) is the root of all entries' squares; κ has the largest |λ| and the smallest.": (
                    np.linalg.norm(H) * np.linalg.norm(np.linalg.inv(H))
                ),
                "this is κ²: the singular values of H are already |λ|.": kappa**2,
            },
        )


@exercise
def cars_condition(before: float, after: float):
    """Standardising takes κ from 130 million to 14: the same cars, in other units, and a rounder valley."""
    columns = cars()
    raw = np.column_stack([columns["weight_lb"], columns["horsepower"]])
    scaled = standardise(raw)
    wanted = spread(raw), spread(scaled)
    if near(after, wanted[0]) and near(before, wanted[1]):
        raise NotYet("The two are swapped: before comes first.")
    for name, got, X, other in (("before", before, raw, wanted[1]), ("after", after, scaled, wanted[0])):
        letter = {"before": "X", "after": "Z"}[name]
        mistakes = {
            f"this is κ of {letter}; the Hessian is 2{letter}ᵀ{letter}/n, whose κ is the square of that.": (
                np.sqrt(spread(X))
            ),
            "the column of ones is missing from X.": spread(X, ones=False),
            "this is the smallest curvature over the largest.": 1 / spread(X),
            "this is the other one of the two.": other,
        }
        why = [sentence for sentence, wrong in mistakes.items() if near(got, wrong)]
        if not near(got, spread(X)):
            raise NotYet(f"{name} = {got:.6g} is not κ: {(why + [RECIPE])[0]}")


RECIPE = "the columns of X are ones, weight_lb and horsepower; the Hessian is 2XᵀX/n, and κ is that of its eigenvalues."


def near(got, wanted):
    return bool(np.isclose(got, wanted, rtol=5e-3, atol=0))


def spread(columns, ones=True):
    """κ of the Hessian of the mean squared error, the square of the ratio of X's singular values."""
    X = np.column_stack([np.ones(len(columns)), columns]) if ones else columns
    sizes = np.linalg.svd(X, compute_uv=False)
    return float((sizes[0] / sizes[-1]) ** 2)


@exercise
def newton_step(newton_step):
    """x − H⁻¹∇f: one jump to where the parabola that fits here is level, be it a minimum, a saddle or a maximum."""
    saddle = np.array([[1.0, 2.0], [2.0, -3.0]])
    for H in (SQUARE, LARGER, saddle):
        n = len(H)
        x, g = np.array([1.0, -2.0, 0.5])[:n], np.array([4.0, -1.0, 3.0])[:n]
        step = np.linalg.inv(H) @ g
        expect(
            newton_step(x, g, H),
            x - step,
            at=f"newton_step(x = {x.tolist()}, ∇f = {g.tolist()}, H = {H.tolist()})",
            mistakes={
                "the sign is turned: step against the gradient, x − H⁻¹∇f.": x + step,
                "this multiplies by H; solve with H instead (its inverse times ∇f).": x - H @ g,
                "this divides by the diagonal alone; the mixed terms belong to H⁻¹ too.": x - g / np.diag(H),
                "this is gradient descent with rate 1: H is not used.": x - g,
                "this is the step alone; where does it land, from x?": -step,
                "this is H⁻¹∇f alone; the new point is x minus that.": step,
                "* multiplies entry by entry; a matrix times a vector is @.": x - np.linalg.inv(H) * g,
                "this inverts each entry of H by itself; a matrix has an inverse, solve(H, g).": entrywise(x, g, H),
                "turned round: the new point is x minus the step, not the step minus x.": step - x,
                "eigenvalues belong to the axes of H, not to those of x: solve with H.": x - g / np.linalg.eigvalsh(H),
                "g belongs to H, x does not: x − H⁻¹g, and not H⁻¹(x − g).": np.linalg.inv(H) @ (x - g),
                "H is solved for x, and g taken off; it is x − H⁻¹g.": np.linalg.inv(H) @ x - g,
                "this goes half the way; plain Newton goes all of it.": x - step / 2,
                "this solves for x in place of ∇f.": x - np.linalg.inv(H) @ x,
                "this goes down by |λ|; here the plain formula is wanted, which a negative λ turns uphill.": (
                    x - absolute(H) @ g
                ),
            },
        )


def entrywise(x, g, H):
    with np.errstate(all="ignore"):
        return x - (1 / H) @ g


def absolute(H):
    """|H|⁻¹, with the absolute curvatures."""
    bends, axes = np.linalg.eigh(H)
    return axes / np.abs(bends) @ axes.T


@exercise(without=(gradients.hessian_vector_product,))
def hessian_times_vector(hessian_times_vector):
    """(∇f(x + hv) − ∇f(x − hv)) / 2h: two gradients give Hv, however large H would be."""
    calls = []

    def gradient(p):
        calls.append(np.array(p, dtype=float))
        return bent_gradient(p)

    p, v, h = np.array([0.7, -0.4]), np.array([2.0, -1.0]), 1e-3
    H, ahead, here, behind = bent_hessian(p), bent_gradient(p + h * v), bent_gradient(p), bent_gradient(p - h * v)
    got = hessian_times_vector(gradient, p, v, h)
    uses(h, calls, p)
    expect(
        got,
        H @ v,
        at="hessian_times_vector(gradient, x, v, h=0.001) for f = sin(x)·exp(y/2) + x²y at (0.7, −0.4), v = (2, −1)",
        tol=2e-5,
        mistakes={
            "this is the forward difference; the central one uses x + hv and x − hv.": (ahead - here) / h,
            "this is the backward difference; the central one uses x + hv and x − hv.": (here - behind) / h,
            "twice too large: is the 2 in 2h missing?": 2 * H @ v,
            "in Python a / 2 * h multiplies by h: put 2 * h in brackets.": h**2 * H @ v,
            "the division by 2h is missing.": 2 * h * H @ v,
            "v is normalised here; H times v is wanted, with its length.": H @ v / np.linalg.norm(v),
            "this is vᵀHv, one number; Hv is a vector.": v @ H @ v,
            "this is the diagonal of H times v; the mixed terms are missing.": np.diag(H) * v,
            "the sign is turned: x + hv comes first.": -H @ v,
            "only the second gradient is divided: put the difference in brackets.": ahead - behind / (2 * h),
            "only the second gradient is divided, by 2, and then multiplied by h: brackets.": ahead - behind / 2 * h,
            "the two gradients are added; how much they differ is what counts.": (ahead + behind) / (2 * h),
            "divided by 2h², where 2h should be.": H @ v / h,
            "v is divided out again: the step h·v has its length, and 2h is all to divide by.": H @ v / v,
            "the step is h·v; here it is v itself.": (bent_gradient(p + v) - bent_gradient(p - v)) / 2,
            "the step is h·v; here it is v itself, and divided by 2h.": (bent_gradient(p + v) - bent_gradient(p - v))
            / (2 * h),
            "this is the gradient, not how it changes along v.": here,
            "v multiplies the answer; it belongs inside, into the step h·v.": v * (H @ np.ones(2)),
            "each axis was stepped along by h, not along v: the step is h·v.": H @ np.ones(2),
        },
    )
    if len(calls) > 2:
        raise NotYet(f"The answer is right, and it took {len(calls)} gradients: two, at x + hv and x − hv, will do.")
    A = LARGER @ LARGER
    at = "hessian_times_vector(gradient, x, v, h=0.001) for a quadratic of three variables"
    x, w = np.array([0.3, -0.2, 0.5]), np.array([1.0, 0.0, -2.0])

    def linear(p):
        if np.shape(p) != (3,):
            raise NotYet(f"{at} asked for the gradient at {show(p)}: three variables make a point here.")
        return A @ p

    expect(hessian_times_vector(linear, x, w, h), A @ w, at=at, tol=1e-5)
