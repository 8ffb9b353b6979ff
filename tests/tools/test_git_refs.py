"""Where new work starts, and how seldom that is asked of the network."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from factory_jupyter.errors import GitFailed, Invalid
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_refs import References, StartPoint
from tests.fakes.git import commit, git, make_home, make_repository, publish


@pytest.fixture
def tool(tmp_path: Path) -> Git:
    return Git(environment=make_home(tmp_path / "home"))


@pytest.fixture
def repository(tmp_path: Path, tool: Git) -> Path:
    repository = make_repository(tmp_path / "app")
    publish(repository, tmp_path / "remote.git")
    return repository


async def test_ten_who_ask_at_once_share_two_fetches(
    tool: Git, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetches, real = [], tool.network

    async def network(where: Path, *arguments: str, timeout_s: float) -> object:
        fetches.append(arguments)
        return await real(where, *arguments, timeout_s=timeout_s)

    monkeypatch.setattr(tool, "network", network)
    references = References(tool)
    await asyncio.gather(*(references.fetch(repository, "main", timeout_s=10) for _ in range(10)))
    assert len(fetches) <= 2
    await references.fetch(repository, "main", timeout_s=10)
    assert len(fetches) <= 3


async def test_all_who_share_a_fetch_learn_of_its_failure(tool: Git, repository: Path) -> None:
    references = References(tool)
    outcomes = await asyncio.gather(
        *(references.fetch(repository, "nowhere", timeout_s=10) for _ in range(4)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [GitFailed] * 4


async def test_a_fetch_brings_the_branch_and_nothing_else(tool: Git, repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "colleague")
    news = commit(tmp_path / "colleague", {"news.txt": "1"})
    git(tmp_path / "colleague", "tag", "v1")
    git(tmp_path / "colleague", "push", "-q", "origin", "main", "main:other", "v1")
    local = git(repository, "rev-parse", "main")
    (repository / ".git/FETCH_HEAD").unlink()
    await References(tool).fetch(repository, "main", timeout_s=10)
    refs = git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert refs == [f"refs/heads/main {local}", f"refs/remotes/origin/HEAD {news}", f"refs/remotes/origin/main {news}"]
    assert not (repository / ".git/FETCH_HEAD").exists()


async def test_fresh_origin_then_local_then_what_origin_had(tool: Git, repository: Path) -> None:
    references, published = References(tool), git(repository, "rev-parse", "main")
    local = commit(repository, {"local.txt": "1"})

    async def start(is_fresh: bool) -> StartPoint:
        return await references.start_point(repository, "main", is_fresh=is_fresh)

    note = "; your local main is 1 commits ahead of it"
    assert await start(is_fresh=True) == StartPoint(name="origin/main", commit=published, note=note)
    assert await start(is_fresh=False) == StartPoint(name="main", commit=local)
    git(repository, "switch", "-q", "-c", "other")
    git(repository, "branch", "-q", "-D", "main")
    git(repository, "branch", "-q", "main/below")  # not to be taken for it
    assert await start(is_fresh=False) == StartPoint(name="origin/main", commit=published)
    git(repository, "tag", "only-a-tag")
    for name in ("only-a-tag", published):
        with pytest.raises(Invalid, match="does not exist"):
            await references.start_point(repository, name, is_fresh=True)


async def test_names_in_use_here_and_there(tool: Git, repository: Path) -> None:
    git(repository, "branch", "ada/x")
    git(repository, "push", "-q", "origin", "ada/x:theirs/y")
    assert {"main", "ada/x", "theirs/y"} <= await References(tool).taken(repository)
