"""Binder: what its folder promises, what repo2docker makes of it, and every step replayed without Docker.

Each check takes a folder and returns what is wrong there in sentences: a fault planted in a copy must be
among them.
The replay fetches packages, so it runs only where BINDER_REPLAY is set, as it is in `.ci/run`.
"""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = "3.12"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Binder's steps are shell scripts")


def run(*command, cwd=ROOT, env=None, timeout=300):
    """One command's standard output; if it fails, its last lines are the message."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


# What stands in the folder


def pins(file):
    return [line for line in file.read_text("utf-8").split() if "==" in line]


def folder_faults(root):
    """What can be seen in the files themselves."""
    binder = root / "binder"
    faults = []
    if not (runtime := binder / "runtime.txt").exists():
        faults.append("binder/runtime.txt is missing: repo2docker would take Python 3.10")
    elif runtime.read_text("utf-8").strip() != f"python-{PYTHON}":
        faults.append(f"binder/runtime.txt says {runtime.read_text('utf-8').strip()}, not python-{PYTHON}")
    drift = set(pins(root / "requirements.txt")) ^ set((binder / "requirements.txt").read_text("utf-8").split())
    if drift:
        faults.append(f"the pins of requirements.txt and binder/requirements.txt differ: {sorted(drift)}")
    if not os.access(binder / "postBuild", os.X_OK):
        faults.append("binder/postBuild is not executable")
    unknown = {file.name for file in binder.iterdir()} - {"requirements.txt", "runtime.txt", "postBuild"}
    if unknown:
        faults.append(f"binder/ holds {sorted(unknown)}, which may win over requirements.txt")
    return faults


def dockerfile(root):
    """What repo2docker would build from the folder."""
    return run(sys.executable, "-m", "repo2docker", "--no-build", str(root))


def dockerfile_faults(root):
    """What repo2docker makes of it: the Python, and packages before the content, so that they are cached."""
    text = dockerfile(root)
    install, content, post_build = (
        text.find(part)
        for part in (
            'pip install --no-cache-dir -r "binder/requirements.txt"',
            "COPY --chown=0:0 src/ ",
            "RUN ./binder/postBuild",
        )
    )
    faults = []
    if f"environment-2epy-2d{PYTHON.replace('.', '-2e')}-2d" not in text:
        faults.append(f"repo2docker does not take Python {PYTHON}")
    if not 0 < install < content:
        faults.append("the packages are not installed from binder/requirements.txt before the content is copied")
    if not 0 < content < post_build:
        faults.append("postBuild is not run after the content is copied")
    return faults


# What postBuild leaves behind

NOTED = "installed-by-the-stub"
LEFT_BEHIND = """
import importlib.metadata, json, matplotlib, pathlib
from jupyter_core.paths import jupyter_config_dir, jupyter_config_path
from nbformat import read
from nbformat.sign import NotebookNotary
books = sorted(pathlib.Path("notebooks").glob("*.ipynb"))
config = pathlib.Path(jupyter_config_dir(), "labconfig", "page_config.json")
server = [pathlib.Path(path, "jupyter_server_config.d", "calclib.json") for path in jupyter_config_path()]
print(json.dumps({
    "installed": importlib.metadata.distribution("calclib").read_text("direct_url.json"),
    "server": any(path.exists() for path in server),
    "untrusted": [book.name for book in books if not NotebookNotary().check_signature(read(book, 4))],
    "fonts": len(list(pathlib.Path(matplotlib.get_cachedir()).glob("fontlist*"))),
    "config": config.read_text("utf-8") if config.exists() else "",
}))
"""


def post_build_faults(root, env):
    """Run postBuild as the image does, then look for all that it owes."""
    try:
        run("./binder/postBuild", cwd=root, env=env)
    except (RuntimeError, OSError) as error:
        return [f"postBuild fails: {error}"]
    left = json.loads(run("python", "-c", LEFT_BEHIND, cwd=root, env=env))
    faults = []
    if json.loads(left["installed"])["url"] != root.as_uri() and not (root / NOTED).exists():
        faults.append("postBuild does not install calclib from the folder")
    if not left["server"]:
        faults.append("a notebook opened again reads: model not found")
    if left["untrusted"]:
        faults.append(f"postBuild does not trust {left['untrusted']}")
    if not left["fonts"]:
        faults.append("postBuild does not warm Matplotlib's font cache")
    if "apputils-extension:announcements" not in left["config"]:
        faults.append("JupyterLab will ask about news")
    return faults


# The server and the README's links


def readme_links(root):
    """The files of the repository that README.md points at, the badge's notebook among them."""
    text = (root / "README.md").read_text("utf-8")
    for link in re.findall(r"\]\(([^)\s]+)", text) + re.findall(r'(?:src|href)="([^"]+)"', text):
        url = urllib.parse.urlsplit(link)
        if url.hostname == "mybinder.org":
            yield from binder_target(url)
        elif not url.scheme and url.path:
            yield urllib.parse.unquote(url.path)


def binder_target(url):
    """The file that a link to mybinder.org opens in JupyterLab; none for its badge's picture."""
    query = urllib.parse.parse_qs(url.query)
    yield from query.get("labpath", [])
    yield from (path.removeprefix("lab/tree/") for path in query.get("urlpath", []))


@contextmanager
def binder_server(root, env):
    """JupyterLab as BinderHub starts it; gives a function from a path to its status and text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    knobs = {"base_url": "/user/visitor/", "token": "secret", "trust_xheaders": "True", "allow_origin": "*"}
    arguments = [f"--{app}.{k}={v}" for app in ("NotebookApp", "ServerApp") for k, v in knobs.items()]
    arguments += ["--ip=127.0.0.1", f"--port={port}", "--no-browser", *["--allow-root"] * (os.geteuid() == 0)]

    def get(path):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/user/visitor/{path}")
        request.add_header("Authorization", "token secret")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""
        except urllib.error.URLError:
            return None, "not listening yet"

    with (
        open(root.parent / "server.log", "w+") as log,
        subprocess.Popen(
            ["jupyter-lab", *arguments], cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ) as server,
    ):
        try:
            while get("api/status")[0] != 200:
                with suppress(subprocess.TimeoutExpired):
                    raise RuntimeError(f"the server ended: {server.wait(0.1)}, {log.seek(0)}{log.read()[-2000:]}")
            yield get
        finally:
            server.kill()  # it has no kernels to end, and asked to stop it may wait for its extensions


def dead_links(root, get):
    """Links without a file in the running server: /lab/tree/ answers 200 to any name, /api/contents does not."""
    return [link for link in readme_links(root) if get(f"api/contents/{urllib.parse.quote(link)}?content=0")[0] != 200]


# Ordinary tests: no network


@pytest.fixture
def course(tmp_path):
    """A copy of the repository, as Binder has it in the visitor's home."""
    skip = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "progress.json*")
    return shutil.copytree(ROOT, tmp_path / "course", ignore=skip)


def home_in(root, programs):
    """Binder's environment: the visitor's home is the repository, and these programs come first."""
    ours = ("PYTHON", "JUPYTER", "MPL", "XDG_", "PYTEST", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"HOME": str(root), "PATH": os.pathsep.join([*map(str, programs), kept["PATH"]])}


@pytest.fixture
def environment(course, tmp_path):
    """This Python, with a pip that only notes that calclib alone was installed from the folder."""
    pip = tmp_path / "stub" / "pip"
    pip.parent.mkdir()
    pip.write_text(f'#!/bin/sh\ncase "$*" in "install "*"--no-deps -e .") touch {NOTED} ;; *) exit 1 ;; esac\n')
    pip.chmod(0o755)
    return home_in(course, [pip.parent, Path(sys.executable).parent])


def test_the_folder_is_as_binder_needs_it(course):
    assert folder_faults(course) == []


def test_repo2docker_makes_of_it_what_is_meant(course):
    assert dockerfile_faults(course) == []


def test_postbuild_installs_trusts_and_warms(course, environment):
    assert post_build_faults(course, environment) == []


def test_every_link_of_the_readme_opens_in_binders_server_and_a_dead_one_is_seen(course, environment):
    links = list(readme_links(course))
    assert "notebooks/00_start_here.ipynb" in links
    with open(course / "README.md", "a", encoding="utf-8") as readme:
        readme.write("\n[gone](notebooks/99_gone.ipynb) [![](https://mybinder.org/badge.svg)](")
        readme.write("https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab/tree/notebooks%2F98_gone.ipynb)\n")
    with binder_server(course, environment) as get:
        assert dead_links(course, get) == ["notebooks/99_gone.ipynb", "notebooks/98_gone.ipynb"]


def test_the_readmes_badge_opens_the_first_notebook_in_jupyterlab():
    badges = [url for url in re.findall(r"https://mybinder\.org/[^)\s\"]+", (ROOT / "README.md").read_text("utf-8"))]
    opened = [file for url in badges for file in binder_target(urllib.parse.urlsplit(url))]
    assert opened == ["notebooks/00_start_here.ipynb"]


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda b: (b / "runtime.txt").unlink(), "runtime.txt is missing"),
        (lambda b: edit(b / "runtime.txt", PYTHON, "3.9"), "python-3.9, not python-3.12"),
        (lambda b: edit(b / "requirements.txt", "numpy==2", "numpy==1"), "numpy==1"),
        (lambda b: edit(b.parent / "requirements.txt", "-e .", "scipy==1.0\n-e ."), "scipy==1.0"),
        (lambda b: (b / "requirements.txt").write_text("-r ../requirements.txt"), "differ"),
        (lambda b: (b / "postBuild").chmod(0o644), "not executable"),
        (lambda b: (b / "postBuild").unlink(), "not executable"),
        (lambda b: (b / "environment.yml").write_text("name: other"), "environment.yml"),
    ],
)
def test_a_fault_in_the_folder_is_named(course, plant, named):
    plant(course / "binder")
    assert any(named in fault for fault in folder_faults(course))


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda b: (b / "runtime.txt").unlink(), "does not take Python 3.12"),
        (lambda b: (b / "environment.yml").write_text("dependencies: []"), "binder/requirements.txt"),
        (lambda b: (b / "requirements.txt").write_text("-r ../requirements.txt"), "before the content"),
        (lambda b: (b / "postBuild").rename(b / "postbuild"), "postBuild is not run"),
    ],
)
def test_a_fault_in_what_repo2docker_makes_is_named(course, plant, named):
    plant(course / "binder")
    assert any(named in fault for fault in dockerfile_faults(course))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pip install", "pip instal"),
        ("#!/bin/bash", "#!/bin/no-such-shell"),
        ("notebooks/*.ipynb", "lessons/*.ipynb"),
    ],
)
def test_a_postbuild_that_fails_is_named(course, environment, old, new):
    edit(course / "binder" / "postBuild", old, new)
    (fault,) = post_build_faults(course, environment)
    assert "postBuild fails" in fault


def test_each_step_that_postbuild_forgets_is_named(course, environment):
    (course / "binder" / "postBuild").write_text("#!/bin/bash\n")
    faults = " ".join(post_build_faults(course, environment))
    for owed in ["install calclib", "does not trust", "font cache", "ask about news"]:
        assert owed in faults


# The replay


def binders_python():
    """Binder's Python if it is here (pyenv's shims do not run on their own), else the one that runs this."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{PYTHON}.*/bin/python{PYTHON}"))
    for python in [shutil.which(f"python{PYTHON}"), *pyenv, sys.executable]:
        if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return str(python)


def base_packages():
    """The Python packages of repo2docker's base image, from its lock file, by their names on PyPI."""
    package = Path(importlib.util.find_spec("repo2docker").origin).parent
    lock = package / f"buildpacks/conda/environment.py-{PYTHON}-linux-64.lock"
    renamed = {"nbconvert-core": "nbconvert", "jupyterhub-base": "jupyterhub", "brotli-python": "brotli"}
    renamed |= {"python-fastjsonschema": "fastjsonschema"}
    conda_only = {"cpython", "python-gil", "_python_abi3_support", "bleach-with-css"}
    conda_only |= {"jsonschema-with-format-nongpl", "cached_property", "stack_data"}
    entries = re.findall(r"/([\w.-]+)-([^-/]+)-(?:py|ha770)[^-/]*\.(?:conda|tar\.bz2)#", lock.read_text("utf-8"))
    return [f"{renamed.get(name, name)}=={version}" for name, version in entries if name not in conda_only]


def step(name, *command, **where):
    """Run one step of the replay and say how long it took."""
    begin = time.perf_counter()
    out = run(*command, timeout=900, **where)
    print(f"{name}: {time.perf_counter() - begin:.0f} s", flush=True)
    return out


@pytest.mark.skipif(
    not os.environ.get("BINDER_REPLAY"), reason="fetches packages: set BINDER_REPLAY=1, as .ci/run does"
)
def test_replay_of_every_step_that_binder_takes(course, tmp_path):
    python, prefix = binders_python(), tmp_path / "notebook"
    print(f"\nBinder has Python {PYTHON}; replayed with {run(python, '--version').strip()}")
    run(python, "-m", "venv", str(prefix))
    env = home_in(course, [prefix / "bin"]) | {"KERNEL_PYTHON_PREFIX": str(prefix)}

    step("base image's packages", "pip", "install", "--no-deps", "--no-compile", *base_packages(), env=env)
    steps = re.findall(r"^RUN (.*binder/.*)$", dockerfile(course), re.MULTILINE)
    assert len(steps) == 3, "the packages, postBuild's permission, and postBuild"
    for line in steps[:2]:
        step(line, "bash", "-c", line, cwd=course, env=env)
    assert post_build_faults(course, env) == []
    print(run("pip", "check", env=env).strip())

    with binder_server(course, env) as get:
        assert get("lab/tree/notebooks/00_start_here.ipynb")[0] == 200
        assert dead_links(course, get) == []

    books = sorted(str(book.relative_to(course)) for book in course.glob("notebooks/*.ipynb"))
    options = "-q -o addopts= -o filterwarnings= --nbval --nbval-cell-timeout=120 --nbval-sanitize-with=tests/nbval.cfg"
    for book in {books[0], books[-1]}:
        print(step(book, "python", "-m", "pytest", *options.split(), book, cwd=course, env=env))
