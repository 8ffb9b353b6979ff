"""The database: one writer thread that commits in groups, a few reader threads, and errors that say what to do.

Callers hand over functions of a SQLAlchemy ``Connection``; the event loop never waits for the disk. Everything that is
particular to SQLite is in ``store.sqlite``; everything about the schema's age is in ``store.schema``.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.store import schema, sqlite
from factory_jupyter.store.claim import Claim
from factory_jupyter.store.tables import SCHEMA_REVISION

T = TypeVar("T")

READERS = 3
LARGEST_GROUP = 256
"""Operations in one transaction: bounds how long the first of them waits for its commit."""


def utc_now() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Operation:
    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    operation: _Operation
    value: Any = None
    error: BaseException | None = None


class Database:
    """A database at a SQLAlchemy URL; usable between `open` and `close`.

    ``now`` stamps ``updated_at`` columns; tests move it by hand.
    """

    def __init__(self, url: str, now: Callable[[], datetime] = utc_now) -> None:
        self.url = make_url(url)
        self.now = now
        self._writer: Engine | None = None
        self._reader: Engine | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="factory-db-read")
        self._queue: SimpleQueue[_Operation | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._claim: Claim | None = None

    @property
    def display_url(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def revision(self) -> str:
        """Revision of the schema."""
        return SCHEMA_REVISION

    async def open(self, *, alone: bool = False) -> None:
        """Create or upgrade the database and start the threads; ``alone``: refuse when another server has opened it so.

        Raises `DatabaseUnavailable` for a database that is newer than this version (which is left untouched), locked,
        read-only, corrupt, somebody else's, or in a folder that cannot be written.
        """
        self._loop = asyncio.get_running_loop()
        try:
            await self._loop.run_in_executor(self._readers, self._connect, alone)
        except BaseException:
            await self._end_threads()
            raise
        self._thread = threading.Thread(target=self._write_forever, name="factory-db-write", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Commit what was queued, then end the threads. Idempotent."""
        if self._thread is None or self._loop is None:
            return
        thread, self._thread = self._thread, None
        self._queue.put(None)
        await self._loop.run_in_executor(self._readers, thread.join)
        await self._end_threads()

    async def _end_threads(self) -> None:
        assert self._loop is not None
        await self._loop.run_in_executor(self._readers, self._disconnect)
        self._readers.shutdown(wait=False)

    async def write(self, run: Callable[[Connection], T]) -> T:
        """Run on the writer thread; answers after COMMIT. What it raises undoes it alone and is raised here.

        Operations run in the order of the calls. ``run`` is called a second time when a neighbour in its transaction
        failed, so it must do nothing besides SQL. A caller that is cancelled does not undo it.
        """
        future: asyncio.Future[T] = self._open_loop().create_future()
        self._queue.put(_Operation(run, future))
        return await future

    async def read(self, run: Callable[[Connection], T]) -> T:
        """Run on a reader thread, in one snapshot; sees everything whose `write` has been answered."""
        return await self._open_loop().run_in_executor(self._readers, self._read, run)

    async def check(self) -> None:
        """Raise `DatabaseUnavailable` unless the database can be read and a write transaction can be opened."""
        await self.read(lambda connection: connection.execute(text("SELECT 1")))
        await self.write(lambda connection: connection.execute(text("SELECT 1")))

    def _open_loop(self) -> asyncio.AbstractEventLoop:
        if self._thread is None or self._loop is None:
            raise DatabaseUnavailable("The database is closed: the server starts or stops. Try again in a moment.")
        return self._loop

    # --- In threads ---------------------------------------------------------------------------------------------------

    def _connect(self, alone: bool) -> None:
        is_sqlite = self.url.get_backend_name() == "sqlite"
        with _explained(self.url):
            if is_sqlite:
                sqlite.prepare_file(self.url)
                self._claim = Claim(sqlite.path_of(self.url)) if alone else None
            schema.bring_up_to_date(self.url)
            self._writer = create_engine(self.url, pool_size=1, max_overflow=0)
            self._reader = create_engine(self.url, pool_size=READERS, max_overflow=0)
            if is_sqlite:
                sqlite.configure(self._writer, begin="BEGIN IMMEDIATE")
                sqlite.configure(self._reader, begin="BEGIN", read_only=True)
            with self._writer.begin():
                pass  # read-only and locked files are found now, not at the first task

    def _disconnect(self) -> None:
        for engine in (self._reader, self._writer):
            if engine is not None:
                engine.dispose()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _read(self, run: Callable[[Connection], T]) -> T:
        assert self._reader is not None
        with _explained(self.url), self._reader.begin() as connection:
            return run(connection)

    def _write_forever(self) -> None:
        while (group := self._next_group()) is not None:
            outcomes = self._write_group(group)
            assert self._loop is not None
            with suppress(RuntimeError):  # the loop was closed without us: nobody waits any more
                self._loop.call_soon_threadsafe(_settle, outcomes)

    def _next_group(self) -> list[_Operation] | None:
        """Everything queued at this moment; None when closing."""
        if (first := self._queue.get()) is None:
            return None
        group = [first]
        with suppress(Empty):
            while len(group) < LARGEST_GROUP:
                if (operation := self._queue.get_nowait()) is None:
                    self._queue.put(None)
                    break
                group.append(operation)
        return group

    def _write_group(self, group: Sequence[_Operation]) -> list[_Outcome]:
        """One transaction for all. When one of them fails: each again in its own, so that it spoils nothing.

        Savepoints would do the same at seven times the cost for everybody, and a full disk ends the whole transaction
        all the same.
        """
        try:
            return self._transact(group)
        except Exception as error:
            if len(group) == 1:
                return [_Outcome(group[0], error=error)]
            return [outcome for operation in group for outcome in self._write_group([operation])]

    def _transact(self, group: Sequence[_Operation]) -> list[_Outcome]:
        assert self._writer is not None
        with _explained(self.url), self._writer.begin() as connection:
            return [_Outcome(operation, operation.run(connection)) for operation in group]


def _settle(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.operation.future
        if future.done():  # the caller was cancelled
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.value)


class _explained:  # noqa: N801  # used as a function
    """Turn the database's errors into sentences; broken constraints pass, they are answers to a store's question."""

    def __init__(self, url: URL) -> None:
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, IntegrityError):
            return
        if isinstance(error, (SQLAlchemyError, sqlite3.Error, OSError)):
            raise DatabaseUnavailable(sqlite.explain(error, schema.shown(self._url))) from error
