"""Workspaces: made in the background, found again after a crash, told to everybody who watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from factory_jupyter.errors import Conflict, FactoryError, IllegalTransition, Unavailable
from factory_jupyter.model.board import Activity
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.model.wire import BoardFrame, CreateWorkspace, PatchWorkspace, Workspace, WorkspaceChanged
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.diff_refresher import DiffRefresher
from factory_jupyter.services.jobs import Jobs
from factory_jupyter.services.provisioning import SKIPPABLE, Provisioner, skip_failed
from factory_jupyter.services.workspace_plans import WorkspacePlans
from factory_jupyter.services.workspace_view import shown
from factory_jupyter.store.rows import WorkspaceRow
from factory_jupyter.tools.git_worktrees import fault_of

if TYPE_CHECKING:
    from factory_jupyter.store.projects import ProjectStore
    from factory_jupyter.store.workspaces import WorkspaceStore

log = logging.getLogger(__name__)

MAX_RETRIES: Final = 3
_S = WorkspaceStatus


class WorkspaceService:
    """The workspaces of all projects.

    ``activity`` answers at once, from memory, what the sessions of a workspace do. ``publish`` tells the board.
    ``on_ready`` is called with the id of each workspace that becomes READY.
    """

    def __init__(
        self,
        *,
        store: WorkspaceStore,
        projects: ProjectStore,
        provisioner: Provisioner,
        plans: WorkspacePlans,
        diffs: DiffRefresher,
        jobs: Jobs,
        clock: Clock,
        publish: Callable[[BoardFrame], None],
        activity: Callable[[str], Activity],
    ) -> None:
        self._store = store
        self._projects = projects
        self._provisioner = provisioner
        self._plans = plans
        self._diffs = diffs
        self._jobs = jobs
        self._clock = clock
        self._publish = publish
        self._activity = activity
        self._making: dict[str, asyncio.Task[None]] = {}
        self._naming = asyncio.Lock()
        self.on_ready: list[Callable[[str], Awaitable[None] | None]] = []

    # --- Reading -----------------------------------------------------------------------------------------------------

    async def list(
        self, project_id: str | None = None, status: WorkspaceStatus | None = None, include_archived: bool = False
    ) -> list[Workspace]:
        """Workspaces in the order of their making; starts no process and touches no worktree."""
        rows = await self._store.list(project_id, status, include_archived)
        return [self._shown(row) for row in rows]

    async def get(self, id: str) -> Workspace:
        """Raises `errors.NotFound`."""
        return self._shown(await self._store.get(id))

    async def log(self, id: str, offset: int = 0) -> str:
        """The log of its making, from the character ``offset`` on."""
        return await self._store.log(id, offset)

    async def location(self, id: str) -> Path:
        """The folder in which work is done; raises `errors.Conflict` when there is none now.

        Looked at each time: git, started in a folder that is no worktree any more, would find a repository further up.
        """
        row = await self._store.get(id)
        if row.status is not _S.READY or not row.worktree_path:
            raise Conflict(f"The workspace {row.name} is {row.status} and has no folder to work in now.")
        if fault := await asyncio.to_thread(fault_of, Path(row.worktree_path)):
            raise Conflict(
                f"The folder of {row.name}, {row.worktree_path}, {fault}. "
                "Put it back (git worktree repair), or archive this workspace and make a new one from its branch."
            )
        return Path(row.worktree_path)

    def _shown(self, row: WorkspaceRow) -> Workspace:
        return shown(row, self._activity(row.id))

    # --- Making ------------------------------------------------------------------------------------------------------

    async def create(self, body: CreateWorkspace) -> Workspace:
        """Store the workspace and begin to make it; answers at once.

        The same ``key`` again answers the same workspace. Raises `errors.NotFound` and what `WorkspacePlans.plan` does.
        """
        project = await self._projects.get(body.project_id)
        if body.key is not None and (known := await self._store.by_key(project.id, body.key)):
            return self._shown(known)
        async with self._naming:
            row = await self._plans.plan(project, body, self._clock.now())
            stored = await self._store.add(row)
        if stored.id == row.id:
            self._tell(stored)
            self._begin(stored.id)
        return self._shown(stored)

    def _begin(self, id: str) -> None:
        task = self._jobs.start(f"make workspace {id}", self._make(id))
        self._making[id] = task
        task.add_done_callback(lambda done: self._making.pop(id) if self._making.get(id) is done else None)

    async def _make(self, id: str) -> None:
        row = await self._store.get(id)
        if row.status is _S.NEW:
            row = await self._store.move(id, _S.NEW, _S.PROVISIONING, init_started_at=self._clock.now())
            self._tell(row)
        try:
            await self._provisioner.make(row, self._tell)
        except FactoryError as error:
            await self._fail(id, error.message)
        except Exception as error:
            log.exception("workspace %s could not be made", id)
            await self._fail(id, f"Something unexpected went wrong: {error}. The server's log has more.")
        else:
            ready = await self._store.move(
                id, _S.PROVISIONING, _S.READY, init_completed_at=self._clock.now(), init_error=None
            )
            self._tell(ready)
            self.refresh_diff(id)
            await self._call_ready(id)

    async def _fail(self, id: str, reason: str) -> None:
        failed = {"init_error": reason, "init_completed_at": self._clock.now()}
        self._tell(await self._store.move(id, _S.PROVISIONING, _S.FAILED, **failed))

    async def _call_ready(self, id: str) -> None:
        for hook in self.on_ready:
            try:
                if (result := hook(id)) is not None:
                    await result
            except Exception:
                log.exception("what waited for workspace %s could not go on", id)

    async def retry(self, id: str) -> Workspace:
        """Try the failed step again, at most three times; raises `errors.RetryLimit` and `errors.IllegalTransition`."""
        row = await self._store.retry(id, MAX_RETRIES)
        self._tell(row)
        self._begin(id)
        return self._shown(row)

    async def skip_setup(self, id: str) -> Workspace:
        """Go on without the step that has failed or runs; raises `errors.Conflict` when it cannot be left out."""
        row = await self._store.get(id)
        if row.status not in (_S.PROVISIONING, _S.FAILED):
            raise IllegalTransition("workspace", row.status, _S.READY)
        if not any(step.name in SKIPPABLE and step.state in ("failed", "running") for step in row.init_steps):
            raise Conflict("Without this step there is no worktree to work in. Wait for it, or retry it.")
        if row.status is _S.PROVISIONING:
            await self._interrupt(id)
            row = await self._store.get(id)
        if row.status is _S.FAILED:
            await self._store.update(id, init_steps=skip_failed(row.init_steps))
            row = await self._store.move(id, _S.FAILED, _S.PROVISIONING, init_error=None)
            self._tell(row)
            self._begin(id)
        return self._shown(row)

    async def cancel(self, id: str) -> Workspace:
        """Stop making it: FAILED, and what was done so far stays for a retry. Raises `errors.IllegalTransition`."""
        row = await self._store.get(id)
        if row.status not in (_S.NEW, _S.PROVISIONING):
            raise IllegalTransition("workspace", row.status, _S.FAILED)
        await self._interrupt(id)
        return self._shown(await self._store.get(id))

    async def _interrupt(self, id: str) -> None:
        if task := self._making.get(id):
            task.cancel()
            await asyncio.wait([task])
        row = await self._store.get(id)
        if row.status is _S.NEW:
            row = await self._store.move(id, _S.NEW, _S.PROVISIONING)
        if row.status is _S.PROVISIONING:
            await self._fail(id, "Cancelled. Retry goes on where it was stopped.")
        elif row.status is _S.READY:
            await self._call_ready(id)  # it was faster than we; the task may have been ended before it could tell

    async def wait_made(self, id: str) -> Workspace:
        """Wait until nothing is being made any more; answers what became of it."""
        while task := self._making.get(id):
            await asyncio.wait([task])
        return await self.get(id)

    # --- Changing ----------------------------------------------------------------------------------------------------

    async def update(self, id: str, body: PatchWorkspace) -> Workspace:
        """Change name or description. Raises `errors.NotFound`."""
        fields = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        row = await self._store.update(id, **fields) if fields else await self._store.get(id)
        self._tell(row)
        return self._shown(row)

    def refresh(self, id: str) -> None:
        """Publish the workspace anew, soon: sessions call this when what they do has changed."""
        with suppress(Unavailable):  # the server stops, and nobody looks any more
            self._jobs.start(f"show workspace {id}", self._refresh(id))

    async def _refresh(self, id: str) -> None:
        activity = self._activity(id)
        # Kept, so that it is still known after a restart, when the sessions are silent.
        facts = {"has_had_sessions": activity.has_had_sessions, "last_activity_at": activity.last_activity_at}
        # Always a write: rows come back from the writer in order, so an old one can never be told after a newer one.
        self._tell(await self._store.update(id, **{name: value for name, value in facts.items() if value}))

    def refresh_diff(self, id: str) -> None:
        """Measure the changes of the worktree, in the background; many calls at once are few measurements."""
        with suppress(Unavailable):
            self._diffs.request(id, self._tell)

    def _tell(self, row: WorkspaceRow) -> None:
        self._publish(WorkspaceChanged(workspace=self._shown(row)))

    # --- Start and stop ----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Go on with what an earlier server was making when it ended; `Jobs.stop` leaves the rest for the next one."""
        for status in (_S.NEW, _S.PROVISIONING):
            for row in await self._store.list(status=status):
                self._begin(row.id)
