"""The real Claude Code CLI against the scripted model: talking, stopping, resuming."""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path

import psutil
import pytest

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model.agent import (
    AgentImage,
    BlockDone,
    ConversationNamed,
    Died,
    InfoTold,
    ModeSet,
    Partial,
    Said,
    ToolDone,
    TurnBegan,
    TurnEnded,
)
from factory_jupyter.model.wire import TextBlock, ThinkingBlock, ToolUseBlock
from factory_jupyter.tools import process
from tests.fakes.claude_home import claude_home, script, tool

pytestmark = pytest.mark.real_claude


async def test_a_turn_streams_and_settles(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        usage = {"input_tokens": 100, "output_tokens": 20}
        id = await claude.say(script({"thinking": "hm, well", "text": "Hello, this is a longer text.", "usage": usage}))
        ended = await claude.until(TurnEnded)

        assert claude.texts() == ["Hello, this is a longer text."] == [claude.streamed()]
        assert claude.of(BlockDone)[0].block == ThinkingBlock(text="hm, well")
        assert len([event for event in claude.of(Partial) if event.kind == "text"]) >= 1
        assert [type(event) for event in claude.seen if isinstance(event, TurnBegan | TurnEnded)] == [
            TurnBegan,
            TurnEnded,
        ]
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


async def test_messages_sent_while_a_turn_runs_are_answered_in_order(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        first = await claude.say(script({"text": "one", "gate": "first"}))
        await home.model.reached("first")
        second = await claude.say(script({"text": "two"}))
        third = await claude.say(script({"text": "three"}))
        home.model.release("first")
        answered: list[str] = []
        while len(answered) < 3:
            answered.extend((await claude.until(TurnEnded)).message_ids)
        assert answered == [first, second, third]
        assert claude.texts()[0] == "one"
        assert claude.texts()[-1] == "three"


async def test_interrupt_keeps_what_was_said_and_the_process(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script({"text": "first half, second half", "chunks": 2, "gate": "half"}))
        await home.model.reached("half")
        await claude.until(Partial)
        await claude.session.interrupt()
        ended = await claude.until(TurnEnded)
        assert (ended.reason, ended.is_error) == ("interrupted", False)
        assert claude.texts() == ["first half, "]
        assert (await home.model.until("closed")).session_id == home.model.requests[0].session_id

        await claude.session.interrupt()  # idle: harmless
        assert (await claude.turn(script({"text": "still here"}))).reason == "completed"


async def test_resume_goes_on_in_the_same_conversation_with_its_costs(tmp_path: Path) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    async with claude_home(tmp_path) as home:
        async with home.conversation() as claude:
            before = await claude.turn(script({"text": "remember", "usage": usage}))
            id = claude.of(ConversationNamed)[0].claude_session_id
        async with home.conversation(resume=id) as claude:
            after = await claude.turn(script({"text": "again", "usage": usage}))
            assert after.cost_usd == pytest.approx(before.cost_usd)
            assert [event.claude_session_id for event in claude.of(ConversationNamed)] == [id]
            assert claude.texts() == ["again"], "nothing is replayed"
        assert "remember" in str(home.model.requests[-1].body["messages"])


async def test_fork_copies_the_conversation_under_our_id(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        async with home.conversation() as claude:
            await claude.turn(script({"text": "remember"}))
            id = claude.of(ConversationNamed)[0].claude_session_id
        fork = str(uuid.uuid4())
        async with home.conversation(resume=id, fork=True, session_id=fork) as claude:
            await claude.turn(script({"text": "elsewhere"}))
            assert [event.claude_session_id for event in claude.of(ConversationNamed)] == [fork]
        assert "remember" in str(home.model.requests[-1].body["messages"])


async def test_clear_names_a_new_conversation_and_counts_from_zero(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        first = await claude.turn(script({"text": "a"}))
        cleared = await claude.turn("/clear")
        assert (cleared.reason, cleared.cost_usd) == ("completed", 0.0)
        assert [said.code for said in claude.of(Said)] == ["conversation_cleared"]
        assert (await claude.turn(script({"text": "b"}))).cost_usd == pytest.approx(first.cost_usd)
        old, new = [event.claude_session_id for event in claude.of(ConversationNamed)]
        assert old != new == home.model.requests[-1].session_id


async def test_local_commands_answer_without_the_model(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.turn("hello")
        assert (await claude.turn("/compact")).reason == "completed"
        assert [said.code for said in claude.of(Said)] == ["compacted"]
        ended = await claude.turn("/model sonnet")
        assert (ended.reason, ended.cost_usd) == ("completed", 0.0)
        assert "sonnet" in claude.texts()[-1].lower()


async def test_images_and_the_workflow_prompt_reach_the_model(tmp_path: Path) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    async with claude_home(tmp_path) as home, home.conversation(append_system_prompt="Mind the dead time.") as claude:
        await claude.turn("What is this?", images=[AgentImage(media_type="image/png", data=png)])
        assert f"image/png, {len(base64.b64decode(png))}" in claude.texts()[0]
        system = str(home.model.requests[0].body["system"])
        assert "Mind the dead time." in system
        assert len(system) > 2000, "Claude Code's own prompt is there too"


async def test_model_and_mode_change_while_it_runs(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation(model="sonnet") as claude:
        assert "sonnet" in ((await claude.turn("hello")).model or "")
        await claude.session.set_model("haiku")
        assert "haiku" in ((await claude.turn("hello")).model or "")
        await claude.session.set_permission_mode("acceptEdits")
        await claude.turn(script(tool("Write", file_path="$CWD/new.txt", content="x"), {"text": "done"}))
        assert (home.repo / "new.txt").read_text() == "x", "acceptEdits does not ask"
        assert [event.permission_mode for event in claude.of(ModeSet)] == ["acceptEdits"]


async def test_a_turn_that_nobody_asked_for_is_told_too(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        steps = (
            {"tools": [{"name": "Bash", "input": {"command": "echo hi", "run_in_background": True}}]},
            {"text": "waiting", "hold": "asked"},
            {"text": "it is done"},
        )
        id = await claude.say(script(*steps))
        await home.model.reached("asked")
        home.model.release("asked")
        assert (await claude.until(TurnEnded)).message_ids == (id,)
        if "it is done" not in claude.texts():  # the command may have ended within the first turn
            await claude.until(TurnEnded)
        assert claude.texts() == ["waiting", "it is done"]


async def test_subagents_work_under_their_tool_use(tmp_path: Path) -> None:
    task = tool(
        "Task", description="look", prompt="<<K:subagent>>", subagent_type="general-purpose", run_in_background=False
    )
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.turn(script(task, {"text": "that is all"}))
        call = next(event.block for event in claude.of(BlockDone) if isinstance(event.block, ToolUseBlock))
        assert any(
            "looked around" in done.content for done in claude.of(ToolDone) if done.tool_use_id == call.tool_use_id
        )
        assert claude.texts()[-1] == "that is all"
        inner = [event.block for event in claude.of(BlockDone) if event.parent_tool_use_id == call.tool_use_id]
        assert [block.text.split(":")[0] for block in inner if isinstance(block, TextBlock)] == [
            "The subagent has looked around"
        ]


async def test_files_are_put_back(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation(permission_mode="acceptEdits") as claude:
        readme = home.repo / "README.md"
        before = readme.read_text()
        edit = tool("Edit", file_path=str(readme), old_string="# photonlab", new_string="# changed")
        id = await claude.say(script(tool("Read", file_path=str(readme)), edit, {"text": "done"}))
        await claude.until(TurnEnded)
        assert readme.read_text() != before
        assert await claude.session.rewind(id, dry_run=True) == [str(readme)]
        assert readme.read_text() != before
        await claude.session.rewind(id, dry_run=False)
        assert readme.read_text() == before
        with pytest.raises(AgentFailed):
            await claude.session.rewind(str(uuid.uuid4()), dry_run=False)


async def test_mcp_servers_are_given_by_a_private_file(tmp_path: Path) -> None:
    servers = {
        "factory": {"type": "http", "url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer secret"}}
    }
    async with claude_home(tmp_path) as home:
        async with home.conversation(mcp_servers=servers) as claude:
            (config,) = (tmp_path / "run").glob("mcp-*.json")
            assert config.stat().st_mode & 0o777 == 0o600
            assert "secret" not in " ".join(psutil.Process(claude.identity.pid).cmdline())
            assert (await claude.turn(script({"text": "fine"}))).reason == "completed", "a dead server is not fatal"
        assert not config.exists()


async def test_a_foreign_repository_runs_nothing_of_its_own(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        hook = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hooked"}]}]}}
        (home.repo / ".claude").mkdir()
        (home.repo / ".claude" / "settings.json").write_text(json.dumps(hook))
        async with home.conversation(trust_project_settings=False) as claude:
            await claude.turn(script({"text": "fine"}))
        assert not (home.repo / "hooked").exists()
        async with home.conversation() as claude:
            await claude.turn(script({"text": "fine"}))
        assert (home.repo / "hooked").exists(), "in a trusted one it does: the check above can fail"
