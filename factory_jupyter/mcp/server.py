"""The MCP server that every agent gets: started with the first session, on a loopback port that the system chooses.

Each session gets a token of its own. It names the session and its workspace, is the only thing that opens the server,
and dies with the session. Nothing of the SDK is imported before the first session starts.
"""

from __future__ import annotations

import asyncio
import importlib
import secrets
from typing import TYPE_CHECKING, Any

from factory_jupyter.mcp.caller import Caller

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory
    from factory_jupyter.mcp.app import ServedApp

SERVER_NAME = "factory"


class McpServer:
    """Serves the tools, mints and revokes the tokens."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self._callers: dict[str, Caller] = {}
        self._served: ServedApp | None = None
        self._starting = asyncio.Lock()

    async def url(self) -> str:
        """Address of the server; asking starts it."""
        async with self._starting:
            if self._served is None:
                # 1 s and 35 MB of imports: off the loop, and only now.
                app = await asyncio.to_thread(importlib.import_module, "factory_jupyter.mcp.app")
                self._served = await app.serve(self._factory, self.caller)
            return self._served.url

    async def connection(self, session_id: str, workspace_id: str) -> dict[str, Any]:
        """What the Claude CLI needs to reach the server as this session, in the form of its ``mcpServers`` setting."""
        self.revoke(session_id)
        token = secrets.token_urlsafe(32)
        url = await self.url()
        self._callers[token] = Caller(session_id, workspace_id)
        return {SERVER_NAME: {"type": "http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}}

    def caller(self, token: str) -> Caller | None:
        """Who a token belongs to; None when it was never minted or has been revoked."""
        return self._callers.get(token)

    def revoke(self, session_id: str) -> None:
        """End a session's token."""
        self._callers = {token: caller for token, caller in self._callers.items() if caller.session_id != session_id}

    async def stop(self) -> None:
        """End the server and every token."""
        self._callers.clear()
        if self._served is not None:
            await self._served.stop()
            self._served = None
