"""Claude's questions: permission for a tool, AskUserQuestion, and the approval of a plan.

All three reach us as the SDK's `can_use_tool` callback, which waits here until a person answers, however long that
takes, or until the CLI takes the question back (which cancels the callback).
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from factory_jupyter.model.agent import AgentAnswer, Asked, Withdrawn
from factory_jupyter.model.wire import QuestionKind

if TYPE_CHECKING:
    from claude_agent_sdk import PermissionResult, PermissionUpdate, ToolPermissionContext

_KINDS: Final[Mapping[str, QuestionKind]] = {"AskUserQuestion": "ask_user", "ExitPlanMode": "plan"}
_DECLINED: Final[Mapping[QuestionKind, str]] = {
    "permission": "The user declined this tool call. Do not try it again in another way; ask what to do instead.",
    "ask_user": "The user does not want to answer this question.",
    "plan": "The user does not approve the plan yet. Keep planning and ask again.",
}


@dataclass(slots=True)
class _Open:
    kind: QuestionKind
    input: dict[str, Any]
    tool_name: str
    suggestions: Sequence[PermissionUpdate]
    answer: asyncio.Future[AgentAnswer]


class ClaudeQuestions:
    """The questions of one session that wait; `tell` receives `Asked` and `Withdrawn`."""

    def __init__(self, tell: Callable[[Asked | Withdrawn], None]) -> None:
        self._tell = tell
        self._open: dict[str, _Open] = {}

    async def can_use_tool(
        self, tool_name: str, input: dict[str, Any], context: ToolPermissionContext
    ) -> PermissionResult:
        """The SDK's callback: ask, wait, translate the answer."""
        id = context.tool_use_id or str(uuid.uuid4())
        kind = _KINDS.get(tool_name, "permission")
        suggestions = [_for_session(suggestion) for suggestion in context.suggestions]
        question = _Open(kind, input, tool_name, suggestions, asyncio.get_running_loop().create_future())
        self._open[id] = question
        self._tell(
            Asked(
                id=id,
                kind=kind,
                tool_name=tool_name,
                input=input,
                suggestions=[suggestion.to_dict() for suggestion in suggestions],
                plan=str(input.get("plan") or "") if kind == "plan" else None,
                tool_use_id=context.tool_use_id,
            )
        )
        try:
            answer = await question.answer
        except asyncio.CancelledError:
            if self._open.pop(id, None):
                self._tell(Withdrawn(id=id, reason="Claude does not need an answer any more: the turn was stopped."))
            raise
        return _result(question, answer)

    def answer(self, id: str, answer: AgentAnswer) -> bool:
        """Answer a question; False when it is not open."""
        question = self._open.pop(id, None)
        if question is None or question.answer.done():
            return False
        question.answer.set_result(answer)
        return True

    def withdraw_all(self, reason: str) -> None:
        """Nobody will hear an answer any more."""
        for id, question in list(self._open.items()):
            del self._open[id]
            question.answer.cancel()
            self._tell(Withdrawn(id=id, reason=reason))


def _for_session(suggestion: PermissionUpdate) -> PermissionUpdate:
    # The CLI suggests localSettings, which would write .claude/settings.local.json into the worktree.
    return replace(suggestion, destination="session")


def _result(question: _Open, answer: AgentAnswer) -> PermissionResult:
    import claude_agent_sdk as sdk

    if answer.behavior == "deny":
        return sdk.PermissionResultDeny(message=answer.message or _DECLINED[question.kind])
    input = dict(answer.updated_input) if answer.updated_input is not None else question.input
    if question.kind == "ask_user":
        input = {**input, "answers": {asked: _joined(given) for asked, given in (answer.answers or {}).items()}}
    return sdk.PermissionResultAllow(updated_input=input, updated_permissions=_updates(question, answer) or None)


def _joined(given: str | list[str]) -> str:
    return given if isinstance(given, str) else ", ".join(given)


def _updates(question: _Open, answer: AgentAnswer) -> list[PermissionUpdate]:
    import claude_agent_sdk as sdk
    from claude_agent_sdk.types import PermissionRuleValue

    updates: list[PermissionUpdate] = []
    if answer.scope == "session" and question.kind == "permission":
        rule = PermissionRuleValue(tool_name=question.tool_name)
        whole_tool = sdk.PermissionUpdate(type="addRules", rules=[rule], behavior="allow", destination="session")
        updates.extend(question.suggestions or [whole_tool])
    if answer.permission_mode and question.kind == "plan":
        updates.append(sdk.PermissionUpdate(type="setMode", mode=answer.permission_mode, destination="session"))
    return updates
