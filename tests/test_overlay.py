"""Marks laid over their scene by a browser are the picture that Matplotlib draws."""

import base64
import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.path import Path as Shape
from PIL import Image

import calclib.pictures  # noqa: F401  (sets the style)
from calclib.pictures.letters import outline, text_path
from calclib.pictures.stage import Stage

sys.path.insert(0, str(Path(__file__).parent))
import lab  # noqa: E402

needs_a_browser = pytest.mark.skipif(lab.CHROMIUM is None, reason="no browser")

MARKS = {
    "line with a gap": lambda ax: ax.plot([0.1, 0.3, 0.4, 0.5, 0.9], [0.1, 0.9, np.nan, 0.8, 0.2], lw=6),
    "lone marker": lambda ax: ax.plot([0.5], [0.5], "o", ms=20),
    "two markers": lambda ax: ax.plot([0.2, 0.8], [0.5, 0.5], "^", ms=20),
    "many markers, half seen through": lambda ax: ax.plot(np.linspace(0, 1, 9), [0.5] * 9, "s", ms=20, alpha=0.5),
    "markers and infinities": lambda ax: ax.plot([-np.inf, 0.5, 1e300], [0.5, 0.5, 0.5], "D", ms=20),
    "markers beyond the limits": lambda ax: ax.plot([1, 2], [0.5, 0.5], "*", ms=60),
    "points of many sizes": lambda ax: ax.scatter([0.2, 0.5, 0.8], [0.5] * 3, s=[100, 400, 900], c=["C1", "C2", "C3"]),
    "text": lambda ax: ax.text(0.1, 0.4, "Äpfel −3", size=40, color="C1"),
    "turned text": lambda ax: ax.text(0.5, 0.5, "two\nlines", size=30, rotation=30, ha="center", va="center"),
    "text half seen through": lambda ax: ax.text(0.1, 0.4, "shade", size=40, alpha=0.4),
    "text cut off": lambda ax: ax.text(0.6, 0.4, "beyond", size=40, clip_on=True),
    "mathematics": lambda ax: ax.text(0.1, 0.4, r"$\frac{\partial f}{\partial x_i}=\sqrt{7}^2$", size=36),
    "text in a box": lambda ax: ax.text(0.2, 0.4, "boxed", size=30, bbox={"fc": "C4"}),
    "fill": lambda ax: ax.fill_between([0.1, 0.5, 0.9], [0.2, 0.8, 0.4], alpha=0.5),
    "hatched bar": lambda ax: ax.bar([0.5], [0.8], width=0.5, hatch="//", ec="C3"),
}


def scene(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))


@pytest.fixture(scope="module")
def page():
    with lab.browser() as chromium:
        yield chromium.new_page(viewport={"width": 360, "height": 252}, device_scale_factor=2)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def coarse(picture):
    """The mean of each square of twelve pixels: the two round the edge of a shape differently."""
    height, width, _ = picture.shape
    return picture.reshape(height // 12, 12, width // 12, 12, 3).mean(axis=(1, 3))


def shown(page, stage, svg):
    """The pixels that a page shows: the scene as an image, and over it the marks as in `live.js`."""
    picture = base64.b64encode(stage.scene).decode()
    page.set_content(
        '<body style="margin: 0"><div style="position: relative; width: 360px; height: 252px">'
        f'<img style="position: absolute; width: 100%" src="data:image/png;base64,{picture}">'
        '<div id="overlay" style="position: absolute; inset: 0"></div></div>'
    )
    page.evaluate(
        """(svg) => {
          const root = document.getElementById("overlay").attachShadow({ mode: "open" });
          root.innerHTML = svg;
          root.firstElementChild.setAttribute("style", "position: absolute; width: 100%; height: 100%");
          return document.querySelector("img").decode();
        }""",
        svg,
    )
    return pixels(page.screenshot())


@needs_a_browser
@pytest.mark.parametrize("kind", MARKS)
def test_the_page_shows_what_matplotlib_draws(page, kind):
    stage = Stage(lambda ax: (MARKS[kind](ax), None)[1], scene, size=(5, 3.5))
    ours = coarse(shown(page, stage, stage.frame().svg))
    wanted, empty = coarse(pixels(stage.still())), coarse(pixels(stage.scene))
    ink, apart = np.abs(wanted - empty).sum(), np.abs(ours - wanted).sum()
    assert ink > 1000
    assert apart < 0.1 * ink, f"of the ink {apart / ink:.0%} is elsewhere"


def test_each_mark_and_each_text_is_one_element():
    stage = Stage(lambda ax: (ax.plot(np.zeros(100), "o"), ax.text(0, 0, "a hundred letters"))[:0], scene)
    root = ElementTree.fromstring(stage.frame().svg)
    drawn = root.findall(".//{*}path")
    assert len(drawn) == 3  # the marker that is repeated, its places, the text
    assert len(root.findall(".//{*}use")) == 0


def test_an_outline_begins_and_ends_where_the_pen_is():
    vertices = np.array([[1, 1], [3, 1], [3, 3], [0, 0], [5, 5], [6, 5], [6, 6], [7, 7], [0, 0]]) / 64
    codes = [Shape.MOVETO, Shape.CURVE3, Shape.CURVE3, Shape.CLOSEPOLY, Shape.MOVETO, *[Shape.CURVE4] * 3, 79]
    assert outline(vertices, codes) == "m1 1q2 0 2 2zm4 4c1 0 1 1 2 2z"


def test_a_text_of_two_sizes_is_two_paths():
    from matplotlib.font_manager import FontProperties

    plain = text_path("x2", FontProperties(size=10), False)
    raised = text_path("$x^2$", FontProperties(size=10), True)
    assert [unit for unit, _ in plain] == [1 / 64]
    assert sorted(unit for unit, _ in raised) == pytest.approx([0.7 / 64, 1 / 64])
