"""What may be attached: checked before it is queued, because Claude would refuse it with every later turn."""

from __future__ import annotations

import base64

import pytest

from factory_jupyter.errors import Invalid
from factory_jupyter.model import attachments, wire

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


def attachment(media_type: str, content: bytes, name: str = "file") -> wire.Attachment:
    return wire.Attachment(name=name, media_type=media_type, data=base64.b64encode(content).decode())


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", PNG),
        ("image/jpeg", b"\xff\xd8\xff\xe0rest"),
        ("image/gif", b"GIF89a..."),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("text/plain", "grüß".encode()),
        ("application/json", b"{}"),
    ],
)
def test_images_and_text_are_taken(media_type: str, content: bytes) -> None:
    assert attachments.checked([attachment(media_type, content)]) == [content]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (wire.Attachment(name="x.png", media_type="image/png", data="%%%"), "base64"),
        (attachment("image/png", b""), "empty"),
        (attachment("image/png", b"GIF89a"), "not a readable"),
        (attachment("image/webp", b"RIFF\x00\x00\x00\x00WAVE"), "not a readable"),
        (attachment("image/svg+xml", b"<svg/>"), "image/svg"),
        (attachment("application/pdf", b"%PDF"), "application/pdf"),
        (attachment("text/plain", b"\xff\xfe"), "UTF-8"),
        (attachment("text/plain", b"x" * (attachments.MAX_TEXT_BYTES + 1)), "1 MiB"),
        (attachment("image/png", PNG + bytes(attachments.MAX_BYTES)), "10 MiB"),
    ],
)
def test_what_claude_would_refuse_is_refused(bad: wire.Attachment, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        attachments.checked([bad])


def test_all_together_are_bounded() -> None:
    with pytest.raises(Invalid, match="at most 20"):
        attachments.checked([attachment("text/plain", b"x")] * 21)
    with pytest.raises(Invalid, match="together"):
        attachments.checked([attachment("image/png", PNG + bytes(9 * 2**20))] * 4)


def test_text_goes_into_the_prompt_and_images_beside_it() -> None:
    message = attachments.agent_message("u1", "compare", [("a.txt", "text/plain", b"A"), ("b.png", "image/png", PNG)])
    assert message.text == '<file name="a.txt">\nA\n</file>\n\ncompare'
    assert [(image.media_type, base64.b64decode(image.data)) for image in message.images] == [("image/png", PNG)]
