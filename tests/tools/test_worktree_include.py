"""Ignored files are copied where they are wanted, and nothing else ever is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_jupyter.tools.git import Git
from factory_jupyter.tools.worktree_include import Copied, copy_ignored
from tests.fakes.git import commit, git, make_home, make_repository

IGNORED = ".env*\n*.local\nnode_modules/\nsecrets/\nbig.bin\n!.env.example\n"


@pytest.fixture
def tool(tmp_path: Path) -> Git:
    return Git(environment=make_home(tmp_path / "home"))


@pytest.fixture
def repository(tmp_path: Path, tool: Git) -> Path:
    return make_repository(tmp_path / "app", {".gitignore": IGNORED, ".env.example": "KEY=\n", "src/a.py": ""})


@pytest.fixture
def worktree(tmp_path: Path, repository: Path) -> Path:
    git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    return tmp_path / "side"


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def reasons(copied: Copied) -> dict[str, str]:
    return dict(copied.skipped)


async def test_env_files_are_copied_by_default_with_their_mode(tool: Git, repository: Path, worktree: Path) -> None:
    write(repository / ".env", "KEY=1\n", 0o600)
    write(repository / "src/.env.test", "KEY=2\n", 0o644)
    write(repository / "x.local", "not by default\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert sorted(copied.files) == [".env", "src/.env.test"]
    assert (worktree / ".env").read_text() == "KEY=1\n"
    assert (worktree / ".env").stat().st_mode & 0o777 == 0o600
    assert (worktree / "src/.env.test").stat().st_mode & 0o777 == 0o644
    assert not (worktree / "x.local").exists()
    assert git(worktree, "status", "--porcelain") == ""


async def test_the_repositorys_own_list_counts(tool: Git, repository: Path, worktree: Path) -> None:
    write(repository / ".worktreeinclude", "# comment\n*.local\nsecrets/\n*.md\n")
    write(repository / ".env", "KEY=1\n")
    write(repository / "x.local", "1\n")
    write(repository / "odd name\n.local", "2\n")
    write(repository / "secrets/deep/key", "3\n")
    write(repository / "notes.md", "untracked, but not ignored: it may be work\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert sorted(copied.files) == ["odd name\n.local", "secrets/deep/key", "x.local"]
    assert not (worktree / ".env").exists()
    assert not (worktree / "notes.md").exists()


async def test_nothing_to_copy(tool: Git, repository: Path, worktree: Path) -> None:
    assert await copy_ignored(tool, repository, worktree) == Copied()


async def test_links_dependencies_and_other_things_are_left(
    tool: Git, repository: Path, worktree: Path, tmp_path: Path
) -> None:
    (repository / ".env").symlink_to("/etc/passwd")
    write(tmp_path / "outside/.env.deep", "outside\n")
    (repository / "linked").symlink_to(tmp_path / "outside")
    write(repository / "node_modules/x/.env", "not ours\n")
    os.mkfifo(repository / ".env.fifo")
    write(repository / ".env.big", "x" * (10 * 1024 * 1024 + 1))
    git(repository, "init", "-q", "secrets/nested")
    write(repository / "secrets/nested/.env", "of another repository\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert copied.files == []
    assert reasons(copied) == {
        ".env": "a symbolic link",
        ".env.big": "larger than 10 MiB",
        "node_modules/x/.env": "inside a folder of dependencies",
    } | ({".env.fifo": "not a regular file"} if ".env.fifo" in reasons(copied) else {})
    assert sorted(path.name for path in worktree.iterdir()) == [".env.example", ".git", ".gitignore", "src"]


async def test_what_is_there_is_never_overwritten(tool: Git, repository: Path, worktree: Path) -> None:
    write(repository / ".env", "theirs\n")
    write(worktree / ".env", "mine\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert reasons(copied) == {".env": "already there"}
    assert (worktree / ".env").read_text() == "mine\n"


async def test_a_link_in_the_branch_leads_nothing_out_of_the_worktree(
    tool: Git, repository: Path, worktree: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    git(worktree, "rm", "-q", "-r", "src")
    (worktree / "src").symlink_to(tmp_path / "outside")
    write(repository / "src/.env", "KEY=1\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert copied.files == []
    assert len(copied.skipped) == 1
    assert list((tmp_path / "outside").iterdir()) == []


async def test_a_secret_is_not_copied_where_it_would_be_one_add_away_from_being_published(
    tool: Git, repository: Path, worktree: Path
) -> None:
    commit(worktree, {".gitignore": "nothing\n"})
    write(repository / ".env", "KEY=1\n")
    copied = await copy_ignored(tool, repository, worktree)
    assert reasons(copied) == {".env": "the new branch does not ignore it"}
    assert not (worktree / ".env").exists()
