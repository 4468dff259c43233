"""A cell that runs again closes what it showed before: an evening of tries must not fill the machine.

ipywidgets keeps each widget until it is closed, and IPython each result of a cell; a figure has three megabytes. The
cells are told apart by the ids that JupyterLab sends along; where none is sent, nothing is closed.
"""

from IPython import get_ipython
from ipywidgets import Widget

__all__ = ["Outputs", "close", "outputs"]


class Outputs:
    """What each cell shows, by the cell's id."""

    def __init__(self):
        self.shown, self.now = {}, []

    def watch(self, events):
        """Be told by IPython's `events` when a cell begins and when it has ended."""
        events.register("pre_run_cell", self.begin)
        events.register("post_run_cell", self.end)

    def show(self, widget):
        """The running cell shows `widget`."""
        self.now.append(widget)

    def begin(self, _info):
        """A cell begins, its output empty."""
        self.now = []

    def end(self, result):
        """The cell has run: what it showed before is closed, unless it or another cell shows it now."""
        cell = result.info.cell_id
        if cell is None:
            return
        before, self.shown[cell] = self.shown.get(cell, []), self.now
        kept = {id(widget) for widgets in self.shown.values() for widget in widgets}
        for widget in before:
            if id(widget) not in kept:
                close(widget)


def close(widget):
    """Close `widget` and what it is made of: what stands in it, its layout, its style."""
    values = [getattr(widget, name) for name in widget.keys]
    for value in values:
        for part in value if isinstance(value, tuple) else [value]:
            if isinstance(part, Widget):
                close(part)
    widget.close()


outputs = Outputs()  # of this kernel
if (shell := get_ipython()) is not None:
    outputs.watch(shell.events)
