"""The system's git, run so that nothing it does can hang, ask, or work on another repository than the one named.

Every command is an argv list with ``-C <folder>``; nothing is ever run in this process's own folder. What a repository,
a worktree and a diff are, the modules ``git_*`` beside this one know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from factory_jupyter.errors import GitFailed, ToolFailed
from factory_jupyter.tools import process

MINIMUM: Final = (2, 31)
"""``rev-parse --path-format`` and ``diff --merge-base`` are there from this version on."""

# No prompt may wait for somebody who is not there: git, its askpass programs, ssh and credential managers.
_QUIET: Final = {
    "LC_ALL": "C",  # messages are read
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GCM_INTERACTIVE": "never",
}
_SETTINGS: Final = ("-c", "core.askPass=", "-c", "advice.detachedHead=false")
# A stalled transfer ends after 20 s without a byte; maintenance must not keep a fetch waiting.
_NETWORK: Final = (
    *("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=20"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false"),
)


class Git:
    """Runs git commands with a scrubbed environment and a time limit.

    ``environment`` is the server's own; it is scrubbed here. ``timeout_s`` seconds are for commands on one repository's
    metadata; callers give more to those that write whole trees.
    """

    def __init__(self, *, environment: Mapping[str, str], timeout_s: float = 60.0) -> None:
        self._environment = {**process.scrubbed(environment), **_QUIET}
        self.timeout_s = timeout_s

    async def run(
        self,
        where: Path,
        *arguments: str,
        timeout_s: float | None = None,
        input: bytes | None = None,
        accept: Collection[int] = (0,),
        environment: Mapping[str, str] | None = None,
    ) -> process.Completed:
        """Run ``git -C where …``; raises `errors.GitFailed` unless the exit code is one of ``accept``."""
        try:
            done = await process.run(
                ["git", "-C", str(where), *_SETTINGS, *arguments],
                environment={**self._environment, **(environment or {})},
                timeout_s=timeout_s or self.timeout_s,
                input=input,
            )
        except FileNotFoundError as error:
            raise ToolFailed("git was not found. Install git and make sure that it is on the server's PATH.") from error
        if done.exit_code not in accept:
            raise GitFailed(_name(arguments), done.exit_code, done.stderr.decode(errors="replace"))
        return done

    async def look(self, where: Path, *arguments: str, accept: Collection[int] = (0,)) -> process.Completed:
        """Run a command that changes nothing; without optional locks it never gets in the way of an agent's git."""
        return await self.run(where, *arguments, accept=accept, environment={"GIT_OPTIONAL_LOCKS": "0"})

    async def read(self, where: Path, *arguments: str, accept: Collection[int] = (0,)) -> str:
        """What a command that changes nothing prints, without the last newline."""
        done = await self.look(where, *arguments, accept=accept)
        return done.stdout.decode(errors="surrogateescape").removesuffix("\n")

    async def network(self, where: Path, *arguments: str, timeout_s: float) -> process.Completed:
        """Run a command that talks to a remote: no prompt, no stalled transfer, at most ``timeout_s`` seconds."""
        ssh = await self._ssh_command(where, timeout_s)
        return await self.run(where, *_NETWORK, *arguments, timeout_s=timeout_s, environment=ssh)

    async def _ssh_command(self, where: Path, timeout_s: float) -> dict[str, str]:
        # GIT_SSH_COMMAND hides core.sshCommand and GIT_SSH, so what the user has set is kept and added to.
        if "GIT_SSH" in self._environment:
            return {}
        chosen = self._environment.get("GIT_SSH_COMMAND")
        if not chosen:
            chosen = await self.read(where, "config", "--get", "core.sshCommand", accept=(0, 1))
        return {"GIT_SSH_COMMAND": f"{chosen or 'ssh'} -oBatchMode=yes -oConnectTimeout={max(1, int(timeout_s))}"}

    async def version(self) -> tuple[int, ...]:
        """Version of git, as ``(2, 39, 5)``; raises `errors.ToolFailed` when git is not there."""
        words = (await self.read(Path("/"), "version")).split()
        numbers = words[2].split(".") if len(words) > 2 else []
        return tuple(int(number) for number in numbers if number.isdigit())


def _name(arguments: tuple[str, ...]) -> str:
    """``worktree add`` of ``-c a=b worktree add …``, for messages."""
    words = iter(arguments)
    named: list[str] = []
    for word in words:
        if word == "-c":
            next(words, None)
        elif word.startswith("-"):
            break
        else:
            named.append(word)
    return " ".join(named[:2]) if named[:1] in (["worktree"], ["submodule"]) else " ".join(named[:1])
