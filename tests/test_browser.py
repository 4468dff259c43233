"""Live figures in a real JupyterLab, in a real Chromium: hands on sliders, keys, pictures; one server for all."""

import base64
import io
import json
import re
import sys
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import lab  # noqa: E402

pytestmark = pytest.mark.skipif(lab.CHROMIUM is None, reason="no browser")

CELLS = {
    "figures": [
        """
import matplotlib.pyplot as plt
import numpy as np
from calclib.live import explore, figure

figure.DEAR = 60  # seconds: on a busy machine, too, frames are drawn ahead

def scene(ax):
    ax.plot(np.linspace(-3, 3, 200), np.linspace(-3, 3, 200) ** 2)
    ax.set(xlim=(-3, 3), ylim=(0, 9))

def marks(ax, x=1.0, h=0.5, kind="dot", bold=False, step=0):
    if x > 2.9:
        raise ValueError("x is too far to the right")
    ax.plot([x, x + h], [x**2, (x + h) ** 2], "o-", color="#c24e00", linewidth=5 if bold else 2)
    ax.text(0, 6, f"{kind} {step}", fontsize=20)
    return f"At x = {x:.2f} the slope is {2 * x:.3f}." + " More is said here than fits in two lines." * (9 * (x < -2.9))

explore(marks, scene, x=(-3.0, 3.0), h=(0.001, 2), kind=["dot", "cross"], bold=True, step=range(5), pointer="x",
        labels={"h": "learning rate α"}, alt="A parabola and a secant.")
""",
        """
explore(lambda ax, u=0.0, v=0.0: ax.plot([u], [v], "o"), lambda ax: ax.set(xlim=(-1, 1), ylim=(-1, 1)),
        u=(-1.0, 1.0), v=(-1.0, 1.0), pointer=("u", "v"), alt="A point.")
""",
    ],
    "training": [
        """
import time
import numpy as np
from calclib.live import Training, explore

def start(now):
    yield (total := 0.0)
    while True:
        time.sleep(0.005)
        yield (total := total + now.rate)

def marks(ax, rate=1, drawing=None, run=None):
    ax.plot(run.states)
    return f"{run.done} steps, {run.states[-1]:g}, ink {drawing.sum():g}."

explore(marks, lambda ax: ax.set(xlim=(0, 500), ylim=(0, 500)), rate=[0, 1], drawing=np.zeros((8, 8)),
        run=Training(start, 500, unit="step"), alt="A sum.")
""",
    ],
    "cards": [
        """
from calclib.checks import start as check
from calclib.live import predict, predictions, progress
guess = predict("00-guess", "How many?", tol=1)
guess
""",
        'predict("00-which", "Which?", ["this", "that"])',
        'guess.reveal(3, "Three.")',
        "check.average(lambda a, b: a + b)",
        "check.average(lambda a, b: (a + b) / 2)",
        "progress()",
        "predictions()",
    ],
    "slow": [
        """
import time
import matplotlib.pyplot as plt
from calclib.live import explore
explore(lambda ax, x=1.0: ax.plot([0, 1], [0, x]), x=(0.0, 2.0), alt="A line.")
""",
        """
for i in range(30):
    plt.plot([0, 1], [0, i])
    time.sleep(0.4)
print(len(plt.gca().lines), "lines")
""",
    ],
}
CELLS["a copy"] = CELLS["figures"]  # has a kernel of its own: in one kernel, cells run anew close their figures before


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    for name, cells in CELLS.items():
        notebook = new_notebook(cells=[new_code_cell(cell.strip()) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def address(folder):
    with lab.server(folder, CALCLIB_PROGRESS=str(folder / "progress.json")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with lab.browser() as chromium:
        yield chromium.new_context(viewport={"width": 1280, "height": 900})  # its pages share what they have loaded


def opened(chromium, address, name, run=True):
    """A page of its own with the notebook; what goes wrong in its console is kept in `page.wrong`."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.wrong = []
    page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    lab.open_notebook(page, address, f"{name}.ipynb")
    if run:
        lab.run_all(page)
    return page


@pytest.fixture(scope="module")
def page(chromium, address):
    page = opened(chromium, address, "figures")
    yield page
    assert page.wrong == []


@pytest.fixture
def figure(page):
    """The first figure as it starts."""
    live = page.locator(".calclib-live").first
    move(live, x=80, h=54, kind=0, bold=0, step=0)
    live.get_by_role("alert").wait_for(state="hidden")
    return live


def move(live, **at):
    """Set controls from the page, as fast as one can."""
    for name, index in at.items():
        row = live.locator(".row").nth(list(at).index(name))
        row.locator("input").first.wait_for()
        if row.locator("[type=range]").count():
            row.locator("[type=range]").evaluate(
                "(e, i) => { e.value = i; e.dispatchEvent(new Event('input', {bubbles: true})); }", index
            )
        elif row.locator("[type=radio]").count():
            row.locator("[type=radio]").nth(index).check()
        else:
            row.locator("[type=checkbox]").set_checked(bool(index))
    shows(live, **at)


def shows(live, **at):
    """Wait until the figure shows the picture of these indices."""
    handle = live.element_handle()
    live.page.wait_for_function(
        "([e, at]) => { const is = JSON.parse(e.dataset.shown ?? '{}');"
        " return Object.keys(at).every((k) => JSON.stringify(is[k]) === JSON.stringify(at[k])); }",
        arg=[handle, at],
    )


def shown(live):
    return json.loads(live.get_attribute("data-shown"))


def scrolled(page):
    """Where everything that can be scrolled stands."""
    return page.evaluate("[...document.querySelectorAll('*')].map((e) => e.scrollTop).filter((y) => y)")


def slider(live, nth=0):
    return live.locator("input[type=range]").nth(nth)


def picture(live):
    return Image.open(io.BytesIO(live.locator(".picture").screenshot())).convert("RGB")


# --- hands


def test_arrows_home_and_end_move_a_slider_and_not_the_page(page, figure):
    x = slider(figure)
    x.focus()
    before = scrolled(page)
    for key, index in [
        ("ArrowRight", 81),
        ("ArrowUp", 82),
        ("ArrowLeft", 81),
        ("Home", 0),
        ("End", 120),
        ("PageDown", None),
    ]:
        page.keyboard.press(key)
        if index is not None:
            shows(figure, x=index)
    assert scrolled(page) == before
    assert page.evaluate("document.activeElement.type") == "range"


def test_a_drag_ends_at_the_value_under_the_hand(page, figure):
    box = slider(figure).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    page.mouse.down()
    for part in np.linspace(0.5, 0.2, 30):
        page.mouse.move(box["x"] + box["width"] * part, y)
    page.mouse.up()
    value = int(slider(figure).input_value())
    assert 20 <= value <= 28
    shows(figure, x=value)
    assert figure.locator("output").first.inner_text() == slider(figure).get_attribute("aria-valuetext")


def test_every_kind_of_control_moves_the_figure_by_mouse_and_by_keyboard(page, figure):
    figure.get_by_text("cross").click()
    shows(figure, kind=1)
    page.keyboard.press("ArrowLeft")
    shows(figure, kind=0)
    figure.get_by_label("bold").click()
    shows(figure, bold=1)
    page.keyboard.press("Space")
    shows(figure, bold=0)


def test_pointing_at_the_picture_moves_the_slider_it_names(page, figure):
    box = figure.locator(".picture").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).x < 60", arg=figure.element_handle())
    here = shown(figure)["x"]
    before = scrolled(page)
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight"]:
        page.keyboard.press(key)
    shows(figure, x=here + 12)
    assert scrolled(page) == before


def test_pointing_places_a_point_in_two_directions(page):
    live = page.locator(".calclib-live").nth(1)
    live.scroll_into_view_if_needed()
    box = live.locator(".picture").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 3)
    page.mouse.up()
    shows(live, u=100, v=100)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    shows(live, u=99, v=99)


def test_play_goes_to_the_end_replays_pauses_and_stops_under_the_hand(page, figure):
    button = figure.get_by_role("button", name="Play step")
    button.click()
    shows(figure, step=4)
    button.wait_for()
    button.press("Enter")
    shows(figure, step=1)
    figure.get_by_role("button", name="Pause step").press("Space")
    button.wait_for()
    stopped = shown(figure)["step"]
    button.click()
    slider(figure).press("ArrowRight")
    button.wait_for()
    assert stopped <= shown(figure)["step"] <= 4


MUTE = """() => {  // from now on Python hears nothing, until `unmute` tells it all at once
  const { send } = WebSocket.prototype, held = [];
  WebSocket.prototype.send = function (message) { held.push([this, message]); };
  window.unmute = () => { WebSocket.prototype.send = send; held.forEach(([to, message]) => send.call(to, message)); };
}"""


def test_the_next_key_or_click_finds_its_picture_before_python_is_asked(page, figure):
    def click():
        page.mouse.down()
        page.mouse.up()

    def foreseen(places):
        said = "([e, n]) => e.dataset.foreseen?.split(' ').length === n"
        page.wait_for_function(said, arg=[figure.element_handle(), places])

    for press in ["ArrowRight", "ArrowDown", "PageUp", "PageDown", "Home", click]:
        move(figure, x=80)
        slider(figure).focus()
        foreseen(5)  # all but the end, where this figure's marks raise
        if press is click:
            box = slider(figure).bounding_box()
            page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
            foreseen(6)
        before = picture(figure)
        page.evaluate(MUTE)
        press() if press is click else slider(figure).press(press)
        there = int(slider(figure).input_value())
        assert there != 80 and shown(figure)["x"] == there, press
        assert picture(figure) != before
        slider(figure).press("ArrowRight")
        assert shown(figure)["x"] == there, "only one key was foreseen"
        page.evaluate("() => unmute()")
        shows(figure, x=there + 1)


WATCH_EVERY_FRAME = """
(e) => {
  e.seen = [];
  const look = () => {
    const marks = e.querySelector(".overlay").shadowRoot.querySelector("svg path");
    e.seen.push([marks !== null, e.querySelector("img").complete, e.getBoundingClientRect().height]);
    requestAnimationFrame(look);
  };
  look();
}
"""


def test_a_hand_far_away_sees_pictures_on_the_way_each_newer_than_the_last(chromium, address):
    """Twelve moves within one round trip, of which Python is told the first and the last."""
    with lab.away(address, 0.25) as far:
        page = opened(chromium, far, "a copy")
        live = page.locator(".calclib-live").first
        move(live, x=20)
        seen = live.evaluate(
            """async (e) => {
              const slider = e.querySelector("[type=range]"), seen = [];
              new MutationObserver(() => seen.push(JSON.parse(e.dataset.shown).x))
                .observe(e, { attributes: true, attributeFilter: ["data-shown"] });
              for (let x = 30; x <= 85; x += 5) {
                slider.value = x;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise((done) => setTimeout(done, 20));
              }
              while (seen.at(-1) !== 85) await new Promise((done) => setTimeout(done, 40));
              return [...new Set(seen)];
            }"""
        )
        assert len(seen) > 3 and seen == sorted(seen), seen
        page.close()


def test_training_goes_on_till_it_is_stopped_and_a_slider_acts_on_the_way(chromium, address):
    page = opened(chromium, address, "training")
    live = page.locator(".calclib-live")
    handle, sentence = live.element_handle(), live.locator(".status")
    past = "([e, steps]) => JSON.parse(e.dataset.shown).run > steps"
    live.evaluate(WATCH_EVERY_FRAME)
    live.get_by_role("button", name="Train").click()
    page.wait_for_function(past, arg=[handle, 20])
    slider(live).focus()
    page.keyboard.press("Home")  # the rate is 0 now, and it trains on
    shows(live, rate=0)
    here = shown(live)["run"]
    page.wait_for_function(past, arg=[handle, here + 20])
    sums = [float(sentence.inner_text().split()[2].rstrip(",")) for _ in range(2)]
    assert 20 < sums[0] == sums[1] <= here
    seen = live.evaluate("(e) => e.seen")
    assert len(seen) > 10 and all(frame == [True, True, seen[0][2]] for frame in seen), "a blank frame, or a jump"
    live.get_by_role("button", name="Stop").click()
    live.get_by_role("button", name="Train").wait_for()
    stopped = []
    for key, rate in (("End", 1), ("Home", 0)):  # each goes to Python and back: time enough to train on
        slider(live).press(key)
        shows(live, rate=rate)
        stopped.append(shown(live)["run"])
    assert stopped[0] == stopped[1] == float(live.locator("progress").get_attribute("value"))
    live.get_by_role("button", name="Train").click()
    page.wait_for_function(past, arg=[handle, stopped[0]])
    live.get_by_role("button", name="Start again").click()
    shows(live, run=0)
    live.get_by_role("button", name="Train").wait_for()
    assert page.wrong == []
    page.close()


def test_a_drawing_is_made_and_unmade_by_mouse_by_finger_and_by_keys(chromium, address):
    page = opened(chromium, address, "training")
    live = page.locator(".calclib-live")
    board, sentence = live.get_by_role("grid"), live.locator(".status")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    stroke = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in [(0.3, 0.5), (0.8, 0.5)]]

    def drag():
        page.mouse.move(*stroke[0])
        page.mouse.down()
        page.mouse.move(*stroke[1], steps=5)
        page.mouse.up()

    drag()
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).drawing[35] === 16", arg=live.element_handle())
    drawn = shown(live)["drawing"]
    assert not any(drawn[:16] + drawn[48:]), "ink stays near the stroke"
    live.get_by_role("button", name="Erase").click()
    drag()
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).drawing[35] === 0", arg=live.element_handle())
    live.get_by_role("button", name="Clear").click()
    sentence.get_by_text("ink 0.").wait_for()
    drag()  # Clear has put the eraser down
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).drawing[35] === 16", arg=live.element_handle())
    live.get_by_role("button", name="Clear").click()
    sentence.get_by_text("ink 0.").wait_for()
    before = scrolled(page)
    finger = page.context.new_cdp_session(page)
    for kind, points in [("touchStart", stroke[:1]), ("touchMove", stroke[1:]), ("touchEnd", [])]:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).drawing[35] === 16", arg=live.element_handle())
    live.get_by_role("button", name="Clear").click()
    sentence.get_by_text("ink 0.").wait_for()
    board.focus()
    for key in ["End", "Home", "ArrowRight", "ArrowDown", "Space"]:
        page.keyboard.press(key)
    shows(live, drawing=[0] * 9 + [16] + [0] * 54)
    assert board.locator("#" + board.get_attribute("aria-activedescendant")).get_attribute("aria-label") == (
        "row 2, column 2: ink"
    )
    page.keyboard.press("Backspace")
    sentence.get_by_text("ink 0.").wait_for()
    assert scrolled(page) == before and page.wrong == []
    page.close()


# --- pictures


def test_marks_lie_where_matplotlib_draws_them(page, figure):
    live = figure
    move(live, x=30, h=60)
    encoded = page.evaluate(
        """async () => { const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const code = "import base64, gc\\nfrom calclib.live import Live\\n"
          + "_live = next(o for o in gc.get_objects() if isinstance(o, Live) and 'bold' in o.controls)\\n"
          + "print(base64.b64encode(_live.stage.still(**_live.values)).decode(), end='')";
        let text = ""; const future = kernel.requestExecute({ code, store_history: false });
        future.onIOPub = (m) => { text += m.content.text ?? ""; };
        await future.done; return text; }"""
    )
    still = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    seen = picture(live)
    still = still.resize(seen.size, Image.Resampling.BOX)
    inside = (8, 8, seen.width - 8, seen.height - 8)  # its corners are round
    soft = [np.asarray(p.crop(inside).reduce(8)).astype(int) for p in (seen, still)]
    assert np.abs(soft[0] - soft[1]).max() < 60, "something is missing, or in another place or colour"
    assert np.abs(soft[0] - soft[1]).mean() < 1


def test_height_does_not_change_while_a_hand_moves(page, figure):
    height = "(e) => e.getBoundingClientRect().height"
    move(figure, x=0)
    tall = figure.evaluate(height)
    for x in (40, 119, 120, 80):
        move(figure, x=x)
        assert figure.evaluate(height) == tall


def test_an_error_stands_in_the_picture_and_the_next_good_value_heals_it(page, figure):
    move(figure, x=120)
    trouble = figure.get_by_role("alert")
    assert trouble.locator("p").inner_text().startswith("Not drawn at x = 3.00, learning rate α = 0.501")
    assert "x is too far to the right" in trouble.locator("p").inner_text()
    trouble.locator("summary").click()
    said = trouble.locator("pre").inner_text()
    assert "in marks" in said and "stage.py" not in said
    move(figure, x=100)
    assert not trouble.is_visible() and "slope is 4.000" in figure.locator(".status").inner_text()


def test_two_views_of_one_figure_keep_step(page, figure):
    page.evaluate(
        "() => { const n = window.jupyterapp.shell.currentWidget.content; n.activeCellIndex = 0;"
        " window.jupyterapp.commands.execute('notebook:create-output-view'); }"
    )
    views = page.locator(".calclib-live[data-shown*='bold']")
    page.wait_for_function("document.querySelectorAll(\".calclib-live[data-shown*='bold']\").length > 1")
    try:
        slider(views.last).focus()
        page.keyboard.press("ArrowRight")
        shows(views.first, x=81)
        assert slider(views.first).input_value() == "81"
    finally:
        page.locator(".lm-TabBar-tab:has-text('Output View') .lm-TabBar-tabCloseIcon").first.click()


# --- for everyone


def test_every_control_has_a_name_and_says_its_value(figure):
    for role, name in [
        ("slider", "x"),
        ("slider", "learning rate α"),
        ("radiogroup", "kind"),
        ("radio", "dot"),
        ("checkbox", "bold"),
        ("button", "Play step"),
    ]:
        assert figure.get_by_role(role, name=name, exact=True).count() == 1, name
    assert slider(figure, 1).get_attribute("aria-valuetext") == "0.501"


def test_stillness_is_told_and_extends_the_alternative_text(page, figure):
    move(figure, x=90)
    figure.locator(".spoken", has_text="At x = 1.50 the slope is 3.000.").wait_for(state="attached")
    assert figure.locator("img").get_attribute("alt") == "A parabola and a secant. At x = 1.50 the slope is 3.000."


def dress(page, theme):
    """Change the theme, and wait for its colours."""
    lab.command(page, "apputils:change-theme", theme=theme)
    page.wait_for_function(
        """([name, ground]) => document.body.dataset.jpThemeName === name
        && getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim().startsWith(ground)""",
        arg=[theme, "#1" if "Dark" in theme else "w"],
    )


@pytest.mark.parametrize("name", ["a copy", "training", "cards"])
def test_axe_finds_nothing_that_keeps_anyone_out(chromium, address, name):
    """Rules of names, roles and states, for all that the cells put out, in both themes; contrast is tested below."""
    page = opened(chromium, address, name)
    page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        dress(page, theme)
        found = Axe().run(page, {"include": [[".jp-OutputArea-output"]]}).response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    page.close()


def luminance(colour):
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in np.array(colour) / 255)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_words_stand_out_from_the_page(page, figure, theme):
    dress(page, theme)
    colours = figure.evaluate(
        "(e) => [...e.querySelectorAll('label, .label, output, .status, button')].map((n) => getComputedStyle(n).color)"
    )
    ground = page.evaluate(
        "getComputedStyle(document.querySelector('.jp-Notebook').closest('.jp-NotebookPanel, body')).backgroundColor"
    )
    page_tone = page.evaluate("getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim()")
    ground = re.findall(r"\d+", ground)[:3] if "rgb(" in ground else [255] * 3 if "Light" in theme else [17] * 3
    for colour in set(colours):
        ink = [float(c) for c in re.findall(r"[\d.]+", colour)]
        alpha = ink[3] if len(ink) > 3 else 1
        mixed = [alpha * c + (1 - alpha) * float(g) for c, g in zip(ink, ground, strict=False)]
        bright, dark = sorted([luminance(mixed), luminance([float(g) for g in ground])], reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, (colour, ground, page_tone)


@pytest.mark.parametrize("width", [900, 480])
def test_nothing_overlaps_on_a_narrow_page(page, figure, width):
    lab.command(page, "application:toggle-left-area")
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("([e, width]) => e.clientWidth < width", arg=[figure.element_handle(), width])
    try:
        inside = figure.evaluate(
            """(e) => { const wide = e.getBoundingClientRect();
            const boxes = [...e.querySelectorAll('.row > *, .picture, .status')].map((n) => n.getBoundingClientRect());
            const clash = boxes.some((a, i) => boxes.some((b, j) => j > i
              && a.left < b.right - 1 && b.left < a.right - 1
              && a.top < b.bottom - 1 && b.top < a.bottom - 1));
            return !clash && boxes.every((b) => b.right <= wide.right + 1 && b.width > 0); }"""
        )
        assert inside
    finally:
        lab.command(page, "application:toggle-left-area")
        page.set_viewport_size({"width": 1280, "height": 900})


# --- kernels and cells


def test_a_running_cell_keeps_its_pyplot_figure_while_a_slider_moves(chromium, address):
    page = opened(chromium, address, "slow", run=False)
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    lab.command(page, "notebook:run-cell-and-select-next")
    live = page.locator(".calclib-live").first
    shows(live, x=50)
    move(live, x=49)
    page.wait_for_function(f"{lab.KERNEL}.status === 'idle'")
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    lab.command(page, "notebook:run-cell")
    slider(live).focus()
    for index in range(48, 42, -1):
        page.keyboard.press("ArrowLeft")
        shows(live, x=index)
    assert page.get_by_text("30 lines").count() == 0, "the figure moved while the cell ran"
    assert page.get_by_text("30 lines").inner_text(timeout=60_000).strip().endswith("30 lines")
    page.locator(".jp-OutputArea-output img[src^='data:image/png']").first.wait_for()
    assert page.locator(".jp-OutputArea-output img[src^='data:image/png']").count() == 1
    page.close()


def test_a_cell_run_again_leaves_one_figure_that_works(page, figure):
    alive = f"{lab.KERNEL}.requestCommInfo({{}}).then((reply) => Object.keys(reply.content.comms).length)"
    widgets, before = page.evaluate(alive), figure.element_handle()
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    lab.command(page, "notebook:run-cell")
    page.wait_for_function(
        "(e) => !e.isConnected && document.querySelectorAll('.calclib-live').length === 2", arg=before
    )
    live = page.locator(".calclib-live").first
    shows(live, x=80)
    move(live, x=20)
    assert page.evaluate(alive) == widgets, "the kernel keeps the figure before"


def test_notebook_7_shows_the_same_figure(chromium, address):
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/notebooks/training.ipynb?token={lab.TOKEN}")
    lab.awake(page)
    lab.run_all(page)
    live = page.locator(".calclib-live")
    shows(live, rate=1, run=0)
    slider(live).focus()
    page.keyboard.press("Home")
    shows(live, rate=0)
    live.get_by_role("button", name="Train").click()
    page.wait_for_function("(e) => JSON.parse(e.dataset.shown).run > 5", arg=live.element_handle())
    page.close()


def test_a_dead_kernel_is_told(chromium, address):
    page = opened(chromium, address, "a copy")
    live = page.locator(".calclib-live").first
    shows(live, x=80)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown(); }")
    page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status !== 'idle'")
    slider(live).focus()
    page.keyboard.press("ArrowRight")
    live.locator(".status", has_text="Python has not answered yet").wait_for()
    page.close()


def test_a_notebook_that_has_not_run_here_shows_the_still_pictures(chromium, address, folder):
    notebook = nbclient.execute(nbformat.read(folder / "figures.ipynb", 4), timeout=120)
    notebook.metadata.pop("widgets", None)
    nbformat.write(notebook, folder / "copied.ipynb")
    page = opened(chromium, address, "copied", run=False)
    page.locator("figure img[alt='A parabola and a secant.']").first.wait_for()
    assert not re.search("not found|Error displaying", page.locator(".jp-Notebook").inner_text())
    page.close()


@pytest.mark.parametrize("end", ["shutdown", "restartKernel"])
def test_a_notebook_opened_again_goes_on_while_its_kernel_lives_and_shows_stills_after(chromium, address, end):
    page = opened(chromium, address, "a copy")
    page.locator(".calclib-live").first.wait_for()
    lab.command(page, "docmanager:save")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    lab.awake(page)
    move(page.locator(".calclib-live").first, x=20)
    page.evaluate(f"() => window.jupyterapp.shell.currentWidget.sessionContext.{end}()")
    for _ in range(2):  # by the second time a kernel runs that has made no figure
        page.reload()
        lab.awake(page)
        page.locator("figure img[alt='A parabola and a secant.']").first.wait_for()
        assert page.locator(".calclib-live").count() == 0
        assert not re.search("not found|Error displaying", page.locator(".jp-Notebook").inner_text())
    page.close()
