"""The wheel holds everything that a working panel needs, and nothing that only contributors need."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

EXPECTED = [
    r"factory_jupyter/py\.typed",
    r"factory_jupyter/migrations/env\.py",
    r"factory_jupyter/migrations/versions/\w+\.py",
    r"factory_jupyter/notebook/static/chat\.js",
    r"factory_jupyter/notebook/static/board\.js",
    r"factory_jupyter-[^/]+\.data/data/share/jupyter/labextensions/factory-jupyter/package\.json",
    r"factory_jupyter-[^/]+\.data/data/share/jupyter/labextensions/factory-jupyter/install\.json",
    r"factory_jupyter-[^/]+\.data/data/share/jupyter/labextensions/factory-jupyter/schemas/factory-jupyter/plugin\.json",
    r"factory_jupyter-[^/]+\.data/data/share/jupyter/labextensions/factory-jupyter/static/remoteEntry\.\w+\.js",
    r"factory_jupyter-[^/]+\.data/data/share/jupyter/labextensions/factory-jupyter/static/style\.js",
    r"factory_jupyter-[^/]+\.data/data/etc/jupyter/jupyter_server_config\.d/factory_jupyter\.json",
    r"factory_jupyter-[^/]+\.dist-info/licenses/LICENSE",
]
UNWANTED = re.compile(r"(^|/)(tests|node_modules|__pycache__)/|\.tsx?$|\.tsbuildinfo$|^factory_jupyter/labextension/")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Paths inside a wheel built from this checkout and the bundles that `make` has left in it."""
    out = tmp_path_factory.mktemp("dist")
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--skip-dependency-check",
        "--outdir",
        str(out),
        str(ROOT),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.slow
@pytest.mark.parametrize("path", EXPECTED)
def test_the_wheel_holds(names, path):
    assert any(re.fullmatch(path, name) for name in names), "\n".join(names)


@pytest.mark.slow
def test_the_wheel_holds_every_module(names):
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "factory_jupyter").rglob("*.py")}
    assert modules - set(names) == set()


@pytest.mark.slow
def test_the_wheel_holds_nothing_of_the_workshop(names):
    assert [name for name in names if UNWANTED.search(name)] == []
