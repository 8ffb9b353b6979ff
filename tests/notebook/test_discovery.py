"""Which server a kernel finds: every way a kernel is started, and every way it can go wrong."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from factory_jupyter.errors import Unavailable
from factory_jupyter.notebook.discovery import Address, RunningServer, explicit, find_server, running_servers

PLAIN = RunningServer(pid=100, port=8888, base_url="/", token="plain")
OTHER = RunningServer(pid=200, port=8889, base_url="/a%40b/", token="other")
HUBS = RunningServer(pid=300, port=9000, base_url="/user/ann/", token="", hostname="0.0.0.0")

HUB = {
    "JUPYTERHUB_API_TOKEN": "hub",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/ann/",
    "JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:9000/user/ann/",
}


@pytest.mark.parametrize(
    ("environment", "servers", "found"),
    [
        pytest.param({"JPY_PARENT_PID": "200"}, [PLAIN, OTHER], "http://localhost:8889/a%40b/ other", id="its parent"),
        pytest.param({"JPY_PARENT_PID": "999"}, [PLAIN], "http://localhost:8888/ plain", id="the only one"),
        pytest.param({}, [OTHER], "http://localhost:8889/a%40b/ other", id="no variables, one server"),
        pytest.param(HUB, [], "http://127.0.0.1:9000/user/ann/ hub", id="JupyterHub"),
        pytest.param(
            {**HUB, "JPY_PARENT_PID": "300"}, [HUBS], "http://127.0.0.1:9000/user/ann/ hub", id="Hub, with file"
        ),
        pytest.param(
            {**HUB, "JPY_PARENT_PID": "100"}, [PLAIN], "http://localhost:8888/ plain", id="plain inside a Hub"
        ),
        pytest.param(
            {"JUPYTER_SERVER_URL": "http://localhost:8888/", "JUPYTER_TOKEN": "given"},
            [OTHER, PLAIN],
            "http://localhost:8888/ given",
            id="named by variables",
        ),
        pytest.param(
            {"JUPYTER_SERVER_URL": "http://localhost:8888/"},
            [OTHER, PLAIN],
            "http://localhost:8888/ plain",
            id="named, token looked up",
        ),
    ],
)
def test_found(environment: dict[str, str], servers: list[RunningServer], found: str) -> None:
    address = find_server(environment, servers)
    assert f"{address.url} {address.token}" == found


@pytest.mark.parametrize(
    ("servers", "says"),
    [
        pytest.param([], "No running Jupyter server", id="none"),
        pytest.param(
            [PLAIN, OTHER], r"None of .* \(http://localhost:8888/, http://localhost:8889/a%40b/\)", id="several"
        ),
        pytest.param(
            [RunningServer(pid=1, port=1, base_url="/", password=True)], "takes a password", id="password only"
        ),
        pytest.param([RunningServer(pid=1, port=0, base_url="/", sock="/run/x")], "Unix socket /run/x", id="socket"),
    ],
)
def test_not_found_says_what_to_do(servers: list[RunningServer], says: str) -> None:
    with pytest.raises(Unavailable, match=says):
        find_server({}, servers)


@pytest.mark.parametrize(
    ("url", "token", "found"),
    [
        ("http://localhost:8888", "t", "http://localhost:8888/ t"),
        ("http://localhost:8888/lab/tree/a.ipynb?token=pasted", None, "http://localhost:8888/ pasted"),
        ("http://127.0.0.1:8889/a%40b/lab?reset", None, "http://127.0.0.1:8889/a%40b/ other"),
        ("https://hub.example/user/ann/lab", "t", "https://hub.example/user/ann/ t"),
        ("https://elsewhere.example:8888/", None, "https://elsewhere.example:8888/ "),
        ("http://0.0.0.0:1234/", "t", "http://127.0.0.1:1234/ t"),
    ],
)
def test_an_address_as_people_give_it(url: str, token: str | None, found: str) -> None:
    address = explicit(url, token, [PLAIN, OTHER])
    assert f"{address.url} {address.token}" == found


def test_an_address_that_is_none() -> None:
    with pytest.raises(Unavailable, match="no address of a Jupyter server"):
        explicit("localhost:8888", None, [])


def test_a_token_is_never_shown() -> None:
    assert "secret" not in repr(Address("http://localhost/", "secret"))


def test_what_a_crashed_server_left_is_passed_over(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    for pid in (os.getpid(), dead.pid):
        info = {
            "pid": pid,
            "port": 8888,
            "base_url": "/",
            "url": "http://localhost:8888/",
            "token": "t",
            "version": "2",
        }
        (tmp_path / f"jpserver-{pid}.json").write_text(json.dumps(info))
    (tmp_path / "jpserver-1-open.html").write_text("not ours")
    (tmp_path / "jpserver-7.json").write_text('{"pid": 7, "po')
    assert [server.pid for server in running_servers(tmp_path)] == [os.getpid()]
    assert (tmp_path / f"jpserver-{dead.pid}.json").exists()


def test_no_runtime_folder_is_no_server(tmp_path: Path) -> None:
    assert running_servers(tmp_path / "absent") == []
