"""Jupyter's server: a notebook whose kernel is gone is opened with its pictures, not with "model not found".

Each figure and card stores a picture or a text beside its widget, and a page that has a widget looks at nothing else.
Without the kernel that made it a widget is empty: so the views of widgets are left out when a notebook is opened that
no kernel runs. A page that is loaded anew while its kernel lives keeps them, and its figures go on
(after a restart of the kernel too, though these are gone: that cannot be told from here).
`calclib.json` has Jupyter load this; without it all works as before.
"""

from functools import wraps
from inspect import iscoroutinefunction

__all__ = ["without_widgets"]

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"


def _jupyter_server_extension_points():
    return [{"module": "calclib.server"}]


def _load_jupyter_server_extension(app):
    contents, sessions, gone = app.contents_manager, app.session_manager, set()
    get = contents.get
    if not iscoroutinefunction(get):
        return  # a way of one's own to keep notebooks

    @wraps(get)
    async def opened(path, *arguments, **knobs):
        model = await get(path, *arguments, **knobs)
        try:
            if model["type"] == "notebook" and model["content"]:
                running = {session["path"] for session in await sessions.list_sessions()}
                without_widgets(model["content"], gone, all_of_them=path.strip("/") not in running)
        except Exception:  # whatever is odd about it, nobody is kept from a notebook
            app.log.exception("calclib.server leaves %s as it is", path)
        return model

    contents.get = opened


def without_widgets(notebook: dict, gone: set, *, all_of_them: bool):
    """Take the views of widgets out of the notebook where a still stands beside them, all or those known as `gone`.

    What is taken out is remembered in `gone`: its kernel does not come back, though another may run by the next time.
    A view whose state is stored in the notebook needs no kernel, and stays.
    """
    stored = notebook.get("metadata", {}).get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            model = data.get(VIEW, {}).get("model_id")
            if "text/html" in data and model and model not in stored and (all_of_them or model in gone):
                gone.add(model)
                del data[VIEW]
