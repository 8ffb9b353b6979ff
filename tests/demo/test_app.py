"""The tour as a person starts it: all in one folder, nothing of the user's touched, nothing left after Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from tornado.httpclient import AsyncHTTPClient

from factory_jupyter.demo.app import tour_environment
from factory_jupyter.demo.scenarios import GUIDED_PROMPT


def test_the_tour_inherits_no_login_endpoint_or_configuration(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/usr/bin",
        "LANG": "de_DE.UTF-8",
        "HOME": "/home/somebody",
        "ANTHROPIC_API_KEY": "real",
        "ANTHROPIC_BASE_URL": "https://api.anthropic.com",
        "CLAUDE_CODE_OAUTH_TOKEN": "real",
        "JUPYTER_CONFIG_DIR": "/home/somebody/.jupyter",
        "JUPYTERHUB_API_TOKEN": "real",
        "DATABASE_PATH": "/home/somebody/data.db",
        "GIT_DIR": "/elsewhere",
        "XDG_CONFIG_HOME": "/home/somebody/.config",
    }
    tour = tour_environment(tmp_path, "http://127.0.0.1:1", inherited)
    assert tour["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:1"
    assert tour["LANG"] == "de_DE.UTF-8"
    assert tour["PATH"].endswith(":/usr/bin")
    assert not [name for name, value in tour.items() if "somebody" in value or value == "real"]
    assert not {"CLAUDE_CODE_OAUTH_TOKEN", "DATABASE_PATH", "GIT_DIR"} & tour.keys()


async def get(address: re.Match[str], path: str) -> Any:
    client = AsyncHTTPClient(force_instance=True)
    try:
        headers = {"Authorization": f"token {address['token']}"}
        return json.loads((await client.fetch(address["url"] + path, headers=headers, request_timeout=20)).body)
    finally:
        client.close()


@pytest.mark.slow
@pytest.mark.real_claude
async def test_it_starts_offers_the_first_task_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home-of-the-user"
    home.mkdir()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(tmp_path),
    }
    tour = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", "from factory_jupyter.cli import main; main()", "demo", "--no-browser"),
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert tour.stdout
        async with asyncio.timeout(100):
            said = (await tour.stdout.readuntil(b"Ctrl-C")).decode()
        address = re.search(r"(?P<url>http://127.0.0.1:\d+/)lab\?token=(?P<token>\w+)", said)
        assert address, said
        assert GUIDED_PROMPT in said
        (project,) = await get(address, "factory/api/projects")
        assert (project["name"], project["default_branch"]) == ("Photon Lab", "main")
        assert (await get(address, "factory/api/admin/info"))["demo"] is True
        assert (await get(address, "factory/api/health/all"))["checks"]["claude"]["logged_in"] is True

        started = await asyncio.to_thread(psutil.Process(tour.pid).children, recursive=True)
        assert len(started) >= 2, "the scripted model and JupyterLab"
        os.killpg(tour.pid, signal.SIGINT)
        async with asyncio.timeout(30):
            assert await tour.wait() == 0
    finally:
        if tour.returncode is None:
            tour.kill()
            await tour.wait()
    assert not [child for child in started if child.is_running()]
    assert [found.name for found in tmp_path.iterdir()] == ["home-of-the-user"], "the temporary folder is gone"
    assert list(home.iterdir()) == []
