"""Projects: repositories that people have added, and what can be read of them."""

from __future__ import annotations

import asyncio
import builtins
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from factory_jupyter.errors import Conflict, Invalid
from factory_jupyter.model.ids import new_id
from factory_jupyter.model.naming import check_branch_name, first_free, project_name, slugify
from factory_jupyter.model.wire import (
    AddProject,
    BoardFrame,
    Branch,
    PatchProject,
    PathCompletion,
    Project,
    ProjectChanged,
)
from factory_jupyter.services.clock import Clock
from factory_jupyter.store.rows import ProjectRow
from factory_jupyter.tools.git_repository import Repositories, Repository

if TYPE_CHECKING:
    from factory_jupyter.store.projects import ProjectStore

_MAX_COMPLETIONS: Final = 50


class ProjectService:
    """The projects; ``publish`` tells the board. ``worktree_base`` is the folder in which each gets one of its own."""

    def __init__(
        self,
        *,
        store: ProjectStore,
        repositories: Repositories,
        clock: Clock,
        publish: Callable[[BoardFrame], None],
        worktree_base: Path,
    ) -> None:
        self._store = store
        self._repositories = repositories
        self._clock = clock
        self._publish = publish
        self._worktree_base = worktree_base
        self._adding = asyncio.Lock()

    async def list(self, include_archived: bool = False) -> list[Project]:
        """Projects, the most recently changed first."""
        return [_shown(row) for row in await self._store.list(include_archived)]

    async def get(self, id: str) -> Project:
        """Raises `errors.NotFound`."""
        return _shown(await self._store.get(id))

    async def add(self, body: AddProject) -> Project:
        """Add the repository that holds the path; its top folder becomes ``repo_path``.

        One that was archived comes back. Raises `errors.InvalidRepository`, and `errors.Conflict` naming the project
        that has it already.
        """
        repository = await self._repositories.inspect(_whole(body.repo_path))
        async with self._adding:
            known = await self._store.by_repo_path(str(repository.path))
            if known is None:
                row = await self._store.add(await self._plan(repository, body.name))
            elif known.is_archived:
                row = await self._store.update(known.id, is_archived=False)
            else:
                raise Conflict(
                    f"The repository {known.repo_path} is the project {known.name!r} already. Open that one."
                )
        return self._tell(row)

    async def _plan(self, repository: Repository, name: str | None) -> ProjectRow:
        rows = await self._store.list(include_archived=True)
        wanted = (name or "").strip() or project_name(repository.path.name)
        # "My App 2", and from it "my-app-2": both are unique, so that folders and lists are.
        name = first_free(wanted, {row.name for row in rows}, " ")
        slug = first_free(slugify(name, "project"), {row.slug for row in rows})
        now = self._clock.now()
        return ProjectRow(
            id=new_id(),
            name=name,
            slug=slug,
            repo_path=str(repository.path),
            worktree_base_path=str(self._worktree_base / slug),
            default_branch=repository.default_branch,
            github_owner=repository.github.owner if repository.github else None,
            github_repo=repository.github.name if repository.github else None,
            created_at=now,
            updated_at=now,
        )

    async def update(self, id: str, body: PatchProject) -> Project:
        """Change what people may choose. Raises `errors.NotFound`, and `errors.Invalid` for what cannot work."""
        row = await self._store.get(id)
        fields = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        await self._check(msgspec.structs.replace(row, **fields), fields)
        return self._tell(await self._store.update(id, **fields) if fields else row)

    async def _check(self, wanted: ProjectRow, fields: dict[str, Any]) -> None:
        if wanted.startup_script_command and wanted.startup_script_path:
            raise Invalid("A project has a start-up command or a start-up file, not both. Clear one of them.")
        if fields.get("startup_script_path"):
            repository, script = Path(wanted.repo_path), Path(wanted.startup_script_path or "")
            if script.is_absolute() or ".." in script.parts:
                raise Invalid(f"{script} is outside {repository}. Give a path inside the repository.")
        if "default_branch" in fields:
            check_branch_name(wanted.default_branch)
            branches = await self._repositories.branches(Path(wanted.repo_path))
            if wanted.default_branch not in {branch.name for branch in branches}:
                raise Invalid(f"Branch {wanted.default_branch!r} does not exist in {wanted.repo_path}.")

    async def archive(self, id: str) -> Project:
        """Take it off the lists; nothing on disk changes, and adding the repository again brings it back."""
        return self._tell(await self._store.update(id, is_archived=True))

    async def branches(self, id: str) -> builtins.list[Branch]:
        """Branches to start from or to go on with, local ones first, the most recently changed first."""
        row = await self._store.get(id)
        return [
            Branch(
                name=f"{branch.remote}/{branch.name}" if branch.remote else branch.name,
                is_remote=bool(branch.remote),
                checked_out_at=branch.checked_out_at,
            )
            for branch in await self._repositories.branches(Path(row.repo_path))
        ]

    async def complete_path(self, prefix: str) -> builtins.list[PathCompletion]:
        """Folders whose path begins with ``prefix``, at most 50; hidden ones only when their dot was typed."""
        return await asyncio.to_thread(_complete, prefix)

    def _tell(self, row: ProjectRow) -> Project:
        project = _shown(row)
        self._publish(ProjectChanged(project=project))
        return project


def _whole(typed: str) -> Path:
    path = Path(typed.strip()).expanduser()
    if not path.is_absolute():
        raise Invalid(f"{typed!r} is not a whole path. Begin it with / or ~.")
    return path


def _shown(row: ProjectRow) -> Project:
    return Project(**msgspec.structs.asdict(row))


def _complete(prefix: str) -> list[PathCompletion]:
    typed = os.path.expanduser(prefix) or f"{Path.home()}/"  # noqa: PTH111  # Path would drop a slash at the end
    folder, _, begun = typed.rpartition("/")
    try:
        with os.scandir(folder or "/") as entries:
            names = sorted(entry.name for entry in entries if _matches(entry, begun))
    except (OSError, ValueError):  # not there (yet), or not ours to read: nothing to offer
        return []
    paths = [f"{folder}/{name}" for name in names[:_MAX_COMPLETIONS]]
    return [PathCompletion(path=path, is_repository=(Path(path) / ".git").exists()) for path in paths]


def _matches(entry: os.DirEntry[str], begun: str) -> bool:
    if not entry.name.lower().startswith(begun.lower()) or (entry.name.startswith(".") and not begun):
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False
