"""Asking, waiting, answering and being interrupted, on both faces of the client."""

from __future__ import annotations

import asyncio
import base64
import inspect
import signal
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from factory_jupyter import errors
from factory_jupyter.model import wire
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.notebook import objects
from factory_jupyter.notebook.discovery import Address
from factory_jupyter.notebook.objects import Factory, Project, Question, Workspace
from factory_jupyter.notebook.transport import Server
from tests.notebook.server import FakeFactory, answering


def becomes(**changes: Any):
    def change(fake: FakeFactory, made: wire.Workspace) -> None:
        fake.change(msgspec.structs.replace(made, **changes))

    return change


READY = becomes(status=WorkspaceStatus.READY)


# --- Projects and workspaces ------------------------------------------------------------------------------------------


def test_adding_the_same_repository_twice_is_one_project(factory: Factory) -> None:
    made = factory.projects.add("/code/other")
    assert factory.projects.add("/code/other").id == made.id
    assert factory.projects.add(Path("/code/other/below")).id == made.id
    assert len(factory.projects) == 2


def test_create_waits_until_ready(fake: FakeFactory, project: Project) -> None:
    fake.on_create = READY
    workspace = project.workspaces.create("Fix the flaky test")
    assert workspace.status == "READY"
    assert repr(workspace) == "<Workspace 'Fix the flaky test' READY>"


def test_run_all_makes_nothing_twice(fake: FakeFactory, project: Project) -> None:
    fake.on_create = READY
    first = project.workspaces.create("Fix the flaky test")
    assert project.workspaces.create("Fix the flaky test").id == first.id
    assert project.workspaces.create("Fix the flaky test", key="second try").id != first.id


def test_a_failed_workspace_raises_with_reason_and_log(fake: FakeFactory, project: Project) -> None:
    init = wire.Initialization(error="The setup script ended with 3.", log_tail="npm ERR! no such package\n")
    fake.on_create = becomes(status=WorkspaceStatus.FAILED, init=init)
    with pytest.raises(errors.ToolFailed, match="ended with 3") as raised:
        project.workspaces.create("Broken")
    assert "npm ERR! no such package" in str(raised.value)


def test_running_the_cell_again_retries_a_failed_workspace(fake: FakeFactory, project: Project) -> None:
    fake.on_create = becomes(status=WorkspaceStatus.FAILED)
    with pytest.raises(errors.ToolFailed):
        project.workspaces.create("Broken")
    fake.on_create = READY
    assert project.workspaces.create("Broken").status == "READY"


def test_an_archived_workspace_is_not_continued(fake: FakeFactory, project: Project) -> None:
    fake.on_create = READY
    made = project.workspaces.create("Old")
    fake.change(msgspec.structs.replace(made.info, status=WorkspaceStatus.ARCHIVED))
    with pytest.raises(errors.Conflict, match="archived"):
        project.workspaces.create("Old")


def test_waiting_survives_a_lost_connection(fake: FakeFactory, project: Project) -> None:
    def drop_then_finish(fake: FakeFactory, made: wire.Workspace) -> None:
        fake.drop_sockets()
        fake.workspaces[-1] = msgspec.structs.replace(made, status=WorkspaceStatus.READY)

    def wait_for_the_board(fake: FakeFactory, made: wire.Workspace) -> None:
        assert fake.loop
        again = (wait_for_the_board, drop_then_finish)[bool(fake.boards)]
        fake.loop.call_later(0.01, again, fake, made)

    fake.on_create = wait_for_the_board
    assert project.workspaces.create("Shaky").status == "READY"


@pytest.mark.parametrize("name", ["Fix it", "fix-it", "w1"])
def test_a_workspace_has_several_names(factory: Factory, name: str) -> None:
    assert factory.workspaces[name].id == "w1"


def test_an_unknown_name_is_not_found(factory: Factory) -> None:
    with pytest.raises(errors.NotFound, match="nothing-here"):
        factory.workspaces["nothing-here"]


# --- Turns ------------------------------------------------------------------------------------------------------------


def test_ask_gives_the_turn(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play = answering("It was the **seed**.")
    turn = workspace.ask("Why?")
    assert (turn.text, turn.result, turn.number, turn.is_error) == ("It was the **seed**.",) * 2 + (1, False)
    assert (turn.cost_usd, turn.duration, turn.usage.output_tokens) == (0.25, 1.5, 5)
    assert [type(event) for event in turn.events] == [
        wire.MessageQueued,
        wire.MessageSent,
        wire.TurnStarted,
        wire.BlockSettled,
        wire.TurnFinished,
    ]


def test_the_first_session_is_begun_once(fake: FakeFactory, workspace: Workspace) -> None:
    workspace.ask("One?")
    workspace.ask("Two?")
    assert workspace.session().ask("Three?").number == 3
    assert len(fake.sessions) == 1


def test_with_a_key_the_same_question_is_asked_once(fake: FakeFactory, workspace: Workspace) -> None:
    first = workspace.ask("Why?", key="why")
    workspace.ask("Something else")
    fake.play = answering("Another answer.")
    assert workspace.ask("Why?", key="why") == first
    assert workspace.ask("Why really?", key="why").text == "Another answer."
    assert len(fake.said) == 3


def test_files_are_what_was_written(fake: FakeFactory, workspace: Workspace) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        turn = fake.begin_turn(session_id, say)
        for number, (name, path, fails) in enumerate(
            [
                ("Read", "/worktrees/app/fix-it/README.md", False),
                ("Edit", "/worktrees/app/fix-it/a/b.py", False),
                ("Write", "/elsewhere/c.py", False),
                ("Write", "/worktrees/app/fix-it/denied.py", True),
            ]
        ):
            use = wire.ToolUseBlock(tool_use_id=str(number), name=name, input={"file_path": path})
            fake.settle(session_id, wire.BlockSettled, turn=turn, block=use)
            fake.settle(session_id, wire.ToolResult, tool_use_id=str(number), content="", is_error=fails)
        fake.end_turn(session_id, turn, "Done.")

    fake.play = play
    assert workspace.ask("Go").files == ["a/b.py", "/elsewhere/c.py"]


def test_a_failed_turn_is_returned_and_can_be_raised(fake: FakeFactory, workspace: Workspace) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        fake.end_turn(session_id, fake.begin_turn(session_id, say), "Not logged in", is_error=True, reason="api_error")

    fake.play = play
    turn = workspace.ask("Hello?")
    assert turn.is_error
    with pytest.raises(errors.AgentFailed, match=r"api_error.*Not logged in"):
        turn.raise_for_error()


def test_a_refusal_is_the_error_that_the_server_raised(fake: FakeFactory, workspace: Workspace) -> None:
    session = workspace.session()
    body = wire.ErrorBody(message="The queue is full (max 100 messages).", reason="Conflict", code="queue_full")
    fake.refusals[f"sessions/{session.id}/commands"] = (409, body)
    with pytest.raises(errors.QueueFull, match="max 100"):
        session.ask("One more")


def test_a_lost_connection_loses_nothing(fake: FakeFactory, workspace: Workspace) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        turn = fake.begin_turn(session_id, say)
        fake.drop_sockets()
        fake.settle(session_id, wire.BlockSettled, turn=turn, block=wire.TextBlock(text="Said in between."))
        fake.end_turn(session_id, turn, "Said in between.")

    fake.play = play
    turn = workspace.ask("Still there?")
    assert turn.text == "Said in between."
    assert [event.seq for event in turn.events] == [1, 2, 3, 4, 5]


def test_a_message_taken_back_elsewhere_is_a_conflict(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play = lambda fake, session_id, say: fake.settle(session_id, wire.MessageCancelled, message_id=say.id)
    with pytest.raises(errors.Conflict, match="taken back"):
        workspace.ask("Never mind")


def test_wait_gives_the_last_turn(fake: FakeFactory, workspace: Workspace) -> None:
    assert workspace.wait() is None
    workspace.say("One")
    workspace.say("Two")
    turn = workspace.wait()
    assert turn and turn.number == 2


def test_stream_for_and_async_for(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play = answering("abc")
    kinds = [type(event) for event in workspace.stream("Go")]
    assert kinds[-2:] == [wire.BlockSettled, wire.TurnFinished]
    assert kinds.count(wire.Delta) == 3

    async def texts() -> list[str]:
        return [event.text async for event in workspace.stream("Go") if isinstance(event, wire.Delta)]

    assert asyncio.run(texts()) == ["a", "b", "c"]


def test_the_async_twin_has_the_same_names(workspace: Workspace, factory: Factory) -> None:
    for thing in (factory, factory.projects, factory.projects["App"].workspaces, workspace, workspace.session()):
        for name, _ in inspect.getmembers(type(thing), inspect.isfunction):
            if not name.startswith("_") and name not in {"chat", "board"}:
                assert hasattr(thing.aio, name), f"{type(thing.aio)} has no {name}"
    assert asyncio.run(workspace.aio.ask("Hi")).text == "Hello."


class Plot:
    """As much of a matplotlib figure as is used."""

    def savefig(self, target: Any, *, format: str) -> None:
        target.write(f"a plot as {format}".encode())


def test_files_and_plots_go_with_a_message(fake: FakeFactory, workspace: Workspace, tmp_path: Path) -> None:
    picture, notes = tmp_path / "screen.png", tmp_path / "NOTES"
    picture.write_bytes(b"a picture")
    notes.write_text("some words")
    workspace.ask("Look", attachments=[picture, str(notes), Plot()])
    (say,) = (frame for frame in fake.commands if isinstance(frame, wire.Say))
    assert [(one.name, one.media_type, base64.b64decode(one.data)) for one in say.attachments] == [
        ("screen.png", "image/png", b"a picture"),
        ("NOTES", "text/plain", b"some words"),
        ("figure-3.png", "image/png", b"a plot as png"),
    ]


def test_a_session_is_forked_and_chosen_by_name(fake: FakeFactory, workspace: Workspace) -> None:
    first = workspace.session()
    forked = workspace.sessions.create("Another way", fork=first)
    assert fake.forks == [first.id]
    assert len(workspace.sessions) == 2
    assert workspace.sessions["Another way"].id == forked.id


# --- Questions ----------------------------------------------------------------------------------------------------


def asking(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
    fake.begin_turn(session_id, say)
    fake.ask(session_id, command="rm -rf build\nrm -rf dist")


def ending(fake: FakeFactory, session_id: str, answer: wire.Answer) -> None:
    fake.end_turn(session_id, 1, f"{answer.behavior} {answer.message or ''}".strip())


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        (lambda question: question.allow(), "allow"),
        (lambda question: question.deny("too dangerous"), "deny too dangerous"),
    ],
)
def test_a_policy_answers(fake: FakeFactory, workspace: Workspace, policy: Any, result: str) -> None:
    fake.play, fake.on_answer = asking, ending
    assert workspace.ask("Clean up", on_question=policy).result == result


def test_the_async_twin_takes_a_policy_too(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play, fake.on_answer = asking, ending
    assert asyncio.run(workspace.aio.ask("Clean up", on_question=lambda question: question.allow())).result == "allow"


def test_without_a_policy_a_person_is_called(
    fake: FakeFactory, factory: Factory, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.play, fake.on_answer = asking, ending
    person = threading.Thread(target=lambda: answer_when_asked(factory))
    person.start()
    assert workspace.ask("Clean up").result == "allow"
    person.join(5)
    assert "Claude waits for you: Bash rm -rf build …" in capsys.readouterr().out


def answer_when_asked(factory: Factory) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if questions := factory.questions():
            questions[0].allow()
            return
        waiting.wait(0.01)
    raise AssertionError("no question came")


def test_a_policy_that_fails_stops_the_turn(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play = asking

    def policy(question: Question) -> None:
        raise RuntimeError(question.input["command"])

    with pytest.raises(RuntimeError, match="rm -rf build"):
        workspace.ask("Clean up", on_question=policy)
    assert isinstance(fake.commands[-1], wire.Interrupt)


def test_an_answered_question_is_not_put_again(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play, fake.on_answer = asking, ending
    asked: list[str] = []

    def policy(question: Question) -> None:
        asked.append(question.id)
        question.allow()

    workspace.ask("Clean up", key="clean", on_question=policy)
    workspace.ask("Clean up", key="clean", on_question=policy)
    assert asked == ["q1"]


def test_answering_twice_raises(fake: FakeFactory, factory: Factory, workspace: Workspace) -> None:
    fake.play = asking
    workspace.say("Clean up")
    answer_when_asked(factory)
    late = Question(objects.aio_questions.Question(factory.aio.server, next(iter(history(fake)))))
    with pytest.raises(errors.AlreadyAnswered):
        late.deny()


def history(fake: FakeFactory) -> list[wire.Question]:
    fake.ask("s1", "q2")
    return [fake.questions.pop("q2")]


# --- Being interrupted ----------------------------------------------------------------------------------------------


def test_interrupting_the_cell_interrupts_the_turn(fake: FakeFactory, workspace: Workspace) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        fake.begin_turn(session_id, say)
        assert fake.loop
        # As Jupyter does it: to the thread that runs the cell.
        fake.loop.call_later(0.05, signal.pthread_kill, threading.main_thread().ident, signal.SIGINT)

    fake.play = play
    fake.on_interrupt = lambda fake, session_id: fake.end_turn(session_id, 1, "", True, "interrupted")
    with pytest.raises(KeyboardInterrupt):
        workspace.ask("Something long")
    assert isinstance(fake.commands[-1], wire.Interrupt)
    fake.play = answering("Here again.")
    assert workspace.ask("And now?").text == "Here again."


def test_a_message_still_in_the_queue_is_taken_back(fake: FakeFactory, workspace: Workspace) -> None:
    fake.play = lambda fake, session_id, say: None
    with pytest.raises(TimeoutError, match="interrupted"):
        workspace.ask("Later", timeout=0.1)
    assert fake.commands[-1] == wire.CancelQueued(id=fake.said[-1])


# --- No server ----------------------------------------------------------------------------------------------------


def test_a_wrong_token_says_what_to_do(fake: FakeFactory) -> None:
    server = Server(Address(fake.address.url, "wrong"))
    with pytest.raises(errors.Forbidden, match=r"connect\(url, token\)"):
        asyncio.run(server.call("GET", "projects", list[wire.Project]))


def test_a_server_without_the_extension_says_what_to_do(fake: FakeFactory) -> None:
    elsewhere = Address(fake.address.url.removesuffix("a%40b/"), fake.address.token)
    with pytest.raises(errors.Conflict, match="has no factory-jupyter"):
        asyncio.run(Server(elsewhere).call("GET", "projects", list[wire.Project]))


def test_no_server_at_all_says_so() -> None:
    with pytest.raises(errors.Unavailable, match="does not answer"):
        asyncio.run(Server(Address("http://127.0.0.1:9/")).call("GET", "projects", list[wire.Project]))
