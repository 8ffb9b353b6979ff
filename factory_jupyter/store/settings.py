"""Preferences of the one user of this server. One writer of the table ``user_settings``."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from factory_jupyter.store.database import Database
from factory_jupyter.store.rows import SettingsRow, row_of
from factory_jupyter.store.tables import UserSettings

USER_ID: Final = "default"
"""A Jupyter server belongs to one person; the column is there for the day it does not."""

_COLUMNS = [column for column in UserSettings.__table__.columns if column.name != "user_id"]


class SettingsStore:
    """Reads and writes preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self) -> SettingsRow:
        """What was chosen; all None before the first choice."""
        return await self._database.read(_get)

    async def update(self, **fields: Any) -> SettingsRow:
        """Choose; None takes a choice back."""
        values = {"updated_at": self._database.now(), **fields}

        def run(connection: Connection) -> SettingsRow:
            if not connection.execute(
                update(UserSettings).where(UserSettings.user_id == USER_ID).values(values)
            ).rowcount:
                connection.execute(insert(UserSettings).values({"user_id": USER_ID, **values}))
            return _get(connection)

        return await self._database.write(run)


def _get(connection: Connection) -> SettingsRow:
    chosen = row_of(SettingsRow, connection.execute(select(*_COLUMNS).where(UserSettings.user_id == USER_ID)))
    return chosen or SettingsRow()
