"""What the stores take and answer: plain frozen structs, free of SQLAlchemy, so that services import them for nothing.

Field names equal column names in ``store.tables``; fields that are derived by a query instead of stored say so.
"""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform

import msgspec

from factory_jupyter.model.states import (
    CIStatus,
    MessageState,
    PullRequestState,
    QuestionState,
    SessionStatus,
    WorkspaceStatus,
)
from factory_jupyter.model.wire import AttachmentInfo, InitStep, PermissionMode, QuestionKind, Workflow

if TYPE_CHECKING:
    from sqlalchemy import Result


# Says to type checkers what msgspec does: subclasses inherit `frozen`.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of all rows. Say the names when you make one; only `rows_of` counts positions."""


R = TypeVar("R", bound=Row)


def rows_of(kind: type[R], result: Result[Any]) -> list[R]:
    """Everything that a query answers, as rows with the same names.

    By position: names cost twenty times as much, which a board of a thousand workspaces would notice.
    """
    names = list(result.keys())
    in_order = itemgetter(*(names.index(field) for field in kind.__struct_fields__))
    return [kind(*in_order(values)) for values in result.all()]


def row_of(kind: type[R], result: Result[Any]) -> R | None:
    """The one row of a query; None without any."""
    rows = rows_of(kind, result)
    return rows[0] if rows else None


class ProjectRow(Row):
    """A local git repository."""

    id: str
    name: str
    slug: str
    """Unique."""
    repo_path: str
    """Absolute; unique."""
    worktree_base_path: str
    default_branch: str
    created_at: datetime
    updated_at: datetime
    github_owner: str | None = None
    github_repo: str | None = None
    is_archived: bool = False
    startup_script_command: str | None = None
    startup_script_path: str | None = None
    startup_script_timeout: int = 300
    """Seconds."""


class WorkspaceRow(Row):
    """A worktree and branch of a project."""

    id: str
    project_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    status: WorkspaceStatus = WorkspaceStatus.NEW
    key: str | None = None
    """Idempotency key, unique within the project."""
    branch_name: str | None = None
    base_branch: str | None = None
    base_commit: str | None = None
    """Commit that the branch started from, once known."""
    worktree_path: str | None = None
    is_adopted: bool = False
    """The worktree was made by somebody else and is not ours to remove."""
    has_own_branch: bool = True
    """The branch was made for this workspace; False when it continues one that existed."""
    init_error: str | None = None
    init_started_at: datetime | None = None
    init_completed_at: datetime | None = None
    init_retry_count: int = 0
    init_steps: list[InitStep] = []
    init_log_tail: str = ""
    """Derived: the end of the column ``init_log`` until the workspace is made; `WorkspaceStore.log` has all of it."""
    issue_number: int | None = None
    run_status: SessionStatus = SessionStatus.IDLE
    run_command: str | None = None
    run_pid: int | None = None
    run_process_started_at: float | None = None
    """Seconds since the epoch, as psutil's ``create_time``: with the pid it names one process for good."""
    run_port: int | None = None
    pr_number: int | None = None
    pr_url: str | None = None
    pr_state: PullRequestState = PullRequestState.NONE
    pr_review_state: str | None = None
    pr_ci_status: CIStatus = CIStatus.UNKNOWN
    pr_updated_at: datetime | None = None
    pr_stale_since: datetime | None = None
    diff_files: int = 0
    diff_additions: int = 0
    diff_deletions: int = 0
    diff_uncommitted: int = 0
    has_had_sessions: bool = False
    last_activity_at: datetime | None = None


class SessionRow(Row):
    """A conversation with Claude Code in a workspace."""

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    workflow: Workflow = "feature"
    model: str = ""
    permission_mode: PermissionMode = "default"
    status: SessionStatus = SessionStatus.IDLE
    claude_session_id: str | None = None
    agent_pid: int | None = None
    agent_started_at: float | None = None
    """Seconds since the epoch, as psutil's ``create_time``."""
    turns: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cost_usd: float = 0.0
    context_tokens: int | None = None
    context_window: int | None = None
    last_seq: int = 0
    """Derived: number of the newest settled event."""
    queued: int = 0
    """Derived: messages that wait."""
    open_questions: int = 0
    """Derived: questions that wait for a person."""


class EventRow(Row):
    """A settled event. ``body`` is its JSON exactly as sent on the wire, ``seq`` and ``at`` included."""

    seq: int
    type: str
    at: datetime
    body: bytes


class AttachmentRow(Row):
    """A file that goes with a message."""

    id: str
    session_id: str
    name: str
    media_type: str
    data: bytes
    created_at: datetime

    @property
    def info(self) -> AttachmentInfo:
        """What the transcript says of it."""
        return AttachmentInfo(id=self.id, name=self.name, media_type=self.media_type, size=len(self.data))


class MessageRow(Row):
    """A person's message."""

    session_id: str
    id: str
    """Chosen by the client; unique within the session."""
    text: str
    created_at: datetime
    attachments: list[AttachmentInfo] = []
    state: MessageState = MessageState.QUEUED
    position: int = 0
    """Order within the session; gaps mean nothing."""
    by: str | None = None
    closed_at: datetime | None = None
    """When it was sent or cancelled."""


class QuestionRow(Row):
    """Something that waits, or waited, for a person."""

    id: str
    session_id: str
    agent_question_id: str
    """The agent's own id of it."""
    kind: QuestionKind
    tool_name: str
    input: dict[str, Any]
    asked_at: datetime
    workspace_id: str = ""
    """Derived from the session."""
    suggestions: list[dict[str, Any]] = []
    plan: str | None = None
    tool_use_id: str | None = None
    state: QuestionState = QuestionState.OPEN
    behavior: Literal["allow", "deny"] | None = None
    by: str | None = None
    reason: str | None = None
    """The message of the answer, or why it was withdrawn."""
    closed_at: datetime | None = None


class SettingsRow(Row):
    """What the user of this server has chosen; None is "not chosen", so that the administrator's default applies."""

    preferred_ide: Literal["cursor", "vscode", "custom"] | None = None
    custom_ide_command: str | None = None
    default_model: str | None = None
    default_permission_mode: PermissionMode | None = None
    default_workflow: Workflow | None = None
    notification_push: bool | None = None
    notification_sound: bool | None = None
    updated_at: datetime | None = None
