"""Log files of sessions, for finding out afterwards what happened: one for each run of an agent, secrets taken out.

Lines are written by one thread, so the loop never waits for the disk; a file stops growing at its limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

from factory_jupyter.model.redaction import redact
from factory_jupyter.services.clock import Clock

Direction = Literal["client", "agent", "info"]

_MARKS: Final = {"client": "<<< CLIENT", "agent": "### AGENT", "info": "*** INFO"}
_LONGEST_ENTRY: Final = 4000
_DAY: Final = 86_400.0

log = logging.getLogger(__name__)


class SessionLogs:
    """The folder of log files. With ``days`` 0 nothing is written."""

    def __init__(self, folder: Path, clock: Clock, *, days: int, max_bytes: int) -> None:
        self._folder = folder
        self._clock = clock
        self._days = days
        self._max_bytes = max_bytes
        # One thread: lines of a file stay in order without locks.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="factory-session-log")

    def open(self, session_id: str, header: str) -> SessionLog:
        """A new file for a run of this session."""
        safe_id = re.sub(r"[^A-Za-z0-9_-]", "_", session_id)
        started = re.sub(r"[:.+]", "-", self._clock.now().isoformat())
        path = self._folder / f"{safe_id}_{started}.log" if self._days else None
        opened = SessionLog(path, self._thread, self._clock, self._max_bytes)
        opened.write("info", header)
        return opened

    async def prune(self) -> int:
        """Remove files older than ``days``; answers how many."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._prune)

    def _prune(self) -> int:
        oldest = time.time() - self._days * _DAY
        removed = 0
        for path in self._folder.glob("*_*.log"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    removed += 1
        return removed

    async def close(self) -> None:
        """Write what waits, and end the thread."""
        await asyncio.to_thread(self._thread.shutdown)


class SessionLog:
    """One file; made by `SessionLogs.open`."""

    def __init__(self, path: Path | None, thread: ThreadPoolExecutor, clock: Clock, max_bytes: int) -> None:
        self.path = path
        self._thread = thread
        self._clock = clock
        self._room = max_bytes
        self._waiting: deque[str] = deque()

    def write(self, direction: Direction, text: str) -> None:
        """Add an entry; does not wait, and never raises: a full disk must not stop a session."""
        if self.path is None or self._room <= 0:
            return
        self._waiting.append(f"[{self._clock.now().isoformat()}] {_MARKS[direction]} {text[:_LONGEST_ENTRY]}")
        if len(self._waiting) == 1:  # otherwise the thread is on its way already
            with contextlib.suppress(RuntimeError):  # the thread has ended: the server stops
                self._thread.submit(self._append_all, self.path)

    def _append_all(self, path: Path) -> None:
        entries = []
        while self._waiting:
            entries.append((redact(self._waiting[0]) + "\n").encode())
            self._waiting.popleft()  # only now: the next entry that comes is seen by this loop, or calls anew
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            with path.open("ab") as file:
                for entry in entries:
                    self._room -= len(entry)
                    if self._room <= 0:
                        file.write(b"[the log has reached its limit; nothing more is written]\n")
                        break
                    file.write(entry)
        except OSError as error:
            self._room = 0
            log.warning("The session log %s cannot be written any more: %s", path.name, error)
