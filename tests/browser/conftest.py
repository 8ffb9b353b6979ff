"""A real JupyterLab, the real CLI with the scripted model behind it, and the system's Chromium in front of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from factory_jupyter.demo.sample_project import make_sample_project
from tests import running
from tests.browser.screen import Screen

ROOT = Path(__file__).parents[2]

# The tour's model paces itself for people; here only so much that a turn can be seen while it streams.
MODEL_PACE_S = 0.002

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LAB_ARGUMENTS = ["--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"]

# JupyterLab's own news would be requests to strangers and toasts over our buttons.
NO_NEWS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """None: in these tests Playwright's loop is the one of this thread."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Nothing to clean up: the servers of these tests are other processes."""


@contextmanager
def scripted_model() -> Iterator[str]:
    """The address of a scripted model in a process of its own."""
    command = [sys.executable, "-m", "factory_jupyter.demo.scripted_model", "--pace", str(MODEL_PACE_S)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def lab_options(folder: Path, *arguments: str) -> dict[str, Any]:
    """What `running.start` needs for a JupyterLab in `folder` that a browser can drive."""
    settings = folder / "conf" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(NO_NEWS), encoding="utf-8")
    return {"app": "lab", "arguments": [*LAB_ARGUMENTS, *arguments]}


def chromium() -> str | None:
    """Path of the system's browser."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """The scripted model that every JupyterLab of these tests shares."""
    with scripted_model() as url:
        yield url


@pytest.fixture(scope="session")
def start_lab(model_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., running.Running]]:
    """`start_lab()`: a JupyterLab of one's own. `start_lab(again=lab)`: the stopped one again, at its old address."""
    if not (ROOT / "factory_jupyter/labextension/static/style.js").exists():
        pytest.fail("The front end is not built. Run `make install`.", pytrace=False)
    with ExitStack() as stack:

        def start(again: running.Running | None = None) -> running.Running:
            folder = again.folder if again else tmp_path_factory.mktemp("lab")
            lab = running.start(folder, model_url=model_url, again=again, **lab_options(folder))
            stack.callback(lab.stop)
            return lab

        yield start


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., running.Running]) -> running.Running:
    """A JupyterLab that the tests of one file share."""
    return start_lab()


@pytest.fixture
def repository(lab: running.Running, request: pytest.FixtureRequest) -> Path:
    """A sample repository of this test's own, below the server's root."""
    return make_sample_project(lab.folder / "root" / request.node.name.removeprefix("test_").replace("_", "-"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for each file anew: the event loop of Playwright must be gone when tests of other floors run theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


VISITOR: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all tests of a file: what the browser has cached of JupyterLab is not fetched again."""
    context = browser.new_context(**VISITOR)
    yield context
    context.close()


@pytest.fixture
def visit(browser: Browser, visitor: BrowserContext) -> Iterator[Callable[[running.Running], Screen]]:
    """`visit(lab)`: JupyterLab in a page; again: for another visitor. What goes wrong in any page fails the test."""
    with ExitStack() as stack:
        screens: list[Screen] = []

        def new(lab: running.Running) -> Screen:
            # JupyterLab leads a second page of one visitor away to a layout of its own, in the middle of everything.
            context = visitor
            if screens:
                context = browser.new_context(**VISITOR)
                stack.callback(context.close)
            page = context.new_page()
            stack.callback(page.close)
            screens.append(Screen(page, lab))
            return screens[-1].open()

        yield new
        assert [trouble for screen in screens for trouble in screen.unexpected_troubles()] == []


@pytest.fixture
def screen(visit: Callable[[running.Running], Screen], lab: running.Running) -> Screen:
    """JupyterLab with the Factory panel open, nothing else."""
    return visit(lab)
