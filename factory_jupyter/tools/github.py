"""The GitHub CLI: whether it is there and whether somebody is logged in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from factory_jupyter.errors import ToolFailed
from factory_jupyter.tools import process

_QUIET: Final = {
    "GH_PROMPT_DISABLED": "1",
    "GH_NO_UPDATE_NOTIFIER": "1",
    "GH_NO_EXTENSION_UPDATE_NOTIFIER": "1",
    "GH_SPINNER_DISABLED": "1",
    "GH_PAGER": "cat",
    "NO_COLOR": "1",
}


class GitHub:
    """Runs ``gh``, which has no time limit of its own. ``environment`` is the server's; it is scrubbed here."""

    def __init__(self, *, environment: Mapping[str, str], timeout_s: float = 10.0) -> None:
        self._environment = {**process.scrubbed(environment), **_QUIET}
        self._timeout_s = timeout_s

    async def version(self) -> str:
        """Version of gh; raises `errors.ToolFailed` when it is not there or does not answer."""
        done = await self._run("--version")
        match = re.search(rb"gh version (\S+)", done.stdout)
        if done.exit_code != 0 or not match:
            raise ToolFailed("gh is installed but does not tell its version. Run: gh --version")
        return match[1].decode()

    async def logged_in(self) -> bool:
        """Whether a token is configured.

        Asked without the network: ``gh auth status`` calls a good token invalid when GitHub cannot be reached. What
        ``gh auth token`` prints is the secret, so only its exit code is looked at.
        """
        return (await self._run("auth", "token")).exit_code == 0

    async def _run(self, *arguments: str) -> process.Completed:
        try:
            return await process.run(
                ["gh", *arguments],
                environment=self._environment,
                timeout_s=self._timeout_s,
                cwd=Path("/"),
            )
        except FileNotFoundError as error:
            raise ToolFailed("gh, the GitHub CLI, was not found on the server's PATH.") from error
