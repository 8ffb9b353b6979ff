"""WebSocket frames (RFC 6455, section 5.2), as a server sends text: whole, unmasked, uncompressed."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

_FINAL_TEXT: Final = 0x81


def text_frames(payloads: Iterable[bytes]) -> bytes:
    """Each payload as a frame of its own, all in one piece of bytes."""
    parts: list[bytes] = []
    for payload in payloads:
        parts.append(_header(len(payload)))
        parts.append(payload)
    return b"".join(parts)


def _header(length: int) -> bytes:
    if length < 126:
        return bytes((_FINAL_TEXT, length))
    if length < 65_536:
        return struct.pack("!BBH", _FINAL_TEXT, 126, length)
    return struct.pack("!BBQ", _FINAL_TEXT, 127, length)
