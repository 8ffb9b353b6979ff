"""The Jupyter Server extension: configuration in, `Factory` built, routes out; started and stopped with the server."""

from __future__ import annotations

import asyncio
import logging
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp

from factory_jupyter import __version__
from factory_jupyter.config import FactoryConfig
from factory_jupyter.factory import Factory
from factory_jupyter.mcp.server import McpServer
from factory_jupyter.web.routes import handlers

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

ACTIVITY_INTERVAL_S = 30.0
STOP_TIMEOUT_S = 10.0


LOG = logging.getLogger("factory_jupyter")
_LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}


class _ServerLog(logging.Handler):
    """Hands our lines to the server's own log, under the name of the service."""

    def __init__(self, server: logging.Logger, service: str) -> None:
        super().__init__()
        self._server = server
        self._service = service

    def emit(self, record: logging.LogRecord) -> None:
        line = copy(record)
        line.name = self._service
        self._server.handle(line)


class FactoryExtension(FactoryConfig, ExtensionApp):
    """Several Claude Code agents at once in JupyterLab, each in its own git worktree."""

    name = "factory_jupyter"
    description = __doc__
    load_other_extensions = True

    factory: Factory

    def initialize_settings(self) -> None:
        """Build the services (cheap: nothing is opened yet) and tell the page what it must know at boot."""
        self.factory = Factory(self, McpServer)
        self.settings["factory"] = self.factory
        assert self.serverapp is not None
        self._server_log = _ServerLog(self.serverapp.log, self.service_name)
        LOG.setLevel(_LEVELS[self.log_verbosity])
        LOG.addHandler(self._server_log)
        page_config = self.serverapp.web_app.settings.setdefault("page_config_data", {})
        page_config["factoryVersion"] = __version__
        page_config["factoryDemo"] = self.demo
        page_config["factoryRootDir"] = self.serverapp.root_dir
        page_config["factoryAllowBypass"] = self.allow_bypass_permissions and not self.is_root()
        page_config["factoryDemoPrompt"] = self.demo_prompt
        if self.cors_allowed_origins and not self.serverapp.allow_origin:
            self.serverapp.web_app.settings["allow_origin"] = self.cors_allowed_origins

    def initialize_handlers(self) -> None:
        """Add every route; the server puts its base URL in front."""
        self.handlers.extend(handlers())

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        # A first start has nothing to look after, so it costs nothing until somebody opens the panel. Later starts look
        # at once for agents and half-made worktrees that a crash has left behind, but nobody has to wait for that.
        if self.factory.has_history():
            self._starting = asyncio.ensure_future(self._start_quietly())
        self._activity = asyncio.ensure_future(self._report_activity())

    async def _start_quietly(self) -> None:
        try:
            await self.factory.ready()
        except Exception as error:  # every request that needs the factory tells the same, so the server goes on
            self.log.error("factory-jupyter could not start: %s", error)

    async def _report_activity(self) -> None:
        # Keeps cullers (jupyterhub-idle-culler, shutdown_no_activity_timeout) away while agents work, and only then.
        assert self.serverapp is not None
        times: dict[str, Any] = self.serverapp.web_app.settings.setdefault("last_activity_times", {})
        while True:
            if self.factory.is_working():
                times[self.name] = datetime.now(UTC)
            await asyncio.sleep(ACTIVITY_INTERVAL_S)

    def current_activity(self) -> dict[str, Any] | None:
        """Truthy while an agent works, so that the server does not shut itself down."""
        return {"working": True} if self.factory.is_working() else None

    async def stop_extension(self) -> None:
        """End every agent, script and job within 10 s."""
        if activity := getattr(self, "_activity", None):
            activity.cancel()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self.factory.stop()
        except TimeoutError:
            self.log.error("factory-jupyter did not stop within %s s; the next start ends what is left", STOP_TIMEOUT_S)
        LOG.removeHandler(self._server_log)
