"""Messages and their attachments: the queue of a session. A change and the event that tells it are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from factory_jupyter.errors import Conflict, NotFound, QueueFull
from factory_jupyter.model.states import MessageState
from factory_jupyter.store.database import Database
from factory_jupyter.store.events import append_events
from factory_jupyter.store.rows import AttachmentRow, EventRow, MessageRow, row_of, rows_of
from factory_jupyter.store.tables import Attachment, Message


class MessageStore:
    """Reads and writes messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(
        self,
        session_id: str,
        id: str,
        text: str,
        *,
        limit: int,
        attachments: Sequence[AttachmentRow] = (),
        by: str | None = None,
        events: Sequence[EventRow] = (),
    ) -> bool:
        """Put a message at the end of the queue; False, and nothing changed, when the session has had this id before.

        Raises `QueueFull` when ``limit`` messages wait, `NotFound` for the session.
        """
        now = self._database.now()

        def run(connection: Connection) -> bool:
            if _state(connection, session_id, id) is not None:
                return False
            if (connection.scalar(_count_queued(session_id)) or 0) >= limit:
                raise QueueFull(limit)
            last = connection.scalar(select(func.max(Message.position)).where(Message.session_id == session_id)) or 0
            values = {
                "session_id": session_id,
                "id": id,
                "text": text,
                "attachments": [attachment.info for attachment in attachments],
                "state": MessageState.QUEUED,
                "position": last + 1,
                "by": by,
                "created_at": now,
            }
            try:
                connection.execute(insert(Message).values(values))
            except IntegrityError as error:
                raise NotFound("session", session_id) from error
            for attachment in attachments:
                connection.execute(
                    insert(Attachment).values({n: getattr(attachment, n) for n in attachment.__struct_fields__})
                )
            append_events(connection, session_id, events)
            return True

        return await self._database.write(run)

    async def queued(self, session_id: str) -> list[MessageRow]:
        """What waits, first in, first out."""
        query = (
            select(Message.__table__)
            .where(Message.session_id == session_id, Message.state == MessageState.QUEUED)
            .order_by(Message.position)
        )
        return await self._database.read(lambda connection: rows_of(MessageRow, connection.execute(query)))

    async def get(self, session_id: str, id: str) -> MessageRow:
        """Raises `NotFound`."""
        query = select(Message.__table__).where(Message.session_id == session_id, Message.id == id)
        row = await self._database.read(lambda connection: row_of(MessageRow, connection.execute(query)))
        if row is None:
            raise NotFound("message", id)
        return row

    async def attachment(self, session_id: str, id: str) -> AttachmentRow:
        """An attachment with its bytes. Raises `NotFound`, also for one of another session."""
        query = select(Attachment.__table__).where(Attachment.session_id == session_id, Attachment.id == id)
        row = await self._database.read(lambda connection: row_of(AttachmentRow, connection.execute(query)))
        if row is None:
            raise NotFound("attachment", id)
        return row

    async def edit(self, session_id: str, id: str, text: str, events: Sequence[EventRow] = ()) -> None:
        """Change the text of a message that still waits. Raises `Conflict` when it does not, `NotFound`."""
        await self._change(session_id, id, events, text=text)

    async def cancel(self, session_id: str, id: str, events: Sequence[EventRow] = ()) -> None:
        """Take a message that still waits back. Raises `Conflict` when it does not wait any more, `NotFound`."""
        await self._change(session_id, id, events, state=MessageState.CANCELLED, closed_at=self._database.now())

    async def mark_sent(self, session_id: str, id: str, events: Sequence[EventRow] = ()) -> None:
        """The agent has it. Raises `Conflict` when it does not wait any more, `NotFound`."""
        await self._change(session_id, id, events, state=MessageState.SENT, closed_at=self._database.now())

    async def _change(self, session_id: str, id: str, events: Sequence[EventRow], **fields: Any) -> None:
        """All moves start at QUEUED (``MESSAGE_MOVES``), so one compare-and-swap serves them."""
        statement = (
            update(Message)
            .where(Message.session_id == session_id, Message.id == id, Message.state == MessageState.QUEUED)
            .values(fields)
        )

        def run(connection: Connection) -> None:
            if not connection.execute(statement).rowcount:
                state = _state(connection, session_id, id)
                if state is None:
                    raise NotFound("message", id)
                raise Conflict(f"This message was already {state.value}, so it cannot be changed any more.")
            append_events(connection, session_id, events)

        await self._database.write(run)


def _state(connection: Connection, session_id: str, id: str) -> MessageState | None:
    return connection.scalar(select(Message.state).where(Message.session_id == session_id, Message.id == id))


def _count_queued(session_id: str) -> Any:
    return select(func.count()).where(Message.session_id == session_id, Message.state == MessageState.QUEUED)
