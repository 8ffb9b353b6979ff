"""The kernel's side of the widgets: what a saved notebook keeps, and that it is kept up to date."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from IPython.core.interactiveshell import InteractiveShell

from factory_jupyter import errors
from factory_jupyter.model import wire
from factory_jupyter.notebook.objects import Factory, Workspace
from tests.notebook.server import FakeFactory, answering

pytest.importorskip("factory_jupyter.notebook.widgets", exc_type=errors.Unavailable)  # Not built: `make install`.

WIDGET = "application/vnd.jupyter.widget-view+json"


class Outputs:
    """What a front end would hold: outputs in order, updated in place."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []
        self.places: dict[str, int] = {}
        self.changed = threading.Condition()

    def publish(
        self, data: dict[str, Any], *, transient: dict[str, Any] | None = None, update: bool = False, **_: Any
    ) -> None:
        place = (transient or {}).get("display_id")
        with self.changed:
            if update:
                self.shown[self.places[place]] = data
            else:
                self.places[place] = len(self.shown)
                self.shown.append(data)
            self.changed.notify_all()

    def wait(self, mime: str, text: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: any(text in one.get(mime, "") for one in self.shown), timeout=5), (
                self.shown
            )


@pytest.fixture
def outputs(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Outputs:
    outputs = Outputs()
    monkeypatch.setattr(shell.display_pub, "publish", outputs.publish)
    return outputs


def test_a_chat_leaves_a_readable_record(fake: FakeFactory, workspace: Workspace, outputs: Outputs) -> None:
    fake.play = answering("It was the **seed**.")
    workspace.ask("Why?")
    chat = workspace.chat()
    chat._ipython_display_()
    widget, record = outputs.shown
    assert widget[WIDGET]["model_id"] == chat.model_id
    assert widget["text/markdown"] == "#### Chat: Fix it"
    assert "> Why?" in record["text/markdown"]
    assert "It was the **seed**." in record["text/markdown"]
    assert "It was the <strong>seed</strong>." in record["text/html"]
    assert f'data-factory-record="{chat.record}"' in record["text/html"]
    chat.close()


def test_the_record_follows_the_conversation(fake: FakeFactory, workspace: Workspace, outputs: Outputs) -> None:
    chat = workspace.chat()
    chat._ipython_display_()
    fake.play = answering("Said after the cell had ended.")
    workspace.ask("And?")
    outputs.wait("text/markdown", "Said after the cell had ended.")
    assert (len(outputs.shown), chat.last_seq) == (2, 5)
    chat.close()


def test_the_record_says_that_a_question_waits(fake: FakeFactory, workspace: Workspace, outputs: Outputs) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        fake.begin_turn(session_id, say)
        fake.ask(session_id, command="make test")

    fake.play = play
    chat = workspace.chat()
    chat._ipython_display_()
    workspace.say("Run the tests")
    outputs.wait("text/markdown", "**Allow Bash? make test** waits for an answer")
    chat.close()


def test_the_board_leaves_a_table(fake: FakeFactory, factory: Factory, outputs: Outputs) -> None:
    board = factory.board()
    board._ipython_display_()
    _, record = outputs.shown
    assert "| Fix it | waiting | fix-it | 1 file, +2 −3 |" in record["text/markdown"]
    fake.soon(lambda: fake.change(msgspec.structs.replace(fake.workspaces[0], needs_attention=True)))
    outputs.wait("text/markdown", "| Fix it | needs you |")
    board.close()


def test_an_answer_from_the_board_says_whether_it_counted(
    fake: FakeFactory, factory: Factory, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(fake: FakeFactory, session_id: str, say: wire.Say) -> None:
        fake.begin_turn(session_id, say)
        fake.ask(session_id, command="make test")
        asked.set()

    asked, sent, changed = threading.Event(), [], threading.Condition()

    def send(content: dict[str, Any]) -> None:
        with changed:
            sent.append(content)
            changed.notify_all()

    fake.play = play
    workspace.say("Run the tests")
    assert asked.wait(5)
    board = factory.board()
    monkeypatch.setattr(board, "send", send)
    answer = {"type": "answer", "question_id": "q1", "behavior": "allow"}
    for count, request in enumerate(("first", "second"), 1):
        board._receive(board, {"session": workspace.session().id, "answer": answer, "request": request}, [])
        with changed:
            assert changed.wait_for(lambda: len(sent) == count, timeout=5)  # noqa: B023 - called before the next round
    assert sent == [{"request": "first"}, {"request": "second", "error": "Too late."}]
    board.close()


def test_a_widget_has_a_stable_repr(workspace: Workspace) -> None:
    chat = workspace.chat()
    assert repr(chat) == "<Chat 'Fix it'>"
    chat.close()
