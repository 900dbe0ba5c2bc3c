"""The flow hands a caller on: whom he talked to, who hung up first, and what he answered afterwards."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from ivr.ami import events as ev
from ivr.core.clock import FixedClock
from ivr.journal import Journal
from ivr.journal import facts as own
from ivr.journal.facts import Fact
from ivr.journal.story import fold
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def new_call() -> Call:
    return Call(
        linkedid="1.1", number="", caller="", flow="main", flow_version="v1", route="engine", started_at=NOON,
        outcome="", hung_up_by="", evidence={}, legs=[], steps=[], visits=[], recordings=[], talks=[], answers=[],
    )  # fmt: skip


def channel(uniqueid: str, name: str, begun: float, up: float | None, gone: float) -> list[Fact]:
    ids = {"linkedid": "1.1", "uniqueid": uniqueid, "channel": name}
    facts: list[Fact] = [
        ev.ChannelCreated(at=at(begun), caller_number="139", context="ivr-incoming", extension="1000", **ids)
    ]
    if up is not None:
        facts.append(ev.ChannelStateChanged(at=at(up), state=6, **ids))
    return [*facts, ev.ChannelEnded(at=at(gone), cause=16, **ids)]


def talk(agent_gone: float, caller_gone: float, *, outside: bool = False) -> list[Fact]:
    facts = channel("1.1", "PJSIP/trunk-1", 0, 0.1, caller_gone) + channel("1.2", "PJSIP/6002-2", 5, 8, agent_gone)
    if not outside:
        said = {"File": "1.2-agent.wav", "Role": "agent", "Agent": "agent-kim"}
        facts.append(
            ev.UserEvent(
                at=at(8), linkedid="1.1", uniqueid="1.2", channel="PJSIP/6002-2", name="IvrRecording", fields=said
            )
        )
    for uniqueid, name in (("1.1", "PJSIP/trunk-1"), ("1.2", "PJSIP/6002-2")):
        ids = {"linkedid": "1.1", "uniqueid": uniqueid, "channel": name}
        facts.append(ev.BridgeEntered(at=at(8.1), bridge="b", context="ivr-connect", **ids))
    return sorted(facts, key=lambda fact: fact.at)


def told(facts: list[Fact]) -> Call:
    call = new_call()
    for fact in facts:
        fold(call, fact)
    return call


def test_an_agent_who_hangs_up_first() -> None:
    call = told(talk(20, 26))
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
    assert [(one.agent, one.origin, one.queue, one.ended_by, one.rang_s) for one in call.talks] == [
        ("agent-kim", "transfer", "", "agent", 3.0)
    ]


def test_a_caller_who_hangs_up_first() -> None:
    facts = talk(20.02, 20)
    facts.append(
        ev.UserEvent(
            at=at(20), linkedid="1.1", uniqueid="1.1", channel="PJSIP/trunk-1", name="IvrEnd",
            fields={"Source": "PJSIP/trunk-1"},
        )
    )  # fmt: skip
    call = told(facts)
    assert (call.outcome, call.hung_up_by, call.talks[0].ended_by) == ("answered", "caller", "caller")


def test_it_may_be_told_again_without_a_change() -> None:
    facts = talk(20, 26)
    call = told(facts + facts)
    assert (call.outcome, call.hung_up_by, len(call.talks)) == ("answered", "agent", 1)


def test_somebody_outside_is_no_agent() -> None:
    call = told(talk(20, 26, outside=True))
    assert (call.outcome, call.talks) == ("answered", [])


def test_a_phone_that_rang_in_vain() -> None:
    facts = channel("1.1", "PJSIP/trunk-1", 0, 0.1, 26) + channel("1.2", "PJSIP/6002-2", 5, None, 20)
    facts.append(own.OutcomeDecided(at=at(20.1), linkedid="1.1", outcome="unserved"))
    assert told(sorted(facts, key=lambda fact: fact.at)).outcome == "unserved"


def dialled(seconds: float, event: str = "dial") -> own.StepFact:
    return own.StepFact(at=at(seconds), linkedid="1.1", step="hand", kind="transfer", event=event, detail={})


def rung(*more: Fact) -> Call:
    facts = channel("1.1", "PJSIP/trunk-1", 0, 0.1, 26) + channel("1.2", "PJSIP/6002-2", 5, None, 26)
    return told(sorted([*facts, *more], key=lambda fact: fact.at))


def test_who_hangs_up_while_a_phone_rings_for_him_has_abandoned() -> None:
    assert rung(dialled(4)).outcome == "abandoned"
    refused_before = own.OutcomeDecided(at=at(2), linkedid="1.1", outcome="unserved")
    assert rung(dialled(1), dialled(2, "leave"), refused_before, dialled(4)).outcome == "abandoned"


def test_an_agent_who_answers_when_the_caller_is_gone_has_not_talked_to_him() -> None:
    facts = [one for one in talk(20, 20) if not isinstance(one, ev.BridgeEntered)]
    call = told(sorted([*facts, dialled(4)], key=lambda fact: fact.at))
    assert (call.outcome, call.talks, call.hung_up_by) == ("abandoned", [], "caller")
    assert len(told(sorted([*talk(20, 20), dialled(4)], key=lambda fact: fact.at)).talks) == 1


def test_what_comes_after_the_ringing_counts_for_more() -> None:
    unserved = own.OutcomeDecided(at=at(20), linkedid="1.1", outcome="unserved")
    assert rung(dialled(4), dialled(20, "leave"), unserved).outcome == "unserved"
    route = ev.UserEvent(
        at=at(20), linkedid="1.1", uniqueid="1.1", channel="PJSIP/trunk-1", name="IvrRoute",
        fields={"Route": "emergency"},
    )  # fmt: skip
    assert rung(dialled(4), route).outcome == "failed"
    assert told(sorted([*talk(26, 20), dialled(4)], key=lambda fact: fact.at)).outcome == "answered"


def asked(seconds: float, question: str) -> own.StepFact:
    detail = {"question": question}
    return own.StepFact(at=at(seconds), linkedid="1.1", step="ask", kind="survey", event="asked", detail=detail)


def answered(seconds: float, question: str, answer: str) -> own.SurveyAnswered:
    return own.SurveyAnswered(at=at(seconds), linkedid="1.1", question=question, answer=answer)


SURVEY: list[Fact] = [asked(21, "satisfaction"), answered(22, "satisfaction", "5"), asked(23, "solved")]


@pytest.mark.parametrize("seed", range(5))
def test_answers_are_about_whom_he_talked_to_whatever_comes_first(seed: int) -> None:
    facts = talk(20, 26)
    # The engine's facts come in order, and so do Asterisk's; between the two nobody knows.
    chance, merged = random.Random(seed), []
    left, right = list(facts), list(SURVEY)
    while left or right:
        merged.append((left if not right or (left and chance.random() < 0.5) else right).pop(0))
    call = told(merged)
    rows = [(one.question, one.answer, one.answered_at, one.agent, one.queue, one.flow, one.flow_version)
            for one in call.answers]  # fmt: skip
    assert rows == [
        ("satisfaction", "5", at(22), "agent-kim", "", "main", "v1"),
        ("solved", "", None, "agent-kim", "", "main", "v1"),
    ]


def test_answers_told_twice_and_asked_twice() -> None:
    call = told([*talk(20, 60), *SURVEY, *SURVEY])
    assert [(one.question, one.answer) for one in call.answers] == [("satisfaction", "5"), ("solved", "")]
    fold(call, asked(40, "satisfaction"))
    fold(call, answered(41, "satisfaction", "2"))
    assert [one.answer for one in call.answers if one.question == "satisfaction"] == ["5", "2"]


def test_an_answer_whose_question_was_lost() -> None:
    call = told([*talk(20, 26), answered(22, "satisfaction", "3")])
    assert [(one.answer, one.asked_at, one.agent) for one in call.answers] == [("3", at(22), "agent-kim")]


def test_what_a_caller_answers_is_cut_and_clean() -> None:
    call = told([asked(1, "x" * 100 + "\n"), answered(2, "x" * 100, "12345678901\x1b")])
    assert [(one.question, one.answer, one.agent) for one in call.answers] == [("x" * 64, "12345678", "")]


def test_what_was_recorded_anew_says_so() -> None:
    call = new_call()
    call.recordings.append(Recording(file="1.1-statement.wav", role="statement", note=""))
    call.recordings.append(Recording(file="1.1-statement2.wav", role="statement", note=""))
    detail = {"file": "1.1-statement.wav"}
    for kind in ("menu", "record"):
        fold(call, own.StepFact(at=at(1), linkedid="1.1", step="s", kind=kind, event="replaced", detail=detail))
        expected = "the caller has recorded it anew" if kind == "record" else ""
        assert [row.note for row in call.recordings] == [expected, ""]


async def test_answers_are_written_down(database: Database) -> None:
    async with Journal(database, FixedClock(at(100))) as journal:
        for fact in [*talk(20, 26), *SURVEY[:1]]:
            journal.put(fact)
        await journal.flush()
        for fact in SURVEY[1:]:
            journal.put(fact)
        await journal.flush()
    async with database.read() as session:
        call = await calls.find(session, "1.1")
    assert call is not None
    assert [(one.question, one.answer, one.answered_at, one.agent) for one in call.answers] == [
        ("satisfaction", "5", at(22), "agent-kim"),
        ("solved", "", None, "agent-kim"),
    ]
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
