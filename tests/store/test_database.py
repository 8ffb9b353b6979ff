"""The writer commits in groups that share only the disk; readers see what was answered; errors say what to do."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store.database import Database
from tests.store.rows import add_session, events


def set_cell(key, value):
    return lambda connection: connection.execute(
        text("INSERT INTO cell VALUES (:key, :value)"), {"key": key, "value": value}
    )


def read_cells(connection):
    return dict(connection.execute(text("SELECT key, value FROM cell ORDER BY key")).all())


@pytest.fixture
def database(url, jp_asyncio_loop):
    opened = Database(url)
    jp_asyncio_loop.run_until_complete(opened.open())
    create = text("CREATE TABLE cell (key TEXT PRIMARY KEY, value TEXT)")
    jp_asyncio_loop.run_until_complete(opened.write(lambda connection: connection.execute(create)))
    yield opened
    jp_asyncio_loop.run_until_complete(opened.close())


async def hold_the_writer(database: Database) -> threading.Event:
    """Occupy the writer thread, so that what is queued meanwhile becomes one group."""
    entered, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(_):
        loop.call_soon_threadsafe(entered.set)
        release.wait(5)

    waiting = asyncio.ensure_future(database.write(wait))
    release.waiting = waiting  # kept from the garbage collector
    await asyncio.wait_for(entered.wait(), 5)
    return release


async def test_a_write_is_seen_by_the_next_read(database):
    for number in range(50):
        await database.write(set_cell(f"k{number:02}", "v"))
        assert len(await database.read(read_cells)) == number + 1


async def test_what_is_queued_together_is_one_transaction(database, path):
    release = await hold_the_writer(database)
    transactions = []
    queued = [
        asyncio.ensure_future(
            database.write(
                lambda connection, key=key: (
                    transactions.append(connection.get_transaction()) or set_cell(key, "v")(connection)
                )
            )
        )
        for key in "abcdef"
    ]
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(*queued)
    assert len({id(transaction) for transaction in transactions}) == 1
    assert list(await database.read(read_cells)) == list("abcdef")


async def test_one_failure_in_a_group_undoes_itself_alone(database):
    release = await hold_the_writer(database)

    def half_done(connection):
        set_cell("half", "done")(connection)
        raise LookupError("no")

    queued = [
        asyncio.ensure_future(database.write(run))
        for run in (set_cell("a", "1"), half_done, set_cell("a", "2"), set_cell("b", "3"))
    ]
    await asyncio.sleep(0)
    release.set()
    results = await asyncio.gather(*queued, return_exceptions=True)
    assert [type(result).__name__ for result in results] == [
        "CursorResult",
        "LookupError",
        "IntegrityError",
        "CursorResult",
    ]
    assert await database.read(read_cells) == {"a": "1", "b": "3"}


async def test_writes_keep_the_order_of_the_calls(database):
    order: list[int] = []
    await asyncio.gather(*(database.write(lambda _, number=number: order.append(number)) for number in range(1000)))
    assert order == list(range(1000))


async def test_a_caller_that_gave_up_neither_undoes_nor_disturbs(database):
    release = await hold_the_writer(database)
    given_up = asyncio.ensure_future(database.write(set_cell("a", "1")))
    kept = asyncio.ensure_future(database.write(set_cell("b", "2")))
    await asyncio.sleep(0)
    given_up.cancel()
    release.set()
    await kept
    assert await database.read(read_cells) == {"a": "1", "b": "2"}


async def test_readers_cannot_write(database):
    with pytest.raises(DatabaseUnavailable, match="cannot be written"):
        await database.read(set_cell("a", "1"))


async def test_closing_commits_what_was_queued(url, database):
    release = await hold_the_writer(database)
    queued = [asyncio.ensure_future(database.write(set_cell(str(number), "v"))) for number in range(10)]
    await asyncio.sleep(0)
    release.set()
    await database.close()
    await asyncio.gather(*queued)
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await database.write(set_cell("late", "v"))
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await database.read(read_cells)
    await database.close()
    again = Database(url)
    await again.open()
    assert len(await again.read(read_cells)) == 10
    await again.close()


async def test_a_full_disk_is_told_and_costs_nobody_else_anything(database):
    def fill(connection):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")

    await database.write(fill)
    release = await hold_the_writer(database)
    queued = [
        asyncio.ensure_future(database.write(run))
        for run in (set_cell("small", "1"), set_cell("huge", "x" * 200_000), set_cell("also small", "2"))
    ]
    await asyncio.sleep(0)
    release.set()
    small, huge, also_small = await asyncio.gather(*queued, return_exceptions=True)
    assert isinstance(huge, DatabaseUnavailable)
    assert "the disk is full" in huge.message
    assert not isinstance(small, Exception)
    assert not isinstance(also_small, Exception)
    assert await database.read(read_cells) == {"also small": "2", "small": "1"}


async def test_locked_by_another_program(database, path):
    await database.write(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 50"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable, match=r"data\.db is locked by another program"):
        await database.write(lambda connection: None)
    with pytest.raises(DatabaseUnavailable, match="locked"):
        await database.check()
    holder.execute("ROLLBACK")
    holder.close()
    await database.check()


OPEN_WITHOUT_RIGHTS = """
import asyncio, os, sys
from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store.database import Database
async def open_and_close(url):
    database = Database(url)
    await database.open()
    await database.close()
asyncio.run(open_and_close(sys.argv[1]))
os.chmod(sys.argv[2], 0o444)
if os.geteuid() == 0:  # root writes everywhere, so it becomes nobody once everything is imported
    os.setgid(65534)
    os.setuid(65534)
try:
    asyncio.run(open_and_close(sys.argv[1]))
except DatabaseUnavailable as error:
    print(error.message)
"""


async def test_a_read_only_file():
    # Not in tmp_path: its parents are closed to the user that the child becomes.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.db"
        Path(folder).chmod(0o755)
        command = [sys.executable, "-c", OPEN_WITHOUT_RIGHTS, f"sqlite:///{path}", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert f"The database {path} cannot be written" in done.stdout


async def test_a_file_that_is_no_database(url, path):
    path.parent.mkdir()
    path.write_bytes(b"a letter to my grandmother, of more than sixteen bytes" * 100)
    with pytest.raises(DatabaseUnavailable, match="is not a SQLite database"):
        await Database(url).open()
    assert path.read_bytes().startswith(b"a letter")


async def test_a_damaged_file(url, path):
    database = Database(url)
    await database.open()
    await database.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(DatabaseUnavailable, match="is damaged"):
        await Database(url).open()


async def test_a_folder_where_the_file_should_be(url, path):
    path.mkdir(parents=True)
    with pytest.raises(DatabaseUnavailable, match="is a folder"):
        await Database(url).open()


async def test_a_file_where_the_folder_should_be(url, path):
    path.parent.write_text("in the way")
    with pytest.raises(DatabaseUnavailable, match="a folder of its path is a file"):
        await Database(url).open()


async def test_one_server_at_a_time(url, path):
    first, second = Database(url), Database(url)
    await first.open(alone=True)
    with pytest.raises(DatabaseUnavailable, match=rf"Another Jupyter server \(process {os.getpid()}\) uses .*data\.db"):
        await second.open(alone=True)
    looking = Database(url)  # whoever only looks, or is a test, is not a server
    await looking.open()
    await looking.close()
    await first.close()
    third = Database(url)
    await third.open(alone=True)
    await third.close()


OPEN_ALONE_UNTIL_KILLED = """
import asyncio, sys, time
from factory_jupyter.store.database import Database
async def main():
    await Database(sys.argv[1]).open(alone=True)
    print("open", flush=True)
    time.sleep(60)
asyncio.run(main())
"""


async def test_a_killed_server_leaves_its_database_to_the_next_one(url):
    command = [sys.executable, "-c", OPEN_ALONE_UNTIL_KILLED, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        with pytest.raises(DatabaseUnavailable, match=f"process {server.pid}"):
            await Database(url).open(alone=True)
        server.kill()
    database = Database(url)
    await database.open(alone=True)
    await database.close()


async def test_a_failed_start_gives_the_database_back(url, path):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match="not a SQLite database"):
            await Database(url).open(alone=True)


async def test_memory_is_not_a_place():
    with pytest.raises(DatabaseUnavailable, match="needs a file"):
        await Database("sqlite://").open()


async def test_the_file_is_private(stores, path):
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_the_password_is_not_shown():
    assert (
        Database("postgresql+psycopg://ada:secret@db/factory").display_url == "postgresql+psycopg://ada:***@db/factory"
    )


WRITE_UNTIL_KILLED = """
import asyncio, sys
from factory_jupyter.store.stores import open_stores
from tests.store.rows import events
async def main():
    stores = await open_stores(sys.argv[1])
    seq = 0
    while True:
        await stores.events.append(sys.argv[2], events(seq + 1, seq + 2, seq + 3, size=500))
        seq += 3
        print(seq, flush=True)
asyncio.run(main())
"""


async def test_kill_9_keeps_every_event_that_was_answered(stores, url):
    session = await add_session(stores)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, url, session.id],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 300:
            writer.send_signal(signal.SIGKILL)
            break
    answered = max([300, *map(int, filter(str.strip, writer.stdout.read().splitlines()))])
    writer.stdout.close()
    writer.wait(5)
    kept = await stores.events.read(session.id, 0, 100_000, max_bytes=10**9)
    assert [seq for seq, _ in kept] == list(range(1, len(kept) + 1))
    assert len(kept) >= answered
    assert len(kept) % 3 == 0, "a batch is kept whole or not at all"
    await stores.events.append(session.id, events(len(kept) + 1))
