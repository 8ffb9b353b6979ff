"""Projects and workspaces: unique things stay unique; a status moves along the table and from what was seen."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_jupyter.errors import Conflict, IllegalTransition, NotFound, RetryLimit
from factory_jupyter.model.states import WORKSPACE_MOVES, WorkspaceStatus
from factory_jupyter.model.wire import InitStep
from factory_jupyter.store.workspaces import INIT_LOG_TAIL
from tests.store.rows import NOON, add_workspace, project, workspace

NEW, PROVISIONING, READY, FAILED, ARCHIVED = (
    WorkspaceStatus.NEW,
    WorkspaceStatus.PROVISIONING,
    WorkspaceStatus.READY,
    WorkspaceStatus.FAILED,
    WorkspaceStatus.ARCHIVED,
)


async def test_a_project_comes_back_as_it_went(stores):
    row = project(github_owner="ada", startup_script_command="make", startup_script_timeout=10)
    assert await stores.projects.add(row) == row
    assert await stores.projects.get(row.id) == row
    assert await stores.projects.by_repo_path(row.repo_path) == row
    assert await stores.projects.by_repo_path("/elsewhere") is None


async def test_a_repository_is_one_project(stores):
    row = await stores.projects.add(project())
    with pytest.raises(Conflict, match="already in use"):
        await stores.projects.add(project(repo_path=row.repo_path))
    with pytest.raises(Conflict, match="already in use"):
        await stores.projects.add(project(slug=row.slug))


async def test_archived_projects_are_listed_on_request(stores):
    kept, gone = await stores.projects.add(project()), await stores.projects.add(project())
    archived = await stores.projects.update(gone.id, is_archived=True)
    assert archived.updated_at > NOON
    assert [row.id for row in await stores.projects.list()] == [kept.id]
    assert [row.id for row in await stores.projects.list(include_archived=True)] == [gone.id, kept.id]


async def test_what_is_not_there_is_not_found(stores):
    for call in (
        stores.projects.get,
        stores.projects.update,
        stores.workspaces.get,
        stores.workspaces.update,
        stores.workspaces.log,
    ):
        with pytest.raises(NotFound):
            await call("nothing")
    with pytest.raises(NotFound):
        await stores.workspaces.move("nothing", NEW, PROVISIONING)
    with pytest.raises(NotFound):
        await stores.workspaces.retry("nothing", 3)


async def test_a_workspace_comes_back_as_it_went(stores):
    row = await add_workspace(
        stores, description="why", init_steps=[InitStep(name="fetch", state="done", duration_ms=3)]
    )
    assert await stores.workspaces.get(row.id) == row
    assert await stores.workspaces.list() == [row]


async def test_the_same_key_is_the_same_workspace(stores):
    first = await add_workspace(stores, key="nightly")
    again = await asyncio.gather(
        *(stores.workspaces.add(workspace(first.project_id, key="nightly")) for _ in range(10))
    )
    assert {row.id for row in again} == {first.id}
    assert (await stores.workspaces.by_key(first.project_id, "nightly")).id == first.id
    elsewhere = await add_workspace(stores, key="nightly")
    assert elsewhere.id != first.id


async def test_a_workspace_needs_its_project(stores):
    with pytest.raises(NotFound, match="project"):
        await stores.workspaces.add(workspace("nothing"))


async def test_lists_are_filtered(stores):
    first = await add_workspace(stores)
    archived = await stores.workspaces.add(workspace(first.project_id, status=ARCHIVED))
    other = await add_workspace(stores, status=READY)

    async def ids(**filters):
        return {row.id for row in await stores.workspaces.list(**filters)}

    assert await ids() == {first.id, other.id}
    assert await ids(include_archived=True) == {first.id, archived.id, other.id}
    assert await ids(project_id=first.project_id) == {first.id}
    assert await ids(status=READY) == {other.id}
    assert await ids(status=ARCHIVED) == {archived.id}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    present=st.sampled_from(WorkspaceStatus), old=st.sampled_from(WorkspaceStatus), new=st.sampled_from(WorkspaceStatus)
)
def test_a_status_moves_along_the_table_from_what_was_seen(stores, jp_asyncio_loop, present, old, new):
    async def check():
        row = await add_workspace(stores, status=present)
        if present is old and new in WORKSPACE_MOVES[old]:
            moved = await stores.workspaces.move(row.id, old, new, init_error="why")
            assert (moved.status, moved.init_error) == (new, "why")
            return
        with pytest.raises(IllegalTransition):
            await stores.workspaces.move(row.id, old, new, init_error="why")
        assert await stores.workspaces.get(row.id) == row

    jp_asyncio_loop.run_until_complete(check())


async def test_of_many_who_move_at_once_one_wins(stores):
    row = await add_workspace(stores)
    results = await asyncio.gather(
        *(stores.workspaces.move(row.id, NEW, PROVISIONING) for _ in range(20)), return_exceptions=True
    )
    assert sum(not isinstance(result, IllegalTransition) for result in results) == 1


async def test_update_does_not_touch_the_status(stores):
    row = await add_workspace(stores)
    with pytest.raises(TypeError, match="move"):
        await stores.workspaces.update(row.id, status=READY)


async def test_a_retry_is_counted_and_limited(stores):
    row = await add_workspace(stores, status=FAILED, init_error="network")
    for count in (1, 2, 3):
        retried = await stores.workspaces.retry(row.id, 3)
        assert (retried.status, retried.init_retry_count, retried.init_error) == (PROVISIONING, count, None)
        with pytest.raises(IllegalTransition):
            await stores.workspaces.retry(row.id, 3)
        await stores.workspaces.move(row.id, PROVISIONING, FAILED)
    with pytest.raises(RetryLimit, match=r"\(3\)"):
        await stores.workspaces.retry(row.id, 3)


async def test_rows_carry_the_end_of_the_log_and_all_of_it_can_be_read(stores):
    row = await add_workspace(stores)
    await stores.workspaces.append_log(row.id, "fetching ä\n")
    assert (await stores.workspaces.get(row.id)).init_log_tail == "fetching ä\n"
    await stores.workspaces.append_log(row.id, "x" * INIT_LOG_TAIL)
    assert (await stores.workspaces.get(row.id)).init_log_tail == "x" * INIT_LOG_TAIL
    assert (await stores.workspaces.log(row.id)).startswith("fetching ä\nxx")
    assert await stores.workspaces.log(row.id, offset=INIT_LOG_TAIL + 11) == ""
    assert await stores.workspaces.log(row.id, offset=9) == "ä\n" + "x" * INIT_LOG_TAIL
