"""The tools of the Factory.

A refusal is a result with its reason, never a protocol error, so that an agent can act on it. The caller is read from
the token of the request: an agent cannot name another session or workspace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel, Field

from factory_jupyter.errors import FactoryError, Forbidden
from factory_jupyter.model.wire import Notification

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory
    from factory_jupyter.mcp.caller import Caller


Result = TypeVar("Result")


class Refused(BaseModel):
    """Why a tool did not do what was asked."""

    refused: str = Field(description="What happened and what to do instead.")
    code: str


class Neighbour(BaseModel):
    """Another workspace of the same project."""

    name: str
    branch: str | None
    is_working: bool
    changed_files: int


class SystemInfo(BaseModel):
    """Where the agent works, and who works beside it."""

    project: str
    workspace: str
    branch: str | None
    base_branch: str | None
    worktree_path: str | None
    neighbours: list[Neighbour]


class Notified(BaseModel):
    """The notification is on its way."""

    notified: bool = True


def add_tools(mcp: MCPServer[Any], factory: Factory, caller_of: Callable[[str], Caller | None]) -> None:
    """Add every tool to the server."""

    def caller() -> Caller:
        token = get_access_token()
        found = caller_of(token.token) if token else None
        if found is None:
            raise Forbidden("This session has ended.")
        return found

    @mcp.tool(
        name="system_info",
        description="Where you work: project, workspace, branch, base; and which other agents work beside you.",
    )
    async def system_info() -> SystemInfo | Refused:
        async def look() -> SystemInfo:
            workspace = await factory.workspaces.get(caller().workspace_id)
            project = await factory.projects.get(workspace.project_id)
            others = await factory.workspaces.list(project_id=project.id)
            return SystemInfo(
                project=project.name,
                workspace=workspace.name,
                branch=workspace.branch_name,
                base_branch=workspace.base_branch,
                worktree_path=workspace.worktree_path,
                neighbours=[
                    Neighbour(
                        name=other.name,
                        branch=other.branch_name,
                        is_working=other.is_working,
                        changed_files=other.diff.files,
                    )
                    for other in others
                    if other.id != workspace.id
                ],
            )

        return await _or_refused(look)

    @mcp.tool(
        name="system_notify",
        description="Tell the person who watches something that cannot wait for the end of your turn.",
    )
    async def system_notify(title: str, body: str = "") -> Notified | Refused:
        async def tell() -> Notified:
            me = caller()
            factory.board.publish(
                Notification(
                    kind="needs_you",
                    workspace_id=me.workspace_id,
                    session_id=me.session_id,
                    title=title[:200],
                    body=body[:2000],
                )
            )
            return Notified()

        return await _or_refused(tell)


async def _or_refused(action: Callable[[], Awaitable[Result]]) -> Result | Refused:
    try:
        return await action()
    except FactoryError as error:
        return Refused(refused=error.message, code=error.code)
