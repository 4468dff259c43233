"""Live figures: `explore` puts sliders to a scene and its marks.

The page holds the scene as a picture and lays the marks over it as SVG. A moved slider sends one small message
(the index of each control); Python draws the marks and sends them back. The newest value wins: the page has one
message under way and keeps only the latest of those that wait, so nothing queues. While all is still, the page asks for
the frames one key away, so that the next key need not wait for Python; while a hand drags, for frames on the way, no
more often than Python has time for, so that a distant machine shows as many as a near one.
"""

import contextlib
import html
import traceback
from base64 import b64encode
from pathlib import Path
from time import perf_counter

import anywidget
import traitlets

from calclib import validate
from calclib.live.controls import Control, controls_of
from calclib.live.guard import guard_pyplot
from calclib.live.outputs import outputs
from calclib.live.training import Trainer
from calclib.pictures import stage as stages
from calclib.pictures.stage import DRAWING, Frame, Stage

__all__ = ["Live", "explore"]

HERE = Path(__file__).parent
ENGINE = {__file__, stages.__file__, contextlib.__file__}
LONG = 300  # characters of an error's message; more is in the traceback
DEAR = 0.05  # seconds of a frame above which none is drawn before it is asked for

guard_pyplot()


class Live(anywidget.AnyWidget):
    """A figure that follows its controls. `move` is what a hand does; `values`, `status`, `error` tell where it is."""

    _esm = (HERE / "live.js").read_text(encoding="utf-8")
    _css = (HERE / "live.css").read_text(encoding="utf-8")

    layout_of = traitlets.Dict().tag(sync=True)  # the parts that stay: controls, size, alternative text, pointer
    scene = traitlets.Bytes().tag(sync=True)
    place = traitlets.Dict().tag(sync=True)  # where the axes are, for the pointer
    at = traitlets.Dict().tag(sync=True, echo_update=False)  # {control: place}, set by the page or by `move`
    frame = traitlets.Dict().tag(sync=True)  # what the page shows: svg or png, status, error, and where: `at`

    def __init__(self, stage: Stage, controls: list[Control], *, alt: str, pointer=(), labels=None):
        self.stage, self.alt, self.labels = stage, alt, labels or {}
        self.controls = {c.name: c for c in controls}
        self.trainer = next((c for c in controls if isinstance(c, Trainer)), None)
        layout = {
            "alt": alt,
            "size": [float(inches) for inches in stage.size],
            "controls": [c.described(self.labels.get(c.name, c.name)) for c in controls],
            "pointer": list(pointer),
        }
        at = {c.name: c.start for c in controls}
        super().__init__(layout_of=layout, at=at, **self._drawn(at))
        self.seconds = 0.0  # that the last frame took; the first, with its scene, tells nothing
        self.observe(self._draw, "at")
        self.on_msg(self._look_ahead)

    @property
    def values(self) -> dict:
        """What the marks are drawn with."""
        return self._values(self.at)

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

    def close(self):
        """Let go of the page and of the drawing; the next move, if there is one, draws anew."""
        super().close()
        with DRAWING:
            self.stage.clear()

    def _values(self, at):
        """What the marks are drawn with at the places `at`: a training is trained so far first."""
        values, trainer = self._asked(at), self.trainer
        if trainer:
            place = values.pop(trainer.name)
            values[trainer.name] = trainer.at(place, at, dict(values))
        return values

    def _asked(self, at):
        """The values at the places `at`; ValueError for what a page of another run may ask."""
        if set(at) != set(self.controls):
            raise ValueError(f"the page moved {', '.join(at) or 'nothing'}, the figure has {', '.join(self.controls)}")
        return {name: c.value(at[name]) for name, c in self.controls.items()}

    def _draw(self, _change):
        with DRAWING, self.hold_sync():  # the last to draw draws the newest values, whichever thread it is
            for name, value in self._drawn(self.at).items():
                setattr(self, name, value)

    def _look_ahead(self, _widget, content, _buffers):
        """Send the frame of a place where no control stands yet, if it is cheap; whoever goes there finds it."""
        with DRAWING:
            dear = self.trainer or self.seconds > DEAR or self.stage.way != "svg"
            frame = {} if dear else self._drawn(content.get("ahead"))["frame"]
        if frame.get("svg"):
            self.send({"ahead": frame})

    def _drawn(self, at) -> dict:
        """The traits that show the figure at the places `at`, or say why there is none."""
        begun = perf_counter()
        frame, error, details = Frame("", None, ""), "", ""
        try:
            frame = self.stage.frame(**self._values(at))
        except Exception as problem:  # the learner's own function may raise anything: it is told, and healed by a move
            error, details = self._told(problem, at), _traceback(problem)
        shown = {"at": at, "error": error, "details": details, **frame._asdict()}
        if self.trainer:
            run = self.trainer.run
            shown["at"] = {**at, self.trainer.name: run.done if run else 0}
            shown |= {"turn": at.get(self.trainer.name), "over": run is None or run.over}
        shown["seconds"] = self.seconds = perf_counter() - begun
        return {"scene": self.stage.scene, "place": self.stage.place, "frame": shown}

    def _told(self, problem, at):
        what = " ".join(traceback.format_exception_only(problem)[-1].split())
        what = what if len(what) <= LONG else what[:LONG] + " …"
        try:
            self._asked(at)
        except (TypeError, ValueError):
            return f"Run this cell again: {what}"
        where = ", ".join(f"{self.labels.get(name, name)} = {c.label(at[name])}" for name, c in self.controls.items())
        return f"Not drawn{f' at {where}' if where else ''}: {what}"

    def __repr__(self):
        return self._said(self.status)

    def _said(self, status):
        return f"{self.alt} {self.error or status}".strip()

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for wherever no kernel runs the still picture with its alternative text."""
        outputs.show(self)
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png, status = self._still()
        return {**data, "text/plain": self._said(status), "text/html": self._page(png, status)}, metadata

    def _repr_html_(self):
        """The still picture alone: all that can be shown of a figure that is closed."""
        return self._page(*self._still())

    def _page(self, png, status):
        return (
            f'<figure style="margin:0"><img alt="{html.escape(self.alt)}" style="max-width:100%"'
            f' width="{round(100 * self.stage.size[0])}" src="data:image/png;base64,{b64encode(png).decode()}">'
            f"<figcaption>{html.escape(self.error or status)}</figcaption></figure>"
        )

    def _still(self):
        """The whole picture as a PNG, and its sentence; a training is shown trained to its end."""
        if self.error:
            return self.stage.scene, ""
        values, trainer = self.values, self.trainer
        if not trainer:
            return self.stage.still(**values), self.status
        try:
            values[trainer.name] = trainer.finished({k: v for k, v in values.items() if k != trainer.name})
            return self.stage.still(**values), self.stage.frame(**values).status
        except Exception as problem:
            return self.stage.scene, self._told(problem, self.at)


def _traceback(problem) -> str:
    """What Python said, from the first line that is not the engine's."""
    lines = problem.__traceback__
    while lines.tb_next and lines.tb_frame.f_code.co_filename in ENGINE:
        lines = lines.tb_next
    return "".join(traceback.format_exception(type(problem), problem, lines))


def explore(marks, scene=None, *, alt, pointer=(), labels=None, size=(7, 4), panels=1, **ranges) -> Live:
    """A live figure: `scene(ax)` is drawn once, `marks(ax, **values)` again at every move; keyword = range.

    >>> explore(marks, scene, x=(-3, 3), h=(0.001, 2), alt="A secant on a parabola.")   # doctest: +SKIP

    `marks` may return a sentence of its numbers; its signature's defaults are where the controls start. It should
    depend on its values alone: it is called in advance for places that a hand may never go to. For ranges see
    `calclib.live.controls.control`. `pointer="x"` or `("x", "y")` names the sliders that dragging on the (first) axes,
    or the arrow keys, move. `labels` are the words beside the controls, `alt` is the alternative text,
    `size` is in inches, `panels` a count of axes or (rows, columns).
    """
    for name, function in {"marks": marks, "scene": scene or marks}.items():
        if not callable(function):
            raise TypeError(f"{name} is {function!r}: a function that draws on an axes would do")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt is {alt!r}: a sentence that says what the picture shows would do")
    controls = controls_of(marks, ranges)
    pointer = (pointer,) if isinstance(pointer, str) else tuple(pointer)
    sliders = [c.name for c in controls if c.kind == "slider"]
    size = validate.finite_array("size", size, 1)
    if size.shape != (2,) or not (size > 0).all():
        raise ValueError(f"size is {size.tolist()}: a width and a height in inches, such as (7, 4), would do")
    for c in controls:
        for name in c.training.anew if c.kind == "training" else ():
            validate.one_of("anew", name, [other.name for other in controls if other is not c])
    if sum(c.kind == "training" for c in controls) > 1:
        raise ValueError("two of the ranges are a Training: a figure has one run to watch")
    for name in filter(None, pointer):
        validate.one_of("pointer", name, sliders)
    for name in labels or {}:
        validate.one_of("labels", name, list(ranges))
    return Live(Stage(marks, scene, size=size, panels=panels), controls, alt=alt, pointer=pointer, labels=labels)
