"""Each thing that is not a usable repository is refused in its own words; default branches are found, not assumed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_jupyter.errors import InvalidRepository
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_repository import Repositories
from tests.fakes.git import commit, git, make_home, make_repository, publish

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def repositories(tmp_path: Path) -> Repositories:
    return Repositories(Git(environment=make_home(tmp_path / "home")))


async def test_a_repository(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app", branch="trunk")
    git(path, "remote", "add", "origin", "git@github.com:ada/engine.git")
    found = await repositories.inspect(path)
    assert (found.path, found.common_dir, found.default_branch, found.note) == (path, path / ".git", "trunk", "")
    assert found.github and (found.github.owner, found.github.name) == ("ada", "engine")


async def _refused(repositories: Repositories, path: Path, words: str) -> None:
    with pytest.raises(InvalidRepository, match=words):
        await repositories.inspect(path)


async def test_refusals(tmp_path: Path, repositories: Repositories) -> None:
    await _refused(repositories, tmp_path / "missing", "There is nothing at")
    (tmp_path / "file").touch()
    await _refused(repositories, tmp_path / "file", "is a file|may not be read")
    (tmp_path / "plain").mkdir()
    await _refused(repositories, tmp_path / "plain", "is not a git repository")
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    await _refused(repositories, tmp_path / "bare.git", "is a bare repository")
    git(tmp_path, "init", "-q", "unborn")
    await _refused(repositories, tmp_path / "unborn", "has no commits yet")
    repository = make_repository(tmp_path / "app")
    await _refused(repositories, repository / ".git", "inside a .git folder")


@as_root
async def test_a_repository_of_another_user_is_refused_with_the_command_that_trusts_it(
    tmp_path: Path, repositories: Repositories
) -> None:
    path = make_repository(tmp_path / "theirs")
    for part in (path, path / ".git"):
        os.chown(part, 12345, 12345)
    await _refused(repositories, path / "src", f"safe.directory {path}$")


async def test_an_unreadable_folder(
    tmp_path: Path, repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_repository(tmp_path / "app")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    await _refused(repositories, path, "may not be read")


async def test_a_subfolder_means_its_repository_and_says_so(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    found = await repositories.inspect(path / "src")
    assert found.path == path
    assert str(path) in found.note


async def test_a_worktree_means_the_repository_that_it_is_of(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    git(path, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    found = await repositories.inspect(tmp_path / "side")
    assert (found.path, found.default_branch) == (path, "main")
    assert found.note


async def test_a_worktree_of_a_bare_repository_is_refused(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    git(tmp_path, "clone", "-q", "--bare", str(path), "bare.git")
    git(tmp_path / "bare.git", "worktree", "add", "-q", str(tmp_path / "side"), "main")
    await _refused(repositories, tmp_path / "side", "no files of its own")


async def test_what_origin_calls_head_is_the_default_branch(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app", branch="release")
    publish(path, tmp_path / "remote.git")
    git(path, "switch", "-q", "-c", "main")
    assert await repositories.default_branch(path) == "release"
    git(path, "branch", "-q", "-D", "release")  # only origin has it now
    assert await repositories.default_branch(path) == "release"


async def test_default_branch_without_origin(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app", branch="odd")
    assert await repositories.default_branch(path) == "odd"
    git(path, "branch", "master")
    assert await repositories.default_branch(path) == "master"
    git(path, "config", "init.defaultBranch", "odd")
    assert await repositories.default_branch(path) == "odd"
    git(path, "config", "--unset", "init.defaultBranch")
    git(path, "branch", "-q", "-D", "master")
    git(path, "checkout", "-q", "--detach")
    assert await repositories.default_branch(path) == "odd"


async def test_a_tag_is_no_branch(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app", branch="work")
    git(path, "tag", "main")
    assert await repositories.default_branch(path) == "work"


async def test_branches_with_their_worktrees(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    publish(path, tmp_path / "remote.git")
    git(path, "branch", "feature/ä b".replace(" ", "-"))
    git(path, "worktree", "add", "-q", "-b", "side", str(tmp_path / "with space"))
    found = {(branch.remote, branch.name): branch.checked_out_at for branch in await repositories.branches(path)}
    assert found == {
        ("", "main"): str(path),
        ("", "feature/ä-b"): None,
        ("", "side"): str(tmp_path / "with space"),
        ("origin", "main"): None,
    }


async def test_remotes_as_git_would_use_them(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    git(path, "config", "url.https://github.com/.insteadOf", "gh:")
    git(path, "remote", "add", "fork", "gh:me/engine")
    git(path, "remote", "add", "origin", "https://gitlab.com/x/y.git")
    found = await repositories.inspect(path)
    assert found.github and found.github.owner == "me"


async def test_the_person(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    assert await repositories.user(path) == "Ada Lovelace"
    git(path, "config", "github.user", "ada")
    assert await repositories.user(path) == "ada"


async def test_reading_leaves_the_repository_as_it_was(tmp_path: Path, repositories: Repositories) -> None:
    path = make_repository(tmp_path / "app")
    commit(path, {"a": "1"})
    before = sorted(file for file in path.rglob("*") if file.is_file())
    await repositories.inspect(path)
    assert sorted(file for file in path.rglob("*") if file.is_file()) == before
