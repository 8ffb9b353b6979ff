"""How much a worktree differs from its base: counts only, from three quick git commands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from factory_jupyter.model.wire import Diff
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_refs import REMOTE, References

_MAX_COUNTED_FILES: Final = 1000
_MAX_COUNTED_BYTES: Final = 1024 * 1024


async def measure(git: Git, worktree: Path, base: str | None) -> Diff:
    """Changes since the worktree left ``base``, committed or not; without a base those since the last commit.

    Untracked files count with their lines, as git would count them once they are added (at most 1,000 files of 1 MiB).
    Renames count as one file; binary files count without lines.
    """
    status, numstat = await asyncio.gather(
        git.look(worktree, "status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=dirty"),
        _numstat(git, worktree, base),
    )
    entries = parse_status(status.stdout)
    untracked = [path for kind, path in entries if kind == "?"]
    files, additions, deletions = parse_numstat(numstat)
    return Diff(
        files=files + len(untracked),
        additions=additions + await asyncio.to_thread(_count_lines, worktree, untracked),
        deletions=deletions,
        uncommitted=len(entries),
    )


async def _numstat(git: Git, worktree: Path, base: str | None) -> bytes:
    since = await merge_base(git, worktree, base) or "HEAD"
    return (await git.look(worktree, "diff", "--numstat", "-z", "-M", since, "--")).stdout


async def merge_base(git: Git, worktree: Path, base: str | None) -> str | None:
    """Where the worktree's branch left ``base``: the local one and that of origin together, whichever is nearer."""
    if not base:
        return None
    commits = (await References(git).commits(worktree, f"refs/heads/{base}", f"refs/remotes/{REMOTE}/{base}")).values()
    # Of several commits, merge-base takes all but the first as if they were merged.
    return (await git.read(worktree, "merge-base", "HEAD", *commits, accept=(0, 1))) or None if commits else None


def parse_status(output: bytes) -> list[tuple[str, str]]:
    """Kind (``1 2 u ?``) and path of each entry of ``status --porcelain=v2 -z``."""
    entries: list[tuple[str, str]] = []
    fields = iter(output.decode(errors="surrogateescape").split("\0"))
    spaces = {"1": 8, "2": 9, "u": 10, "?": 1}
    for field in fields:
        kind = field[:1]
        if kind in spaces:
            entries.append((kind, field.split(" ", spaces[kind])[spaces[kind]]))
        if kind == "2":
            next(fields, None)  # the name before the rename
    return entries


def parse_numstat(output: bytes) -> tuple[int, int, int]:
    """Files, added and deleted lines of ``diff --numstat -z``."""
    files = additions = deletions = 0
    fields = iter(output.decode(errors="surrogateescape").split("\0"))
    for field in fields:
        if not field:
            continue
        added, deleted, name = field.split("\t", 2)
        if not name:  # a rename: the old and the new name follow
            next(fields), next(fields)
        files += 1
        additions += int(added) if added != "-" else 0
        deletions += int(deleted) if deleted != "-" else 0
    return files, additions, deletions


def _count_lines(worktree: Path, names: list[str]) -> int:
    lines = 0
    for name in names[:_MAX_COUNTED_FILES]:
        path = worktree / name
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_COUNTED_BYTES:
                continue
            data = path.read_bytes()
        except OSError:  # removed meanwhile, or not ours to read: it still counts as a file
            continue
        if b"\0" not in data:
            lines += data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    return lines
