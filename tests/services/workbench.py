"""Everything that makes workspaces, on a real database, a real git and real folders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from factory_jupyter.model.board import Activity
from factory_jupyter.model.wire import AddProject, BoardFrame, CreateWorkspace, Project, Workspace, WorkspaceChanged
from factory_jupyter.services.clock import SystemClock
from factory_jupyter.services.diff_refresher import DiffRefresher
from factory_jupyter.services.jobs import Jobs
from factory_jupyter.services.projects import ProjectService
from factory_jupyter.services.provisioning import Provisioner
from factory_jupyter.services.workspace_plans import WorkspacePlans
from factory_jupyter.services.workspaces import WorkspaceService
from factory_jupyter.store.stores import Stores, open_stores
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_locks import RepositoryLocks
from factory_jupyter.tools.git_repository import Repositories
from factory_jupyter.tools.git_worktrees import Worktrees


@dataclass(kw_only=True)
class Workbench:
    stores: Stores
    projects: ProjectService
    workspaces: WorkspaceService
    jobs: Jobs
    frames: list[BoardFrame] = field(default_factory=list)
    activities: dict[str, Activity] = field(default_factory=dict)

    async def project(self, repository: Path) -> Project:
        return await self.projects.add(AddProject(repo_path=str(repository)))

    async def make(self, project: Project, **fields: object) -> Workspace:
        """Create a workspace and wait for what becomes of it."""
        created = await self.workspaces.create(CreateWorkspace(project_id=project.id, **fields))  # type: ignore[arg-type]
        return await self.workspaces.wait_made(created.id)

    def told(self, id: str) -> list[Workspace]:
        """Everything that the board was told of a workspace, in order."""
        return [
            frame.workspace for frame in self.frames if isinstance(frame, WorkspaceChanged) and frame.workspace.id == id
        ]


@asynccontextmanager
async def workbench(
    folder: Path,
    environment: dict[str, str],
    *,
    min_free_disk_bytes: int = 0,
    fetch_timeout_s: float = 10.0,
    reached: Callable[[str], None] = lambda point: None,
) -> AsyncIterator[Workbench]:
    """Open the bench; what is still being made when it closes is left as at the end of a server."""
    folder.mkdir(parents=True, exist_ok=True)
    stores = await open_stores(f"sqlite:///{folder / 'data.db'}")
    clock = SystemClock()
    jobs = Jobs(clock=clock)
    git = Git(environment=environment)
    worktrees = Worktrees(git)
    frames: list[BoardFrame] = []
    activities: dict[str, Activity] = {}
    workspaces = WorkspaceService(
        store=stores.workspaces,
        projects=stores.projects,
        provisioner=Provisioner(
            store=stores.workspaces,
            projects=stores.projects,
            git=git,
            locks=RepositoryLocks(),
            environment=environment,
            clock=clock,
            user="login",
            fetch_timeout_s=fetch_timeout_s,
            reached=reached,
        ),
        plans=WorkspacePlans(store=stores.workspaces, worktrees=worktrees, min_free_disk_bytes=min_free_disk_bytes),
        diffs=DiffRefresher(store=stores.workspaces, git=git, jobs=jobs),
        jobs=jobs,
        clock=clock,
        publish=frames.append,
        activity=lambda id: activities.get(id, Activity()),
    )
    projects = ProjectService(
        store=stores.projects,
        repositories=Repositories(git),
        clock=clock,
        publish=frames.append,
        worktree_base=folder / "worktrees",
    )
    try:
        yield Workbench(
            stores=stores, projects=projects, workspaces=workspaces, jobs=jobs, frames=frames, activities=activities
        )
    finally:
        await jobs.stop()
        await stores.database.close()
