"""Everything that is particular to SQLite: connections, the file itself, and what its errors mean for people."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from factory_jupyter.errors import DatabaseUnavailable

BUSY_TIMEOUT_MS = 5_000
PAGE_BYTES = 8_192
"""Events have about half a KiB: with twice the usual page, writing and reading them costs a third less (measured)."""


def path_of(url: URL) -> Path:
    """The file of a SQLite URL. Raises `DatabaseUnavailable` for one in memory: each thread would see its own."""
    if not url.database or url.database == ":memory:":
        raise DatabaseUnavailable(
            "The database needs a file: set c.FactoryExtension.db_url to a path such as ~/factory-jupyter/data.db."
        )
    return Path(url.database)


def prepare_file(url: URL) -> None:
    """Make the folder and, for a new file, make it readable to its owner alone: transcripts are private."""
    path = path_of(url)
    if path.is_dir():
        raise DatabaseUnavailable(f"{path} is a folder. Name a file in it in c.FactoryExtension.db_url.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)


def configure(
    engine: Engine,
    *,
    begin: str,
    read_only: bool = False,
    foreign_keys: bool = True,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
) -> None:
    """Set every new connection up, and begin transactions ourselves.

    The driver begins on its own only before INSERT, UPDATE and DELETE, which would leave reads without a snapshot and
    DDL without a transaction. A writer says BEGIN IMMEDIATE: it waits for the lock up front, where waiting is allowed,
    instead of failing in the middle.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # takes effect in a new file only
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        elif connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def copy_file(source: Path, target: Path) -> None:
    """Copy a database with what its write-ahead log holds; ``target`` appears complete or not at all."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    old, new = sqlite3.connect(source), sqlite3.connect(partial)
    try:
        old.backup(new)
    finally:
        new.close()
        old.close()
    partial.replace(target)


_SENTENCES = {
    "SQLITE_BUSY": "is locked by another program. Close other programs that write to it, then try again.",
    "SQLITE_LOCKED": "is locked by another program. Close other programs that write to it, then try again.",
    "SQLITE_READONLY": "cannot be written. Give the user of this server write permission on the file and its folder.",
    "SQLITE_FULL": "cannot grow: the disk is full. Nothing saved is lost; free some space.",
    "SQLITE_CORRUPT": "is damaged. Stop the server, keep the file, and put a backup (data.db.before-…) in its place.",
    "SQLITE_NOTADB": "is not a SQLite database. Move the file away, or set c.FactoryExtension.db_url to another path.",
    "SQLITE_CANTOPEN": "cannot be opened. Check that its folder exists and that this server may write in it.",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error. Check the disk, then restart the server.",
}


def explain(error: BaseException, name: str) -> str:
    """A sentence for people: which database, what is wrong, what to do. Other databases speak for themselves."""
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorname", None) or ""
        for prefix, sentence in _SENTENCES.items():
            if code.startswith(prefix):
                return f"The database {name} {sentence}"
    if isinstance(original, PermissionError):
        return f"The database {name} {_SENTENCES['SQLITE_READONLY']}"
    if isinstance(original, NotADirectoryError | FileExistsError):
        return (
            f"The database {name} cannot be made: a folder of its path is a file. Set c.FactoryExtension.db_url anew."
        )
    return f"The database {name} cannot be used: {original}"
