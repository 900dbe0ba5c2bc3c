from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.reports.indicators import Indicator, Indicators, compute, indicators
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


WAITING = ("answer_rate", "service_level", "speed_of_answer", "abandonment_rate")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def visit(outcome: str, waited: float, queue: str = "sales", joined: float = 0) -> QueueVisit:
    left = after(joined + waited) if outcome else None
    connected = left if outcome == "answered" else None
    return QueueVisit(queue=queue, joined_at=after(joined), left_at=left, connected_at=connected, outcome=outcome)


async def figures(database: Database, *stories: list[QueueVisit], **options: object) -> Indicators:
    async with database.write() as session:
        for number, visits in enumerate(stories):
            waiting = any(one.outcome == "" for one in visits)
            ended_at = None if waiting else after(1000)
            session.add(Call(linkedid=f"{number}.0", started_at=NOW, ended_at=ended_at, visits=visits))
    async with database.read() as session:
        return await indicators(session, NOW, NOW + DAY, **options)  # type: ignore[arg-type]


def by_id(found: tuple[Indicator, ...]) -> dict[str, tuple[float | None, float, int]]:
    return {one.id: (one.value, one.numerator, one.denominator) for one in found if one.id in WAITING}


async def test_the_formulae_over_a_day(database: Database) -> None:
    found = await figures(
        database,
        [visit("answered", 5)],
        [visit("answered", 20)],
        [visit("answered", 30)],
        [visit("abandoned", 3)],
        [visit("timeout", 300)],
        [],  # never asked for an agent
        [visit("", 0)],  # still waiting
    )
    assert by_id(found.whole) == {
        "answer_rate": (60.0, 3, 5),
        "service_level": (40.0, 2, 5),
        "speed_of_answer": (55 / 3, 55.0, 3),
        "abandonment_rate": (20.0, 1, 5),
    }
    assert [one.norm for one in found.whole[:2]] == ["B1", "B2"]
    assert found.whole[1].formula.en == "calls answered within 20 s / all calls that asked for an agent × 100 %"


async def test_short_abandons_may_be_left_out_and_both_figures_are_there(database: Database) -> None:
    found = await figures(
        database, [visit("answered", 5)], [visit("abandoned", 3)], [visit("abandoned", 9)], short_abandon_s=5
    )
    figure = by_id(found.whole)
    assert figure["service_level"] == (50.0, 1, 2)
    assert figure["answer_rate"] == (50.0, 1, 2)
    assert figure["abandonment_rate"] == (50.0, 1, 2)
    assert figure["speed_of_answer"] == (5.0, 5.0, 1)
    whole = found.whole[0].variant
    assert whole is not None
    assert (whole.value, whole.numerator, whole.denominator) == (100 / 3, 1, 3)
    assert "before 5 s are left out" in found.whole[1].formula.en


async def test_a_call_sent_from_queue_to_queue_asked_once_but_counts_in_both(database: Database) -> None:
    found = await figures(
        database,
        [visit("timeout", 15, "sales"), visit("answered", 10, "support", joined=16)],
        [visit("answered", 1, "support")],
        levels={"sales": 10, "support": 20},
    )
    whole = by_id(found.whole)
    assert whole["answer_rate"] == (100.0, 2, 2)
    assert whole["service_level"] == (50.0, 1, 2)  # 26 s since he first asked
    assert whole["speed_of_answer"] == (13.5, 27.0, 2)
    assert list(found.queues) == ["sales", "support"]
    assert by_id(found.queues["sales"])["answer_rate"] == (0.0, 0, 1)
    assert by_id(found.queues["support"])["service_level"] == (100.0, 2, 2)


async def test_only_calls_of_the_period_count(database: Database) -> None:
    await figures(database, [visit("answered", 5)])
    async with database.read() as session:
        assert by_id((await indicators(session, NOW - DAY, NOW)).whole)["answer_rate"] == (None, 0, 0)
        assert by_id((await indicators(session, NOW, after(1))).whole)["answer_rate"] == (100.0, 1, 1)


def test_nothing_to_count_gives_no_figure() -> None:
    assert [one.value for one in compute([])] == [None] * 4
    assert [one.denominator for one in compute([])] == [0] * 4


async def test_names_and_formulae_are_in_both_languages(database: Database) -> None:
    found = await figures(database, [visit("answered", 5)], levels={"sales": 15})
    assert [one.name.zh for one in found.whole][:4] == ["接通率", "服务水平（15 秒内）", "平均应答时间", "放弃率"]
    assert all(one.formula.en and one.formula.zh for one in found.whole)
