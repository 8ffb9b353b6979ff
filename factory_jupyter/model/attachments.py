"""What may go with a message, checked before it is queued: what the API would refuse must not come back every turn."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from factory_jupyter.errors import Invalid
from factory_jupyter.model import wire
from factory_jupyter.model.agent import AgentImage, AgentMessage

MAX_BYTES: Final = 10 * 1024 * 1024
"""Bytes of one attachment."""
MAX_TOTAL_BYTES: Final = 30 * 1024 * 1024
"""Bytes of all attachments of a message; the API takes 32 MB for each request."""
MAX_COUNT: Final = 20
MAX_TEXT_BYTES: Final = 1024 * 1024
"""Bytes of one text file: it is put into the prompt as it is."""

# The first bytes of each type of image that the API takes: a wrong label would be refused with every later turn.
_SIGNATURES: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
_TEXT_TYPES: Final = frozenset(
    f"application/{name}"
    for name in ("json", "xml", "yaml", "x-yaml", "toml", "javascript", "x-python", "x-sh", "x-ipynb+json", "sql")
)


def checked(attachments: Sequence[wire.Attachment]) -> list[bytes]:
    """The bytes of each attachment, in order. Raises `Invalid` with the reason and the name."""
    if len(attachments) > MAX_COUNT:
        raise Invalid(f"A message can have at most {MAX_COUNT} attachments. Send the others with the next message.")
    contents = [_checked(attachment) for attachment in attachments]
    if sum(map(len, contents)) > MAX_TOTAL_BYTES:
        raise Invalid(f"The attachments are larger than {MAX_TOTAL_BYTES // 2**20} MiB together. Send fewer at once.")
    return contents


def _checked(attachment: wire.Attachment) -> bytes:
    name, media_type = attachment.name, attachment.media_type
    try:
        content = base64.b64decode(attachment.data, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"The attachment {name!r} is not valid base64. Attach it again.") from None
    if not content:
        raise Invalid(f"The attachment {name!r} is empty.")
    if len(content) > MAX_BYTES:
        raise Invalid(f"The attachment {name!r} is larger than {MAX_BYTES // 2**20} MiB. Make it smaller.")
    if signatures := _SIGNATURES.get(media_type):
        if not content.startswith(signatures) or (media_type == "image/webp" and content[8:12] != b"WEBP"):
            raise Invalid(f"The attachment {name!r} is not a readable {media_type} image. Save it again as PNG.")
    elif is_text(media_type):
        _check_text(name, content)
    else:
        raise Invalid(
            f"The attachment {name!r} has the type {media_type!r}. "
            "Images (PNG, JPEG, GIF, WebP) and text files can be attached."
        )
    return content


def _check_text(name: str, content: bytes) -> None:
    if len(content) > MAX_TEXT_BYTES:
        raise Invalid(f"The text file {name!r} is larger than 1 MiB. Put it into the worktree and mention its path.")
    try:
        content.decode()
    except UnicodeDecodeError:
        raise Invalid(f"The attachment {name!r} is not UTF-8 text. Put it into the worktree instead.") from None


def is_text(media_type: str) -> bool:
    """Whether files of this type are put into the prompt as text."""
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def agent_message(id: str, text: str, attachments: Sequence[tuple[str, str, bytes]]) -> AgentMessage:
    """The message for the agent; ``attachments`` are (name, media type, bytes). Text files come before the text."""
    images = [
        AgentImage(media_type=media_type, data=base64.b64encode(content).decode())
        for _, media_type, content in attachments
        if not is_text(media_type)
    ]
    files = [
        f'<file name="{name}">\n{content.decode()}\n</file>'
        for name, media_type, content in attachments
        if is_text(media_type)
    ]
    return AgentMessage(id=id, text="\n\n".join([*files, text]), images=images)
