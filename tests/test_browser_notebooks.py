"""Every notebook in a real browser: Run All, then each control of each figure to both ends, by keys and by mouse."""

import json
import shutil
import sys
from functools import lru_cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import lab  # noqa: E402

pytestmark = pytest.mark.skipif(lab.CHROMIUM is None, reason="no browser")

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
SETTLED = """
([figure, name, place]) => {
  const at = JSON.parse(figure.dataset.shown ?? "{}");
  return at[name] === place && !figure.matches(".troubled, .silent");
}
"""
WITH_WIDGETS = """
() => [...window.jupyterapp.shell.currentWidget.content.model.cells].flatMap((cell, i) =>
  JSON.stringify(cell.toJSON().outputs ?? "").includes("widget-view") ? [i] : [])
"""
SCROLLED = "[...document.querySelectorAll('*')].map((e) => e.scrollTop).filter((y) => y)"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One server over a copy of the notebooks, one browser whose pages share what they have loaded."""
    folder = tmp_path_factory.mktemp("notebooks")
    for path in NOTEBOOKS:
        shutil.copy(path, folder)
    with lab.server(folder, CALCLIB_PROGRESS=str(folder / "progress.json")) as address, lab.browser() as chromium:
        yield address, chromium.new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def page(request, desk):
    address, chromium = desk
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    wrong = []
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    lab.open_notebook(page, address, request.param.name)
    lab.run_all(page, seconds=120)
    yield page
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")
    page.close()
    assert wrong == []


def figures(page):
    """Each figure in turn, scrolled to the middle of the page: a long notebook builds its cells as they come near."""
    for i in page.evaluate(WITH_WIDGETS):
        page.evaluate(
            "async (i) => { const n = window.jupyterapp.shell.currentWidget.content; n.activeCellIndex = i;"
            " await Promise.race([n.scrollToItem(i, 'center'), new Promise((done) => setTimeout(done, 1000))]); }",
            i,
        )
        cell = page.locator(f".jp-Cell[data-windowed-list-index='{i}']")
        yield from cell.locator(".calclib-live").all() if cell.count() else []


def names(figure):
    """The controls, in the order of their rows."""
    wait(figure, "([e]) => e.dataset.shown")
    return list(json.loads(figure.get_attribute("data-shown")))


@lru_cache(1)
def element(figure):
    """Looked up once for each figure: a busy page takes its time to answer."""
    return figure.element_handle()


def wait(figure, condition, *more):
    """Until `condition`, a function of [the figure's element, *more], holds in the page."""
    figure.page.wait_for_function(condition, arg=[element(figure), *more])


def at_end(figure, name, place):
    wait(figure, SETTLED, name, place)


def drag(page, slider, start, end):
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2 + start * (box["width"] - 4), y)
    page.mouse.down()
    for part in (0.5, 1):
        page.mouse.move(box["x"] + 2 + (start + part * (end - start)) * (box["width"] - 4), y)
    page.mouse.up()


def slides(page, figure, name, slider):
    last = int(slider.get_attribute("max"))
    slider.focus()
    before = page.evaluate(SCROLLED)
    for key, place in [("Home", 0), ("End", last)]:
        page.keyboard.press(key)
        at_end(figure, name, place)
    assert page.evaluate(SCROLLED) == before, "the page jumped"
    drag(page, slider, 1, 0)
    at_end(figure, name, 0)


def chooses(figure, name, options):
    for place in [*range(options.count()), 0]:
        options.nth(place).check()
        at_end(figure, name, place)


def toggles(figure, name, box):
    for on in (not box.is_checked(), box.is_checked()):
        box.set_checked(on)
        at_end(figure, name, int(on))


def trains(page, figure, name, bar):
    """Train to the end, by mouse, and begin again, by keys."""
    steps, row = int(bar.get_attribute("max")), bar.locator("xpath=..")
    row.get_by_role("button", name="Train").click()
    done = "([e, name]) => Number(JSON.parse(e.dataset.shown)[name]) > 0"
    wait(figure, done, name)
    row.get_by_role("button", name="Train").wait_for()  # it is over, at its last step or before
    assert 0 < json.loads(figure.get_attribute("data-shown"))[name] <= steps
    row.get_by_role("button", name="Start again").press("Enter")
    at_end(figure, name, 0)


def paints(page, figure, name, board):
    """A stroke by mouse, which leaves ink; by keys one square more, or less; and all is paper again."""
    board.scroll_into_view_if_needed()
    row, box = board.locator("xpath=.."), board.bounding_box()
    row.get_by_role("button", name="Clear").click()
    blank = [0] * board.get_by_role("gridcell").count()
    wait(figure, PAINTED, name, blank)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    wait(figure, INKED, name)
    row.get_by_role("button", name="Clear").click()
    wait(figure, PAINTED, name, blank)
    board.focus()
    before = page.evaluate(SCROLLED)
    for key in ("Home", "ArrowLeft", "ArrowUp", "Space"):
        page.keyboard.press(key)
    wait(figure, INKED, name)
    page.keyboard.press("Backspace")
    wait(figure, PAINTED, name, blank)
    assert page.evaluate(SCROLLED) == before, "the page jumped"


PAINTED = "([e, name, levels]) => JSON.stringify(JSON.parse(e.dataset.shown)[name]) === JSON.stringify(levels)"
INKED = "([e, name]) => JSON.parse(e.dataset.shown)[name].some((level) => level > 0)"


def test_every_control_goes_to_both_ends(page):
    for figure in figures(page):
        for name, row in zip(names(figure), figure.locator(".row").all(), strict=True):
            if (slider := row.locator("[type=range]")).count():
                slides(page, figure, name, slider)
            elif (bar := row.locator("progress")).count():
                trains(page, figure, name, bar)
            elif (board := row.get_by_role("grid")).count():
                paints(page, figure, name, board)
            elif (options := row.locator("[type=radio]")).count():
                chooses(figure, name, options)
            else:
                toggles(figure, name, row.locator("[type=checkbox]"))
        assert not figure.get_by_role("alert").is_visible()
