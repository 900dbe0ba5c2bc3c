"""The stories that recorded manager dialogues of real calls must tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.ami import events as ev
from ivr.ami.parse import event_from
from ivr.core.clock import FixedClock
from ivr.journal import facts as own
from ivr.journal.story import fold, opens
from ivr.storage.models import Call

FIXTURES = Path(__file__).parents[2] / "fixtures"
STEP = timedelta(milliseconds=10)


def dialogue(name: str) -> Iterator[ev.AmiEvent]:
    """The events of a recorded dialogue; those without a time of their own are 10 ms apart."""
    clock = FixedClock(datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    text = (FIXTURES / name).read_bytes().decode().replace("\r", "")
    for block in text.split("\n\n"):
        headers: dict[str, str] = {}
        for line in block.splitlines():
            key, _, value = line.partition(":")
            headers.setdefault(key, value.strip())
        clock.advance(STEP.total_seconds())
        event = event_from(headers, clock)
        if isinstance(event, ev.ChannelCreated):
            event = replace(event, context=f"ivr-{event.context}")
        if isinstance(event, ev.UserEvent) and event.name == "CallEnd":
            event = replace(event, name="IvrEnd", fields={"Source": event.fields["HC"]})
        if event is not None:
            yield event


def told(name: str, *before: own.Fact) -> tuple[Call, list[ev.AmiEvent]]:
    events = [event for event in dialogue(name) if isinstance(event, ev.ChannelEvent)]
    opening = next(fact for fact in [*before, *events] if opens(fact))
    call = Call(
        linkedid=opening.linkedid, started_at=opening.at, number="", caller="", route="engine",
        legs=[], steps=[], visits=[], recordings=[], evidence={},
    )  # fmt: skip
    for fact in [*before, *events]:
        fold(call, fact)
    return call, events


def at(text: str) -> datetime:
    seconds, micros = text.split(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros))


def the(events: list[ev.AmiEvent], kind: type) -> ev.AmiEvent:
    return next(event for event in events if type(event) is kind)


def test_a_caller_who_gives_up_waiting_abandons() -> None:
    call, _ = told("ami-queue-abandon.txt")
    assert (call.outcome, call.hung_up_by, call.number, call.caller) == ("abandoned", "caller", "210", "+4930123456")
    assert call.started_at == at("1795290646.113240")
    assert call.answered_at == at("1795290646.114553")
    assert call.ended_at == at("1795290649.123148")
    (visit,) = call.visits
    assert (visit.outcome, visit.position, visit.agent, visit.connected_at) == ("abandoned", 1, "", None)
    assert (visit.joined_at, visit.left_at) == (at("1795290646.615575"), at("1795290649.122157"))
    assert visit.rings == []
    (leg,) = call.legs
    assert (leg.role, leg.channel, leg.hangup_cause) == ("caller", "PJSIP/anonymous-00000024", 0)


def test_an_agent_who_rejects_is_rung_again_answers_and_hangs_up_first() -> None:
    call, _ = told("ami-queue-reject-then-answer-agent-hangup.txt")
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
    assert call.ended_at == at("1795291438.462087")
    (visit,) = call.visits
    assert (visit.queue, visit.outcome, visit.agent, visit.ended_by) == ("sales", "answered", "Carol", "agent")
    assert visit.joined_at == at("1795291431.136090")
    assert visit.left_at == at("1795291435.452007")
    assert visit.connected_at == at("1795291435.452035")
    assert visit.completed_at == at("1795291438.459911")
    first, second = visit.rings
    assert (first.agent, first.result) == ("Carol", "refused")
    assert (first.started_at, first.ended_at) == (at("1795291431.137170"), at("1795291431.940763"))
    assert (second.agent, second.result) == ("Carol", "answered")
    assert (second.started_at, second.ended_at) == (at("1795291432.942307"), at("1795291435.451379"))
    assert [(leg.role, leg.agent, leg.hangup_cause) for leg in call.legs] == [
        ("caller", "", 16),
        ("agent", "Carol", 17),
        ("agent", "Carol", 16),
    ]


def test_an_agent_hangs_up_after_a_talk() -> None:
    call, events = told("ami-menu-queue-agent-hangup.txt")
    assert (call.outcome, call.hung_up_by, call.number) == ("answered", "agent", "100")
    (visit,) = call.visits
    assert (visit.queue, visit.agent, visit.ended_by) == ("support", "Alice", "agent")
    assert visit.joined_at == the(events, ev.QueueJoined).at
    assert visit.connected_at == the(events, ev.AgentConnected).at
    assert visit.completed_at == the(events, ev.AgentCompleted).at
    assert [ring.result for ring in visit.rings] == ["answered"]
    assert call.ended_at == [event.at for event in events if type(event) is ev.ChannelEnded][-1]


def test_a_caller_hangs_up_after_a_talk_whose_beginning_only_the_engine_saw() -> None:
    opened = own.CallOpened(
        at=datetime(2026, 11, 21, 19, 59, 59, tzinfo=UTC), linkedid="1795290016.2", uniqueid="1795290016.2",
        channel="PJSIP/anonymous-00000002", number="100", caller="+4930123456", flow="main", flow_version="v1",
    )  # fmt: skip
    call, _ = told("ami-menu-queue-caller-bye.txt", opened)
    assert (call.outcome, call.hung_up_by, call.number, call.flow) == ("answered", "caller", "100", "main")
    assert [(leg.role, leg.agent) for leg in call.legs] == [("caller", ""), ("agent", "Alice")]
    assert [visit.ended_by for visit in call.visits] == ["caller"]


@pytest.mark.parametrize(
    "name",
    [
        "ami-menu-queue-agent-hangup.txt",
        "ami-menu-queue-caller-bye.txt",
        "ami-queue-abandon.txt",
        "ami-queue-reject-then-answer-agent-hangup.txt",
    ],
)
def test_telling_a_dialogue_twice_changes_nothing(name: str) -> None:
    opened = own.CallOpened(at=datetime(2026, 11, 21, tzinfo=UTC), linkedid="", uniqueid="", channel="PJSIP/x-1")
    linkedid = next(e.linkedid for e in dialogue(name) if isinstance(e, ev.ChannelEvent) and e.linkedid)
    call, events = told(name, replace(opened, linkedid=linkedid, uniqueid=linkedid))
    before = snapshot(call)
    for fact in events:
        fold(call, fact)
    assert snapshot(call) == before
    assert call.outcome in {"answered", "abandoned"}


def snapshot(call: Call) -> object:
    def row(one: object) -> dict[str, object]:
        return {column.name: getattr(one, column.name) for column in one.__table__.columns}  # type: ignore[attr-defined]

    rings = [row(ring) for visit in call.visits for ring in visit.rings]
    return row(call), [row(leg) for leg in call.legs], [row(visit) for visit in call.visits], rings
