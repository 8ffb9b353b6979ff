"""What a kernel pays: nothing of the server, and little of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SERVER_SIDE = {"alembic", "claude_agent_sdk", "jupyter_server", "mcp", "psutil", "sqlalchemy", "tornado", "uvicorn"}
LATER = {"anywidget", "ipywidgets", "mistune", "pandas", "websockets"}

REPORT = """
import asyncio, json, logging, sys, time
import traitlets.config  # What every kernel has already.
before, known = time.process_time(), set(sys.modules)
import factory_jupyter
if {connect}:
    factory_jupyter.connect
print(json.dumps({{"cpu_s": time.process_time() - before, "modules": sorted(set(sys.modules) - known)}}))
"""


@pytest.mark.parametrize("connect", [False, True])
def test_importing_costs_little(connect: bool) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", REPORT.format(connect=connect)], capture_output=True, check=True, text=True
    ).stdout
    report = json.loads(printed)
    top = {name.partition(".")[0] for name in report["modules"]}
    assert not top & (SERVER_SIDE | LATER)
    floors = {name.split(".")[1] for name in report["modules"] if name.startswith("factory_jupyter.")}
    assert floors <= ({"config", "errors", "model", "notebook"} if connect else set())
    # Without bytecode files (PYTHONDONTWRITEBYTECODE) every import also compiles, so the time is only a guard here; the
    # figure is measured by `make bench`.
    assert report["cpu_s"] < 1.0
