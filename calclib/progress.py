"""The learner's progress: one small JSON file beside the notebooks, written whole or not at all.

The environment variable CALCLIB_PROGRESS names another file. Nothing here raises for a bad disk:
what cannot be written is kept in memory, and said once in `Store.notice`.
"""

import json
import math
import os
import tempfile
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

__all__ = ["FORMAT", "Store", "empty", "merge", "parse", "store", "thought"]

FORMAT = "calclib progress 1"
BESIDE = os.path.abspath("progress.json")  # asked once, so that a later os.chdir changes nothing
LARGEST = 1_000_000  # bytes; a finished course takes about 10,000


def empty() -> dict:
    """The progress of someone who has not begun."""
    return {"format": FORMAT, "exercises": {}, "predictions": {}}


def parse(text: str | bytes) -> dict:
    """The progress written in `text`; ValueError with a sentence for anything else."""
    if len(text) > LARGEST:
        raise ValueError("it is far larger than a progress file")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"it does not say {FORMAT!r}")
    for part, sound in (("exercises", _sound_exercise), ("predictions", _sound_prediction)):
        if not isinstance(data.get(part), dict):
            raise ValueError(f"it has no {part}")
        if bad := [key for key, entry in data[part].items() if not sound(entry)]:
            raise ValueError(f"the entry {bad[0][:40]!r} of its {part} makes no sense")
    return data


def thought(prediction: dict) -> str:
    """What was predicted, and whether it was when the answer could be seen, as after Run All."""
    said = str(prediction.get("thought", prediction["guess"]))
    return said + " (afterwards)" if prediction.get("late") else said


def _sound_exercise(entry) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("state") in ("not yet", "yes")
        and type(entry.get("tries")) is int
        and 0 < entry["tries"] < LARGEST
        and all(isinstance(entry.get(when), str) for when in ("first", "last"))
    )


def _sound_prediction(entry) -> bool:
    guess = entry.get("guess") if isinstance(entry, dict) else None
    number = type(guess) is float and abs(guess) < math.inf or type(guess) is int and abs(guess) < 1e300
    if not (number or isinstance(guess, str)) or not isinstance(entry.get("last"), str):
        return False
    said = all(isinstance(entry.get(told, ""), str) for told in ("question", "thought", "happened"))
    return said and all(entry.get(told) in (None, True, False) for told in ("agrees", "late"))


def merge(mine: dict, theirs: dict) -> dict:
    """Both together: a "yes" stays a "yes", and of two predictions `mine` stays."""
    exercises = {**theirs["exercises"], **mine["exercises"]}
    for name in mine["exercises"].keys() & theirs["exercises"].keys():
        one, two = mine["exercises"][name], theirs["exercises"][name]
        exercises[name] = {
            "state": max(one["state"], two["state"], key=("not yet", "yes").index),
            "tries": max(one["tries"], two["tries"]),
            "first": min(one["first"], two["first"]),
            "last": max(one["last"], two["last"]),
        }
    return {
        **theirs,
        **mine,
        "exercises": exercises,
        "predictions": theirs["predictions"] | mine["predictions"],
    }


class Store:
    """Progress in the file `path`; `notice` holds the sentence to be told next, if any."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        self.unsaved = empty()
        self.notice = ""
        self.told_unwritable = False
        self.watchers = []  # called without arguments after every change
        self.lock = threading.RLock()  # JupyterLab runs widgets' callbacks beside the cells, in a second thread

    def data(self) -> dict:
        """What the file says now, and what could not be written to it."""
        with self.lock:
            try:
                return merge(self.unsaved, self._read())
            except OSError:
                return merge(self.unsaved, empty())

    def record_try(self, exercise: str, state: str) -> None:
        """One more try at `exercise`, which is now "not yet" or "yes"; a "yes" is never taken back."""
        now = _now()
        tried = {"state": state, "tries": 1, "first": now, "last": now}
        with self.lock:
            data = self.data()
            if old := data["exercises"].get(exercise):
                best = "yes" if old["state"] == "yes" else state
                tried = {**old, "state": best, "tries": old["tries"] + 1, "last": now}
            data["exercises"][exercise] = tried
            self._write(data)

    def record_prediction(self, key: str, guess: str | float, told: dict | None = None) -> None:
        """The learner expects `guess`; the newest guess counts.

        `told` is how to show it: the question, what was thought and happened in words, and whether they agree.
        """
        with self.lock:
            data = self.data()
            old = data["predictions"].get(key, {})
            kept = {"guess": guess, "last": old["last"] if old.get("guess") == guess else _now(), **(told or {})}
            if kept != old:
                data["predictions"][key] = kept
                self._write(data)

    def restore(self, text: str | bytes) -> None:
        """Add what `text` holds, losing nothing that is here; ValueError says what is wrong with it."""
        theirs = parse(text)
        with self.lock:
            self._write(merge(self.data(), theirs))

    def tell(self) -> str:
        """The sentence waiting to be told, once."""
        notice, self.notice = self.notice, ""
        return notice

    def _read(self) -> dict:
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return empty()
        try:
            return parse(text)
        except ValueError as reason:
            self._set_aside(reason)
            return empty()

    def _set_aside(self, reason) -> None:
        names = (self.path.with_name(f"{self.path.stem}.unreadable-{n}.json") for n in range(1, 10_000))
        kept = next(name for name in names if not name.exists())
        os.replace(self.path, kept)
        self.notice = f"{self.path.name} could not be read ({reason}): it is kept as {kept.name}."

    def _write(self, data: dict) -> None:
        try:
            self._read()  # sets a damaged file aside, or fails, before anything is written over it
            _write_whole(self.path, json.dumps(data, indent=1, sort_keys=True))
            self.unsaved = empty()
        except OSError as error:
            self.unsaved = data
            if not self.told_unwritable:
                self.notice = f"Progress is kept in memory only: {self.path.name} cannot be written ({error.strerror})."
            self.told_unwritable = True
        for watcher in self.watchers:
            watcher()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_whole(path: Path, text: str) -> None:
    """Write beside `path`, then rename: a reader sees the old file or the new one, never half of one."""
    path = path.resolve()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


@cache
def _store_at(path: str) -> Store:
    return Store(path)


def store() -> Store:
    """The store of this kernel: CALCLIB_PROGRESS, or progress.json in the working directory."""
    return _store_at(os.path.abspath(os.environ.get("CALCLIB_PROGRESS") or BESIDE))
