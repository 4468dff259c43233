"""What Jupyter's server takes out of a notebook that is opened without its kernel, and what it leaves."""

import asyncio
import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client import AsyncKernelManager

from calclib import server

ROOT = Path(__file__).parent.parent


def output(model, **more):
    return {"output_type": "display_data", "data": {server.VIEW: {"model_id": model}, **more}}


def notebook(*outputs):
    return {"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": list(outputs)}]}


def views(book):
    return [output["data"].get(server.VIEW, {}).get("model_id") for output in book["cells"][1]["outputs"]]


def test_a_view_with_a_still_beside_it_goes_and_what_would_leave_nothing_stays():
    book = notebook(output("a", **{"text/html": "…"}), output("b"), {"output_type": "stream"} | {"data": {}})
    server.without_widgets(book, set())
    assert views(book) == [None, "b", None]


@pytest.mark.parametrize(("alive", "left"), [({"b"}, [None, "b"]), (set(), [None, None]), (None, ["a", "b"])])
def test_what_a_kernel_holds_stays_and_so_does_all_where_it_does_not_say(alive, left):
    book = notebook(*(output(model, **{"text/html": "…"}) for model in "ab"))
    server.without_widgets(book, alive)
    assert views(book) == left


def test_a_view_whose_state_is_stored_stays():
    book = notebook(*(output(model, **{"text/html": "…"}) for model in "ab"))
    book["metadata"] = {"widgets": {server.STATE: {"state": {"a": {}}}}}
    server.without_widgets(book, set())
    assert views(book) == ["a", None]


def extended(book, *, kind="notebook", held=(), log=None):
    """`contents_manager.get` of a server where a kernel runs lessons/01.ipynb and holds these widgets."""

    async def get(path, content=True):
        return {"type": kind, "content": book if content else None}

    async def list_sessions():
        return [{"path": "lessons/01.ipynb", "kernel": {"id": "k"}}]

    app = SimpleNamespace(
        contents_manager=SimpleNamespace(get=get),
        session_manager=SimpleNamespace(list_sessions=list_sessions),
        kernel_manager=SimpleNamespace(get_kernel={"k": held}.get),
        log=log,
    )
    server._load_jupyter_server_extension(app)
    return lambda path, **knobs: asyncio.run(app.contents_manager.get(path, **knobs))


@pytest.mark.parametrize("odd", [{server.VIEW: "no view", "text/html": "…"}, "no data"])
def test_an_odd_notebook_is_opened_as_it_is(odd):
    book, told = notebook({"output_type": "display_data", "data": odd}), []
    get = extended(book, log=SimpleNamespace(exception=lambda *said: told.append(said)))
    assert get("02.ipynb")["content"] is book and len(told) == 1


@pytest.mark.parametrize(
    ("path", "left"), [("lessons/01.ipynb", "a"), ("/lessons/01.ipynb", "a"), ("02.ipynb", None), ("a.txt", "a")]
)
def test_a_notebook_is_opened_with_the_widgets_that_its_kernel_holds(monkeypatch, path, left):
    async def held(kernel):
        return set(kernel)

    monkeypatch.setattr(server, "held", held)
    book = notebook(output("a", **{"text/html": "…"}))
    get = extended(book, kind="notebook" if path.endswith("ipynb") else "file", held="a")
    assert get(path, content=False)["content"] is None
    get(path)
    assert views(book) == [left]


def test_a_kernel_says_what_it_holds_to_another_than_its_page_and_nothing_while_it_is_busy(monkeypatch):
    async def story():
        kernel = AsyncKernelManager()
        await kernel.start_kernel()
        page = kernel.client()
        page.start_channels()
        await page.wait_for_ready(timeout=30)
        before = await server.held(kernel)
        ran = await page.execute("import ipywidgets; slider = ipywidgets.IntSlider()", reply=True, timeout=30)
        after = await server.held(kernel)
        monkeypatch.setattr(server, "PATIENCE", 0.2)
        page.execute("input()")  # which waits
        await page.get_stdin_msg(timeout=30)
        busy = await server.held(kernel)
        page.stop_channels()
        await kernel.shutdown_kernel(now=True)
        return before, ran["content"]["status"], len(after), busy

    assert asyncio.run(story()) == (set(), "ok", 3, None)  # a slider, its layout and its style


def test_a_manager_of_another_kind_is_left_alone():
    app = SimpleNamespace(contents_manager=SimpleNamespace(get=str), session_manager=None, kernel_manager=None)
    server._load_jupyter_server_extension(app)
    assert app.contents_manager.get is str


def test_the_settings_go_where_jupyter_looks_and_name_the_extension():
    folder = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["flit"]["external-data"]["directory"]
    settings = ROOT / folder / "etc" / "jupyter" / "jupyter_server_config.d" / "calclib.json"
    named = json.loads(settings.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]
    assert named == {point["module"]: True for point in server._jupyter_server_extension_points()}
