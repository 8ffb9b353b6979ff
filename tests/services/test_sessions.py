"""Sessions on a real database and a scripted agent: queue, turns, interrupts, deaths, resume, fork, limits."""

from __future__ import annotations

import asyncio
import base64
import uuid
from pathlib import Path
from typing import Any

import pytest

from factory_jupyter.errors import (
    BypassNotAllowed,
    Conflict,
    DatabaseUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    QueueFull,
    RateLimited,
    SessionInUse,
    SessionLimit,
    Unavailable,
)
from factory_jupyter.model import wire
from factory_jupyter.model.agent import (
    AgentMessage,
    BlockDone,
    ConversationNamed,
    PartialsVoid,
    Retrying,
    ToolDone,
    TurnBegan,
)
from factory_jupyter.model.states import SessionPhase, SessionStatus, WorkspaceStatus
from factory_jupyter.model.transcript import MessageItem, TextItem, ToolItem, Transcript, fold
from factory_jupyter.services.conversation_locks import ConversationLocks
from factory_jupyter.services.session_view import shown
from factory_jupyter.store.stores import open_stores
from factory_jupyter.tools.claude_failures import ClaudeFailed, Failure
from tests.fakes.agent import FakeAgent, hang
from tests.fakes.sessions import Desk, board_frames, desk

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()


def turns_ended(count: int):
    return lambda state: sum(1 for turn in state.turns if turn.end) >= count


def rests(state: Transcript) -> bool:
    return state.phase in (SessionPhase.IDLE, SessionPhase.STOPPED) and (not state.turns or bool(state.turns[-1].end))


def texts(state: Transcript) -> list[str]:
    return [item.text for turn in state.turns for item in turn.items if isinstance(item, TextItem | MessageItem)]


# --- A message -------------------------------------------------------------------------------------------------------


async def test_a_message_starts_the_agent_and_its_turn_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        seq = await w.say(id, "hello")
        state = await seen.until(turns_ended(1))
        assert seq >= 1
        assert texts(state) == ["hello", "You said: hello"]
        phases = [frame.phase for frame in seen.of(wire.PhaseChanged)]
        assert phases == [SessionPhase.STARTING, SessionPhase.RUNNING, SessionPhase.IDLE]
        options = w.starter.agents[0].options
        assert options.cwd == tmp_path
        assert options.resume is None
        assert uuid.UUID(options.session_id)
        assert "worktree" in options.append_system_prompt
        assert options.environment["FACTORY_JUPYTER_MARK"] == id


async def test_usage_and_cost_add_up(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await w.say(id, "two")
        await seen.until(turns_ended(2))
        await seen.until(rests)
        session = await w.sessions.get(id)
        assert session.usage == wire.Usage(input_tokens=20, output_tokens=10, cost_usd=0.5)
        assert (session.context_tokens, session.context_window) == (15, 200)
        row = await w.stores.sessions.get(id)
        assert (row.cost_usd, row.turns) == (0.5, 2)
        assert seen.state.totals.cost_usd == 0.5


async def test_what_was_shown_live_is_what_a_reload_shows(tmp_path: Path) -> None:
    def busy(agent: FakeAgent, message: AgentMessage) -> None:
        agent.begin()
        agent.tell(BlockDone(block=wire.ThinkingBlock(text="hm")))
        agent.block("I look.")
        agent.tell(BlockDone(block=wire.ToolUseBlock(tool_use_id="t1", name="Task", input={"prompt": "x" * 300_000})))
        agent.tell(BlockDone(block=wire.TextBlock(text="inner"), parent_tool_use_id="t1"))
        agent.tell(ToolDone(tool_use_id="t1", content="y" * 200_000, is_error=False, details={"stdout": "z"}))
        agent.end()

    async with desk(tmp_path) as w:
        w.starter.scripts = [busy]
        id, seen = await w.open()
        await w.say(id, "go")
        live = await seen.until(turns_ended(1))
        again = fold(await w.log(id))
        assert again.turns == live.turns
        tool = next(item for item in live.turns[0].items if isinstance(item, ToolItem))
        assert [child.text for child in tool.children if isinstance(child, TextItem)] == ["inner"]
        assert tool.result is not None
        assert tool.result.truncated
        assert len(tool.result.content) < 51_000
        assert len(tool.input["prompt"]) < 101_000


async def test_the_same_id_twice_is_one_message_even_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "hello", id="m1")
        await w.say(id, "hello", id="m1")
        await seen.until(turns_ended(1))
        await w.say(id, "hello", id="m1")
        await w.sessions.stop()
        w.logs = type(w.logs)(w.config.session_log_path, w.clock, days=7, max_bytes=1000)
        w.sessions = w.service()
        await w.sessions.start()
        await w.say(id, "hello", id="m1")
        assert [event.message_id for event in await w.log(id) if isinstance(event, wire.MessageQueued)] == ["m1"]
        assert len(w.starter.agents) == 1


async def test_an_empty_message_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, _ = await w.open()
        with pytest.raises(Invalid):
            await w.say(id, "  ")
        assert await w.log(id) == []


# --- The queue -------------------------------------------------------------------------------------------------------


async def test_a_queue_of_three_edited_and_cancelled(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        for text in ("two", "three", "four"):
            await w.say(id, text)
        await w.do(id, wire.EditQueued(id="m-two", text="TWO"))
        await w.do(id, wire.CancelQueued(id="m-three"))
        await seen.until(lambda state: [message.text for message in state.queue] == ["TWO", "four"])
        assert (await w.sessions.get(id)).queued == 2
        agent = w.starter.agents[0]
        assert [message.text for message in agent.sent] == ["one"]
        agent.end()
        await seen.until(turns_ended(3))
        assert [message.text for message in agent.sent] == ["one", "TWO", "four"]
        with pytest.raises(Conflict):
            await w.do(id, wire.EditQueued(id="m-two", text="late"))
        with pytest.raises(Conflict):
            await w.do(id, wire.CancelQueued(id="m-three"))
        with pytest.raises(NotFound):
            await w.do(id, wire.CancelQueued(id="never"))


async def test_the_queue_is_bounded(tmp_path: Path) -> None:
    async with desk(tmp_path, max_queued_messages=2) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.say(id, "two")
        await w.say(id, "three")
        with pytest.raises(QueueFull, match="max 2"):
            await w.say(id, "four")
        await seen.until(lambda state: len(state.queue) == 2)
        seqs = [event.seq for event in await w.log(id)]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_messages_wait_until_the_workspace_is_ready(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.workspaces.status["w1"] = WorkspaceStatus.PROVISIONING
        id, seen = await w.open()
        await w.say(id, "hello")
        await seen.until(lambda state: len(state.queue) == 1)
        assert w.starter.agents == []
        w.workspaces.status["w1"] = WorkspaceStatus.READY
        await w.sessions.wake("w1")
        await seen.until(turns_ended(1))


async def test_a_task_that_waits_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.workspaces.status["w1"] = WorkspaceStatus.PROVISIONING
        id, _ = await w.open()
        await w.say(id, "hello")
        await w.sessions.stop()
        w.logs = type(w.logs)(w.config.session_log_path, w.clock, days=7, max_bytes=1000)
        w.workspaces.status["w1"] = WorkspaceStatus.READY
        w.sessions = w.service()
        await w.sessions.start()
        seen = await w.watch(id)
        await seen.until(turns_ended(1))


async def test_an_archived_workspace_takes_no_messages(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, _ = await w.open()
        w.workspaces.status["w1"] = WorkspaceStatus.ARCHIVED
        with pytest.raises(Conflict, match="Restore"):
            await w.say(id, "hello")
        with pytest.raises(Conflict, match="Restore"):
            await w.open()


# --- Attachments -----------------------------------------------------------------------------------------------------


async def test_attachments_reach_claude_and_can_be_fetched(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        attachments = [
            wire.Attachment(name="plot.png", media_type="image/png", data=PNG),
            wire.Attachment(name="a.py", media_type="text/x-python", data=base64.b64encode(b"print(1)").decode()),
        ]
        await w.say(id, "look", attachments=attachments)
        await seen.until(turns_ended(1))
        sent = w.starter.agents[0].sent[0]
        assert [image.data for image in sent.images] == [PNG]
        assert sent.text == '<file name="a.py">\nprint(1)\n</file>\n\nlook'
        shown_there = seen.of(wire.MessageQueued)[0].attachments
        assert [(info.name, info.media_type, info.size) for info in shown_there] == [
            ("plot.png", "image/png", 28),
            ("a.py", "text/x-python", 8),
        ]
        row = await w.sessions.attachment(id, shown_there[0].id)
        assert row.data == base64.b64decode(PNG)
        with pytest.raises(NotFound):
            await w.sessions.attachment("other", shown_there[0].id)


async def test_a_bad_attachment_is_refused_before_it_is_queued(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, _ = await w.open()
        with pytest.raises(Invalid, match=r"photo\.png"):
            await w.say(
                id, "look", attachments=[wire.Attachment(name="photo.png", media_type="image/png", data="aGk=")]
            )
        assert await w.log(id) == []


# --- Interrupt and stop ----------------------------------------------------------------------------------------------


async def test_an_interrupt_ends_the_turn_and_nothing_queued_fires(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.say(id, "two")
        await w.do(id, wire.Interrupt())
        state = await seen.until(turns_ended(1))
        assert state.turns[0].end is not None
        assert (state.turns[0].end.reason, state.turns[0].end.is_error) == ("interrupted", False)
        await seen.until(lambda state: state.session is not None and state.session.queue_paused)
        assert [message.message_id for message in state.queue] == ["m-two"]
        assert len(w.starter.agents[0].sent) == 1
        assert w.starter.agents[0].alive
        await w.do(id, wire.SendQueued())
        await seen.until(turns_ended(2))
        assert not (await w.sessions.get(id)).queue_paused


async def test_the_next_message_goes_on_with_a_paused_queue_in_order(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.say(id, "two")
        await w.do(id, wire.Interrupt())
        await w.do(id, wire.EditQueued(id="m-two", text="two!"))  # editing sends nothing
        assert len(w.starter.agents[0].sent) == 1
        await w.say(id, "three")
        await seen.until(turns_ended(3))
        assert [message.text for message in w.starter.agents[0].sent] == ["one", "two!", "three"]


async def test_an_interrupt_while_the_agent_starts_sends_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.gate.clear()
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(lambda state: state.phase is SessionPhase.STARTING)
        await w.do(id, wire.Interrupt())
        w.starter.gate.set()
        await seen.until(lambda state: state.phase is SessionPhase.IDLE)
        assert w.starter.agents[0].sent == []
        assert len(seen.state.queue) == 1


async def test_an_interrupt_of_nothing_is_harmless(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.do(id, wire.Interrupt())
        await w.do(id, wire.Stop())
        await w.say(id, "hello")
        await seen.until(turns_ended(1))
        await w.do(id, wire.Interrupt())
        assert w.starter.agents[0].interrupts == 0


async def test_a_stuck_agent_is_ended_by_the_interrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory_jupyter.services.session_runner._INTERRUPT_S", 0.05)
    async with desk(tmp_path) as w:
        w.starter.scripts, w.starter.ignores_interrupts = [hang], True
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.do(id, wire.Interrupt())
        state = await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        assert state.turns[0].end is not None
        assert state.turns[0].end.reason == "interrupted"
        assert "did not react" in (await seen.first(wire.SessionStopped)).reason


async def test_stop_ends_the_process_and_the_next_message_resumes(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        await w.do(id, wire.Stop())
        state = await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        assert (await w.stores.sessions.get(id)).agent_pid is None
        assert (await w.sessions.get(id)).status is SessionStatus.IDLE
        await w.say(id, "two")
        state = await seen.until(turns_ended(2))
        first, second = w.starter.agents
        assert first.stops >= 1
        assert second.options.resume == first.options.session_id
        assert "resumed" in [frame.code for frame in seen.of(wire.Notice)]
        assert texts(state) == ["one", "You said: one", "two", "You said: two"]


async def test_stop_while_the_agent_starts_ends_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.gate.clear()
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(lambda state: state.phase is SessionPhase.STARTING)
        stopping = asyncio.create_task(w.do(id, wire.Stop()))
        await asyncio.sleep(0)
        w.starter.gate.set()
        await stopping
        assert not w.starter.agents[0].alive
        assert w.starter.agents[0].sent == []
        assert (await w.sessions.get(id)).queued == 1


# --- What goes wrong -------------------------------------------------------------------------------------------------


async def test_a_failed_start_keeps_the_message_and_says_what_to_do(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.failures = [ClaudeFailed(Failure("not_logged_in", "Claude Code is not logged in. Run `claude`."))]
        id, seen = await w.open()
        await w.say(id, "one")
        notice = await seen.first(wire.Notice)
        assert (notice.level, notice.code) == ("error", "not_logged_in")
        assert "Run `claude`" in notice.text
        await seen.until(lambda state: state.session is not None and state.session.queue_paused)
        session = await w.sessions.get(id)
        assert (session.status, session.phase, session.queued) == (SessionStatus.FAILED, SessionPhase.STOPPED, 1)
        await w.do(id, wire.SendQueued())
        state = await seen.until(turns_ended(1))
        assert texts(state) == ["one", "You said: one"]


async def test_a_crash_closes_the_turn_and_its_tool_cards_and_the_next_message_resumes(tmp_path: Path) -> None:
    def work(agent: FakeAgent, message: AgentMessage) -> None:
        agent.begin()
        agent.tell(BlockDone(block=wire.ToolUseBlock(tool_use_id="t1", name="Bash", input={"command": "make"})))

    async with desk(tmp_path) as w:
        w.starter.scripts = [work]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.BlockSettled)
        await w.say(id, "two")
        w.starter.agents[0].die("Claude Code was killed.")
        state = await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        end = state.turns[0].end
        assert end is not None
        assert (end.reason, end.is_error, end.error_code) == ("agent_died", True, "killed")
        assert [item.state for item in state.turns[0].items if isinstance(item, ToolItem)] == ["closed"]
        assert (await w.sessions.get(id)).status is SessionStatus.FAILED
        assert len(state.queue) == 1  # not sent by surprise
        await w.say(id, "three")
        await seen.until(turns_ended(3))
        assert w.starter.agents[1].options.resume == w.starter.agents[0].options.session_id
        assert [message.text for message in w.starter.agents[1].sent] == ["two", "three"]


async def test_a_send_that_fails_keeps_the_message(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        w.starter.agents[0].alive = False  # dead, and nobody has noticed
        await w.say(id, "two")
        await seen.first(wire.Notice)
        assert [message.message_id for message in seen.state.queue] == ["m-two"]
        w.starter.agents[0].die()
        await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        await w.do(id, wire.SendQueued())
        await seen.until(turns_ended(2))


async def test_an_api_error_is_told_and_pauses_the_queue(tmp_path: Path) -> None:
    def fail(agent: FakeAgent, message: AgentMessage) -> None:
        agent.begin()
        agent.tell(Retrying(attempt=1, delay_ms=500, status=529))
        agent.tell(PartialsVoid())

    async with desk(tmp_path) as w:
        w.starter.scripts = [fail]
        id, seen = await w.open()
        await w.say(id, "one")
        retry = await seen.first(wire.ApiRetry)
        assert retry.status == 529
        await w.say(id, "two")
        w.starter.agents[0].end("api_error", is_error=True, error_code="overloaded")
        state = await seen.until(turns_ended(1))
        assert state.retry is None
        end = state.turns[0].end
        assert end is not None
        assert (end.is_error, end.error_code) == (True, "overloaded")
        await seen.until(lambda state: state.session is not None and state.session.queue_paused)
        assert len(w.starter.agents[0].sent) == 1


async def test_a_turn_that_nobody_asked_for_is_a_turn(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        agent = w.starter.agents[0]
        agent.tell(TurnBegan())
        agent.block("The build has finished.")
        agent.end()
        state = await seen.until(turns_ended(2))
        assert [turn.turn for turn in state.turns if turn.end] == [1, 2]


async def test_a_lost_conversation_begins_anew_and_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        await w.do(id, wire.Stop())
        w.starter.failures = [ClaudeFailed(Failure("conversation_not_found", "gone"))]
        await w.say(id, "two")
        await seen.until(turns_ended(2))
        assert w.starter.agents[-1].options.resume is None
        assert w.starter.agents[-1].options.session_id != w.starter.agents[0].options.session_id
        assert "conversation_lost" in [frame.code for frame in seen.of(wire.Notice)]


async def test_a_conversation_that_another_server_holds_is_not_opened(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        conversation = (await w.sessions.get(id)).claude_session_id
        assert conversation
        other = ConversationLocks(tmp_path / "locks")
        with pytest.raises(SessionInUse):
            await other.acquire(conversation)
        await w.do(id, wire.Stop())
        await other.acquire(conversation)
        await w.say(id, "two")
        await seen.until(lambda _: "session_in_use" in [frame.code for frame in seen.of(wire.Notice)])
        await other.release(conversation)
        await w.do(id, wire.SendQueued())
        await seen.until(turns_ended(2))


async def test_what_is_said_while_the_process_ends_is_sent_after_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        agent, ending = w.starter.agents[0], asyncio.Event()
        stop = agent.stop

        async def slow_stop() -> None:
            await ending.wait()
            await stop()

        agent.stop = slow_stop  # type: ignore[method-assign]
        stopping = asyncio.create_task(w.do(id, wire.Stop()))
        await seen.until(lambda state: state.phase is SessionPhase.STOPPING)
        await w.say(id, "two")
        ending.set()
        await stopping
        await seen.until(turns_ended(2))
        assert [len(agent.sent) for agent in w.starter.agents] == [1, 1]


async def test_an_agent_that_nobody_can_follow_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory_jupyter.services.session_feed._RETRY_SECONDS", (0,))
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)

        async def fail(session_id: str, events: object) -> None:
            raise DatabaseUnavailable("The disk is full.")

        monkeypatch.setattr(w.stores.events, "append", fail)
        w.starter.agents[0].block("nobody will read this")
        await seen.until(lambda state: state.phase is SessionPhase.STOPPED)
        assert [frame.message for frame in seen.of(wire.ErrorFrame)] == ["The disk is full."]
        assert not w.starter.agents[0].alive
        monkeypatch.undo()
        await w.say(id, "two")
        await seen.until(lambda state: state.turns[-1].turn == 2 and state.turns[-1].end)
        seqs = [event.seq for event in await w.log(id)]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_a_command_is_answered_while_events_stream_without_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        agent = w.starter.agents[0]

        async def flood() -> None:
            while True:
                agent.block("more")
                await asyncio.sleep(0)

        flooding = asyncio.create_task(flood())
        await w.say(id, "two")
        await w.do(id, wire.CancelQueued(id="m-two"))
        flooding.cancel()
        await w.do(id, wire.Interrupt())
        await seen.until(lambda state: state.queue == [] and state.turns[0].end)


class FakeTools:
    """Tokens of sessions, as `mcp.server.McpServer` mints them."""

    def __init__(self) -> None:
        self.living: dict[str, str] = {}

    async def url(self) -> str:
        return "http://127.0.0.1:1/mcp"

    async def connection(self, session_id: str, workspace_id: str) -> dict[str, Any]:
        self.living[session_id] = workspace_id
        return {"factory": {"type": "http", "url": await self.url()}}

    def revoke(self, session_id: str) -> None:
        self.living.pop(session_id, None)

    async def stop(self) -> None:
        self.living.clear()


async def test_the_token_of_a_session_lives_as_long_as_its_process(tmp_path: Path) -> None:
    tools = FakeTools()
    async with desk(tmp_path) as w:
        w.sessions = w.service(tools=tools)
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        assert tools.living == {id: "w1"}
        assert "factory" in w.starter.agents[0].options.mcp_servers
        await w.do(id, wire.Stop())
        assert tools.living == {}


# --- Conversation, model, mode --------------------------------------------------------------------------------------


async def test_a_new_conversation_id_is_kept_for_the_resume(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        w.starter.agents[0].tell(ConversationNamed(claude_session_id="after-clear"))
        await w.say(id, "two")
        await seen.until(turns_ended(2))
        await w.do(id, wire.Stop())
        await w.say(id, "three")
        await seen.until(turns_ended(3))
        assert w.starter.agents[1].options.resume == "after-clear"


async def test_clear_without_a_process_begins_a_new_conversation(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        await w.do(id, wire.Clear())  # runs: the CLI does it
        await seen.until(turns_ended(2))
        assert w.starter.agents[0].sent[1].text == "/clear"
        await w.do(id, wire.Stop())
        await w.do(id, wire.Clear())
        await w.say(id, "two")
        await seen.until(turns_ended(3))
        assert w.starter.agents[1].options.resume is None


async def test_compact_goes_through_the_queue(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await w.do(id, wire.Compact())
        await seen.until(turns_ended(2))
        assert [message.text for message in w.starter.agents[0].sent] == ["one", "/compact"]


async def test_model_and_mode_change_with_and_without_a_process(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open(model="sonnet")
        await w.do(id, wire.SetModel(model="opus"))
        await w.do(id, wire.SetPermissionMode(permission_mode="plan"))
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        options = w.starter.agents[0].options
        assert (options.model, options.permission_mode) == ("opus", "plan")
        await w.do(id, wire.SetModel(model="haiku"))
        await w.do(id, wire.SetPermissionMode(permission_mode="acceptEdits"))
        await seen.until(lambda state: state.session is not None and state.session.permission_mode == "acceptEdits")
        assert w.starter.models == ["haiku"]
        session = await w.sessions.get(id)
        assert (session.model, session.permission_mode) == ("haiku", "acceptEdits")
        assert [event.permission_mode for event in await w.log(id) if isinstance(event, wire.ModeChanged)] == [
            "plan",
            "acceptEdits",
        ]


async def test_bypass_needs_the_administrator(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, _ = await w.open()
        with pytest.raises(BypassNotAllowed):
            await w.do(id, wire.SetPermissionMode(permission_mode="bypassPermissions"))
        with pytest.raises(BypassNotAllowed):
            await w.open(permission_mode="bypassPermissions")
        with pytest.raises(BypassNotAllowed):
            await w.do(id, wire.Answer(question_id="q", behavior="allow", permission_mode="bypassPermissions"))


async def test_bypass_is_refused_for_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, allow_bypass_permissions=True) as w:
        monkeypatch.setattr(type(w.config), "is_root", staticmethod(lambda: True))
        with pytest.raises(Forbidden, match="root"):
            await w.open(permission_mode="bypassPermissions")
        monkeypatch.setattr(type(w.config), "is_root", staticmethod(lambda: False))
        _, _ = await w.open(permission_mode="bypassPermissions")


async def test_rewind_names_the_files(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one", id="m1")
        await seen.until(turns_ended(1))
        await w.do(id, wire.Rewind(message_id="m1", dry_run=True))
        await w.do(id, wire.Rewind(message_id="m1"))
        agent = w.starter.agents[0]
        assert agent.rewinds == [(agent.sent[0].id, True), (agent.sent[0].id, False)]
        assert [notice.code for notice in seen.of(wire.Notice)] == ["rewind_preview", "rewound"]
        with pytest.raises(NotFound):
            await w.do(id, wire.Rewind(message_id="never"))


# --- Making, renaming, deleting --------------------------------------------------------------------------------------


async def test_names_workflows_and_defaults(tmp_path: Path) -> None:
    async with desk(tmp_path, default_model="sonnet", default_permission_mode="acceptEdits") as w:
        first = await w.sessions.create(wire.CreateSession(workspace_id="w1"), "ada")
        second = await w.sessions.create(wire.CreateSession(workspace_id="w1", workflow="explore", model=""), "ada")
        third = await w.sessions.create(wire.CreateSession(workspace_id="w1", name="Mine"), "ada")
        assert [s.name for s in (first, second, third)] == ["Chat 1", "Chat 2", "Mine"]
        assert [s.workflow for s in (first, second, third)] == ["feature", "explore", "followup"]
        assert [s.model for s in (first, second, third)] == ["sonnet", "", "sonnet"]
        assert first.permission_mode == "acceptEdits"
        assert first.phase is SessionPhase.IDLE
        assert [s.id for s in await w.sessions.list("w1")] == [first.id, second.id, third.id]


async def test_the_limit_counts_at_the_same_moment(tmp_path: Path) -> None:
    async with desk(tmp_path, max_sessions_per_workspace=3) as w:
        made = await asyncio.gather(
            *(w.sessions.create(wire.CreateSession(workspace_id="w1"), "ada") for _ in range(6)), return_exceptions=True
        )
        assert sum(isinstance(session, SessionLimit) for session in made) == 3
        await w.sessions.create(wire.CreateSession(workspace_id="w2"), "ada")
        await w.sessions.delete((await w.sessions.list("w1"))[0].id)
        await w.sessions.create(wire.CreateSession(workspace_id="w1"), "ada")


async def test_rename_and_delete(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        assert (await w.sessions.update(id, wire.PatchSession(name="Better"))).name == "Better"
        await seen.until(lambda state: state.session is not None and state.session.name == "Better")
        assert (await w.stores.sessions.get(id)).name == "Better"
        w.starter.scripts = [hang]
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.sessions.delete(id)
        assert not w.starter.agents[0].alive
        await seen.close()  # its feed has ended
        for call in (w.sessions.get(id), w.sessions.join(id, 0), w.sessions.events(id, 0, 10), w.sessions.delete(id)):
            with pytest.raises(NotFound):
                await call


async def test_fork_copies_the_conversation_and_leaves_the_queue_behind(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        await w.say(id, "again")
        await seen.until(turns_ended(2))
        w.starter.scripts = [hang]
        await w.say(id, "two")
        await seen.until(lambda state: state.phase is SessionPhase.RUNNING and len(state.turns) == 3)
        with pytest.raises(Conflict, match="is working"):
            await w.open(fork=id)
        await w.say(id, "queued")
        await w.do(id, wire.Interrupt())
        picture = wire.Attachment(name="a.png", media_type="image/png", data=PNG)
        await w.say(id, "see", attachments=[picture])
        await seen.until(turns_ended(5))
        await w.do(id, wire.SetModel(model="opus"))
        await w.do(id, wire.Interrupt())
        w.starter.scripts = [hang]
        await w.say(id, "busy")
        await seen.until(lambda state: state.phase is SessionPhase.RUNNING and len(state.turns) == 6)
        await w.say(id, "left behind")
        await w.do(id, wire.Interrupt())
        copy, seen_there = await w.open(fork=id)
        assert (await w.sessions.get(copy)).model == "opus"
        info = next(event for event in await w.log(copy) if isinstance(event, wire.MessageQueued) and event.attachments)
        assert (await w.sessions.attachment(copy, info.attachments[0].id)).data == base64.b64decode(PNG)
        state = await seen_there.until(lambda state: state.last_seq > 0 and state.turns[-1].items)
        assert texts(state)[:2] == ["one", "You said: one"]
        assert state.queue == []
        assert [event.code for event in await w.log(copy) if isinstance(event, wire.Notice)] == ["forked"]
        await w.say(copy, "elsewhere")
        await seen_there.until(turns_ended(7))
        origin = (await w.sessions.get(id)).claude_session_id
        assert w.history.forks == [origin]
        assert w.starter.agents[-1].options.resume == f"copy-of-{origin}"
        assert len((await w.sessions.get(id)).claude_session_id or "") > 10


async def test_a_conversation_of_the_plain_cli_is_imported_and_resumed(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.history.past["old"] = [
            AgentMessage(id="u1", text="hi"),
            BlockDone(block=wire.ToolUseBlock(tool_use_id="t1", name="Read", input={})),
            ToolDone(tool_use_id="t1", content="x", is_error=False),
            BlockDone(block=wire.TextBlock(text="hello")),
            AgentMessage(id="u2", text="more"),
            BlockDone(block=wire.TextBlock(text="of it")),
        ]
        assert [found.claude_session_id for found in await w.sessions.conversations("w1")] == ["old"]
        id, seen = await w.open(resume="old")
        state = await seen.until(lambda state: state.turns and len(state.turns) == 3)
        assert texts(state) == ["hi", "hello", "more", "of it"]
        assert await w.sessions.conversations("w1") == []
        again = await w.sessions.create(wire.CreateSession(workspace_id="w1", resume="old"), "ada")
        assert again.id == id
        await w.say(id, "go on")
        await seen.until(turns_ended(3))
        assert w.starter.agents[0].options.resume == "old"
        with pytest.raises(NotFound):
            await w.open(resume="unknown")


# --- Limits ----------------------------------------------------------------------------------------------------------


async def test_a_prompt_over_the_rate_limit_is_refused_or_kept(tmp_path: Path) -> None:
    async with desk(tmp_path, rate_limit_per_minute=1, rate_limit_queue_size=1, rate_limit_queue_timeout_ms=0) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        await w.say(id, "two")  # there is room to wait, but no time
        await seen.until(lambda _: "rate_limited" in [frame.code for frame in seen.of(wire.Notice)])
        assert [message.message_id for message in seen.state.queue] == ["m-two"]
    folder = tmp_path / "other"
    folder.mkdir()
    async with desk(folder, rate_limit_per_minute=1, rate_limit_queue_size=0) as w:
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.until(turns_ended(1))
        with pytest.raises(RateLimited):
            await w.say(id, "two")


# --- The board -------------------------------------------------------------------------------------------------------


async def test_the_board_hears_of_work_and_of_its_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        changed: list[str] = []
        w.activities.on_change.append(changed.append)
        assert not w.activities("w1").has_had_sessions
        w.starter.scripts = [hang]

        async def snapshot() -> wire.Snapshot:
            return wire.Snapshot(projects=[], workspaces=[], questions=[])

        viewer = w.board.join(snapshot)
        await board_frames(viewer)
        id, seen = await w.open()
        assert w.activities("w1").has_had_sessions
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        assert w.activities("w1").is_working
        assert not w.activities("w2").is_working
        w.starter.agents[0].end()
        await seen.until(turns_ended(1))
        await seen.until(rests)
        assert not w.activities("w1").is_working
        assert set(changed) == {"w1"}
        frames = await board_frames(viewer)
        assert [frame.kind for frame in frames if isinstance(frame, wire.Notification)] == ["done"]
        assert [frame.session.id for frame in frames if isinstance(frame, wire.BoardSession)] == [id]


# --- The server's own end --------------------------------------------------------------------------------------------


async def test_shutdown_ends_every_process_and_takes_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang, hang, hang]
        opened = [await w.open() for _ in range(3)]
        for number, (id, _) in enumerate(opened):
            await w.say(id, str(number))
        for _, seen in opened:
            await seen.first(wire.TurnStarted)
        await w.sessions.stop()
        assert not any(agent.alive for agent in w.starter.agents)
        for id, _ in opened:
            assert [type(event) for event in await w.log(id)][-2:] == [wire.TurnFinished, wire.SessionStopped]
            row = await w.stores.sessions.get(id)
            assert (row.status, row.agent_pid) == (SessionStatus.PAUSED, None)
        with pytest.raises(Unavailable):
            await w.say(opened[0][0], "more")


async def test_after_a_crash_the_transcript_is_closed_and_the_session_resumes(tmp_path: Path) -> None:
    """The server is killed: nothing is stopped in order, another one opens the same database."""
    async with desk(tmp_path) as w:
        w.starter.scripts = [hang]
        id, seen = await w.open()
        await w.say(id, "one")
        await seen.first(wire.TurnStarted)
        await w.say(id, "two")
        stores = await open_stores(f"sqlite:///{tmp_path}/data.db")
        conversation = (await stores.sessions.get(id)).claude_session_id
        w2 = Desk(tmp_path / "second", stores)
        await w2.sessions.start()
        log = await w2.log(id)
        assert [type(event) for event in log][-2:] == [wire.TurnFinished, wire.SessionStopped]
        finished = log[-2]
        assert isinstance(finished, wire.TurnFinished)
        assert (finished.reason, finished.is_error) == ("server_stopped", True)
        assert [event.seq for event in log] == list(range(1, len(log) + 1))
        row = await stores.sessions.get(id)
        assert (row.status, row.agent_pid) == (SessionStatus.PAUSED, None)
        session = await w2.sessions.get(id)
        assert (session.phase, session.queued, session.queue_paused) == (SessionPhase.STOPPED, 1, True)
        assert w2.starter.agents == []  # what waited does not fire by itself
        seen2 = await w2.watch(id)
        await w2.do(id, wire.SendQueued())
        await seen2.until(lambda state: state.turns and state.turns[-1].turn == 2 and state.turns[-1].end)
        assert w2.starter.agents[0].options.resume == conversation
        await w2.sessions.stop()
        await seen2.close()
        await stores.database.close()


async def test_a_session_that_nobody_opened_has_a_phase(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        session = await w.sessions.create(wire.CreateSession(workspace_id="w1"), "ada")
        row = await w.stores.sessions.get(session.id)
        assert shown(row).phase is SessionPhase.IDLE
