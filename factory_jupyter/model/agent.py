"""What an agent is to the services: a neutral protocol, the events it tells, and the answers it gets.

``tools.claude`` implements it on the real Claude Code CLI; tests implement it as a fake; another agent can be added
later. Everything flows one way: commands go in by methods, everything else comes out of `AgentSession.events` in order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from factory_jupyter.model.wire import AgentInfo, Block, DeltaKind, Level, PermissionMode, QuestionKind, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """How to start an agent."""

    cwd: Path
    session_id: str
    """UUID that the conversation gets; ignored with ``resume`` unless ``fork``."""
    resume: str | None = None
    """Conversation to go on with."""
    fork: bool = False
    """Copy the resumed conversation into ``session_id`` instead of going on in it."""
    model: str = ""
    permission_mode: PermissionMode = "default"
    append_system_prompt: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The whole environment of the process, already scrubbed."""
    cli_path: str = ""
    """Empty: the CLI in the SDK's wheel."""
    trust_project_settings: bool = True
    mcp_servers: Mapping[str, Any] = field(default_factory=dict)
    allowed_tools: Sequence[str] = ()
    allow_bypass: bool = False
    """Start so that a live switch to bypassPermissions is possible; the CLI refuses this for root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentImage:
    """An image of a message, as base64."""

    media_type: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMessage:
    """A person's message. ``id`` is a UUID chosen by us; the CLI returns it with the turn's result."""

    id: str
    text: str
    images: Sequence[AgentImage] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """The answer to a question."""

    behavior: Literal["allow", "deny"]
    message: str | None = None
    updated_input: Mapping[str, Any] | None = None
    answers: Mapping[str, str | list[str]] | None = None
    scope: Literal["once", "session"] = "once"
    """``session`` applies the question's suggestions until the session ends."""
    permission_mode: PermissionMode | None = None
    """With an approved plan: the mode to go on in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    started_at: float
    """Seconds since the epoch, as psutil's ``create_time``."""


# --- Events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationNamed:
    """The CLI's id of the conversation; comes again when it changes (``/clear``, fork). Persist it."""

    claude_session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoTold:
    """Commands and models that the CLI offers."""

    info: AgentInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnBegan:
    """The agent works, asked or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """More of the block in progress at ``index``."""

    kind: DeltaKind
    index: int
    text: str
    parent_tool_use_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialsVoid:
    """All blocks in progress are void: the attempt was lost and is streamed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDone:
    """A finished block."""

    block: Block
    parent_tool_use_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDone:
    """A tool answered."""

    tool_use_id: str
    content: str
    is_error: bool
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The agent waits for a person. ``id`` is unique within the agent (the tool use id where there is one)."""

    id: str
    kind: QuestionKind
    tool_name: str
    input: Mapping[str, Any]
    suggestions: Sequence[Mapping[str, Any]] = ()
    plan: str | None = None
    tool_use_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A question needs no answer any more."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """The API did not answer; the CLI tries again by itself."""

    attempt: int
    delay_ms: int
    status: int | None
    max_attempts: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSet:
    """The permission mode is another one now, whoever changed it."""

    permission_mode: PermissionMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice for the transcript; codes as in `wire.Notice`."""

    level: Level
    text: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded:
    """The agent stopped working. ``usage`` and ``cost_usd`` are of this turn alone.

    ``reason``: completed, interrupted, api_error, or the CLI's own word. ``error_code`` as in `wire.TurnFinished`.
    """

    is_error: bool
    reason: str
    message_ids: Sequence[str] = ()
    result: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    duration_ms: int = 0
    model: str | None = None
    error_code: str | None = None
    context_tokens: int | None = None
    context_window: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """Last event: the process has ended. ``reason`` is a sentence for people.

    ``expected`` after `AgentSession.stop`.
    """

    reason: str
    expected: bool
    exit_code: int | None = None
    error_code: str | None = None
    """cli_not_found, not_logged_in, root_bypass, conversation_not_found, session_in_use, killed, …"""


AgentEvent = (
    ConversationNamed
    | InfoTold
    | TurnBegan
    | Partial
    | PartialsVoid
    | BlockDone
    | ToolDone
    | Asked
    | Withdrawn
    | Retrying
    | ModeSet
    | Said
    | TurnEnded
    | Died
)


class AgentSession(Protocol):
    """One running agent with one conversation; made by an `AgentStarter`."""

    async def start(self) -> ProcessIdentity:
        """Start the process. Raises `errors.AgentFailed` with the CLI's own words when it refuses."""

    async def send(self, message: AgentMessage) -> None:
        """Hand a message over; while a turn runs the agent queues it itself. Raises `errors.AgentFailed` when dead."""

    async def interrupt(self) -> None:
        """Stop the turn, keep the process; a `TurnEnded` with reason ``interrupted`` follows. Harmless when idle."""

    async def answer(self, question_id: str, answer: AgentAnswer) -> bool:
        """Answer a question; False when it is unknown, answered or withdrawn."""

    async def set_model(self, model: str) -> None:
        """From the next request on."""

    async def set_permission_mode(self, mode: PermissionMode) -> None:
        """Raises `errors.AgentFailed` with the CLI's explanation when it refuses. `ModeSet` follows."""

    async def rewind(self, message_id: str, dry_run: bool) -> Sequence[str]:
        """Put the files back to what they were before a message; answers the paths that (would) change."""

    async def stop(self) -> None:
        """End the process and everything it started; `Died` with ``expected`` is the last event. Idempotent."""

    def events(self) -> AsyncIterator[AgentEvent]:
        """Everything that happens, in order; ends after `Died`. One consumer."""


class AgentStarter(Protocol):
    """Makes agents; ``tools.claude.ClaudeStarter`` is the real one."""

    def __call__(self, options: AgentOptions) -> AgentSession:
        """A session that is not started yet."""
        ...
