"""``jupyter factory doctor``: what is ready, what is missing, and the command that mends it. Needs no server."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress

import msgspec
from jupyter_core.application import JupyterApp
from traitlets import Bool, Unicode
from traitlets.config import Application
from traitlets.config.loader import ConfigFileNotFound

from factory_jupyter import __version__
from factory_jupyter.config import FactoryConfig
from factory_jupyter.errors import DatabaseUnavailable
from factory_jupyter.model.wire import Health, HealthCheck
from factory_jupyter.services.health import can_work, run_checks
from factory_jupyter.services.readiness import Check, tool_checks

_TITLES = {
    "python": "Python",
    "git": "git",
    "claude": "Claude Code",
    "gh": "GitHub CLI",
    "database": "Database",
    "disk": "Worktrees",
}


class FactoryExtension(FactoryConfig):
    """The traits under the name that administrators write, without the server that the real extension is part of."""


def checks(config: FactoryConfig) -> Mapping[str, Check]:
    """Everything that the main job needs, in the order of the report."""

    async def python() -> HealthCheck:
        version = platform.python_version()
        return HealthCheck(status="ok", message=f"Python {version} at {sys.executable}", version=version)

    async def database() -> HealthCheck:
        from factory_jupyter.store.look import look

        try:
            return HealthCheck(status="ok", message=await asyncio.to_thread(look, config.database_url))
        except DatabaseUnavailable as error:
            return HealthCheck(status="error", message=error.message, fix="See the message")

    tools = tool_checks(config)
    disk = tools.pop("disk")
    return {"python": python, **tools, "database": database, "disk": disk}


def report(health: Health) -> str:
    """The lines that people read."""
    width = max(map(len, _TITLES.values()))
    lines = [f"factory-jupyter {health.version}", ""]
    for name, check in health.checks.items():
        mark = "✓" if check.status == "ok" else "✗" if check.required else "–"
        lines.append(f"{mark} {_TITLES[name]:<{width}}  {check.message}")
        if check.fix:
            lines.append(f"  {'':<{width}}  → {check.fix}")
    lines += ["", "Ready." if can_work(health) else "Not ready: mend the lines marked ✗."]
    return "\n".join(lines)


class DoctorApp(JupyterApp):
    """Say what is ready, what is missing, and the command that mends it."""

    name = "jupyter-factory-doctor"
    version = __version__
    description = (
        "Say what is ready, what is missing, and the command that mends it. Ends with 1 when tasks cannot be run."
    )
    examples = "jupyter factory doctor\njupyter factory doctor --json"
    classes = [FactoryExtension]  # noqa: RUF012  # declared by traitlets
    # The same files as the server extension reads, so that the report is about what the server will do.
    config_file_name = Unicode("jupyter_factory_jupyter_config")
    json = Bool(False, help="Print JSON: {ready, status, version, checks}.").tag(config=True)
    flags = {  # noqa: RUF012  # declared by traitlets
        "json": ({"DoctorApp": {"json": True}}, "Print JSON: {ready, status, version, checks}.")
    }

    def load_config_file(self, suppress_errors: bool = True) -> None:  # type: ignore[override]  # as JupyterApp does
        """Read what the server that runs the extension reads before the extension's own file."""
        for name in ("jupyter_server_config", "jupyter_lab_config"):
            with suppress(ConfigFileNotFound):
                Application.load_config_file(self, name, path=list(reversed(self.config_file_paths)))
        super().load_config_file(suppress_errors)

    def start(self) -> None:
        """Look, print, end."""
        super().start()
        health = asyncio.run(run_checks(checks(FactoryExtension(parent=self))))
        ready = can_work(health)
        if self.json:
            answer = {"ready": ready, **msgspec.to_builtins(health)}
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer)).decode() + "\n")
        else:
            sys.stdout.write(report(health) + "\n")
        self.exit(0 if ready else 1)
