"""What a person sees and does in JupyterLab with the Factory panel, by the words that are on the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.running import Running

# A turn of the scripted model takes well under a second; starting the CLI takes seconds on a busy machine.
expect.set_options(timeout=30_000)


def script(*steps: dict[str, Any]) -> str:
    """A prompt that tells the scripted model what to answer."""
    return f"Go <<S>>{json.dumps(steps)}<<E>>"


class Screen:
    """One page of one visitor."""

    def __init__(self, page: Page, lab: Running) -> None:
        self.page = page
        self.lab = lab
        self.expected: list[str] = []
        """Regular expressions for troubles that a test makes itself."""
        self._troubles: list[str] = []
        self._is_view_saved = False
        page.set_default_timeout(30_000)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._troubles.append(f"page error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            self._troubles.append(f"foreign request: {request.url}")
        if request.method == "PUT" and "/lab/api/workspaces/" in request.url:
            self._is_view_saved |= "factory-workspaces:" in (request.post_data or "")

    def unexpected_troubles(self) -> list[str]:
        """Page errors, console errors and requests to strangers that no expectation covers."""
        return [trouble for trouble in self._troubles if not any(re.search(words, trouble) for words in self.expected)]

    # --- JupyterLab ---------------------------------------------------------------------------------------------------

    def open(self) -> Screen:
        """A fresh JupyterLab, with the Factory panel opened by a click on its tab."""
        self.page.goto(f"{self.lab.url}lab?token={self.lab.token}&reset")
        self._until_restored()
        self.page.locator('.jp-SideBar .lm-TabBar-tab[data-id="factory-jupyter-panel"]').click()
        expect(self.panel).to_be_visible()
        return self

    def reload(self) -> None:
        """Reload the page as F5 does, once JupyterLab has saved its layout (which it does a moment after a change)."""
        if not self._is_view_saved:
            self.page.wait_for_event("requestfinished", lambda request: self._is_view_saved)
        self.page.reload()
        self._until_restored()

    def _until_restored(self) -> None:
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")

    def execute(self, command: str, **args: Any) -> None:
        """Run a command of JupyterLab."""
        self.page.evaluate(
            "([command, args]) => { window.jupyterapp.commands.execute(command, args); }", [command, args]
        )

    def theme(self, name: str) -> None:
        """Change to another theme of JupyterLab."""
        self.page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })", name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    def picture(self, path: Path) -> Path:
        """A screenshot, without what moves."""
        self.page.screenshot(path=path, animations="disabled", caret="hide")
        return path

    # --- The panel ----------------------------------------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        """The Factory panel."""
        return self.page.locator(".jp-Factory-sidebar")

    def row(self, name: str) -> Locator:
        """The row of a workspace in the panel."""
        return self.panel.get_by_role("option").filter(has_text=name)

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def add_project(self, path: Path) -> None:
        """Add a repository by typing half of its path and taking what completes it."""
        self.execute("factory-jupyter:add-project")
        self.dialog.get_by_label("Repository").fill(str(path)[:-3])
        self.page.get_by_role("option", name=str(path)).click()
        self.dialog.get_by_role("button", name="Add project").click()
        expect(self.dialog).to_have_count(0)

    def new_task(self, prompt: str, name: str) -> None:
        """Start a parallel task from the panel; its workspace opens."""
        self.panel.get_by_role("button", name="New parallel task").click()
        self.fill_task(prompt, name)

    def fill_task(self, prompt: str, name: str) -> None:
        """Fill in the form of a new task and start it."""
        self.dialog.get_by_label("What should be done?").fill(prompt)
        self.dialog.get_by_label("Name").fill(name)
        self.dialog.get_by_role("button", name="Start").click()
        expect(self.dialog).to_have_count(0)
        expect(self.workspace.get_by_role("heading", name=name)).to_be_visible()

    # --- A workspace --------------------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Locator:
        """The workspace in the main area that is in front."""
        return self.page.locator(".jp-Factory-workspace-view:visible")

    @property
    def transcript(self) -> Locator:
        """The transcript of the chat that is shown."""
        return self.workspace.locator('[role="log"]:visible')

    @property
    def composer(self) -> Locator:
        """The text field of the chat that is shown."""
        return self.workspace.locator('textarea[aria-label="Message to Claude"]:visible')

    @property
    def question(self) -> Locator:
        """The question that waits, once it takes answers: one that has just appeared does not, for half a second."""
        return self.workspace.locator("[data-question]:not(.jp-mod-inert)")

    def say(self, text: str) -> None:
        """Write a message and press Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def press(self, name: str) -> None:
        """Click a button of the question that waits."""
        self.question.get_by_role("button", name=name, exact=False).first.click()

    def answers(self, text: str) -> Locator:
        """Every place where Claude (not a tool, not the person) says so."""
        return self.transcript.locator(".jp-Factory-text").get_by_text(text)

    def expect_text(self, text: str) -> None:
        """Wait until Claude says so."""
        expect(self.answers(text).first).to_be_visible()
