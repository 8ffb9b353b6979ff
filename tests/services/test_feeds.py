"""Feeds: order, gapless numbers, viewers that join anywhere, viewers that are slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_jupyter.errors import Conflict, DatabaseUnavailable, FactoryError
from factory_jupyter.model import wire
from factory_jupyter.model.states import QuestionState, SessionPhase, SessionStatus
from factory_jupyter.model.transcript import apply, fold
from factory_jupyter.services import session_feed, session_viewer
from factory_jupyter.services.feeds import BoardFeed, Viewer
from factory_jupyter.services.session_feed import SessionFeed
from factory_jupyter.store.rows import EventRow

T = TypeVar("T")
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SESSION = wire.Session(
    id="s1",
    workspace_id="w1",
    name="Chat 1",
    workflow="feature",
    model="",
    permission_mode="default",
    status=SessionStatus.RUNNING,
    phase=SessionPhase.RUNNING,
    claude_session_id=None,
    queued=0,
    last_seq=0,
    usage=wire.Usage(),
    created_at=AT,
    updated_at=AT,
)
decode = msgspec.json.Decoder(wire.ServerFrame).decode
decode_board = msgspec.json.Decoder(wire.BoardFrame).decode


class MemoryLog:
    """Stores in memory; each transaction takes as many turns of the loop as ``steps`` says next."""

    def __init__(self, steps: Sequence[int] = ()) -> None:
        self.rows: list[EventRow] = []
        self.batches: list[int] = []
        self.failures: list[FactoryError] = []
        self.reads = 0
        self._steps = list(steps)

    async def append(self, session_id: str, events: Sequence[EventRow]) -> None:
        for _ in range(self._steps.pop() if self._steps else 1):
            await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        assert [event.seq for event in events] == [len(self.rows) + n + 1 for n in range(len(events))]
        self.rows.extend(events)
        self.batches.append(len(events))

    async def read(self, session_id: str, since: int, limit: int) -> list[tuple[int, bytes]]:
        self.reads += 1
        await asyncio.sleep(0)
        return [(row.seq, row.body) for row in self.rows[since : since + limit]]


def feed_of(log: MemoryLog, lost: list[Exception] | None = None, last_seq: int = 0) -> SessionFeed:
    return SessionFeed(
        session_id="s1",
        last_seq=last_seq,
        log=log,
        hello=lambda seq: wire.Hello(session=SESSION, last_seq=seq, version="0"),
        on_lost=(lost if lost is not None else []).append,
    )


def notice(text: str) -> wire.Notice:
    return wire.Notice(seq=0, at=AT, level="info", text=text)


def block(text: str) -> wire.BlockSettled:
    return wire.BlockSettled(seq=0, at=AT, turn=1, block=wire.TextBlock(text=text))


def delta(text: str, index: int = 0) -> wire.Delta:
    return wire.Delta(kind="text", index=index, text=text)


async def frames(viewer: Viewer) -> list[wire.ServerFrame]:
    async with asyncio.timeout(20):
        return [decode(body) for body in await viewer.next()]


async def until(viewer: Viewer, done: Callable[[list[wire.ServerFrame]], bool]) -> list[wire.ServerFrame]:
    seen: list[wire.ServerFrame] = []
    while not done(seen):
        seen += await frames(viewer)
    return seen


def seqs(seen: Sequence[wire.ServerFrame]) -> list[int]:
    return [frame.seq for frame in seen if isinstance(frame, wire.Settled)]


async def test_nothing_is_shown_before_it_is_stored() -> None:
    log = MemoryLog([10])
    feed = feed_of(log)
    viewer = feed.join(0)
    assert isinstance((await frames(viewer))[0], wire.Hello)
    feed.append(notice("one"))
    waiting = asyncio.ensure_future(viewer.next())
    while not log.rows:
        assert not waiting.done()
        await asyncio.sleep(0)
    assert [decode(body) for body in await waiting] == [decode(log.rows[0].body)]


async def test_a_live_frame_waits_behind_the_settled_event_before_it() -> None:
    feed = feed_of(MemoryLog([10]))
    viewer = feed.join(0)
    await frames(viewer)
    feed.append(block("first"))
    feed.tell(delta("second"))
    seen = await until(viewer, lambda seen: len(seen) == 2)
    assert isinstance(seen[0], wire.BlockSettled)
    assert seen[1] == wire.Delta(kind="text", index=0, text="second", reset=True)


async def test_events_that_come_during_a_transaction_share_the_next_one() -> None:
    log = MemoryLog([5])
    feed = feed_of(log)
    for number in range(50):
        feed.append(notice(str(number)))
        if number == 0:
            await asyncio.sleep(0)
    await feed.drain()
    assert log.batches == [1, 49]
    assert [row.seq for row in log.rows] == list(range(1, 51))


async def test_a_change_that_is_refused_leaves_no_gap() -> None:
    log = MemoryLog()
    feed = feed_of(log)

    async def refuse(rows: list[EventRow]) -> None:
        raise Conflict("no")

    feed.append(notice("one"))
    refused = asyncio.ensure_future(feed.commit([notice("never")], refuse))
    feed.append(notice("two"))
    with pytest.raises(Conflict):
        await refused
    await feed.drain()
    assert [decode(row.body).text for row in log.rows] == ["one", "two"]
    assert feed.last_seq == 2


async def test_a_change_answers_after_its_events_may_be_seen() -> None:
    log = MemoryLog()
    feed = feed_of(log)

    async def change(rows: list[EventRow]) -> str:
        await log.append("s1", rows)
        return "done"

    assert await feed.commit([notice("one")], change) == "done"
    assert feed.last_seq == 1


async def test_a_database_that_recovers_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_feed, "_RETRY_SECONDS", (0, 0))
    log, lost = MemoryLog(), []
    log.failures = [DatabaseUnavailable("locked"), DatabaseUnavailable("locked")]
    feed = feed_of(log, lost)
    feed.append(notice("one"))
    await feed.drain()
    assert (feed.last_seq, lost) == (1, [])


async def test_a_database_that_stays_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_feed, "_RETRY_SECONDS", (0,))
    log, lost = MemoryLog(), []
    log.failures = [DatabaseUnavailable("full"), DatabaseUnavailable("full")]
    feed = feed_of(log, lost)
    feed.append(notice("one"))
    await feed.drain()
    assert [error.message for error in lost] == ["full"]
    feed.append(notice("two"))
    await feed.drain()
    assert seqs([decode(row.body) for row in log.rows]) == [1]


async def test_a_late_viewer_reads_old_events_from_the_database_and_new_ones_from_memory() -> None:
    log = MemoryLog()
    feed = feed_of(log)
    for number in range(2500):
        feed.append(notice(str(number)))
    await feed.drain()
    viewer = feed.join(7)
    seen = await until(viewer, lambda seen: len(seen) == 2494)
    assert seqs(seen) == list(range(8, 2501))
    assert log.reads >= 1
    reads = log.reads
    assert seqs(await until(feed.join(2400), lambda seen: len(seen) == 101)) == list(range(2401, 2501))
    assert log.reads == reads


async def test_a_viewer_that_joins_in_the_middle_gets_the_text_so_far() -> None:
    feed = feed_of(MemoryLog())
    feed.tell(delta("Hello "))
    feed.tell(wire.ApiRetry(attempt=1, delay_ms=5, status=529))
    viewer = feed.join(0)
    assert [type(frame) for frame in await frames(viewer)] == [wire.Hello]
    assert [type(frame) for frame in await frames(viewer)] == [wire.ApiRetry]
    assert await frames(viewer) == [wire.Delta(kind="text", index=0, text="Hello ", reset=True)]
    feed.tell(delta("world"))
    assert await frames(viewer) == [wire.Delta(kind="text", index=0, text="world")]


async def test_deltas_are_merged_for_a_viewer_that_is_slow() -> None:
    feed = feed_of(MemoryLog())
    viewer = feed.join(0)
    await frames(viewer)
    for _ in range(10_000):
        feed.tell(delta("x"))
        feed.tell(delta("y", index=1))
    first = await frames(viewer)
    assert [len(frame.text) for frame in first if isinstance(frame, wire.Delta)] == [10_000, 10_000]


async def test_a_block_that_settled_meanwhile_is_told_without_its_deltas() -> None:
    feed = feed_of(MemoryLog())
    viewer = feed.join(0)
    await frames(viewer)
    feed.tell(delta("par"))
    feed.append(block("partial"))
    feed.tell(delta("next"))
    await feed.drain()
    assert [type(frame) for frame in await frames(viewer)] == [wire.BlockSettled]
    assert await frames(viewer) == [wire.Delta(kind="text", index=0, text="next", reset=True)]


async def test_a_lost_attempt_is_taken_back() -> None:
    feed = feed_of(MemoryLog())
    viewer = feed.join(0)
    await frames(viewer)
    feed.tell(delta("lost"))
    await frames(viewer)
    feed.tell(wire.DeltasDropped())
    feed.tell(delta("again"))
    assert await frames(viewer) == [
        wire.DeltasDropped(),
        wire.Delta(kind="text", index=0, text="again", reset=True),
    ]


async def test_a_closed_feed_ends_its_viewers() -> None:
    feed = feed_of(MemoryLog())
    viewer = feed.join(0)
    await frames(viewer)
    waiting = asyncio.ensure_future(viewer.next())
    await asyncio.sleep(0)
    feed.close()
    assert await waiting == []


async def test_memory_of_a_busy_feed_is_bounded() -> None:
    feed = feed_of(MemoryLog())
    slow = feed.join(0)
    for _ in range(100):
        feed.append(*(notice("x" * 5000) for _ in range(50)))
        await feed.drain()
    assert sum(len(body) for body in feed._recent) <= session_feed._KEPT_BYTES
    assert seqs(await until(slow, lambda seen: len(seen) == 5001)) == list(range(1, 5001))


# --- The property: whoever joins wherever and whenever sees the same ------------------------------------------------

STEP = st.one_of(
    st.builds(lambda text, index: delta(text, index), st.text(min_size=1, max_size=3), st.integers(0, 2)),
    st.builds(block, st.text(max_size=5)),
    st.builds(notice, st.text(max_size=5)),
    st.just(wire.DeltasDropped()),
    st.just(wire.TurnStarted(seq=0, at=AT, turn=1)),
    st.just(wire.TurnFinished(seq=0, at=AT, turn=1, is_error=False, reason="completed")),
    st.just(wire.ApiRetry(attempt=1, delay_ms=1, status=None)),
    st.sampled_from([wire.PhaseChanged(phase=phase) for phase in SessionPhase]),
)


def run(scenario: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(scenario)


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(STEP, max_size=40),
    speeds=st.lists(st.integers(0, 4), max_size=40),
    joins=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=5),
    data=st.data(),
)
def test_every_viewer_sees_exactly_the_settled_sequence(
    steps: list[wire.ServerFrame], speeds: list[int], joins: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """Viewers join at any moment with any ``since``, are as slow as they like, and end with the same transcript."""

    async def scenario() -> None:
        log = MemoryLog(speeds)
        feed = feed_of(log)
        viewers: list[asyncio.Task[tuple[int, list[wire.ServerFrame]]]] = []

        async def watch(since: int, slowness: int) -> tuple[int, list[wire.ServerFrame]]:
            since = min(since, feed.last_seq)
            viewer, seen = feed.join(since), []
            while bodies := await viewer.next():
                seen += [decode(body) for body in bodies]
                for _ in range(slowness):
                    await asyncio.sleep(0)
            return since, seen

        for number, step in enumerate(steps):
            viewers += [asyncio.create_task(watch(since, slow)) for at, since, slow in joins if at == number]
            feed.append(step) if isinstance(step, wire.Settled) else feed.tell(step)
            for _ in range(data.draw(st.integers(0, 2))):
                await asyncio.sleep(0)
        viewers += [asyncio.create_task(watch(since, slow)) for at, since, slow in joins if at >= len(steps)]
        await feed.drain()
        settled = [decode(row.body) for row in log.rows]
        reloaded = fold(settled)
        for _ in range(1000):  # as long as the slowest viewer needs for everything
            await asyncio.sleep(0)
        feed.close()
        for task in viewers:
            since, seen = await task
            assert isinstance(seen[0], wire.Hello) if seen else since == feed.last_seq
            assert seqs(seen) == list(range(since + 1, len(settled) + 1))
            live = fold(settled[:since])
            for frame in seen:
                apply(live, frame)
            assert msgspec.to_builtins(live.turns) == msgspec.to_builtins(reloaded.turns)
            assert sorted((p.index, p.text) for p in live.partials) == sorted((p.index, p.text) for p in feed.partials)

    with mock.patch.object(session_viewer, "_SECONDS_BETWEEN_DELTAS", 0):
        run(scenario())


# --- The board -------------------------------------------------------------------------------------------------------


def snapshot() -> Callable[[], Awaitable[wire.Snapshot]]:
    async def read() -> wire.Snapshot:
        return wire.Snapshot(projects=[], workspaces=[], questions=[])

    return read


async def board_frames(viewer: Viewer) -> list[wire.BoardFrame]:
    async with asyncio.timeout(20):
        return [decode_board(body) for body in await viewer.next()]


async def test_the_board_begins_with_a_snapshot_and_loses_nothing_that_comes_while_it_is_read() -> None:
    board = BoardFeed()
    viewer = board.join(snapshot())
    board.publish(wire.SessionRemoved(id="s1"))
    assert [type(frame) for frame in await board_frames(viewer)] == [wire.Snapshot]
    assert await board_frames(viewer) == [wire.SessionRemoved(id="s1")]


async def test_a_slow_viewer_of_the_board_gets_the_newest_state_of_each_thing_once() -> None:
    board = BoardFeed()
    viewer = board.join(snapshot())
    await board_frames(viewer)
    for number in range(1000):
        board.publish(wire.BoardSession(session=msgspec.structs.replace(SESSION, name=f"Chat {number}")))
        board.publish(wire.Notification(kind="done", workspace_id="w1", title=str(number), body=""))
    board.publish(wire.QuestionClosed(id="q1", state=QuestionState.ANSWERED))
    seen = await board_frames(viewer)
    assert [frame.session.name for frame in seen if isinstance(frame, wire.BoardSession)] == ["Chat 999"]
    assert [frame.title for frame in seen if isinstance(frame, wire.Notification)] == [str(n) for n in range(900, 1000)]


async def test_a_closed_viewer_of_the_board_ends() -> None:
    board = BoardFeed()
    viewer = board.join(snapshot())
    await board_frames(viewer)
    waiting = asyncio.ensure_future(viewer.next())
    await asyncio.sleep(0)
    viewer.close()
    assert await waiting == []
    board.publish(wire.SessionRemoved(id="s1"))
