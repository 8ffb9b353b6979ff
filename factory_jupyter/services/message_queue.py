"""The queue of one session: what people said and Claude has not got yet; stored first, handed over one by one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from factory_jupyter.errors import Conflict, Invalid
from factory_jupyter.model import wire
from factory_jupyter.model.agent import AgentMessage
from factory_jupyter.model.attachments import agent_message, checked
from factory_jupyter.model.ids import new_id
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.session_feed import UNNUMBERED, SessionFeed
from factory_jupyter.store.rows import AttachmentRow, EventRow, MessageRow

if TYPE_CHECKING:
    from factory_jupyter.store.messages import MessageStore


class _SaidBefore(Exception):  # not an error: the same id is the same message
    """The session has had a message with this id."""


class MessageQueue:
    """What waits, in order. ``waiting`` is what the database holds when the session is opened; ``limit`` its bound."""

    def __init__(
        self,
        session_id: str,
        *,
        store: MessageStore,
        feed: SessionFeed,
        clock: Clock,
        limit: int,
        waiting: Sequence[MessageRow],
    ) -> None:
        self._session_id = session_id
        self._store = store
        self._feed = feed
        self._clock = clock
        self._limit = limit
        self._waiting = list(waiting)
        self._in_hand: str | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def head(self) -> MessageRow | None:
        """The message that is next."""
        return self._waiting[0] if self._waiting else None

    async def say(self, said: wire.Say, by: str) -> bool:
        """Put a message at the end; False when it was said before: the same id twice is one message.

        Raises `errors.Invalid` for attachments that Claude would refuse, `errors.QueueFull`.
        """
        if not said.text.strip() and not said.attachments:
            raise Invalid("The message is empty. Write something, or attach a file.")
        contents = checked(said.attachments)
        now = self._clock.now()
        attachments = [
            AttachmentRow(
                id=new_id(),
                session_id=self._session_id,
                name=attachment.name,
                media_type=attachment.media_type,
                data=content,
                created_at=now,
            )
            for attachment, content in zip(said.attachments, contents, strict=True)
        ]
        infos = [attachment.info for attachment in attachments]
        event = wire.MessageQueued(
            seq=UNNUMBERED,
            at=now,
            message_id=said.id,
            text=said.text,
            attachments=infos,
            position=len(self._waiting),
            by=by,
        )

        async def store(events: list[EventRow]) -> None:
            if not await self._store.enqueue(
                self._session_id,
                said.id,
                said.text,
                limit=self._limit,
                attachments=attachments,
                by=by,
                events=events,
            ):
                raise _SaidBefore

        try:
            await self._feed.commit([event], store)
        except _SaidBefore:
            return False
        self._waiting.append(
            MessageRow(
                session_id=self._session_id,
                id=said.id,
                text=said.text,
                created_at=now,
                attachments=infos,
                by=by,
            )
        )
        return True

    async def edit(self, id: str, text: str) -> None:
        """Change the text of a message that waits. Raises `errors.Conflict` when it does not, `errors.NotFound`."""
        row = await self._changeable(id)
        event = wire.MessageQueued(
            seq=UNNUMBERED,
            at=self._clock.now(),
            message_id=id,
            text=text,
            attachments=row.attachments,
            position=self._waiting.index(row),
            by=row.by,
        )
        await self._feed.commit([event], lambda events: self._store.edit(self._session_id, id, text, events))
        edited = msgspec.structs.replace(row, text=text)
        self._waiting = [edited if waiting.id == id else waiting for waiting in self._waiting]

    async def cancel(self, id: str) -> None:
        """Take a message that waits back. Raises `errors.Conflict` when it does not wait, `errors.NotFound`."""
        await self._changeable(id)
        event = wire.MessageCancelled(seq=UNNUMBERED, at=self._clock.now(), message_id=id)
        await self._feed.commit([event], lambda events: self._store.cancel(self._session_id, id, events))
        self._drop(id)

    async def take(self, row: MessageRow) -> AgentMessage:
        """The message for the agent. Until `sent` or `put_back` it cannot be changed."""
        self._in_hand = row.id
        files = [await self._store.attachment(self._session_id, info.id) for info in row.attachments]
        return agent_message(
            agent_message_id(self._session_id, row.id),
            row.text,
            [(file.name, file.media_type, file.data) for file in files],
        )

    def put_back(self) -> None:
        """The agent did not take it; it stays first."""
        self._in_hand = None

    def sent(self, row: MessageRow) -> None:
        """The agent has it."""
        self._in_hand = None
        self._drop(row.id)
        event = wire.MessageSent(seq=UNNUMBERED, at=self._clock.now(), message_id=row.id)
        self._feed.record([event], lambda events: self._store.mark_sent(self._session_id, row.id, events))

    async def _changeable(self, id: str) -> MessageRow:
        for row in self._waiting:
            if row.id == id and id != self._in_hand:
                return row
        if id == self._in_hand:
            raise Conflict("This message is being sent at this moment, so it cannot be changed any more.")
        row = await self._store.get(self._session_id, id)
        raise Conflict(f"This message was already {row.state}, so it cannot be changed any more.")

    def _drop(self, id: str) -> None:
        self._waiting = [row for row in self._waiting if row.id != id]


def agent_message_id(session_id: str, message_id: str) -> str:
    """The UUID by which the agent knows a message; the same each time, so that a rewind finds it."""
    try:
        return str(uuid.UUID(message_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{session_id}/{message_id}"))
