"""The main job as a person does it, in a real JupyterLab with the real CLI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen, script
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.real_claude, pytest.mark.slow]


def test_from_the_launcher_to_a_finished_turn(screen: Screen, lab: Running, repository: Path) -> None:
    page = screen.page
    expect(screen.panel.get_by_label("Readiness").get_by_role("listitem").filter(has_text="git 2")).to_be_visible()
    page.locator('.jp-LauncherCard[data-category="Factory"][title*="agent work"]').click()
    # There is no project yet, so that is asked for first.
    screen.dialog.get_by_label("Repository").fill(str(repository)[:-4])
    page.get_by_role("option", name=str(repository)).click()
    screen.dialog.get_by_role("button", name="Add project").click()
    expect(screen.dialog.get_by_role("heading", name="New parallel task")).to_be_visible()
    expect(screen.dialog.get_by_label("What should be done?")).to_be_focused()
    screen.fill_task("Ask me a question", "Choose a plot")

    expect(screen.question.get_by_text("Which plot shall I draw?")).to_be_visible()
    expect(screen.row("Choose a plot").get_by_text("Question")).to_be_visible()
    expect(page.get_by_text("Factory: 1 needs you")).to_be_visible()
    screen.composer.fill("a draft")
    screen.reload()
    expect(screen.question.get_by_text("Which plot shall I draw?")).to_be_visible()
    expect(screen.composer).to_have_value("a draft")

    screen.question.get_by_text("Time trace").click()
    screen.press("Next")
    screen.question.get_by_text("SVG").click()
    screen.question.get_by_text("CSV").click()
    screen.question.get_by_role("button", name="Answer", exact=True).click()
    screen.expect_text("Noted:")
    for answer in ("Time trace", "SVG", "CSV"):
        screen.expect_text(answer)
    expect(screen.question).to_have_count(0)
    expect(screen.workspace.get_by_role("button", name="Interrupt")).to_have_count(0)
    expect(screen.composer).to_have_value("a draft")


def test_a_permission_is_allowed_from_a_second_page(
    screen: Screen, visit: Callable[[Running], Screen], lab: Running, repository: Path
) -> None:
    screen.add_project(repository)
    screen.new_task("Write a note", "From elsewhere")
    expect(screen.question.get_by_text("Claude wants to write a file")).to_be_visible()
    other = visit(lab)
    other.row("From elsewhere").click()
    expect(other.question.get_by_text("Written in the tour.")).to_be_visible()
    other.press("Allow once")
    for viewer in (screen, other):
        viewer.expect_text("is there; see the changes")
        expect(viewer.question).to_have_count(0)
    workspace = next(w for w in lab.call("GET", "workspaces") if w["name"] == "From elsewhere")
    assert (Path(workspace["worktree_path"]) / "NOTES.md").read_text() == "# Notes\n\nWritten in the tour.\n"
    assert not (repository / "NOTES.md").exists()


def test_a_refusal_reaches_claude_with_its_reason(screen: Screen, repository: Path) -> None:
    screen.add_project(repository)
    screen.new_task("Write a note", "Refused")
    screen.press("Deny")
    screen.question.get_by_label("What should Claude do instead?").fill("Not in this folder.")
    screen.press("Deny")
    screen.expect_text("Not in this folder.")
    expect(screen.question).to_have_count(0)


def test_a_plan_is_sent_back_and_then_approved(screen: Screen, repository: Path) -> None:
    screen.add_project(repository)
    screen.new_task("Make tests/test_simulate.py reliable: it is flaky", "Plan")
    screen.question.get_by_text("Deterministic").click()
    screen.question.get_by_role("button", name="Answer", exact=True).click()
    expect(screen.question.get_by_role("heading", name="Make tests/test_simulate.py reliable")).to_be_visible()
    screen.press("Keep planning")
    screen.question.get_by_label("What should the plan do differently?").fill("Say what stays.")
    screen.press("Keep planning")
    screen.expect_text("Say what stays.")
    expect(screen.question.get_by_text("Take your remark into account")).to_be_visible()
    screen.press("Approve and accept edits")
    # From here on edits need no permission; a command still does.
    expect(screen.question.get_by_text("Claude wants to run a command")).to_be_visible()
    expect(screen.workspace.get_by_role("button", name="Accept edits")).to_be_visible()
    screen.press("Allow for this session")
    screen.expect_text("is reliable now")


def test_messages_queue_while_claude_works_and_wait_after_an_interrupt(screen: Screen, repository: Path) -> None:
    screen.add_project(repository)
    screen.new_task(script({"text": "This goes on and on.", "gate": "never"}), "Queue")
    interrupt = screen.workspace.get_by_role("button", name="Interrupt")
    screen.expect_text("This goes")
    for text in ("one", "two", "three"):
        screen.say(script({"text": f"Answer to {text}."}) if text == "three" else text)
    queue = screen.workspace.get_by_role("list", name="Queued messages")
    expect(queue.get_by_role("listitem")).to_have_count(3)
    queue.get_by_role("listitem").filter(has_text="two").get_by_role("button", name="Take this message back").click()
    expect(queue.get_by_role("listitem")).to_have_count(2)
    queue.get_by_role("listitem").filter(has_text="one").get_by_role("button", name="Edit this message").click()
    queue.get_by_label("Queued message").fill(script({"text": "Answer to the edited one."}))
    queue.get_by_role("button", name="Save").click()
    screen.composer.press("Escape")
    expect(interrupt).to_have_count(0)
    expect(queue.get_by_role("listitem")).to_have_count(2)
    # Nothing starts by surprise after an interrupt; the next word of the person sends all that waits, in order.
    screen.say(script({"text": "Answer to the last."}))
    screen.expect_text("Answer to the edited one.")
    screen.expect_text("Answer to three.")
    screen.expect_text("Answer to the last.")
    expect(queue).to_have_count(0)


def test_a_second_session_has_a_tab_and_survives_a_reload(screen: Screen, repository: Path) -> None:
    screen.add_project(repository)
    screen.new_task(script({"text": "The first answer."}), "Two sessions")
    screen.expect_text("The first answer.")
    screen.workspace.get_by_role("button", name="New session in this workspace").click()
    tabs = screen.workspace.get_by_role("tab")
    expect(tabs).to_have_count(2)
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    screen.say(script({"text": "The second answer."}))
    screen.expect_text("The second answer.")
    screen.reload()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    screen.expect_text("The second answer.")
    tabs.nth(0).click()
    screen.expect_text("The first answer.")
