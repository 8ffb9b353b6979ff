"""The CLI's control channel: the one place that uses what the SDK does not offer publicly."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model.wire import AgentInfo, ModelChoice, SlashCommand

if TYPE_CHECKING:
    from claude_agent_sdk import ClaudeSDKClient

Answer = TypeVar("Answer")


async def ask(client: ClaudeSDKClient, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send a control request that the SDK has no method for; raises AgentFailed when the CLI refuses it."""
    query = client._query
    answer: dict[str, Any] = await explained(query._send_control_request(dict(request)))  # type: ignore[union-attr]
    return answer


async def explained(call: Awaitable[Answer]) -> Answer:
    """Await a call of the SDK; its errors, of any type, become AgentFailed with the CLI's own words."""
    try:
        return await call
    except Exception as error:
        raise AgentFailed(str(error) or type(error).__name__) from error


def spent(usage: Mapping[str, Any]) -> float:
    """Dollars that the conversation had cost before this process; from the answer to ``get_usage``."""
    return float(usage.get("session", {}).get("total_cost_usd") or 0.0)


def info(told: Mapping[str, Any]) -> AgentInfo:
    """The commands and models that the CLI told when it started."""
    return AgentInfo(
        commands=[
            SlashCommand(
                name=command["name"],
                description=command.get("description") or "",
                argument_hint=command.get("argumentHint") or "",
            )
            for command in told.get("commands") or []
        ],
        models=[
            ModelChoice(
                value=model["value"],
                display_name=model.get("displayName") or model["value"],
                description=model.get("description") or "",
            )
            for model in told.get("models") or []
        ],
    )
