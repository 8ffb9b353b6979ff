"""REST and sockets of one server, for a kernel: the standard library for requests, ``websockets`` for frames.

Nothing here belongs to an event loop, so one `Server` serves the kernel's own loop and the private one alike.
"""

from __future__ import annotations

import asyncio
import http.client
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from factory_jupyter import errors
from factory_jupyter.model import wire
from factory_jupyter.notebook.discovery import Address

T = TypeVar("T")

REQUEST_TIMEOUT_S: Final = 60.0
# A restart of the server takes a few seconds; after a minute a person wants to know.
OUTAGE_LIMIT_S: Final = 60.0
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 5.0
_MAX_FRAME_BYTES: Final = 64 * 1024 * 1024

_FRAMES: Final = msgspec.json.Decoder(wire.ServerFrame)
_BOARD_FRAMES: Final = msgspec.json.Decoder(wire.BoardFrame)


class Server:
    """A Jupyter server with factory-jupyter, as a kernel sees it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._headers = {"Authorization": f"token {address.token}"} if address.token else {}

    async def call(
        self, method: str, path: str, answer: type[T], body: Any = None, query: Mapping[str, Any] | None = None
    ) -> T:
        """The answer of ``factory/api/<path>``; a refusal is raised as the error class that the server raised."""
        url = f"{urlsplit(self.address.url).path}factory/api/{path}"
        known = {name: value for name, value in (query or {}).items() if value is not None}
        if known:
            url += f"?{urlencode(known)}"
        status, content = await asyncio.to_thread(self._exchange, method, url, body)
        if status >= 300:
            raise self._refusal(status, content)
        return msgspec.json.decode(content or b"null", type=answer)

    async def chat(self, session_id: str, since: int = 0) -> AsyncGenerator[wire.ServerFrame]:
        """Every frame of a session after event ``since``, over lost connections and restarts of the server."""
        attempts = _Attempts(self.address)
        while True:
            try:
                async with self.join(f"chat/{session_id}", since) as frames:
                    async for text in frames:
                        attempts.succeeded()
                        frame = _decode(_FRAMES, text)
                        if isinstance(frame, wire.Settled):
                            since = frame.seq
                        if frame is not None:
                            yield frame
            except errors.Unavailable as reason:
                await attempts.pause(reason)

    async def board(self) -> AsyncGenerator[wire.BoardFrame]:
        """Every frame of the board; each new connection begins with a snapshot."""
        attempts = _Attempts(self.address)
        while True:
            try:
                async with self.join("board") as frames:
                    async for text in frames:
                        attempts.succeeded()
                        frame = _decode(_BOARD_FRAMES, text)
                        if frame is not None:
                            yield frame
            except errors.Unavailable as reason:
                await attempts.pause(reason)

    @asynccontextmanager
    async def join(self, path: str, since: int | None = None) -> AsyncIterator[Frames]:
        """An open socket at ``factory/<path>``; raises `errors.Unavailable` when there is none or it closes."""
        # Not at the top: a kernel that only lists workspaces needs no WebSocket library (60 ms of CPU).
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus, WebSocketException

        url = f"ws{self.address.url.removeprefix('http')}factory/{path}"
        if since is not None:
            url += f"?since={since}"
        try:
            async with connect(
                url,
                additional_headers=self._headers,
                compression=None,
                max_size=_MAX_FRAME_BYTES,
                proxy=None,
                ssl=self._tls(),
            ) as socket:
                yield Frames(socket)
        except InvalidStatus as refused:
            raise self._refusal(refused.response.status_code, bytes(refused.response.body or b"")) from None
        except (OSError, WebSocketException) as reason:
            raise errors.Unavailable(f"The connection to {self.address.url} was lost ({reason}).") from reason

    def _exchange(self, method: str, url: str, body: Any) -> tuple[int, bytes]:
        parts = urlsplit(self.address.url)
        assert parts.hostname
        tls = self._tls()
        connection = (
            http.client.HTTPSConnection(parts.hostname, parts.port, timeout=REQUEST_TIMEOUT_S, context=tls)
            if tls
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=REQUEST_TIMEOUT_S)
        )
        try:
            content = None if body is None else msgspec.json.encode(body)
            connection.request(method, url, content, {**self._headers, "Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as reason:
            raise errors.Unavailable(
                f"The Jupyter server at {self.address.url} does not answer ({reason}). connect() again when it runs."
            ) from reason
        finally:
            connection.close()

    def _tls(self) -> ssl.SSLContext | None:
        if not self.address.url.startswith("https:"):
            return None
        context = ssl.create_default_context()
        if self.address.is_loopback:
            # The certificate is made out to the machine's public name; who answers is known by the runtime file.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _refusal(self, status: int, content: bytes) -> errors.FactoryError:
        try:
            body = msgspec.json.decode(content, type=wire.ErrorBody)
        except msgspec.MsgspecError:
            return self._foreign_refusal(status)
        return error_of(body.code, body.message)

    def _foreign_refusal(self, status: int) -> errors.FactoryError:
        """What Jupyter itself, or a proxy before it, says no to."""
        url = self.address.url
        if status in {301, 302, 401, 403}:
            return errors.Forbidden(f"{url} refuses this token. Use connect(url, token) with a token of that server.")
        if status in {404, 405}:
            return errors.Conflict(
                f"{url} has no factory-jupyter. Install it beside its jupyter_server, and restart that."
            )
        return errors.Unavailable(f"{url} answered with status {status}.")


class Frames:
    """Frames of one open socket, as the text that came; a closed socket raises in `Server.join`."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            yield await self._socket.recv(decode=True)

    async def send(self, text: str) -> None:
        """A client frame."""
        await self._socket.send(text)


class _Attempts:
    """Pauses between attempts to connect; gives up when nothing came for `OUTAGE_LIMIT_S` seconds."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.succeeded()

    def succeeded(self) -> None:
        self._pause = _FIRST_PAUSE_S
        self._waited = 0.0

    async def pause(self, reason: errors.Unavailable) -> None:
        if self._waited >= OUTAGE_LIMIT_S:
            raise errors.Unavailable(
                f"{self._address.url} cannot be reached since {self._waited:.0f} s. "
                "Nothing is lost: the agents and their transcripts belong to the server."
            ) from reason
        await asyncio.sleep(self._pause)
        self._waited += self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_S)


def error_of(code: str, message: str) -> errors.FactoryError:
    """The exception with this stable code, as the server raised it; `FactoryError` for codes of a newer server."""
    cls = _BY_CODE.get(code, errors.FactoryError)
    error = cls.__new__(cls)
    # The subclasses' constructors build the message from parts; here it has been built already.
    errors.FactoryError.__init__(error, message)
    return error


def _tree(cls: type[errors.FactoryError]) -> dict[str, type[errors.FactoryError]]:
    known = {cls.code: cls}
    for child in cls.__subclasses__():
        known |= _tree(child)
    return known


_BY_CODE: Final = _tree(errors.FactoryError)


def _decode(decoder: msgspec.json.Decoder[T], text: str) -> T | None:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        return None  # A newer server knows frames that this kernel does not.
