"""From the model's byte to a viewer, beside the Agent SDK read directly: one session, then twenty.

The scripted model writes the time of sending into each delta, so latency needs no clock but the machine's. Both sides
run the real CLI.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.bench.table import Row, Table, limit_row, percentile, ratio_row
from tests.running import Running, environment, serve

DELTAS = 40  # of a turn
DELAY_S = 0.05  # between two deltas: what a model does
SESSIONS = 20
TURNS = {1: 50, SESSIONS: 10}
TURN_TIMEOUT_S = 120

PROMPT = f'stream <<S>>[{{"stamp": {DELTAS}, "delay": {DELAY_S}}}]<<E>>'


@dataclass
class Latencies:
    """Milliseconds from sending to arrival: of each turn's first delta, of every delta, of the finished block."""

    first: list[float] = field(default_factory=list)
    every: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)

    def delta(self, text: str, *, first: bool) -> None:
        """Count the stamps in a piece of text that arrived now."""
        now = time.time_ns()
        stamps = [int(stamp) for stamp in text.split()]
        if first:
            self.first.append((now - stamps[0]) / 1e6)
        self.every.extend((now - stamp) / 1e6 for stamp in stamps)

    def block(self, text: str) -> None:
        """Count a finished block that arrived now: from the sending of its last piece."""
        self.settled.append((time.time_ns() - int(text.split()[-1])) / 1e6)

    def add(self, other: Latencies) -> None:
        """Take another's figures in."""
        self.first += other.first
        self.every += other.every
        self.settled += other.settled


def run(folder: Path) -> list[Table]:
    """Tables of one session and of twenty."""
    with scripted_model() as model_url:
        direct_one = asyncio.run(_direct(folder / "direct-1", model_url, 1))
        direct_many = asyncio.run(_direct(folder / "direct-n", model_url, SESSIONS))
        variables = {"PYTHONPATH": str(Path(__file__).parents[2])}
        extensions = "--ServerApp.jpserver_extensions={'factory_jupyter': True, 'tests.bench.stall': True}"
        limits = ["--FactoryExtension.rate_limit_per_minute=1000", "--FactoryExtension.rate_limit_per_hour=10000"]
        with serve(
            folder / "server", model_url=model_url, variables=variables, arguments=[extensions, *limits]
        ) as running:
            sessions = _sessions(running, folder / "repository", SESSIONS)
            ours_one = asyncio.run(_ours(running, sessions[:1]))
            _stalls(running)
            ours_many = asyncio.run(_ours(running, sessions))
            stalls = _stalls(running)
    how = (
        f"{TURNS[1]} turns ({TURNS[SESSIONS]} with twenty) of {DELTAS} deltas, one every "
        f"{DELAY_S * 1000:.0f} ms; milliseconds from sending to "
        "arrival. SDK: `ClaudeSDKClient` in the reader's own process. Ours: real server, WebSocket viewer in another "
        "process."
    )
    turns = SESSIONS * TURNS[SESSIONS]
    whole = len(ours_many.settled)
    one = [
        _beside("first delta, p50", ours_one.first, direct_one.first, 0.5, 1.2),
        _beside("first delta, p99", ours_one.first, direct_one.first, 0.99, 1.5),
        _beside("every delta, p50", ours_one.every, direct_one.every, 0.5, None),
        _beside("every delta, p99", ours_one.every, direct_one.every, 0.99, 1.5),
        _beside("settled block, p50", ours_one.settled, direct_one.settled, 0.5, None),
        _beside("settled block, p99", ours_one.settled, direct_one.settled, 0.99, None),
    ]
    many = [
        _beside("first delta, p50", ours_many.first, direct_many.first, 0.5, None),
        _beside("first delta, p99", ours_many.first, direct_many.first, 0.99, 1.5),
        _beside("every delta, p99", ours_many.every, direct_many.every, 0.99, 1.5),
        _beside("settled block, p99", ours_many.settled, direct_many.settled, 0.99, None),
        limit_row("loop stall, p99, starts included", percentile(stalls, 0.99), 20, "ms"),
        limit_row("loop stall, max, starts included", max(stalls), 50, "ms"),
        Row("finished blocks at their viewer", str(whole), f"sent: {turns}", "–", "all", whole == turns),
    ]
    return [Table("Stream of one session", how, one), Table(f"Stream of {SESSIONS} sessions", how, many)]


def _beside(what: str, ours: list[float], direct: list[float], share: float, limit: float | None) -> Row:
    return ratio_row(what, percentile(ours, share), percentile(direct, share), "ms", limit, "SDK")


@contextmanager
def scripted_model() -> Iterator[str]:
    """The scripted model in a process of its own; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "factory_jupyter.demo.scripted_model", "--port", "0"], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(timeout=10)


async def _direct(folder: Path, model_url: str, count: int) -> Latencies:
    from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient
    from claude_agent_sdk.types import AssistantMessage, ResultMessage, StreamEvent, TextBlock

    env = environment(folder, model_url)  # laid over the process's own, which `__main__` has emptied
    collected = Latencies()
    ready = asyncio.Semaphore(2)

    async def one(number: int) -> None:
        cwd = folder / f"cwd-{number}"
        cwd.mkdir()
        options = ClaudeAgentOptions(
            cwd=cwd, env=env, include_partial_messages=True, setting_sources=[],
            system_prompt={"type": "preset", "preset": "claude_code"},
        )  # fmt: skip
        client = ClaudeSDKClient(options)
        async with ready:
            await client.connect()
        try:
            for _ in range(TURNS[count]):
                await client.query(PROMPT)
                first = True
                async for message in client.receive_messages():
                    if isinstance(message, StreamEvent):
                        delta = message.event.get("delta", {})
                        if delta.get("type") == "text_delta":
                            collected.delta(delta["text"], first=first)
                            first = False
                    elif isinstance(message, AssistantMessage):
                        for block in message.content:
                            if isinstance(block, TextBlock):
                                collected.block(block.text)
                    elif isinstance(message, ResultMessage):
                        assert not message.is_error, message
                        break
        finally:
            await client.disconnect()

    await asyncio.gather(*(one(number) for number in range(count)))
    return collected


def _sessions(running: Running, repository: Path, count: int) -> list[str]:
    make_repository(repository)
    project = running.call("POST", "projects", {"repo_path": str(repository)}, expect=201)
    sessions: list[str] = []
    while len(sessions) < count:
        workspace = running.call(
            "POST", "workspaces", {"project_id": project["id"], "name": f"bench {len(sessions)}"}, expect=201
        )
        wait_ready(running, workspace["id"])
        sessions += [
            running.call("POST", "sessions", {"workspace_id": workspace["id"]}, expect=201)["id"]
            for _ in range(min(5, count - len(sessions)))
        ]
    return sessions


def make_repository(folder: Path) -> None:
    """A small repository with one commit."""
    folder.mkdir(parents=True)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    (folder / "README.md").write_text("bench\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)


def wait_ready(running: Running, workspace_id: str) -> None:
    """Wait until a workspace is READY."""
    deadline = time.monotonic() + 60
    while (status := running.call("GET", f"workspaces/{workspace_id}")["status"]) != "READY":
        assert status != "FAILED" and time.monotonic() < deadline, status
        time.sleep(0.02)


async def _ours(running: Running, sessions: list[str]) -> Latencies:
    collected = Latencies()
    turns = TURNS[len(sessions)]
    await asyncio.gather(*(_view(running, session, turns, collected) for session in sessions))
    return collected


async def _view(running: Running, session_id: str, turns: int, collected: Latencies) -> None:
    async with running.socket_async(f"chat/{session_id}") as socket:

        async def receive() -> Any:
            async with asyncio.timeout(TURN_TIMEOUT_S):
                return json.loads(await socket.recv())

        assert (await receive())["type"] == "hello"
        for _ in range(turns):
            message_id = str(uuid.uuid4())
            await socket.send(json.dumps({"type": "say", "id": message_id, "text": PROMPT}))
            first, sent = True, False
            while True:
                frame = await receive()
                if frame["type"] == "message_sent" and frame["message_id"] == message_id:
                    sent = True
                elif not sent:
                    continue
                elif frame["type"] == "delta" and frame["kind"] == "text":
                    collected.delta(frame["text"], first=first)
                    first = False
                elif frame["type"] == "block" and frame["block"]["kind"] == "text":
                    collected.block(frame["block"]["text"])
                elif frame["type"] == "turn_finished":
                    assert not frame["is_error"], frame
                    break


def _stalls(running: Running) -> list[float]:
    answer = requests.get(f"{running.url}bench/stall", headers={"Authorization": f"token {running.token}"}, timeout=30)
    answer.raise_for_status()
    return list(answer.json())
