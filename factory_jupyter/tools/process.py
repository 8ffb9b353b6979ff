"""The one way to start a child process, and the one way to end it with everything it started.

Children get an environment without our secrets, a session of their own (so that Ctrl-C in the server's terminal does
not reach them) and no standard input to wait for. They are remembered by pid *and* start time, because pids are reused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from factory_jupyter.model.agent import ProcessIdentity

# Names that no child may see. JUPYTER*, JPY_*: tokens and cookies of the server. DATABASE_PATH: may hold a password.
# CLAUDECODE: the CLI would believe that it runs inside another one. The git names: a server that was started by a hook,
# an alias or `rebase --exec` inherits them, and every git command would then work on that repository
# (`git rev-parse --local-env-vars`, and what changes what git prints or opens).
_DROPPED_PREFIXES: Final = ("JUPYTER", "JPY_", "GIT_TRACE", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
_DROPPED_NAMES: Final = frozenset(
    [
        "DATABASE_PATH",
        "CLAUDECODE",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
        "GIT_OBJECT_DIRECTORY",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_COMMON_DIR",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_CEILING_DIRECTORIES",
        "GIT_EXTERNAL_DIFF",
        "GIT_EDITOR",
        "GIT_SEQUENCE_EDITOR",
        "GIT_PAGER",
    ]
)

MARK: Final = "FACTORY_JUPYTER_MARK"
"""Variable that marks everything an agent starts: a child that left its process group and parent still carries it."""

MAX_OUTPUT: Final = 64 * 1024 * 1024
_READ: Final = 64 * 1024
_EXIT_POLL: Final = 0.5  # seconds
GRACE: Final = 5.0  # seconds between SIGTERM and SIGKILL
_POLL: Final = 0.01  # seconds between two looks at processes that were told to end
_CLOCK_SLACK: Final = 2.0  # seconds by which a process's start time may move when the system clock is set

# Own threads: a fetch that hangs for its whole timeout must not take a place from the rest of the server.
_RUNNERS: Final = ThreadPoolExecutor(max_workers=16, thread_name_prefix="factory-process")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a command ended; ``exit_code`` None means that it was ended because its time was over.

    A negative exit code is the number of the signal that ended it. ``truncated``: output beyond the cap was dropped.
    """

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    truncated: bool = False


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of the environment that a child may see."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _DROPPED_NAMES and not name.startswith(_DROPPED_PREFIXES)
    }


async def run(
    argv: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    timeout_s: float,
    cwd: Path | None = None,
    input: bytes | None = None,
    max_output: int = MAX_OUTPUT,
    grace_s: float = GRACE,
    on_output: Callable[[bytes], None] | None = None,
) -> Completed:
    """Run a command to its end, off the event loop; after ``timeout_s`` seconds, or when cancelled, end its whole tree.

    ``environment`` is scrubbed here. ``max_output`` bytes of each stream are kept, the rest is read and dropped.
    ``on_output`` gets everything as it comes, of both streams, in a thread. Raises OSError when the program or the
    folder does not exist.
    """
    started: list[subprocess.Popen[bytes]] = []
    abandoned = threading.Event()

    def work() -> Completed:
        process = _spawn(argv, environment, cwd, input is not None)
        started.append(process)
        if abandoned.is_set():  # cancelled while the child was being made
            _end_tree(process.pid, grace_s)
        return _complete(process, input, time.monotonic() + timeout_s, max_output, grace_s, on_output)

    future = asyncio.get_running_loop().run_in_executor(_RUNNERS, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        # The thread sees end of file as soon as the tree is dead, and reaps the child.
        abandoned.set()
        for process in started:
            await asyncio.to_thread(_end_tree, process.pid, grace_s)
        future.cancel()
        raise


def _spawn(
    argv: Sequence[str | Path], environment: Mapping[str, str], cwd: Path | None, piped: bool
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(argument) for argument in argv],
        cwd=cwd,
        env=scrubbed(environment),
        stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _complete(
    process: subprocess.Popen[bytes],
    input: bytes | None,
    deadline: float,
    cap: int,
    grace_s: float,
    on_output: Callable[[bytes], None] | None,
) -> Completed:
    assert process.stdout
    assert process.stderr
    kept: dict[int, bytearray] = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    stdout, stderr = kept.values()
    pending = memoryview(input or b"")
    truncated = False
    with process, selectors.DefaultSelector() as selector:
        for reader in kept:
            selector.register(reader, selectors.EVENT_READ)
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                _end_tree(process.pid, grace_s)
                process.wait()
                return Completed(exit_code=None, stdout=bytes(stdout), stderr=bytes(stderr), truncated=truncated)
            ready = selector.select(min(left, _EXIT_POLL))
            if not ready and process.poll() is not None:
                break  # what it left running in the background keeps its pipes open, perhaps for ever
            for key, _ in ready:
                if key.fd in kept:
                    data = os.read(key.fd, _READ)
                    if not data:
                        selector.unregister(key.fd)
                    room = cap - len(kept[key.fd])
                    kept[key.fd] += data[:room]
                    truncated |= len(data) > room
                    if on_output and data:
                        on_output(data)
                else:
                    pending = _feed(process, pending)
                    if not pending:
                        selector.unregister(key.fileobj)
                        assert process.stdin
                        with contextlib.suppress(BrokenPipeError):
                            process.stdin.close()
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _end_tree(process.pid, grace_s)
            process.wait()
            return Completed(exit_code=None, stdout=bytes(stdout), stderr=bytes(stderr), truncated=truncated)
    return Completed(exit_code=process.returncode, stdout=bytes(stdout), stderr=bytes(stderr), truncated=truncated)


def _feed(process: subprocess.Popen[bytes], pending: memoryview) -> memoryview:
    assert process.stdin
    try:
        return pending[os.write(process.stdin.fileno(), pending[:_READ]) :]
    except BlockingIOError:
        return pending
    except BrokenPipeError:  # it ended, or does not want the rest; its exit code tells
        return pending[:0]


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a running process, None when there is none."""
    try:
        return ProcessIdentity(pid=pid, started_at=psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def find(identity: ProcessIdentity) -> psutil.Process | None:
    """The process itself when it still runs, None when it ended (or only waits to be reaped) or the pid was reused."""
    try:
        process = psutil.Process(identity.pid)
        same = abs(process.create_time() - identity.started_at) <= _CLOCK_SLACK
        return process if same and _runs(process) else None
    except psutil.Error:
        return None


def descendants(identity: ProcessIdentity) -> list[psutil.Process]:
    """Everything that the process started and that still runs, whatever its process group; empty when it is gone.

    Looks at every process of the machine, so call it in a thread.
    """
    process = find(identity)
    try:
        return process.children(recursive=True) if process else []
    except psutil.Error:
        return []


def marked(values: Iterable[str]) -> list[psutil.Process]:
    """Every process of this user whose environment carries one of these values of `MARK`.

    Finds what lost its parent: the tools of an agent that was killed. Reads each process's environment, so it takes
    some milliseconds: call it in a thread.
    """
    wanted = set(values)
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) in wanted:
                found.append(process)
    return found


async def terminate_tree(identity: ProcessIdentity, grace_s: float = GRACE) -> None:
    """End a process and all its descendants: SIGTERM, then SIGKILL for what still runs after ``grace_s`` seconds."""
    if find(identity):
        await asyncio.to_thread(_end_tree, identity.pid, grace_s)


async def terminate_marked(values: Iterable[str], grace_s: float = GRACE) -> int:
    """End everything that carries one of these marks; answers how many there were. For the start after a crash."""
    found = await asyncio.to_thread(marked, list(values))
    await terminate(found, grace_s)
    return len(found)


async def terminate(processes: Sequence[psutil.Process], grace_s: float = GRACE) -> None:
    """End these processes: SIGTERM, then SIGKILL for what still runs after ``grace_s`` seconds."""
    if processes:
        await asyncio.to_thread(_end, processes, grace_s)


def _end_tree(pid: int, grace_s: float) -> None:
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        # Listed before anything dies: afterwards a tool in a process group of its own has no parent to find it by.
        _end([root, *root.children(recursive=True)], grace_s)


def _end(processes: Sequence[psutil.Process], grace_s: float) -> None:
    _signal(processes, signal.SIGTERM)
    remaining = _wait(processes, grace_s)
    _signal(remaining, signal.SIGKILL)
    _wait(remaining, grace_s)


def _signal(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)  # psutil refuses when the pid was reused meanwhile


def _wait(processes: Sequence[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    # Polled rather than psutil.wait_procs, which reaps our own children and so takes the exit code from their owner.
    deadline = time.monotonic() + timeout_s
    remaining = list(processes)
    while (remaining := [process for process in remaining if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return remaining


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
