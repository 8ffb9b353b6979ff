"""What each event of the agent means for its session."""

from __future__ import annotations

from factory_jupyter.model import agent, wire
from factory_jupyter.model.limits import MAX_RESULT_TEXT, cut_middle, cut_values
from factory_jupyter.services.session_record import SessionRecord


def take(record: SessionRecord, event: agent.AgentEvent) -> None:
    """Take one event into the session. Never waits; `agent.ConversationNamed` and `agent.Died` are the runner's."""
    match event:
        case agent.Partial():
            record.feed.tell(
                wire.Delta(
                    kind=event.kind,
                    index=event.index,
                    text=event.text,
                    parent_tool_use_id=event.parent_tool_use_id,
                )
            )
        case agent.PartialsVoid():
            record.feed.tell(wire.DeltasDropped())
        case agent.BlockDone():
            record.begin_turn()
            _settle_block(record, event)
        case agent.ToolDone():
            _settle_result(record, event)
        case agent.TurnBegan():
            record.begin_turn()
        case agent.TurnEnded():
            record.questions.withdraw_all("The turn has ended.")
            record.end_turn(event)
        case agent.Asked():
            record.begin_turn()
            question = record.questions.ask(event)
            record.notify("needs_you", f"{question.tool_name}: {_gist(event)}")
            record.announce()
        case agent.Withdrawn():
            record.questions.withdraw(event.id, event.reason)
            record.announce()
        case agent.Retrying():
            record.feed.tell(
                wire.ApiRetry(
                    attempt=event.attempt,
                    delay_ms=event.delay_ms,
                    status=event.status,
                    max_attempts=event.max_attempts,
                    reason=event.reason,
                )
            )
        case agent.ModeSet():
            set_mode(record, event.permission_mode)
        case agent.Said():
            record.say(event.level, event.text, event.code)
        case agent.InfoTold():
            record.info = event.info
            record.feed.tell(wire.AgentInfoChanged(agent=event.info))


def set_mode(record: SessionRecord, mode: wire.PermissionMode) -> None:
    """The permission mode is this one now."""
    if mode != record.row.permission_mode:
        changed = wire.ModeChanged(**record.stamp(), permission_mode=mode)
        record.update([changed], permission_mode=mode)
        record.announce()


def _settle_block(record: SessionRecord, event: agent.BlockDone) -> None:
    block = event.block
    if isinstance(block, wire.ToolUseBlock):
        block = wire.ToolUseBlock(tool_use_id=block.tool_use_id, name=block.name, input=cut_values(block.input))
    record.feed.append(
        wire.BlockSettled(
            **record.stamp(), turn=record.row.turns, block=block, parent_tool_use_id=event.parent_tool_use_id
        )
    )


def _settle_result(record: SessionRecord, event: agent.ToolDone) -> None:
    content, truncated = cut_middle(event.content, MAX_RESULT_TEXT)
    record.feed.append(
        wire.ToolResult(
            **record.stamp(),
            tool_use_id=event.tool_use_id,
            content=content,
            is_error=event.is_error,
            truncated=truncated,
            details=None if event.details is None else cut_values(event.details),
        )
    )


def _gist(asked: agent.Asked) -> str:
    """What is asked, in a line: the command, the file, the question, the plan's first line."""
    if asked.kind == "plan":
        return (asked.plan or "a plan").strip().splitlines()[0]
    if asked.kind == "ask_user":
        questions = asked.input.get("questions")
        first = questions[0] if isinstance(questions, list) and questions else None
        return str(first.get("question", "")) if isinstance(first, dict) else ""
    for name in ("command", "file_path", "notebook_path", "url", "path"):
        if isinstance(value := asked.input.get(name), str):
            return value
    return "permission"
