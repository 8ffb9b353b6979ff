"""Frames between the server's sockets and the views of a widget, over the widget's comm.

A view prefers a socket of its own to the server; this is for pages that have none (VS Code, Colab, another host).
Each view is a viewer of its own, so joining late and rejoining work as over a socket. To the browser goes the text of
frames, one a line, in pieces: a comm message for each token, or one of megabytes, would trip the Jupyter server's
limiter, which then drops messages and the cell's end with them. Messages, beside ``view``, which the browser chooses:

* browser to kernel: ``open`` (the number of the last event it has), ``text`` (a client frame), ``close`` * kernel to
browser: ``opened``, ``lines`` (a piece of text), ``closed`` (the reason)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from factory_jupyter.errors import FactoryError
from factory_jupyter.notebook.loop import private_loop
from factory_jupyter.notebook.transport import Frames, Server

MAX_VIEWS: Final = 8
"""Views of one widget; a page that was closed does not say so, and its views make room for new ones."""
MIN_PAUSE_S: Final = 1 / 30
BYTES_PER_S: Final = 600_000
"""For all widgets of the kernel; Jupyter's limiter stands at 1,000,000 (``iopub_data_rate_limit``)."""
_PIECE: Final = int(BYTES_PER_S * MIN_PAUSE_S)
_MAX_PENDING: Final = 1_000_000

Send = Callable[[dict[str, Any]], None]


class Pacer:
    """When the next piece may go, so that all together stay below a rate."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at = 0.0

    async def wait(self, size: int) -> None:
        """Wait until ``size`` bytes may be sent."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + size / self._bytes_per_s
        await asyncio.sleep(start - now)


_PACER: Final = Pacer(BYTES_PER_S)


class Relay:
    """The views of one widget on one socket of the server."""

    def __init__(self, server: Server, path: str, send: Send) -> None:
        self._server = server
        self._path = path
        self._send = send
        self._views: dict[str, _View] = {}

    def receive(self, content: dict[str, Any]) -> None:
        """A message of the browser, from whichever thread the comm lives in (ipykernel's subshells)."""
        private_loop().call_soon_threadsafe(self._receive, content)

    def close(self) -> None:
        """End every view."""
        private_loop().call_soon_threadsafe(self._close_all)

    def _receive(self, content: dict[str, Any]) -> None:
        match content:
            case {"view": str(id), "open": int(since)}:
                self._open(id, since)
            case {"view": str(id), "text": str(text)} if id in self._views:
                self._views[id].say(text)
            case {"view": str(id), "close": _} if id in self._views:
                self._views.pop(id).close()

    def _open(self, id: str, since: int) -> None:
        if id in self._views:
            self._views.pop(id).close()
        while len(self._views) >= MAX_VIEWS:
            oldest = next(iter(self._views))
            self._views.pop(oldest).close("Too many views of this widget are open.")
        self._views[id] = _View(lambda content: self._send({"view": id, **content}))
        self._views[id].start(self._server, self._path, since)

    def _close_all(self) -> None:
        while self._views:
            self._views.popitem()[1].close()


class _View:
    """One view: a socket to the server on one side, pieces of text on the other."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pending = ""
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._said: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self, server: Server, path: str, since: int) -> None:
        self._task = asyncio.ensure_future(self._run(server, path, since))

    def say(self, text: str) -> None:
        self._said.put_nowait(text)

    def close(self, reason: str | None = None) -> None:
        assert self._task
        self._task.cancel()
        if reason:
            self._send({"closed": reason})

    async def _run(self, server: Server, path: str, since: int) -> None:
        try:
            async with server.join(path, since) as frames:
                self._send({"opened": True})
                # The first to end is the reader, which raises when the connection is lost.
                works = (self._read(frames), self._pour(), self._speak(frames))
                tasks = [asyncio.ensure_future(work) for work in works]
                try:
                    await asyncio.gather(*tasks)
                finally:
                    for task in tasks:
                        task.cancel()
        except FactoryError as reason:
            self._send({"closed": reason.message})

    async def _read(self, frames: Frames) -> None:
        async for text in frames:
            self._pending += text + "\n"
            self._filled.set()
            while len(self._pending) > _MAX_PENDING:
                # Not reading on makes the server's viewer wait: it merges deltas meanwhile, and memory stays bounded.
                self._emptied.clear()
                await self._emptied.wait()

    async def _pour(self) -> None:
        while True:
            await self._filled.wait()
            piece, self._pending = self._pending[:_PIECE], self._pending[_PIECE:]
            if not self._pending:
                self._filled.clear()
            self._emptied.set()
            await _PACER.wait(len(piece.encode()))
            self._send({"lines": piece})
            await asyncio.sleep(MIN_PAUSE_S)

    async def _speak(self, frames: Frames) -> None:
        while True:
            await frames.send(await self._said.get())
