"""Projects and workspaces over REST on a real server: made, followed on the board, killed in the middle, finished."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fakes.git import commit, git, make_home, make_repository
from tests.running import Running, serve, start

SETUP = {"scripts": {"setup": "echo run >> runs.txt; echo installing; [ -e go ] || sleep 600; echo installed"}}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    make_home(tmp_path / "home")
    return make_repository(tmp_path / "my-app", branch="trunk")


def until(server: Running, id: str, *, status: str = "", log: str = "") -> dict[str, Any]:
    """Ask until the workspace is so far; the server answers at once, so this is a matter of milliseconds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        workspace: dict[str, Any] = server.call("GET", f"workspaces/{id}", expect=200)
        if (not status or workspace["status"] == status) and log in workspace["init"]["log_tail"]:
            return workspace
        time.sleep(0.05)
    raise TimeoutError(json.dumps(workspace, indent=1))


@pytest.mark.slow
def test_the_life_of_a_workspace(tmp_path: Path, repository: Path) -> None:
    with serve(tmp_path / "server") as server:
        refused = server.call("POST", "projects", {"repo_path": str(tmp_path / "missing")}, expect=400)
        assert refused["code"] == "invalid_repository"
        assert "There is nothing at" in refused["message"]
        project = server.call("POST", "projects", {"repo_path": str(repository / "src")}, expect=201)
        assert (project["repo_path"], project["default_branch"]) == (str(repository), "trunk")
        again = server.call("POST", "projects", {"repo_path": str(repository)}, expect=409)
        assert "'My App' already" in again["message"]
        assert server.call("GET", f"paths?prefix={tmp_path}/my")[0]["is_repository"]

        with server.socket("board") as board:
            assert json.loads(board.recv(10))["type"] == "snapshot"
            bodies = [{"project_id": project["id"], "name": f"Task {number}"} for number in range(10)]
            ids = [server.call("POST", "workspaces", body, expect=201)["id"] for body in bodies]
            ready: set[str] = set()
            while ready != set(ids):
                frame = json.loads(board.recv(60))
                if frame["type"] == "workspace":
                    assert frame["workspace"]["status"] != "FAILED", frame
                    ready |= {frame["workspace"]["id"]} if frame["workspace"]["status"] == "READY" else set()
        for workspace in server.call("GET", f"workspaces?project_id={project['id']}"):
            assert git(repository, "-C", workspace["worktree_path"], "status", "--porcelain") == ""
        assert server.call("POST", f"workspaces/{ids[0]}/retry", expect=409)["code"] == "illegal_transition"


@pytest.mark.slow
def test_killed_while_setup_runs_the_next_server_finishes_it(tmp_path: Path, repository: Path) -> None:
    commit(repository, {"factory-factory.json": json.dumps(SETUP), ".gitignore": "runs.txt\ngo\n"})
    first = start(tmp_path / "server")
    try:
        project = first.call("POST", "projects", {"repo_path": str(repository)}, expect=201)
        body = {"project_id": project["id"], "name": "Kill"}
        id = first.call("POST", "workspaces", body, expect=201)["id"]
        path = Path(until(first, id, log="\ninstalling")["worktree_path"])
    finally:
        first.kill()
        first.session.close()
    (path / "go").touch()
    with serve(tmp_path / "server") as second:
        until(second, id, status="READY")
        log = second.call("GET", f"workspaces/{id}/log?offset=0", expect=200)["text"]
    assert "\ninstalled\n" in log
    assert (path / "runs.txt").read_text() == "run\n" * 2
    assert not _left_in(path)


def _left_in(folder: Path) -> list[str]:
    """Processes whose working directory is the folder."""
    return [
        str(process.info) for process in psutil.process_iter(["cwd", "cmdline"]) if process.info["cwd"] == str(folder)
    ]
