"""What the front end's files promise to those who build them elsewhere."""

import json
import re
import subprocess
from pathlib import Path

import pytest

import factory_jupyter

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "labextension/package-lock.json").read_text(encoding="utf-8")


def test_the_lock_works_behind_any_registry_mirror():
    assert '"resolved"' not in LOCK
    assert LOCK.count('"integrity"') > 100


@pytest.mark.parametrize("platform", ["darwin-arm64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"])
def test_the_bundler_is_locked_for_every_platform(platform):
    assert f'"node_modules/@rspack/binding-{platform}"' in LOCK


@pytest.mark.parametrize("platform", ["darwin-arm64", "darwin-x64", "linux-x64", "linux-arm64", "win32-x64"])
def test_the_widget_bundler_is_locked_for_every_platform(platform):
    assert f'"node_modules/@esbuild/{platform}"' in LOCK


def test_one_version_everywhere():
    package = json.loads((ROOT / "labextension/package.json").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert package["version"] == newest[1] == factory_jupyter.__version__


def test_built_files_are_not_committed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    built = re.compile(r"^factory_jupyter/(labextension|notebook/static)/|^labextension/lib/|node_modules/")
    assert [path for path in tracked.splitlines() if built.search(path)] == []
