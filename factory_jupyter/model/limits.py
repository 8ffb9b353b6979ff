"""How much of a tool's input and output the transcript keeps. Claude sees all of it; people read no megabytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MAX_INPUT_TEXT: Final = 100_000
"""Characters kept of one string in a tool's input, in a question, or in a structured result."""
MAX_RESULT_TEXT: Final = 50_000
"""Characters kept of what a tool answered: its head and its tail, because errors are at the end."""


def cut(text: str, limit: int) -> str:
    """``text``, or its beginning with a note of how much is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… {len(text) - limit:,} more characters"


def cut_middle(text: str, limit: int) -> tuple[str, bool]:
    """``text`` and False, or its beginning and end with a note between them, and True."""
    if len(text) <= limit:
        return text, False
    half = limit // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}", True


def cut_values(value: Any, limit: int = MAX_INPUT_TEXT) -> Any:
    """The same JSON value with every long string cut; images, which are bounded where they are read, stay whole."""
    match value:
        case str():
            return cut(value, limit)
        case Mapping():
            return {name: item if name == "images" else cut_values(item, limit) for name, item in value.items()}
        case list() | tuple():
            return [cut_values(item, limit) for item in value]
        case _:
            return value
