"""Tables and migrations are the same thing; every age of a database is upgraded after a copy, or refused untouched."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store import schema
from factory_jupyter.store.database import Database
from factory_jupyter.store.stores import open_stores
from factory_jupyter.store.tables import SCHEMA_REVISION, Base
from tests.store.rows import add_session, events


async def test_tables_and_migrations_are_the_same(stores, url):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_revision_of_the_tables_is_the_head_of_the_migrations():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema.alembic_config()).get_heads() == [SCHEMA_REVISION]


def test_every_constraint_has_a_name():
    for table in Base.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name


def test_postgresql_can_say_all_of_it_too():
    from sqlalchemy.dialects.postgresql import dialect
    from sqlalchemy.schema import CreateIndex, CreateTable

    from factory_jupyter.store import events, sessions, workspaces

    for table in Base.metadata.tables.values():
        CreateTable(table).compile(dialect=dialect())
        for index in table.indexes:
            CreateIndex(index).compile(dialect=dialect())
    for query in (events._READ, events._LAST_SEQ, workspaces._ROWS, select(*sessions._ROW)):
        query.compile(dialect=dialect())


async def test_opening_what_is_up_to_date_does_not_import_alembic(stores, url):
    code = (
        "import asyncio, sys\nfrom factory_jupyter.store.stores import open_stores\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "async def main(): await (await open_stores(sys.argv[1])).database.close()\nasyncio.run(main())\n"
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def older(monkeypatch, tmp_path):
    """Makes the present schema an old one: a revision comes after it that adds a column and changes a parent table."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in [*schema.migrations_folder().glob("*.*"), *schema.migrations_folder().glob("versions/*.py")]:
        (folder / file.relative_to(schema.migrations_folder())).write_text(file.read_text())
    (folder / "versions" / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'next'\ndown_revision = {SCHEMA_REVISION!r}\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('project') as batch:\n"
        "        batch.alter_column('name', new_column_name='title')\n"
    )

    def apply():
        monkeypatch.setattr(schema, "migrations_folder", lambda: folder)
        monkeypatch.setattr(schema, "SCHEMA_REVISION", "next")

    return apply


async def test_an_upgrade_copies_the_file_first_and_keeps_everything(stores, url, path, older):
    session = await add_session(stores)
    await stores.events.append(session.id, events(1, 2, 3))
    await stores.database.close()
    older()
    upgraded = Database(url)
    await upgraded.open()
    tables = await upgraded.read(lambda c: [row[0] for row in c.exec_driver_sql("SELECT title FROM project")])
    kept = await upgraded.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM session_event").scalar())
    await upgraded.close()
    assert tables == ["App"]
    assert kept == 3, "making the parent table anew must not cascade"
    copy = sqlite3.connect(path.with_name("data.db.before-next"))
    assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA_REVISION,)
    assert copy.execute("SELECT name FROM project").fetchone() == ("App",)
    assert copy.execute("SELECT count(*) FROM session_event").fetchone() == (3,)
    copy.close()
    assert path.with_name("data.db.before-next").stat().st_mode & 0o077 == 0


async def test_the_copy_holds_what_is_only_in_the_write_ahead_log(stores, url, path, older):
    await add_session(stores)  # not closed: nothing has been checkpointed
    older()
    upgraded = Database(url)
    await upgraded.open()
    await upgraded.close()
    copy = sqlite3.connect(path.with_name("data.db.before-next"))
    assert copy.execute("SELECT count(*) FROM session").fetchone() == (1,)
    copy.close()


async def test_an_upgrade_that_fails_changes_nothing(stores, url, path, older):
    await add_session(stores)
    await stores.database.close()
    older()
    script = schema.migrations_folder() / "versions" / "next.py"
    script.write_text(script.read_text() + "    op.execute('INSERT INTO no_such_table VALUES (1)')\n")
    with pytest.raises(DatabaseUnavailable, match="no_such_table"):
        await Database(url).open()
    file = sqlite3.connect(path)
    assert file.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA_REVISION,)
    assert file.execute("SELECT name FROM project").fetchone() == ("App",)
    file.close()


async def test_a_newer_database_is_refused_and_left_as_it_is(stores, url, path):
    await stores.database.close()
    file = sqlite3.connect(path)
    file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.commit()
    file.close()
    before = path.read_bytes()
    with pytest.raises(
        DatabaseUnavailable, match=rf"has schema 9999, made by a newer .* up to {SCHEMA_REVISION}\. Nothing was changed"
    ):
        await open_stores(url)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.before-*")) == []


async def test_a_database_of_another_program_is_refused_and_left_as_it_is(url, path):
    path.parent.mkdir()
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE recipes (name TEXT)")
    file.commit()
    file.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnavailable, match=r"tables of another program \(recipes\)"):
        await open_stores(url)
    assert path.read_bytes() == before


async def test_many_servers_may_start_at_once(url):
    databases = [Database(url) for _ in range(6)]
    await asyncio.gather(*(database.open() for database in databases))
    await asyncio.gather(*(database.check() for database in databases))
    await asyncio.gather(*(database.close() for database in databases))


def test_migrations_are_found_in_a_wheel_and_in_a_checkout(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "factory_jupyter"
    (package / "store").mkdir(parents=True)
    monkeypatch.setattr(schema, "__file__", str(package / "store" / "schema.py"))
    assert schema.migrations_folder() == package.parent / "migrations"
    (package / "migrations").mkdir()
    assert schema.migrations_folder() == package / "migrations"
    monkeypatch.undo()
    assert (schema.migrations_folder() / "versions").is_dir()
    assert Path(schema.migrations_folder() / "env.py").is_file()
