"""A home for the real Claude Code CLI: its own HOME, configuration and repository, and a model that is a script.

Nothing of the machine reaches the CLI: its environment is built from nothing, and the only address it knows is the
scripted model on loopback.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from factory_jupyter.demo.sample_project import make_sample_project
from factory_jupyter.demo.scripted_model import ScriptedModel
from factory_jupyter.model.agent import (
    AgentAnswer,
    AgentEvent,
    AgentMessage,
    AgentOptions,
    AgentSession,
    Asked,
    BlockDone,
    Partial,
    ProcessIdentity,
    TurnEnded,
)
from factory_jupyter.model.wire import TextBlock
from factory_jupyter.tools.claude import ClaudeStarter

BOUND = 60.0  # seconds that anything in these tests may take
Event = TypeVar("Event", bound=AgentEvent)


def script(*steps: dict[str, Any], say: str = "go") -> str:
    """A prompt that carries its own script."""
    return f"{say} <<S>>{json.dumps(steps)}<<E>>"


def tool(name: str, **input: Any) -> dict[str, Any]:
    return {"tools": [{"name": name, "input": input}]}


@dataclass
class Conversation:
    """A started session with everything it has told so far."""

    session: AgentSession
    identity: ProcessIdentity
    seen: list[AgentEvent] = field(default_factory=list)
    read: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def collect(self) -> None:
        async for event in self.session.events():
            async with self.news:
                self.seen.append(event)
                self.news.notify_all()

    async def say(self, text: str, **more: Any) -> str:
        id = str(uuid.uuid4())
        await self.session.send(AgentMessage(id=id, text=text, **more))
        return id

    async def until(self, kind: type[Event], where: Callable[[Event], bool] = lambda event: True) -> Event:
        """The next event of that kind; what came before it counts as read."""
        async with asyncio.timeout(BOUND), self.news:
            while True:
                while self.read < len(self.seen):
                    event = self.seen[self.read]
                    self.read += 1
                    if isinstance(event, kind) and where(event):
                        return event
                await self.news.wait()

    async def turn(self, text: str, **more: Any) -> TurnEnded:
        """Say something and wait for the end of the turn."""
        await self.say(text, **more)
        return await self.until(TurnEnded)

    async def allow(self, **more: Any) -> Asked:
        """Wait for the next question and allow it."""
        asked = await self.until(Asked)
        assert await self.session.answer(asked.id, AgentAnswer(behavior="allow", **more))
        return asked

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.seen if isinstance(event, kind)]

    def texts(self) -> list[str]:
        return [event.block.text for event in self.of(BlockDone) if isinstance(event.block, TextBlock)]

    def streamed(self) -> str:
        return "".join(event.text for event in self.of(Partial) if event.kind == "text")


@dataclass
class ClaudeHome:
    """Where the CLI lives in a test; ``environment`` is all that it sees."""

    root: Path
    model: ScriptedModel
    starter: ClaudeStarter

    @property
    def repo(self) -> Path:
        return self.root / "repo"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.root / "home"),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.root / "tmp"),
            "CLAUDE_CONFIG_DIR": str(self.root / "claude"),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "ANTHROPIC_API_KEY": "dummy",
            "ANTHROPIC_BASE_URL": self.model.url,
        }

    def options(self, environment: dict[str, str] | None = None, **more: Any) -> AgentOptions:
        everything = {**self.environment, **(environment or {})}
        return AgentOptions(**{"cwd": self.repo, "session_id": str(uuid.uuid4()), "environment": everything, **more})

    @asynccontextmanager
    async def conversation(self, environment: dict[str, str] | None = None, **more: Any) -> AsyncIterator[Conversation]:
        """Start a session, stop it at the end."""
        session = self.starter(self.options(environment, **more))
        async with asyncio.timeout(BOUND):
            conversation = Conversation(session, await session.start())
        collecting = asyncio.create_task(conversation.collect())
        try:
            yield conversation
        finally:
            async with asyncio.timeout(BOUND):
                await session.stop()
                await collecting


@asynccontextmanager
async def claude_home(root: Path, **starter: Any) -> AsyncIterator[ClaudeHome]:
    """A scripted model and an empty home with the sample repository."""
    for name in ("home", "tmp", "claude"):
        (root / name).mkdir()
    await asyncio.to_thread(make_sample_project, root / "repo")
    async with ScriptedModel() as model:
        yield ClaudeHome(root, model, ClaudeStarter(root / "run", **starter))
        assert model.unknown_requests() == []
