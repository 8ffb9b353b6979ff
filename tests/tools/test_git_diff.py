"""Counts are what a person would count, whatever the files are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_jupyter.model.wire import Diff
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_diff import measure, parse_numstat, parse_status
from tests.fakes.git import commit, git, make_home, make_repository, publish


@pytest.fixture
def tool(tmp_path: Path) -> Git:
    return Git(environment=make_home(tmp_path / "home"))


@pytest.fixture
def worktree(tmp_path: Path, tool: Git) -> Path:
    repository = make_repository(tmp_path / "app", {"a.txt": "1\n2\n3\n", "b.txt": "same\n" * 20, "c.bin": "\0\1"})
    git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    return tmp_path / "side"


async def test_nothing(tool: Git, worktree: Path) -> None:
    assert await measure(tool, worktree, "main") == Diff()


async def test_every_kind_of_change(tool: Git, worktree: Path) -> None:
    git(worktree, "mv", "b.txt", "renamed ä.txt")
    (worktree / "a.txt").write_text("1\n2\nthree\n")
    (worktree / "c.bin").write_bytes(b"\0\2\3")
    (worktree / "new\tfile\n.txt").write_text("one\ntwo\n")
    (worktree / "new.bin").write_bytes(b"\0" * 100)
    (worktree / "deep/er").mkdir(parents=True)
    (worktree / "deep/er/x.txt").write_text("no newline at the end")
    assert await measure(tool, worktree, "main") == Diff(files=6, additions=4, deletions=1, uncommitted=6)


async def test_committed_work_counts_and_the_bases_own_progress_does_not(tool: Git, worktree: Path) -> None:
    commit(worktree, {"a.txt": "1\n2\n3\n4\n"})
    commit(worktree.parent / "app", {"a.txt": "other\n"})
    assert await measure(tool, worktree, "main") == Diff(files=1, additions=1)


async def test_the_nearer_of_the_local_and_the_published_base_counts(tool: Git, worktree: Path, tmp_path: Path) -> None:
    repository = tmp_path / "app"
    publish(repository, tmp_path / "remote.git")
    commit(repository, {"local.txt": "not published\n"})
    git(worktree, "reset", "-q", "--hard", "main")
    assert await measure(tool, worktree, "main") == Diff()
    git(repository, "push", "-q")
    git(repository, "reset", "-q", "--hard", "HEAD~1")
    assert await measure(tool, worktree, "main") == Diff()


async def test_a_base_that_is_gone_falls_back_to_the_last_commit(tool: Git, worktree: Path) -> None:
    commit(worktree, {"a.txt": "x\n"})
    (worktree / "a.txt").write_text("x\ny\n")
    assert await measure(tool, worktree, "gone") == Diff(files=1, additions=1, uncommitted=1)
    assert await measure(tool, worktree, None) == Diff(files=1, additions=1, uncommitted=1)


async def test_a_conflict_counts_as_uncommitted(tool: Git, worktree: Path) -> None:
    commit(worktree, {"a.txt": "mine\n"})
    commit(worktree.parent / "app", {"a.txt": "theirs\n"})
    git(worktree, "merge", "-q", "main", check=False)
    assert (await measure(tool, worktree, "main")).uncommitted == 1


def test_the_formats() -> None:
    entries = parse_status(
        b"1 .M N... 100644 100644 100644 aa bb a b.txt\0"
        b"2 R. N... 100644 100644 100644 aa bb R100 new name\0old name\0"
        b"u UU N... 100644 100644 100644 100644 aa bb cc both\0? un tracked\0"
    )
    assert entries == [("1", "a b.txt"), ("2", "new name"), ("u", "both"), ("?", "un tracked")]
    assert parse_numstat(b"3\t1\ta\tb\0-\t-\tx.bin\x000\t0\t\0old\0new\0") == (3, 3, 1)
