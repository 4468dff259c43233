"""Facts about the repository that would rot unseen: pins, README, who imports whom, how notebooks are stored."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MODULES = sorted((ROOT / "calclib").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

each_notebook = pytest.mark.parametrize("book", NOTEBOOKS, ids=lambda path: path.name)
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lines(file):
    return [line for line in (ROOT / file).read_text("utf-8").splitlines() if line and not line.startswith("#")]


# Pins


def test_the_first_command_installs_exact_versions_and_calclib_itself():
    assert all(re.fullmatch(r"[\w-]+==[\w.]+|-e \.", line) for line in lines("requirements.txt"))
    assert "-e ." in lines("requirements.txt")


def test_what_only_tests_need_is_pinned_and_stands_apart():
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in lines("tests/requirements.txt"))
    assert not set(lines("tests/requirements.txt")) & set(lines("requirements.txt"))


def test_binder_has_the_same_pins():
    assert sorted(lines("binder/requirements.txt") + ["-e ."]) == sorted(lines("requirements.txt"))


def test_the_pins_satisfy_what_calclib_asks_for():
    pinned = dict(line.split("==") for line in lines("requirements.txt") if "==" in line)
    for wanted in map(Requirement, project()["project"]["dependencies"]):
        assert wanted.specifier.contains(pinned[wanted.name]), wanted


def test_binders_python_is_one_that_calclib_supports():
    supported = SpecifierSet(project()["project"]["requires-python"])
    assert supported.contains(lines("binder/runtime.txt")[0].removeprefix("python-"))


# README


def commands():
    return re.findall(r"^python3 -m venv .*$", README.read_text("utf-8"), re.MULTILINE)


def test_the_readme_has_two_commands_that_start_from_nothing():
    begin = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
    lab, test = commands()
    assert lab == f"{begin} && .venv/bin/jupyter lab notebooks/00_start_here.ipynb"
    assert test == f"{begin} -r tests/requirements.txt && .venv/bin/pytest"


def test_the_readmes_table_has_every_notebook_in_order():
    rows = [row for row in README.read_text("utf-8").splitlines() if row.startswith("|")]
    assert re.findall(r"\]\(notebooks/([\w.]+)\)", "\n".join(rows)) == [book.name for book in NOTEBOOKS]
    assert NOTEBOOKS


def test_the_readme_points_at_nothing_that_is_not_there():
    links = re.findall(r"\]\(([^)#:\s]+)[)#]", README.read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_is_short():
    assert len(README.read_text("utf-8").splitlines()) < 150


# Floors: imports only run down

SHOWN = {"numpy", "matplotlib", "contourpy", "PIL"}
LIVE = SHOWN | {"ipywidgets", "anywidget", "traitlets", "IPython", "matplotlib_inline", "threadpoolctl"}
FLOORS = {  # part of calclib: (what it may import, which other parts it may stand on); all the rest is mathematics
    "mathematics": ({"numpy"}, set()),
    "progress": ({"numpy"}, {"mathematics"}),
    "checks": ({"numpy"}, {"mathematics", "progress"}),
    "pictures": (SHOWN, {"mathematics"}),
    "live": (LIVE, {"mathematics", "pictures", "progress", "checks"}),
    "labs": (LIVE, {"mathematics", "pictures", "live"}),
    "server": ({"jupyter_client"}, set()),  # stands beside the house
}


def part_of(name):
    """The floor that a dotted name inside calclib stands on."""
    part = (name.split(".") + [""])[1]
    return part if part in FLOORS else "mathematics"


def imports(source):
    """Every dotted name that a module imports, wherever in it; `from a import b` counts as a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward_imports(name, source):
    """The imports by which a module of that name leaves its floor."""
    part = part_of(name)
    outside, inside = FLOORS[part]
    for imported in imports(source):
        top = imported.split(".")[0]
        if top == "calclib":
            if part_of(imported) not in inside | {part}:
                yield imported
        elif top not in sys.stdlib_module_names | outside:
            yield imported


@each_module
def test_imports_only_run_down(module):
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    assert list(upward_imports(name, module.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("calclib.differences", "import matplotlib.pyplot as plt"),
        ("calclib.descent", "def f():\n    from calclib.pictures import plots"),
        ("calclib.data.loaders", "import scipy"),
        ("calclib.checks.start", "from calclib.live import explore"),
        ("calclib.pictures.stage", "import ipywidgets"),
        ("calclib.pictures.plots", "from calclib import labs"),
        ("calclib.live.figure", "from calclib.labs.derivatives import secant"),
    ],
)
def test_an_upward_import_is_seen(name, line):
    assert list(upward_imports(name, line))


def test_import_calclib_brings_numpy_and_nothing_above():
    code = "import sys, calclib; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    above = {"matplotlib", "ipywidgets", "anywidget", "IPython", "traitlets", "PIL"}
    assert above & set(loaded.stdout.split()) == set()


@each_module
def test_every_module_says_what_it_offers(module):
    body = ast.parse(module.read_text("utf-8")).body
    public = [node.name for node in body if not getattr(node, "name", "_").startswith("_")]
    assert not public or re.search(r"^__all__ = ", module.read_text("utf-8"), re.MULTILINE)


# Notebooks, as they are stored


@cache
def notebook(book):
    return json.loads(book.read_text(encoding="utf-8"))


def cells(book, kind):
    return ["".join(cell["source"]) for cell in notebook(book)["cells"] if cell["cell_type"] == kind]


def outputs(book):
    return [output for cell in notebook(book)["cells"] for output in cell.get("outputs", [])]


@each_notebook
def test_no_widget_state_is_stored(book):
    assert "widgets" not in notebook(book)["metadata"]


@each_notebook
def test_it_was_run_once_from_top_to_bottom(book):
    counts = [cell["execution_count"] for cell in notebook(book)["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_error_or_warning_is_stored(book):
    assert [o for o in outputs(book) if o["output_type"] == "error" or o.get("name") == "stderr"] == []


def unnamed_pictures(output):
    """Whether an output shows a picture, or a widget that draws one, without alternative text."""
    data = output.get("data", {})
    page = "".join(data.get("text/html", ""))
    stray = [tag for tag in re.findall(r"<img\b[^>]*>", page) if not re.search(r'\balt="[^"]', tag)]
    picture = any(kind.startswith("image/") for kind in data)
    return bool(stray) or (picture and "<img" not in page)


@each_notebook
def test_every_picture_has_alternative_text(book):
    assert [list(o["data"]) for o in outputs(book) if unnamed_pictures(o)] == []
    prose = "\n".join(cells(book, "markdown"))
    assert re.findall(r"!\[\s*\]\([^)]*\)", prose) == []
    assert [tag for tag in re.findall(r"<img\b[^>]*>", prose) if not re.search(r'\balt="[^"]', tag)] == []


@each_notebook
def test_no_widget_is_stored_but_what_it_leaves_in_its_place(book):
    """A trusted notebook would show "model not found" for the widget, and not the picture beside it."""
    kinds = [set(o.get("data", {})) for o in outputs(book)]
    assert [k for k in kinds if "application/vnd.jupyter.widget-view+json" in k] == []
    figures = sum(bool(re.search(r"^figure\.", cell.splitlines()[-1])) for cell in cells(book, "code"))
    pictures = sum("<img" in "".join(o.get("data", {}).get("text/html", "")) for o in outputs(book))
    assert pictures >= figures - 1  # a self-check is no picture


@pytest.mark.parametrize(
    "data",
    [
        {"image/png": "iVBOR"},
        {"image/png": "iVBOR", "text/plain": "<Figure>"},
        {"text/html": ['<img src="a.png">']},
        {"text/html": '<img alt="" src="a.png">'},
    ],
)
def test_a_picture_without_words_is_seen(data):
    assert unnamed_pictures({"output_type": "display_data", "data": data})
    assert not unnamed_pictures({"data": data | {"text/html": '<img src="a" alt="A parabola.">'}})


@each_notebook
def test_every_import_stands_in_the_first_code_cell_of_five_lines_at_most(book):
    first, *others = cells(book, "code")
    assert list(imports(first)) and len(first.splitlines()) <= 5
    assert [cell for cell in others if list(imports(cell))] == []


@each_notebook
def test_cells_are_short(book):
    assert [cell for cell in cells(book, "code") if len(cell.splitlines()) > 20] == []
    prose = [re.sub(r"<details.*?</details>", "", cell, flags=re.DOTALL) for cell in cells(book, "markdown")]
    assert [cell for cell in prose if len(cell.split()) > 150] == []


@each_notebook
def test_nothing_is_hidden_installed_or_downloaded(book):
    metadata = [cell["metadata"] for cell in notebook(book)["cells"]]
    assert [m for m in metadata if m.get("jupyter", {}).get("source_hidden") or "hide" in str(m.get("tags", ""))] == []
    assert [
        cell for cell in cells(book, "code") if re.search(r"^\s*[!%]|urllib|urlopen|requests\.", cell, re.MULTILINE)
    ] == []


@each_notebook
def test_dressing_is_at_most_four_hundredths_of_the_code(book):
    code = [line for cell in cells(book, "code") for line in cell.splitlines() if line.strip()]
    dress = re.compile(r"set_[xyz]?(label|lim|title|ticks)|(?<=plt\.)([xy](label|lim|ticks)|title)|legend\(|figsize")
    assert len([line for line in code if dress.search(line)]) <= 0.04 * len(code)


@each_notebook
def test_links_to_files_of_the_course_hold(book):
    links = re.findall(r"\]\(([^)#:\s]+)[)#]", "\n".join(cells(book, "markdown")))
    assert [link for link in links if not (book.parent / link).exists()] == []


@each_notebook
def test_it_opens_with_one_title_and_names_its_kernel_only(book):
    prose = re.sub(r"```.*?```", "", "\n".join(cells(book, "markdown")), flags=re.DOTALL)
    assert prose.startswith("# ") and len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
    assert notebook(book)["metadata"]["kernelspec"]["name"] == "python3"


@each_notebook
def test_the_sittings_named_on_top_begin_where_the_page_says_so(book):
    opening, *pages = cells(book, "markdown")
    named = re.findall(r"\*([^*]+)\* (?:begins )?the (second|third)", opening)
    begun = re.findall(r"^## (.+)\n\n\*The (\w+) sitting begins here", "\n".join(pages), re.MULTILINE)
    assert [nth for _, nth in named] == [nth for _, nth in begun]
    assert all(title.startswith(short) for (short, _), (title, _) in zip(named, begun, strict=True))
