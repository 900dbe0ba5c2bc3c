"""The wallboard and the agent's own desk with an engine that tells what happens; a talk heard in the browser."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from sqlalchemy import delete

from dialplan.loading import load_site
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import Audit, Call, Recording
from tests.line_engine import LineEngine
from tests.unit.recording.test_growing import Written, words
from tests.web.conftest import CENTRE, AsRole, WebSite

pytestmark = pytest.mark.web

NAME = "李伟"  # li-wei
DESK, HEARD = "d1", "h1"  # calls of these tests


class EngineThread:
    """An engine on the console's control socket, in a thread with an event loop of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with (
            Database(self._settings.database, self._settings.home / "audit.head") as database,
            LineEngine(self._settings, database, site=load_site(CENTRE)) as self.line,
        ):
            self._up.set()
            await self._over.wait()

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(20)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(20)

    def does(self, act: Callable[[LineEngine], None]) -> None:
        """Something happens on the line."""
        done = threading.Event()

        def there() -> None:
            act(self.line)
            done.set()

        self._loop.call_soon_threadsafe(there)
        assert done.wait(10)

    def talks(self, call: str) -> None:
        """li-wei talks with a caller."""
        self.does(lambda line: line.logs_in("li-wei"))
        self.does(lambda line: line.calls(call))
        self.does(lambda line: line.rings("li-wei", call))
        self.does(lambda line: line.talks("li-wei", call))


@pytest.fixture(scope="module")
def engine(site: WebSite) -> Iterator[EngineThread]:
    running = EngineThread(site.settings)
    running.start()
    yield running
    running.stop()
    site.run(cleared)


async def cleared(database: Database) -> None:
    """Other tests of this console find the calls they know."""
    async with database.write() as session:
        for table in (Recording, Call):
            await session.execute(delete(table).where(table.linkedid.in_((DESK, HEARD))))


def cell(tab: Tab, row: str, field: str) -> str:
    return tab.locator(f"tr[data-key='{row}'] [data-field={field}]").inner_text()


def test_a_supervisor_pauses_an_agent_from_the_keyboard(engine: EngineThread, as_role: AsRole) -> None:
    tab = as_role("supervisor", "zh")
    tab.goto("/wall")
    engine.does(lambda line: line.logs_in("li-wei"))
    tab.wait_for_selector("tr[data-key=li-wei]:has-text('空闲')")
    tab.locator("tr[data-key=li-wei]").focus()
    tab.keyboard.press("Enter")
    panel = tab.locator("dialog[open]")
    expect(panel).to_contain_text(NAME)
    panel.get_by_label("小休原因").select_option("training")
    panel.locator("[data-do=pause]").click()
    expect(panel.locator(".wall-told")).to_have_text("已完成")
    expect(tab.locator("tr[data-key=li-wei] [data-field=state]")).to_have_text("小休（培训）")
    panel.locator("[data-do=unpause]").click()
    expect(tab.locator("tr[data-key=li-wei] [data-field=state]")).to_have_text("空闲")
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog[open]")).to_have_count(0)


def test_an_agent_sees_the_wall_and_acts_on_nobody(engine: EngineThread, as_role: AsRole) -> None:
    tab = as_role("agent", "en")
    tab.goto("/wall?full=1")
    expect(tab.locator("#wall[data-ready]")).to_be_visible()
    expect(tab.locator("article[data-key=service] [data-field=waiting]")).to_have_text("0")
    assert tab.locator("main button, main a").count() == 0
    tab.keyboard.press("Escape")
    tab.wait_for_url("**/wall")
    tab.get_by_label("with those logged out").check()
    tab.locator("tr[data-key=wang-fang]").click()
    assert tab.locator("dialog").count() == 0


def test_an_agent_works_at_his_own_desk(engine: EngineThread, site: WebSite, as_role: AsRole) -> None:
    async def caller(database: Database) -> None:
        async with database.write() as session:
            session.add(Call(linkedid=DESK, caller="13812345678", started_at=datetime.now(UTC), language="zh-CN"))

    site.run(caller)
    engine.does(lambda line: line.logs_out("li-wei"))
    tab = as_role("agent", "zh")
    tab.goto("/desk")
    expect(tab.locator("#desk[data-ready]")).to_be_visible()
    state = tab.locator("[data-field=state]").first
    tab.click("[data-do=login-all]")
    expect(state).to_have_text("空闲")
    tab.click("[data-reason=lunch]")
    expect(state).to_contain_text("用餐")
    tab.click("[data-do=unpause]")
    expect(state).to_have_text("空闲")
    engine.does(lambda line: line.calls(DESK))
    engine.does(lambda line: line.rings("li-wei", DESK))
    pop = tab.locator("[data-field=caller]")
    expect(pop).to_contain_text("普通话")
    expect(pop).to_contain_text("第 1 次")
    assert "1234" not in pop.inner_text()
    expect(state).to_have_text("振铃")
    engine.does(lambda line: line.talks("li-wei", DESK))
    expect(state).to_have_text("通话中")
    engine.does(lambda line: line.ends("li-wei", DESK))
    expect(pop).to_contain_text("暂无来电")


def test_a_talk_is_heard_in_the_browser_and_the_audit_says_so(
    engine: EngineThread, site: WebSite, as_role: AsRole
) -> None:
    folder = site.settings.recordings
    folder.mkdir(parents=True, exist_ok=True)
    began = datetime.now(UTC) - timedelta(seconds=8)
    files = {"caller": Written(folder / f"{HEARD}-caller.wav"), "agent": Written(folder / f"{HEARD}-agent.wav")}

    async def talk(database: Database) -> None:
        async with database.write() as session:
            call = Call(linkedid=HEARD, caller="139", started_at=began)
            for role in files:
                call.recordings.append(
                    Recording(
                        linkedid=HEARD, uniqueid=role, role=role, agent="li-wei" if role == "agent" else "",
                        file=f"{HEARD}-{role}.wav", started_at=began, state="open",
                    )
                )  # fmt: skip
            session.add(call)

    async def heard(database: Database) -> list[Audit]:
        async with database.read() as session:
            rows = await audit.list_rows(session)
        return [row for row in rows if row.action == "listen" and row.detail.get("live")]

    site.run(talk)
    for number, file in enumerate(files.values()):
        file.say(words(number, 8.0))
    engine.talks(HEARD)
    tab = as_role("qa", "en")
    tab.goto("/wall")
    tab.wait_for_selector("tr[data-key=li-wei]:has-text('talking')")
    tab.locator("tr[data-key=li-wei]").click()
    assert tab.locator("dialog [data-do=listen], dialog [data-do=pause]").count() == 0  # QA hears, no more
    tab.locator("dialog [data-do=hear]").click()
    bar = tab.locator(".listen")
    expect(bar).to_be_visible()
    expect(bar.locator("[data-behind]")).to_contain_text(" s")
    assert {(row.actor, row.detail["agent"]) for row in site.run(heard)} == {("qa-en", "li-wei")}
    for number, file in enumerate(files.values()):
        file.say(words(number + 2, 3.0))
    until = time.monotonic() + 10
    while float(bar.get_attribute("data-seconds") or 0) < 3.0:
        assert time.monotonic() < until, "nothing more was heard"
        tab.wait_for_timeout(100)
    for file in files.values():
        file.close()
    expect(bar).to_contain_text("the talk is over", timeout=20_000)  # what was said before is played first


def test_the_wall_follows_the_line_and_says_when_it_is_old(
    engine: EngineThread, site: WebSite, as_role: AsRole
) -> None:
    tab = as_role("supervisor", "en")
    tab.goto("/wall")
    expect(tab.locator("#wall[data-ready]")).to_be_visible()
    waiting = tab.locator("tr[data-key=technical] [data-field=waiting]")
    expect(waiting).to_have_text("0")
    expect(tab.locator(".wall-banner")).to_be_hidden()
    nobody = tab.locator("tr[data-key=foreign] [data-field=waiting]")
    engine.does(lambda line: line.calls("w2", "foreign"))
    expect(nobody).to_have_class("num bad")  # nobody is logged in there
    engine.does(lambda line: line.calls("w1", "technical", ago=70))
    expect(waiting).to_have_text("1")
    assert cell(tab, "technical", "longest").startswith("1:1")
    engine.does(lambda line: line.logs_in("zhang-lei", "technical"))
    expect(tab.locator("tr[data-key=zhang-lei] [data-field=state]")).to_have_text("available")
    engine.does(lambda line: line.rings("zhang-lei", "w1", "technical"))
    engine.does(lambda line: line.talks("zhang-lei", "w1", "technical"))
    expect(tab.locator("tr[data-key=zhang-lei] [data-field=state]")).to_have_text("talking")
    level = tab.locator("tr[data-key=technical] [data-field=level]")
    expect(level).to_have_text("0 %")  # 70 s is too late
    hover = level.get_attribute("title") or ""
    assert "0 of 1 within 20 s" in hover
    assert "calls answered within 20 s / all calls that asked for an agent" in hover
    assert "1 of 1" in (tab.locator("tr[data-key=technical] [data-field=rate]").get_attribute("title") or "")
    engine.stop()
    expect(tab.locator(".wall-banner")).to_be_visible()
    expect(tab.locator(".wall-banner")).to_contain_text("may be old")
    assert cell(tab, "zhang-lei", "state") == "talking"
