"""Sockets: a bad frame is answered, never punished; order is kept; each viewer is alone; nothing stays behind."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPClientError

from factory_jupyter.errors import AlreadyAnswered, NotFound
from factory_jupyter.model import wire
from factory_jupyter.web import sockets
from tests.fakes.factory import PROJECT, SESSION, FakeFactory
from tests.web.conftest import receive


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_frames_go_out_as_they_are_and_in_order(connect, factory):
    connection = await connect("chat/s%2F1?since=12")
    assert factory.calls == [("sessions.join", ("s/1", 12))]
    [viewer] = factory.viewers
    viewer.frames.put_nowait([b'{"n":1,  "raw": true}', b'{"n":2}'])
    viewer.frames.put_nowait([json.dumps({"n": number}).encode() for number in range(3, 1000)])
    assert await asyncio.wait_for(connection.read_message(), 5) == '{"n":1,  "raw": true}'
    assert [(await receive(connection))["n"] for _ in range(998)] == list(range(2, 1000))


async def test_frames_of_every_length_arrive_whole(connect, factory):
    connection = await connect("chat/s1")
    lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 3_000_000]
    factory.viewers[0].frames.put_nowait([b"\xc3\xa4" * (length // 2) + b"x" * (length % 2) for length in lengths])
    for length in lengths:
        message = await asyncio.wait_for(connection.read_message(), 5)
        assert message == "ä" * (length // 2) + "x" * (length % 2)


async def test_commands_are_carried_out_in_order_by_the_caller(connect, factory):
    factory.answers["sessions.command"] = lambda *arguments: asyncio.sleep(0)
    connection = await connect("chat/s1")
    frames = [wire.Say(id=f"m{number}", text="hi") for number in range(50)]
    for frame in frames:
        await connection.write_message(json.dumps({"type": "say", "id": frame.id, "text": "hi"}))
    await until(lambda: len(factory.calls) == 51)
    commands = [arguments for call, arguments in factory.calls if call == "sessions.command"]
    assert [frame for _, frame, _ in commands] == frames
    assert {(session_id, bool(by)) for session_id, _, by in commands} == {("s1", True)}


async def test_bad_frames_are_answered_and_the_connection_goes_on(connect, factory):
    connection = await connect("chat/s1")
    for frame, reply_to in [
        ("{nope", None),
        ("[]", None),
        ('{"type": "shout", "id": "m1"}', "m1"),
        ('{"id": "m2", "text": "hi"}', "m2"),
        ('{"type": "say", "id": "m3", "text": 3}', "m3"),
        ('{"type": "answer", "question_id": "q1", "behavior": "maybe"}', "q1"),
        ('{"type": "say", "id": 7}', None),
    ]:
        await connection.write_message(frame)
        answer = await receive(connection)
        assert (answer["type"], answer["code"], answer["in_reply_to"]) == ("error", "invalid_frame", reply_to)
        assert answer["message"].startswith("The frame cannot be used: ")
    await connection.write_message(b"\x00\x01", binary=True)
    assert "not binary" in (await receive(connection))["message"]
    await connection.write_message('{"type": "interrupt"}')
    await until(lambda: ("sessions.command", ("s1", wire.Interrupt(), factory.calls[-1][1][-1])) == factory.calls[-1])


async def test_refusals_name_the_frame_they_answer(connect, factory):
    connection = await connect("chat/s1")
    factory.answers["sessions.command"] = AlreadyAnswered("q1")
    await connection.write_message('{"type": "answer", "question_id": "q1", "behavior": "allow"}')
    answer = await receive(connection)
    assert (answer["code"], answer["in_reply_to"]) == ("already_answered", "q1")


async def test_a_bug_in_one_command_is_told_and_the_next_one_works(connect, factory, caplog):
    connection = await connect("chat/s1")
    factory.answers["sessions.command"] = ZeroDivisionError("secret detail")
    await connection.write_message('{"type": "say", "id": "m1", "text": "hi"}')
    answer = await receive(connection)
    assert (answer["code"], answer["in_reply_to"]) == ("internal_error", "m1")
    assert "secret detail" not in answer["message"]
    assert "secret detail" in caplog.text
    factory.answers["sessions.command"] = 8
    await connection.write_message('{"type": "interrupt"}')
    await until(lambda: factory.calls[-1][1][1] == wire.Interrupt())


async def test_frames_that_are_too_large_or_too_many_are_explained(connect, factory, monkeypatch):
    monkeypatch.setattr(sockets, "LARGEST_FRAME", 1000)
    monkeypatch.setattr(sockets, "MOST_WAITING", 3)
    held = asyncio.Event()
    factory.answers["sessions.command"] = lambda *arguments: held.wait()
    connection = await connect("chat/s1")
    await connection.write_message(json.dumps({"type": "say", "id": "m", "text": "x" * 1000}))
    answer = await receive(connection)
    assert answer["code"] == "invalid_frame"
    assert "at most 1000 are taken" in answer["message"]
    await connection.write_message(json.dumps({"type": "say", "id": "m0", "text": ""}))
    await until(lambda: factory.calls[-1][0] == "sessions.command")
    for number in range(1, 5):
        await connection.write_message(json.dumps({"type": "say", "id": f"m{number}", "text": ""}))
    answer = await receive(connection)
    assert (answer["code"], answer["in_reply_to"]) == ("rate_limited", "m4")
    held.set()
    await until(lambda: len(factory.calls) == 5)


async def test_ten_megabytes_in_one_frame_are_taken(connect, factory):
    connection = await connect("chat/s1")
    data = "A" * 14_000_000
    attachment = {"name": "a.png", "media_type": "image/png", "data": data}
    await connection.write_message(json.dumps({"type": "say", "id": "m", "text": "see", "attachments": [attachment]}))
    await until(lambda: factory.calls[-1][0] == "sessions.command")
    assert factory.calls[-1][1][1].attachments[0].data == data


async def test_a_slow_viewer_waits_in_its_own_pump(connect, factory):
    slow = await connect("chat/s1", on_message_callback=None)
    slow.protocol.stream.set_nodelay(True)
    slow_viewer = factory.viewers[0]
    fast = await connect("chat/s1")
    fast_viewer = factory.viewers[1]
    # The client never reads: its library takes one frame and then leaves the rest to the kernel.
    big = [b'"%b"' % (b"x" * 262_144)] * 4
    for _ in range(100):
        slow_viewer.frames.put_nowait(big)
    for number in range(100):
        fast_viewer.frames.put_nowait([b"%d" % number])
    assert [await receive(fast) for _ in range(100)] == list(range(100))
    assert slow_viewer.frames.qsize() > 50, "the pump must wait for the connection, not buffer for it"


async def test_the_end_of_a_feed_closes_the_connection_so_that_the_client_comes_back(connect, factory):
    connection = await connect("chat/s1")
    factory.viewers[0].frames.put_nowait([])
    assert await receive(connection) is None
    assert connection.close_code == sockets.GOING_AWAY
    await asyncio.wait_for(factory.viewers[0].is_closed.wait(), 5)


async def test_a_feed_that_cannot_be_read_says_why(connect, factory):
    connection = await connect("chat/s1")

    async def fail():
        raise NotFound("session", "s1")

    factory.viewers[0].next = fail
    factory.viewers[0].frames.put_nowait([b"{}"])
    assert await receive(connection) == {}
    assert (await receive(connection))["code"] == "not_found"
    assert await receive(connection) is None


async def test_leaving_leaves_nothing_behind(connect, factory):
    tasks = asyncio.all_tasks()
    connection = await connect("chat/s1")
    held = asyncio.Event()
    factory.answers["sessions.command"] = lambda *arguments: held.wait()
    await connection.write_message('{"type": "interrupt"}')
    await until(lambda: factory.calls[-1][0] == "sessions.command")
    connection.close()
    await asyncio.wait_for(factory.viewers[0].is_closed.wait(), 5)
    await until(lambda: not {task for task in asyncio.all_tasks() - tasks if "FactorySocket" in repr(task)})


async def test_a_client_that_leaves_before_the_upgrade_leaves_nothing_behind(
    connect, factory, http_server, jp_base_url, jp_auth_header, caplog
):
    starting = asyncio.Event()
    factory.ready = starting.wait
    _, writer = await asyncio.open_connection("127.0.0.1", next(iter(http_server._sockets.values())).getsockname()[1])
    writer.write(
        f"GET {jp_base_url}factory/chat/s1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: {jp_auth_header['Authorization']}\r\n\r\n".encode()
    )
    await writer.drain()
    await until(lambda: starting._waiters)
    writer.close()
    await writer.wait_closed()
    starting.set()
    await until(lambda: factory.viewers)
    await asyncio.wait_for(factory.viewers[0].is_closed.wait(), 5)
    factory.ready = FakeFactory.ready.__get__(factory)
    await connect("board")
    assert "Traceback" not in caplog.text


async def test_who_may_not_look_is_refused_before_the_upgrade(connect, factory):
    async def refusal(path, **options):
        with pytest.raises(HTTPClientError) as caught:
            await connect(path, **options)
        return caught.value.code

    for path in ("chat/s1", "board"):
        assert await refusal(path, headers={}) == 403
        assert await refusal(path, headers={"Authorization": "token wrong"}) == 403
    assert factory.calls == []
    for since in ("-1", "two", "1.5", "²"):
        assert await refusal(f"chat/s1?since={since}".encode().decode("latin-1")) == 400
    factory.answers["sessions.join"] = NotFound("session", "s1")
    assert await refusal("chat/s1") == 404


async def test_a_foreign_page_cannot_use_the_cookie(connect, factory, http_server_client, jp_base_url, jp_auth_header):
    token = jp_auth_header["Authorization"].split()[1]
    login = await http_server_client.fetch(f"{jp_base_url}api/me?token={token}")
    cookie = {"Cookie": login.headers["Set-Cookie"].partition(";")[0]}
    await connect("board", headers=cookie)
    for origin in ("http://evil.example", "null"):
        with pytest.raises(HTTPClientError) as caught:
            await connect("board", headers={**cookie, "Origin": origin})
        assert caught.value.code == 403


async def test_the_board_begins_with_everything_and_tells_changes(connect, factory):
    first, second = await connect("board"), await connect("board")
    for connection in (first, second):
        snapshot = await receive(connection)
        assert (snapshot["type"], [project["id"] for project in snapshot["projects"]]) == ("snapshot", ["p1"])
    factory.board.publish(wire.ProjectChanged(project=PROJECT))
    factory.board.publish(wire.BoardSession(session=SESSION))
    for connection in (first, second):
        assert [(await receive(connection))["type"] for _ in range(2)] == ["project", "session"]
    await first.write_message('{"type": "interrupt"}')
    assert (await receive(first))["code"] == "invalid_frame"
    first.close()
    await until(lambda: len(factory.board._viewers) == 1)


async def test_pings_go_out_and_compression_is_off(connect, jp_serverapp):
    connection = await connect("board")
    handler = next(iter(_open_handlers()))
    assert handler.ping_interval == 30_000
    assert handler.ping_callback.is_running()
    assert handler.get_compression_options() is None
    connection.close()
    await until(lambda: not handler.ping_callback.is_running())


def _open_handlers():
    import gc

    return [found for found in gc.get_objects() if isinstance(found, sockets.FactorySocket) and found.ws_connection]
