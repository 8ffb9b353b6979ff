"""Claude's processes: what they may see, and that none is left, whoever ends them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model.agent import AgentMessage, Died, TurnEnded
from factory_jupyter.tools import process
from tests.fakes.claude_home import BOUND, Conversation, claude_home, script, tool

pytestmark = pytest.mark.real_claude

SLEEP = script(tool("Bash", command="echo $$ > pid; exec sleep 600", timeout=600000), {"text": "never"})


async def asleep(claude: Conversation, repo: Path) -> psutil.Process:
    """Let the agent's shell go to sleep; the process."""
    await claude.say(SLEEP)
    await claude.allow()
    async with asyncio.timeout(BOUND):
        while not ((repo / "pid").exists() and (repo / "pid").read_text().strip()):
            await asyncio.sleep(0.01)
    return psutil.Process(int((repo / "pid").read_text()))


def runs(tool: psutil.Process) -> bool:
    return tool.is_running() and tool.status() != psutil.STATUS_ZOMBIE


async def test_killed_in_the_middle_of_a_tool_it_leaves_nothing(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        sleeping = await asleep(claude, home.repo)
        os.kill(claude.identity.pid, signal.SIGKILL)
        died = await claude.until(Died)
        assert (died.expected, died.error_code, died.exit_code) == (False, "killed", -signal.SIGKILL)
        assert not runs(sleeping)
        with pytest.raises(AgentFailed):
            await claude.session.send(AgentMessage(id="x", text="anybody there?"))


async def test_stopped_in_the_middle_of_a_tool_it_is_interrupted_first_and_leaves_nothing(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home, home.conversation() as claude:
        sleeping = await asleep(claude, home.repo)
        await asyncio.gather(claude.session.stop(), claude.session.stop())
        assert (await claude.until(TurnEnded)).reason == "interrupted"
        assert (await claude.until(Died)).expected
        assert not runs(sleeping)
        assert process.find(claude.identity) is None


# A server of its own, so that the signal does not end the tests. A handler, not SIG_IGN, which children would inherit.
CTRL_C = """
import asyncio, os, pathlib, signal, sys
from factory_jupyter.model.agent import TurnEnded
from tests.fakes.claude_home import claude_home, script

async def main():
    caught = []
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, caught.append, 1)
    async with claude_home(pathlib.Path(sys.argv[1])) as home, home.conversation() as claude:
        await claude.say(script({"text": "one, two", "chunks": 2, "gate": "half"}))
        await home.model.reached("half")
        os.killpg(os.getpgrp(), signal.SIGINT)
        while not caught:
            await asyncio.sleep(0)
        home.model.release("half")
        print((await claude.until(TurnEnded)).reason, claude.texts())

asyncio.run(main())
"""


async def test_ctrl_c_in_the_servers_terminal_does_not_reach_it(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = await process.run([sys.executable, "-c", CTRL_C, tmp_path], environment=environment, timeout_s=BOUND)
    assert (done.stdout, done.exit_code) == (b"completed ['one, two']\n", 0), done.stderr.decode()


async def test_secrets_of_the_server_reach_neither_it_nor_its_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_ONLY", "hush-server")
    environment = {"JUPYTER_TOKEN": "hush-token", "MINE": "for the agent", "GIT_DIR": "/elsewhere"}
    async with claude_home(tmp_path) as home, home.conversation(environment) as claude:
        seen = psutil.Process(claude.identity.pid).environ()
        assert seen["MINE"] == "for the agent"
        assert not {"JUPYTER_TOKEN", "SERVER_ONLY", "GIT_DIR"} & seen.keys()
        assert not {name for name in seen if name.startswith("FACTORY_JUPYTER")} - {process.MARK}
        await claude.say(script(tool("Bash", command="env > seen.txt"), {"text": "done"}))
        await claude.allow()
        await claude.until(TurnEnded)
        text = (home.repo / "seen.txt").read_text()
        assert "MINE=for the agent" in text
        assert "hush" not in text


async def test_a_server_that_was_killed_leaves_a_mark_to_find_its_tools_by(tmp_path: Path) -> None:
    environment = {process.MARK: f"session-{tmp_path.name}-{os.getpid()}"}
    async with claude_home(tmp_path) as home, home.conversation(environment) as claude:
        sleeping = await asleep(claude, home.repo)
        found = {one.pid for one in await asyncio.to_thread(process.marked, environment.values())}
        assert {claude.identity.pid, sleeping.pid} <= found
        await process.terminate_marked(environment.values(), grace_s=2)
        assert not runs(sleeping)
        assert not (await claude.until(Died)).expected


async def test_a_cancelled_start_leaves_nothing(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        options = home.options()
        starting = asyncio.create_task(home.starter(options).start())
        async with asyncio.timeout(BOUND):
            while not await asyncio.to_thread(process.marked, [options.session_id]):
                await asyncio.sleep(0.01)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert process.marked([options.session_id]) == []


async def test_stopped_while_starting_it_leaves_nothing(tmp_path: Path) -> None:
    async with claude_home(tmp_path) as home:
        options = home.options()
        session = home.starter(options)
        starting = asyncio.create_task(session.start())
        await asyncio.sleep(0)
        await session.stop()
        with pytest.raises(AgentFailed):
            await starting
        (died,) = [event async for event in session.events()]
        assert isinstance(died, Died)
        assert died.expected
        assert process.marked([options.session_id]) == []


async def test_only_a_few_start_at_a_time(tmp_path: Path) -> None:
    async with claude_home(tmp_path, max_concurrent_starts=1) as home:
        sessions = [home.starter(home.options()) for _ in range(3)]
        starts = [asyncio.create_task(session.start()) for session in sessions]
        ended: list[int] = []
        for start in asyncio.as_completed(starts):
            await start
            ended.append(sum(each.done() for each in starts))
        assert ended == [1, 2, 3]
        await asyncio.gather(*(session.stop() for session in sessions))


def test_the_wrapper_is_plain_python() -> None:
    """It runs with `-I -S`: nothing but the standard library may be imported."""
    from factory_jupyter.tools import claude_wrapper

    source = Path(claude_wrapper.__file__).read_text()
    imports = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imports <= sys.stdlib_module_names
