"""Jupyter's server: a notebook whose kernel is gone is opened with its pictures, not with "model not found".

Each figure and card stores a picture or a text beside its widget, and a page that has a widget looks at nothing else.
Without the kernel that made it a widget is empty: so the views of widgets that no kernel holds are left out when a
notebook is opened. A page that is loaded anew while its kernel lives keeps the others, and its figures go on.
`calclib.json` has Jupyter load this; without it all works as before.
"""

from functools import wraps
from inspect import iscoroutinefunction

from jupyter_client.session import Session

__all__ = ["held", "without_widgets"]

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
PATIENCE = 1.0  # seconds for a kernel to say what it holds


def _jupyter_server_extension_points():
    return [{"module": "calclib.server"}]


def _load_jupyter_server_extension(app):
    contents, sessions, kernels = app.contents_manager, app.session_manager, app.kernel_manager
    get = contents.get
    if not iscoroutinefunction(get):
        return  # a way of one's own to keep notebooks

    @wraps(get)
    async def opened(path, *arguments, **knobs):
        model = await get(path, *arguments, **knobs)
        try:
            if model["type"] == "notebook" and model["content"]:
                running = {session["path"]: session["kernel"]["id"] for session in await sessions.list_sessions()}
                kernel = running.get(path.strip("/"))
                without_widgets(model["content"], await held(kernels.get_kernel(kernel)) if kernel else set())
        except Exception:  # whatever is odd about it, nobody is kept from a notebook
            app.log.exception("calclib.server leaves %s as it is", path)
        return model

    contents.get = opened


async def held(kernel) -> set | None:
    """The widgets that a kernel holds, which after a restart are none; None where it is busy and does not answer."""
    session = Session(key=kernel.session.key, signature_scheme=kernel.session.signature_scheme)
    client = kernel.client(session=session)  # one of its own: the kernel answers by session, and the page has another
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    try:
        answer = await client.comm_info("jupyter.widget", reply=True, timeout=PATIENCE)
        return set(answer["content"]["comms"])
    except TimeoutError:
        return None
    finally:
        client.stop_channels()


def without_widgets(notebook: dict, alive: set | None):
    """Take the views of widgets that are not alive out of the notebook, where a still stands beside them.

    A view whose state is stored in the notebook needs no kernel, and stays. None: it is not known which are alive.
    """
    if alive is None:
        return
    stored = notebook.get("metadata", {}).get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            model = data.get(VIEW, {}).get("model_id")
            if "text/html" in data and model and model not in stored and model not in alive:
                del data[VIEW]
