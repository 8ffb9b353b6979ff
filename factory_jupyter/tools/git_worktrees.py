"""Making worktrees in two steps, looking at them, and clearing away those that a crash left half made.

Step one, ``worktree add --no-checkout``, takes milliseconds and changes what all worktrees share: callers hold the
repository's lock (`git_locks`). Step two, the checkout, takes as long as the disk does and touches only the new folder.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_jupyter.errors import Conflict, GitFailed
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_repository import real

# What git says when it meets another ``worktree add`` half way; an agent may run one at any time, without our lock.
_RACES: Final = ("could not lock config file", "failed to read")
_RACE_TRIES: Final = 3
_SLOW: Final = 10  # times the usual limit: a checkout writes the whole tree, submodules come over the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Worktree:
    """An entry of ``git worktree list``. ``branch`` None: detached; ``lock`` is the reason, None when not locked."""

    path: Path
    branch: str | None
    lock: str | None
    is_main: bool

    @property
    def is_half_made(self) -> bool:
        """Whether git was ended while it made this one."""
        return self.lock == "initializing"


class Worktrees:
    """The worktrees of repositories; ``repository`` is always the top folder of a main work tree."""

    def __init__(self, git: Git, *, max_checkouts: int = 2) -> None:
        self._git = git
        # More at once only make each other wait for the disk.
        self._checkouts = asyncio.Semaphore(max_checkouts)

    async def list(self, repository: Path) -> list[Worktree]:
        """All worktrees that git knows, the main one first; folders that are gone are listed too."""
        blocks = (await self._git.read(repository, "worktree", "list", "--porcelain")).strip().split("\n\n")
        return [_parse(block, is_main=position == 0) for position, block in enumerate(blocks)]

    async def find(self, repository: Path, path: Path) -> Worktree | None:
        """The entry whose folder is ``path``."""
        return next((entry for entry in await self.list(repository) if real(entry.path) == real(path)), None)

    async def add(self, repository: Path, path: Path, branch: str, start: str | None, *, track: bool = False) -> None:
        """Register a worktree without files; callers hold the lock.

        With ``start`` the branch is made there (callers know that it does not exist), else it exists. Raises
        `errors.Conflict` when the branch is checked out elsewhere, and `errors.GitFailed` for everything else.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, _RACE_TRIES + 1):
            tracking = "--track" if track and start else "--no-track"
            made = [tracking, "-b", branch, str(path), start] if start else [str(path), branch]
            try:
                await self._git.run(repository, "worktree", "add", "-q", "--no-checkout", *made)
                return
            except GitFailed as error:
                if "already checked out" in error.stderr or "already used by worktree" in error.stderr:
                    raise Conflict(await self._elsewhere(repository, branch)) from error
                if attempt == _RACE_TRIES or not any(race in error.stderr for race in _RACES):
                    raise
            await asyncio.sleep(random.uniform(0.05, 0.4))  # noqa: S311  # jitter
            if start and await self._has_branch(repository, branch):
                start = None  # the failed add left it; it was not there before, so it is ours

    async def _has_branch(self, repository: Path, branch: str) -> bool:
        done = await self._git.run(repository, "show-ref", "-q", "--verify", f"refs/heads/{branch}", accept=(0, 1))
        return done.exit_code == 0

    async def _elsewhere(self, repository: Path, branch: str) -> str:
        places = [str(entry.path) for entry in await self.list(repository) if entry.branch == branch]
        return (
            f"The branch {branch} is already checked out at {', '.join(places) or 'another worktree'}. "
            "Choose another branch, or switch that folder to another one first."
        )

    async def check_out(self, path: Path) -> None:
        """Write the files of a worktree that has none yet; at most two at once."""
        async with self._checkouts:
            await self._git.run(path, "reset", "-q", "--hard", timeout_s=self._git.timeout_s * _SLOW)

    async def verify(self, path: Path, common_dir: Path) -> str | None:
        """The branch of the worktree; raises `errors.Conflict` unless git, run in ``path``, works on this very folder.

        A folder whose ``.git`` is missing would make git find a repository further up: the main checkout, at worst.
        """
        asked = ("--show-toplevel", "--git-common-dir", "--git-dir", "--symbolic-full-name", "HEAD")
        answer = await self._git.read(path, "rev-parse", "--path-format=absolute", *asked)
        *folders, head = answer.split("\n")
        top, common, git_dir = map(real, folders)
        if top != real(path) or common != real(common_dir) or git_dir == common:
            raise Conflict(f"{path} is no worktree of its own: git works on {top} there. Nothing was started in it.")
        return head.removeprefix("refs/heads/") if head != "HEAD" else None

    async def clear_half_made(self, repository: Path, path: Path) -> Worktree | None:
        """The worktree at ``path`` when it is whole; else what a crash left of it is taken away and the answer is None.

        Callers hold the lock. Only a folder without a single file of work is removed; anything else raises
        `errors.Conflict` and stays as it is.
        """
        entry = await self.find(repository, path)
        names = _names_in(path)
        if entry and not entry.is_half_made and ".git" in names:
            return entry
        if left := sorted(names - {".git"}):
            raise Conflict(f"{path} holds files of somebody else ({left[0]}, …). Move them away, then retry.")
        if entry:
            # Once for "modified", once for "locked"; there is nothing in it that could be lost.
            await self._git.run(repository, "worktree", "remove", "--force", "--force", str(path))
        return None

    async def update_submodules(self, path: Path) -> None:
        """Fill the submodules, theirs too; `init_submodules` comes first."""
        timeout_s = self._git.timeout_s * _SLOW
        await self._git.network(path, "submodule", "update", "--init", "--recursive", timeout_s=timeout_s)

    async def init_submodules(self, path: Path) -> None:
        """Register the submodules in the configuration that all worktrees share; callers hold the lock."""
        await self._git.run(path, "submodule", "init")


def _names_in(folder: Path) -> set[str]:
    return {child.name for child in folder.iterdir()} if folder.is_dir() else set()


def _parse(block: str, *, is_main: bool) -> Worktree:
    attributes = dict(line.partition(" ")[::2] for line in block.split("\n"))
    branch = attributes.get("branch")
    return Worktree(
        path=Path(attributes["worktree"]),
        branch=branch.removeprefix("refs/heads/") if branch else None,
        lock=attributes.get("locked"),
        is_main=is_main,
    )


def fault_of(worktree: Path) -> str | None:
    """What is wrong with a worktree's folder, from plain reads: no process, so it can be asked at every use."""
    pointer = worktree / ".git"
    try:
        if not worktree.is_dir():
            return "is missing"
        if not pointer.is_file():
            return "is not a worktree any more"
        admin = Path(pointer.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
        if not (worktree / admin / "HEAD").exists():
            return "has lost its repository, which may have been moved"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None
