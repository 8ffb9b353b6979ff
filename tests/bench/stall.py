"""A server extension for benches alone: how late the event loop is, sampled all the time.

GET bench/stall answers and forgets.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

EVERY_S = 0.005

_late_ms: list[float] = []


class _StallHandler(APIHandler):
    @web.authenticated
    async def get(self) -> None:
        samples, _late_ms[:] = _late_ms[:], []
        self.finish(json.dumps(samples))


async def _sample() -> None:
    while True:
        due = time.monotonic() + EVERY_S
        await asyncio.sleep(EVERY_S)
        _late_ms.append((time.monotonic() - due) * 1000)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "tests.bench.stall"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    server_app.web_app.add_handlers(".*$", [(server_app.web_app.settings["base_url"] + "bench/stall", _StallHandler)])


async def _start_jupyter_server_extension(server_app: Any) -> None:
    server_app._bench_sampler = asyncio.ensure_future(_sample())
