"""Permissions, questions and plans of the real CLI, answered as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_jupyter.model.agent import AgentAnswer, Asked, Died, ModeSet, ToolDone, TurnEnded, Withdrawn
from tests.fakes.claude_home import claude_home, script, tool

pytestmark = pytest.mark.real_claude

ASK = tool(
    "AskUserQuestion",
    questions=[
        {
            "question": "Which fruit?",
            "header": "Fruit",
            "options": [{"label": "Apple", "description": "a"}, {"label": "Pear", "description": "p"}],
            "multiSelect": False,
        },
        {
            "question": "Which colours?",
            "header": "Colours",
            "options": [{"label": "Red", "description": "r"}, {"label": "Green", "description": "g"}],
            "multiSelect": True,
        },
    ],
)
WRITE_PLAN = tool("Write", file_path="$PLANFILE", content="# The plan\n\n1. Write a file.\n")
EXIT_PLAN = tool("ExitPlanMode")


async def test_a_tool_waits_for_permission_and_runs_when_allowed(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(tool("Bash", command="touch made.txt"), {"text": "done"}))
        asked = await claude.until(Asked)
        assert (asked.kind, asked.tool_name, asked.input["command"]) == ("permission", "Bash", "touch made.txt")
        assert asked.id == asked.tool_use_id
        assert {suggestion["destination"] for suggestion in asked.suggestions} == {"session"}
        assert not (home.repo / "made.txt").exists()

        assert await claude.session.answer(asked.id, AgentAnswer(behavior="allow"))
        assert not await claude.session.answer(asked.id, AgentAnswer(behavior="deny")), "the first answer counts"
        assert not await claude.session.answer("unknown", AgentAnswer(behavior="allow"))
        await claude.until(TurnEnded)
        assert (home.repo / "made.txt").exists()
        (done,) = claude.of(ToolDone)
        assert (done.tool_use_id, done.is_error, (done.details or {})["stderr"]) == (asked.tool_use_id, False, "")


async def test_a_denial_with_a_message_is_what_the_model_reads(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(tool("Bash", command="touch made.txt"), {"text": "it said: $RESULT"}))
        asked = await claude.until(Asked)
        await claude.session.answer(asked.id, AgentAnswer(behavior="deny", message="Use the other folder."))
        ended = await claude.until(TurnEnded)
        assert ended.reason == "completed"
        assert "Use the other folder." in claude.texts()[-1]
        assert claude.of(ToolDone)[0].is_error
        assert not (home.repo / "made.txt").exists()


async def test_allowed_for_the_session_is_not_asked_again_and_leaves_no_file(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        twice = tool("Bash", command="touch made.txt")
        await claude.say(script(twice, twice, {"text": "done"}))
        await claude.allow(scope="session")
        await claude.until(TurnEnded)
        assert len(claude.of(Asked)) == 1
        assert len(claude.of(ToolDone)) == 2
        assert not (home.repo / ".claude").exists()


async def test_an_allowed_input_may_be_changed(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(tool("Bash", command="touch made.txt"), {"text": "done"}))
        await claude.allow(updated_input={"command": "touch other.txt"})
        await claude.until(TurnEnded)
        assert (home.repo / "other.txt").exists()
        assert not (home.repo / "made.txt").exists()


async def test_questions_are_answered_with_labels_lists_and_free_text(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(ASK, {"text": "$RESULT"}))
        asked = await claude.allow(answers={"Which fruit?": "a plum, please", "Which colours?": ["Red", "Green"]})
        assert asked.kind == "ask_user"
        await claude.until(TurnEnded)
        assert '"Which fruit?"="a plum, please"' in claude.texts()[-1]
        assert '"Which colours?"="Red, Green"' in claude.texts()[-1]

        await claude.say(script(ASK, {"text": "$RESULT"}))
        asked = await claude.until(Asked)
        await claude.session.answer(asked.id, AgentAnswer(behavior="deny"))
        await claude.until(TurnEnded)
        assert "does not want to answer" in claude.texts()[-1]


async def test_a_plan_is_rejected_revised_and_approved(tmp_path: Path) -> None:
    edit = tool("Write", file_path="$CWD/new.txt", content="x")
    steps = (
        {**EXIT_PLAN, "label": "ask", "refused": "ask"},
        {**edit, "refused": "end"},
        {"text": "end", "label": "end"},
    )
    async with claude_home(tmp_path) as home, home.conversation(permission_mode="plan") as claude:
        await claude.say(script(WRITE_PLAN, *steps))
        first = await claude.until(Asked)
        assert (first.kind, first.plan) == ("plan", "# The plan\n\n1. Write a file.\n")
        await claude.session.answer(first.id, AgentAnswer(behavior="deny", message="Shorter, please."))
        rejected = await claude.until(ToolDone, lambda done: done.tool_use_id == first.tool_use_id)
        assert "Shorter, please." in rejected.content
        assert claude.of(ModeSet) == [], "still planning"

        await claude.allow()
        assert (await claude.until(ModeSet)).permission_mode == "default"
        permission = await claude.until(Asked)
        assert permission.tool_name == "Write", "an approved plan is no permission for its edits"
        await claude.session.answer(permission.id, AgentAnswer(behavior="deny"))
        await claude.until(TurnEnded)
        assert not (home.repo / "new.txt").exists()


async def test_a_plan_is_approved_together_with_its_edits(tmp_path: Path) -> None:
    edit = tool("Write", file_path="$CWD/new.txt", content="x")
    async with claude_home(tmp_path) as home, home.conversation(permission_mode="plan") as claude:
        await claude.say(script(WRITE_PLAN, EXIT_PLAN, edit, {"text": "done"}))
        await claude.allow(permission_mode="acceptEdits")
        await claude.until(TurnEnded)
        assert [event.permission_mode for event in claude.of(ModeSet)][-1] == "acceptEdits"
        assert len(claude.of(Asked)) == 1
        assert (home.repo / "new.txt").exists()


async def test_a_plan_without_a_file_is_asked_with_an_empty_plan(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation(permission_mode="plan") as claude:
        await claude.say(script(EXIT_PLAN, {"text": "done"}))
        assert (await claude.allow()).plan == ""
        await claude.until(TurnEnded)


async def test_interrupting_withdraws_the_question(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(ASK, {"text": "never"}))
        asked = await claude.until(Asked)
        await claude.session.interrupt()
        assert (await claude.until(Withdrawn)).id == asked.id
        assert (await claude.until(TurnEnded)).reason == "interrupted"
        assert not await claude.session.answer(asked.id, AgentAnswer(behavior="allow"))
        assert (await claude.turn(script({"text": "still here"}))).reason == "completed"


async def test_stopping_withdraws_the_question_first(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        await claude.say(script(tool("Bash", command="touch made.txt"), {"text": "never"}))
        asked = await claude.until(Asked)
        await claude.session.stop()
        assert (await claude.until(Withdrawn)).id == asked.id
        assert (await claude.until(Died)).expected
        assert not (home.repo / "made.txt").exists()
