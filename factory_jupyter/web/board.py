"""``factory/board``: everything once, then what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.errors import InvalidFrame
from factory_jupyter.web.sockets import FactorySocket

if TYPE_CHECKING:
    from factory_jupyter.services.feeds import Viewer


class BoardSocket(FactorySocket):
    """One viewer of the board."""

    async def join(self, **path: str) -> Viewer:
        """Join with a snapshot."""
        return self.factory.board.join(self.factory.snapshot)

    async def obey(self, frame: bytes) -> None:
        """The board only tells."""
        raise InvalidFrame("The board takes no frames. Use the REST routes, or the socket of a session.")
