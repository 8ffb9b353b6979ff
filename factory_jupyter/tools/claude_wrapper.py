"""Runs in a process of its own, as the `cli_path` that the SDK starts: becomes the Claude Code CLI, with the same pid.

The SDK starts the CLI in the server's process group and with the server's whole environment. So this small program
first leaves for a session of its own, where Ctrl-C in the server's terminal does not reach it, steps behind the server
in the queue for the processor, and drops every variable that was not meant for the agent. It imports nothing but the
standard library: it is run with `python -I -S`.
"""

import os
import sys

KEEP = "FACTORY_JUPYTER_KEEP"
CLI = "FACTORY_JUPYTER_CLI"

# Twenty agents and the builds they run must not keep the server, and so every viewer, waiting for a processor.
NICENESS = 5

# What the SDK itself tells the CLI.
FROM_SDK = (
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_AGENT_SDK_VERSION",
    "CLAUDE_CODE_SDK_READS_SESSION_STATE",
    "CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING",
    "PWD",
)


def main() -> None:
    """Replace this process by the CLI; does not return."""
    everything = dict(os.environ)  # noqa: TID251 - of this process, made for the agent; the server's is in config.py
    cli = everything[CLI]
    kept = {*everything[KEEP].split(","), *FROM_SDK}
    os.setsid()
    os.nice(NICENESS)
    os.execve(cli, [cli, *sys.argv[1:]], {name: value for name, value in everything.items() if name in kept})  # noqa: S606


if __name__ == "__main__":
    main()
