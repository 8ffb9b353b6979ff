"""The sample repository of the tour is the same every time and harms nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from factory_jupyter.demo import scenarios
from factory_jupyter.demo.sample_project import make_sample_project


def git(repo: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=repo, check=True, capture_output=True, text=True).stdout


def test_it_is_the_same_every_time_whatever_the_user_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_sample_project(tmp_path / "one")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "leaked"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    two = make_sample_project(tmp_path / "deep" / "two")
    monkeypatch.delenv("GIT_DIR")
    assert git(one, "rev-parse", "HEAD") == git(two, "rev-parse", "HEAD")
    assert git(two, "status", "--porcelain") == ""
    assert git(two, "branch", "--show-current") == "main\n"
    assert len(git(two, "log", "--oneline").splitlines()) == 3
    nbformat.validate(nbformat.read(two / "notebooks" / "explore.ipynb", as_version=4))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("work")
    with pytest.raises(FileExistsError, match="not empty"):
        make_sample_project(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("label", ["seed", "bins"])
def test_both_fixes_of_the_guided_task_make_the_test_reliable(tmp_path: Path, label: str) -> None:
    repo = make_sample_project(tmp_path / "repo")
    start = next(index for index, step in enumerate(scenarios.GUIDED) if step.label == label)
    edit = next(
        call.input
        for step in scenarios.GUIDED[start:]
        for call in step.tools
        if call.input.get("new_string", "").startswith("counts")
    )
    test = Path(edit["file_path"].replace("$CWD", str(repo)))
    assert test.read_text().count(edit["old_string"]) == 1
    test.write_text(test.read_text().replace(edit["old_string"], edit["new_string"]))
    for _ in range(3):
        done = subprocess.run([sys.executable, "-m", "unittest", "-q"], cwd=repo, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_test_of_the_tour_is_flaky_indeed(tmp_path: Path) -> None:
    repo = make_sample_project(tmp_path / "repo")
    code = """
import sys; sys.path.insert(0, ".")
from photonlab import simulate_counts
off = [abs(sum(simulate_counts(10.0, 50)) / 50 - 10) > 0.5 for _ in range(400)]
print(sum(off))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=repo, check=True, capture_output=True, text=True)
    assert 40 < int(done.stdout) < 200
