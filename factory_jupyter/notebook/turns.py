"""One message and what became of it: finding its turn among a session's frames, and the turn as a result."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from factory_jupyter.errors import AgentFailed, Conflict
from factory_jupyter.model import wire

LIVE: Final = (wire.Delta, wire.DeltasDropped, wire.ApiRetry)
Event = wire.SettledEvent | wire.Delta | wire.DeltasDropped | wire.ApiRetry

_WRITING_TOOLS: Final = {
    "Write": "file_path",
    "Edit": "file_path",
    "MultiEdit": "file_path",
    "NotebookEdit": "notebook_path",
}


def message_id(key: str | None, text: str) -> str:
    """Id of a message: random, or always the same for a ``key`` and ``text``, so that asking again is reading again."""
    if key is None:
        return f"ask-{secrets.token_hex(12)}"
    both = f"{key}\0{text}".encode()
    return f"ask-{hashlib.sha256(both).hexdigest()[:24]}"


@dataclass(frozen=True)
class Turn:
    """What Claude did with one message.

    ``text`` is everything it said, in Markdown (``result``: its last words alone). ``files`` are the paths it wrote,
    relative to the worktree. ``duration`` is in seconds, ``cost_usd`` by the CLI's price list. ``events`` are the
    settled events in order.
    """

    number: int
    text: str = field(repr=False)
    result: str = field(repr=False)
    is_error: bool
    reason: str
    cost_usd: float = field(repr=False)
    duration: float = field(repr=False)
    usage: wire.Usage = field(repr=False)
    model: str | None = field(repr=False)
    files: list[str] = field(repr=False)
    events: list[wire.SettledEvent] = field(repr=False)

    def raise_for_error(self) -> Turn:
        """The turn itself; raises `AgentFailed` when it ended with an error or was interrupted."""
        if self.is_error:
            raise AgentFailed(f"Turn {self.number} failed ({self.reason}): {self.result or 'Claude gave no reason'}")
        return self

    def _repr_markdown_(self) -> str:
        from factory_jupyter.notebook.render import turn_markdown

        return turn_markdown(self.events)


def turn_of(events: Sequence[wire.SettledEvent], worktree: str | None) -> Turn:
    """The turn that these events tell; the last one is its `wire.TurnFinished`."""
    end = events[-1]
    assert isinstance(end, wire.TurnFinished)
    said = [
        event.block.text
        for event in events
        if isinstance(event, wire.BlockSettled)
        and isinstance(event.block, wire.TextBlock)
        and event.parent_tool_use_id is None
    ]
    return Turn(
        number=end.turn,
        text="\n\n".join(said),
        result=end.result or (said[-1] if said else ""),
        is_error=end.is_error,
        reason=end.reason,
        cost_usd=end.cost_usd,
        duration=end.duration_ms / 1000,
        usage=end.usage or wire.Usage(),
        model=end.model,
        files=_files_written(events, worktree),
        events=list(events),
    )


def _files_written(events: Sequence[wire.SettledEvent], worktree: str | None) -> list[str]:
    failed = {event.tool_use_id for event in events if isinstance(event, wire.ToolResult) and event.is_error}
    written: dict[str, None] = {}
    for event in events:
        match event:
            case wire.BlockSettled(block=wire.ToolUseBlock(tool_use_id=id, name=name, input=values)):
                path = values.get(_WRITING_TOOLS.get(name, ""))
                if isinstance(path, str) and id not in failed:
                    written[_relative(path, worktree)] = None
    return list(written)


def _relative(path: str, worktree: str | None) -> str:
    if worktree and PurePath(path).is_relative_to(worktree):
        return PurePath(path).relative_to(worktree).as_posix()
    return path


class TurnReader:
    """Picks one turn out of a session's frames: the one that ``message_id`` began, or the next that ends.

    The message may be sent before its turn is announced or just after, so what precedes it in an open turn counts as
    its own.
    """

    def __init__(self, message_id: str | None = None) -> None:
        self.message_id = message_id
        self.is_sent = message_id is None
        self.is_finished = False
        self.settled: list[wire.SettledEvent] = []

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun, or is about to, that has not ended yet."""
        begins = (wire.TurnStarted, wire.MessageSent)
        return not self.is_finished and any(isinstance(event, begins) for event in self.settled)

    def take(self, frame: wire.ServerFrame) -> list[Event]:
        """The events that this frame adds to the turn; raises `Conflict` when somebody took the message back."""
        if isinstance(frame, wire.Settled):
            return self._settle(frame)
        return [frame] if self.is_sent and isinstance(frame, LIVE) else []

    def _settle(self, event: wire.SettledEvent) -> list[Event]:
        if isinstance(event, wire.MessageCancelled) and event.message_id == self.message_id:
            raise Conflict("The message was taken back before Claude got it.")
        self.settled.append(event)
        if isinstance(event, wire.TurnFinished):
            self.is_finished = self.is_sent
            if not self.is_finished:
                self.settled.clear()  # An earlier turn, which our message waited for.
            return [event] if self.is_finished else []
        if isinstance(event, wire.MessageSent) and event.message_id == self.message_id:
            self.is_sent = True
            return [*self.settled]
        return [event] if self.is_sent else []
