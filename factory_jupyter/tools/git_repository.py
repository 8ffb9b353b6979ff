"""What kind of thing a path is for git, and what a repository has: default branch, remotes, branches."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_jupyter.errors import GitFailed, InvalidRepository
from factory_jupyter.model.remotes import GitHubRepository, github_repository
from factory_jupyter.tools.git import Git

_USUAL_DEFAULTS: Final = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository that can hold worktrees. ``path`` is the top folder of its main work tree."""

    path: Path
    common_dir: Path
    default_branch: str
    github: GitHubRepository | None
    note: str = ""
    """For people: why ``path`` is not the folder that was asked for; empty when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRef:
    """A branch; ``remote`` is the remote's name of a remote-tracking one, else empty."""

    name: str
    remote: str = ""
    checked_out_at: str | None = None


class Repositories:
    """Reads repositories; changes nothing."""

    def __init__(self, git: Git) -> None:
        self._git = git

    async def inspect(self, path: Path) -> Repository:
        """The repository that holds ``path``; raises `errors.InvalidRepository` with what to do when there is none."""
        _check_folder(path)
        top, common_dir = await self._top(path)
        await self._check_commits(top)
        return Repository(
            path=top,
            common_dir=common_dir,
            default_branch=await self.default_branch(top),
            github=github_repository(await self.remotes(top)),
            note="" if top == real(path) else f"{path} belongs to the repository {top}, which is what was added.",
        )

    async def common_dir(self, path: Path) -> Path:
        """The folder that all worktrees of the repository share, absolute and real."""
        return real(await self._git.read(path, "rev-parse", "--path-format=absolute", "--git-common-dir"))

    async def _top(self, path: Path) -> tuple[Path, Path]:
        try:
            answer = await self._git.read(
                path, "rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-common-dir", "--git-dir"
            )
        except GitFailed as error:
            raise InvalidRepository(_explain(path, error)) from error
        is_bare, common, git_dir = answer.split("\n")
        if is_bare == "true":
            raise InvalidRepository(
                f"{path} is a bare repository, without files to work on. Clone it (git clone {path}) and add the clone."
            )
        common_dir = real(common)
        if real(git_dir) != common_dir:
            return await self._main_worktree(path), common_dir
        try:
            return real(await self._git.read(path, "rev-parse", "--show-toplevel")), common_dir
        except GitFailed as error:
            raise InvalidRepository(f"{path} is inside a .git folder. Add the folder that contains .git.") from error

    async def _main_worktree(self, path: Path) -> Path:
        listed = await self._git.read(path, "worktree", "list", "--porcelain")
        first, *attributes = listed.split("\n\n")[0].split("\n")
        main = real(first.removeprefix("worktree "))
        if "bare" in attributes or not (main / ".git").exists():
            raise InvalidRepository(
                f"{path} is a worktree of {main}, which has no files of its own to start from. "
                "Clone the repository and add the clone."
            )
        return main

    async def _check_commits(self, top: Path) -> None:
        if await self._git.read(top, "for-each-ref", "--count=1", "refs/heads", "refs/remotes"):
            return
        if not await self._git.read(top, "rev-parse", "-q", "--verify", "HEAD^{commit}", accept=(0, 1)):
            raise InvalidRepository(
                f"{top} has no commits yet, and a worktree needs one to start from. "
                f"Make the first one: git -C {top} commit --allow-empty -m 'First commit'"
            )

    async def default_branch(self, top: Path) -> str:
        """What ``origin`` calls its HEAD, else a usual name that exists here, else the current branch."""
        remote_head = await self._git.read(top, "symbolic-ref", "-q", "refs/remotes/origin/HEAD", accept=(0, 1))
        branches = await self.branches(top)
        names = {branch.name for branch in branches if branch.remote in ("", "origin")}
        if (name := remote_head.removeprefix("refs/remotes/origin/")) and name in names:
            return name
        local = {branch.name for branch in branches if not branch.remote} or names
        configured = await self._git.read(top, "config", "--get", "init.defaultBranch", accept=(0, 1))
        for candidate in (configured, *_USUAL_DEFAULTS):
            if candidate in local:
                return candidate
        current = (await self._git.read(top, "symbolic-ref", "-q", "HEAD", accept=(0, 1))).removeprefix("refs/heads/")
        if current in local:
            return current
        if local:
            return min(local)
        raise InvalidRepository(f"{top} is on no branch and has none. Make one: git -C {top} switch -c main")

    async def remotes(self, top: Path) -> dict[str, str]:
        """URL of each remote by its name, as git would use it (``insteadOf`` applied)."""
        lines = (await self._git.read(top, "remote", "-v")).splitlines()
        return {
            name: rest.removesuffix(" (fetch)")
            for name, _, rest in (line.partition("\t") for line in lines)
            if rest.endswith(" (fetch)")
        }

    async def branches(self, top: Path) -> list[BranchRef]:
        """All branches, local ones first; symbolic ones such as ``origin/HEAD`` are left out."""
        answer = await self._git.read(
            top,
            "for-each-ref",
            "--format=%(refname)%00%(symref)%00%(worktreepath)",
            "--sort=-committerdate",
            "refs/heads",
            "refs/remotes",
        )
        found = []
        for line in answer.splitlines():
            ref, symref, worktree = line.split("\0")
            if ref.startswith("refs/heads/"):
                found.append(BranchRef(name=ref.removeprefix("refs/heads/"), checked_out_at=worktree or None))
            elif not symref:
                remote, _, name = ref.removeprefix("refs/remotes/").partition("/")
                found.append(BranchRef(name=name, remote=remote))
        return sorted(found, key=lambda branch: bool(branch.remote))

    async def user(self, top: Path) -> str:
        """How the person is called in this repository, by git's configuration; may be empty."""
        asked = r"^(github\.user|user\.(name|email))$"
        answer = await self._git.read(top, "config", "--get-regexp", "-z", asked, accept=(0, 1))
        known = dict(line.split("\n", 1) for line in answer.split("\0") if "\n" in line)
        value = known.get("github.user") or known.get("user.name") or known.get("user.email") or ""
        return value.partition("@")[0]


def real(path: Path | str) -> Path:
    """The path with ``~`` and every symbolic link resolved: what git's answers are compared by."""
    return Path(path).expanduser().resolve()


def _check_folder(path: Path) -> None:
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except PermissionError:
        exists, is_folder = True, False
    if not exists:
        raise InvalidRepository(
            f"There is nothing at {path}. Check the spelling; it is a path on the server's machine."
        )
    if not os.access(path, os.R_OK | os.X_OK):
        raise InvalidRepository(f"{path} may not be read by this server. Give it permission to read the folder.")
    if not is_folder:
        raise InvalidRepository(f"{path} is a file. Choose the folder of the repository.")


def _explain(path: Path, error: GitFailed) -> str:
    said = error.stderr
    if "dubious ownership" in said:
        named = re.search(r"detected dubious ownership in repository at '(.+)'", said)
        return (
            f"{path} belongs to another user, so git refuses to work in it. If you trust it: "
            f"git config --global --add safe.directory {named[1] if named else path}"
        )
    if "not a git repository" in said:
        return f"{path} is not a git repository. Choose another folder, or make it one: git -C {path} init"
    if "Permission denied" in said:
        return f"{path} may not be read by this server. Give it permission to read the folder."
    return f"git cannot use {path}: {said.strip()}"
