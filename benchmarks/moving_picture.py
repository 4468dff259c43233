"""Record the README's moving picture: the secant of notebook 01 in a real JupyterLab, moved by a real mouse.

    python benchmarks/moving_picture.py        (needs Chromium and tests/requirements.txt)

Writes benchmarks/secant.webp from screenshots of the figure, as the page shows it.
"""

import io
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from lab import browser, open_notebook, run_all, server  # noqa: E402

WIDTH, PAUSE = 560, 70  # pixels, milliseconds between two frames


def drag(page, box, start, end, steps, shoot):
    """Press at `start` and move to `end` (fractions of `box`), with a screenshot at each step."""
    points = [tuple(a + (b - a) * i / steps for a, b in zip(start, end, strict=True)) for i in range(steps + 1)]
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if i == 0:
            page.mouse.down()
        shoot()
    page.mouse.up()


def record(page):
    figure = page.locator(".calclib-live").first
    figure.scroll_into_view_if_needed()
    slider, picture = figure.get_by_role("slider", name="distance h"), figure.locator(".picture")
    right, frames = picture.bounding_box()["width"] + 8, []

    def shoot():
        page.wait_for_timeout(PAUSE)
        shot = Image.open(io.BytesIO(figure.screenshot())).convert("RGB")
        frames.append(shot.crop((0, 0, right, shot.height)))

    drag(page, slider.bounding_box(), (0.88, 0.5), (0.45, 0.5), 22, shoot)
    drag(page, picture.bounding_box(), (0.57, 0.5), (0.2, 0.5), 22, shoot)
    drag(page, picture.bounding_box(), (0.2, 0.5), (0.75, 0.5), 28, shoot)
    return frames


def main():
    with server(ROOT / "notebooks") as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 1000})
        open_notebook(page, address, "01_derivatives.ipynb")
        run_all(page, seconds=180)
        frames = record(page)
    height = round(WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    path = Path(__file__).with_name("secant.webp")
    small[0].save(path, save_all=True, append_images=small[1:], duration=PAUSE, loop=0, quality=70, method=6)
    print(f"{path.name}: {len(small)} frames, {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
