"""Questions: what waits for a person, and who answers for a program."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from factory_jupyter.errors import AlreadyAnswered, NotFound
from factory_jupyter.model import wire
from factory_jupyter.notebook.transport import Server
from factory_jupyter.notebook.views import QuestionView

Answers: TypeAlias = dict[str, str | list[str]]
Scope = Literal["once", "session"]
Behavior = Literal["allow", "deny"]


class Question(QuestionView):
    """Something that waits for a person; it is answered once, wherever the answer comes from."""

    def __init__(self, server: Server, info: wire.Question) -> None:
        self.server = server
        self._info = info

    @property
    def info(self) -> wire.Question:
        """Every field that the server knows."""
        return self._info

    async def allow(
        self,
        *,
        answers: Answers | None = None,
        scope: Scope = "once",
        permission_mode: wire.PermissionMode | None = None,
    ) -> None:
        """Let it happen, once or for the whole session.

        ``answers`` is for ask_user (see `choices`), ``permission_mode`` for what follows an approved plan. Raises
        `AlreadyAnswered` when somebody else was faster.
        """
        await self._answer(
            wire.Answer(
                question_id=self.id, behavior="allow", answers=answers, scope=scope, permission_mode=permission_mode
            )
        )

    async def deny(self, message: str | None = None) -> None:
        """Refuse; ``message`` tells Claude what to do instead. Raises `AlreadyAnswered` as `allow` does."""
        await self._answer(wire.Answer(question_id=self.id, behavior="deny", message=message))

    async def _answer(self, answer: wire.Answer) -> None:
        await self.server.call("POST", f"sessions/{self.info.session_id}/commands", wire.Accepted, answer)


OnQuestion: TypeAlias = Callable[[Question], Awaitable[None] | None]
"""Called with each question of a turn; it may answer, or leave the question to a person."""


async def waiting(server: Server) -> list[Question]:
    """Every question that waits for a person, of all sessions."""
    return [Question(server, info) for info in await server.call("GET", "questions", list[wire.Question])]


async def put(server: Server, asked: wire.QuestionAsked, policy: OnQuestion | None, worktree: str | None) -> None:
    """Hand a question to ``policy``, unless it has its answer already; without a policy, call for a person."""
    question = next((question for question in await waiting(server) if question.id == asked.question_id), None)
    if question is None:
        return
    question.worktree = worktree
    try:
        answering = (policy or call_for_a_person)(question)
        if answering is not None:
            await answering
    except (AlreadyAnswered, NotFound):
        pass  # A person, or the end of the turn, was faster.


def call_for_a_person(question: Question) -> None:
    """Say below the cell that, and where, an answer is awaited."""
    sys.stdout.write(
        f"Claude waits for you: {question.summary}\n"
        "(answer in the Factory panel or in workspace.chat(), or pass on_question=)\n"
    )
    sys.stdout.flush()
