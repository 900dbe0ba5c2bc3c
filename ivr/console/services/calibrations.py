"""Calibration: several people score the same calls blind and compare afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import ALLOWED, Permission, Role
from ivr.console.security.person import Person
from ivr.console.services.cards import CardView, view
from ivr.console.services.casework import Shown
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.accounts import people
from ivr.storage.models import Calibration
from ivr.storage.people import calibrations as rows
from ivr.storage.people import reviews as review_rows
from ivr.storage.work import Session
from recording.review import calibration as work
from recording.review.states import CALIBRATION


class CalibrationCallView(Shown):
    """A call of a session; ``mine`` is the state of who asks' own review of it, "" before he began."""

    call: int
    agent: str
    mine: str = ""


class CalibrationView(Shown):
    """A session; ``actions`` are what who asks can do now: score, close."""

    id: int
    title: str
    state: str
    state_name: str
    reviewers: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    calls: tuple[CalibrationCallView, ...]
    actions: tuple[str, ...] = ()


class ItemAgreementView(Shown):
    """How far the reviewers agree on an item: shares 0..1, kappas; null where they mean nothing."""

    item: str
    title: str
    calls: int
    reviewers: int
    split: int
    observed: float | None
    fleiss: float | None
    pairwise: float | None


class SpreadView(Shown):
    """One call's scores by reviewer, 0..100, and highest minus lowest."""

    call: int
    agent: str
    percents: dict[str, float | None]
    spread: float | None


class Missing(Shown):
    """A call somebody did not score."""

    reviewer: str
    call: int
    agent: str


class ResultsView(Shown):
    """What a closed session showed, items with the least agreement first."""

    items: tuple[ItemAgreementView, ...]
    calls: tuple[SpreadView, ...]
    missing: tuple[Missing, ...]


async def list_calibrations(
    console: Console, who: Person, *, state: str | None = None, limit: int = 50
) -> list[CalibrationView]:
    """Sessions, the newest first.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.REVIEW, Permission.DECIDE)
    async with console.database.read() as session:
        found = await rows.list_calibrations(session, state=state, limit=limit)
        return [_view(who, one, await _mine(session, who, one)) for one in found]


async def show(console: Console, who: Person, calibration_id: int) -> CalibrationView:
    """One session.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none.
    """
    who.must(Permission.REVIEW, Permission.DECIDE)
    async with console.database.read() as session:
        found = await _held(session, calibration_id)
        return _view(who, found, await _mine(session, who, found))


async def results(console: Console, who: Person, calibration_id: int) -> ResultsView:
    """What a closed session showed.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none.
        UsageError: if it is still open.
    """
    who.must(Permission.REVIEW, Permission.DECIDE)
    async with console.database.read() as session:
        await _held(session, calibration_id)
        found = await work.results(session, calibration_id)
    return ResultsView(
        items=tuple(
            ItemAgreementView(
                item=one.item,
                title=one.title.within(who.language),
                calls=one.agreement.subjects,
                reviewers=one.agreement.raters,
                split=one.agreement.split,
                observed=one.agreement.observed,
                fleiss=one.agreement.fleiss,
                pairwise=one.agreement.pairwise,
            )
            for one in found.items
        ),
        calls=tuple(
            SpreadView(call=one.call_id, agent=one.agent, percents=one.percents, spread=one.spread)
            for one in found.calls
        ),
        missing=tuple(Missing(reviewer=name, call=call, agent=agent) for name, call, agent in found.missing),
    )


async def open_session(
    console: Console,
    who: Person,
    title: str,
    calls: Sequence[tuple[int, str]],
    reviewers: Sequence[str],
    *,
    due_at: datetime | None = None,
) -> CalibrationView:
    """A session over calls, each with its agent ("" where there is one).

    Raises:
        Forbidden: if who asks may not.
        UsageError: if calls or reviewers are too few or too many, a call has no card, or somebody may not score.
    """
    who.must(Permission.REVIEW)
    async with console.database.write() as session:
        for name in dict.fromkeys(reviewers):
            await _must_score(session, name)
        found = await work.open_session(
            session,
            title,
            [(call, agent or None) for call, agent in calls],
            reviewers,
            by=who.login,
            now=console.clock.now(),
            due_at=due_at,
        )
        return _view(who, await _held(session, found.id), {})


async def start(console: Console, who: Person, calibration_id: int, call: int, agent: str = "") -> CardView:
    """One's own blind review of one of the calls.

    Raises:
        Forbidden: if who asks may not, or it is his own part.
        NotFound: if there is no such session.
        UsageError: if it is closed, the call not in it, or he is not invited.
    """
    who.must(Permission.REVIEW)
    async with console.database.write() as session:
        await _held(session, calibration_id)
        found = await work.start(
            session, calibration_id, call, by=who.login, now=console.clock.now(), agent=agent or None
        )
        if who.owns(found.agent):
            raise Forbidden(Text("nobody reviews himself", "不能评自己的通话"))
        return await view(console, session, who, call, found.agent)


async def close(console: Console, who: Person, calibration_id: int) -> CalibrationView:
    """End a session; its results are open from then on.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none.
        UsageError: if it is closed.
    """
    who.must(Permission.REVIEW)
    async with console.database.write() as session:
        await _held(session, calibration_id)
        await work.close(session, calibration_id, by=who.login, now=console.clock.now())
        found = await _held(session, calibration_id)
        return _view(who, found, await _mine(session, who, found))


async def _held(session: Session, calibration_id: int) -> Calibration:
    found = await rows.get(session, calibration_id)
    if found is None:
        raise NotFound(Text(f"no calibration session {calibration_id}", f"没有校准会 {calibration_id}"))
    return found


async def _must_score(session: Session, login: str) -> None:
    account = await people.by_login(session, login.strip())
    if account is None or account.disabled_at is not None or Permission.REVIEW not in ALLOWED[Role(account.role)]:
        raise UsageError(
            Text(f"nobody who scores has the login {login!r:.60}", f"没有可评分的账号 {login!r:.60}"),
            cure=Text("name people of the role quality", "请填写质检人员的账号"),
        )


async def _mine(session: Session, who: Person, found: Calibration) -> dict[tuple[int, str], str]:
    if who.login not in found.reviewers:
        return {}
    made = await review_rows.list_reviews(session, reviewer=who.login, calibration_id=found.id)
    return {(one.call_id, one.agent): one.state for one in made if one.state != "discarded"}


def _view(who: Person, row: Calibration, mine: dict[tuple[int, str], str]) -> CalibrationView:
    actions = []
    if not CALIBRATION.over(row.state):
        actions += ["score"] if who.login in row.reviewers else []
        actions += ["close"] if who.may(Permission.REVIEW) else []
    return CalibrationView(
        id=row.id,
        title=row.title,
        state=row.state,
        state_name=CALIBRATION.states[row.state].within(who.language),
        reviewers=tuple(str(one) for one in row.reviewers),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        calls=tuple(
            CalibrationCallView(call=one.call_id, agent=one.agent, mine=mine.get((one.call_id, one.agent), ""))
            for one in row.calls
        ),
        actions=tuple(actions),
    )


__all__ = [
    "CalibrationCallView",
    "CalibrationView",
    "ItemAgreementView",
    "Missing",
    "ResultsView",
    "SpreadView",
    "close",
    "list_calibrations",
    "open_session",
    "results",
    "show",
    "start",
]
