"""The event log: a burst counted at commit, and the replay of long sessions beside a bare socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from tests.bench.table import Row, Table
from tests.running import Running, serve

SESSIONS = 20
BURST = 500  # events of each session
NAIVE = 600  # events in all: it is slow
LENGTHS = (10_000, 100_000)
TEXT = "The quick brown fox jumps over the lazy dog, and thinks better of it. " * 5
REPLAY_TIMEOUT_S = 120


def run(folder: Path) -> list[Table]:
    """Tables of the burst and of the replay."""
    return [asyncio.run(_burst(folder / "burst")), _replay(folder / "replay")]


# --- Burst ---


async def _burst(folder: Path) -> Table:
    from factory_jupyter.services.session_feed import SessionFeed
    from factory_jupyter.store.stores import open_stores

    folder.mkdir()
    stores = await open_stores(f"sqlite:///{folder / 'data.db'}")
    try:
        sessions = await _rows(stores, folder, SESSIONS)
        feeds = [
            SessionFeed(session_id=session, last_seq=0, log=stores.events, hello=_no_hello, on_lost=_fail)
            for session in sessions
        ]
        begun = time.perf_counter()
        for _ in range(BURST):
            for feed in feeds:
                feed.append(_event(0))
            await asyncio.sleep(0)
        for feed in feeds:
            await feed.drain()
        ours = SESSIONS * BURST / (time.perf_counter() - begun)
        assert [await stores.events.last_seq(session) for session in sessions] == [BURST] * SESSIONS
    finally:
        await stores.database.close()
    naive = await asyncio.to_thread(_naive, folder / "naive.db")
    return Table(
        "Burst of events",
        f"{SESSIONS} sessions of {BURST} events each until the last commit. Naive: the same rows, each "
        "an ORM object and a transaction of its own, on SQLite in WAL mode.",
        [
            Row(
                "events a second",
                f"{ours:,.0f}",
                f"naive: {naive:,.0f}",
                f"{ours / naive:.1f}",
                "≥ 10 ×",
                ours >= 10 * naive,
            )
        ],
    )


def _naive(path: Path) -> float:
    from sqlalchemy import create_engine, text
    from sqlalchemy.orm import Session

    from factory_jupyter.store.tables import Base, SessionEvent

    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.execute(text("PRAGMA synchronous=NORMAL"))
    Base.metadata.create_all(engine)
    body = json.dumps(
        {"type": "notice", "seq": 1, "at": "2026-01-01T00:00:00Z", "level": "info", "text": TEXT}
    ).encode()
    begun = time.perf_counter()
    for seq in range(1, NAIVE + 1):
        with Session(engine) as session:
            session.add(SessionEvent(session_id="s", seq=seq, type="notice", at=datetime.now(UTC), body=body))
            session.commit()
    taken = time.perf_counter() - begun
    engine.dispose()
    return NAIVE / taken


# --- Replay ---


def _replay(folder: Path) -> Table:
    folder.mkdir()
    database = folder / "factory" / "data.db"
    sessions = asyncio.run(_filled(database, folder))
    rows: list[Row] = []
    with serve(folder) as running:
        running.call("GET", "projects", expect=200)
        for session, length in zip(sessions, LENGTHS, strict=True):
            ours = min(_view(running, session, length) for _ in range(3))
            bare = min(_bare(length) for _ in range(3))
            rows.append(
                Row(
                    f"{length:,} events",
                    f"{ours:.2f} s",
                    f"bare socket: {bare:.2f} s",
                    f"{ours / bare:.2f}",
                    "≤ 3 ×",
                    ours <= 3 * bare,
                )
            )
    return Table(
        "Replay of a session",
        "A viewer joins with `since=0`, reads to the last event; best of 3. Bare socket: a Tornado WebSocket with no "
        "sessions, authentication or database that sends the same frames from memory to the same viewer.",
        rows,
    )


async def _filled(database: Path, folder: Path) -> list[str]:
    from factory_jupyter.services.session_feed import UNNUMBERED, numbered
    from factory_jupyter.store.stores import open_stores

    database.parent.mkdir(parents=True)
    stores = await open_stores(f"sqlite:///{database}")
    try:
        sessions = await _rows(stores, folder, len(LENGTHS))
        for session, length in zip(sessions, LENGTHS, strict=True):
            for first in range(1, length + 1, 5000):
                rows = [numbered(_event(UNNUMBERED), seq) for seq in range(first, min(first + 5000, length + 1))]
                await stores.events.append(session, rows)
    finally:
        await stores.database.close()
    return sessions


def _view(running: Running, session: str, length: int) -> float:
    begun = time.perf_counter()
    with running.socket(f"chat/{session}?since=0") as socket:
        _read_to(socket, length)
        return time.perf_counter() - begun


def _bare(length: int) -> float:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare_socket", str(length)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        begun = time.perf_counter()
        with connect(f"ws://127.0.0.1:{port}/", max_size=None, compression=None, proxy=None) as socket:
            _read_to(socket, length)
            return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(timeout=10)


def _read_to(socket: Any, last: int) -> None:
    end = f'"seq":{last},'
    while True:
        frame = socket.recv(timeout=REPLAY_TIMEOUT_S)
        if end in frame:
            return


# --- Rows ---


async def _rows(stores: Any, folder: Path, count: int) -> list[str]:
    from factory_jupyter.model.states import WorkspaceStatus
    from factory_jupyter.store.rows import ProjectRow, SessionRow, WorkspaceRow

    now = datetime.now(UTC)
    times = {"created_at": now, "updated_at": now}
    await stores.projects.add(
        ProjectRow(
            id="p",
            name="bench",
            slug="bench",
            repo_path=str(folder),
            worktree_base_path=str(folder),
            default_branch="main",
            **times,
        )
    )
    await stores.workspaces.add(
        WorkspaceRow(
            id="w", project_id="p", name="bench", status=WorkspaceStatus.READY, worktree_path=str(folder), **times
        )
    )
    sessions = [f"s{number}" for number in range(count)]
    for session in sessions:
        await stores.sessions.add(SessionRow(id=session, workspace_id="w", name=session, **times), count)
    return sessions


def _event(seq: int) -> Any:
    from factory_jupyter.model.wire import Notice

    return Notice(seq=seq, at=datetime.now(UTC), level="info", text=TEXT)


def _no_hello(_last_seq: int) -> Any:
    raise AssertionError("nobody looks")


def _fail(error: Exception) -> None:
    raise error
