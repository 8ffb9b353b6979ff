"""The sample repository of the tour: a small, honest Python package with a flaky test, a notebook and some data.

Deterministic: the same folder contents and the same commit ids every time. It needs nothing but Python's standard
library, so its tests run wherever the tour runs.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

_AUTHOR: Final = {"NAME": "Photon Lab", "EMAIL": "lab@example.org", "DATE": "2026-01-15T09:00:00+00:00"}

_README: Final = """# photonlab

Simulate and correct photon counts. Standard library only.

```python
from photonlab import simulate_counts, true_rate

counts = simulate_counts(rate=10.0, bins=50, seed=7)
print(true_rate(measured=1e6, dead_time=50e-9))
```

Run the tests with `python3 -m unittest`. One of them fails now and then; nobody knows why yet.
"""

_INIT: Final = '''"""photonlab: simulate and correct photon counts."""

from .dead_time import true_rate
from .histogram import histogram
from .simulate import simulate_counts

__all__ = ["histogram", "simulate_counts", "true_rate"]
'''

_SIMULATE: Final = '''"""Random photon counts."""

import math
import random


def simulate_counts(rate: float, bins: int, seed: int | None = None) -> list[int]:
    """Draw one Poisson count for each bin; `rate` is the mean of a bin."""
    generator = random.Random(seed)
    return [_poisson(generator, rate) for _ in range(bins)]


def _poisson(generator: random.Random, mean: float) -> int:
    # Knuth's method: multiply uniforms until the product falls below exp(-mean).
    limit, product, count = math.exp(-mean), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count
'''

_DEAD_TIME: Final = '''"""Correction of counting losses."""


def true_rate(measured: float, dead_time: float) -> float:
    """Non-paralysable model; rates in 1/s, dead time in s."""
    occupancy = measured * dead_time
    if occupancy >= 1:
        raise ValueError("The detector is saturated.")
    return measured / (1 - occupancy)
'''

_HISTOGRAM: Final = '''"""Counts of counts."""

from collections import Counter
from collections.abc import Iterable


def histogram(counts: Iterable[int]) -> dict[int, int]:
    """How often each count occurs, in order of the count."""
    return dict(sorted(Counter(counts).items()))
'''

_TEST_SIMULATE: Final = """import unittest

from photonlab import simulate_counts


class SimulateTest(unittest.TestCase):
    def test_mean_is_the_rate(self):
        counts = simulate_counts(rate=10.0, bins=50)
        mean = sum(counts) / len(counts)
        self.assertAlmostEqual(mean, 10.0, delta=0.5)

    def test_a_seed_repeats(self):
        self.assertEqual(simulate_counts(5.0, 20, seed=1), simulate_counts(5.0, 20, seed=1))


if __name__ == "__main__":
    unittest.main()
"""

_TEST_CORRECTIONS: Final = """import unittest

from photonlab import histogram, true_rate


class CorrectionTest(unittest.TestCase):
    def test_dead_time(self):
        self.assertAlmostEqual(true_rate(1e6, 50e-9), 1052631.6, delta=0.1)

    def test_saturation_is_refused(self):
        with self.assertRaises(ValueError):
            true_rate(3e7, 50e-9)

    def test_histogram(self):
        self.assertEqual(histogram([2, 1, 2]), {1: 1, 2: 2})


if __name__ == "__main__":
    unittest.main()
"""

_PYPROJECT: Final = """[project]
name = "photonlab"
version = "0.3.0"
description = "Simulate and correct photon counts"
requires-python = ">=3.10"
"""

_FACTORY: Final = {
    "scripts": {
        "setup": "python3 -m compileall -q photonlab && echo photonlab is ready",
        "run": "python3 -m http.server {port} --bind 127.0.0.1",
    }
}


def make_sample_project(folder: Path) -> Path:
    """Write the sample repository into `folder`, which must be new or empty, and commit it in three steps.

    Returns the folder. Raises FileExistsError when something is there already, so that nobody's work is touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty. Choose a new folder for the sample project.")
    _git(folder, "init", "-q", "--initial-branch=main")
    _commit(folder, "Simulate photon counts", _package())
    _commit(folder, "Correct dead time, with tests", _corrections())
    _commit(folder, "A first look at a measurement", _measurement())
    return folder


def _package() -> dict[str, str]:
    return {
        "README.md": _README,
        "pyproject.toml": _PYPROJECT,
        ".gitignore": "__pycache__/\n.ipynb_checkpoints/\n",
        "photonlab/__init__.py": _INIT,
        "photonlab/simulate.py": _SIMULATE,
        "photonlab/dead_time.py": _DEAD_TIME,
        "photonlab/histogram.py": _HISTOGRAM,
    }


def _corrections() -> dict[str, str]:
    return {
        "tests/__init__.py": "",
        "tests/test_simulate.py": _TEST_SIMULATE,
        "tests/test_corrections.py": _TEST_CORRECTIONS,
    }


def _measurement() -> dict[str, str]:
    return {
        "data/counts.csv": _data(),
        "notebooks/explore.ipynb": json.dumps(_notebook(), indent=1) + "\n",
        "factory-factory.json": json.dumps(_FACTORY, indent=2) + "\n",
    }


def _data() -> str:
    generator = random.Random(20260115)  # noqa: S311 - the same data every time
    rows = ["time_s,counts"]
    for second in range(240):
        mean = 40 + 25 * math.sin(second / 24) + (60 if 150 <= second < 165 else 0)
        rows.append(f"{second},{max(0, round(generator.gauss(mean, math.sqrt(abs(mean)))))}")
    return "\n".join(rows) + "\n"


def _notebook() -> dict[str, Any]:
    def cell(kind: str, number: int, source: str) -> dict[str, Any]:
        extra: dict[str, Any] = {} if kind == "markdown" else {"execution_count": None, "outputs": []}
        return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source, **extra}

    return {
        "cells": [
            cell("markdown", 1, "# A first look\n\nFour minutes of counts, with a burst that nobody has explained."),
            cell(
                "code",
                2,
                "import csv\nfrom pathlib import Path\n\nroot = Path.cwd()\n"
                'root = root if (root / "data").exists() else root.parent\n'
                'rows = list(csv.DictReader((root / "data" / "counts.csv").open()))\n'
                'counts = [int(row["counts"]) for row in rows]\nlen(counts), max(counts)',
            ),
            cell(
                "code",
                3,
                "peak = max(counts)\nfor start in range(0, 240, 12):\n"
                "    mean = sum(counts[start : start + 12]) / 12\n"
                '    print(f"{start:4d} s", "#" * round(40 * mean / peak))',
            ),
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _commit(folder: Path, message: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "--no-gpg-sign", "--no-verify", "-m", message)


def _git(folder: Path, *arguments: str) -> None:
    git = shutil.which("git")
    if git is None:
        raise FileNotFoundError("git was not found. Install git, then start the tour again.")
    # Built from nothing, so that neither the user's configuration nor a leaked GIT_DIR decides what is committed.
    environment = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()}
    environment |= {"PATH": str(Path(git).parent), "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    subprocess.run([git, *arguments], cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)
