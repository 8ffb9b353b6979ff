"""The age of a database: create, upgrade after a copy, or refuse. Alembic is imported only when it has work."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, inspect, text

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store import sqlite
from factory_jupyter.store.tables import SCHEMA_REVISION

if TYPE_CHECKING:
    from alembic.config import Config

LOG = logging.getLogger(__name__)

UPGRADE_TIMEOUT_MS = 60_000
"""How long a second server that starts at the same time waits for the first one's upgrade."""


def bring_up_to_date(url: URL) -> None:
    """Leave the database at `SCHEMA_REVISION`.

    Raises `DatabaseUnavailable` for a database that a newer version made or that is not ours; neither is written to.
    """
    if peek(url) != SCHEMA_REVISION:
        _migrate(url)


def migrations_folder() -> Path:
    """In the wheel the migrations are inside the package; in a checkout they are beside it."""
    package = Path(__file__).parent.parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def alembic_config() -> Config:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(url: URL) -> None:
    from alembic import command

    config = alembic_config()
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url)
    if is_sqlite:
        # Foreign keys off: SQLite changes a table by making it anew; dropping the old one would cascade.
        sqlite.configure(engine, begin="BEGIN IMMEDIATE", foreign_keys=False, busy_timeout_ms=UPGRADE_TIMEOUT_MS)
    try:
        with engine.begin() as connection:
            revision = _revision(connection)  # again, now that nobody else can change it
            if revision == SCHEMA_REVISION:
                return
            if revision is not None and is_sqlite:
                _copy_beside(sqlite.path_of(url), revision)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise DatabaseUnavailable(
                    f"Upgrading {shown(url)} would break {len(broken)} references. The upgrade was undone."
                )
    finally:
        engine.dispose()


def _copy_beside(path: Path, revision: str) -> None:
    copy = path.with_name(f"{path.name}.before-{SCHEMA_REVISION}")
    sqlite.copy_file(path, copy)
    LOG.info("Upgrading %s from schema %s to %s; it was copied to %s first", path, revision, SCHEMA_REVISION, copy)


def peek(url: URL) -> str | None:
    """Revision of an existing database, read without changing a byte of it; None for an empty one."""
    read_only = url
    if url.get_backend_name() == "sqlite":
        read_only = url.set(database=f"file:{quote(str(sqlite.path_of(url)))}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(read_only)
    try:
        with engine.connect() as connection:
            revision = _revision(connection)
            if revision is None and (tables := inspect(connection).get_table_names()):
                raise DatabaseUnavailable(
                    f"The database {shown(url)} holds tables of another program ({tables[0]}). Nothing was changed. "
                    "Set c.FactoryExtension.db_url to another file."
                )
    finally:
        engine.dispose()
    if revision not in (None, SCHEMA_REVISION) and revision not in _known_revisions():
        raise DatabaseUnavailable(
            f"The database {shown(url)} has schema {revision}, made by a newer factory-jupyter; this version knows up "
            f"to {SCHEMA_REVISION}. Nothing was changed. Install the newer version, or set another file in "
            "c.FactoryExtension.db_url."
        )
    return revision


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def shown(url: URL) -> str:
    """How messages name the database: the path of a file, else the URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
