"""The agent's process of a session: started or resumed when needed, read until it ends, closed however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, Protocol

from factory_jupyter.errors import FactoryError
from factory_jupyter.model import agent, wire
from factory_jupyter.model.states import SessionStatus
from factory_jupyter.services.conversation_locks import ConversationLocks
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.session_events import take
from factory_jupyter.services.session_logs import Direction, SessionLog, SessionLogs
from factory_jupyter.services.session_record import SessionRecord
from factory_jupyter.tools.claude_failures import ClaudeFailed

log = logging.getLogger(__name__)

_MAX_BACKLOG: Final = 1000  # writes of a feed at which the agent's events wait for the disk
_FAIR_SHARE: Final = 50  # events of a burst after which the other sessions have their turn
_STOP_S: Final = 20.0

Ending = Literal["stop", "stuck", "lost", "server"]
"""Why we end a process."""

_REASONS: Final[Mapping[Ending, str]] = {
    "stop": "The session was stopped. The next message resumes the conversation.",
    "stuck": "Claude did not react to the interrupt, so its process was ended. The next message resumes.",
    "lost": "The transcript could not be stored, so Claude was stopped. Free the disk, then resume with a message.",
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
    """What every session uses.

    ``options`` takes the record, the folder and whether to resume; ``revoke`` ends the token that they carry.
    """

    workspaces: Workspaces
    starter: agent.AgentStarter
    limiter: RateLimiter
    locks: ConversationLocks
    logs: SessionLogs
    options: Callable[[SessionRecord, Path, bool], Awaitable[agent.AgentOptions]]
    revoke: Callable[[str], None]


class SessionProcess:
    """At most one process for a session. ``on_rest`` is called when a turn or the process has ended."""

    def __init__(self, record: SessionRecord, surroundings: Surroundings, on_rest: Callable[[], None]) -> None:
        self.agent: agent.AgentSession | None = None
        """The running agent."""
        self.turn_over = asyncio.Event()
        self.handing_over = asyncio.Lock()
        """While it is held no event of the agent is taken."""
        self._record = record
        self._around = surroundings
        self._on_rest = on_rest
        self._conversation: str | None = None
        self._log: SessionLog | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._ending: Ending | None = None
        self._broken_off = False

    @property
    def is_alive(self) -> bool:
        """Whether a process runs, or is about to."""
        return self.agent is not None or self._starting.locked()

    def write(self, direction: Direction, text: str) -> None:
        """Add to the log file of this run."""
        if self._log:
            self._log.write(direction, text)

    # --- Start -------------------------------------------------------------------------------------------------------

    async def ensure(self) -> agent.AgentSession:
        """The running agent, started or resumed when there is none. Raises `errors.FactoryError` with the reason."""
        async with self._starting:
            if self.agent is None:
                try:
                    self.agent = await self._start()
                except ClaudeFailed as error:
                    if error.failure.code != "conversation_not_found":
                        raise
                    self.agent = await self._start_afresh()
            return self.agent

    async def _start_afresh(self) -> agent.AgentSession:
        """Claude does not know the conversation any more, for example because its files were removed."""
        self._record.say(
            "warning",
            "Claude Code does not have this conversation any more, so a new one begins here. "
            "The transcript above is kept, but Claude has not read it.",
            "conversation_lost",
        )
        self._record.update(claude_session_id=None)
        return await self._start()

    async def _start(self) -> agent.AgentSession:
        record = self._record
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
            self._around.revoke(record.row.id)
            await self._unlock()
            if record.row.status is SessionStatus.RUNNING:
                # Cancelled is not failed: the server stops.
                await record.move(SessionStatus.FAILED if isinstance(error, Exception) else SessionStatus.IDLE)
            self.write("info", f"could not be started: {error}")
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

    # --- Read --------------------------------------------------------------------------------------------------------

    async def _read(self, running: agent.AgentSession) -> None:
        """The one continuous reader of the agent's events."""
        died = agent.Died(reason="Claude's events ended without a word.", expected=False)
        taken = 0
        try:
            async for event in running.events():
                if isinstance(event, agent.Died):
                    died = event
                    break
                async with self.handing_over:
                    await self._take(event)
                taken += 1
                if taken % _FAIR_SHARE == 0:
                    await asyncio.sleep(0)
                if self._record.feed.backlog > _MAX_BACKLOG:
                    await self._record.feed.drain()
        except Exception:
            log.exception("An event of session %s could not be taken", self._record.row.id)
            reason = "Something went wrong inside factory-jupyter; the server's log has the details."
            died = agent.Died(reason=reason, expected=False)
            with contextlib.suppress(FactoryError):
                await running.stop()
        await self._close(died)

    async def _take(self, event: agent.AgentEvent) -> None:
        if not isinstance(event, agent.Partial):
            self.write("agent", repr(event))
        if isinstance(event, agent.ConversationNamed):
            await self._rename_conversation(event.claude_session_id)
            return
        if isinstance(event, agent.TurnEnded) and self._broken_off:
            # The agent only knows that it was interrupted; nobody wanted this turn to end.
            event = replace(event, is_error=True, reason="server_stopped", result=_REASONS["server"])
        take(self._record, event)
        if isinstance(event, agent.TurnEnded):
            self.turn_over.set()
            self._on_rest()

    async def _rename_conversation(self, claude_session_id: str) -> None:
        """The CLI goes on under another id (``/clear``): it is the one to resume."""
        if claude_session_id != self._record.row.claude_session_id:
            await self._unlock()
            self._record.update(claude_session_id=claude_session_id)
            await self._lock(claude_session_id)

    # --- End ---------------------------------------------------------------------------------------------------------

    async def stop(self, ending: Ending) -> None:
        """End the process. Returns when it has ended. Harmless without one."""
        record = self._record
        async with self._starting:  # a process that is starting is ended when it has started
            running, reader = self.agent, self._reader
        if running is None or reader is None:
            return
        self._ending = self._ending or ending
        self._broken_off = self._ending == "server" and record.in_turn
        record.is_stopping = True
        record.announce()
        self.write("client", f"stop: {ending}")
        async with asyncio.timeout(_STOP_S):
            await running.stop()
            await asyncio.shield(reader)

    async def _close(self, died: agent.Died) -> None:
        """The process is gone, whoever ended it: close the turn, the questions and the tool cards."""
        record, ending = self._record, self._ending
        expected = died.expected or ending is not None
        reason = _REASONS[ending] if ending else died.reason
        record.questions.withdraw_all(reason)
        if record.in_turn:
            # An expected end is what the person wanted, so it is no error; that of the server is one.
            how = "agent_died" if not expected else "server_stopped" if self._broken_off else "interrupted"
            record.end_turn(
                agent.TurnEnded(is_error=how != "interrupted", reason=how, result=reason, error_code=died.error_code)
            )
        self.agent = None
        self._around.revoke(record.row.id)
        record.is_alive = record.is_stopping = False
        if not expected:
            record.queue_paused = True
        stopped = wire.SessionStopped(**record.stamp(), reason=reason)
        status = _status_after(died, expected=expected, broken_off=self._broken_off)
        with contextlib.suppress(FactoryError):
            await record.move(status, [stopped], agent_pid=None, agent_started_at=None)
        await self._unlock()
        self.write("info", f"ended: {died}")
        self.turn_over.set()
        record.announce()
        self._on_rest()


def _status_after(died: agent.Died, *, expected: bool, broken_off: bool) -> SessionStatus:
    if broken_off:
        return SessionStatus.PAUSED
    if expected:
        return SessionStatus.IDLE
    return SessionStatus.COMPLETED if died.exit_code == 0 else SessionStatus.FAILED
