"""Sessions: rows, the log, commands for programs without a socket, and attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from factory_jupyter.model.wire import Accepted, ClientFrame, CreateSession, Frozen, PatchSession, Session
from factory_jupyter.web.paging import Page, page_of
from factory_jupyter.web.rest import File

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


class SessionQuery(Page):
    """Query of GET ``sessions``."""

    workspace_id: str | None = None


class EventQuery(Frozen):
    """Query of GET ``sessions/<id>/events``."""

    since: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Number of the last event that the caller has."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000


async def list_all(factory: Factory, query: SessionQuery) -> list[Session]:
    """Sessions in the order of their making."""
    return page_of(await factory.sessions.list(query.workspace_id), query)


async def create(factory: Factory, body: CreateSession, by: str) -> Session:
    """Open a conversation: a new one, one of the plain CLI (``resume``), or a copy of one of ours (``fork``)."""
    return await factory.sessions.create(body, by)


async def get(factory: Factory, id: str) -> Session:
    """One session."""
    return await factory.sessions.get(id)


async def update(factory: Factory, id: str, body: PatchSession) -> Session:
    """Change what is named in the body."""
    return await factory.sessions.update(id, body)


async def delete(factory: Factory, id: str) -> None:
    """End its process and delete it with its transcript."""
    await factory.sessions.delete(id)


async def command(factory: Factory, id: str, body: ClientFrame, by: str) -> Accepted:
    """Any client frame of the chat socket, with the same effect."""
    return Accepted(seq=await factory.sessions.command(id, body, by))


async def events(factory: Factory, id: str, query: EventQuery) -> bytes:
    """Settled events in order, as over the socket; the stored bytes are sent as they are."""
    return b"[%b]" % b",".join(await factory.sessions.events(id, query.since, query.limit))


async def attachment(factory: Factory, id: str, attachment_id: str) -> File:
    """The bytes of an attachment."""
    row = await factory.sessions.attachment(id, attachment_id)
    return File(row.name, row.media_type, row.data)
