"""A month of calls of four agents in a database: what the machine found, and the truth it falls short of; seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit, Ring, Score, Step, Verdict
from recording.scorecards import Outcome

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 1, tzinfo=ZONE)
AFTER = datetime(2026, 12, 2, tzinfo=UTC)
MONTH = "2026-11"
AGENTS = ("agent-chen", "agent-lee", "agent-wang", "agent-zhou")


@dataclass(frozen=True)
class Rule:
    """A rule of the month: how often agents break it, and how often the machine is wrong about it."""

    id: str
    norm: str
    title: str
    title_zh: str
    section: str
    weight: float
    broken: float
    forbidden: bool = False
    fail_all: bool = False
    missed: float = 0.0
    invented: float = 0.0
    unsure: float = 0.05
    manual: bool = False


RULES = (
    Rule("opening", "C1", "greeting, name, offer of help", "开场问候", "opening", 20, 0.25, missed=0.2, invented=0.05),
    Rule("ask-more", "C15", "asks for other wishes", "询问其他需求", "closing", 10, 0.4, missed=0.1, invented=0.1),
    Rule("closing", "C16", "closing formula", "结束语", "closing", 20, 0.15),
    Rule("hold", "C7", "asks leave before a hold", "保持前致意", "talk", 10, 0.3),
    Rule(
        "brush-off",
        "D1",
        "no brush-off",
        "无推诿用语",
        "forbidden",
        30,
        0.04,
        forbidden=True,
        fail_all=True,
        unsure=0.1,
    ),
    Rule("empathy", "C9", "empathy with a complaint", "共情", "manual", 10, 0.3, manual=True),
)


@dataclass
class Month:
    """What was built.

    Args:
        cards: (call id, agent) to the true outcome of each item.
    """

    cards: dict[tuple[int, str], dict[str, Outcome]] = field(default_factory=dict)

    def of(self, agent: str) -> list[int]:
        """The calls of an agent, in order."""
        return [call for call, who in self.cards if who == agent]


async def fill_month(database: Database, *, per_day: int = 1, seed: int = 7, days: int = 30) -> Month:
    """Write ``per_day`` calls an agent and day, from 9:00 in Shanghai on."""
    chance = random.Random(seed)
    month = Month()
    rows: list[tuple[Call, str, list[tuple[Rule, Outcome, Outcome]]]] = []
    for day in range(days):
        for place, agent in enumerate(AGENTS):
            for nth in range(per_day):
                begun = BEGIN + timedelta(days=day, hours=9 + nth % 9, minutes=13 * place + nth // 9)
                rows.append(
                    (
                        _call(chance, begun.astimezone(UTC), agent, day * 100 + place * 10 + nth),
                        agent,
                        _found(chance, place),
                    )
                )
    async with database.write() as session:
        session.add_all([call for call, _, _ in rows])
        await session.flush()
        for call, agent, found in rows:
            month.cards[call.id, agent] = {rule.id: truth for rule, truth, _ in found}
            assert call.ended_at is not None
            session.add_all(_verdict(call, agent, rule, machine) for rule, _, machine in found if not rule.manual)
            session.add(_score(call, agent, found))
    return month


def _call(chance: random.Random, begun: datetime, agent: str, number: int) -> Call:
    wait, talk = chance.uniform(3, 40), chance.uniform(40, 400)
    joined = begun + timedelta(seconds=8)
    connected = joined + timedelta(seconds=wait)
    ended = connected + timedelta(seconds=talk)
    ring = timedelta(seconds=chance.uniform(2, 18))
    held = chance.random() < 0.3
    steps = (
        [
            Step(seq=1, at=connected + timedelta(seconds=10), step="hold", kind="talk", event="hold", detail={}),
            Step(
                seq=2,
                at=connected + timedelta(seconds=10 + talk / 5),
                step="hold",
                kind="talk",
                event="unhold",
                detail={},
            ),
        ]
        if held
        else []
    )
    return Call(
        linkedid=f"{begun.timestamp():.0f}.{number}",
        number="1000",
        caller="13800138000",
        language="zh-CN",
        flow="main",
        flow_version="1",
        started_at=begun,
        answered_at=begun + timedelta(seconds=1),
        ended_at=ended,
        outcome="answered",
        hung_up_by="agent" if chance.random() < 0.1 else "caller",
        steps=steps,
        visits=[
            QueueVisit(
                queue="service" if agent < "agent-w" else "sales",
                joined_at=joined,
                left_at=connected,
                connected_at=connected,
                completed_at=ended,
                position=1,
                outcome="answered",
                agent=agent,
                ended_by="caller",
                rings=[Ring(agent=agent, started_at=connected - ring, ended_at=connected, result="answered")],
            )
        ],
    )


def _found(chance: random.Random, place: int) -> list[tuple[Rule, Outcome, Outcome]]:
    found = []
    for rule in RULES:
        broken = chance.random() < rule.broken * (0.6 + 0.3 * place)
        truth = Outcome.FAIL if broken else Outcome.PASS
        machine = truth
        if rule.manual or chance.random() < rule.unsure:
            machine = Outcome.UNDECIDED
        elif chance.random() < (rule.missed if broken else rule.invented):
            machine = Outcome.PASS if broken else Outcome.FAIL
        if rule.id == "hold" and chance.random() < 0.6:
            truth = machine = Outcome.NOT_APPLICABLE
        found.append((rule, truth, machine))
    return found


def value_of(rule: Rule, machine: Outcome) -> str:
    """The verdict's value behind an outcome."""
    if machine is Outcome.UNDECIDED:
        return "manual" if rule.manual else "cannot_tell"
    if machine is Outcome.NOT_APPLICABLE:
        return "not_applicable"
    return "said" if (machine is Outcome.PASS) != rule.forbidden else "not_said"


def _verdict(call: Call, agent: str, rule: Rule, machine: Outcome) -> Verdict:
    assert call.ended_at is not None
    return Verdict(
        call_id=call.id,
        agent=agent,
        run=f"run-{call.id}",
        rule=rule.id,
        norm=rule.norm,
        forbidden=rule.forbidden,
        value=value_of(rule, machine),
        passed=machine is Outcome.PASS if machine.counts else None,
        evidence={"title": rule.title, "title_zh": rule.title_zh},
        rulebook="service-zh",
        rulebook_version="1.0+3f2a",
        model="vosk",
        thresholds="2026-02",
        created_at=call.ended_at + timedelta(minutes=5),
    )


def _score(call: Call, agent: str, found: list[tuple[Rule, Outcome, Outcome]]) -> Score:
    assert call.ended_at is not None
    items = [
        {
            "rule": rule.id,
            "weight": rule.weight,
            "points": (rule.weight if machine is Outcome.PASS else 0.0) if machine.counts else None,
            "value": value_of(rule, machine),
            "fail_all": rule.fail_all,
            "outcome": machine.value,
            "norm": rule.norm,
            "section": rule.section,
            "title": rule.title,
            "title_zh": rule.title_zh,
        }
        for rule, _, machine in found
    ]
    failed = any(rule.fail_all and machine is Outcome.FAIL for rule, _, machine in found)
    return Score(
        call_id=call.id,
        agent=agent,
        run=f"run-{call.id}",
        points=0.0 if failed else sum(one["points"] or 0.0 for one in items),  # type: ignore[misc]
        possible=sum(rule.weight for rule, _, machine in found if machine.counts),
        failed_all=failed,
        items=items,
        rulebook="service-zh",
        rulebook_version="1.0+3f2a",
        created_at=call.ended_at + timedelta(minutes=5),
    )
