"""Questions: rows while they wait for a person, and the record of who answered. Changed together with their events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Select, insert, select, update

from factory_jupyter.errors import AlreadyAnswered, NotFound
from factory_jupyter.model.states import QuestionState
from factory_jupyter.store.database import Database
from factory_jupyter.store.events import append_events
from factory_jupyter.store.rows import EventRow, QuestionRow, row_of, rows_of
from factory_jupyter.store.tables import Question, Session


class QuestionStore:
    """Reads and writes questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, row: QuestionRow, events: Sequence[EventRow] = ()) -> None:
        """Let a question wait."""
        values = {name: getattr(row, name) for name in row.__struct_fields__ if name != "workspace_id"}

        def run(connection: Connection) -> None:
            connection.execute(insert(Question).values(values))
            append_events(connection, row.session_id, events)

        await self._database.write(run)

    async def get(self, id: str) -> QuestionRow:
        """Raises `NotFound`."""
        return await self._database.read(lambda connection: _get(connection, id))

    async def waiting(self, session_id: str | None = None) -> list[QuestionRow]:
        """Open questions, the oldest first."""
        query = _rows().where(Question.state == QuestionState.OPEN).order_by(Question.asked_at, Question.id)
        if session_id is not None:
            query = query.where(Question.session_id == session_id)
        return await self._database.read(lambda connection: rows_of(QuestionRow, connection.execute(query)))

    async def answer(
        self,
        id: str,
        *,
        behavior: Literal["allow", "deny"],
        by: str,
        message: str | None = None,
        events: Sequence[EventRow] = (),
    ) -> QuestionRow:
        """Close with the one answer that counts. Raises `AlreadyAnswered` when it is not open, `NotFound`."""
        return await self._close(id, QuestionState.ANSWERED, events, behavior=behavior, by=by, reason=message)

    async def withdraw(self, id: str, reason: str, events: Sequence[EventRow] = ()) -> QuestionRow:
        """Nobody needs to answer any more. Raises `AlreadyAnswered` when it is not open, `NotFound`."""
        return await self._close(id, QuestionState.WITHDRAWN, events, reason=reason)

    async def lose_all_open(
        self, reason: str, events: Mapping[str, Sequence[EventRow]] | None = None
    ) -> list[QuestionRow]:
        """At start: whoever asked is gone. Closes every open question as LOST; ``events`` are by session id."""
        statement = (
            update(Question)
            .where(Question.state == QuestionState.OPEN)
            .values(state=QuestionState.LOST, reason=reason, closed_at=self._database.now())
        )

        def run(connection: Connection) -> list[QuestionRow]:
            lost = [
                row.id for row in connection.execute(select(Question.id).where(Question.state == QuestionState.OPEN))
            ]
            connection.execute(statement)
            for session_id, session_events in (events or {}).items():
                append_events(connection, session_id, session_events)
            return [_get(connection, id) for id in lost]

        return await self._database.write(run)

    async def _close(self, id: str, state: QuestionState, events: Sequence[EventRow], **fields: Any) -> QuestionRow:
        """All moves start at OPEN (``QUESTION_MOVES``), so one compare-and-swap serves them."""
        statement = (
            update(Question)
            .where(Question.id == id, Question.state == QuestionState.OPEN)
            .values(state=state, closed_at=self._database.now(), **fields)
        )

        def run(connection: Connection) -> QuestionRow:
            changed = connection.execute(statement).rowcount
            row = _get(connection, id)
            if not changed:
                raise AlreadyAnswered(id, row.state.value)
            append_events(connection, row.session_id, events)
            return row

        return await self._database.write(run)


def _rows() -> Select[Any]:
    return select(Question.__table__, Session.workspace_id).join(Session, Session.id == Question.session_id)


def _get(connection: Connection, id: str) -> QuestionRow:
    row = row_of(QuestionRow, connection.execute(_rows().where(Question.id == id)))
    if row is None:
        raise NotFound("question", id)
    return row
