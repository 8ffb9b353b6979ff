"""What everybody sees of a workspace: its row and everything derived from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from factory_jupyter.model.board import Activity, kanban_column, needs_attention
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.model.wire import Diff, Initialization, PullRequest, RunState, Workspace
from factory_jupyter.services.provisioning import progress
from factory_jupyter.store.rows import WorkspaceRow

# While it is made, and when that has failed, people want to see the log; those of a thousand finished ones would only
# make the board slow.
_SHOWING_LOG: Final = frozenset({WorkspaceStatus.NEW, WorkspaceStatus.PROVISIONING, WorkspaceStatus.FAILED})


def shown(row: WorkspaceRow, activity: Activity) -> Workspace:
    """The workspace on the wire."""
    if row.has_had_sessions:  # of an earlier server, too
        activity = replace(activity, has_had_sessions=True)
    return Workspace(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        description=row.description,
        status=row.status,
        branch_name=row.branch_name,
        base_branch=row.base_branch,
        worktree_path=row.worktree_path,
        init=Initialization(
            error=row.init_error,
            started_at=row.init_started_at,
            completed_at=row.init_completed_at,
            retry_count=row.init_retry_count,
            log_tail=row.init_log_tail if row.status in _SHOWING_LOG else "",
            steps=row.init_steps,
            progress=progress(row.init_steps),
        ),
        run=RunState(status=row.run_status, pid=row.run_pid, port=row.run_port),
        pull_request=_pull_request(row),
        kanban_column=kanban_column(row.status, row.pr_state, activity),
        is_working=activity.is_working,
        needs_attention=needs_attention(row.status, activity),
        diff=Diff(
            files=row.diff_files,
            additions=row.diff_additions,
            deletions=row.diff_deletions,
            uncommitted=row.diff_uncommitted,
        ),
        last_activity_at=max((at for at in (row.last_activity_at, activity.last_activity_at) if at), default=None),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _pull_request(row: WorkspaceRow) -> PullRequest | None:
    if row.pr_number is None or row.pr_url is None:
        return None
    return PullRequest(
        number=row.pr_number,
        url=row.pr_url,
        state=row.pr_state,
        ci_status=row.pr_ci_status,
        review_state=row.pr_review_state,
        updated_at=row.pr_updated_at,
        stale_since=row.pr_stale_since,
    )
