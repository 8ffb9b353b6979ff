"""The gallery: every component in every state, judged by a machine, driven by keyboard, photographed for people."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

LABEXTENSION = Path(__file__).parents[2] / "labextension"
GALLERY = LABEXTENSION / "dist-gallery"
PICTURES = Path(__file__).parents[2] / "test-results" / "gallery"
THEMES = ["light", "dark", "dark-high-contrast"]
SIZES: dict[str, ViewportSize] = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 420, "height": 900}}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gallery() -> str:
    """Address of the page, built from the sources as they are."""
    subprocess.run(["npm", "run", "--silent", "gallery"], cwd=LABEXTENSION, check=True, timeout=120)
    return (GALLERY / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; whatever it complains of, and every address outside it asks for, fails the test."""
    context = browser.new_context(viewport=SIZES["wide"], locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda message: troubles.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("request", lambda sent: None if sent.url.startswith(("file:", "data:")) else troubles.append(sent.url))
    yield page
    context.close()
    assert troubles == []


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_hard_to_see_or_to_reach(page: Page, gallery: str, theme: str) -> None:
    page.goto(f"{gallery}?theme={theme}")
    expect(page.locator("#chat-hostile")).to_be_visible()
    page.wait_for_function("document.querySelectorAll('.jp-mod-inert').length === 0")
    page.add_script_tag(path=str(GALLERY / "axe.min.js"))
    found = page.evaluate(
        """async () => {
          const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
          const result = await axe.run('main', { runOnly: tags, preload: false });
          return result.violations.flatMap(({ id, impact, nodes }) =>
            nodes.map(node => `${id} (${impact}): ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`));
        }"""
    )
    assert found == []


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "wide"), ("light", "narrow")])
def test_pictures_for_people(page: Page, gallery: str, theme: str, size: str) -> None:
    page.set_viewport_size(SIZES[size])
    page.goto(f"{gallery}?theme={theme}")
    expect(page.locator("#chat-hostile")).to_be_visible()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for section in page.locator(".gallery-section").all():
        section.screenshot(path=PICTURES / f"{section.get_attribute('id')}-{theme}-{size}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out sideways"


def test_text_of_others_stays_text(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}?section=chat-hostile")
    text = page.locator("#chat-hostile .jp-Factory-markdown")
    expect(text).to_contain_text("a remote picture")
    for element in ("img", "script", "style", "form", "input", "iframe", "[onclick]", "[style]"):
        expect(text.locator(element)).to_have_count(0)
    links = text.locator("a[href]")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator("#chat-hostile")).to_contain_text("<b>not html</b>")


def test_a_question_ignores_what_was_meant_for_the_one_before(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}?section=chat-permission")
    card = page.locator("#chat-permission [data-question]")
    allow = card.get_by_role("button", name="Allow once")
    allow.dispatch_event("click")
    expect(allow).not_to_have_attribute("aria-busy", "true")
    page.wait_for_function("document.querySelectorAll('.jp-mod-inert').length === 0")
    allow.focus()
    page.keyboard.press("3")
    expect(card.get_by_placeholder("What should Claude do instead?")).to_be_focused()
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Allow once").focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("button", name="Allow once")).to_have_attribute("aria-busy", "true")


def test_a_menu_and_a_form_by_keyboard(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}?section=chat-finished")
    composer = page.get_by_role("combobox", name="Message to Claude")
    composer.fill("/com")
    expect(page.get_by_role("option", name="/compact")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("/compact ")
    composer.press_sequentially("see @io")
    expect(page.get_by_role("option", name="photonlab/io.py")).to_be_visible()
    page.keyboard.press("Tab")
    expect(composer).to_have_value("/compact see @photonlab/io.py ")
    mode = page.get_by_role("button", name="Permission mode")
    mode.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="Ask Asks")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_role("menuitemradio", name="Plan Reads")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mode).to_be_focused()


def test_ten_thousand_blocks_are_drawn_a_few_at_a_time(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}?section=chat-huge")
    view = page.locator("#chat-huge [role=log]")
    expect(view).to_contain_text("Done with this one.")
    rows = page.locator("#chat-huge .jp-Factory-list-row")
    assert rows.count() < 80
    at_end = """() => {
      const view = document.querySelector('#chat-huge [role=log]');
      return view.scrollHeight - view.scrollTop - view.clientHeight < 2;
    }"""
    page.wait_for_function(at_end)
    view.evaluate("el => { el.scrollTop = el.scrollHeight / 2 }")
    latest = page.get_by_role("button", name="Jump to latest")
    expect(latest).to_be_visible()
    assert rows.count() < 80
    expect(rows.first).to_be_attached()
    latest.click()
    expect(latest).to_be_hidden()
    page.wait_for_function(at_end)


def open_and_listen(page: Page, address: str) -> None:
    """Open a section; what its components send is kept in `sent`."""
    page.goto(address)
    page.evaluate("window.sent = []; document.addEventListener('sent', event => window.sent.push(event.detail))")
    page.wait_for_function("document.querySelectorAll('.jp-mod-inert').length === 0")


def sent(page: Page) -> Any:
    """What was sent since, without the ids that a browser makes up."""
    frames = page.evaluate("window.sent.splice(0)")
    return [{key: value for key, value in frame.items() if key != "id"} for frame in frames]


def test_what_the_composer_sends(page: Page, gallery: str) -> None:
    open_and_listen(page, f"{gallery}?section=chat-streaming")
    composer = page.get_by_role("combobox", name="Message to Claude")
    composer.press_sequentially("first line")
    page.keyboard.press("Shift+Enter")
    composer.press_sequentially("second line")
    page.reload()
    open_and_listen(page, page.url)
    expect(composer).to_have_value("first line\nsecond line")
    composer.focus()
    page.keyboard.press("Enter")
    expect(composer).to_have_value("")
    assert sent(page) == [{"type": "say", "text": "first line\nsecond line", "attachments": []}]
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    assert sent(page) == [{"type": "set_permission_mode", "permission_mode": "acceptEdits"}, {"type": "interrupt"}]


def test_files_go_along_or_say_why_not(page: Page, gallery: str) -> None:
    open_and_listen(page, f"{gallery}?section=chat-finished")
    files: list[FilePayload] = [
        {"name": "notes.md", "mimeType": "text/markdown", "buffer": "grüße".encode()},
        {"name": "program.bin", "mimeType": "application/octet-stream", "buffer": b"\x00\x01"},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("alert")).to_contain_text("program.bin is neither a picture")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Remove notes.md")).to_be_hidden()
    attachment = {"name": "notes.md", "media_type": "text/plain", "data": "Z3LDvMOfZQ=="}
    assert sent(page) == [{"type": "say", "text": "", "attachments": [attachment]}]


def test_questions_are_answered_by_keyboard(page: Page, gallery: str) -> None:
    open_and_listen(page, f"{gallery}?section=chat-ask")
    page.get_by_role("combobox", name="Message to Claude").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("2")
    page.get_by_role("button", name="Next").press("Enter")
    page.get_by_role("checkbox", name="peaks.ipynb").press("Space")
    page.get_by_role("checkbox", name="Other").press("Space")
    page.get_by_role("textbox", name="Your own answer").fill("all new ones")
    page.get_by_role("button", name="Answer", exact=True).press("Enter")
    [answer] = sent(page)
    assert answer["behavior"] == "allow"
    assert answer["answers"] == {
        "In which format should the cached spectra be written?": "Parquet",
        "Which notebooks should use the cache?": ["peaks.ipynb", "all new ones"],
    }


def test_a_plan_is_approved_or_sent_back(page: Page, gallery: str) -> None:
    open_and_listen(page, f"{gallery}?section=chat-plan")
    page.get_by_role("button", name="Keep planning").click()
    page.get_by_role("textbox", name="What should the plan do differently?").fill("Keep fit_one")
    page.get_by_role("button", name="Keep planning").click()
    [answer] = sent(page)
    assert (answer["behavior"], answer["message"]) == ("deny", "Keep fit_one")
    open_and_listen(page, f"{gallery}?section=chat-plan")
    page.get_by_role("button", name="Approve and accept edits").click()
    [answer] = sent(page)
    assert (answer["behavior"], answer["permission_mode"]) == ("allow", "acceptEdits")


def test_queued_messages_can_be_changed_and_taken_back(page: Page, gallery: str) -> None:
    open_and_listen(page, f"{gallery}?section=chat-permission")
    page.get_by_role("button", name="Edit this message").first.click()
    page.get_by_role("textbox", name="Queued message").fill("then update the CHANGELOG")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take this message back").last.click()
    assert sent(page) == [{"type": "edit_queued", "text": "then update the CHANGELOG"}, {"type": "cancel_queued"}]


def test_who_reads_above_is_not_pulled_down_by_what_streams(page: Page, gallery: str) -> None:
    page.set_viewport_size({"width": 560, "height": 900})
    page.goto(f"{gallery}?section=chat-flood")
    view = page.locator("#chat-flood [role=log]").first
    follows = """() => {
      const view = document.querySelector('#chat-flood [role=log]');
      return view.scrollHeight > 900 && view.scrollHeight - view.scrollTop - view.clientHeight < 2;
    }"""
    page.wait_for_function(follows)
    view.hover()
    latest = page.locator("#chat-flood .jp-Factory-latest").first
    for _ in range(5):
        page.mouse.wheel(0, -60)
    expect(latest).to_be_visible()
    # A wheel's scrolling goes on for some frames.
    top = view.evaluate("""view => new Promise(resolve => {
      const look = (before, frames) => requestAnimationFrame(() =>
        frames === 0 ? resolve(before) : look(view.scrollTop, view.scrollTop === before ? frames - 1 : 20));
      look(view.scrollTop, 20);
    })""")
    grown = view.evaluate("el => el.scrollHeight") + 60
    page.wait_for_function(f"document.querySelector('#chat-flood [role=log]').scrollHeight > {grown}")
    assert abs(view.evaluate("el => el.scrollTop") - top) < 2
    latest.click()
    expect(latest).to_be_hidden()
