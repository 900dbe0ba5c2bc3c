"""The monthly evaluation sheet of an agent (B4, B5, B7). What was not measured is None, never 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ivr.core.language import Text
from ivr.reports.quality.model import Cell, Group, Mean, Sheet, Spot, mean_of
from ivr.reports.quality.source import VisitRow
from recording.review.figures import FIGURES

THREE_RINGS_S = 15.0
"""Three rings of 5 s (B3)."""
Ringing = Sequence[tuple[str, str, float | None]]


def sheet(
    agent: str,
    *,
    visits: Sequence[VisitRow],
    rings: Ringing,
    group: Group | None,
    spot: Spot | None,
    entered: Mapping[str, float],
    notes: Mapping[tuple[str, bool], int],
    disputes_changed: int,
) -> Sheet:
    """One agent's sheet.

    Args:
        visits: his talks.
        rings: (agent, result, seconds) of his ringing phone.
        group: his scores; None without any card.
        spot: his spot checks; None where no lots were drawn.
        entered: figures people entered, by name.
        notes: notes of the month by (kind, whether a next step).
        disputes_changed: disputes that he won.
    """
    answered = [seconds for _, result, seconds in rings if result == "answered" and seconds is not None]
    quick = sum(seconds <= THREE_RINGS_S for seconds in answered)
    missed = sum(result in {"no_answer", "refused"} for _, result, _ in rings)
    final = group.final if group else Mean(0, None)
    talk = mean_of(one.talked_s for one in visits)
    wait = mean_of(one.waited_s for one in visits)
    cells = [
        Cell("calls", Text("calls answered", "接听量"), float(len(visits)), None, "", _WORDS["calls"], "B4"),
        Cell("first_response", Text("first response", "首次响应"), wait.value, wait.n, "s",
             _WORDS["first_response"], "B4"),
        Cell(
            "three_rings",
            Text("answered within three rings", "三声内接听"),
            100.0 * quick / len(answered) if answered else None,
            len(answered),
            "%",
            _WORDS["three_rings"],
            "B3",
        ),
        Cell("missed", Text("rings not answered", "未接振铃"), float(missed) if rings else None, len(rings), "",
             _WORDS["missed"]),
        Cell("handling", Text("handling time", "处理时长"), talk.value, talk.n, "s", _WORDS["handling"], "B4"),
        Cell("quality", Text("quality score", "质检得分"), final.value, final.n, "%", _WORDS["quality"], "B5"),
        Cell("fail_all", Text("fail-all items broken", "一票否决"), float(group.failed_all) if group else None,
             group.cards if group else 0, "", _WORDS["fail_all"]),
        Cell("spot_checks", Text("spot checks reviewed", "抽检完成"), float(spot.reviewed) if spot else None,
             spot.drawn if spot else None, "", _WORDS["spot_checks"], "B5"),
    ]  # fmt: skip
    for name, known in FIGURES.items():
        cells.append(Cell(name, known.name, entered.get(name), None, known.unit, _WORDS["entered"], "B4"))
    for kind, title in (
        ("commendation", Text("commendations", "表扬")),
        ("warning", Text("private warnings", "私下警告")),
    ):
        cells.append(Cell(kind, title, float(notes.get((kind, False), 0)), None, "", _WORDS["notes"], "B7"))
    cells.append(
        Cell("disputes", Text("disputes won", "申诉成立"), float(disputes_changed), None, "", _WORDS["disputes"])
    )
    return Sheet(agent, tuple(cells))


_WORDS = {
    "calls": Text("calls of the month that the agent talked in", "当月该坐席通话的来电数"),
    "first_response": Text(
        "seconds from joining the queue to the agent, mean over his calls", "从进入队列到接通的秒数，按通话平均"
    ),
    "three_rings": Text("rings answered within 15 s / rings answered × 100 %", "15 秒内接听的振铃 ÷ 接听的振铃 × 100%"),
    "missed": Text("rings that ended unanswered or refused", "未接或拒接的振铃数"),
    "handling": Text("seconds from connection to the end of the talk, mean", "从接通到通话结束的秒数，平均"),
    "quality": Text(
        "final score of his calls, mean: review and disputes before the machine",
        "通话最终得分的平均：以复核与申诉结果为准",
    ),
    "fail_all": Text("cards on which a fail-all item failed", "触发一票否决的评分表数"),
    "spot_checks": Text("calls drawn by lot that were reviewed", "抽签通话中已复核的数量"),
    "entered": Text("entered by a person: ivr qa figure", "人工录入：ivr qa figure"),
    "notes": Text("written in the month, withdrawn ones left out", "当月记录，不含已撤销"),
    "disputes": Text("disputes about calls of the month that changed a value", "当月通话中改判的申诉数"),
}
