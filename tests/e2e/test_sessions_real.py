"""Sessions from end to end below the web: the services, the database, the real Claude Code CLI and a scripted model."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from factory_jupyter.model import wire
from factory_jupyter.model.states import SessionPhase, SessionStatus
from factory_jupyter.model.transcript import QuestionItem, TextItem, ToolItem, Transcript, apply, fold
from factory_jupyter.services.conversation_locks import ConversationLocks
from factory_jupyter.tools import claude_history
from tests.fakes.claude_home import ClaudeHome, claude_home, script, tool
from tests.fakes.sessions import Desk, Watcher, desk

pytestmark = [pytest.mark.real_claude, pytest.mark.slow]

BOUND = 90.0
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@asynccontextmanager
async def real_desk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str] | None = None, **knobs: Any
) -> AsyncIterator[tuple[Desk, ClaudeHome]]:
    """A desk whose agents are real: they work in the sample repository and see nothing of this machine."""
    async with claude_home(folder, max_concurrent_starts=2) as home:
        # The SDK looks for old conversations where this process's own environment says.
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", home.environment["CLAUDE_CONFIG_DIR"])
        async with desk(folder, **knobs) as w:
            w.config.environment = lambda: {**home.environment, **(variables or {})}  # type: ignore[method-assign]
            w.workspaces.folder = home.repo
            w.sessions = w.service(starter=home.starter, history=claude_history)
            try:
                yield w, home
            finally:
                async with asyncio.timeout(BOUND):
                    await w.sessions.stop()


async def ended(seen: Watcher, count: int) -> Transcript:
    return await seen.until(lambda state: sum(1 for turn in state.turns if turn.end) >= count, BOUND)


async def asked(seen: Watcher) -> QuestionItem:
    return (await seen.until(lambda state: state.questions, BOUND)).questions[0]


def texts(state: Transcript) -> list[str]:
    return [item.text for turn in state.turns for item in turn.items if isinstance(item, TextItem)]


def tools(state: Transcript) -> list[ToolItem]:
    return [item for turn in state.turns for item in turn.items if isinstance(item, ToolItem)]


async def test_text_queue_interrupt_resume_fork_and_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, home):
        id, seen = await w.open()
        await w.say(id, script({"thinking": "well", "text": "Hello there."}), id="hello")
        state = await ended(seen, 1)
        assert texts(state) == ["Hello there."]
        assert seen.of(wire.Delta)
        end = state.turns[0].end
        assert end is not None
        assert (end.reason, end.is_error) == ("completed", False)
        assert end.cost_usd > 0
        assert state.agent.commands

        # Three in the queue while a turn runs: one edited, one cancelled.
        await w.say(id, script({"text": "first half, second half", "chunks": 2, "gate": "half"}), id="long")
        await home.model.reached("half")
        for name in ("a", "b", "c"):
            await w.say(id, script({"text": f"answer {name}"}), id=name)
        await w.do(id, wire.EditQueued(id="a", text=script({"text": "answer A"})))
        await w.do(id, wire.CancelQueued(id="b"))

        # The interrupt stops the turn; nothing queued fires.
        await w.do(id, wire.Interrupt())
        state = await ended(seen, 2)
        assert state.turns[1].end is not None
        assert state.turns[1].end.reason == "interrupted"
        assert [message.message_id for message in state.queue] == ["a", "c"]
        await w.do(id, wire.SendQueued())
        state = await ended(seen, 4)
        assert texts(state)[-2:] == ["answer A", "answer c"]

        # Stop and resume: the same conversation.
        await w.do(id, wire.Stop())
        await seen.until(lambda state: state.phase is SessionPhase.STOPPED, BOUND)
        conversation = (await w.sessions.get(id)).claude_session_id
        picture = wire.Attachment(name="dot.png", media_type="image/png", data=PIXEL)
        await w.say(id, "What is this?", attachments=[picture])
        state = await ended(seen, 5)
        assert "image/png" in texts(state)[-1]
        assert (await w.sessions.get(id)).claude_session_id == conversation
        assert "Hello there." in str(home.model.requests[-1].body["messages"])

        # A fork knows what was said before it, and the original does not hear of it.
        await w.do(id, wire.Stop())
        copy, seen_copy = await w.open(fork=id)
        await w.say(copy, script({"text": "in the fork"}))
        state = await ended(seen_copy, 6)
        assert texts(state)[-1] == "in the fork"
        assert "Hello there." in str(home.model.requests[-1].body["messages"])
        assert (await w.sessions.get(copy)).claude_session_id != conversation
        assert "in the fork" not in texts(fold(await w.log(id)))

        for session_id in (id, copy):
            log = await w.log(session_id)
            assert [event.seq for event in log] == list(range(1, len(log) + 1))


async def test_permissions_answered_elsewhere_denied_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, home):
        id, seen = await w.open()
        second = await w.watch(id)
        write = tool("Write", file_path="$CWD/new.txt", content="one")
        await w.say(id, script(write, {"text": "written"}))
        question = await asked(second)
        assert (question.tool_name, question.input["content"]) == ("Write", "one")
        assert question.tool_use_id == tools(second.state)[0].tool_use_id
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow"), by="bob")
        state = await ended(seen, 1)
        assert (home.repo / "new.txt").read_text() == "one"
        assert [item.state for item in tools(state)] == ["done"]

        await w.say(id, script(tool("Bash", command="touch never.txt"), {"text": "as you like"}))
        question = await asked(seen)
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="deny", message="Rather not, thank you."))
        state = await ended(seen, 2)
        assert not (home.repo / "never.txt").exists()
        assert (tools(state)[-1].state, "Rather not" in tools(state)[-1].result.content) == ("failed", True)  # type: ignore[union-attr]

        # An interrupt withdraws the question.
        await w.say(id, script(tool("Bash", command="touch never.txt"), {"text": "never said"}))
        question = await asked(seen)
        await w.do(id, wire.Interrupt())
        state = await ended(seen, 3)
        assert state.questions == []
        assert state.turns[2].end is not None
        assert state.turns[2].end.reason == "interrupted"
        assert not (home.repo / "never.txt").exists()


async def test_questions_and_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, _):
        id, seen = await w.open()
        ask = tool(
            "AskUserQuestion",
            questions=[
                {
                    "question": "Which colour?",
                    "header": "Colour",
                    "options": [{"label": "Red", "description": "warm"}, {"label": "Blue", "description": "cold"}],
                    "multiSelect": False,
                }
            ],
        )
        await w.say(id, script(ask, {"text": "a good choice"}))
        question = await asked(seen)
        assert question.question_kind == "ask_user"
        await w.do(
            id, wire.Answer(question_id=question.question_id, behavior="allow", answers={"Which colour?": "Blue"})
        )
        state = await ended(seen, 1)
        assert "Blue" in tools(state)[0].result.content  # type: ignore[union-attr]

        await w.do(id, wire.SetPermissionMode(permission_mode="plan"))
        plan = [
            tool("Write", file_path="$PLANFILE", content="# The plan\n1. Do it"),
            tool("ExitPlanMode"),
            tool("ExitPlanMode"),
            {"text": "to work"},
        ]
        await w.say(id, script(*plan))
        question = await asked(seen)
        assert question.question_kind == "plan"
        assert "The plan" in (question.plan or "")
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="deny", message="Smaller steps."))
        await seen.until(
            lambda state: state.questions and state.questions[0].question_id != question.question_id, BOUND
        )
        question = await asked(seen)
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow", permission_mode="acceptEdits"))
        state = await ended(seen, 2)
        assert texts(state)[-1] == "to work"
        assert (await w.sessions.get(id)).permission_mode == "acceptEdits"


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"error": {"status": 401}}, "authentication_failed"),
        ({"error": {"status": 403}}, "permission_denied"),
        ({"error": {"status": 429, "headers": {"retry-after": "1"}}}, "rate_limited"),
        ({"error": {"status": 500}}, "server_error"),
        ({"error": {"status": 529}}, "overloaded"),
        ({"drop": "before"}, "connection"),
    ],
)
async def test_errors_of_the_api_are_readable_and_nothing_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: dict[str, Any], code: str
) -> None:
    async with real_desk(tmp_path, monkeypatch, {"CLAUDE_CODE_MAX_RETRIES": "1"}) as (w, _):
        id, seen = await w.open()
        await w.say(id, script({"text": "never", **step}))
        state = await ended(seen, 1)
        end = state.turns[0].end
        assert end is not None
        assert (end.is_error, end.reason, end.error_code) == (True, "api_error", code)
        assert end.result
        if code in {"rate_limited", "server_error", "overloaded", "connection"}:
            assert seen.of(wire.ApiRetry)
        await w.say(id, script({"text": "better now"}))
        assert texts(await ended(seen, 2)) == ["better now"]


async def test_without_a_login_the_turn_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch, {"ANTHROPIC_API_KEY": ""}) as (w, _):
        id, seen = await w.open()
        await w.say(id, "hello")
        state = await ended(seen, 1)
        end = state.turns[0].end
        assert end is not None
        assert end.error_code == "not_logged_in"
        assert "log in" in (end.result or "")


async def test_a_cli_that_cannot_start_keeps_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch, claude_cli_path="/nowhere/claude") as (w, _):
        id, seen = await w.open()
        await w.say(id, "hello", id="m1")
        await seen.until(lambda _: seen.of(wire.Notice), BOUND)
        assert seen.of(wire.Notice)[0].code == "cli_not_found"
        await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        assert [message.message_id for message in seen.state.queue] == ["m1"]
        assert (await w.sessions.get(id)).status is SessionStatus.FAILED


async def test_a_killed_cli_leaves_nothing_and_the_next_message_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, home):
        id, seen = await w.open(permission_mode="acceptEdits")
        await w.say(id, script({"text": "remember this"}))
        await ended(seen, 1)
        await w.say(id, script(tool("Bash", command="touch started; tail -f /dev/null"), {"text": "never"}))
        question = await asked(seen)
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow"))
        pid = (await w.stores.sessions.get(id)).agent_pid
        assert pid
        agent = psutil.Process(pid)
        async with asyncio.timeout(BOUND):
            while not (sleepers := [p for p in agent.children(recursive=True) if p.name() == "tail"]):
                await asyncio.sleep(0.02)
        agent.kill()
        state = await seen.until(lambda state: state.phase is SessionPhase.STOPPED, BOUND)
        end = state.turns[1].end
        assert end is not None
        assert (end.reason, end.is_error, end.error_code) == ("agent_died", True, "killed")
        assert tools(state)[-1].state == "closed"
        assert not any(process.is_running() and process.status() != "zombie" for process in sleepers)
        await w.say(id, script({"text": "back again"}))
        state = await ended(seen, 3)
        assert texts(state)[-1] == "back again"
        assert "remember this" in str(home.model.requests[-1].body["messages"])


async def test_viewers_that_join_anywhere_see_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While real turns stream, viewers join at random moments with a random ``since``."""
    dice = random.Random(2026)
    words = " ".join(f"word{number}" for number in range(400))
    async with real_desk(tmp_path, monkeypatch) as (w, _):
        id, first = await w.open()
        for number in range(3):
            steps = [tool("Bash", command=f"echo {number}"), {"thinking": "hm", "text": words, "chunks": 100}]
            await w.say(id, script(*steps), id=f"m{number}")
        late: list[tuple[int, Watcher]] = []
        while sum(1 for turn in first.state.turns if turn.end) < 3:
            since = dice.randint(0, first.state.last_seq)
            late.append((since, await w.watch(id, since)))
            count = len(first.frames) + dice.randint(1, 15)
            await first.until(
                lambda state, count=count: len(first.frames) >= count or sum(1 for t in state.turns if t.end) == 3,
                BOUND,
            )
        log = await w.log(id)
        assert len(late) >= 3
        for since, viewer in [(0, first), *late]:
            await viewer.until(lambda state: state.last_seq == len(log), BOUND)
            settled = [frame for frame in viewer.frames if isinstance(frame, wire.Settled)]
            assert settled == log[since:]
            told = fold(log[:since])
            for frame in viewer.frames:
                apply(told, frame)
            assert told.turns == fold(log).turns
            assert told.partials == []


async def test_a_conversation_of_the_plain_cli_goes_on_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, home):
        async with home.conversation() as plain:
            await plain.turn(script({"text": "said in the terminal"}))
        (found,) = await w.sessions.conversations("w1")
        id, seen = await w.open(resume=found.claude_session_id)
        await seen.until(lambda state: texts(state) == ["said in the terminal"])
        await w.say(id, script({"text": "said here"}))
        state = await ended(seen, 2)
        assert texts(state) == ["said in the terminal", "said here"]
        assert "said in the terminal" in str(home.model.requests[-1].body["messages"])


async def test_clear_compact_and_rewind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with real_desk(tmp_path, monkeypatch) as (w, home):
        id, seen = await w.open(permission_mode="acceptEdits")
        readme = home.repo / "README.md"
        before = readme.read_text()
        edit = tool("Edit", file_path=str(readme), old_string="# photonlab", new_string="# changed")
        await w.say(id, script(tool("Read", file_path=str(readme)), edit, {"text": "done"}), id="edit-it")
        await ended(seen, 1)
        assert readme.read_text() != before
        await w.do(id, wire.Rewind(message_id="edit-it"))
        assert readme.read_text() == before
        await w.do(id, wire.Compact())
        await ended(seen, 2)
        conversation = (await w.sessions.get(id)).claude_session_id
        await w.do(id, wire.Clear())
        await ended(seen, 3)
        await w.say(id, script({"text": "afresh"}))
        await ended(seen, 4)
        codes = [notice.code for notice in seen.of(wire.Notice)]
        assert {"rewound", "compacted", "conversation_cleared"} <= set(codes)
        after = (await w.sessions.get(id)).claude_session_id
        assert after not in {None, conversation}
        await ConversationLocks(tmp_path / "locks").acquire(str(conversation))  # given back
