"""``factory-factory.json``: what a repository wants to be run in each new worktree."""

from __future__ import annotations

from typing import Final

import msgspec

from factory_jupyter.errors import Invalid

FILE: Final = "factory-factory.json"


class Scripts(msgspec.Struct, frozen=True):
    """Shell commands; ``{port}`` in ``run`` and ``cleanup`` stands for the port that the workspace has."""

    setup: str | None = None
    run: str | None = None
    cleanup: str | None = None


class _File(msgspec.Struct, frozen=True):
    scripts: Scripts


def parse_scripts(data: bytes) -> Scripts:
    """The scripts of the file; raises `errors.Invalid` naming what is wrong with it."""
    try:
        return msgspec.json.decode(data, type=_File).scripts
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{FILE} cannot be used: {error}. Mend it in the repository, or skip the setup of this task."
        ) from error
