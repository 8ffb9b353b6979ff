"""Is Claude Code there, and is somebody logged in? Both are asked of the CLI itself, without any request to the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_jupyter.errors import ToolFailed
from factory_jupyter.tools import process

_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeLogin:
    """What the CLI says about its login; whether a key is valid shows only at the first request.

    ``method``: none, api_key, oauth_token, … (an open set).
    """

    logged_in: bool
    method: str


async def claude_version(cli: str, environment: Mapping[str, str]) -> str:
    """Version of the CLI, such as "2.1.330". Raises ToolFailed when it cannot be run."""
    return (await _ask(cli, environment, "--version")).split(" ", 1)[0].strip()


async def claude_login(cli: str, environment: Mapping[str, str]) -> ClaudeLogin:
    """Who is logged in. Raises ToolFailed when the CLI does not answer in a way we understand."""
    said = await _ask(cli, environment, "auth", "status", "--json")  # ends with 1 when nobody is logged in
    try:
        status: Any = json.loads(said)
        return ClaudeLogin(logged_in=bool(status["loggedIn"]), method=str(status.get("authMethod") or "none"))
    except (ValueError, KeyError, TypeError) as error:
        raise ToolFailed(f"{cli} does not tell whether it is logged in. Run `claude` in a terminal.") from error


async def _ask(cli: str, environment: Mapping[str, str], *arguments: str) -> str:
    done = await _run(cli, environment, *arguments)
    if done.exit_code == 0 and not done.stdout.strip():
        # On a machine with no processor to spare the CLI sometimes ends before its answer is written.
        done = await _run(cli, environment, *arguments)
    said = done.stdout.decode(errors="replace").strip()
    if not said:
        ending = "took too long" if done.exit_code is None else f"ended with {done.exit_code}"
        words = done.stderr.decode(errors="replace").strip()[-300:]
        raise ToolFailed(f"{cli} {' '.join(arguments)} {ending}. {words}".strip())
    return said


async def _run(cli: str, environment: Mapping[str, str], *arguments: str) -> process.Completed:
    try:
        return await process.run([cli, *arguments], environment=environment, timeout_s=_TIMEOUT_S)
    except OSError as error:
        raise ToolFailed(f"{cli} cannot be run: {error.strerror}.") from error
