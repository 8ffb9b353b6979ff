"""Blocks, tool results and counts of tokens, as the CLI and its transcripts write them, in our own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from factory_jupyter.model import agent, wire

if TYPE_CHECKING:
    import claude_agent_sdk as sdk

SYNTHETIC: Final = "<synthetic>"  # the CLI's "model" of what it wrote itself: answers of local commands, errors
MAX_IMAGES: Final = 4 * 1024 * 1024  # characters of base64 that are kept of one tool result

# Keys of the CLI's structured results that are worth keeping; the others repeat the input or the whole file.
_DETAILS: Final[Mapping[str, str]] = {
    "stdout": "stdout",
    "stderr": "stderr",
    "interrupted": "interrupted",
    "structuredPatch": "structured_patch",
    "filePath": "file_path",
    "type": "type",
    "backgroundTaskId": "background_task_id",
    "answers": "answers",
    "numFiles": "num_files",
    "totalDurationMs": "duration_ms",
    "totalTokens": "total_tokens",
}


def block(content: sdk.ContentBlock, parent: str | None) -> Iterator[agent.AgentEvent]:
    """A finished block of an answer; server-side tools come with their result."""
    import claude_agent_sdk as sdk

    done: wire.Block | None = None
    match content:
        case sdk.TextBlock() if content.text:
            done = wire.TextBlock(text=content.text)
        case sdk.ThinkingBlock() if content.thinking:
            done = wire.ThinkingBlock(text=content.thinking)
        case sdk.ToolUseBlock() | sdk.ServerToolUseBlock():
            done = wire.ToolUseBlock(tool_use_id=content.id, name=content.name, input=content.input)
        case sdk.ToolResultBlock():
            yield tool_result(content.tool_use_id, content.content, bool(content.is_error))
    if done:
        yield agent.BlockDone(block=done, parent_tool_use_id=parent)


def tool_results(message: sdk.UserMessage) -> Iterator[agent.ToolDone]:
    """The tool results of a user message; what people said in it is known already."""
    import claude_agent_sdk as sdk

    if isinstance(message.content, str):
        return
    structured = message.tool_use_result if isinstance(message.tool_use_result, dict) else None
    for content in message.content:
        if isinstance(content, sdk.ToolResultBlock):
            yield tool_result(content.tool_use_id, content.content, bool(content.is_error), structured)


def tool_result(
    tool_use_id: str, content: str | list[dict[str, Any]] | None, is_error: bool, structured: Any = None
) -> agent.ToolDone:
    """A tool's answer: its text, and as details its images and what the CLI gives structured."""
    parts = [] if content is None else [{"type": "text", "text": content}] if isinstance(content, str) else content
    details: dict[str, Any] = {}
    if isinstance(structured, dict):
        details = {ours: structured[theirs] for theirs, ours in _DETAILS.items() if theirs in structured}
    if images := _images(parts):
        details["images"] = images
    return agent.ToolDone(
        tool_use_id=tool_use_id,
        content="\n".join(_text(part) for part in parts),
        is_error=is_error,
        details=details or None,
    )


def _text(part: Mapping[str, Any]) -> str:
    match part.get("type"):
        case "text":
            return str(part.get("text", ""))
        case "image":
            return "[image]"
        case "tool_reference":
            return str(part.get("tool_name", ""))
        case kind:
            return f"[{kind}]"


def _images(parts: list[dict[str, Any]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    room = MAX_IMAGES
    for part in parts:
        source = part.get("source") if part.get("type") == "image" else None
        if isinstance(source, dict) and source.get("type") == "base64" and len(source.get("data", "")) <= room:
            found.append({"media_type": source.get("media_type", ""), "data": source["data"]})
            room -= len(source["data"])
    return found


def usage(counted: Mapping[str, Any], cost_usd: float = 0.0) -> wire.Usage:
    """Tokens as the API counts them."""
    return wire.Usage(
        input_tokens=counted.get("input_tokens") or 0,
        output_tokens=counted.get("output_tokens") or 0,
        cache_read_input_tokens=counted.get("cache_read_input_tokens") or 0,
        cache_creation_input_tokens=counted.get("cache_creation_input_tokens") or 0,
        cost_usd=cost_usd,
    )
