"""The sliding log: never more than the limits in any window, first come first served, bounded waiting."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_jupyter.errors import RateLimited
from factory_jupyter.services.rate_limits import RateLimiter
from tests.fakes.clock import FakeClock


def limiter(clock: FakeClock, **knobs: float) -> RateLimiter:
    defaults = {"per_minute": 2, "per_hour": 100, "queue_size": 3, "queue_timeout_s": 90.0}
    return RateLimiter(clock, **{**defaults, **knobs})  # type: ignore[arg-type]


async def test_below_the_limit_nobody_waits() -> None:
    limits = limiter(FakeClock())
    await limits.acquire()
    await limits.acquire()
    assert limits.state().last_minute == 2
    assert limits.state().is_limited


async def test_the_window_slides() -> None:
    clock = FakeClock()
    limits = limiter(clock)
    await limits.acquire()
    await clock.advance(40)
    await limits.acquire()
    waiting = asyncio.ensure_future(limits.acquire())
    await clock.advance(19)
    assert not waiting.done()
    await clock.advance(1)  # the first is 60 s ago
    await waiting
    assert limits.delay() == pytest.approx(40)


async def test_waiting_is_fair_and_bounded() -> None:
    clock = FakeClock()
    limits = limiter(clock, per_minute=1)
    await limits.acquire()
    order: list[int] = []

    async def wait(number: int) -> None:
        await limits.acquire()
        order.append(number)

    waiting = [asyncio.ensure_future(wait(number)) for number in range(3)]
    await clock.advance(0)
    assert limits.state().waiting == 3
    with pytest.raises(RateLimited, match="3 prompts wait already") as refused:
        await limits.acquire()
    assert refused.value.retry_after == pytest.approx(60)
    await clock.advance(60)
    assert order == [0]
    await clock.advance(60)
    assert order == [0]  # the third would have waited 120 s in all, longer than it may
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), RateLimited, RateLimited]
    assert limits.state().waiting == 0


async def test_the_hour_counts_too() -> None:
    clock = FakeClock()
    limits = limiter(clock, per_minute=100, per_hour=3, queue_timeout_s=10)
    for _ in range(3):
        await limits.acquire()
        await clock.advance(61)
    with pytest.raises(RateLimited):
        await limits.acquire()
    await clock.advance(3600 - 3 * 61)
    await limits.acquire()


async def test_without_a_queue_a_prompt_is_refused_at_once() -> None:
    limits = limiter(FakeClock(), per_minute=1, queue_size=0)
    limits.check()
    await limits.acquire()
    with pytest.raises(RateLimited):
        limits.check()


async def test_who_gives_up_leaves_the_line() -> None:
    clock = FakeClock()
    limits = limiter(clock, per_minute=1)
    await limits.acquire()
    first, second = asyncio.ensure_future(limits.acquire()), asyncio.ensure_future(limits.acquire())
    await clock.advance(0)
    first.cancel()
    await clock.advance(0)
    assert limits.state().waiting == 1
    await clock.advance(60)
    await second


@given(
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
    per_minute=st.integers(1, 5),
    per_hour=st.integers(1, 20),
)
def test_no_window_ever_holds_more_than_its_limit(pauses: list[float], per_minute: int, per_hour: int) -> None:
    async def scenario() -> list[float]:
        clock, sent = FakeClock(), []
        limits = limiter(clock, per_minute=per_minute, per_hour=per_hour, queue_timeout_s=0)
        for pause in pauses:
            await clock.advance(pause)
            try:
                await limits.acquire()
            except RateLimited:
                continue
            sent.append(clock.elapsed)
        return sent

    sent = asyncio.run(scenario())
    for at in sent:
        assert sum(1 for other in sent if at - 60 < other <= at) <= per_minute
        assert sum(1 for other in sent if at - 3600 < other <= at) <= per_hour
