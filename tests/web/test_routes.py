"""Every route: what it answers fits its own description, and it refuses what it must, in words and with a code."""

import json
import re
from typing import ClassVar

import msgspec
import pytest
from jsonschema import Draft202012Validator
from jupyter_server.auth.authorizer import Authorizer

from factory_jupyter.errors import Conflict, DatabaseUnavailable, NotFound, RateLimited
from factory_jupyter.web.rest import PREFIX
from factory_jupyter.web.routes import ROUTES
from tests.fakes.factory import ATTACHMENT, HEALTH, SESSION, WORKSPACE
from tests.web.conftest import path_of

BODIES = {
    "projects": {"repo_path": "/code/app"},
    "workspaces": {"project_id": "p1", "prompt": "Fix it"},
    "sessions": {"workspace_id": "w1"},
    "sessions/{id}/commands": {"type": "say", "id": "m1", "text": "hi"},
}
WITH_BODY = [route for route in ROUTES if "body" in route.types]
USING_SERVICES = [route for route in ROUTES if route.path != "openapi.json"]


def body_of(route):
    return BODIES.get(route.path, {}) if "body" in route.types else None


async def gather(routes, call):
    """What ``call(route)`` gives for each route, to be compared in one assertion that shows every exception at once."""
    return {f"{route.method} {route.path}": await call(route) for route in routes}


async def test_every_answer_fits_its_description(ask, factory):
    document = (await ask("GET", "openapi.json")).json
    assert document["openapi"] == "3.1.0"
    for route in ROUTES:
        reply = await ask(route.method, path_of(route), body_of(route))
        assert reply.status == route.status, f"{route.method} {route.path}: {reply.body!r}"
        operation = document["paths"][f"/{PREFIX}{route.path}"][route.method.lower()]
        assert operation["summary"].endswith(".")
        content = operation["responses"][str(route.status)].get("content", {})
        if schema := content.get("application/json", {}).get("schema"):
            Draft202012Validator({**schema, "components": document["components"]}).validate(reply.json)
        else:
            assert reply.json is None


async def test_operation_ids_are_unique_and_references_resolve(ask):
    document = (await ask("GET", "openapi.json")).json
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == len(ROUTES)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= document["components"]["schemas"].keys()
    assert {"Hello", "BlockSettled", "Say", "Snapshot", "ErrorBody"} <= document["components"]["schemas"].keys()


async def test_without_a_token_nothing_is_told(ask, factory):
    async def status(route):
        return [
            (await ask(route.method, path_of(route), body_of(route), headers=headers)).status
            for headers in ({}, {"Authorization": "token wrong"})
        ]

    assert {key: found for key, found in (await gather(ROUTES, status)).items() if found != [403, 403]} == {}
    assert factory.calls == []


async def test_a_cookie_needs_the_xsrf_token_to_write(ask, factory, http_server_client, jp_base_url, jp_auth_header):
    token = jp_auth_header["Authorization"].split()[1]
    cookies = {}
    for page in (f"api/me?token={token}", "login"):
        reply = await http_server_client.fetch(f"{jp_base_url}{page}")
        cookies |= dict(cookie.partition(";")[0].split("=", 1) for cookie in reply.headers.get_list("Set-Cookie"))
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    xsrf = cookies["_xsrf"]
    writing = [route for route in ROUTES if route.method != "GET"]
    reading = [route for route in ROUTES if route.method == "GET"]

    async def without(route):
        return (await ask(route.method, path_of(route), body_of(route), headers=cookie)).status

    async def with_xsrf(route):
        headers = {**cookie, "X-XSRFToken": xsrf}
        return (await ask(route.method, path_of(route), body_of(route), headers=headers)).status == route.status

    async def from_elsewhere(route):
        headers = {**cookie, "X-XSRFToken": xsrf, "Origin": "http://evil.example"}
        return (await ask(route.method, path_of(route), body_of(route), headers=headers)).status

    assert set((await gather(writing, without)).values()) == {403}
    assert set((await gather(ROUTES, from_elsewhere)).values()) == {404}
    assert factory.calls == []
    own_origin = {key: ok for key, ok in (await gather(writing + reading, with_xsrf)).items() if not ok}
    assert own_origin == {}


async def test_every_refusal_of_a_service_reaches_the_caller(ask, factory):
    refusals = [
        (NotFound("thing", "x1"), 404, "not_found"),
        (Conflict("Not now."), 409, "conflict"),
        (RateLimited("Too many.", 2.5), 429, "rate_limited"),
        (DatabaseUnavailable("The disk is full."), 503, "database_unavailable"),
    ]
    for error, expected, code in refusals:
        factory.refusal = error

        async def ask_for(route, error=error):
            reply = await ask(route.method, path_of(route), body_of(route))
            assert set(reply.json) == {"message", "reason", "code"}, route.path
            assert reply.json["message"] == error.message
            if isinstance(error, RateLimited):
                assert reply.headers["Retry-After"] == "3"
            return reply.status, reply.json["code"]

        assert set((await gather(USING_SERVICES, ask_for)).values()) == {(expected, code)}


async def test_bugs_are_logged_and_not_shown(ask, factory, caplog):
    factory.refusal = ZeroDivisionError("secret detail")
    reply = await ask("GET", "projects")
    assert (reply.status, reply.json["code"]) == (500, "internal_error")
    assert "secret detail" not in reply.body.decode()
    assert "secret detail" in caplog.text


async def test_bodies_are_checked_and_the_message_names_the_field(ask, factory):
    for route in WITH_BODY:
        for body in (b"{nope", b"", b"\xff", []):
            reply = await ask(route.method, path_of(route), body)
            assert (reply.status, reply.json["code"]) == (400, "invalid_input"), route.path
            assert reply.json["message"].startswith("The request body ")
        if route.path != "sessions/{id}/commands":  # frames of a newer front end may carry more
            reply = await ask(route.method, path_of(route), {**body_of(route), "no_such_field": 1})
            assert reply.status == 400
            assert "no_such_field" in reply.json["message"]
    assert factory.calls == []


async def test_messages_say_where(ask, factory):
    for method, path, body, words in [
        ("POST", "projects", {}, "required field `repo_path`"),
        ("POST", "projects", {"repo_path": 3}, "`$.repo_path`"),
        ("POST", "projects", {"repo_path": ""}, "`$.repo_path`"),
        ("POST", "workspaces", {"project_id": "p", "permission_mode": "yolo"}, "`$.permission_mode`"),
        ("PATCH", "projects/x1", {"startup_script_timeout": 0}, "`$.startup_script_timeout`"),
        ("POST", "sessions/x1/commands", {"type": "shout"}, "'shout'"),
        ("POST", "sessions/x1/commands", {"type": "answer", "question_id": "q", "behavior": "maybe"}, "`$.behavior`"),
        ("GET", "workspaces?status=BROKEN", None, "`$.status`"),
        ("GET", "workspaces?include_archived=perhaps", None, "`$.include_archived`"),
        ("GET", "workspaces/x1/log?offset=-1", None, "`$.offset`"),
        ("GET", "sessions/x1/events?since=two", None, "`$.since`"),
        ("GET", "sessions/x1/events?limit=0", None, "`$.limit`"),
    ]:
        reply = await ask(method, path, body)
        assert reply.status == 400, path
        assert words in reply.json["message"]
    assert factory.calls == []


async def test_queries_arrive_decoded(ask, factory):
    await ask("GET", "workspaces?project_id=p%201&status=READY&include_archived=true&no_track_activity=1")
    await ask("GET", "sessions/s%2F1/events?since=5&limit=6")
    await ask("GET", "paths?prefix=%7E%2Fcode%2F%C3%A4")
    assert factory.calls == [
        ("workspaces.list", ("p 1", "READY", True)),
        ("sessions.events", ("s/1", 5, 6)),
        ("projects.complete_path", ("~/code/ä",)),
    ]


async def test_lists_that_grow_are_read_in_pages(ask, factory):
    for path, thing in (("workspaces", WORKSPACE), ("sessions", SESSION)):
        factory.answers[f"{path}.list"] = [msgspec.structs.replace(thing, id=f"x{number}") for number in range(5)]

        async def ids(query, path=path):
            return [each["id"] for each in (await ask("GET", f"{path}?{query}")).json]

        assert await ids("") == ["x0", "x1", "x2", "x3", "x4"]
        assert await ids("limit=2") == ["x0", "x1"]
        assert await ids("after=x1&limit=2") == ["x2", "x3"]
        assert await ids("after=x4") == []
        gone = await ask("GET", f"{path}?after=x9")
        assert (gone.status, gone.json["code"]) == (400, "invalid_input")


async def test_what_has_no_route_is_refused_in_json(ask):
    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        reply = await ask(method, "no/such/thing")
        assert (reply.status, reply.json["code"]) == (404, "not_found")
        assert (await ask(method, "no/such/thing", headers={})).status == 403
    reply = await ask("PUT", "projects")
    assert (reply.status, reply.json["code"]) == (405, "method_not_allowed")
    assert (await ask("GET", "", headers={})).status == 403


async def test_health_that_is_an_error_is_503_with_its_checks(ask, factory):
    factory.answers["health.check"] = HEALTH.__class__(status="error", checks=HEALTH.checks, version="0.1.0")
    reply = await ask("GET", "health")
    assert (reply.status, reply.json["status"]) == (503, "error")
    assert reply.json["checks"].keys() == {"git"}


async def test_reading_is_no_activity(ask, jp_serverapp):
    settings = jp_serverapp.web_app.settings
    for route in ROUTES:
        if route.method == "GET":
            await ask("GET", path_of(route))
    assert "api_last_activity" not in settings
    await ask("POST", "projects", BODIES["projects"])
    assert "api_last_activity" in settings


async def test_images_are_shown_and_all_else_is_downloaded(ask, factory):
    reply = await ask("GET", "sessions/s1/attachments/a1")
    assert (reply.body, reply.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert reply.headers["Content-Disposition"] == 'inline; filename="shot.png"'
    for media_type in ("text/html", "image/svg+xml", "application/pdf"):
        factory.answers["sessions.attachment"] = ATTACHMENT.__class__(
            **{
                **{name: getattr(ATTACHMENT, name) for name in ATTACHMENT.__struct_fields__},
                "media_type": media_type,
                "name": 'x"\r\nSet-Cookie: a=b.html',
            }
        )
        reply = await ask("GET", "sessions/s1/attachments/a1")
        assert reply.headers["Content-Type"] == "application/octet-stream"
        assert reply.headers["Content-Disposition"] == 'attachment; filename="x_Set-Cookie_a_b.html"'
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


class Recorder(Authorizer):
    """Allows everything and remembers what it was asked."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def is_authorized(self, handler, user, action, resource):
        self.asked.append((action, resource))
        return True


class TestAuthorizer:
    @pytest.fixture
    def jp_server_config(self, jp_server_config):
        jp_server_config.ServerApp.authorizer_class = Recorder
        return jp_server_config

    async def test_reading_and_writing_are_told_apart(self, ask, factory):
        Recorder.asked.clear()
        for route in ROUTES:
            await ask(route.method, path_of(route), body_of(route))
        assert Recorder.asked == [("read" if route.method == "GET" else "write", "factory") for route in ROUTES]
