"""Conversations with Claude Code: asking, listening, stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from factory_jupyter.errors import FactoryError, NotFound
from factory_jupyter.model import wire
from factory_jupyter.model.transcript import Transcript, fold
from factory_jupyter.notebook import attachments as attached
from factory_jupyter.notebook.aio import questions
from factory_jupyter.notebook.aio.questions import Answers, OnQuestion, Scope
from factory_jupyter.notebook.attachments import Attachable
from factory_jupyter.notebook.transport import Server, error_of
from factory_jupyter.notebook.turns import Event, Turn, TurnReader, message_id, turn_of
from factory_jupyter.notebook.views import SessionView

# Seconds for taking a message back or interrupting its turn, when the one who asked does not want the answer any more.
CLEAN_UP_S: Final = 5.0
_PAGE: Final = 1000  # settled events for each request


class Talk:
    """What can be said to a session, or through a workspace to its first session."""

    async def session(self) -> Session:
        """The conversation that hears what is said here."""
        raise NotImplementedError

    async def ask(
        self,
        text: str,
        *,
        key: str | None = None,
        attachments: Sequence[Attachable] = (),
        on_question: OnQuestion | None = None,
        timeout: float | None = None,
    ) -> Turn:
        """Say ``text`` and wait for the end of the turn.

        While the session works on something else the message waits in its queue. With ``key`` the same text is said
        once: asking again (Run All) gives the turn that is already there. ``on_question`` is called with each
        question; without it a person is awaited. ``attachments`` are paths of images or text files, or matplotlib
        figures. When the cell is interrupted, or ``timeout`` seconds have passed (`TimeoutError`), the turn is
        interrupted too. A turn that ends with an error is returned; see `Turn.raise_for_error`.
        """
        session = await self.session()
        reader = TurnReader(message_id(key, text))
        try:
            async with asyncio.timeout(timeout) as limit:
                async with aclosing(session.exchange(reader, text, key, attachments, on_question)) as events:
                    async for _ in events:
                        pass
        except TimeoutError:
            if limit.expired():
                raise TimeoutError(f"The turn had not ended after {timeout} s, so it was interrupted.") from None
            raise
        return turn_of(reader.settled, session.worktree)

    async def stream(
        self,
        text: str,
        *,
        key: str | None = None,
        attachments: Sequence[Attachable] = (),
        on_question: OnQuestion | None = None,
    ) -> AsyncGenerator[Event]:
        """Say ``text`` and watch the turn: its settled events and the deltas between them, until `wire.TurnFinished`.

        As `ask`, except that leaving the loop early leaves the turn running.
        """
        session = await self.session()
        reader = TurnReader(message_id(key, text))
        async with aclosing(session.exchange(reader, text, key, attachments, on_question)) as events:
            async for event in events:
                yield event

    async def say(self, text: str, *, key: str | None = None, attachments: Sequence[Attachable] = ()) -> None:
        """Put a message into the queue, without waiting for an answer; the same ``key`` and text are said once."""
        session = await self.session()
        await session.command(wire.Say(id=message_id(key, text), text=text, attachments=attached.read(attachments)))

    async def wait(self, *, on_question: OnQuestion | None = None) -> Turn | None:
        """Wait until the session has nothing to do. Its last turn, or None when there was none."""
        return await (await self.session()).watch(on_question)

    async def interrupt(self) -> None:
        """Stop the turn; the process stays."""
        await (await self.session()).command(wire.Interrupt())

    async def stop(self) -> None:
        """End Claude's process; the next message resumes the conversation."""
        await (await self.session()).command(wire.Stop())


class Session(Talk, SessionView):
    """A conversation with Claude Code in a workspace."""

    def __init__(self, server: Server, info: wire.Session, worktree: str | None = None) -> None:
        self.server = server
        self._info = info
        self.worktree = worktree

    @property
    def info(self) -> wire.Session:
        """Every field that the server knows."""
        return self._info

    async def session(self) -> Session:
        """Itself."""
        return self

    async def refresh(self) -> None:
        """Ask the server again for `info`."""
        self._info = await self.server.call("GET", f"sessions/{self.id}", wire.Session)

    async def answer(
        self,
        question_id: str,
        behavior: questions.Behavior,
        *,
        message: str | None = None,
        answers: Answers | None = None,
        scope: Scope = "once",
        permission_mode: wire.PermissionMode | None = None,
    ) -> None:
        """Answer a question of this session by its id; `Question.allow` and `Question.deny` read better."""
        await self.command(
            wire.Answer(
                question_id=question_id,
                behavior=behavior,
                message=message,
                answers=answers,
                scope=scope,
                permission_mode=permission_mode,
            )
        )

    async def set_model(self, model: str) -> None:
        """Use another model from the next request on."""
        await self.command(wire.SetModel(model=model))

    async def set_permission_mode(self, permission_mode: wire.PermissionMode) -> None:
        """Change what may happen without asking."""
        await self.command(wire.SetPermissionMode(permission_mode=permission_mode))

    async def events(self, since: int = 0) -> list[wire.SettledEvent]:
        """Every settled event after number ``since``, in order."""
        return await events_of(self.server, self.id, since)

    async def transcript(self) -> Transcript:
        """The conversation as it is drawn: turns with messages, text, tools and questions."""
        return fold(await self.events())

    async def exchange(
        self,
        reader: TurnReader,
        text: str,
        key: str | None,
        attachments: Sequence[Attachable],
        on_question: OnQuestion | None,
    ) -> AsyncGenerator[Event]:
        """Say the message of ``reader`` as soon as somebody listens, and give the events of its turn."""
        assert reader.message_id
        say: wire.Say | None = wire.Say(id=reader.message_id, text=text, attachments=attached.read(attachments))
        # What was asked with a key may have been answered long ago.
        since = 0 if key else self.info.last_seq
        try:
            async with aclosing(self.server.chat(self.id, since)) as frames:
                async for frame in frames:
                    self._note(frame)
                    if say and isinstance(frame, wire.Hello):
                        await self.command(say)
                        say = None
                    for event in reader.take(frame):
                        yield event
                        if isinstance(event, wire.QuestionAsked):
                            await self._put(event, on_question)
                    if reader.is_finished:
                        return
        except asyncio.CancelledError:
            await self._abandon(reader)
            raise

    async def watch(self, on_question: OnQuestion | None) -> Turn | None:
        """Follow the session until it has nothing to do; its last turn."""
        reader, last, queued = TurnReader(), None, set[str]()
        seen = known = 0
        async with aclosing(self.server.chat(self.id)) as frames:
            async for frame in frames:
                self._note(frame)
                match frame:
                    case wire.Hello():
                        known = frame.last_seq
                    case wire.MessageQueued(message_id=id):
                        queued.add(id)
                    case wire.MessageSent(message_id=id) | wire.MessageCancelled(message_id=id):
                        queued.discard(id)
                    case wire.QuestionAsked():
                        await self._put(frame, on_question)
                if isinstance(frame, wire.Settled):
                    seen = frame.seq
                reader.take(frame)
                if reader.is_finished:
                    last, reader = turn_of(reader.settled, self.worktree), TurnReader()
                if seen >= known and not queued and not reader.is_open:
                    break
        return last

    async def _put(self, asked: wire.QuestionAsked, on_question: OnQuestion | None) -> None:
        try:
            await questions.put(self.server, asked, on_question, self.worktree)
        except Exception:
            # Nobody will answer now: a turn that waits for ever helps nobody.
            await self.interrupt()
            raise

    async def _abandon(self, reader: TurnReader) -> None:
        """Take the message back, or stop its turn. The asker is leaving, so failures are not raised."""
        assert reader.message_id
        try:
            async with asyncio.timeout(CLEAN_UP_S):
                if not reader.is_sent:
                    try:
                        await self.command(wire.CancelQueued(id=reader.message_id))
                    except FactoryError:
                        await self.interrupt()  # It was sent at this moment.
                else:
                    await self.interrupt()
        except (FactoryError, TimeoutError):
            pass

    def _note(self, frame: wire.ServerFrame) -> None:
        match frame:
            case wire.Hello(session=session) | wire.SessionChanged(session=session):
                self._info = session
            case wire.Settled(seq=seq):
                self._info = msgspec.structs.replace(self._info, last_seq=seq)
            case wire.ErrorFrame(code=code, message=message):
                raise error_of(code, message)

    async def command(self, frame: wire.ClientFrame) -> None:
        """Send any client frame; a refusal is raised."""
        await self.server.call("POST", f"sessions/{self.id}/commands", wire.Accepted, frame)


async def events_of(server: Server, session_id: str, since: int = 0) -> list[wire.SettledEvent]:
    """Every settled event of a session after number ``since``, asked for a page at a time."""
    events: list[wire.SettledEvent] = []
    while True:
        query = {"since": events[-1].seq if events else since, "limit": _PAGE}
        page = await server.call("GET", f"sessions/{session_id}/events", list[wire.SettledEvent], query=query)
        events += page
        if len(page) < _PAGE:
            return events


class Sessions:
    """The sessions of one workspace."""

    def __init__(self, server: Server, workspace_id: str, worktree: str | None) -> None:
        self.server = server
        self._workspace_id = workspace_id
        self._worktree = worktree

    async def list(self) -> Sequence[Session]:
        """All of them, oldest first."""
        query = {"workspace_id": self._workspace_id}
        found = await self.server.call("GET", "sessions", list[wire.Session], query=query)
        return [Session(self.server, info, self._worktree) for info in sorted(found, key=lambda info: info.created_at)]

    async def get(self, name: str) -> Session:
        """The session with this name or id; raises `NotFound`."""
        for session in await self.list():
            if name in {session.id, session.name}:
                return session
        raise NotFound("session", name)

    async def create(
        self,
        name: str | None = None,
        *,
        workflow: wire.Workflow | None = None,
        model: str | None = None,
        permission_mode: wire.PermissionMode | None = None,
        resume: str | None = None,
        fork: SessionView | None = None,
    ) -> Session:
        """Begin another conversation.

        ``resume`` is the id of a conversation of the plain CLI in this worktree; ``fork`` is a session to copy.

        Raises `SessionLimit` when the workspace has as many as it may have.
        """
        body = wire.CreateSession(
            workspace_id=self._workspace_id,
            name=name,
            workflow=workflow,
            model=model,
            permission_mode=permission_mode,
            resume=resume,
            fork=fork.id if fork else None,
        )
        return Session(self.server, await self.server.call("POST", "sessions", wire.Session, body), self._worktree)
