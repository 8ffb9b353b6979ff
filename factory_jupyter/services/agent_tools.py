"""What the services know of the tools that agents may call: `mcp.server.McpServer`, handed in from a floor above."""

from __future__ import annotations

from typing import Any, Protocol


class AgentTools(Protocol):
    """A server of tools; each session reaches it with a token of its own."""

    async def url(self) -> str:
        """Address; asking starts the server."""

    async def connection(self, session_id: str, workspace_id: str) -> dict[str, Any]:
        """MCP servers of a session, with its token."""

    def revoke(self, session_id: str) -> None:
        """End a session's token."""

    async def stop(self) -> None:
        """End the server and every token."""
