"""The chat and the board in a cell: the components of the panel, as anywidgets.

The browser draws (``labextension/src/widgets``); the kernel relays frames where the page cannot reach the server
itself, and keeps the record below the widget up to date, at the end of each turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Final

import anywidget
from IPython.display import display
from traitlets import Int, Unicode

from factory_jupyter.errors import FactoryError, Unavailable
from factory_jupyter.model import wire
from factory_jupyter.model.transcript import Transcript, apply, fold
from factory_jupyter.notebook import render
from factory_jupyter.notebook.aio.sessions import events_of
from factory_jupyter.notebook.loop import private_loop, run
from factory_jupyter.notebook.record import Bundle, Record
from factory_jupyter.notebook.relay import Relay
from factory_jupyter.notebook.transport import Server

STATIC: Final = Path(__file__).parent / "static"


def _built(name: str) -> Path:
    path = STATIC / name
    if not path.exists():
        raise Unavailable(f"The widgets are not built: {path} is missing. In a checkout, run `make install`.")
    return path


class SocketWidget(anywidget.AnyWidget):
    """A view of one of the server's sockets; the kernel relays where the page cannot reach it."""

    path = Unicode(help="Path of the socket below factory/.").tag(sync=True)
    noun: ClassVar[str]

    def __init__(self, server: Server, path: str, title: str, **traits: Any) -> None:
        self.title = title
        self.server = server
        self._relay = Relay(server, path, self.send)
        super().__init__(path=path, **traits)
        self.on_msg(self._receive)

    def close(self) -> None:
        """End it in every view."""
        self._relay.close()
        super().close()

    def _receive(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        self._relay.receive(content)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle
        data, metadata = bundle
        # For readers without a kernel.
        heading = f"{self.noun}: {self.title}"
        return data | {"text/markdown": f"#### {heading}", "text/html": f"<b>{escape(heading)}</b>"}, metadata

    def _ipython_display_(self) -> None:
        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return f"<{self.noun} {self.title!r}>"


class Asked(SocketWidget):
    """The open questions of a session, with their buttons; nothing when they are answered."""

    _esm = _built("asked.js")
    _css = _built("asked.css")
    noun = "Claude asked"

    root = Unicode(help="The worktree; paths in it are shown relative to it.").tag(sync=True)

    def __init__(self, server: Server, session_id: str, title: str, worktree: str | None) -> None:
        super().__init__(server, f"chat/{session_id}", title, root=worktree or "")


class RecordedWidget(SocketWidget):
    """A widget with a record below it, which stays in the saved notebook."""

    record = Unicode(help="Id of the record below, which the view hides.").tag(sync=True)

    def __init__(self, server: Server, path: str, title: str) -> None:
        self._record = Record(self.draw)
        self._following: asyncio.Future[None] | None = None
        super().__init__(server, path, title, record=self._record.id)

    def draw(self, record_id: str) -> Bundle:
        """The record as ``text/markdown``, ``text/html`` and ``text/plain``."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Keep what `draw` draws up to date, for ever."""
        raise NotImplementedError

    def close(self) -> None:
        """End it in every view; the record stays."""
        if self._following:
            private_loop().call_soon_threadsafe(self._following.cancel)
        super().close()

    def _ipython_display_(self) -> None:
        super()._ipython_display_()
        self._record.show()
        if self._following is None:
            self._following = run(_begun(self._followed()))

    async def _followed(self) -> None:
        # The server went away for good: the record stays as it is, and the view says so itself.
        with suppress(FactoryError):
            await self.follow()


class Chat(RecordedWidget):
    """A conversation in a cell."""

    _esm = _built("chat.js")
    _css = _built("chat.css")
    noun = "Chat"

    root = Unicode(help="The worktree; paths in it are shown relative to it.").tag(sync=True)
    session_id = Unicode(help="The server's id of the session.").tag(sync=True)
    last_seq = Int(help="Number of the last settled event.").tag(sync=True)
    phase = Unicode(help="idle, starting, running, waiting, stopping or stopped.").tag(sync=True)

    def __init__(self, server: Server, session: wire.Session, title: str, worktree: str | None) -> None:
        self._transcript: Transcript = fold(run(events_of(server, session.id)))
        super().__init__(server, f"chat/{session.id}", title)
        self.root = worktree or ""
        self.session_id, self.phase = session.id, session.phase.value
        self.last_seq = self._transcript.last_seq

    def draw(self, record_id: str) -> Bundle:
        """The conversation so far."""
        return {
            "text/plain": f"<Transcript of {self.title!r}>",
            "text/markdown": self._relative(render.transcript_markdown(self._transcript)),
            "text/html": self._relative(render.transcript_html(self._transcript, record_id)),
        }

    def _relative(self, text: str) -> str:
        """Paths as a reader of the repository knows them, not as they are on this machine."""
        return text.replace(f"{self.root}/", "") if self.root else text

    async def follow(self) -> None:
        """Fold the session's frames; write the record at the end of each turn, and while a question waits."""
        async for frame in self.server.chat(self.session_id, self._transcript.last_seq):
            apply(self._transcript, frame)
            self.phase = self._transcript.phase.value
            if isinstance(frame, wire.TurnFinished | wire.QuestionAsked | wire.QuestionAnswered | wire.Hello):
                self.last_seq = self._transcript.last_seq
                self._record.refresh()


class Board(RecordedWidget):
    """The board in a cell."""

    _esm = _built("board.js")
    _css = _built("board.css")
    noun = "Board"

    def __init__(self, server: Server) -> None:
        self._workspaces: dict[str, wire.Workspace] = {}
        super().__init__(server, "board", "all projects")
        self._keep(run(server.call("GET", "workspaces", list[wire.Workspace])))

    def draw(self, record_id: str) -> Bundle:
        """The workspaces by column."""
        workspaces = list(self._workspaces.values())
        return {
            "text/plain": "<Workspaces>",
            "text/markdown": render.board_markdown(workspaces),
            "text/html": render.board_html(workspaces, record_id),
        }

    async def follow(self) -> None:
        """Take the board's frames; write the record when a workspace has changed."""
        async for frame in self.server.board():
            match frame:
                case wire.Snapshot(workspaces=workspaces):
                    self._workspaces.clear()
                    self._keep(workspaces)
                case wire.WorkspaceChanged(workspace=workspace):
                    self._keep([workspace])
                case wire.WorkspaceRemoved(id=id):
                    self._workspaces.pop(id, None)
                case _:
                    continue
            self._record.refresh()

    def _keep(self, workspaces: list[wire.Workspace]) -> None:
        self._workspaces |= {workspace.id: workspace for workspace in workspaces}

    def _receive(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        match content:
            case {"session": str(session), "answer": dict(answer), "request": str(request)}:
                asyncio.run_coroutine_threadsafe(self._answer(session, answer, request), private_loop())
            case _:
                super()._receive(widget, content, buffers)

    async def _answer(self, session: str, answer: dict[str, Any], request: str) -> None:
        """Answer a question from a card; the outcome goes back under the request's id."""
        try:
            await self.server.call("POST", f"sessions/{session}/commands", wire.Accepted, answer)
            self.send({"request": request})
        except FactoryError as refusal:
            self.send({"request": request, "error": refusal.message})


async def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    return asyncio.ensure_future(work)
