"""``openapi.json``: OpenAPI 3.1 made from the route table and the wire types, so that it cannot differ from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from factory_jupyter import __version__
from factory_jupyter.model import wire
from factory_jupyter.web.rest import PREFIX, File, Route

_REF: Final = "#/components/schemas/{name}"
# Everything that goes over the sockets is described too, although OpenAPI has no place for sockets themselves.
_FRAMES: Final = (*get_args(wire.ServerFrame), *get_args(wire.ClientFrame), *get_args(wire.BoardFrame))


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole page."""
    types = [wire.ErrorBody, *_FRAMES]
    for route in routes:
        types += [kind for name, kind in route.types.items() if name in {"body", "query", "return"} and _is_json(kind)]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(f"/{PREFIX}{route.path}", {})[route.method.lower()] = _operation(route, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "factory-jupyter", "version": __version__, "description": _DESCRIPTION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
        "security": [{"token": []}, {"query": []}],
    }


_DESCRIPTION: Final = (
    "All paths are below the server's base URL. The sockets `factory/chat/<session id>?since=<seq>` and "
    "`factory/board` carry the frames among the schemas."
)
_SECURITY: Final = {
    "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`token <Jupyter token>`"},
    "query": {"type": "apiKey", "in": "query", "name": "token"},
}


def _is_json(kind: Any) -> bool:
    return kind not in {File, type(None)}


def _operation(route: Route, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.run.__module__.rpartition('.')[2]}_{route.run.__name__}",
        "tags": [route.path.partition("/")[0]],
        "summary": route.summary,
        "responses": {
            str(route.status): _response(route, schema_of),
            "default": {"description": "A refusal.", "content": _json({"$ref": _REF.format(name="ErrorBody")})},
        },
    }
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.parameters
    ]
    if "query" in route.types:
        properties = components[route.types["query"].__name__]["properties"]
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    if parameters:
        operation["parameters"] = parameters
    if "body" in route.types:
        operation["requestBody"] = {"required": True, "content": _json(schema_of[id(route.types["body"])])}
    return operation


def _response(route: Route, schema_of: dict[int, Any]) -> dict[str, Any]:
    answer = route.types["return"]
    if answer is File:
        return {"description": "The file.", "content": {"application/octet-stream": {}}}
    if not _is_json(answer):
        return {"description": "Done."}
    return {"description": "Done.", "content": _json(schema_of[id(answer)])}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
