"""Workspaces. One writer of the table ``workspace``; a status changes only from the value that the caller saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from factory_jupyter.errors import IllegalTransition, NotFound, RetryLimit
from factory_jupyter.model.states import WORKSPACE_MOVES, WorkspaceStatus, check_move
from factory_jupyter.store.database import Database
from factory_jupyter.store.rows import WorkspaceRow, row_of, rows_of
from factory_jupyter.store.tables import Workspace

INIT_LOG_TAIL = 8192
"""Characters of the log that go with the row of a workspace that is not made yet."""

# Nobody looks at the log of a workspace that is made, and a thousand of them are a lot to read for nothing.
_SHOWING_LOG = Workspace.status.in_([WorkspaceStatus.NEW, WorkspaceStatus.PROVISIONING, WorkspaceStatus.FAILED])
# A start before the first character answers the whole text, in SQLite and PostgreSQL alike.
_TAIL = func.substr(Workspace.init_log, func.length(Workspace.init_log) - INIT_LOG_TAIL + 1)
_ROWS = select(
    *(column for column in Workspace.__table__.columns if column.name != "init_log"),
    case((_SHOWING_LOG, _TAIL), else_="").label("init_log_tail"),
)


class WorkspaceStore:
    """Reads and writes workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: WorkspaceRow) -> WorkspaceRow:
        """Add.

        With a ``key`` that the project already has, answers that workspace instead (another ``id``).
        Raises `NotFound` for the project.
        """

        def run(connection: Connection) -> WorkspaceRow:
            if row.key is not None and (existing := _by_key(connection, row.project_id, row.key)) is not None:
                return existing
            values = {name: getattr(row, name) for name in row.__struct_fields__}
            values["init_log"] = values.pop("init_log_tail")
            try:
                connection.execute(insert(Workspace).values(values))
            except IntegrityError as error:
                raise NotFound("project", row.project_id) from error
            return row

        return await self._database.write(run)

    async def get(self, id: str) -> WorkspaceRow:
        """Raises `NotFound`."""
        return await self._database.read(lambda connection: _get(connection, id))

    async def by_key(self, project_id: str, key: str) -> WorkspaceRow | None:
        """The workspace that was made with this idempotency key."""
        return await self._database.read(lambda connection: _by_key(connection, project_id, key))

    async def list(
        self, project_id: str | None = None, status: WorkspaceStatus | None = None, include_archived: bool = False
    ) -> Sequence[WorkspaceRow]:
        """Workspaces in the order of their making. ``status`` ARCHIVED needs no ``include_archived``."""
        query = _ROWS.order_by(Workspace.created_at, Workspace.id)
        if project_id is not None:
            query = query.where(Workspace.project_id == project_id)
        if status is not None:
            query = query.where(Workspace.status == status)
        elif not include_archived:
            query = query.where(Workspace.status != WorkspaceStatus.ARCHIVED)
        return await self._database.read(lambda connection: rows_of(WorkspaceRow, connection.execute(query)))

    async def update(self, id: str, **fields: Any) -> WorkspaceRow:
        """Change columns, but never the status, and ``updated_at``. Raises `NotFound`."""
        if "status" in fields:
            raise TypeError("a status is changed by move() or retry(), from the value that the caller saw")
        statement = update(Workspace).where(Workspace.id == id).values(updated_at=self._database.now(), **fields)

        def run(connection: Connection) -> WorkspaceRow:
            connection.execute(statement)
            return _get(connection, id)

        return await self._database.write(run)

    async def move(self, id: str, old: WorkspaceStatus, new: WorkspaceStatus, **fields: Any) -> WorkspaceRow:
        """Compare and swap the status, with other columns if any.

        Raises `IllegalTransition` when the table of moves forbids it or the status is not ``old`` any more, `NotFound`.
        """
        check_move("workspace", WORKSPACE_MOVES, old, new)
        statement = (
            update(Workspace)
            .where(Workspace.id == id, Workspace.status == old)
            .values(status=new, updated_at=self._database.now(), **fields)
        )

        def run(connection: Connection) -> WorkspaceRow:
            changed = connection.execute(statement).rowcount
            row = _get(connection, id)
            if not changed:
                raise IllegalTransition("workspace", row.status, new)
            return row

        return await self._database.write(run)

    async def retry(self, id: str, limit: int) -> WorkspaceRow:
        """FAILED to PROVISIONING, counted, with the error cleared.

        Raises `RetryLimit` at the limit, `IllegalTransition` from another status, `NotFound`.
        """
        now = self._database.now()
        statement = (
            update(Workspace)
            .where(Workspace.id == id, Workspace.status == WorkspaceStatus.FAILED, Workspace.init_retry_count < limit)
            .values(
                status=WorkspaceStatus.PROVISIONING,
                init_retry_count=Workspace.init_retry_count + 1,
                init_error=None,
                init_started_at=now,
                init_completed_at=None,
                updated_at=now,
            )
        )

        def run(connection: Connection) -> WorkspaceRow:
            changed = connection.execute(statement).rowcount
            row = _get(connection, id)
            if changed:
                return row
            if row.status is not WorkspaceStatus.FAILED:
                raise IllegalTransition("workspace", row.status, WorkspaceStatus.PROVISIONING)
            raise RetryLimit(limit)

        return await self._database.write(run)

    async def append_log(self, id: str, text: str) -> None:
        """Add to the log of its making."""
        statement = update(Workspace).where(Workspace.id == id).values(init_log=Workspace.init_log + text)
        await self._database.write(lambda connection: connection.execute(statement))

    async def log(self, id: str, offset: int = 0) -> str:
        """The log of its making from the character ``offset`` on. Raises `NotFound`."""
        query = select(func.substr(Workspace.init_log, offset + 1)).where(Workspace.id == id)
        text = await self._database.read(lambda connection: connection.scalar(query))
        if text is None:
            raise NotFound("workspace", id)
        return str(text)


def _get(connection: Connection, id: str) -> WorkspaceRow:
    row = row_of(WorkspaceRow, connection.execute(_ROWS.where(Workspace.id == id)))
    if row is None:
        raise NotFound("workspace", id)
    return row


def _by_key(connection: Connection, project_id: str, key: str) -> WorkspaceRow | None:
    query = _ROWS.where(Workspace.project_id == project_id, Workspace.key == key)
    return row_of(WorkspaceRow, connection.execute(query))
