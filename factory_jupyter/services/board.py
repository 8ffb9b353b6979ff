"""The board as it is now: what every viewer gets first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from factory_jupyter import __version__
from factory_jupyter.model import wire


def snapshots(
    *,
    projects: Callable[[], Awaitable[list[wire.Project]]],
    workspaces: Callable[[], Awaitable[list[wire.Workspace]]],
    sessions: Callable[[], Awaitable[list[wire.Session]]],
    questions: Callable[[], Awaitable[list[wire.Question]]],
) -> Callable[[], Awaitable[wire.Snapshot]]:
    """A function that makes snapshots from these lists; it starts no process."""

    async def snapshot() -> wire.Snapshot:
        listed = await workspaces()
        shown = {workspace.id for workspace in listed}
        return wire.Snapshot(
            projects=await projects(),
            workspaces=listed,
            questions=await questions(),
            sessions=[session for session in await sessions() if session.workspace_id in shown],
            version=__version__,
        )

    return snapshot
