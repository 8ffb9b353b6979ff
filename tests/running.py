"""A real Jupyter server in a process of its own, with an environment built from nothing, for tests and benches."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests
from websockets.asyncio import client as asyncio_client
from websockets.sync.client import ClientConnection, connect

START_TIMEOUT_S = 60

_PLAIN: dict[str, Any] = {"max_size": None, "compression": None, "proxy": None}


@dataclass
class Running:
    """A server that listens; `folder` holds its home, configuration, runtime files and log."""

    process: subprocess.Popen[bytes]
    url: str
    token: str
    folder: Path
    started_in_s: float
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, expect: int | None = None) -> Any:
        """The JSON answer of `factory/api/<path>`."""
        answer = self.session.request(
            method,
            f"{self.url}factory/api/{path}",
            json=body,
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
        )
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def socket(self, path: str) -> ClientConnection:
        """A WebSocket at `factory/<path>`."""
        return connect(self._socket_url(path), additional_headers=self._headers, **_PLAIN)

    def socket_async(self, path: str) -> asyncio_client.connect:
        """The same for a loop."""
        return asyncio_client.connect(self._socket_url(path), additional_headers=self._headers, **_PLAIN)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    def _socket_url(self, path: str) -> str:
        return f"{self.url.replace('http', 'ws', 1)}factory/{path}"

    def log(self) -> str:
        """What the server wrote."""
        return (self.folder / "server.log").read_text(errors="replace")

    def descendants(self) -> list[psutil.Process]:
        """Every process under the server."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """SIGKILL the server alone."""
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> float:
        """End the server as a person does; seconds that it took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self.session.close()
        return time.monotonic() - begun


def environment(folder: Path, model_url: str = "") -> dict[str, str]:
    """An environment built from nothing; with `model_url` the CLI talks to the scripted model there."""
    for name in ("home", "conf", "data", "runtime", "claude", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "home" / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    built = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "JUPYTER_CONFIG_DIR": str(folder / "conf"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "BASE_DIR": str(folder / "factory"),
        "CLAUDE_CONFIG_DIR": str(folder / "claude"),
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    if model_url:
        built |= {"ANTHROPIC_BASE_URL": model_url, "ANTHROPIC_API_KEY": "dummy"}
    if coverage := os.environ.get("COVERAGE_PROCESS_START"):
        built["COVERAGE_PROCESS_START"] = coverage
    return built


def start(
    folder: Path,
    *,
    model_url: str = "",
    extension: bool = True,
    app: str = "server",
    arguments: Sequence[str] = (),
    variables: dict[str, str] | None = None,
    again: Running | None = None,
) -> Running:
    """Start `jupyter <app>` in `folder` (again, when it was there before) and wait until it answers.

    With `again`, a server that has ended, the new one has its address and token, so that open pages find it.
    """
    env = environment(folder, model_url) | (variables or {})
    token = again.token if again else secrets.token_hex(16)
    port = urlsplit(again.url).port if again else _free_port()
    (folder / "conf" / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": {"factory_jupyter": extension, "jupyterlab": app == "lab"}}})
    )
    command = [
        sys.executable, "-m", "jupyter", app, "--no-browser", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder / 'root'}",
        *(["--allow-root"] if os.geteuid() == 0 else []), *arguments,
    ]  # fmt: skip
    begun = time.monotonic()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=env, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    running = Running(process, f"http://127.0.0.1:{port}/", token, folder, 0.0)
    while time.monotonic() - begun < START_TIMEOUT_S:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}:\n{running.log()[-4000:]}")
        try:
            if requests.get(f"{running.url}api/status", headers={"Authorization": f"token {token}"}, timeout=5).ok:
                running.started_in_s = time.monotonic() - begun
                return running
        except requests.ConnectionError:
            time.sleep(0.02)
    running.kill()
    raise TimeoutError(f"the server did not answer in {START_TIMEOUT_S} s:\n{running.log()[-4000:]}")


@contextmanager
def serve(folder: Path, **options: Any) -> Iterator[Running]:
    """A server for the length of a with block."""
    running = start(folder, **options)
    try:
        yield running
    finally:
        running.stop()


def _free_port() -> int:
    # Jupyter cannot take a listening socket from us; port_retries=0 makes a lost race an error instead of another
    # server.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
