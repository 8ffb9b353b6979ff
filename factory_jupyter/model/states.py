"""Every state and every legal move, as data.

A move that is not in a table is illegal; there are no other rules. The diagrams in ``docs/`` are generated from these
tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import TypeVar

from factory_jupyter.errors import IllegalTransition


class WorkspaceStatus(StrEnum):
    """Life of a workspace, as stored."""

    NEW = "NEW"
    PROVISIONING = "PROVISIONING"
    READY = "READY"
    FAILED = "FAILED"
    ARCHIVED = "ARCHIVED"


class SessionStatus(StrEnum):
    """Outcome of a session, terminal or run script, as stored."""

    IDLE = "IDLE"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class SessionPhase(StrEnum):
    """What a session does at this moment; derived in memory, never stored."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPING = "stopping"
    STOPPED = "stopped"


class MessageState(StrEnum):
    """Life of a message that a person sent."""

    QUEUED = "queued"
    SENT = "sent"
    CANCELLED = "cancelled"


class QuestionState(StrEnum):
    """Life of a question; only OPEN ones wait for a person. LOST: the server ended before it was answered."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LOST = "lost"


class PullRequestState(StrEnum):
    """State of a workspace's pull request."""

    NONE = "NONE"
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    APPROVED = "APPROVED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class CIStatus(StrEnum):
    """Combined result of a pull request's checks."""

    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class KanbanColumn(StrEnum):
    """Column of the board; derived by ``model.board``."""

    BACKLOG = "BACKLOG"
    IN_PROGRESS = "IN_PROGRESS"
    WAITING = "WAITING"
    PR_OPEN = "PR_OPEN"
    APPROVED = "APPROVED"
    MERGED = "MERGED"
    DONE = "DONE"


_W = WorkspaceStatus
WORKSPACE_MOVES: Mapping[WorkspaceStatus, frozenset[WorkspaceStatus]] = {
    _W.NEW: frozenset({_W.PROVISIONING, _W.ARCHIVED}),
    _W.PROVISIONING: frozenset({_W.READY, _W.FAILED}),
    _W.READY: frozenset({_W.ARCHIVED}),
    _W.FAILED: frozenset({_W.PROVISIONING, _W.NEW, _W.READY, _W.ARCHIVED}),
    _W.ARCHIVED: frozenset({_W.PROVISIONING}),
}

_S = SessionStatus
SESSION_MOVES: Mapping[SessionStatus, frozenset[SessionStatus]] = {
    _S.IDLE: frozenset({_S.RUNNING}),
    _S.RUNNING: frozenset({_S.IDLE, _S.PAUSED, _S.COMPLETED, _S.FAILED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.IDLE, _S.FAILED}),
    _S.COMPLETED: frozenset({_S.RUNNING, _S.IDLE}),
    _S.FAILED: frozenset({_S.RUNNING, _S.IDLE}),
}

_Q = QuestionState
QUESTION_MOVES: Mapping[QuestionState, frozenset[QuestionState]] = {
    _Q.OPEN: frozenset({_Q.ANSWERED, _Q.WITHDRAWN, _Q.LOST}),
    _Q.ANSWERED: frozenset(),
    _Q.WITHDRAWN: frozenset(),
    _Q.LOST: frozenset(),
}

_M = MessageState
MESSAGE_MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    _M.QUEUED: frozenset({_M.SENT, _M.CANCELLED}),
    _M.SENT: frozenset(),
    _M.CANCELLED: frozenset(),
}

State = TypeVar("State", bound=Enum)


def check_move(kind: str, moves: Mapping[State, frozenset[State]], old: State, new: State) -> None:
    """Raise `IllegalTransition` unless ``new`` may follow ``old``."""
    if new not in moves[old]:
        raise IllegalTransition(kind, old.value, new.value)
