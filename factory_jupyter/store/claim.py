"""One server for each file: a second one would take the first one's agents for orphans and end them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from factory_jupyter.errors import DatabaseUnavailable


class Claim:
    """Held from construction to `release`; the operating system frees it when the process ends, however that ends.

    Raises `DatabaseUnavailable` when another process holds it. The file stays: if it were removed, two
    processes could lock two files of the same name.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.server")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(self._file, 20).decode(errors="replace").strip()
            os.close(self._file)
            raise DatabaseUnavailable(
                f"Another Jupyter server (process {owner}) uses {database}. Work there, stop it and try again, "
                "or start this one with a BASE_DIR of its own."
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let another server have the database."""
        os.close(self._file)
