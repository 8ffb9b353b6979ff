"""How a session begins: empty, as a copy of one of ours, or as a conversation of the plain CLI that goes on here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import BypassNotAllowed, Conflict, Forbidden, NotFound
from factory_jupyter.model import wire
from factory_jupyter.model.ids import new_id
from factory_jupyter.services.clock import Clock
from factory_jupyter.services.conversations import History, forked, imported
from factory_jupyter.services.session_process import Workspaces
from factory_jupyter.services.session_record import SessionRecord
from factory_jupyter.services.settings import SettingsService
from factory_jupyter.store.rows import EventRow, SessionRow

if TYPE_CHECKING:
    from factory_jupyter.store.stores import Stores

Beginning = tuple[SessionRow, Sequence[EventRow]]
"""A session's row, and the log that it begins with."""


class SessionCreation:
    """Prepares sessions; nothing is stored here."""

    def __init__(
        self,
        *,
        stores: Stores,
        config: FactoryConfig,
        clock: Clock,
        workspaces: Workspaces,
        settings: SettingsService,
        history: History,
    ) -> None:
        self._stores = stores
        self._config = config
        self._clock = clock
        self._workspaces = workspaces
        self._settings = settings
        self._history = history

    async def empty(self, body: wire.CreateSession, siblings: Sequence[SessionRow]) -> Beginning:
        """A new conversation: what the body leaves open is the user's preference. Raises as `check_mode`."""
        settings = await self._settings.get()
        now = self._clock.now()
        mode = body.permission_mode or settings.default_permission_mode
        check_mode(mode, self._config)
        row = SessionRow(
            id=new_id(),
            workspace_id=body.workspace_id,
            name=body.name or _free_name({sibling.name for sibling in siblings}),
            created_at=now,
            updated_at=now,
            workflow=body.workflow or ("followup" if siblings else settings.default_workflow),
            model=settings.default_model if body.model is None else body.model,
            permission_mode=mode,
        )
        return row, ()

    async def fork(self, body: wire.CreateSession, siblings: Sequence[SessionRow], origin: SessionRecord) -> Beginning:
        """A copy of a session as it is now: what the body leaves open is as in the original.

        Raises `errors.Conflict` while the original works, or in another workspace.
        """
        parent = origin.row
        if parent.workspace_id != body.workspace_id:
            raise Conflict("A fork stays in the workspace of its origin, where the files are that it talks about.")
        await origin.feed.drain()
        if origin.in_turn:
            raise Conflict(f"{parent.name} is working. Fork it when its turn has ended, or interrupt it first.")
        as_parent = msgspec.structs.replace(
            body,
            workflow=body.workflow or parent.workflow,
            model=parent.model if body.model is None else body.model,
            permission_mode=body.permission_mode or parent.permission_mode,
        )
        row, _ = await self.empty(as_parent, siblings)
        settled = await self._stores.events.read(parent.id, 0, origin.feed.last_seq, max_bytes=2**62)
        queued = await self._stores.messages.queued(parent.id)
        events = await asyncio.to_thread(forked, settled, queued, parent.name, self._clock.now())
        if parent.claude_session_id is None or parent.turns == 0:
            return row, events
        folder = await self._workspaces.location(parent.workspace_id)
        copy = await self._history.fork(folder, parent.claude_session_id)
        return msgspec.structs.replace(row, claude_session_id=copy, turns=parent.turns), events

    async def imported(self, body: wire.CreateSession, siblings: Sequence[SessionRow], conversation: str) -> Beginning:
        """A conversation that was started in the plain CLI. Raises `errors.NotFound`."""
        folder = await self._workspaces.location(body.workspace_id)
        past = await self._history.transcript(folder, conversation)
        if not past:
            raise NotFound("conversation", conversation)
        row, _ = await self.empty(body, siblings)
        events, turns = await asyncio.to_thread(imported, past, self._clock.now())
        return msgspec.structs.replace(row, claude_session_id=conversation, turns=turns), events


def check_mode(mode: wire.PermissionMode, config: FactoryConfig) -> None:
    """Raises `errors.BypassNotAllowed`, or `errors.Forbidden` for root, whom the CLI refuses it."""
    if mode != "bypassPermissions":
        return
    if not config.allow_bypass_permissions:
        raise BypassNotAllowed
    if config.is_root():
        raise Forbidden(
            "Claude Code refuses bypassPermissions for root. Choose another permission mode, or run the server as "
            "another user."
        )


def _free_name(taken: set[str]) -> str:
    """``Chat 1``, ``Chat 2``, …: the first that is free."""
    number = 1
    while f"Chat {number}" in taken:
        number += 1
    return f"Chat {number}"
