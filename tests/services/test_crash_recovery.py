"""Killed at any point of making a workspace, the next server finishes it, with nothing doubled or left over."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.model.wire import Workspace
from factory_jupyter.services.provisioning import STEPS
from tests.fakes.git import commit, git, make_home, make_repository, publish
from tests.services.workbench import Workbench, workbench

ROOT = Path(__file__).parents[2]
POINTS = [f"{when} {step}" for step in STEPS for when in ("before", "after")] + ["chosen", "added", "made"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A home and a repository with everything that a workspace can have."""
    make_home(tmp_path / "home")
    repository = make_repository(tmp_path / "my-app")
    library = make_repository(tmp_path / "library", {"lib.txt": "library\n"})
    git(repository, "submodule", "add", "-q", str(library), "library")
    setup = '{"scripts": {"setup": "echo once >> setup.txt"}}'
    commit(repository, {".gitignore": ".env\nsetup.txt\n", "factory-factory.json": setup})
    (repository / ".env").write_text("KEY=1\n")
    publish(repository, tmp_path / "remote.git")
    return tmp_path


def crash(folder: Path, point: str) -> None:
    environment = {**make_home(folder / "home"), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("crashing_server.py")), str(folder), point],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


async def recovered(bench: Workbench) -> Workspace:
    await bench.workspaces.start()
    (workspace,) = await bench.workspaces.list()
    async with asyncio.timeout(30):
        return await bench.workspaces.wait_made(workspace.id)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_killed(folder: Path, point: str) -> None:
    crash(folder, point)
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert (made.status, made.init.error) == (WorkspaceStatus.READY, None)
    assert made.branch_name == "ada-lovelace/crash"
    path = Path(made.worktree_path or "")
    assert path == folder / "base/worktrees/my-app/crash"
    repository = folder / "my-app"
    assert git(path, "status", "--porcelain") == ""
    assert (path / ".env").read_text() == "KEY=1\n"
    assert (path / "library/lib.txt").read_text() == "library\n"
    times = 2 if point == "after setup" else 1  # it had run, but nobody could know
    assert (path / "setup.txt").read_text() == "once\n" * times
    assert git(repository, "branch", "--list", "ada*").split() == ["+", "ada-lovelace/crash"]
    assert git(repository, "worktree", "list", "--porcelain").count("worktree ") == 2
    assert git(repository, "status", "--porcelain") == ""
    undone = [step.name for step in made.init.steps if step.state != "done"]
    assert undone == (["copy"] if point == "after copy" else [])  # the second time it found everything there


def half_made(repository: Path, path: Path, *, with_file: bool = False) -> None:
    """What a ``git worktree add`` leaves that was killed half way: locked, with an empty folder."""
    git(repository, "worktree", "add", "-q", "--no-checkout", "-b", "ada-lovelace/crash", str(path))
    (repository / ".git/worktrees" / path.name / "locked").write_text("initializing")
    (repository / ".git/worktrees" / path.name / "index.lock").touch()
    if with_file:
        (path / "thesis.txt").write_text("the only copy\n")


async def test_a_worktree_that_git_left_half_made_is_made_anew(folder: Path) -> None:
    crash(folder, "chosen")
    half_made(folder / "my-app", folder / "base/worktrees/my-app/crash")
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert (made.status, made.init.error) == (WorkspaceStatus.READY, None)
    assert "locked" not in git(folder / "my-app", "worktree", "list", "--porcelain")


async def test_files_in_a_half_made_worktree_are_not_removed(folder: Path) -> None:
    crash(folder, "chosen")
    path = folder / "base/worktrees/my-app/crash"
    half_made(folder / "my-app", path, with_file=True)
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert made.status is WorkspaceStatus.FAILED
    assert "thesis.txt" in (made.init.error or "")
    assert (path / "thesis.txt").read_text() == "the only copy\n"


async def test_a_branch_that_somebody_made_meanwhile_is_left_alone(folder: Path) -> None:
    crash(folder, "chosen")
    git(folder / "my-app", "switch", "-q", "-c", "ada-lovelace/crash")
    tip = commit(folder / "my-app", {"theirs.txt": "1\n"})
    git(folder / "my-app", "switch", "-q", "main")
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert (made.status, made.branch_name) == (WorkspaceStatus.READY, "ada-lovelace/crash-2")
    assert git(folder / "my-app", "rev-parse", "ada-lovelace/crash") == tip


async def test_a_repository_that_is_gone_fails_with_the_reason_and_nothing_hangs(folder: Path) -> None:
    crash(folder, "before worktree")
    (folder / "my-app").rename(folder / "moved")
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert made.status is WorkspaceStatus.FAILED
    assert str(folder / "my-app") in (made.init.error or "")


async def test_a_setup_script_that_outlived_its_server_is_ended_before_it_runs_again(folder: Path) -> None:
    setup = (
        '{"scripts": {"setup": "echo $$ >> pids; if [ $(wc -l < pids) = 1 ]; then kill -9 $PPID; exec sleep 600; fi"}}'
    )
    commit(folder / "my-app", {"factory-factory.json": setup, ".gitignore": ".env\npids\n"})
    git(folder / "my-app", "push", "-q")
    crash(folder, "never: the script kills its server")
    pids = folder / "base/worktrees/my-app/crash/pids"
    orphan = psutil.Process(int(pids.read_text().split()[0]))
    assert orphan.is_running()
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert made.status is WorkspaceStatus.READY
    assert len(pids.read_text().split()) == 2
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


async def test_stopping_the_server_leaves_the_work_for_the_next_one(folder: Path) -> None:
    setup = '{"scripts": {"setup": "echo run >> runs; [ $(wc -l < runs) = 2 ] || exec sleep 600"}}'
    commit(folder / "my-app", {"factory-factory.json": setup, ".gitignore": ".env\nruns\n"})
    git(folder / "my-app", "push", "-q")
    runs = folder / "base/worktrees/my-app/crash/runs"
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        project = await bench.project(folder / "my-app")
        making = asyncio.ensure_future(bench.make(project, name="Crash"))
        async with asyncio.timeout(20):
            while not runs.exists():
                await asyncio.sleep(0.02)
        making.cancel()
    assert "sleep" not in {child.name() for child in psutil.Process(os.getpid()).children(recursive=True)}
    async with workbench(folder / "base", make_home(folder / "home")) as bench:
        made = await recovered(bench)
    assert (made.status, made.init.error) == (WorkspaceStatus.READY, None)
