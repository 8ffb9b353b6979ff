"""The real Claude Code CLI as an agent: `model.agent.AgentSession` on the Claude Agent SDK.

One owner, one continuous reader that never waits for anybody, and one end: whatever ends the process, its questions are
withdrawn, what it started is ended too, and `Died` is the last event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model.agent import (
    AgentAnswer,
    AgentEvent,
    AgentMessage,
    AgentOptions,
    AgentSession,
    Died,
    InfoTold,
    ProcessIdentity,
    TurnBegan,
    TurnEnded,
)
from factory_jupyter.model.wire import PermissionMode
from factory_jupyter.tools import claude_control, claude_failures, claude_launch, process
from factory_jupyter.tools.agent_events import AgentEvents
from factory_jupyter.tools.claude_failures import ClaudeFailed, Failure
from factory_jupyter.tools.claude_messages import ClaudeMessages
from factory_jupyter.tools.claude_questions import ClaudeQuestions

if TYPE_CHECKING:
    from claude_agent_sdk import ClaudeSDKClient

_STDERR_LINES: Final = 40
_INTERRUPT_S: Final = 3.0  # how long a stop waits for the turn to end by itself
_TREE_GRACE_S: Final = 2.0  # how long what the agent left running may take to end
_STOPPED: Final = Failure("stopped", "The session was stopped.")


class ClaudeStarter:
    """Makes sessions; starts at most ``max_concurrent_starts`` of them at a time, because each costs a second of CPU.

    ``run_dir`` is a folder private to the user for the small files of running sessions.
    """

    def __init__(self, run_dir: Path, *, max_concurrent_starts: int = 2, is_root: bool = False) -> None:
        self._run_dir = run_dir
        self._starting = asyncio.Semaphore(max_concurrent_starts)
        self._is_root = is_root

    def __call__(self, options: AgentOptions) -> AgentSession:
        """A session that is not started yet."""
        return ClaudeSession(options, self._run_dir, self._starting, self._is_root)


class ClaudeSession:
    """One CLI process with one conversation; see `model.agent.AgentSession` for what each method promises."""

    def __init__(self, options: AgentOptions, run_dir: Path, starting: asyncio.Semaphore, is_root: bool) -> None:
        self._options = options
        self._run_dir = run_dir
        self._starting = starting
        self._is_root = is_root
        self._events = AgentEvents()
        self._questions = ClaudeQuestions(self._events.put)
        self._messages = ClaudeMessages(options.permission_mode)
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._launch: claude_launch.Launch | None = None
        self._client: ClaudeSDKClient | None = None
        self._identity: ProcessIdentity | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._expected = False

    def events(self) -> AsyncIterator[AgentEvent]:
        """Everything that happens, in order; ends after `Died`."""
        return aiter(self._events)

    async def start(self) -> ProcessIdentity:
        """Start the process. Raises AgentFailed with the CLI's own words when it refuses."""
        async with self._starting:
            # Importing the SDK and writing files block: neither belongs on the loop.
            await asyncio.to_thread(claude_launch.load_sdk)
            try:
                self._launch = await asyncio.to_thread(claude_launch.prepare, self._options, self._run_dir)
                client = await self._connect(self._launch)
            except BaseException as error:
                failure = self._failure(error)
                self._ending = asyncio.create_task(self._end(failure, error))
                await asyncio.shield(self._ending)
                if isinstance(error, Exception):
                    raise ClaudeFailed(failure) from error
                raise  # cancelled: nothing is left running either
        self._reading = asyncio.create_task(self._read(client), name=f"claude-{self._options.session_id}")
        assert self._identity
        return self._identity

    async def _connect(self, launch: claude_launch.Launch) -> ClaudeSDKClient:
        import claude_agent_sdk as sdk

        options = claude_launch.sdk_options(launch, self._questions.can_use_tool, self._stderr.append, self._is_root)
        self._client = client = sdk.ClaudeSDKClient(options)
        await client.connect()
        told = await client.get_server_info() or {}
        self._identity = process.identify(told.get("pid") or 0)
        if self._identity is None:
            raise ClaudeFailed(Failure("died", "Claude Code ended while it was starting."))
        if self._expected:
            raise ClaudeFailed(_STOPPED)  # while it was starting; what runs by now ends like every refused start
        if self._options.resume:
            # Costs are sums, and go on from what the conversation had cost before. Older CLIs do not tell.
            with contextlib.suppress(AgentFailed):
                usage = await claude_control.ask(client, {"subtype": "get_usage"})
                self._messages = ClaudeMessages(self._options.permission_mode, claude_control.spent(usage))
        self._events.put(InfoTold(info=claude_control.info(told)))
        return client

    async def _read(self, client: ClaudeSDKClient) -> None:
        error: Exception | None = None
        try:
            async for message in client.receive_messages():
                for event in self._messages.translate(message):
                    self._events.put(event)
                    if isinstance(event, TurnBegan):
                        self._idle.clear()
                    elif isinstance(event, TurnEnded):
                        self._idle.set()
        except Exception as caught:
            error = caught
        self._ending = self._ending or asyncio.create_task(self._end(self._failure(error), error))

    async def send(self, message: AgentMessage) -> None:
        """Hand a message over."""
        client = self._alive()
        content: str | list[dict[str, Any]] = message.text
        if message.images:
            images = [
                {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.data}}
                for image in message.images
            ]
            content = [*images, {"type": "text", "text": message.text}]
        sent = {
            "type": "user",
            "uuid": message.id,
            "message": {"role": "user", "content": content},
            "parent_tool_use_id": None,
        }

        async def one() -> AsyncIterator[dict[str, Any]]:
            yield sent  # only messages that come as a stream keep our id

        self._idle.clear()
        await claude_control.explained(client.query(one()))

    async def interrupt(self) -> None:
        """Stop the turn, keep the process."""
        await claude_control.explained(self._alive().interrupt())

    async def answer(self, question_id: str, answer: AgentAnswer) -> bool:
        """Answer a question; False when it is not open any more."""
        return self._questions.answer(question_id, answer)

    async def set_model(self, model: str) -> None:
        """From the next request on; empty for the CLI's default."""
        await claude_control.explained(self._alive().set_model(model or None))

    async def set_permission_mode(self, mode: PermissionMode) -> None:
        """Change the mode; `ModeSet` follows."""
        await claude_control.explained(self._alive().set_permission_mode(mode))
        for event in self._messages.mode_is(mode):
            self._events.put(event)

    async def rewind(self, message_id: str, dry_run: bool) -> Sequence[str]:
        """Put the files back to what they were before a message; answers the paths that (would) change."""
        request = {"subtype": "rewind_files", "user_message_id": message_id, "dry_run": dry_run}
        done = await claude_control.ask(self._alive(), request)
        if done.get("canRewind") is False:
            raise AgentFailed(str(done.get("error") or "The files cannot be put back to this message."))
        return list(done.get("filesChanged") or [])

    async def stop(self) -> None:
        """End the process and everything it started."""
        self._expected = True
        if self._ending is None:
            self._ending = asyncio.create_task(self._stop())
        # Shielded: a cancelled caller must not leave a process behind.
        await asyncio.shield(self._ending)

    async def _stop(self) -> None:
        if self._client and not self._idle.is_set():
            # Ending mid-turn costs the SDK five seconds of waiting; an interrupted turn ends at once.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_INTERRUPT_S):
                    await self._client.interrupt()
                    await self._idle.wait()
        await self._end(_STOPPED)

    async def _end(self, failure: Failure, error: BaseException | None = None) -> None:
        """The one end of a session, whoever caused it."""
        self._questions.withdraw_all("Claude Code is not running any more.")
        left = await asyncio.to_thread(process.descendants, self._identity) if self._identity else []
        if self._client:
            with contextlib.suppress(Exception):
                await self._client.disconnect()
        if self._reading:
            # Disconnecting ended its stream. What it still told comes before the end.
            await asyncio.wait([self._reading], timeout=_INTERRUPT_S)
        if self._identity:
            await process.terminate_tree(self._identity, _TREE_GRACE_S)
        if self._launch:
            # What left its group and lost its parent, as a shell does when the CLI is killed, still carries the mark.
            left += await asyncio.to_thread(process.marked, [self._launch.mark])
            await process.terminate(left, _TREE_GRACE_S)
            await asyncio.to_thread(self._launch.forget)
        exit_code = getattr(error, "exit_code", None)
        self._events.put(
            Died(reason=failure.text, expected=self._expected, exit_code=exit_code, error_code=failure.code)
        )

    def _failure(self, error: BaseException | None) -> Failure:
        if isinstance(error, ClaudeFailed):
            return error.failure
        return claude_failures.of_process(error, getattr(error, "exit_code", None), "\n".join(self._stderr))

    def _alive(self) -> ClaudeSDKClient:
        if self._client is None or self._reading is None or self._ending is not None:
            raise AgentFailed("Claude Code is not running. Send a message to resume the conversation.")
        return self._client
