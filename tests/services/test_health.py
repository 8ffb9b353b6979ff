"""Readiness: each check says what is wrong and what mends it; asking often costs nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.model.wire import BoardFrame, HealthChanged, HealthCheck, Snapshot
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.services.health import HealthService, can_work, run_checks, summed_up
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.readiness import (
    check_claude,
    check_disk,
    check_git,
    check_github,
    database_check,
    rate_limiter_check,
)
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.github import GitHub
from tests.fakes.clock import FakeClock
from tests.fakes.git import make_home


def program(folder: Path, name: str, script: str) -> dict[str, str]:
    """An environment with one more program, before the real ones."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}


async def ok() -> HealthCheck:
    return HealthCheck(status="ok", message="fine")


@pytest.mark.parametrize(
    ("states", "total", "works"),
    [
        ([("ok", True), ("ok", False)], "ok", True),
        ([("ok", True), ("degraded", False)], "degraded", True),
        ([("ok", True), ("error", False)], "degraded", True),
        ([("degraded", True), ("ok", True)], "degraded", False),
        ([("degraded", True), ("error", True)], "error", False),
        ([], "ok", True),
    ],
)
def test_the_worst_required_check_counts(states: list[tuple[str, bool]], total: str, works: bool) -> None:
    checks = {
        str(number): HealthCheck(status=status, message="", required=required)  # type: ignore[arg-type]
        for number, (status, required) in enumerate(states)
    }
    health = summed_up(checks)
    assert (health.status, can_work(health)) == (total, works)


async def test_answers_are_remembered_for_thirty_seconds() -> None:
    clock, looked = FakeClock(), []

    async def look() -> HealthCheck:
        looked.append(clock.elapsed)
        return HealthCheck(status="ok", message="")

    service = HealthService(checks={"database": look}, clock=clock, board=BoardFeed())
    await asyncio.gather(*(service.check() for _ in range(5)))
    clock.elapsed = 30
    await service.check()
    assert looked == [0]
    clock.elapsed = 31
    await service.check()
    await service.check_all()
    await service.check_database()
    assert looked == [0, 31, 31, 31]


async def test_a_board_that_is_watched_hears_what_changes_and_only_that() -> None:
    clock, board = FakeClock(), BoardFeed()
    looks = iter([("ok", "5 GiB free"), ("ok", "4 GiB free"), ("degraded", "1 GiB free"), ("ok", "5 GiB free")])

    async def look() -> HealthCheck:
        status, message = next(looks)
        return HealthCheck(status=status, message=message)  # type: ignore[arg-type]

    async def snapshot() -> Snapshot:
        return Snapshot(projects=[], workspaces=[], questions=[])

    service = HealthService(checks={"disk": look}, clock=clock, board=board)
    await service.watch()  # nobody watches: nothing is looked at
    viewer = board.join(snapshot)
    await viewer.next()
    for _ in range(3):
        await service.watch()
    (told,) = await viewer.next()
    frame = msgspec.json.decode(told, type=BoardFrame)
    assert isinstance(frame, HealthChanged)
    assert frame.health.checks["disk"].message == "1 GiB free"


async def test_a_check_that_breaks_is_an_answer_and_spoils_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> HealthCheck:
        raise RuntimeError("oops")

    health = await run_checks({"broken": broken, "fine": ok})
    assert health.status == "error"
    assert health.checks["broken"].message == "broken could not be looked at: oops"
    assert health.checks["fine"].status == "ok"
    assert "oops" in caplog.text


async def test_git(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    assert (await check_git(Git(environment=home))).status == "ok"
    (tmp_path / "home/.gitconfig").unlink()
    unknown = await check_git(Git(environment=home))
    assert (unknown.status, unknown.required) == ("degraded", False)
    assert "git config --global user.name" in (unknown.fix or "")
    old = await check_git(Git(environment=program(tmp_path / "bin", "git", "echo git version 2.20.1")))
    assert (old.status, old.version) == ("error", "2.20.1")
    assert "2.31" in old.message
    absent = await check_git(Git(environment={"PATH": str(tmp_path / "nothing")}))
    assert (absent.status, absent.fix) == ("error", "sudo apt-get install git")


CLAUDE = """case "$1" in --version) echo "9.8.7 (Claude Code)";; *) echo '{"loggedIn": %s, "authMethod": "x"}';; esac"""


@pytest.mark.parametrize(("logged_in", "status"), [("true", "ok"), ("false", "degraded")])
async def test_claude(tmp_path: Path, logged_in: str, status: str) -> None:
    environment = program(tmp_path / "bin", "claude", CLAUDE % logged_in)
    found = await check_claude(str(tmp_path / "bin/claude"), environment)
    assert (found.status, found.version, found.logged_in, found.required) == (
        status,
        "9.8.7",
        logged_in == "true",
        True,
    )
    assert (found.fix is None) == (status == "ok")


async def test_an_absent_claude_is_an_error(tmp_path: Path) -> None:
    found = await check_claude(str(tmp_path / "no-claude"), {"PATH": str(tmp_path)})
    assert found.status == "error"
    assert "no-claude" in found.message


@pytest.mark.parametrize(("code", "status"), [(0, "ok"), (1, "degraded")])
async def test_github_is_known_by_the_exit_code_alone_and_not_needed(tmp_path: Path, code: int, status: str) -> None:
    script = (
        f'if [ "$1" = --version ]; then echo "gh version 2.99.0 (2026-01-01)"; else echo gho_secret; exit {code}; fi'
    )
    found = await check_github(GitHub(environment=program(tmp_path / "bin", "gh", script)))
    assert (found.status, found.version, found.logged_in, found.required) == (status, "2.99.0", code == 0, False)
    assert "gho_secret" not in repr(found)


async def test_an_absent_gh_only_degrades(tmp_path: Path) -> None:
    health = await run_checks({"gh": lambda: check_github(GitHub(environment={"PATH": str(tmp_path)}))})
    assert (health.status, can_work(health)) == ("degraded", True)


async def test_disk(tmp_path: Path) -> None:
    worktrees = tmp_path / "not" / "yet"
    assert (await check_disk(worktrees, 1)).status == "ok"
    assert not (tmp_path / "not").exists()
    full = await check_disk(worktrees, 2**62)
    assert (full.status, full.required) == ("degraded", True)
    (tmp_path / "file").touch()
    assert (await check_disk(tmp_path / "file" / "x", 1)).status == "error"


async def test_database() -> None:
    async def locked() -> None:
        raise DatabaseUnavailable("The database is locked.")

    found = await database_check(locked)()
    assert (found.status, found.message) == ("error", "The database is locked.")


async def test_rate_limiter() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, per_minute=1, per_hour=10, queue_size=1, queue_timeout_s=1)
    check = rate_limiter_check(limiter)
    assert (await check()).status == "ok"
    await limiter.acquire()
    assert (await check()).status == "degraded"
