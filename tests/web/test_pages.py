"""Every page, in both languages: it opens, says what it is, has what screen readers and keyboards need."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from ivr.console.page import Page
from ivr.console.pages import pages
from ivr.console.security.permissions import ALLOWED, Role
from tests.web.conftest import AsRole, WebSite
from tests.web.examples import address

pytestmark = pytest.mark.web

PAGES = pages()
AXE: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


def who_sees(page: Page) -> str:
    """A role that may see a page: the first of those who work there."""
    for role in (Role.QA, Role.SUPERVISOR, Role.ADMIN, Role.AGENT):
        if not page.permissions or not ALLOWED[role].isdisjoint(page.permissions):
            return role.value
    raise AssertionError(f"nobody may see {page.path}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_opens_in_its_language_and_can_be_used_by_everybody(
    page: Page, language: str, site: WebSite, as_role: AsRole
) -> None:
    scheme = "dark" if language == "en" else "light"  # both themes are looked at without twice the time
    tab = as_role(who_sees(page), language, color_scheme=scheme)
    answer = tab.goto(address(site, page.path))
    assert answer is not None and answer.status == 200
    expect(tab.locator("[data-ready]").first).to_be_visible()
    expect(tab).to_have_title(re.compile(re.escape(page.title.within(language))))
    assert tab.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en-US")
    if language == "en":
        assert not chinese_in(tab), "Chinese on an English page"
    found = Axe().run(tab, options=AXE)
    faults = [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert not faults, faults


def chinese_in(tab: Tab) -> str:
    """Words of the page's own that are left in Chinese: what people said or are called does not count."""
    script = """() => [...document.querySelectorAll("button, th, label, h1, h2, h3, summary, .side-link")]
        .filter((one) => !one.closest("[data-words]") && !one.lang).map((one) => one.innerText).join("\\n")"""
    text = re.sub(r"中文", "", tab.evaluate(script))
    return "".join(re.findall(r".*[\u4e00-\u9fff].*", text))


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_the_navigation_has_what_the_role_may_see_and_nothing_else(role: str, site: WebSite, as_role: AsRole) -> None:
    tab = as_role(role, "en")
    tab.goto("/")
    allowed = ALLOWED[Role(role)]
    wanted = {
        page.path
        for page in PAGES
        if page.icon and "{" not in page.path and (not page.permissions or allowed & set(page.permissions))
    }
    links = tab.locator(".side-link")
    assert {links.nth(at).get_attribute("href") for at in range(links.count())} == wanted


def test_keys_lead_to_pages(as_role: AsRole) -> None:
    tab = as_role("admin", "en")
    tab.goto("/")
    expect(tab.locator("[data-ready]").first).to_be_visible()
    page = next(page for page in PAGES if page.key and page.path != "/")
    tab.keyboard.press("g")
    tab.keyboard.press(page.key)
    tab.wait_for_url(f"**{page.path}")


def test_language_and_theme_are_switched_at_the_top_and_kept(as_role: AsRole) -> None:
    tab = as_role("supervisor", "en")
    tab.goto("/")
    expect(tab.locator("[data-ready]").first).to_be_visible()
    tab.click("[data-do=language]")
    expect(tab.locator("html")).to_have_attribute("lang", "zh-CN")
    tab.click("[data-do=language]")
    expect(tab.locator("html")).to_have_attribute("lang", "en-US")
    # What the browser has is light already: the button's sign tells that the page is a new one.
    for theme, shade in (("light", "light"), ("dark", "dark"), ("auto", "light")):
        tab.click("[data-do=theme]")
        expect(tab.locator("[data-do=theme] i")).to_have_text("brightness_auto" if theme == "auto" else f"{theme}_mode")
        expect(tab.locator("body")).to_have_class(re.compile(f"body--{shade}"))


def test_nobody_sees_anything_without_logging_in(site: WebSite, as_role: AsRole) -> None:
    tab = as_role("", "en")
    for page in PAGES:
        if page.path in {"/login", "/welcome"}:
            continue
        tab.goto(address(site, page.path))
        assert re.match(rf"{re.escape(site.url)}/login(\?|$)", tab.url), page.path
