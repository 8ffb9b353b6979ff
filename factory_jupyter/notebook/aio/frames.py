"""Tables of everything, for those who think in DataFrames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import msgspec

from factory_jupyter.errors import Invalid
from factory_jupyter.model import wire
from factory_jupyter.notebook.aio.sessions import events_of
from factory_jupyter.notebook.transport import Server

if TYPE_CHECKING:
    import pandas as pd

FrameName = Literal["workspaces", "sessions", "events", "usage", "pull_requests"]
Row: TypeAlias = dict[str, Any]


async def frame(server: Server, name: FrameName) -> pd.DataFrame:
    """The table ``name``; needs pandas (``pip install "factory-jupyter[pandas]"``)."""
    if name not in _TABLES:
        raise Invalid(f"There is no table {name!r}. There are: {', '.join(get_args(FrameName))}.")
    try:
        import pandas as pd
    except ModuleNotFoundError:
        raise Invalid('Tables need pandas: %pip install "factory-jupyter[pandas]"') from None
    columns, rows = _TABLES[name]
    table = pd.DataFrame(await rows(server), columns=columns)
    for column in columns:
        if column.endswith("at"):
            table[column] = pd.to_datetime(table[column], utc=True)
    return table


async def _workspaces(server: Server) -> list[Row]:
    projects = {project.id: project.name for project in await server.call("GET", "projects", list[wire.Project])}
    return [
        {
            "workspace": one.name,
            "project": projects.get(one.project_id, one.project_id),
            "status": one.status.value,
            "column": one.kanban_column.value,
            "branch": one.branch_name,
            "base_branch": one.base_branch,
            "is_working": one.is_working,
            "needs_attention": one.needs_attention,
            **msgspec.structs.asdict(one.diff),
            "path": one.worktree_path,
            "created_at": one.created_at,
            "last_activity_at": one.last_activity_at,
            "id": one.id,
        }
        for one in await _all_workspaces(server)
    ]


async def _sessions(server: Server) -> list[Row]:
    names = await _workspace_names(server)
    return [
        {
            "session": one.name,
            "workspace": names.get(one.workspace_id, one.workspace_id),
            "phase": one.phase.value,
            "status": one.status.value,
            "model": one.model,
            "permission_mode": one.permission_mode,
            "queued": one.queued,
            "events": one.last_seq,
            **msgspec.structs.asdict(one.usage),
            "created_at": one.created_at,
            "id": one.id,
        }
        for one in await _all_sessions(server)
    ]


async def _events(server: Server) -> list[Row]:
    return [
        {
            "workspace": workspace,
            "session": session.name,
            "seq": event.seq,
            "at": event.at,
            "type": msgspec.to_builtins(event)["type"],
            "event": event,
        }
        for workspace, session, event in await _all_events(server)
    ]


async def _usage(server: Server) -> list[Row]:
    return [
        {
            "workspace": workspace,
            "session": session.name,
            "turn": event.turn,
            "at": event.at,
            "model": event.model,
            "is_error": event.is_error,
            "reason": event.reason,
            "duration_s": event.duration_ms / 1000,
            **msgspec.structs.asdict(event.usage or wire.Usage()),
            "cost_usd": event.cost_usd,
        }
        for workspace, session, event in await _all_events(server)
        if isinstance(event, wire.TurnFinished)
    ]


async def _pull_requests(server: Server) -> list[Row]:
    return [
        {"workspace": one.name, "branch": one.branch_name, **msgspec.to_builtins(one.pull_request)}
        for one in await _all_workspaces(server)
        if one.pull_request
    ]


async def _all_workspaces(server: Server) -> Sequence[wire.Workspace]:
    return await server.call("GET", "workspaces", list[wire.Workspace])


async def _all_sessions(server: Server) -> Sequence[wire.Session]:
    return await server.call("GET", "sessions", list[wire.Session])


async def _workspace_names(server: Server) -> Mapping[str, str]:
    return {one.id: one.name for one in await _all_workspaces(server)}


async def _all_events(server: Server) -> list[tuple[str, wire.Session, wire.SettledEvent]]:
    names = await _workspace_names(server)
    sessions = await _all_sessions(server)
    told = await asyncio.gather(*(events_of(server, session.id) for session in sessions))
    return [
        (names.get(session.workspace_id, session.workspace_id), session, event)
        for session, events in zip(sessions, told, strict=True)
        for event in events
    ]


_USAGE: Final = tuple(wire.Usage.__struct_fields__)
_TABLES: Final[dict[str, tuple[list[str], Callable[[Server], Coroutine[Any, Any, list[Row]]]]]] = {
    "workspaces": (
        [
            *("workspace", "project", "status", "column", "branch", "base_branch", "is_working", "needs_attention"),
            *wire.Diff.__struct_fields__,
            *("path", "created_at", "last_activity_at", "id"),
        ],
        _workspaces,
    ),
    "sessions": (
        [
            *("session", "workspace", "phase", "status", "model", "permission_mode", "queued", "events"),
            *_USAGE,
            *("created_at", "id"),
        ],
        _sessions,
    ),
    "events": (["workspace", "session", "seq", "at", "type", "event"], _events),
    "usage": (["workspace", "session", "turn", "at", "model", "is_error", "reason", "duration_s", *_USAGE], _usage),
    "pull_requests": (["workspace", "branch", *wire.PullRequest.__struct_fields__], _pull_requests),
}
