"""A factory whose services answer what a test puts in, and the Jupyter extension that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from jupyter_server.extension.application import ExtensionApp

from factory_jupyter.config import FactoryConfig
from factory_jupyter.model import wire
from factory_jupyter.model.states import KanbanColumn, QuestionState, SessionPhase, SessionStatus, WorkspaceStatus
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.store.rows import AttachmentRow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

PROJECT = wire.Project(
    id="p1", name="App", slug="app", repo_path="/code/app", worktree_base_path="/worktrees/app", default_branch="main",
    github_owner=None, github_repo=None, is_archived=False, startup_script_command=None, startup_script_path=None,
    startup_script_timeout=300, created_at=NOON, updated_at=NOON,
)  # fmt: skip
WORKSPACE = wire.Workspace(
    id="w1", project_id="p1", name="Fix it", description=None, status=WorkspaceStatus.READY, branch_name="fix-it",
    base_branch="main", worktree_path="/worktrees/app/fix-it", init=wire.Initialization(), run=wire.RunState(),
    pull_request=None, kanban_column=KanbanColumn.BACKLOG, is_working=False, needs_attention=False, diff=wire.Diff(),
    last_activity_at=None, created_at=NOON, updated_at=NOON,
)  # fmt: skip
SESSION = wire.Session(
    id="s1", workspace_id="w1", name="Chat", workflow="feature", model="", permission_mode="default",
    status=SessionStatus.IDLE, phase=SessionPhase.IDLE, claude_session_id=None, queued=0, last_seq=0,
    usage=wire.Usage(), created_at=NOON, updated_at=NOON,
)  # fmt: skip
QUESTION = wire.Question(
    id="q1", session_id="s1", workspace_id="w1", kind="permission", tool_name="Bash", input={"command": "ls"},
    suggestions=[], plan=None, state=QuestionState.OPEN, asked_at=NOON,
)  # fmt: skip
SETTINGS = wire.Settings(
    preferred_ide="cursor", custom_ide_command=None, default_model="", default_permission_mode="default",
    default_workflow="feature", notification_push=True, notification_sound=True, updated_at=NOON,
)  # fmt: skip
HEALTH = wire.Health(status="ok", checks={"git": wire.HealthCheck(status="ok", message="git 2.50")}, version="0.1.0")
ATTACHMENT = AttachmentRow(
    id="a1", session_id="s1", name="shot.png", media_type="image/png", data=b"\x89PNG", created_at=NOON
)
EVENTS = [b'{"type":"turn_started","seq":1,"at":"2026-11-22T12:00:00Z","turn":1}']

ANSWERS: dict[str, Any] = {
    "health.check": HEALTH,
    "health.check_database": HEALTH,
    "health.check_all": HEALTH,
    "projects.list": [PROJECT],
    "projects.add": PROJECT,
    "projects.get": PROJECT,
    "projects.update": PROJECT,
    "projects.archive": PROJECT,
    "projects.branches": [wire.Branch(name="main", is_remote=False)],
    "projects.complete_path": [wire.PathCompletion(path="/code/app", is_repository=True)],
    "workspaces.list": [WORKSPACE],
    "workspaces.get": WORKSPACE,
    "workspaces.update": WORKSPACE,
    "workspaces.retry": WORKSPACE,
    "workspaces.skip_setup": WORKSPACE,
    "workspaces.cancel": WORKSPACE,
    "workspaces.log": "fetching…\n",
    "tasks.create": WORKSPACE,
    "sessions.list": [SESSION],
    "sessions.create": SESSION,
    "sessions.get": SESSION,
    "sessions.update": SESSION,
    "sessions.delete": None,
    "sessions.command": 7,
    "sessions.events": EVENTS,
    "sessions.attachment": ATTACHMENT,
    "sessions.conversations": [wire.Conversation(claude_session_id="c1", summary="Hi", last_modified=NOON)],
    "sessions.models": [wire.ModelChoice(value="opus", display_name="Opus")],
    "questions.waiting": [QUESTION],
    "settings.get": SETTINGS,
    "settings.update": SETTINGS,
    "mcp.url": "http://127.0.0.1:1/mcp",
}


class FakeViewer:
    """Shows what is put into it, a list of frames at a time; an empty list ends the feed."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[list[bytes]] = asyncio.Queue()
        self.is_closed = asyncio.Event()

    async def next(self) -> list[bytes]:
        return await self.frames.get()

    def close(self) -> None:
        self.is_closed.set()


class FakeFactory:
    """A call of ``<service>.<method>`` is noted in ``calls`` and answered from ``answers``; exceptions are raised."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.refusal: Exception | None = None
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.called = asyncio.Event()
        self.config = FactoryConfig()
        self.database = SimpleNamespace(display_url="sqlite:///data.db", revision="0001")
        self.viewers: list[FakeViewer] = []
        self.answers["sessions.join"] = self._join
        self.board = BoardFeed()

    def __getattr__(self, service: str) -> Any:
        return _Service(self, service)

    async def ready(self) -> None:
        """Nothing to start."""

    async def snapshot(self) -> wire.Snapshot:
        return wire.Snapshot(projects=[PROJECT], workspaces=[WORKSPACE], questions=[QUESTION])

    async def _join(self, session_id: str, since: int) -> FakeViewer:
        self.viewers.append(FakeViewer())
        return self.viewers[-1]

    async def answer(self, call: str, arguments: tuple[Any, ...]) -> Any:
        self.calls.append((call, arguments))
        self.called.set()
        if self.refusal is not None:
            raise self.refusal
        value = self.answers[call]
        if isinstance(value, Exception):
            raise value
        return await value(*arguments) if callable(value) else value


class _Service:
    def __init__(self, factory: FakeFactory, name: str) -> None:
        self._factory = factory
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        return lambda *arguments: self._factory.answer(f"{self._name}.{method}", arguments)


class FakeExtension(ExtensionApp):
    """Serves the real handlers on a `FakeFactory`."""

    name = "factory_jupyter"

    def initialize_settings(self) -> None:
        self.settings["factory"] = FakeFactory()

    def initialize_handlers(self) -> None:
        from factory_jupyter.web.routes import handlers

        self.handlers.extend(handlers())


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "tests.fakes.factory", "app": FakeExtension}]
