"""The SDK's own streamable-HTTP app, run by uvicorn on the Jupyter server's loop.

Imported only by `mcp.server`, when first needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from pydantic import AnyHttpUrl

from factory_jupyter import __version__
from factory_jupyter.mcp.tools import add_tools

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory
    from factory_jupyter.mcp.caller import Caller

STOP_TIMEOUT_S = 3


class ServedApp:
    """A running server: its address, and the way to end it."""

    def __init__(self, url: str, server: uvicorn.Server, task: asyncio.Task[None]) -> None:
        self.url = url
        self._server = server
        self._task = task

    async def stop(self) -> None:
        """End the server; connections that agents still hold are cut."""
        self._server.should_exit = True
        self._server.force_exit = True
        await self._task


async def serve(factory: Factory, caller_of: Callable[[str], Caller | None]) -> ServedApp:
    """Start the server on a loopback port; returns when it accepts connections."""
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with _root_logger_kept():
        mcp = MCPServer(
            "factory",
            version=__version__,
            instructions="Tools of the Factory: the workspace you work in, its neighbours, and the people who watch.",
            token_verifier=_Tokens(caller_of),
            auth=AuthSettings(
                issuer_url=AnyHttpUrl(origin), resource_server_url=AnyHttpUrl(origin), validate_token_resource=False
            ),
        )
    add_tools(mcp, factory, caller_of)
    config = uvicorn.Config(
        mcp.streamable_http_app(), log_config=None, log_level="warning", timeout_graceful_shutdown=STOP_TIMEOUT_S
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    return ServedApp(f"{origin}/mcp", server, task)


class _Server(uvicorn.Server):
    """Says when it listens, and leaves signals to Jupyter, whose process this is."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Tokens:
    """The SDK's ``TokenVerifier`` over our table of callers."""

    def __init__(self, caller_of: Callable[[str], Caller | None]) -> None:
        self._caller_of = caller_of

    async def verify_token(self, token: str) -> AccessToken | None:
        caller = self._caller_of(token)
        if caller is None:
            return None
        return AccessToken(token=token, client_id=caller.session_id, scopes=[])


@contextlib.contextmanager
def _root_logger_kept() -> Iterator[None]:
    # MCPServer calls logging.basicConfig, which does nothing when the root logger has a handler; the root logger of a
    # Jupyter server is not ours, nor the SDK's, to configure.
    placeholder = logging.NullHandler()
    logging.getLogger().addHandler(placeholder)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(placeholder)
