"""All that is known of a session that is open in memory, and the one place that writes and tells its changes.

The row in memory is the newest; the database follows through the feed, in order. So nothing here waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from factory_jupyter import __version__
from factory_jupyter.model import agent, wire
from factory_jupyter.model.states import SESSION_MOVES, SessionPhase, SessionStatus, check_move
from factory_jupyter.services.activity import Activities
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.services.message_queue import MessageQueue
from factory_jupyter.services.questions import OpenQuestions
from factory_jupyter.services.session_feed import UNNUMBERED, SessionFeed
from factory_jupyter.services.session_view import is_paused_at_start, resting_phase, shown
from factory_jupyter.store.rows import EventRow, MessageRow, SessionRow

if TYPE_CHECKING:
    from factory_jupyter.store.stores import Stores


class SessionRecord:
    """The state of one session. ``on_lost`` is called when its events cannot be stored any more."""

    def __init__(
        self,
        row: SessionRow,
        waiting: Sequence[MessageRow],
        *,
        stores: Stores,
        clock: Clock,
        board: BoardFeed,
        activities: Activities,
        max_queued: int,
        on_lost: Callable[[Exception], None],
    ) -> None:
        self.row = row
        self.info = wire.AgentInfo()
        self.is_alive = False
        """The agent's process runs."""
        self.is_starting = False
        """A message is on its way: the process starts, or the rate limit is waited for."""
        self.is_stopping = False
        self.in_turn = False
        self.queue_paused = is_paused_at_start(row)
        self.feed = SessionFeed(
            session_id=row.id, last_seq=row.last_seq, log=stores.events, hello=self._hello, on_lost=on_lost
        )
        self.queue = MessageQueue(
            row.id, store=stores.messages, feed=self.feed, clock=clock, limit=max_queued, waiting=waiting
        )
        self.questions = OpenQuestions(
            row.id, row.workspace_id, store=stores.questions, feed=self.feed, board=board, clock=clock
        )
        self._sessions = stores.sessions
        self._clock = clock
        self._board = board
        self._activities = activities
        self._told = self.session

    # --- What it is now ----------------------------------------------------------------------------------------------

    @property
    def phase(self) -> SessionPhase:
        """What the session does at this moment."""
        if self.is_stopping:
            return SessionPhase.STOPPING
        if len(self.questions):
            return SessionPhase.WAITING
        if self.in_turn:
            return SessionPhase.RUNNING
        if self.is_starting:
            return SessionPhase.STARTING
        return SessionPhase.IDLE if self.is_alive else resting_phase(self.row)

    @property
    def session(self) -> wire.Session:
        """What everybody sees of it."""
        row = msgspec.structs.replace(
            self.row, last_seq=self.feed.last_seq, queued=len(self.queue), open_questions=len(self.questions)
        )
        return shown(row, self.phase, queue_paused=self.queue_paused)

    def _hello(self, last_seq: int) -> wire.Hello:
        return wire.Hello(session=self.session, last_seq=last_seq, version=__version__, agent=self.info)

    def announce(self) -> None:
        """Tell viewers and the board what is different since the last time."""
        session, told = self.session, self._told
        self._told = session
        self._activities.note(
            session.workspace_id, session.id, session.phase, session.open_questions, self._clock.now()
        )
        if session.phase != told.phase:
            self.feed.tell(wire.PhaseChanged(phase=session.phase))
        # The number of the last event is told with each event; alone it is no news.
        if msgspec.structs.replace(session, last_seq=told.last_seq, updated_at=told.updated_at) != told:
            self.feed.tell(wire.SessionChanged(session=session))
            self._board.publish(wire.BoardSession(session=session))

    def notify(self, kind: Any, body: str) -> None:
        """Tell a person who looks elsewhere."""
        titles = {"needs_you": "needs you", "done": "is done", "failed": "has failed"}
        self._board.publish(
            wire.Notification(
                kind=kind,
                workspace_id=self.row.workspace_id,
                title=f"{self.row.name} {titles[kind]}",
                body=body[:300],
                session_id=self.row.id,
            )
        )

    # --- What happens to it ------------------------------------------------------------------------------------------

    def stamp(self) -> dict[str, Any]:
        """The fields that every settled event needs."""
        return {"seq": UNNUMBERED, "at": self._clock.now()}

    def say(self, level: wire.Level, text: str, code: str | None = None) -> None:
        """A notice in the transcript."""
        self.feed.append(wire.Notice(**self.stamp(), level=level, text=text, code=code))

    def update(self, events: Sequence[wire.SettledEvent] = (), **fields: Any) -> None:
        """Change the row, with the events that tell it."""
        self.row = msgspec.structs.replace(self.row, updated_at=self._clock.now(), **fields)
        self.feed.record(events, lambda rows: self._sessions.update(self.row.id, rows, **fields))

    def move(self, status: SessionStatus, events: Sequence[wire.SettledEvent] = (), **fields: Any) -> Awaitable[object]:
        """Change the status along its table, and the row; await it to know that it is stored."""
        old = self.row.status
        store: Callable[[list[EventRow]], Awaitable[object]]
        if status is old:
            store = lambda rows: self._sessions.update(self.row.id, rows, **fields)  # noqa: E731
        else:
            check_move("session", SESSION_MOVES, old, status)
            store = lambda rows: self._sessions.move(self.row.id, old, status, rows, **fields)  # noqa: E731
        self.row = msgspec.structs.replace(self.row, updated_at=self._clock.now(), status=status, **fields)
        return self.feed.commit(events, store)

    def begin_turn(self) -> None:
        """The agent works, asked or not. Harmless while it does."""
        if not self.in_turn:
            self.in_turn = True
            turn = self.row.turns + 1
            self.update([wire.TurnStarted(**self.stamp(), turn=turn)], turns=turn)
            self.announce()

    def end_turn(self, ended: agent.TurnEnded) -> None:
        """The agent stopped working."""
        self.begin_turn()  # an agent that fails at once tells only the end
        self.in_turn = False
        row, usage = self.row, ended.usage
        event = wire.TurnFinished(
            **self.stamp(),
            turn=row.turns,
            is_error=ended.is_error,
            reason=ended.reason,
            result=ended.result,
            usage=usage,
            cost_usd=ended.cost_usd,
            duration_ms=ended.duration_ms,
            model=ended.model,
            error_code=ended.error_code,
        )
        self.update(
            [event],
            input_tokens=row.input_tokens + usage.input_tokens,
            output_tokens=row.output_tokens + usage.output_tokens,
            cache_read_input_tokens=row.cache_read_input_tokens + usage.cache_read_input_tokens,
            cache_creation_input_tokens=row.cache_creation_input_tokens + usage.cache_creation_input_tokens,
            cost_usd=row.cost_usd + ended.cost_usd,
            context_tokens=ended.context_tokens if ended.context_tokens is not None else row.context_tokens,
            context_window=ended.context_window if ended.context_window is not None else row.context_window,
        )
        if ended.is_error or ended.reason == "interrupted":
            # What failed or was stopped would meet the next message too, or the person wants to change it first.
            self.queue_paused = True
        self._notify_of(ended)
        self.announce()

    def _notify_of(self, ended: agent.TurnEnded) -> None:
        if ended.is_error:
            self.notify("failed", ended.result or ended.reason)
        elif ended.reason != "interrupted" and not len(self.queue):
            self.notify("done", ended.result or "")
