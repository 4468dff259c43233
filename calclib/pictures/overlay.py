"""Marks alone, as an SVG to be laid over the picture of their scene: Matplotlib's own renderer, a little terser."""

import io

import numpy as np
from matplotlib.backends.backend_svg import RendererSVG, svgProlog
from matplotlib.transforms import Affine2D

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
    """Matplotlib's SVG renderer, but the style of a line's markers is written once, not again at each of them."""

    def __init__(self, width, height, out, **options):
        self.out = out
        super().__init__(width, height, out, **options)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        shape = self._convert_path(marker_path, marker_trans + Affine2D().scale(1, -1), simplify=False)
        style = self._get_style(gc, rgbFace)
        name = self._make_id("m", (shape, style))
        places = trans.transform(path.vertices)
        places = places[(np.abs(places) < FAR).all(axis=1)]  # NaN is not below anything
        uses = (f'<use href="#{name}" x="{x:.2f}" y="{self.height - y:.2f}"/>' for x, y in places.tolist())
        self.writer.start("defs")
        self.writer.element("path", id=name, d=shape)
        self.writer.end("defs")
        self.writer.start("g", style=style, **self._get_clip_attrs(gc))
        self.writer.comment("each marker is the one above, at its place")  # and this closes the tag
        self.out.write("".join(uses))
        self.writer.end("g")
