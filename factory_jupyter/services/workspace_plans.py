"""From what a person asks for to the row of a new workspace: its name, and which branch or worktree it continues."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from factory_jupyter.errors import Conflict, Invalid
from factory_jupyter.model.ids import new_id
from factory_jupyter.model.naming import check_branch_name, first_free, spare_name, suggest_name
from factory_jupyter.model.wire import CreateWorkspace
from factory_jupyter.services.provisioning import planned
from factory_jupyter.store.rows import ProjectRow, WorkspaceRow
from factory_jupyter.tools.git_refs import REMOTE
from factory_jupyter.tools.git_repository import real
from factory_jupyter.tools.git_worktrees import Worktrees, fault_of

if TYPE_CHECKING:
    from factory_jupyter.store.workspaces import WorkspaceStore


class WorkspacePlans:
    """Plans workspaces; makes nothing."""

    def __init__(self, *, store: WorkspaceStore, worktrees: Worktrees, min_free_disk_bytes: int) -> None:
        self._store = store
        self._worktrees = worktrees
        self._min_free_disk_bytes = min_free_disk_bytes

    async def plan(self, project: ProjectRow, body: CreateWorkspace, now: datetime) -> WorkspaceRow:
        """The row to store.

        Raises `errors.Invalid` for names that git cannot use, `errors.Conflict` for what is in use or finds no room.
        """
        if project.is_archived:
            raise Conflict(f"The project {project.name} is archived. Bring it back before starting a task in it.")
        await asyncio.to_thread(self._check_disk, Path(project.worktree_base_path))
        return WorkspaceRow(
            id=new_id(),
            project_id=project.id,
            name=await self._name(project, body),
            description=body.description,
            created_at=now,
            updated_at=now,
            key=body.key,
            base_branch=_base_branch(project, body),
            issue_number=body.issue_number,
            init_steps=planned(),
            **await self._place(project, body),
        )

    def _check_disk(self, base: Path) -> None:
        folder = next(parent for parent in (base, *base.parents) if parent.exists())
        free = shutil.disk_usage(folder).free
        if free < self._min_free_disk_bytes:
            raise Conflict(
                f"Only {free // 2**20} MiB are free at {folder}, and a new worktree is made only with at least "
                f"{self._min_free_disk_bytes // 2**20} MiB. Free some space, "
                "or lower c.FactoryExtension.min_free_disk_bytes."
            )

    async def _name(self, project: ProjectRow, body: CreateWorkspace) -> str:
        if body.name is not None and body.name.strip():
            return body.name.strip()
        taken = {row.name for row in await self._store.list(project.id, include_archived=True)}
        wanted = body.branch or (suggest_name(body.prompt) if body.prompt else None)
        if wanted is None:
            # Spread over the words, so that two projects do not both begin with "acorn".
            return spare_name(taken, int.from_bytes(hashlib.sha256(project.id.encode()).digest()[:4]) + len(taken))
        return first_free(wanted, taken, " ")

    async def _place(self, project: ProjectRow, body: CreateWorkspace) -> dict[str, Any]:
        """Columns that say what an existing branch or worktree is continued; none for a new branch."""
        if body.adopt_path is not None:
            if body.branch is not None:
                raise Invalid("Give a branch or a worktree to adopt, not both: a worktree has its own branch.")
            return await self._adopted(project, body.adopt_path)
        if body.branch is None:
            return {}
        branch = check_branch_name(body.branch.removeprefix(f"{REMOTE}/"))
        for row in await self._store.list(project.id):
            if row.branch_name == branch:
                raise Conflict(f"The workspace {row.name} is on the branch {branch} already. Open that one.")
        return {"branch_name": branch, "has_own_branch": False}

    async def _adopted(self, project: ProjectRow, path: str) -> dict[str, Any]:
        entry = await self._worktrees.find(Path(project.repo_path), real(path))
        if entry and entry.is_main:
            raise Invalid(f"{path} is the main checkout, where people work. Choose one of its worktrees.")
        if entry is None or entry.is_half_made or fault_of(entry.path):
            raise Invalid(f"{path} is not a worktree of {project.repo_path}. See: git worktree list")
        for row in await self._store.list(project.id):
            if row.worktree_path and real(row.worktree_path) == real(entry.path):
                raise Conflict(f"The workspace {row.name} works in {path} already. Open that one.")
        return {
            "worktree_path": str(real(entry.path)),
            "branch_name": entry.branch,
            "is_adopted": True,
            "has_own_branch": False,
        }


def _base_branch(project: ProjectRow, body: CreateWorkspace) -> str:
    return check_branch_name((body.base_branch or project.default_branch).removeprefix(f"{REMOTE}/"))
