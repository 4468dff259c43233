"""Live figures: `explore` puts sliders to a scene and its marks.

The page holds the scene as a picture and lays the marks over it as SVG. A moved slider sends one small message
(the index of each control); Python draws the marks and sends them back. The newest value wins: the page has one
message under way and keeps only the latest of those that wait, so nothing queues.
"""

import html
import traceback
from base64 import b64encode
from pathlib import Path

import anywidget
import traitlets

from calclib.live.controls import Control, controls_of
from calclib.pictures.stage import Frame, Stage

__all__ = ["Live", "explore"]

HERE = Path(__file__).parent


class Live(anywidget.AnyWidget):
    """A figure that follows its controls. `move` is what a hand does; `values`, `status`, `error` tell where it is."""

    _esm = (HERE / "live.js").read_text(encoding="utf-8")
    _css = (HERE / "live.css").read_text(encoding="utf-8")

    layout_of = traitlets.Dict().tag(sync=True)  # the parts that stay: controls, size, alternative text, panels
    scene = traitlets.Bytes().tag(sync=True)
    at = traitlets.Dict().tag(sync=True, echo_update=False)  # {control: index}, set by the page or by `move`
    frame = traitlets.Dict().tag(sync=True)  # what the page shows: svg or png, status, error, and where: `at`

    def __init__(self, stage: Stage, controls: list[Control], *, alt: str, pointer=(), labels=None):
        self.stage, self.alt = stage, alt
        self.controls = {c.name: c for c in controls}
        super().__init__(scene=stage.scene, at={c.name: c.start for c in controls})
        self.layout_of = {
            "alt": alt,
            "size": [float(s) for s in stage.figure.get_size_inches()],
            "controls": [self._described(c, (labels or {}).get(c.name, c.name)) for c in controls],
            "pointer": stage.pointed(pointer) if pointer else None,
        }
        self._draw()
        self.observe(self._draw, "at")

    @staticmethod
    def _described(c, label):
        parts = {"name": c.name, "label": label, "kind": c.kind, "labels": c.labels, "plays": c.plays}
        return parts | ({"numbers": [float(v) for v in c.values]} if c.kind == "slider" else {})

    @property
    def values(self) -> dict:
        """What the marks are drawn with."""
        return {name: c.values[self.at[name]] for name, c in self.controls.items()}

    @property
    def status(self) -> str:
        """The sentence of the frame's numbers."""
        return self.frame["status"]

    @property
    def error(self) -> str:
        """The sentence that says why the marks could not be drawn, or nothing."""
        return self.frame["error"]

    def move(self, **values):
        """Set controls by value, as a hand would; a slider takes the stop nearest to it. Returns the figure."""
        unknown = set(values) - set(self.controls)
        if unknown:
            raise ValueError(f"{unknown.pop()} is no control of this figure: {', '.join(self.controls)} would do")
        self.at = {**self.at, **{name: self.controls[name].index(v) for name, v in values.items()}}
        return self

    def _draw(self, _change=None):
        try:
            frame, error, details = self.stage.frame(**self.values), "", ""
        except Exception as problem:  # the learner's own function may raise anything: it is told, and healed by a move
            frame, error, details = Frame("", None, ""), self._told(problem), traceback.format_exc()
        self.frame = {"at": self.at, "error": error, "details": details, **frame._asdict()}

    def _told(self, problem):
        where = ", ".join(f"{n} = {c.labels[self.at[n]]}" for n, c in self.controls.items())
        return f"Not drawn at {where}: {type(problem).__name__}: {problem}"

    def __repr__(self):
        return f"{self.alt} {self.error or self.status}".strip()

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for wherever no kernel runs the still picture with its alternative text."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self), "text/html": self._still()}, metadata

    def _still(self):
        png = self.stage.scene if self.error else self.stage.still(**self.values)
        width = round(100 * self.stage.figure.get_size_inches()[0])
        return (
            f'<figure style="margin:0"><img alt="{html.escape(self.alt)}" style="max-width:100%" width="{width}"'
            f' src="data:image/png;base64,{b64encode(png).decode()}">'
            f"<figcaption>{html.escape(self.error or self.status)}</figcaption></figure>"
        )


def explore(marks, scene=None, *, alt, pointer=(), labels=None, size=(7, 4), panels=1, **ranges) -> Live:
    """A live figure: `scene(ax)` is drawn once, `marks(ax, **values)` again at every move; keyword = range.

    >>> explore(marks, scene, x=(-3, 3), h=(0.001, 2), alt="A secant on a parabola.")   # doctest: +SKIP

    `marks` may return a sentence of its numbers; its signature's defaults are where the controls start. For ranges see
    `calclib.live.controls.control`. `pointer="x"` or `("x", "y")` names the sliders that dragging on the (first) axes,
    or the arrow keys, move. `labels` are the words beside the controls, `alt` is the alternative text,
    `size` is in inches, `panels` a count of axes or (rows, columns).
    """
    controls = controls_of(marks, ranges)
    stage = Stage(marks, scene, size=size, panels=panels, values={c.name: c.values[c.start] for c in controls})
    pointer = (pointer,) if isinstance(pointer, str) else tuple(pointer)
    return Live(stage, controls, alt=alt, pointer=pointer, labels=labels)
