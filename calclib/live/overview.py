"""The course at a glance: which exercises are done, and all that was predicted, with what happened."""

import base64
import html
import json

import ipywidgets as widgets

from calclib.checks import lessons
from calclib.live.cards import Card, said, status
from calclib.progress import Store, store, thought

__all__ = ["predictions", "progress"]

MARKS = {"yes": "✓\N{NO-BREAK SPACE}", "not yet": "△\N{NO-BREAK SPACE}", None: "○\N{NO-BREAK SPACE}"}


def progress() -> "Progress":
    """The course at a glance; one action downloads a copy of your progress, one restores it."""
    return Progress(store())


class Following(Card):
    """A card that is written anew at every change of the store `kept`."""

    def __init__(self, kept: Store, children):
        self.store = kept
        super().__init__(children)
        kept.watchers.append(self.show)
        self.show()

    def close(self) -> None:
        """Let go of the page, and of the store."""
        if self.show in self.store.watchers:
            self.store.watchers.remove(self.show)
        super().close()


class Progress(Following):
    """A table of lessons that follows the store, a link that downloads it, a button that restores a file."""

    def __init__(self, kept: Store):
        self.table, self.link, self.status = widgets.HTML(), widgets.HTML(), said()
        self.upload = widgets.FileUpload(
            accept=".json", description="Restore from a file", layout=widgets.Layout(width="auto")
        )
        self.upload.observe(lambda change: self._take(change["new"]), "value")
        actions = widgets.HBox([self.link, self.upload], layout=widgets.Layout(align_items="center"))
        super().__init__(kept, [self.table, actions, self.status])
        self.status.value = status(html.escape(kept.tell()))

    def show(self) -> None:
        """Write the table and the link anew."""
        data = self.store.data()
        code = base64.b64encode(json.dumps(data, indent=1).encode()).decode()
        self.table.value = _table(data)
        self.link.value = (
            f'<a download="calclib-progress.json" href="data:application/json;base64,{code}" '
            'style="color: inherit; text-decoration: underline; padding: 0 12px 0 4px">Download a copy</a>'
        )

    def restore(self, content: bytes) -> None:
        """Add the progress in the file `content`, and say how it went."""
        try:
            self.store.restore(content)
            text = f"Restored, with nothing lost that was here. {self.store.tell()}"
        except ValueError as reason:
            text = f"Not restored: {reason}. Nothing was changed."
        self.status.value = status(html.escape(text.strip()))

    def _take(self, files) -> None:
        if files:
            self.restore(bytes(files[0]["content"]))
            self.upload.value = ()

    def _repr_html_(self) -> str:
        return _table(self.store.data())


def predictions() -> "Predictions":
    """What you predicted in all lessons, and what happened."""
    return Predictions(store())


class Predictions(Following):
    """A table that follows the store: a row for each prediction, in the order of the lessons."""

    def __init__(self, kept: Store):
        self.table = widgets.HTML()
        super().__init__(kept, [self.table])

    def show(self) -> None:
        """Write the table anew."""
        self.table.value = self._repr_html_()

    def _repr_html_(self) -> str:
        return _foreseen(self.store.data()["predictions"])


def _table(data: dict) -> str:
    """One row for each lesson: how many exercises are done, which, and how many predictions were made."""
    rows = [_row(title, keys, data) for title, keys in lessons().items()]
    legend = "Your progress (✓ done, △ not yet, ○ not started)"
    return _rows(legend, ("Lesson", "Done", "Exercises", "Predictions"), rows)


def _row(title: str, keys: list[str], data: dict) -> list[str]:
    states = [data["exercises"].get(key, {}).get("state") for key in keys]
    names = [MARKS[state] + key.partition(".")[2] for key, state in zip(keys, states, strict=True)]
    predictions = sum(key.startswith(title[:2]) for key in data["predictions"])
    return [title, f"{states.count('yes')} of {len(keys)}", ", ".join(names), str(predictions)]


def _foreseen(kept: dict) -> str:
    """One row for each prediction: its lesson and question, what was thought, what happened."""
    if not kept:
        return status("No prediction is recorded yet: each lesson asks for some, above its figures.")
    rows = []
    for key, told in sorted(kept.items(), key=lambda item: (item[0][:2], item[1]["last"])):  # as they were asked
        mark = {True: MARKS["yes"], False: "✗\N{NO-BREAK SPACE}"}.get(told.get("agrees"), "")
        happened = mark + told.get("happened", "(not looked at yet)")
        rows.append([key[:2], told.get("question", key[3:]), thought(told), happened])
    before = [told for told in kept.values() if not told.get("late")]
    agreed = sum(told.get("agrees") is True for told in before)
    legend = f"Your predictions: {agreed} of {len(before)} came out as you thought (✓ as you thought, ✗ otherwise)"
    return _rows(legend, ("Lesson", "Asked", "You thought", "What happened"), rows)


def _rows(caption: str, head, rows) -> str:
    """A table whose first column names its rows; all of it is text, never markup."""
    cell = "text-align: left; vertical-align: top; line-height: 1.5; padding: 4px 12px 4px 0"
    named = "".join(f'<th scope="col" style="{cell}">{name}</th>' for name in head)
    cell += "; border-top: 1px solid #808080"
    body = ""
    for first, *others in rows:
        body += f'<tr><th scope="row" style="{cell}; font-weight: normal">{html.escape(first)}</th>'
        body += "".join(f'<td style="{cell}">{html.escape(text)}</td>' for text in others) + "</tr>"
    return (
        f'<table style="border-collapse: collapse; text-align: left"><caption style="text-align: left">'
        f"{html.escape(caption)}</caption><thead><tr>{named}</tr></thead><tbody>{body}</tbody></table>"
    )
