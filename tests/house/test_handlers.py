"""No handler is open: Jupyter's own check that each verb is authenticated, and an authorizer that allows nothing."""

import re
import warnings

import pytest
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.serverapp import JupyterServerAuthWarning, ServerApp
from tornado.httpclient import HTTPClientError
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler
from traitlets.config import Config

from factory_jupyter.web.routes import handlers

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class AllowNothing(Authorizer):
    """Whatever still answers has not asked."""

    def is_authorized(self, handler, user, action, resource):
        assert resource == "factory"
        return False


def example(pattern: str) -> str:
    """A path that the route matches: each group becomes one ordinary segment."""
    path = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "example", pattern).replace("\\", "")
    assert re.fullmatch(pattern, path), f"{pattern} does not match {path}"
    return path


def verbs(handler: type[RequestHandler]) -> list[str]:
    """Verbs that the handler answers; what it does not override is 405 for everybody."""
    return [verb for verb in VERBS if getattr(handler, verb.lower()) is not RequestHandler._unimplemented_method]


ROUTES = [(example(route[0]), route[1]) for route in handlers()]
REQUESTS = [
    (verb, path) for path, handler in ROUTES if not issubclass(handler, WebSocketHandler) for verb in verbs(handler)
]
SOCKETS = [path for path, handler in ROUTES if issubclass(handler, WebSocketHandler)]


@pytest.fixture
def jp_server_config(tmp_path):
    return Config(
        {
            "ServerApp": {
                "allow_unauthenticated_access": False,
                "authorizer_class": AllowNothing,
                "jpserver_extensions": {"factory_jupyter": True},
            },
            "FactoryExtension": {"base_dir": str(tmp_path / "factory")},
        }
    )


def test_every_verb_is_authenticated(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_DIR", str(tmp_path))
    ServerApp.clear_instance()
    server = ServerApp(
        allow_root=True,
        allow_unauthenticated_access=False,
        jpserver_extensions={"factory_jupyter": True},
        reraise_server_extension_failures=True,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        server.initialize(argv=[], find_extensions=False, new_httpserver=False)
    assert [str(each.message) for each in caught if issubclass(each.category, JupyterServerAuthWarning)] == []


async def test_every_verb_is_authorized(jp_fetch):
    answers = {}
    for verb, path in REQUESTS:
        with pytest.raises(HTTPClientError) as refusal:
            await jp_fetch(path, method=verb, allow_nonstandard_methods=True)
        answers[verb, path] = refusal.value.code
    assert len(answers) > 20
    assert {request: code for request, code in answers.items() if code != 403} == {}


async def test_every_socket_is_authorized(jp_ws_fetch):
    answers = {}
    for path in SOCKETS:
        with pytest.raises(HTTPClientError) as refusal:
            await jp_ws_fetch(path)
        answers[path] = refusal.value.code
    assert len(answers) >= 2
    assert {path: code for path, code in answers.items() if code != 403} == {}
