"""What the sessions of each workspace are doing, in memory: written by sessions, read by whoever draws the board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from factory_jupyter.model.board import Activity
from factory_jupyter.model.states import SessionPhase

# One that waits for an answer does nothing until a person comes: the board shows it as waiting, a culler as idle.
_WORKING = frozenset({SessionPhase.STARTING, SessionPhase.RUNNING})


class Activities:
    """Call it with a workspace id for its `Activity`. ``on_change`` are called with that id when one has changed."""

    def __init__(self) -> None:
        self.on_change: list[Callable[[str], object]] = []
        self._sessions: defaultdict[str, dict[str, tuple[bool, bool]]] = defaultdict(dict)
        self._latest: dict[str, datetime] = {}

    def __call__(self, workspace_id: str) -> Activity:
        """What the sessions of this workspace do now."""
        sessions = self._sessions.get(workspace_id, {}).values()
        return Activity(
            is_working=any(working for working, _ in sessions),
            needs_attention=any(asks for _, asks in sessions),
            last_activity_at=self._latest.get(workspace_id),
            has_had_sessions=workspace_id in self._latest,
        )

    def is_any_working(self) -> bool:
        """Whether a session of any workspace works now."""
        return any(working for sessions in self._sessions.values() for working, _ in sessions.values())

    def note(self, workspace_id: str, session_id: str, phase: SessionPhase, open_questions: int, at: datetime) -> None:
        """A session is in this phase now, and was active at that time."""
        before = self(workspace_id)
        self._sessions[workspace_id][session_id] = phase in _WORKING, open_questions > 0
        self._latest[workspace_id] = max(at, self._latest.get(workspace_id, at))
        after = self(workspace_id)
        # The time alone is no news: it changes with every block.
        if (before.is_working, before.needs_attention, before.has_had_sessions) != (
            after.is_working,
            after.needs_attention,
            after.has_had_sessions,
        ):
            self._tell(workspace_id)

    def forget(self, workspace_id: str, session_id: str) -> None:
        """The session is gone; that there was one is still known."""
        if self._sessions.get(workspace_id, {}).pop(session_id, None):
            self._tell(workspace_id)

    def _tell(self, workspace_id: str) -> None:
        for callback in self.on_change:
            callback(workspace_id)
