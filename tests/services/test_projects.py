"""Projects are read from their repository; the same one is never added twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_jupyter.errors import Conflict, Invalid, InvalidRepository, NotFound
from factory_jupyter.model.wire import AddProject, PatchProject, ProjectChanged
from tests.fakes.git import git, make_home, make_repository, publish
from tests.services.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Workbench]:
    opening = workbench(tmp_path / "base", make_home(tmp_path / "home"))
    yield jp_asyncio_loop.run_until_complete(opening.__aenter__())
    jp_asyncio_loop.run_until_complete(opening.__aexit__(None, None, None))


async def test_everything_is_read_from_the_repository(bench: Workbench, tmp_path: Path) -> None:
    path = make_repository(tmp_path / "my-cool_app", branch="trunk")
    git(path, "remote", "add", "origin", "https://github.com/ada/engine.git")
    project = await bench.project(path)
    assert (project.name, project.slug, project.default_branch) == ("My Cool App", "my-cool-app", "trunk")
    assert (project.github_owner, project.github_repo) == ("ada", "engine")
    assert project.repo_path == str(path)
    assert project.worktree_base_path == str(tmp_path / "base/worktrees/my-cool-app")
    assert project.startup_script_timeout == 300
    assert bench.frames == [ProjectChanged(project=project)]
    assert await bench.projects.list() == [project]
    assert await bench.projects.get(project.id) == project


async def test_two_repositories_of_one_name_get_names_and_folders_of_their_own(
    bench: Workbench, tmp_path: Path
) -> None:
    added = await asyncio.gather(*(bench.project(make_repository(tmp_path / str(n) / "app")) for n in range(3)))
    assert {(project.name, project.slug) for project in added} == {
        ("App", "app"),
        ("App 2", "app-2"),
        ("App 3", "app-3"),
    }


async def test_a_name_that_no_folder_can_have_still_has_a_slug(bench: Workbench, tmp_path: Path) -> None:
    path = make_repository(tmp_path / "app")
    project = await bench.projects.add(AddProject(repo_path=str(path), name="../ 数据 .hidden"))
    assert (project.name, project.slug) == ("../ 数据 .hidden", "hidden")
    other = await bench.projects.add(AddProject(repo_path=str(make_repository(tmp_path / "b")), name="数据"))
    assert other.slug == "project"


@pytest.mark.parametrize("inside", [".", "src", "../my-app", "worktree"])
async def test_the_same_repository_twice_names_the_project_that_has_it(
    bench: Workbench, tmp_path: Path, inside: str
) -> None:
    path = make_repository(tmp_path / "my-app")
    git(path, "worktree", "add", "-q", "-b", "x", str(path / "worktree"))
    project = await bench.project(path)
    with pytest.raises(Conflict, match="'My App' already"):
        await bench.project(path / inside)
    await bench.projects.archive(project.id)
    assert await bench.projects.list() == []
    back = await bench.project(path / inside)
    assert (back.id, back.is_archived) == (project.id, False)


async def test_refusals(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not a whole path"):
        await bench.projects.add(AddProject(repo_path="my/app"))
    with pytest.raises(InvalidRepository, match="nothing at"):
        await bench.projects.add(AddProject(repo_path=str(tmp_path / "missing")))
    with pytest.raises(NotFound):
        await bench.projects.update("nobody", PatchProject(name="x"))
    assert await bench.projects.list() == []


async def test_a_command_and_a_file_exclude_each_other_also_one_after_the_other(
    bench: Workbench, tmp_path: Path
) -> None:
    project = await bench.project(make_repository(tmp_path / "app"))
    change = bench.projects.update
    assert (await change(project.id, PatchProject(startup_script_command="make"))).startup_script_command == "make"
    with pytest.raises(Invalid, match="not both"):
        await change(project.id, PatchProject(startup_script_path="setup.sh"))
    both = await change(project.id, PatchProject(startup_script_path="setup.sh", startup_script_command=None))
    assert (both.startup_script_command, both.startup_script_path) == (None, "setup.sh")
    for path in ("/etc/profile", "../x.sh"):
        with pytest.raises(Invalid, match="outside"):
            await change(project.id, PatchProject(startup_script_path=path))


async def test_the_default_branch_must_exist(bench: Workbench, tmp_path: Path) -> None:
    path = make_repository(tmp_path / "app")
    git(path, "branch", "dev")
    project = await bench.project(path)
    assert (await bench.projects.update(project.id, PatchProject(default_branch="dev"))).default_branch == "dev"
    with pytest.raises(Invalid, match="does not exist"):
        await bench.projects.update(project.id, PatchProject(default_branch="gone"))


async def test_an_archived_project_takes_no_tasks(bench: Workbench, tmp_path: Path) -> None:
    project = await bench.project(make_repository(tmp_path / "app"))
    await bench.projects.archive(project.id)
    with pytest.raises(Conflict, match="archived"):
        await bench.make(project, name="x")


async def test_branches_as_tasks_name_them(bench: Workbench, tmp_path: Path) -> None:
    path = make_repository(tmp_path / "app")
    publish(path, tmp_path / "remote.git")
    project = await bench.project(path)
    found = [
        (branch.name, branch.is_remote, branch.checked_out_at) for branch in await bench.projects.branches(project.id)
    ]
    assert found == [("main", False, str(path)), ("origin/main", True, None)]


async def test_paths_are_completed(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "me"
    make_repository(home / "App")
    (home / "apples").mkdir()
    (home / ".hidden").mkdir()
    (home / "file-app").touch()
    (home / "loop").symlink_to(home / "loop")
    monkeypatch.setenv("HOME", str(home))

    async def complete(prefix: str) -> list[tuple[str, bool]]:
        return [
            (path.path.removeprefix(f"{home}/"), path.is_repository)
            for path in await bench.projects.complete_path(prefix)
        ]

    assert await complete("~/a") == [("App", True), ("apples", False)]
    assert await complete("") == [("App", True), ("apples", False)]
    assert await complete(f"{home}/.") == [(".hidden", False)]
    assert await complete(f"{home}/App/") == [("App/src", False)]
    assert await complete("/nowhere/at/all") == []
    assert await complete("/non\0sense/x") == []
