"""A server that goes away under an open page, and comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from factory_jupyter.demo.sample_project import make_sample_project
from tests.browser.screen import Screen, script
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.real_claude, pytest.mark.slow]

# What a page must complain of while there is no server: its own sockets and JupyterLab's.
GONE = [r"ERR_CONNECTION_REFUSED|WebSocket connection to|Failed to fetch|NetworkError|Connection (closed|lost)"]


def test_what_is_said_while_the_server_is_away_is_sent_when_it_is_back(
    start_lab: Callable[..., Running], visit: Callable[[Running], Screen]
) -> None:
    lab = start_lab()
    screen = visit(lab)
    screen.add_project(make_sample_project(lab.folder / "root" / "project"))
    screen.new_task(script({"text": "Before."}), "Back again")
    screen.expect_text("Before.")
    screen.expected += GONE
    lab.stop()
    expect(screen.workspace.get_by_text("Connection lost.")).to_be_visible()
    # JupyterLab's own dialog says the same; what we show must not need it.
    screen.page.keyboard.press("Escape")
    screen.say(script({"text": "After."}))
    expect(screen.workspace.get_by_text("1 message is kept here until it is sent")).to_be_visible()

    start_lab(again=lab)
    # What the browser does when its network is back; without it, the next attempt comes within 30 s.
    screen.page.evaluate("window.dispatchEvent(new Event('online'))")
    screen.expect_text("After.")
    expect(screen.answers("Before.")).to_have_count(1)
    expect(screen.workspace.get_by_text("Connection lost.")).to_have_count(0)
    expect(screen.panel.get_by_text("Connection lost.")).to_have_count(0)
