"""The owner of a session that is open in memory: hands messages over to the agent, and carries out what people say.

Three things run at the same time and never wait for each other's slow parts: commands of people, the owner's task
(which has the agent started and sends the next message), and the reader of the agent's events. What they share changes
between two awaits, so one lock is enough: the reader waits while a message is handed over, so that the transcript says
"sent" before it says what came of it.

The queue goes on by itself as long as turns end well. After an interrupt, a stop or a failure it pauses, and waits for
the next message or for `wire.SendQueued`: nothing that a person has stopped starts again by surprise.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from factory_jupyter.errors import AgentFailed, Conflict, FactoryError
from factory_jupyter.model import agent, wire
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.services.session_events import take
from factory_jupyter.services.session_process import Ending, SessionProcess, Surroundings
from factory_jupyter.services.session_record import SessionRecord
from factory_jupyter.store.rows import MessageRow
from factory_jupyter.tools.claude_failures import ClaudeFailed

log = logging.getLogger(__name__)

_INTERRUPT_S: Final = 10.0  # how long a turn may go on after an interrupt before its process is ended


class SessionRunner:
    """One open session."""

    def __init__(self, record: SessionRecord, surroundings: Surroundings) -> None:
        self.record = record
        self._around = surroundings
        self._wanted = asyncio.Event()
        self._process = SessionProcess(record, surroundings, self.wake)
        self._owner = asyncio.create_task(self._own(), name=f"session-{record.row.id}")

    @property
    def is_alive(self) -> bool:
        """Whether a process runs, or is about to."""
        return self._process.is_alive

    def wake(self) -> None:
        """Something has changed that a queued message may have waited for."""
        self._wanted.set()

    # --- The owner's task --------------------------------------------------------------------------------------------

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
            running = await self._process.ensure()
            await self._wait_for_limit()
            if self._process.agent is running and self._may_send() and (head := record.queue.head):
                await self._hand_over(running, head)
            return self._process.agent is running
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

    async def _hand_over(self, running: agent.AgentSession, row: MessageRow) -> None:
        try:
            message = await self.record.queue.take(row)
            async with self._process.handing_over:
                self._process.turn_over.clear()
                self._process.write("client", f"say {row.id}: {row.text}")
                await running.send(message)
                self.record.queue.sent(row)
                self.record.begin_turn()
        finally:
            self.record.queue.put_back()

    def _give_up(self, reason: str, code: str | None) -> None:
        """Say why nothing is sent; what waits stays."""
        self.record.queue_paused = True
        self.record.say("error", reason, code)
        self.record.notify("failed", reason)
        self.record.announce()

    # --- Commands ----------------------------------------------------------------------------------------------------

    def send_queued(self) -> None:
        """Go on with a paused queue."""
        self.record.queue_paused = False
        self.record.announce()
        self.wake()

    async def interrupt(self) -> None:
        """Stop the turn and keep the process; what is queued waits. Returns when the turn has ended."""
        record, process = self.record, self._process
        record.queue_paused = True
        record.announce()
        running = process.agent
        if running is None or not record.in_turn:
            return
        process.write("client", "interrupt")
        try:
            async with asyncio.timeout(_INTERRUPT_S):
                await running.interrupt()
                await process.turn_over.wait()
        except TimeoutError:
            await process.stop("stuck")

    async def stop(self, ending: Ending = "stop") -> None:
        """End the process; the next message resumes. Returns when it has ended. Harmless without one."""
        self.record.queue_paused = True
        self.record.announce()
        await self._process.stop(ending)

    async def answer(self, answer: wire.Answer, by: str) -> None:
        """Answer a question, once."""
        row = await self.record.questions.answer(answer, by)
        self.record.announce()
        self._process.write("client", f"answer {row.tool_name}: {answer.behavior}")
        running = self._process.agent
        heard = running is not None and await running.answer(
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
        if self._process.agent:
            await self._process.agent.set_model(model)
        self.record.update([wire.ModelChanged(**self.record.stamp(), model=model)], model=model)
        self.record.announce()

    async def set_permission_mode(self, mode: wire.PermissionMode) -> None:
        """At once. Raises `errors.AgentFailed` with the CLI's explanation when it refuses."""
        if self._process.agent:
            await self._process.agent.set_permission_mode(mode)
        take(self.record, agent.ModeSet(permission_mode=mode))

    async def rewind(self, agent_message_id: str, dry_run: bool) -> None:
        """Put the files back to what they were before a message, and say which."""
        if self.record.in_turn:
            raise Conflict("Claude is working. Interrupt it before you rewind.")
        running = await self._process.ensure()
        self.record.announce()
        which = ", ".join(await running.rewind(agent_message_id, dry_run)) or "nothing"
        if dry_run:
            self.record.say("info", f"A rewind to before this message would put back: {which}.", "rewind_preview")
        else:
            self.record.say("info", f"Files were put back to before this message: {which}.", "rewound")

    async def forget_conversation(self) -> None:
        """Without a process: the next message starts a new conversation."""
        if self.is_alive:
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


def _code_of(error: FactoryError) -> str:
    return error.failure.code if isinstance(error, ClaudeFailed) else error.code
