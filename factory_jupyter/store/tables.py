"""The schema. `SCHEMA_REVISION` is the head of ``migrations/``; a test holds tables and migrations together.

Only typed tables, no relationships and no ORM sessions: the stores write Core statements and answer ``store.rows``.
What can be derived (kanban column, phase, queue length, last event) has no column.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from factory_jupyter.model.states import (
    CIStatus,
    MessageState,
    PullRequestState,
    QuestionState,
    SessionStatus,
    WorkspaceStatus,
)
from factory_jupyter.model.wire import AttachmentInfo, InitStep

SCHEMA_REVISION = "0001"


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, also where the database keeps no zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would be read back as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


class JSONText(TypeDecorator[Any]):
    """A typed value as JSON text; msgspec checks it on the way out."""

    impl = Text
    cache_ok = True

    def __init__(self, type_: Any = Any) -> None:
        super().__init__()
        self.type_ = type_
        self._decode = msgspec.json.Decoder(type_).decode

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode and check."""
        return None if value is None else self._decode(value)


E_ = TypeVar("E_", bound=StrEnum)


def _words(enum: type[E_]) -> Enum:
    """A closed set of words as plain text: a new word needs no migration, an unknown one fails on reading."""
    return Enum(
        enum, native_enum=False, length=20, values_callable=lambda members: [member.value for member in members]
    )


Key = Annotated[str, mapped_column(String(32), primary_key=True)]


class Base(DeclarativeBase):
    """Base of all tables; constraints have predictable names, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own declaration
        str: Text(),
        datetime: UTCDateTime(),
        int: BigInteger(),
        CIStatus: _words(CIStatus),
        MessageState: _words(MessageState),
        PullRequestState: _words(PullRequestState),
        QuestionState: _words(QuestionState),
        SessionStatus: _words(SessionStatus),
        WorkspaceStatus: _words(WorkspaceStatus),
    }


class Project(Base):
    """A local git repository. Writer: `ProjectStore`."""

    __tablename__ = "project"

    id: Mapped[Key]
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    repo_path: Mapped[str] = mapped_column(unique=True)
    worktree_base_path: Mapped[str]
    default_branch: Mapped[str]
    github_owner: Mapped[str | None]
    github_repo: Mapped[str | None]
    is_archived: Mapped[bool]
    startup_script_command: Mapped[str | None]
    startup_script_path: Mapped[str | None]
    startup_script_timeout: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Workspace(Base):
    """A worktree and branch of a project. Writer: `WorkspaceStore`."""

    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("project_id", "key"), Index(None, "project_id", "status"), Index(None, "status"))

    id: Mapped[Key]
    project_id: Mapped[str] = mapped_column(String(32), ForeignKey("project.id", ondelete="RESTRICT"))
    name: Mapped[str]
    description: Mapped[str | None]
    status: Mapped[WorkspaceStatus]
    key: Mapped[str | None] = mapped_column(String(200))
    branch_name: Mapped[str | None]
    base_branch: Mapped[str | None]
    base_commit: Mapped[str | None]
    worktree_path: Mapped[str | None]
    is_adopted: Mapped[bool]
    has_own_branch: Mapped[bool]
    init_error: Mapped[str | None]
    init_started_at: Mapped[datetime | None]
    init_completed_at: Mapped[datetime | None]
    init_retry_count: Mapped[int]
    init_steps: Mapped[list[InitStep]] = mapped_column(JSONText(list[InitStep]))
    issue_number: Mapped[int | None]
    run_status: Mapped[SessionStatus]
    run_command: Mapped[str | None]
    run_pid: Mapped[int | None]
    run_process_started_at: Mapped[float | None]
    run_port: Mapped[int | None]
    pr_number: Mapped[int | None]
    pr_url: Mapped[str | None]
    pr_state: Mapped[PullRequestState]
    pr_review_state: Mapped[str | None]
    pr_ci_status: Mapped[CIStatus]
    pr_updated_at: Mapped[datetime | None]
    pr_stale_since: Mapped[datetime | None]
    diff_files: Mapped[int]
    diff_additions: Mapped[int]
    diff_deletions: Mapped[int]
    diff_uncommitted: Mapped[int]
    has_had_sessions: Mapped[bool]
    last_activity_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Last: SQLite finds a column by walking over those before it, and this one may have a thousand pages.
    init_log: Mapped[str]


class Session(Base):
    """A conversation with Claude Code. Writer: `SessionStore`."""

    __tablename__ = "session"

    id: Mapped[Key]
    workspace_id: Mapped[str] = mapped_column(String(32), ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    workflow: Mapped[str] = mapped_column(String(20))
    model: Mapped[str]
    permission_mode: Mapped[str] = mapped_column(String(20))
    status: Mapped[SessionStatus] = mapped_column(index=True)
    claude_session_id: Mapped[str | None] = mapped_column(index=True)
    agent_pid: Mapped[int | None]
    agent_started_at: Mapped[float | None]
    turns: Mapped[int]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cache_read_input_tokens: Mapped[int]
    cache_creation_input_tokens: Mapped[int]
    cost_usd: Mapped[float]
    context_tokens: Mapped[int | None]
    context_window: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TerminalSession(Base):
    """A terminal of a workspace."""

    __tablename__ = "terminal_session"

    id: Mapped[Key]
    workspace_id: Mapped[str] = mapped_column(String(32), ForeignKey("workspace.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    command: Mapped[str | None]
    status: Mapped[SessionStatus] = mapped_column(index=True)
    pid: Mapped[int | None]
    process_started_at: Mapped[float | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SessionEvent(Base):
    """The append-only log of a session; ``body`` is sent to viewers as it is. Writer: `append_events`."""

    __tablename__ = "session_event"

    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A file that goes with a message. Writer: `MessageStore`."""

    __tablename__ = "attachment"

    id: Mapped[Key]
    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("session.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Message(Base):
    """A person's message; QUEUED ones are the queue. Writer: `MessageStore`."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "session_id", "state", "position"),)

    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("session.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    text: Mapped[str]
    attachments: Mapped[list[AttachmentInfo]] = mapped_column(JSONText(list[AttachmentInfo]))
    state: Mapped[MessageState]
    position: Mapped[int]
    by: Mapped[str | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Question(Base):
    """Something that waits, or waited, for a person. Writer: `QuestionStore`."""

    __tablename__ = "question"
    __table_args__ = (Index(None, "session_id", "state"), Index(None, "state"))

    id: Mapped[Key]
    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("session.id", ondelete="CASCADE"))
    agent_question_id: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))
    tool_name: Mapped[str]
    input: Mapped[dict[str, Any]] = mapped_column(JSONText(dict[str, Any]))
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(JSONText(list[dict[str, Any]]))
    plan: Mapped[str | None]
    tool_use_id: Mapped[str | None]
    state: Mapped[QuestionState]
    behavior: Mapped[str | None] = mapped_column(String(10))
    by: Mapped[str | None]
    reason: Mapped[str | None]
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class DecisionLog(Base):
    """What agents decided and why; outlives the session, so it has no foreign key."""

    __tablename__ = "decision_log"
    __table_args__ = (Index(None, "session_id", "at"), Index(None, "at"))

    id: Mapped[Key]
    session_id: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str]
    body: Mapped[str]
    context: Mapped[dict[str, Any] | None] = mapped_column(JSONText(dict[str, Any]))
    at: Mapped[datetime]


class Lock(Base):
    """A file that one session of a project holds for itself."""

    __tablename__ = "lock"
    __table_args__ = (UniqueConstraint("project_id", "path"),)

    id: Mapped[Key]
    project_id: Mapped[str] = mapped_column(String(32), ForeignKey("project.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(String(32), ForeignKey("session.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    label: Mapped[str | None]
    acquired_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class UserSettings(Base):
    """Preferences; NULL is "not chosen". Writer: `SettingsStore`."""

    __tablename__ = "user_settings"

    user_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    preferred_ide: Mapped[str | None]
    custom_ide_command: Mapped[str | None]
    default_model: Mapped[str | None]
    default_permission_mode: Mapped[str | None]
    default_workflow: Mapped[str | None]
    notification_push: Mapped[bool | None]
    notification_sound: Mapped[bool | None]
    updated_at: Mapped[datetime]
