"""Preferences: what the user chose, over what the administrator configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import msgspec

from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import BypassNotAllowed, Invalid
from factory_jupyter.model.wire import PatchSettings, PermissionMode, Settings
from factory_jupyter.services.clock import Clock

if TYPE_CHECKING:
    from factory_jupyter.store.rows import SettingsRow
    from factory_jupyter.store.settings import SettingsStore

# The command gets one path in place of {workspace} and is run without a shell; these could only be meant for one.
_SHELL_CHARACTERS: Final = frozenset(";&|`$()[]")


class SettingsService:
    """Reads and changes preferences."""

    def __init__(self, *, store: SettingsStore, config: FactoryConfig, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._clock = clock

    async def get(self) -> Settings:
        """Every preference; what was never chosen is the administrator's default."""
        return self._shown(await self._store.get())

    async def update(self, body: PatchSettings) -> Settings:
        """Choose. Raises `Invalid` for a custom command that cannot work, `BypassNotAllowed`."""
        chosen = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        if command := chosen.get("custom_ide_command"):
            _check_command(command)
        if chosen.get("default_permission_mode") == "bypassPermissions" and not self._config.allow_bypass_permissions:
            raise BypassNotAllowed
        return self._shown(await self._store.update(**chosen) if chosen else await self._store.get())

    def _shown(self, row: SettingsRow) -> Settings:
        config = self._config
        return Settings(
            preferred_ide=row.preferred_ide or "cursor",
            custom_ide_command=row.custom_ide_command,
            default_model=config.default_model if row.default_model is None else row.default_model,
            default_permission_mode=self._mode(row),
            default_workflow=row.default_workflow or "feature",
            notification_push=config.notification_push if row.notification_push is None else row.notification_push,
            notification_sound=config.notification_sound if row.notification_sound is None else row.notification_sound,
            updated_at=row.updated_at or self._clock.now(),
        )

    def _mode(self, row: SettingsRow) -> PermissionMode:
        # The administrator may have forbidden it since it was chosen, or configured a default that is forbidden.
        mode = row.default_permission_mode or cast(PermissionMode, self._config.default_permission_mode)
        if mode == "bypassPermissions" and not self._config.allow_bypass_permissions:
            return "default"
        return mode


def _check_command(command: str) -> None:
    if "{workspace}" not in command:
        raise Invalid("custom_ide_command must contain {workspace}, which becomes the path of the worktree.")
    if forbidden := _SHELL_CHARACTERS & set(command):
        raise Invalid(f"custom_ide_command must not contain {' '.join(sorted(forbidden))}: it is run without a shell.")
