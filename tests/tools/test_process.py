"""Children start without secrets and without a terminal, and end with everything they started."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from factory_jupyter.model.agent import ProcessIdentity
from factory_jupyter.tools import process

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

# A parent with a child that left its process group and ignores SIGTERM: what a tool of an agent can be.
FAMILY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import os, signal, time
os.setsid(); signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(600)
'''], stdout=subprocess.PIPE)
pid = child.stdout.readline()
open(sys.argv[1], "wb").write(pid)
time.sleep(600)
"""


def gone(pid: int) -> bool:
    return process.find(ProcessIdentity(pid=pid, started_at=0.0)) is None and (
        not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    )


async def written(path: Path) -> int:
    async with asyncio.timeout(10):
        while not (path.exists() and path.read_bytes().strip()):
            await asyncio.sleep(0.01)
    return int(path.read_bytes())


def test_scrubbed_drops_secrets_and_leaked_git_names() -> None:
    kept = {
        "HOME": "/h",
        "GIT_AUTHOR_NAME": "a",
        "GIT_SSH_COMMAND": "ssh",
        "https_proxy": "p",
        "ANTHROPIC_API_KEY": "k",
    }
    dropped = {
        "JUPYTER_TOKEN": "t",
        "JUPYTERHUB_API_TOKEN": "t",
        "JPY_PARENT_PID": "1",
        "GIT_DIR": "/elsewhere",
        "GIT_INDEX_FILE": "i",
        "GIT_TRACE2": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "CLAUDECODE": "1",
        "DATABASE_PATH": "postgresql://u:secret@h/d",
    }
    assert process.scrubbed({**kept, **dropped}) == kept


async def test_run_gives_output_exit_code_and_a_scrubbed_environment() -> None:
    done = await process.run(
        ["sh", "-c", "cat; echo $JUPYTER_TOKEN$NAME >&2; exit 3"],
        environment={**ENVIRONMENT, "JUPYTER_TOKEN": "secret", "NAME": "value"},
        timeout_s=10,
        input=b"x" * 1_000_000,
    )
    assert (done.exit_code, len(done.stdout), done.stderr) == (3, 1_000_000, b"value\n")


async def test_run_without_input_reads_end_of_file_and_has_its_own_session() -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.getsid(0) == os.getpid())"
    done = await process.run([sys.executable, "-c", code], environment=ENVIRONMENT, timeout_s=10)
    assert done.stdout == b"'' True\n"


async def test_run_keeps_no_more_than_asked_and_survives_an_unwilling_reader() -> None:
    done = await process.run(
        ["sh", "-c", "yes | head -c 300000"], environment=ENVIRONMENT, timeout_s=10, max_output=1000
    )
    assert (len(done.stdout), done.truncated, done.exit_code) == (1000, True, 0)
    done = await process.run(["true"], environment=ENVIRONMENT, timeout_s=10, input=b"x" * 1_000_000)
    assert done.exit_code == 0


async def test_a_signal_is_not_success() -> None:
    done = await process.run(["sh", "-c", "kill -9 $$"], environment=ENVIRONMENT, timeout_s=10)
    assert done.exit_code == -signal.SIGKILL


async def test_a_missing_program_or_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await process.run(["no-such-program"], environment=ENVIRONMENT, timeout_s=10)
    with pytest.raises(FileNotFoundError):
        await process.run(["true"], environment=ENVIRONMENT, timeout_s=10, cwd=tmp_path / "absent")


async def test_the_time_limit_ends_the_whole_tree(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    done = await process.run(
        ["sh", "-c", f"echo before; sh -c 'echo $$ > {pid_file}; sleep 600' & wait"],
        environment=ENVIRONMENT,
        timeout_s=0.5,
    )
    assert (done.exit_code, done.stdout) == (None, b"before\n")
    assert gone(await written(pid_file))


async def test_cancelling_run_ends_the_whole_tree(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    running = asyncio.ensure_future(
        process.run([sys.executable, "-c", FAMILY, pid_file], environment=ENVIRONMENT, timeout_s=60, grace_s=0.3)
    )
    child = await written(pid_file)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gone(child)


async def test_terminate_tree_reaches_a_child_that_left_the_group_and_ignores_sigterm(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", FAMILY, str(pid_file), start_new_session=True)
    child = await written(pid_file)
    identity = process.identify(parent.pid)
    assert identity and {found.pid for found in process.descendants(identity)} == {child}

    await process.terminate_tree(identity, grace_s=0.3)
    assert gone(child)
    assert await parent.wait() == -signal.SIGTERM
    assert process.find(identity) is None and process.descendants(identity) == []


async def test_a_reused_pid_is_left_alone() -> None:
    other = await asyncio.create_subprocess_exec("sleep", "600")
    real = process.identify(other.pid)
    assert real
    stranger = ProcessIdentity(pid=other.pid, started_at=real.started_at - 3600)
    await process.terminate_tree(stranger, grace_s=0.1)
    assert process.find(real) is not None
    await process.terminate_tree(real, grace_s=5)
    assert await other.wait() == -signal.SIGTERM


async def test_marked_orphans_are_found_and_ended(tmp_path: Path) -> None:
    mark = f"test-{os.getpid()}-{tmp_path.name}"
    environment = {**ENVIRONMENT, process.MARK: mark}
    # The parent ends at once; its child has left group and session, so only its environment tells where it came from.
    done = await process.run(
        ["sh", "-c", "setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!"], environment=environment, timeout_s=10
    )
    orphans = process.marked([mark])
    assert [orphan.pid for orphan in orphans] == [int(done.stdout)]
    assert await process.terminate_marked([mark]) == 1
    assert gone(orphans[0].pid) and process.marked([mark]) == []


def test_identify_nobody() -> None:
    assert process.identify(2**22 + 1) is None


async def test_output_is_told_as_it_comes_even_what_is_not_kept() -> None:
    seen: list[bytes] = []
    done = await process.run(
        ["sh", "-c", "echo one; echo two >&2"],
        environment=ENVIRONMENT,
        timeout_s=10,
        max_output=0,
        on_output=seen.append,
    )
    assert sorted(b"".join(seen).split()) == [b"one", b"two"]
    assert (done.exit_code, done.stdout, done.truncated) == (0, b"", True)


async def test_a_child_in_the_background_that_keeps_the_pipes_is_not_waited_for() -> None:
    async with asyncio.timeout(10):
        done = await process.run(["sh", "-c", "sleep 30 & echo $!"], environment=ENVIRONMENT, timeout_s=60)
    os.kill(int(done.stdout), signal.SIGKILL)
    assert done.exit_code == 0
