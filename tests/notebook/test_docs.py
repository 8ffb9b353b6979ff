"""``docs/notebook.md`` names what there is, and only that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from factory_jupyter import errors
from factory_jupyter.notebook import magics, objects
from factory_jupyter.notebook.aio.frames import FrameName
from factory_jupyter.notebook.turns import Turn

PAGE = (Path(__file__).parents[2] / "docs" / "notebook.md").read_text(encoding="utf-8")


def test_every_call_that_is_named_exists() -> None:
    nouns = {
        "factory": objects.Factory,
        "workspace": objects.Workspace,
        "session": objects.Session,
        "question": objects.Question,
        "turn": Turn,
    }
    named = re.findall(r"\b(factory|workspace|session|question|turn)\.(\w+)", PAGE)
    assert len(named) > 15
    assert [f"{noun}.{name}" for noun, name in named if name != "aio" and not hasattr(nouns[noun], name)] == []


def test_every_table_and_magic_is_named() -> None:
    assert [name for name in get_args(FrameName) if f"`{name}`" not in PAGE] == []
    words = re.findall(r"^%+\w+(?: \w+)?", magics.USAGE, re.MULTILINE)
    assert len(words) == 5
    assert [word for word in words if word not in PAGE] == []


def test_every_error_that_is_named_exists() -> None:
    named = re.findall(r"`([A-Z]\w+)`", PAGE.split("## Errors")[1])
    assert [name for name in named if not hasattr(errors, name)] == []
