"""Every address of the product, in two tables: handlers, ``openapi.json`` and ``docs/api.md`` are made from them."""

from __future__ import annotations

import re
from typing import Any, Final

from tornado.web import RequestHandler

from factory_jupyter.model.wire import Health, SettledEvent
from factory_jupyter.web import admin, health, projects, questions, sessions, settings, workspaces
from factory_jupyter.web.board import BoardSocket
from factory_jupyter.web.chat import ChatSocket
from factory_jupyter.web.openapi import document
from factory_jupyter.web.rest import Route, make_handlers
from factory_jupyter.web.sockets import FactorySocket


async def openapi() -> dict[str, Any]:
    """The description of all this for programs."""
    return document(ROUTES)


ROUTES: Final = (
    Route("GET", "health", health.check, answer=Health, waits=False),
    Route("GET", "health/database", health.check_database, answer=Health, waits=False),
    Route("GET", "health/all", health.check_all, answer=Health, waits=False),
    Route("GET", "projects", projects.list_all),
    Route("POST", "projects", projects.add, status=201),
    Route("GET", "projects/{id}", projects.get),
    Route("PATCH", "projects/{id}", projects.update),
    Route("DELETE", "projects/{id}", projects.archive),
    Route("GET", "projects/{id}/branches", projects.branches),
    Route("GET", "paths", projects.complete_path),
    Route("GET", "workspaces", workspaces.list_all),
    Route("POST", "workspaces", workspaces.create, status=201),
    Route("GET", "workspaces/{id}", workspaces.get),
    Route("PATCH", "workspaces/{id}", workspaces.update),
    Route("POST", "workspaces/{id}/retry", workspaces.retry),
    Route("POST", "workspaces/{id}/skip-setup", workspaces.skip_setup),
    Route("POST", "workspaces/{id}/cancel", workspaces.cancel),
    Route("GET", "workspaces/{id}/log", workspaces.log),
    Route("GET", "workspaces/{id}/conversations", workspaces.conversations),
    Route("GET", "sessions", sessions.list_all),
    Route("POST", "sessions", sessions.create, status=201),
    Route("GET", "sessions/{id}", sessions.get),
    Route("PATCH", "sessions/{id}", sessions.update),
    Route("DELETE", "sessions/{id}", sessions.delete, status=204),
    Route("POST", "sessions/{id}/commands", sessions.command, status=202),
    Route("GET", "sessions/{id}/events", sessions.events, answer=list[SettledEvent]),
    Route("GET", "sessions/{id}/attachments/{attachment_id}", sessions.attachment),
    Route("GET", "questions", questions.list_all),
    Route("GET", "settings", settings.get),
    Route("PATCH", "settings", settings.update),
    Route("GET", "models", admin.models),
    Route("GET", "admin/info", admin.info),
    Route("GET", "openapi.json", openapi),
)

SOCKETS: Final[dict[str, type[FactorySocket]]] = {
    "factory/chat/{id}": ChatSocket,
    "factory/board": BoardSocket,
}


def handlers() -> list[tuple[str, type[RequestHandler]]]:
    """Tornado's table; the server puts its base URL in front."""
    sockets = [(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path), handler) for path, handler in SOCKETS.items()]
    return [*make_handlers(ROUTES), *sockets]
