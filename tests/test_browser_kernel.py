"""A kernel in a browser has no threads, no processes and no alarms: lessons, solved, run without any of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from test_notebooks import CHECKED, solved

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

KERNEL = """
import ast, json, os, subprocess, sys, threading
import ipywidgets, matplotlib.figure

def refuse(*_, **__):
    raise RuntimeError("not in a browser")

threading.Thread.start = subprocess.Popen.__init__ = os.fork = refuse
sys.platform = "emscripten"

def display(value):
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {"text/plain": repr(value)}
    if hasattr(value, "controls") and hasattr(value, "stage"):
        for name, control in value.controls.items():
            for place in (0, len(control.values) - 1) if control.kind == "slider" else ():
                value.at = {**value.at, name: place}
                assert not value.error, value.error
        if value.trainer:
            for turn in "abc":
                value.at = {**value.at, value.trainer.name: turn}
                assert not value.error, value.error
            assert value.trainer.run.done
    return (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]

page, shown = {}, []
for source in json.load(sys.stdin):
    body = ast.parse(source)
    last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
    exec(compile(body, "cell", "exec"), page)
    shown.append(display(eval(compile(ast.Expression(last.value), "cell", "eval"), page)) if last else "")
json.dump(shown, sys.stdout)
"""


def in_a_browser(cells, progress):
    """What each cell shows, where nothing may start a thread or a process."""
    asked = dict(input=json.dumps(cells), capture_output=True, text=True, cwd=NOTEBOOKS, timeout=100)
    asked |= {"env": os.environ | {"CALCLIB_PROGRESS": str(progress), "MPLBACKEND": "agg"}}
    run = subprocess.run([sys.executable, "-W", "error::RuntimeWarning", "-c", KERNEL], **asked)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


@pytest.mark.parametrize("lesson", ["00_start_here", "01_derivatives", "06_backpropagation"])
def test_a_lesson_is_worked_through_without_threads_processes_and_alarms(lesson, tmp_path):
    notebook = solved(nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", 4))
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    shown = in_a_browser(cells, tmp_path / "progress.json")
    said = [text for cell, text in zip(cells, shown, strict=True) if CHECKED.match(cell.splitlines()[-1])]
    assert said and [text for text in said if not text.startswith("Yes")] == []


def test_what_never_ends_is_ended_there_too(tmp_path):
    endless = "def endless():\n    while True: pass"
    tried = "try:\n    patience.within(0.1, endless)\nexcept patience.TimeUp:\n    said = 'ended'"
    *_, said = in_a_browser(["from calclib.checks import patience", endless, tried, "said"], tmp_path / "progress.json")
    assert said == "'ended'"


@pytest.mark.parametrize("start", ["threading.Thread(target=print).start()", "subprocess.run(['true'])", "os.fork()"])
def test_the_harness_refuses_what_a_browser_refuses(start, tmp_path):
    with pytest.raises(AssertionError, match="not in a browser"):
        in_a_browser(["import os, subprocess, threading", start], tmp_path / "progress.json")
