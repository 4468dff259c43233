"""A class at a glance: from real progress files, whatever else lies in the folder."""

import subprocess
import sys

import pytest

from calclib.checks import lessons
from calclib.checks.classroom import finished, foreseen, main, read, stumbles
from calclib.progress import Store

DELAYED = {"question": "The run …", "happened": "dies later"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("os.fsync", lambda handle: None)  # the disk is not what is tried here


@pytest.fixture
def folder(tmp_path):
    """Three learners, one of whom has done nothing."""
    ada, ben, eve = (Store(tmp_path / f"{name}.json") for name in ("Ada", "Ben", "Eve Ü"))
    for learner, states in ((ada, ["yes"]), (ben, ["not yet", "not yet", "yes", "not yet"])):
        for state in states:
            learner.record_try("start.average", state)
    ada.record_try("derivatives.slope", "not yet")
    ada.record_prediction("00-cure", "dies later", {**DELAYED, "thought": "dies later", "agrees": True})
    ben.record_prediction("00-cure", "is cured", {**DELAYED, "thought": "is cured", "agrees": False})
    eve.record_prediction("00-guess", 2.5)
    eve.record_prediction("00-cure", "dies later", {**DELAYED, "thought": "dies later", "agrees": True, "late": True})
    return tmp_path


def test_each_learner_has_a_line_with_each_lesson(folder):
    learners, unread = read([folder])
    head, *lines = finished(learners)
    assert unread == []
    assert head.split() == [title[:2] for title in lessons()]
    assert [line[:6].strip() for line in lines] == ["Ada", "Ben", "Eve Ü"]
    assert [line.split()[-11] for line in lines] == ["1/1", "1/1", "0/1"]
    assert all(line.split()[-10] == "0/9" for line in lines)
    assert len({len(line) for line in (head, *lines)}) == 1, "the columns stand under each other"


def test_what_is_hard_comes_first_and_what_was_easy_not_at_all(folder):
    learners, _ = read([folder])
    assert stumbles(learners) == [
        "01 slope: 1 of 1 not there yet; tries, median: 1",
        "00 average: 0 of 2 not there yet; tries, median: 2.5",
    ]
    assert stumbles({"Ada": {**learners["Ada"], "exercises": {}}}) == []
    assert len(stumbles(learners, most=1)) == 1


def test_predictions_are_counted_with_a_tick_at_what_happened(folder):
    learners, _ = read([folder])
    assert foreseen(learners) == [
        "00-cure: The run … (dies later)",
        "    1 ✓ dies later",
        "    1   is cured",
        "    1 ✓ dies later (afterwards)",
        "00-guess: ",
        "    1   2.5",
    ]


def test_what_is_no_progress_file_is_named_and_the_others_are_read(folder, capsys):
    (folder / "notes.json").write_text("[]")
    assert main([folder, folder / "lost.json"]) == 0
    told = capsys.readouterr().out
    assert "notes.json was not read: it does not say 'calclib progress 1'." in told
    assert "lost.json was not read: No such file" in told
    assert "Ada" in told


def test_files_of_one_name_from_two_folders_stay_apart(folder):
    other = folder / "other"
    other.mkdir()
    Store(other / "Ada.json").record_try("start.average", "not yet")
    learners, _ = read([folder, other])
    assert len(learners) == 4
    assert str(other / "Ada.json") in learners


def test_without_files_it_says_how(capsys):
    assert main([]) == 2
    assert "a folder of progress files" in capsys.readouterr().out


def test_it_runs_as_the_readme_says_and_changes_nothing(folder):
    before = {file: file.read_bytes() for file in folder.iterdir()}
    command = [sys.executable, "-m", "calclib.checks.classroom", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder, check=True)
    assert done.stdout.startswith("Exercises done")
    assert done.stderr == ""
    assert {file: file.read_bytes() for file in folder.iterdir()} == before
