"""A task: a workspace, and with a prompt a session whose message waits for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from factory_jupyter.errors import BypassNotAllowed, Invalid
from factory_jupyter.model import wire
from factory_jupyter.model.states import WorkspaceStatus
from factory_jupyter.services.tasks import TaskService
from tests.fakes.factory import WORKSPACE
from tests.fakes.sessions import Desk, desk


class Maker:
    """Makes the workspaces of the desk, one after the other."""

    def __init__(self, w: Desk) -> None:
        self.made: dict[str | None, str] = {}
        self.get = w.workspaces.get
        self._status = w.workspaces.status

    async def create(self, body: wire.CreateWorkspace) -> wire.Workspace:
        id = self.made.setdefault(body.key, f"w{len(self.made) + 1}")
        self._status[id] = WorkspaceStatus.NEW
        return msgspec.structs.replace(WORKSPACE, id=id, status=WorkspaceStatus.NEW)


def body(**fields: object) -> wire.CreateWorkspace:
    return wire.CreateWorkspace(project_id="p1", **fields)  # type: ignore[arg-type]


async def test_the_prompt_waits_until_the_workspace_is_ready(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        tasks = TaskService(workspaces=Maker(w), sessions=w.sessions)
        workspace = await tasks.create(body(prompt="Fix it", model="opus", workflow="bugfix"), "ada")
        (session,) = await w.sessions.list(workspace.id)
        assert (session.model, session.workflow, session.queued) == ("opus", "bugfix", 1)
        seen = await w.watch(session.id)
        await seen.until(lambda state: [message.text for message in state.queue] == ["Fix it"])
        assert w.starter.agents == []
        w.workspaces.status[workspace.id] = WorkspaceStatus.READY
        await w.sessions.wake(workspace.id)
        await seen.until(lambda state: state.turns and state.turns[0].end)


async def test_without_a_prompt_there_is_no_session(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        tasks = TaskService(workspaces=Maker(w), sessions=w.sessions)
        await tasks.create(body(name="Later"), "ada")
        assert await w.sessions.list() == []


async def test_the_same_key_is_one_task(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        tasks = TaskService(workspaces=Maker(w), sessions=w.sessions)
        made = await asyncio.gather(*(tasks.create(body(prompt="Fix it", key="k"), "ada") for _ in range(4)))
        assert {workspace.id for workspace in made} == {"w1"}
        (session,) = await w.sessions.list()
        assert session.queued == 1


async def test_what_can_be_refused_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        maker = Maker(w)
        tasks = TaskService(workspaces=maker, sessions=w.sessions)
        with pytest.raises(BypassNotAllowed):
            await tasks.create(body(prompt="x", permission_mode="bypassPermissions"), "ada")
        bad = wire.Attachment(name="x", media_type="image/png", data="aGk=")
        with pytest.raises(Invalid):
            await tasks.create(body(prompt="x", attachments=[bad]), "ada")
        assert maker.made == {}
