"""`jupyter factory doctor` as a person runs it: without a server, without making anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.git import make_home

CLAUDE = """#!/bin/sh
case "$1" in --version) echo "9.8.7 (Claude Code)";; *) echo '{"loggedIn": true, "authMethod": "x"}';; esac
"""


def doctor(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = str(Path(sys.executable).with_name("jupyter-factory"))
    return subprocess.run(
        [command, "doctor", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    claude = tmp_path / "claude"
    claude.write_text(CLAUDE)
    claude.chmod(0o755)
    return {
        **make_home(tmp_path / "home"),
        "BASE_DIR": str(tmp_path / "base"),
        "CLAUDE_CLI_PATH": str(claude),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }


def test_ready(tmp_path: Path, environment: dict[str, str]) -> None:
    done = doctor(environment)
    assert done.returncode == 0, done.stderr
    assert "✓ Claude Code  Claude Code 9.8.7, logged in" in done.stdout
    assert "will be made at the first start" in done.stdout
    assert done.stdout.endswith("Ready.\n")
    assert not (tmp_path / "base").exists()


def test_json(environment: dict[str, str]) -> None:
    answer = json.loads(doctor(environment, "--json").stdout)
    assert answer["ready"] is True
    assert list(answer["checks"]) == ["python", "git", "claude", "gh", "database", "disk"]


def test_what_is_missing_comes_with_what_mends_it(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "claude").write_text(CLAUDE.replace("true", "false"))
    done = doctor(environment)
    assert done.returncode == 1
    assert f"→ {tmp_path}/claude auth login" in done.stdout
    assert done.stdout.endswith("Not ready: mend the lines marked ✗.\n")


def test_a_database_of_another_program_is_named_and_left_alone(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    done = doctor({**environment, "DATABASE_PATH": str(tmp_path / "notes.txt")})
    assert done.returncode == 1
    assert "✗ Database" in done.stdout
    assert (tmp_path / "notes.txt").read_text() == "not a database " * 100


@pytest.mark.parametrize("file", ["jupyter_factory_jupyter_config.py", "jupyter_server_config.py"])
def test_the_servers_own_configuration_is_what_counts(tmp_path: Path, environment: dict[str, str], file: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / file).write_text(f"c.FactoryExtension.claude_cli_path = {str(tmp_path / 'elsewhere')!r}\n")
    done = doctor(environment)
    assert done.returncode == 1
    assert f"There is no Claude Code CLI at {tmp_path}/elsewhere" in done.stdout
