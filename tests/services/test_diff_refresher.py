"""Many requests are few measurements, and never more than two at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_jupyter.model.wire import Diff
from factory_jupyter.services import diff_refresher
from factory_jupyter.tools.git import Git
from tests.fakes.git import make_home, make_repository
from tests.services.workbench import Workbench, workbench


class Measuring:
    """Stands in for git: waits until it is released, and counts."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.folders: list[str] = []
        self.at_once = self.most_at_once = 0
        self.answer = Diff(files=1)

    async def __call__(self, git: Git, worktree: Path, base: str | None) -> Diff:
        self.folders.append(worktree.name)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.gate.wait()
        self.at_once -= 1
        return self.answer


@pytest.fixture
def bench(tmp_path: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Workbench]:
    opening = workbench(tmp_path / "base", make_home(tmp_path / "home"))
    yield jp_asyncio_loop.run_until_complete(opening.__aenter__())
    jp_asyncio_loop.run_until_complete(opening.__aexit__(None, None, None))


async def quiet() -> None:
    """Wait until nothing is measured any more."""
    async with asyncio.timeout(10):
        while tasks := [task for task in asyncio.all_tasks() if task.get_name().startswith("measure")]:
            await asyncio.wait(tasks)


async def test_requests_are_gathered(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await bench.project(make_repository(tmp_path / "app"))
    ids = [(await bench.make(project, name=name)).id for name in "abcd"]
    await quiet()
    measuring = Measuring()
    monkeypatch.setattr(diff_refresher, "measure", measuring)
    for _ in range(20):
        for id in ids:
            bench.workspaces.refresh_diff(id)
    async with asyncio.timeout(10):
        while len(measuring.folders) < 2:
            await asyncio.sleep(0.01)
    begun = measuring.folders[0]
    for _ in range(20):  # changes while it is measured: it must be measured once more
        bench.workspaces.refresh_diff(ids["abcd".index(begun)])
    measuring.gate.set()
    await quiet()
    assert measuring.most_at_once == 2
    assert sorted(measuring.folders) == sorted([*"abcd", begun])
    assert [workspace.diff.files for workspace in await bench.workspaces.list()] == [1, 1, 1, 1]


async def test_counts_that_did_not_change_are_not_told(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await bench.make(await bench.project(make_repository(tmp_path / "app")), name="a")
    await quiet()
    measuring = Measuring()
    measuring.gate.set()
    monkeypatch.setattr(diff_refresher, "measure", measuring)
    bench.workspaces.refresh_diff(made.id)
    await quiet()
    told = len(bench.frames)
    bench.workspaces.refresh_diff(made.id)
    await quiet()
    assert len(measuring.folders) == 2
    assert len(bench.frames) == told
