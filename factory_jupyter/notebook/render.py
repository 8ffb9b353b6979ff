"""A conversation as text that needs no kernel: Markdown, and HTML in which nothing of the agent's can run.

What is drawn live is drawn by the browser (``labextension/src/render``); this is the record that stays in a saved,
exported or shared notebook. It is bounded: the last turns, and the first lines of long output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import Any, Final

from factory_jupyter.model import transcript as drawn
from factory_jupyter.model import wire
from factory_jupyter.model.states import KanbanColumn
from factory_jupyter.model.transcript import Transcript, fold
from factory_jupyter.notebook.views import changes, dotted, table, telling

MAX_TURNS: Final = 50
MAX_OUTPUT_LINES: Final = 20
MAX_OUTPUT_CHARACTERS: Final = 4000

_MARK: Final = {"running": "…", "done": "✓", "failed": "✗", "closed": "–"}


# --- Markdown -------------------------------------------------------------------------------------------------------


def transcript_markdown(transcript: Transcript) -> str:
    """The conversation."""
    turns, left_out = _last_turns(transcript)
    parts = [f"*{left_out} earlier turns are in the Factory panel.*"] if left_out else []
    for turn in turns:
        parts += _items_markdown(turn.items)
        if turn.end:
            parts.append(f"<sub>{footer(turn)}</sub>")
    return "\n\n".join(part for part in parts if part)


def turn_markdown(events: Sequence[wire.SettledEvent]) -> str:
    """What Claude did in the one turn of these events; the same for the same turn, without times and costs."""
    items = [item for turn in fold(events).turns for item in turn.items if not isinstance(item, drawn.MessageItem)]
    end = events[-1]
    ending = ""
    if isinstance(end, wire.TurnFinished) and end.is_error:
        ending = f"**Claude stopped: {end.reason}.** {end.result or ''}".rstrip()
    return "\n\n".join(part for part in (*_items_markdown(items), ending) if part)


def live_markdown(transcript: Transcript) -> str:
    """A turn while it is written: what is settled, and the text in progress."""
    parts = [part for turn in transcript.turns for part in _items_markdown(turn.items)]
    parts += [partial.text for partial in transcript.partials if partial.kind == "text"]
    parts += [f"<sub>{footer(turn)}</sub>" for turn in transcript.turns if turn.end]
    return "\n\n".join(part for part in parts if part) or "…"


def _items_markdown(items: Iterable[drawn.Item]) -> list[str]:
    return [_item_markdown(item) for item in items]


def _item_markdown(item: drawn.Item) -> str:
    match item:
        case drawn.MessageItem():
            return _quoted(item.text)
        case drawn.TextItem():
            return item.text
        case drawn.ToolItem():
            line = f"- {_MARK[item.state]} **{item.name}** {_inline_code(telling(item.input))}".rstrip()
            output = shortened(item.result.content) if item.result else ""
            return f"{line}\n\n{_indented(_fenced(output))}" if output else line
        case drawn.QuestionItem():
            return f"> **{question_line(item)}** {outcome(item)}"
        case drawn.NoticeItem():
            return f"*{item.text}*"
        case drawn.ModeItem():
            return f"*Permission mode: {item.permission_mode}*"
        case drawn.ModelItem():
            return f"*Model: {item.model}*"
        case drawn.StoppedItem() | drawn.ThinkingItem():
            return ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines()) or ">"


def _inline_code(text: str) -> str:
    fence = "`" * (_longest_run(text) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}" if text else ""


def _fenced(text: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}\n{text}\n{fence}" if text else ""


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


# --- HTML -----------------------------------------------------------------------------------------------------------

_FRAME: Final = (
    '<div data-factory-record="{}" style="border:1px solid var(--jp-border-color2,#ddd);border-radius:4px;'
    'padding:.5em 1em">{}</div>'
)
_SAID: Final = (
    '<div style="background:var(--jp-layout-color2,#eee);border-radius:4px;padding:.4em .7em;white-space:pre-wrap;'
    'margin:.5em 0">{}</div>'
)
_ASKED: Final = '<div style="border-left:3px solid var(--jp-warn-color1,#f57c00);padding:.2em .7em"><b>{}</b> {}</div>'
_SMALL: Final = '<div style="color:var(--jp-ui-font-color2,#666);font-size:90%">{}</div>'
_FAILED: Final = '<div style="color:var(--jp-error-color1,#d32f2f)">{}</div>'
_DETAILS: Final = '<details style="margin:.2em 0"><summary>{}</summary>{}</details>'
_PRE: Final = '<pre style="margin:.2em 0 .2em 1.2em;white-space:pre-wrap">{}</pre>'


def transcript_html(transcript: Transcript, record_id: str) -> str:
    """The conversation as safe HTML: no script, no style sheet, nothing that is fetched."""
    turns, left_out = _last_turns(transcript)
    parts = [_SMALL.format(f"{left_out} earlier turns are in the Factory panel.")] if left_out else []
    for turn in turns:
        parts += [_item_html(item) for item in turn.items]
        if turn.end:
            parts.append(_SMALL.format(escape(footer(turn))))
    return _FRAME.format(escape(record_id), "".join(parts) or "Nothing was said yet.")


def markdown_html(source: str) -> str:
    """Markdown as HTML: markup in it is shown as text, links lead to web pages only, and images are links."""
    return str(_markdown()(source))


def _item_html(item: drawn.Item) -> str:
    match item:
        case drawn.MessageItem():
            return _SAID.format(escape(item.text))
        case drawn.TextItem():
            return markdown_html(item.text)
        case drawn.ThinkingItem():
            return _DETAILS.format("<i>Thinking</i>", _PRE.format(escape(item.text)))
        case drawn.ToolItem():
            told = f"{_MARK[item.state]} <b>{escape(item.name)}</b> <code>{escape(telling(item.input))}</code>"
            output = _PRE.format(escape(shortened(item.result.content))) if item.result else ""
            return _DETAILS.format(told, output + "".join(_item_html(child) for child in item.children))
        case drawn.QuestionItem():
            plan = markdown_html(item.plan) if item.plan else ""
            return _ASKED.format(escape(question_line(item)), escape(outcome(item))) + plan
        case drawn.NoticeItem(level="error"):
            return _FAILED.format(escape(item.text))
        case drawn.NoticeItem():
            return _SMALL.format(escape(item.text))
        case drawn.ModeItem():
            return _SMALL.format(f"Permission mode: {escape(item.permission_mode)}")
        case drawn.ModelItem():
            return _SMALL.format(f"Model: {escape(item.model)}")
        case drawn.StoppedItem():
            return ""


@cache
def _markdown() -> Any:
    # Not at the top: only records need it.
    import mistune

    class Renderer(mistune.HTMLRenderer):
        """An image is fetched when the notebook is opened, and tells its server so: it becomes a link."""

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return self.link(text or url, url, title)

    return mistune.create_markdown(renderer=Renderer(escape=True), plugins=["table", "strikethrough", "task_lists"])


# --- The board ------------------------------------------------------------------------------------------------------


def board_markdown(workspaces: Sequence[wire.Workspace]) -> str:
    """The workspaces as a table."""
    lines = ["| Workspace | Where | Branch | Changes |", "|---|---|---|---|"]
    for one in _by_column(workspaces):
        name, branch = (_cell(text) for text in (one.name, one.branch_name or "–"))
        lines.append(f"| {name} | {_where(one)} | {branch} | {changes(one.diff)} |")
    return "\n".join(lines) if workspaces else "*No parallel tasks yet.*"


def board_html(workspaces: Sequence[wire.Workspace], record_id: str) -> str:
    """The workspaces as a table."""
    rows = [
        [escape(one.name), dotted(_where(one)), f"<code>{escape(one.branch_name or '–')}</code>", changes(one.diff)]
        for one in _by_column(workspaces)
    ]
    shown = table(("Workspace", "Where", "Branch", "Changes"), rows) if rows else "No parallel tasks yet."
    return _FRAME.format(escape(record_id), shown)


def _by_column(workspaces: Sequence[wire.Workspace]) -> list[wire.Workspace]:
    columns = list(KanbanColumn)
    return sorted(workspaces, key=lambda one: (columns.index(one.kanban_column), one.created_at))


def _where(one: wire.Workspace) -> str:
    if one.needs_attention:
        return "needs you"
    return "working" if one.is_working else one.kanban_column.value.lower().replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# --- Words for both -------------------------------------------------------------------------------------------------


def footer(turn: drawn.Turn) -> str:
    """Number, model, time, tokens and cost of a finished turn; why it failed, if it did."""
    end = turn.end
    assert end
    tokens = end.usage.input_tokens + end.usage.output_tokens if end.usage else 0
    facts = [
        f"Turn {turn.turn}",
        end.model or "",
        f"{end.duration_ms / 1000:.1f} s",
        f"{tokens:,} tokens" if tokens else "",
        f"${end.cost_usd:.4f}" if end.cost_usd else "",
        f"{end.reason}: {end.result or 'no reason given'}" if end.is_error else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def question_line(item: drawn.QuestionItem) -> str:
    """What was asked, in one line."""
    if item.question_kind == "plan":
        return "Approve the plan?"
    if item.question_kind == "ask_user":
        return " · ".join(str(one.get("question", "")) for one in item.input.get("questions", []))
    return f"Allow {item.tool_name}? {telling(item.input)}".rstrip()


def outcome(item: drawn.QuestionItem) -> str:
    """What became of a question."""
    if item.state == "open":
        return "waits for an answer"
    if item.state == "withdrawn":
        return f"withdrawn ({item.reason})"
    if item.answers:
        return "; ".join(value if isinstance(value, str) else ", ".join(value) for value in item.answers.values())
    said = f": {item.message}" if item.message else ""
    return f"{'allowed' if item.behavior == 'allow' else 'denied'}{said}"


def shortened(output: str) -> str:
    """The first lines of a tool's output, and how much is missing."""
    lines = output[:MAX_OUTPUT_CHARACTERS].splitlines()
    kept = "\n".join(lines[:MAX_OUTPUT_LINES])
    missing = len(output.rstrip()) - len(kept)
    return f"{kept}\n… {missing:,} more characters" if missing > 0 else kept


def _last_turns(transcript: Transcript) -> tuple[Sequence[drawn.Turn], int]:
    return transcript.turns[-MAX_TURNS:], max(0, len(transcript.turns) - MAX_TURNS)
