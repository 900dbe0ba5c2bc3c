"""Trends, rules and the knowledge base in the browser: figures, filters, tests on click, hostile articles."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.web.conftest import AsRole, WebSite

pytestmark = pytest.mark.web

HOSTILE = '<img src=x onerror="document.title=1"> {{7*7}}'
FORMULA = {"zh": "请求人工的来电数", "en": "calls that asked for an agent"}
VIEWS = ("load", "scores", "items", "surveys", "sheet")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_trends_show_figures_with_formulas_and_can_be_narrowed(language: str, site: WebSite, as_role: AsRole) -> None:
    tab = as_role("supervisor", language)
    tab.goto("/trends?period=30d")
    expect(tab.locator(".figure").nth(1)).to_have_attribute("title", re.compile(FORMULA[language]))
    expect(tab.locator("canvas").first).to_be_visible()
    rows = tab.locator("main > table.rows tbody tr, main .rows-around:visible tbody tr")
    with site.client("supervisor", language) as client:
        told = client.get("/api/v1/trends/traffic", params={"period": "30d", "by": "queue"}).json()
    expect(tab.locator(".figure b").first).to_have_text(f"{told['whole']['asked']:,}")
    expect(rows.first).to_contain_text(told["rows"][0]["name"])
    tab.locator('select[name="queue"]').select_option(told["rows"][0]["name"])
    expect(tab.locator(".figure b").first).to_have_text(f"{told['rows'][0]['asked']:,}")
    assert "queue=" in tab.url
    tab.locator("details summary").first.click()
    expect(tab.locator("details[open] table.rows tbody tr").first).to_be_visible()
    for view in VIEWS:
        answer = tab.goto(f"/trends?view={view}&period=30d")
        assert answer is not None and answer.status == 200
        expect(tab.locator("[data-ready]").first).to_be_visible()
        expect(tab.locator('.tabs a[aria-current="page"]')).to_have_attribute("href", re.compile(view))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rulebook_is_tested_and_a_phrase_is_tried(language: str, as_role: AsRole) -> None:
    tab = as_role("qa", language)
    tab.goto("/rules/b/ko-kr/hold-ask")
    tab.locator('[data-do="tests"]').click()
    expect(tab.locator('[data-part="tests"] table.rows tbody tr').first).to_be_visible()
    expect(tab.locator('[data-part="tests"] .bad')).to_have_count(0)
    tab.goto("/rules/try?language=zh-CN")
    tab.locator('textarea[name="phrases"]').fill("请您稍等\n麻烦您稍等一下")
    tab.locator('textarea[name="text"]').fill("好的，请您稍等，我马上查询")
    tab.locator('[data-do="try-text"]').click()
    expect(tab.locator('[data-part="text"] .verdict.good')).to_be_visible()
    tab.locator('input[name="call"]').fill("999999")
    tab.locator('[data-do="try-call"]').click()
    expect(tab.locator(".q-notification")).to_contain_text("999999")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_article_is_written_found_and_read_as_text(language: str, as_role: AsRole) -> None:
    tab = as_role("qa", language)
    slug = f"hostile-{language}"
    tab.goto("/knowledge/new")
    tab.locator('input[name="slug"]').fill(slug)
    tab.locator('select[name="state"]').select_option("published")
    tab.locator('input[name="norms"]').fill("c7")
    tab.locator('input[name="title-en-US"]').fill(f"Waiting {HOSTILE}")
    tab.locator('textarea[name="body-en-US"]').fill(f"# Before\n> {HOSTILE}\n- one\n- two")
    tab.locator('[data-do="save"]').click()
    tab.wait_for_url(f"**/knowledge/a/{slug}")
    reads(tab)
    other = as_role("agent", language)
    other.goto("/knowledge?norm=C7")
    link = other.locator(f'a[href="/knowledge/a/{slug}"]')
    expect(link.first).to_contain_text("<img src=x")
    link.first.click()
    reads(other)
    expect(other.locator('[data-do="retired"]')).to_have_count(0)


def reads(tab: Tab) -> None:
    """The article's parts are elements, what stands in them is text."""
    expect(tab.locator("article blockquote")).to_have_text(HOSTILE)
    expect(tab.locator("article h3")).to_have_text("Before")
    expect(tab.locator("article li")).to_have_count(2)
    expect(tab.locator("article img")).to_have_count(0)
    assert tab.title() != "1"
