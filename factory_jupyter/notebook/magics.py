"""``%factory`` and ``%%claude``: the client for those who would rather not write Python."""

from __future__ import annotations

import argparse
import shlex
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from factory_jupyter.errors import Invalid
from factory_jupyter.model import wire
from factory_jupyter.model.transcript import Transcript, apply
from factory_jupyter.notebook.client import connect
from factory_jupyter.notebook.objects import Factory, Session
from factory_jupyter.notebook.render import live_markdown

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# A front end renders the whole output again at each update (35-86 ms for 15 KB of Markdown).
REDRAW_S: Final = 0.15

USAGE: Final = """\
%factory status                what is ready, and what waits for you
%factory board                 the board
%factory questions             what waits for an answer
%factory connect [url [token]] another server

%%claude <workspace> [--session <name>] [--key <key>]
what you want to say"""


def register(shell: InteractiveShell) -> None:
    """What ``%load_ext factory_jupyter`` does."""
    shell.register_magics(FactoryMagics)


@magics_class
class FactoryMagics(Magics):
    """The magics; they use the notebook's variable ``factory``, or connect by themselves."""

    _factory: Factory | None = None

    @property
    def factory(self) -> Factory:
        """The server that is spoken to."""
        mine = self.shell.user_ns.get("factory") if self.shell else None
        if isinstance(mine, Factory):
            return mine
        if self._factory is None:
            self._factory = connect()
        return self._factory

    @line_magic("factory")  # type: ignore[arg-type]  # IPython's decorators are typed for plain functions
    def factory_line(self, line: str) -> Any:
        """Look at the factory; without a word, what there is to say."""
        match shlex.split(line):
            case [] | ["help"]:
                return Said(f"```\n{USAGE}\n```")
            case ["status"]:
                return Said(status(self.factory))
            case ["board"]:
                return self.factory.board()
            case ["questions"]:
                return self.factory.questions() or Said("*Nothing waits for you.*")
            case ["connect", *address] if len(address) <= 2:
                self._factory = connect(*address)
                if self.shell:
                    self.shell.user_ns["factory"] = self._factory
                return self._factory
            case _:
                raise Invalid(f"%factory does not know {line!r}:\n{USAGE}")

    @cell_magic("claude")  # type: ignore[arg-type]
    def claude_cell(self, line: str, cell: str) -> None:
        """Say the cell to a workspace's session, and show the answer while it is written."""
        told = _PARSER.parse_args(shlex.split(line))
        workspace = self.factory.workspaces[told.workspace]
        session = workspace.sessions[told.session] if told.session else workspace.session()
        show_turn(session, cell.strip(), told.key)


def show_turn(session: Session, text: str, key: str | None) -> None:
    """Say ``text`` and draw the turn as Markdown in the present cell, a few times a second."""
    transcript, drawn = Transcript(), ""
    handle = display(Said("…"), display_id=True)  # type: ignore[no-untyped-call]
    next_at = 0.0
    for event in session.stream(text, key=key):
        if isinstance(event, wire.MessageQueued | wire.MessageSent):
            continue  # What was said stands in the cell.
        apply(transcript, event)
        if time.monotonic() >= next_at or isinstance(event, wire.TurnFinished | wire.QuestionAsked):
            now = live_markdown(transcript)
            if now != drawn:
                drawn = now
                handle.update(Said(drawn))
            next_at = time.monotonic() + REDRAW_S


def status(factory: Factory) -> str:
    """Readiness, line by line, and what the workspaces do."""
    mark = {"ok": "✓", "degraded": "⚠", "error": "✗"}
    lines = ["| | | |", "|---|---|---|"]
    for name, check in factory.health().checks.items():
        lines.append(f"| {mark[check.status]} | {name} | {check.message} {f'`{check.fix}`' if check.fix else ''} |")
    workspaces = factory.workspaces.list()
    working = sum(workspace.info.is_working for workspace in workspaces)
    needing = sum(workspace.info.needs_attention for workspace in workspaces)
    said = f"**{len(workspaces)}** workspaces, **{working}** working, **{needing}** need you"
    return "\n".join([f"{factory!r}: {said}".replace("<", "").replace(">", ""), "", *lines])


class Said:
    """Markdown for a cell; elsewhere its text."""

    def __init__(self, markdown: str) -> None:
        self._markdown = markdown

    def _repr_markdown_(self) -> str:
        return self._markdown

    def __repr__(self) -> str:
        return self._markdown


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as an error of ours, instead of ending the kernel."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(f"%%claude: {message}\n{USAGE}")


_PARSER: Final = _Parser(prog="%%claude", add_help=False)
_PARSER.add_argument("workspace")
_PARSER.add_argument("--session")
_PARSER.add_argument("--key")
