"""A stage: a scene that is drawn once, and marks that are drawn over it, again at every move.

The scene becomes one PNG. The marks of a frame are drawn alone, by Matplotlib's own SVG renderer, to be
laid over it: a few milliseconds in place of a whole figure, and sharp at any zoom. Marks that are too dear for
that (an image of many cells, thousands of points) are drawn onto the PNG's pixels. After marks that change the scene
itself (its limits, its title) everything is drawn again from nothing: slower, never wrong.
"""

import io
import threading
import warnings
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from PIL import Image

from calclib.pictures.overlay import overlay

__all__ = ["DRAWING", "Frame", "Stage"]

DRAWING = threading.RLock()  # Matplotlib's text and caches are not safe in two threads; callbacks run in a second one
POINTS = 72  # the figure's dpi: one unit of the SVG is one point
SHARP = 144  # pixels per inch of a PNG: about 1.4 for each CSS pixel
DEAR = 200_000  # characters of SVG above which a PNG is smaller and faster


class Canvas(FigureCanvasAgg):
    """Pixels, with one reader of mathematics for all figures: a tick that was read once is known."""

    READER = MathTextParser("path")

    def get_renderer(self):
        renderer = super().get_renderer()
        renderer.mathtext_parser = self.READER
        return renderer


@contextmanager
def _drawing():
    """One thread draws at a time; infinity and NaN are drawn as what they are, without a warning.

    Warning filters are one for all threads: only the main one, whose turn they are, may put them aside.
    """
    with DRAWING, np.errstate(all="ignore"):
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


class Frame(NamedTuple):
    """What a move shows: marks as SVG over the scene, or else a whole picture as PNG; and a sentence of its numbers."""

    svg: str
    png: bytes | None
    status: str


class Stage:
    """A figure of `panels` axes (a count in a row, or (rows, columns)), `size` inches, with its scene and marks.

    `scene(ax)` and `marks(ax, **values)` are ordinary Matplotlib; with several panels `ax` is the array of axes.
    Marks lie over the scene, and may return a sentence. Limits are those that the scene leaves, or for axes without
    data the first marks; the layout makes room for both.
    """

    def __init__(self, marks, scene=None, *, size=(7, 4), panels=1):
        self.marks, self.prepare, self.size = marks, scene, size
        self.panels = panels if isinstance(panels, tuple) else (1, panels)
        self.scene = _png(Image.new("L", [round(inches * SHARP) for inches in size], "white"))
        self.figure = None
        self.settled = None  # position and limits of all axes, once known
        self.place = {}  # where the first axes are, once known: for a pointer
        self.spoiled = True  # whether the scene must be made anew
        self.way = "svg"

    def frame(self, **values) -> Frame:
        """The marks at `values`. Raises what the scene or the marks raise; the next frame is none the worse for it."""
        with _drawing(), self._marked(values) as status:
            if self.way == "svg" and not self.spoiled:
                svg = overlay(self.figure, self._new(), SHARP)
                if len(svg) <= DEAR:
                    return Frame(svg, None, status)
                self.way = "png"
            return Frame("", self._picture(effort=1), status)

    def still(self, **values) -> bytes:
        """The whole picture at `values`, as a PNG."""
        with _drawing(), self._marked(values):
            picture = self._picture()
            self._forget()
            return picture

    def clear(self):
        """Let go of the figure; the next frame makes it anew."""
        self.figure = self.canvas = self.axes = self.pixels = None
        self.watched, self.parts = [], []
        self.spoiled = True

    def _forget(self):
        """Let go of the pixels, 5 MB and more, while frames need none."""
        if self.way == "svg":
            self.pixels, self.canvas = None, Canvas(self.figure)

    def _place(self) -> dict:
        """Where the first axes are (left, top, width, height in parts of the picture), their limits and scales."""
        ax = self.figure.axes[0]
        x0, y0, x1, y1 = ax.get_position().extents
        return {
            "box": [x0, 1 - y1, x1 - x0, y1 - y0],
            "xlim": list(map(float, ax.get_xlim())),
            "ylim": list(map(float, ax.get_ylim())),
            "xlog": ax.get_xscale() == "log",
            "ylog": ax.get_yscale() == "log",
        }

    @contextmanager
    def _marked(self, values):
        """The marks of `values` stand on the scene; the block gets their sentence; afterwards they are gone."""
        if self.spoiled:
            self._renew(values)
        with self._standing(values) as status:
            yield status

    @contextmanager
    def _standing(self, values):
        for ax, (lines, patches, _) in zip(self.watched, self.kept, strict=True):
            ax._get_lines, ax._get_patches_for_fill = deepcopy((lines, patches))  # the colours to go on with
        try:
            try:
                said = self.marks(self.axes, **values)
            finally:
                self.spoiled = self._changed()
            for artist in self._new():
                artist.set_animated(True)  # so that drawing the figure leaves it out
            yield said if isinstance(said, str) else ""
        finally:
            self._sweep()

    def _sweep(self):
        if self.spoiled:
            return  # it will be made anew
        for artist in self._new():
            with suppress(ValueError, NotImplementedError):  # gone already: contours take their labels along
                artist.remove()
        self.spoiled = bool(self._new())
        for ax, (lines, patches, containers) in zip(self.watched, self.kept, strict=True):
            ax._get_lines, ax._get_patches_for_fill = lines, patches
            ax.containers[:] = containers

    def _renew(self, values):
        """The scene as if no marks had ever been there, in its place and with its limits."""
        first = self.settled is None
        if first:
            self._settle(values)
        if self.spoiled:
            self._build()
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        self.figure.set_dpi(POINTS)
        for ax, (position, xlim, ylim) in zip(self.watched, self.settled, strict=True):
            ax.set_position(position)
            ax.set(xlim=xlim, ylim=ylim)
        self._know()
        self.spoiled = False
        if first:
            self.scene, self.place = self._picture(), self._place()

    def _settle(self, values):
        """Find the limits and the layout: of the scene, with room for the first marks that can be drawn."""
        self._build()
        fixed = {ax: (ax.get_xlim(), ax.get_ylim()) for ax in self.watched if ax.has_data()}
        for ax, (xlim, ylim) in fixed.items():
            ax.set(xlim=xlim, ylim=ylim)
        self._know()
        try:
            with self._standing(values):
                self.figure.draw_without_rendering()
                limits = [fixed.get(ax) or (ax.get_xlim(), ax.get_ylim()) for ax in self.watched]
                positions = [ax.get_position(original=True) for ax in self.watched]
        except Exception:
            self.spoiled = True
            self.scene = self._picture()
            raise
        self.settled = [(p, *both) for p, both in zip(positions, limits, strict=True)]

    def _build(self):
        """The scene on a new figure."""
        self.figure = Figure(figsize=self.size, dpi=SHARP)  # laid out as its picture will be drawn
        self.canvas = Canvas(self.figure)
        self.axes = self.figure.subplots(*self.panels)
        if self.prepare is not None:
            self.prepare(self.axes)
        self.watched = self.figure.findobj(Axes)

    def _know(self):
        """Remember what the scene is, to tell the marks from it, and to notice when they change it."""
        self.own = {id(artist) for artist in self._artists()}
        self.kept = [(ax._get_lines, ax._get_patches_for_fill, list(ax.containers)) for ax in self.watched]
        self.parts = [a for a in self.figure.findobj() if a is not self.figure and a not in self.watched]
        self.state = self._state()
        self.pixels = None
        self._rest()

    def _rest(self):
        for part in self.parts:
            part.stale = False

    def _state(self):
        """What can be changed on a figure without a part of it going stale."""
        of = [
            (ax.get_position(original=True).bounds, ax.viewLim.bounds, ax.get_aspect(), ax.axison, ax.get_frame_on())
            for ax in self.watched
        ]
        return of, self.figure.get_suptitle()

    def _changed(self):
        gone = self.own - set(map(id, self._artists()))
        return bool(gone) or any(part.stale for part in self.parts) or self.state != self._state()

    def _artists(self):
        """What stands on the figure or on one of its axes, deepest first."""
        children = [a for part in (self.figure, *self.watched) for a in part.get_children()]
        return sorted(children, key=lambda a: a.get_zorder())

    def _new(self):
        return [a for a in self._artists() if id(a) not in self.own]

    def _picture(self, effort=6):
        """The scene, whose pixels are kept while it stands unchanged, and over it the marks, as a PNG."""
        marks = self._new()
        self.figure.set_dpi(SHARP)
        renderer = self.canvas.get_renderer()
        if self.pixels is None or self.spoiled:
            self.canvas.draw()
            self._rest()
            self.pixels = self.canvas.copy_from_bbox(self.figure.bbox)
        self.canvas.restore_region(self.pixels)
        for artist in marks:
            artist.draw(renderer)
        png = _png(Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB"), effort)
        self.figure.set_dpi(POINTS)
        return png


def _png(image, effort=6) -> bytes:
    """An image as a PNG; less effort is faster and larger."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=effort)
    return out.getvalue()
