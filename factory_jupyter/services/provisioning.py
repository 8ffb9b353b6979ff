"""Making a workspace, step by step. Each step can be done again: after a failure, after a retry, after a crash.

What a step will do is written to the row before it is done, so that a later start finds on disk what the row speaks of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from factory_jupyter.errors import FactoryError, GitFailed, Invalid, ToolFailed
from factory_jupyter.model.naming import branch_prefix, first_free, free_branch, slugify
from factory_jupyter.model.wire import InitStep
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.init_log import InitLog
from factory_jupyter.services.setup_script import SetupRunner, find_setup
from factory_jupyter.store.rows import ProjectRow, WorkspaceRow
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_locks import RepositoryLocks
from factory_jupyter.tools.git_refs import REMOTE, References
from factory_jupyter.tools.git_repository import Repositories
from factory_jupyter.tools.git_worktrees import Worktrees
from factory_jupyter.tools.worktree_include import copy_ignored

if TYPE_CHECKING:
    from factory_jupyter.store.projects import ProjectStore
    from factory_jupyter.store.workspaces import WorkspaceStore

STEPS: Final = ("fetch", "worktree", "checkout", "submodules", "copy", "setup")
SKIPPABLE: Final = frozenset({"submodules", "copy", "setup"})
"""What people may leave out; without the others there is no worktree."""

Changed = Callable[[WorkspaceRow], None]


@dataclass(slots=True, kw_only=True)
class Making:
    """One run of the steps for one workspace."""

    row: WorkspaceRow
    project: ProjectRow
    repository: Path
    common_dir: Path
    log: InitLog
    changed: Changed
    is_fresh: bool = False
    """The base was fetched in this run."""

    @property
    def path(self) -> Path:
        """The folder of the worktree, once it is chosen."""
        assert self.row.worktree_path
        return Path(self.row.worktree_path)

    @property
    def base(self) -> str:
        """Name of the base branch."""
        return self.row.base_branch or self.project.default_branch


class Skipped(Exception):
    """A step had nothing to do; the text says why."""


def planned() -> list[InitStep]:
    """The steps of a workspace that nothing was done for yet."""
    return [InitStep(name=name, state="pending") for name in STEPS]


class Provisioner:
    """Makes worktrees. ``reached`` is told the name of every point that is passed; tests kill the server there."""

    def __init__(
        self,
        *,
        store: WorkspaceStore,
        projects: ProjectStore,
        git: Git,
        locks: RepositoryLocks,
        environment: Mapping[str, str],
        clock: Clock,
        user: str,
        fetch_timeout_s: float,
        reached: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._store = store
        self._projects = projects
        self._git = git
        self._locks = locks
        self._repositories = Repositories(git)
        self._references = References(git)
        self._worktrees = Worktrees(git)
        self._setup = SetupRunner(environment=environment)
        self._clock = clock
        self._user = user
        self._fetch_timeout_s = fetch_timeout_s
        self._reached = reached
        self._work: Mapping[str, Callable[[Making], Awaitable[str]]] = {
            "fetch": self._fetch,
            "worktree": self._add_worktree,
            "checkout": self._check_out,
            "submodules": self._fill_submodules,
            "copy": self._copy_ignored,
            "setup": self._run_setup,
        }

    async def make(self, row: WorkspaceRow, changed: Changed) -> None:
        """Do every step that is not done yet; raises `errors.FactoryError` of the one that failed.

        ``changed`` gets the row after each change that people may want to see.
        """
        project = await self._projects.get(row.project_id)
        repository = Path(project.repo_path)

        async def stored() -> None:
            changed(await self._store.get(row.id))

        async with InitLog(store=self._store, workspace_id=row.id, stored=stored) as log:
            making = Making(
                row=row,
                project=project,
                repository=repository,
                common_dir=await self._repositories.common_dir(repository),
                log=log,
                changed=changed,
            )
            for name in _remaining(row.init_steps):
                await self._step(making, name)
        self._reached("made")

    async def _step(self, making: Making, name: str) -> None:
        await self._note(making, InitStep(name=name, state="running"))
        self._reached(f"before {name}")
        begun = self._clock.monotonic()
        try:
            detail = await self._work[name](making)
            done = InitStep(name=name, state="done", detail=detail, duration_ms=self._milliseconds_since(begun))
        except Skipped as reason:
            done = InitStep(name=name, state="skipped", detail=str(reason), duration_ms=self._milliseconds_since(begun))
        except (FactoryError, OSError) as error:
            failure = error if isinstance(error, FactoryError) else ToolFailed(f"The step {name} failed: {error}.")
            making.log.line(f"✗ {name}: {failure.message}")
            took = self._milliseconds_since(begun)
            await self._note(making, InitStep(name=name, state="failed", detail=failure.message, duration_ms=took))
            raise failure from error
        self._reached(f"after {name}")
        making.log.line(f"{'✓' if done.state == 'done' else '–'} {name}: {done.detail}")
        await self._note(making, done)

    async def _note(self, making: Making, step: InitStep) -> None:
        steps = [step if other.name == step.name else other for other in making.row.init_steps or planned()]
        await self._update(making, init_steps=steps)
        making.changed(making.row)

    async def _update(self, making: Making, **fields: Any) -> None:
        making.row = await self._store.update(making.row.id, **fields)

    def _milliseconds_since(self, begun: float) -> int:
        return int((self._clock.monotonic() - begun) * 1000)

    # --- The steps ---------------------------------------------------------------------------------------------------

    async def _fetch(self, making: Making) -> str:
        if making.row.is_adopted:
            raise Skipped("an existing worktree is used as it is")
        if not await self._references.has_remote(making.repository):
            raise Skipped(f"the repository has no remote {REMOTE}")
        branch = making.base if making.row.has_own_branch else making.row.branch_name or making.base
        try:
            await self._references.fetch(making.repository, branch, timeout_s=self._fetch_timeout_s)
        except GitFailed as error:
            # Offline, or a branch that only exists here: not fresh, but work can begin.
            raise Skipped(f"could not fetch {branch}, what is here is used ({_reason(error.stderr)})") from error
        making.is_fresh = True
        return f"{REMOTE}/{branch} is up to date"

    async def _add_worktree(self, making: Making) -> str:
        if making.row.is_adopted:
            branch = await self._worktrees.verify(making.path, making.common_dir)
            await self._update(making, branch_name=branch)
            return f"{making.path} is used as it is"
        async with self._locks.hold(making.common_dir):
            note = await self._add_under_lock(making)
        branch = await self._worktrees.verify(making.path, making.common_dir)
        return f"branch {branch} at {making.path}{note}"

    async def _add_under_lock(self, making: Making) -> str:
        row = making.row
        if row.worktree_path and await self._worktrees.clear_half_made(making.repository, making.path):
            return " (made before)"
        if not row.worktree_path:
            await self._update(making, worktree_path=str(await self._free_path(making)))
        note = ""
        start: str | None = None
        if row.has_own_branch:
            start, note = await self._own_branch(making)
        elif not await self._references.has_local(making.repository, making.row.branch_name or ""):
            start = await self._tracked(making)
        self._reached("chosen")
        await self._worktrees.add(
            making.repository, making.path, making.row.branch_name or "", start, track=not row.has_own_branch
        )
        self._reached("added")
        return note

    async def _free_path(self, making: Making) -> Path:
        base = Path(making.project.worktree_base_path)
        registered = {entry.path.name for entry in await self._worktrees.list(making.repository)}
        wanted = slugify(making.row.name, f"task-{making.row.id[:8]}")
        return base / first_free(wanted, registered | await asyncio.to_thread(_names_in, base))

    async def _own_branch(self, making: Making) -> tuple[str | None, str]:
        """Choose the branch and where it starts; None when an earlier try has made the branch already."""
        ours = f"refs/heads/{making.row.branch_name}"
        begun_at = making.row.base_commit
        if begun_at and (await self._references.commits(making.repository, ours)).get(ours) == begun_at:
            return None, " (branch made before)"
        start = await self._references.start_point(making.repository, making.base, is_fresh=making.is_fresh)
        user = branch_prefix(await self._repositories.user(making.repository) or self._user)
        wanted = f"{user}/{slugify(making.row.name, f'task-{making.row.id[:8]}')}"
        branch = free_branch(wanted, await self._references.taken(making.repository))
        await self._update(making, branch_name=branch, base_branch=making.base, base_commit=start.commit)
        return start.commit, f", from {start.name}{start.note}"

    async def _tracked(self, making: Making) -> str:
        branch = making.row.branch_name or ""
        if not await self._references.has_tracking(making.repository, branch):
            raise Invalid(f"Branch {branch!r} does not exist, neither here nor on {REMOTE}. Choose another branch.")
        return f"{REMOTE}/{branch}"

    async def _check_out(self, making: Making) -> str:
        if making.row.is_adopted:
            raise Skipped("an existing worktree is used as it is")
        await self._worktrees.check_out(making.path)
        return "all files written"

    async def _fill_submodules(self, making: Making) -> str:
        if making.row.is_adopted or not await asyncio.to_thread((making.path / ".gitmodules").is_file):
            raise Skipped("none")
        async with self._locks.hold(making.common_dir):
            await self._worktrees.init_submodules(making.path)
        await self._worktrees.update_submodules(making.path)
        return "filled"

    async def _copy_ignored(self, making: Making) -> str:
        if making.row.is_adopted:
            raise Skipped("an existing worktree is used as it is")
        copied = await copy_ignored(self._git, making.repository, making.path)
        for name, reason in copied.skipped:
            making.log.line(f"  not copied: {name} ({reason})")
        if not copied.files:
            raise Skipped("nothing to copy")
        return ", ".join(copied.files)

    async def _run_setup(self, making: Making) -> str:
        if making.row.is_adopted:
            raise Skipped("an existing worktree is used as it is")
        script = await asyncio.to_thread(find_setup, making.path, making.project)
        if script is None:
            raise Skipped("no setup script")
        await self._setup.run(script, making.project, making.row, making.log)
        return script.shown


def _remaining(steps: list[InitStep]) -> list[str]:
    done = {step.name for step in steps if step.state in ("done", "skipped")}
    if "worktree" not in done:
        done.clear()  # how fresh the base is was known to the run that fetched it alone
    return [name for name in STEPS if name not in done]


def skip_failed(steps: list[InitStep]) -> list[InitStep]:
    """The steps with those that failed or were interrupted marked as skipped by a person."""
    return [
        msgspec.structs.replace(step, state="skipped", detail="skipped by you")
        if step.state in ("failed", "running")
        else step
        for step in steps
    ]


def progress(steps: list[InitStep]) -> float:
    """Share of the steps that are behind us, 0 to 1."""
    behind = sum(step.state in ("done", "skipped") for step in steps)
    return behind / len(steps) if steps else 0.0


def _reason(stderr: str) -> str:
    """The line that says why, not the advice after it."""
    lines = stderr.strip().splitlines() or ["no answer"]
    return next((line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))), lines[-1])


def _names_in(folder: Path) -> set[str]:
    return {child.name for child in folder.iterdir()} if folder.is_dir() else set()
