"""Lesson 04: every right answer is a yes, however it is written; every known mistake is named."""

import numpy as np
import pytest
from answers import Answers

import calclib
from calclib.checks import hessians as check
from calclib.data import cars, standardise
from calclib.gradients import hessian

FUNCTIONS = {
    "hessian_matrix": "f, x, h=1e-4",
    "classify": "gradient, hessian",
    "largest_stable_rate": "H",
    "condition_number": "H",
    "newton_step": "x, g, H",
    "hessian_times_vector": "gradient, x, v, h=1e-5",
}

CORNERS = "e = h * np.eye(len(x))\nH = np.zeros((len(x), len(x)))\nfor i in range(len(x)):\n    for j in range({}):\n"
FOUR = "        H[i, j] = (f(x + e[i] + e[j]) - f(x + e[i] - e[j]) - f(x - e[i] + e[j]) + f(x - e[i] - e[j]))"
WHOLE, UPPER, LOWER = CORNERS.format("len(x)"), CORNERS.format("i, len(x)"), CORNERS.format("i + 1")
AHEAD = "        H[i, j] = (f(x + e[i] + e[j]) - f(x + e[i]) - f(x + e[j]) + f(x)) / h**2\nreturn H"
DIAGONAL = "for i in range(len(x)):\n    H[i, i] = (f(x + e[i]) - 2 * f(x) + f(x - e[i]))"
WORDS = (
    "low, high = np.linalg.eigvalsh(hessian)[[0, -1]]\n"
    "if np.abs(gradient).max() > 1e-6:\n    return 'slope'\n"
    "if low < -1e-6 and high > 1e-6:\n    return 'saddle'\n"
    "if low > 1e-6:\n    return 'minimum'\n"
    "return 'maximum' if high < -1e-6 else 'undecided'"
)

RIGHT = {
    "hessian_matrix": [
        WHOLE + FOUR + " / (4 * h**2)\nreturn (H + H.T) / 2",
        UPPER + FOUR + " / (4 * h**2)\n        H[j, i] = H[i, j]\nreturn H",
        UPPER + FOUR + " / 4 / h / h\nreturn np.triu(H) + np.triu(H, 1).T",
        WHOLE + FOUR + f" / (4 * h**2)\n{DIAGONAL} / h**2\nreturn (H + H.T) / 2",
        "e = h * np.eye(len(x))\nslope = lambda p: np.array([f(p + a) - f(p - a) for a in e]) / (2 * h)\n"
        "H = np.array([slope(x + a) - slope(x - a) for a in e]) / (2 * h)\nreturn ((H + H.T) / 2).tolist()",
    ],
    "classify": [
        "def word():\n    " + WORDS.replace("\n", "\n    ") + "\nreturn np.array(word())",
        WORDS,
        "if np.linalg.norm(gradient) > 1e-6: return 'slope'\nbends = np.linalg.eigvals(hessian)\n"
        "up, down = any(bends > 1e-6), any(bends < -1e-6)\nif up and down: return 'saddle'\n"
        "if any(abs(bends) <= 1e-6): return 'undecided'\nreturn 'minimum' if up else 'maximum'",
    ],
    "largest_stable_rate": [
        "return 2 / np.linalg.eigvalsh(H)[-1]",
        "return 2 / max(np.linalg.eigvals(H))",
        "return 2 / np.linalg.norm(H, 2)",
    ],
    "condition_number": [
        "sizes = np.abs(np.linalg.eigvalsh(H))\nreturn sizes.max() / sizes.min()",
        "sizes = np.linalg.svd(H, compute_uv=False)\nreturn sizes[0] / sizes[-1]",
        "sizes = sorted(abs(np.linalg.eigvals(H)))\nreturn sizes[-1] / sizes[0]",
    ],
    "newton_step": [
        "return x - np.linalg.solve(H, g)",
        "return x - np.linalg.inv(H) @ g",
    ],
    "hessian_times_vector": [
        "return (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)",
        "ahead, behind = (gradient(x + s * h * v) for s in (1, -1))\nreturn (0.5 / h) * (ahead - behind)",
        "size = np.linalg.norm(v)\nu = v / size\nreturn size * (gradient(x + h * u) - gradient(x - h * u)) / (2 * h)",
    ],
}

WRONG = {
    "hessian_matrix": {
        WHOLE + FOUR + " / (4 * h**2)\nreturn H + H.T / 2": "halves H.T alone",
        WHOLE + FOUR + " / (4 * h**2)\nreturn H": "On steep ground",
        UPPER + FOUR + " / (4 * h**2)\nreturn (H + H.T) / 2": "half of what they should be",
        UPPER + FOUR + " / (4 * h**2)\nreturn H + H.T": "the diagonal counts twice",
        WHOLE + FOUR + " / (4 * h**2)\n        return H": "only H[0, 0] is filled",
        WHOLE + FOUR + " / (4 * h**2)\nreturn H + H.T": "and (H + H.T) by 2",
        WHOLE + FOUR + " / (4 * h**2)\nreturn (H - H.T) / 2": "or is it H − H.T",
        WHOLE + AHEAD: "one-sided",
        UPPER + FOUR + " / (4 * h**2)\nreturn H": "only the upper triangle",
        LOWER + FOUR + " / (4 * h**2)\nreturn H": "only the lower triangle",
        f"e = h * np.eye(len(x))\nH = np.zeros((len(x), len(x)))\n{DIAGONAL} / h**2\nreturn H": "only the diagonal",
        WHOLE + FOUR + " / h**2\nreturn (H + H.T) / 2": "the 4 in 4h² missing",
        WHOLE + FOUR + " / (2 * h**2)\nreturn (H + H.T) / 2": "twice too large",
        WHOLE + FOUR + " / 4 * h**2\nreturn (H + H.T) / 2": "not in brackets",
        WHOLE + FOUR + "\nreturn (H + H.T) / 2": "division by 4h² missing",
        WHOLE + FOUR + " / (4 * h)\nreturn (H + H.T) / 2": "divided by 4h,",
        WHOLE + FOUR + f" / (4 * h**2)\n{DIAGONAL} / (4 * h**2)\nreturn (H + H.T) / 2": "the diagonal is four times",
        WHOLE + FOUR + " / (4 * h**2)\nreturn -(H + H.T) / 2": "sign is turned",
        WHOLE + FOUR + " / (4 * h**2) * (1 if i == j else -1)\nreturn (H + H.T) / 2": "mixed derivatives have the sign",
        WHOLE + FOUR + " / (4 * h**2) + 1e-9 * (i < j)\nreturn H": "(H + H.T) / 2",
        "h = 1e-5\n" + WHOLE + FOUR + " / (4 * h**2)\nreturn (H + H.T) / 2": "h passed in is not used",
        WHOLE + FOUR + " / (4 * h) ** 2\nreturn (H + H.T) / 2": "16h²",
        WHOLE + FOUR + " / (4 * h**2)\n    return (H + H.T) / 2": "only the first row",
        "x[0] += h\nreturn np.zeros((2, 2))": "changes the x",
        "return calclib.hessian(f, x, h)": "calclib's own hessian",
        "e = h * np.eye(2)\nreturn np.array([f(x + a) - f(x - a) for a in e]) / (2 * h)": "shape (2,)",
    },
    "classify": {
        WORDS.replace("np.linalg.eigvalsh(hessian)[[0, -1]]", "np.maximum(np.linalg.eigvalsh(hessian)[[0, -1]], 0)"): (
            "compare its size"
        ),
        WORDS.replace("np.abs(gradient).max()", "abs(np.sum(gradient))"): "its length counts, not its sum",
        WORDS.replace("np.abs(gradient).max()", "abs(gradient[:2]).max()"): "in its third entry",
        WORDS.replace("1e-6", "1e-3"): "only what is below 1e-6",
        WORDS.replace("high < -1e-6 else", "np.linalg.det(hessian) > 1e-6 else"): "its eigenvalues are −3, −1 and −1",
        "return 'minimum'": "∇f = 0 alone is no minimum",
        "return 'minimum' if np.abs(gradient).max() < 1e-6 else 'slope'": "∇f = 0 alone is no minimum",
        WORDS.replace("if low > 1e-6:", "if np.linalg.det(hessian) > 0:"): "the determinant alone",
        WORDS.replace("np.linalg.eigvalsh(hessian)", "np.sort(np.diag(hessian))"): "the diagonal does not decide",
        WORDS.replace("if np.abs(gradient).max() > 1e-6:\n    return 'slope'\n", ""): "∇f is not 0",
        WORDS.replace("low > 1e-6", "low > -1e-6"): "with λ = 0",
        WORDS.replace("high < -1e-6", "high < 1e-6"): "with λ = 0",
        WORDS.replace("gradient).max() > 1e-6", "gradient).max() > 0"): "but for rounding",
        WORDS.replace("low < -1e-6", "low < 0"): "but for rounding",
        WORDS.replace("'saddle'", "'Saddle'"): "one of maximum, minimum",
        "if gradient.any(): return 'slope'\n" + WORDS: "but for rounding",
        "return 0": "where one of",
        "if abs(np.linalg.eigvalsh(hessian)).min() < 1e-6: return 'undecided'\n" + WORDS: "∇f = [0. 0. 0.]",
    },
    "largest_stable_rate": {
        "return np.linalg.eigvalsh(H)[-1] / 2": "turned round",
        "return 2 / np.linalg.cond(H)": "this is 2/κ",
        "return 1 / np.linalg.eigvalsh(H)[-1]": "1/λmax",
        "return 2 / np.linalg.eigvalsh(H)[0]": "2/λmin",
        "low, high = np.linalg.eigvalsh(H)[[0, -1]]\nreturn 2 / (low + high)": "best fixed rate",
        "return np.linalg.eigvalsh(H)[-1]": "λmax itself",
        "return 2 / np.trace(H) if len(H) == 3 else 2 / np.linalg.norm(H, 2)": "the trace",
        "return 2 / H.max()": "largest entry",
        "return 2 / np.diag(H).max()": "largest entry",
        "return 2 / np.linalg.norm(H)": "Frobenius",
        "return 2 / np.linalg.eigvalsh(H)": "one rate for each direction",
        "return 2 * np.linalg.eigvalsh(H)[-1]": "in place of 2/λmax",
        "return 0.15": "and 0.15 came",
        "return 2 / np.linalg.eigvalsh(H)[1]": "the last one, [-1]",
        "return 2 / np.linalg.det(H)": "the determinant",
    },
    "condition_number": {
        "ends = abs(np.linalg.eigvalsh(H)[[0, -1]])\nreturn ends.max() / ends.min()": "should be 17.9443",
        "return np.abs(np.linalg.eigvalsh(H)).max()": "the largest curvature alone",
        "sizes = np.abs(np.linalg.eigvalsh(H))\nreturn sizes / sizes.min()": "one ratio for each curvature",
        "return np.linalg.norm(H) * np.linalg.norm(np.linalg.inv(H))": "root of all entries' squares",
        "sizes = np.abs(np.linalg.eigvalsh(H))\nreturn sizes.min() / sizes.max()": "smallest over the largest",
        "bends = np.linalg.eigvalsh(H)\nreturn bends.max() / bends.min()": "have signs here",
        "bends = np.linalg.eigvalsh(H)\nreturn abs(bends.max() / bends.min())": "absolute values come before",
        "bends = np.linalg.eigvalsh(H)\nreturn bends[0] / bends[-1]": "smallest over the largest",
        "return np.diag(H).max() / np.diag(H).min()": "takes the diagonal",
        "return np.ptp(np.linalg.eigvalsh(H))": "difference of the curvatures",
        "return np.linalg.det(H)": "determinant",
        "return np.sqrt(np.linalg.cond(H))": "√κ",
        "return np.linalg.cond(H @ H)": "κ²",
        "return np.linalg.eigvalsh(H)": "array of shape (2,)",
        "return np.linalg.cond(H)": "by NumPy's own cond",
        "return abs(H).max() / max(abs(H).min(), 1e-9)": "the entries of H",
        "sizes = sorted(abs(np.linalg.eigvalsh(H)))\nreturn sizes[1] / sizes[0]": "the last one, [-1]",
    },
    "newton_step": {
        "return np.linalg.solve(H, x - g)": "g belongs to H, x does not",
        "return np.linalg.solve(H, x) - g": "H is solved for x",
        "x -= np.linalg.solve(H, g)\nreturn x": "changes the x that it is given",
        "return np.linalg.solve(H, g) - x": "turned round",
        "return x - g / np.linalg.eigvalsh(H)": "eigenvalues belong to the axes of H",
        "return x - np.linalg.solve(H, g) / 2": "half the way",
        "return x + np.linalg.solve(H, g)": "sign is turned",
        "return x - H @ g": "multiplies by H",
        "return x - g / np.diag(H)": "diagonal alone",
        "return x - g": "H is not used",
        "return -np.linalg.solve(H, g)": "step alone",
        "return np.linalg.solve(H, g)": "H⁻¹∇f alone",
        "return x - (1 / H) @ g": "each entry of H",
        "return x - np.linalg.solve(H, x)": "in place of ∇f",
        "bends, axes = np.linalg.eigh(H)\nreturn x - axes @ (axes.T @ g / abs(bends))": "plain formula",
        "return x - g / H": "shape (2, 2)",
        "return x - np.linalg.inv(H) * g": "a matrix times a vector is @",
    },
    "hessian_times_vector": {
        "return (gradient(x + h * v) + gradient(x - h * v)) / (2 * h)": "the two gradients are added",
        "return (gradient(x + h * v) - gradient(x - h * v)) / (2 * h**2)": "divided by 2h²",
        "return (gradient(x + h * v) - gradient(x - h * v)) / (2 * h * v)": "v is divided out again",
        "return gradient(x + h * v) - gradient(x - h * v) / 2 * h": "and then multiplied by h",
        "s = h * v[:2]\nreturn (gradient(x[:2] + s) - gradient(x[:2] - s)) / (2 * h)": "three variables make a point",
        "return gradient(x + h * v) - gradient(x - h * v) / (2 * h)": "put the difference in brackets",
        "return (gradient(x + v) - gradient(x - v)) / 2": "here it is v itself.",
        "return (gradient(x + v) - gradient(x - v)) / (2 * h)": "and divided by 2h",
        "return (gradient(x + h * v) - gradient(x)) / h": "forward difference",
        "return (gradient(x) - gradient(x - h * v)) / h": "backward difference",
        "return (gradient(x + h * v) - gradient(x - h * v)) / h": "the 2 in 2h missing",
        "return (gradient(x + h * v) - gradient(x - h * v)) / 2 * h": "2 * h in brackets",
        "return gradient(x + h * v) - gradient(x - h * v)": "division by 2h is missing",
        "v = v / np.linalg.norm(v)\nreturn (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)": "normalised",
        "return v @ (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)": "one number",
        "return (gradient(x - h * v) - gradient(x + h * v)) / (2 * h)": "sign is turned",
        "return (gradient(x + h) - gradient(x - h)) / (2 * h)": "not along v",
        "return gradient(x)": "this is the gradient",
        "return h * v * gradient(x)": "came.",
        "return v * (gradient(x + h) - gradient(x - h)) / (2 * h)": "v multiplies the answer",
        "h = 1e-6\nreturn (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)": "the h passed in is not used",
        "return calclib.hessian_vector_product(gradient, x, v, h)": "calclib's own hessian_vector_product",
        "e = h * np.eye(len(x))\nH = np.array([gradient(x + a) - gradient(x - a) for a in e]) / (2 * h)\n"
        "return H @ v": "took 4 gradients",
        "e = h * np.eye(len(x))\nH = np.array([gradient(x + a) - gradient(x - a) for a in e]) / (2 * h)\n"
        "return np.diag(H) * v": "mixed terms are missing",
    },
}


def kappas(*columns, ones=True):
    """κ of the Hessian of the mean squared error, raw and standardised, by another way than the check's."""
    table = cars()
    raw = np.column_stack([table[c] for c in columns])
    found = []
    for part in (raw, standardise(raw)):
        X = np.column_stack([np.ones(len(part)), part]) if ones else part
        bends = np.linalg.eigvalsh(2 / len(X) * X.T @ X)
        found.append(bends[-1] / bends[0])
    return found


BOTH = kappas("weight_lb", "horsepower")


class TestHessians(Answers):
    check, FUNCTIONS, RIGHT, WRONG = check, FUNCTIONS, RIGHT, WRONG
    SPACE = {"calclib": calclib}
    KINDS = [*Answers.KINDS, "np.ones((2, 3))"]
    THINGS = [*Answers.THINGS, lambda: 1]

    # --- the cars

    def test_the_cars_condition_is_a_yes_and_says_its_numbers(self):
        answer = check.cars_condition(*BOTH)
        assert answer.state == "yes"
        assert (
            f"from {BOTH[0]:.1e} to {BOTH[1]:.0f}" == "from 1.3e+08 to 14"
            and "from 130 million to 14" in answer.message
        )
        assert check.cars_condition(*np.round(BOTH, 1)).state == "yes"

    @pytest.mark.parametrize(
        "given, named",
        [
            (BOTH[::-1], "swapped"),
            (np.sqrt(BOTH), "κ of X"),
            ((BOTH[0], np.sqrt(BOTH[1])), "κ of Z"),
            (kappas("weight_lb", "horsepower", ones=False), "column of ones"),
            ((BOTH[0], BOTH[0]), "the other one"),
            ((BOTH[1], BOTH[1]), "the other one"),
            ((1 / BOTH[0], BOTH[1]), "the smallest curvature over"),
            (kappas("weight_lb"), "columns of X are ones"),
            ((0, 0), "before = 0"),
            ((BOTH[0], -1.0), "after = -1"),
            (("a", 1), "before is 'a'"),
            ((BOTH[0], np.inf), "finite"),
            ((np.zeros(2), 1.0), "before is"),
        ],
    )
    def test_other_numbers_for_the_cars_get_a_sentence(self, given, named):
        answer = check.cars_condition(*given)
        assert answer.state == "not yet" and named in answer.message

    @pytest.mark.parametrize("given", [(..., ...), (BOTH[0], ...)])
    def test_numbers_still_to_be_computed_are_not_started(self, given):
        assert check.cars_condition(*given).state == "not started"


# --- the oracles


def test_the_hessian_and_the_gradient_of_the_check_belong_to_its_function():
    p = np.array([0.7, -0.4])
    np.testing.assert_allclose(hessian(check.bent, p), check.bent_hessian(p), atol=1e-7)
    ahead, behind = (check.bent_gradient(p + s * np.eye(2)[0] * 1e-5) for s in (1, -1))
    np.testing.assert_allclose((ahead - behind) / 2e-5, check.bent_hessian(p)[0], atol=1e-8)


def test_every_case_to_classify_is_what_its_eigenvalues_say():
    for g, H, wanted, _ in check.CASES:
        bends = np.linalg.eigvalsh(H)
        level = np.abs(g).max() < 1e-6
        assert (wanted == "slope") == (not level)
        assert not level or (wanted == "minimum") == bool((bends > 1e-6).all())
        assert not level or (wanted == "saddle") == bool(bends[0] < -1e-6 and bends[-1] > 1e-6)
