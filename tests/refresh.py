"""Run notebooks and store their outputs: `python tests/refresh.py notebooks/01_derivatives.ipynb …`.

Every notebook runs in a fresh kernel with an empty progress file. Neither widgets nor their state are stored: without
a kernel they would read "model not found" and blank the exported page. What each leaves in their place, a still picture
or a text, is stored and shown until the cell is run.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

KEPT = {"tags"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def run(path: Path):
    """The notebook at `path`, executed where it stands; an exception in a cell comes through."""
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        os.environ["CALCLIB_PROGRESS"] = str(Path(folder, "progress.json"))
        resources = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, timeout=120, store_widget_state=False, resources=resources).execute()
    return notebook


def clean(notebook):
    """Drop what changes from run to run or from editor to editor."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


if __name__ == "__main__":
    for name in sys.argv[1:]:
        nbformat.write(clean(run(Path(name))), name)
