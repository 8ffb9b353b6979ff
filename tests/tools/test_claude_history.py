"""Conversations from the plain CLI, and health: both read what the real CLI writes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from factory_jupyter.errors import ToolFailed
from factory_jupyter.model.agent import AgentMessage, BlockDone, ConversationNamed, Said, ToolDone, TurnEnded
from factory_jupyter.model.wire import TextBlock, ThinkingBlock, ToolUseBlock
from factory_jupyter.tools import claude_history, process
from factory_jupyter.tools.claude_health import ClaudeLogin, claude_login, claude_version
from factory_jupyter.tools.claude_launch import find_cli
from tests.fakes.claude_home import BOUND, claude_home, script, tool

pytestmark = pytest.mark.real_claude


async def test_a_conversation_of_the_plain_cli_is_listed_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with claude_home(tmp_path) as home:
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", home.environment["CLAUDE_CONFIG_DIR"])
        assert await claude_history.conversations(home.repo) == []
        steps = ({"thinking": "hm", "text": "I look.", **tool("Bash", command="echo hi")}, {"text": "It says hi."})
        done = await process.run(
            [find_cli(), "-p", script(*steps, say="Look around")],
            environment=home.environment,
            timeout_s=BOUND,
            cwd=home.repo,
        )
        assert done.stdout == b"It says hi.\n"

        (found,) = await claude_history.conversations(home.repo)
        assert found.summary.startswith("Look around")
        past = await claude_history.transcript(home.repo, found.claude_session_id)
        assert isinstance(past[0], AgentMessage)
        assert past[0].text.startswith("Look around")
        blocks = [event.block for event in past if isinstance(event, BlockDone)]
        assert [type(block) for block in blocks] == [ThinkingBlock, TextBlock, ToolUseBlock, TextBlock]
        (answer,) = [event for event in past if isinstance(event, ToolDone)]
        assert (answer.content, answer.is_error) == ("hi", False)

        async with home.conversation(resume=found.claude_session_id) as claude:
            await claude.turn(script({"text": "I go on."}))
            assert claude.of(ConversationNamed)[0].claude_session_id == found.claude_session_id
        past = await claude_history.transcript(home.repo, found.claude_session_id)
        assert past[-1] == BlockDone(block=TextBlock(text="I go on."))

    assert await claude_history.conversations(tmp_path / "elsewhere") == []
    assert await claude_history.transcript(home.repo, "not-an-id") == []


async def test_commands_and_interruptions_are_no_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", home.environment["CLAUDE_CONFIG_DIR"])
        await claude.turn("/model sonnet")
        await claude.say(script({"text": "one, two", "chunks": 2, "gate": "half"}, say="Count"))
        await home.model.reached("half")
        await claude.session.interrupt()
        assert (await claude.until(TurnEnded)).reason == "interrupted"
        await claude.turn(script({"text": "fine"}, say="Next"))
        await claude.session.stop()
        past = await claude_history.transcript(home.repo, claude.of(ConversationNamed)[0].claude_session_id)
    assert [event.text.split()[0] for event in past if isinstance(event, AgentMessage)] == ["Count", "Next"]
    assert [event.code for event in past if isinstance(event, Said)] == ["interrupted"]


async def test_version_and_login(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        cli = find_cli()
        assert (await claude_version(cli, home.environment)).count(".") == 2
        assert await claude_login(cli, home.environment) == ClaudeLogin(logged_in=True, method="api_key")
        nobody = {**home.environment, "ANTHROPIC_API_KEY": ""}
        assert await claude_login(cli, nobody) == ClaudeLogin(logged_in=False, method="none")
        with pytest.raises(ToolFailed, match="cannot be run"):
            await claude_version(str(tmp_path / "absent"), home.environment)
        with pytest.raises(ToolFailed, match="does not tell"):
            await claude_login("/bin/echo", home.environment)
        with pytest.raises(ToolFailed, match="ended with 1"):
            await claude_login("/bin/false", home.environment)


def test_a_configured_cli_is_used_as_it_is() -> None:
    assert find_cli(sys.executable) == sys.executable
