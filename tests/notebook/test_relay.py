"""Frames over a comm: whole, in order, paced, and to each view its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from factory_jupyter.model import wire
from factory_jupyter.notebook import relay
from factory_jupyter.notebook.relay import Pacer, Relay
from factory_jupyter.notebook.transport import Server
from tests.notebook.server import FakeFactory, answering


class Comm:
    """The browser's end: what was sent, and waiting for it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.changed = threading.Condition()

    def send(self, content: dict[str, Any]) -> None:
        with self.changed:
            self.sent.append(content)
            self.changed.notify_all()

    def wait(self, until: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(until, timeout=5), self.sent

    def text(self, view: str) -> str:
        return "".join(message.get("lines", "") for message in self.sent if message["view"] == view)

    def frames(self, view: str) -> list[Any]:
        decoder = msgspec.json.Decoder(wire.ServerFrame)
        return [decoder.decode(line) for line in self.text(view).splitlines()]

    def has_ended(self, view: str) -> bool:
        return self.text(view).endswith("\n") and isinstance(self.frames(view)[-1], wire.TurnFinished)


@pytest.fixture
def comm() -> Comm:
    return Comm()


@pytest.fixture
def chat(fake: FakeFactory, comm: Comm):
    relay = Relay(Server(fake.address), "chat/s1", comm.send)
    yield relay
    relay.close()


def say(view: str, text: str) -> dict[str, Any]:
    return {"view": view, "text": msgspec.json.encode(wire.Say(id=text, text=text)).decode()}


def test_a_view_opens_speaks_and_hears(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    chat.receive({"view": "a", "open": 0})
    chat.receive(say("a", "Hi"))
    comm.wait(lambda: comm.has_ended("a"))
    assert comm.sent[0] == {"view": "a", "opened": True}
    assert [frame.seq for frame in comm.frames("a") if isinstance(frame, wire.Settled)] == [1, 2, 3, 4, 5]


def test_a_late_view_hears_what_it_has_not(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    chat.receive({"view": "a", "open": 0})
    chat.receive(say("a", "Hi"))
    comm.wait(lambda: comm.has_ended("a"))
    chat.receive({"view": "b", "open": 3})
    comm.wait(lambda: comm.has_ended("b"))
    assert [frame.seq for frame in comm.frames("b") if isinstance(frame, wire.Settled)] == [4, 5]


def test_a_burst_is_few_messages(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    fake.play = answering("x" * 2000)
    chat.receive({"view": "a", "open": 0})
    began = time.monotonic()
    chat.receive(say("a", "Hi"))
    comm.wait(lambda: comm.has_ended("a"))
    assert sum(isinstance(frame, wire.Delta) for frame in comm.frames("a")) == 2000
    assert len(comm.sent) <= 30 * (time.monotonic() - began) + 3


def test_a_huge_frame_goes_in_pieces(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    fake.play = lambda fake, session_id, say: (
        fake.settle(session_id, wire.ToolResult, tool_use_id="t", content="é" * 60_000, is_error=False),
        fake.end_turn(session_id, fake.begin_turn(session_id, say), ""),
    )
    chat.receive({"view": "a", "open": 0})
    chat.receive(say("a", "Hi"))
    comm.wait(lambda: comm.has_ended("a"))
    assert max(len(message.get("lines", "")) for message in comm.sent) <= 20_000
    assert [frame.content for frame in comm.frames("a") if isinstance(frame, wire.ToolResult)] == ["é" * 60_000]


def test_a_lost_server_closes_the_view(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    chat.receive({"view": "a", "open": 0})
    comm.wait(lambda: comm.frames("a"))
    fake.soon(fake.drop_sockets)
    comm.wait(lambda: "closed" in comm.sent[-1])


def test_the_oldest_view_makes_room(fake: FakeFactory, chat: Relay, comm: Comm) -> None:
    for number in range(relay.MAX_VIEWS + 1):
        chat.receive({"view": str(number), "open": 0})
    comm.wait(lambda: any(message["view"] == "0" and "closed" in message for message in comm.sent))
    comm.wait(lambda: comm.frames(str(relay.MAX_VIEWS)))


@pytest.mark.parametrize(
    "content", [{}, {"view": 1, "open": 0}, {"view": "x", "text": "{}"}, {"view": "x", "close": True}]
)
def test_what_makes_no_sense_is_passed_over(chat: Relay, comm: Comm, content: dict[str, Any]) -> None:
    chat.receive(content)
    chat.receive({"view": "a", "open": 0})
    comm.wait(lambda: comm.frames("a"))
    assert {message["view"] for message in comm.sent} == {"a"}


def test_all_views_share_one_rate() -> None:
    async def took() -> float:
        pacer, loop = Pacer(bytes_per_s=100_000), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(pacer.wait(5_000) for _ in range(3)))
        return loop.time() - began

    # The third may go when the first two have had their time.
    assert 0.09 <= asyncio.run(took()) < 1
