"""The MCP server, asked with the SDK's own client and with plain HTTP."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from requests import post

from factory_jupyter.errors import NotFound
from factory_jupyter.mcp.server import McpServer
from factory_jupyter.model.states import KanbanColumn, WorkspaceStatus
from factory_jupyter.model.wire import Diff, Initialization, Notification, RunState, Workspace

# The SDK's client leaves a socket of its own to the garbage collector when the server has refused it.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def workspace(id: str, name: str) -> Workspace:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Workspace(
        id=id,
        project_id="p1",
        name=name,
        description=None,
        status=WorkspaceStatus.READY,
        branch_name=f"ada/{name}",
        base_branch="trunk",
        worktree_path=f"/trees/{name}",
        init=Initialization(),
        run=RunState(),
        pull_request=None,
        kanban_column=KanbanColumn.WAITING,
        is_working=name == "busy",
        needs_attention=False,
        diff=Diff(files=3),
        last_activity_at=None,
        created_at=now,
        updated_at=now,
    )


class FakeFactory:
    """Two workspaces of one project, and a board that remembers."""

    def __init__(self) -> None:
        self.published: list[Notification] = []
        self.board = SimpleNamespace(publish=self.published.append)
        self.projects = SimpleNamespace(get=self._project)
        self.workspaces = SimpleNamespace(get=self._get, list=self._list)
        self._all = {"w1": workspace("w1", "mine"), "w2": workspace("w2", "busy")}

    async def _project(self, id: str) -> SimpleNamespace:
        return SimpleNamespace(id=id, name="Photonlab")

    async def _get(self, id: str) -> Workspace:
        if id not in self._all:
            raise NotFound("workspace", id)
        return self._all[id]

    async def _list(self, project_id: str) -> list[Workspace]:
        return list(self._all.values())


class Asking:
    """A server on a fake factory, and a client for one of its tokens."""

    def __init__(self) -> None:
        self.factory = FakeFactory()
        self.server = McpServer(self.factory)  # type: ignore[arg-type]

    async def call(self, connection: dict, tool: str, **arguments: object) -> dict:
        import httpx2
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        there = connection["factory"]
        async with (
            httpx2.AsyncClient(headers=there["headers"]) as http,
            Client(streamable_http_client(there["url"], http_client=http)) as client,
        ):
            result = await client.call_tool(tool, arguments)
            assert result.structured_content is not None
            answer = result.structured_content
            return answer.get("result", answer)


def run(test) -> None:
    async def whole() -> None:
        asking = Asking()
        try:
            async with asyncio.timeout(30):
                await test(asking)
        finally:
            await asking.server.stop()

    asyncio.run(whole())


def initialize(connection: dict, authorization: str | None) -> int:
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    headers = {"Accept": "application/json, text/event-stream"}
    if authorization is not None:
        headers["Authorization"] = authorization
    return post(connection["factory"]["url"], json=body, headers=headers, timeout=10).status_code


def test_an_agent_learns_where_it_works_and_who_works_beside_it() -> None:
    async def test(asking: Asking) -> None:
        connection = await asking.server.connection("s1", "w1")
        info = await asking.call(connection, "system_info")
        assert (info["project"], info["workspace"], info["branch"]) == ("Photonlab", "mine", "ada/mine")
        assert [(other["name"], other["is_working"]) for other in info["neighbours"]] == [("busy", True)]

    run(test)


def test_the_token_says_who_calls() -> None:
    async def test(asking: Asking) -> None:
        first = await asking.server.connection("s1", "w1")
        second = await asking.server.connection("s2", "w2")
        assert (await asking.call(first, "system_info"))["workspace"] == "mine"
        assert (await asking.call(second, "system_info"))["workspace"] == "busy"

    run(test)


def test_a_notification_carries_its_session() -> None:
    async def test(asking: Asking) -> None:
        connection = await asking.server.connection("s1", "w1")
        assert await asking.call(connection, "system_notify", title="Look", body="here") == {"notified": True}
        (told,) = asking.factory.published
        assert (told.workspace_id, told.session_id, told.title, told.body) == ("w1", "s1", "Look", "here")

    run(test)


def test_a_refusal_is_a_result_with_its_reason() -> None:
    async def test(asking: Asking) -> None:
        connection = await asking.server.connection("s1", "gone")
        answer = await asking.call(connection, "system_info")
        assert answer["code"] == "not_found"
        assert "gone" in answer["refused"]

    run(test)


def test_nobody_gets_in_without_a_token_that_lives() -> None:
    async def test(asking: Asking) -> None:
        connection = await asking.server.connection("s1", "w1")
        good = connection["factory"]["headers"]["Authorization"]
        ask = lambda authorization: asyncio.to_thread(initialize, connection, authorization)  # noqa: E731
        assert await ask(good) == 200
        assert await ask(None) == 401
        assert await ask("Bearer guess") == 401
        renewed = (await asking.server.connection("s1", "w1"))["factory"]["headers"]["Authorization"]
        assert await ask(good) == 401  # a session has one token at a time
        assert await ask(renewed) == 200
        asking.server.revoke("s1")
        assert await ask(renewed) == 401

    run(test)


def test_it_listens_on_loopback_and_leaves_the_root_logger_alone() -> None:
    async def test(asking: Asking) -> None:
        import logging

        before = list(logging.getLogger().handlers)
        url = await asking.server.url()
        assert url.startswith("http://127.0.0.1:")
        assert url == await asking.server.url()
        assert logging.getLogger().handlers == before

    run(test)
