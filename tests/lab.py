"""A real JupyterLab in a real Chromium, for tests and benchmarks: `with lab(folder) as open_notebook: …`."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

TOKEN = "course"
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


@contextmanager
def server(folder: Path, **environment):
    """JupyterLab over `folder`, with settings of its own; yields its address."""
    with TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        settings = Path(home, "lab", "settings")
        settings.mkdir(parents=True)
        (settings / "overrides.json").write_text(json.dumps(QUIET))
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--notebook-dir={folder}"]
        command += [f"--LabApp.app_settings_dir={settings}", "--LabApp.expose_app_in_browser=True"]
        command += ["--JupyterNotebookApp.expose_app_in_browser=True"]
        env = os.environ | {"JUPYTER_CONFIG_DIR": home, "HOME": home, "JUPYTER_PLATFORM_DIRS": "1"} | environment
        log = Path(home, "log.txt")
        with log.open("w") as out:
            process = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address, process, log)
            yield address
        finally:
            _end(process)


def _end(process):
    """Ask the server to stop; one whose threads wait for ever (seen with Python 3.13.0) is ended."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await(address, process, log):
    give_up = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < give_up:
        try:
            return urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8')}")


@contextmanager
def away(address, round_trip):
    """The server's address behind a line that holds every byte back for half of the round trip (seconds)."""
    if not round_trip:
        yield address
        return
    loop, port = asyncio.new_event_loop(), urlsplit(address).port

    async def carry(reader, writer):
        under_way = asyncio.Queue()

        async def deliver():
            while True:
                due, part = await under_way.get()
                await asyncio.sleep(due - loop.time())
                writer.write(part)

        delivery = loop.create_task(deliver())
        try:
            while part := await reader.read(1 << 16):
                under_way.put_nowait((loop.time() + round_trip / 2, part))
            await asyncio.sleep(round_trip)
        except ConnectionError:
            pass  # the other end is gone
        finally:
            delivery.cancel()
            writer.close()

    async def meet(reader, writer):
        with suppress(asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    async def end():
        line.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # transports close in the loop's next rounds

    thread = Thread(target=loop.run_forever)
    thread.start()
    line = asyncio.run_coroutine_threadsafe(asyncio.start_server(meet, "127.0.0.1", 0), loop).result()
    try:
        yield f"http://127.0.0.1:{line.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


def open_notebook(page, address, name):
    """Show a notebook in JupyterLab without the side bar, its kernel ready."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.locator(".jp-Notebook").first.wait_for(timeout=120_000)
    awake(page)


def awake(page):
    """Wait until the notebook on the page has a kernel with nothing to do."""
    page.wait_for_function(f"() => {KERNEL}?.status === 'idle'", timeout=120_000)


def run_all(page, seconds=120):
    """Run → Run All Cells, and wait until the last code cell has its number and the kernel is idle."""
    command(page, "runmenu:run-all")
    page.wait_for_function(
        f"""() => {{ const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
            const code = cells.filter((c) => c.type === "code" && c.sharedModel.source.trim());
            const done = (c) => c.executionState !== "running" && c.executionCount;
            return {KERNEL}.status === "idle" && code.every(done); }}""",
        timeout=seconds * 1000,
    )


def command(page, name, **arguments):
    """Begin a JupyterLab command (its promise may wait for ever)."""
    page.evaluate("([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, arguments])
