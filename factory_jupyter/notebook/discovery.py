"""Which Jupyter server this kernel belongs to.

``jupyter_server`` could tell, but importing it costs a kernel two to three seconds, so its runtime files are read as
they are: ``jpserver-<pid>.json`` in Jupyter's runtime folder, written by every server at start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from factory_jupyter.errors import Unavailable

# What follows the base URL when somebody pastes the address of an open page.
_PAGE = re.compile(r"/(lab|tree|notebooks|doc|edit|consoles|terminals|login)(/.*)?$")
_EVERYWHERE = {"", "0.0.0.0", "::", "*"}  # noqa: S104 - compared with, not bound to

_WHAT_TO_DO = (
    "Run this in a notebook of a JupyterLab that has factory-jupyter, "
    'or say where it is: connect("http://localhost:8888/?token=…").'
)


@dataclass(frozen=True)
class Address:
    """Base URL of a Jupyter server, with a slash at its end, and the token that opens it (empty: none is needed)."""

    url: str
    token: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        host = urlsplit(self.url).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")


class RunningServer(msgspec.Struct, frozen=True):
    """A runtime file of a server, as far as it matters here."""

    pid: int
    port: int
    base_url: str
    url: str = ""
    hostname: str = "localhost"
    token: str = ""
    secure: bool = False
    password: bool = False
    sock: str = ""

    @property
    def address(self) -> Address:
        """Where this kernel reaches the server; raises `Unavailable` when no client can log in there."""
        if self.sock:
            raise Unavailable(f"The server listens on the Unix socket {self.sock}, which is not supported.")
        if self.password and not self.token:
            raise Unavailable(
                "The server of this kernel takes a password and has no token. "
                "Start it with --IdentityProvider.token=… as well, or use connect(url, token)."
            )
        host = "127.0.0.1" if self.hostname in _EVERYWHERE else self.hostname
        host = f"[{host}]" if ":" in host else host
        return Address(f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.base_url}", self.token)


def running_servers(runtime_dir: Path) -> list[RunningServer]:
    """Servers of this user whose process is alive; what a crashed one left behind is passed over, not deleted."""
    servers = []
    for file in sorted(runtime_dir.glob("jpserver-*.json")):
        try:
            server = msgspec.json.decode(file.read_bytes(), type=RunningServer)
        except (OSError, msgspec.MsgspecError):
            continue  # Being written or removed at this moment.
        if _is_alive(server.pid):
            servers.append(server)
    return servers


def find_server(environment: Mapping[str, str], servers: Sequence[RunningServer]) -> Address:
    """The server of this kernel.

    In this order: the server that started the kernel (``JPY_PARENT_PID``), with JupyterHub's token when it is a Hub's
    server; JupyterHub's variables; ``JUPYTER_SERVER_URL`` and ``JUPYTER_TOKEN``; the only server that runs. Raises
    `Unavailable`, which says what to do.
    """
    hub_token = environment.get("JUPYTERHUB_API_TOKEN", "")
    for server in servers:
        if str(server.pid) == environment.get("JPY_PARENT_PID"):
            # A plain server that somebody starts inside a Hub's inherits the variables, but not the prefix.
            is_hubs = hub_token and server.base_url == environment.get("JUPYTERHUB_SERVICE_PREFIX")
            return Address(server.address.url, hub_token) if is_hubs else server.address
    if hub_token and (url := environment.get("JUPYTERHUB_SERVICE_URL")):
        return Address(_base_url(url), hub_token)
    if url := environment.get("JUPYTER_SERVER_URL"):
        return explicit(url, environment.get("JUPYTER_TOKEN"), servers)
    if len(servers) == 1:
        return servers[0].address
    if not servers:
        raise Unavailable(f"No running Jupyter server was found for this kernel. {_WHAT_TO_DO}")
    listed = ", ".join(server.address.url for server in servers)
    raise Unavailable(f"None of the running Jupyter servers started this kernel ({listed}). {_WHAT_TO_DO}")


def explicit(url: str, token: str | None, servers: Sequence[RunningServer]) -> Address:
    """The address that a person gave, also when it is pasted from a browser; a known server's token is looked up."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unavailable(f"{url!r} is no address of a Jupyter server; write http://localhost:8888/ or https://….")
    base = _base_url(url)
    if token is None:
        token = parse_qs(parts.query).get("token", [""])[0]
    if not token:
        here = (parts.port, urlsplit(base).path) if Address(base).is_loopback else None
        token = next((server.token for server in servers if (server.port, server.base_url) == here), "")
    return Address(base, token)


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    netloc = parts.netloc.replace(host, "127.0.0.1", 1) if host in _EVERYWHERE else parts.netloc
    return f"{parts.scheme}://{netloc}{_PAGE.sub('/', parts.path).rstrip('/')}/"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
