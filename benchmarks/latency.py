"""How fast a slider moves a figure: `explore` beside what people use, in a real JupyterLab in Chromium.

    pip install -r requirements.txt -r tests/requirements.txt -r benchmarks/requirements.txt
    python benchmarks/latency.py

The same figure for all: a contour, a path of 100 steps on it, and its loss curve. Measured in the page, for each way:

- arrow, page, click → pixels: from the event of an arrow key, of Page Up or Down, or of the mouse on the slider's
  track, to the animation frame after the new picture stands in the page (an <img> that is decoded, a canvas that is
  drawn on, an SVG that is in place), median of single ones on an idle page. `explore` has asked for the pictures one
  key away before. It would ask for the one under the mouse as well, but here the mouse comes and clicks in one go: the
  click shows what Python and the way to it and back cost;
- frames a second while the mouse drags the slider, and how long after the last event the last picture came;
- kernel: milliseconds of Python for one frame, median.

`python benchmarks/latency.py --away 100` puts 100 ms of round trip between the page and the server, as a free machine
far away does.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from lab import away, browser, open_notebook, run_all, server  # noqa: E402

PRESSES, DRAG_EVENTS, EVENT_PAUSE = 15, 90, 16  # of each kind; mouse events of a drag, milliseconds between them

FIGURE = """
import time
import numpy as np
from calclib import descend, gradient_descent, quadratic

valley = quadratic([1, 12], angle=0.5)
xs = np.linspace(-2, 2, 121)
heights = valley(np.stack(np.meshgrid(xs, xs), axis=-1))
kernel = {}

def timed(way, call):
    begin = time.perf_counter()
    answer = call()
    kernel.setdefault(way, []).append(1000 * (time.perf_counter() - begin))
    return answer

def scene(axes):
    axes[0].contourf(xs, xs, heights, levels=25)
    axes[0].set(xlim=(-2, 2), ylim=(-2, 2), aspect=1)
    axes[1].set(xlim=(0, 100), ylim=(1e-8, 1e2), yscale="log")

def marks(axes, lr=0.05):
    path = descend(gradient_descent, valley, [-1.7, 1.4], lr=lr, steps=100)
    axes[0].plot(*np.asarray(path).T, "o-", markersize=3, color="C1")
    axes[1].plot(np.maximum(valley(path), 1e-12), color="C1")
    axes[1].text(50, 10, f"learning rate {lr:.3f}")
"""

WAYS = {
    "interact, a new figure": """
import matplotlib.pyplot as plt
from ipywidgets import interact, FloatSlider

def new_figure(lr):
    def draw():
        figure, axes = plt.subplots(1, 2, figsize=(7, 4))
        scene(axes)
        marks(axes, lr)
        plt.show()
    timed("interact, a new figure", draw)

interact(new_figure, lr=FloatSlider(0.05, min=0.001, max=0.16, step=0.001, readout_format=".3f"));
""",
    "one figure in an Output widget": """
import matplotlib.pyplot as plt
from IPython.display import clear_output, display
from ipywidgets import FloatSlider, Output, VBox

out, slider = Output(), FloatSlider(0.05, min=0.001, max=0.16, step=0.001, readout_format=".3f")
with plt.ioff():
    kept, kept_axes = plt.subplots(1, 2, figsize=(7, 4))
scene(kept_axes)
standing = []

def redraw(change):
    def draw():
        for artist in standing:
            artist.remove()
        before = {a for ax in kept_axes for a in ax.get_children()}
        marks(kept_axes, slider.value)
        standing[:] = [a for ax in kept_axes for a in ax.get_children() if a not in before]
        with out:
            clear_output(wait=True)
            display(kept)
    timed("one figure in an Output widget", draw)

slider.observe(redraw, "value")
redraw(None)
display(VBox([slider, out]))
""",
    "ipympl": """
%matplotlib widget
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider

slider = FloatSlider(0.05, min=0.001, max=0.16, step=0.001, readout_format=".3f")
display(slider)
live, live_axes = plt.subplots(1, 2, figsize=(7, 4))
scene(live_axes)
shown = []

def update(change):
    def draw():
        for artist in shown:
            artist.remove()
        before = {a for ax in live_axes for a in ax.get_children()}
        marks(live_axes, slider.value)
        shown[:] = [a for ax in live_axes for a in ax.get_children() if a not in before]
        live.canvas.draw()
    timed("ipympl", draw)

slider.observe(update, "value")
update(None)
""",
    "explore": """
from calclib.live import Live, explore

drawn = Live._drawn
Live._drawn = lambda figure, at: timed("explore", lambda: drawn(figure, at))
lrs = np.round(np.arange(0.001, 0.161, 0.001), 3)
explore(marks, scene, lr=lrs, panels=2, alt="A path on a contour, and its loss.")
""",
}

WATCH = """
(cell) => {
  const frames = [];
  const stamp = () => requestAnimationFrame((t) => frames.push(performance.now()));
  const images = (nodes) => nodes.forEach((node) => {
    for (const image of node.querySelectorAll ? [node, ...node.querySelectorAll("img")] : [])
      if (image.tagName === "IMG") image.decode().then(stamp, stamp);
  });
  new MutationObserver((changes) => changes.forEach((c) => images([...c.addedNodes])))
    .observe(cell, { subtree: true, childList: true });
  const shadow = cell.querySelector(".calclib-live .overlay")?.shadowRoot;
  if (shadow) new MutationObserver(stamp).observe(shadow, { subtree: true, childList: true });
  if (cell.querySelector("canvas")) {
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...args) {
      if (cell.contains(this.canvas)) stamp();
      return draw.apply(this, args);
    };
  }
  const presses = [], moves = [];
  for (const [list, ...kinds] of [[presses, "keydown", "pointerdown"], [moves, "pointermove", "mousemove"]])
    for (const kind of kinds) window.addEventListener(kind, () => list.push(performance.now()), true);
  window.watched = { frames, presses, moves };
}
"""


def notebook(folder, way):
    """A notebook for this way alone, so that none changes another's backend."""
    sources = FIGURE, WAYS[way], "import json\nprint('KERNEL ' + json.dumps(kernel))"
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), folder / f"{way}.ipynb")


def handle(cell):
    """What takes the arrow keys and the mouse: an ipywidgets handle, or the browser's own slider."""
    return cell.locator(".noUi-handle, input[type=range]").first


def track(cell):
    """Where the slider's track lies on the page."""
    return cell.locator(".noUi-target, input[type=range]").first.bounding_box()


def latency(page, cell, act):
    """Milliseconds from what `act` presses, for press 0, 1, …, to its new pixels."""
    waits = []
    for press in range(PRESSES):
        handle(cell).focus()
        page.wait_for_timeout(400)
        page.evaluate("() => { watched.frames.length = watched.presses.length = 0; }")
        act(press)
        page.wait_for_timeout(1500)  # to ask whether it is there yet would take a core from what is measured
        waits.append(page.evaluate("() => watched.frames[0] - watched.presses[0]"))
    return median(waits)


def keys(page, cell, *two):
    """The latency of two keys, taken in turn."""
    return latency(page, cell, lambda press: page.keyboard.press(two[press % 2]))


def clicks(page, cell):
    """The latency of clicks on the track, left and right in turn."""
    box = track(cell)
    at = [(box["x"] + part * box["width"], box["y"] + box["height"] / 2) for part in (0.3, 0.7)]
    return latency(page, cell, lambda press: page.mouse.click(*at[press % 2]))


def drag(page, cell):
    """Frames a second during a drag, and milliseconds from its last event to its last picture."""
    box, whole = handle(cell).bounding_box(), track(cell)
    y, left, width = box["y"] + box["height"] / 2, whole["x"] + 0.1 * whole["width"], 0.8 * whole["width"]
    if cell.locator(".noUi-handle").count():
        page.mouse.move(box["x"] + box["width"] / 2, y)
    else:
        page.mouse.move(left, y)
    page.mouse.down()
    page.evaluate("() => { watched.frames.length = watched.moves.length = 0; }")
    for i in range(DRAG_EVENTS):
        page.mouse.move(left + width * i / DRAG_EVENTS, y)
        page.wait_for_timeout(EVENT_PAUSE)
    page.wait_for_timeout(2500)
    page.mouse.up()
    frames, moves = page.evaluate("() => [watched.frames, watched.moves]")
    during = [t for t in frames if moves[0] <= t <= moves[-1]]
    return 1000 * len(during) / (moves[-1] - moves[0]), max(frames[-1] - moves[-1], 0)


def measure(page, cell):
    cell.scroll_into_view_if_needed()
    page.evaluate(WATCH, cell.element_handle())
    arrow, leap = keys(page, cell, "ArrowRight", "ArrowLeft"), keys(page, cell, "PageUp", "PageDown")
    return (arrow, leap, clicks(page, cell), *drag(page, cell))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--away", type=float, default=0, metavar="MS", help="round trip to the server, milliseconds")
    round_trip = options.parse_args().away / 1000
    ways = [way for way in WAYS if way != "ipympl" or importlib.util.find_spec("ipympl")]
    found = {}
    with (
        TemporaryDirectory() as folder,
        server(Path(folder)) as near,
        away(near, round_trip) as address,
        browser() as chromium,
    ):
        for way in ways:
            notebook(Path(folder), way)
            page = chromium.new_page(viewport={"width": 1280, "height": 1000})
            open_notebook(page, address, f"{way}.ipynb")
            run_all(page, seconds=120)
            page.wait_for_timeout(2000)
            found[way] = (*measure(page, page.locator(".jp-CodeCell").nth(1)), kernel_time(page, way))
            page.close()
    report(found)


def kernel_time(page, way):
    """Run the last cell again, which prints what the kernel counted; the median."""
    page.evaluate(
        """() => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          notebook.activeCellIndex = notebook.widgets.length - 1;
          window.jupyterapp.commands.execute("notebook:run-cell");
        }"""
    )
    page.wait_for_timeout(3000)
    text = page.locator(".jp-OutputArea-output", has_text="KERNEL ").last.inner_text()
    return median(json.loads(text.partition("KERNEL ")[2])[way])


def report(found):
    print("| | arrow, page, click → pixels | against interact | frames/s dragging | last picture after | kernel |")
    print("|---|---|---|---|---|---|")
    slow = found["interact, a new figure"][:3]
    for way, (*waits, rate, last, kernel) in found.items():
        pixels = ", ".join(f"{wait:.0f}" for wait in waits)
        ratios = ", ".join(f"{least / wait:.1f}×" for least, wait in zip(slow, waits, strict=True))
        print(f"| {way} | {pixels} ms | {ratios} | {rate:.1f} | {last:.0f} ms | {kernel:.1f} ms |")


if __name__ == "__main__":
    main()
