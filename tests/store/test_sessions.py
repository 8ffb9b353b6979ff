"""Sessions, their log, queue and questions: a change and its event exist together or not at all."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_jupyter.errors import AlreadyAnswered, Conflict, IllegalTransition, NotFound, QueueFull, SessionLimit
from factory_jupyter.model.ids import new_id
from factory_jupyter.model.states import SESSION_MOVES, MessageState, QuestionState, SessionStatus
from factory_jupyter.store.rows import AttachmentRow
from tests.store.rows import NOON, add_session, add_workspace, events, question, session

IDLE, RUNNING = SessionStatus.IDLE, SessionStatus.RUNNING


async def test_the_limit_holds_when_many_are_made_at_once(stores):
    place = await add_workspace(stores)
    results = await asyncio.gather(
        *(stores.sessions.add(session(place.id), limit=5) for _ in range(30)), return_exceptions=True
    )
    assert sum(isinstance(result, SessionLimit) for result in results) == 25
    rows = await stores.sessions.list(place.id)
    assert len(rows) == 5
    await stores.sessions.delete(rows[0].id)
    await stores.sessions.add(session(place.id), limit=5)


async def test_a_session_needs_its_workspace(stores):
    with pytest.raises(NotFound, match="workspace"):
        await stores.sessions.add(session("nothing"), limit=5)


async def test_what_is_not_there_is_not_found(stores):
    for call in (stores.sessions.get, stores.sessions.update, stores.sessions.delete, stores.questions.get):
        with pytest.raises(NotFound):
            await call("nothing")
    with pytest.raises(NotFound):
        await stores.sessions.move("nothing", IDLE, RUNNING)
    with pytest.raises(NotFound):
        await stores.events.append("nothing", events(1))
    with pytest.raises(NotFound):
        await stores.messages.enqueue("nothing", "m", "hi", limit=5)
    with pytest.raises(NotFound):
        await stores.messages.cancel("nothing", "m")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(present=st.sampled_from(SessionStatus), old=st.sampled_from(SessionStatus), new=st.sampled_from(SessionStatus))
def test_a_status_moves_along_the_table_from_what_was_seen(stores, jp_asyncio_loop, present, old, new):
    async def check():
        row = await add_session(stores, status=present)
        if present is old and new in SESSION_MOVES[old]:
            moved = await stores.sessions.move(row.id, old, new, events(1), agent_pid=7)
            assert (moved.status, moved.agent_pid, moved.last_seq) == (new, 7, 1)
            assert moved.id in [running.id for running in await stores.sessions.running()]
            return
        with pytest.raises(IllegalTransition):
            await stores.sessions.move(row.id, old, new, events(1), agent_pid=7)
        assert await stores.sessions.get(row.id) == row

    jp_asyncio_loop.run_until_complete(check())


async def test_numbers_have_no_gaps_and_no_doubles(stores):
    row = await add_session(stores)
    await stores.events.append(row.id, events(1, 2))
    for wrong in ([2], [4], [3, 5], [0], [3, 3]):
        with pytest.raises(Conflict, match="ends at 2"):
            await stores.events.append(row.id, events(*wrong))
    await stores.events.append(row.id, events(3))
    assert await stores.events.last_seq(row.id) == 3
    assert await stores.events.read(row.id, 0, 100) == [(e.seq, e.body) for e in events(1, 2, 3)]


async def test_of_two_who_write_the_same_number_one_wins(stores):
    row = await add_session(stores)
    results = await asyncio.gather(
        *(stores.events.append(row.id, events(1)) for _ in range(10)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 1


async def test_a_wrong_number_undoes_the_change_it_came_with(stores):
    row = await add_session(stores)
    with pytest.raises(Conflict):
        await stores.messages.enqueue(row.id, "m", "hi", limit=5, events=events(7))
    with pytest.raises(Conflict):
        await stores.questions.ask(question(row.id), events(7))
    with pytest.raises(Conflict):
        await stores.sessions.update(row.id, events(7), name="other")
    assert await stores.sessions.get(row.id) == row


async def test_events_are_read_in_pieces(stores):
    row = await add_session(stores)
    await stores.events.append(row.id, events(*range(1, 101), size=1000))
    assert len(await stores.events.read(row.id, 0, 7)) == 7
    assert [seq for seq, _ in await stores.events.read(row.id, 98, 7)] == [99, 100]
    assert len(await stores.events.read(row.id, 0, 1000, max_bytes=10_000)) == 10
    assert len(await stores.events.read(row.id, 0, 1000, max_bytes=1)) == 1
    assert await stores.events.read(row.id, 100, 7) == []


async def test_the_last_event_of_a_kind(stores):
    row = await add_session(stores)
    await stores.events.append(row.id, events(1, type="turn_started") + events(2, type="turn_finished") + events(3))
    seq, body = await stores.events.last_of(row.id, ["turn_started", "turn_finished"])
    assert (seq, body) == (2, b'{"seq":2}')
    assert await stores.events.last_of(row.id, ["session_stopped"]) is None


async def test_saying_twice_is_one_message(stores):
    row = await add_session(stores)
    results = await asyncio.gather(
        *(stores.messages.enqueue(row.id, "m1", "hi", limit=5, events=events(1)) for _ in range(5)),
        return_exceptions=True,
    )
    assert sorted(results) == [False, False, False, False, True]
    assert await stores.events.last_seq(row.id) == 1
    await stores.messages.mark_sent(row.id, "m1", events(2))
    assert not await stores.messages.enqueue(row.id, "m1", "hi", limit=5, events=events(3)), "also after it was sent"
    other = await add_session(stores)
    assert await stores.messages.enqueue(other.id, "m1", "hi", limit=5), "ids belong to their session"


async def test_the_queue_is_in_order_and_bounded(stores):
    row = await add_session(stores)
    results = await asyncio.gather(
        *(stores.messages.enqueue(row.id, f"m{number}", "hi", limit=4) for number in range(6)), return_exceptions=True
    )
    assert [isinstance(result, QueueFull) for result in results] == [False] * 4 + [True] * 2
    assert [message.id for message in await stores.messages.queued(row.id)] == ["m0", "m1", "m2", "m3"]
    await stores.messages.cancel(row.id, "m1")
    await stores.messages.mark_sent(row.id, "m0")
    await stores.messages.enqueue(row.id, "m9", "hi", limit=4)
    assert [message.id for message in await stores.messages.queued(row.id)] == ["m2", "m3", "m9"]
    assert (await stores.sessions.get(row.id)).queued == 3


async def test_only_what_waits_can_be_changed(stores):
    row = await add_session(stores)
    for id in ("sent", "cancelled", "waits"):
        await stores.messages.enqueue(row.id, id, "hi", limit=5)
    await stores.messages.mark_sent(row.id, "sent", events(1))
    await stores.messages.cancel(row.id, "cancelled", events(2))
    await stores.messages.edit(row.id, "waits", "ho", events(3))
    assert (await stores.messages.get(row.id, "waits")).text == "ho"
    assert (await stores.messages.get(row.id, "sent")).state is MessageState.SENT
    for id in ("sent", "cancelled"):
        with pytest.raises(Conflict, match=f"already {id}"):
            await stores.messages.edit(row.id, id, "ho", events(4))
        with pytest.raises(Conflict, match=f"already {id}"):
            await stores.messages.cancel(row.id, id, events(4))
    assert await stores.events.last_seq(row.id) == 3


async def test_attachments_belong_to_their_session(stores):
    row, other = await add_session(stores), await add_session(stores)
    attachment = AttachmentRow(
        id=new_id(), session_id=row.id, name="a.png", media_type="image/png", data=b"\x89PNG", created_at=NOON
    )
    await stores.messages.enqueue(row.id, "m1", "see", limit=5, attachments=[attachment], by="ada")
    message = await stores.messages.get(row.id, "m1")
    assert (message.attachments, message.by) == ([attachment.info], "ada")
    assert await stores.messages.attachment(row.id, attachment.id) == attachment
    with pytest.raises(NotFound):
        await stores.messages.attachment(other.id, attachment.id)


async def test_of_many_answers_the_first_counts(stores):
    row = await add_session(stores)
    asked = question(row.id)
    await stores.questions.ask(asked, events(1))
    assert [waiting.id for waiting in await stores.questions.waiting()] == [asked.id]
    assert (await stores.questions.waiting(row.id))[0].workspace_id == row.workspace_id
    assert (await stores.sessions.get(row.id)).open_questions == 1
    results = await asyncio.gather(
        *(
            stores.questions.answer(asked.id, behavior="deny", by=f"u{n}", message="no", events=events(2))
            for n in range(5)
        ),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == ["QuestionRow"] + ["AlreadyAnswered"] * 4
    assert (results[0].by, results[0].behavior, results[0].reason) == ("u0", "deny", "no")
    assert await stores.questions.waiting() == []
    assert await stores.events.last_seq(row.id) == 2


async def test_withdrawn_and_lost_questions_cannot_be_answered(stores):
    row, other = await add_session(stores), await add_session(stores)
    withdrawn, lost, also_lost = question(row.id), question(row.id), question(other.id)
    for each in (withdrawn, lost, also_lost):
        await stores.questions.ask(each)
    assert (await stores.questions.withdraw(withdrawn.id, "the turn ended", events(1))).state is QuestionState.WITHDRAWN
    closed = await stores.questions.lose_all_open("the server stopped", {row.id: events(2), other.id: events(1)})
    assert {each.id for each in closed} == {lost.id, also_lost.id}
    for each, state in ((withdrawn, "withdrawn"), (lost, "lost")):
        with pytest.raises(AlreadyAnswered, match=state):
            await stores.questions.answer(each.id, behavior="allow", by="ada")
    assert await stores.questions.lose_all_open("again") == []


async def test_deleting_a_session_takes_everything_of_it_along(stores):
    row = await add_session(stores)
    await stores.messages.enqueue(row.id, "m", "hi", limit=5, events=events(1))
    asked = question(row.id)
    await stores.questions.ask(asked, events(2))
    await stores.sessions.delete(row.id)
    assert await stores.events.last_seq(row.id) == 0
    assert await stores.messages.queued(row.id) == []
    with pytest.raises(NotFound):
        await stores.questions.get(asked.id)


async def test_settings_are_empty_until_chosen(stores):
    assert (await stores.settings.get()).default_model is None
    chosen = await stores.settings.update(default_model="opus", notification_push=False)
    assert (chosen.default_model, chosen.notification_push, chosen.notification_sound) == ("opus", False, None)
    taken_back = await stores.settings.update(default_model=None)
    assert (taken_back.default_model, taken_back.notification_push) == (None, False)
    assert await stores.settings.get() == taken_back
