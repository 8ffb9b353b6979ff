"""Rows with nothing in them but what a test says."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factory_jupyter.model.ids import new_id
from factory_jupyter.store.rows import EventRow, ProjectRow, QuestionRow, SessionRow, WorkspaceRow
from factory_jupyter.store.stores import Stores

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def project(**fields: Any) -> ProjectRow:
    id = new_id()
    defaults = {
        "id": id,
        "name": "App",
        "slug": f"app-{id}",
        "repo_path": f"/code/{id}",
        "worktree_base_path": f"/worktrees/{id}",
        "default_branch": "main",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return ProjectRow(**{**defaults, **fields})


def workspace(project_id: str, **fields: Any) -> WorkspaceRow:
    defaults = {"id": new_id(), "project_id": project_id, "name": "Task", "created_at": NOON, "updated_at": NOON}
    return WorkspaceRow(**{**defaults, **fields})


def session(workspace_id: str, **fields: Any) -> SessionRow:
    defaults = {"id": new_id(), "workspace_id": workspace_id, "name": "Chat", "created_at": NOON, "updated_at": NOON}
    return SessionRow(**{**defaults, **fields})


def question(session_id: str, **fields: Any) -> QuestionRow:
    defaults = {
        "id": new_id(),
        "session_id": session_id,
        "agent_question_id": "toolu_1",
        "kind": "permission",
        "tool_name": "Bash",
        "input": {"command": "ls"},
        "asked_at": NOON,
    }
    return QuestionRow(**{**defaults, **fields})


def events(*seqs: int, type: str = "notice", size: int = 0) -> list[EventRow]:
    """Events whose bodies differ by their number, padded to ``size`` bytes."""
    at = NOON + timedelta(seconds=1)
    return [EventRow(seq=seq, type=type, at=at, body=(b'{"seq":%d}' % seq).ljust(size)) for seq in seqs]


async def add_workspace(stores: Stores, **fields: Any) -> WorkspaceRow:
    owner = await stores.projects.add(project())
    return await stores.workspaces.add(workspace(owner.id, **fields))


async def add_session(stores: Stores, **fields: Any) -> SessionRow:
    place = await add_workspace(stores)
    return await stores.sessions.add(session(place.id, **fields), limit=5)
