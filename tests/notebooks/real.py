"""A real Jupyter server with the real CLI and the scripted model behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import running

ROOT = Path(__file__).parents[2]


@contextmanager
def real_server(folder: Path) -> Iterator[running.Running]:
    """The server, for the length of a with block."""
    command = [sys.executable, "-m", "factory_jupyter.demo.scripted_model", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as model:
        assert model.stdout
        try:
            with running.serve(folder, model_url=json.loads(model.stdout.readline())["url"]) as server:
                yield server
        finally:
            model.terminate()
