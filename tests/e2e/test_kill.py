"""A real Jupyter server, the real CLI, real worktrees: killed in the middle, and twenty sessions at once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from factory_jupyter.demo.sample_project import make_sample_project
from tests import running

pytestmark = [pytest.mark.real_claude, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
BOUND = 60.0
Frame = dict[str, Any]


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    """The scripted model, in a process of its own."""
    command = [sys.executable, "-m", "factory_jupyter.demo.scripted_model", "--pace", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


class Viewer:
    """Follows a session over its socket in a thread."""

    def __init__(self, server: running.Running, session_id: str, since: int = 0) -> None:
        self.frames: list[Frame] = []
        self._socket = server.socket(f"chat/{session_id}?since={since}")
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        try:
            for text in self._socket:
                with self._news:
                    self.frames.append(json.loads(text))
                    self._news.notify_all()
        except Exception:  # the server was killed: that is the point
            return

    def until(self, where: Callable[[Frame], object], bound: float = BOUND) -> Frame:
        with self._news:
            found = self._news.wait_for(lambda: next((f for f in self.frames if where(f)), None), bound)
            assert found, f"never came; the last frames: {self.frames[-5:]}"
            return found

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def settled(self) -> list[Frame]:
        return [frame for frame in self.frames if "seq" in frame]

    def send(self, frame: Frame) -> None:
        self._socket.send(json.dumps(frame))

    def close(self) -> None:
        self._socket.close()
        self._thread.join(BOUND)


def script(*steps: dict[str, Any]) -> str:
    return f"go <<S>>{json.dumps(steps)}<<E>>"


def tool(name: str, **input: Any) -> dict[str, Any]:
    return {"tools": [{"name": name, "input": input}]}


def is_(kind: str, **fields: Any) -> Callable[[Frame], bool]:
    return lambda frame: frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items())


def ready_workspace(server: running.Running, name: str, **body: Any) -> Frame:
    repository = server.folder / "root" / "repo"
    if not repository.exists():
        make_sample_project(repository)
    projects = server.call("GET", "projects", expect=200)
    project = projects[0] if projects else server.call("POST", "projects", {"repo_path": str(repository)}, expect=201)
    made = server.call("POST", "workspaces", {"project_id": project["id"], "name": name, **body}, expect=201)
    return wait(lambda: ready(server, made["id"]))


def ready(server: running.Running, id: str) -> Frame | None:
    workspace = server.call("GET", f"workspaces/{id}", expect=200)
    assert workspace["status"] != "FAILED", workspace["init"]
    return workspace if workspace["status"] == "READY" else None


def wait(true: Callable[[], Any], bound: float = BOUND) -> Any:
    """What ``true`` answers as soon as it is something; for facts outside the server that nobody announces."""
    until = time.monotonic() + bound
    while not (found := true()):
        assert time.monotonic() < until, "never came"
        time.sleep(0.05)
    return found


def working(process: psutil.Process, name: str) -> list[psutil.Process]:
    try:
        return [child for child in process.children(recursive=True) if child.name() == name]
    except psutil.NoSuchProcess:
        return []


def gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def say(viewer: Viewer, id: str, *steps: dict[str, Any]) -> None:
    viewer.send({"type": "say", "id": id, "text": script(*steps)})


def open_session(server: running.Running, workspace_id: str) -> tuple[str, Viewer]:
    id = server.call("POST", "sessions", {"workspace_id": workspace_id}, expect=201)["id"]
    return id, Viewer(server, id)


def begin_work(server: running.Running, viewer: Viewer) -> list[psutil.Process]:
    """A first turn that ends, and a second one that runs a tool for ever; the agents and that tool."""
    say(viewer, "one", {"text": "remember the melon"})
    viewer.until(is_("turn_finished", turn=1))
    endless = tool("Bash", command="echo begun; tail -f /dev/null", timeout=600_000)
    say(viewer, "two", {"text": "I begin.", **endless}, {"text": "never"})
    question = viewer.until(is_("question_asked"))
    viewer.send({"type": "answer", "question_id": question["question_id"], "behavior": "allow"})
    viewer.until(is_("question_answered"))
    process = psutil.Process(server.process.pid)
    tails = wait(lambda: working(process, "tail"))
    return [*tails, *working(process, "claude")]


def begin_question(viewer: Viewer) -> str:
    """A turn that waits for a person, with a message behind it; the question's id."""
    say(viewer, "one", tool("Bash", command="touch x"), {"text": "done"})
    question = viewer.until(is_("question_asked"))
    say(viewer, "two", {"text": "later"})
    viewer.until(is_("message_queued", message_id="two"))
    return str(question["question_id"])


def test_a_killed_server_loses_nothing(tmp_path: Path, model_url: str) -> None:
    with ExitStack() as stack:
        server = running.start(tmp_path, model_url=model_url)
        stack.callback(server.stop)
        workspace = ready_workspace(server, "work")
        asking, asker = open_session(server, workspace["id"])
        question = begin_question(asker)
        id, viewer = open_session(server, workspace["id"])
        processes = begin_work(server, viewer)
        assert len(processes) >= 3  # two agents and the tool
        seen = viewer.settled()
        server.kill()
        viewer.close()
        asker.close()

        again = running.start(tmp_path, model_url=model_url)
        stack.callback(again.stop)
        # Without anybody asking for anything: no orphan is left.
        wait(lambda: all(gone(process) for process in processes))
        check_that_it_resumes(again, id, seen)
        check_that_the_question_is_lost(again, asking, question)


def check_that_it_resumes(server: running.Running, id: str, seen: list[Frame]) -> None:
    """The transcript is there to the last event that was seen, its turn is closed, the next message goes on."""
    viewer = Viewer(server, id)
    stopped = viewer.until(is_("session_stopped"))
    settled = viewer.settled()
    assert settled[: len(seen)] == seen
    assert [frame["seq"] for frame in settled] == list(range(1, len(settled) + 1))
    finished = viewer.of("turn_finished")[-1]
    assert (finished["turn"], finished["reason"], finished["is_error"]) == (2, "server_stopped", True)
    session = server.call("GET", f"sessions/{id}", expect=200)
    assert (session["status"], session["phase"], session["last_seq"]) == ("PAUSED", "stopped", stopped["seq"])
    viewer.send({"type": "say", "id": "three", "text": "What do you remember?"})
    viewer.until(is_("turn_finished", turn=3))
    assert "resumed" in [frame["code"] for frame in viewer.of("notice")]
    # One conversation, before and after, in Claude's own file.
    (told,) = (server.folder / "claude" / "projects").rglob(f"{session['claude_session_id']}.jsonl")
    text = told.read_text(encoding="utf-8")
    assert "remember the melon" in text
    assert "What do you remember?" in text
    viewer.close()


def check_that_the_question_is_lost(server: running.Running, id: str, question: str) -> None:
    """It is withdrawn, cannot be answered, and what waited behind it does not fire by itself."""
    viewer = Viewer(server, id)
    viewer.until(is_("question_withdrawn", question_id=question))
    assert server.call("GET", "questions", expect=200) == []
    answer = {"type": "answer", "question_id": question, "behavior": "allow"}
    refused = server.call("POST", f"sessions/{id}/commands", answer, expect=409)
    assert refused["code"] == "already_answered"
    session = server.call("GET", f"sessions/{id}", expect=200)
    assert (session["queued"], session["queue_paused"]) == (1, True)
    viewer.send({"type": "send_queued"})
    viewer.until(is_("turn_finished", turn=2))
    assert viewer.of("block")[-1]["block"]["text"] == "later"
    viewer.close()


def test_a_server_that_is_told_to_stop_ends_everything_soon(tmp_path: Path, model_url: str) -> None:
    with ExitStack() as stack:
        server = running.start(tmp_path, model_url=model_url)
        stack.callback(server.stop)
        id, viewer = open_session(server, ready_workspace(server, "work")["id"])
        processes = begin_work(server, viewer)
        assert server.stop() < 15
        viewer.close()
        assert all(gone(process) for process in processes)
        with closing(sqlite3.connect(tmp_path / "factory" / "data.db")) as database:
            (status,) = database.execute("SELECT status FROM session WHERE id = ?", [id]).fetchone()
            log = database.execute("SELECT body FROM session_event WHERE session_id = ? ORDER BY seq", [id]).fetchall()
        assert status == "PAUSED"
        finished, stopped = (json.loads(body) for (body,) in log[-2:])
        assert (finished["type"], finished["reason"]) == ("turn_finished", "server_stopped")
        assert stopped["type"] == "session_stopped"


def test_twenty_sessions_stream_at_once(tmp_path: Path, model_url: str) -> None:
    words = " ".join(f"word{number}" for number in range(200))
    arguments = ["--FactoryExtension.max_sessions_per_workspace=20", "--FactoryExtension.max_concurrent_starts=4"]
    with ExitStack() as stack:
        server = running.start(tmp_path, model_url=model_url, arguments=arguments)
        stack.callback(server.stop)
        workspace = ready_workspace(server, "crowd")
        opened = [open_session(server, workspace["id"]) for _ in range(20)]
        viewers = [viewer for _, viewer in opened]
        for viewer in viewers:
            say(viewer, "warm", {"text": "ready"})
        for viewer in viewers:
            viewer.until(is_("turn_finished", turn=1), 2 * BOUND)
        # All run; now they stream together, for at least four seconds each.
        for viewer in viewers:
            say(viewer, "go", {"text": words, "chunks": 80, "delay": 0.05})
        for viewer in viewers:
            viewer.until(is_("turn_finished", turn=2), 2 * BOUND)
        begun = max(viewer.until(is_("turn_started", turn=2))["at"] for viewer in viewers)
        first_end = min(viewer.until(is_("turn_finished", turn=2))["at"] for viewer in viewers)
        assert begun < first_end, "they were not at work at the same time"
        for id, viewer in opened:
            assert viewer.of("turn_finished")[-1]["is_error"] is False
            assert viewer.of("block")[-1]["block"]["text"] == words
            assert len(viewer.of("delta")) > 10
            assert server.call("GET", f"sessions/{id}/events?since=0", expect=200) == viewer.settled()
            viewer.close()
