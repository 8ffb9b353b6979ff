"""The column of a workspace: one rule table, total and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_jupyter.model.board import Activity, kanban_column, needs_attention
from factory_jupyter.model.states import KanbanColumn as Column
from factory_jupyter.model.states import PullRequestState as Pull
from factory_jupyter.model.states import WorkspaceStatus as Status

IDLE, USED, BUSY = Activity(), Activity(has_had_sessions=True), Activity(is_working=True, has_had_sessions=True)
ASKING = Activity(needs_attention=True, has_had_sessions=True)


@pytest.mark.parametrize(
    ("status", "pull_request", "activity", "column"),
    [
        (Status.ARCHIVED, Pull.OPEN, BUSY, Column.DONE),
        (Status.NEW, Pull.NONE, BUSY, Column.BACKLOG),
        (Status.PROVISIONING, Pull.MERGED, USED, Column.BACKLOG),
        (Status.FAILED, Pull.OPEN, USED, Column.BACKLOG),
        (Status.READY, Pull.MERGED, BUSY, Column.IN_PROGRESS),
        (Status.READY, Pull.MERGED, USED, Column.MERGED),
        (Status.READY, Pull.APPROVED, USED, Column.APPROVED),
        (Status.READY, Pull.DRAFT, USED, Column.PR_OPEN),
        (Status.READY, Pull.OPEN, IDLE, Column.PR_OPEN),
        (Status.READY, Pull.CHANGES_REQUESTED, USED, Column.PR_OPEN),
        (Status.READY, Pull.NONE, IDLE, Column.BACKLOG),
        (Status.READY, Pull.NONE, USED, Column.WAITING),
        (Status.READY, Pull.CLOSED, IDLE, Column.BACKLOG),
        (Status.READY, Pull.CLOSED, USED, Column.WAITING),
    ],
)
def test_the_first_rule_that_matches_counts(
    status: Status, pull_request: Pull, activity: Activity, column: Column
) -> None:
    assert kanban_column(status, pull_request, activity) is column


activities = st.builds(
    Activity, is_working=st.booleans(), needs_attention=st.booleans(), has_had_sessions=st.booleans()
)


@given(st.sampled_from(Status), st.sampled_from(Pull), activities)
def test_archived_is_done_and_only_work_is_in_progress(status: Status, pull_request: Pull, activity: Activity) -> None:
    column = kanban_column(status, pull_request, activity)
    assert (column is Column.DONE) == (status is Status.ARCHIVED)
    assert (column is Column.IN_PROGRESS) == (status is Status.READY and activity.is_working)


@pytest.mark.parametrize(
    ("status", "activity", "needs"),
    [
        (Status.READY, ASKING, True),
        (Status.READY, BUSY, False),
        (Status.FAILED, IDLE, True),
        (Status.PROVISIONING, IDLE, False),
        (Status.ARCHIVED, ASKING, False),
    ],
)
def test_who_needs_a_person(status: Status, activity: Activity, needs: bool) -> None:
    assert needs_attention(status, activity) is needs
