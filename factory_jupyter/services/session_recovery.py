"""After a server that did not end in order: ends what it left running, and closes what it left open.

A session whose row says that it has a process was alive when the server died. Its agent and the agent's tools are found
by the mark that all of them carry, and ended. Then its transcript is closed: open questions are lost, an open turn is
finished as stopped, and the session offers to resume.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from factory_jupyter.model import wire
from factory_jupyter.model.agent import ProcessIdentity
from factory_jupyter.model.states import SessionStatus
from factory_jupyter.services.session_feed import UNNUMBERED, numbered
from factory_jupyter.store.rows import QuestionRow, SessionRow
from factory_jupyter.tools import process

if TYPE_CHECKING:
    from factory_jupyter.store.stores import Stores

_LOST: Final = "The server ended before this was answered."
_STOPPED: Final = "The server ended in the middle of this turn. The next message resumes the conversation."
_turn = msgspec.json.Decoder(wire.SettledEvent).decode


async def recover(stores: Stores, at: datetime) -> list[SessionRow]:
    """Bring the database in order; answers the sessions that had been running."""
    broken = [row for row in await stores.sessions.list() if row.status is SessionStatus.RUNNING or row.agent_pid]
    await _end_orphans(broken)
    waiting = await stores.questions.waiting()
    closings = {row.id: await _closing(stores, row, waiting, at) for row in broken}
    await stores.questions.lose_all_open(
        _LOST,
        {
            row.id: [numbered(event, row.last_seq + n) for n, event in enumerate(closings[row.id], start=1)]
            for row in broken
        },
    )
    return [await _put_to_rest(stores, row, closings[row.id]) for row in broken]


async def _end_orphans(rows: list[SessionRow]) -> None:
    if rows:
        await process.terminate_marked([row.id for row in rows])
    for row in rows:
        if row.agent_pid is not None and row.agent_started_at is not None:
            await process.terminate_tree(ProcessIdentity(pid=row.agent_pid, started_at=row.agent_started_at))


async def _closing(
    stores: Stores, row: SessionRow, waiting: list[QuestionRow], at: datetime
) -> list[wire.SettledEvent]:
    """The events that the server would have written, had it been able to."""
    events: list[wire.SettledEvent] = [
        wire.QuestionWithdrawn(seq=UNNUMBERED, at=at, question_id=question.id, reason=_LOST)
        for question in waiting
        if question.session_id == row.id
    ]
    newest = await stores.events.last_of(row.id, ("turn_started", "turn_finished"))
    if newest is not None and isinstance(started := _turn(newest[1]), wire.TurnStarted):
        events.append(
            wire.TurnFinished(
                seq=UNNUMBERED, at=at, turn=started.turn, is_error=True, reason="server_stopped", result=_STOPPED
            )
        )
    events.append(wire.SessionStopped(seq=UNNUMBERED, at=at, reason="The server ended."))
    return events


async def _put_to_rest(stores: Stores, row: SessionRow, closing: list[wire.SettledEvent]) -> SessionRow:
    if row.status is not SessionStatus.RUNNING:
        return await stores.sessions.update(row.id, agent_pid=None, agent_started_at=None)
    broken_off = any(isinstance(event, wire.TurnFinished) for event in closing)
    status = SessionStatus.PAUSED if broken_off else SessionStatus.IDLE
    return await stores.sessions.move(row.id, row.status, status, agent_pid=None, agent_started_at=None)
