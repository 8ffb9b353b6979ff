"""Where new work starts: fetching a branch, and choosing between what is here and what the remote has."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_jupyter.errors import GitFailed, Invalid
from factory_jupyter.tools.git import Git

REMOTE: Final = "origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPoint:
    """A commit to start from, and how its branch is called; ``note`` tells people what is ahead of it."""

    name: str
    commit: str
    note: str = ""


class References:
    """Branches by name, local and of ``origin``; a name is always looked up under refs/heads and refs/remotes/origin.

    Never by ``rev-parse NAME``, which would also find tags and commits of that name.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._locks: dict[tuple[Path, str], asyncio.Lock] = {}
        self._fetched: dict[tuple[Path, str], tuple[float, GitFailed | None]] = {}

    async def fetch(self, repository: Path, branch: str, *, timeout_s: float) -> None:
        """Bring ``origin``'s branch up to date; raises `errors.GitFailed`. No tags, no submodules, no FETCH_HEAD.

        Ten callers at once make two fetches, not ten: one that began after the question is as good as an own one.
        """
        key = (repository, branch)
        asked_at = time.monotonic()
        async with self._locks.setdefault(key, asyncio.Lock()):
            begun_at, error = self._fetched.get(key, (float("-inf"), None))
            if begun_at < asked_at:
                begun_at, error = time.monotonic(), None
                try:
                    await self._fetch(repository, branch, timeout_s)
                except GitFailed as failure:
                    error = failure
                self._fetched[key] = (begun_at, error)
        if error:
            raise error

    async def _fetch(self, repository: Path, branch: str, timeout_s: float) -> None:
        await self._git.network(
            repository,
            *("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", REMOTE),
            f"+refs/heads/{branch}:refs/remotes/{REMOTE}/{branch}",
            timeout_s=timeout_s,
        )

    async def has_remote(self, repository: Path) -> bool:
        """Whether there is an ``origin`` to fetch from."""
        return REMOTE in (await self._git.read(repository, "remote")).split()

    async def has_local(self, repository: Path, branch: str) -> bool:
        """Whether the branch exists here."""
        return bool(await self.commits(repository, f"refs/heads/{branch}"))

    async def has_tracking(self, repository: Path, branch: str) -> bool:
        """Whether ``origin`` had the branch when it was last asked."""
        return bool(await self.commits(repository, f"refs/remotes/{REMOTE}/{branch}"))

    async def commits(self, repository: Path, *refs: str) -> dict[str, str]:
        """The commits of these refs (full names), without those that do not exist."""
        answer = await self._git.read(repository, "for-each-ref", "--format=%(refname) %(objectname)", *refs)
        found = dict(line.split(" ") for line in answer.splitlines())
        return {ref: found[ref] for ref in refs if ref in found}  # git lists refs below these names, too

    async def start_point(self, repository: Path, base: str, *, is_fresh: bool) -> StartPoint:
        """Where a new branch from ``base`` starts: fresh origin, else the local branch, else what origin had once.

        Raises `errors.Invalid` when there is no such branch.
        """
        local, tracking = f"refs/heads/{base}", f"refs/remotes/{REMOTE}/{base}"
        commits = await self.commits(repository, local, tracking)
        if tracking in commits and (is_fresh or local not in commits):
            note = ""
            if commits.get(local, commits[tracking]) != commits[tracking]:
                ahead = int(await self._git.read(repository, "rev-list", "--count", f"{tracking}..{local}"))
                note = f"; your local {base} is {ahead} commits ahead of it" if ahead else ""
            return StartPoint(name=f"{REMOTE}/{base}", commit=commits[tracking], note=note)
        if local in commits:
            return StartPoint(name=base, commit=commits[local])
        raise Invalid(f"Branch {base!r} does not exist, neither here nor on {REMOTE}. Choose another base branch.")

    async def taken(self, repository: Path) -> set[str]:
        """Every branch name in use here or on a remote, without the remote's name."""
        both = "--format=%(refname:lstrip=2)%00%(refname:lstrip=3)"
        answer = await self._git.read(repository, "for-each-ref", both, "refs/heads", "refs/remotes")
        names: set[str] = set()
        for line in answer.splitlines():
            whole, without_remote = line.split("\0")
            names |= {whole, without_remote}
        return names - {""}
