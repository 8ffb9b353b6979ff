"""Every knob: its default, its unit and its environment variable. The only module that reads the process environment.

Precedence, lowest first: the default, the environment variable, ``jupyter_*_config.py`` and the command line. The
configuration page in ``docs/`` is generated from these traits.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any, Final

from traitlets import Bool, Enum, Float, Int, TraitError, TraitType, Unicode, default
from traitlets.config import Configurable

PERMISSION_MODES: Final = ("default", "acceptEdits", "plan", "bypassPermissions")

# The original's words for permission modes, still accepted in its environment variables.
_ORIGINAL_PERMISSIONS: Final = {"strict": "default", "relaxed": "acceptEdits", "yolo": "bypassPermissions"}


def _megabytes(count: int) -> int:
    return count * 1024 * 1024


class FactoryConfig(Configurable):
    """Configuration of factory-jupyter; written as ``c.FactoryExtension.<name>`` by administrators."""

    base_dir = Unicode(
        help="Folder for everything that factory-jupyter keeps. Moves the database, worktrees and logs together."
    ).tag(config=True, env=("BASE_DIR",))
    db_url = Unicode(
        help="SQLAlchemy URL of the database, or a path to a SQLite file. Default: data.db in base_dir."
    ).tag(config=True, env=("DATABASE_PATH",))
    worktree_base_dir = Unicode(
        help="Folder that holds the worktrees, outside any repository. Default: worktrees in base_dir."
    ).tag(config=True, env=("WORKTREE_BASE_DIR",))
    session_log_dir = Unicode(
        help="Folder of the session log files (kept 7 days, secrets redacted). Default: logs in base_dir."
    ).tag(config=True, env=("WS_LOGS_PATH",))
    session_log_days = Int(7, min=0, help="Days that session log files are kept. 0 writes none.").tag(
        config=True, env=("SESSION_LOG_DAYS",)
    )
    session_log_max_bytes = Int(
        _megabytes(20), min=4096, help="Size in bytes at which one session log stops growing."
    ).tag(config=True, env=())

    claude_cli_path = Unicode(help="Path of the Claude Code CLI. Default: the CLI in the claude-agent-sdk wheel.").tag(
        config=True, env=("CLAUDE_CLI_PATH",)
    )
    default_model = Unicode(
        "", help="Model of new sessions: an alias (sonnet, opus, haiku) or a full name. Empty: the CLI's own default."
    ).tag(config=True, env=("DEFAULT_MODEL", "WORKER_MODEL", "ORCHESTRATOR_MODEL", "SUPERVISOR_MODEL"))
    default_permission_mode = Enum(
        PERMISSION_MODES,
        default_value="default",
        help="Permission mode of new sessions. `default` asks before anything that writes or executes.",
    ).tag(
        config=True,
        env=("DEFAULT_PERMISSIONS", "WORKER_PERMISSIONS", "ORCHESTRATOR_PERMISSIONS", "SUPERVISOR_PERMISSIONS"),
    )
    allow_bypass_permissions = Bool(
        False, help="Whether a session may be switched to bypassPermissions. The CLI itself refuses it for root."
    ).tag(config=True, env=("FACTORY_ALLOW_BYPASS_PERMISSIONS",))
    trust_project_settings = Bool(
        True,
        help="Whether sessions load the repository's own Claude settings (CLAUDE.md, hooks, .mcp.json). "
        "Turn off on servers where people open repositories that they do not trust.",
    ).tag(config=True, env=("FACTORY_TRUST_PROJECT_SETTINGS",))

    max_sessions_per_workspace = Int(5, min=1, help="Live sessions that one workspace may have.").tag(
        config=True, env=("MAX_SESSIONS_PER_WORKSPACE",)
    )
    max_queued_messages = Int(100, min=1, help="Messages that may wait in one session's queue.").tag(
        config=True, env=()
    )
    rate_limit_per_minute = Int(60, min=1, help="Prompts that all sessions together may send in 60 s.").tag(
        config=True, env=("CLAUDE_RATE_LIMIT_PER_MINUTE",)
    )
    rate_limit_per_hour = Int(1000, min=1, help="Prompts that all sessions together may send in one hour.").tag(
        config=True, env=("CLAUDE_RATE_LIMIT_PER_HOUR",)
    )
    rate_limit_queue_size = Int(100, min=0, help="Prompts that may wait for the rate limit.").tag(
        config=True, env=("RATE_LIMIT_QUEUE_SIZE",)
    )
    rate_limit_queue_timeout_ms = Int(
        30_000, min=0, help="Milliseconds that a prompt may wait for the rate limit before it is refused."
    ).tag(config=True, env=("RATE_LIMIT_QUEUE_TIMEOUT_MS",))
    max_concurrent_starts = Int(2, min=1, help="Claude processes that may be starting at the same time.").tag(
        config=True, env=()
    )

    health_check_interval_ms = Int(
        300_000, min=1000, help="Milliseconds between two health checks in the background."
    ).tag(config=True, env=("HEALTH_CHECK_INTERVAL_MS",))
    min_free_disk_bytes = Int(_megabytes(512), min=0, help="Free bytes below which no new worktree is made.").tag(
        config=True, env=()
    )
    git_timeout_s = Float(
        60.0, min=1.0, help="Seconds that one git command may take; a checkout gets ten times this."
    ).tag(config=True, env=())
    fetch_timeout_s = Float(
        20.0, min=1.0, help="Seconds that fetching the base branch may take before a task starts without it."
    ).tag(config=True, env=())

    log_verbosity = Enum(
        ("error", "warn", "info", "debug"),
        default_value="info",
        help="How much factory-jupyter writes to the server's log.",
    ).tag(config=True, env=("LOG_LEVEL",))
    service_name = Unicode("factory-jupyter", help="Name of the service in log lines.").tag(
        config=True, env=("SERVICE_NAME",)
    )
    notification_push = Bool(True, help="Whether JupyterLab notifications are on for new users.").tag(
        config=True, env=("NOTIFICATION_PUSH_ENABLED",)
    )
    notification_sound = Bool(True, help="Whether notification sounds are on for new users.").tag(
        config=True, env=("NOTIFICATION_SOUND_ENABLED",)
    )
    cors_allowed_origins = Unicode(
        "", help="One origin that may call the server from a browser; feeds Jupyter's allow_origin when that is unset."
    ).tag(config=True, env=("CORS_ALLOWED_ORIGINS",))

    demo = Bool(False, help="Set by `jupyter factory demo`: sessions talk to the scripted model.").tag(
        config=True, env=("FACTORY_DEMO",)
    )
    demo_prompt = Unicode("", help="Set by `jupyter factory demo`: the first task that the tour offers.").tag(
        config=True, env=("FACTORY_DEMO_PROMPT",)
    )

    def __init__(self, **kwargs: Any) -> None:
        self._read_environment()
        super().__init__(**kwargs)

    def _read_environment(self) -> None:
        # Before Configurable.__init__, which then lays config files, the command line and keyword arguments over it.
        for name, trait in self.traits(config=True).items():
            for variable in trait.metadata.get("env", ()):
                if value := os.environ.get(variable):
                    try:
                        setattr(self, name, _parse(trait, value))
                    except (ValueError, TraitError) as error:
                        raise TraitError(f"{variable}={value!r} cannot be used: {error}") from error
                    break

    @default("base_dir")
    def _default_base_dir(self) -> str:
        return str(Path.home() / "factory-jupyter")

    @default("db_url")
    def _default_db_url(self) -> str:
        return str(Path(self.base_dir) / "data.db")

    @default("worktree_base_dir")
    def _default_worktree_base_dir(self) -> str:
        return str(Path(self.base_dir) / "worktrees")

    @default("session_log_dir")
    def _default_session_log_dir(self) -> str:
        return str(Path(self.base_dir) / "logs")

    @property
    def database_url(self) -> str:
        """``db_url`` as a SQLAlchemy URL; a plain path becomes ``sqlite:///<absolute path>``."""
        if "://" in self.db_url:
            return self.db_url
        return f"sqlite:///{self.expand(self.db_url)}"

    @property
    def worktree_base_path(self) -> Path:
        """Absolute folder of the worktrees."""
        return self.expand(self.worktree_base_dir)

    @property
    def session_log_path(self) -> Path:
        """Absolute folder of the session logs."""
        return self.expand(self.session_log_dir)

    @staticmethod
    def expand(path: str) -> Path:
        """Absolute path with ``~``, ``$VAR`` and ``${VAR}`` expanded."""
        return Path(os.path.expandvars(path)).expanduser().absolute()

    @staticmethod
    def environment() -> dict[str, str]:
        """A copy of this process's environment, unscrubbed; `tools.process` decides what children may see."""
        return dict(os.environ)

    @staticmethod
    def user_name() -> str:
        """Login name of who runs the server; "you" for a user id without a name, as containers have them."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "you"

    @staticmethod
    def is_root() -> bool:
        """Whether the server runs as uid 0, for which the Claude CLI refuses bypassPermissions."""
        return hasattr(os, "geteuid") and os.geteuid() == 0


def kernel_environment() -> dict[str, str]:
    """A copy of a kernel's environment, where `notebook.discovery` looks for what Jupyter says of its server."""
    return dict(os.environ)


def _parse(trait: TraitType[Any, Any], value: str) -> Any:
    if trait.name == "default_permission_mode":
        value = _ORIGINAL_PERMISSIONS.get(value, value)
    if isinstance(trait, Bool):
        lowered = value.strip().lower()
        if lowered not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
            raise TraitError("use 1 or 0")
        return lowered in {"1", "true", "yes", "on"}
    return trait.from_string(value)
