"""A class at a glance, for its teacher: `python -m calclib.checks.classroom folder` reads the progress files handed in.

They are what *Download a copy* gives; a file's name stands for its learner. Nothing is written and nothing sent.
"""

import sys
from collections import Counter
from pathlib import Path
from statistics import median

from calclib.checks import lessons
from calclib.progress import parse, thought

__all__ = ["finished", "foreseen", "main", "read", "stumbles"]

USAGE = "python -m calclib.checks.classroom folder: a folder of progress files, or the files themselves, would do."


def read(places) -> tuple[dict, list]:
    """{name: progress} of these files, and of the *.json in these folders; a sentence for each that is none."""
    files = [
        file for place in map(Path, places) for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])
    ]
    stems = Counter(file.stem for file in files)
    learners, unread = {}, []
    for file in files:
        try:
            learners[file.stem if stems[file.stem] == 1 else str(file)] = parse(file.read_bytes())
        except OSError as error:
            unread.append(f"{file} was not read: {error.strerror}.")
        except ValueError as reason:
            unread.append(f"{file} was not read: {reason}.")
    return learners, unread


def finished(learners) -> list[str]:
    """A line for each learner: how many exercises of each lesson are done."""
    wide = max(map(len, learners), default=0)
    lines = [" " * wide + "".join(f"{title[:2]:>7}" for title in lessons())]
    for name, data in learners.items():
        done = {key for key, entry in data["exercises"].items() if entry["state"] == "yes"}
        counts = [f"{len(done.intersection(keys))}/{len(keys)}" for keys in lessons().values()]
        lines.append(f"{name:{wide}}" + "".join(f"{count:>7}" for count in counts))
    return lines


def stumbles(learners, most=10) -> list[str]:
    """The exercises that cost most: first those where most are stuck, then those that took most tries."""
    costs = []
    for title, keys in lessons().items():
        for key in keys:
            tried = [data["exercises"][key] for data in learners.values() if key in data["exercises"]]
            stuck = sum(entry["state"] == "not yet" for entry in tried)
            if tried:
                tries = median(entry["tries"] for entry in tried)
                told = f"{stuck} of {len(tried)} not there yet; tries, median: {tries:g}"
                costs.append((stuck, tries, f"{title[:2]} {key.partition('.')[2]}: {told}"))
    costs.sort(key=lambda cost: cost[:2], reverse=True)
    return [line for stuck, tries, line in costs if stuck or tries > 1][:most]


def foreseen(learners) -> list[str]:
    """What was predicted: each question, how often each answer was given, and a tick at what happened."""
    asked = {}
    for data in learners.values():
        for key, told in data["predictions"].items():
            asked.setdefault(key, []).append(told)
    lines = []
    for key, answers in sorted(asked.items()):
        told = {name: text for answer in answers for name, text in answer.items()}
        happened = f" ({told['happened']})" if "happened" in told else ""
        lines.append(f"{key}: {told.get('question', '')}{happened}")
        given = Counter((thought(one), one.get("agrees") is True) for one in answers)
        lines += [f"{count:5} {'✓' if agrees else ' '} {text}" for (text, agrees), count in given.most_common()]
    return lines


def main(places) -> int:
    """Print all three; the number is the exit code."""
    learners, unread = read(places)
    if not learners:
        print(*unread, USAGE, sep="\n")
        return 2
    parts = {
        "Exercises done": finished(learners),
        "Where it was hard": stumbles(learners),
        "What was predicted, before the figure was seen (and what happened)": foreseen(learners),
        "Not read": unread,
    }
    for title, lines in parts.items():
        if lines:
            print(title, *lines, "", sep="\n")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # a Windows console may not know ✓
    sys.exit(main(sys.argv[1:]))
