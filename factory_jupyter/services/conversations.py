"""Where a session that does not begin empty comes from: a conversation of the plain CLI, or a copy of one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from factory_jupyter.model import agent, wire
from factory_jupyter.model.limits import MAX_RESULT_TEXT, cut_middle, cut_values
from factory_jupyter.services.session_feed import UNNUMBERED, numbered
from factory_jupyter.store.rows import EventRow, MessageRow

Past = agent.AgentMessage | agent.BlockDone | agent.ToolDone | agent.Said


class History(Protocol):
    """Claude's own transcripts (the module `tools.claude_history`)."""

    async def conversations(self, cwd: Path) -> list[wire.Conversation]:
        """Those of this folder, the newest first."""

    async def transcript(self, cwd: Path, claude_session_id: str) -> list[Past]:
        """What was said; empty when it is not known."""

    async def fork(self, cwd: Path, claude_session_id: str) -> str:
        """Copy a conversation as it is now; the id of the copy. Raises `errors.AgentFailed`."""


def imported(past: Sequence[Past], at: datetime) -> tuple[list[EventRow], int]:
    """The log of a session that goes on with an old conversation, and how many turns it has had."""
    events = list(_events(past, at))
    turns = max((event.turn for event in events if isinstance(event, wire.TurnStarted)), default=0)
    text = "This conversation was started in the plain CLI. It goes on here."
    events.append(wire.Notice(seq=UNNUMBERED, at=at, level="info", text=text, code="imported"))
    return [numbered(event, seq) for seq, event in enumerate(events, start=1)], turns


def _events(past: Sequence[Past], at: datetime) -> Iterator[wire.SettledEvent]:
    turn, is_open = 0, False
    for entry in past:
        if isinstance(entry, agent.Said):
            yield wire.Notice(seq=UNNUMBERED, at=at, level=entry.level, text=entry.text, code=entry.code)
            continue
        if isinstance(entry, agent.AgentMessage):
            if is_open:
                yield _finished(turn, at)
            is_open = False
            text = "\n".join([entry.text, *("[image]" for _ in entry.images)]).strip()
            yield wire.MessageQueued(seq=UNNUMBERED, at=at, message_id=entry.id, text=text)
            yield wire.MessageSent(seq=UNNUMBERED, at=at, message_id=entry.id)
        if not is_open:
            turn, is_open = turn + 1, True
            yield wire.TurnStarted(seq=UNNUMBERED, at=at, turn=turn)
        if isinstance(entry, agent.BlockDone):
            yield wire.BlockSettled(
                seq=UNNUMBERED, at=at, turn=turn, block=entry.block, parent_tool_use_id=entry.parent_tool_use_id
            )
        elif isinstance(entry, agent.ToolDone):
            content, truncated = cut_middle(entry.content, MAX_RESULT_TEXT)
            yield wire.ToolResult(
                seq=UNNUMBERED,
                at=at,
                tool_use_id=entry.tool_use_id,
                content=content,
                is_error=entry.is_error,
                truncated=truncated,
                details=None if entry.details is None else cut_values(entry.details),
            )
    if is_open:
        yield _finished(turn, at)


def _finished(turn: int, at: datetime) -> wire.TurnFinished:
    return wire.TurnFinished(seq=UNNUMBERED, at=at, turn=turn, is_error=False, reason="completed")


class _Head(msgspec.Struct):
    """What the columns of a stored event need of its body."""

    type: str
    at: datetime


_head: Callable[[bytes], _Head] = msgspec.json.Decoder(_Head).decode


def _copied(seq: int, body: bytes) -> EventRow:
    head = _head(body)
    return EventRow(seq=seq, type=head.type, at=head.at, body=body)


def forked(log: Sequence[tuple[int, bytes]], queued: Sequence[MessageRow], origin: str, at: datetime) -> list[EventRow]:
    """The log of a copy: the same events with the same numbers. What waits in the original's queue stays there."""
    copied = [_copied(seq, body) for seq, body in log]
    added: list[wire.SettledEvent] = [
        wire.MessageCancelled(seq=UNNUMBERED, at=at, message_id=message.id) for message in queued
    ]
    added.append(wire.Notice(seq=UNNUMBERED, at=at, level="info", text=f"Forked from {origin}.", code="forked"))
    return [*copied, *(numbered(event, len(copied) + n) for n, event in enumerate(added, start=1))]
