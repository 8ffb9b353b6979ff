"""What viewers of anything are, and the board's feed.

Viewers pull: a feed never waits for one and keeps no queue that a slow one could fill. The feed of a session is in
``services.session_feed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import msgspec

from factory_jupyter.model import wire

_MAX_NOTIFICATIONS: Final = 100


class Viewer(Protocol):
    """Somebody who looks at a feed, for example a socket."""

    async def next(self) -> list[bytes]:
        """Wait until there is something new, and answer it as encoded frames; empty when the feed is over."""

    def close(self) -> None:
        """Stop looking; a `next` that waits answers an empty list."""


class BoardFeed:
    """Tells every viewer how the board changes; for a slow viewer only the newest state of each thing is kept."""

    def __init__(self) -> None:
        self._viewers: set[BoardViewer] = set()

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks at the board."""
        return bool(self._viewers)

    def publish(self, frame: wire.BoardFrame) -> None:
        """Tell all viewers."""
        if self._viewers:
            key, body = _key(frame), msgspec.json.encode(frame)
            for viewer in self._viewers:
                viewer.put(key, body)

    def join(self, snapshot: Callable[[], Awaitable[wire.Snapshot]]) -> BoardViewer:
        """A viewer that begins with ``snapshot()``; what is published while that is read comes after it."""
        viewer = BoardViewer(snapshot, self._viewers.discard)
        self._viewers.add(viewer)
        return viewer


class BoardViewer:
    """One viewer of the board; made by `BoardFeed.join`."""

    def __init__(self, snapshot: Callable[[], Awaitable[wire.Snapshot]], leave: Callable[[BoardViewer], None]) -> None:
        self._snapshot: Callable[[], Awaitable[wire.Snapshot]] | None = snapshot
        self._leave = leave
        self._pending: dict[tuple[str, str], bytes] = {}
        self._notifications: dict[int, bytes] = {}
        self._count = 0
        self._closed = False
        self._wake = asyncio.Event()

    def put(self, key: tuple[str, str] | None, body: bytes) -> None:
        """Take a frame; without a ``key`` it is a notification, which newer ones do not replace."""
        if key is None:
            self._count += 1
            self._notifications[self._count] = body
            if len(self._notifications) > _MAX_NOTIFICATIONS:
                del self._notifications[next(iter(self._notifications))]
        else:
            # Taken out first, so that it goes to the end: a project comes before the workspace that was made in it.
            self._pending.pop(key, None)
            self._pending[key] = body
        self._wake.set()

    async def next(self) -> list[bytes]:
        """The snapshot first, then all that changed since the last call."""
        if self._snapshot is not None:
            snapshot, self._snapshot = self._snapshot, None
            return [msgspec.json.encode(await snapshot())]
        while not (self._pending or self._notifications or self._closed):
            self._wake.clear()
            await self._wake.wait()
        frames = [*self._pending.values(), *self._notifications.values()]
        self._pending.clear()
        self._notifications.clear()
        return [] if self._closed else frames

    def close(self) -> None:
        """Stop looking."""
        self._closed = True
        self._leave(self)
        self._wake.set()


def _key(frame: wire.BoardFrame) -> tuple[str, str] | None:
    """What the frame tells of: a newer frame with the same key makes an older one superfluous."""
    match frame:
        case wire.WorkspaceChanged(workspace=workspace):
            return "workspace", workspace.id
        case wire.WorkspaceRemoved(id=id):
            return "workspace", id
        case wire.ProjectChanged(project=project):
            return "project", project.id
        case wire.BoardSession(session=session):
            return "session", session.id
        case wire.SessionRemoved(id=id):
            return "session", id
        case wire.QuestionOpened(question=question):
            return "question", question.id
        case wire.QuestionClosed(id=id):
            return "question", id
        case wire.HealthChanged() | wire.Snapshot():
            return type(frame).__name__, ""
        case wire.Notification():
            return None
