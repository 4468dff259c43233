"""A card: a panel in the notebook, shown by widgets and, where no kernel runs, by the text that it carries along."""

import html
import re

import ipywidgets as widgets

from calclib.live.outputs import outputs

__all__ = ["Card", "panel", "said", "status"]


class Card(widgets.VBox):
    """A column of widgets that leaves `_repr_html_()` where there are no widgets, or where it is closed."""

    def __init__(self, children):
        super().__init__(children, layout=widgets.Layout(max_width="720px", margin="4px 0"))

    def _repr_mimebundle_(self, **kwargs) -> dict:
        outputs.show(self)
        page = self._repr_html_()
        return {**super()._repr_mimebundle_(**kwargs), "text/html": page, "text/plain": _plain(page)}


def _plain(page: str) -> str:
    """The text of `page`: a line for each row or line break, a bar between cells, a colon after what is folded."""
    lines = re.sub("<br>|</tr>|</caption>", "\n", re.sub("(</t[hd]>)(?=<t[hd])", " | ", page))
    lines = lines.replace("</summary>", ": ")
    return html.unescape(re.sub("<[^>]+>", "", lines)).strip()


def panel(inside: str, colour: str = "#4a7fb5") -> str:
    """A calm frame that takes its text's colour, and so its contrast, from the theme."""
    style = f"border-left: 4px solid {colour}; padding: 6px 12px; line-height: 1.5; white-space: normal"
    return f'<div style="{style}">{inside}</div>'


def said(text: str = "") -> widgets.HTML:
    """A line that screen readers announce when it changes."""
    return widgets.HTML(status(text))


def status(text: str) -> str:
    return f'<div role="status" aria-live="polite" style="line-height: 1.5; white-space: normal">{text}</div>'
