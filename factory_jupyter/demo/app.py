"""`jupyter factory demo`: the tour. JupyterLab on a sample repository, with the scripted model in Anthropic's place.

Everything lives in one folder: the repository, the database, the worktrees, Claude's configuration and Jupyter's own.
Nothing of the user's is read for the agents or written, and a temporary folder is gone after Ctrl-C.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from jupyter_core.application import JupyterApp
from traitlets import Bool, Float, Int, Unicode

from factory_jupyter.config import FactoryConfig
from factory_jupyter.demo.sample_project import make_sample_project
from factory_jupyter.demo.scenarios import GUIDED_PROMPT

_START_S: Final = 90.0
_STOP_S: Final = 20.0
_POLL_S: Final = 0.1
# Where the tour has its own: the user's logins and endpoints must not decide whom the agents talk to.
_FOREIGN: Final = ("ANTHROPIC_", "CLAUDE", "JUPYTER", "JPY_", "FACTORY_", "GIT_", "XDG_")
_FOREIGN_NAMES: Final = frozenset({"BASE_DIR", "DATABASE_PATH", "WORKTREE_BASE_DIR", "WS_LOGS_PATH", "IPYTHONDIR"})

_LOOPBACK: Final = "127.0.0.1,localhost"
_GITCONFIG: Final = "[user]\n\tname = You, on the tour\n\temail = you@example.invalid\n"
# No question of JupyterLab's own in the way of the first look.
_LAB_SETTINGS: Final = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
_ALIASES: Final = {"folder": "DemoApp.folder", "port": "DemoApp.port", "pace": "DemoApp.pace"}
_FLAGS: Final = {"no-browser": ({"DemoApp": {"open_browser": False}}, "Print the address, open nothing.")}


class DemoApp(JupyterApp):
    """Take the tour: real tools, real files and real questions, but no account and no cost."""

    name = "jupyter-factory-demo"
    description = __doc__ or ""
    examples = "jupyter factory demo\njupyter factory demo --folder ~/tour --port 8899"
    aliases = _ALIASES
    flags = _FLAGS

    folder = Unicode(
        help="Where the tour lives; kept afterwards. Default: a temporary folder, removed at the end."
    ).tag(config=True)
    port = Int(0, help="Port of JupyterLab on 127.0.0.1; 0 lets the system choose.").tag(config=True)
    pace = Float(0.03, min=0.0, help="Seconds between two pieces of the scripted model's text.").tag(config=True)
    open_browser = Bool(True, help="Whether to open JupyterLab in the browser.").tag(config=True)

    def start(self) -> None:
        """Start everything, wait for Ctrl-C (or for JupyterLab's own end), take everything down."""
        super().start()
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            with ExitStack() as stack:
                self._tour(stack)
        except KeyboardInterrupt:
            self._say("\nThe tour is over.")

    def _tour(self, stack: ExitStack) -> None:
        root = stack.enter_context(_home(self.folder))
        repository = root / "photonlab"
        if not repository.exists():
            make_sample_project(repository)
        (_made(root / "home") / ".gitconfig").write_text(_GITCONFIG, encoding="utf-8")
        (_made(root / "jupyter" / "config" / "labconfig") / "default_setting_overrides.json").write_text(
            json.dumps(_LAB_SETTINGS), encoding="utf-8"
        )
        model = stack.enter_context(
            _running(
                [sys.executable, "-m", "factory_jupyter.demo.scripted_model", "--pace", str(self.pace)],
                tour_environment(root, ""),
                root / "model.log",
            )
        )
        model_url = json.loads(_first_line(model, root / "model.log"))["url"]
        environment = tour_environment(root, model_url)
        lab = stack.enter_context(_running(self._lab_command(repository), environment, root / "jupyterlab.log"))
        server = _wait_for(
            lambda: _server(root / "jupyter" / "runtime", lab), "JupyterLab", root / "jupyterlab.log", lab
        )
        _add_project(server, repository)
        address = f"{server['url']}lab?token={server['token']}"
        self._say(
            f"The tour: {address}\nFolder:   {root}\nFirst task to try:\n\n    {GUIDED_PROMPT}\n\nCtrl-C ends it."
        )
        if self.open_browser:
            webbrowser.open(address)
        lab.wait()

    def _lab_command(self, repository: Path) -> list[str]:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={repository}"]
        command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--LabApp.news_url=None"]
        # Also from a checkout, where nothing has enabled the extension.
        command += ["--ServerApp.jpserver_extensions=factory_jupyter=True"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        # In a container the tour is often root; it listens on loopback only.
        return [*command, "--allow-root"] if FactoryConfig.is_root() else command

    @staticmethod
    def _say(text: str) -> None:
        print(text, flush=True)  # noqa: T201 - what the person in the terminal reads


def tour_environment(root: Path, model_url: str, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of JupyterLab in the tour: what the user's has, without anything of Jupyter, Claude or git."""
    inherited = FactoryConfig.environment() if inherited is None else inherited
    kept = {
        name: value for name, value in inherited.items() if name not in _FOREIGN_NAMES and not name.startswith(_FOREIGN)
    }
    jupyter = root / "jupyter"
    return kept | {
        "HOME": str(root / "home"),
        # `python3` in the sample's tests is the Python of the tour.
        "PATH": f"{Path(sys.executable).parent}:{inherited.get('PATH', '/usr/bin:/bin')}",
        "JUPYTER_CONFIG_DIR": str(jupyter / "config"),
        "JUPYTER_DATA_DIR": str(jupyter / "data"),
        "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
        "IPYTHONDIR": str(jupyter / "ipython"),
        "BASE_DIR": str(root / "factory"),
        "FACTORY_DEMO": "1",
        "FACTORY_DEMO_PROMPT": GUIDED_PROMPT,
        "CLAUDE_CONFIG_DIR": str(root / "claude"),
        "ANTHROPIC_BASE_URL": model_url,
        "NO_PROXY": _LOOPBACK,
        "no_proxy": _LOOPBACK,
        "ANTHROPIC_API_KEY": "the-scripted-model-needs-none",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_MAX_RETRIES": "3",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
    }


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _home(folder: str) -> Iterator[Path]:
    if folder:
        yield _made(FactoryConfig.expand(folder))
        return
    # Resolved: on macOS the temporary folder is behind a link, and git prints resolved paths.
    root = Path(tempfile.mkdtemp(prefix="factory-jupyter-tour-")).resolve()
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own: Ctrl-C reaches the tour alone, which then ends its children in order."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_for(found: Callable[[], Any], what: str, log: Path, child: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + _START_S
    while (answer := found()) is None:
        if child.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise SystemExit(f"{what} did not start. The end of its log:\n\n{words}")
        time.sleep(_POLL_S)
    return answer


def _first_line(child: subprocess.Popen[bytes], log: Path) -> str:
    def found() -> str | None:
        text = log.read_text(encoding="utf-8")
        return text.splitlines()[0] if "\n" in text else None

    line: str = _wait_for(found, "The scripted model", log, child)
    return line


def _server(runtime: Path, lab: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    """What the server says of itself, as soon as it answers."""
    try:
        server: dict[str, Any] = json.loads((runtime / f"jpserver-{lab.pid}.json").read_text(encoding="utf-8"))
        _ask(server, "api/status")
    except (OSError, ValueError):
        return None
    return server


def _add_project(server: Mapping[str, Any], repository: Path) -> None:
    try:
        projects = _ask(server, "factory/api/projects")
        if all(project["repo_path"] != str(repository) for project in projects):
            _ask(server, "factory/api/projects", {"repo_path": str(repository), "name": "Photon Lab"})
    except urllib.error.HTTPError as error:
        words = error.read().decode(errors="replace")
        raise SystemExit(f"JupyterLab runs, but the Factory extension refused the sample project: {words}") from error


def _ask(server: Mapping[str, Any], path: str, body: Mapping[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"token {server['token']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server["url"] + path, data, headers)  # noqa: S310 - our own server on loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
