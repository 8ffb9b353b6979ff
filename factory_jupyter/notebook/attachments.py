"""Files and plots that go with a message."""

from __future__ import annotations

import base64
import io
import mimetypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from factory_jupyter.model import wire


@runtime_checkable
class Figure(Protocol):
    """A plot, as matplotlib draws them."""

    def savefig(self, target: Any, *, format: str) -> Any:
        """Draw into a binary file."""


Attachable = str | Path | Figure
"""A path on this machine, or a figure."""


def read(attachables: Sequence[Attachable]) -> list[wire.Attachment]:
    """The attachments of a message; a file that cannot be read raises `OSError`."""
    return [_read(item, number) for number, item in enumerate(attachables, 1)]


def _read(item: Attachable, number: int) -> wire.Attachment:
    if isinstance(item, Figure):
        drawn = io.BytesIO()
        item.savefig(drawn, format="png")
        return _attachment(f"figure-{number}.png", "image/png", drawn.getvalue())
    path = Path(item).expanduser()
    return _attachment(path.name, mimetypes.guess_type(path.name)[0] or "text/plain", path.read_bytes())


def _attachment(name: str, media_type: str, data: bytes) -> wire.Attachment:
    return wire.Attachment(name=name, media_type=media_type, data=base64.b64encode(data).decode())
