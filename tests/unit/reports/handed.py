"""A call that was handed on, paused for a card number and measured, as journal, ledger and judging leave it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.reports.books import book_of
from ivr.reports.model import CallStory
from ivr.reports.story import build_story
from ivr.storage.models import Call, CallFeatures, Leg, QueueVisit, Recording, Ring, Score, Step, Transcript, Verdict
from tests.unit.reports.day import words

BEGUN = datetime(2026, 11, 2, 2, 6, 40, tzinfo=UTC)
VERSION = "2+abc"
BOOK = """{"sections": [{"name": "opening", "title": {"en": "Opening", "zh": "开场"}},
 {"name": "conduct", "title": {"en": "Conduct", "zh": "服务行为"}}],
 "manual": [{"id": "repeat", "reason": {"en": "what matters must be understood", "zh": "需理解内容"}}]}"""


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def handed_story(**call: Any) -> CallStory:
    """agent-lee talks from 10 s to 40 s with a pause from 20 to 28, then hands on to agent-kim, who ends at 70 s."""
    rows = _call()
    for name, value in call.items():
        setattr(rows, name, value)
    return build_story(
        rows,
        zone=UTC,
        transcripts={one.recording_id: one for one in _transcripts()},
        verdicts=[*_verdicts(2, "agent-lee"), *_verdicts(3, "agent-kim", rate=455.0)],
        scores=[_score("agent-lee", 15.0), _score("agent-kim", 10.0)],
        features=[
            _features(2, "agent-lee", 31.0),
            _features(3, "agent-kim", 88.0),
            CallFeatures(features={}, agent=""),
        ],
        books={f"service-zh {VERSION}": book_of(BOOK)},
    )


def _call() -> Call:
    return Call(
        id=7, linkedid="7.1", number="1000", caller="13800138000", language="zh-CN", flow="main", flow_version="a",
        route="engine", started_at=BEGUN, answered_at=after(0.1), ended_at=after(75), outcome="answered",
        hung_up_by="agent",
        legs=[
            _leg("7.1", "caller", "", 0, 0.1, 75),
            _leg("7.2", "agent", "agent-lee", 8, 10, 40.1),
            _leg("7.3", "agent", "agent-kim", 41, 43, 70),
        ],
        steps=[
            Step(seq=1, at=after(5), step="service", kind="queue", event="join", detail={"queue": "service"}),
            Step(seq=2, at=after(20), step="recording", kind="recording", event="paused", detail={"reason": "agent"}),
            Step(seq=3, at=after(28), step="recording", kind="recording", event="resumed", detail={"reason": "agent"}),
            Step(
                seq=4, at=after(40), step="transfer", kind="talk", event="transfer",
                detail={"kind": "blind", "agent": "agent-lee", "to": "6002"},
            ),
        ],
        visits=[
            QueueVisit(
                queue="service", joined_at=after(5), left_at=after(10), connected_at=after(10), completed_at=after(40),
                position=1, outcome="answered", agent="agent-lee", ended_by="transfer",
                rings=[
                    Ring(
                        agent="agent-lee", uniqueid="7.2", started_at=after(8), ended_at=after(10), result="answered"
                    )
                ],
            )
        ],
        recordings=[
            _recording(1, "7.1", "caller", "", 0.1, 74.9, [_paused(19.94, 27.9)]),
            _recording(2, "7.2", "agent", "agent-lee", 10, 30.1, [_paused(10, 18)], gap_cause="closed without notice"),
            _recording(3, "7.3", "agent", "agent-kim", 43, 27, [{"cause": "no media", "lost_s": 2.5}], state="broken"),
        ],
    )  # fmt: skip


def _leg(uniqueid: str, role: str, agent: str, *times: float) -> Leg:
    started, answered, ended = map(after, times)
    return Leg(uniqueid=uniqueid, role=role, agent=agent, started_at=started, answered_at=answered, ended_at=ended)


def _paused(start: float, end: float) -> dict[str, Any]:
    return {"cause": "paused", "start_s": start, "end_s": end}


def _recording(
    id: int, uniqueid: str, role: str, agent: str, at: float, length: float, gaps: list[Any], **more: Any
) -> Recording:
    fields = {"state": "closed", "gap_cause": "", "note": "", "sha256": ""} | more
    return Recording(
        id=id, linkedid="7.1", uniqueid=uniqueid, role=role, agent=agent, file=f"{uniqueid}-{role}.wav",
        started_at=after(at), rate=8000, frames=int(8000 * length), gaps=gaps, **fields,
    )  # fmt: skip


def _transcripts() -> list[Transcript]:
    lines = {
        1: (0.1, [(14.0, "我 想 付款"), (46.0, "还 没 好 吗")]),
        2: (10.0, [(11.0, "您好 欢迎 致电"), (30.0, "马上 为 您 转接")]),
        3: (43.0, [(44.0, "您好 让 您 久等 了"), (60.0, "再见")]),
    }
    return [
        Transcript(
            recording_id=id,
            model="vosk",
            pipeline="1",
            words=[word for at, text in told for word in words(at - offset, text)],
            speech=[[at - offset, at - offset + 1] for at, _ in told],
            snr_db=25.0,
        )
        for id, (offset, told) in lines.items()
    ]


def _verdicts(recording: int, agent: str, rate: float = 240.0) -> list[Verdict]:
    fine = 180 <= rate <= 300
    measured = {"value": rate, "unit": "characters/min", "unit_zh": "字/分钟", "at_least": 180.0, "at_most": 300.0}
    poor = {"reason": "recognition too poor to judge words", "reason_zh": "识别质量过低，不作自动评判"}
    return [
        _verdict(recording, agent, "opening", "C1", "Opening", "开场白", "cannot_tell", None, "opening", **poor),
        _verdict(
            recording, agent, "rate", "E1", "Speech rate", "语速", "met" if fine else "not_met", fine, "conduct",
            kind="behaviour", measured={"name": "speech_rate", "best": [200, 240], **measured}, reason="x",
        ),
        _verdict(
            recording, agent, "first", "D8", "The caller hangs up first", "由来电者先挂机", "not_met", False, "conduct",
            kind="behaviour", measured={"name": "hung_up_first", "value": 1.0, "unit": "times", "at_most": 0.0},
        ),
        _verdict(recording, agent, "hold", "C7", "Hold", "保持", "not_applicable", None, "opening"),
    ]  # fmt: skip


def _verdict(
    recording: int, agent: str, rule: str, norm: str, title: str, zh: str, value: str, passed: bool | None,
    section: str, kind: str = "phrase", **evidence: Any,
) -> Verdict:  # fmt: skip
    found = {"title": title, "title_zh": zh, "section": section, "speaker": "agent", **evidence}
    return Verdict(
        recording_id=recording, agent=agent, rule=rule, norm=norm, kind=kind, forbidden=False, value=value,
        passed=passed, evidence=found, rulebook="service-zh", rulebook_version=VERSION, model="vosk", thresholds="3",
    )  # fmt: skip


def _score(agent: str, points: float) -> Score:
    def item(rule: str, section: str, weight: float, got: float | None, value: str, title: str, zh: str) -> Any:
        return {
            "rule": rule, "section": section, "weight": weight, "points": got, "value": value, "fail_all": False,
            "title": title, "title_zh": zh, "norm": "C5",
        }  # fmt: skip

    return Score(
        agent=agent,
        points=points,
        possible=15.0,
        failed_all=False,
        rulebook="service-zh",
        rulebook_version=VERSION,
        items=[
            item("opening", "opening", 10, None, "cannot_tell", "Opening", "开场白"),
            item("rate", "conduct", 10, points, "met", "Speech rate", "语速"),
            item("first", "conduct", 5, 0, "not_met", "The caller hangs up first", "由来电者先挂机"),
            item("repeat", "conduct", 5, None, "manual", "Repeats what matters", "复述关键信息"),
        ],
    )


def _features(recording: int, agent: str, health: float) -> CallFeatures:
    first = agent == "agent-lee"
    talk = [10.0, 40.0] if first else [43.0, 70.0]
    party = {
        "speech_s": 6.0, "duration_s": 30.0, "loudness_db": -19.0, "evenness_db": 2.0, "snr_db": 25.0,
        "speech_rate": 240.0, "rate_unit": "characters/min", "rate_s": 6.0,
    }  # fmt: skip
    overlap = {"span": [46.2, 46.9], "began_last": "agent", "interruption": True, "turn_s": 1.5}
    return CallFeatures(
        recording_id=recording,
        agent=agent,
        health=health,
        caller_health=None,
        health_detail={},
        features={
            "talk": talk,
            "agent": party,
            "caller": party | {"hold_music": [[50.0, 54.0]] if not first else [], "speech_rate": None},
            "overlaps": [] if first else [overlap],
            "overlap_share": 0.0 if first else 0.08,
            "agent_share": 0.75,
            "dead_air": [[31.5, 38.0]] if first else [],
            "paused": [[20.0, 28.0]] if first else [],
            "responses": [0.8, 1.2],
            "longest_monologue": [11.0, 14.0],
            "announced": [[16.0, 19.5]] if first else [],
        },
    )
