"""The machinery of checks: three answers, in sentences, whatever the learner hands over."""

import signal
import sys
import threading
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from calclib import checks
from calclib.checks import Answer, NotYet, exercise, expect, lessons, patience, start, unwritten
from calclib.progress import store


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr("os.fsync", lambda handle: None)  # the disk is not what is tried here


@exercise
def double(double):
    """double(x) is 2x."""
    expect(double(3.0), 6.0, at="double(3.0)", mistakes={"the square, not the double.": 9.0})


def right(x):
    return 2 * x


# --- the three answers


def bare(x): ...


def documented(x):
    """What it should do."""
    ...


def defaults(x, h=1e-5, *, n=3): ...


def passing(x):
    pass


def returning(x):
    return ...


def typed(x: float) -> float:
    """Doc."""

    ...


def unfinished(x):
    y = ...
    return y


@pytest.mark.parametrize("stub", [bare, documented, passing, returning, typed, unfinished, ..., lambda x: ...])
def test_a_stub_is_not_started_and_no_try(stub):
    assert double(stub).state == "not started"
    assert not store().path.exists()


def test_bodies_with_something_in_them_are_no_stubs():
    assert unwritten(bare) and unwritten(documented) and unwritten(defaults)
    for thing in (right, lambda x: x, lambda x: x and None, np.sin, 3, None, len, type("Callable", (), {})):
        assert not unwritten(thing)


def test_right_is_yes_with_the_docstring_as_its_sentence():
    assert double(right) == Answer("yes", "double(x) is 2x.")
    assert store().data()["exercises"]["test_checks.double"]["state"] == "yes"


def test_a_known_mistake_is_named():
    assert repr(double(lambda x: x**2)) == ("Not yet. double(3.0) should be 6, and 9 came: the square, not the double.")


def test_an_unknown_mistake_shows_what_was_wanted_and_what_came():
    assert double(lambda x: x + 1).message == "double(3.0) should be 6, and 4 came."


def test_a_near_miss_shows_enough_digits_to_see_the_difference():
    assert double(lambda x: 2 * x + 1e-5).message == "double(3.0) should be 6, and 6.00001 came."
    with pytest.raises(NotYet, match="1e-17"):
        expect(1 + 3e-16, 1.0, at="1e-17", tol=1e-17)


# --- kinds of things


@pytest.mark.parametrize(
    "written",
    [6, 6.0, np.float64(6), np.float32(6), np.int8(6), np.array(6.0), Fraction(6), Decimal(6), 6 + 1e-9],
    ids=repr,
)
def test_numbers_of_every_kind_will_do(written):
    assert double(lambda x: written).state == "yes"


@pytest.mark.parametrize("written", [[1, 2], (1.0, 2), np.array([1, 2]), range(1, 3)], ids=repr)
def test_sequences_will_do_for_arrays(written):
    expect(written, np.array([1.0, 2.0]), at="v")


@pytest.mark.parametrize(
    "wrong",
    [
        "6",
        True,
        np.True_,
        6j,
        6 + 0j,
        float("nan"),
        float("inf"),
        [6],
        np.array([6.0]),
        {},
        {6},
        b"6",
        object,
        len,
    ]
    + [10**400, [[1], [1, 2]], [None], "x" * 500, np.array(["6"]), np.datetime64("2030-01-01"), [True, "a"]],
    ids=lambda thing: repr(thing)[:20],
)
def test_wrong_kinds_of_answers_get_a_sentence(wrong):
    answer = double(lambda x: wrong)
    assert answer.state == "not yet"
    assert "double(3.0)" in answer.message and len(answer.message) < 160


def test_a_function_that_returns_nothing_is_asked_for_its_return():
    def forgetful(x):
        y = 2 * x  # noqa: F841

    assert double(forgetful).message == "double returns None: is a `return` missing?"


@pytest.mark.parametrize("thing", [3, "right", None, np.array([1.0, 2.0]), [right], True, float("nan")])
def test_a_thing_that_is_no_function_gets_a_sentence(thing):
    assert "check.double(double)" in double(thing).message


@pytest.mark.parametrize("thing", [lambda: 6, lambda x, y: 6, lambda *, x: 6, type("Empty", (), {})])
def test_a_function_of_other_arguments_gets_a_sentence(thing):
    answer = double(thing)
    assert answer.state == "not yet" and "with 1 argument here" in answer.message


def filled():
    return [(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros(2))]


@exercise
def total(total):
    """total(layers) is the sum of all numbers in a list of pairs, twice the same."""
    layers = filled()
    for _ in range(2):
        expect(total(layers), 10.0, at="total(layers)")


@exercise(in_place=True)
def emptied(emptied):
    """emptied(layers) gives the sum, whatever becomes of the list."""
    layers = filled()
    for _ in range(2):
        expect(emptied(layers), 10.0, at="emptied(layers)")


def summed(layers):
    return sum(part.sum() for pair in layers for part in pair)


def popping(layers):
    return summed([layers.pop()])


def zeroing(layers):
    got = summed(layers)
    layers[0][0][0, 0] = 0
    return got


def there_and_back(layers):
    for sign in (1, -1):
        for number in (0.1, 0.2, 0.3):
            layers[0][0][:] += sign * number
    return summed(layers)


@pytest.mark.parametrize("spoiling", [popping, zeroing])
def test_what_an_exercise_hands_out_is_a_copy_that_may_not_be_changed(spoiling):
    assert total(summed).state == "yes"
    assert total(spoiling).message.startswith(f"{total.__name__} changes the layers that it is given")
    assert emptied(spoiling).state == "yes"  # the check's own numbers are safe all the same


def test_what_is_moved_and_moved_back_is_not_changed():
    layers = filled()
    there_and_back(layers)
    assert not np.array_equal(layers[0][0], filled()[0][0])  # by a rounding
    assert total(there_and_back).state == "yes"


def test_a_generator_gets_a_sentence_without_its_address():
    def growing(x):
        yield 2 * x

    assert double(growing).message == "double(3.0) is a generator, where a number should be."


@pytest.mark.parametrize("given", [(), (right, right)])
def test_a_check_called_with_too_few_or_too_many_things_says_how_to_call_it(given):
    assert "check.double(double)" in double(*given).message


# --- the learner's own exceptions


@pytest.mark.parametrize("error", [ZeroDivisionError, AssertionError, KeyError, TypeError, NameError, SystemExit])
def test_the_learners_own_exceptions_come_through(error):
    mine = error("mine")

    def broken(x):
        raise mine

    with pytest.raises(error) as caught:
        double(broken)
    assert caught.value is mine
    assert caught.traceback[-1].name == "broken"


def test_the_traceback_leads_straight_to_the_learners_line():
    with pytest.raises(ZeroDivisionError) as caught:
        start.average(lambda a, b: 1 / 0)
    names = [entry.name for entry in caught.traceback]
    assert names[-1] == "<lambda>" and not {"_judge", "within", "careful"} & set(names)


def test_what_the_learner_prints_stays(capsys):
    assert double(lambda x: print("here") or 2 * x).state == "yes"
    assert capsys.readouterr().out == "here\n"


# --- time


ALARMS = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm signals on this system")


@pytest.fixture(params=[pytest.param(patience.by_alarm, marks=ALARMS), patience.by_trace])
def limit(request):
    return request.param


def spin():
    while True:
        pass


def spin_on_one_line():
    while True: pass  # noqa: E701  # fmt: skip


def swallow():
    while True:
        try:
            pass
        except Exception:
            pass


def comprehend():
    return [x for x in iter(int, 1)]


def deep():
    def inner():
        spin()

    inner()


@pytest.mark.parametrize(
    "work", [spin, spin_on_one_line, swallow, comprehend, deep, lambda: any(x for x in iter(int, 1))]
)
def test_a_hang_ends(limit, work):
    with pytest.raises(patience.TimeUp):
        limit(0.1, work)


@ALARMS
def test_even_a_bare_except_cannot_hold_off_the_alarm():
    def stubborn():
        while True:
            try:
                for _ in range(1000):
                    pass
            except:  # noqa: E722
                pass

    with pytest.raises(patience.TimeUp):
        patience.by_alarm(0.05, stubborn)


def test_in_time_gives_the_result_and_exceptions_pass(limit):
    assert limit(5, lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        limit(5, lambda: 1 / 0)


@ALARMS
def test_alarms_and_trace_functions_are_put_back(limit):
    def ring(*_):
        raise AssertionError("never")

    def trace(*_):
        return None

    alarm, before = signal.signal(signal.SIGALRM, ring), sys.gettrace()
    try:
        signal.setitimer(signal.ITIMER_REAL, 100)
        sys.settrace(trace)
        for work in (lambda: 1, spin):
            try:
                limit(0.05, work)
            except patience.TimeUp:
                pass
            assert sys.gettrace() is trace
            assert signal.getsignal(signal.SIGALRM) is ring
            assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        sys.settrace(before)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)


def test_a_check_stops_a_hang_with_a_sentence(monkeypatch):
    monkeypatch.setattr(double, "seconds", 0.1)
    answer = double(lambda x: spin())
    assert answer.state == "not yet" and "0.1 seconds" in answer.message and "never ends" in answer.message


def test_beside_the_main_thread_the_trace_function_serves(monkeypatch):
    monkeypatch.setattr(double, "seconds", 0.1)
    answers = []
    thread = threading.Thread(target=lambda: answers.extend([double(right), double(lambda x: spin())]))
    thread.start()
    thread.join()
    assert [answer.state for answer in answers] == ["yes", "not yet"]


def test_five_seconds_are_the_stated_time():
    assert checks.SECONDS == 5


# --- how an answer looks


@pytest.mark.parametrize("state", ["not started", "not yet", "yes"])
def test_an_answer_is_readable_without_colour_and_says_its_role(state):
    page = Answer(state, "a < b & c", "noted")._repr_html_()
    assert 'role="status"' in page and state.capitalize() in page
    assert "a &lt; b &amp; c" in page and "noted" in page
    assert "<script" not in page and "class=" not in page and "var(" not in page
    assert "color:" not in page.replace("border-left", "")
    assert repr(Answer(state, "so.")) == f"{state.capitalize()}. so."


def test_what_the_store_has_to_say_is_told_with_the_answer(tmp_path):
    (tmp_path / "progress.json").write_text("damaged")
    answer = double(right)
    assert "progress.unreadable-1.json" in answer.note and answer.note in repr(answer)
    assert double(right).note == ""


# --- the course


def test_lessons_come_in_order_with_their_exercises():
    assert list(lessons())[:2] == ["00 Start here", "01 Derivatives: how fast does it change?"]
    assert lessons()["00 Start here"] == ["start.average"]
    assert lessons()["01 Derivatives: how fast does it change?"][0] == "derivatives.slope"
    assert all(len(keys) == len(set(keys)) for keys in lessons().values())


@pytest.mark.parametrize(
    "mine, named",
    [
        (lambda a, b: a + b / 2, "brackets"),
        (lambda a, b: a + b, "sum"),
        (lambda a, b: abs(a - b) / 2, "difference"),
        (lambda a, b: (a + b) // 2, "//"),
        (lambda a, b: 5.0, "average(-1, 2)"),
    ],
)
def test_the_warm_up_names_the_tempting_mistakes(mine, named):
    answer = start.average(mine)
    assert answer.state == "not yet" and named in answer.message


@pytest.mark.parametrize("mine", [lambda a, b: (a + b) / 2, lambda a, b: np.mean([a, b]), lambda a, b: a + (b - a) / 2])
def test_the_warm_up_accepts_every_way_to_write_the_average(mine):
    assert start.average(mine).state == "yes"


@pytest.mark.parametrize("name", lessons()["00 Start here"] + lessons()["01 Derivatives: how fast does it change?"])
def test_every_check_has_a_sentence_to_earn(name):
    module, _, function = name.partition(".")
    check = getattr(__import__(f"calclib.checks.{module}", fromlist=[function]), function)
    assert check.key == name and len(check.__doc__) > 20
