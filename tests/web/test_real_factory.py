"""The routes on the real services, a real database and a real repository; no agent is started."""

import asyncio
import sqlite3

import pytest
from tornado.httpclient import HTTPClientError
from traitlets.config import Config

from factory_jupyter.web.routes import ROUTES
from tests.fakes.git import make_home, make_repository
from tests.web.conftest import path_of, receive
from tests.web.test_routes import body_of


@pytest.fixture
def base_dir(tmp_path):
    return tmp_path / "factory"


@pytest.fixture
def jp_server_config(base_dir):
    return Config(
        {
            "ServerApp": {
                "allow_unauthenticated_access": False,
                "jpserver_extensions": {"factory_jupyter": True, "jupyter_server_terminals": False},
            },
            "FactoryExtension": {"base_dir": str(base_dir), "max_sessions_per_workspace": 2},
        }
    )


async def until_made(board, workspace_id):
    async with asyncio.timeout(20):
        while True:
            frame = await receive(board)
            workspace = frame.get("workspace", {})
            if workspace.get("id") == workspace_id and workspace["status"] in {"READY", "FAILED"}:
                return workspace


async def test_from_a_repository_to_a_session(ask, connect, tmp_path):
    make_home(tmp_path / "git" / "home")
    repository = make_repository(tmp_path / "git" / "app")
    board = await connect("board")
    assert (await receive(board))["type"] == "snapshot"

    project = await ask("POST", "projects", {"repo_path": str(repository)})
    assert (project.status, project.json["default_branch"]) == (201, "main")
    id = project.json["id"]
    assert [each["name"] for each in (await ask("GET", f"projects/{id}/branches")).json] == ["main"]
    patched = await ask("PATCH", f"projects/{id}", {"name": "Äpp"})
    assert (patched.status, patched.json["name"], patched.json["default_branch"]) == (200, "Äpp", "main")

    made = await ask("POST", "workspaces", {"project_id": id, "name": "Fix it", "key": "k"})
    assert (made.status, made.json["status"]) == (201, "NEW")
    workspace = await until_made(board, made.json["id"])
    assert workspace["status"] == "READY", workspace["init"]
    again = await ask("POST", "workspaces", {"project_id": id, "name": "Fix it", "key": "k"})
    assert again.json["id"] == workspace["id"]
    log = (await ask("GET", f"workspaces/{workspace['id']}/log")).json
    assert log["next_offset"] == len(log["text"]) > 0
    rest = await ask("GET", f"workspaces/{workspace['id']}/log?offset={log['next_offset']}")
    assert rest.json == {"text": "", "next_offset": log["next_offset"]}
    for action in ("retry", "skip-setup", "cancel"):
        refused = await ask("POST", f"workspaces/{workspace['id']}/{action}")
        assert refused.status == 409, action

    sessions = [await ask("POST", "sessions", {"workspace_id": workspace["id"]}) for _ in range(3)]
    assert [reply.status for reply in sessions] == [201, 201, 409]
    assert sessions[2].json["code"] == "session_limit"
    assert "(2)" in sessions[2].json["message"]
    session_id = sessions[0].json["id"]
    bypass = await ask("PATCH", f"sessions/{session_id}", {"permission_mode": "bypassPermissions"})
    assert (bypass.status, bypass.json["code"]) == (403, "bypass_not_allowed")

    chat = await connect(f"chat/{session_id}")
    hello = await receive(chat)
    assert (hello["type"], hello["session"]["id"], hello["last_seq"]) == ("hello", session_id, 0)
    accepted = await ask(
        "POST", f"sessions/{session_id}/commands", {"type": "set_permission_mode", "permission_mode": "plan"}
    )
    assert (accepted.status, accepted.json) == (202, {"seq": 1})
    events = (await ask("GET", f"sessions/{session_id}/events")).json
    assert [(event["seq"], event["type"]) for event in events] == [(1, "mode_changed")]
    async with asyncio.timeout(5):
        while (frame := await receive(chat)) != events[0]:
            assert "seq" not in frame

    assert (await ask("DELETE", f"sessions/{session_id}")).status == 204
    async with asyncio.timeout(5):
        while await receive(chat) is not None:
            pass
    assert (await ask("GET", f"sessions/{session_id}")).status == 404
    with pytest.raises(HTTPClientError, match="404"):
        await connect(f"chat/{session_id}")

    archived = await ask("DELETE", f"projects/{id}")
    assert archived.json["is_archived"] is True
    assert (await ask("GET", "projects")).json == []


async def test_ids_that_do_not_exist_are_404_on_every_route(ask):
    bodies = {"workspaces": {"project_id": "x1"}, "sessions": {"workspace_id": "x1"}}
    for route in ROUTES:
        if "{id}" in route.path or (route.method == "POST" and route.path in bodies):
            reply = await ask(route.method, path_of(route), bodies.get(route.path, body_of(route)))
            assert (reply.status, reply.json["code"]) == (404, "not_found"), f"{route.method} {route.path}"
            assert "'x1'" in reply.json["message"] or "'a1'" in reply.json["message"]


async def test_paths_that_cannot_be_projects_say_why(ask, tmp_path):
    (tmp_path / "empty").mkdir()
    for path, words in [(tmp_path / "none", "There is nothing at"), (tmp_path / "empty", "not a git repository")]:
        reply = await ask("POST", "projects", {"repo_path": str(path)})
        assert (reply.status, reply.json["code"]) == (400, "invalid_repository")
        assert words in reply.json["message"]


async def test_a_database_that_cannot_be_used_is_told_everywhere(ask, connect, base_dir):
    base_dir.mkdir()
    (base_dir / "data.db").write_bytes(b"this is not a database" * 1000)
    for route in ROUTES:
        if route.waits and "factory" in route.run.__code__.co_varnames:
            reply = await ask(route.method, path_of(route), body_of(route))
            assert (reply.status, reply.json["code"]) == (503, "database_unavailable"), route.path
            assert "is not a SQLite database" in reply.json["message"]
    health = await ask("GET", "health/database")
    assert (health.status, health.json["checks"]["database"]["status"]) == (503, "error")
    with pytest.raises(HTTPClientError, match="503"):
        await connect("board")
    (base_dir / "data.db").unlink()
    assert (await ask("GET", "projects")).json == [], "mended without a restart"
    with sqlite3.connect(base_dir / "data.db") as file:
        assert file.execute("SELECT count(*) FROM project").fetchone() == (0,)
    file.close()


async def test_preferences_lie_over_the_configuration(ask):
    before = (await ask("GET", "settings")).json
    assert (before["default_permission_mode"], before["notification_push"]) == ("default", True)
    changed = await ask("PATCH", "settings", {"default_model": "opus", "notification_push": False})
    assert changed.status == 200
    after = (await ask("GET", "settings")).json
    assert (after["default_model"], after["notification_push"], after["notification_sound"]) == ("opus", False, True)
    for body, status, words in [
        ({"custom_ide_command": "code"}, 400, "must contain {workspace}"),
        ({"custom_ide_command": "code {workspace}; rm -rf /"}, 400, "must not contain ;"),
        ({"custom_ide_command": "zed {workspace}"}, 200, ""),
        ({"custom_ide_command": None}, 200, ""),
        ({"default_permission_mode": "bypassPermissions"}, 403, "does not allow bypassPermissions"),
    ]:
        reply = await ask("PATCH", "settings", body)
        assert reply.status == status
        assert words in reply.body.decode()
