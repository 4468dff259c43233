"""Every notebook: as it is, then again with each solution in the place of its stub; every figure at all its ends."""

import json
import os
import re
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
SOLUTION = re.compile(r"<details>\s*<summary>Solution</summary>.*?```python\n(.*?)```.*?</details>", re.DOTALL)
CHECKED = re.compile(r"^check\.\w+\(.*\)$")

TRY_EVERY_FIGURE = """
import gc as _gc, json as _json
from calclib.live import Live as _Live

def _stops(control):
    if control.kind == "grid":
        return [control.index(drawing) for drawing in control.values]
    if control.kind == "training":
        return [control.training.steps, 0]
    last = len(control.values) - 1
    return [0, last] if control.kind == "slider" else range(last + 1)

def _shown(live):
    return [live.frame[part] for part in ("svg", "png", "status")]

def _wrong(live):
    start = dict(live.at)
    if live.trainer:  # its controls are tried a few steps on: before the first one they have nothing to act on
        start[live.trainer.name] = min(5, live.trainer.training.steps)
        live.at = start
    before = _shown(live)
    for name, control in live.controls.items():
        changed = False
        for stop in _stops(control):
            live.at = {**live.at, live.trainer.name: 0} if live.trainer else live.at
            live.at = {**start, name: stop}
            changed = changed or _shown(live) != before
            if live.error:
                yield f"{live.alt}: {live.error}"
        if not changed:
            yield f"{live.alt}: {name} changes nothing"
        live.at = start

_lives = [o for o in _gc.get_objects() if isinstance(o, _Live)]
print(_json.dumps({"figures": len(_lives), "wrong": [w for live in _lives for w in _wrong(live)]}))
"""


def exercises(notebook):
    return [i for i, cell in enumerate(notebook.cells) if "exercise" in cell.metadata.get("tags", [])]


def solved(notebook):
    """The notebook with each folded solution in the place of the exercise before it; the line with the check stays."""
    notebook = deepcopy(notebook)
    stubs = exercises(notebook)
    for number, i in enumerate(stubs):
        behind = notebook.cells[i + 1 : (stubs + [len(notebook.cells)])[number + 1]]
        folds = [fold for cell in behind if cell.cell_type == "markdown" for fold in SOLUTION.findall(cell.source)]
        assert len(folds) == 1, f"cell {i} is an exercise and has {len(folds)} solutions"
        check = notebook.cells[i].source.rstrip().splitlines()[-1]
        assert CHECKED.match(check), f"cell {i} is an exercise and ends in {check!r}, which is no check"
        notebook.cells[i].source = f"{folds[0]}\n{check}"
    return notebook


@contextmanager
def kernel(folder, progress):
    """A function that runs a notebook, in one kernel for all, with a progress file of its own."""
    client = NotebookClient(new_notebook(), timeout=120, resources={"metadata": {"path": str(folder)}})

    def run(notebook):
        client.nb = notebook = deepcopy(notebook)
        for i, cell in enumerate(notebook.cells):
            client.execute_cell(cell, i)
        return notebook

    with client.setup_kernel(env=os.environ | {"CALCLIB_PROGRESS": str(progress), "MPLBACKEND": "agg"}):
        yield run


def compared(notebook):
    """What the cells gave, but for exercises and progress, which answers change, and for counts and widgets' names."""

    def plain(output):
        data = {k: v for k, v in output.get("data", {}).items() if "widget-view" not in k}
        return {**output, "data": data, "execution_count": None}

    answered = set(exercises(notebook))
    given = [[plain(output) for output in cell.get("outputs", [])] for cell in notebook.cells]
    return [[o for o in outputs if i not in answered and not shows_progress(o)] for i, outputs in enumerate(given)]


def shows_progress(output):
    return output["data"].get("text/plain", "").startswith("Your progress")


def answers(notebook):
    """What the checks said, of each exercise its last output."""
    return [notebook.cells[i].outputs[-1].data["text/plain"] for i in exercises(notebook)]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def ran(request, tmp_path_factory):
    """The notebook run once, its figures tried, and run again solved: all in one kernel."""
    return runs(nbformat.read(request.param, 4), request.param.parent, tmp_path_factory.mktemp("progress"))


def runs(notebook, folder, room):
    with kernel(folder, room / "progress.json") as run:
        first = run(notebook)
        tried = run(new_notebook(cells=[new_code_cell(TRY_EVERY_FIGURE)])).cells[0].outputs
        return {"first": first, "tried": tried, "solved": run(solved(notebook))}


def test_no_exercise_is_answered_and_nothing_is_said_on_the_side(ran):
    assert all(answer.startswith("Not started") for answer in answers(ran["first"]))
    noise = [o.text for cell in ran["first"].cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    assert noise == []


def test_a_second_run_changes_nothing_but_the_answers(ran):
    for i, (once, twice) in enumerate(zip(compared(ran["first"]), compared(ran["solved"]), strict=True)):
        assert once == twice, f"cell {i} gave something else the second time, or another answer"


def test_every_solution_earns_a_yes(ran):
    given = answers(ran["solved"])
    assert [answer for answer in given if not answer.startswith("Yes")] == []


def test_every_control_of_every_figure_goes_to_its_ends(ran):
    assert [output.get("name") for output in ran["tried"]] == ["stdout"], "a warning or an error"
    assert json.loads(ran["tried"][0].text)["wrong"] == []


# --- the harness itself finds what it is there to find

SETUP = "from calclib.checks import derivatives as check\n"
SETUP += "from calclib.live import explore\nruns = globals().get('runs', 0) + 1"
FIGURE = """explore(lambda ax, a=1.0: ax.plot([0, 1], [0, a if a < 1.5 else {}]), lambda ax: ax.set(ylim=(0, 2)),
        a=(0.0, 2.0), b=True, alt="A line.")""".replace("a=1.0:", "a=1.0, b=True:")
STUB = "def slope(f, x, h=1e-5):\n    ...\n\n\ncheck.slope(slope)"
FOLD = "<details><summary>Solution</summary>\n\n```python\ndef slope(f, x, h=1e-5):\n    return {}\n```\n\n</details>"
FORWARD, CENTRAL = "(f(x + h) - f(x)) / h", "(f(x + h) - f(x - h)) / (2 * h)"


def tiny(solution=CENTRAL, divisor="a", tail="1"):
    stub = new_code_cell(STUB, metadata={"tags": ["exercise"]})
    figure = new_code_cell(FIGURE.format(divisor))
    return new_notebook(
        cells=[new_code_cell(SETUP), figure, stub, new_markdown_cell(FOLD.format(solution)), new_code_cell(tail)]
    )


def test_the_harness_finds_a_wrong_solution_a_raising_figure_an_idle_control_and_a_second_run_that_differs(tmp_path):
    ran = runs(tiny(FORWARD, "1 / 0", "runs"), tmp_path, tmp_path)
    assert answers(ran["first"])[0].startswith("Not started")
    assert answers(ran["solved"])[0].startswith("Not yet")
    assert compared(ran["first"])[:-1] == compared(ran["solved"])[:-1]
    assert compared(ran["first"])[-1] != compared(ran["solved"])[-1]
    raising, idle = json.loads(ran["tried"][0].text)["wrong"]
    assert "Not drawn at a = 2.00" in raising and "b changes nothing" in idle
