"""How a lesson's checks are tried: right answers, named mistakes, stubs, wrong kinds, hangs and exceptions.

A lesson's tests are a class of tables, `class TestChain(Answers)`: pytest runs each test below on each of their rows.
"""

import math
import re
from functools import wraps

import numpy as np
import pytest

KINDS = ["'text'", "True", "float('nan')", "1j", "{}", "[[1], [2]]", "np.zeros((2, 3))"]
THINGS = [3, "text", None, True, lambda *, z: 1, np.zeros(3), len]


class Answers:
    """The tables of one lesson, and the tests that hold for every lesson."""

    check = None  # the module of its checks
    FUNCTIONS: dict = {}  # {exercise: the parameters of the learner's function}
    RIGHT: dict = {}  # {exercise: [body that earns a yes]}
    WRONG: dict = {}  # {exercise: {body: a piece of the sentence that names the mistake}}
    SPACE: dict = {}  # what the learner's code sees besides np and math
    SILENT: tuple = ()  # exercises that ask for what a function does, not for what it returns
    KINDS, THINGS = KINDS, THINGS  # what no exercise takes as a result, and what it does not take as a function

    def pytest_generate_tests(self, metafunc):
        """Each test on each row of the table that it asks for, or else on each exercise."""
        tables = {"right": self.RIGHT, "wrong": self.WRONG}
        tables |= {
            "kind": dict.fromkeys(self.FUNCTIONS, self.KINDS),
            "thing": dict.fromkeys(self.FUNCTIONS, self.THINGS),
        }
        column = next((c for c in tables if c in metafunc.fixturenames), None)
        if column:
            cells = [(name, cell) for name in self.FUNCTIONS for cell in tables[column][name]]
            ids = [f"{name}-{n}" for name in self.FUNCTIONS for n, _ in enumerate(tables[column][name])]
            metafunc.parametrize(f"name, {column}", cells, ids=ids)
        elif "name" in metafunc.fixturenames:
            metafunc.parametrize("name", self.FUNCTIONS)

    @pytest.fixture(autouse=True)
    def own_progress(self, tmp_path, monkeypatch):
        """An empty progress file for each test."""
        monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))
        monkeypatch.setattr("os.fsync", lambda handle: None)  # the disk is not what is tried here

    def written(self, name: str, body: str):
        """The function `name` with this body, as a learner would write it."""
        space = {"np": np, "math": math, **self.SPACE}
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        exec(f"def {name}({self.FUNCTIONS[name]}):\n{lines}", space)
        return space[name]

    def answer(self, name: str, body: str):
        """What the check says of it."""
        return getattr(self.check, name)(self.written(name, body))

    def test_right_answers_are_a_yes_however_they_are_written(self, name, right):
        answer = self.answer(name, right)
        assert answer.state == "yes", answer
        assert 40 < len(answer.message) < 240, "the sentence earned fits on three lines"

    @pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
    def test_mistakes_are_named(self, name, wrong):
        answer = self.answer(name, wrong)
        assert answer.state == "not yet"
        assert self.WRONG[name][wrong] in answer.message

    def test_stubs_are_not_started(self, name):
        for body in ("...", '"""Your task."""\n...', "result = ...\nreturn result"):
            assert self.answer(name, body).state == "not started"
        assert getattr(self.check, name)(...).state == "not started"

    def test_wrong_kinds_get_a_sentence(self, name, kind):
        assert self.answer(name, f"return {kind}").state == "not yet"

    def test_wrong_things_get_a_sentence(self, name, thing):
        assert getattr(self.check, name)(thing).state == "not yet"

    def test_a_forgotten_return_is_noticed(self, name):
        if name not in self.SILENT:
            assert "`return` missing" in self.answer(name, "result = 1").message

    def test_what_is_given_stays_as_it_is(self, name):
        """A right answer that spoils its arrays afterwards is told so, where it gets any."""
        check, right, spoiled = getattr(self.check, name), self.written(name, self.RIGHT[name][0]), []

        @wraps(right)
        def spoiling(*given, **knobs):
            got = right(*given, **knobs)
            for array in given:
                if isinstance(array, np.ndarray) and array.dtype == float and array.size:
                    spoiled.append(array)
                    array += 1
            return got

        answer = check(spoiling)
        if spoiled and not check.in_place:
            assert re.match(f"{name} changes the \\w+ that it is given", answer.message)
        elif not spoiled:
            assert answer.state == "yes", answer

    def test_a_hang_ends(self, name, monkeypatch):
        monkeypatch.setattr(getattr(self.check, name), "seconds", 0.05)
        assert "never ends" in self.answer(name, "while True:\n    pass").message

    def test_the_learners_exceptions_come_through(self, name):
        with pytest.raises(AssertionError, match="mine"):
            self.answer(name, "raise AssertionError('mine')")
