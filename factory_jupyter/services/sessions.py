"""Sessions: conversations with Claude Code, for everybody who asks from outside.

A session is opened in memory (`SessionRunner`) the first time somebody looks at it or says something, and stays open.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import logging
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import (
    Conflict,
    DatabaseUnavailable,
    FactoryError,
    NotFound,
    Unavailable,
)
from factory_jupyter.model import wire
from factory_jupyter.model.agent import AgentOptions, AgentStarter
from factory_jupyter.model.states import MessageState, WorkspaceStatus
from factory_jupyter.model.workflows import WORKFLOW_PROMPTS
from factory_jupyter.services.activity import Activities
from factory_jupyter.services.agent_tools import AgentTools
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.conversation_locks import ConversationLocks
from factory_jupyter.services.conversations import History
from factory_jupyter.services.feeds import BoardFeed, Viewer
from factory_jupyter.services.message_queue import agent_message_id
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.session_creation import SessionCreation, check_mode
from factory_jupyter.services.session_logs import SessionLogs
from factory_jupyter.services.session_process import Surroundings, Workspaces
from factory_jupyter.services.session_record import SessionRecord
from factory_jupyter.services.session_recovery import recover
from factory_jupyter.services.session_runner import SessionRunner
from factory_jupyter.services.session_view import is_paused_at_start, resting_phase, shown
from factory_jupyter.services.settings import SettingsService
from factory_jupyter.store.rows import AttachmentRow, SessionRow
from factory_jupyter.tools.process import MARK, scrubbed

if TYPE_CHECKING:
    from factory_jupyter.store.stores import Stores

log = logging.getLogger(__name__)

_SHUTDOWN_S: Final = 10.0
_ALIASES: Final = ("sonnet", "opus", "haiku")


class SessionService:
    """All sessions.

    ``tools`` are what its agents may call; a session's token lives as long as its process.
    """

    def __init__(
        self,
        *,
        stores: Stores,
        config: FactoryConfig,
        clock: Clock,
        board: BoardFeed,
        activities: Activities,
        workspaces: Workspaces,
        settings: SettingsService,
        starter: AgentStarter,
        history: History,
        limiter: RateLimiter,
        logs: SessionLogs,
        tools: AgentTools | None = None,
    ) -> None:
        self._stores = stores
        self._config = config
        self._clock = clock
        self._board = board
        self._activities = activities
        self._workspaces = workspaces
        self._history = history
        self._creation = SessionCreation(
            stores=stores, config=config, clock=clock, workspaces=workspaces, settings=settings, history=history
        )
        self._limiter = limiter
        self._logs = logs
        self._tools = tools
        self._surroundings = Surroundings(
            workspaces=workspaces,
            starter=starter,
            limiter=limiter,
            locks=ConversationLocks(config.expand(config.base_dir) / "locks"),
            logs=logs,
            options=self._options,
            revoke=tools.revoke if tools else lambda _: None,
        )
        self._runners: dict[str, SessionRunner] = {}
        self._opening = asyncio.Lock()
        self._background: set[asyncio.Task[None]] = set()
        self._stopping = False

    # --- Rows --------------------------------------------------------------------------------------------------------

    async def list(self, workspace_id: str | None = None) -> builtins.list[wire.Session]:
        """Sessions in the order of their making; starts no process."""
        return [self._shown(row) for row in await self._stores.sessions.list(workspace_id)]

    async def get(self, id: str) -> wire.Session:
        """Raises `errors.NotFound`."""
        return self._shown(await self._stores.sessions.get(id))

    def _shown(self, row: SessionRow) -> wire.Session:
        runner = self._runners.get(row.id)
        return runner.record.session if runner else shown(row)

    async def create(self, body: wire.CreateSession, by: str) -> wire.Session:
        """A new conversation, one of the plain CLI (``resume``), or a copy of one of ours (``fork``).

        Raises `errors.SessionLimit`, `errors.NotFound`, `errors.Conflict`, `errors.BypassNotAllowed`.
        """
        self._refuse_while_stopping()
        workspace = await self._workspaces.get(body.workspace_id)
        if workspace.status is WorkspaceStatus.ARCHIVED:
            raise Conflict(f"The workspace {workspace.name} is archived. Restore it first.")
        siblings = await self._stores.sessions.list(workspace.id)
        if body.resume and (known := next((s for s in siblings if s.claude_session_id == body.resume), None)):
            return self._shown(known)  # it is one of ours: its next message resumes it
        if body.fork:
            origin = await self._open(body.fork)
            row, events = await self._creation.fork(body, siblings, origin.record)
        elif body.resume:
            row, events = await self._creation.imported(body, siblings, body.resume)
        else:
            row, events = await self._creation.empty(body, siblings)
        row = await self._stores.sessions.add(row, self._config.max_sessions_per_workspace, events)
        session = shown(row)
        self._activities.note(row.workspace_id, row.id, session.phase, 0, row.created_at)
        self._board.publish(wire.BoardSession(session=session))
        return session

    async def update(self, id: str, body: wire.PatchSession) -> wire.Session:
        """Change what is named in the body. Raises `errors.BypassNotAllowed`, `errors.AgentFailed`."""
        runner = await self._open(id)
        if body.permission_mode is not msgspec.UNSET:
            self.check_mode(body.permission_mode)
            await runner.set_permission_mode(body.permission_mode)
        if body.model is not msgspec.UNSET:
            await runner.set_model(body.model)
        if body.name is not msgspec.UNSET:
            runner.record.update(name=body.name)
            runner.record.announce()
        await runner.record.feed.drain()
        return runner.record.session

    async def delete(self, id: str) -> None:
        """End its process and delete it with its transcript. Raises `errors.NotFound`."""
        session = await self.get(id)
        if runner := self._runners.pop(id, None):
            await runner.close("stop")
            runner.record.feed.close()
        await self._stores.sessions.delete(id)
        self._activities.forget(session.workspace_id, id)
        self._board.publish(wire.SessionRemoved(id=id))

    async def conversations(self, workspace_id: str) -> builtins.list[wire.Conversation]:
        """Conversations of the plain CLI in this worktree that are not sessions here, the newest first."""
        folder = await self._workspaces.location(workspace_id)
        ours = {row.claude_session_id for row in await self._stores.sessions.list(workspace_id)}
        return [found for found in await self._history.conversations(folder) if found.claude_session_id not in ours]

    async def models(self) -> builtins.list[wire.ModelChoice]:
        """Models to choose from, as the CLI told them last; until a session has started, its aliases."""
        told = [runner.record.info.models for runner in self._runners.values() if runner.record.info.models]
        return told[-1] if told else [wire.ModelChoice(value=alias, display_name=alias.title()) for alias in _ALIASES]

    # --- The transcript ----------------------------------------------------------------------------------------------

    async def join(self, session_id: str, since: int) -> Viewer:
        """A viewer that has seen the settled events up to ``since``. Raises `errors.NotFound`."""
        runner = await self._open(session_id)
        return runner.record.feed.join(since)

    async def events(self, session_id: str, since: int, limit: int) -> builtins.list[bytes]:
        """Settled events after ``since``, encoded, at most ``limit``. Raises `errors.NotFound`."""
        await self._stores.sessions.get(session_id)
        found: list[bytes] = []
        while chunk := await self._stores.events.read(session_id, since + len(found), limit - len(found)):
            found += [body for _, body in chunk]
            if len(found) >= limit:
                break
        return found

    async def attachment(self, session_id: str, id: str) -> AttachmentRow:
        """An attachment with its bytes; a fork shows those of its origin. Raises `errors.NotFound`."""
        session = await self._stores.sessions.get(session_id)
        siblings = await self._stores.sessions.list(session.workspace_id)
        for holder in [session_id, *(row.id for row in siblings)]:
            with contextlib.suppress(NotFound):
                return await self._stores.messages.attachment(holder, id)
        raise NotFound("attachment", id)

    # --- Commands ----------------------------------------------------------------------------------------------------

    async def command(self, session_id: str, frame: wire.ClientFrame, by: str) -> int:
        """Carry out what a client said; the settled events up to the answered number hold the effect.

        Raises `errors.FactoryError`; then nothing was changed.
        """
        self._refuse_while_stopping()
        runner = await self._open(session_id)
        await self._obey(runner, frame, by)
        await runner.record.feed.drain()
        return runner.record.feed.last_seq

    async def _obey(self, runner: SessionRunner, frame: wire.ClientFrame, by: str) -> None:
        queue = runner.record.queue
        match frame:
            case wire.Say():
                await self._say(runner, frame, by)
            case wire.EditQueued(id=id, text=text):
                await queue.edit(id, text)
            case wire.CancelQueued(id=id):
                await queue.cancel(id)
                runner.record.announce()
            case wire.SendQueued():
                runner.send_queued()
            case wire.Interrupt():
                await runner.interrupt()
            case wire.Stop():
                await runner.stop()
            case wire.Answer():
                if frame.permission_mode:
                    self.check_mode(frame.permission_mode)
                await runner.answer(frame, by)
            case wire.SetModel(model=model):
                await runner.set_model(model)
            case wire.SetPermissionMode(permission_mode=mode):
                self.check_mode(mode)
                await runner.set_permission_mode(mode)
            case wire.Compact():
                await self._say(runner, wire.Say(id=str(uuid.uuid4()), text="/compact"), by)
            case wire.Clear() if runner.is_alive:
                await self._say(runner, wire.Say(id=str(uuid.uuid4()), text="/clear"), by)
            case wire.Clear():
                await runner.forget_conversation()
            case wire.Rewind(message_id=id, dry_run=dry_run):
                message = await self._stores.messages.get(runner.record.row.id, id)
                if message.state is not MessageState.SENT:
                    raise Conflict("Claude has not got this message, so there is nothing to put back.")
                await runner.rewind(agent_message_id(runner.record.row.id, id), dry_run)

    async def _say(self, runner: SessionRunner, said: wire.Say, by: str) -> None:
        workspace = await self._workspaces.get(runner.record.row.workspace_id)
        if workspace.status is WorkspaceStatus.ARCHIVED:
            raise Conflict(f"The workspace {workspace.name} is archived. Restore it to go on.")
        self._limiter.check()
        if await runner.record.queue.say(said, by):
            runner.send_queued()

    def check_mode(self, mode: wire.PermissionMode) -> None:
        """Raises `errors.BypassNotAllowed`, or `errors.Forbidden` for root."""
        check_mode(mode, self._config)

    # --- Opening -----------------------------------------------------------------------------------------------------

    async def _open(self, id: str) -> SessionRunner:
        if runner := self._runners.get(id):
            return runner
        async with self._opening:
            if runner := self._runners.get(id):
                return runner
            row = await self._stores.sessions.get(id)
            waiting = await self._stores.messages.queued(id)
            record = SessionRecord(
                row,
                waiting,
                stores=self._stores,
                clock=self._clock,
                board=self._board,
                activities=self._activities,
                max_queued=self._config.max_queued_messages,
                on_lost=lambda error: self._lost(id, error),
            )
            runner = self._runners[id] = SessionRunner(record, self._surroundings)
            return runner

    async def _options(self, record: SessionRecord, folder: Path, resumes: bool) -> AgentOptions:
        row, config = record.row, self._config
        self.check_mode(row.permission_mode)
        assert row.claude_session_id is not None
        return AgentOptions(
            cwd=folder,
            session_id=row.claude_session_id,
            resume=row.claude_session_id if resumes else None,
            model=row.model,
            permission_mode=row.permission_mode,
            append_system_prompt=WORKFLOW_PROMPTS[row.workflow],
            # All that the agent starts carries the mark, so that it can be found when its parents are gone.
            environment={**scrubbed(config.environment()), MARK: row.id},
            cli_path=config.claude_cli_path,
            trust_project_settings=config.trust_project_settings,
            mcp_servers=await self._tools.connection(row.id, row.workspace_id) if self._tools else {},
            allow_bypass=config.allow_bypass_permissions and not config.is_root(),
        )

    def _lost(self, id: str, error: Exception) -> None:
        """Events could not be stored: an agent that nobody can follow must not go on."""
        log.error("Events of session %s could not be stored: %s", id, error)
        runner = self._runners[id]
        message = error.message if isinstance(error, FactoryError) else "The transcript could not be stored."
        runner.record.feed.tell(wire.ErrorFrame(code=DatabaseUnavailable.code, message=message))
        if runner.is_alive:
            self._keep(runner.stop("lost"))

    def _keep(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _refuse_while_stopping(self) -> None:
        if self._stopping:
            raise Unavailable("The server is stopping. Try again when it has started.")

    # --- Life --------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring in order what an earlier server left, and go on with tasks that it had not begun."""
        for row in await recover(self._stores, self._clock.now()):
            log.info("Session %s was broken off by the end of an earlier server", row.id)
        for row in await self._stores.sessions.list():
            self._activities.note(row.workspace_id, row.id, resting_phase(row), 0, row.updated_at)
            if row.queued and not is_paused_at_start(row):
                (await self._open(row.id)).wake()
        await self._logs.prune()

    async def wake(self, workspace_id: str) -> None:
        """The workspace became READY: send what waits for it."""
        for row in await self._stores.sessions.list(workspace_id):
            if row.queued:
                (await self._open(row.id)).wake()

    async def stop(self) -> None:
        """End all processes in parallel; the server stops. Nothing can be started any more."""
        self._stopping = True
        closing = [asyncio.ensure_future(runner.close("server")) for runner in self._runners.values()]
        if closing:
            _, late = await asyncio.wait(closing, timeout=_SHUTDOWN_S)
            for task in late:
                task.cancel()
            results = await asyncio.gather(*closing, return_exceptions=True)
            for error in results:
                if isinstance(error, Exception):
                    log.error("A session did not stop in order: %s", error)
        for runner in self._runners.values():
            runner.record.feed.close()
        self._runners.clear()
        await self._logs.close()
