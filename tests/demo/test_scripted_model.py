"""The scripted model over HTTP, as the CLI meets it."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.iostream import StreamClosedError

from factory_jupyter.demo.scripted_model import ScriptedModel

BOUND = 10.0


def body(*steps: dict[str, Any], stream: bool = False) -> str:
    text = f"<<S>>{json.dumps(steps)}<<E>>"
    return json.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]})


async def post(url: str, body: str, path: str = "/v1/messages?beta=true", **more: Any) -> HTTPResponse:
    client = AsyncHTTPClient(force_instance=True)
    try:
        return await client.fetch(url + path, method="POST", body=body, request_timeout=BOUND, **more)
    finally:
        client.close()


async def test_it_answers_in_one_piece_or_as_a_stream() -> None:
    async with ScriptedModel() as model:
        answer = json.loads((await post(model.url, body({"text": "hi"}))).body)
        assert answer["content"] == [{"type": "text", "text": "hi"}]
        streamed = await post(model.url, body({"text": "hi"}, stream=True))
        assert streamed.headers["content-type"] == "text/event-stream"
        assert streamed.body.count(b"event: content_block_delta\n") == 1
        assert [request.outcome for request in model.requests] == ["answered", "answered"]


async def test_errors_come_as_often_as_asked_and_then_the_answer() -> None:
    failing = body(
        {"text": "hi", "error": {"status": 529, "message": "busy", "headers": {"retry-after": "1"}, "times": 2}}
    )
    async with ScriptedModel() as model:
        for _ in range(2):
            with pytest.raises(HTTPClientError) as caught:
                await post(model.url, failing)
            assert caught.value.code == 529
            assert caught.value.response
            assert caught.value.response.headers["retry-after"] == "1"
            assert json.loads(caught.value.response.body)["error"] == {"type": "overloaded_error", "message": "busy"}
        assert (await post(model.url, failing)).code == 200


@pytest.mark.parametrize("when", ["before", "mid"])
async def test_a_dropped_connection_is_closed_without_an_end(when: str) -> None:
    async with ScriptedModel() as model:
        with pytest.raises((StreamClosedError, HTTPClientError)):
            await post(model.url, body({"text": "hello there, this is long", "drop": when}, stream=True))
        assert [request.outcome for request in model.requests] == ["dropped"]


async def test_a_stream_waits_at_its_gate_and_notices_that_the_client_left() -> None:
    async with ScriptedModel() as model, asyncio.timeout(BOUND):
        received: list[bytes] = []
        gated = body({"text": "one two", "chunks": 2, "gate": "half"}, stream=True)
        waiting = asyncio.create_task(post(model.url, gated, streaming_callback=received.append))
        await model.reached("half")
        assert not waiting.done()
        await post(model.url, "", "/scripted/gates/half")
        await waiting
        assert b"message_stop" in b"".join(received)

        held = asyncio.create_task(post(model.url, body({"text": "never", "hold": "door"})))
        await model.reached("door")
        _, writer = await asyncio.open_connection("127.0.0.1", model.port)
        request = body({"text": "never", "hold": "other-door"}).encode()
        writer.write(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(request) + request)
        await model.reached("other-door")
        writer.close()
        assert (await model.until("closed")).prompt.endswith("<<E>>")
        model.release("door")
        await held


async def test_a_route_that_does_not_exist_is_answered_and_remembered() -> None:
    async with ScriptedModel() as model:
        with pytest.raises(HTTPClientError) as caught:
            await post(model.url, "", "/v1/surprise")
        assert caught.value.code == 404
        assert [request.path for request in model.unknown_requests()] == ["/v1/surprise"]


async def test_a_script_that_cannot_be_played_says_what_is_wrong() -> None:
    async with ScriptedModel() as model:
        with pytest.raises(HTTPClientError) as caught:
            await post(model.url, body({"txet": "hi"}))
        assert caught.value.response
        assert b"txet" in caught.value.response.body


async def test_in_a_process_of_its_own_it_says_where_it_is() -> None:
    arguments = ("-m", "factory_jupyter.demo.scripted_model", "--pace", "0")
    child = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        assert child.stdout
        async with asyncio.timeout(30):
            where = json.loads(await child.stdout.readline())
        assert (await post(where["url"], body({"text": "hi"}))).code == 200
    finally:
        child.terminate()
        await child.wait()
