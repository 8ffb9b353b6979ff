"""How many prompts may go to Claude: a sliding log over a minute and an hour, and a bounded, fair line before it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from factory_jupyter.errors import RateLimited
from factory_jupyter.services.clock import Clock

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitState:
    """What the limiter sees at this moment."""

    last_minute: int
    last_hour: int
    waiting: int
    is_limited: bool


class RateLimiter:
    """Lets prompts through in the order in which they came.

    Parameters are prompts per minute and hour, prompts that may wait, and the seconds that each may wait.
    """

    def __init__(
        self, clock: Clock, *, per_minute: int, per_hour: int, queue_size: int, queue_timeout_s: float
    ) -> None:
        self._clock = clock
        self._windows = ((_MINUTE, per_minute), (_HOUR, per_hour))
        self._queue_size = queue_size
        self._queue_timeout_s = queue_timeout_s
        self._sent: deque[float] = deque()
        self._waiting = 0
        self._turnstile = asyncio.Lock()  # wakes its waiters first in, first out

    def check(self) -> None:
        """Raise `RateLimited` when a prompt would have to wait and there is no room left for it to wait."""
        delay = self.delay()
        if delay > 0 and self._waiting >= self._queue_size:
            raise RateLimited(
                f"Rate limit reached ({self._windows[0][1]} prompts a minute, {self._windows[1][1]} an hour) "
                f"and {self._waiting} prompts wait already. Try again in {round(delay) or 1} s.",
                retry_after=delay,
            )

    async def acquire(self) -> None:
        """Wait for a place, at most the configured time. Raises `RateLimited` when there is none by then."""
        self.check()
        deadline = self._clock.monotonic() + self._queue_timeout_s
        self._waiting += 1
        try:
            async with self._turnstile:
                while (delay := self.delay()) > 0:
                    left = deadline - self._clock.monotonic()
                    if delay > left:
                        raise RateLimited(
                            f"Rate limit reached: the next prompt may be sent in {round(delay)} s. "
                            "The message stays in the queue; send it on then, or raise the limit.",
                            retry_after=delay,
                        )
                    await self._clock.sleep(delay)
                self._sent.append(self._clock.monotonic())
        finally:
            self._waiting -= 1

    def state(self) -> RateLimitState:
        """Counts for health checks and the activity view."""
        now = self._clock.monotonic()
        return RateLimitState(
            last_minute=self._count(now - _MINUTE),
            last_hour=self._count(now - _HOUR),
            waiting=self._waiting,
            is_limited=self.delay() > 0,
        )

    def _count(self, since: float) -> int:
        return sum(1 for sent in self._sent if sent > since)

    def delay(self) -> float:
        """Seconds until a prompt may go; 0 for now."""
        now = self._clock.monotonic()
        while self._sent and self._sent[0] <= now - _HOUR:
            self._sent.popleft()
        delay = 0.0
        for window, limit in self._windows:
            if self._count(now - window) >= limit:
                # The oldest of the last ``limit`` prompts must leave the window.
                delay = max(delay, self._sent[-limit] + window - now)
        return delay
