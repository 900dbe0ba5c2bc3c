"""One answered and one abandoned call: the journal's report, the metrics and Asterisk's own queue_log say the same."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.core.clock import SystemClock
from ivr.journal.sources import read_queue_log
from ivr.queues.simulation import Changes
from ivr.reports.indicators import rules_of
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.whole import Reckoner
from ivr.reports.traffic.simulated import compare, lines_of
from ivr.softphones.events import Established
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import hang_up_after, talking

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


async def test_three_ways_of_counting_agree(line: Line) -> None:
    begun = SystemClock().now() - timedelta(minutes=10)
    for answered in (True, False):
        async with line.caller() as caller:
            assert isinstance(await caller.call("3000", within=20), Established)
            number = caller.account.user
            await line.watch.waiting(number)
            if answered:
                assert isinstance(await line.agent.answer(within=30), Established)
                await talking(line.watch, number)
                await hang_up_after(caller)
            else:
                await caller.hangup()
            await line.watch.ended(number)

    async with line.database.read() as session:
        facts = await load_facts(session, begun, SystemClock().now())
    counts = Reckoner(facts, rules_of(line.house.site)).of_calls(facts.calls, facts.since, facts.until).counts
    assert (counts.asked, counts.answered, counts.abandoned) == (2, 1, 1)

    port = line.house.settings.metrics_port
    async with httpx.AsyncClient(timeout=5) as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    scraped = {
        one.name.removeprefix("callwright_queue_"): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.labels.get("queue") == "service" and "le" not in one.labels
    }
    assert (scraped["offered_total"], scraped["answered_total"], scraped["abandoned_total"]) == (2, 1, 1)
    assert "139000" not in text  # the callers' numbers

    log = (line.house.settings.asterisk_dir / "log" / "queue_log").read_text("utf-8").splitlines(keepends=True)
    found = compare(read_queue_log(log), lines_of(line.house.site), Changes(), starved_after=120)
    assert found is not None
    waits = found.measured["service"]
    assert (waits.offered, waits.answered, waits.abandoned) == (2, 1, 1)
    assert found.replayed["service"].offered == 2  # in a replay the agent may have been quicker than the impatient one

    (answer,) = [visit for call in facts.calls for visit in call.visits if visit.connected]
    assert answer.connected is not None
    waited = (answer.connected - answer.joined).total_seconds()
    assert scraped["answer_seconds_sum"] == pytest.approx(waited, abs=0.01)
    assert found.measured["service"].speed == pytest.approx(waited, abs=1.0)
