"""How the Claude Code CLI is found and started: its path, its options and the files that it is started with."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import shlex
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from factory_jupyter.model.agent import AgentOptions
from factory_jupyter.tools import claude_wrapper
from factory_jupyter.tools.claude_failures import ClaudeFailed, Failure
from factory_jupyter.tools.process import MARK, scrubbed

if TYPE_CHECKING:
    from claude_agent_sdk import CanUseTool, ClaudeAgentOptions

# One message of the CLI is one line; a tool input or result of tens of megabytes must fit, or the reader dies while the
# CLI goes on unattended.
MAX_LINE: Final = 128 * 1024 * 1024

# Unless the environment says otherwise. A dead MCP server must not delay the first turn by minutes, and the CLI in the
# SDK's wheel must stay the one that the SDK was made for.
_DEFAULTS: Final = {"MCP_TIMEOUT": "10000", "DISABLE_AUTOUPDATER": "1"}


def load_sdk() -> None:
    """Import the SDK for the first time; takes up to seconds, so call it in a thread.

    The garbage collector is off meanwhile, and what was imported is kept out of its sight for good: one collection of
    all those modules holds the interpreter for 0.1 s, and everything that the event loop should do then waits.
    """
    if "claude_agent_sdk" in sys.modules:
        return
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module("claude_agent_sdk")
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()


def find_cli(configured: str = "", path: str | None = None) -> str:
    """Path of the CLI: the configured one, else the one in the SDK's wheel, else `claude` on ``path``.

    Raises ClaudeFailed when there is none.
    """
    if configured:
        found = shutil.which(str(Path(configured).expanduser()), path=path)
        if found is None:
            raise _not_found(f"There is no Claude Code CLI at {configured}. Check c.FactoryExtension.claude_cli_path.")
        return found
    spec = importlib.util.find_spec("claude_agent_sdk")  # finds it without importing it, which takes seconds
    bundled = Path(spec.origin).parent / "_bundled" / "claude" if spec and spec.origin else None
    if bundled and bundled.is_file():
        return str(bundled)
    if found := shutil.which("claude", path=path):
        return found
    raise _not_found(
        "Claude Code was not found. Reinstall claude-agent-sdk, or install the CLI and set "
        "c.FactoryExtension.claude_cli_path."
    )


def _not_found(text: str) -> ClaudeFailed:
    return ClaudeFailed(Failure("cli_not_found", text))


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of the CLI; ``mark`` finds everything it starts, `process.MARK`."""

    options: AgentOptions
    cli: str
    mark: str
    wrapper: Path
    mcp_config: Path | None

    def forget(self) -> None:
        """Remove what was written for this start alone: it holds the session's token."""
        if self.mcp_config:
            self.mcp_config.unlink(missing_ok=True)


def prepare(options: AgentOptions, run_dir: Path) -> Launch:
    """Write the files of a start into ``run_dir`` (made if absent, private to the user). Blocks on the disk."""
    run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    cli = find_cli(options.cli_path, options.environment.get("PATH"))
    if not options.cwd.is_dir():
        raise ClaudeFailed(Failure("cwd_missing", f"The working folder {options.cwd} does not exist any more."))
    mcp_config = None
    if options.mcp_servers:
        # A file, because arguments can be read by every user of the machine (`ps`).
        mcp_config = run_dir / f"mcp-{options.session_id}.json"
        _write(mcp_config, json.dumps({"mcpServers": dict(options.mcp_servers)}), 0o600)
    mark = options.environment.get(MARK) or options.session_id
    return Launch(options, cli, mark, _write_wrapper(run_dir), mcp_config)


def _write_wrapper(run_dir: Path) -> Path:
    # `cli_path` must be one executable file, and wheels do not keep the executable bit of ours.
    wrapper = run_dir / "claude"
    script = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -S {shlex.quote(claude_wrapper.__file__)} "$@"\n'
    if not wrapper.exists() or wrapper.read_text(encoding="utf-8") != script:
        _write(wrapper, script, 0o700)
    return wrapper


def _write(path: Path, text: str, mode: int) -> None:
    # By a rename: two starts may write at once, and a wrapper may be executed by another one at this moment.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # readable by the user alone
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(handle, mode)
    Path(temporary).replace(path)


def environment(launch: Launch) -> dict[str, str]:
    """The variables for the SDK: the agent's own, and the names of those for the wrapper."""
    own = {**_DEFAULTS, **scrubbed(launch.options.environment), MARK: launch.mark}
    return {**own, claude_wrapper.KEEP: ",".join(own), claude_wrapper.CLI: launch.cli}


def sdk_options(
    launch: Launch, can_use_tool: CanUseTool, stderr: Callable[[str], None], is_root: bool
) -> ClaudeAgentOptions:
    """The SDK's options for a start."""
    import claude_agent_sdk as sdk

    # Rules and modes that make a question unnecessary are what the user chose.
    warnings.simplefilter("ignore", sdk.CanUseToolShadowedWarning)
    options = launch.options
    prompt: dict[str, Any] = {"type": "preset", "preset": "claude_code"}
    if options.append_system_prompt:
        prompt["append"] = options.append_system_prompt
    flags: dict[str, str | None] = {"replay-user-messages": None}  # rewinding needs it
    if options.allow_bypass and not is_root and options.permission_mode != "bypassPermissions":
        flags["allow-dangerously-skip-permissions"] = None  # the CLI refuses to start with it as root
    trust: Mapping[str, Any] = (
        {} if options.trust_project_settings else {"setting_sources": [], "strict_mcp_config": True}
    )
    return sdk.ClaudeAgentOptions(
        cwd=options.cwd,
        cli_path=launch.wrapper,
        system_prompt=prompt,  # type: ignore[arg-type]  # a TypedDict with an optional key
        session_id=options.session_id if options.fork or not options.resume else None,
        resume=options.resume,
        fork_session=options.fork,
        model=options.model or None,
        permission_mode=options.permission_mode,
        env=environment(launch),
        mcp_servers=launch.mcp_config or {},
        allowed_tools=list(options.allowed_tools),
        can_use_tool=can_use_tool,
        stderr=stderr,
        max_buffer_size=MAX_LINE,
        include_partial_messages=True,
        forward_subagent_text=True,
        enable_file_checkpointing=True,
        extra_args=flags,
        **trust,
    )
