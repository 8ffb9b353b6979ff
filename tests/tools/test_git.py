"""git cannot be led to another repository, cannot ask, and cannot hang."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from factory_jupyter.errors import GitFailed, ToolFailed
from factory_jupyter.tools.git import Git
from tests.fakes.git import commit, git, make_home, make_repository


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return make_home(tmp_path / "home")


async def test_variables_of_another_repository_are_not_believed(tmp_path: Path, env: dict[str, str]) -> None:
    mine = make_repository(tmp_path / "mine", branch="mine")
    other = make_repository(tmp_path / "other", branch="other")
    leaked = {
        **env,
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(tmp_path / "no"),
    }
    tool = Git(environment=leaked)
    assert await tool.read(mine, "symbolic-ref", "HEAD") == "refs/heads/mine"
    assert await tool.read(mine, "status", "--porcelain") == ""


async def test_an_error_carries_the_command_the_code_and_gits_own_words(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    with pytest.raises(GitFailed, match=r"git worktree add exited with \d+: .*invalid reference") as caught:
        await Git(environment=env).run(
            repository, "-c", "a.b=c", "worktree", "add", str(tmp_path / "x"), "no-such-branch"
        )
    assert caught.value.exit_code == 128


async def test_git_speaks_english_whatever_the_locale(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(GitFailed, match="not a git repository"):
        await Git(environment={**env, "LANG": "de_DE.UTF-8", "LANGUAGE": "de"}).read(tmp_path, "status")


async def test_absent_git_is_said_plainly(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(ToolFailed, match="Install git"):
        await Git(environment={**env, "PATH": str(tmp_path)}).version()


async def test_version(env: dict[str, str]) -> None:
    assert await Git(environment=env).version() >= (2, 31)


async def test_a_command_that_takes_too_long_is_ended(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    git(repository, "config", "alias.wait", "!sleep 60")
    with pytest.raises(GitFailed, match="timed out"):
        await asyncio.wait_for(Git(environment=env, timeout_s=0.2).run(repository, "wait"), 10)


async def test_a_remote_that_never_answers_ends_with_its_time(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        git(repository, "remote", "add", "origin", f"http://127.0.0.1:{silent.getsockname()[1]}/x.git")
        with pytest.raises(GitFailed):
            await asyncio.wait_for(Git(environment=env).network(repository, "fetch", "origin", timeout_s=0.5), 15)


async def test_a_remote_that_asks_for_a_password_is_not_waited_for(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    asked = tmp_path / "asked"
    askpass = tmp_path / "askpass"
    askpass.write_text(f"#!/bin/sh\ntouch {asked}\nsleep 60\n")
    askpass.chmod(0o755)
    git(repository, "config", "core.askPass", str(askpass))
    tool = Git(environment={**env, "GIT_ASKPASS": str(askpass), "SSH_ASKPASS": str(askpass)})

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        git(repository, "remote", "add", "origin", f"http://127.0.0.1:{port}/x.git")
        with pytest.raises(GitFailed, match="could not read Username") as caught:
            await asyncio.wait_for(tool.network(repository, "fetch", "origin", timeout_s=30), 20)
    assert caught.value.exit_code == 128
    assert not asked.exists()


async def test_ssh_keeps_the_users_command_and_cannot_ask(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    seen = tmp_path / "seen"
    ssh = tmp_path / "my-ssh"
    ssh.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(' '.join(sys.argv[1:]))\nsys.exit(1)\n"
    )
    ssh.chmod(0o755)
    git(repository, "config", "core.sshCommand", f"{ssh} -i key")
    git(repository, "remote", "add", "origin", "ssh://example.invalid/x.git")
    with pytest.raises(GitFailed):
        await Git(environment=env).network(repository, "fetch", "origin", timeout_s=7)
    assert seen.read_text().startswith("-i key -oBatchMode=yes -oConnectTimeout=7")


async def test_looking_takes_no_lock_from_the_agent(tmp_path: Path, env: dict[str, str]) -> None:
    repository = make_repository(tmp_path / "repo")
    commit(repository, {"a.txt": "a\n"})
    (repository / "a.txt").touch()  # stale stat data: `status` would like to refresh the index
    (repository / ".git/index.lock").touch()
    assert await Git(environment=env).read(repository, "status", "--porcelain") == ""
