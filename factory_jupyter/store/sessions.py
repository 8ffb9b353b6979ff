"""Sessions. One writer of the table ``session``; what a transcript shows is written together with its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from factory_jupyter.errors import IllegalTransition, NotFound, SessionLimit
from factory_jupyter.model.states import SESSION_MOVES, MessageState, QuestionState, SessionStatus, check_move
from factory_jupyter.store.database import Database
from factory_jupyter.store.events import append_events
from factory_jupyter.store.rows import EventRow, SessionRow, row_of, rows_of
from factory_jupyter.store.tables import Message, Question, Session, SessionEvent

_ROW = (
    *Session.__table__.columns,
    func.coalesce(
        select(func.max(SessionEvent.seq))
        .where(SessionEvent.session_id == Session.id)
        .correlate(Session)
        .scalar_subquery(),
        0,
    ).label("last_seq"),
    select(func.count())
    .where(Message.session_id == Session.id, Message.state == MessageState.QUEUED)
    .correlate(Session)
    .scalar_subquery()
    .label("queued"),
    select(func.count())
    .where(Question.session_id == Session.id, Question.state == QuestionState.OPEN)
    .correlate(Session)
    .scalar_subquery()
    .label("open_questions"),
)
_DERIVED = {"last_seq", "queued", "open_questions"}


class SessionStore:
    """Reads and writes sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: SessionRow, limit: int, events: Sequence[EventRow] = ()) -> SessionRow:
        """Add, counting and inserting in one transaction. Raises `SessionLimit`, or `NotFound` for the workspace."""

        def run(connection: Connection) -> SessionRow:
            count = connection.scalar(select(func.count()).where(Session.workspace_id == row.workspace_id)) or 0
            if count >= limit:
                raise SessionLimit(limit)
            values = {name: getattr(row, name) for name in row.__struct_fields__ if name not in _DERIVED}
            try:
                connection.execute(insert(Session).values(values))
            except IntegrityError as error:
                raise NotFound("workspace", row.workspace_id) from error
            append_events(connection, row.id, events)
            return _get(connection, row.id)

        return await self._database.write(run)

    async def get(self, id: str) -> SessionRow:
        """Raises `NotFound`."""
        return await self._database.read(lambda connection: _get(connection, id))

    async def list(self, workspace_id: str | None = None) -> Sequence[SessionRow]:
        """Sessions in the order of their making."""
        query = select(*_ROW).order_by(Session.created_at, Session.id)
        if workspace_id is not None:
            query = query.where(Session.workspace_id == workspace_id)
        return await self._rows(query)

    async def running(self) -> Sequence[SessionRow]:
        """Sessions that have, or had when the server ended, a process."""
        return await self._rows(select(*_ROW).where(Session.agent_pid.is_not(None)).order_by(Session.id))

    async def update(self, id: str, events: Sequence[EventRow] = (), **fields: Any) -> SessionRow:
        """Change columns, but never the status, and ``updated_at``; append events. Raises `NotFound`."""
        if "status" in fields:
            raise TypeError("a status is changed by move(), from the value that the caller saw")
        statement = update(Session).where(Session.id == id).values(updated_at=self._database.now(), **fields)

        def run(connection: Connection) -> SessionRow:
            if not connection.execute(statement).rowcount:
                raise NotFound("session", id)
            append_events(connection, id, events)
            return _get(connection, id)

        return await self._database.write(run)

    async def move(
        self, id: str, old: SessionStatus, new: SessionStatus, events: Sequence[EventRow] = (), **fields: Any
    ) -> SessionRow:
        """Compare and swap the status, with other columns and events.

        Raises `IllegalTransition` when the table of moves forbids it or the status is not ``old`` any more, `NotFound`.
        """
        check_move("session", SESSION_MOVES, old, new)
        statement = (
            update(Session)
            .where(Session.id == id, Session.status == old)
            .values(status=new, updated_at=self._database.now(), **fields)
        )

        def run(connection: Connection) -> SessionRow:
            if not connection.execute(statement).rowcount:
                raise IllegalTransition("session", _get(connection, id).status, new)
            append_events(connection, id, events)
            return _get(connection, id)

        return await self._database.write(run)

    async def delete(self, id: str) -> None:
        """Delete with its log, messages and questions. Raises `NotFound`."""

        def run(connection: Connection) -> None:
            if not connection.execute(delete(Session).where(Session.id == id)).rowcount:
                raise NotFound("session", id)

        await self._database.write(run)

    async def _rows(self, query: Select[Any]) -> Sequence[SessionRow]:
        return await self._database.read(lambda connection: rows_of(SessionRow, connection.execute(query)))


def _get(connection: Connection, id: str) -> SessionRow:
    row = row_of(SessionRow, connection.execute(select(*_ROW).where(Session.id == id)))
    if row is None:
        raise NotFound("session", id)
    return row
