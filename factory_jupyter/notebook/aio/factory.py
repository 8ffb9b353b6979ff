"""The top of the client: projects, workspaces, questions, tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from factory_jupyter.errors import Conflict, NotFound
from factory_jupyter.model import wire
from factory_jupyter.notebook.aio import frames, questions
from factory_jupyter.notebook.aio.frames import FrameName
from factory_jupyter.notebook.aio.questions import Question
from factory_jupyter.notebook.aio.workspaces import ProjectWorkspaces, Workspaces
from factory_jupyter.notebook.transport import Server
from factory_jupyter.notebook.views import ProjectView

if TYPE_CHECKING:
    import pandas as pd


class Project(ProjectView):
    """A local git repository."""

    def __init__(self, server: Server, info: wire.Project) -> None:
        self.server = server
        self._info = info

    @property
    def info(self) -> wire.Project:
        """Every field that the server knows."""
        return self._info

    @property
    def workspaces(self) -> ProjectWorkspaces:
        """Its workspaces, and making new ones."""
        return ProjectWorkspaces(self.server, self.id)

    async def refresh(self) -> None:
        """Ask the server again for `info`."""
        self._info = await self.server.call("GET", f"projects/{self.id}", wire.Project)

    async def branches(self) -> Sequence[wire.Branch]:
        """Branches that a task can start from or continue."""
        return await self.server.call("GET", f"projects/{self.id}/branches", list[wire.Branch])


class Projects:
    """The projects of this server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def add(self, path: str | Path, name: str | None = None) -> Project:
        """Add a repository; one that was added before is the same project.

        A string is a path on the server, a `Path` is one of this machine.

        Raises `InvalidRepository` with the reason when it cannot hold worktrees.
        """
        where = _on_the_server(path)
        try:
            body = wire.AddProject(repo_path=where, name=name)
            return Project(self.server, await self.server.call("POST", "projects", wire.Project, body))
        except Conflict:
            if known := _holding(await self.list(), where):
                return known
            raise

    async def list(self) -> Sequence[Project]:
        """All that are not archived."""
        return [Project(self.server, info) for info in await self.server.call("GET", "projects", list[wire.Project])]

    async def get(self, name: str) -> Project:
        """The project with this name, slug, path or id; raises `NotFound`."""
        for project in await self.list():
            if name in {project.id, project.name, project.info.slug, project.path}:
                return project
        raise NotFound("project", name)


def _on_the_server(path: str | Path) -> str:
    return str(path.expanduser().absolute()) if isinstance(path, Path) else path


def _holding(projects: Sequence[Project], path: str) -> Project | None:
    """The project in whose repository ``path`` is; seen from this machine, which is the server's nearly always."""
    here = Path(path).expanduser().resolve()
    holding = [project for project in projects if here.is_relative_to(project.path)]
    return max(holding, key=lambda project: len(project.path), default=None)


class Factory:
    """One server's projects, workspaces, sessions and questions, as coroutines; `connect(...).aio`."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def projects(self) -> Projects:
        """Repositories."""
        return Projects(self.server)

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces of all projects; new ones are made in a project."""
        return Workspaces(self.server)

    async def questions(self) -> Sequence[Question]:
        """Everything that waits for a person, oldest first."""
        return await questions.waiting(self.server)

    async def health(self) -> wire.Health:
        """Readiness: what is there, what is missing, and the command that mends it."""
        return await self.server.call("GET", "health", wire.Health)

    async def frame(self, name: FrameName) -> pd.DataFrame:
        """A table: ``workspaces``, ``sessions``, ``events``, ``usage`` (one row for each turn) or ``pull_requests``."""
        return await frames.frame(self.server, name)

    def __repr__(self) -> str:
        return f"<Factory at {self.server.address.url}>"
