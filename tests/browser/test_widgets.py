"""The chat, the board and a waiting question in cells of a notebook, in a real JupyterLab with the real CLI."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, expect

from tests.browser.conftest import ROOT
from tests.browser.screen import Screen, script
from tests.running import Running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.real_claude,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / "factory_jupyter/notebook/static/chat.js").exists(), reason="not built: `make install`"
    ),
]

SETUP = """
from factory_jupyter import connect

factory = connect()
project = factory.projects.add({repository!r})
workspace = project.workspaces.create({name!r})
"""


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, screen: Screen, path: Path, name: str) -> None:
        self.screen = screen
        self.path = path
        self.page = screen.page
        screen.execute("docmanager:open", path=name)
        expect(self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").first).to_be_visible()
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )

    def cell(self, number: int) -> Locator:
        """The cell, counted from 0."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-Notebook-cell").nth(number)

    def start(self, number: int) -> None:
        """Run a cell, without waiting for it."""
        self.page.evaluate(
            """async number => {
              const panel = window.jupyterapp.shell.currentWidget;
              panel.content.activeCellIndex = number;
              void window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )

    def wait(self, number: int) -> None:
        """Until the cell has run."""
        self.page.wait_for_function(
            """number => {
              const model = window.jupyterapp.shell.currentWidget.content.widgets[number].model;
              return model.executionState === 'idle' && model.executionCount > 0;
            }""",
            arg=number,
            timeout=90_000,
        )

    def run(self, number: int) -> None:
        """Run a cell to its end."""
        self.start(number)
        self.wait(number)

    def wait_for_record(self, number: int, words: str) -> None:
        """Until the record below a cell's widget says it, which it does at the end of a turn."""
        self.page.wait_for_function(
            """([number, words]) => {
              const outputs = window.jupyterapp.shell.currentWidget.content.widgets[number].model.outputs;
              return String(outputs.get(1).data['text/markdown']).includes(words);
            }""",
            arg=[number, words],
        )

    def saved_outputs(self, number: int) -> list[dict[str, Any]]:
        """What the file on disk has of a cell, after saving."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        cell: dict[str, Any] = json.loads(self.path.read_text())["cells"][number]
        return list(cell["outputs"])


@pytest.fixture
def notebook(screen: Screen, lab: Running, repository: Path, request: pytest.FixtureRequest) -> Callable[..., Notebook]:
    """`notebook(source, …)`: a notebook with a first cell that makes ``workspace``, run, and then these cells."""

    def write(*sources: str) -> Notebook:
        name = request.node.name
        setup = SETUP.format(repository=str(repository), name=name.removeprefix("test_").replace("_", " "))
        cells = [new_code_cell(source) for source in (setup, *sources)]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        path = lab.folder / "root" / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
        opened = Notebook(screen, path, path.name)
        opened.run(0)
        return opened

    return write


def say(cell: Locator, text: str) -> None:
    composer = cell.get_by_label("Message to Claude")
    composer.fill(text)
    composer.press("Enter")


def allow(cell: Locator) -> None:
    cell.locator("[data-question]:not(.jp-mod-inert)").get_by_role("button", name="Allow once").click()


def test_a_chat_in_a_cell(notebook: Callable[..., Notebook]) -> None:
    opened = notebook("workspace.chat()")
    opened.run(1)
    cell = opened.cell(1)
    say(cell, "Write a note")
    allow(cell)
    expect(cell.get_by_role("log").get_by_text("is there; see the changes")).to_be_visible()
    opened.wait_for_record(1, "is there; see the changes")
    # What is seen live is not shown a second time by the record.
    expect(cell.locator("[data-factory-record]")).to_be_hidden()
    records = [output["data"] for output in opened.saved_outputs(1)]
    assert "is there; see the changes" in "".join(records[1]["text/markdown"])
    assert "data-factory-record" in "".join(records[1]["text/html"])
    # Closed and opened again: the kernel lives, and the chat with it.
    opened.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
    again = Notebook(opened.screen, opened.path, opened.path.name).cell(1)
    expect(again.get_by_role("log").get_by_text("is there; see the changes")).to_be_visible()
    expect(again.locator("[data-factory-record]")).to_be_hidden()


def test_a_saved_notebook_is_read_without_its_kernel(notebook: Callable[..., Notebook]) -> None:
    opened = notebook('workspace.ask("Think hard")\nworkspace.chat()')
    opened.run(1)
    opened.saved_outputs(1)
    opened.page.evaluate(
        """async () => {
          const panel = window.jupyterapp.shell.currentWidget;
          await panel.sessionContext.shutdown();
          panel.dispose();
        }"""
    )
    again = Notebook(opened.screen, opened.path, opened.path.name).cell(1)
    expect(again.locator("[data-factory-record]").get_by_text("distrust any rate near")).to_be_visible()


def test_a_cell_that_waits_for_an_answer_shows_the_question(notebook: Callable[..., Notebook]) -> None:
    opened = notebook('turn = workspace.ask("Write a note")\nturn.files')
    opened.start(1)
    cell = opened.cell(1)
    expect(cell.get_by_text("Claude wants to write a file")).to_be_visible()
    allow(cell)
    opened.wait(1)
    expect(cell.get_by_text("['NOTES.md']")).to_be_visible()
    expect(cell.locator("[data-question]")).to_have_count(0)


def test_a_page_without_a_way_to_the_server_goes_through_the_kernel(notebook: Callable[..., Notebook]) -> None:
    opened = notebook("workspace.chat()", 'print(workspace.ask("Write a note").result)')
    # As in VS Code or Colab; JupyterLab itself has read it long ago.
    opened.page.evaluate("() => document.getElementById('jupyter-config-data').remove()")
    opened.run(1)
    chat = opened.cell(1)
    say(chat, "Think hard")
    expect(chat.get_by_role("log").get_by_text("distrust any rate near")).to_be_visible()
    # And while the kernel is busy: comms have a thread of their own.
    opened.start(2)
    allow(chat)
    opened.wait(2)
    expect(opened.cell(2).get_by_text("is there; see the changes").first).to_be_visible()


def test_the_board_in_a_cell(notebook: Callable[..., Notebook]) -> None:
    opened = notebook("factory.board()", 'workspace.say("Run the tests")')
    opened.run(1)
    board = opened.cell(1)
    expect(board.get_by_role("region", name="Backlog").get_by_text("the board in a cell", exact=True)).to_be_visible()
    opened.run(2)
    board.get_by_role("button", name="Allow once").click()
    expect(board.get_by_role("button", name="Allow once")).to_have_count(0)
    # The workspace waits for the next word, in the record, too.
    opened.wait_for_record(1, "| the board in a cell | waiting |")


def test_interrupting_the_kernel_interrupts_the_turn(notebook: Callable[..., Notebook]) -> None:
    never = script({"text": "Too late.", "hold": "never"})
    watching = f"for event in workspace.stream({never!r}):\n    print(type(event).__name__)"
    opened = notebook(watching, "turn = workspace.wait()\nturn.reason")
    opened.start(1)
    expect(opened.cell(1).get_by_text("TurnStarted").first).to_be_visible()
    opened.screen.execute("notebook:interrupt-kernel")
    expect(opened.cell(1).get_by_text("KeyboardInterrupt").first).to_be_visible()
    opened.run(2)
    expect(opened.cell(2).get_by_text("'interrupted'")).to_be_visible()
