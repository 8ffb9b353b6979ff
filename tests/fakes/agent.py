"""An agent that does what the test says: `script` is played when a message comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from factory_jupyter.errors import AgentFailed
from factory_jupyter.model.agent import (
    AgentAnswer,
    AgentEvent,
    AgentMessage,
    AgentOptions,
    Asked,
    BlockDone,
    ConversationNamed,
    Died,
    InfoTold,
    ModeSet,
    Partial,
    ProcessIdentity,
    TurnBegan,
    TurnEnded,
    Withdrawn,
)
from factory_jupyter.model.wire import AgentInfo, PermissionMode, SlashCommand, TextBlock, Usage

Script = Callable[["FakeAgent", AgentMessage], None]


def echo(agent: FakeAgent, message: AgentMessage) -> None:
    """A turn that answers at once."""
    agent.begin()
    agent.tell(Partial(kind="text", index=0, text=message.text))
    agent.block(f"You said: {message.text}")
    agent.end()


def hang(agent: FakeAgent, message: AgentMessage) -> None:
    """A turn that goes on until it is interrupted."""
    agent.begin()
    agent.tell(Partial(kind="text", index=0, text="thinking"))


class FakeAgent:
    def __init__(self, options: AgentOptions, starter: FakeStarter) -> None:
        self.options = options
        self.sent: list[AgentMessage] = []
        self.answers: dict[str, AgentAnswer] = {}
        self.interrupts = 0
        self.stops = 0
        self.rewinds: list[tuple[str, bool]] = []
        self.in_turn = False
        self.alive = False
        self._starter = starter
        self._events: asyncio.Queue[AgentEvent] = asyncio.Queue()
        self._open: set[str] = set()

    # --- What the script does ---------------------------------------------------------------------------------------

    def tell(self, event: AgentEvent) -> None:
        if isinstance(event, Asked):
            self._open.add(event.id)
        self._events.put_nowait(event)

    def begin(self) -> None:
        self.in_turn = True
        self.tell(TurnBegan())

    def block(self, text: str) -> None:
        self.tell(BlockDone(block=TextBlock(text=text)))

    def end(self, reason: str = "completed", is_error: bool = False, error_code: str | None = None) -> None:
        self.in_turn = False
        self.tell(
            TurnEnded(
                is_error=is_error,
                reason=reason,
                result="done",
                usage=Usage(input_tokens=10, output_tokens=5),
                cost_usd=0.25,
                duration_ms=20,
                model="fake",
                error_code=error_code,
                context_tokens=15,
                context_window=200,
            )
        )

    def die(self, reason: str = "killed", exit_code: int = -9) -> None:
        self.alive = False
        self.tell(Died(reason=reason, expected=False, exit_code=exit_code, error_code="killed"))

    # --- AgentSession ------------------------------------------------------------------------------------------------

    async def start(self) -> ProcessIdentity:
        self._starter.starting += 1
        self._starter.most_starting = max(self._starter.most_starting, self._starter.starting)
        try:
            await self._starter.gate.wait()
        finally:
            self._starter.starting -= 1
        if self._starter.failures:
            raise self._starter.failures.pop(0)
        self.alive = True
        self.tell(InfoTold(info=AgentInfo(commands=[SlashCommand(name="compact")])))
        self.tell(ConversationNamed(claude_session_id=self.options.resume or self.options.session_id))
        return ProcessIdentity(pid=2**22 + 1, started_at=1.0)

    async def send(self, message: AgentMessage) -> None:
        if not self.alive:
            raise AgentFailed("The fake is not running.")
        self.sent.append(message)
        (self._starter.scripts.pop(0) if self._starter.scripts else echo)(self, message)

    async def interrupt(self) -> None:
        self.interrupts += 1
        for id in sorted(self._open):
            self._open.discard(id)
            self.tell(Withdrawn(id=id, reason="interrupted"))
        if self.in_turn and not self._starter.ignores_interrupts:
            self.end("interrupted")

    async def answer(self, question_id: str, answer: AgentAnswer) -> bool:
        if question_id not in self._open:
            return False
        self._open.discard(question_id)
        self.answers[question_id] = answer
        return True

    async def set_model(self, model: str) -> None:
        self._starter.models.append(model)

    async def set_permission_mode(self, mode: PermissionMode) -> None:
        if mode in self._starter.refused_modes:
            raise AgentFailed(f"The CLI refuses {mode}.")
        self.tell(ModeSet(permission_mode=mode))

    async def rewind(self, message_id: str, dry_run: bool) -> Sequence[str]:
        self.rewinds.append((message_id, dry_run))
        return ["a.py"]

    async def stop(self) -> None:
        self.stops += 1
        if self.alive:
            self.alive = False
            self.tell(Died(reason="stopped", expected=True, exit_code=0))

    async def events(self) -> AsyncIterator[AgentEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, Died):
                return


@dataclass
class FakeStarter:
    """Makes fakes; ``scripts`` are played by the next messages, ``failures`` raised by the next starts."""

    agents: list[FakeAgent] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    refused_modes: set[str] = field(default_factory=set)
    ignores_interrupts: bool = False
    starting: int = 0
    most_starting: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(self, options: AgentOptions) -> FakeAgent:
        agent = FakeAgent(options, self)
        self.agents.append(agent)
        return agent
