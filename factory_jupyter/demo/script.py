"""Scripts: what the scripted model answers, and where in its script a conversation stands.

Pure and stateless. Everything is derived from the request's `messages`, so that resume, fork, retry and parallel
sessions all see the same script. The one exception ("fail twice, then answer") is counted by the server.

A prompt carries its own script between marks, as a JSON list of steps::

    fix it <<S>>[{"tools": [{"name": "Bash", "input": {"command": "mkdir d"}}]}, {"text": "done"}]<<E>>

or names one of `scenarios.NAMED` (`<<K:name>>`), or is matched by its words (`scenarios.for_words`). Each answer of
the model in that turn consumes one step.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

SCRIPT = re.compile(r"<<S>>(.*?)<<E>>", re.DOTALL)
NAME = re.compile(r"<<K:([\w-]+)>>")

# Text that the CLI, not a person, puts into user messages: never the start of a turn.
INJECTED = (
    "<system-reminder>",
    "<task-notification>",
    "<local-command",
    "<command-",
    "[Request interrupted",
    "This session is being continued",
)

PLAN_FILE = re.compile(r"(?:create your plan at|plan file already exists at) (\S+\.md)")
WORKING_DIRECTORY = re.compile(r"[Ww]orking directory: ([^\n]+)")

Message = dict[str, Any]


class ToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tool_use block. `$CWD`, `$PLANFILE` and `$RESULT` are replaced in every string of the input."""

    name: str
    input: dict[str, Any] = {}


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An HTTP error instead of an answer; `times` = how often before the step is played (None: always)."""

    status: int
    message: str = "scripted failure"
    type: str | None = None
    headers: dict[str, str] = {}
    times: int | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of the model: thinking, then text, then tool calls.

    `chunks` is the number of deltas for each block (None: small pieces), `delay` the seconds between them (None: the
    server's pace). `hold` names a gate awaited before the first byte, `gate` one awaited when half of the deltas are
    out. `stamp` streams that many deltas, each the sender's `time.time_ns()`. `drop` closes the connection, "before"
    the first byte or "mid" stream, `drop_times` times (None: always). After the answer the conversation goes on at
    the step labelled `next` (None: the one below); at `refused` when a tool it called came back as an error; or at
    the label of the first text in `when` that the tool results contain (how an answer of the user changes the plot).
    `filler` adds that many characters to the first string of the first tool input (huge inputs need no huge prompt).
    """

    text: str | None = None
    thinking: str | None = None
    tools: tuple[ToolCall, ...] = ()
    chunks: int | None = None
    delay: float | None = None
    hold: str | None = None
    gate: str | None = None
    stamp: int = 0
    usage: dict[str, int] = {}
    stop_reason: str | None = None
    headers: dict[str, str] = {}
    error: Failure | None = None
    drop: str | None = None
    drop_times: int | None = None
    label: str | None = None
    next: str | None = None
    refused: str | None = None
    when: dict[str, str] = {}
    filler: int = 0


Script = tuple[Step, ...]

SCRIPT_END = Step(text="(script end)")


def decode(text: str) -> Script:
    """Steps from JSON; raises msgspec.ValidationError or msgspec.DecodeError with the place of the mistake."""
    return msgspec.json.decode(text, type=tuple[Step, ...])


def texts(content: str | list[dict[str, Any]]) -> Iterator[str]:
    """Every text of a message's or tool result's content."""
    if isinstance(content, str):
        yield content
        return
    for block in content:
        if block.get("type") == "text":
            yield block["text"]
        elif block.get("type") == "tool_result":
            yield from texts(block.get("content") or "")


def prompt_texts(message: Message) -> list[str]:
    """What a person said in this user message; empty when it holds only tool results or injected text."""
    content = message["content"]
    blocks = [content] if isinstance(content, str) else [b["text"] for b in content if b.get("type") == "text"]
    return [text for text in blocks if text.strip() and not text.lstrip().startswith(INJECTED)]


def images(message: Message) -> list[str]:
    """A description such as "image/png, 68 bytes" of each image in a user message."""
    content = message["content"]
    found = [] if isinstance(content, str) else [b["source"] for b in content if b.get("type") == "image"]
    return [f"{source.get('media_type')}, {len(base64.b64decode(source.get('data', '')))} bytes" for source in found]


def turn_start(messages: Sequence[Message]) -> int:
    """Index of the message that began the present turn: the last user message with words of a person.

    Returns 0 when there is none (a request that the CLI makes for itself).
    """
    for index in range(len(messages) - 1, -1, -1):
        if messages[index]["role"] == "user" and prompt_texts(messages[index]):
            return index
    return 0


def position(script: Script, since: Sequence[Message]) -> int:
    """Which step is next, given the messages after the one that carried the script; len(script) = past the end."""
    labels = {step.label: index for index, step in enumerate(script) if step.label}
    at = 0
    for index, message in enumerate(since):
        if message["role"] != "assistant":
            continue
        step = script[at] if at < len(script) else SCRIPT_END
        jump = _jump(step, list(_tool_results(since[index + 1 :])))
        at = labels[jump] if jump else at + 1
    return at


def _jump(step: Step, results: Sequence[dict[str, Any]]) -> str | None:
    if step.refused and any(result.get("is_error") for result in results):
        return step.refused
    said = "\n".join(text for result in results for text in texts([result]))
    return next((label for words, label in step.when.items() if words in said), step.next)


def _tool_results(after: Sequence[Message]) -> Iterator[dict[str, Any]]:
    """The results that answer the assistant message just before `after`."""
    for message in after:
        if message["role"] == "assistant":
            return
        if message["role"] == "user" and not isinstance(message["content"], str):
            yield from (block for block in message["content"] if block.get("type") == "tool_result")


def substitutions(system: str | list[dict[str, Any]], messages: Sequence[Message]) -> dict[str, str]:
    """What the variables of a step stand for in this request."""
    said = list(texts(system))
    results: list[str] = []
    for index, message in enumerate(messages):
        said.extend(texts(message["content"]))
        if message["role"] == "assistant":
            results = [text for result in _tool_results(messages[index + 1 :]) for text in texts([result])]
    everything = "\n".join(said)
    plan = PLAN_FILE.findall(everything)
    cwd = WORKING_DIRECTORY.search(everything)
    return {
        "$CWD": cwd.group(1).strip() if cwd else ".",
        "$PLANFILE": plan[-1].rstrip(".,") if plan else "plan.md",
        "$RESULT": "\n".join(results),
    }


def substitute(value: Any, variables: dict[str, str]) -> Any:
    """Replace the variables in every string of a JSON value."""
    if isinstance(value, str):
        for name, replacement in variables.items():
            value = value.replace(name, replacement)
        return value
    if isinstance(value, list):
        return [substitute(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, variables) for key, item in value.items()}
    return value
