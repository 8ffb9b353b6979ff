"""Work in the background that somebody owns: every task is named, its failure is logged, and all of it ends on stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from factory_jupyter.errors import Unavailable
from factory_jupyter.services.clock import Clock

log = logging.getLogger(__name__)


class Jobs:
    """The background tasks of one factory."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = False

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run ``work`` once. Raises `errors.Unavailable` when the server is stopping."""
        if self._stopping:
            work.close()
            raise Unavailable("The server is stopping. Try again when it is back.")
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._ended)
        return task

    def every(self, name: str, seconds: float, work: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any]:
        """Run ``work`` again and again, ``seconds`` after the end of the run before: it never overlaps itself.

        A run that fails is logged; the next one comes all the same.
        """
        return self.start(name, self._repeat(name, seconds, work))

    async def _repeat(self, name: str, seconds: float, work: Callable[[], Awaitable[Any]]) -> None:
        while True:
            await self._clock.sleep(seconds)
            try:
                await work()
            except Exception:
                log.exception("%s failed; it is tried again in %s s", name, seconds)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=error)

    async def stop(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and wait for it, at most ``timeout_s`` seconds; nothing can be started any more."""
        self._stopping = True
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                log.warning("%s did not end within %s s", task.get_name(), timeout_s)
