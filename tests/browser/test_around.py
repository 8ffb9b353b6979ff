"""Around the chat: the board, notifications, a set-up that fails, JupyterLab's own menus."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen, script
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.real_claude, pytest.mark.slow]


def test_who_looks_elsewhere_is_told_and_led_there(screen: Screen, lab: Running, repository: Path) -> None:
    page = screen.page
    screen.add_project(repository)
    screen.new_task(script({"text": "Nothing to ask."}), "Quiet")
    screen.expect_text("Nothing to ask.")
    toasts = page.locator(".Toastify__toast")
    expect(toasts).to_have_count(0)  # what is on the screen needs no notification

    project = lab.call("GET", "projects")[0]
    lab.call("POST", "workspaces", {"project_id": project["id"], "name": "Elsewhere", "prompt": "Run the tests"}, 201)
    expect(toasts).to_have_count(1)
    expect(screen.row("Elsewhere").get_by_text("Allow Bash?")).to_be_visible()
    expect(page.locator("#jp-bottom-panel").get_by_text("1 needs you")).to_be_visible()

    screen.execute("factory-jupyter:open-board")
    expect(page.get_by_label("Waiting").get_by_role("listitem").filter(has_text="Elsewhere")).to_be_visible()
    toasts.get_by_role("button", name="Open").click()
    expect(screen.question.get_by_text("Claude wants to run a command")).to_be_visible()
    expect(toasts).to_have_count(0)
    screen.press("Deny")
    screen.question.get_by_role("button", name="Deny").click()
    screen.expect_text("You declined")


def test_a_setup_that_fails_shows_why_and_can_be_skipped(screen: Screen, repository: Path) -> None:
    scripts = {"scripts": {"setup": "echo this did not work; exit 3"}}
    (repository / "factory-factory.json").write_text(json.dumps(scripts), encoding="utf-8")
    subprocess.run(["git", "commit", "-qam", "A set-up that fails"], cwd=repository, check=True)
    screen.add_project(repository)
    screen.new_task(script({"text": "Now I can begin."}), "Broken setup")
    setup = screen.workspace.get_by_label("Setting up Broken setup")
    expect(setup.get_by_role("heading", name="Set-up has failed")).to_be_visible()
    expect(setup.get_by_label("Log of the set-up").get_by_text("this did not work")).to_be_visible()
    expect(screen.row("Broken setup").get_by_text("Set-up failed")).to_be_visible()
    expect(screen.answers("Now I can begin.")).to_have_count(0)
    setup.get_by_role("button", name="Skip the set-up script").click()
    screen.expect_text("Now I can begin.")
    expect(setup).to_have_count(0)


def test_a_folder_of_the_file_browser_becomes_a_project(screen: Screen, repository: Path) -> None:
    page = screen.page
    page.locator('.jp-SideBar .lm-TabBar-tab[data-id="filebrowser"]').click()
    page.get_by_role("listitem", name=repository.name).click(button="right")
    page.get_by_role("menuitem", name="Add to Factory").click()
    expect(screen.dialog.get_by_label("Repository")).to_have_value(str(repository))
    screen.dialog.get_by_role("button", name="Add project").click()
    expect(screen.dialog).to_have_count(0)


def test_what_is_not_a_repository_is_refused_at_the_field(screen: Screen, lab: Running) -> None:
    folder = lab.folder / "root" / "plain"
    folder.mkdir()
    screen.execute("factory-jupyter:add-project", path=str(folder))
    screen.dialog.get_by_role("button", name="Add project").click()
    expect(screen.dialog.get_by_role("alert")).to_contain_text("git")
    expect(screen.dialog.get_by_label("Repository")).to_have_value(str(folder))
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("Escape")
    expect(screen.dialog).to_have_count(0)
    # The refusal is a 4xx, which the browser itself notes in its console.
    screen.expected.append(r"Failed to load resource.*(400|404|409|422).*projects")


def test_an_upgraded_server_asks_for_a_reload(screen: Screen) -> None:
    page = screen.page

    def older(route: object, message: str | bytes) -> str | bytes:
        frame = json.loads(message)
        return json.dumps(frame | {"version": "99.0.0"}) if frame.get("type") == "snapshot" else message

    def through(socket: object) -> None:
        server = socket.connect_to_server()  # type: ignore[attr-defined]
        server.on_message(lambda message: socket.send(older(socket, message)))  # type: ignore[attr-defined]

    page.route_web_socket("**/factory/board*", through)
    screen.open()
    expect(screen.panel.get_by_text("This page and the server do not fit together")).to_be_visible()
    expect(screen.panel.get_by_role("button", name="Reload the page")).to_be_visible()


def test_what_is_set_in_jupyterlab_holds_for_new_sessions(screen: Screen, lab: Running) -> None:
    page = screen.page
    before = lab.call("GET", "settings")["default_permission_mode"]
    assert before == "default"
    screen.panel.get_by_role("button", name="Settings").click()
    mode = page.locator("select").filter(has_text="acceptEdits")
    with page.expect_response(lambda response: "/factory/api/settings" in response.url) as told:
        mode.select_option(label="plan")
    assert told.value.ok
    assert lab.call("GET", "settings")["default_permission_mode"] == "plan"
