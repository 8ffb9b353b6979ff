"""Writes ``labextension/src/wire/wire.ts`` from ``factory_jupyter/model/wire.py``.

Usage: ``python scripts/generate_wire.py [--check]``. With ``--check`` nothing is written; a stale file is exit code 1.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect as shapes

from factory_jupyter.model import wire

TARGET = Path(__file__).parents[1] / "labextension" / "src" / "wire" / "wire.ts"
HEADER = """\
// GENERATED from factory_jupyter/model/wire.py by scripts/generate_wire.py. Do not edit.

/** A moment, ISO 8601 in UTC. */
export type Timestamp = string;
"""
SCALARS: Mapping[type, str] = {
    shapes.AnyType: "unknown",
    shapes.BoolType: "boolean",
    shapes.DateTimeType: "Timestamp",
    shapes.FloatType: "number",
    shapes.IntType: "number",
    shapes.NoneType: "null",
    shapes.StrType: "string",
}


def structs() -> list[type[msgspec.Struct]]:
    """Every struct that is sent: the leaves, in the order they are written."""
    found = [item for item in vars(wire).values() if isinstance(item, type) and issubclass(item, msgspec.Struct)]
    own = [item for item in found if item.__module__ == wire.__name__]
    return [item for item in own if not any(item in other.__bases__ for other in own)]


def enums() -> list[type[Enum]]:
    """Every enumeration of states that wire.py uses."""
    return [item for item in vars(wire).values() if isinstance(item, type) and issubclass(item, Enum)]


def aliases() -> dict[str, frozenset[object]]:
    """Named literals and named unions of wire.py, each as the set of its members."""
    return {
        name: frozenset(get_args(item))
        for name, item in vars(wire).items()
        if not name.startswith("_") and getattr(item, "__module__", None) in {"typing", "types"} and is_choice(item)
    }


def is_choice(item: Any) -> bool:
    """Whether ``item`` is a union of structs or of strings."""
    return bool(get_args(item)) and all(
        isinstance(arg, str) or (isinstance(arg, type) and issubclass(arg, msgspec.Struct)) for arg in get_args(item)
    )


ALIASES = aliases()
NAMES = {members: name for name, members in ALIASES.items()}


def typescript(shape: Any) -> str:
    """The TypeScript type of what msgspec describes as ``shape``."""
    if type(shape) in SCALARS:
        return SCALARS[type(shape)]
    match shape:
        case shapes.Metadata(type=inner):
            return typescript(inner)
        case shapes.StructType(cls=cls) | shapes.EnumType(cls=cls):
            return cls.__name__
        case shapes.LiteralType(values=values):
            return NAMES.get(frozenset(values)) or " | ".join(map(quote, values))
        case shapes.ListType(item_type=item):
            element = typescript(item)
            return f"({element})[]" if " | " in element else f"{element}[]"
        case shapes.DictType(value_type=value):
            return f"Record<string, {typescript(value)}>"
        case shapes.UnionType(types=types):
            return union(types)
    raise TypeError(f"no TypeScript for {shape!r}")


def union(types: tuple[Any, ...]) -> str:
    """A union by its name where it has one; null last."""
    members = [item for item in types if not isinstance(item, shapes.NoneType)]
    classes = frozenset(item.cls for item in members if isinstance(item, shapes.StructType))
    named = NAMES.get(classes) if len(classes) == len(members) else None
    null = ["null"] if len(members) < len(types) else []
    return " | ".join(([named] if named else [typescript(item) for item in members]) + null)


def quote(text: object) -> str:
    """A TypeScript string literal."""
    return "'" + str(text) + "'"


def is_optional(cls: type[msgspec.Struct], field: shapes.Field) -> bool:
    """Whether a field may be absent.

    The server always writes every field, but a client need not, and a stored event is sent as it was written: an
    older one lacks the fields that were added since.
    """
    from_client = issubclass(cls, wire.Command | wire.Attachment) or cls.__struct_config__.forbid_unknown_fields
    return (from_client or issubclass(cls, wire.Settled)) and not field.required


def without_unset(shape: Any) -> Any:
    """``X | UnsetType`` is an optional ``X``; msgspec shows it as a union or, when alone, leaves it out."""
    if isinstance(shape, shapes.UnionType):
        kept = tuple(item for item in shape.types if type(item).__name__ != "UnsetType")
        return kept[0] if len(kept) == 1 else shapes.UnionType(kept)
    return shape


def field_docs(cls: type) -> dict[str, str]:
    """Docstrings that stand below the fields of ``cls``."""
    body = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(body, ast.ClassDef)
    docs = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            match following:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    docs[statement.target.id] = text
    return docs


def comment(text: str | None, indent: str = "") -> Iterator[str]:
    """A doc comment of one or more lines."""
    lines = inspect.cleandoc(text or "").replace("``", "`").splitlines()
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield f"{indent}/**"
        yield from (f"{indent} * {line}".rstrip() for line in lines)
        yield f"{indent} */"


def interface(cls: type[msgspec.Struct]) -> Iterator[str]:
    """One struct as an interface; its tag comes first."""
    shape = shapes.type_info(cls)
    assert isinstance(shape, shapes.StructType)
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__ == wire.__name__:
            docs |= field_docs(base)
    yield ""
    yield from comment(cls.__doc__)
    yield f"export interface {cls.__name__} {{"
    if shape.tag_field is not None:
        yield f"  {shape.tag_field}: {quote(shape.tag)};"
    for field in shape.fields:
        yield from comment(docs.get(field.name), "  ")
        mark = "?" if is_optional(cls, field) else ""
        yield f"  {field.encode_name}{mark}: {typescript(without_unset(field.type))};"
    yield "}"


def choice(name: str, members: list[str]) -> Iterator[str]:
    """A union type, on one line where it fits."""
    line = f"export type {name} = {' | '.join(members)};"
    yield ""
    if len(line) <= 120:
        yield line
    else:
        yield f"export type {name} ="
        yield from (f"  | {member}{';' if member is members[-1] else ''}" for member in members)


def module() -> str:
    """The whole file."""
    lines: list[str] = []
    for enum in enums():
        first, *rest = choice(enum.__name__, [quote(member.value) for member in enum])
        lines += [first, *comment(enum.__doc__), *rest]
    for name, item in vars(wire).items():
        if name in ALIASES:
            lines += choice(name, [arg.__name__ if isinstance(arg, type) else quote(arg) for arg in get_args(item)])
    for cls in structs():
        lines += interface(cls)
    return HEADER + "\n".join(lines) + "\n"


def main() -> int:
    """Write the file, or with ``--check`` say whether it is fresh."""
    fresh = module()
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text() == fresh:
            return 0
        print(f"{TARGET.name} is stale: run python scripts/generate_wire.py")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
