"""Where a conversation stands in its script, derived from its messages alone."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from factory_jupyter.demo import scenarios, script, stream
from factory_jupyter.demo.script import Step, ToolCall
from factory_jupyter.demo.scripted_model import next_step

REMINDER = {"type": "text", "text": "<system-reminder>git status</system-reminder>"}


def user(*texts: str) -> dict[str, Any]:
    return {"role": "user", "content": [REMINDER, *({"type": "text", "text": text} for text in texts)]}


def result(text: str = "ok", is_error: bool = False) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": "t", "content": text, "is_error": is_error}
    return {"role": "user", "content": [block]}


SYSTEM = {"role": "system", "content": "Plan mode is active. You should create your plan at /conf/plans/a-b.md. Then…"}
ASSISTANT = {"role": "assistant", "content": [{"type": "text", "text": "…"}]}


def step_for(*messages: dict[str, Any]) -> Step:
    return next_step({"messages": list(messages), "model": "m"})[0]


def prompt(*steps: dict[str, Any]) -> str:
    return f"do it <<S>>{json.dumps(steps)}<<E>>"


def test_each_answer_takes_the_next_step_and_then_the_script_ends() -> None:
    say = user(prompt({"text": "one"}, {"text": "two"}))
    assert step_for(say).text == "one"
    assert step_for(say, SYSTEM, ASSISTANT, result()).text == "two"
    assert step_for(say, ASSISTANT, result(), ASSISTANT, result()) == script.SCRIPT_END


def test_a_new_prompt_begins_a_new_script_even_in_one_message_with_a_tool_result() -> None:
    first, second = user(prompt({"text": "one"})), user(prompt({"text": "other"}))
    assert step_for(first, ASSISTANT, second).text == "other"
    merged = {"role": "user", "content": [*result()["content"], *second["content"]]}
    assert step_for(first, ASSISTANT, merged).text == "other"


def test_text_that_the_cli_injects_begins_nothing() -> None:
    say = user(prompt({"text": "one"}, {"text": "two"}))
    for injected in ("<task-notification>done", "[Request interrupted by user]", "<local-command-stdout>x"):
        assert step_for(say, ASSISTANT, user(injected)).text == "two"


def test_an_answer_changes_the_plot() -> None:
    steps = (
        {"tools": [{"name": "T"}], "refused": "no", "when": {"pears": "pears"}},
        {"text": "apples", "next": "end"},
        {"label": "pears", "text": "pears"},
        {"label": "no", "text": "no"},
        {"label": "end", "text": "end"},
    )
    say = user(prompt(*steps))
    assert step_for(say, ASSISTANT, result("apples")).text == "apples"
    assert step_for(say, ASSISTANT, result("pears")).text == "pears"
    assert step_for(say, ASSISTANT, result("pears", is_error=True)).text == "no"
    assert step_for(say, ASSISTANT, result(), ASSISTANT).text == "end"


def test_variables_are_found_in_the_request() -> None:
    environment = {"role": "system", "content": "# Environment\n - Primary working directory: /a/b c\n - Shell: bash"}
    found = script.substitutions("", [user("go"), environment, SYSTEM, ASSISTANT, result("42")])
    assert found == {"$CWD": "/a/b c", "$PLANFILE": "/conf/plans/a-b.md", "$RESULT": "42"}
    assert script.substitute({"a": ["$CWD/x", 1]}, found) == {"a": ["/a/b c/x", 1]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (scenarios.GUIDED_PROMPT, scenarios.GUIDED),
        ("Please ask me a question", scenarios.QUESTION),
        ("make a plan", scenarios.PLAN),
        ("run the tests", scenarios.TESTS),
        ("think about it", scenarios.THINK),
        ("write a note", scenarios.WRITE),
    ],
)
def test_plain_words_choose_a_scene(words: str, expected: script.Script) -> None:
    assert scenarios.for_words(words, []) == expected
    assert step_for(user(words)) == expected[0]


def test_errors_images_and_everything_else() -> None:
    (failing,) = scenarios.for_words("play error 529", [])
    assert failing.error
    assert (failing.error.status, failing.error.times) == (529, 2)
    assert "image/png, 3 bytes" in (scenarios.for_words("?", ["image/png, 3 bytes"])[0].text or "")
    assert scenarios.for_words("xyzzy", []) == (Step(text=scenarios.HELP),)
    assert scenarios.for_words("plan " * 1000, []) == (Step(text=scenarios.HELP),), "pasted material is not a wish"


def test_every_jump_of_every_scene_has_its_label() -> None:
    for name, play in scenarios.NAMED.items():
        labels = {step.label for step in play}
        wanted = {jump for step in play for jump in (step.next, step.refused, *step.when.values()) if jump}
        assert wanted <= labels, name


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="txet"):
        script.decode('[{"txet": "x"}]')


def test_a_stream_adds_up_to_its_message() -> None:
    step = Step(thinking="hm", text="x" * 1000, tools=(ToolCall("T", {"a": "$RESULT"}),), filler=5)
    finished = stream.message(step, "m", stream.blocks(step, {"$RESULT": "42"}))
    events = list(stream.events(step, finished))
    assert [events[0]["type"], events[-2]["delta"]["stop_reason"], events[-1]["type"]] == [
        "message_start",
        "tool_use",
        "message_stop",
    ]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(delta.get("text", "") for delta in deltas) == "x" * 1000
    assert json.loads("".join(delta.get("partial_json", "") for delta in deltas)) == {"a": "42xxxxx"}
    assert len(deltas) > 70, "it streams in small pieces"
