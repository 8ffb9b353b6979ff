"""The feed of one session: numbers its settled events, stores them, and shows them to any number of viewers.

Order is everything here. A settled event is shown after its transaction has ended, never before, and what comes later,
live frames too, waits behind it. One transaction of a session is under way at a time; all that arrives meanwhile makes
the next one. So numbers are given when a transaction begins, and one that fails leaves no gap.

What is live (the text of blocks in progress, the phase, …) is kept as state, not as frames: viewers
(``services.session_viewer``) remember how much of it they have told.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

import msgspec

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.model import wire
from factory_jupyter.model.transcript import PARTIAL_OF, Partial, grow, supersede
from factory_jupyter.services.session_viewer import SessionViewer
from factory_jupyter.store.rows import EventRow

T = TypeVar("T")

UNNUMBERED: Final = 0
"""``seq`` of a settled event until its feed numbers it."""

_KEPT_EVENTS: Final = 1000
_BATCH_EVENTS: Final = 500  # of one transaction
_KEPT_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024
_RETRY_SECONDS: Final = (0.05, 0.2, 1.0, 4.0)


class EventLog(Protocol):
    """Where settled events are kept (`store.events.EventStore`)."""

    async def append(self, session_id: str, events: Sequence[EventRow]) -> None:
        """Store them in one transaction."""

    async def read(self, session_id: str, since: int, limit: int) -> list[tuple[int, bytes]]:
        """At most ``limit`` events with a number above ``since``, in order."""


@dataclass(slots=True)
class _Write:
    """Settled events that wait to be stored, alone or with a change, and the live frames that came after them."""

    events: list[wire.SettledEvent]
    change: Callable[[list[EventRow]], Awaitable[Any]] | None = None
    done: asyncio.Future[Any] | None = None
    behind: list[wire.LiveFrame] = field(default_factory=list)


class SessionFeed:
    """One writer, many viewers.

    ``hello`` makes the first frame of a viewer from the number of the newest event. ``on_lost`` is called when events
    could not be stored after several attempts: they are lost, and the numbers go on without a gap.
    """

    def __init__(
        self,
        *,
        session_id: str,
        last_seq: int,
        log: EventLog,
        hello: Callable[[int], wire.Hello],
        on_lost: Callable[[Exception], None],
    ) -> None:
        self.session_id = session_id
        self.last_seq = last_seq
        """Number of the newest event that viewers may see."""
        self.partials: list[Partial] = []
        """Blocks in progress."""
        self.voids = 0
        """How often the blocks in progress were dropped."""
        self.values: dict[str, tuple[int, bytes]] = {}
        """The newest live frame of each type, with a number that grows."""
        self.log = log
        self._hello = hello
        self._on_lost = on_lost
        self._recent: deque[bytes] = deque()
        self._recent_bytes = 0
        self._versions = 0
        self._writes: deque[_Write] = deque()
        self._under_way = 0
        self._waiting = 0
        self._writer: asyncio.Task[None] | None = None
        self._viewers: set[SessionViewer] = set()

    # --- Writing -----------------------------------------------------------------------------------------------------

    def append(self, *events: wire.SettledEvent) -> None:
        """Settled events that change nothing else; does not wait."""
        newest = self._writes[-1] if len(self._writes) > self._under_way else None
        if newest and newest.change is None and not newest.behind and len(newest.events) < _BATCH_EVENTS:
            newest.events.extend(events)
            self._waiting += len(events)
        else:
            self._put(_Write(list(events)))

    def commit(
        self, events: Sequence[wire.SettledEvent], change: Callable[[list[EventRow]], Awaitable[T]]
    ) -> asyncio.Future[T]:
        """Settled events with a change of the database in the same transaction; their place is taken at once.

        ``change`` gets the numbered rows and must store them all, or raise: then nothing has happened, and whoever
        awaits the answer gets the error.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(_Write(list(events), change, done))
        return done

    def record(self, events: Sequence[wire.SettledEvent], change: Callable[[list[EventRow]], Awaitable[Any]]) -> None:
        """As `commit`, for a fact that nobody waits for and that must not be missed: tried again as `append` is."""
        self._put(_Write(list(events), change))

    def tell(self, frame: wire.LiveFrame) -> None:
        """A live frame; it waits behind the settled events that came before it."""
        if self._writes:
            self._writes[-1].behind.append(frame)
            self._waiting += 1
        else:
            self._show_live(frame)
            self._wake()

    @property
    def backlog(self) -> int:
        """Events and frames that wait; who fills the feed stops while there are many.

        So a slow disk costs bounded memory, and whoever commits something waits a bounded time.
        """
        return self._waiting

    async def drain(self) -> None:
        """Wait until everything so far is stored (or lost); what comes meanwhile is not waited for."""
        await self.commit((), _nothing)

    def _put(self, write: _Write) -> None:
        self._writes.append(write)
        self._waiting += len(write.events)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        while self._writes:
            batch = self._batch()
            self._under_way = len(batch)
            events = [event for write in batch for event in write.events]
            rows = [numbered(event, self.last_seq + number) for number, event in enumerate(events, start=1)]
            stored = await self._store(batch[0], rows)
            self._under_way = 0
            taken = iter(rows if stored else ())
            for write in batch:
                self._writes.popleft()
                self._waiting -= len(write.events) + len(write.behind)
                for event, row in zip(write.events, taken, strict=False):
                    self._show(event, row)
                for frame in write.behind:
                    self._show_live(frame)
            self._wake()

    def _batch(self) -> list[_Write]:
        """The next transaction: one change, or the plain events up to the next change, a bounded number of them."""
        if self._writes[0].change is not None:
            return [self._writes[0]]
        batch: list[_Write] = []
        size = 0
        for write in self._writes:
            if write.change is not None or size >= _BATCH_EVENTS:
                break
            batch.append(write)
            size += len(write.events)
        return batch

    async def _store(self, write: _Write, rows: list[EventRow]) -> bool:
        if write.done is None:
            return await self._store_surely(write.change or self._append_rows, rows)
        assert write.change is not None
        try:
            result = await write.change(rows)
        except Exception as error:  # it belongs to whoever asked for the change
            if not write.done.cancelled():
                write.done.set_exception(error)
                write.done.exception()  # marks it as seen: who asked may be gone
            return False
        if not write.done.cancelled():
            write.done.set_result(result)
        return True

    async def _append_rows(self, rows: list[EventRow]) -> None:
        await self.log.append(self.session_id, rows)

    async def _store_surely(self, change: Callable[[list[EventRow]], Awaitable[Any]], rows: list[EventRow]) -> bool:
        for delay in (*_RETRY_SECONDS, None):
            try:
                await change(rows)
            except Exception as error:  # whatever it is, the writer must go on
                if delay is None or not isinstance(error, DatabaseUnavailable):
                    self._on_lost(error)
                    return False
                await asyncio.sleep(delay)
            else:
                return True
        return False

    # --- Showing -----------------------------------------------------------------------------------------------------

    def _show(self, event: wire.SettledEvent, row: EventRow) -> None:
        self.last_seq = row.seq
        self._recent.append(row.body)
        self._recent_bytes += len(row.body)
        while len(self._recent) > _KEPT_EVENTS or self._recent_bytes > _KEPT_BYTES:
            self._recent_bytes -= len(self._recent.popleft())
        match event:
            case wire.BlockSettled():
                supersede(self.partials, PARTIAL_OF[type(event.block)], event.parent_tool_use_id)
                self.values.pop("api_retry", None)
            case wire.TurnFinished() | wire.SessionStopped():
                self.partials.clear()
                self.values.pop("api_retry", None)

    def _show_live(self, frame: wire.LiveFrame) -> None:
        match frame:
            case wire.Delta():
                grow(self.partials, frame)
                self.values.pop("api_retry", None)
            case wire.DeltasDropped():
                self.partials.clear()
                self.voids += 1
            case _:
                self._versions += 1
                self.values[str(frame.__struct_config__.tag)] = self._versions, msgspec.json.encode(frame)

    def _wake(self) -> None:
        for viewer in self._viewers:
            viewer.wake()

    # --- Viewers -----------------------------------------------------------------------------------------------------

    def join(self, since: int) -> SessionViewer:
        """A viewer that has seen the settled events up to ``since``."""
        viewer = SessionViewer(self, max(0, min(since, self.last_seq)))
        self._viewers.add(viewer)
        return viewer

    def greeting(self) -> wire.Hello:
        """The first frame of a viewer."""
        return self._hello(self.last_seq)

    def leave(self, viewer: SessionViewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    def close(self) -> None:
        """End all viewers: there is no such session any more."""
        for viewer in list(self._viewers):
            viewer.close()

    async def read(self, since: int, limit: int) -> list[bytes]:
        """Events after ``since`` that may be shown, at most ``limit``: from memory, or as they are stored."""
        limit = min(limit, self.last_seq - since)
        if limit <= 0:
            return []
        known_from = self.last_seq - len(self._recent)
        if since >= known_from:
            return _bounded(list(islice(self._recent, since - known_from, since - known_from + limit)))
        return _bounded([body for _, body in await self.log.read(self.session_id, since, limit)])


async def _nothing(rows: list[EventRow]) -> None:
    """No change: a place in the order of writes."""


def numbered(event: wire.SettledEvent, seq: int) -> EventRow:
    """The event as it is stored and sent."""
    event = msgspec.structs.replace(event, seq=seq)
    tag = str(event.__struct_config__.tag)
    return EventRow(seq=seq, type=tag, at=event.at, body=msgspec.json.encode(event))


def _bounded(bodies: list[bytes]) -> list[bytes]:
    """As many as make a chunk of bounded size, at least one."""
    size = 0
    for number, body in enumerate(bodies):
        size += len(body)
        if size > _CHUNK_BYTES and number:
            return bodies[:number]
    return bodies
