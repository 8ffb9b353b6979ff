"""What the extension adds to the start of a server and to a kernel's import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

import psutil

from tests.bench.table import Row, Table, limit_row, percentile, ratio_row
from tests.running import environment, serve

RUNS = 5
IMPORT_RUNS = 7

# What a kernel has loaded before its first cell runs is not ours.
CPU_OF = (
    "import ipykernel.kernelapp, ipykernel.zmqshell, sys, time; before = set(sys.modules); "
    "start = time.process_time(); import factory_jupyter; factory_jupyter.connect; "
    "print(time.process_time() - start, *sorted(set(sys.modules) - before))"
)
SERVER_MODULES = (
    "jupyter_server",
    "sqlalchemy",
    "claude_agent_sdk",
    "mcp",
    "alembic",
    "uvicorn",
    "factory_jupyter.services",
)


def run(folder: Path) -> list[Table]:
    """Tables of start-up and import."""
    return [_server(folder), _kernel(folder)]


def _server(folder: Path) -> Table:
    times: dict[bool, list[float]] = {True: [], False: []}
    memory: dict[bool, list[float]] = {True: [], False: []}
    first_use: list[float] = []
    after_use: list[float] = []
    for number in range(RUNS):
        # In turn, so that noise of the machine falls on both alike.
        for extension in (False, True):
            place = folder / f"start-{number}-{extension}"
            with serve(place, extension=extension) as running:
                times[extension].append(running.started_in_s)
                memory[extension].append(_rss_mb(running.process.pid))
                if extension:
                    first_use.append(_timed(lambda running=running: running.call("GET", "projects", expect=200)))
                    after_use.append(_rss_mb(running.process.pid))
    bare, ours = median(times[False]), median(times[True])
    added = median(memory[True]) - median(memory[False])
    return Table(
        "Start of the server",
        f"`jupyter server` with and without the extension, {RUNS} starts each in turn, medians; until the first answer "
        "of `/api/status`.",
        [
            ratio_row("time to start", ours, bare, "s", 1.1, "bare server", digits=2),
            limit_row("memory added before first use", added, 15, "MB"),
            limit_row("first use (opens the database)", median(first_use), 1.5, "s", digits=2),
            Row(
                "memory added after first use",
                f"{median(after_use) - median(memory[False]):.1f} MB",
                "–",
                "–",
                "–",
                None,
            ),
        ],
    )


def _kernel(folder: Path) -> Table:
    env = environment(folder / "kernel")
    cpu: list[float] = []
    modules: set[str] = set()
    for _ in range(IMPORT_RUNS):
        printed = subprocess.run(
            [sys.executable, "-c", CPU_OF],
            env=env, capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        cpu.append(float(printed[0]) * 1000)
        modules |= set(printed[1:])
    found = sorted(name for name in SERVER_MODULES if name in modules)
    return Table(
        "Import in a kernel",
        "CPU time of `import factory_jupyter` and of finding `connect`, beside what a kernel has loaded before its "
        f"first cell; {IMPORT_RUNS} fresh interpreters.",
        [
            limit_row("CPU, median", percentile(cpu, 0.5), 100, "ms"),
            Row("server modules imported", ", ".join(found) or "none", "limit: none", "–", "none", not found),
        ],
    )


def _rss_mb(pid: int) -> float:
    # `jupyter server` runs the server in the same process (exec), so one process is the whole of it.
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 1024 / 1024


def _timed(action: object) -> float:
    import time

    begun = time.monotonic()
    action()  # type: ignore[operator]
    return time.monotonic() - begun
