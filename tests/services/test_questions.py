"""Questions wait for people: stored, shown everywhere, answered once, withdrawn or lost, never answered by time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from factory_jupyter.errors import AlreadyAnswered, NotFound
from factory_jupyter.model import wire
from factory_jupyter.model.agent import AgentMessage, Asked, Withdrawn
from factory_jupyter.model.states import QuestionState, SessionPhase
from factory_jupyter.model.transcript import Transcript
from factory_jupyter.store.stores import open_stores
from tests.fakes.agent import FakeAgent
from tests.fakes.sessions import Desk, Watcher, board_frames, desk


def asks(agent: FakeAgent, message: AgentMessage) -> None:
    agent.begin()
    agent.tell(
        Asked(
            id="tool-1",
            kind="permission",
            tool_name="Bash",
            input={"command": "rm -r build"},
            suggestions=[{"type": "setMode"}],
            tool_use_id="tool-1",
        )
    )


def asks_twice(agent: FakeAgent, message: AgentMessage) -> None:
    agent.begin()
    for number in (1, 2):
        agent.tell(Asked(id=f"tool-{number}", kind="permission", tool_name=f"Tool{number}", input={"n": number}))


async def asked(w: Desk, script=asks) -> tuple[str, Watcher, list[wire.QuestionAsked]]:
    w.starter.scripts = [script]
    id, seen = await w.open()
    await w.say(id, "go")
    await seen.until(lambda state: len(state.questions) == (2 if script is asks_twice else 1))
    return id, seen, seen.of(wire.QuestionAsked)


def closed(state: Transcript) -> bool:
    return not state.questions


async def test_a_question_is_stored_and_told_to_viewers_and_the_board(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:

        async def snapshot() -> wire.Snapshot:
            return wire.Snapshot(projects=[], workspaces=[], questions=[])

        board = w.board.join(snapshot)
        await board_frames(board)
        id, seen, (question,) = await asked(w)
        assert question.tool_name == "Bash"
        assert question.input == {"command": "rm -r build"}
        await seen.until(lambda state: state.phase is SessionPhase.WAITING)
        (waiting,) = await w.questions.waiting()
        assert (waiting.id, waiting.session_id, waiting.workspace_id) == (question.question_id, id, "w1")
        assert waiting.state is QuestionState.OPEN
        frames = await board_frames(board)
        assert [frame.question for frame in frames if isinstance(frame, wire.QuestionOpened)] == [waiting]
        told = [frame for frame in frames if isinstance(frame, wire.Notification)]
        assert [(frame.kind, frame.body) for frame in told] == [("needs_you", "Bash: rm -r build")]
        assert w.activities("w1").needs_attention
        assert (await w.sessions.get(id)).open_questions == 1


async def test_an_answer_from_a_second_viewer_reaches_claude(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w)
        second = await w.watch(id)
        await second.until(lambda state: len(state.questions) == 1)
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow", scope="session"), by="bob")
        for watcher in (seen, second):
            await watcher.until(closed)
            answered = await watcher.first(wire.QuestionAnswered)
            assert (answered.by, answered.behavior, answered.scope) == ("bob", "allow", "session")
        assert w.starter.agents[0].answers["tool-1"].scope == "session"
        assert await w.questions.waiting() == []
        assert not w.activities("w1").needs_attention


async def test_only_one_answer_counts(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w)
        answers = [
            w.do(id, wire.Answer(question_id=question.question_id, behavior="allow"), by="ada"),
            w.do(id, wire.Answer(question_id=question.question_id, behavior="deny", message="no"), by="bob"),
        ]
        results = await asyncio.gather(*answers, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["AlreadyAnswered", "int"]
        await seen.until(closed)
        with pytest.raises(AlreadyAnswered):
            await w.do(id, wire.Answer(question_id=question.question_id, behavior="deny"))
        assert len(seen.of(wire.QuestionAnswered)) == 1
        with pytest.raises(NotFound):
            await w.do(id, wire.Answer(question_id="never", behavior="allow"))


async def test_a_question_of_another_session_is_not_found(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        _, _, (question,) = await asked(w)
        other, _ = await w.open()
        with pytest.raises(NotFound):
            await w.do(other, wire.Answer(question_id=question.question_id, behavior="allow"))


async def test_everything_of_an_answer_reaches_claude(tmp_path: Path) -> None:
    def plans(agent: FakeAgent, message: AgentMessage) -> None:
        agent.begin()
        agent.tell(Asked(id="p", kind="plan", tool_name="ExitPlanMode", input={}, plan="# Plan"))

    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w, plans)
        assert question.plan == "# Plan"
        await w.do(
            id,
            wire.Answer(
                question_id=question.question_id, behavior="allow", permission_mode="acceptEdits", message="ok"
            ),
        )
        answer = w.starter.agents[0].answers["p"]
        assert (answer.permission_mode, answer.message) == ("acceptEdits", "ok")
    folder = tmp_path / "ask"
    folder.mkdir()

    def asks_user(agent: FakeAgent, message: AgentMessage) -> None:
        agent.begin()
        agent.tell(Asked(id="a", kind="ask_user", tool_name="AskUserQuestion", input={"questions": []}))

    async with desk(folder) as w:
        id, seen, (question,) = await asked(w, asks_user)
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow", answers={"Which?": ["A", "B"]}))
        assert w.starter.agents[0].answers["a"].answers == {"Which?": ["A", "B"]}
        assert (await seen.first(wire.QuestionAnswered)).answers == {"Which?": ["A", "B"]}


async def test_two_questions_are_answered_each_by_its_own_id(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (first, second) = await asked(w, asks_twice)
        assert [question.id for question in await w.questions.waiting()] == [first.question_id, second.question_id]
        await w.do(id, wire.Answer(question_id=second.question_id, behavior="deny"))
        await seen.until(lambda state: [q.tool_name for q in state.questions] == ["Tool1"])
        assert set(w.starter.agents[0].answers) == {"tool-2"}
        assert (await w.sessions.get(id)).phase is SessionPhase.WAITING


async def test_a_question_that_claude_takes_back_is_withdrawn(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w)
        w.starter.agents[0].tell(Withdrawn(id="tool-1", reason="not needed"))
        await seen.until(closed)
        assert (await seen.first(wire.QuestionWithdrawn)).reason == "not needed"
        assert await w.questions.waiting() == []
        with pytest.raises(AlreadyAnswered, match="withdrawn"):
            await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow"))
        await seen.until(lambda state: state.phase is SessionPhase.RUNNING)


@pytest.mark.parametrize("how", ["interrupt", "stop", "death"])
async def test_no_question_outlives_its_turn(tmp_path: Path, how: str) -> None:
    async with desk(tmp_path) as w:
        id, seen, _ = await asked(w)
        if how == "death":
            w.starter.agents[0].die()
        else:
            await w.do(id, wire.Interrupt() if how == "interrupt" else wire.Stop())
        state = await seen.until(lambda state: state.turns[0].end)
        assert state.questions == []
        assert len(seen.of(wire.QuestionWithdrawn)) == 1
        kinds = [type(event) for event in await w.log(id)]
        assert kinds.index(wire.QuestionWithdrawn) < kinds.index(wire.TurnFinished)
        assert await w.questions.waiting() == []


async def test_an_answer_that_comes_too_late_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w)
        w.starter.agents[0]._open.clear()  # the agent has given up, and its word is still on the way
        await w.do(id, wire.Answer(question_id=question.question_id, behavior="allow"))
        await seen.until(lambda _: "too_late" in [notice.code for notice in seen.of(wire.Notice)])


async def test_a_question_survives_a_reload_and_is_lost_with_its_server(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen, (question,) = await asked(w)
        await seen.close()
        again = await w.watch(id)
        await again.until(lambda state: [q.question_id for q in state.questions] == [question.question_id])
        # Killed: another server opens the database.
        stores = await open_stores(f"sqlite:///{tmp_path}/data.db")
        w2 = Desk(tmp_path / "second", stores)
        await w2.sessions.start()
        assert await w2.questions.waiting() == []
        assert (await stores.questions.get(question.question_id)).state is QuestionState.LOST
        kinds = [type(event) for event in await w2.log(id)]
        assert kinds[-3:] == [wire.QuestionWithdrawn, wire.TurnFinished, wire.SessionStopped]
        with pytest.raises(AlreadyAnswered, match="lost"):
            await w2.do(id, wire.Answer(question_id=question.question_id, behavior="allow"))
        await w2.sessions.stop()
        await stores.database.close()
