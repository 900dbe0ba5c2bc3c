"""The list of calls in the browser: filters in the address, words marked, keys, saved searches, files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import AsRole, WebSite

pytestmark = pytest.mark.web

ROWS = "table.rows tbody tr[data-row]"


@pytest.mark.parametrize(("language", "count"), [("zh", "通通话"), ("en", "calls")])
def test_calls_are_searched_opened_kept_and_taken_away(language: str, count: str, as_role: AsRole) -> None:
    tab = as_role("supervisor", language)
    tab.goto("/calls")
    expect(tab.locator(ROWS).first).to_be_visible()
    expect(tab.locator("[data-count]")).to_contain_text(count)

    tab.keyboard.press("/")  # the search has the focus; Enter asks
    tab.keyboard.type("您好")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/calls\?words=[^&]*$"))  # no filter that is not set
    expect(tab.locator(f"{ROWS} mark").first).to_have_text("您好")
    expect(tab.locator(".chip")).to_have_count(1)

    tab.select_option("select[name=outcome]", "answered")
    tab.click("[data-do=search]")
    expect(tab.locator("a.chip")).to_have_count(3)  # two filters, and all of them
    tab.locator(".menu > summary").click()
    tab.fill("input[name=title]", f"mine {language}")
    tab.click("[data-do=keep-search]")
    tab.wait_for_load_state()
    tab.locator(".menu > summary").click()
    kept = tab.locator(".menu-line a", has_text=f"mine {language}")
    expect(kept).to_have_attribute("href", re.compile("outcome=answered"))
    tab.keyboard.press("Escape")
    expect(kept).to_be_hidden()
    with tab.expect_download() as taken:
        tab.click("[data-do=export-csv]")
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) > 1 and "," in lines[0]

    tab.locator("a.chip", has_text="您好").click()
    expect(tab.locator("a.chip")).to_have_count(1)
    expect(tab.locator(ROWS).first).to_be_visible()
    tab.keyboard.press("j")
    first = tab.locator(ROWS).first.get_attribute("data-href") or ""
    assert re.match(r"/calls/\d+\?outcome=answered$", first)  # the next call there is the next of this list
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{first}")


def test_what_is_typed_is_only_looked_for(site: WebSite, as_role: AsRole) -> None:
    tab = as_role("qa", "en")
    for typed in ("<img src=x onerror=alert(1)>", "' OR 1=1 -- \"", "NEAR(a b)/2 *", "{agent}: x", "-hello", "x" * 300):
        tab.goto("/calls")
        tab.fill("input[name=words]", typed)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**words=*")
        expect(tab.locator(".empty, .rows-around").first).to_be_visible()
        assert tab.locator("main img").count() == 0
        assert tab.input_value("input[name=words]") == typed


def test_pages_of_the_list_lead_on_and_back_and_an_agent_sees_his_own(site: WebSite, as_role: AsRole) -> None:
    tab = as_role("supervisor", "en")
    tab.goto("/calls?sort=talk")
    first = tab.locator(ROWS).first.get_attribute("data-href")
    tab.click("a[rel=next]")
    tab.wait_for_url("**after=*")
    expect(tab.locator(ROWS).first).not_to_have_attribute("data-href", first or "")
    tab.click("a[rel=prev]")
    tab.wait_for_url("**before=*")
    expect(tab.locator(ROWS).first).to_have_attribute("data-href", first or "")
    with site.client("agent", "en") as own, site.client("qa", "en") as qa:
        me = own.get("/api/v1/session").json()["agent"]
        assert {one["agent"] for one in own.get("/api/v1/calls?limit=200").json()["calls"]} <= {me, ""} or me
        shown = [one["caller"] for one in qa.get("/api/v1/calls").json()["calls"] if one["caller"]]
        assert shown and all("*" in one for one in shown)
        assert own.get("/api/v1/calls/export").status_code == 403
        for wrong in ("after=x", "since=never", "score_min=nan", "verdict=hit", "words=-x", "caller=12"):
            answer = qa.get(f"/api/v1/calls?{wrong}")
            assert answer.status_code == 422, wrong
