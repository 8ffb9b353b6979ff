"""Workspaces: listing never spawns a process, making goes on in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.model.wire import Conversation, CreateWorkspace, Frozen, LogPart, PatchWorkspace, Workspace
from factory_jupyter.web.paging import Page, page_of

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


class WorkspaceQuery(Page):
    """Query of GET ``workspaces``."""

    project_id: str | None = None
    status: WorkspaceStatus | None = None
    include_archived: bool = False


class LogQuery(Frozen):
    """Query of GET ``workspaces/<id>/log``; ``offset`` in characters."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


async def list_all(factory: Factory, query: WorkspaceQuery) -> list[Workspace]:
    """Workspaces in the order of their making."""
    found = await factory.workspaces.list(query.project_id, query.status, query.include_archived)
    return page_of(found, query)


async def create(factory: Factory, body: CreateWorkspace, by: str) -> Workspace:
    """Start a task: answered at once, made in the background; a prompt waits until the workspace is READY."""
    return await factory.tasks.create(body, by)


async def get(factory: Factory, id: str) -> Workspace:
    """One workspace."""
    return await factory.workspaces.get(id)


async def update(factory: Factory, id: str, body: PatchWorkspace) -> Workspace:
    """Change what is named in the body."""
    return await factory.workspaces.update(id, body)


async def retry(factory: Factory, id: str) -> Workspace:
    """Make a FAILED workspace again, three times at most."""
    return await factory.workspaces.retry(id)


async def skip_setup(factory: Factory, id: str) -> Workspace:
    """Go on without the setup script."""
    return await factory.workspaces.skip_setup(id)


async def cancel(factory: Factory, id: str) -> Workspace:
    """Stop the making; the workspace becomes FAILED and can be retried."""
    return await factory.workspaces.cancel(id)


async def log(factory: Factory, id: str, query: LogQuery) -> LogPart:
    """The log of its making, from an offset on."""
    text = await factory.workspaces.log(id, query.offset)
    return LogPart(text=text, next_offset=query.offset + len(text))


async def conversations(factory: Factory, id: str) -> list[Conversation]:
    """Conversations that were started in the plain CLI in this worktree."""
    return await factory.sessions.conversations(id)
