"""A server that kills itself: ``python crashing_server.py FOLDER POINT`` makes a workspace and dies at the point."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.fakes.git import environment
from tests.services.workbench import workbench


async def _run(folder: Path, point: str) -> None:
    def reached(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    async with workbench(folder / "base", environment(folder / "home"), reached=reached) as bench:
        project = await bench.project(folder / "my-app")
        await bench.make(project, name="Crash")


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), sys.argv[2]))
