"""A cell that is run again after the last one gives what it gave: no later cell has taken its names."""

import ast
import symtable
from pathlib import Path

import nbformat
import numpy as np
import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def given(source, space):
    """What a cell shows, as text: the value of its last line."""
    tree, last = ast.parse(source), None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "cell", "exec"), space)
    value = eval(compile(last, "cell", "eval"), space) if last else None
    if not hasattr(value, "_repr_mimebundle_"):
        return repr(value)
    bundle = value._repr_mimebundle_()
    return (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]


def names(source):
    """The names of the notebook that a cell reads, and those that it gives; a function's own are neither."""
    cell = symtable.symtable(source, "cell", "exec")
    own = cell.get_symbols()
    inner = [symbol for table in inside(cell) for symbol in table.get_symbols() if symbol.is_global()]
    read = {symbol.get_name() for symbol in [*own, *inner] if symbol.is_referenced()}
    return read, {symbol.get_name() for symbol in own if symbol.is_assigned() or symbol.is_imported()}


def inside(table):
    """The tables of all functions, comprehensions and classes in it."""
    for child in table.get_children():
        yield child
        yield from inside(child)


def suspects(sources, space):
    """The cells worth running again: those that read what a later cell gives, or what changes when it is used."""
    read, gives = zip(*map(names, sources), strict=True)
    for number in range(len(sources)):
        later = set().union(*gives[number + 1 :])
        if read[number] & later or any(isinstance(space.get(name), np.random.Generator) for name in read[number]):
            yield number


def changed(sources):
    """The numbers of the cells that give something else when all have run."""
    space = {"__name__": "__main__"}
    first = [given(source, space) for source in sources]
    end, found = dict(space), []
    for number in suspects(sources, space):
        source = sources[number]
        try:
            if given(source, space) != first[number]:
                found.append(number)
        except Exception:
            found.append(number)
        space.clear()
        space.update(end)
    return found


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_cell_gives_the_same_after_the_last(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.chdir(NOTEBOOKS)
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", 4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    assert [sources[number] for number in changed(sources)] == []


def test_a_name_taken_for_something_else_is_found():
    assert changed(["x = 2", "x + 1", "def f():\n    return x\n\n\nf()", "x = [3]", "y = x"]) == [1, 2]
    assert changed(["x = 2\nx + 1", "x = 3\nx", "x"]) == []
    assert changed(["x = 2", "[x + y for y in (1, 2)]", "sum(x for x in (1, 2))", "for x in (1, 3):\n    pass"]) == [1]
    assert changed(["import numpy as np\nrng = np.random.default_rng(0)", "rng.random()", "2"]) == [1]
