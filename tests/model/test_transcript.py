"""The fold on the recordings that TypeScript replays too, and what must hold for any frames."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_jupyter.model import wire
from factory_jupyter.model.transcript import apply, fold
from tests.recordings.write import FOLDER, folded

RECORDINGS = sorted(FOLDER.glob("*.json"))
LIVE_FIELDS = {"session", "agent", "phase", "partials", "retry"}


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def frames_of(path: Path) -> list[wire.ServerFrame]:
    return msgspec.convert(load(path)["events"], list[wire.ServerFrame])


def settled_state(frames: list[wire.ServerFrame]) -> dict[str, Any]:
    state = msgspec.to_builtins(fold(frames))
    return {name: value for name, value in state.items() if name not in LIVE_FIELDS}


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) >= 15


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_recording(path: Path) -> None:
    recording = load(path)
    assert recording["name"] == path.stem
    assert folded(recording) == recording["expected"]


def test_every_frame_type_occurs_in_a_recording() -> None:
    seen = {type(frame) for path in RECORDINGS for frame in frames_of(path)}
    assert seen >= set(wire.ServerFrame.__args__)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_reload_shows_what_was_shown_live(path: Path) -> None:
    frames = frames_of(path)
    assert settled_state([frame for frame in frames if isinstance(frame, wire.Settled)]) == settled_state(frames)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
@given(data=st.data())
def test_a_rejoin_anywhere_changes_nothing_settled(path: Path, data: st.DataObject) -> None:
    """A viewer that reconnects gets settled events again from an older ``since``: each counts once."""
    frames = frames_of(path)
    cut = data.draw(st.integers(0, len(frames)))
    back = data.draw(st.integers(0, cut))
    again = [frame for frame in frames[back:cut] if isinstance(frame, wire.Settled)]
    assert settled_state([*frames[:cut], *again, *frames[cut:]]) == settled_state(frames)


def test_a_long_turn_is_folded_in_time_that_grows_with_its_length() -> None:
    """Results come soon after their call, so looking a card up from the end is cheap: 20,000 blocks in a blink."""
    state = fold([])
    decode = msgspec.json.Decoder(wire.ServerFrame).decode
    for number in range(10_000):
        seq = 2 * number + 1
        apply(
            state,
            decode(
                b'{"type":"block","seq":%d,"at":"2026-01-01T00:00:00Z","turn":1,"block":'
                b'{"kind":"tool_use","tool_use_id":"t%d","name":"Read","input":{}}}' % (seq, number)
            ),
        )
        apply(
            state,
            decode(
                b'{"type":"tool_result","seq":%d,"at":"2026-01-01T00:00:00Z","tool_use_id":"t%d",'
                b'"content":"","is_error":false}' % (seq + 1, number)
            ),
        )
    assert state.last_seq == 20_000
    assert len(state.turns[0].items) == 10_000
