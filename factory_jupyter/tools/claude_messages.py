"""The SDK's messages as agent events: one fold with little memory, no input or output.

Rules that were measured on the CLI: a turn ends at any result, asked for or not; costs are sums for the whole process;
a turn is judged by its error flag and terminal reason, never by its subtype; partial text of a lost attempt is void at
the next message_start; every name the CLI uses is an open set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from factory_jupyter.model import agent, wire
from factory_jupyter.model.agent import AgentEvent
from factory_jupyter.tools import claude_content, claude_failures

if TYPE_CHECKING:
    import claude_agent_sdk as sdk

MODES: Final = frozenset({"default", "acceptEdits", "plan", "bypassPermissions"})
_DELTAS: Final[Mapping[str, tuple[wire.DeltaKind, str]]] = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "input_json_delta": ("tool_input", "partial_json"),
}
_WORKING: Final = frozenset({"requesting", "compacting"})


class ClaudeMessages:
    """What one session's messages mean, in the order in which they come."""

    def __init__(self, permission_mode: wire.PermissionMode, spent_usd: float = 0.0) -> None:
        self._in_turn = False
        self._session_id = ""
        self._mode: str = permission_mode
        self._spent = spent_usd
        self._open: defaultdict[str | None, set[int]] = defaultdict(set)
        self._error: str | None = None
        self._model: str | None = None
        self._context: int | None = None

    def translate(self, message: sdk.Message) -> Iterator[AgentEvent]:
        """The events that a message tells; often none."""
        import claude_agent_sdk as sdk

        match message:
            case sdk.StreamEvent():
                yield from self._stream(message.event, message.parent_tool_use_id)
            case sdk.AssistantMessage():
                yield from self._assistant(message)
            case sdk.UserMessage():
                yield from claude_content.tool_results(message)
            case sdk.ResultMessage():
                yield from self._result(message)
            case sdk.SystemMessage():
                yield from self._system(message.subtype, message.data)
            case sdk.RateLimitEvent():
                yield from _usage_limit(message.rate_limit_info)
            case sdk.ConversationResetMessage():
                self._spent = 0.0  # the CLI counts from zero again
                yield agent.Said(
                    level="info",
                    code="conversation_cleared",
                    text="The conversation was cleared; Claude starts afresh.",
                )

    def _begin(self) -> Iterator[AgentEvent]:
        if not self._in_turn:
            self._in_turn = True
            self._error = None
            yield agent.TurnBegan()

    def _stream(self, event: Mapping[str, Any], parent: str | None) -> Iterator[AgentEvent]:
        yield from self._begin()
        match event.get("type"):
            case "message_start":
                yield from self._void(parent)
                self._count_context(event["message"].get("usage"), parent)
            case "content_block_delta":
                delta = event["delta"]
                if known := _DELTAS.get(delta.get("type", "")):
                    kind, key = known
                    self._open[parent].add(event["index"])
                    yield agent.Partial(kind=kind, index=event["index"], text=delta[key], parent_tool_use_id=parent)
            case "message_delta":
                self._count_context(event.get("usage"), parent)

    def _void(self, parent: str | None) -> Iterator[AgentEvent]:
        if self._open.pop(parent, None):
            yield agent.PartialsVoid()

    def _count_context(self, usage: Mapping[str, Any] | None, parent: str | None) -> None:
        if usage and parent is None:
            counted = claude_content.usage(usage)
            total = (
                counted.input_tokens
                + counted.cache_read_input_tokens
                + counted.cache_creation_input_tokens
                + counted.output_tokens
            )
            self._context = total or self._context

    def _assistant(self, message: sdk.AssistantMessage) -> Iterator[AgentEvent]:
        yield from self._begin()
        if message.error:
            self._error = message.error  # its text comes again, with the facts, in the turn's result
            return
        if message.parent_tool_use_id is None and message.model != claude_content.SYNTHETIC:
            self._model = message.model
        for block in message.content:
            # Blocks settle in the order of their indices, each before its own content_block_stop.
            if unsettled := self._open.get(message.parent_tool_use_id):
                unsettled.discard(min(unsettled))
            yield from claude_content.block(block, message.parent_tool_use_id)

    def _system(self, subtype: str, data: Mapping[str, Any]) -> Iterator[AgentEvent]:
        match subtype:
            case "init":
                if (session_id := data.get("session_id", "")) and session_id != self._session_id:
                    self._session_id = session_id
                    yield agent.ConversationNamed(claude_session_id=session_id)
                yield from self.mode_is(data.get("permissionMode"))
                yield from self._begin()
            case "status":
                yield from self.mode_is(data.get("permissionMode"))
                if data.get("status") in _WORKING:
                    yield from self._begin()
            case "api_retry":
                yield agent.Retrying(
                    attempt=data.get("attempt", 0),
                    delay_ms=round(data.get("retry_delay_ms", 0)),
                    status=data.get("error_status"),
                    max_attempts=data.get("max_retries"),
                    reason=data.get("error"),
                )
            case "compact_boundary":
                facts = data.get("compact_metadata") or {}
                text = f"The conversation was compacted: {facts.get('pre_tokens', '?')} tokens before it."
                yield agent.Said(level="info", code="compacted", text=text)
            case "model_fallback":
                text = (
                    f"Claude Code went on with another model: {data.get('to_model') or data.get('model') or 'unknown'}."
                )
                yield agent.Said(level="warning", code="model_fallback", text=text)

    def mode_is(self, mode: str | None) -> Iterator[AgentEvent]:
        """The CLI was seen in this mode; tells it when it is another one than before."""
        if mode in MODES and mode != self._mode:
            self._mode = mode
            yield agent.ModeSet(permission_mode=cast(wire.PermissionMode, mode))

    def _result(self, message: sdk.ResultMessage) -> Iterator[AgentEvent]:
        yield from self._begin()
        for parent in list(self._open):
            yield from self._void(parent)
        self._in_turn = False
        total = message.total_cost_usd if message.total_cost_usd is not None else self._spent
        cost, self._spent = max(0.0, total - self._spent), total
        reason, failure = self._judged(message)
        per_model: Mapping[str, Any] = message.model_usage or {}
        facts: Mapping[str, Any] = per_model.get(self._model or "") or {}
        yield agent.TurnEnded(
            is_error=failure is not None,
            reason=reason,
            message_ids=tuple(message.user_message_uuids or filter(None, [message.user_message_uuid])),
            result=failure.text if failure else message.result,
            usage=claude_content.usage(message.usage or {}, cost),
            cost_usd=cost,
            duration_ms=message.duration_ms,
            model=self._model,
            error_code=failure.code if failure else None,
            context_tokens=self._context,
            context_window=facts.get("contextWindow"),
        )

    def _judged(self, message: sdk.ResultMessage) -> tuple[str, claude_failures.Failure | None]:
        terminal = message.terminal_reason or ""
        if terminal.startswith("aborted"):
            return "interrupted", None
        if not message.is_error:
            return terminal or "completed", None
        said = "\n".join(message.errors or []) or message.result or ""
        if self._error or message.api_error_status is not None or terminal == "api_error":
            return "api_error", claude_failures.of_api(self._error, message.api_error_status, said)
        reason = terminal or message.subtype
        return reason, claude_failures.Failure(reason, said or f"The turn ended early: {reason}.")


def _usage_limit(info: sdk.RateLimitInfo) -> Iterator[AgentEvent]:
    if info.status == "allowed":
        return
    window = (info.rate_limit_type or "usage").replace("_", " ")
    used = "" if info.utilization is None else f" ({info.utilization:.0%} used)"
    reached = "is reached" if info.status == "rejected" else "is close"
    until = (
        "" if info.resets_at is None else f" It is reset at {datetime.fromtimestamp(info.resets_at, UTC):%F %H:%M} UTC."
    )
    yield agent.Said(
        level="warning", code="usage_limit", text=f"The {window} limit of your plan {reached}{used}.{until}"
    )
