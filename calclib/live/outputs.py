"""A cell that runs again closes what it showed before: an evening of tries must not fill the machine.

ipywidgets keeps each widget until it is closed, and IPython each result of a cell; a figure has three megabytes. The
cells are told apart by the ids that JupyterLab sends along; where none is sent, nothing is closed.
"""

from IPython import get_ipython
from ipywidgets import Widget

__all__ = ["Outputs", "close", "outputs"]


class Outputs:
    """What each cell shows, by the cell's id. `names` are the learner's own: what has one may be shown again."""

    def __init__(self, names=None):
        self.shown, self.now, self.names = {}, [], {} if names is None else names

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
        """The cell has run: what it showed before is closed, unless a cell shows it now, or it has a name."""
        cell = result.info.cell_id
        if cell is None:
            return
        before, self.shown[cell] = self.shown.get(cell, []), self.now
        standing = {id(part) for widgets in self.shown.values() for widget in widgets for part in parts(widget)}
        named = {id(value) for name, value in list(self.names.items()) if not name.startswith("_")}
        for widget in before:
            if id(widget) in named - standing:
                self.shown[cell].append(widget)  # until its name is gone
            elif id(widget) not in standing:
                close(widget)


def parts(widget):
    """`widget` and all that it is made of: what stands in it, its layout, its style."""
    yield widget
    for value in [getattr(widget, name) for name in widget.keys]:
        for part in value if isinstance(value, tuple) else [value]:
            if isinstance(part, Widget):
                yield from parts(part)


def close(widget):
    """Close `widget` and all that it is made of."""
    for part in list(parts(widget)):
        part.close()


shell = get_ipython()
outputs = Outputs(None if shell is None else shell.user_ns)  # of this kernel
if shell is not None:
    outputs.watch(shell.events)
