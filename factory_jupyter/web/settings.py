"""Preferences of the one user of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.model.wire import PatchSettings, Settings

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


async def get(factory: Factory) -> Settings:
    """What was chosen, over the administrator's defaults."""
    return await factory.settings.get()


async def update(factory: Factory, body: PatchSettings) -> Settings:
    """Change what is named in the body."""
    return await factory.settings.update(body)
