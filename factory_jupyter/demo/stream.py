"""One answer of the Messages API as the events of its stream, or as one JSON body. Pure."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from factory_jupyter.demo.script import Step, substitute

PIECE = 14  # characters for each delta: about three words, what a real model's stream feels like
MAX_PIECES = 300  # a huge text or tool input is not cut finer than this

Event = dict[str, Any]


def blocks(step: Step, variables: dict[str, str]) -> list[dict[str, Any]]:
    """The content blocks of the finished message."""
    content: list[dict[str, Any]] = []
    if step.thinking is not None:
        content.append({"type": "thinking", "thinking": step.thinking, "signature": "c2ln"})
    if step.text is not None:
        content.append({"type": "text", "text": substitute(step.text, variables)})
    for call in step.tools:
        values = substitute(call.input, variables)
        if step.filler:
            first = next(key for key, value in values.items() if isinstance(value, str))
            values = {**values, first: values[first] + "x" * step.filler}
        content.append({"type": "tool_use", "id": f"toolu_{secrets.token_hex(12)}", "name": call.name, "input": values})
    return content


def message(step: Step, model: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    """The finished message: what a request without `stream` gets."""
    written = sum(len(json.dumps(block)) for block in content)
    usage = {"input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": step.stop_reason or ("tool_use" if step.tools else "end_turn"),
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1 + written // 4, "service_tier": "standard", **step.usage},
    }


def events(step: Step, finished: dict[str, Any]) -> Iterator[Event]:
    """The stream's events in order; the server paces those of type content_block_delta."""
    usage = {**finished["usage"], "output_tokens": 1}
    opening = {**finished, "content": [], "stop_reason": None, "usage": usage}
    yield {"type": "message_start", "message": opening}
    content = finished["content"]
    for index, block in enumerate(content):
        yield {"type": "content_block_start", "index": index, "content_block": _empty(block)}
        for delta in _deltas(block, step.chunks):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    if step.stamp:
        index = len(content)
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        for _ in range(step.stamp):
            # Read when this event is taken, which is when it is written: what latency benches subtract.
            delta = {"type": "text_delta", "text": f"{time.time_ns()} "}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    stop = {"stop_reason": finished["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": stop, "usage": finished["usage"]}
    yield {"type": "message_stop"}


def encode(event: Event) -> bytes:
    """One event as it goes over the wire (server-sent events)."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _empty(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "text":
            return {"type": "text", "text": ""}
        case _:
            return {**block, "input": {}}


def _deltas(block: dict[str, Any], chunks: int | None) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "thinking":
            for piece in _pieces(block["thinking"], chunks):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "text":
            for piece in _pieces(block["text"], chunks):
                yield {"type": "text_delta", "text": piece}
        case _:
            for piece in _pieces(json.dumps(block["input"]), chunks):
                yield {"type": "input_json_delta", "partial_json": piece}


def _pieces(text: str, chunks: int | None) -> Iterator[str]:
    size = max(PIECE, len(text) // MAX_PIECES) if chunks is None else max(1, -(-len(text) // chunks))
    for start in range(0, len(text), size):
        yield text[start : start + size]
