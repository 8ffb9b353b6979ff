"""Ignored files that a new worktree needs, such as ``.env``: copied from the main checkout, carefully.

``.worktreeinclude`` at the top of the repository names them, in the syntax of ``.gitignore``; a file is copied when it
matches *and* git ignores it. Without that file, ``.env`` and ``.env.*`` are copied. Claude Code reads the same file.
"""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from factory_jupyter.tools.git import Git

FILE: Final = ".worktreeinclude"
_DEFAULT: Final = (".env", ".env.*")
_MAX_FILE_BYTES: Final = 10 * 1024 * 1024
_MAX_FILES: Final = 500
_CHUNK: Final = 1024 * 1024

# What an installer puts there it can put there again; a virtual environment does not work in another place anyway.
_DEPENDENCIES: Final = frozenset(
    {"node_modules", ".venv", "venv", "site-packages", "vendor", "target", "__pycache__", ".tox", ".nox", ".git"}
)


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, and what was not and why; paths relative to the repository. Contents are never told."""

    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


async def copy_ignored(git: Git, repository: Path, worktree: Path) -> Copied:
    """Copy the ignored files that a new worktree needs; overwrites nothing, follows no link, leaves neither folder."""
    candidates = await _candidates(git, repository)
    here = await _ignored(git, repository, candidates)
    # A branch may have another .gitignore: there the copy would be one `git add` away from being published.
    there = set(await _ignored(git, worktree, here))
    copied = Copied()
    copied.skipped.extend((name, "the new branch does not ignore it") for name in here if name not in there)
    await asyncio.to_thread(_copy_all, repository, worktree, [name for name in here if name in there], copied)
    return copied


async def _candidates(git: Git, repository: Path) -> list[str]:
    if (repository / FILE).is_file():
        patterns = [f"--exclude-from={FILE}"]
    else:
        patterns = [f"--exclude={pattern}" for pattern in _DEFAULT]
    listed = await git.run(repository, "ls-files", "-z", "--others", "--ignored", *patterns)
    names = listed.stdout.decode(errors="surrogateescape").split("\0")
    # A name that ends with a slash is a repository within this one.
    return [name for name in names if name and not name.endswith("/")]


async def _ignored(git: Git, folder: Path, names: list[str]) -> list[str]:
    if not names:
        return []
    asked = "\0".join(names).encode(errors="surrogateescape")
    # 1: none of them. A name below a symbolic link makes git refuse the whole question: those are asked for one by one.
    done = await git.run(folder, "check-ignore", "-z", "--stdin", input=asked, accept=(0, 1, 128))
    if done.exit_code == 128:
        if len(names) == 1:
            return []
        return [name for each in names for name in await _ignored(git, folder, [each])]
    return [name for name in done.stdout.decode(errors="surrogateescape").split("\0") if name]


def _copy_all(repository: Path, worktree: Path, names: list[str], copied: Copied) -> None:
    for name in names:
        if len(copied.files) >= _MAX_FILES:
            copied.skipped.append((name, f"more than {_MAX_FILES} files"))
        elif reason := _copy(repository, worktree, PurePosixPath(name)):
            copied.skipped.append((name, reason))
        else:
            copied.files.append(name)


def _copy(repository: Path, worktree: Path, name: PurePosixPath) -> str | None:
    """Copy one file; the answer is why not."""
    if name.is_absolute() or ".." in name.parts:
        return "it leaves the repository"
    if _DEPENDENCIES & set(name.parts[:-1]):
        return "inside a folder of dependencies"
    if _has_symlink(repository, name.parent) or _has_symlink(worktree, name.parent):
        return "below a symbolic link"
    try:
        source = os.open(repository / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        return "a symbolic link" if (repository / name).is_symlink() else (error.strerror or "not readable")
    with os.fdopen(source, "rb") as reading:
        facts = os.fstat(source)
        if not stat.S_ISREG(facts.st_mode):
            return "not a regular file"
        if facts.st_size > _MAX_FILE_BYTES:
            return f"larger than {_MAX_FILE_BYTES // (1024 * 1024)} MiB"
        target = worktree / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Private until it is whole, then as open as the original and no more.
            written = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            return "already there"
        except OSError as error:
            return error.strerror or "not writable"
        with os.fdopen(written, "wb") as writing:
            while chunk := reading.read(_CHUNK):
                writing.write(chunk)
            os.fchmod(written, stat.S_IMODE(facts.st_mode) & 0o777)
    return None


def _has_symlink(root: Path, folder: PurePosixPath) -> bool:
    at = root
    for part in folder.parts:
        at /= part
        if at.is_symlink():
            return True
    return False
