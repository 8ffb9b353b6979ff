"""Take the pictures of docs/images from a JupyterLab that runs the tour: real CLI, real worktrees, scripted model.

    python scripts/screenshots.py [folder]

Needs the front end (`make install`) and Chromium. Run it when something that a picture shows has changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from factory_jupyter.demo.sample_project import make_sample_project  # noqa: E402
from factory_jupyter.demo.scenarios import GUIDED_PROMPT  # noqa: E402
from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium, lab_options, scripted_model  # noqa: E402
from tests.browser.screen import Screen, script  # noqa: E402
from tests.running import Running, serve  # noqa: E402

DARK = "JupyterLab Dark"
LIGHT = "JupyterLab Light"
DEMO = "--FactoryExtension.demo=True"
ADA = {"LOGNAME": "ada"}

# What stands around the guided task, so that the panel shows what it is for.
TASKS = {
    "Docs for the loader": script(
        {"tools": [{"name": "Write", "input": {"file_path": "$CWD/docs.md", "content": "# photonlab\n" * 12}}]}
    ),
    "Log-binned histogram": "Make a plan",
    "Read HDF5 lazily": script({"text": "I read the loader first, then the places that call it.", "gate": "never"}),
    "Count dead time twice": script({"text": "Both corrections are the same one; nothing has to change."}),
}


def main() -> None:
    """Take every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as home,
        scripted_model() as model_url,
        serve(Path(home), model_url=model_url, variables=ADA, **lab_options(Path(home), DEMO)) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        without_notifications(lab)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        tour(Screen(page, lab).open(), lab, folder)
        browser.close()


def without_notifications(lab: Running) -> None:
    """Five tasks at once would cover the pictures with toasts."""
    lab.session.put(
        f"{lab.url}lab/api/settings/factory-jupyter:plugin",
        headers={"Authorization": f"token {lab.token}"},
        json={"raw": json.dumps({"notifications": "none"})},
        timeout=30,
    ).raise_for_status()


def tour(screen: Screen, lab: Running, folder: Path) -> None:
    """Play the guided task among four others, and take a picture wherever there is something to see."""
    page = screen.page
    expect(screen.panel.get_by_label("Readiness").get_by_role("listitem").first).to_be_visible()
    screen.picture(folder / "first-run.png")
    screen.add_project(make_sample_project(lab.folder / "root" / "photonlab"))
    project = lab.call("GET", "projects")[0]["id"]
    for name, prompt in TASKS.items():
        lab.call("POST", "workspaces", {"project_id": project, "name": name, "prompt": prompt}, 201)
    for name in ("Docs for the loader", "Log-binned histogram"):
        expect(screen.row(name).locator(".jp-Factory-chip")).to_be_visible()
    page.get_by_role("button", name="I do not need it").click()

    screen.panel.get_by_role("button", name="New parallel task").click()
    screen.dialog.get_by_label("What should be done?").fill(GUIDED_PROMPT)
    screen.dialog.get_by_label("Name").fill("Flaky spectrum test")
    screen.picture(folder / "new-task.png")
    screen.dialog.get_by_role("button", name="Start").click()
    expect(screen.question.get_by_text("How shall the test become reliable?")).to_be_visible()
    both(page, screen, folder, "question")
    screen.question.get_by_text("Deterministic").click()
    screen.question.get_by_role("button", name="Answer", exact=True).click()
    expect(screen.question.get_by_text("Claude has a plan")).to_be_visible()
    screen.picture(folder / "plan.png")
    screen.press("Approve")
    screen.press("Allow once")
    expect(screen.question.get_by_text("Claude wants to run a command")).to_be_visible()
    both(page, screen, folder, "workspace")
    page.set_viewport_size({"width": 760, "height": 900})
    screen.picture(folder / "narrow.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    screen.execute("factory-jupyter:open-board")
    expect(page.get_by_label("In progress").get_by_role("listitem")).to_have_count(1)
    both(page, screen, folder, "board")


def both(page: Page, screen: Screen, folder: Path, name: str) -> None:
    """One picture in the light and one in the dark theme."""
    screen.picture(folder / f"{name}.png")
    screen.theme(DARK)
    screen.picture(folder / f"{name}-dark.png")
    screen.theme(LIGHT)


if __name__ == "__main__":
    main()
