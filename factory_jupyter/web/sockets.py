"""A socket for one viewer: a task that pumps frames to it, and one that carries out what it sends, in order.

The viewer is pulled (``services.feeds``): a slow one waits in its own pump and costs nobody else anything.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from factory_jupyter.errors import FactoryError, InvalidFrame, RateLimited
from factory_jupyter.model.wire import ErrorFrame
from factory_jupyter.web.base import RESOURCE, UNEXPECTED, FactoryMixin
from factory_jupyter.web.frames import text_frames

if TYPE_CHECKING:
    from factory_jupyter.services.feeds import Viewer

LARGEST_FRAME: Final = 32 * 1024 * 1024
"""Bytes; two images of the largest size fit."""
MOST_WAITING: Final = 100
"""Frames of one client that may wait for those before them."""
GOING_AWAY: Final = 1001


class _Addressed(msgspec.Struct):
    """Whatever in a frame an answer can refer to, also when the frame cannot be used."""

    id: str | None = None
    message_id: str | None = None
    question_id: str | None = None


class FactorySocket(FactoryMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Base of the sockets; authenticated, authorized and origin-checked by Jupyter's own rules."""

    # Both are empty when the client leaves before the upgrade.
    _viewer: Viewer | None = None
    _tasks: Sequence[asyncio.Task[None]] = ()

    @abstractmethod
    async def join(self, **path: str) -> Viewer:
        """Begin to look. Raises `FactoryError`, which refuses the upgrade with its status."""

    @abstractmethod
    async def obey(self, frame: bytes) -> None:
        """Carry out a client frame. Raises `FactoryError`, which is answered with an ``error`` frame."""

    @property
    def max_message_size(self) -> int:
        """Twice what is taken, so that a frame that is too large gets an explanation instead of a cut connection."""
        return 2 * LARGEST_FRAME

    @ws_authenticated
    async def get(self, **path: str) -> None:
        """Upgrade, and serve until the connection ends."""
        user = self.current_user
        if not await ensure_async(self.authorizer.is_authorized(self, user, "execute", RESOURCE)):
            raise HTTPError(403, f"User is not authorized to execute on resource: {RESOURCE}.")
        try:
            await self.factory.ready()
            self._viewer = await self.join(**path)
        except FactoryError as error:
            raise HTTPError(error.status, error.message) from error
        try:
            await super().get(**path)
        finally:
            self._viewer.close()

    def open(self, **path: str) -> None:
        """Start the two tasks."""
        super().open()
        self._received: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        assert self._viewer is not None
        self._tasks = [asyncio.create_task(self._pump(self._viewer)), asyncio.create_task(self._obey_all())]

    def on_message(self, message: str | bytes) -> None:
        """Put the frame behind those that wait; never wait here, so that pings are answered meanwhile."""
        frame = message.encode() if isinstance(message, str) else None
        if frame is None:
            self._refuse(InvalidFrame("Frames are JSON text, not binary."), b"")
        elif len(frame) > LARGEST_FRAME:
            sentence = f"The frame has {len(frame)} bytes; at most {LARGEST_FRAME} are taken. Send fewer attachments."
            self._refuse(InvalidFrame(sentence), b"")
        elif self._received.full():
            self._refuse(RateLimited(f"{MOST_WAITING} frames are waiting already. Send fewer at once.", 1.0), frame)
        else:
            self._received.put_nowait(frame)

    def on_close(self) -> None:
        """Stop both tasks and let the feed forget this viewer."""
        super().on_close()
        if self._viewer is not None:
            self._viewer.close()
        pings: Any = self.ping_callback  # the mixin's annotation says it is always None
        if pings is not None:
            pings.stop()  # else they would hold on to this handler until their next turn
        for task in self._tasks:
            task.cancel()

    async def _pump(self, viewer: Viewer) -> None:
        with suppress(WebSocketClosedError, StreamClosedError, asyncio.CancelledError):
            try:
                while frames := await viewer.next():
                    await self._send(frames)
            except FactoryError as error:
                self._refuse(error, b"")
            # The feed has ended, or cannot be read: the client comes back with what it has seen.
            self.close(GOING_AWAY)

    async def _send(self, frames: list[bytes]) -> None:
        """Send, and wait until the kernel has taken it: here a slow connection slows its own viewer down.

        All in one write: `write_message` makes a task for each frame, which costs ten times the frame itself.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError
        await self.ws_connection.stream.write(text_frames(frames))  # type: ignore[union-attr]  # open, so there

    async def _obey_all(self) -> None:
        while True:
            frame = await self._received.get()
            try:
                await self.obey(frame)
            except FactoryError as error:
                self._refuse(error, frame)
            except Exception:
                self.log.exception("A frame on %s could not be carried out", self.request.path)
                self._refuse(FactoryError(UNEXPECTED), frame)

    def _refuse(self, error: FactoryError, frame: bytes) -> None:
        answer = ErrorFrame(code=error.code, message=error.message, in_reply_to=_address(frame))
        with suppress(WebSocketClosedError):
            self.write_message(msgspec.json.encode(answer)).add_done_callback(_forget)


def _address(frame: bytes) -> str | None:
    try:
        addressed = msgspec.json.decode(frame, type=_Addressed)
    except msgspec.MsgspecError:
        return None
    return addressed.id or addressed.question_id or addressed.message_id


def _forget(future: asyncio.Future[Any]) -> None:
    """The connection may be gone by now, which is nobody's problem any more."""
    if not future.cancelled():
        future.exception()


def decode_frame(decoder: msgspec.json.Decoder[Any], frame: bytes) -> Any:
    """Raises `InvalidFrame` naming what is wrong, and where."""
    try:
        return decoder.decode(frame)
    except msgspec.MsgspecError as error:
        raise InvalidFrame(f"The frame cannot be used: {error}.") from error
