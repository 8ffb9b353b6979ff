"""Projects, their branches, and completion of paths for "Add project"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.model.wire import AddProject, Branch, Frozen, PatchProject, PathCompletion, Project

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


class ProjectQuery(Frozen):
    """Query of GET ``projects``."""

    include_archived: bool = False


class PathQuery(Frozen):
    """Query of GET ``paths``."""

    prefix: str = ""


async def list_all(factory: Factory, query: ProjectQuery) -> list[Project]:
    """All projects."""
    return await factory.projects.list(query.include_archived)


async def add(factory: Factory, body: AddProject) -> Project:
    """Add a repository that is on this machine."""
    return await factory.projects.add(body)


async def get(factory: Factory, id: str) -> Project:
    """One project."""
    return await factory.projects.get(id)


async def update(factory: Factory, id: str, body: PatchProject) -> Project:
    """Change what is named in the body."""
    return await factory.projects.update(id, body)


async def archive(factory: Factory, id: str) -> Project:
    """Archive: nothing is deleted, and adding the repository again brings it back."""
    return await factory.projects.archive(id)


async def branches(factory: Factory, id: str) -> list[Branch]:
    """Branches that a task can start from or continue."""
    return await factory.projects.branches(id)


async def complete_path(factory: Factory, query: PathQuery) -> list[PathCompletion]:
    """Folders of this machine that begin with what was typed."""
    return await factory.projects.complete_path(query.prefix)
