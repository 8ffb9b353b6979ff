"""Background work is never lost silently, never overlaps itself, and ends with the server."""

from __future__ import annotations

import asyncio
import logging

import pytest

from factory_jupyter.errors import Unavailable
from factory_jupyter.services.jobs import Jobs
from tests.fakes.clock import FakeClock


async def test_a_failure_is_logged_with_the_name_of_the_job(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("oops")

    task = Jobs(clock=FakeClock()).start("reading tea leaves", fail())
    await asyncio.wait([task])
    assert "reading tea leaves failed" in caplog.text
    assert "oops" in caplog.text


async def test_a_periodic_job_never_overlaps_itself_and_survives_its_failures() -> None:
    clock, runs = FakeClock(), []
    jobs, gate = Jobs(clock=clock), asyncio.Event()

    async def work() -> None:
        runs.append(clock.elapsed)
        if len(runs) == 1:
            raise RuntimeError("the first time is hard")
        await gate.wait()

    jobs.every("work", 10, work)
    await asyncio.sleep(0)
    assert runs == []
    await clock.advance(10)
    await clock.advance(10)
    await clock.advance(100)  # the second run still waits
    assert runs == [10, 20]
    gate.set()
    await asyncio.sleep(0)
    await clock.advance(10)
    assert runs == [10, 20, 130]
    await jobs.stop()


async def test_stop_ends_everything_and_nothing_starts_after_it() -> None:
    jobs, ended = Jobs(clock=FakeClock()), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    jobs.start("work", work())
    await asyncio.sleep(0)
    await jobs.stop()
    assert ended == [True]
    with pytest.raises(Unavailable):
        jobs.start("late", work())
    await jobs.stop()


async def test_a_job_that_will_not_end_delays_stop_by_a_bound_only(caplog: pytest.LogCaptureFixture) -> None:
    jobs, released = Jobs(clock=FakeClock()), asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await released.wait()

    task = jobs.start("a mule", stubborn())
    await asyncio.sleep(0)
    with caplog.at_level(logging.WARNING):
        await asyncio.wait_for(jobs.stop(timeout_s=0.05), 5)
    assert "a mule did not end" in caplog.text
    released.set()
    await task
