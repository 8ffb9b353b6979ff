"""Counts of changes on the board: measured in the background after work was done, never while somebody lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from factory_jupyter.errors import FactoryError
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.services.jobs import Jobs
from factory_jupyter.store.rows import WorkspaceRow
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_diff import measure
from factory_jupyter.tools.git_worktrees import fault_of

if TYPE_CHECKING:
    from factory_jupyter.store.workspaces import WorkspaceStore


class DiffRefresher:
    """At most ``max_at_once`` measurements; any number of requests while one runs or waits are one more."""

    def __init__(self, *, store: WorkspaceStore, git: Git, jobs: Jobs, max_at_once: int = 2) -> None:
        self._store = store
        self._git = git
        self._jobs = jobs
        self._places = asyncio.Semaphore(max_at_once)
        self._again: dict[str, bool] = {}

    def request(self, id: str, changed: Callable[[WorkspaceRow], None]) -> None:
        """Measure soon; ``changed`` gets the row when the counts are other ones."""
        if id not in self._again:
            self._jobs.start(f"measure workspace {id}", self._refresh(id, changed))
        self._again[id] = True

    async def _refresh(self, id: str, changed: Callable[[WorkspaceRow], None]) -> None:
        try:
            while self._again[id]:
                async with self._places:
                    self._again[id] = False
                    await self._measure(id, changed)
        finally:
            del self._again[id]

    async def _measure(self, id: str, changed: Callable[[WorkspaceRow], None]) -> None:
        row = await self._store.get(id)
        if row.status is not WorkspaceStatus.READY or not row.worktree_path:
            return
        worktree = Path(row.worktree_path)
        if await asyncio.to_thread(fault_of, worktree):
            return  # git would measure a repository further up
        try:
            diff = await measure(self._git, worktree, row.base_branch)
        except FactoryError:
            return  # gone or broken: whoever works there says so; the last counts stay
        before = (row.diff_files, row.diff_additions, row.diff_deletions, row.diff_uncommitted)
        if before != (diff.files, diff.additions, diff.deletions, diff.uncommitted):
            fields = {
                f"diff_{name}": getattr(diff, name) for name in ("files", "additions", "deletions", "uncommitted")
            }
            changed(await self._store.update(id, **fields))
