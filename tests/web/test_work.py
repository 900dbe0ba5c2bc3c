"""People's work in the browser: from an agent's objection to the note he acknowledges, by people of both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from ivr.storage.database import Database
from recording.review import reviews
from recording.scorecards import Outcome
from tests.web.conftest import AsRole, WebSite

pytestmark = pytest.mark.web

SLOW = 20_000  # milliseconds: a panel is drawn again


def one_nobody_has_looked_at(client: httpx.Client) -> tuple[int, dict[str, Any]]:
    """A call of the agent's that no person has scored, and an item the machine has a value for."""
    for call in client.get("/api/v1/my-work/own").json()["calls"]:
        card = client.get(f"/api/v1/reviews/cards/{call['call']}?agent=li-wei").json()
        for one in card["items"]:
            if one["automatic"] in {"pass", "fail"} and not (card["review"] or card["disputes"]):
                return call["call"], one
    raise AssertionError("no call of the agent's was judged")


def score(site: WebSite, card: dict[str, Any], but: str) -> None:
    """Pass all open items of a draft but one, at once: by the API it would take a request each."""

    async def judge(database: Database) -> None:
        async with database.write() as session:
            for item in card["open"]:
                if item != but:
                    by, now = card["draft"]["reviewer"], datetime.now(UTC)
                    await reviews.judge_item(session, card["draft"]["id"], item, Outcome.PASS, by=by, now=now)

    site.run(judge)


def answered(tab: Tab, words: str, field: str = "reason") -> None:
    """Fill a dialog and confirm it."""
    tab.locator(f"[name=ask-{field}]").fill(words)
    tab.locator("[data-do=confirm]").click()


@pytest.mark.timeout(300)  # the first test of a process pays for the console's start
def test_from_an_objection_over_a_blind_review_to_the_note(site: WebSite, as_role: AsRole) -> None:
    with site.client("agent", "zh") as agent:
        call, chosen = one_nobody_has_looked_at(agent)
    item = chosen["item"]
    with site.client("qa", "zh") as first:  # a person has scored it, so that a third must decide
        card = first.post(f"/api/v1/reviews/cards/{call}", json={"agent": "li-wei"}).json()
        draft = card["draft"]["id"]
        value = {"item": item, "value": "fail", "reason": "没说 / not said"}
        assert first.post(f"/api/v1/reviews/{draft}/items", json=value).status_code == 200
        assert first.post(f"/api/v1/reviews/{draft}/submit", json={"leave_open": True}).status_code == 200

    tab = as_role("agent", "zh")
    tab.goto(f"/calls/{call}?agent=li-wei")
    button = tab.locator(f'tr[data-item="{item}"] [data-do=dispute]')
    expect(button).to_have_text("申诉")
    button.click()
    answered(tab, "我说了 / I said it")
    expect(tab.locator("[data-part=card] [data-dispute]")).to_contain_text(chosen["title"], timeout=SLOW)
    number = tab.locator("[data-part=card] [data-dispute]").get_attribute("data-dispute")

    tab = as_role("qa", "en")
    tab.goto("/")
    take = tab.locator(f"[data-part=disputes] [data-dispute='{number}'] [data-do=dispute-take]")
    expect(take).to_have_text("Take it and score blind")
    waiting = tab.locator(f"[data-part=disputes] [data-dispute='{number}']")
    expect(waiting.locator("b")).to_have_text(f"#{number}")  # not which item, nor why
    expect(waiting.locator(".words")).to_have_count(0)
    take.click()
    expect(tab.locator("[data-part=blind]")).to_be_visible(timeout=SLOW)
    expect(tab.locator("[data-part=panel] [data-part=score]")).to_have_count(0)
    expect(tab.locator("[data-part=panel] [data-dispute]")).not_to_contain_text("I said it")
    with site.client("qa", "en") as second:
        blind = second.get(f"/api/v1/reviews/cards/{call}?agent=li-wei").json()
        assert blind["blind"] and all(one["automatic"] is None for one in blind["items"])
    score(site, blind, but=item)
    tab.reload()
    tab.locator(f'tr[data-item="{item}"] select').select_option("pass")
    expect(tab.locator("[data-part=to-judge]")).to_be_hidden(timeout=SLOW)
    tab.locator("[data-do=review-submit]").click()
    tab.locator("[data-do=confirm]").click()
    expect(tab.locator("[data-part=score]")).to_be_visible(timeout=SLOW)

    tab = as_role("supervisor", "zh")
    tab.goto("/")
    change = tab.locator(f"[data-part=disputes] [data-dispute='{number}'] [data-do=dispute-change]")
    expect(change).to_have_text("裁定更改")
    change.click()
    answered(tab, "0:02")
    expect(change).to_have_count(0, timeout=SLOW)
    tab.goto(f"/calls/{call}?agent=li-wei")
    expect(tab.locator(f'tr[data-item="{item}"] td').last).to_have_text("✓")
    coach = tab.locator("[data-do=note-coaching]")
    expect(coach).to_have_text("辅导")
    coach.click()
    answered(tab, "<b>请放慢 / slower</b>", "text")
    expect(tab.locator("[data-part=card] [data-note]").last).to_contain_text("<b>请放慢 / slower</b>", timeout=SLOW)

    tab = as_role("agent", "en")
    tab.goto("/")
    mine = tab.locator("[data-part=notes] [data-note]").filter(has_text="slower")
    expect(mine.locator("[data-do=note-acknowledge]")).to_have_text("Acknowledge it")
    mine.locator("[data-do=note-acknowledge]").click()
    answered(tab, "明白 / I see", "answer")
    expect(mine.locator("[data-do=note-acknowledge]")).to_have_count(0, timeout=SLOW)
    expect(mine).to_contain_text("I see")


def test_a_complaint_is_registered_beside_the_call_and_answered(site: WebSite, as_role: AsRole) -> None:
    with site.client("agent", "en") as agent:
        call = agent.get("/api/v1/my-work/own").json()["calls"][0]["call"]
    tab = as_role("supervisor", "en")
    tab.goto(f"/calls/{call}?agent=li-wei")
    tab.locator("[data-do=new-complaint]").click()
    tab.locator("[name=ask-agent]").select_option("li-wei")
    answered(tab, "rude <img src=x>", "text")
    link = tab.locator("[data-part=casework] a", has_text="rude <img src=x>")
    expect(link).to_be_visible(timeout=SLOW)
    link.click()
    state = tab.locator("[data-part=state]")
    expect(state).to_have_text("registered")
    expect(tab.locator(".due")).to_contain_text("in 1 d 23 h")
    tab.locator("[data-do=complaint-investigate]").click()
    answered(tab, "he was", "findings")
    expect(state).to_have_text("being investigated", timeout=SLOW)
    tab.locator("[data-do=complaint-answer]").click()
    tab.locator("[name=ask-cause]").select_option("attitude")
    answered(tab, "We are sorry.", "text")
    expect(state).to_have_text("answered, to be followed up", timeout=SLOW)
    expect(tab.locator(".tag.good")).to_have_text("first answer within 48 h")
