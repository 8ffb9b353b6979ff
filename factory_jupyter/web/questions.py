"""What waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.model.wire import Question

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


async def list_all(factory: Factory) -> list[Question]:
    """Every question that waits, of all sessions, the oldest first."""
    return await factory.questions.waiting()
