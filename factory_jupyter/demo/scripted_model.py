"""The scripted model: Anthropic's Messages API on loopback, played from scripts instead of a model.

The real Claude Code CLI talks to it in the tour (`jupyter factory demo`) and in the end-to-end tests: real tools, real
files and real questions, without an account. What it answers is decided by `script` and `scenarios`.

In a process of its own, `python -m factory_jupyter.demo.scripted_model --port 0` prints one JSON line with its url.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import tornado.httpserver
import tornado.netutil
import tornado.web
from tornado.iostream import StreamClosedError

from factory_jupyter.demo import scenarios, script, stream
from factory_jupyter.demo.script import Step

MAX_BODY = 200 * 1024 * 1024  # bytes: a request carries the whole conversation, images included
KEPT_REQUESTS = 500

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass
class Request:
    """One request that the CLI made, for tests to look at; `outcome` is empty while it is being answered.

    Outcomes: "answered", "error <status>", "dropped", "closed" (the client went away, as it does when interrupted).
    """

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    outcome: str = ""

    @property
    def session_id(self) -> str:
        """The Claude session that made the request; empty when the CLI did not say."""
        return self.headers.get("x-claude-code-session-id", "")

    @property
    def prompt(self) -> str:
        """The words of the person that began the present turn."""
        messages = self.body.get("messages", [])
        return "\n".join(script.prompt_texts(messages[script.turn_start(messages)])) if messages else ""


@dataclass
class Gate:
    """A place in a stream that waits for the test; `reached` says that a stream has come to it."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class ScriptedModel:
    """The server; `async with ScriptedModel() as model:` listens at `model.url` on a port the system chose.

    `pace` is the time in seconds between two deltas: 0 for tests, 0.03 feels alive.
    """

    def __init__(self, pace: float = 0.0, port: int = 0) -> None:
        self.pace = pace
        self.port = port
        self.requests: deque[Request] = deque(maxlen=KEPT_REQUESTS)
        self.failures: Counter[tuple[int, int]] = Counter()
        self._gates: dict[str, Gate] = {}
        self._changed = asyncio.Condition()
        self._server: tornado.httpserver.HTTPServer | None = None

    async def start(self) -> None:
        """Listen on loopback."""
        routes = [
            (r"/v1/messages", _Messages, {"model": self}),
            (r"/v1/messages/count_tokens", _CountTokens, {"model": self}),
            (r"/scripted/gates/([\w-]+)", _ReleaseGate, {"model": self}),
            (r"/.*", _Unknown, {"model": self}),
        ]
        application = tornado.web.Application(routes, log_function=lambda handler: None)
        self._server = tornado.httpserver.HTTPServer(application, max_buffer_size=MAX_BODY)
        sockets = tornado.netutil.bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self._server.add_sockets(sockets)

    async def stop(self) -> None:
        """Close the port and every connection."""
        for gate in self._gates.values():
            gate.released.set()
        if self._server:
            self._server.stop()
            await self._server.close_all_connections()

    async def __aenter__(self) -> ScriptedModel:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """What ANTHROPIC_BASE_URL must say."""
        return f"http://127.0.0.1:{self.port}"

    def gate(self, name: str) -> Gate:
        """The gate of that name, made when first mentioned."""
        return self._gates.setdefault(name, Gate())

    async def reached(self, name: str) -> None:
        """Wait until a stream waits at the gate."""
        await self.gate(name).reached.wait()

    def release(self, name: str) -> None:
        """Let the stream at this gate, and every later one, go on."""
        self.gate(name).released.set()

    def unknown_requests(self) -> list[Request]:
        """Requests to routes that do not exist: something the CLI wants and the scripted model lacks."""
        return [request for request in self.requests if request.outcome == "error 404" and not request.body]

    async def log(self, request: Request, outcome: str) -> None:
        """Note how a request ended, and wake whoever waits for it."""
        request.outcome = outcome
        async with self._changed:
            self._changed.notify_all()

    async def until(self, outcome: str) -> Request:
        """Wait for a request that ended this way; returns the newest."""
        async with self._changed:
            await self._changed.wait_for(lambda: any(request.outcome == outcome for request in self.requests))
        return next(request for request in reversed(self.requests) if request.outcome == outcome)


def next_step(body: dict[str, Any]) -> tuple[Step, tuple[int, int]]:
    """The step that answers this request, and a key under which its failures are counted."""
    messages = body["messages"]
    start = script.turn_start(messages)
    said = script.prompt_texts(messages[start])
    everything = "\n".join(said)
    if scripts := script.SCRIPT.findall(everything):
        play = script.decode(scripts[-1])
    elif names := script.NAME.findall(everything):
        play = scenarios.NAMED[names[-1]]
    else:
        play = scenarios.for_words(said[-1] if said else "", script.images(messages[start]))
    at = script.position(play, messages[start + 1 :])
    return (play[at] if at < len(play) else script.SCRIPT_END), (hash(everything), at)


class _Handler(tornado.web.RequestHandler):
    def initialize(self, model: ScriptedModel) -> None:
        self.model = model

    def read(self) -> Request:
        body = json.loads(self.request.body) if self.request.body else {}
        request = Request(self.request.path, body, self.request.headers)
        self.model.requests.append(request)
        return request

    async def refuse(self, request: Request, status: int, message: str, type: str | None = None) -> None:
        name = type or _ERROR_TYPES.get(status, "api_error")
        self.set_status(status)
        self.set_header("content-type", "application/json")
        self.write({"type": "error", "error": {"type": name, "message": message}})
        await self.model.log(request, f"error {status}")


class _Unknown(_Handler):
    async def prepare(self) -> None:
        await self.refuse(self.read(), 404, f"{self.request.path} is not a route of the scripted model.")
        self.finish()


class _CountTokens(_Handler):
    async def post(self) -> None:
        request = self.read()
        self.write({"input_tokens": max(1, len(self.request.body) // 4)})
        await self.model.log(request, "answered")


class _ReleaseGate(_Handler):
    """For tests in another process: POST opens the gate."""

    async def post(self, name: str) -> None:
        self.model.release(name)
        self.set_status(204)


class _Messages(_Handler):
    task: asyncio.Task[None] | None = None

    async def post(self) -> None:
        request = self.read()
        self.task = asyncio.ensure_future(self._answer(request))
        try:
            await self.task
        except (asyncio.CancelledError, StreamClosedError):
            self._auto_finish = False
            await self.model.log(request, "closed")

    def on_connection_close(self) -> None:
        # The client went away: an interrupt. A stream that waits at a gate must not wait for ever.
        if self.task:
            self.task.cancel()

    async def _answer(self, request: Request) -> None:
        try:
            step, key = next_step(request.body)
        except (msgspec.MsgspecError, KeyError, StopIteration) as error:
            await self.refuse(request, 400, f"The script cannot be played: {error!r}")
            return
        for name, value in step.headers.items():
            self.set_header(name, value)
        if step.hold:
            await self._wait_at(step.hold)
        if step.error and self._fails(key, step.error.times):
            for name, value in step.error.headers.items():
                self.set_header(name, value)
            await self.refuse(request, step.error.status, step.error.message, step.error.type)
            return
        drop = step.drop if step.drop and self._fails(key, step.drop_times) else None
        if drop == "before":
            await self._drop(request)
            return
        variables = script.substitutions(request.body.get("system", ""), request.body["messages"])
        answer = stream.message(step, request.body["model"], stream.blocks(step, variables))
        if request.body.get("stream"):
            await self._stream(request, step, answer, drop)
        else:
            self.write(answer)
            await self.model.log(request, "answered")

    async def _stream(self, request: Request, step: Step, answer: dict[str, Any], drop: str | None) -> None:
        self.set_header("content-type", "text/event-stream")
        self.set_header("request-id", f"req_{answer['id']}")
        half = sum(event["type"] == "content_block_delta" for event in stream.events(step, answer)) // 2
        delay = self.model.pace if step.delay is None else step.delay
        sent = 0
        for event in stream.events(step, answer):
            if event["type"] == "content_block_delta":
                if sent == half and step.gate:
                    await self._wait_at(step.gate)
                if sent == half and drop == "mid":
                    await self._drop(request)
                    return
                if sent and delay:
                    await asyncio.sleep(delay)
                sent += 1
            self.write(stream.encode(event))
            await self.flush()
        await self.model.log(request, "answered")

    def _fails(self, key: tuple[int, int], times: int | None) -> bool:
        self.model.failures[key] += 1
        return times is None or self.model.failures[key] <= times

    async def _wait_at(self, name: str) -> None:
        gate = self.model.gate(name)
        gate.reached.set()
        await gate.released.wait()

    async def _drop(self, request: Request) -> None:
        self._auto_finish = False
        self.detach().close()
        await self.model.log(request, "dropped")


async def _serve(port: int, pace: float) -> None:
    async with ScriptedModel(pace, port) as model:
        print(json.dumps({"url": model.url, "port": model.port}), flush=True)  # noqa: T201 - read by who started us
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="The Messages API of Anthropic, played from scripts, on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 lets the system choose")
    parser.add_argument("--pace", type=float, default=0.03, help="seconds between two deltas")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.pace))


if __name__ == "__main__":
    main()
