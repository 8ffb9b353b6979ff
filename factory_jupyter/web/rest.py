"""REST routes as data: a method, a path, and an async function that knows no Tornado; its signature says the rest.

The function's parameters, by name:

- ``factory``: the `Factory`, ready for use unless the route says otherwise,
- ``body``: the decoded request body; its annotation is the wire type,
- ``query``: the query string as a struct; its annotation is that struct,
- ``by``: the name of the caller,
- any other: the part of the path in braces with the same name.

Its answer's annotation is the reply's wire type, the first line of its docstring the summary in ``openapi.json``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, get_type_hints

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado import web

from factory_jupyter.errors import FactoryError, Invalid, NotFound
from factory_jupyter.web.base import RESOURCE, FactoryHandler

PREFIX: Final = "factory/api/"
LARGEST_BODY: Final = 64 * 1024 * 1024
"""Bytes; a message with four images of the largest size fits."""


@dataclass(frozen=True, slots=True)
class Status:
    """An answer with a status of its own."""

    status: int
    value: Any


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is not JSON."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Route:
    """One row of the table; see the module's docstring."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    run: Callable[..., Awaitable[Any]]
    status: int = 200
    answer: Any = None
    """The reply's type where the function answers encoded bytes."""
    waits: bool = True
    """Whether the factory must be ready first."""

    @property
    def summary(self) -> str:
        """One sentence."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]

    @property
    def parameters(self) -> list[str]:
        """Names in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def pattern(self) -> str:
        """The path as Tornado's regular expression."""
        return PREFIX + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.path.replace(".", r"\."))

    @cached_property
    def types(self) -> dict[str, Any]:
        """Annotations of ``body``, ``query`` and ``return``; whatever the function has."""
        hints = get_type_hints(self.run, localns={"Factory": object}, include_extras=True)
        if self.answer is not None:
            hints["return"] = self.answer
        return hints

    @cached_property
    def decode_body(self) -> Callable[[bytes], Any]:
        """Decoder of the request body."""
        return msgspec.json.Decoder(self.types["body"]).decode


def make_handlers(routes: Iterable[Route]) -> list[tuple[str, type[FactoryHandler]]]:
    """Tornado's table: one handler for each path with a method for each of its routes, and one for whatever is left."""
    paths: dict[str, list[Route]] = {}
    for route in routes:
        paths.setdefault(route.pattern, []).append(route)
    table: list[tuple[str, type[FactoryHandler]]] = [(path, _make_handler(rows)) for path, rows in paths.items()]
    return [*table, (f"{PREFIX}(.*)", NoRouteHandler)]


def _make_handler(routes: list[Route]) -> type[FactoryHandler]:
    name = "".join(part.capitalize() for part in re.findall(r"\w+", routes[0].path)) + "Handler"
    return type(name, (FactoryHandler,), {route.method.lower(): _make_verb(route) for route in routes})


def _make_verb(route: Route) -> Callable[..., Awaitable[None] | None]:
    async def verb(self: FactoryHandler, **path: str) -> None:
        try:
            result = await route.run(**await _arguments(self, route, path))
        except FactoryError as error:
            self.refuse(error)
            return
        _send(self, route, result)

    return _protected("read" if route.method == "GET" else "write", verb)


def _protected(action: str, verb: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None] | None]:
    # Action and resource are said in words: without them the decorator keeps what it saw at its first call.
    return web.authenticated(authorized(action, RESOURCE)(verb))


class NoRouteHandler(FactoryHandler):
    """What no route matches is refused like everything else, not with a page."""

    async def _refuse_all(self, path: str) -> None:
        self.refuse(NotFound("route", path))

    get = _protected("read", _refuse_all)
    post = put = patch = delete = _protected("write", _refuse_all)


async def _arguments(handler: FactoryHandler, route: Route, path: dict[str, str]) -> dict[str, Any]:
    wanted = inspect.signature(route.run).parameters
    arguments: dict[str, Any] = dict(path)
    if "body" in wanted:
        arguments["body"] = _decode_body(route, handler.request.body)
    if "query" in wanted:
        arguments["query"] = _decode_query(route.types["query"], handler)
    if "by" in wanted:
        arguments["by"] = handler.by
    if "factory" in wanted:
        arguments["factory"] = handler.factory
        if route.waits:
            await handler.factory.ready()
    return arguments


def _decode_body(route: Route, body: bytes) -> Any:
    if len(body) > LARGEST_BODY:
        raise Invalid(
            f"The request body has {len(body)} bytes; at most {LARGEST_BODY} are taken. Send fewer attachments."
        )
    try:
        return route.decode_body(body)
    except msgspec.ValidationError as error:
        raise Invalid(f"The request body cannot be used: {error}.") from error
    except msgspec.DecodeError as error:
        raise Invalid(f"The request body is not JSON: {error}.") from error


def _decode_query(struct: type[msgspec.Struct], handler: FactoryHandler) -> Any:
    # Other names pass: Jupyter has some of its own (token, _xsrf, no_track_activity).
    given = {name: handler.get_query_argument(name) for name in handler.request.query_arguments}
    try:
        return msgspec.convert(given, struct, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"The query string cannot be used: {error}.") from error


def _send(handler: FactoryHandler, route: Route, result: Any) -> None:
    if isinstance(result, File):
        _send_file(handler, result)
    elif isinstance(result, Status):
        handler.answer(result.value, result.status)
    elif result is None:
        handler.set_status(204)
        handler.finish()
    else:
        handler.answer(result, route.status)


# Shown by browsers without being able to run anything; all else is offered for download.
_SHOWN: Final = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def _send_file(handler: FactoryHandler, file: File) -> None:
    safe_name = re.sub(r"[^\w.-]+", "_", file.name, flags=re.ASCII)
    shown = file.media_type in _SHOWN
    handler.set_header("Content-Disposition", f'{"inline" if shown else "attachment"}; filename="{safe_name}"')
    handler.set_header("Cache-Control", "private, max-age=31536000, immutable")
    handler.finish(file.data, set_content_type=file.media_type if shown else "application/octet-stream")
