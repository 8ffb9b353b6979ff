"""The queue between reader and consumer: order is kept, bursts are joined, the end is the end."""

from __future__ import annotations

from factory_jupyter.model.agent import AgentEvent, Died, Partial, TurnBegan
from factory_jupyter.tools.agent_events import AgentEvents

DIED = Died(reason="over", expected=True)


def piece(text: str, index: int = 0, parent: str | None = None) -> Partial:
    return Partial(kind="text", index=index, text=text, parent_tool_use_id=parent)


async def drained(*put: AgentEvent) -> list[AgentEvent]:
    events = AgentEvents()
    for event in put:
        events.put(event)
    return [event async for event in events]


async def test_pieces_of_one_block_are_joined_and_nothing_else() -> None:
    seen = await drained(piece("a"), piece("b"), piece("c", 1), piece("d", 1, "sub"), TurnBegan(), piece("e"), DIED)
    assert seen == [piece("ab"), piece("c", 1), piece("d", 1, "sub"), TurnBegan(), piece("e"), DIED]


async def test_a_long_burst_keeps_every_character_in_pieces_of_bounded_size() -> None:
    seen = await drained(*(piece("x" * 100) for _ in range(1000)), DIED)
    texts = [event.text for event in seen if isinstance(event, Partial)]
    assert sum(map(len, texts)) == 100_000
    assert max(map(len, texts)) < 17_000
    assert len(texts) < 10


async def test_nothing_comes_after_the_end() -> None:
    assert await drained(TurnBegan(), DIED, TurnBegan(), DIED) == [TurnBegan(), DIED]
