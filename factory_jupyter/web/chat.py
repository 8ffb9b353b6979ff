"""``factory/chat/<session>?since=<seq>``: a session's transcript and live frames out, commands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from factory_jupyter.errors import Invalid
from factory_jupyter.model.wire import ClientFrame
from factory_jupyter.web.sockets import FactorySocket, decode_frame

if TYPE_CHECKING:
    from factory_jupyter.services.feeds import Viewer

_DECODER = msgspec.json.Decoder(ClientFrame)


class ChatSocket(FactorySocket):
    """One viewer of a session."""

    session_id: str

    async def join(self, **path: str) -> Viewer:
        """Join after the event that the client has."""
        self.session_id = path["id"]
        since = self.get_query_argument("since", "0")
        if not (since.isascii() and since.isdigit()):
            raise Invalid(f"since={since!r} is not a number of an event; use 0 to see everything.")
        return await self.factory.sessions.join(self.session_id, int(since))

    async def obey(self, frame: bytes) -> None:
        """Carry a command out."""
        await self.factory.sessions.command(self.session_id, decode_frame(_DECODER, frame), self.by)
