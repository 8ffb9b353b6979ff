"""One process for each Claude conversation: the CLI accepts two at once, and the turns of one of them vanish."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from factory_jupyter.errors import SessionInUse

_SUFFIX: Final = ".lock"


class ConversationLocks:
    """Locks by Claude session id, in this process and, through files in ``folder``, across servers.

    The operating system frees a file lock when its process ends, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, FileLock] = {}

    async def acquire(self, claude_session_id: str) -> None:
        """Take the conversation. Raises `SessionInUse` when somebody else, or another session here, has it."""
        if claude_session_id in self._held:
            raise SessionInUse(claude_session_id)
        lock = FileLock(self._folder / f"{claude_session_id}{_SUFFIX}", blocking=False, thread_local=False)
        self._held[claude_session_id] = lock
        try:
            await asyncio.to_thread(self._lock, lock)
        except Timeout:
            del self._held[claude_session_id]
            raise SessionInUse(claude_session_id) from None
        except BaseException:
            del self._held[claude_session_id]
            raise

    def _lock(self, lock: FileLock) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()

    async def release(self, claude_session_id: str) -> None:
        """Give the conversation back. Harmless when it is not held."""
        # The empty file stays: to remove it would let two processes lock two files of the same name.
        if lock := self._held.pop(claude_session_id, None):
            await asyncio.to_thread(lock.release)
