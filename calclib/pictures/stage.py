"""A stage: a scene that is drawn once, and marks that are drawn again at every move.

The scene becomes one PNG. The marks of a frame are drawn alone, by Matplotlib's own SVG renderer, to be
laid over it: a few milliseconds in place of a whole figure, and sharp at any zoom. Marks that are too dear for
that (an image of many cells, thousands of points) are blitted onto the PNG, and marks that change the scene
itself (its limits, its title) have the whole figure drawn again: slower, never wrong.
"""

import io
import threading
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG, svgProlog
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from PIL import Image

__all__ = ["DRAWING", "Frame", "Stage"]

DRAWING = threading.RLock()  # Matplotlib's text and caches are not safe in two threads; callbacks run in a second one
POINTS = 72  # the figure's dpi: one unit of the SVG is one point
SHARP = 144  # pixels per inch of a PNG: about 1.4 for each CSS pixel
DEAR = 200_000  # characters of SVG above which a PNG is smaller and faster
DRAWN = np.array([Path.MOVETO] + [Path.LINETO] * 1000, dtype=Path.code_type)
NO_METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])


class Frame(NamedTuple):
    """What a move shows: marks as SVG over the scene, or else a whole picture as PNG; and a sentence of its numbers."""

    svg: str
    png: bytes | None
    status: str


class Overlay(RendererSVG):
    """Matplotlib's SVG renderer with all markers of a line written as one path, not as one element each."""

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        points = trans.transform(path.vertices)
        points = points[np.isfinite(points).all(axis=1)]
        stamp = marker_trans.transform_path(marker_path)
        vertices = (points[:, None, :] + stamp.vertices).reshape(-1, 2)
        codes = np.tile(stamp.codes if stamp.codes is not None else DRAWN[: len(stamp)], len(points))
        stamped = Path(vertices, codes)
        stamped.should_simplify = False
        self.draw_path(gc, stamped, IdentityTransform(), rgbFace)


class Stage:
    """A figure of `panels` axes (a count in a row, or (rows, columns)), `size` inches, with its scene and marks.

    `scene(ax)` and `marks(ax, **values)` are ordinary Matplotlib; with several panels `ax` is the array of axes.
    `marks` may return a sentence. Limits are those that the scene leaves (or, of an empty scene, the first marks).
    """

    def __init__(self, marks, scene=None, *, size=(7, 4), panels=1, values=None):
        rows, columns = panels if isinstance(panels, tuple) else (1, panels)
        self.marks, self.way = marks, "svg"
        with DRAWING:
            self.figure = Figure(figsize=size, dpi=POINTS)
            self.canvas = FigureCanvasAgg(self.figure)
            self.axes = self.figure.subplots(rows, columns)
            if scene is not None:
                scene(self.axes)
            self.panels = self.figure.axes
            self._set(values or {})

    def _set(self, values):
        """Fix the limits, settle the layout, and keep the scene as a picture."""
        self.own = self._artists()
        if not all(ax.has_data() for ax in self.figure.axes):
            with self._marked(values):
                pass
        for ax in self.figure.axes:
            ax.autoscale(False)
        self.scene = self._png()
        self.figure.set_layout_engine("none")
        parts = [a for a in self.figure.findobj() if not a.stale and a not in self.figure.axes]
        self.parts = [a for a in parts if a is not self.figure]

    def frame(self, **values) -> Frame:
        """The marks at `values`. Raises what the marks raise, and leaves the stage clean."""
        with DRAWING, self._marked(values) as status:
            if any(part.stale for part in self.parts) or self.figure.axes != self.panels:
                self.way = "redraw"
            if self.way == "svg":
                svg = self._svg(self._new(self._artists()))
                if len(svg) <= DEAR:
                    return Frame(svg, None, status)
                self.way = "blit"
            return Frame("", self._png() if self.way == "redraw" else self._blit(), status)

    def still(self, **values) -> bytes:
        """The whole picture at `values`, as a PNG."""
        with DRAWING, self._marked(values):
            return self._png()

    def pointed(self, pointer) -> dict:
        """Where the pointer is on the first axes, for the page: which names it moves, box, limits and scales."""
        ax = self.panels[0]
        x0, y0, x1, y1 = ax.get_position().extents
        x, y = (*pointer, None, None)[:2]
        return {
            "x": x,
            "y": y,
            "box": [x0, 1 - y1, x1 - x0, y1 - y0],
            "xlim": list(map(float, ax.get_xlim())),
            "ylim": list(map(float, ax.get_ylim())),
            "xlog": ax.get_xscale() == "log",
            "ylog": ax.get_yscale() == "log",
        }

    @contextmanager
    def _marked(self, values):
        """The marks of `values` stand on the stage; the block gets their sentence; afterwards they are gone."""
        try:
            with np.errstate(all="ignore"):  # infinity and NaN are drawn as what they are
                yield self.marks(self.axes, **values) or ""
        finally:
            for artist in self._new(self._artists()):
                artist.remove()
            for ax in self.figure.axes:
                ax.set_prop_cycle(rcParams["axes.prop_cycle"])

    def _artists(self):
        """What stands on the figure or on one of its axes, deepest first."""
        children = [a for part in (self.figure, *self.panels) for a in part.get_children()]
        return sorted(children, key=lambda a: a.get_zorder())

    def _new(self, artists):
        own = set(map(id, self.own))
        return [a for a in artists if id(a) not in own]

    def _svg(self, marks):
        width, height = self.figure.get_size_inches() * POINTS
        out = io.StringIO()
        renderer = Overlay(width, height, out, image_dpi=SHARP, metadata=NO_METADATA)
        for artist in marks:
            artist.draw(renderer)
        renderer.finalize()
        return out.getvalue()[len(svgProlog) :]

    def _png(self):
        """The figure as it stands, drawn anew."""
        self.figure.set_dpi(SHARP)
        self.canvas.draw()
        png = self._encoded()
        self.figure.set_dpi(POINTS)
        return png

    def _blit(self):
        """The marks drawn onto a kept copy of the scene's pixels."""
        marks = self._new(self._artists())
        self.figure.set_dpi(SHARP)
        if not hasattr(self, "pixels"):
            for artist in marks:
                artist.set_visible(False)
            self.canvas.draw()
            self.pixels = self.canvas.copy_from_bbox(self.figure.bbox)
            for artist in marks:
                artist.set_visible(True)
        self.canvas.restore_region(self.pixels)
        for artist in marks:
            artist.draw(self.canvas.renderer)
        png = self._encoded(effort=1)
        self.figure.set_dpi(POINTS)
        return png

    def _encoded(self, effort=6):
        """The canvas as a PNG; less effort is faster and larger."""
        out = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3]).save(out, "PNG", compress_level=effort)
        return out.getvalue()
