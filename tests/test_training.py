"""Training while one watches, on the kernel's side: slices, moves on the way, ends, errors; and squares to paint on."""

import numpy as np
import pytest

from calclib.live import Training, explore, training
from calclib.live.controls import control


def start(now):
    """A sum of rates: after n steps with rate 0.5 it is n/2."""
    yield (total := 0.0)
    while True:
        total += now.lr
        yield total


def marks(ax, lr=0.5, width=2, run=None):
    ax.plot(run.states)
    return f"{run.states[-1]:g} after {run.done} of {run.steps}{', over' * run.over}"


def scene(ax):
    ax.set(xlim=(0, 100), ylim=(0, 100))


def figure(start=start, steps=100, **options):
    run = Training(start, steps, anew="width", **options)
    return explore(marks, scene, lr=[0.5, 1.0], width=[1, 2], run=run, alt="A sum.", size=(3, 2))


@pytest.fixture(autouse=True)
def one_step_a_slice(monkeypatch):
    monkeypatch.setattr(training, "SLICE", 0.0)


def ask(live, turn, **at):
    """What the page does while it trains."""
    live.at = {**live.at, **at, "run": turn}
    return live.status


def test_it_begins_untrained_and_goes_where_it_is_sent():
    live = figure()
    assert live.status == "0 after 0 of 100"
    assert live.move(run=4).status == "2 after 4 of 100"
    assert live.move(run=2).status == "1 after 2 of 100"
    assert live.move(run=100).status == "50 after 100 of 100, over"
    assert live.move(run=0).status == "0 after 0 of 100"


def test_each_new_word_is_one_slice_and_the_frame_says_how_far_it_came():
    live = figure()
    for n, turn in enumerate(["a-1", "a-2", "b-1"], start=1):
        assert ask(live, turn) == f"{n / 2:g} after {n} of 100"
        assert live.frame["at"]["run"] == n and live.frame["turn"] == turn and not live.frame["over"]
    assert ask(live, "b-1", lr=1) == "1.5 after 3 of 100"  # a slider moved, nothing asked


def test_a_slice_lasts_its_time_and_not_longer(monkeypatch):
    clock = iter(np.arange(0, 10, 0.01))
    monkeypatch.setattr(training, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(training, "SLICE", 0.05)
    assert ask(figure(), "a-1").startswith("3 after 6 ")


def test_a_rate_moved_on_the_way_acts_at_once_and_a_width_begins_anew():
    live = figure()
    live.move(run=4)
    ask(live, "a-1", lr=1)
    assert live.status == "3 after 5 of 100"
    assert ask(live, "a-2", width=0) == "1 after 1 of 100"


def test_what_is_over_begins_again_when_it_is_asked():
    live = figure(steps=3)
    live.move(run=3)
    assert ask(live, "a-1") == "0.5 after 1 of 3"


def test_a_run_that_ends_itself_is_over():
    live = figure(lambda now: iter([1.0, 2.0]))
    assert live.move(run=50).status == "2 after 1 of 100, over"
    assert live.frame["over"] and live.frame["at"]["run"] == 1


def test_the_still_picture_and_its_sentence_are_of_the_run_at_its_end():
    live = figure()
    data = live._repr_mimebundle_()[0]
    assert data["text/plain"] == "A sum. 50 after 100 of 100, over"
    assert "<figcaption>50 after 100 of 100, over</figcaption>" in data["text/html"]
    assert live.status == "0 after 0 of 100"


def broken(now):
    yield 0.0
    yield now.lr
    if now.lr < 1:
        raise ValueError("too slow")
    yield 2 * now.lr


def test_what_raises_in_training_is_told_and_the_next_look_begins_again():
    live = figure(broken)
    assert ask(live, "a-1") == "0.5 after 1 of 100"
    ask(live, "a-2")
    assert live.error == "Not drawn at lr = 0.5, width = 2, run = 0 of 100: ValueError: too slow"
    assert live.frame["over"] and "in broken" in live.frame["details"]
    assert "too slow" in live._repr_mimebundle_()[0]["text/html"]
    assert live.move(lr=1.0, run=2).status == "2 after 2 of 100" and live.error == ""


def test_an_error_that_only_the_end_brings_stands_in_the_still_picture():
    data = figure(broken)._repr_mimebundle_()[0]
    assert data["text/plain"] == "A sum. Not drawn at lr = 0.5, width = 2, run = 0 of 100: ValueError: too slow"


def test_divergence_is_no_warning():
    def diverging(now):
        x = np.array([1e200])
        while True:
            yield float(x[0])
            x = x * x - x

    assert figure(diverging, steps=5).move(run=5).status == "nan after 5 of 100".replace("100", "5, over")


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Training(3), "start is 3"),
        (lambda: Training(start, 0), "steps is 0"),
        (lambda: Training(start, 2.5), "steps is 2.5"),
        (
            lambda: explore(marks, run=Training(start, anew="widht"), width=[2, 3], lr=(0.1, 1), alt="A."),
            "anew is 'widht'",
        ),
        (lambda: explore(marks, run=Training(start), lr=Training(start), alt="Two."), "a figure has one run"),
    ],
)
def test_a_wrong_call_is_told(make, says):
    with pytest.raises((TypeError, ValueError), match=says):
        make()


def test_a_start_that_yields_nothing_is_told():
    assert "start yields nothing" in figure(lambda now: iter(())).error


@pytest.mark.parametrize("place", [101, -1, 0.5, None, True])
def test_a_stale_page_gets_a_sentence(place):
    live = figure()
    live.at = {**live.at, "run": place}
    assert live.error.startswith("Run this cell again:")
    assert live.move(run=2).error == ""


# --- squares to paint on


def painting(ax, drawing=None):
    ax.imshow(drawing, vmin=0, vmax=1)
    return f"{drawing.sum():.2f} in {drawing.shape}"


def test_a_drawing_is_an_array_in_seventeen_levels():
    live = explore(painting, drawing=np.zeros((2, 3)), alt="Squares.", size=(3, 2))
    assert live.status == "0.00 in (2, 3)"
    assert live.move(drawing=np.array([[1, 0.5, 0], [0.0, 0.26, 1]])).status == "2.75 in (2, 3)"
    assert live.at["drawing"] == [16, 8, 0, 0, 4, 16]
    live.at = {"drawing": [16, 0, 0, 0, 0, 0]}
    assert live.status == "1.00 in (2, 3)"


@pytest.mark.parametrize("levels", [[0] * 5, [0] * 7, [17] + [0] * 5, [-1] + [0] * 5, [0.5] * 6, [True] * 6, None, 3])
def test_levels_that_are_none_are_told(levels):
    live = explore(painting, drawing=np.zeros((2, 3)), alt="Squares.", size=(3, 2))
    live.at = {"drawing": levels}
    assert live.error.startswith("Run this cell again: ValueError: drawing has no drawing")


@pytest.mark.parametrize("value", [np.zeros((3, 2)), np.full((2, 3), 1.5), np.full((2, 3), np.nan), 3])
def test_what_is_no_drawing_is_told(value):
    with pytest.raises(ValueError, match=r"(?s)drawing is .*: an array of shape \(2, 3\), from 0 to 1, would do"):
        control("drawing", np.zeros((2, 3))).index(value)


def test_an_error_says_how_much_is_drawn():
    live = explore(lambda ax, d=None: 1 / 0, d=np.eye(3), alt="Squares.", size=(3, 2))
    assert live.error == "Not drawn at d = a drawing of 3 squares: ZeroDivisionError: division by zero"
