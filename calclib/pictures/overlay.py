"""Marks alone, as an SVG to be laid over the picture of their scene: Matplotlib's own renderer, terser and faster."""

import io

import numpy as np
from matplotlib.backends.backend_svg import RendererSVG, svgProlog
from matplotlib.colors import to_hex
from matplotlib.transforms import Affine2D

from calclib.pictures.letters import LETTERS, text_path

__all__ = ["overlay"]

NO_METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])
FAR = 1e5  # points; what lies farther out is not drawn


def overlay(figure, marks, image_dpi) -> str:
    """The artists `marks` of `figure`, in the order given, as one SVG element of the figure's size in points."""
    width, height = figure.bbox.size
    renderer = Overlay(width, height, io.StringIO(), image_dpi=image_dpi, metadata=NO_METADATA)
    for artist in marks:
        artist.draw(renderer)
    renderer.finalize()
    return renderer.out.getvalue()[len(svgProlog) :]


class Overlay(RendererSVG):
    """Matplotlib's SVG renderer, but a line's markers are one element, and so is a text: less to write and to show."""

    def __init__(self, width, height, out, **options):
        self.out = out
        super().__init__(width, height, out, **options)
        self._text2path = LETTERS

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        shape = self._convert_path(marker_path, marker_trans + Affine2D().scale(1, -1), simplify=False)
        style = self._get_style(gc, rgbFace)
        name = self._make_id("m", (shape, style))
        places = trans.transform(path.vertices)
        places = places[(np.abs(places) < FAR).all(axis=1)]  # NaN is not below anything
        self.writer.start("defs")
        self.writer.start("marker", id=name, markerUnits="userSpaceOnUse", overflow="visible")
        self.writer.element("path", d=shape, style=style)
        self.writer.end("marker")
        self.writer.end("defs")
        line = " ".join(f"{x:.2f} {self.height - y:.2f}" for x, y in places.tolist())
        # A lone place is a line of no length, with a marker at its beginning alone.
        line, ends = (line, "marker") if len(places) > 1 else (f"{line}h0", "marker-start")
        if len(places):
            style = f"fill: none; {ends}: url(#{name})"
            self.writer.element("path", d=f"M{line}", style=style, **self._get_clip_attrs(gc))

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        style = {"fill": to_hex(gc.get_rgb()), "opacity": gc.get_rgb()[3]}
        scale = prop.get_size_in_points() / LETTERS.FONT_SCALE
        self.writer.start("g", **self._get_clip_attrs(gc))  # not where it is turned, which would turn the clip as well
        self.writer.start(
            "g",
            style="; ".join(f"{name}: {value}" for name, value in style.items()),
            transform=f"translate({x:.3f} {y:.3f}) rotate({-angle:g}) scale({scale:.5f} {-scale:.5f})",
        )
        for unit, data in text_path(s, prop.copy(), bool(ismath)):
            self.writer.element("path", d=data, transform=f"scale({unit:.6g})")
        self.writer.end("g")
        self.writer.end("g")
