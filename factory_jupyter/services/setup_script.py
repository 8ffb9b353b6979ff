"""The setup script of a new worktree: which one it is, and running it to its end with nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_jupyter.errors import Invalid, ToolFailed
from factory_jupyter.model import scripts
from factory_jupyter.services.init_log import InitLog
from factory_jupyter.store.rows import ProjectRow, WorkspaceRow
from factory_jupyter.tools import process

MAX_AT_ONCE: Final = 4
"""Setup scripts at once: each holds a thread, and more of them only make each other wait for the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupScript:
    """What bash is to run; ``shown`` names it to people."""

    arguments: tuple[str, ...]
    shown: str


def find_setup(worktree: Path, project: ProjectRow) -> SetupScript | None:
    """``scripts.setup`` of the repository's own file, else the project's command or file; None when there is neither.

    Raises `errors.Invalid` for a file that cannot be used: a setup that is silently left out is found out much later.
    """
    file = worktree / scripts.FILE
    if file.is_file() and (command := scripts.parse_scripts(file.read_bytes()).setup):
        return SetupScript(arguments=("-c", command), shown=command)
    if command := project.startup_script_command:
        return SetupScript(arguments=("-c", command), shown=command)
    if name := project.startup_script_path:
        path = (worktree / name).resolve()
        if not path.is_relative_to(worktree.resolve()) or not path.is_file():
            raise Invalid(f"Script not found in the repository: {name}. Correct it in the project's settings.")
        return SetupScript(arguments=(str(path),), shown=name)
    return None


def mark_of(workspace_id: str) -> str:
    """What everything that a workspace's setup starts carries in its environment (`process.MARK`)."""
    return f"setup-{workspace_id}"


class SetupRunner:
    """Runs setup scripts, a few at once. ``environment`` is the server's; it is scrubbed before a script sees it."""

    def __init__(self, *, environment: Mapping[str, str], max_at_once: int = MAX_AT_ONCE) -> None:
        self._environment = environment
        self._places = asyncio.Semaphore(max_at_once)

    async def run(self, script: SetupScript, project: ProjectRow, workspace: WorkspaceRow, log: InitLog) -> None:
        """Run it in the worktree, its output into the log; raises `errors.ToolFailed` with the end of the output.

        Whatever way it fails, nothing that it started goes on.
        """
        assert workspace.worktree_path
        # A server that was killed in the middle has left its script running.
        await process.terminate_marked([mark_of(workspace.id)])
        async with self._places:
            log.line(f"$ {script.shown}")
            log.forget_tail()
            try:
                exit_code = await self._exit_code(script, project, workspace, log)
            except FileNotFoundError as error:
                raise ToolFailed("bash was not found, and setup scripts need it. Install bash.") from error
        if exit_code is None:
            raise ToolFailed(_with_tail(f"Script timed out after {project.startup_script_timeout}s", log))
        if exit_code != 0:
            raise ToolFailed(_with_tail(f"Script exited with code {exit_code}", log))

    async def _exit_code(
        self, script: SetupScript, project: ProjectRow, workspace: WorkspaceRow, log: InitLog
    ) -> int | None:
        path = Path(workspace.worktree_path or "")
        exit_code: int | None = None
        try:
            done = await process.run(
                ["bash", *script.arguments],
                environment={
                    **self._environment,
                    "WORKSPACE_PATH": str(path),
                    "FACTORY_WORKSPACE_ID": workspace.id,
                    "FACTORY_WORKSPACE_PATH": str(path),
                    "FACTORY_PROJECT_PATH": project.repo_path,
                    process.MARK: mark_of(workspace.id),
                },
                cwd=path,
                timeout_s=project.startup_script_timeout,
                max_output=0,
                on_output=log.feed,
            )
            exit_code = done.exit_code
        finally:
            if exit_code != 0:  # on success a script may have started a database on purpose
                await process.terminate_marked([mark_of(workspace.id)])
        return exit_code


def _with_tail(message: str, log: InitLog) -> str:
    return f"{message}: {log.tail}" if log.tail else message
