"""The private event loop behind the blocking face of the client.

A notebook's own loop is busy while a cell runs, so blocking calls do their work on a loop in a thread of its own.
Context variables travel with each call: what it prints lands in the cell that made it.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

from factory_jupyter.errors import FactoryError

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Twin = TypeVar("Twin")
Twin_co = TypeVar("Twin_co", covariant=True)

# Enough to take a message back or to interrupt a turn; an interrupted cell must not seem to hang.
CLEAN_UP_S: Final = 5.0


class HasTwin(Protocol[Twin_co]):
    """An object of the blocking face."""

    @property
    def aio(self) -> Twin_co:
        """The same thing with coroutines."""


@functools.cache
def private_loop() -> asyncio.AbstractEventLoop:
    """The loop, started on first use."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="factory-jupyter", daemon=True).start()
    return loop


def run(work: Coroutine[Any, Any, R]) -> R:
    """The result of ``work``, done on the private loop.

    An interrupt of the cell cancels it, waits until it has cleaned up behind itself, and is raised on.
    """
    settled = threading.Event()

    async def watched() -> R:
        try:
            return await work
        finally:
            settled.set()

    __tracebackhide__ = True
    future = asyncio.run_coroutine_threadsafe(watched(), private_loop())
    try:
        return future.result()
    except FactoryError as error:
        # Its message says what to do; how it came here through two threads is of no help below a cell.
        raise error.with_traceback(None) from None
    except KeyboardInterrupt:
        future.cancel()
        settled.wait(CLEAN_UP_S)
        raise


def blocking(
    method: Callable[Concatenate[Twin, P], Coroutine[Any, Any, R]], wrap: Callable[[R], T]
) -> Callable[Concatenate[HasTwin[Twin], P], T]:
    """The blocking form of a coroutine method of the twin, under its name; ``wrap`` clothes the result."""

    @functools.wraps(method)
    def call(self: HasTwin[Twin], /, *args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        return wrap(run(method(self.aio, *args, **kwargs)))

    return call


def same(result: R) -> R:
    """For `blocking`: the result is the same on both faces."""
    return result
