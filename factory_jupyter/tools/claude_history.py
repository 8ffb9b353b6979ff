"""Conversations that were started in the plain CLI: which there are for a folder, and what was said in them.

Claude's own transcripts (`$CLAUDE_CONFIG_DIR/projects/<folder>/<id>.jsonl`) are read through the SDK, in a thread. Our
own sessions are never shown from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model import wire
from factory_jupyter.model.agent import AgentImage, AgentMessage, BlockDone, Said, ToolDone
from factory_jupyter.tools import claude_content

Past = AgentMessage | BlockDone | ToolDone | Said
"""What happened in an old conversation: a person's message, a block of Claude's, a tool's answer, a notice."""

# User entries that no person wrote.
_INJECTED: Final = (
    "<system-reminder>",
    "<system_instruction>",
    "<task-notification>",
    "<local-command",
    "<command-",
    "Caveat:",
)
_INTERRUPTED: Final = "[Request interrupted"
_CONTINUED: Final = "This session is being continued from a previous conversation"
_FILLER: Final = "No response requested."  # written by the CLI when it resumes a turn that was killed


async def conversations(cwd: Path) -> list[wire.Conversation]:
    """The conversations of exactly this folder, newest first; empty when there are none."""
    return await asyncio.to_thread(_conversations, cwd)


async def transcript(cwd: Path, claude_session_id: str) -> list[Past]:
    """What was said in a conversation, in order; empty when it is not known."""
    return await asyncio.to_thread(lambda: list(_transcript(cwd, claude_session_id)))


async def fork(cwd: Path, claude_session_id: str) -> str:
    """Copy a conversation as it is now; the id of the copy. Raises `AgentFailed` when Claude does not have it."""
    return await asyncio.to_thread(_fork, cwd, claude_session_id)


def _fork(cwd: Path, claude_session_id: str) -> str:
    import claude_agent_sdk as sdk

    try:
        return sdk.fork_session(claude_session_id, str(cwd)).session_id
    except (OSError, ValueError) as error:
        raise AgentFailed(f"Claude Code cannot copy this conversation ({error}). Start a new session.") from error


def _conversations(cwd: Path) -> list[wire.Conversation]:
    import claude_agent_sdk as sdk

    return [
        wire.Conversation(
            claude_session_id=found.session_id,
            summary=found.summary,
            last_modified=datetime.fromtimestamp(found.last_modified / 1000, UTC),
        )
        for found in sdk.list_sessions(str(cwd), include_worktrees=False)
    ]


def _transcript(cwd: Path, claude_session_id: str) -> Iterator[Past]:
    import claude_agent_sdk as sdk

    for entry in sdk.get_session_messages(claude_session_id, str(cwd)):
        content = entry.message.get("content") or []
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if entry.type == "user":
            yield from _said_by_user(entry.uuid, blocks)
        else:
            yield from (BlockDone(block=block) for raw in blocks if (block := _block(raw)))


def _said_by_user(uuid: str, blocks: list[dict[str, Any]]) -> Iterator[Past]:
    texts = []
    images = []
    for block in blocks:
        match block.get("type"):
            case "tool_result":
                id, content = block.get("tool_use_id", ""), block.get("content")
                yield claude_content.tool_result(id, content, bool(block.get("is_error")))
            case "text":
                texts.append(str(block.get("text", "")))
            case "image" if (source := block.get("source") or {}).get("type") == "base64":
                images.append(AgentImage(media_type=source.get("media_type", ""), data=source.get("data", "")))
    text = "\n".join(part for part in texts if not part.lstrip().startswith(_INJECTED))
    if text.startswith(_CONTINUED):
        yield Said(level="info", code="compacted", text="The conversation was compacted here.")
    elif text.startswith(_INTERRUPTED):
        yield Said(level="info", code="interrupted", text="The turn was interrupted here.")
    elif text or images:
        yield AgentMessage(id=uuid, text=text, images=tuple(images))


def _block(raw: Mapping[str, Any]) -> wire.Block | None:
    match raw.get("type"):
        case "text" if raw.get("text") and raw["text"] != _FILLER:
            return wire.TextBlock(text=raw["text"])
        case "thinking" if raw.get("thinking"):
            return wire.ThinkingBlock(text=raw["thinking"])
        case "tool_use" | "server_tool_use":
            return wire.ToolUseBlock(
                tool_use_id=raw.get("id", ""), name=raw.get("name", ""), input=raw.get("input") or {}
            )
    return None
