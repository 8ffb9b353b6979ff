"""A clock that moves only by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    def __init__(self) -> None:
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.elapsed + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move on; everybody who slept until then, and what they start, runs before this returns."""
        self.elapsed += seconds
        due = [future for until, future in self._sleepers if until <= self.elapsed]
        self._sleepers = [(until, future) for until, future in self._sleepers if until > self.elapsed]
        for future in due:
            if not future.done():
                future.set_result(None)
        for _ in range(20):
            await asyncio.sleep(0)
