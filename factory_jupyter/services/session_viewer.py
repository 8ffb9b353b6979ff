"""One viewer of a session: what it was told so far, and what comes next.

It holds a position in the log and how much it has told of each block in progress, never a queue. So a viewer that is
slow skips what it missed of the live text, and costs no memory that grows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from factory_jupyter.model import wire
from factory_jupyter.model.transcript import Partial

_CHUNK_EVENTS: Final = 500
_SECONDS_BETWEEN_DELTAS: Final = 1 / 60  # what a screen can show; the first piece of a block is not held back


class Watched(Protocol):
    """What a viewer looks at (`SessionFeed`)."""

    @property
    def last_seq(self) -> int:
        """Number of the newest event that viewers may see."""

    @property
    def partials(self) -> Sequence[Partial]:
        """Blocks in progress."""

    @property
    def voids(self) -> int:
        """How often the blocks in progress were dropped."""

    @property
    def values(self) -> Mapping[str, tuple[int, bytes]]:
        """The newest live frame of each type, with a number that grows."""

    def greeting(self) -> wire.Hello:
        """The first frame."""

    async def read(self, since: int, limit: int) -> list[bytes]:
        """Events after ``since`` that may be shown, at most ``limit``."""

    def leave(self, viewer: SessionViewer) -> None:
        """Forget a viewer."""


class SessionViewer:
    """One viewer of a session; made by `SessionFeed.join`."""

    def __init__(self, feed: Watched, since: int) -> None:
        self._feed = feed
        self._seen = since
        self._greeted = False
        self._told = 0  # the newest version of `feed.values` that was told
        self._voids = feed.voids
        self._sent: dict[tuple[str | None, int], tuple[Partial, int]] = {}  # characters told of each block in progress
        self._next_deltas = 0.0
        self._closed = False
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """There is something new."""
        self._changed.set()

    def close(self) -> None:
        """Stop looking."""
        self._closed = True
        self._feed.leave(self)
        self._changed.set()

    async def next(self) -> list[bytes]:
        """First `wire.Hello`; then settled events; when there are no more, what is live."""
        if not self._greeted:
            return [self._hello()]
        while not self._closed:
            self._changed.clear()
            if self._seen < self._feed.last_seq:
                return await self._settled()
            if frames := self._values():
                return frames
            wait = self._next_deltas - asyncio.get_running_loop().time() if self._has_deltas() else None
            if wait is not None and wait <= 0:
                return self._deltas()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)
        return []

    def _hello(self) -> bytes:
        self._greeted = True
        # Session, agent and phase are in the frame itself; a retry that goes on is told after it.
        newest = max((version for version, _ in self._feed.values.values()), default=0)
        retry, _ = self._feed.values.get("api_retry", (newest + 1, b""))
        self._told = retry - 1
        return msgspec.json.encode(self._feed.greeting())

    async def _settled(self) -> list[bytes]:
        frames = await self._feed.read(self._seen, _CHUNK_EVENTS)
        if not frames:  # the session was deleted while it was read
            self.close()
        self._seen += len(frames)
        return frames

    def _values(self) -> list[bytes]:
        new = sorted((version, body) for version, body in self._feed.values.values() if version > self._told)
        if new:
            self._told = new[-1][0]
        return [body for _, body in new]

    def _has_deltas(self) -> bool:
        if self._voids != self._feed.voids:
            return True
        return any(len(partial.text) > self._length_sent(partial) for partial in self._feed.partials)

    def _length_sent(self, partial: Partial) -> int:
        known, length = self._sent.get((partial.parent_tool_use_id, partial.index), (None, 0))
        return length if known is partial else 0

    def _deltas(self) -> list[bytes]:
        frames: list[wire.LiveFrame] = []
        if self._voids != self._feed.voids:
            self._voids = self._feed.voids
            self._sent.clear()
            frames.append(wire.DeltasDropped())
        sent = {}
        for partial in self._feed.partials:
            length = self._length_sent(partial)
            if len(partial.text) > length:
                frames.append(
                    wire.Delta(
                        kind=partial.kind,
                        index=partial.index,
                        text=partial.text[length:],
                        # The first piece replaces whatever a viewer still shows there.
                        reset=length == 0,
                        parent_tool_use_id=partial.parent_tool_use_id,
                    )
                )
            sent[partial.parent_tool_use_id, partial.index] = partial, len(partial.text)
        self._sent = sent
        self._next_deltas = asyncio.get_running_loop().time() + _SECONDS_BETWEEN_DELTAS
        return [msgspec.json.encode(frame) for frame in frames]
