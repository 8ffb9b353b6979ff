"""The log of a workspace's making: followed while it grows, kept afterwards, never without bound."""

from __future__ import annotations

import asyncio
import codecs
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from factory_jupyter.store.workspaces import WorkspaceStore

MAX_CHARACTERS: Final = 1024 * 1024
TAIL_CHARACTERS: Final = 500
_INTERVAL_S: Final = 0.25


class InitLog:
    """Gathers lines and output, and stores them four times a second; ``stored`` is called after each time.

    Used as ``async with``: everything told before the end is stored.
    """

    def __init__(self, *, store: WorkspaceStore, workspace_id: str, stored: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._id = workspace_id
        self._stored = stored
        self._waiting: list[str] = []
        self._room = MAX_CHARACTERS
        self._tail = ""
        self._writer: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        # Output is cut anywhere, also within a character.
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    @property
    def tail(self) -> str:
        """The last 500 characters of output since `forget_tail`: what a failure shows."""
        return self._tail.strip()

    def forget_tail(self) -> None:
        """Begin a new tail."""
        self._tail = ""

    def line(self, text: str) -> None:
        """Add a line of our own."""
        with self._lock:
            self._add(f"{text}\n")

    def feed(self, data: bytes) -> None:
        """Add output of a child; called in the thread that reads it, so that the loop does not pay for a flood."""
        with self._lock:
            text = self._decode(data).replace("\0", "")  # PostgreSQL's text cannot hold NUL
            self._tail = (self._tail + text)[-TAIL_CHARACTERS:]
            self._add(text)

    def _add(self, text: str) -> None:
        if self._room > 0:
            self._waiting.append(text[: self._room])
            self._room -= len(text)
            if self._room <= 0:
                self._waiting.append(f"\n… the log ends here: it is longer than {MAX_CHARACTERS} characters\n")

    async def __aenter__(self) -> InitLog:
        self._writer = asyncio.create_task(self._write_forever(), name=f"log of {self._id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._writer
        self._writer.cancel()
        with suppress(asyncio.CancelledError):
            await self._writer
        await self._flush()

    async def _write_forever(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL_S)
            await self._flush()

    async def _flush(self) -> None:
        with self._lock:
            text, self._waiting = "".join(self._waiting), []
        if text:
            await self._store.append_log(self._id, text)
            await self._stored()
