"""A server that plays what a test tells it: the routes and sockets that the notebook client uses, in memory.

The real server is met in ``tests/notebook/test_real_server.py`` and in the notebooks; this one can lose connections,
refuse, and fail on demand.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket
from tornado.iostream import StreamClosedError

from factory_jupyter.model import wire
from factory_jupyter.model.states import KanbanColumn, QuestionState, SessionPhase, SessionStatus, WorkspaceStatus
from factory_jupyter.notebook.discovery import Address

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BASE = "/a%40b/"
TOKEN = "secret"

Play = Callable[["FakeFactory", str, wire.Say], None]


def project(id: str = "p1", path: str = "/code/app") -> wire.Project:
    return wire.Project(
        id=id,
        name="App",
        slug="app",
        repo_path=path,
        worktree_base_path="/worktrees/app",
        default_branch="main",
        github_owner=None,
        github_repo=None,
        is_archived=False,
        startup_script_command=None,
        startup_script_path=None,
        startup_script_timeout=300,
        created_at=NOW,
        updated_at=NOW,
    )


def workspace(id: str, name: str, status: WorkspaceStatus = WorkspaceStatus.READY) -> wire.Workspace:
    return wire.Workspace(
        id=id,
        project_id="p1",
        name=name,
        description=None,
        status=status,
        branch_name="fix-it",
        base_branch="main",
        worktree_path="/worktrees/app/fix-it",
        init=wire.Initialization(),
        run=wire.RunState(),
        pull_request=None,
        kanban_column=KanbanColumn.WAITING,
        is_working=False,
        needs_attention=False,
        diff=wire.Diff(files=1, additions=2, deletions=3),
        last_activity_at=None,
        created_at=NOW,
        updated_at=NOW,
    )


def session(id: str, workspace_id: str) -> wire.Session:
    return wire.Session(
        id=id,
        workspace_id=workspace_id,
        name="Chat 1",
        workflow="feature",
        model="",
        permission_mode="default",
        status=SessionStatus.IDLE,
        phase=SessionPhase.IDLE,
        claude_session_id=None,
        queued=0,
        last_seq=0,
        usage=wire.Usage(),
        created_at=NOW,
        updated_at=NOW,
    )


def answering(text: str) -> Play:
    """Plays a turn that says ``text``, delta by delta."""

    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        turn = fake.begin_turn(session_id, say)
        for piece in text:
            fake.tell(session_id, wire.Delta(kind="text", index=0, text=piece))
        fake.settle(session_id, wire.BlockSettled, turn=turn, block=wire.TextBlock(text=text))
        fake.end_turn(session_id, turn, text)

    return play


@dataclass
class FakeFactory:
    """State and behaviour; every method but the constructor runs on the server's own loop."""

    play: Play = field(default_factory=lambda: answering("Hello."))
    projects: list[wire.Project] = field(default_factory=list)
    workspaces: list[wire.Workspace] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    sessions: list[wire.Session] = field(default_factory=list)
    questions: dict[str, wire.Question] = field(default_factory=dict)
    events: dict[str, list[wire.SettledEvent]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    commands: list[wire.ClientFrame] = field(default_factory=list)
    refusals: dict[str, tuple[int, wire.ErrorBody]] = field(default_factory=dict)
    on_create: Callable[[FakeFactory, wire.Workspace], None] = lambda fake, made: None
    on_answer: Callable[[FakeFactory, str, wire.Answer], None] = lambda fake, session_id, answer: None
    on_interrupt: Callable[[FakeFactory, str], None] = lambda fake, session_id: None
    chats: dict[str, set[ChatSocket]] = field(default_factory=dict)
    boards: set[BoardSocket] = field(default_factory=set)
    forks: list[str] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None
    port: int = 0
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.port}{BASE}", TOKEN)

    # What plays are made of.

    def settle(self, session_id: str, kind: type[Any], /, **fields: Any) -> None:
        log = self.events.setdefault(session_id, [])
        event = kind(seq=len(log) + 1, at=NOW, **fields)
        log.append(event)
        self.tell(session_id, event)

    def tell(self, session_id: str, frame: wire.ServerFrame) -> None:
        for socket in list(self.chats.get(session_id, ())):
            socket.tell(frame)

    def begin_turn(self, session_id: str, say: wire.Say) -> int:
        turn = sum(isinstance(event, wire.TurnStarted) for event in self.events[session_id]) + 1
        self.settle(session_id, wire.MessageSent, message_id=say.id)
        self.settle(session_id, wire.TurnStarted, turn=turn)
        return turn

    def end_turn(
        self, session_id: str, turn: int, result: str, is_error: bool = False, reason: str = "completed"
    ) -> None:
        usage = wire.Usage(input_tokens=10, output_tokens=5, cost_usd=0.25)
        self.settle(
            session_id,
            wire.TurnFinished,
            turn=turn,
            is_error=is_error,
            reason=reason,
            result=result,
            usage=usage,
            cost_usd=0.25,
            duration_ms=1500,
            model="scripted",
        )

    def ask(self, session_id: str, question_id: str = "q1", tool: str = "Bash", **input: Any) -> None:
        self.questions[question_id] = wire.Question(
            id=question_id,
            session_id=session_id,
            workspace_id="w1",
            kind="permission",
            tool_name=tool,
            input=input,
            suggestions=[],
            plan=None,
            state=QuestionState.OPEN,
            asked_at=NOW,
        )
        self.settle(
            session_id, wire.QuestionAsked, question_id=question_id, kind="permission", tool_name=tool, input=input
        )

    def change(self, changed: wire.Workspace) -> None:
        self.workspaces = [changed if one.id == changed.id else one for one in self.workspaces]
        self.show(wire.WorkspaceChanged(workspace=changed))

    def show(self, frame: wire.BoardFrame) -> None:
        for socket in list(self.boards):
            socket.tell(frame)

    def soon(self, work: Callable[[], None]) -> None:
        assert self.loop
        self.loop.call_soon_threadsafe(work)

    def drop_sockets(self) -> None:
        sockets = [*self.boards, *(one for sockets in self.chats.values() for one in sockets)]
        self.boards.clear()
        self.chats.clear()
        for socket in sockets:
            socket.close(1001)

    # What the routes do.

    def command(self, session_id: str, frame: wire.ClientFrame) -> wire.Accepted:
        self.commands.append(frame)
        assert self.loop
        match frame:
            case wire.Say() if frame.id not in self.said:
                self.said.append(frame.id)
                self.settle(session_id, wire.MessageQueued, message_id=frame.id, text=frame.text)
                self.loop.call_soon(self.play, self, session_id, frame)
            case wire.Answer():
                if frame.question_id not in self.questions:
                    raise Refused(409, wire.ErrorBody(message="Too late.", reason="Conflict", code="already_answered"))
                del self.questions[frame.question_id]
                self.settle(
                    session_id,
                    wire.QuestionAnswered,
                    question_id=frame.question_id,
                    behavior=frame.behavior,
                    by="test",
                    message=frame.message,
                )
                self.on_answer(self, session_id, frame)
            case wire.CancelQueued():
                self.settle(session_id, wire.MessageCancelled, message_id=frame.id)
            case wire.Interrupt():
                self.on_interrupt(self, session_id)
        return wire.Accepted(seq=len(self.events.get(session_id, [])))

    def create(self, body: wire.CreateWorkspace) -> wire.Workspace:
        if body.key in self.keys:
            return next(one for one in self.workspaces if one.id == self.keys[body.key])
        made = workspace(f"w{next(self.ids)}", body.name or "task", WorkspaceStatus.PROVISIONING)
        self.workspaces.append(made)
        if body.key:
            self.keys[body.key] = made.id
        assert self.loop
        self.loop.call_soon(self.on_create, self, made)
        return made


class Refused(Exception):
    def __init__(self, status: int, body: wire.ErrorBody) -> None:
        self.status, self.body = status, body


class Rest(tornado.web.RequestHandler):
    def initialize(self, fake: FakeFactory) -> None:
        self.fake = fake

    def prepare(self) -> None:
        if self.request.headers.get("Authorization") != f"token {TOKEN}":
            self.set_status(403)
            self.finish("Forbidden")

    def get(self, path: str) -> None:
        self.answer(path)

    post = get

    def answer(self, path: str) -> None:
        try:
            if path in self.fake.refusals:
                raise Refused(*self.fake.refusals[path])
            self.finish(msgspec.json.encode(self.route(path)))
        except Refused as refused:
            self.set_status(refused.status)
            self.finish(msgspec.json.encode(refused.body))

    def route(self, path: str) -> Any:
        fake, body = self.fake, self.request.body
        match [self.request.method, *path.split("/")]:
            case ["GET", "projects"]:
                return fake.projects
            case ["POST", "projects"]:
                wanted = msgspec.json.decode(body, type=wire.AddProject)
                known = [one for one in fake.projects if wanted.repo_path.startswith(one.repo_path)]
                if known:
                    raise Refused(409, wire.ErrorBody(message="It is a project already.", reason="", code="conflict"))
                fake.projects.append(project(f"p{next(fake.ids)}", wanted.repo_path))
                return fake.projects[-1]
            case ["GET", "workspaces"]:
                return fake.workspaces
            case ["GET", "workspaces", id]:
                return next(one for one in fake.workspaces if one.id == id)
            case ["POST", "workspaces"]:
                self.set_status(201)
                return fake.create(msgspec.json.decode(body, type=wire.CreateWorkspace))
            case ["POST", "workspaces", id, "retry"]:
                again = next(one for one in fake.workspaces if one.id == id)
                again = msgspec.structs.replace(again, status=WorkspaceStatus.PROVISIONING)
                fake.change(again)
                assert fake.loop
                fake.loop.call_soon(fake.on_create, fake, again)
                return again
            case ["GET", "sessions"]:
                wanted = self.get_query_argument("workspace_id", None)
                return [one for one in fake.sessions if wanted in {None, one.workspace_id}]
            case ["POST", "sessions"]:
                asked = msgspec.json.decode(body, type=wire.CreateSession)
                made = session(f"s{next(fake.ids)}", asked.workspace_id)
                if asked.name:
                    made = msgspec.structs.replace(made, name=asked.name)
                if asked.fork:
                    fake.forks.append(asked.fork)
                fake.sessions.append(made)
                fake.events[made.id] = []
                return made
            case ["POST", "sessions", id, "commands"]:
                return fake.command(id, msgspec.json.decode(body, type=wire.ClientFrame))
            case ["GET", "sessions", id, "events"]:
                since, limit = int(self.get_query_argument("since")), int(self.get_query_argument("limit"))
                return [event for event in fake.events[id] if event.seq > since][:limit]
            case ["GET", "health"]:
                gh = wire.HealthCheck(status="degraded", message="gh is not logged in.", fix="gh auth login")
                return wire.Health(status="degraded", checks={"gh": gh}, version="0")
            case ["GET", "questions"]:
                return list(fake.questions.values())
        raise Refused(404, wire.ErrorBody(message=f"no {path}", reason="Not Found", code="not_found"))


class Socket(tornado.websocket.WebSocketHandler):
    def initialize(self, fake: FakeFactory) -> None:
        self.fake = fake

    async def get(self, *args: str) -> None:
        if self.request.headers.get("Authorization") != f"token {TOKEN}":
            raise tornado.web.HTTPError(403)
        await super().get(*args)

    def tell(self, frame: wire.ServerFrame | wire.BoardFrame) -> None:
        with suppress(tornado.websocket.WebSocketClosedError):  # The client has just left.
            self.write_message(msgspec.json.encode(frame).decode())


class ChatSocket(Socket):
    def open(self, session_id: str) -> None:
        fake, self.session_id = self.fake, session_id
        since = int(self.get_query_argument("since", "0"))
        log = fake.events.setdefault(session_id, [])
        row = next((one for one in fake.sessions if one.id == session_id), session(session_id, "w1"))
        hello = wire.Hello(session=msgspec.structs.replace(row, last_seq=len(log)), last_seq=len(log), version="0")
        self.tell(hello)
        for event in log[since:]:
            self.tell(event)
        fake.chats.setdefault(session_id, set()).add(self)

    def on_message(self, message: str | bytes) -> None:
        self.fake.command(self.session_id, msgspec.json.decode(message, type=wire.ClientFrame))

    def on_close(self) -> None:
        self.fake.chats.get(self.session_id, set()).discard(self)


class BoardSocket(Socket):
    def open(self) -> None:
        fake = self.fake
        snapshot = wire.Snapshot(
            projects=fake.projects, workspaces=fake.workspaces, questions=list(fake.questions.values())
        )
        self.tell(snapshot)
        fake.boards.add(self)

    def on_close(self) -> None:
        self.fake.boards.discard(self)


@contextmanager
def serving(fake: FakeFactory) -> Iterator[FakeFactory]:
    """``fake`` listens on loopback, on a loop in a thread of its own."""
    listening, stop = threading.Event(), asyncio.Event()
    mistakes: list[dict[str, Any]] = []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # A client that leaves while something is written to it is no mistake of a test.
        if not isinstance(context.get("exception"), (tornado.websocket.WebSocketClosedError, StreamClosedError)):
            mistakes.append(context)

    async def serve() -> None:
        fake.loop = asyncio.get_running_loop()
        fake.loop.set_exception_handler(note)
        given = {"fake": fake}
        application = tornado.web.Application(
            [
                (rf"{BASE}factory/api/(.+)", Rest, given),
                (rf"{BASE}factory/chat/(\w+)", ChatSocket, given),
                (rf"{BASE}factory/board", BoardSocket, given),
            ]
        )
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        fake.port = sockets[0].getsockname()[1]
        server = tornado.httpserver.HTTPServer(application)
        server.add_sockets(sockets)
        listening.set()
        await stop.wait()
        server.stop()
        fake.drop_sockets()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert listening.wait(5)
    try:
        yield fake
    finally:
        fake.soon(stop.set)
        thread.join(30)
        assert not thread.is_alive()
        assert mistakes == []
