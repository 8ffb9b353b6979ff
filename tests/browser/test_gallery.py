"""The gallery: every component in every state, in three themes and two widths, judged by a machine and seen by people."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

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
    expect(page.get_by_role("menuitemradio", name="Ask")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_role("menuitemradio", name="Plan")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mode).to_be_focused()


def test_ten_thousand_blocks_are_drawn_a_few_at_a_time(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}?section=chat-huge")
    view = page.locator("#chat-huge [role=log]")
    expect(view).to_contain_text("Done with this one.")
    rows = page.locator("#chat-huge .jp-Factory-list-row")
    assert rows.count() < 80
    at_end = "el => el.scrollHeight - el.scrollTop - el.clientHeight < 2"
    assert view.evaluate(at_end), "it opens at its end"
    view.evaluate("el => { el.scrollTop = el.scrollHeight / 2 }")
    latest = page.get_by_role("button", name="Jump to latest")
    expect(latest).to_be_visible()
    assert rows.count() < 80
    expect(rows.first).to_be_attached()
    latest.click()
    expect(latest).to_be_hidden()
    page.wait_for_function(f"({at_end})(document.querySelector('#chat-huge [role=log]'))")
