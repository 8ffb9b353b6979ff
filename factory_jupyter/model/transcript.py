"""The fold from a session's frames to what is drawn: turns with their items, the queue, open questions, totals.

Pure: no clock, no disk. The same fold exists in TypeScript (``labextension/src/state/session.ts``); both replay
``tests/recordings/``, whose README describes every field of `Transcript`. Two rules make "live" and "after a reload"
the same: settled events carry the whole truth, and a settled event that was seen before changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from factory_jupyter.model import wire
from factory_jupyter.model.states import SessionPhase

ToolState = Literal["running", "done", "failed", "closed"]
AskedState = Literal["open", "answered", "withdrawn"]


class Drawn(msgspec.Struct, kw_only=True):
    """Base of everything in the folded state; mutable, because only the fold holds it."""


class MessageItem(Drawn, tag_field="kind", tag="message"):
    """What a person said, at the place where Claude got it."""

    message_id: str
    text: str
    attachments: list[wire.AttachmentInfo]
    by: str | None
    at: datetime


class TextItem(Drawn, tag_field="kind", tag="text"):
    """Claude's words, in Markdown."""

    text: str


class ThinkingItem(Drawn, tag_field="kind", tag="thinking"):
    """Claude's thinking."""

    text: str


class ToolOutput(Drawn):
    """What the tool answered."""

    content: str
    is_error: bool
    truncated: bool
    details: dict[str, Any] | None
    at: datetime


class ToolItem(Drawn, tag_field="kind", tag="tool"):
    """A tool card; ``children`` is the work of a sub-agent.

    ``closed``: its turn or process ended before the tool answered.
    """

    tool_use_id: str
    name: str
    input: dict[str, Any]
    at: datetime
    state: ToolState = "running"
    result: ToolOutput | None = None
    children: list[Item] = []


class QuestionItem(Drawn, tag_field="kind", tag="question"):
    """A question and what became of it; ``reason`` is set when it was withdrawn."""

    question_id: str
    question_kind: wire.QuestionKind
    tool_name: str
    tool_use_id: str | None
    input: dict[str, Any]
    suggestions: list[dict[str, Any]]
    plan: str | None
    at: datetime
    state: AskedState = "open"
    behavior: Literal["allow", "deny"] | None = None
    by: str | None = None
    message: str | None = None
    answers: dict[str, str | list[str]] | None = None
    scope: Literal["once", "session"] | None = None
    permission_mode: wire.PermissionMode | None = None
    reason: str | None = None


class NoticeItem(Drawn, tag_field="kind", tag="notice"):
    """Something to know, for example that the conversation was resumed."""

    level: wire.Level
    text: str
    code: str | None
    at: datetime


class ModeItem(Drawn, tag_field="kind", tag="mode"):
    """The permission mode became another one here."""

    permission_mode: wire.PermissionMode


class ModelItem(Drawn, tag_field="kind", tag="model"):
    """The model became another one here."""

    model: str


class StoppedItem(Drawn, tag_field="kind", tag="stopped"):
    """Claude's process ended here."""

    reason: str
    at: datetime


Item = MessageItem | TextItem | ThinkingItem | ToolItem | QuestionItem | NoticeItem | ModeItem | ModelItem | StoppedItem


class TurnEnd(Drawn):
    """How a turn ended."""

    at: datetime
    is_error: bool
    reason: str
    result: str | None
    usage: wire.Usage | None
    cost_usd: float
    duration_ms: int
    model: str | None
    error_code: str | None


class Turn(Drawn):
    """One turn with what came just before it; ``turn`` is None while (or where) nothing was started."""

    turn: int | None = None
    started_at: datetime | None = None
    items: list[Item] = []
    end: TurnEnd | None = None


class QueuedMessage(Drawn):
    """A message that waits, in order."""

    message_id: str
    text: str
    attachments: list[wire.AttachmentInfo]
    by: str | None
    at: datetime


class Partial(Drawn):
    """A block in progress: live only, replaced by its settled block."""

    kind: wire.DeltaKind
    index: int
    text: str
    parent_tool_use_id: str | None


class Retry(Drawn):
    """The API did not answer and is asked again; gone as soon as anything arrives."""

    attempt: int
    delay_ms: int
    status: int | None
    max_attempts: int | None
    reason: str | None


class Totals(Drawn):
    """Sums over the finished turns."""

    turns: int = 0
    duration_ms: int = 0
    cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0


class Transcript(Drawn):
    """The folded state. ``session``, ``agent``, ``phase``, ``partials`` and ``retry`` come from live frames alone."""

    last_seq: int = 0
    session: wire.Session | None = None
    agent: wire.AgentInfo = wire.AgentInfo()
    phase: SessionPhase = SessionPhase.IDLE
    turns: list[Turn] = []
    queue: list[QueuedMessage] = []
    questions: list[QuestionItem] = []
    partials: list[Partial] = []
    retry: Retry | None = None
    totals: Totals = msgspec.field(default_factory=Totals)


def fold(frames: Iterable[wire.ServerFrame]) -> Transcript:
    """The transcript after ``frames``."""
    transcript = Transcript()
    for frame in frames:
        apply(transcript, frame)
    return transcript


def apply(transcript: Transcript, frame: wire.ServerFrame) -> None:
    """Take one frame into the transcript. Settled events that were taken before are ignored."""
    if isinstance(frame, wire.Settled):
        if frame.seq > transcript.last_seq:
            transcript.last_seq = frame.seq
            _settle(transcript, frame)
    else:
        _live(transcript, frame)


def _settle(state: Transcript, event: wire.SettledEvent) -> None:
    match event:
        case wire.MessageQueued():
            _queue(state, event)
        case wire.MessageCancelled():
            state.queue = [message for message in state.queue if message.message_id != event.message_id]
        case wire.MessageSent():
            _send(state, event)
        case wire.TurnStarted():
            _start_turn(state, event)
        case wire.BlockSettled():
            _add_block(state, event)
        case wire.ToolResult():
            _finish_tool(state, event)
        case wire.QuestionAsked():
            _ask(state, event)
        case wire.QuestionAnswered():
            _answer(state, event)
        case wire.QuestionWithdrawn():
            _withdraw(state, event)
        case wire.TurnFinished():
            _finish_turn(state, event)
        case wire.ModeChanged():
            _current(state).items.append(ModeItem(permission_mode=event.permission_mode))
        case wire.ModelChanged():
            _current(state).items.append(ModelItem(model=event.model))
        case wire.Notice():
            _current(state).items.append(NoticeItem(level=event.level, text=event.text, code=event.code, at=event.at))
        case wire.SessionStopped():
            _halt(state)
            _current(state).items.append(StoppedItem(reason=event.reason, at=event.at))


def _live(state: Transcript, frame: wire.LiveFrame) -> None:
    match frame:
        case wire.Hello():
            # A new connection: what was in progress is told again after it.
            state.session, state.agent, state.phase = frame.session, frame.agent, frame.session.phase
            state.partials, state.retry = [], None
        case wire.SessionChanged():
            state.session, state.phase = frame.session, frame.session.phase
        case wire.AgentInfoChanged():
            state.agent = frame.agent
        case wire.PhaseChanged():
            state.phase = frame.phase
        case wire.Delta():
            state.retry = None
            grow(state.partials, frame)
        case wire.DeltasDropped():
            state.partials = []
        case wire.ApiRetry():
            state.retry = Retry(
                attempt=frame.attempt,
                delay_ms=frame.delay_ms,
                status=frame.status,
                max_attempts=frame.max_attempts,
                reason=frame.reason,
            )
        case wire.ErrorFrame():
            pass  # Answers one command; the composer shows it.


# --- The queue and turns --------------------------------------------------------------------------------------------


def _current(state: Transcript) -> Turn:
    """The turn that takes the next item; after a finished turn, a new one without a number."""
    if not state.turns or state.turns[-1].end is not None:
        state.turns.append(Turn())
    return state.turns[-1]


def _queue(state: Transcript, event: wire.MessageQueued) -> None:
    for message in state.queue:
        if message.message_id == event.message_id:
            message.text, message.attachments = event.text, event.attachments
            return
    state.queue.append(
        QueuedMessage(
            message_id=event.message_id, text=event.text, attachments=event.attachments, by=event.by, at=event.at
        )
    )


def _send(state: Transcript, event: wire.MessageSent) -> None:
    for position, message in enumerate(state.queue):
        if message.message_id == event.message_id:
            del state.queue[position]
            _current(state).items.append(
                MessageItem(
                    message_id=message.message_id,
                    text=message.text,
                    attachments=message.attachments,
                    by=message.by,
                    at=event.at,
                )
            )
            return


def _start_turn(state: Transcript, event: wire.TurnStarted) -> None:
    turn = _current(state)
    if turn.turn is not None:
        turn = Turn()
        state.turns.append(turn)
    turn.turn, turn.started_at = event.turn, event.at


def _finish_turn(state: Transcript, event: wire.TurnFinished) -> None:
    turn = _current(state)
    _halt(state)
    if turn.turn is None:
        turn.turn = event.turn
    turn.end = TurnEnd(
        at=event.at,
        is_error=event.is_error,
        reason=event.reason,
        result=event.result,
        usage=event.usage,
        cost_usd=event.cost_usd,
        duration_ms=event.duration_ms,
        model=event.model,
        error_code=event.error_code,
    )
    totals, usage = state.totals, event.usage or wire.Usage()
    totals.turns += 1
    totals.duration_ms += event.duration_ms
    totals.cost_usd += event.cost_usd
    totals.input_tokens += usage.input_tokens
    totals.output_tokens += usage.output_tokens
    totals.cache_read_input_tokens += usage.cache_read_input_tokens
    totals.cache_creation_input_tokens += usage.cache_creation_input_tokens


def _halt(state: Transcript) -> None:
    """Nothing is in progress any more: no partial text, no retry, no tool card that spins."""
    state.partials, state.retry = [], None
    if state.turns:
        for tool in _tools(state.turns[-1].items):
            if tool.state == "running":
                tool.state = "closed"


# --- Blocks and tools -----------------------------------------------------------------------------------------------

PARTIAL_OF: dict[type[wire.Block], wire.DeltaKind] = {
    wire.TextBlock: "text",
    wire.ThinkingBlock: "thinking",
    wire.ToolUseBlock: "tool_input",
}


def _add_block(state: Transcript, event: wire.BlockSettled) -> None:
    state.retry = None
    supersede(state.partials, PARTIAL_OF[type(event.block)], event.parent_tool_use_id)
    parent = _tool(state, event.parent_tool_use_id)
    items = _current(state).items if parent is None else parent.children
    match event.block:
        case wire.TextBlock(text=text):
            items.append(TextItem(text=text))
        case wire.ThinkingBlock(text=text):
            items.append(ThinkingItem(text=text))
        case wire.ToolUseBlock(tool_use_id=id, name=name, input=input):
            items.append(ToolItem(tool_use_id=id, name=name, input=input, at=event.at))


def supersede(partials: list[Partial], kind: wire.DeltaKind, parent: str | None) -> None:
    """A settled block ends the first partial of its kind: blocks settle in the order in which they began."""
    same = [partial for partial in partials if (partial.kind, partial.parent_tool_use_id) == (kind, parent)]
    if same:
        partials.remove(min(same, key=lambda partial: partial.index))


def grow(partials: list[Partial], delta: wire.Delta) -> None:
    """Add a delta to the block in progress that it belongs to."""
    begun = Partial(kind=delta.kind, index=delta.index, text=delta.text, parent_tool_use_id=delta.parent_tool_use_id)
    for position, partial in enumerate(partials):
        if (partial.index, partial.parent_tool_use_id) == (delta.index, delta.parent_tool_use_id):
            if delta.reset or partial.kind != delta.kind:
                partials[position] = begun
            else:
                partial.text += delta.text
            return
    partials.append(begun)


def _finish_tool(state: Transcript, event: wire.ToolResult) -> None:
    tool = _tool(state, event.tool_use_id)
    if tool is not None:
        tool.state = "failed" if event.is_error else "done"
        tool.result = ToolOutput(
            content=event.content,
            is_error=event.is_error,
            truncated=event.truncated,
            details=event.details,
            at=event.at,
        )


def _tool(state: Transcript, tool_use_id: str | None) -> ToolItem | None:
    """The card with this id, newest turn first: a background task may answer in a later turn."""
    if tool_use_id is None:
        return None
    for turn in reversed(state.turns):
        for tool in _tools(turn.items):
            if tool.tool_use_id == tool_use_id:
                return tool
    return None


def _tools(items: list[Item]) -> Iterator[ToolItem]:
    for item in reversed(items):
        if isinstance(item, ToolItem):
            yield from _tools(item.children)
            yield item


# --- Questions ------------------------------------------------------------------------------------------------------


def _ask(state: Transcript, event: wire.QuestionAsked) -> None:
    question = QuestionItem(
        question_id=event.question_id,
        question_kind=event.kind,
        tool_name=event.tool_name,
        tool_use_id=event.tool_use_id,
        input=event.input,
        suggestions=event.suggestions,
        plan=event.plan,
        at=event.at,
    )
    _current(state).items.append(question)
    state.questions.append(question)


def _answer(state: Transcript, event: wire.QuestionAnswered) -> None:
    if question := _close(state, event.question_id):
        question.state, question.behavior, question.by = "answered", event.behavior, event.by
        question.message, question.answers = event.message, event.answers
        question.scope, question.permission_mode = event.scope, event.permission_mode


def _withdraw(state: Transcript, event: wire.QuestionWithdrawn) -> None:
    if question := _close(state, event.question_id):
        question.state, question.reason = "withdrawn", event.reason


def _close(state: Transcript, question_id: str) -> QuestionItem | None:
    for position, question in enumerate(state.questions):
        if question.question_id == question_id:
            return state.questions.pop(position)
    return None
