"""The log of a session: append-only, numbered without gaps, read back as the bytes that go to viewers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from factory_jupyter.errors import Conflict, NotFound
from factory_jupyter.store.database import Database
from factory_jupyter.store.rows import EventRow
from factory_jupyter.store.tables import SessionEvent

CHUNK_BYTES = 262_144
"""Size at which one read ends: a long session is replayed in pieces of this size instead of being held in memory."""
FETCHED_AT_ONCE = 64

# Built once: building a statement costs more than running it.
_OF_SESSION = SessionEvent.session_id == bindparam("session_id")
_LAST_SEQ = select(func.max(SessionEvent.seq)).where(_OF_SESSION)
_READ = (
    select(SessionEvent.seq, SessionEvent.body)
    .where(_OF_SESSION, SessionEvent.seq > bindparam("since"))
    .order_by(SessionEvent.seq)
    .limit(bindparam("limit"))
)


def append_events(connection: Connection, session_id: str, events: Sequence[EventRow]) -> None:
    """Append within the caller's transaction, so that a change and its event exist together or not at all.

    Raises `Conflict` when the numbers do not continue the log: somebody else writes to this session, or an earlier
    append failed; `NotFound` when the session was deleted meanwhile.
    """
    if not events:
        return
    last = connection.scalar(_LAST_SEQ, {"session_id": session_id}) or 0
    if [event.seq for event in events] != list(range(last + 1, last + 1 + len(events))):
        raise Conflict(
            f"The log of session {session_id} ends at {last}, so event {events[0].seq} cannot follow. "
            "Another server may be writing to the same database; reload to see what it did."
        )
    rows = [{"session_id": session_id, "seq": e.seq, "type": e.type, "at": e.at, "body": e.body} for e in events]
    try:
        connection.execute(insert(SessionEvent), rows)
    except IntegrityError as error:  # the numbers were looked at, so it is the session that is missing
        raise NotFound("session", session_id) from error


class EventStore:
    """Reads the log, and appends what belongs to no other table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, session_id: str, events: Sequence[EventRow]) -> None:
        """Append; see `append_events`."""
        await self._database.write(lambda connection: append_events(connection, session_id, events))

    async def read(
        self, session_id: str, since: int, limit: int, max_bytes: int = CHUNK_BYTES
    ) -> list[tuple[int, bytes]]:
        """Events after ``since`` as ``(seq, body)``: at most ``limit``, about ``max_bytes``, at least one if any."""
        parameters = {"session_id": session_id, "since": since, "limit": limit}

        def run(connection: Connection) -> list[tuple[int, bytes]]:
            events: list[tuple[int, bytes]] = []
            size = 0
            with connection.execute(_READ, parameters) as result:
                while rows := result.fetchmany(FETCHED_AT_ONCE):
                    for seq, body in rows:
                        events.append((seq, body))
                        size += len(body)
                        if size >= max_bytes:
                            return events
            return events

        return await self._database.read(run)

    async def last_seq(self, session_id: str) -> int:
        """Number of the newest event; 0 without any."""
        return await self._database.read(
            lambda connection: connection.scalar(_LAST_SEQ, {"session_id": session_id}) or 0
        )

    async def last_of(self, session_id: str, types: Sequence[str]) -> tuple[int, bytes] | None:
        """The newest event of one of these types."""
        query = (
            select(SessionEvent.seq, SessionEvent.body)
            .where(SessionEvent.session_id == session_id, SessionEvent.type.in_(types))
            .order_by(SessionEvent.seq.desc())
            .limit(1)
        )
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else (row.seq, row.body)
