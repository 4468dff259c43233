"""Predictions: what the learner expects, asked before its figure, kept, and set beside what happened."""

import html
import re

import ipywidgets as widgets
import traitlets

from calclib import validate
from calclib.live.cards import Card, panel, said, status
from calclib.live.controls import number
from calclib.progress import store

__all__ = ["Prediction", "predict"]

THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")  # 4,000; but 0,25 and 2,5 are as most of Europe writes


def predict(key: str, question: str, choices=None, *, unit: str = "", tol: float | None = None) -> "Prediction":
    """Ask before the figure: one of `choices` (plain text), or a number in `unit`, right within ±`tol`.

    `key` starts with the lesson's number and names the prediction in the progress file: "01-secant".
    ValueError for a key of another form, for fewer than two choices, for both or neither of choices and tol.
    """
    if not (isinstance(key, str) and re.fullmatch(r"\d\d-[\w-]+", key)):
        raise ValueError(f"key is {key!r}: the lesson's number and a name, such as '01-secant', would do")
    if not isinstance(question, str):
        raise TypeError(f"question is {question!r}: a sentence would do")
    if (choices is None) == (tol is None):
        raise ValueError("either choices, such as ['it grows', 'it shrinks'], or tol, such as 0.1, is needed")
    if tol is not None:
        return NumberPrediction(key, question, unit, validate.non_negative("tol", tol))
    several = not isinstance(choices, str) and all(isinstance(c, str) for c in choices)
    if not several or len(set(choices)) < max(2, len(choices)):
        raise ValueError(f"choices is {choices!r}: at least two different sentences would do")
    return ChoicePrediction(key, question, list(choices))


class Prediction(Card):
    """What the learner expects: stored at once, changed at will until `reveal` tells what happened."""

    guess = traitlets.Any(None, allow_none=True)

    def __init__(self, key, question, controls):
        self.key, self.question, self.controls = key, question, controls
        self.revealed = self.late = False  # late: made, or changed, when what happened was there to be seen
        self.status = said()
        asked = widgets.HTMLMath(panel(f"<b>Predict.</b> {html.escape(question)}"))
        row = widgets.Box(controls, layout=widgets.Layout(flex_flow="row wrap", padding="0 0 0 12px"))
        self.status.layout.padding = "0 0 0 16px"
        super().__init__([asked, row, self.status])
        stored = store().data()["predictions"].get(key, {})
        if self._sound(stored.get("guess")):
            self.guess, self.late = stored["guess"], stored.get("late") is True
        self.seen = "happened" in stored
        self._show()

    def answer(self, guess) -> None:
        """Store `guess`; a sentence if it is none."""
        if self.revealed and self.guess is not None:
            return
        try:
            guess = self._read(guess)
        except ValueError as reason:
            self.status.value = status(html.escape(str(reason)))
            return
        if guess != self.guess:
            self.late = self.revealed or self.seen
        self._keep(guess)
        self.guess = guess
        self._show(store().tell())

    def reveal(self, happened, because: str = "") -> "Reveal":
        """What happened, beside what was thought; from now on the prediction stands."""
        self.happened = self._happened(happened)
        self.revealed = True
        if self.guess is not None:
            self._keep(self.guess)
        self._show()
        return Reveal(self, self.happened, because)

    def _keep(self, guess) -> None:
        """Store the guess in the words of the card and, once it is known, what happened: `predictions()` shows both."""
        told = {"question": self.question, "thought": self._text(guess)}
        if self.revealed:
            told |= {"happened": self._text(self.happened), "agrees": self.agrees(guess, self.happened)}
        if self.late:
            told |= {"late": True}
        store().record_prediction(self.key, guess, told)

    def _show(self, note: str = "") -> None:
        made = self.guess is not None
        later = "What happened stands below." if self.revealed else "You may change it until you see what happens."
        text = f"Saved: {self._text(self.guess)}. {later}" if made else "Answer before you go on, or skip it."
        self.status.value = status(html.escape(f"{text} {note}".rstrip()))
        for control in self.controls:
            control.disabled = self.revealed and made
        self._mark()

    def _repr_html_(self) -> str:
        return panel(f"<b>Predict.</b> {html.escape(self.question)}<br>{html.escape(self._offer())}")


class ChoicePrediction(Prediction):
    """A prediction among a few sentences, one button each."""

    def __init__(self, key, question, choices):
        self.choices = choices
        buttons = [widgets.Button(layout=widgets.Layout(width="auto"), tooltip=c) for c in choices]
        for button, choice in zip(buttons, choices, strict=True):
            button.on_click(lambda _, choice=choice: self.answer(choice))
        super().__init__(key, question, buttons)

    def agrees(self, guess, happened) -> bool:
        return guess == happened

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

    def agrees(self, guess, happened) -> bool:
        return abs(guess - happened) <= self.tol

    def _sound(self, guess) -> bool:
        return isinstance(guess, int | float)

    def _read(self, guess) -> float:
        try:
            text = str(guess).strip().replace("−", "-")
            text = text.replace(",", "" if THOUSANDS.fullmatch(text) else ".")
            return validate.real("guess", float("?" if "_" in text else text))
        except ValueError:
            raise ValueError(f"{str(guess)[:40]!r} is not a number: something like 0.5 or 1e-3 would do.") from None

    def _happened(self, happened) -> float:
        return validate.real("happened", happened)

    def _mark(self) -> None:
        pass

    def _text(self, value) -> str:
        return f"{number(value, '.6g')} {self.unit}".rstrip()

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
            thought, agrees = text(made), self.prediction.agrees(made, self.happened)
            verdict = "<b>As you thought.</b> " if agrees else "<b>Not what you thought.</b> "
        when = "You thought, afterwards" if self.prediction.late else "You thought"
        cell = '<div><div style="opacity: .85">{}</div><b>{}</b></div>'
        both = cell.format(when, html.escape(thought)) + cell.format("What happened", html.escape(text(self.happened)))
        row = f'<div style="display: grid; grid-template-columns: repeat(2, minmax(0, 17em)); gap: 24px">{both}</div>'
        self.body.value = status(panel(f"{row}{verdict}{html.escape(self.because)}"))

    def _repr_html_(self) -> str:
        """Folded, so that a page that was run by others does not tell before one has predicted."""
        happened = html.escape(self.prediction._text(self.happened))
        told = f"<b>{happened}</b>. {html.escape(self.because)}".rstrip()
        return panel(f"<details><summary>What happened</summary>{told}</details>")
