"""What Jupyter's server takes out of a notebook that is opened without its kernel, and what it leaves."""

import asyncio
import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from calclib import server

ROOT = Path(__file__).parent.parent


def output(model, **more):
    return {"output_type": "display_data", "data": {server.VIEW: {"model_id": model}, **more}}


def notebook(*outputs):
    return {"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": list(outputs)}]}


def views(book):
    return [output["data"].get(server.VIEW, {}).get("model_id") for output in book["cells"][1]["outputs"]]


def test_a_view_with_a_still_beside_it_goes_and_what_would_leave_nothing_stays():
    book, gone = (
        notebook(output("a", **{"text/html": "…"}), output("b"), {"output_type": "stream"} | {"data": {}}),
        set(),
    )
    server.without_widgets(book, gone, all_of_them=True)
    assert views(book) == [None, "b", None] and gone == {"a"}


def test_a_view_whose_state_is_stored_stays():
    book = notebook(*(output(model, **{"text/html": "…"}) for model in "ab"))
    book["metadata"] = {"widgets": {server.STATE: {"state": {"a": {}}}}}
    server.without_widgets(book, set(), all_of_them=True)
    assert views(book) == ["a", None]


@pytest.mark.parametrize("odd", [{server.VIEW: "no view", "text/html": "…"}, "no data"])
def test_an_odd_notebook_is_opened_as_it_is(odd):
    book, told = notebook({"output_type": "display_data", "data": odd}), []

    async def get(path):
        return {"type": "notebook", "content": book}

    async def list_sessions():
        return []

    sessions = SimpleNamespace(list_sessions=list_sessions)
    log = SimpleNamespace(exception=lambda *said: told.append(said))
    app = SimpleNamespace(contents_manager=SimpleNamespace(get=get), session_manager=sessions, log=log)
    server._load_jupyter_server_extension(app)
    assert asyncio.run(app.contents_manager.get("01.ipynb"))["content"] is book and len(told) == 1


def test_what_was_gone_once_stays_gone_and_what_lives_stays():
    book = notebook(*(output(model, **{"text/html": "…"}) for model in "ab"))
    server.without_widgets(book, {"a"}, all_of_them=False)
    assert views(book) == [None, "b"]


@pytest.mark.parametrize(
    ("path", "left"), [("lessons/01.ipynb", "a"), ("/lessons/01.ipynb", "a"), ("02.ipynb", None), ("a.txt", "a")]
)
def test_notebooks_without_a_kernel_are_opened_without_views(path, left):
    kind = "notebook" if path.endswith("ipynb") else "file"
    book = notebook(output("a", **{"text/html": "…"}))

    async def get(path, content=True):
        return {"type": kind, "content": book if content else None}

    async def list_sessions():
        return [{"path": "lessons/01.ipynb"}]

    sessions = SimpleNamespace(list_sessions=list_sessions)
    app = SimpleNamespace(contents_manager=SimpleNamespace(get=get), session_manager=sessions)
    server._load_jupyter_server_extension(app)
    assert asyncio.run(app.contents_manager.get(path, content=False))["content"] is None
    asyncio.run(app.contents_manager.get(path))
    assert views(book) == [left]


def test_a_manager_of_another_kind_is_left_alone():
    app = SimpleNamespace(contents_manager=SimpleNamespace(get=str), session_manager=None)
    server._load_jupyter_server_extension(app)
    assert app.contents_manager.get is str


def test_the_settings_go_where_jupyter_looks_and_name_the_extension():
    folder = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["flit"]["external-data"]["directory"]
    settings = ROOT / folder / "etc" / "jupyter" / "jupyter_server_config.d" / "calclib.json"
    named = json.loads(settings.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]
    assert named == {point["module"]: True for point in server._jupyter_server_extension_points()}
