"""``%factory`` and ``%%claude`` in a shell, against a server that plays what a test tells it."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

import factory_jupyter
from factory_jupyter import errors
from factory_jupyter.model import wire
from factory_jupyter.notebook import magics
from factory_jupyter.notebook.objects import Factory
from tests.notebook.server import FakeFactory, answering


@pytest.fixture(autouse=True)
def loaded(shell: InteractiveShell, factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    factory_jupyter.load_ipython_extension(shell)
    monkeypatch.setitem(shell.user_ns, "factory", factory)


@pytest.fixture
def shown(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every Markdown text that was displayed, or written over another."""
    texts: list[str] = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, **_: texts.append(data["text/markdown"]))
    monkeypatch.setattr(magics, "REDRAW_S", 0.0)
    monkeypatch.setattr(shell.display_formatter, "active_types", ["text/plain", "text/markdown"])
    return texts


def test_claude_shows_the_answer_while_it_is_written(
    fake: FakeFactory, shell: InteractiveShell, shown: list[str]
) -> None:
    fake.play = answering("abc")
    shell.run_cell_magic("claude", "fix-it", "Why?\n")
    assert shown[0] == "…"
    assert shown[-1].startswith("abc\n\n<sub>Turn 1 · scripted · 1.5 s")
    assert next(text for text in shown[1:-1] if text != "…") in {"a", "ab", "abc"}
    assert [frame.text for frame in fake.commands if isinstance(frame, wire.Say)] == ["Why?"]


def test_claude_speaks_to_a_session_by_name(fake: FakeFactory, shell: InteractiveShell, shown: list[str]) -> None:
    shell.user_ns["factory"].workspaces["fix-it"].session()
    shell.run_cell_magic("claude", 'fix-it --session "Chat 1"', "Hi")
    assert len(fake.sessions) == 1


def test_with_a_key_claude_is_asked_once(fake: FakeFactory, shell: InteractiveShell, shown: list[str]) -> None:
    for _ in range(2):
        shell.run_cell_magic("claude", "fix-it --key why", "Why?")
    assert len(fake.said) == 1


@pytest.mark.parametrize("line", ["", "fix-it --colour red"])
def test_a_wrong_line_says_how_it_is_written(shell: InteractiveShell, line: str) -> None:
    with pytest.raises(errors.Invalid, match="--session"):
        magics.FactoryMagics(shell=shell).claude_cell(line, "Why?")


def test_status_counts_and_tells_what_to_mend(fake: FakeFactory, shell: InteractiveShell) -> None:
    said = repr(shell.run_line_magic("factory", "status"))
    assert "**1** workspaces, **0** working, **0** need you" in said
    assert "| ⚠ | gh | gh is not logged in. `gh auth login` |" in said


def test_the_other_words(shell: InteractiveShell) -> None:
    magic = magics.FactoryMagics(shell=shell).factory_line
    assert "%%claude" in repr(magic(""))
    assert repr(magic("questions")) == "*Nothing waits for you.*"
    with pytest.raises(errors.Invalid, match="does not know 'dance'"):
        magic("dance")


def test_connect_changes_the_factory(fake: FakeFactory, shell: InteractiveShell) -> None:
    found = shell.run_line_magic("factory", f"connect {fake.address.url} {fake.address.token}")
    assert shell.user_ns["factory"] is found
