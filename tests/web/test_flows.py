"""Flows, business hours and health in the browser: drawn, tried by buttons, switched, rolled back, done again."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from dialplan.loading import load_site
from ivr.call.versions import Snapshot, VersionStore, load_edition
from ivr.core.settings import Settings
from ivr.storage import audit, hours
from ivr.storage.database import Database
from ivr.storage.models import Audit, Call, HoursSwitch, Job
from tests.web.conftest import CENTRE, AsRole, WebSite

pytestmark = pytest.mark.web

WORDS = {
    "en": ("seconds to wait for a key (A9)", "the line hangs up", "pause_limit: was 120, now 77"),
    "zh": ("等待按键的秒数（A9）", "系统挂机", "pause_limit：原为 120，现为 77"),
}


def keep(settings: Settings, folder: Path, *, forced: bool) -> str:
    """Keep what a folder holds as a version."""
    store, snapshot = VersionStore.of(settings), Snapshot.of(folder)
    version = snapshot.version(load_edition(folder, "").site)
    now = datetime.now(UTC)
    store.put(snapshot, version, site="centre", source=folder, at=now)
    if forced:
        store.put_in_force(version, configured=settings.site, at=now, by="test")
    return version


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_flow_is_drawn_and_a_call_tried_by_its_buttons(language: str, as_role: AsRole) -> None:
    meaning, end, _ = WORDS[language]
    tab = as_role("supervisor", language)
    tab.goto("/flows?flow=main&source=folder")
    expect(tab.locator(".flow-paper [data-step]")).to_have_count(len(load_site(CENTRE).flows["main"].steps))
    tab.locator("[data-step=main-menu]").press("Enter")
    expect(tab.locator("[data-step-card]")).to_contain_text(meaning)
    tab.get_by_role("button", name={"en": "Try a call", "zh": "模拟来电"}[language]).click()
    tab.fill("[name=at]", "2026-01-07T10:00")
    tab.click("[data-do=call]")
    for key, step in (("3", "main-menu"), ("1", "foreign")):
        tab.click(f'[data-key-pad="{key}"]')
        expect(tab.locator(f".is-here[data-step={step}]")).to_be_visible()
    tab.click("[data-reply=timeout]")
    expect(tab.locator(".is-here[data-step=voicemail]")).to_be_visible()
    tab.click("[data-do=back]")
    expect(tab.locator(".is-here[data-step=foreign]")).to_be_visible()
    tab.click("[data-reply=timeout]")
    tab.click("[data-reply=spoken]")
    expect(tab.locator("[data-end]")).to_contain_text(end)
    path = ["answer", "language", "greeting", "hours", "main-menu", "route", "foreign", "busy", "voicemail"]
    for step in path:
        expect(tab.locator(f".on-path[data-step={step}]")).to_have_count(1)
    assert tab.locator("[data-what=sound]").count() > 5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_rollback_shows_what_it_changes_and_is_audited(
    language: str, site: WebSite, as_role: AsRole, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(CENTRE, tmp_path / "site"))
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("\npause_limit: 77\n")
    other, plain = keep(site.settings, folder, forced=False), keep(site.settings, CENTRE, forced=True)
    lead = as_role("supervisor", language)
    lead.goto("/flows/versions")
    expect(lead.locator("[data-row]").first).to_be_visible()
    assert lead.locator("[data-back], [data-do=reload]").count() == 0
    tab = as_role("admin", language)
    tab.goto("/flows/versions")
    tab.click(f'[data-back="{other}"]')
    expect(tab.locator(".q-dialog [data-changes]")).to_contain_text(WORDS[language][2])
    assert VersionStore.of(site.settings).in_force().version == plain  # type: ignore[union-attr]
    tab.fill(".q-dialog [name=note]", f"tried {language}")
    tab.click("[data-do=confirm]")
    expect(tab.locator(".q-notification")).to_contain_text(other)
    force = VersionStore.of(site.settings).in_force()
    assert force is not None
    assert (force.version, force.by, force.note) == (other, f"admin-{language}", f"tried {language}")

    async def last(database: Database) -> Audit:
        async with database.read() as session:
            return (await audit.list_rows(session, action="site.rollback", limit=1))[0]

    row = site.run(last)
    assert (row.actor, row.object) == (f"admin-{language}", f"version:{other}")


def test_hours_are_switched_and_given_back(site: WebSite, as_role: AsRole) -> None:
    agent = as_role("agent", "zh")
    agent.goto("/hours")
    expect(agent.locator("[data-row]").first).to_be_visible()
    assert agent.locator("[data-switch]").count() == 0
    tab = as_role("supervisor", "en")
    tab.goto("/hours")
    tab.click("[data-switch=closed][data-hours=service]")
    tab.click("[data-do=confirm]")
    expect(tab.locator("[data-switch=auto][data-hours=service]")).to_be_visible()

    async def newest(database: Database) -> HoursSwitch:
        async with database.read() as session:
            return (await hours.newest(session, "service", limit=1))[0]

    row = site.run(newest)
    assert (row.position, row.by, row.until is None) == ("closed", "api:supervisor-en", False)
    tab.click("[data-switch=auto][data-hours=service]")
    expect(tab.locator("[data-switch=auto]")).to_have_count(0)
    assert site.run(newest).ended_by == "api:supervisor-en"


def test_failed_work_is_done_again_from_the_health_page(site: WebSite, as_role: AsRole) -> None:
    async def fail(database: Database) -> int:
        async with database.write() as session:
            now = datetime.now(UTC)
            call = Call(linkedid="failed-work", started_at=now, ended_at=now)
            session.add(call)
            await session.flush()
            job = Job(kind="judge", call_id=call.id, state="failed", created_at=now, error="<b>the model is gone</b>")
            session.add(job)
            await session.flush()
            return job.id

    async def state(database: Database) -> str:
        async with database.read() as session:
            found = await session.get(Job, number)
            assert found is not None
            return found.state

    assert httpx.get(f"{site.url}/healthz").text == "ok\n"  # to anybody, and nothing else
    number = site.run(fail)
    tab = as_role("admin", "en")
    tab.goto("/health")
    expect(tab.get_by_text("<b>the model is gone</b>")).to_be_visible()
    tab.click(f'[data-retry="{number}"]')
    expect(tab.locator(f'[data-retry="{number}"]')).to_have_count(0)
    assert site.run(state) == "queued"
