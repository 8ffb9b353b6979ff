"""The owner of a session that is open in memory: starts the agent when it is needed, hands messages over, ends it.

Three things run at the same time and never wait for each other's slow parts: commands of people, the owner's task
(which starts the agent and sends the next message), and the reader of the agent's events. What they share changes
between two awaits, so one lock is enough: the reader waits while a message is handed over, so that the transcript says
"sent" before it says what came of it.

The queue goes on by itself as long as turns end well. After an interrupt, a stop or a failure it pauses, and waits for
the next message or for `wire.SendQueued`: nothing that a person has stopped starts again by surprise.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Protocol

from factory_jupyter.errors import AgentFailed, Conflict, FactoryError
from factory_jupyter.model import agent, wire
from factory_jupyter.model.states import SessionStatus, WorkspaceStatus
from factory_jupyter.services.conversation_locks import ConversationLocks
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.session_events import take
from factory_jupyter.services.session_logs import SessionLog, SessionLogs
from factory_jupyter.services.session_record import SessionRecord
from factory_jupyter.store.rows import MessageRow
from factory_jupyter.tools.claude_failures import ClaudeFailed

log = logging.getLogger(__name__)

_MAX_BACKLOG: Final = 1000  # writes of a feed at which the agent's events wait for the disk
_INTERRUPT_S: Final = 10.0  # how long a turn may go on after an interrupt before its process is ended
_STOP_S: Final = 20.0

Ending = Literal["stop", "stuck", "lost", "archive", "server"]
_REASONS: Final[Mapping[Ending, str]] = {
    "stop": "The session was stopped. The next message resumes the conversation.",
    "stuck": "Claude did not react to the interrupt, so its process was ended. The next message resumes.",
    "lost": "The transcript could not be stored, so Claude was stopped. Free the disk, then resume with a message.",
    "archive": "The workspace was archived.",
    "server": "The server stopped. The next message resumes the conversation.",
}


class Workspaces(Protocol):
    """What a session must know of its workspace (`WorkspaceService`)."""

    async def get(self, id: str) -> wire.Workspace:
        """Raises `errors.NotFound`."""

    async def location(self, id: str) -> Path:
        """The worktree's folder. Raises `errors.Conflict` when there is none to work in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every session uses. ``options`` takes the record, the folder and whether to resume."""

    workspaces: Workspaces
    starter: agent.AgentStarter
    limiter: RateLimiter
    locks: ConversationLocks
    logs: SessionLogs
    options: Callable[[SessionRecord, Path, bool], Awaitable[agent.AgentOptions]]


class SessionRunner:
    """One open session."""

    def __init__(self, record: SessionRecord, surroundings: Surroundings) -> None:
        self.record = record
        self._around = surroundings
        self._agent: agent.AgentSession | None = None
        self._conversation: str | None = None
        self._log: SessionLog | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ending: Ending | None = None
        self._broken_off = False
        self._starting = asyncio.Lock()
        self._handing_over = asyncio.Lock()
        self._turn_over = asyncio.Event()
        self._wanted = asyncio.Event()
        self._owner = asyncio.create_task(self._own(), name=f"session-{record.row.id}")

    @property
    def is_alive(self) -> bool:
        """Whether a process runs, or is about to."""
        return self._agent is not None or self._starting.locked()

    def wake(self) -> None:
        """Something has changed that a queued message may have waited for."""
        self._wanted.set()

    # --- The owner's task: start and hand over ----------------------------------------------------------------------

    async def _own(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                while self._may_send():
                    if not await self._send_next():
                        break
            except Exception:
                log.exception("The owner of session %s met a bug", self.record.row.id)
                self._give_up("Something went wrong inside factory-jupyter; the server's log has the details.", None)

    def _may_send(self) -> bool:
        record = self.record
        return bool(len(record.queue)) and not (record.in_turn or record.queue_paused or record.is_stopping)

    async def _send_next(self) -> bool:
        """Send the head of the queue; False when it has to wait."""
        record = self.record
        try:
            workspace = await self._around.workspaces.get(record.row.workspace_id)
            if workspace.status is not WorkspaceStatus.READY:
                return False  # `wake` comes when it is
            record.is_starting = True
            record.announce()
            running = await self.ensure_agent()
            await self._wait_for_limit()
            if self._agent is running and self._may_send() and (head := record.queue.head):
                await self._hand_over(running, head)
            return self._agent is running
        except FactoryError as error:
            self._give_up(error.message, _code_of(error))
            return False
        finally:
            record.is_starting = False
            record.announce()

    async def _wait_for_limit(self) -> None:
        limiter = self._around.limiter
        if delay := limiter.delay():
            retry = wire.ApiRetry(attempt=1, delay_ms=round(delay * 1000), status=429, reason="factory_rate_limit")
            self.record.feed.tell(retry)
        await limiter.acquire()

    def _give_up(self, reason: str, code: str | None) -> None:
        """Say why nothing is sent; what waits stays."""
        self.record.queue_paused = True
        self.record.say("error", reason, code)
        self.record.notify("failed", reason)
        self.record.announce()

    async def _hand_over(self, running: agent.AgentSession, row: MessageRow) -> None:
        try:
            message = await self.record.queue.take(row)
            async with self._handing_over:
                self._turn_over.clear()
                self._write("client", f"say {row.id}: {row.text}")
                await running.send(message)
                self.record.queue.sent(row)
                self.record.begin_turn()
        finally:
            self.record.queue.put_back()

    # --- The process -------------------------------------------------------------------------------------------------

    async def ensure_agent(self) -> agent.AgentSession:
        """The running agent, started or resumed when there is none. Raises `errors.FactoryError` with the reason."""
        async with self._starting:
            if self._agent is None:
                try:
                    self._agent = await self._start()
                except ClaudeFailed as error:
                    if error.failure.code != "conversation_not_found":
                        raise
                    self._agent = await self._start_afresh()
            return self._agent

    async def _start_afresh(self) -> agent.AgentSession:
        """Claude does not know the conversation any more, for example because its files were removed."""
        self.record.say(
            "warning",
            "Claude Code does not have this conversation any more, so a new one begins here. "
            "The transcript above is kept, but Claude has not read it.",
            "conversation_lost",
        )
        self.record.update(claude_session_id=None)
        return await self._start()

    async def _start(self) -> agent.AgentSession:
        record = self.record
        folder = await self._around.workspaces.location(record.row.workspace_id)
        resumes = record.row.claude_session_id is not None and record.row.turns > 0
        conversation = record.row.claude_session_id if resumes else str(uuid.uuid4())
        assert conversation is not None
        await self._lock(conversation)
        try:
            # Known before the process runs: whatever happens next, the conversation can be found again.
            await record.move(SessionStatus.RUNNING, claude_session_id=conversation)
            self._log = self._around.logs.open(record.row.id, f"{'resume' if resumes else 'start'} {conversation}")
            starting = self._around.starter(await self._around.options(record, folder, resumes))
            identity = await starting.start()
        except BaseException as error:
            await self._unlock()
            if record.row.status is SessionStatus.RUNNING:
                # Cancelled is not failed: the server stops.
                await record.move(SessionStatus.FAILED if isinstance(error, Exception) else SessionStatus.IDLE)
            self._write("info", f"could not be started: {error}")
            raise
        record.update(agent_pid=identity.pid, agent_started_at=identity.started_at)
        record.is_alive = True
        self._ending, self._broken_off = None, False
        if resumes:
            record.say("info", "The conversation goes on where it stopped.", "resumed")
        self._reader = asyncio.create_task(self._read(starting), name=f"reader-{record.row.id}")
        return starting

    async def _lock(self, conversation: str) -> None:
        await self._around.locks.acquire(conversation)
        self._conversation = conversation

    async def _unlock(self) -> None:
        if self._conversation is not None:
            conversation, self._conversation = self._conversation, None
            await self._around.locks.release(conversation)

    async def _read(self, running: agent.AgentSession) -> None:
        """The one continuous reader of the agent's events."""
        died = agent.Died(reason="Claude's events ended without a word.", expected=False)
        try:
            async for event in running.events():
                if isinstance(event, agent.Died):
                    died = event
                    break
                async with self._handing_over:
                    await self._take(event)
                if self.record.feed.backlog > _MAX_BACKLOG:
                    await self.record.feed.drain()
        except Exception:
            log.exception("An event of session %s could not be taken", self.record.row.id)
            died = agent.Died(
                reason="Something went wrong inside factory-jupyter; see the server's log.", expected=False
            )
            with contextlib.suppress(FactoryError):
                await running.stop()
        await self._ended(died)

    async def _take(self, event: agent.AgentEvent) -> None:
        if not isinstance(event, agent.Partial):
            self._write("agent", repr(event))
        if isinstance(event, agent.ConversationNamed):
            await self._rename_conversation(event.claude_session_id)
            return
        if isinstance(event, agent.TurnEnded) and self._broken_off:
            # The agent only knows that it was interrupted; nobody wanted this turn to end.
            event = replace(event, is_error=True, reason="server_stopped", result=_REASONS["server"])
        take(self.record, event)
        if isinstance(event, agent.TurnEnded):
            self._turn_over.set()
            self.wake()

    async def _rename_conversation(self, claude_session_id: str) -> None:
        """The CLI goes on under another id (``/clear``): it is the one to resume."""
        if claude_session_id != self.record.row.claude_session_id:
            await self._unlock()
            self.record.update(claude_session_id=claude_session_id)
            await self._lock(claude_session_id)

    async def _ended(self, died: agent.Died) -> None:
        """The process is gone, whoever ended it: close the turn, the questions and the tool cards."""
        record, ending = self.record, self._ending
        expected = died.expected or ending is not None
        status = _status_after(died, expected=expected, broken_off=self._broken_off)
        reason = _REASONS[ending] if ending else died.reason
        record.questions.withdraw_all(reason)
        if record.in_turn:
            # An expected end is what the person wanted, so it is no error; that of the server is one.
            how = "agent_died" if not expected else "server_stopped" if ending == "server" else "interrupted"
            record.end_turn(
                agent.TurnEnded(is_error=how != "interrupted", reason=how, result=reason, error_code=died.error_code)
            )
        self._agent = None
        record.is_alive = record.is_stopping = False
        if not expected:
            record.queue_paused = True
        stopped = wire.SessionStopped(**record.stamp(), reason=reason)
        with contextlib.suppress(FactoryError):
            await record.move(status, [stopped], agent_pid=None, agent_started_at=None)
        await self._unlock()
        self._write("info", f"ended: {died}")
        self._turn_over.set()
        record.announce()
        self.wake()  # for what was said while it ended

    def _write(self, direction: Literal["client", "agent", "info"], text: str) -> None:
        if self._log:
            self._log.write(direction, text)

    # --- Commands ----------------------------------------------------------------------------------------------------

    def send_queued(self) -> None:
        """Go on with a paused queue."""
        self.record.queue_paused = False
        self.record.announce()
        self.wake()

    async def interrupt(self) -> None:
        """Stop the turn and keep the process; what is queued waits. Returns when the turn has ended."""
        record = self.record
        record.queue_paused = True
        record.announce()
        running = self._agent
        if running is None or not record.in_turn:
            return
        self._write("client", "interrupt")
        try:
            async with asyncio.timeout(_INTERRUPT_S):
                await running.interrupt()
                await self._turn_over.wait()
        except TimeoutError:
            await self.stop("stuck")

    async def stop(self, ending: Ending = "stop") -> None:
        """End the process; the next message resumes. Returns when it has ended. Harmless without one."""
        record = self.record
        record.queue_paused = True
        async with self._starting:  # a process that is starting is ended when it has started
            running, reader = self._agent, self._reader
        if running is None or reader is None:
            record.announce()
            return
        self._ending = self._ending or ending
        self._broken_off = self._ending == "server" and record.in_turn
        record.is_stopping = True
        record.announce()
        self._write("client", f"stop: {ending}")
        async with asyncio.timeout(_STOP_S):
            await running.stop()
            await asyncio.shield(reader)

    async def answer(self, answer: wire.Answer, by: str) -> None:
        """Answer a question, once."""
        row = await self.record.questions.answer(answer, by)
        self.record.announce()
        self._write("client", f"answer {row.tool_name}: {answer.behavior}")
        heard = self._agent is not None and await self._agent.answer(
            row.agent_question_id,
            agent.AgentAnswer(
                behavior=answer.behavior,
                message=answer.message,
                updated_input=answer.updated_input,
                answers=answer.answers,
                scope=answer.scope,
                permission_mode=answer.permission_mode,
            ),
        )
        if not heard:
            self.record.say("warning", "The answer came too late: Claude did not wait for it any more.", "too_late")

    async def set_model(self, model: str) -> None:
        """From the next request on."""
        if model == self.record.row.model:
            return
        if self._agent:
            await self._agent.set_model(model)
        self.record.update([wire.ModelChanged(**self.record.stamp(), model=model)], model=model)
        self.record.announce()

    async def set_permission_mode(self, mode: wire.PermissionMode) -> None:
        """At once. Raises `errors.AgentFailed` with the CLI's explanation when it refuses."""
        if self._agent:
            await self._agent.set_permission_mode(mode)
        take(self.record, agent.ModeSet(permission_mode=mode))

    async def rewind(self, agent_message_id: str, dry_run: bool) -> None:
        """Put the files back to what they were before a message, and say which."""
        if self.record.in_turn:
            raise Conflict("Claude is working. Interrupt it before you rewind.")
        running = await self.ensure_agent()
        paths = await running.rewind(agent_message_id, dry_run)
        which = ", ".join(paths) or "nothing"
        if dry_run:
            self.record.say("info", f"A rewind to before this message would put back: {which}.", "rewind_preview")
        else:
            self.record.say("info", f"Files were put back to before this message: {which}.", "rewound")

    async def forget_conversation(self) -> None:
        """Without a process: the next message starts a new conversation."""
        if self._agent is not None:
            raise AgentFailed("Claude runs; send /clear instead.")
        self.record.update(claude_session_id=None)
        self.record.say("info", "The conversation was cleared; Claude starts afresh.", "conversation_cleared")

    async def close(self, ending: Ending) -> None:
        """End everything; the runner is of no more use."""
        self._owner.cancel()  # a start that is under way ends its process itself
        with contextlib.suppress(asyncio.CancelledError):
            await self._owner
        with contextlib.suppress(TimeoutError):
            await self.stop(ending)
        await self.record.feed.drain()


def _status_after(died: agent.Died, *, expected: bool, broken_off: bool) -> SessionStatus:
    if broken_off:
        return SessionStatus.PAUSED
    if expected:
        return SessionStatus.IDLE
    return SessionStatus.COMPLETED if died.exit_code == 0 else SessionStatus.FAILED


def _code_of(error: FactoryError) -> str:
    return error.failure.code if isinstance(error, ClaudeFailed) else error.code
