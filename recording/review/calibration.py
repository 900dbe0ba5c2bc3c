"""Calibration sessions: several reviewers score the same calls, each for himself, and compare afterwards.

All functions that write work in the caller's writing transaction; ``by`` is who does it, ``now`` the time.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.models import Calibration, CalibrationCall, Review
from ivr.storage.people import Session
from ivr.storage.people import calibrations as rows
from ivr.storage.people import reviews as review_rows
from recording.review.cards import CALIBRATION as KIND
from recording.review.cards import automatic, own_card, title_of
from recording.review.kappa import Several, several
from recording.review.people import person, prose
from recording.review.reviews import open_review
from recording.review.states import CALIBRATION

MOST_CALLS = 50
MOST_REVIEWERS = 30


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """How far the reviewers agree on one item over all calls."""

    item: str
    title: Text
    agreement: Several


@dataclass(frozen=True, slots=True)
class CallSpread:
    """One call's scores.

    Args:
        percents: reviewer to his score, 0..100; None where nothing counted.
        spread: highest minus lowest; None with fewer than two scores.
    """

    call_id: int
    agent: str
    percents: dict[str, float | None]
    spread: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """What a closed session showed; items with the least agreement first."""

    items: tuple[ItemAgreement, ...]
    calls: tuple[CallSpread, ...]
    missing: tuple[tuple[str, int, str], ...]
    """(reviewer, call, agent) that were not scored."""


async def open_session(
    session: Session,
    title: str,
    calls: Sequence[tuple[int, str | None]],
    reviewers: Sequence[str],
    *,
    by: str,
    now: datetime,
    due_at: datetime | None = None,
) -> Calibration:
    """A session over calls, each given with its agent (None where there is one).

    Raises:
        UsageError: if calls or reviewers are too few or too many, or a call has no card.
    """
    by = person(by)
    names = list(dict.fromkeys(person(name) for name in reviewers))
    if not 2 <= len(names) <= MOST_REVIEWERS:
        raise UsageError(
            Text(f"{len(names)} reviewers", f"{len(names)} 位评分人"),
            cure=Text(f"between 2 and {MOST_REVIEWERS}", f"应为 2 至 {MOST_REVIEWERS} 位"),
        )
    chosen = dict.fromkeys([(call_id, (await automatic(session, call_id, agent)).agent) for call_id, agent in calls])
    if not 1 <= len(chosen) <= MOST_CALLS:
        raise UsageError(
            Text(f"{len(chosen)} calls", f"{len(chosen)} 通电话"),
            cure=Text(f"between 1 and {MOST_CALLS}", f"应为 1 至 {MOST_CALLS} 通"),
        )
    found = await rows.add(
        session,
        Calibration(
            title=prose(title, Text("the title", "标题"), needed=True)[:200],
            state="open",
            reviewers=names,
            opened_by=by,
            opened_at=now,
            due_at=due_at,
            calls=[CalibrationCall(call_id=call_id, agent=agent) for call_id, agent in chosen],
        ),
    )
    detail = {"calls": [list(one) for one in chosen], "reviewers": names}
    await audit.append(
        session, actor=by, action="calibration.open", object=f"calibration:{found.id}", at=now, detail=detail
    )
    return found


async def start(
    session: Session, calibration_id: int, call_id: int, *, by: str, now: datetime, agent: str | None = None
) -> Review:
    """One's own blind review of one of the session's calls; the draft under way, if there is one.

    Raises:
        UsageError: if the session is closed, the call is not in it, or ``by`` is not invited.
    """
    by = person(by)
    found = await held(session, calibration_id)
    CALIBRATION.after(found.state, "score", str(found.id))
    if by not in found.reviewers:
        raise UsageError(
            Text(f"{by} is not invited to this session", f"{by} 不在本次校准名单中"),
            cure=Text(", ".join(found.reviewers), "、".join(found.reviewers)),
        )
    agents = [one.agent for one in found.calls if one.call_id == call_id and agent in {None, one.agent}]
    if len(agents) != 1:
        numbers = ", ".join(f"{one.call_id} ({one.agent})" for one in found.calls)
        raise UsageError(
            Text(f"call {call_id} is not in this session, or twice", f"通话 {call_id} 不在本次校准中，或不止一位坐席"),
            cure=Text(f"its calls: {numbers}", f"通话：{numbers}"),
        )
    slot = f"cal:{calibration_id}:{call_id}:{agents[0]}:{by}"
    before = await review_rows.in_slot(session, slot)
    if before is not None:
        return before
    return await open_review(
        session,
        call_id,
        by=by,
        now=now,
        agent=agents[0],
        kind=KIND,
        slot=slot,
        source="calibration",
        calibration_id=calibration_id,
    )


async def close(session: Session, calibration_id: int, *, by: str, now: datetime) -> Calibration:
    """End a session; its results can be seen from now on.

    Raises:
        UsageError: if it is closed.
    """
    by = person(by)
    found = await held(session, calibration_id)
    found.state = CALIBRATION.after(found.state, "close", str(found.id))
    found.closed_at = now
    await audit.append(session, actor=by, action="calibration.close", object=f"calibration:{found.id}", at=now)
    return found


async def results(session: Session, calibration_id: int) -> Results:
    """What a session showed.

    Raises:
        UsageError: if it is still open: nobody sees others' scores before his own are in.
    """
    found = await held(session, calibration_id, lock=False)
    if found.state != "closed":
        raise UsageError(
            Text("the session is open: its results are not shown yet", "校准尚未结束，暂不显示结果"),
            cure=Text(f"ivr qa calibrate close {found.id}", f"ivr qa calibrate close {found.id}"),
        )
    made = await review_rows.list_reviews(session, calibration_id=found.id, state="submitted")
    by_call: dict[tuple[int, str], list[Review]] = {(one.call_id, one.agent): [] for one in found.calls}
    for review in made:
        by_call.setdefault((review.call_id, review.agent), []).append(review)
    titles: dict[str, Text] = {}
    ratings: dict[str, list[dict[str, Hashable]]] = {}
    spreads = []
    for (call_id, agent), mine in by_call.items():
        answers: dict[str, dict[str, Hashable]] = {}
        for review in mine:
            for item in review.items:
                titles.setdefault(item.item, title_of(item))
                if item.value:
                    answers.setdefault(item.item, {})[review.reviewer] = item.value
        for name, one in answers.items():
            ratings.setdefault(name, []).append(one)
        percents = {review.reviewer: own_card(review).automatic.percent for review in mine}
        known = [one for one in percents.values() if one is not None]
        spreads.append(CallSpread(call_id, agent, percents, max(known) - min(known) if len(known) > 1 else None))
    items = [ItemAgreement(name, titles[name], several(ratings[name])) for name in ratings]
    items.sort(key=lambda one: (1.0 if one.agreement.observed is None else one.agreement.observed, one.item))
    missing = [
        (name, call_id, agent)
        for name in found.reviewers
        for (call_id, agent), mine in by_call.items()
        if name not in {review.reviewer for review in mine}
    ]
    return Results(tuple(items), tuple(spreads), tuple(missing))


async def held(session: Session, calibration_id: int, *, lock: bool = True) -> Calibration:
    """The session.

    Raises:
        UsageError: if there is none.
    """
    found = await rows.get(session, calibration_id, lock=lock)
    if found is None:
        raise UsageError(
            Text(f"no calibration session {calibration_id}", f"没有校准会 {calibration_id}"),
            cure=Text("ivr qa calibrate list shows those there are", "用 ivr qa calibrate list 查看"),
        )
    return found
