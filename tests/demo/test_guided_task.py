"""The guided first task, played by the real CLI: every answer a person can give leads to a sensible end."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_jupyter.demo.scenarios import GUIDED_PROMPT
from factory_jupyter.model.agent import AgentAnswer, Asked, ModeSet, TurnEnded
from factory_jupyter.model.wire import PermissionMode
from tests.fakes.claude_home import Conversation, claude_home

pytestmark = pytest.mark.real_claude
QUESTION = "How shall the test become reliable?"


async def choose(claude: Conversation, label: str) -> None:
    """Start the task and answer its question."""
    await claude.say(GUIDED_PROMPT)
    asked = await claude.allow(answers={QUESTION: label})
    assert asked.kind == "ask_user"


@pytest.mark.parametrize(
    ("label", "mode", "changed"), [("Fix the seed", "default", "seed=1"), ("More bins", "plan", "bins=5000")]
)
async def test_the_task_is_done_as_chosen(tmp_path: Path, label: str, mode: PermissionMode, changed: str) -> None:
    async with claude_home(tmp_path) as home, home.conversation(permission_mode=mode) as claude:
        await choose(claude, label)
        plan = await claude.until(Asked)
        assert plan.kind == "plan"
        assert "Make tests/test_simulate.py reliable" in (plan.plan or "")
        await claude.session.answer(plan.id, AgentAnswer(behavior="deny", message="Explain the cause first."))

        revised = await claude.until(Asked)
        assert "Take your remark into account" in (revised.plan or "")
        assert any("Explain the cause first." in text for text in claude.texts())
        await claude.session.answer(revised.id, AgentAnswer(behavior="allow", permission_mode="acceptEdits"))
        assert (await claude.allow()).tool_name == "Bash", "edits were accepted with the plan"
        assert (await claude.until(TurnEnded)).reason == "completed"
        assert claude.texts()[-1].startswith("**Done.**")
        assert claude.texts()[-1].count("OK") == 5
        assert changed in (home.repo / "tests" / "test_simulate.py").read_text()
        assert [event.permission_mode for event in claude.of(ModeSet)][-1] == "acceptEdits"


async def test_declining_the_edit_changes_nothing(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        before = (home.repo / "tests" / "test_simulate.py").read_text()
        await choose(claude, "Fix the seed")
        await claude.allow()
        edit = await claude.until(Asked)
        assert edit.tool_name == "Edit"
        await claude.session.answer(edit.id, AgentAnswer(behavior="deny"))
        await claude.until(TurnEnded)
        assert claude.texts()[-1].startswith("You declined")
        assert (home.repo / "tests" / "test_simulate.py").read_text() == before
