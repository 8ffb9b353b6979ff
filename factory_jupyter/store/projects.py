"""Projects. One writer of the table ``project``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from factory_jupyter.errors import Conflict, NotFound
from factory_jupyter.store.database import Database
from factory_jupyter.store.rows import ProjectRow, row_of, rows_of
from factory_jupyter.store.tables import Project


class ProjectStore:
    """Reads and writes projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: ProjectRow) -> ProjectRow:
        """Add. Raises `Conflict` when the repository, or the slug, is already taken."""

        def run(connection: Connection) -> ProjectRow:
            try:
                connection.execute(insert(Project).values(_values(row)))
            except IntegrityError as error:
                raise Conflict(
                    f"The repository {row.repo_path} or the name {row.slug!r} is already in use by a project."
                ) from error
            return row

        return await self._database.write(run)

    async def get(self, id: str) -> ProjectRow:
        """Raises `NotFound`."""
        return await self._database.read(lambda connection: _get(connection, id))

    async def list(self, include_archived: bool = False) -> Sequence[ProjectRow]:
        """All projects, the most recently changed first."""
        query = select(Project.__table__).order_by(Project.updated_at.desc(), Project.id)
        if not include_archived:
            query = query.where(Project.is_archived.is_(False))
        return await self._database.read(lambda connection: rows_of(ProjectRow, connection.execute(query)))

    async def by_repo_path(self, repo_path: str) -> ProjectRow | None:
        """The project of a repository, archived or not."""
        query = select(Project.__table__).where(Project.repo_path == repo_path)
        return await self._database.read(lambda connection: row_of(ProjectRow, connection.execute(query)))

    async def update(self, id: str, **fields: Any) -> ProjectRow:
        """Change columns and ``updated_at``. Raises `NotFound`."""
        statement = update(Project).where(Project.id == id).values(updated_at=self._database.now(), **fields)

        def run(connection: Connection) -> ProjectRow:
            connection.execute(statement)
            return _get(connection, id)

        return await self._database.write(run)


def _get(connection: Connection, id: str) -> ProjectRow:
    row = row_of(ProjectRow, connection.execute(select(Project.__table__).where(Project.id == id)))
    if row is None:
        raise NotFound("project", id)
    return row


def _values(row: ProjectRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}
