"""The wire: every request body, reply and frame, once.

TypeScript types (``labextension/src/wire/wire.ts``) and the OpenAPI page are generated from this module. Structs are
frozen and checked when they are decoded, so decoding is the only entrance for outside data. Names are snake_case; times
are ISO 8601 UTC; ids are opaque. Fields may be added, never renamed or dropped (``docs/api.md``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, dataclass_transform

import msgspec

from factory_jupyter.model.states import (
    CIStatus,
    KanbanColumn,
    PullRequestState,
    QuestionState,
    SessionPhase,
    SessionStatus,
    WorkspaceStatus,
)

PermissionMode = Literal["default", "acceptEdits", "plan", "bypassPermissions"]
QuestionKind = Literal["permission", "ask_user", "plan"]
DeltaKind = Literal["text", "thinking", "tool_input"]
Level = Literal["info", "warning", "error"]
HealthStatus = Literal["ok", "degraded", "error"]
Workflow = Literal["feature", "bugfix", "explore", "followup"]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]
MessageId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


# Says to type checkers what msgspec does: subclasses inherit `frozen`.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything on the wire."""


# --- Things ----------------------------------------------------------------------------------------------------------


class Project(Frozen):
    """A local git repository."""

    id: str
    name: str
    slug: str
    repo_path: str
    worktree_base_path: str
    default_branch: str
    github_owner: str | None
    github_repo: str | None
    is_archived: bool
    startup_script_command: str | None
    startup_script_path: str | None
    startup_script_timeout: int
    """Seconds, 1 to 3600."""
    created_at: datetime
    updated_at: datetime


class InitStep(Frozen):
    """One step of making a workspace."""

    name: str
    """fetch, worktree, checkout, submodules, copy, setup."""
    state: Literal["pending", "running", "done", "skipped", "failed"]
    detail: str = ""
    """For people: what was copied, why it was skipped, what failed."""
    duration_ms: int | None = None


class Initialization(Frozen):
    """How far the making of a workspace has come."""

    error: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    retry_count: int = 0
    log_tail: str = ""
    """The last 8 KiB of the log."""
    steps: list[InitStep] = []
    progress: float = 0.0
    """0 to 1."""


class RunState(Frozen):
    """State of the workspace's run script."""

    status: SessionStatus = SessionStatus.IDLE
    pid: int | None = None
    port: int | None = None


class PullRequest(Frozen):
    """What is known of the workspace's pull request; ``stale_since`` is set when GitHub could not be asked."""

    number: int
    url: str
    state: PullRequestState
    ci_status: CIStatus
    review_state: str | None
    updated_at: datetime | None
    stale_since: datetime | None


class Diff(Frozen):
    """Size of the workspace's changes against its base."""

    files: int = 0
    additions: int = 0
    deletions: int = 0
    uncommitted: int = 0
    """Files that differ from the last commit, untracked ones included."""


class Workspace(Frozen):
    """A git worktree and branch of a project, with everything derived that a card shows."""

    id: str
    project_id: str
    name: str
    description: str | None
    status: WorkspaceStatus
    branch_name: str | None
    base_branch: str | None
    worktree_path: str | None
    init: Initialization
    run: RunState
    pull_request: PullRequest | None
    kanban_column: KanbanColumn
    is_working: bool
    needs_attention: bool
    """Whether a question of one of its sessions waits for a person, or its making has failed."""
    diff: Diff
    last_activity_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Usage(Frozen):
    """Tokens, and money in US dollars by the CLI's own price list."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cost_usd: float = 0.0


class Session(Frozen):
    """A conversation with Claude Code in a workspace."""

    id: str
    workspace_id: str
    name: str
    workflow: Workflow
    model: str
    """Empty: the CLI's default."""
    permission_mode: PermissionMode
    status: SessionStatus
    phase: SessionPhase
    claude_session_id: str | None
    queued: int
    """Messages that wait in the queue."""
    last_seq: int
    usage: Usage
    created_at: datetime
    updated_at: datetime
    context_tokens: int | None = None
    """Tokens of the last request, for the context gauge."""
    context_window: int | None = None
    open_questions: int = 0
    queue_paused: bool = False
    """Whether queued messages wait for a person: after an interrupt, a stop or a failure, until the next `Say` or
    `SendQueued`.
    """


class SlashCommand(Frozen):
    """A command that the CLI offers in this session."""

    name: str
    description: str = ""
    argument_hint: str = ""


class ModelChoice(Frozen):
    """A model that the CLI offers."""

    value: str
    display_name: str
    description: str = ""


class AgentInfo(Frozen):
    """What the running CLI says of itself; absent until a session has started once."""

    commands: list[SlashCommand] = []
    models: list[ModelChoice] = []


class Question(Frozen):
    """Something that waits for a person."""

    id: str
    session_id: str
    workspace_id: str
    kind: QuestionKind
    tool_name: str
    input: dict[str, Any]
    suggestions: list[dict[str, Any]]
    plan: str | None
    state: QuestionState
    asked_at: datetime


class Settings(Frozen):
    """Preferences of the one user of this server."""

    preferred_ide: Literal["cursor", "vscode", "custom"]
    custom_ide_command: str | None
    default_model: str
    default_permission_mode: PermissionMode
    default_workflow: Workflow
    notification_push: bool
    notification_sound: bool
    updated_at: datetime


class HealthCheck(Frozen):
    """One line of the readiness card."""

    status: HealthStatus
    message: str
    fix: str | None = None
    """The command that mends it."""
    version: str | None = None
    logged_in: bool | None = None
    required: bool = True
    """Whether the main job cannot run without it."""


class Health(Frozen):
    """Readiness of the product."""

    status: HealthStatus
    checks: dict[str, HealthCheck]
    version: str


class PathCompletion(Frozen):
    """A folder that completes what is being typed in "Add project"."""

    path: str
    is_repository: bool


class Branch(Frozen):
    """A branch that a task can start from or continue."""

    name: str
    is_remote: bool
    checked_out_at: str | None = None
    """Worktree that has it checked out."""


class Conversation(Frozen):
    """A conversation that was started in the plain CLI in a worktree, and can be imported."""

    claude_session_id: str
    summary: str
    last_modified: datetime
    message_count: int | None = None


class LogPart(Frozen):
    """A piece of a log; the next one starts at ``next_offset`` (in characters)."""

    text: str
    next_offset: int


class AdminInfo(Frozen):
    """Facts about this server."""

    version: str
    mcp_url: str | None
    demo: bool
    demo_prompt: str | None
    allow_bypass_permissions: bool
    is_root: bool
    base_dir: str
    worktree_base_dir: str
    database: str
    """SQLAlchemy URL without its password."""
    schema_revision: str
    max_sessions_per_workspace: int


class ErrorBody(Frozen):
    """Body of every refusal: ``message`` is for people, ``code`` is stable."""

    message: str
    reason: str
    code: str


# --- Request bodies --------------------------------------------------------------------------------------------------


class AddProject(Frozen, forbid_unknown_fields=True):
    """Body of POST ``projects``."""

    repo_path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    name: Name | None = None


class PatchProject(Frozen, forbid_unknown_fields=True):
    """Body of PATCH ``projects/<id>``; absent fields stay as they are."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    default_branch: Name | msgspec.UnsetType = msgspec.UNSET
    startup_script_command: str | msgspec.UnsetType | None = msgspec.UNSET
    startup_script_path: str | msgspec.UnsetType | None = msgspec.UNSET
    startup_script_timeout: Annotated[int, msgspec.Meta(ge=1, le=3600)] | msgspec.UnsetType = msgspec.UNSET
    is_archived: bool | msgspec.UnsetType = msgspec.UNSET


class CreateWorkspace(Frozen, forbid_unknown_fields=True):
    """Body of POST ``workspaces``.

    With ``prompt`` a first session is made, whose first message waits until the workspace is READY.
    """

    project_id: str
    name: Name | None = None
    description: Text | None = None
    base_branch: Name | None = None
    branch: Name | None = None
    adopt_path: str | None = None
    prompt: Text | None = None
    attachments: list[Attachment] = []
    issue_number: int | None = None
    workflow: Workflow | None = None
    model: str | None = None
    permission_mode: PermissionMode | None = None
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    """Idempotency key: the same key in a project is the same workspace."""


class PatchWorkspace(Frozen, forbid_unknown_fields=True):
    """Body of PATCH ``workspaces/<id>``."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType | None = msgspec.UNSET


class CreateSession(Frozen, forbid_unknown_fields=True):
    """Body of POST ``sessions``.

    ``resume`` is a Claude session id, of ours or of a conversation started in the plain CLI in that worktree; ``fork``
    is the id of one of our sessions, whose conversation is copied.
    """

    workspace_id: str
    name: Name | None = None
    workflow: Workflow | None = None
    model: str | None = None
    permission_mode: PermissionMode | None = None
    resume: str | None = None
    fork: str | None = None


class PatchSession(Frozen, forbid_unknown_fields=True):
    """Body of PATCH ``sessions/<id>``."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET
    permission_mode: PermissionMode | msgspec.UnsetType = msgspec.UNSET


class PatchSettings(Frozen, forbid_unknown_fields=True):
    """Body of PATCH ``settings``."""

    preferred_ide: Literal["cursor", "vscode", "custom"] | msgspec.UnsetType = msgspec.UNSET
    custom_ide_command: str | msgspec.UnsetType | None = msgspec.UNSET
    default_model: str | msgspec.UnsetType = msgspec.UNSET
    default_permission_mode: PermissionMode | msgspec.UnsetType = msgspec.UNSET
    default_workflow: Workflow | msgspec.UnsetType = msgspec.UNSET
    notification_push: bool | msgspec.UnsetType = msgspec.UNSET
    notification_sound: bool | msgspec.UnsetType = msgspec.UNSET


class Accepted(Frozen):
    """Answer of POST ``sessions/<id>/commands``: the settled events up to ``seq`` hold the effect."""

    seq: int


# --- Chat: settled events --------------------------------------------------------------------------------------------


class Attachment(Frozen):
    """A file that goes with a message; ``data`` is base64 of at most 10 MiB of bytes."""

    name: Name
    media_type: Annotated[str, msgspec.Meta(max_length=100)]
    data: Annotated[str, msgspec.Meta(max_length=14_000_000)]


class AttachmentInfo(Frozen):
    """An attachment in the transcript; its bytes are at ``sessions/<id>/attachments/<attachment id>``."""

    id: str
    name: str
    media_type: str
    size: int
    """Bytes."""


class TextBlock(Frozen, tag_field="kind", tag="text"):
    """Text for the person, in Markdown."""

    text: str


class ThinkingBlock(Frozen, tag_field="kind", tag="thinking"):
    """The model's thinking."""

    text: str


class ToolUseBlock(Frozen, tag_field="kind", tag="tool_use"):
    """A call of a tool; very long strings in ``input`` are cut (``model.limits``)."""

    tool_use_id: str
    name: str
    input: dict[str, Any]


Block = TextBlock | ThinkingBlock | ToolUseBlock


class Settled(Frozen, tag_field="type"):
    """Base of settled events: numbered without gaps within a session, stored before anybody sees them."""

    seq: int
    at: datetime


class MessageQueued(Settled, tag="message_queued"):
    """A person's message (or its new text) is safe in the queue; the same ``message_id`` again is an edit."""

    message_id: str
    text: str
    attachments: list[AttachmentInfo] = []
    position: int = 0
    """Messages before it in the queue."""
    by: str | None = None


class MessageCancelled(Settled, tag="message_cancelled"):
    """A queued message was taken back."""

    message_id: str


class MessageSent(Settled, tag="message_sent"):
    """The message was handed to Claude."""

    message_id: str


class TurnStarted(Settled, tag="turn_started"):
    """Claude began to work; ``turn`` counts from 1 within the session."""

    turn: int


class BlockSettled(Settled, tag="block"):
    """A finished block of Claude's answer; supersedes the live deltas of its kind."""

    turn: int
    block: Block
    parent_tool_use_id: str | None = None
    """Set for the work of a sub-agent."""


class ToolResult(Settled, tag="tool_result"):
    """What a tool answered."""

    tool_use_id: str
    content: str
    is_error: bool
    truncated: bool = False
    details: dict[str, Any] | None = None
    """Structured result where the CLI gives one: ``structured_patch`` of an edit, ``stdout`` and ``stderr`` of a
    command.
    """


class QuestionAsked(Settled, tag="question_asked"):
    """Claude waits for a person."""

    question_id: str
    kind: QuestionKind
    tool_name: str
    input: dict[str, Any]
    suggestions: list[dict[str, Any]] = []
    plan: str | None = None
    tool_use_id: str | None = None


class QuestionAnswered(Settled, tag="question_answered"):
    """The one answer that counted."""

    question_id: str
    behavior: Literal["allow", "deny"]
    by: str
    message: str | None = None
    answers: dict[str, str | list[str]] | None = None
    scope: Literal["once", "session"] = "once"
    permission_mode: PermissionMode | None = None


class QuestionWithdrawn(Settled, tag="question_withdrawn"):
    """Nobody needs to answer any more."""

    question_id: str
    reason: str


class TurnFinished(Settled, tag="turn_finished"):
    """Claude stopped working.

    ``reason`` is completed, interrupted, api_error, agent_died, server_stopped or the CLI's own word.
    """

    turn: int
    is_error: bool
    reason: str
    result: str | None = None
    usage: Usage | None = None
    cost_usd: float = 0.0
    duration_ms: int = 0
    model: str | None = None
    error_code: str | None = None
    """For errors: not_logged_in, authentication_failed, rate_limited, overloaded, server_error, connection, too_large,
    …
    """


class ModeChanged(Settled, tag="mode_changed"):
    """The permission mode is another one now."""

    permission_mode: PermissionMode


class ModelChanged(Settled, tag="model_changed"):
    """The model is another one now."""

    model: str


class Notice(Settled, tag="notice"):
    """Something that the reader of the transcript should know."""

    level: Level
    text: str
    code: str | None = None
    """conversation_cleared, compacted, resumed, forked, imported, rewound, …"""


class SessionStopped(Settled, tag="session_stopped"):
    """Claude's process has ended; the next message resumes the conversation."""

    reason: str


SettledEvent = (
    MessageQueued
    | MessageCancelled
    | MessageSent
    | TurnStarted
    | BlockSettled
    | ToolResult
    | QuestionAsked
    | QuestionAnswered
    | QuestionWithdrawn
    | TurnFinished
    | ModeChanged
    | ModelChanged
    | Notice
    | SessionStopped
)

# --- Chat: live frames -----------------------------------------------------------------------------------------------


class Live(Frozen, tag_field="type"):
    """Base of frames that are not stored."""


class Hello(Live, tag="hello"):
    """First frame, once."""

    session: Session
    last_seq: int
    version: str
    agent: AgentInfo = AgentInfo()


class PhaseChanged(Live, tag="phase"):
    """What the session does now."""

    phase: SessionPhase


class Delta(Live, tag="delta"):
    """More of the block in progress; with ``reset`` the text replaces what was shown for this ``index``."""

    kind: DeltaKind
    index: int
    text: str
    reset: bool = False
    parent_tool_use_id: str | None = None


class DeltasDropped(Live, tag="deltas_dropped"):
    """The blocks in progress are void (a lost attempt, an ended turn); forget their text."""


class ApiRetry(Live, tag="api_retry"):
    """The API did not answer; the CLI tries again after ``delay_ms``."""

    attempt: int
    delay_ms: int
    status: int | None
    max_attempts: int | None = None
    reason: str | None = None


class SessionChanged(Live, tag="session"):
    """The session's row changed (name, usage, queue, …)."""

    session: Session


class AgentInfoChanged(Live, tag="agent"):
    """The CLI told its commands and models."""

    agent: AgentInfo


class ErrorFrame(Live, tag="error"):
    """A client frame was refused; nothing was changed."""

    code: str
    message: str
    in_reply_to: str | None = None


LiveFrame = Hello | PhaseChanged | Delta | DeltasDropped | ApiRetry | SessionChanged | AgentInfoChanged | ErrorFrame

ServerFrame = SettledEvent | LiveFrame

# --- Chat: client frames ---------------------------------------------------------------------------------------------


class Command(Frozen, tag_field="type"):
    """Base of client frames."""


class Say(Command, tag="say"):
    """Queue a message. The same ``id`` twice is one message."""

    id: MessageId
    text: Text
    attachments: list[Attachment] = []


class CancelQueued(Command, tag="cancel_queued"):
    """Take a queued message back."""

    id: str


class EditQueued(Command, tag="edit_queued"):
    """Change the text of a queued message."""

    id: str
    text: Text


class SendQueued(Command, tag="send_queued"):
    """Go on with a queue that is paused."""


class Interrupt(Command, tag="interrupt"):
    """Stop the turn; the process stays. The queue pauses, so that nothing starts by surprise."""


class Stop(Command, tag="stop"):
    """End the process; the next message resumes the conversation."""


class Answer(Command, tag="answer"):
    """Answer a question, once."""

    question_id: str
    behavior: Literal["allow", "deny"]
    message: Text | None = None
    updated_input: dict[str, Any] | None = None
    answers: dict[str, str | list[str]] | None = None
    scope: Literal["once", "session"] = "once"
    permission_mode: PermissionMode | None = None


class SetModel(Command, tag="set_model"):
    """Change the model from the next request on."""

    model: Annotated[str, msgspec.Meta(max_length=200)]


class SetPermissionMode(Command, tag="set_permission_mode"):
    """Change the permission mode."""

    permission_mode: PermissionMode


class Compact(Command, tag="compact"):
    """Summarise the conversation to free context."""


class Clear(Command, tag="clear"):
    """Start a new conversation in this session; the transcript stays."""


class Rewind(Command, tag="rewind"):
    """Put files back to what they were before a message; ``dry_run`` only says which."""

    message_id: str
    dry_run: bool = False


ClientFrame = (
    Say
    | CancelQueued
    | EditQueued
    | SendQueued
    | Interrupt
    | Stop
    | Answer
    | SetModel
    | SetPermissionMode
    | Compact
    | Clear
    | Rewind
)

# --- Board -----------------------------------------------------------------------------------------------------------


class BoardFrameBase(Frozen, tag_field="type"):
    """Base of the board's frames."""


class Snapshot(BoardFrameBase, tag="snapshot"):
    """Everything, first."""

    projects: list[Project]
    workspaces: list[Workspace]
    questions: list[Question]
    sessions: list[Session] = []
    version: str = ""


class WorkspaceChanged(BoardFrameBase, tag="workspace"):
    """A workspace is new or different."""

    workspace: Workspace


class WorkspaceRemoved(BoardFrameBase, tag="workspace_removed"):
    """A workspace is gone."""

    id: str


class ProjectChanged(BoardFrameBase, tag="project"):
    """A project is new or different."""

    project: Project


class BoardSession(BoardFrameBase, tag="session"):
    """A session is new or different."""

    session: Session


class SessionRemoved(BoardFrameBase, tag="session_removed"):
    """A session is gone."""

    id: str


class QuestionOpened(BoardFrameBase, tag="question"):
    """A question waits for a person."""

    question: Question


class QuestionClosed(BoardFrameBase, tag="question_closed"):
    """A question was answered, withdrawn or lost."""

    id: str
    state: QuestionState


class HealthChanged(BoardFrameBase, tag="health"):
    """Readiness changed."""

    health: Health


class Notification(BoardFrameBase, tag="notification"):
    """Something to tell a person who looks elsewhere."""

    kind: Literal["needs_you", "done", "failed", "ci_red", "review", "merged"]
    workspace_id: str
    title: str
    body: str
    session_id: str | None = None


BoardFrame = (
    Snapshot
    | WorkspaceChanged
    | WorkspaceRemoved
    | ProjectChanged
    | BoardSession
    | SessionRemoved
    | QuestionOpened
    | QuestionClosed
    | HealthChanged
    | Notification
)
