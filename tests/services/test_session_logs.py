"""Log files of sessions: one for each run, without secrets, bounded, removed after some days."""

from __future__ import annotations

import os
from pathlib import Path

from factory_jupyter.model import wire
from factory_jupyter.services.clock import SystemClock
from factory_jupyter.services.session_logs import SessionLogs
from tests.fakes.sessions import desk


def logs(folder: Path, **knobs: int) -> SessionLogs:
    return SessionLogs(folder, SystemClock(), **{"days": 7, "max_bytes": 1_000_000, **knobs})


async def test_entries_are_written_in_order_without_secrets(tmp_path: Path) -> None:
    all_logs = logs(tmp_path)
    log = all_logs.open("s/../1", "start")
    log.write("client", "say sk-ant-api03-aaaaaaaaaaaaaaaaaaaa")
    for number in range(100):
        log.write("agent", f"event {number}")
    await all_logs.close()
    assert log.path is not None
    assert log.path.parent == tmp_path
    lines = log.path.read_text(encoding="utf-8").splitlines()
    assert "INFO start" in lines[0]
    assert "sk-ant" not in lines[1]
    assert [line.rsplit(" ", 1)[1] for line in lines[2:]] == [str(number) for number in range(100)]
    assert log.path.stat().st_mode & 0o077 == 0


async def test_a_log_stops_growing(tmp_path: Path) -> None:
    all_logs = logs(tmp_path, max_bytes=1000)
    log = all_logs.open("s1", "start")
    for _ in range(1000):
        log.write("agent", "x" * 100)
    await all_logs.close()
    assert log.path is not None
    assert log.path.stat().st_size < 1200
    assert "limit" in log.path.read_text(encoding="utf-8").splitlines()[-1]


async def test_old_files_are_removed_and_others_stay(tmp_path: Path) -> None:
    old, new, foreign = tmp_path / "s1_2026.log", tmp_path / "s2_2026.log", tmp_path / "notes.txt"
    for path in (old, new, foreign):
        path.write_text("x", encoding="utf-8")
    for path in (old, foreign):
        os.utime(path, (0, 0))
    all_logs = logs(tmp_path)
    assert await all_logs.prune() == 1
    await all_logs.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "s2_2026.log"]


async def test_zero_days_write_nothing(tmp_path: Path) -> None:
    all_logs = logs(tmp_path / "logs", days=0)
    all_logs.open("s1", "start").write("agent", "x")
    await all_logs.close()
    assert not (tmp_path / "logs").exists()


async def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file", encoding="utf-8")
    all_logs = logs(tmp_path / "logs")
    all_logs.open("s1", "start").write("agent", "x")
    await all_logs.close()


async def test_a_session_writes_one_file_for_each_run(tmp_path: Path) -> None:
    async with desk(tmp_path) as w:
        id, seen = await w.open()
        for text in ("one", "two"):
            await w.say(id, text)
            await seen.until(lambda state, text=text: state.turns and f"You said: {text}" in str(state.turns[-1]))
            await w.do(id, wire.Stop())
        await w.logs.prune()  # everything that waits in the thread is written by then
        files = sorted((tmp_path / "logs").glob(f"{id}_*.log"))
        assert len(files) == 2
        assert "resume" in files[1].read_text(encoding="utf-8")
