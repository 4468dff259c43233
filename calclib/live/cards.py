"""Cards the learner writes on: a prediction made before its figure, and the progress of the course.

Each is shown by a widget and, where no kernel runs, by the text that it carries along.
"""

import base64
import html
import json
import re

import ipywidgets as widgets
import traitlets

from calclib import validate
from calclib.checks import lessons
from calclib.progress import Store, store

__all__ = ["Prediction", "predict", "progress"]

MARKS = {"yes": "✓\N{NO-BREAK SPACE}", "not yet": "△\N{NO-BREAK SPACE}", None: "○\N{NO-BREAK SPACE}"}


class Card(widgets.VBox):
    """A column of widgets that leaves `_fallback()`, a piece of HTML, where there are no widgets."""

    def __init__(self, children):
        super().__init__(children, layout=widgets.Layout(max_width="720px", margin="4px 0"))

    def _repr_mimebundle_(self, **kwargs) -> dict:
        page = self._fallback()
        return {**super()._repr_mimebundle_(**kwargs), "text/html": page, "text/plain": _plain(page)}


def _plain(page: str) -> str:
    """The text of `page`: a line for each row or line break, a bar between cells."""
    lines = re.sub("<br>|</tr>|</caption>", "\n", re.sub("(</t[hd]>)(?=<t[hd])", " | ", page))
    return html.unescape(re.sub("<[^>]+>", "", lines)).strip()


def _panel(inside: str, colour: str = "#4a7fb5") -> str:
    """A calm frame that takes its text's colour, and so its contrast, from the theme."""
    style = f"border-left: 4px solid {colour}; padding: 6px 12px; line-height: 1.5; white-space: normal"
    return f'<div style="{style}">{inside}</div>'


def _said(text: str = "") -> widgets.HTML:
    """A line that screen readers announce when it changes."""
    return widgets.HTML(_status(text))


def _status(text: str) -> str:
    return f'<div role="status" aria-live="polite" style="line-height: 1.5; white-space: normal">{text}</div>'


def predict(key: str, question: str, choices=None, *, unit: str = "", tol: float | None = None) -> "Prediction":
    """Ask before the figure: one of `choices` (plain text), or a number in `unit`, right within ±`tol`.

    `key` starts with the lesson's number and names the prediction in the progress file: "01-secant".
    ValueError for a key of another form, for fewer than two choices, for both or neither of choices and tol.
    """
    if not (isinstance(key, str) and re.fullmatch(r"\d\d-[\w-]+", key)):
        raise ValueError(f"key is {key!r}: the lesson's number and a name, such as '01-secant', would do")
    if (choices is None) == (tol is None):
        raise ValueError("either choices, such as ['it grows', 'it shrinks'], or tol, such as 0.1, is needed")
    if tol is not None:
        return NumberPrediction(key, question, unit, validate.non_negative("tol", tol))
    if len(set(choices)) < max(2, len(choices)) or not all(isinstance(c, str) for c in choices):
        raise ValueError(f"choices is {choices!r}: at least two different sentences would do")
    return ChoicePrediction(key, question, list(choices))


class Prediction(Card):
    """What the learner expects: stored at once, changed at will until `reveal` tells what happened."""

    guess = traitlets.Any(None, allow_none=True)

    def __init__(self, key, question, controls):
        self.key, self.question, self.controls, self.revealed = key, question, controls, False
        self.status = _said()
        asked = widgets.HTMLMath(_panel(f"<b>Predict.</b> {html.escape(question)}"))
        row = widgets.Box(controls, layout=widgets.Layout(flex_flow="row wrap", padding="0 0 0 12px"))
        self.status.layout.padding = "0 0 0 16px"
        super().__init__([asked, row, self.status])
        stored = store().data()["predictions"].get(key, {}).get("guess")
        if self._sound(stored):
            self.guess = stored
        self._show()

    def answer(self, guess) -> None:
        """Store `guess`; a sentence if it is none."""
        if self.revealed and self.guess is not None:
            return
        try:
            guess = self._read(guess)
        except ValueError as reason:
            self.status.value = _status(html.escape(str(reason)))
            return
        store().record_prediction(self.key, guess)
        self.guess = guess
        self._show(store().tell())

    def reveal(self, happened, because: str = "") -> "Reveal":
        """What happened, beside what was thought; from now on the prediction stands."""
        happened = self._happened(happened)
        self.revealed = True
        self._show()
        return Reveal(self, happened, because)

    def _show(self, note: str = "") -> None:
        made = self.guess is not None
        later = "What happened stands below." if self.revealed else "You may change it until you see what happens."
        text = f"Saved: {self._text(self.guess)}. {later}" if made else "Choose before you go on, or skip it."
        self.status.value = _status(html.escape(f"{text} {note}".rstrip()))
        for control in self.controls:
            control.disabled = self.revealed and made
        self._mark()

    def _fallback(self) -> str:
        return _panel(f"<b>Predict.</b> {html.escape(self.question)}<br>{html.escape(self._offer())}")


class ChoicePrediction(Prediction):
    """A prediction among a few sentences, one button each."""

    def __init__(self, key, question, choices):
        self.choices = choices
        buttons = [widgets.Button(layout=widgets.Layout(width="auto"), tooltip=c) for c in choices]
        for button, choice in zip(buttons, choices, strict=True):
            button.on_click(lambda _, choice=choice: self.answer(choice))
        super().__init__(key, question, buttons)

    def agrees(self, happened) -> bool:
        return self.guess == happened

    def _sound(self, guess) -> bool:
        return guess in self.choices

    def _read(self, guess) -> str:
        return self._happened(guess)

    def _happened(self, happened) -> str:
        return validate.one_of("the answer", happened, self.choices)

    def _mark(self) -> None:
        for button, choice in zip(self.controls, self.choices, strict=True):
            button.description = ("✓ " if choice == self.guess else "") + choice
            button.style.font_weight = "bold" if choice == self.guess else ""

    def _text(self, value) -> str:
        return value

    def _offer(self) -> str:
        return " · ".join(self.choices)


class NumberPrediction(Prediction):
    """A predicted number, right within ±tol."""

    def __init__(self, key, question, unit, tol):
        self.unit, self.tol = unit, tol
        self.box = widgets.Text(description="Your guess", placeholder="a number, then Enter", continuous_update=False)
        super().__init__(key, question, [self.box])
        self.box.observe(lambda change: self.answer(change["new"]), "value")

    def agrees(self, happened) -> bool:
        return abs(self.guess - happened) <= self.tol

    def _sound(self, guess) -> bool:
        return isinstance(guess, int | float)

    def _read(self, guess) -> float:
        try:
            return validate.real("guess", float(str(guess).strip().replace(",", ".").replace("−", "-")))
        except ValueError:
            raise ValueError(f"{str(guess)[:40]!r} is not a number: something like 0.5 or 1e-3 would do.") from None

    def _happened(self, happened) -> float:
        return validate.real("happened", happened)

    def _mark(self) -> None:
        pass

    def _text(self, value) -> str:
        return f"{value:.6g} {self.unit}".rstrip()

    def _offer(self) -> str:
        return "Your guess: a number" + f" in {self.unit}" * bool(self.unit)


class Reveal(Card):
    """What was thought beside what happened; it follows a prediction that is made later."""

    def __init__(self, prediction, happened, because):
        self.prediction, self.happened, self.because = prediction, happened, because
        self.body = widgets.HTMLMath(layout=widgets.Layout(width="auto"))
        super().__init__([self.body])
        prediction.observe(lambda _: self.show(), "guess")
        self.show()

    def show(self) -> None:
        """Write the comparison anew."""
        made, text = self.prediction.guess, self.prediction._text
        if made is None:
            thought, verdict = "(no prediction made)", ""
        else:
            thought, agrees = text(made), self.prediction.agrees(self.happened)
            verdict = "<b>As you thought.</b> " if agrees else "<b>Not what you thought.</b> "
        cell = '<div><div style="opacity: .85">{}</div><b>{}</b></div>'
        both = cell.format("You thought", html.escape(thought)) + cell.format(
            "What happened", html.escape(text(self.happened))
        )
        row = f'<div style="display: grid; grid-template-columns: 17em 17em; gap: 24px">{both}</div>'
        self.body.value = _status(_panel(f"{row}{verdict}{html.escape(self.because)}"))

    def _fallback(self) -> str:
        """Folded, so that a page that was run by others does not tell before one has predicted."""
        happened = html.escape(self.prediction._text(self.happened))
        told = f"<b>{happened}</b>. {html.escape(self.because)}".rstrip()
        return _panel(f"<details><summary>What happened</summary>{told}</details>")


def progress() -> "Progress":
    """The course at a glance; one action downloads a copy of your progress, one restores it."""
    return Progress(store())


class Progress(Card):
    """A table of lessons that follows the store, a link that downloads it, a button that restores a file."""

    def __init__(self, kept: Store):
        self.store = kept
        self.table, self.link, self.status = widgets.HTML(), widgets.HTML(), _said()
        self.upload = widgets.FileUpload(
            accept=".json", description="Restore from a file", layout=widgets.Layout(width="auto")
        )
        self.upload.observe(lambda change: self._take(change["new"]), "value")
        actions = widgets.HBox([self.link, self.upload], layout=widgets.Layout(align_items="center"))
        super().__init__([self.table, actions, self.status])
        kept.watchers.append(self.show)
        self.show()
        self.status.value = _status(html.escape(kept.tell()))

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
        self.status.value = _status(html.escape(text.strip()))

    def _take(self, files) -> None:
        if files:
            self.restore(bytes(files[0]["content"]))
            self.upload.value = ()

    def _fallback(self) -> str:
        return _table(self.store.data())


def _table(data: dict) -> str:
    """One row for each lesson: how many exercises are done, which, and how many predictions were made."""
    head = "".join(f'<th scope="col" style="text-align: left; padding: 4px 12px 4px 0">{name}</th>' for name in HEAD)
    rows = "".join(_row(title, keys, data) for title, keys in lessons().items())
    legend = "✓ done, △ not yet, ○ not started"
    return (
        f'<table style="border-collapse: collapse; text-align: left"><caption style="text-align: left">'
        f"Your progress ({legend})</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


HEAD = ("Lesson", "Done", "Exercises", "Predictions")


def _row(title: str, keys: list[str], data: dict) -> str:
    states = [data["exercises"].get(key, {}).get("state") for key in keys]
    names = [MARKS[state] + key.partition(".")[2] for key, state in zip(keys, states, strict=True)]
    predictions = sum(key.startswith(title[:2]) for key in data["predictions"])
    cells = [f"{states.count('yes')} of {len(keys)}", ", ".join(names), str(predictions)]
    inside = "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row" style="{CELL}; font-weight: normal">{html.escape(title)}</th>{inside}</tr>'


CELL = "text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-top: 1px solid #808080"
