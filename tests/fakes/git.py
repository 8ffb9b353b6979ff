"""Repositories to test with: real ones, made in milliseconds, with nothing of the machine's configuration in them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

DATE = "2026-01-02T03:04:05+00:00"


def environment(home: Path) -> dict[str, str]:
    """An environment from nothing: only PATH and an empty home."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def make_home(home: Path) -> dict[str, str]:
    """A home with a git identity, and its environment."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.invalid\n"
        "[commit]\n\tgpgSign = false\n[gc]\n\tauto = 0\n"
        # Since CVE-2022-39253 git refuses to clone submodules from local paths unless told.
        '[protocol "file"]\n\tallow = always\n'
    )
    return environment(home)


def git(where: Path, *arguments: str, check: bool = True) -> str:
    """Run git as a person would in a terminal; answers what it prints."""
    home = next(parent / "home" for parent in (where, *where.parents) if (parent / "home" / ".gitconfig").exists())
    dates = {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}
    done = subprocess.run(
        ["git", *arguments], cwd=where, env={**environment(home), **dates}, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def commit(repository: Path, files: Mapping[str, str], message: str = "A change") -> str:
    """Write files and commit everything; answers the commit."""
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository, "rev-parse", "HEAD")


def make_repository(path: Path, files: Mapping[str, str] | None = None, branch: str = "main") -> Path:
    """A repository with one commit."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", branch)
    commit(path, files or {"README.md": "# Sample\n", "src/app.py": "print('hello')\n"}, "First commit")
    return path


def publish(repository: Path, remote: Path) -> Path:
    """Push everything to a new bare repository, which becomes ``origin`` with a known HEAD."""
    branch = git(repository, "symbolic-ref", "--short", "HEAD")
    git(repository, "init", "-q", "--bare", "-b", branch, str(remote))
    git(repository, "remote", "add", "origin", str(remote))
    git(repository, "push", "-q", "-u", "origin", "--all")
    git(repository, "remote", "set-head", "origin", branch)
    git(repository, "fetch", "-q", "origin")
    return remote
