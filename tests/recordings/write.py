"""Write every recording's expected state anew: ``python -m tests.recordings.write``. Read the difference afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from factory_jupyter.model import wire
from factory_jupyter.model.transcript import fold

FOLDER = Path(__file__).parent


def folded(recording: dict[str, Any]) -> Any:
    """The state that Python's fold makes of the recording, as JSON values."""
    return msgspec.to_builtins(fold(msgspec.convert(recording["events"], list[wire.ServerFrame])))


def dump(recording: dict[str, Any]) -> str:
    """One frame a line, so that a difference can be read."""
    events = ",\n".join("    " + json.dumps(event, ensure_ascii=False) for event in recording["events"])
    expected = json.dumps(recording["expected"], ensure_ascii=False, indent=2).replace("\n", "\n  ")
    return (
        f'{{\n  "name": {json.dumps(recording["name"])},\n  "events": [\n{events}\n  ],\n  "expected": {expected}\n}}\n'
    )


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.json")):
        recording = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(dump({**recording, "expected": folded(recording)}), encoding="utf-8")
