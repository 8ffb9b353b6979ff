"""A session service on a real database and a fake agent, and a viewer that remembers what it saw."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import Conflict, NotFound
from factory_jupyter.model import wire
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.model.transcript import Transcript, apply
from factory_jupyter.services.activity import Activities
from factory_jupyter.services.clock import SystemClock
from factory_jupyter.services.feeds import BoardFeed, Viewer
from factory_jupyter.services.questions import QuestionService
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.session_logs import SessionLogs
from factory_jupyter.services.sessions import SessionService
from factory_jupyter.services.settings import SettingsService
from factory_jupyter.store.rows import ProjectRow, WorkspaceRow
from factory_jupyter.store.stores import Stores, open_stores
from tests.fakes.agent import FakeStarter
from tests.fakes.factory import WORKSPACE

F = TypeVar("F")
BOUND = 20.0  # seconds that anything may take, on a busy machine too
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_decode = msgspec.json.Decoder(wire.ServerFrame).decode
_decode_board = msgspec.json.Decoder(wire.BoardFrame).decode


class FakeWorkspaces:
    """Workspaces w1 and w2 in one folder; their status is what the test sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = dict.fromkeys(["w1", "w2"], WorkspaceStatus.READY)

    async def get(self, id: str) -> wire.Workspace:
        if id not in self.status:
            raise NotFound("workspace", id)
        return msgspec.structs.replace(WORKSPACE, id=id, status=self.status[id])

    async def location(self, id: str) -> Path:
        if self.status[id] is not WorkspaceStatus.READY:
            raise Conflict("not ready")
        return self.folder


class FakeHistory:
    """Conversations of the plain CLI."""

    def __init__(self) -> None:
        self.past: dict[str, list[Any]] = {}
        self.forks: list[str] = []

    async def conversations(self, cwd: Path) -> list[wire.Conversation]:
        return [wire.Conversation(claude_session_id=id, summary=id, last_modified=NOON) for id in self.past]

    async def transcript(self, cwd: Path, claude_session_id: str) -> list[Any]:
        return self.past.get(claude_session_id, [])

    async def fork(self, cwd: Path, claude_session_id: str) -> str:
        self.forks.append(claude_session_id)
        return f"copy-of-{claude_session_id}"


class Watcher:
    """Follows a viewer in the background, folds what it tells, and lets a test wait for something."""

    def __init__(self, viewer: Viewer) -> None:
        self.frames: list[wire.ServerFrame] = []
        self.state = Transcript()
        self._viewer = viewer
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while bodies := await self._viewer.next():
            async with self._news:
                for body in bodies:
                    frame = _decode(body)
                    self.frames.append(frame)
                    apply(self.state, frame)
                self._news.notify_all()

    async def until(self, true: Callable[[Transcript], object], seconds: float = BOUND) -> Transcript:
        async with self._news:
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait_for(lambda: true(self.state))
            except TimeoutError:
                raise AssertionError(f"never came; last frames: {self.frames[-8:]}") from None
        return self.state

    async def first(self, kind: type[F], seconds: float = BOUND) -> F:
        await self.until(lambda _: any(isinstance(frame, kind) for frame in self.frames), seconds)
        return next(frame for frame in self.frames if isinstance(frame, kind))

    def of(self, kind: type[F]) -> list[F]:
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def close(self) -> None:
        self._viewer.close()
        await self._task


class Desk:
    """Everything that a session needs, on one database file."""

    def __init__(self, folder: Path, stores: Stores, **knobs: Any) -> None:
        self.folder = folder
        self.stores = stores
        self.clock = SystemClock()
        self.config = FactoryConfig(base_dir=str(folder), **knobs)
        self.board = BoardFeed()
        self.activities = Activities()
        self.workspaces = FakeWorkspaces(folder)
        self.starter = FakeStarter()
        self.history = FakeHistory()
        self.limiter = RateLimiter(
            self.clock,
            per_minute=self.config.rate_limit_per_minute,
            per_hour=self.config.rate_limit_per_hour,
            queue_size=self.config.rate_limit_queue_size,
            queue_timeout_s=self.config.rate_limit_queue_timeout_ms / 1000,
        )
        self.logs = SessionLogs(self.config.session_log_path, self.clock, days=7, max_bytes=1_000_000)
        self.questions = QuestionService(stores.questions)
        self.sessions = self.service()
        self.watchers: list[Watcher] = []

    def service(self, **other: Any) -> SessionService:
        """A service on this database, as another server would make it."""
        parts: dict[str, Any] = {
            "stores": self.stores,
            "config": self.config,
            "clock": self.clock,
            "board": self.board,
            "activities": self.activities,
            "workspaces": self.workspaces,
            "settings": SettingsService(store=self.stores.settings, config=self.config, clock=self.clock),
            "starter": self.starter,
            "history": self.history,
            "limiter": self.limiter,
            "logs": self.logs,
        }
        return SessionService(**{**parts, **other})

    async def open(self, workspace_id: str = "w1", **body: Any) -> tuple[str, Watcher]:
        """A new session and somebody who watches it."""
        session = await self.sessions.create(wire.CreateSession(workspace_id=workspace_id, **body), "ada")
        return session.id, await self.watch(session.id)

    async def watch(self, session_id: str, since: int = 0) -> Watcher:
        watcher = Watcher(await self.sessions.join(session_id, since))
        self.watchers.append(watcher)
        return watcher

    async def do(self, session_id: str, frame: wire.ClientFrame, by: str = "ada") -> int:
        async with asyncio.timeout(2 * BOUND):
            return await self.sessions.command(session_id, frame, by)

    async def say(self, session_id: str, text: str, id: str | None = None, **more: Any) -> int:
        return await self.do(session_id, wire.Say(id=id or f"m-{text}", text=text, **more))

    async def log(self, session_id: str) -> list[wire.SettledEvent]:
        """The settled events in the database."""
        return [_decode(body) for body in await self.sessions.events(session_id, 0, 100_000)]


@contextlib.asynccontextmanager
async def desk(folder: Path, **knobs: Any) -> AsyncIterator[Desk]:
    stores = await open_stores(f"sqlite:///{folder}/data.db")
    await stores.projects.add(
        ProjectRow(
            id="p1",
            name="App",
            slug="app",
            repo_path="/code/app",
            worktree_base_path="/worktrees/app",
            default_branch="main",
            created_at=NOON,
            updated_at=NOON,
        )
    )
    for id in ("w1", "w2"):
        await stores.workspaces.add(WorkspaceRow(id=id, project_id="p1", name=id, created_at=NOON, updated_at=NOON))
    made = Desk(folder, stores, **knobs)
    await made.sessions.start()
    try:
        yield made
    finally:
        await made.sessions.stop()
        for watcher in made.watchers:
            await watcher.close()
        await stores.database.close()


async def board_frames(viewer: Viewer) -> list[wire.BoardFrame]:
    async with asyncio.timeout(BOUND):
        return [_decode_board(body) for body in await viewer.next()]
