"""Who calls a tool."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """What a token stands for."""

    session_id: str
    workspace_id: str
