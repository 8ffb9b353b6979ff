"""The peer of the replay bench: a Tornado WebSocket that sends N frames from memory, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import msgspec
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from factory_jupyter.model.wire import Notice
from tests.bench.events import TEXT


class _Frames(WebSocketHandler):
    def initialize(self, frames: list[bytes]) -> None:
        self.frames = frames

    async def open(self) -> None:
        for frame in self.frames:
            await self.write_message(frame.decode())


async def main(count: int) -> None:
    now = datetime.now(UTC)
    frames = [msgspec.json.encode(Notice(seq=seq, at=now, level="info", text=TEXT)) for seq in range(1, count + 1)]
    server = HTTPServer(Application([("/", _Frames, {"frames": frames})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
