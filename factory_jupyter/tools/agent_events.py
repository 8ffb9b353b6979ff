"""The queue between an agent's reader and its one consumer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace

from factory_jupyter.model.agent import AgentEvent, Died, Partial

_LONGEST_PIECE = 16 * 1024  # characters at which a merged piece is closed, so that merging stays linear


class AgentEvents:
    """Events in order, the last one `Died`.

    The reader never waits. While the consumer is behind, pieces of the same block are joined, so a burst of deltas
    costs memory for its text and not for each piece.
    """

    def __init__(self) -> None:
        self._waiting: deque[AgentEvent] = deque()
        self._something = asyncio.Event()
        self._closed = False

    def put(self, event: AgentEvent) -> None:
        """Add an event; ignored after `Died`."""
        if self._closed:
            return
        self._closed = isinstance(event, Died)
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, Partial) and isinstance(last, Partial) and _same_block(event, last):
            self._waiting[-1] = replace(last, text=last.text + event.text)
        else:
            self._waiting.append(event)
        self._something.set()

    async def __aiter__(self) -> AsyncIterator[AgentEvent]:
        while True:
            await self._something.wait()
            while self._waiting:
                event = self._waiting.popleft()
                yield event
                if isinstance(event, Died):
                    return
            self._something.clear()


def _same_block(one: Partial, other: Partial) -> bool:
    return (one.kind, one.index, one.parent_tool_use_id) == (other.kind, other.index, other.parent_tool_use_id) and len(
        other.text
    ) < _LONGEST_PIECE
