"""Readiness. Answers also when nothing else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.model.wire import Health
from factory_jupyter.web.rest import Status

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


async def check(factory: Factory) -> Status:
    """Readiness, at most 30 s old; status 503 when the main job cannot run."""
    return _status(await factory.health.check())


async def check_database(factory: Factory) -> Status:
    """Readiness of the database alone."""
    return _status(await factory.health.check_database())


async def check_all(factory: Factory) -> Status:
    """Readiness, looked at again now."""
    return _status(await factory.health.check_all())


def _status(health: Health) -> Status:
    return Status(503 if health.status == "error" else 200, health)
