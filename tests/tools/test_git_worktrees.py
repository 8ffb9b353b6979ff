"""Two steps, one lock, and nothing that a crash leaves is taken for something else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_jupyter.errors import Conflict, GitFailed
from factory_jupyter.tools import git_worktrees
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_locks import RepositoryLocks
from factory_jupyter.tools.git_repository import Repositories
from factory_jupyter.tools.git_worktrees import Worktrees, fault_of
from tests.fakes.git import commit, git, make_home, make_repository


@pytest.fixture
def tool(tmp_path: Path) -> Git:
    return Git(environment=make_home(tmp_path / "home"))


@pytest.fixture
def repository(tmp_path: Path, tool: Git) -> Path:
    return make_repository(tmp_path / "app")


async def test_two_steps(tool: Git, repository: Path, tmp_path: Path) -> None:
    worktrees, path = Worktrees(tool), tmp_path / "trees" / "one"
    await worktrees.add(repository, path, "one", "main")
    assert [child.name for child in path.iterdir()] == [".git"]
    await worktrees.check_out(path)
    assert await worktrees.verify(path, repository / ".git") == "one"
    assert git(path, "status", "--porcelain") == ""
    entries = await worktrees.list(repository)
    assert [(entry.path, entry.branch, entry.is_main) for entry in entries] == [
        (repository, "main", True),
        (path, "one", False),
    ]
    assert fault_of(path) is None


async def test_thirty_under_the_lock(tool: Git, repository: Path, tmp_path: Path) -> None:
    worktrees, locks = Worktrees(tool), RepositoryLocks()

    async def make(number: int) -> None:
        path = tmp_path / "trees" / str(number)
        async with locks.hold(repository / ".git"):
            await worktrees.add(repository, path, f"b{number}", "main")
        await worktrees.check_out(path)
        await worktrees.verify(path, repository / ".git")

    await asyncio.gather(*(make(number) for number in range(30)))
    assert len(await worktrees.list(repository)) == 31


async def test_an_add_that_meets_another_one_is_tried_again_on_the_branch_that_it_left(
    tool: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = tool.run, []

    async def run(where: Path, *arguments: str, **options: object) -> object:
        if arguments[:2] == ("worktree", "add"):
            tried.append(arguments)
            if len(tried) == 1:
                await real(where, "branch", "one", "main")  # what a failed add leaves
                raise GitFailed("worktree add", 128, "fatal: failed to read .git/worktrees/x/commondir: Success")
        return await real(where, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(tool, "run", run)
    monkeypatch.setattr(git_worktrees.random, "uniform", lambda *_: 0)
    await Worktrees(tool).add(repository, tmp_path / "one", "one", "main")
    assert [("-b" in arguments) for arguments in tried] == [True, False]


async def test_other_failures_are_not_tried_again(tool: Git, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    with pytest.raises(GitFailed, match="already exists"):
        await Worktrees(tool).add(repository, tmp_path / "full", "one", "main")
    with pytest.raises(Conflict, match=f"main is already checked out at {repository}"):
        await Worktrees(tool).add(repository, tmp_path / "two", "main", None)


async def test_a_folder_without_its_pointer_is_not_taken_for_a_worktree(
    tool: Git, repository: Path, tmp_path: Path
) -> None:
    path = repository / "inside"  # git, run there, would find the main checkout
    worktrees = Worktrees(tool)
    await worktrees.add(repository, path, "one", "main")
    (path / ".git").unlink()
    with pytest.raises(Conflict, match=f"git works on {repository} there"):
        await worktrees.verify(path, repository / ".git")
    other = make_repository(tmp_path / "other")
    with pytest.raises(Conflict):
        await worktrees.verify(other, repository / ".git")
    with pytest.raises(Conflict):
        await worktrees.verify(repository, repository / ".git")


async def test_only_what_holds_no_work_is_cleared(tool: Git, repository: Path, tmp_path: Path) -> None:
    worktrees, path = Worktrees(tool), tmp_path / "one"
    assert await worktrees.clear_half_made(repository, path) is None
    await worktrees.add(repository, path, "one", "main")
    whole = await worktrees.clear_half_made(repository, path)
    assert whole
    assert whole.path == path
    (repository / ".git/worktrees/one/locked").write_text("initializing")
    (path / "work.txt").write_text("the only copy")
    with pytest.raises(Conflict, match=r"work\.txt"):
        await worktrees.clear_half_made(repository, path)
    (path / "work.txt").unlink()
    assert await worktrees.clear_half_made(repository, path) is None
    assert not path.exists()
    assert len(await worktrees.list(repository)) == 1


async def test_a_worktree_whose_folder_was_deleted_is_forgotten_alone(
    tool: Git, repository: Path, tmp_path: Path
) -> None:
    worktrees = Worktrees(tool)
    for name in ("one", "two"):
        await worktrees.add(repository, tmp_path / name, name, "main")
        (tmp_path / name / ".git").unlink()
        (tmp_path / name).rmdir()
    assert await worktrees.clear_half_made(repository, tmp_path / "one") is None
    # The other one may be on a disk that is not mounted now.
    assert [entry.branch for entry in await worktrees.list(repository)] == ["main", "two"]


async def test_sparse_checkouts_stay_sparse(tool: Git, repository: Path, tmp_path: Path) -> None:
    commit(repository, {"big/file.txt": "x", "small/file.txt": "x"})
    git(repository, "sparse-checkout", "set", "small")
    worktrees = Worktrees(tool)
    await worktrees.add(repository, tmp_path / "one", "one", "main")
    await worktrees.check_out(tmp_path / "one")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [".git", "README.md", "small"]
    assert git(tmp_path / "one", "status", "--porcelain") == ""


async def test_hooks_of_the_repository_cannot_break_the_making(tool: Git, repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    worktrees = Worktrees(tool)
    await worktrees.add(repository, tmp_path / "one", "one", "main")
    await worktrees.check_out(tmp_path / "one")
    assert git(tmp_path / "one", "status", "--porcelain") == ""


async def test_one_key_for_all_worktrees_of_a_repository(tool: Git, repository: Path, tmp_path: Path) -> None:
    await Worktrees(tool).add(repository, tmp_path / "one", "one", "main")
    repositories = Repositories(tool)
    assert await repositories.common_dir(tmp_path / "one") == await repositories.common_dir(repository / "src")


# --- The lock --------------------------------------------------------------------------------------------------------

HOLD = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


async def test_another_server_is_waited_for(repository: Path) -> None:
    lock_file = repository / ".git/factory-jupyter.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(os.environ),
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Conflict, match="Another program"):
            async with RepositoryLocks(timeout_s=0.1).hold(repository / ".git"):
                pass
        held = asyncio.Event()

        async def wait() -> None:
            async with RepositoryLocks().hold(repository / ".git"):
                held.set()

        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0.1)
        assert not held.is_set()
        other.stdin.close()
        await asyncio.wait_for(waiting, 10)


async def test_the_lock_is_free_again_after_an_error_and_after_a_cancel(repository: Path) -> None:
    locks = RepositoryLocks(timeout_s=0)
    with pytest.raises(RuntimeError):
        async with locks.hold(repository / ".git"):
            raise RuntimeError
    entered = asyncio.Event()

    async def hold() -> None:
        async with locks.hold(repository / ".git"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(hold())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    async with RepositoryLocks(timeout_s=0).hold(repository / ".git"):
        pass
