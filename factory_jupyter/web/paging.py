"""Lists that can grow are read in pages: ``limit`` things after the one with the id ``after``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

import msgspec

from factory_jupyter.errors import Invalid
from factory_jupyter.model.wire import Frozen


class Page(Frozen):
    """Base of the queries of lists; everything by default."""

    after: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None


class HasId(Protocol):
    """Something of a list."""

    @property
    def id(self) -> str:
        """Its place in the list."""


T = TypeVar("T", bound=HasId)


def page_of(things: Sequence[T], page: Page) -> list[T]:
    """The part of a list that was asked for. Raises `Invalid` when ``after`` is not in it."""
    start = 0
    if page.after is not None:
        start = next((place for place, thing in enumerate(things, start=1) if thing.id == page.after), 0)
        if not start:
            raise Invalid(f"after={page.after!r} is not in this list any more. Read it again from its beginning.")
    return list(things[start : None if page.limit is None else start + page.limit])
