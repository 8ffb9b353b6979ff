"""Tables of everything."""

from __future__ import annotations

import sys
from typing import get_args

import pytest

from factory_jupyter import errors
from factory_jupyter.notebook.aio.frames import FrameName
from factory_jupyter.notebook.objects import Factory, Workspace
from tests.notebook.server import NOW


@pytest.mark.parametrize("name", get_args(FrameName))
def test_every_table_has_its_columns_when_it_is_empty(factory: Factory, name: FrameName) -> None:
    table = factory.frame(name)
    assert list(table.columns)
    assert len(table) == (1 if name == "workspaces" else 0)


def test_one_row_for_each_turn(factory: Factory, workspace: Workspace) -> None:
    workspace.ask("One?")
    workspace.ask("Two?")
    usage = factory.frame("usage")
    assert usage[["workspace", "session", "turn", "cost_usd", "duration_s", "output_tokens"]].values.tolist() == [
        ["Fix it", "Chat 1", 1, 0.25, 1.5, 5],
        ["Fix it", "Chat 1", 2, 0.25, 1.5, 5],
    ]
    assert usage["at"][0] == NOW
    assert str(usage["at"].dtype).endswith("UTC]")


def test_events_carry_their_kind_and_themselves(factory: Factory, workspace: Workspace) -> None:
    turn = workspace.ask("One?")
    events = factory.frame("events")
    assert list(events["type"]) == ["message_queued", "message_sent", "turn_started", "block", "turn_finished"]
    assert list(events["event"]) == turn.events


def test_an_unknown_table_names_the_known_ones(factory: Factory) -> None:
    with pytest.raises(errors.Invalid, match="workspaces, sessions, events, usage, pull_requests"):
        factory.frame("people")  # type: ignore[arg-type]


def test_without_pandas_it_says_how_to_get_it(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(errors.Invalid, match=r"%pip install"):
        factory.frame("usage")
