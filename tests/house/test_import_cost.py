"""Entry points cost nothing, and the server's start does not pay for what only a session needs."""

import json
import subprocess
import sys

import pytest

LATER = {"alembic", "claude_agent_sdk", "mcp", "nbdime", "pandas", "sqlalchemy", "uvicorn"}


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after ``statement``."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_importing_the_package_imports_nothing_else():
    ours = loaded_by("import factory_jupyter") - loaded_by("from __future__ import annotations; import typing")
    assert ours == {"factory_jupyter"}


@pytest.mark.slow
def test_the_server_starts_without_what_only_sessions_need():
    assert loaded_by("import factory_jupyter as f; f._jupyter_server_extension_points()") & LATER == set()
