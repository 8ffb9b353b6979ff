"""A Jupyter server with the real handlers on a fake factory; its base URL ``/a%40b/`` finds wrong quoting."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect
from traitlets.config import Config

from factory_jupyter.web.rest import PREFIX, Route
from tests.fakes.factory import FakeFactory


@pytest.fixture
def jp_server_config():
    return Config(
        {
            "ServerApp": {
                "allow_unauthenticated_access": False,
                "jpserver_extensions": {"tests.fakes.factory": True, "jupyter_server_terminals": False},
            }
        }
    )


@pytest.fixture
def factory(jp_serverapp) -> FakeFactory:
    return jp_serverapp.web_app.settings["factory"]


@dataclass
class Reply:
    status: int
    json: Any
    headers: Any
    body: bytes


@pytest.fixture
def ask(http_server_client, jp_auth_header, jp_base_url):
    """``await ask("GET", "projects")``; ``headers`` replace the token."""

    async def ask(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        reply: HTTPResponse = await http_server_client.fetch(
            f"{jp_base_url}{PREFIX}{path}",
            method=method,
            body=content,
            headers=jp_auth_header if headers is None else headers,
            allow_nonstandard_methods=True,
            raise_error=False,
            follow_redirects=False,
        )
        is_json = reply.headers.get("Content-Type", "").startswith("application/json")
        return Reply(reply.code, json.loads(reply.body) if is_json and reply.body else None, reply.headers, reply.body)

    return ask


def path_of(route: Route) -> str:
    """The route's path with an id in each place."""
    return route.path.replace("{id}", "x1").replace("{attachment_id}", "a1")


@pytest.fixture
def connect(jp_serverapp, http_server, jp_base_url, jp_auth_header):
    """``await connect("chat/s1?since=0")`` with the token, or with the headers given."""
    port = next(iter(http_server._sockets.values())).getsockname()[1]
    connections = []

    async def connect(path, headers=None, **options):
        url = f"ws://127.0.0.1:{port}{jp_base_url}factory/{path}"
        request = HTTPRequest(url, headers=jp_auth_header if headers is None else headers)
        connection = await websocket_connect(request, **options)
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


async def receive(connection):
    message = await asyncio.wait_for(connection.read_message(), 5)
    return None if message is None else json.loads(message)
