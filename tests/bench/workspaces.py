"""What making a workspace costs over `git worktree add`, and how long a big board takes to list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from factory_jupyter.model.ids import new_id
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.services.provisioning import planned
from factory_jupyter.store.rows import WorkspaceRow
from tests.bench.table import Row, Table, limit_row, percentile, ratio_row
from tests.fakes.git import git, make_home
from tests.services.workbench import Workbench, workbench

SIZES = {"1,900 files": (1_900, 7), "50,000 files": (50_000, 3)}
AT_ONCE = 10
BOARD = 1_000
LISTS = 40


def run(folder: Path) -> list[Table]:
    """The table of workspaces."""
    return [
        Table(
            "Workspaces",
            "Making a workspace is everything until READY: rows, steps, lock, verification, log. The peer is a plain "
            "`git worktree add -b` of the same repository, taking turns with ours; medians.",
            asyncio.run(_rows(folder)),
        )
    ]


async def _rows(folder: Path) -> list[Row]:
    environment = make_home(folder / "home")
    rows: list[Row] = []
    async with workbench(folder / "base", environment) as bench:
        for name, (files, rounds) in SIZES.items():
            repository = _repository(folder / f"app-{files}", files)
            rows.append(await _create(bench, repository, name, rounds))
            if files < 10_000:
                rows.append(await _ten(bench, repository))
        rows.append(await _list(bench))
    return rows


def _repository(path: Path, files: int) -> Path:
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    for number in range(files):
        file = path / f"d{number // 100}" / f"f{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"line {number}\n" * 100)
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "All")
    return path


@contextmanager
def _clock(into: list[float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    into.append((time.perf_counter() - begun) * 1000)


def _bare(repository: Path, name: str) -> None:
    git(repository, "worktree", "add", "-q", "-b", name, str(repository.with_name(f"{repository.name}-{name}")))


async def _create(bench: Workbench, repository: Path, name: str, rounds: int) -> Row:
    project = await bench.project(repository)
    ours: list[float] = []
    bare: list[float] = []
    for number in range(rounds):
        with _clock(ours):
            made = await bench.make(project, name=f"Task {number}")
        assert made.status is WorkspaceStatus.READY, made.init.error
        with _clock(bare):
            _bare(repository, f"bare-{number}")
    limit = 1.2 * median(bare) + 100
    row = ratio_row(f"one of {name}", median(ours), median(bare), "ms", None, "bare git")
    return Row(row.what, row.ours, row.peer, row.ratio, "≤ 1.2 × + 100 ms", median(ours) <= limit)


async def _ten(bench: Workbench, repository: Path) -> Row:
    project = (await bench.projects.list())[0]
    ours: list[float] = []
    bare: list[float] = []
    with _clock(bare):
        for number in range(AT_ONCE):
            _bare(repository, f"ten-{number}")
    with _clock(ours):
        made = await asyncio.gather(*(bench.make(project, name=f"Ten {number}") for number in range(AT_ONCE)))
    assert all(workspace.status is WorkspaceStatus.READY for workspace in made)
    return ratio_row("ten at once, 1,900 files", ours[0], bare[0], "ms", 1.5, "bare git, ten in turn")


async def _list(bench: Workbench) -> Row:
    project = (await bench.projects.list())[0]
    now = datetime.now(UTC)
    made = len(await bench.workspaces.list())
    await asyncio.gather(
        *(
            bench.stores.workspaces.add(
                WorkspaceRow(
                    id=new_id(),
                    project_id=project.id,
                    name=f"Task {number}",
                    created_at=now,
                    updated_at=now,
                    status=WorkspaceStatus.READY,
                    init_steps=planned(),
                    init_log_tail="a line of the log\n" * 100,
                )
            )
            for number in range(BOARD - made)
        )
    )
    times: list[float] = []
    for _ in range(LISTS):
        with _clock(times):
            found = await bench.workspaces.list()
        assert len(found) == BOARD
    return limit_row(f"listing {BOARD:,} workspaces, p99", percentile(times, 0.99), 50, "ms")
