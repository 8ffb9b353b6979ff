"""What every test can rely on: a home of its own, no login of the machine in sight, and absent tools said aloud."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest_plugins = ("pytest_jupyter.jupyter_server",)

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}

# What would make a test depend on who runs it: logins, endpoints, configuration, and variables that git hands to hooks.
_PRIVATE_PREFIXES = ("ANTHROPIC_", "CLAUDE", "GH_", "GITHUB_TOKEN", "GIT_", "JUPYTER", "JPY_", "XDG_")
_PRIVATE_NAMES = {"BASE_DIR", "DATABASE_PATH", "IS_SANDBOX", "WORKTREE_BASE_DIR"}
# Certificates of a proxy are not private, and git needs them where there is one.
_KEPT = {"GIT_SSL_CAINFO"}

_GITCONFIG = """\
[user]
    name = Test
    email = test@example.invalid
[init]
    defaultBranch = main
[commit]
    gpgSign = false
[gc]
    auto = 0
"""


def _is_private(variable: str) -> bool:
    return variable not in _KEPT and (variable in _PRIVATE_NAMES or variable.startswith(_PRIVATE_PREFIXES))


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home with a git identity; the machine's own logins and settings cannot be seen from a test."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(_GITCONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if _is_private(name)]:
            patch.delenv(variable)
        patch.setenv("HOME", str(home))
        yield home


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def _claude() -> str | None:
    import claude_agent_sdk

    bundled = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
    return str(bundled) if bundled.exists() else shutil.which("claude")


_FINDERS: dict[str, Callable[[], str | None]] = {"chromium": _chromium, "claude": _claude}


def _require(tool: str) -> str:
    """Path of ``tool``. Absent, the test is skipped on a person's machine and fails in CI."""
    path = _FINDERS.get(tool, lambda: shutil.which(tool))()
    if path is None and IN_CI:
        pytest.fail(f"{tool} is missing, and CI is set: this test must not be skipped", pytrace=False)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """``require("gh")`` gives the path of a tool that a test cannot do without."""
    return _require


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A marker that names a tool requires it."""
    if item.get_closest_marker("browser"):
        _require("chromium")
    if item.get_closest_marker("real_claude"):
        _require("claude")
