"""Ids that cannot be guessed, so that knowing one thing never leads to another."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """128 random bits as 32 hexadecimal digits: safe in URLs, file names and HTML attributes."""
    return secrets.token_hex(16)
