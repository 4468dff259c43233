"""Lesson 08's live figures: what they draw and say is held to eigenvalues, closed forms and runs of descend."""

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from calclib import adam, descend, optimizers, quadratic, rosenbrock
from calclib.labs import microscope as lens
from calclib.labs import optimizers as figure
from calclib.labs import race


def numbers(sentence):
    plain = sentence.replace("−", "-").replace(",", "")
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", plain)]


def to_both_ends(live):
    for name, control in live.controls.items():
        for value in (control.values[0], control.values[-1], control.values[control.start]):
            live.move(**{name: value})
            assert not live.error, live.error
            assert live.status and live.stage.way == "svg"


def uncorrected(x, g, m=0.0, v=0.0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return x - lr * m / (np.sqrt(v) + eps), m, v


def climbs(x, g, v=0.0, *, lr=0.1, beta=0.9):
    return x + lr * g, v


# --- the ravine


@pytest.mark.parametrize("step", [optimizers.momentum, optimizers.nesterov, climbs])
@pytest.mark.parametrize("curvature, lr, beta", [(1, 0.1, 0.9), (100, 0.01, 0.5), (100, 0.03, 0.2), (25, 0.04, 0.0)])
def test_the_radius_is_the_largest_eigenvalue(step, curvature, lr, beta):
    columns = [step(x, curvature * x, v, lr=lr, beta=beta) for x, v in ((1.0, 0.0), (0.0, 1.0))]
    assert figure.radius(step, curvature, lr, beta) == pytest.approx(
        max(abs(np.linalg.eigvals(np.transpose(columns)))), abs=1e-7
    )


@pytest.mark.parametrize(
    "step, lr, beta, theory",
    [
        (optimizers.momentum, 2 / 101, 0.0, 99 / 101),
        (optimizers.momentum, 1 / 100, 0.0, 0.99),
        (optimizers.momentum, 4 / 11**2, (9 / 11) ** 2, 9 / 11),
        (optimizers.nesterov, 1 / 100, 9 / 11, 0.9),
    ],
)
def test_known_radii_at_a_condition_number_of_100(step, lr, beta, theory):
    assert max(figure.radius(step, c, lr, beta) for c in (1.0, 100.0)) == pytest.approx(theory, abs=1e-6)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize(
    "step, wall",
    [
        (optimizers.momentum, lambda beta: 2 * (1 + beta) / 25),
        (optimizers.nesterov, lambda beta: 2 * (1 + beta) / (25 * (1 + 2 * beta))),
    ],
)
def test_the_wall_is_where_runs_begin_to_run_away(step, wall, beta):
    rates = np.linspace(0.001, 0.18, 180)
    told = numbers(figure.wall_at(lambda lr: figure.radius(step, 25.0, lr, beta), rates))[-1]
    assert told == pytest.approx(wall(beta), rel=0.005)
    path = descend(step, lambda x: 25 * x, 1.0, lr=told * np.array([0.99, 1.01]), beta=beta, steps=3000, escape=1e6)
    assert path.diverged.tolist() == [False, True]


def test_no_wall_is_told_where_there_is_none():
    assert "no wall in sight" in figure.wall_at(lambda lr: 0.5 + 0 * lr, np.linspace(0, 1, 9))


def test_the_star_stands_at_polyaks_parameters():
    lr, beta = np.linspace(0, 4.4 / 25, 221)[1:], np.linspace(0, 0.98, 99)[:, None]
    slow = np.max([figure.radius(optimizers.momentum, c, lr, beta) for c in (1.0, 25.0)], axis=0)
    k, j = np.unravel_index(slow.argmin(), slow.shape)
    assert lr[j] == pytest.approx(4 / 36, abs=0.003) and beta[k, 0] == pytest.approx((4 / 6) ** 2, abs=0.02)
    assert slow.min() == pytest.approx(4 / 6, abs=0.02)


def test_the_ravine_goes_to_both_ends():
    to_both_ends(figure.ravine(optimizers.nesterov))


def test_the_ravine_tells_how_it_went():
    live = figure.ravine()
    path = np.asarray(
        descend(optimizers.gradient_descent, quadratic([1, 25]), (-2.5, 1.5), lr=live.values["lr"], steps=40)
    )
    left = np.linalg.norm(path[-1]) / np.linalg.norm(path[0])
    assert f"After 40 steps {left:.2g} of the distance is left" in live.status
    assert f"leaves {max(abs(1 - live.values['lr']), abs(1 - 25 * live.values['lr'])):.1%}" in live.status
    live.move(lr=live.controls["lr"].values[-1], beta=0.5)
    assert "runs away" in live.status and "far outside" in live.status
    live.move(lr=0.0)
    assert "keeps its distance" in live.status
    assert "each step makes the distance larger" in figure.ravine(climbs, lr=0.05).status


@pytest.mark.parametrize("step", [adam, optimizers.rmsprop, optimizers.gradient_descent])
def test_the_ravine_wants_a_velocity(step):
    with pytest.raises(ValueError, match="momentum or nesterov would do"):
        figure.ravine(step)


# --- the microscope


def test_the_microscope_shows_adams_own_numbers():
    """Against sums over all past gradients, written out."""
    run = lens.observe(adam, quadratic([1, 25]).gradient, (-2.5, 1.0), 1, 20, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-8)
    g, t = run["g"], np.arange(1, 21)
    for n in t:
        k = n - 1 - np.arange(n)
        assert run["m"][n - 1] == pytest.approx(0.2 * np.sum(0.8**k * g[:n]))
        assert run["v"][n - 1] == pytest.approx(0.1 * np.sum(0.9**k * g[:n] ** 2))
    assert np.allclose(run["m̂"], run["m"] / (1 - 0.8**t)) and np.allclose(run["v̂"], run["v"] / (1 - 0.9**t))
    assert np.allclose(run["rate"], 0.1 / (np.sqrt(run["v̂"]) + 1e-8))
    assert np.allclose(np.diff(run["x"]), run["moved"][:-1]) and np.allclose(g, 25 * run["x"])


@pytest.mark.parametrize(
    "step, rate",
    [
        (optimizers.momentum, lambda run: 0.01 + 0 * run["x"]),
        (optimizers.rmsprop, lambda run: 0.01 / (np.sqrt(run["v"]) + 1e-8)),
        (optimizers.adagrad, lambda run: 0.01 / (np.sqrt(run["s"]) + 1e-10)),
    ],
)
def test_the_effective_rate_is_what_the_formula_says(step, rate):
    knobs = lens.knobs_of(step) | {"lr": 0.01}
    run = lens.observe(step, quadratic([1, 25]).gradient, (-2.5, 1.0), 1, 30, **knobs)
    assert np.allclose(run["rate"], rate(run))


@pytest.mark.parametrize("step", [optimizers.momentum, uncorrected])
def test_every_step_goes_under_the_microscope(step):
    to_both_ends(figure.microscope(step))


def test_the_microscope_tells_the_numbers_of_its_step():
    live = figure.microscope()
    live.move(at=1)
    assert "g = 25, m = 2.5, m̂ = 25, v = 0.625, v̂ = 625" in live.status
    assert "x = 1 moves by −0.1: 0.004 for each unit of m̂" in live.status
    first = live.status
    live.move(at=2)
    assert live.status != first
    away = figure.microscope(climbs)
    away.move(lr=1.0, at=60)
    assert "run away" in away.status


def test_a_mistake_in_a_step_is_seen_in_its_rate():
    """Without corrections, what x does is not α/√v̂ for each unit of m̂."""
    knobs = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    right, wrong = (
        lens.observe(step, quadratic([1, 25]).gradient, (-2.5, 1.0), 1, 1, **knobs)["rate"][0]
        for step in (adam, uncorrected)
    )
    assert right == pytest.approx(0.1 / 25) and wrong == pytest.approx(0.1 / 25 * 0.1 / 0.001**0.5)


def test_the_microscope_asks_for_a_beta():
    with pytest.raises(ValueError, match="one with a beta would do"):
        figure.microscope(optimizers.adagrad)
    with pytest.raises(ValueError, match="one of beta1, beta2 would do"):
        figure.microscope(adam, "beta")
    assert "β₁" in str(figure.microscope(adam, "beta1").layout_of["controls"])


# --- bias correction


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.99, 0.999])
def test_the_first_steps_are_as_long_as_the_sums_say(beta2):
    live = figure.bias(adam, uncorrected)
    live.move(beta2=beta2, correction=False)
    t = np.arange(1, 101)
    lengths = (1 - 0.9**t) / np.sqrt(1 - beta2**t)
    told = numbers(live.status)
    assert told[1] == pytest.approx(lengths[0], rel=0.01)
    if np.ptp(lengths) > 0.02:
        assert told[2] == pytest.approx(lengths.max(), rel=0.01) and told[3] == lengths.argmax() + 1
    live.move(correction=True)
    assert "each step is 1 α long" in live.status


def test_bias_goes_to_both_ends_and_takes_any_two_steps():
    to_both_ends(figure.bias(optimizers.adamw, uncorrected))
    with pytest.raises(TypeError, match="corrected"):
        figure.bias(3, uncorrected)


# --- the race

FLAT = race.Course("flat", quadratic([1, 4]), (2.0, 1.0), runs=1)


def test_everyone_starts_alike_and_sees_the_same_noise():
    course = figure.COURSES["noisy ravine"]
    starts = course.starts(3)
    assert starts.shape == (16, 3, 2) and np.array_equal(starts[0], [course.start] * 3)
    assert np.array_equal(starts[:, 0], starts[:, 2]) and np.abs(starts - course.start).max() < 1e-5
    one, three = (course.gradient(starts[:, :k], np.random.default_rng(4)) for k in (1, 3))
    assert np.allclose(one[:, 0], three[:, 0]) and np.allclose(three[:, 0], three[:, 2])
    exact = course.ground.gradient(starts)
    assert (three - exact).std() == pytest.approx(course.noise, rel=0.5) and np.ptp((three - exact)[:, 0, 0]) > 1


@pytest.mark.parametrize("who", figure.RUNNERS)
def test_a_run_is_that_of_descend(who):
    points, losses = race.run(FLAT, figure.RUNNERS[who], (0.02, 0.1), 30)
    for k, lr in enumerate((0.02, 0.1)):
        path = np.asarray(descend(figure.RUNNERS[who], FLAT.ground, FLAT.start, lr=lr, steps=30))
        assert np.array_equal(points[:, 0, k], path) and np.allclose(losses[:, k], FLAT.ground(path))


def test_everyone_has_the_same_number_of_gradients():
    for step in figure.RUNNERS.values():
        calls = []

        def counted(x, g, *memory, step=step, calls=calls, **knobs):
            calls.append(1)
            return step(x, g, *memory, **knobs)

        race.run(FLAT, counted, (0.1,))
        assert len(calls) == race.BUDGET


def test_the_best_rate_is_the_best_of_the_sweep():
    final = figure.sweep(FLAT, optimizers.gradient_descent, steps=20)
    losses = [
        FLAT.ground(
            np.asarray(descend(optimizers.gradient_descent, FLAT.ground, FLAT.start, lr=lr, steps=20))[-10:]
        ).max()
        for lr in figure.RATES[figure.RATES < 0.5]
    ]
    assert figure.best_rate(final) == pytest.approx(figure.RATES[int(np.argmin(losses))])
    assert figure.best_rate(np.array([3, 1, 1, 1, 2.0]), [1, 2, 3, 4, 5]) == 3
    assert figure.forgiving(np.array([1e-3, 5e-3, 2e-2, np.inf])) == 0.5


def test_who_has_left_is_gone_and_drawn_as_gone():
    final = figure.sweep(FLAT, optimizers.gradient_descent, rates=(0.1, 0.6))
    assert np.isfinite(final[0]) and final[1] == np.inf
    live = figure.race()
    live.move(who="momentum", change=10.0)
    assert "momentum gone" in live.status
    live.move(step=0)
    assert "momentum gone" not in live.status
    ax = Figure().subplots()
    race.label(ax, {"momentum": (np.inf, 7, 1e3), "Adam": (1.0, 200, 1.0)})
    assert [text.get_text() for text in ax.texts] == ["momentum", "gone", "Adam"]
    assert [line.get_marker() for line in ax.lines[:2]] == ["x", race.LOOKS["Adam"][2]]


def test_a_hair_does_not_decide_the_race():
    """Moved by a billionth the winner of Rosenbrock's race is the same, and so is its loss."""
    course = figure.COURSES["Rosenbrock"]
    beside = replace(course, start=(-1.0, 1.0 + 1e-9))
    here, there = ({w: figure.sweep(c, s).min() for w, s in figure.RUNNERS.items()} for c in (course, beside))
    assert min(here, key=here.get) == min(there, key=there.get) == "momentum"
    assert here["momentum"] == pytest.approx(there["momentum"], rel=1e-3)
    assert here["momentum"] < 0.1 * min(loss for who, loss in here.items() if who != "momentum")


@pytest.mark.parametrize("name", figure.COURSES)
def test_the_race_tells_each_loss(name):
    best = {name: dict.fromkeys(figure.RUNNERS, 1e-3)}
    live = figure.race(best=best, first=name)
    assert not live.error, live.error
    for who, step in figure.RUNNERS.items():
        loss = race.run(figure.COURSES[name], step, (1e-3,))[1][-1, 0]
        words = "there" if loss <= race.THERE else race.number(loss)
        assert f"{who} {words}" in live.status


def test_the_race_goes_to_both_ends_with_a_step_of_ones_own():
    def own(x, g, *, lr=0.1):
        return (x - lr * np.sign(g),)

    best = {name: {"yours": 0.01, "Adam": 0.1} for name in figure.COURSES}
    live = figure.race({"yours": own, "Adam": adam}, best)
    to_both_ends(live)
    assert "yours" in live.status


def by_hand(x, g, v=0.0, *, lr=0.1, beta=0.9):
    """Right for one point, and not made for many."""
    new = np.array([beta * v[i] + g[i] for i in range(len(x))]) if np.ndim(v) else np.array(g)
    return np.array([x[i] - float(lr) * new[i] for i in range(len(x))]), new


@pytest.mark.parametrize("step", [*figure.RUNNERS.values(), lambda x, g, *, lr: (x - lr * np.sign(g),)])
def test_a_step_that_takes_many_starts_runs_in_the_sweep(step):
    assert figure.takes_many(step) and np.isfinite(figure.sweep(FLAT, step, rates=(1e-4, 1e-3))).all()


@pytest.mark.parametrize("step", [by_hand, lambda x, g, *, lr: (x[0, 0],), lambda x, g, v, *, lr: (x, v)])
def test_a_step_for_one_point_is_kept_out_of_the_sweep(step):
    assert not figure.takes_many(step)


def test_no_words_stand_where_the_dot_of_the_ravine_can_come():
    left = figure.ravine().stage.figure.axes[0]
    assert len(left.texts) == 2
    for text in left.texts:
        x, y = text.get_position()
        assert text.get_transform() == left.transAxes and y > 1 and x in (0, 1)


def test_a_rate_that_is_not_given_is_swept():
    live = figure.race({"Adam": adam}, courses={"flat": FLAT}, first="flat")
    rate = figure.best_rate(figure.sweep(FLAT, adam))
    live.move(who="Adam")
    assert numbers(live.status)[-1] == pytest.approx(rate, rel=0.01)


def test_names_are_pushed_apart_and_keep_their_order():
    heights = np.array([1.0, 1.01, 5.0, 1.02])
    places = race.apart(heights, 0.5)
    assert (np.diff(places[np.argsort(heights)]) >= 0.5 - 1e-12).all() and places[2] == pytest.approx(5.0, abs=0.5)
    assert np.array_equal(race.apart([0.0, 3.0], 0.5), [0.0, 3.0])


def test_what_none_of_them_likes():
    for step in figure.RUNNERS.values():
        assert figure.sweep(figure.COURSES["plateau"], step).min() > 0.99
        assert figure.sweep(figure.COURSES["Rastrigin"], step).min() > 0.5


# --- the map


def test_the_map_is_the_loss_at_each_rate_and_beta():
    course = replace(figure.COURSES["Rosenbrock"], runs=1)
    live = figure.sensitivity(course)
    for lr, beta in ((0.001, 0.9), (0.0001, 0.0)):
        live.move(lr=figure.MAP_RATES[np.abs(figure.MAP_RATES - lr).argmin()], beta=beta)
        values = live.values
        path = descend(optimizers.momentum, rosenbrock, course.start, lr=values["lr"], beta=values["beta"], steps=200)
        worst = rosenbrock(np.asarray(path)[-10:]).max()
        told = numbers(live.status.split("final loss")[1])[0]
        assert told == pytest.approx(worst, rel=0.01)


def test_the_map_goes_to_both_ends_and_marks_who_is_gone():
    def own(x, g, v=0.0, *, lr=0.1, decay=0.5):
        v = decay * v + g
        return x - lr * v, v

    live = figure.sensitivity(FLAT, {"mine": (own, "decay"), "Adam, β₂": (adam, "beta2")})
    to_both_ends(live)
    live.move(which="mine", lr=figure.MAP_RATES[-1], beta=0.0)
    assert "none, the run is gone" in live.status
    live.move(lr=figure.MAP_RATES[0])
    assert "gone" not in live.status


def test_the_share_of_the_map_is_counted():
    losses = np.full((len(figure.MAP_BETAS), len(figure.MAP_RATES)), np.inf)
    losses[3], losses[5, 7] = 5.0, 1.0
    told = figure.said("momentum, β", losses, 0, 0)
    assert "none, the run is gone" in told and f"{len(figure.MAP_RATES) + 1} of its {losses.size:,} points" in told
    assert f"at β = {figure.MAP_BETAS[5]:.2f}" in told


@pytest.mark.parametrize("beta2", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_the_microscope_has_its_curves_in_view(beta2):
    axes = figure.microscope().stage.figure.axes
    knobs = {"lr": 0.1, "beta1": 0.9, "beta2": beta2, "eps": 1e-8}
    run = lens.observe(adam, quadratic([1, 25]).gradient, (-2.5, 1.0), 1, **knobs)
    for ax, names in zip(axes, (["x"], ["g", "m", "m̂"], ["size"], ["rate"]), strict=True):
        low, high = ax.get_ylim()
        for name in names:
            assert low <= run[name].min() and run[name].max() <= high, name
