"""Workspaces: making one and waiting until it is ready, and talking in its first conversation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from factory_jupyter.errors import Conflict, NotFound, ToolFailed
from factory_jupyter.model import wire
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.notebook.aio.sessions import Session, Sessions, Talk
from factory_jupyter.notebook.transport import Server
from factory_jupyter.notebook.views import WorkspaceView


class Workspace(Talk, WorkspaceView):
    """A git worktree and branch of a project. What is said to it is said to its first session."""

    def __init__(self, server: Server, info: wire.Workspace) -> None:
        self.server = server
        self._info = info
        self._first: Session | None = None

    @property
    def info(self) -> wire.Workspace:
        """Every field that the server knows."""
        return self._info

    @property
    def sessions(self) -> Sessions:
        """Its conversations."""
        return Sessions(self.server, self.id, self.path)

    async def session(self) -> Session:
        """The first conversation; it is begun when there is none."""
        if self._first is None:
            existing = await self.sessions.list()
            self._first = existing[0] if existing else await self.sessions.create()
        return self._first

    async def refresh(self) -> None:
        """Ask the server again for `info`."""
        self._info = await self.server.call("GET", f"workspaces/{self.id}", wire.Workspace)

    async def retry(self) -> None:
        """Make a FAILED workspace again, and wait until it is READY. Raises `RetryLimit` after three times."""
        self._info = await self.server.call("POST", f"workspaces/{self.id}/retry", wire.Workspace)
        await self.ready()

    async def ready(self) -> None:
        """Wait until it is READY.

        Raises `ToolFailed` with the reason and the end of the log when it could not be made, and `Conflict` when it is
        archived.
        """
        if not self._is_ready():
            async with aclosing(self.server.board()) as frames:
                async for frame in frames:
                    if self._take(frame) and self._is_ready():
                        return

    def _take(self, frame: wire.BoardFrame) -> bool:
        """Whether the board's frame told something of this workspace."""
        match frame:
            case wire.Snapshot(workspaces=workspaces):
                told = next((info for info in workspaces if info.id == self.id), None)
            case wire.WorkspaceChanged(workspace=info) if info.id == self.id:
                told = info
            case wire.WorkspaceRemoved(id=id) if id == self.id:
                raise NotFound("workspace", self.name)
            case _:
                return False
        self._info = told or self._info
        return told is not None

    def _is_ready(self) -> bool:
        match self.info.status:
            case WorkspaceStatus.FAILED:
                init = self.info.init
                log = f"\n\n{init.log_tail.strip()}" if init.log_tail.strip() else ""
                raise ToolFailed(
                    f"The workspace {self.name!r} could not be made: {init.error or 'no reason given'}{log}"
                )
            case WorkspaceStatus.ARCHIVED:
                raise Conflict(f"The workspace {self.name!r} is archived. Make another one with a new key=….")
            case status:
                return status is WorkspaceStatus.READY


class Workspaces:
    """The workspaces of one project, or of all."""

    def __init__(self, server: Server, project_id: str | None = None) -> None:
        self.server = server
        self._project_id = project_id

    async def list(self) -> Sequence[Workspace]:
        """All that are not archived, oldest first."""
        query = {"project_id": self._project_id}
        found = await self.server.call("GET", "workspaces", list[wire.Workspace], query=query)
        return [Workspace(self.server, info) for info in sorted(found, key=lambda info: info.created_at)]

    async def get(self, name: str) -> Workspace:
        """The workspace with this name, slug, branch or id; raises `NotFound`."""
        for workspace in await self.list():
            if name in {workspace.id, workspace.name, workspace.slug, workspace.branch}:
                return workspace
        raise NotFound("workspace", name)


class ProjectWorkspaces(Workspaces):
    """The workspaces of one project, where new ones are made."""

    async def create(
        self,
        name: str,
        *,
        prompt: str | None = None,
        key: str | None = None,
        description: str | None = None,
        base_branch: str | None = None,
        branch: str | None = None,
        adopt_path: str | None = None,
        workflow: wire.Workflow | None = None,
        model: str | None = None,
        permission_mode: wire.PermissionMode | None = None,
    ) -> Workspace:
        """Make a worktree and a branch, and wait until they are READY.

        ``prompt`` is the first message of its first session, which starts then; it is not waited for (see
        `Workspace.wait`). ``key`` (default: the name) makes it the same workspace when the cell is run again.
        ``branch`` continues an existing branch, ``adopt_path`` an existing worktree, ``base_branch`` starts from
        another branch than the project's.

        Raises `ToolFailed` with the reason and the end of the log when it cannot be made; running the cell again
        tries again.
        """
        assert self._project_id
        body = wire.CreateWorkspace(
            project_id=self._project_id,
            name=name,
            prompt=prompt,
            key=key or name,
            description=description,
            base_branch=base_branch,
            branch=branch,
            adopt_path=adopt_path,
            workflow=workflow,
            model=model,
            permission_mode=permission_mode,
        )
        workspace = Workspace(self.server, await self.server.call("POST", "workspaces", wire.Workspace, body))
        if workspace.info.status is WorkspaceStatus.FAILED:
            await workspace.retry()
        else:
            await workspace.ready()
        return workspace
