"""``connect()``: from a kernel to its server."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from factory_jupyter.config import kernel_environment
from factory_jupyter.notebook.aio import factory as aio
from factory_jupyter.notebook.discovery import explicit, find_server, running_servers
from factory_jupyter.notebook.loop import run
from factory_jupyter.notebook.objects import Factory
from factory_jupyter.notebook.transport import Server


def connect(url: str | None = None, token: str | None = None) -> Factory:
    """The factory of the Jupyter server that this kernel belongs to, or of the one at ``url``.

    ``url`` may be pasted from the browser; ``token`` is then looked up in it, or among the running servers of this
    machine. Raises `Unavailable`, `Forbidden` or `Conflict`, saying what to do, when there is no server, when it
    refuses the token, or when it has no factory-jupyter.
    """
    servers = running_servers(Path(jupyter_runtime_dir()))
    address = explicit(url, token, servers) if url else find_server(kernel_environment(), servers)
    factory = Factory(aio.Factory(Server(address)))
    run(factory.aio.projects.list())  # Fails here, not three cells later.
    return factory
