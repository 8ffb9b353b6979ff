"""What the board shows of a workspace: derived from facts each time it is asked, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from factory_jupyter.model.states import KanbanColumn, PullRequestState, WorkspaceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What the sessions of a workspace say of themselves."""

    is_working: bool = False
    """A turn runs or starts in one of them."""
    needs_attention: bool = False
    """A question of one of them waits for a person."""
    last_activity_at: datetime | None = None
    has_had_sessions: bool = False


_COLUMN_OF_PULL_REQUEST = {
    PullRequestState.MERGED: KanbanColumn.MERGED,
    PullRequestState.APPROVED: KanbanColumn.APPROVED,
    PullRequestState.DRAFT: KanbanColumn.PR_OPEN,
    PullRequestState.OPEN: KanbanColumn.PR_OPEN,
    PullRequestState.CHANGES_REQUESTED: KanbanColumn.PR_OPEN,
}


def kanban_column(status: WorkspaceStatus, pull_request: PullRequestState, activity: Activity) -> KanbanColumn:
    """The column of a workspace; the first rule that matches counts.

    Work in progress comes before the pull request: an agent that mends a red pull request is at work. A closed pull
    request says nothing of the work, so it counts as none.
    """
    if status is WorkspaceStatus.ARCHIVED:
        return KanbanColumn.DONE
    if status is not WorkspaceStatus.READY:
        return KanbanColumn.BACKLOG
    if activity.is_working:
        return KanbanColumn.IN_PROGRESS
    if column := _COLUMN_OF_PULL_REQUEST.get(pull_request):
        return column
    return KanbanColumn.WAITING if activity.has_had_sessions else KanbanColumn.BACKLOG


def needs_attention(status: WorkspaceStatus, activity: Activity) -> bool:
    """Whether a person is needed: a question waits, or the workspace could not be made."""
    if status is WorkspaceStatus.ARCHIVED:
        return False
    return activity.needs_attention or status is WorkspaceStatus.FAILED
