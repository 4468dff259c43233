"""Progress is written whole or not at all, and nothing that was achieved is ever lost."""

import json
import os
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calclib import progress
from calclib.progress import Store, empty, merge, parse


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "progress.json")


def stamps():
    return st.integers(0, 99).map(lambda n: f"2030-01-01T00:00:{n:02}+00:00")


EXERCISE = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["not yet", "yes"]),
        "tries": st.integers(1, 9),
        "first": stamps(),
        "last": stamps(),
    }
)
PREDICTION = st.fixed_dictionaries({"guess": st.text() | st.floats(-9, 9), "last": stamps()})
KEYS = st.sampled_from(["derivatives.slope", "start.average", "derivatives.horner_pair"])
DATA = st.builds(
    lambda e, p: {**empty(), "exercises": e, "predictions": p},
    st.dictionaries(KEYS, EXERCISE),
    st.dictionaries(st.sampled_from(["01-secant", "01-width"]), PREDICTION),
)


def test_someone_who_has_not_begun_has_no_file(kept):
    assert kept.data() == empty()
    assert not kept.path.exists()


def test_a_try_is_remembered_by_the_next_kernel(kept):
    kept.record_try("derivatives.slope", "not yet")
    kept.record_prediction("01-secant", "it settles")
    again = Store(kept.path).data()
    assert again["exercises"]["derivatives.slope"]["state"] == "not yet"
    assert again["predictions"]["01-secant"]["guess"] == "it settles"


@given(st.lists(st.sampled_from(["not yet", "yes"]), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_yes_is_never_taken_back_and_each_try_counts(tmp_path, states):
    kept = Store(tmp_path / f"{'-'.join(states)}.json")
    for state in states:
        kept.record_try("derivatives.slope", state)
    entry = kept.data()["exercises"]["derivatives.slope"]
    assert entry["state"] == ("yes" if "yes" in states else "not yet")
    assert entry["tries"] == len(states)
    assert entry["first"] <= entry["last"]
    kept.path.unlink()


@given(DATA, DATA)
def test_merging_loses_nothing(mine, theirs):
    both = merge(mine, theirs)
    for side in (mine, theirs):
        assert both["exercises"].keys() >= side["exercises"].keys()
        assert both["predictions"].keys() >= side["predictions"].keys()
        for key, entry in side["exercises"].items():
            assert both["exercises"][key]["tries"] >= entry["tries"]
            assert both["exercises"][key]["state"] == "yes" or entry["state"] == "not yet"
    assert all(both["predictions"][key] == guess for key, guess in mine["predictions"].items())
    assert merge(both, theirs) == both
    assert parse(json.dumps(both)) == both


@given(DATA, DATA)
def test_exercises_merge_alike_from_either_side(mine, theirs):
    assert merge(mine, theirs)["exercises"] == merge(theirs, mine)["exercises"]


def test_two_kernels_keep_what_the_other_wrote(tmp_path):
    one, two = Store(tmp_path / "p.json"), Store(tmp_path / "p.json")
    one.record_try("derivatives.slope", "yes")
    two.record_try("start.average", "yes")
    one.record_try("derivatives.horner_pair", "not yet")
    two.record_try("derivatives.slope", "not yet")
    exercises = Store(tmp_path / "p.json").data()["exercises"]
    assert {key: entry["state"] for key, entry in exercises.items()} == {
        "derivatives.slope": "yes",
        "start.average": "yes",
        "derivatives.horner_pair": "not yet",
    }


def test_threads_of_one_kernel_lose_no_try(kept):
    threads = [threading.Thread(target=kept.record_try, args=("start.average", "not yet")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.data()["exercises"]["start.average"]["tries"] == 8


def file(**parts) -> bytes:
    return json.dumps({**empty(), **parts}).encode()


WRONG = {
    "empty": b"",
    "cut short": b'{"format": "calclib progress 1", "exer',
    "binary": b"\xff\xfe\x00\x81",
    "another program's": b'{"notebooks": []}',
    "a later version's": b'{"format": "calclib progress 2", "exercises": {}, "predictions": {}}',
    "a list": b"[1, 2]",
    "deep": b"[" * 200_000,
    "huge": b" " * 2_000_000,
    "no predictions": b'{"format": "calclib progress 1", "exercises": {}}',
    "a state that is none": file(exercises={"a": {"state": "done"}}),
    "an entry that is a list": file(exercises={"a": []}),
    "a guess that is NaN": file(predictions={"a": {"guess": float("nan"), "last": ""}}),
    "a guess that is true": file(predictions={"a": {"guess": True, "last": ""}}),
    "a guess without end": file(predictions={"a": {"guess": 10**400, "last": ""}}),
    "agreement that is a list": file(predictions={"a": {"guess": "b", "last": "", "agrees": [1]}}),
    "tries below one": file(exercises={"a": {"state": "yes", "tries": -3, "first": "", "last": ""}}),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_a_file_that_cannot_be_read_is_kept_under_another_name_and_said(kept, content):
    kept.path.write_bytes(content)
    kept.record_try("derivatives.slope", "yes")
    aside = kept.path.with_name("progress.unreadable-1.json")
    assert aside.read_bytes() == content
    assert "progress.unreadable-1.json" in kept.tell()
    assert kept.tell() == ""
    assert Store(kept.path).data()["exercises"]["derivatives.slope"]["state"] == "yes"


def test_a_second_unreadable_file_does_not_overwrite_the_first(kept):
    for content in (b"one", b"two"):
        kept.path.write_bytes(content)
        kept.data()
    names = sorted(kept.path.parent.glob("progress.unreadable-*.json"))
    assert [name.read_bytes() for name in names] == [b"one", b"two"]


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_restoring_anything_wrong_changes_nothing(kept, content):
    kept.record_try("derivatives.slope", "yes")
    before = kept.path.read_bytes()
    with pytest.raises(ValueError, match="^it|^the"):
        kept.restore(content)
    assert kept.path.read_bytes() == before


def test_restoring_adds_and_never_takes_away(kept, tmp_path):
    old = Store(tmp_path / "old.json")
    old.record_try("derivatives.slope", "yes")
    old.record_prediction("01-secant", "it grows")
    kept.record_try("derivatives.slope", "not yet")
    kept.record_try("start.average", "yes")
    kept.record_prediction("01-secant", "it settles")
    kept.restore(old.path.read_bytes())
    data = kept.data()
    assert [data["exercises"][key]["state"] for key in ("derivatives.slope", "start.average")] == [
        "yes",
        "yes",
    ]
    assert data["predictions"]["01-secant"]["guess"] == "it settles"


def test_where_nothing_can_be_written_memory_serves_and_it_is_said_once(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    kept = Store(tmp_path / "file" / "progress.json")
    kept.record_try("derivatives.slope", "yes")
    assert "in memory only" in kept.tell()
    kept.record_try("start.average", "yes")
    assert kept.tell() == ""
    assert kept.data()["exercises"].keys() == {"derivatives.slope", "start.average"}


def test_what_waited_in_memory_is_written_as_soon_as_it_can_be(tmp_path):
    kept = Store(tmp_path / "later" / "progress.json")
    kept.record_try("derivatives.slope", "yes")
    (tmp_path / "later").mkdir()
    kept.record_try("start.average", "yes")
    assert Store(kept.path).data()["exercises"].keys() == {"derivatives.slope", "start.average"}


def test_a_damaged_file_that_cannot_be_set_aside_is_not_written_over(kept, monkeypatch):
    kept.path.write_bytes(b"precious")
    monkeypatch.setattr(kept, "_set_aside", lambda reason: (_ for _ in ()).throw(PermissionError(13, "no")))
    kept.record_try("derivatives.slope", "yes")
    assert kept.path.read_bytes() == b"precious"
    assert kept.data()["exercises"]["derivatives.slope"]["state"] == "yes"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_breaks_half_way_leaves_the_old_file_and_no_litter(kept, monkeypatch, step):
    kept.record_try("derivatives.slope", "yes")
    before = kept.path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, step, full)
        kept.record_try("start.average", "yes")
    assert kept.path.read_bytes() == before
    assert [file.name for file in kept.path.parent.iterdir()] == ["progress.json"]
    assert "No space left" in kept.tell()
    assert "start.average" in kept.data()["exercises"]


def test_the_environment_variable_names_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "mine.json"))
    progress.store().record_try("start.average", "yes")
    assert (tmp_path / "mine.json").exists()
    monkeypatch.delenv("CALCLIB_PROGRESS")
    assert progress.store().path.name == "progress.json"


def test_watchers_hear_of_every_change(kept):
    heard = []
    kept.watchers.append(lambda: heard.append(len(kept.data()["exercises"])))
    kept.record_try("start.average", "yes")
    kept.record_try("derivatives.slope", "yes")
    assert heard == [1, 2]
