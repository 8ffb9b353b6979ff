"""Looking at a database without opening it: nothing is made, nothing upgraded. For `jupyter factory doctor`."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store import schema, sqlite
from factory_jupyter.store.tables import SCHEMA_REVISION


def look(url: str) -> str:
    """A line for people about a database; raises `errors.DatabaseUnavailable` when it is of no use."""
    where = make_url(url)
    name = schema.shown(where)
    if where.get_backend_name() == "sqlite" and not (path := sqlite.path_of(where)).exists():
        return _will_be_made(path)
    try:
        revision = schema.peek(where)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DatabaseUnavailable(sqlite.explain(error, name)) from error
    if where.get_backend_name() == "sqlite" and not os.access(sqlite.path_of(where), os.W_OK):
        raise DatabaseUnavailable(f"The database {name} cannot be written. Run: chmod u+w {name}")
    if revision == SCHEMA_REVISION:
        return f"{name}, schema {revision}"
    return f"{name}: schema {revision or 'empty'} becomes {SCHEMA_REVISION} at the next start, after a copy"


def _will_be_made(path: Path) -> str:
    folder = next(parent for parent in path.parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseUnavailable(
            f"The database {path} cannot be made: {folder} cannot be written. "
            "Give it permission, or set another file in c.FactoryExtension.db_url."
        )
    return f"{path} will be made at the first start"
