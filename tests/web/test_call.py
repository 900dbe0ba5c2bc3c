"""The page of a call: it plays, the words follow, clicks and keys lead to places, hits are where the verdicts say."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ivr.storage import audit
from ivr.storage.database import Database
from tests.web.conftest import AsRole, WebSite
from tests.web.examples import newest_calls

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]  # the first starts console and browser

WORDS = {
    "zh": ("播放", "暂停", ["文字", "过程", "规则", "声音", "队列", "录音", "来电者"]),
    "en": ("Play", "Pause", ["Words", "Story", "Rules", "Sound", "Queues", "Files", "Caller"]),
}


def with_sound(site: WebSite) -> dict[str, Any]:
    """The newest call that has sound, words, and verdicts with a place."""
    with site.client("qa", "en") as client:
        for number in newest_calls(site, 6):
            found: dict[str, Any] = client.get(f"/api/v1/calls/{number}").json()
            places = [one for one in found["verdicts"]["findings"] if one["located"]]
            if found["sound"]["state"] == "ready" and found["transcript"]["utterances"] and places:
                return found
    raise AssertionError("no call with sound")


def at(tab: Page) -> float:
    return float(tab.evaluate("document.querySelector('ivr-player').sound.at"))


def listened(site: WebSite, call: int) -> list[tuple[str, str]]:
    async def rows(database: Database) -> list[tuple[str, str]]:
        async with database.read() as session:
            found = await audit.list_rows(session, objects=[f"call:{call}"], action="listen")
            return [(row.actor, row.detail["opening"]) for row in found]

    return site.run(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_call_is_heard_read_and_gone_through_by_keys(language: str, site: WebSite, as_role: AsRole) -> None:
    call = with_sound(site)
    play, pause, panes = WORDS[language]
    before = len(listened(site, call["id"]))
    tab = as_role("qa", language, color_scheme="dark" if language == "en" else "light")
    tab.goto(f"/calls/{call['id']}")
    expect(tab.locator("ivr-player[data-ready]")).to_be_visible()
    assert tab.locator("[role=tab]").all_inner_texts() == panes
    assert len(listened(site, call["id"])) == before, "to look is not to listen"

    tab.keyboard.press("Space")
    tab.wait_for_function("document.querySelector('ivr-player audio').currentTime > 0.4")
    expect(tab.get_by_role("button", name=pause, exact=True)).to_be_visible()
    tab.keyboard.press("Space")
    expect(tab.get_by_role("button", name=play, exact=True)).to_be_visible()
    tab.wait_for_function("document.querySelector('ivr-player audio').paused")
    length = tab.evaluate("document.querySelector('ivr-player audio').duration")
    assert length == pytest.approx(call["sound"]["seconds"], abs=0.01)

    said = call["transcript"]["utterances"][-1]
    tab.locator(".tr-line[data-start]").last.locator(".tr-word").first.click()
    assert at(tab) == pytest.approx(said["words"][0]["start"], abs=0.02), "a click on a word leads there"
    expect(tab.locator(".tr-line[aria-current]")).to_have_attribute("data-start", str(said["start"]))
    expect(tab.locator(".tr-word.now")).to_have_text(said["words"][0]["text"].strip())
    expect(tab.get_by_role("slider", name=tab.evaluate("document.querySelector('ivr-player').say.position"))
           ).to_have_attribute("aria-valuenow", f"{said['start']:.1f}")  # fmt: skip

    here = at(tab)
    tab.keyboard.press("ArrowLeft")
    assert at(tab) == pytest.approx(here - 5, abs=0.02)
    tab.keyboard.press("Shift+ArrowRight")
    assert at(tab) == pytest.approx(here - 4, abs=0.02)
    tab.keyboard.press("Home")
    tab.keyboard.press("n")
    places = sorted({one["at"] for one in call["verdicts"]["findings"] if one["at"] is not None})
    assert at(tab) == pytest.approx(places[0] - 0.3, abs=0.02)
    tab.keyboard.press("n")
    assert at(tab) == pytest.approx(next(one for one in places if one > places[0] + 0.05) - 0.3, abs=0.02)
    tab.keyboard.press("+")
    assert tab.evaluate("document.querySelector('ivr-player audio').playbackRate") == 1.25
    tab.keyboard.press("-")
    tab.evaluate("window.dispatchEvent(new CustomEvent('seek', {detail: {seconds: 3.5}}))")
    assert at(tab) == pytest.approx(3.5, abs=0.02), "as the scorecard asks for it"

    tab.locator("[data-mute='0']").click()
    assert tab.evaluate("document.querySelector('ivr-player').sound.gains.map((one) => one.gain.value)")[0] == 0
    tab.locator("[data-mute='0']").click()
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    rows = listened(site, call["id"])
    assert len(rows) == before + 1 and rows[0][0] == f"qa-{language}" and rows[0][1], "one opening, many requests"
    assert tab.evaluate("document.documentElement.scrollHeight <= innerHeight"), "one screen without scrolling"


def test_hits_stand_where_the_verdicts_say_at_every_zoom(site: WebSite, as_role: AsRole) -> None:
    call = with_sound(site)
    tab = as_role("supervisor", "en")
    tab.goto(f"/calls/{call['id']}")
    expect(tab.locator(".pl-hit").first).to_be_visible()
    verdicts = [one for one in call["verdicts"]["findings"] if one["at"] is not None]
    axis = "document.querySelector('ivr-player').axis"
    for zoom in (False, True):
        if zoom:
            tab.evaluate("(at) => document.querySelector('ivr-player').seek(at)", verdicts[0]["at"])
            tab.keyboard.press("i")
            tab.keyboard.press("i")
        shown = tab.evaluate(
            f"""() => {{ const axis = {axis}; const pl = axis.element.getBoundingClientRect();
            return [...axis.hits.querySelectorAll(".pl-tick")].map((tick) =>
                axis.time(tick.getBoundingClientRect().left - pl.left)).sort((a, b) => a - b); }}"""
        )
        start, end = tab.evaluate(f"[{axis}.from, {axis}.to]")
        assert zoom == (end - start < call["duration"] / 3)
        edge = (end - start) / 300 if zoom else -0.1  # what stands on the very edge may be in or out
        wanted = sorted(one["at"] for one in verdicts if start + edge < one["at"] < end - edge)
        shown = [moment for moment in shown if start + edge < moment < end - edge]
        assert wanted and shown == pytest.approx(wanted, abs=(end - start) / 500)
    button = tab.locator(".pl-hit").first
    rule = next(one for one in verdicts if one["rule"] == button.get_attribute("data-rule"))
    assert rule["title"] in str(button.get_attribute("title"))
    button.click()
    assert at(tab) == pytest.approx(rule["at"] - 0.3, abs=0.02)


def test_the_next_call_of_a_list_is_a_key_away(site: WebSite, as_role: AsRole) -> None:
    first, second = newest_calls(site, 2)
    tab = as_role("qa", "en")
    tab.goto(f"/calls/{first}?outcome=answered")
    expect(tab.locator("ivr-player[data-ready]")).to_be_visible()
    tab.keyboard.press("j")
    tab.wait_for_url(f"**/calls/{second}?outcome=answered")
    expect(tab.locator("ivr-player[data-ready]")).to_be_visible()
    tab.keyboard.press("k")
    tab.wait_for_url(f"**/calls/{first}?outcome=answered")
