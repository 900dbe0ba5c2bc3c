"""Metrics for Prometheus: counted from events, scraped over loopback, no caller's number anywhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.ami import events as ev
from ivr.app.metrics import MAX_AT_ONCE, MAX_HEADER, Metrics, MetricsServer
from ivr.app.talks import Talks
from ivr.core.clock import FixedClock
from ivr.journal import Journal
from ivr.queues import LiveQueues
from ivr.storage.database import Database
from tests.contract.journal.test_recorded_dialogues import dialogue

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CALLER = "13800138000"
SITE = load_site(demo_site())


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def joined(seconds: float, call: str, queue: str = "service") -> ev.QueueJoined:
    return ev.QueueJoined(at=at(seconds), uniqueid=call, channel=f"PJSIP/{CALLER}-1", queue=queue, position=1, count=1)


def agent(kind: type[ev.AgentEvent], seconds: float, call: str, **more: object) -> ev.AgentEvent:
    values = {"interface": "PJSIP/6001", "member": "agent-lee", "queue": "service", "dest_uniqueid": f"to-{call}"}
    return kind(at=at(seconds), uniqueid=call, **{**values, **more})  # type: ignore[arg-type]


def bridged(seconds: float, channel: str) -> ev.BridgeEntered:
    return ev.BridgeEntered(at=at(seconds), uniqueid=channel, bridge="b")


STORY = (
    joined(0, "1"),
    agent(ev.AgentConnected, 8, "1"),
    bridged(8.1, "to-1"),
    agent(ev.AgentCompleted, 68, "1", reason="caller", talk_s=60),
    joined(70, "2"),
    ev.QueueAbandoned(at=at(73), uniqueid="2", queue="service"),
    joined(80, "3"),
    agent(ev.AgentRingNoAnswer, 95, "3"),
    agent(ev.AgentDumped, 97, "3"),  # he answered and hung up before the two were joined
    agent(ev.AgentConnected, 110, "3", member="agent-kim"),
    bridged(110.2, "to-3"),
    joined(120, "4"),
    agent(ev.AgentConnected, 130, "4"),
    agent(ev.AgentCompleted, 131, "4", reason="caller", talk_s=0),  # hung up before he was joined
    joined(140, "5", queue=CALLER),  # a queue nobody knows
)


@pytest.fixture
async def metrics(url: str) -> AsyncIterator[Metrics]:
    async with Database(url) as database:
        live = LiveQueues()
        made = Metrics(live, Journal(database, FixedClock(NOON)), FixedClock(at(150)), lambda: SITE, lambda: True)
        for event in STORY:
            live.tell(event)
            made.tell(event)
        yield made


@asynccontextmanager
async def serving(metrics: Metrics) -> AsyncIterator[str]:
    server = MetricsServer(metrics, "127.0.0.1", 0)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


async def scraped(metrics: Metrics, path: str = "/metrics") -> httpx.Response:
    async with serving(metrics) as url, httpx.AsyncClient(timeout=5) as client:
        return await client.get(url + path)


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and queue or agent."""
    found = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            if "le" not in one.labels:
                label = one.labels.get("state") or one.labels.get("queue") or one.labels.get("agent") or ""
                found[one.name, label] = one.value
    return found


async def test_what_is_scraped_is_what_happened(metrics: Metrics) -> None:
    answer = await scraped(metrics)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found["callwright_queue_offered_total", "service"] == 4
    assert found["callwright_queue_answered_total", "service"] == 2
    assert found["callwright_queue_answered_in_time_total", "service"] == 1
    assert found["callwright_queue_abandoned_total", "service"] == 2
    assert found["callwright_queue_abandoned_short_total", "service"] == 1
    assert found["callwright_queue_answer_seconds_sum", "service"] == 38
    assert found["callwright_queue_talk_seconds_sum", "service"] == 60
    assert found["callwright_agent_missed_total", "agent-lee"] == 2
    assert found["callwright_agent_calls_total", "agent-kim"] == 1
    assert found["callwright_ami_connected", ""] == 1
    assert found["callwright_queue_offered_total", "other"] == 1


async def test_offered_is_answered_abandoned_and_still_waiting(metrics: Metrics) -> None:
    found = samples(metrics.render().decode())
    ended = found["callwright_queue_answered_total", "service"] + found["callwright_queue_abandoned_total", "service"]
    assert found["callwright_queue_offered_total", "service"] == ended


async def test_whoever_is_not_let_in_has_been_offered(metrics: Metrics) -> None:
    metrics.turned_away("service")
    assert samples(metrics.render().decode())["callwright_queue_offered_total", "service"] == 5


async def test_no_label_is_anything_but_a_name_of_the_site(metrics: Metrics) -> None:
    text = (await scraped(metrics)).text
    assert CALLER not in text
    known = {*SITE.queues, *SITE.agents, "other"}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            assert {one.labels.get("queue"), one.labels.get("agent")} <= known | {None}
            assert set(one.labels) <= {"queue", "agent", "state", "le", "version"}


async def test_gauges_show_the_queues_as_they_are(url: str) -> None:
    async with Database(url) as database:
        live = LiveQueues()
        metrics = Metrics(live, Journal(database, FixedClock(NOON)), FixedClock(at(50)), lambda: SITE, lambda: False)
        live.tell(joined(20, "1"))
        live.tell(joined(30, "2"))
        for number, (status, paused) in enumerate([(1, False), (2, False), (1, True), (5, False), (6, False)]):
            live.tell(
                ev.QueueMemberChanged(
                    at=at(0), queue="service", interface=f"PJSIP/{number}", status=status, paused=paused
                )
            )
        found = samples(metrics.render().decode())
    assert found["callwright_queue_waiting", "service"] == 2
    assert found["callwright_queue_longest_wait_seconds", "service"] == 30
    states = {state: found["callwright_queue_members", state] for state in ("free", "busy", "ringing", "paused")}
    assert states == {"free": 1, "busy": 1, "ringing": 1, "paused": 1}
    assert found["callwright_ami_connected", ""] == 0


async def test_every_metric_of_the_alert_rules_exists(metrics: Metrics) -> None:
    rules = yaml.safe_load(files("ivr.queues").joinpath("alert-rules.yaml").read_text("utf-8"))
    alerts = [alert for group in rules["groups"] for alert in group["rules"]]
    assert {
        "CallwrightEngineDown",
        "CallwrightNobodyLoggedIn",
        "CallwrightLongestWait",
        "CallwrightServiceLevelLow",
    } <= {alert["alert"] for alert in alerts}
    told = {name for name, _ in samples(metrics.render().decode())}
    labels = {"queue", "agent", "state", "job"}
    for alert in alerts:
        named = set(re.findall(r"callwright_\w+", alert["expr"]))
        assert named <= told, alert["alert"]
        assert set(re.findall(r"\$labels\.(\w+)", str(alert["annotations"]))) <= labels
        assert alert["expr"].count("(") == alert["expr"].count(")")
        assert {"summary", "summary_zh"} == set(alert["annotations"])


async def test_health_and_what_is_not_there(metrics: Metrics) -> None:
    assert (await scraped(metrics, "/healthz")).text == "ok\n"
    assert (await scraped(metrics, "/other")).status_code == 404


@pytest.mark.parametrize("sent", [b"POST /metrics HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"])
async def test_only_reading_is_answered(metrics: Metrics, sent: bytes) -> None:
    async with serving(metrics) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(sent)
        assert b" 405 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()


async def test_a_header_without_end_and_a_crowd_are_bounded(metrics: Metrics) -> None:
    async with serving(metrics) as url:
        port = int(url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nX: " + b"x" * MAX_HEADER)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MAX_AT_ONCE)]
        async with httpx.AsyncClient(timeout=5) as client:
            assert (await client.get(url + "/metrics")).status_code == 503
        for _, other in idle:
            other.close()


def test_a_recorded_call_is_counted_as_the_journal_tells_it() -> None:
    talks = Talks()
    found = [told for event in dialogue("ami-menu-queue-caller-bye.txt") for told in talks.tell(event)]
    assert [one.what for one in found] == ["offered", "answered", "talked"]
    assert all(one.seconds is not None and one.seconds > 0 for one in found[1:])


def test_what_is_remembered_is_bounded() -> None:
    talks = Talks(most=10)
    for number in range(100):
        list(talks.tell(joined(number, str(number))))
        list(talks.tell(agent(ev.AgentConnected, number, f"c{number}")))
    assert len(talks._joined) <= 10
    assert len(talks._talks) <= 10
