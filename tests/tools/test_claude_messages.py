"""The fold from the SDK's messages to events, on messages that the real CLI sends seldom or not yet."""

from __future__ import annotations

from typing import Any

import claude_agent_sdk as sdk

from factory_jupyter.model import agent, wire
from factory_jupyter.model.agent import AgentEvent
from factory_jupyter.tools.claude_messages import ClaudeMessages


def told(*messages: sdk.Message, **more: Any) -> list[AgentEvent]:
    fold = ClaudeMessages("default", **more)
    return [event for message in messages for event in fold.translate(message)]


def stream(event: dict[str, Any], parent: str | None = None) -> sdk.StreamEvent:
    return sdk.StreamEvent(uuid="u", session_id="s", event=event, parent_tool_use_id=parent)


def delta(text: str, index: int = 0, parent: str | None = None) -> sdk.StreamEvent:
    piece = {"type": "text_delta", "text": text}
    return stream({"type": "content_block_delta", "index": index, "delta": piece}, parent)


def start(parent: str | None = None) -> sdk.StreamEvent:
    return stream({"type": "message_start", "message": {"usage": {"input_tokens": 5, "output_tokens": 1}}}, parent)


def assistant(*blocks: sdk.ContentBlock, **more: Any) -> sdk.AssistantMessage:
    return sdk.AssistantMessage(content=list(blocks), model="m", **more)


def result(**more: Any) -> sdk.ResultMessage:
    facts = {"subtype": "success", "duration_ms": 7, "duration_api_ms": 5, "is_error": False, "num_turns": 1}
    return sdk.ResultMessage(**{**facts, "session_id": "s", **more})


def limit(status: str, **more: Any) -> sdk.RateLimitEvent:
    return sdk.RateLimitEvent(sdk.RateLimitInfo(status=status, **more), uuid="u", session_id="s")  # type: ignore[arg-type]


def test_costs_are_differences_and_go_on_from_what_was_spent() -> None:
    ends = told(result(total_cost_usd=1.5), result(total_cost_usd=1.75), result(), spent_usd=1.0)
    assert [event.cost_usd for event in ends if isinstance(event, agent.TurnEnded)] == [0.5, 0.25, 0.0]


def test_a_lost_attempt_voids_its_own_blocks_only() -> None:
    events = told(
        start(), delta("a"), start("sub"), delta("b", 0, "sub"), start(), delta("c"), assistant(sdk.TextBlock("c"))
    )
    kinds = [type(event) for event in events]
    assert kinds.count(agent.PartialsVoid) == 1
    assert kinds.index(agent.PartialsVoid) == 3, "between b and c"
    assert told(start(), delta("a"), assistant(sdk.TextBlock("a")), start())[-1] == agent.BlockDone(
        block=wire.TextBlock(text="a")
    ), "a settled block is not void"


def test_partials_that_never_settle_are_void_when_the_turn_ends() -> None:
    events = told(start(), delta("a"), result())
    assert [type(event) for event in events[-2:]] == [agent.PartialsVoid, agent.TurnEnded]


def test_the_limit_of_a_plan_is_told_with_its_reset() -> None:
    warned, reached, *more = told(
        limit("allowed"),
        limit("allowed_warning", rate_limit_type="five_hour", utilization=0.93, resets_at=1_800_000_000),
        limit("rejected", rate_limit_type="seven_day"),
    )
    assert isinstance(warned, agent.Said)
    assert warned.text == "The five hour limit of your plan is close (93% used). It is reset at 2027-01-15 08:00 UTC."
    assert isinstance(reached, agent.Said)
    assert reached.text == "The seven day limit of your plan is reached."
    assert more == []


def test_other_endings_keep_the_words_of_the_cli() -> None:
    (_, ended) = told(result(subtype="error_max_turns", is_error=True, errors=["Reached maximum number of turns (1)"]))
    assert isinstance(ended, agent.TurnEnded)
    assert (ended.is_error, ended.reason, ended.error_code) == (True, "error_max_turns", "error_max_turns")
    assert ended.result == "Reached maximum number of turns (1)"


def test_names_that_nobody_knows_yet_do_no_harm() -> None:
    unknown = [
        sdk.SystemMessage(subtype="something_new", data={"a": 1}),
        sdk.SystemMessage(subtype="status", data={"status": "new", "permissionMode": "auto"}),
        stream({"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "x": 1}}),
        stream({"type": "ping"}),
    ]
    assert told(*unknown) == [agent.TurnBegan()]


def test_images_of_a_tool_are_kept_beside_its_text() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    content = [{"type": "text", "text": "a plot"}, image, {"type": "new"}]
    message = sdk.UserMessage(content=[sdk.ToolResultBlock(tool_use_id="t", content=content)])
    assert told(message) == [
        agent.ToolDone(
            tool_use_id="t",
            content="a plot\n[image]\n[new]",
            is_error=False,
            details={"images": [{"media_type": "image/png", "data": "AAAA"}]},
        )
    ]


def test_what_people_said_is_not_told_again() -> None:
    assert told(sdk.UserMessage(content="hello"), sdk.UserMessage(content=[sdk.TextBlock("hello")])) == []
