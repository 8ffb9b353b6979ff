"""A workspace is made in the background, on real git; whatever goes wrong, it says so and hurts nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from factory_jupyter.errors import Conflict, IllegalTransition, Invalid, NotFound, RetryLimit
from factory_jupyter.model.board import Activity
from factory_jupyter.model.states import KanbanColumn, WorkspaceStatus
from factory_jupyter.model.wire import CreateWorkspace, PatchProject, PatchWorkspace
from tests.fakes.git import commit, git, make_home, make_repository, publish
from tests.services.workbench import Workbench, workbench

READY, FAILED = WorkspaceStatus.READY, WorkspaceStatus.FAILED


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return make_home(tmp_path / "home")


@pytest.fixture
def repository(tmp_path: Path, env: dict[str, str]) -> Path:
    return make_repository(tmp_path / "my-app")


@pytest.fixture
def bench(tmp_path: Path, env: dict[str, str], jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Workbench]:
    opening = workbench(tmp_path / "base", env)
    yield jp_asyncio_loop.run_until_complete(opening.__aenter__())
    jp_asyncio_loop.run_until_complete(opening.__aexit__(None, None, None))


def head(path: Path | str) -> str:
    return git(Path(path), "rev-parse", "HEAD")


async def test_a_task_gets_a_worktree_of_its_own(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    project = await bench.project(repository)
    created = await bench.workspaces.create(
        CreateWorkspace(project_id=project.id, prompt="Please fix the flaky test in the parser.")
    )
    assert created.status is WorkspaceStatus.NEW
    made = await bench.workspaces.wait_made(created.id)

    assert (made.status, made.name, made.branch_name) == (
        READY,
        "Fix flaky test in parser",
        "ada-lovelace/fix-flaky-test-in-parser",
    )
    path = Path(made.worktree_path or "")
    assert path == tmp_path / "base/worktrees/my-app/fix-flaky-test-in-parser"
    assert await bench.workspaces.location(made.id) == path
    assert git(path, "status", "--porcelain") == ""
    assert (path / "src/app.py").read_text() == "print('hello')\n"
    assert git(path, "symbolic-ref", "--short", "HEAD") == made.branch_name
    assert git(repository, "status", "--porcelain", "--branch") == "## main"
    assert git(repository, "config", "--get-regexp", "^branch.ada", check=False) == ""
    assert made.init.completed_at
    assert made.init.error is None


async def test_progress_is_told_step_by_step_and_never_goes_back(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Steps")
    told = bench.told(made.id)
    assert [step.name for step in made.init.steps] == ["fetch", "worktree", "checkout", "submodules", "copy", "setup"]
    assert list(dict.fromkeys(frame.status for frame in told)) == ["NEW", "PROVISIONING", "READY"]
    progress = [frame.init.progress for frame in told]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert {step.name: step.state for step in made.init.steps} == {
        "fetch": "skipped",
        "worktree": "done",
        "checkout": "done",
        "submodules": "skipped",
        "copy": "skipped",
        "setup": "skipped",
    }
    assert "✓ worktree: branch ada-lovelace/steps at" in await bench.workspaces.log(made.id)


async def test_ten_at_once_have_branches_and_folders_of_their_own(bench: Workbench, repository: Path) -> None:
    publish(repository, repository.parent / "remote.git")
    project = await bench.project(repository)
    made = await asyncio.gather(*(bench.make(project, name="Same name") for _ in range(10)))
    assert [workspace.status for workspace in made] == [READY] * 10
    assert len({workspace.branch_name for workspace in made}) == 10
    assert len({workspace.worktree_path for workspace in made}) == 10
    assert {head(workspace.worktree_path or "") for workspace in made} == {head(repository)}
    assert all(git(Path(workspace.worktree_path or ""), "status", "--porcelain") == "" for workspace in made)


@pytest.mark.slow
async def test_thirty_at_once_beside_an_agent_that_makes_worktrees_too(bench: Workbench, repository: Path) -> None:
    project = await bench.project(repository)

    async def agent() -> None:
        for number in range(10):
            path = repository.parent / f"agents-{number}"
            await asyncio.to_thread(git, repository, "worktree", "add", "-q", "--detach", str(path), check=False)

    made, _ = await asyncio.gather(
        asyncio.gather(*(bench.make(project, prompt=f"Task number {number}") for number in range(30))), agent()
    )
    assert [workspace.init.error for workspace in made] == [None] * 30
    assert len(git(repository, "branch", "--list", "ada-lovelace/*").splitlines()) == 30


async def test_the_base_is_fetched_first(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    publish(repository, tmp_path / "remote.git")
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "colleague")
    news = commit(tmp_path / "colleague", {"news.txt": "new\n"})
    git(tmp_path / "colleague", "push", "-q")
    made = await bench.make(await bench.project(repository), name="Fresh")
    assert head(made.worktree_path or "") == news
    assert made.init.steps[0].state == "done"
    assert git(repository, "config", "--get-regexp", r"^branch\.ada", check=False) == ""  # it tracks nothing


async def test_without_network_it_starts_from_what_is_here_and_says_so(
    tmp_path: Path, env: dict[str, str], repository: Path
) -> None:
    publish(repository, tmp_path / "remote.git")
    git(repository, "remote", "set-url", "origin", "http://127.0.0.1:9/nobody.git")
    local = commit(repository, {"local.txt": "only here\n"})
    async with workbench(tmp_path / "base", env) as bench:
        made = await bench.make(await bench.project(repository), name="Offline")
        assert made.status is READY
        assert head(made.worktree_path or "") == local
        fetch = made.init.steps[0]
        assert fetch.state == "skipped"
        assert "could not fetch main" in fetch.detail


async def test_commits_that_are_only_local_are_mentioned(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    publish(repository, tmp_path / "remote.git")
    published = head(repository)
    commit(repository, {"local.txt": "only here\n"})
    made = await bench.make(await bench.project(repository), name="Fresh")
    assert head(made.worktree_path or "") == published
    assert "your local main is 1 commits ahead" in made.init.steps[1].detail


async def test_a_base_that_only_origin_has(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    git(repository, "branch", "dev")
    publish(repository, tmp_path / "remote.git")
    git(repository, "branch", "-q", "-D", "dev")
    made = await bench.make(await bench.project(repository), name="Dev", base_branch="origin/dev")
    assert (made.status, made.base_branch) == (READY, "dev")


async def test_a_base_that_does_not_exist_fails_with_its_name(bench: Workbench, repository: Path) -> None:
    git(repository, "tag", "v1")  # not a branch
    made = await bench.make(await bench.project(repository), name="No", base_branch="v1")
    assert made.status is FAILED
    assert "Branch 'v1' does not exist" in (made.init.error or "")
    assert made.needs_attention
    assert git(repository, "worktree", "list").count("\n") == 0
    with pytest.raises(Conflict, match="FAILED"):
        await bench.workspaces.location(made.id)


async def test_names_that_git_cannot_use_are_refused_at_once(bench: Workbench, repository: Path) -> None:
    project = await bench.project(repository)
    for name in ("--upload-pack=x", "a..b", "refs/heads/x", "@"):
        with pytest.raises(Invalid):
            await bench.workspaces.create(CreateWorkspace(project_id=project.id, base_branch=name))
        with pytest.raises(Invalid):
            await bench.workspaces.create(CreateWorkspace(project_id=project.id, branch=name))
    assert await bench.workspaces.list() == []
    with pytest.raises(NotFound):
        await bench.workspaces.create(CreateWorkspace(project_id="nobody"))


async def test_branches_of_the_same_name_here_or_on_origin_are_left_alone(
    bench: Workbench, repository: Path, tmp_path: Path
) -> None:
    git(repository, "branch", "ada-lovelace/a-task")
    publish(repository, tmp_path / "remote.git")
    git(repository, "branch", "-q", "-D", "ada-lovelace/a-task")
    git(repository, "branch", "ada-lovelace/A-Task-2")
    made = await bench.make(await bench.project(repository), name="A task")
    assert made.branch_name == "ada-lovelace/a-task-3"


async def test_a_branch_called_like_the_person_is_worked_around(bench: Workbench, repository: Path) -> None:
    git(repository, "branch", "ada-lovelace")
    made = await bench.make(await bench.project(repository), name="A task")
    assert (made.status, made.branch_name) == (READY, "ada-lovelace-a-task")


async def test_going_on_with_a_local_branch(bench: Workbench, repository: Path) -> None:
    git(repository, "switch", "-q", "-c", "feature")
    tip = commit(repository, {"feature.txt": "begun\n"})
    git(repository, "switch", "-q", "main")
    project = await bench.project(repository)
    made = await bench.make(project, branch="feature")
    assert (made.status, made.branch_name, made.name) == (READY, "feature", "feature")
    assert head(made.worktree_path or "") == tip
    with pytest.raises(Conflict, match="is on the branch feature already"):
        await bench.workspaces.create(CreateWorkspace(project_id=project.id, branch="feature"))


async def test_going_on_with_a_branch_of_origin_tracks_it(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    publish(repository, tmp_path / "remote.git")
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "colleague")
    git(tmp_path / "colleague", "switch", "-q", "-c", "theirs")
    tip = commit(tmp_path / "colleague", {"theirs.txt": "1\n"})
    git(tmp_path / "colleague", "push", "-q", "origin", "theirs")
    made = await bench.make(await bench.project(repository), branch="origin/theirs")
    assert (made.status, made.branch_name) == (READY, "theirs")
    assert head(made.worktree_path or "") == tip
    assert git(repository, "rev-parse", "--abbrev-ref", "theirs@{upstream}") == "origin/theirs"


async def test_a_branch_that_is_checked_out_elsewhere_is_not_taken_away(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), branch="main")
    assert made.status is FAILED
    assert f"already checked out at {repository}" in (made.init.error or "")


async def test_a_failed_add_never_leads_into_the_main_checkout(bench: Workbench, repository: Path) -> None:
    project = await bench.project(repository)
    (repository / ".git/worktrees").write_text("a file where git wants a folder")
    made = await bench.make(project, name="Impossible")
    assert made.status is FAILED
    with pytest.raises(Conflict):
        await bench.workspaces.location(made.id)
    (repository / ".git/worktrees").unlink()
    retried = await bench.workspaces.retry(made.id)
    assert retried.init.retry_count == 1
    again = await bench.workspaces.wait_made(made.id)
    assert (again.status, again.branch_name) == (READY, "ada-lovelace/impossible")


async def test_a_folder_that_cannot_be_made_fails_with_its_name(
    bench: Workbench, repository: Path, tmp_path: Path
) -> None:
    project = await bench.project(repository)
    (tmp_path / "base/worktrees").write_text("a file where the folder must be")
    made = await bench.make(project, name="Blocked")
    assert made.status is FAILED
    assert str(tmp_path / "base/worktrees") in (made.init.error or "")
    assert [step.state for step in made.init.steps if step.name == "worktree"] == ["failed"]


async def test_an_existing_worktree_is_adopted_as_it_is(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    side = tmp_path / "side"
    git(repository, "worktree", "add", "-q", "-b", "side", str(side))
    (side / "work.txt").write_text("not committed\n")
    (repository / ".env").write_text("SECRET=1\n")
    commit(repository, {".gitignore": ".env\n", "factory-factory.json": '{"scripts": {"setup": "touch ran"}}'})
    project = await bench.project(repository)
    made = await bench.make(project, adopt_path=str(side))
    assert (made.status, made.worktree_path, made.branch_name) == (READY, str(side), "side")
    assert sorted(path.name for path in side.iterdir()) == [".git", "README.md", "src", "work.txt"]
    with pytest.raises(Conflict, match="works in"):
        await bench.workspaces.create(CreateWorkspace(project_id=project.id, adopt_path=str(side)))


async def test_what_is_no_worktree_of_the_project_is_not_adopted(
    bench: Workbench, repository: Path, tmp_path: Path
) -> None:
    project = await bench.project(repository)
    other = make_repository(tmp_path / "other")
    for path, words in ((repository, "main checkout"), (other, "not a worktree"), (tmp_path / "x", "not a worktree")):
        with pytest.raises(Invalid, match=words):
            await bench.workspaces.create(CreateWorkspace(project_id=project.id, adopt_path=str(path)))


async def test_the_same_key_is_the_same_workspace(bench: Workbench, repository: Path) -> None:
    project = await bench.project(repository)
    body = CreateWorkspace(project_id=project.id, name="Once", key="k1")
    first, second = await asyncio.gather(bench.workspaces.create(body), bench.workspaces.create(body))
    assert first.id == second.id
    await bench.workspaces.wait_made(first.id)
    assert (await bench.workspaces.create(body)).status is READY
    assert len(await bench.workspaces.list()) == 1


async def test_a_nearly_full_disk_is_refused_before_anything_is_made(
    tmp_path: Path, env: dict[str, str], repository: Path
) -> None:
    async with workbench(tmp_path / "base", env, min_free_disk_bytes=2**62) as bench:
        with pytest.raises(Conflict, match="MiB are free"):
            await bench.make(await bench.project(repository), name="Big")
        assert await bench.workspaces.list() == []


async def test_names_without_a_prompt_are_words_and_differ(bench: Workbench, repository: Path) -> None:
    project = await bench.project(repository)
    first, second = await bench.make(project), await bench.make(project)
    assert first.name.isalpha()
    assert first.name != second.name


async def test_submodules_are_filled(bench: Workbench, repository: Path, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library", {"lib.txt": "library\n"})
    git(repository, "submodule", "add", "-q", str(library), "vendor/library")
    commit(repository, {})
    project = await bench.project(repository)
    made = await asyncio.gather(*(bench.make(project, name=f"Sub {number}") for number in range(3)))
    assert [(workspace.status, workspace.init.error) for workspace in made] == [(READY, None)] * 3
    for workspace in made:
        assert (Path(workspace.worktree_path or "") / "vendor/library/lib.txt").read_text() == "library\n"


async def test_a_submodule_that_cannot_be_had_fails_and_can_be_skipped(
    bench: Workbench, repository: Path, tmp_path: Path
) -> None:
    library = make_repository(tmp_path / "library")
    git(repository, "submodule", "add", "-q", str(library), "vendor/library")
    git(repository, "config", "-f", ".gitmodules", "submodule.vendor/library.url", str(tmp_path / "gone"))
    commit(repository, {})
    git(repository, "config", "submodule.vendor/library.url", str(tmp_path / "gone"))
    made = await bench.make(await bench.project(repository), name="Sub")
    assert made.status is FAILED
    assert "gone" in (made.init.error or "")
    await bench.workspaces.skip_setup(made.id)
    skipped = await bench.workspaces.wait_made(made.id)
    assert skipped.status is READY
    assert skipped.init.steps[3].state == "skipped"


# --- Setup -----------------------------------------------------------------------------------------------------------


def with_setup(repository: Path, command: str) -> None:
    escaped = command.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    commit(repository, {"factory-factory.json": f'{{"scripts": {{"setup": "{escaped}"}}}}'})


async def test_the_setup_script_runs_in_the_worktree_before_it_is_ready(bench: Workbench, repository: Path) -> None:
    with_setup(repository, 'echo "in $PWD"; echo "for $FACTORY_WORKSPACE_ID"; printf ä > done.txt')
    ready: list[str] = []
    bench.workspaces.on_ready.append(lambda id: ready.append(id))
    made = await bench.make(await bench.project(repository), name="Setup")
    assert (Path(made.worktree_path or "") / "done.txt").read_text() == "ä"
    log = await bench.workspaces.log(made.id)
    assert f"in {made.worktree_path}\nfor {made.id}\n" in log
    assert ready == [made.id]


async def test_a_failing_setup_script_shows_the_end_of_its_log_and_can_be_skipped(
    bench: Workbench, repository: Path
) -> None:
    with_setup(repository, "echo no such package >&2; exit 3")
    ready: list[str] = []
    bench.workspaces.on_ready.append(lambda id: ready.append(id))
    made = await bench.make(await bench.project(repository), name="Setup")
    assert made.status is FAILED
    assert made.init.error == "Script exited with code 3: no such package"
    assert "no such package" in made.init.log_tail
    assert ready == []
    await bench.workspaces.skip_setup(made.id)
    skipped = await bench.workspaces.wait_made(made.id)
    assert skipped.status is READY
    assert skipped.init.error is None
    assert skipped.init.steps[-1].detail == "skipped by you"
    assert ready == [made.id]


async def test_retry_runs_only_what_is_not_done_and_at_most_three_times(bench: Workbench, repository: Path) -> None:
    with_setup(repository, "echo tried >> tries; exit 1")
    made = await bench.make(await bench.project(repository), name="Setup")
    for _ in range(3):
        await bench.workspaces.retry(made.id)
        await bench.workspaces.wait_made(made.id)
    with pytest.raises(RetryLimit):
        await bench.workspaces.retry(made.id)
    again = await bench.workspaces.get(made.id)
    assert again.init.retry_count == 3
    assert (Path(again.worktree_path or "") / "tries").read_text() == "tried\n" * 4
    assert git(repository, "branch", "--list", "ada*").strip().lstrip("+ ") == "ada-lovelace/setup"


async def test_a_retry_of_what_has_not_failed_is_refused(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Fine")
    for call in (bench.workspaces.retry, bench.workspaces.cancel, bench.workspaces.skip_setup):
        with pytest.raises(IllegalTransition):
            await call(made.id)


def _alive(pid_file: Path) -> bool:
    try:
        return psutil.Process(int(pid_file.read_text())).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_setup_script_that_takes_too_long_is_ended_with_all_it_started(
    bench: Workbench, repository: Path
) -> None:
    # The second child leaves the script's process group and its parent, as daemons do.
    with_setup(repository, "sleep 600 & echo $! > a; (setsid sleep 600 & echo $! > b); echo working; wait")
    project = await bench.project(repository)
    await bench.projects.update(project.id, PatchProject(startup_script_timeout=1))
    made = await bench.make(project, name="Slow")
    assert made.status is FAILED
    assert made.init.error == "Script timed out after 1s: working"
    path = Path(made.worktree_path or "")
    assert not _alive(path / "a")
    assert not _alive(path / "b")


async def until_told(bench: Workbench, id: str, output: str) -> None:
    """Wait until the board was told a line of the script's output."""
    async with asyncio.timeout(10):
        while not any(f"\n{output}\n" in frame.init.log_tail for frame in bench.told(id)):
            await asyncio.sleep(0.02)


async def test_the_log_is_followed_while_the_script_runs_and_cancel_ends_it(bench: Workbench, repository: Path) -> None:
    with_setup(repository, "echo $$ > pid; echo halfway; sleep 600")
    project = await bench.project(repository)
    created = await bench.workspaces.create(CreateWorkspace(project_id=project.id, name="Slow"))
    await until_told(bench, created.id, "halfway")
    assert bench.told(created.id)[-1].status is WorkspaceStatus.PROVISIONING
    with pytest.raises(Conflict):
        await bench.workspaces.location(created.id)

    cancelled = await bench.workspaces.cancel(created.id)
    assert cancelled.status is FAILED
    assert "Cancelled" in (cancelled.init.error or "")
    assert not _alive(Path(cancelled.worktree_path or "") / "pid")


async def test_a_running_setup_can_be_skipped(bench: Workbench, repository: Path) -> None:
    with_setup(repository, "echo halfway; sleep 600")
    project = await bench.project(repository)
    created = await bench.workspaces.create(CreateWorkspace(project_id=project.id, name="Slow"))
    await until_told(bench, created.id, "halfway")
    await bench.workspaces.skip_setup(created.id)
    assert (await bench.workspaces.wait_made(created.id)).status is READY


async def test_a_worktree_that_cannot_be_made_cannot_be_skipped(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="No", base_branch="gone")
    with pytest.raises(Conflict, match="no worktree to work in"):
        await bench.workspaces.skip_setup(made.id)
    assert (await bench.workspaces.get(made.id)).init.error == made.init.error


async def test_a_flood_of_output_is_bounded(bench: Workbench, repository: Path) -> None:
    with_setup(repository, "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1")
    made = await bench.make(await bench.project(repository), name="Flood")
    assert (made.init.error or "").endswith("the end")
    assert 1_000_000 < len(await bench.workspaces.log(made.id)) < 1_100_000


async def test_a_bad_configuration_file_is_named_and_not_passed_over(bench: Workbench, repository: Path) -> None:
    commit(repository, {"factory-factory.json": '{"scripts": {"setup": 7}}'})
    made = await bench.make(await bench.project(repository), name="Bad")
    assert made.status is FAILED
    assert "factory-factory.json" in (made.init.error or "")
    assert "$.scripts.setup" in (made.init.error or "")


async def test_the_projects_own_script_is_used_when_the_repository_has_none(bench: Workbench, repository: Path) -> None:
    commit(repository, {"scripts/start.sh": "touch from-file\n"})
    project = await bench.project(repository)
    await bench.projects.update(project.id, PatchProject(startup_script_path="scripts/start.sh"))
    made = await bench.make(project, name="File")
    assert (Path(made.worktree_path or "") / "from-file").exists()
    await bench.projects.update(
        project.id, PatchProject(startup_script_path=None, startup_script_command="touch from-command")
    )
    made = await bench.make(project, name="Command")
    assert (Path(made.worktree_path or "") / "from-command").exists()
    await bench.projects.update(project.id, PatchProject(startup_script_command=None, startup_script_path="gone.sh"))
    made = await bench.make(project, name="Gone")
    assert "Script not found in the repository: gone.sh" in (made.init.error or "")


async def test_a_script_that_a_link_leads_out_of_the_worktree_is_not_run(
    bench: Workbench, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.sh").write_text("touch ran\n")
    (repository / "link.sh").symlink_to(tmp_path / "outside.sh")
    commit(repository, {})
    project = await bench.project(repository)
    await bench.projects.update(project.id, PatchProject(startup_script_path="link.sh"))
    made = await bench.make(project, name="Link")
    assert made.status is FAILED
    assert not (Path(made.worktree_path or "") / "ran").exists()


async def test_secrets_of_the_server_do_not_reach_the_script(
    tmp_path: Path, env: dict[str, str], repository: Path
) -> None:
    with_setup(repository, "env")
    async with workbench(tmp_path / "base", {**env, "JUPYTER_TOKEN": "hush", "JPY_API_TOKEN": "hush"}) as bench:
        made = await bench.make(await bench.project(repository), name="Env")
        log = await bench.workspaces.log(made.id)
    assert "WORKSPACE_PATH=" in log
    assert "hush" not in log


# --- What is shown ---------------------------------------------------------------------------------------------------


async def test_the_folder_is_looked_at_each_time(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Gone")
    path = Path(made.worktree_path or "")
    pointer = (path / ".git").read_text()
    (path / ".git").unlink()
    with pytest.raises(Conflict, match="is not a worktree any more"):
        await bench.workspaces.location(made.id)
    (path / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(Conflict, match="has lost its repository"):
        await bench.workspaces.location(made.id)
    (path / ".git").write_text(pointer)
    path.rename(path.with_name("moved"))
    with pytest.raises(Conflict, match="is missing"):
        await bench.workspaces.location(made.id)


async def measured(bench: Workbench, id: str) -> tuple[int, int, int, int]:
    bench.workspaces.refresh_diff(id)
    async with asyncio.timeout(10):
        while any(task.get_name().startswith("measure") for task in asyncio.all_tasks()):
            await asyncio.sleep(0.01)
    diff = (await bench.workspaces.get(id)).diff
    return diff.files, diff.additions, diff.deletions, diff.uncommitted


async def test_changes_are_counted_against_the_base(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Diff")
    path = Path(made.worktree_path or "")
    assert await measured(bench, made.id) == (0, 0, 0, 0)
    commit(path, {"src/app.py": "print('hello')\nprint('again')\n"})
    (path / "README.md").unlink()
    (path / "odd name\n.txt").write_text("one\ntwo")
    assert await measured(bench, made.id) == (3, 3, 1, 2)
    assert bench.told(made.id)[-1].diff.files == 3
    commit(repository, {"elsewhere.txt": "x\n"})  # the base goes on, the branch does not
    assert await measured(bench, made.id) == (3, 3, 1, 2)


async def test_listing_starts_no_process_and_touches_no_worktree(
    bench: Workbench, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await bench.make(await bench.project(repository), name="List")
    monkeypatch.setattr("factory_jupyter.tools.process.run", None)
    Path(made.worktree_path or "").rename(repository.parent / "elsewhere")
    assert [workspace.id for workspace in await bench.workspaces.list()] == [made.id]


async def test_the_board_follows_what_sessions_do(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Busy")
    assert made.kanban_column is KanbanColumn.BACKLOG

    async def refreshed() -> KanbanColumn:
        before = len(bench.told(made.id))
        bench.workspaces.refresh(made.id)
        async with asyncio.timeout(5):
            while len(bench.told(made.id)) == before:
                await asyncio.sleep(0.01)
        return bench.told(made.id)[-1].kanban_column

    bench.activities[made.id] = Activity(is_working=True, has_had_sessions=True, needs_attention=True)
    assert await refreshed() is KanbanColumn.IN_PROGRESS
    assert bench.told(made.id)[-1].needs_attention
    bench.activities[made.id] = Activity(has_had_sessions=True)
    assert await refreshed() is KanbanColumn.WAITING
    bench.activities.clear()  # as after a restart
    assert await refreshed() is KanbanColumn.WAITING


async def test_rename(bench: Workbench, repository: Path) -> None:
    made = await bench.make(await bench.project(repository), name="Before")
    changed = await bench.workspaces.update(made.id, PatchWorkspace(name="After"))
    assert (changed.name, changed.branch_name) == ("After", made.branch_name)
