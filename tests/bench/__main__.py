"""`python -m tests.bench [name …]`: run the benches and write docs/performance.md."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

NAMES = ("startup", "stream", "events", "workspaces")
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
HEAD = """\
# Performance

<!-- Written by `make bench`. -->

Every figure stands beside a named peer or limit measured in the same run, because machines are noisy: read the ratios,
not the milliseconds. An unmet figure is written down as unmet.

Measured {date} on {cores} cores, Python {python}, {system}.
"""


def main() -> int:
    """Run the benches named on the command line, or all of them and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES])
    _forget_environment()
    chosen = parser.parse_args().names or NAMES
    sections = []
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            tables = importlib.import_module(f"tests.bench.{name}").run(Path(folder))
        for table in tables:
            print(table.markdown(), end="\n\n", flush=True)
            sections.append(table.markdown())
    if chosen == NAMES:
        head = HEAD.format(
            date=datetime.now(UTC).date(),
            cores=os.cpu_count(),
            python=platform.python_version(),
            system=platform.system(),
        )
        PAGE.write_text("\n\n".join([head.strip(), *sections]) + "\n", encoding="utf-8")
        print(f"written: {PAGE.name}", file=sys.stderr)
    return 0


def _forget_environment() -> None:
    # The real CLI runs here: it must not meet a login, a key or an endpoint of the machine.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)


if __name__ == "__main__":
    raise SystemExit(main())
