"""The example notebooks run twice, from top to bottom, give the outputs they have, and make nothing twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import running
from tests.notebooks.real import ROOT, real_server

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def server(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Running]:
    require("claude")
    with real_server(tmp_path_factory.mktemp("notebooks")) as server:
        yield server


@pytest.mark.slow
@pytest.mark.real_claude
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_runs_twice_and_makes_nothing_twice(server: running.Running, notebook: Path) -> None:
    run(server, notebook)
    made = everything(server)
    assert made["projects"]
    assert made["workspaces"]
    run(server, notebook)
    assert everything(server) == made


def run(server: running.Running, notebook: Path) -> None:
    """The notebook under nbval, in a kernel that belongs to the server."""
    # A kernel of Jupyter's own would find the server by its parent's pid; nbval's parent is pytest.
    environment = running.environment(server.folder) | {"JUPYTER_SERVER_URL": server.url, "JUPYTER_TOKEN": server.token}
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-o", "filterwarnings=default", str(notebook)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[:8000] + done.stderr[-2000:]


def everything(server: running.Running) -> dict[str, list[str]]:
    """Ids of all that is there."""
    nouns = ("projects", "workspaces", "sessions")
    return {noun: sorted(one["id"] for one in server.call("GET", noun)) for noun in nouns}
