"""Questions that wait for people: rows while they wait, answered once, told to every viewer and to the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.errors import AlreadyAnswered, NotFound
from factory_jupyter.model import wire
from factory_jupyter.model.agent import Asked
from factory_jupyter.model.ids import new_id
from factory_jupyter.model.limits import cut_values
from factory_jupyter.model.states import QuestionState
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.services.session_feed import UNNUMBERED, SessionFeed
from factory_jupyter.store.rows import EventRow, QuestionRow

if TYPE_CHECKING:
    from factory_jupyter.store.questions import QuestionStore


class QuestionService:
    """The questions of all sessions."""

    def __init__(self, store: QuestionStore) -> None:
        self._store = store

    async def waiting(self) -> list[wire.Question]:
        """Those that wait for a person, the oldest first."""
        return [shown(row) for row in await self._store.waiting()]


def shown(row: QuestionRow) -> wire.Question:
    """The question on the wire."""
    return wire.Question(
        id=row.id,
        session_id=row.session_id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        tool_name=row.tool_name,
        input=row.input,
        suggestions=row.suggestions,
        plan=row.plan,
        state=row.state,
        asked_at=row.asked_at,
    )


class OpenQuestions:
    """The questions of one running agent that wait, in the order in which they were asked."""

    def __init__(
        self,
        session_id: str,
        workspace_id: str,
        *,
        store: QuestionStore,
        feed: SessionFeed,
        board: BoardFeed,
        clock: Clock,
    ) -> None:
        self._session_id = session_id
        self._workspace_id = workspace_id
        self._store = store
        self._feed = feed
        self._board = board
        self._clock = clock
        self._open: dict[str, QuestionRow] = {}

    def __len__(self) -> int:
        return len(self._open)

    def ask(self, asked: Asked) -> QuestionRow:
        """The agent waits for a person."""
        row = QuestionRow(
            id=new_id(),
            session_id=self._session_id,
            workspace_id=self._workspace_id,
            agent_question_id=asked.id,
            kind=asked.kind,
            tool_name=asked.tool_name,
            input=cut_values(dict(asked.input)),
            asked_at=self._clock.now(),
            suggestions=[dict(suggestion) for suggestion in asked.suggestions],
            plan=asked.plan,
            tool_use_id=asked.tool_use_id,
        )
        event = wire.QuestionAsked(
            seq=UNNUMBERED,
            at=row.asked_at,
            question_id=row.id,
            kind=row.kind,
            tool_name=row.tool_name,
            input=row.input,
            suggestions=row.suggestions,
            plan=row.plan,
            tool_use_id=row.tool_use_id,
        )
        self._open[row.id] = row

        async def store(events: list[EventRow]) -> None:
            await self._store.ask(row, events)
            if row.id in self._open:  # nobody is called for a question that was withdrawn meanwhile
                self._board.publish(wire.QuestionOpened(question=shown(row)))

        self._feed.record([event], store)
        return row

    async def answer(self, answer: wire.Answer, by: str) -> QuestionRow:
        """Close with the one answer that counts; the caller hands it to the agent.

        Raises `errors.AlreadyAnswered` when it is not open any more, `errors.NotFound`.
        """
        # Taken out before anything is awaited: of two answers at the same moment one counts.
        row = self._open.pop(answer.question_id, None)
        if row is None:
            await self._refuse(answer.question_id)
            raise NotFound("question", answer.question_id)
        event = wire.QuestionAnswered(
            seq=UNNUMBERED,
            at=self._clock.now(),
            question_id=row.id,
            behavior=answer.behavior,
            by=by,
            message=answer.message,
            answers=answer.answers,
            scope=answer.scope,
            permission_mode=answer.permission_mode,
        )
        try:
            await self._feed.commit(
                [event],
                lambda events: self._store.answer(
                    row.id, behavior=answer.behavior, by=by, message=answer.message, events=events
                ),
            )
        except AlreadyAnswered:
            raise
        except BaseException:
            self._open[row.id] = row  # nothing was stored, so it still waits
            raise
        self._board.publish(wire.QuestionClosed(id=row.id, state=QuestionState.ANSWERED))
        return row

    async def _refuse(self, id: str) -> None:
        known = await self._store.get(id)
        if known.session_id == self._session_id:
            state = "answered" if known.state is QuestionState.OPEN else known.state.value
            raise AlreadyAnswered(id, state)

    def withdraw(self, agent_question_id: str, reason: str) -> None:
        """The agent does not need an answer any more. Harmless when the question is not open."""
        for row in [row for row in self._open.values() if row.agent_question_id == agent_question_id]:
            self._withdraw(row, reason)

    def withdraw_all(self, reason: str) -> None:
        """Nobody would hear an answer."""
        for row in list(self._open.values()):
            self._withdraw(row, reason)

    def _withdraw(self, row: QuestionRow, reason: str) -> None:
        del self._open[row.id]
        event = wire.QuestionWithdrawn(seq=UNNUMBERED, at=self._clock.now(), question_id=row.id, reason=reason)

        async def store(events: list[EventRow]) -> None:
            await self._store.withdraw(row.id, reason, events)
            self._board.publish(wire.QuestionClosed(id=row.id, state=QuestionState.WITHDRAWN))

        self._feed.record([event], store)
