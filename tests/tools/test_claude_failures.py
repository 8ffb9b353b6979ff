"""What goes wrong between the CLI and the API becomes events that people can read, and nothing hangs."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from factory_jupyter.model.agent import BlockDone, Died, Partial, PartialsVoid, Retrying, TurnEnded
from factory_jupyter.tools import claude_failures, process
from factory_jupyter.tools.claude_failures import ClaudeFailed
from tests.fakes.claude_home import ClaudeHome, claude_home, script, tool

NO_RETRY = {"CLAUDE_CODE_MAX_RETRIES": "0"}
ONE_RETRY = {"CLAUDE_CODE_MAX_RETRIES": "1"}


@pytest.mark.parametrize(
    ("name", "status", "said", "code"),
    [
        ("authentication_failed", None, "Not logged in · Please run /login", "not_logged_in"),
        ("authentication_failed", 401, "invalid x-api-key", "authentication_failed"),
        ("authentication_failed", 403, "", "permission_denied"),
        ("model_not_found", 404, "", "model_not_found"),
        ("invalid_request", 413, "", "too_large"),
        ("rate_limit", 429, "", "rate_limited"),
        ("server_error", 500, "", "server_error"),
        ("server_error", 503, "", "server_error"),
        ("server_error", 529, "", "overloaded"),
        ("server_error", None, "", "connection"),
        ("billing_error", None, "", "billing"),
        ("something_new", None, "words", "api_error"),
    ],
)
def test_api_errors_have_a_code_and_words(name: str, status: int | None, said: str, code: str) -> None:
    failure = claude_failures.of_api(name, status, said)
    assert failure.code == code
    assert failure.text.endswith(said)


@pytest.mark.parametrize(
    ("exit_code", "stderr", "code"),
    [
        (1, "--dangerously-skip-permissions cannot be used with root/sudo privileges", "root_bypass"),
        (1, "No conversation found with session ID: x", "conversation_not_found"),
        (1, "Session ID x is already in use.", "session_in_use"),
        (-9, "", "killed"),
        (143, "", "killed"),
        (1, "some words", "died"),
        (None, "", "died"),
    ],
)
def test_deaths_have_a_code_and_words(exit_code: int | None, stderr: str, code: str) -> None:
    failure = claude_failures.of_process(None, exit_code, stderr)
    assert failure.code == code
    assert failure.text.endswith(stderr)


@pytest.mark.real_claude
@pytest.mark.slow
async def test_every_api_error_ends_the_turn_and_the_next_turn_works(tmp_path: Path) -> None:
    table = {
        400: "invalid_request",
        401: "authentication_failed",
        403: "permission_denied",
        404: "model_not_found",
        413: "too_large",
        429: "rate_limited",
        500: "server_error",
        529: "overloaded",
    }
    async with claude_home(tmp_path) as home, home.conversation(NO_RETRY) as claude:
        for status, code in table.items():
            ended = await claude.turn(script({"error": {"status": status, "message": f"words of {status}"}}))
            assert (ended.is_error, ended.reason, ended.error_code) == (True, "api_error", code), status
            assert ended.result, status
        assert claude.of(BlockDone) == []
        dropped = await claude.turn(script({"text": "never", "drop": "before"}))
        assert dropped.error_code == "connection"
        assert (await claude.turn(script({"text": "still here"}))).reason == "completed"
        assert claude.texts() == ["still here"]


@pytest.mark.real_claude
async def test_a_retry_is_told_with_its_delay_and_then_succeeds(tmp_path: Path) -> None:
    limited = {"status": 429, "message": "slow down", "headers": {"retry-after": "1"}, "times": 1}
    async with claude_home(tmp_path) as home, home.conversation(ONE_RETRY) as claude:
        ended = await claude.turn(script({"text": "at last", "error": limited}))
        assert (ended.is_error, claude.texts()) == (False, ["at last"])
        (retry,) = claude.of(Retrying)
        assert (retry.attempt, retry.status, retry.max_attempts) == (1, 429, 1)
        assert retry.delay_ms >= 1000


@pytest.mark.real_claude
async def test_text_of_a_lost_attempt_is_void(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation(ONE_RETRY) as claude:
        step = {"text": "one two three four", "chunks": 4, "drop": "mid", "drop_times": 1, "gate": "half"}
        await claude.say(script(step))
        await home.model.reached("half")
        await claude.until(Partial)
        home.model.release("half")
        assert (await claude.until(TurnEnded)).reason == "completed"
        void = claude.seen.index(claude.of(PartialsVoid)[0])
        before = "".join(event.text for event in claude.seen[:void] if isinstance(event, Partial))
        after = "".join(event.text for event in claude.seen[void:] if isinstance(event, Partial))
        assert (before, after) == ("one two th", "one two three four")
        assert claude.texts() == ["one two three four"]


@pytest.mark.real_claude
async def test_not_logged_in_is_said_with_what_to_do(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation({"ANTHROPIC_API_KEY": ""}) as claude:
        ended = await claude.turn(script({"text": "never"}))
        assert (ended.is_error, ended.error_code) == (True, "not_logged_in")
        assert "Run `claude` in a terminal" in (ended.result or "")
        assert not home.model.requests


async def refused(home: ClaudeHome, **options: Any) -> str:
    """The code with which a start is refused; nothing may be left of it."""
    session = home.starter(home.options(**options))
    with pytest.raises(ClaudeFailed) as caught:
        await session.start()
    (died,) = [event async for event in session.events()]
    assert isinstance(died, Died)
    assert (died.error_code, died.reason, died.expected) == (caught.value.failure.code, caught.value.message, False)
    assert process.marked([options["session_id"]] if "session_id" in options else []) == []
    return caught.value.failure.code


@pytest.mark.real_claude
async def test_starts_that_are_refused_say_why(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        assert await refused(home, cwd=tmp_path / "absent") == "cwd_missing"
        assert await refused(home, cli_path=str(tmp_path / "absent")) == "cli_not_found"
        unknown = str(uuid.uuid4())
        assert await refused(home, resume=unknown, session_id=unknown) == "conversation_not_found"
        async with home.conversation() as claude:
            await claude.turn(script({"text": "mine"}))
            mine = home.model.requests[-1].session_id
            assert await refused(home, session_id=mine) == "session_in_use"


@pytest.mark.real_claude
async def test_root_may_not_bypass_permissions(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root is refused")
    async with claude_home(tmp_path, is_root=True) as home:
        assert await refused(home, permission_mode="bypassPermissions") == "root_bypass"
        async with home.conversation(allow_bypass=True) as claude:
            with pytest.raises(claude_failures.AgentFailed):
                await claude.session.set_permission_mode("bypassPermissions")
            assert (await claude.turn(script({"text": "asks as before"}))).reason == "completed"


@pytest.mark.real_claude
async def test_a_tool_input_of_20_mb_arrives(tmp_path: Path) -> None:
    size = 20_000_000
    async with claude_home(tmp_path) as home, home.conversation(permission_mode="acceptEdits") as claude:
        huge = {
            **tool("Write", content="", file_path="$CWD/huge.txt"),
            "filler": size,
            "chunks": 4,
            "usage": {"output_tokens": 10},
        }
        ended = await claude.turn(script(huge, {"text": "written"}))
        assert ended.reason == "completed"
        assert (home.repo / "huge.txt").stat().st_size == size
