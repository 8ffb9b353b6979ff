"""Records: readable, bounded, and harmless."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from factory_jupyter.model import wire
from factory_jupyter.model.transcript import Transcript, fold
from factory_jupyter.notebook import render
from factory_jupyter.notebook.turns import turn_of
from tests.notebook.server import NOW

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))


def recorded(path: Path) -> Transcript:
    return fold(msgspec.convert(json.loads(path.read_text())["events"], list[wire.ServerFrame]))


def said(text: str) -> Transcript:
    return fold(
        [
            wire.TurnStarted(seq=1, at=NOW, turn=1),
            wire.BlockSettled(seq=2, at=NOW, turn=1, block=wire.TextBlock(text=text)),
        ]
    )


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_every_recording_can_be_read(path: Path) -> None:
    transcript = recorded(path)
    markdown, html = render.transcript_markdown(transcript), render.transcript_html(transcript, "r1")
    for turn in transcript.turns:
        for item in turn.items:
            if item.__struct_config__.tag in {"message", "text"}:
                assert item.text.strip() in markdown.replace("> ", "")  # type: ignore[union-attr]
    assert html.startswith('<div data-factory-record="r1"')


class Tags(HTMLParser):
    """Tags with their attributes, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src="https://evil.example/?x" onerror="alert(1)">',
        "![pixel](https://evil.example/pixel.png)",
        "[click](javascript:alert(1))",
        '[x](https://a.example/" onmouseover="alert(1))',
        "<style>body { display: none }</style>",
        "```html\n<script>alert(1)</script>\n```",
        '<iframe src="https://evil.example"></iframe>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    ],
)
def test_nothing_that_an_agent_says_can_run_or_fetch(attack: str) -> None:
    seen = Tags()
    seen.feed(render.transcript_html(said(attack), '"><script>'))
    assert {tag for tag, _ in seen.tags} <= {"div", "p", "a", "code", "pre", "br"}
    assert {name for _, attributes in seen.tags for name in attributes} <= {
        "style",
        "class",
        "href",
        "data-factory-record",
    }
    links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
    assert all(link is not None and link.startswith(("https://", "#")) for link in links)


def test_long_output_is_cut_and_says_so() -> None:
    cut = render.shortened("\n".join(f"line {number}" for number in range(1000)))
    assert cut.splitlines()[-1].endswith("more characters")
    assert len(cut.splitlines()) == render.MAX_OUTPUT_LINES + 1
    assert render.shortened("short\n") == "short"


def test_only_the_last_turns_are_kept() -> None:
    events: list[wire.SettledEvent] = []
    for turn in range(1, render.MAX_TURNS + 4):
        events.append(wire.TurnStarted(seq=len(events) + 1, at=NOW, turn=turn))
        events.append(wire.TurnFinished(seq=len(events) + 1, at=NOW, turn=turn, is_error=False, reason="completed"))
    assert "3 earlier turns" in render.transcript_markdown(fold(events))
    assert "3 earlier turns" in render.transcript_html(fold(events), "r")


def test_code_in_tools_cannot_end_its_fence() -> None:
    events = [
        wire.TurnStarted(seq=1, at=NOW, turn=1),
        wire.BlockSettled(
            seq=2,
            at=NOW,
            turn=1,
            block=wire.ToolUseBlock(tool_use_id="t", name="Bash", input={"command": "echo `date`"}),
        ),
        wire.ToolResult(seq=3, at=NOW, tool_use_id="t", content="```\nout\n```", is_error=False),
    ]
    markdown = render.transcript_markdown(fold(events))
    assert "- ✓ **Bash** `` echo `date` ``" in markdown
    assert "  ````\n  ```\n  out\n  ```\n  ````" in markdown


def test_a_turn_reads_the_same_every_time() -> None:
    events: list[wire.SettledEvent] = [
        wire.MessageQueued(seq=1, at=NOW, message_id="m", text="Why?"),
        wire.MessageSent(seq=2, at=NOW, message_id="m"),
        wire.TurnStarted(seq=3, at=NOW, turn=1),
        wire.BlockSettled(seq=4, at=NOW, turn=1, block=wire.TextBlock(text="Because.")),
        wire.TurnFinished(seq=5, at=NOW, turn=1, is_error=False, reason="completed", duration_ms=7, cost_usd=1.0),
    ]
    assert turn_of(events, None)._repr_markdown_() == "Because."
