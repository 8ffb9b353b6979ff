"""Each contract of the house is seen to fail: one violation per contract, planted in a copy of the package."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

# contract -> (file to append to, line that breaks it)
VIOLATIONS = {
    "floors": ("model/states.py", "import factory_jupyter.services"),
    "circles": ("tools/git.py", "import factory_jupyter.tools.planted"),
    "sql": ("services/projects.py", "import sqlalchemy"),
    "processes": ("services/projects.py", "import subprocess"),
    "transport": ("services/projects.py", "import tornado.web"),
    "kernel": ("notebook/client.py", "import factory_jupyter.services"),
    "pure": ("model/states.py", "import asyncio"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package whose floors can be broken."""
    house = tmp_path_factory.mktemp("house")
    ignore = shutil.ignore_patterns("labextension", "static", "__pycache__")
    shutil.copytree(ROOT / "factory_jupyter", house / "factory_jupyter", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", house)
    (house / "factory_jupyter/tools/planted.py").write_text("import factory_jupyter.tools.git\n", encoding="utf-8")
    return house


def lint(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # The console script would look for the installed package first; the working directory must win.
    program = "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)


def test_every_contract_has_a_violation_to_show():
    assert {contract["id"] for contract in CONTRACTS} == VIOLATIONS.keys()


def test_the_house_as_it_stands_keeps_every_contract(house):
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_is_caught(house, contract):
    path, line = VIOLATIONS[contract]
    file = house / "factory_jupyter" / path
    sound = file.read_text(encoding="utf-8")
    file.write_text(f"{sound}\n{line}\n", encoding="utf-8")
    try:
        done = lint(house, "--contract", contract)
    finally:
        file.write_text(sound, encoding="utf-8")
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_a_module_without_a_floor_is_caught(house):
    stray = house / "factory_jupyter/stray.py"
    stray.write_text('"""Nobody said where this belongs."""\n', encoding="utf-8")
    try:
        done = lint(house, "--contract", "floors")
    finally:
        stray.unlink()
    assert done.returncode == 1
    assert "stray" in done.stdout
