"""What the product needs, looked at one by one: each check says what is wrong and the command that mends it."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import FactoryError, GitFailed
from factory_jupyter.model.wire import HealthCheck
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.tools.claude_health import claude_login, claude_version
from factory_jupyter.tools.claude_launch import find_cli
from factory_jupyter.tools.git import MINIMUM, Git
from factory_jupyter.tools.github import GitHub

Check = Callable[[], Awaitable[HealthCheck]]

_MIB: Final = 2**20


async def check_git(git: Git) -> HealthCheck:
    """Git is there and new enough, and knows who commits."""
    try:
        version = await git.version()
    except FactoryError as error:
        return HealthCheck(status="error", message=error.message, fix="sudo apt-get install git")
    text = ".".join(map(str, version))
    if version < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        return HealthCheck(
            status="error",
            message=f"git {text} is too old; {wanted} or newer is needed.",
            fix="sudo apt-get install git",
            version=text,
        )
    if not await _has_identity(git):
        # Work goes on without it, but an agent's first commit fails.
        return HealthCheck(
            status="degraded",
            message=f"git {text} does not know your name, so agents cannot commit.",
            fix='git config --global user.name "…" && git config --global user.email "…"',
            version=text,
            required=False,
        )
    return HealthCheck(status="ok", message=f"git {text}", version=text)


async def _has_identity(git: Git) -> bool:
    try:
        await git.read(Path("/"), "var", "GIT_COMMITTER_IDENT")
        return bool(await git.read(Path("/"), "config", "--get", "user.email", accept=(0, 1)))
    except GitFailed:
        return False


async def check_claude(cli_path: str, environment: Mapping[str, str]) -> HealthCheck:
    """The Claude Code CLI is there and somebody is logged in; whether the login is valid shows at the first message."""
    try:
        cli = find_cli(cli_path, environment.get("PATH"))
        version = await claude_version(cli, environment)
    except FactoryError as error:
        return HealthCheck(status="error", message=error.message, fix="pip install --force-reinstall claude-agent-sdk")
    try:
        login = await claude_login(cli, environment)
    except FactoryError as error:
        return HealthCheck(status="degraded", message=error.message, fix=shlex.quote(cli), version=version)
    if not login.logged_in:
        return HealthCheck(
            status="degraded",
            message=f"Claude Code {version} is installed, but nobody is logged in.",
            fix=f"{shlex.quote(cli)} auth login",
            version=version,
            logged_in=False,
        )
    return HealthCheck(status="ok", message=f"Claude Code {version}, logged in", version=version, logged_in=True)


async def check_github(github: GitHub) -> HealthCheck:
    """The GitHub CLI is there and somebody is logged in; needed for pull requests alone."""
    try:
        version = await github.version()
        logged_in = await github.logged_in()
    except FactoryError as error:
        return HealthCheck(
            status="degraded",
            message=f"{error.message} Pull requests need it.",
            fix="See https://cli.github.com for how to install it",
            required=False,
        )
    if not logged_in:
        return HealthCheck(
            status="degraded",
            message=f"gh {version} is installed, but nobody is logged in. Pull requests need it.",
            fix="gh auth login",
            version=version,
            logged_in=False,
            required=False,
        )
    return HealthCheck(status="ok", message=f"gh {version}, logged in", version=version, logged_in=True, required=False)


async def check_disk(worktrees: Path, min_free_bytes: int) -> HealthCheck:
    """Worktrees can be written, and there is room for one more. Makes no folder."""
    folder = next(parent for parent in (worktrees, *worktrees.parents) if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return HealthCheck(
            status="error",
            message=f"Worktrees cannot be made in {worktrees}: {folder} cannot be written.",
            fix="WORKTREE_BASE_DIR=/a/folder/of/yours jupyter lab",
        )
    free = shutil.disk_usage(folder).free
    if free < min_free_bytes:
        return HealthCheck(
            status="degraded",
            message=f"Only {free // _MIB} MiB are free at {folder}; new worktrees need {min_free_bytes // _MIB}.",
            fix=f"du -xh --max-depth=3 {shlex.quote(str(folder))} | sort -h | tail",
        )
    return HealthCheck(status="ok", message=f"{free / 2**30:.1f} GiB free at {folder}")


def tool_checks(config: FactoryConfig) -> dict[str, Check]:
    """Checks of everything outside the server, by name, in the order of the report."""
    environment = config.environment()
    return {
        "git": partial(check_git, Git(environment=environment)),
        "claude": partial(check_claude, config.claude_cli_path, environment),
        "gh": partial(check_github, GitHub(environment=environment)),
        "disk": partial(check_disk, config.worktree_base_path, config.min_free_disk_bytes),
    }


def database_check(check: Callable[[], Awaitable[object]]) -> Check:
    """A check of the open database; ``check`` raises `errors.DatabaseUnavailable` when something is wrong."""

    async def run() -> HealthCheck:
        try:
            await check()
        except FactoryError as error:
            return HealthCheck(status="error", message=error.message, fix="jupyter factory doctor")
        return HealthCheck(status="ok", message="reads and writes")

    return run


def rate_limiter_check(limiter: RateLimiter) -> Check:
    """Prompts go through without waiting."""

    async def run() -> HealthCheck:
        state = limiter.state()
        counts = f"{state.last_minute} prompts in the last minute, {state.last_hour} in the last hour"
        if state.is_limited:
            message = f"{counts}: the next ones wait ({state.waiting} do)."
            return HealthCheck(status="degraded", message=message, required=False)
        return HealthCheck(status="ok", message=counts, required=False)

    return run
