"""One writer at a time for what the worktrees of a repository share: branches, administration, configuration.

Two ``git worktree add`` in one repository at once fail in several ways; the lock holds within this process and, by a
file in the repository, against other servers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from factory_jupyter.errors import Conflict

_FILE: Final = "factory-jupyter.lock"
_PAUSE_S: Final = 0.02


class RepositoryLocks:
    """The locks of all repositories; keyed by `Repositories.common_dir`, which is absolute and real."""

    def __init__(self, *, timeout_s: float = 120.0) -> None:
        self._locks: dict[Path, asyncio.Lock] = {}
        self._timeout_s = timeout_s

    @asynccontextmanager
    async def hold(self, common_dir: Path) -> AsyncIterator[None]:
        """Hold the repository; waits its turn, raises `errors.Conflict` when another server keeps it too long."""
        async with self._locks.setdefault(common_dir, asyncio.Lock()):
            # filelock costs 20 ms to import, and nobody needs it before the first worktree.
            from filelock import FileLock, Timeout

            lock = FileLock(common_dir / _FILE, thread_local=False)
            deadline = asyncio.get_running_loop().time() + self._timeout_s
            while True:
                try:
                    # Tried without waiting, on the loop: a thread that waits could not be cancelled.
                    lock.acquire(timeout=0)
                    break
                except Timeout as error:
                    if asyncio.get_running_loop().time() > deadline:
                        raise Conflict(
                            f"Another program has been changing {common_dir} for {self._timeout_s:.0f} s. "
                            "Try again when it is done."
                        ) from error
                    await asyncio.sleep(_PAUSE_S)
            try:
                yield
            finally:
                lock.release()
