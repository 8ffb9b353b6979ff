"""Readiness of the whole product, remembered for a while so that asking costs nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Final

from factory_jupyter import __version__
from factory_jupyter.model.wire import Health, HealthChanged, HealthCheck, HealthStatus
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.services.readiness import Check

log = logging.getLogger(__name__)

MAX_AGE_S: Final = 30.0
_TIMEOUT_S: Final = 20.0


class HealthService:
    """Runs the checks, by name: all at once, and never the same one twice at a time. The board hears what changes."""

    def __init__(self, *, checks: Mapping[str, Check], clock: Clock, board: BoardFeed) -> None:
        self._checks = checks
        self._clock = clock
        self._board = board
        self._lock = asyncio.Lock()
        self._known: Health | None = None
        self._known_at = 0.0

    async def check(self) -> Health:
        """Readiness, at most 30 s old."""
        async with self._lock:  # whoever comes while it runs gets its answer, too
            if self._known is None or self._clock.monotonic() - self._known_at > MAX_AGE_S:
                await self._look()
            assert self._known
            return self._known

    async def check_all(self) -> Health:
        """Readiness, looked at again now."""
        async with self._lock:
            await self._look()
            assert self._known
            return self._known

    async def check_database(self) -> Health:
        """The database alone, now."""
        return summed_up({"database": await _safely("database", self._checks["database"])})

    async def watch(self) -> None:
        """Look again when somebody watches the board; each look starts processes, so nobody's board costs nothing."""
        if self._board.is_watched:
            await self.check_all()

    async def _look(self) -> None:
        before, self._known = self._known, await run_checks(self._checks)
        self._known_at = self._clock.monotonic()
        # Words change with every look (how much disk is free); what a person must do does not.
        if before is not None and _verdicts(before) != _verdicts(self._known):
            self._board.publish(HealthChanged(health=self._known))


async def run_checks(checks: Mapping[str, Check]) -> Health:
    """Every check at once; one that fails or hangs is an error of its own and delays nobody for more than 20 s."""
    answers = await asyncio.gather(*(_safely(name, check) for name, check in checks.items()))
    return summed_up(dict(zip(checks, answers, strict=True)))


async def _safely(name: str, check: Check) -> HealthCheck:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await check()
    except TimeoutError:
        return HealthCheck(status="error", message=f"{name} did not answer within {_TIMEOUT_S:.0f} s.")
    except Exception as error:
        log.exception("the check of %s failed", name)
        return HealthCheck(status="error", message=f"{name} could not be looked at: {error}")


def _verdicts(health: Health) -> dict[str, tuple[HealthStatus, bool | None]]:
    return {name: (check.status, check.logged_in) for name, check in health.checks.items()}


def summed_up(checks: Mapping[str, HealthCheck]) -> Health:
    """The worst of all counts; what is not required can only degrade."""
    return Health(status=_worst(checks.values()), checks=dict(checks), version=__version__)


def _worst(checks: Iterable[HealthCheck]) -> HealthStatus:
    states = {"degraded" if check.status == "error" and not check.required else check.status for check in checks}
    return "error" if "error" in states else "degraded" if "degraded" in states else "ok"


def can_work(health: Health) -> bool:
    """Whether the main job can be done: everything required is as it should be."""
    return all(check.status == "ok" for check in health.checks.values() if check.required)
