"""Alembic's entrance: `store.schema` hands a connection over; contributors give ``-x url=…`` on the command line."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum, TypeDecorator, create_engine

from factory_jupyter.store.tables import Base


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write plain SQL types into migrations: they must go on working when the product's own types have changed."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def migrate(connection: Connection) -> None:
    # render_as_batch: SQLite changes a table by making it anew.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if (connection := context.config.attributes.get("connection")) is not None:
    migrate(connection)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
        migrate(connection)
