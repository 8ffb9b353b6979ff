"""Install the wheel by itself beside JupyterLab and see that the panel is there.

Neither the checkout nor node can be seen from the environment that this makes: what a user gets from ``pip install`` is
what is checked. Takes about two minutes, nearly all of it pip.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 60


def run(*command: str | Path, **options: Any) -> str:
    """Output of a command that must succeed, both streams together (Jupyter lists extensions on stderr)."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    output: str = done.stdout.decode()
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{output}")
    return output


def bare_environment(folder: Path, wheel: Path) -> dict[str, str]:
    """A virtual environment with the wheel and JupyterLab, and the only variables that its programs will see."""
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-compile", f"{wheel}[lab]")
    home = folder / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": f"{folder / 'venv/bin'}:{git_folder(folder)}", "LANG": "C.UTF-8"}


def git_folder(folder: Path) -> Path:
    """A folder with git and nothing else: the system's own would bring node along."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(run("which", "git").strip())
    return tools


def get(url: str, token: str) -> str:
    """Body of an authenticated GET; an error status is reported with its body."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        sys.exit(f"GET {url}: {error.code} {error.read().decode()}")


def wait_until_up(url: str, token: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; exit with its log when it does not."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            get(f"{url}/api/status", token)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"jupyter lab did not start:\n{log.read_text()}")


def check_server(folder: Path, environment: dict[str, str]) -> None:
    """Start JupyterLab and ask it for the panel, for our health and for a database made from the wheel's migrations."""
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    command = [
        "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={environment['HOME']}",
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.append("--allow-root")
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=environment, executable=folder / "venv/bin/jupyter", stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until_up(url, token, server, log)
        health = json.loads(get(f"{url}/factory/api/health", token))
        database = json.loads(get(f"{url}/factory/api/health/database", token))
        assert database["status"] == "ok", database
        page = get(f"{url}/lab", token)
        assert '"name": "factory-jupyter"' in page, "the lab page does not list the front end"
        print(f"server: health {health['status']}, database {database['status']}, front end on the page")
    finally:
        server.terminate()
        server.wait(timeout=30)


def main() -> None:
    """Build, install, look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--skip-dependency-check",
            "--outdir",
            folder / "dist",
            ROOT,
        )
        (wheel,) = (folder / "dist").glob("*.whl")
        environment = bare_environment(folder, wheel)
        for kind in ("server extension", "labextension"):
            listing = run(folder / "venv/bin/jupyter", *kind.split(), "list", env=environment, cwd=folder)
            ours = [line for line in listing.splitlines() if "factory" in line]
            if not any("enabled" in line for line in ours) or not any("OK" in line for line in ours):
                sys.exit(f"jupyter {kind} list does not show us:\n{listing}")
            print(f"{kind}: enabled, OK")
        check_server(folder, environment)


if __name__ == "__main__":
    main()
