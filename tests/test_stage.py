"""A stage shows what Matplotlib would draw from nothing, however it got there, and keeps nothing of what was before."""

import io
import threading
import warnings
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import calclib.pictures  # noqa: F401  (sets the style)
from calclib.pictures.stage import Stage

GRID = np.linspace(0, 1, 12)


def scene(ax):
    ax.plot(GRID, GRID**2)
    ax.set(xlim=(0, 1), ylim=(0, 1))


def bars(ax, t):
    ax.bar([0.2, 0.4], [t, 0.5], width=0.1, label="bars")


def bars_with_legend(ax, t):
    bars(ax, t)
    ax.legend()


def inset(ax, t):
    ax.inset_axes([0.5, 0.1, 0.4, 0.3]).plot([0, 1], [0, t])


def colour_bar(ax, t):
    ax.figure.colorbar(ax.imshow(np.outer(GRID, GRID) * t, extent=(0, 1, 0, 1), aspect="auto"), ax=ax)


def labelled_contours(ax, t):
    ax.clabel(ax.contour(GRID, GRID, np.add.outer(GRID**2, t * GRID), levels=[0.2, 0.5]))


KINDS = {
    "nothing": lambda ax, t: None,
    "line": lambda ax, t: ax.plot([0, t], [0, 1], "o-", label="line"),
    "second line takes the next colour": lambda ax, t: (ax.plot([0, 1], [t, 1]), ax.plot([0, 1], [0, t])),
    "text": lambda ax, t: ax.text(0.1, 0.5, f"$x = {t:.3f}$"),
    "arrow": lambda ax, t: ax.annotate("here", (t, t), (0.1, 0.8), arrowprops={"arrowstyle": "->"}),
    "fill": lambda ax, t: ax.fill_between(GRID, GRID * t, alpha=0.4),
    "points": lambda ax, t: ax.scatter(GRID, GRID * t, s=20 * GRID, c=GRID),
    "bars with a legend": bars_with_legend,
    "bars": bars,
    "legend of the scene": lambda ax, t: ax.legend([f"{t:.2f}"]),
    "field": lambda ax, t: ax.quiver(GRID, GRID, np.cos(6 * t * GRID), np.sin(6 * t * GRID)),
    "contours": labelled_contours,
    "cells": lambda ax, t: ax.pcolormesh(GRID, GRID, np.outer(GRID, GRID) * t, vmin=0, vmax=1),
    "image": lambda ax, t: ax.imshow(np.outer(GRID, GRID) * t, extent=(0, 0.5, 0, 0.5), vmin=0, vmax=1, aspect="auto"),
    "colour bar": colour_bar,
    "inset": inset,
    "twin": lambda ax, t: ax.twinx().plot([0, 1], [5, 9 * t]),
    "title": lambda ax, t: ax.set_title(f"t = {t:.2f}"),
    "title above all": lambda ax, t: ax.figure.suptitle(f"t = {t:.2f}"),
    "limits": lambda ax, t: ax.set_xlim(0, 1 + t),
    "ticks": lambda ax, t: ax.set_yticks([0, t]),
    "axis off": lambda ax, t: ax.set_axis_off(),
    "shape": lambda ax, t: ax.set_aspect("equal"),
    "scene's own curve": lambda ax, t: ax.lines[0].set_ydata(GRID * t),
    "scene's curve taken away": lambda ax, t: ax.lines[0].remove(),
    "all cleared": lambda ax, t: ax.clear(),
    "cross-hair": lambda ax, t: (ax.axvline(t), ax.axhline(t)),
    "dear": lambda ax, t: ax.pcolormesh(np.outer(np.linspace(0, 1, 90), np.linspace(0, t, 90))),
}


def marks(ax, kind="nothing", t=0.5):
    KINDS[kind](ax, t)
    return kind


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def started(marks=marks, scene=scene, **values):
    """A small stage that has shown its first frame."""
    stage = Stage(marks, scene, size=(2.5, 2))
    stage.frame(**values)
    return stage


@cache
def drawn(kind="nothing", t=0.5):
    """The pixels of a figure that showed nothing before."""
    return pixels(started().still(kind=kind, t=t))


@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([0.25, 0.9])), min_size=1, max_size=4))
def test_after_any_moves_the_picture_is_that_of_a_new_figure(moves):
    used = started()
    for kind, t in moves:
        used.frame(kind=kind, t=t)
    assert (pixels(used.still(kind=kind, t=t)) == drawn(kind, t)).all()
    assert (pixels(used.still()) == drawn()).all(), f"something of {moves} stayed"


@pytest.fixture(scope="module")
def used():
    return started()


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_the_whole_picture_and_leaves_nothing_behind(used, kind):
    used.way = "svg"
    first = used.frame(kind=kind, t=0.9)
    used.frame(kind="line")
    assert used.frame(kind=kind, t=0.9).svg.count("<path") == first.svg.count("<path")
    used.way = "png"
    assert (pixels(used.frame(kind=kind, t=0.9).png) == drawn(kind, 0.9)).all()
    assert (pixels(used.still()) == drawn()).all()


UNCOMMON = {
    "colour bar",
    "shape",
    "all cleared",
}  # these move the axes as they are drawn, or put the scene above the marks


@pytest.mark.parametrize("kind", sorted(set(KINDS) - UNCOMMON))
def test_a_still_is_what_plain_matplotlib_draws(used, kind):
    used.spoiled = True
    used._renew({})
    used.spoiled = True
    KINDS[kind](used.axes, 0.9)
    for artist in used._new():
        artist.set_zorder(artist.get_zorder() + 100)  # marks lie over the scene
    used.figure.set_dpi(144)
    used.canvas.draw()
    plain = np.asarray(used.canvas.buffer_rgba())[..., :3].astype(int)
    assert np.abs(plain - drawn(kind, 0.9)).max() <= 2


def test_the_first_marks_take_the_colours_that_all_later_ones_take():
    kind = "second line takes the next colour"
    stage = started(kind=kind, t=0.9)
    assert (pixels(stage.still(kind=kind, t=0.9)) == drawn(kind, 0.9)).all()


def test_cheap_marks_stay_cheap():
    cheap = [
        "line",
        "text",
        "arrow",
        "fill",
        "points",
        "bars with a legend",
        "field",
        "contours",
        "inset",
        "cross-hair",
    ]
    stage = started()
    for kind in cheap:
        assert stage.frame(kind=kind).png is None, kind


def test_dear_marks_are_drawn_onto_the_kept_scene():
    stage = started()
    assert stage.frame(kind="dear").png and not stage.spoiled


def test_limits_are_those_of_the_scene_or_of_the_first_marks():
    assert started(lambda ax: ax.plot([0, 9], [0, 9]), lambda ax: ax.set_xlim(0, 2)).axes.get_xlim() == (0, 2)
    stage = started(lambda ax, a=4: ax.plot([0, a], [0, a]), None)
    assert stage.axes.get_xlim()[1] == pytest.approx(4.08)
    stage.frame(a=100)
    assert stage.axes.get_xlim()[1] == pytest.approx(4.08)


def test_layout_has_room_for_the_first_marks_title():
    titled = started(marks, scene, kind="title").axes.get_position()
    assert titled.y1 < started().axes.get_position().y1 - 0.03


ODD = {
    "no data": ([], []),
    "all nan": ([0, 1], [np.nan, np.nan]),
    "infinite": ([0, 1], [np.inf, -np.inf]),
    "nan between": ([0, 0.5, 1], [0, np.nan, 1]),
    "huge": ([0, 1], [1e300, -1e300]),
    "overflow": ([0, 1], [1.0, 1e308]),
}


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("odd", ODD)
def test_odd_numbers_are_drawn_as_what_they_are_and_nothing_is_warned(odd, scale):
    def odd_marks(ax):
        x, y = map(np.array, ODD[odd])
        warnings.warn("a learner's function warns", stacklevel=1)
        ax.plot(x, y * 10, "o-")
        ax.scatter(x, y)
        ax.fill_between(x, y)
        return f"{np.log(np.array(-1.0))}"

    for own in (lambda ax: ax.set(yscale=scale, xlim=(0, 1), ylim=(0.1, 1)), lambda ax: ax.set_yscale(scale)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stage = Stage(odd_marks, own, size=(2.5, 2))
            assert stage.frame().status == "nan"
            assert stage.still()


def test_a_gap_in_a_line_is_a_gap():
    def broken(ax, gap=False):
        ax.plot([0, 0.5, 1], [0, np.nan if gap else 0.5, 1])

    assert started(broken).frame(gap=True).svg.count("\nL") < started(broken).frame().svg.count("\nL")


def test_what_marks_added_before_they_raised_is_swept():
    def failing(ax, wrong=False):
        ax.plot([0, 1], [1, 0])
        ax.set_title("half way")
        if wrong:
            raise ZeroDivisionError("in the marks")

    stage = started(failing)
    with pytest.raises(ZeroDivisionError):
        stage.frame(wrong=True)
    assert (pixels(stage.frame().png) == pixels(started(failing).still())).all()


def test_a_scene_that_raises_is_tried_again_at_the_next_frame():
    trouble = [RuntimeError("the scene")]

    def troubled(ax):
        if trouble:
            raise trouble.pop()
        scene(ax)

    stage = Stage(marks, troubled, size=(2.5, 2))
    with pytest.raises(RuntimeError):
        stage.frame()
    assert (pixels(stage.scene) == 255).all()
    stage.frame(kind="line")
    assert (pixels(stage.scene) == pixels(started(marks, scene, kind="line").scene)).all()


def test_first_marks_that_raise_leave_the_scene_and_the_next_settle_it():
    def sometimes(ax, ok=False):
        ax.plot([0, 8], [0, 1 if ok else 1 / 0])

    stage = Stage(sometimes, None, size=(2.5, 2))
    with pytest.raises(ZeroDivisionError):
        stage.frame(ok=False)
    stage.frame(ok=True)
    assert stage.axes.get_xlim()[1] == pytest.approx(8.16)


def test_the_overlay_is_well_formed_svg_of_the_figures_size():
    root = ElementTree.fromstring(started().frame(kind="line").svg)
    assert root.attrib["viewBox"] == "0 0 180 144"


def test_a_cell_keeps_its_warnings_while_a_callback_draws():
    """JupyterLab runs callbacks in a second thread, and warning filters are one for all threads."""
    stage, drawn, go_on = Stage(lambda ax, x: ax.plot([0, x])), threading.Event(), threading.Event()

    def marks(ax, x):
        drawn.set()
        go_on.wait(10)
        ax.plot([0, x])

    stage.marks = marks
    callback = threading.Thread(target=lambda: stage.frame(x=1))
    callback.start()
    assert drawn.wait(10)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warnings.warn("the cell's own", stacklevel=1)
    go_on.set()
    callback.join()
    assert [str(w.message) for w in heard] == ["the cell's own"]
    before = warnings.filters[:]
    callback = threading.Thread(target=lambda: stage.frame(x=2))
    callback.start()
    callback.join()
    assert warnings.filters == before


def test_a_figure_that_is_drawn_as_svg_keeps_no_pixels():
    stage = Stage(lambda ax, x: ax.plot([0, x]))
    assert stage.frame(x=1).svg
    assert stage.still(x=2)
    assert stage.pixels is None
    assert not hasattr(stage.canvas, "renderer")
    assert stage.frame(x=3).svg
