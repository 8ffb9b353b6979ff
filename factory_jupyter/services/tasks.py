"""Starting a parallel task: a workspace and, with a prompt, its first session; the message waits until it is READY."""

from __future__ import annotations

import asyncio
import uuid
from typing import Protocol

from factory_jupyter.model import wire
from factory_jupyter.model.attachments import checked
from factory_jupyter.services.sessions import SessionService


class WorkspaceMaker(Protocol):
    """What makes workspaces (`WorkspaceService`)."""

    async def create(self, body: wire.CreateWorkspace) -> wire.Workspace:
        """Store the workspace and begin to make it; answers at once."""

    async def get(self, id: str) -> wire.Workspace:
        """Raises `errors.NotFound`."""


class TaskService:
    """Starts tasks."""

    def __init__(self, *, workspaces: WorkspaceMaker, sessions: SessionService) -> None:
        self._workspaces = workspaces
        self._sessions = sessions
        self._opening = asyncio.Lock()

    async def create(self, body: wire.CreateWorkspace, by: str) -> wire.Workspace:
        """The workspace, at once; everything else goes on in the background.

        The same ``key`` again is the same task: its prompt is not said twice. What can be refused is refused before
        anything is made.
        """
        checked(body.attachments)
        if body.permission_mode:
            self._sessions.check_mode(body.permission_mode)
        workspace = await self._workspaces.create(body)
        if body.prompt is None and not body.attachments:
            return workspace
        async with self._opening:  # two requests with one key make one session
            if await self._sessions.list(workspace.id):
                return workspace
            session = await self._sessions.create(
                wire.CreateSession(
                    workspace_id=workspace.id,
                    workflow=body.workflow,
                    model=body.model,
                    permission_mode=body.permission_mode,
                ),
                by,
            )
            said = wire.Say(id=str(uuid.uuid4()), text=body.prompt or "", attachments=body.attachments)
            await self._sessions.command(session.id, said, by)
        return await self._workspaces.get(workspace.id)
