"""Takes secrets out of text that is written to log files."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "[redacted]"

_SECRETS: Final = (
    re.compile(r"sk-[A-Za-z0-9_-]{16,}"),  # Anthropic (sk-ant-…) and others
    re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    re.compile(r"\bglpat-[A-Za-z0-9_-]{16,}"),
    re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),  # JSON web tokens
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic|token)(\s+)[A-Za-z0-9+/_.~=-]{8,}")
_URL_PASSWORD: Final = re.compile(r"(://[^/\s:@\"']*:)[^/\s@\"']+(@)")
# NAME=value, NAME: value, "NAME": "value" (also as JSON inside JSON), for names that say that the value is secret.
# A name is tried at its beginning only, and bounded: otherwise a long word costs the square of its length.
_NAMED: Final = re.compile(
    r"(?i)((?<![A-Z0-9_.-])[A-Z0-9_.-]{0,64}?"
    r"(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:_[A-Z0-9_]{0,40})?"
    r"(?:\\*[\"'])?\s{0,4}[:=]\s{0,4}(?:\\*[\"'])?)"
    r"([^\s\"'\\,;&}]{4,})"
)
_NAMES: Final = re.compile(r"(?i)SECRET|TOKEN|PASSW|KEY|CREDENTIAL")


def redact(text: str) -> str:
    """``text`` without keys, tokens, passwords and the values of names that say that they are secret."""
    for pattern in _SECRETS:
        text = pattern.sub(MASK, text)
    text = _BEARER.sub(rf"\1\2{MASK}", text)
    text = _URL_PASSWORD.sub(rf"\1{MASK}\2", text)
    return _NAMED.sub(rf"\1{MASK}", text) if _NAMES.search(text) else text
