"""Lesson 07's live figures: what they draw and say is held to SciPy, to counting, and to runs done by hand."""

import re

import numpy as np
import pytest
from scipy import optimize

from calclib import Network, adam, digits, lasso, ridge, split, train
from calclib.checks import regularization as check
from calclib.labs import budgets, choosing
from calclib.labs import regularization as figure
from calclib.regularization import elastic_net, l1, l2


def numbers(sentence):
    plain = sentence.replace("−", "-").replace(",", "")
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


def to_both_ends(live):
    for name, control in live.controls.items():
        for value in (control.values[0], control.values[-1], control.values[control.start]):
            live.move(**{name: value})
            assert not live.error, live.error
            assert live.status and live.stage.way == "svg"


def points(n, seed):
    x = np.random.default_rng(seed).uniform(-1, 1, n)
    return x, np.sin(3 * x) + 0.2 * np.random.default_rng(seed + 1).normal(size=n)


def regression(n=60, d=7, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ ([2.0, -1.0] + [0.0] * (d - 2)) + 3 + rng.normal(size=n)


def error(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


PARTS = [regression(seed=seed) for seed in (0, 1, 2)]


# --- the polynomial


def test_the_polynomial_tells_both_errors_of_its_fit():
    (x, y), fresh = points(15, 0), points(30, 2)
    live = figure.polynomial((x, y), fresh)
    to_both_ends(live)
    for degree, lam, kind, fit in ((9, 1e-3, "L2", ridge), (12, 1e-2, "L1", lasso), (1, 10.0, "L2", ridge)):
        status = live.move(degree=degree, lam=lam, kind=kind).status
        w, b = fit(np.vander(x, degree + 1)[:, -2::-1], y, lam)
        told = numbers(status)
        assert told[:2] == [degree, lam]
        assert told[2] == pytest.approx(error(np.vander(x, degree + 1)[:, -2::-1], y, w, b), rel=0.01)
        assert told[3] == pytest.approx(error(np.vander(fresh[0], degree + 1)[:, -2::-1], fresh[1], w, b), rel=0.01)
        zeros = np.count_nonzero(w == 0)
        assert ("none is exactly 0" in status) if zeros == 0 else (f"{zeros} of {degree} are exactly 0" in status)


def test_a_fit_of_the_learners_own_is_drawn_and_a_broken_one_is_told():
    kinds = {
        "mine": lambda X, y, lam: (np.zeros(X.shape[1]), y.mean()),
        "none": lambda X, y, lam: None,
        "long": lambda X, y, lam: (np.zeros(X.shape[1] + 1), 0.0),
        "nan": lambda X, y, lam: (np.full(X.shape[1], np.nan), 0.0),
        "rows": lambda X, y, lam: (np.zeros((1, X.shape[1])), 0.0),
    }
    live = figure.polynomial(points(15, 0), points(30, 2), kinds=kinds)
    assert "12 of 12 are exactly 0" in live.status
    assert "(w, b), would do" in live.move(kind="none").error
    for kind in ("long", "nan", "rows"):
        assert "bias would do" in live.move(kind=kind).error
    assert not live.move(kind="mine").error


# --- one weight and two


def test_one_weight_stops_where_the_slope_says():
    live = figure.one_weight()
    to_both_ends(live)
    for kind in ("L2: λw²", "L1: λ|w|"):
        for lam in (0.0, 0.5, 2.0, 8.0):
            for near in (-4.0, -0.8, 0.0, 3.0):
                status = live.move(lam=lam, target=near, penalty=kind).status
                lam, target = live.values["lam"], live.values["target"]
                shrunk = np.sign(target) * max(abs(target) - lam / 2, 0)
                w = target / (1 + lam) if kind.startswith("L2") else shrunk
                assert "exactly 0" in status if w == 0 else numbers(status)[2] == pytest.approx(w, abs=6e-4)
                assert numbers(status)[-1] == pytest.approx(2 * (w - target), abs=6e-3)


def test_one_weight_shrinks_three_to_two():
    assert "least at w = 2.000" in figure.one_weight().status


def test_one_weight_takes_the_learners_penalty_and_tells_a_broken_one():
    live = figure.one_weight({"root": lambda w, lam: lam * np.sqrt(abs(w)), "log": lambda w, lam: lam * np.log(0 * w)})
    assert not live.error
    with np.errstate(all="ignore"):
        assert "no number everywhere" in live.move(penalty="log").error
    with pytest.raises(TypeError, match="penalty"):
        figure.one_weight({"text": "w"})


@pytest.mark.parametrize("kind", ["L1", "L2"])
def test_the_drawn_optimum_is_the_constrained_one_for_any_angle(kind):
    """SLSQP, from outside, finds nothing lower within the same budget."""
    norm = (lambda w: np.abs(w).sum()) if kind == "L1" else (lambda w: np.sum(w**2))
    for angle in range(0, 180, 15):
        A = budgets.valley(angle)
        for lam in (0.5, 2.0, 8.0):
            w = figure.optimum(kind, lam, angle)
            most = norm(w)
            budget = {"type": "ineq", "fun": lambda v, most=most: most - norm(v)}

            def height(v, A=A):
                return (v - [2, 1]) @ A @ (v - [2, 1])

            starts = ([0.3, 0.2], [0.1, -0.3], [-0.2, 0.1])
            found = min(optimize.minimize(height, s, constraints=[budget], method="SLSQP").fun for s in starts)
            assert height(w) <= found + 1e-5


def test_the_drawn_optimum_obeys_the_conditions_to_rounding():
    zeros = {"L1": 0, "L2": 0}
    for angle in range(181):
        for lam in (0.0, 0.5, 2.0, 20.0):
            for kind, penalty in (("L1", l1), ("L2", l2)):
                w = figure.optimum(kind, lam, angle)
                g = 2 * budgets.valley(angle) @ (w - [2, 1])
                broken = g + penalty(w, lam)[1]
                if kind == "L1":
                    broken = np.where(w == 0, np.maximum(abs(g) - lam, 0), broken)
                assert np.abs(broken).max() < 1e-9
                zeros[kind] += (w == 0).any()
    assert zeros["L1"] > 100 and zeros["L2"] == 0


def test_rounding_does_not_decide_whether_a_weight_is_zero():
    """At 45° and λ = 2 the first quarter's own point lies on the axis."""
    for angle in 45 + np.array([-1e-14, 0, 1e-14]):
        assert figure.optimum("L1", 2.0, angle)[1] == 0


def test_the_geometry_says_what_it_draws():
    live = figure.geometry()
    to_both_ends(live)
    for lam, angle in ((2.0, 60), (0.5, 120), (20.0, 0), (0.0, 30)):
        status = live.move(lam=lam, angle=angle).status
        assert status.startswith(f"λ = {lam:.1f}, valley at {angle}°")
        for kind in ("L1", "L2"):
            words = re.search(rf"{kind}: w = \((.*?)\)", status)[1].split(", ")
            for word, part in zip(words, figure.optimum(kind, lam, angle), strict=True):
                assert (word == "exactly 0") == (part == 0)
                assert part == 0 or float(word.replace("−", "-")) == pytest.approx(part, abs=0.0051)


def test_an_unknown_budget_is_told():
    with pytest.raises(ValueError, match="kind"):
        figure.optimum("L3", 1.0, 0)


# --- choosing λ


def test_every_curve_of_the_chooser_is_a_fit_of_the_training_part_alone():
    train, validation, test = PARTS
    live = figure.chooser(train, validation, test)
    to_both_ends(live)
    for lam in (live.controls["lam"].values[k] for k in (0, 17, 40)):
        status = live.move(lam=lam).status
        for kind, fit in (("L2", ridge), ("L1", lasso)):
            told = numbers(status.split(f"{kind}: ")[1])
            fitted = fit(*train, lam)
            assert told[:3] == pytest.approx([error(*part, *fitted) for part in (train, validation, test)], rel=0.006)
            assert told[3:5] == [np.count_nonzero(fitted[0] == 0), 7]


def test_the_ring_marks_the_lowest_validation_error():
    live = figure.chooser(*PARTS[:2])
    for ax, fit in zip(live.stage.figure.axes[:2], (ridge, lasso), strict=True):
        (ring,) = [line for line in ax.lines if line.get_marker() == "o" and line.get_markersize() == 11]
        lams = live.controls["lam"].values
        errors = [error(*PARTS[1], *fit(*PARTS[0], lam)) for lam in lams]
        assert ring.get_xdata()[0] == lams[int(np.argmin(errors))]


def test_no_test_error_is_told_or_drawn_before_it_is_handed_over():
    live = figure.chooser(*PARTS[:2])
    assert "test" not in live.status and "test" not in live.alt
    shown = [text.get_text() for text in live.stage.figure.axes[0].texts]
    assert shown == ["training", "validation"]


def test_the_chooser_names_the_largest_and_takes_the_learners_own_fit():
    names = list("abcdefg")
    fits = {"mine": lambda X, y, lam: (ridge(X, y, lam)[0], y.mean())}
    live = figure.chooser(*PARTS[:2], fits=fits, names=names)
    assert live.status.endswith("largest: a and b.")
    with pytest.raises(TypeError, match="weights and a bias"):
        figure.chooser(*PARTS[:2], fits={"none": lambda X, y, lam: 3})


@pytest.mark.parametrize("lam", [0.003, 0.1, 1.0])
def test_half_and_half_is_least_with_half_of_each(lam):
    X, y = PARTS[0]
    w, b = figure.half_and_half(X, y, lam)

    def total(p):
        return error(X, y, p[:-1], p[-1]) + elastic_net(p[:-1], lam)[0]

    best = total(np.append(w, b))
    rng = np.random.default_rng(0)
    assert all(total(np.append(w, b) + size * rng.normal(size=8)) > best for size in (1e-3, 0.1, 1) for _ in range(50))
    assert choosing.Fits(figure.half_and_half, [lam], (X, y)).errors[0][0] == pytest.approx(error(X, y, w, b))


# --- dropout


def rules():
    def inverted(h, p, rng, train):
        return h * (rng.random(h.shape) >= p) / (1 - p) if train else h

    return {
        "inverted": inverted,
        "forgotten": lambda h, p, rng, train: h * (rng.random(h.shape) >= p) if train else h,
        "left on": lambda h, p, rng, train: inverted(h, p, rng, True),
        "none": lambda h, p, rng, train: None,
        "short": lambda h, p, rng, train: h[:, 1:],
    }


def test_masks_keep_the_mean_if_they_are_scaled():
    live = figure.masks()
    to_both_ends(live)
    for p in (0.0, 0.3, 0.9):
        ratio = numbers(live.move(p=p, passes=3000).status)[-1]
        assert ratio == pytest.approx(1, abs=5 * np.sqrt(p / (1 - p) / 3000 / 10) + 0.006)


def test_a_forgotten_scale_and_dropout_at_test_are_told():
    live = figure.masks(rules=rules())
    assert numbers(live.move(p=0.5, passes=3000, rule="forgotten").status)[-1] == pytest.approx(0.5, abs=0.02)
    assert "dropout is left on" in live.move(rule="left on").status
    for broken in ("none", "short"):
        assert "finite numbers in the shape of h" in live.move(rule=broken).error
    assert not live.move(rule="inverted").error


def test_masks_bring_the_right_rule_and_two_wrong_ones():
    live = figure.masks()
    assert numbers(live.move(p=0.5, passes=3000, rule="scale forgotten").status)[-1] == pytest.approx(0.5, abs=0.02)
    assert "dropout is left on" in live.move(rule="left on at test").status
    told = [check.dropout(rule).message for rule in figure.RULES.values()]
    assert ["The numbers are right" in message for message in told] == [True, False, False]
    own = figure.masks(rules=figure.RULES | {"mine": rules()["inverted"]})
    assert numbers(own.move(p=0.5, passes=3000, rule="mine").status)[-1] == pytest.approx(1, abs=0.02)


def test_the_first_pass_is_counted():
    seen = []

    def rule(h, p, rng, train):
        seen.append(rules()["inverted"](h, p, rng, train))
        return seen[-1]

    for p in (0.2, 0.5, 0.9):
        seen.clear()
        status = figure.masks(rules={"mine": rule}, p=p, passes=10).status
        assert numbers(status)[1:3] == [np.count_nonzero(seen[0][0] == 0), 24]


# --- seeds and stopping


def test_seeds_tell_mean_and_deviation():
    results = {"plain": [0.5, 0.7, 0.6], "better": [0.8, 0.9, 1.0]}
    live = figure.seeds(results)
    to_both_ends(live)
    status = live.move(seed=2).status
    assert status.startswith("Seed 2: plain 0.600, better 1.000.")
    assert "plain 0.600 ± 0.100; better 0.900 ± 0.100" in status
    with pytest.raises(ValueError, match="two or more"):
        figure.seeds({"a": [1.0, 2.0], "b": [1.0]})


def histories():
    epochs = np.arange(12.0)
    low = (4, 7)
    return [
        np.column_stack([3 - 0.2 * epochs, 1 + 0.02 * (epochs - at) ** 2, 0.9 - 0.01 * abs(epochs - at)]) for at in low
    ]


def test_the_rule_sees_only_the_past():
    seen = []

    def rule(losses, patience):
        seen.append(len(losses))
        best = int(np.argmin(losses))
        return best, best + patience if best + patience < len(losses) else None

    live = figure.stopping(histories(), rule)
    seen.clear()
    live.move(epoch=3)
    assert seen[0] == 4
    assert "Best so far at 3" in live.status and "go on, 0 since the best" in live.status


def test_stopping_tells_best_and_stop_at_every_epoch():
    live = figure.stopping(histories(), patience=3)
    to_both_ends(live)
    for seed, low in ((0, 4), (1, 7)):
        for epoch in range(12):
            status = live.move(epoch=epoch, patience=3, seed=seed).status
            assert f"Best so far at {min(epoch, low)};" in status
            assert (f"stop at {low + 3}" in status) == (epoch >= low + 3)
    assert status.endswith("better than those at the end on 2 of 2 seeds.")


def test_a_rule_that_gives_no_pair_is_told():
    for broken in (lambda losses, patience: None, lambda losses, patience: (99, None), lambda losses, patience: 3):
        assert "(best, None), would do" in figure.stopping(histories(), broken).error


# --- a run to watch


def written():
    """A training and a validation part of handwriting."""
    seen, held, _ = split(*digits(), 0.1, 0.1, 0.8, seed=3, stratify=True)
    return seen, held


@pytest.mark.parametrize("p", [0.0, 0.5])
def test_the_watched_run_is_plain_training(p):
    seen, held = written()
    status = figure.watching(seen, held, epochs=6).move(p=p, width=30, run=6).status
    net = Network(64, 30, 10, dropout=p)
    thetas = [e.theta for e in train(net, net.initialise(), *seen, adam, epochs=6, lr=0.003, batch_size=40)]
    losses = [net.loss(t, *held) for t in thetas]
    wanted = [6, 6, p, 30, net.loss(thetas[-1], *seen), losses[-1], min(losses), 1 + int(np.argmin(losses))]
    wanted += [100 * net.accuracy(thetas[-1], *part) for part in (seen, held)]
    assert numbers(status) == pytest.approx(wanted, abs=0.51) and "of the labels" in status
    assert numbers(status)[4:7] == pytest.approx(wanted[4:7], abs=0.0051)


def test_dropout_acts_at_once_and_another_width_starts_anew():
    live = figure.watching(*written(), epochs=6).move(run=3)
    run = live.values["run"]
    live.move(p=0.75, run=6)
    assert live.values["run"] is run and run.done == 6
    plain = figure.watching(*written(), epochs=6).move(run=6).values["run"]
    assert run.states[:4] == plain.states[:4] and run.states[5] != plain.states[5]
    live.move(width=8, run=1)
    assert live.values["run"] is not run and "8 units" in live.status


def test_every_p_and_width_is_drawn():
    live = figure.watching(*written(), epochs=2)
    for p in (0.0, 0.75):
        for width in (8, 300):
            assert live.move(p=p, width=width, run=2).status.startswith("Epoch 2 of 2") and not live.error
