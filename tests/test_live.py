"""A live figure on the kernel's side: what a move shows, what an error says, what stays where no kernel runs."""

import base64
import re
import subprocess
import sys
import threading
import warnings
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from anywidget._util import enable_custom_widget_manager_once
from ipywidgets import VBox
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from calclib.live import explore
from calclib.live.guard import guard_pyplot
from calclib.live.outputs import Outputs


def scene(ax):
    ax.set(xlim=(0, 1), ylim=(0, 2))


def marks(ax, a=1.0, kind="up"):
    if a > 1.5:
        raise ValueError("a is too steep <here>")
    ax.plot([0, 1], [0, a] if kind == "up" else [a, 0])
    return f"The slope is {a if kind == 'up' else -a:.2f}."


@pytest.fixture
def live():
    return explore(marks, scene, a=(0.0, 2.0), kind=["up", "down"], alt="A line.", size=(3, 2))


def still(live):
    html = live._repr_mimebundle_()[0]["text/html"]
    return base64.b64decode(re.search('base64,([^"]+)', html)[1]), html


def test_a_move_changes_values_sentence_and_picture(live):
    assert (live.values, live.status) == ({"a": 1.0, "kind": "up"}, "The slope is 1.00.")
    before, html = still(live)
    assert live.move(a=0.501, kind="down") is live
    assert (live.values, live.status) == ({"a": 0.5, "kind": "down"}, "The slope is -0.50.")
    assert still(live)[0] != before
    assert 'alt="A line."' in html and "<figcaption>The slope is 1.00.</figcaption>" in html


def test_what_the_file_keeps_is_text_a_picture_and_the_view(live):
    data, metadata = live._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} and metadata == {}
    assert data["text/plain"] == "A line. The slope is 1.00."


def test_colab_is_told_which_widget_manager_shows_it(live, monkeypatch):
    """Colab shows a widget that is not of ipywidgets' own only by a manager whose address stands in the bundle."""
    asked, address = [], "https://example.org/manager.js"
    colab = SimpleNamespace(
        enable_custom_widget_manager=lambda: asked.append(True), _widgets=SimpleNamespace(_installed_url=address)
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    enable_custom_widget_manager_once.cache_clear()
    data, metadata = live._repr_mimebundle_()
    told = metadata["application/vnd.jupyter.widget-view+json"]["colab"]
    assert told == {"custom_widget_manager": {"url": address}} and asked == [True]
    assert "text/html" in data


def test_marks_that_raise_say_where_in_one_sentence_and_heal(live):
    live.move(a=2)
    assert live.error == "Not drawn at a = 2.00, kind = up: ValueError: a is too steep <here>"
    assert live.frame["details"].splitlines()[1].endswith("in marks") and "stage.py" not in live.frame["details"]
    assert "&lt;here&gt;" in still(live)[1]
    live.move(a=1)
    assert live.error == "" and live.status == "The slope is 1.00."


def test_an_error_is_one_line_and_uses_the_words_beside_the_controls():
    def marks(ax, a=1.0):
        raise ValueError("too\nsteep")

    live = explore(marks, a=(0.0, 2.0), alt="Nothing.", size=(3, 2), labels={"a": "learning rate"})
    assert live.error == "Not drawn at learning rate = 1.00: ValueError: too steep"


def test_a_scene_that_raises_gives_a_figure_that_says_so():
    live = explore(lambda ax, a=1.0: None, lambda ax: 1 / 0, a=(0.0, 2.0), alt="Nothing.", size=(3, 2))
    assert live.error == "Not drawn at a = 1.00: ZeroDivisionError: division by zero"
    assert still(live)[0].startswith(b"\x89PNG") and "division by zero" in repr(live)


def test_marks_of_a_wrong_shape_and_of_nan():
    def odd(ax, n=2):
        ax.plot(np.arange(3), np.full(n, np.nan))

    live = explore(odd, scene, n=(2, 4), alt="Odd.", size=(3, 2))
    assert "shape" in live.error
    assert live.move(n=3).error == ""


def test_a_long_message_is_cut_and_kept_in_full_below():
    def wordy(ax, a=1):
        raise RuntimeError("word " * 1000)

    live = explore(wordy, scene, a=(0, 2), alt="Words.", size=(3, 2))
    assert len(live.error) < 400 and len(live.frame["details"]) > 4000


STALE = [{}, {"a": 0}, {"b": 1}, *({"a": place, "kind": 0} for place in (9999, -1, "x", True, 0.5, None, [1]))]


@pytest.mark.parametrize("at", STALE)
def test_a_stale_page_gets_a_sentence_and_the_next_good_place_heals(live, at):
    live.at = at
    assert live.error.startswith("Run this cell again: ValueError:")
    assert still(live)[0]
    live.at = {"a": 0, "kind": 1}
    assert live.error == "" and live.frame["at"] == {"a": 0, "kind": 1}


def ahead(live, monkeypatch, **at):
    """What the page gets when it asks for the frame of these places in advance."""
    sent = []
    monkeypatch.setattr(live, "send", sent.append)
    live._handle_custom_msg({"ahead": {**live.at, **at}}, [])
    return sent


def test_a_frame_drawn_in_advance_is_the_one_that_comes_and_moves_nothing(live, monkeypatch):
    before = dict(live.at), live.frame, live.status
    ((frame,),) = (message.values() for message in ahead(live, monkeypatch, kind=1))
    assert (dict(live.at), live.frame, live.status) == before
    live.move(kind="down")
    assert frame["at"] == live.at and frame["status"] == live.status
    assert len(frame["svg"]) == len(live.frame["svg"])


def test_neither_an_error_nor_a_dear_frame_is_drawn_in_advance(live, monkeypatch):
    assert ahead(live, monkeypatch, a=live.controls["a"].index(2.0)) == []
    live.seconds = 1.0
    assert ahead(live, monkeypatch, kind=1) == []


def test_nothing_is_warned_by_a_frame():
    def noisy(ax, a=1.0):
        warnings.warn("from a learner's function", stacklevel=1)
        ax.semilogy([0, 1], [-a, np.inf])
        return f"{np.float64(a) / np.float64(0)}"

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert explore(noisy, None, a=(-1.0, 1.0), alt="Noise.", size=(3, 2)).move(a=0).status == "nan"


def test_what_marks_return_besides_a_sentence_is_passed_over():
    assert explore(lambda ax, a=1: ax.plot([a], [a]), scene, a=(0, 2), alt="A dot.", size=(3, 2)).status == ""


@pytest.mark.parametrize(
    "wrong, error, says",
    [
        ({"marks": 3}, TypeError, "marks is 3"),
        ({"scene": "no"}, TypeError, "scene is 'no'"),
        ({"alt": ""}, ValueError, "alt is ''"),
        ({"pointer": "kind"}, ValueError, "pointer is 'kind'"),
        ({"labels": {"c": "see"}}, ValueError, "labels is 'c'"),
        ({"c": (0, 1)}, TypeError, "the marks take no such argument"),
        ({"a": (2, 1)}, ValueError, "the lower one first"),
        ({"size": 5}, ValueError, "size has shape ()"),
        ({"size": (7, 0)}, ValueError, "size is [7.0, 0.0]: a width and a height"),
    ],
)
def test_a_wrong_call_is_told_at_once(wrong, error, says):
    call = {"marks": marks, "scene": scene, "a": (0.0, 2.0), "kind": ["up", "down"], "alt": "A line.", **wrong}
    with pytest.raises(error, match=re.escape(says)):
        explore(**call)


def test_an_unknown_control_is_told(live):
    with pytest.raises(ValueError, match="b is no control of this figure: a, kind would do"):
        live.move(b=1)


def ran(outputs, cell, *widgets):
    outputs.begin(None)
    for widget in widgets:
        outputs.show(widget)
    outputs.end(SimpleNamespace(info=SimpleNamespace(cell_id=cell)))


def test_a_cell_that_runs_again_closes_what_no_cell_shows_any_more():
    outputs, (one, two, three) = Outputs(), (explore(marks, scene, a=(0.0, 2.0), alt="A line.") for _ in range(3))
    ran(outputs, "first", one, two)
    ran(outputs, "second", two)
    ran(outputs, "first", three)
    assert [figure.comm is None for figure in (one, two, three)] == [True, False, False]
    ran(outputs, "first", three)
    ran(outputs, "second")
    assert [figure.comm is None for figure in (one, two, three)] == [True, True, False]
    outputs.names["mine"] = three
    ran(outputs, "first")
    assert three.comm is not None, "what has a name may be shown again"
    ran(outputs, "second", three)
    ran(outputs, "second", VBox([three]))
    del outputs.names["mine"]
    ran(outputs, "first")
    assert three.comm is not None, "it stands in what another cell shows"
    ran(outputs, None, three)
    ran(outputs, None)
    assert three.comm is not None, "where no id is sent, a cell is not told from another"


def test_a_closed_figure_keeps_no_drawing_and_can_still_be_asked(live):
    picture, html_before = live.move(a=0.5).frame["svg"], live._repr_html_()
    assert html_before == still(live)[1]
    live.close()
    assert live.stage.figure is None
    assert live.move(a=1.5).status == "The slope is 1.50."
    assert live.move(a=0.5).frame["svg"] == picture
    assert live._repr_html_() == html_before


def test_pyplot_is_flushed_in_the_main_thread_only(monkeypatch):
    from matplotlib_inline import backend_inline

    calls = []
    monkeypatch.setattr(backend_inline, "flush_figures", lambda: calls.append(threading.current_thread()))
    guard_pyplot()
    guard_pyplot()  # twice is once
    thread = threading.Thread(target=backend_inline.flush_figures)
    thread.start()
    thread.join()
    assert calls == []
    backend_inline.flush_figures()
    assert calls == [threading.main_thread()]


@pytest.mark.parametrize(
    "form, picture", [("html", r'<img alt="A line\."[^>]*src="data:image/png'), ("markdown", r'<img alt="A line\."')]
)
def test_an_export_without_a_kernel_shows_the_still_picture(tmp_path, form, picture):
    source = "from calclib.live import explore\nexplore(lambda ax, a=1: ax.plot([0, a]), a=(0, 2), alt='A line.')"
    notebook = NotebookClient(new_notebook(cells=[new_code_cell(source)]), timeout=60).execute()
    notebook.metadata.pop("widgets", None)
    nbformat.write(notebook, tmp_path / "note.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", form, "note.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    text = (tmp_path / f"note.{'html' if form == 'html' else 'md'}").read_text(encoding="utf-8")
    assert re.search(picture, text)
    assert "widget not found" not in text and "Error displaying" not in text and "widget-view" not in text
