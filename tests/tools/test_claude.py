"""The real Claude Code CLI against the scripted model: talking, stopping, resuming."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path

import pytest

from factory_jupyter.model.agent import (
    AgentImage,
    BlockDone,
    ConversationNamed,
    Died,
    InfoTold,
    Partial,
    Said,
    ToolDone,
    TurnBegan,
    TurnEnded,
)
from factory_jupyter.model.wire import ThinkingBlock, ToolUseBlock
from factory_jupyter.tools import process
from tests.fakes.claude_home import claude_home, script, tool

pytestmark = pytest.mark.real_claude


async def test_a_turn_streams_and_settles(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        usage = {"input_tokens": 100, "output_tokens": 20}
        id = await claude.say(script({"thinking": "hm, well", "text": "Hello, this is a longer text.", "usage": usage}))
        ended = await claude.until(TurnEnded)

        assert claude.texts() == ["Hello, this is a longer text."] == [claude.streamed()]
        assert [event.block for event in claude.of(BlockDone)][0] == ThinkingBlock(text="hm, well")
        assert len([event for event in claude.of(Partial) if event.kind == "text"]) >= 1
        assert [type(event) for event in claude.seen if isinstance(event, TurnBegan | TurnEnded)] == [TurnBegan, TurnEnded]
        assert (ended.is_error, ended.reason, ended.message_ids) == (False, "completed", (id,))
        assert (ended.usage.input_tokens, ended.usage.output_tokens) == (100, 20)
        assert ended.cost_usd == ended.usage.cost_usd > 0
        assert ended.context_tokens == 120
        assert ended.context_window
        assert ended.model

        again = await claude.turn(script({"text": "Again.", "usage": usage}))
        assert again.cost_usd == pytest.approx(ended.cost_usd), "the CLI counts up; a turn has its own cost"

    named, info = claude.of(ConversationNamed), claude.of(InfoTold)[0].info
    assert [event.claude_session_id for event in named] == [home.model.requests[0].session_id]
    assert "compact" in {command.name for command in info.commands}
    assert info.models
    assert claude.seen[-1] == Died(reason="The session was stopped.", expected=True, error_code="stopped")
    assert process.find(claude.identity) is None
