"""Reviews, disputes, calibration, coaching and spot checks on a real database: who may do what, what is left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from ivr.core.errors import UsageError
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import Audit, Call, Dispute, QueueVisit, Review, Score
from ivr.storage.people import Session
from ivr.storage.people import reviews as review_rows
from recording.review import calibration, coaching, disputes, figures, reviews, sight, spot
from recording.review.agreement import between_reviewers, machine_errors
from recording.review.cards import standing
from recording.review.states import CALIBRATION, DISPUTE, NOTE, REVIEW, Machine
from recording.scorecards import Outcome
from tests.unit.reports.month import AFTER, AGENTS, MONTH, ZONE, Month, fill_month

PASS, FAIL, NA = Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE
LEE = "agent-lee"


@pytest.fixture
async def month(database: Database) -> Month:
    return await fill_month(database, days=6)


@pytest.fixture
async def session(database: Database, month: Month) -> AsyncIterator[Session]:
    async with database.write() as opened:
        yield opened


async def failed_call(session: Session, month: Month, item: str = "opening") -> tuple[int, datetime]:
    """A call of Lee's on which the machine found this item failed, and a time soon after."""
    for call_id in month.of(LEE):
        found = await standing(session, call_id)
        line = found.card.line(item)
        if line is not None and line.automatic is FAIL:
            return call_id, found.score.created_at + timedelta(hours=1)
    raise AssertionError("the month has none")


async def reviewed(session: Session, call_id: int, now: datetime, *, by: str = "qa-ann", **values: Outcome) -> Review:
    """A submitted first review with these values; names with _ for -."""
    review = await reviews.open_review(session, call_id, by=by, now=now)
    for name, value in values.items():
        item = name.replace("_", "-")
        await reviews.judge_item(session, review.id, item, value, by=by, now=now, reason="I listened to it")
    return await reviews.submit(session, review.id, by=by, now=now, leave_open=True)


async def scored_blind(session: Session, review: Review, now: datetime, **values: Outcome) -> Review:
    """Submit a blind review: these values, pass for the rest."""
    for row in review.items:
        value = values.get(row.item.replace("-", "_"), PASS)
        await reviews.judge_item(session, review.id, row.item, value, by=review.reviewer, now=now)
    return await reviews.submit(session, review.id, by=review.reviewer, now=now)


async def actions(session: Session) -> list[str]:
    from sqlalchemy import select

    return [row.action for row in await session.scalars(select(Audit).order_by(Audit.id))]


# Reviews


async def test_a_review_stands_beside_the_automatic_score(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    before = (await standing(session, call_id)).score
    kept = (before.points, before.possible, [dict(one) for one in before.items])
    await reviewed(session, call_id, now, opening=PASS)
    after = await standing(session, call_id)
    assert (after.score.points, after.score.possible, after.score.items) == kept
    line = after.card.line("opening")
    assert line is not None and (line.automatic, line.reviewed, line.final) == (FAIL, PASS, PASS)
    assert after.card.final.points == after.card.automatic.points + (0 if after.card.final.failed_all else 20)
    assert await audit.verify(session) is None
    assert await actions(session) == ["review.open", "review.judge", "review.submit"]


async def test_an_override_needs_a_reason(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    review = await reviews.open_review(session, call_id, by="qa-ann", now=now)
    with pytest.raises(UsageError, match="the reason is missing"):
        await reviews.judge_item(session, review.id, "opening", PASS, by="qa-ann", now=now, reason="  ")
    await reviews.judge_item(session, review.id, "opening", FAIL, by="qa-ann", now=now)  # the same: no override
    await reviews.judge_item(session, review.id, "empathy", FAIL, by="qa-ann", now=now)  # only a person can
    row = {one.item: one for one in review.items}
    assert (row["opening"].value, row["empathy"].value) == ("fail", "fail")


async def test_what_the_machine_left_open_must_be_decided(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    review = await reviews.open_review(session, call_id, by="qa-ann", now=now)
    with pytest.raises(UsageError, match=r"not judged yet: .*empathy"):
        await reviews.submit(session, review.id, by="qa-ann", now=now)
    assert "empathy" in reviews.open_items(review)
    submitted = await reviews.submit(session, review.id, by="qa-ann", now=now, leave_open=True)
    assert submitted.state == "submitted"
    with pytest.raises(UsageError, match="is submitted: it is not possible to judge an item"):
        await reviews.judge_item(session, review.id, "empathy", PASS, by="qa-ann", now=now)


async def test_confirming_the_rest_makes_the_machine_s_values_one_s_own(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    review = await reviews.open_review(session, call_id, by="qa-ann", now=now)
    await reviews.submit(session, review.id, by="qa-ann", now=now, leave_open=True, confirm_rest=True)
    definite = [one for one in review.items if one.automatic in {"pass", "fail", "not_applicable"}]
    assert definite and all(one.value == one.automatic for one in definite)


async def test_there_is_one_review_that_counts(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    first = await reviews.open_review(session, call_id, by="qa-ann", now=now)
    with pytest.raises(UsageError, match="there is review"):
        await reviews.open_review(session, call_id, by="qa-bob", now=now)
    with pytest.raises(UsageError, match="qa-ann's"):
        await reviews.submit(session, first.id, by="qa-bob", now=now)
    await reviews.discard(session, first.id, by="qa-ann", now=now)
    assert (await reviews.open_review(session, call_id, by="qa-bob", now=now)).reviewer == "qa-bob"


async def test_nobody_reviews_himself_or_without_a_name(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    with pytest.raises(UsageError, match="nobody reviews himself"):
        await reviews.open_review(session, call_id, by=LEE, now=now)
    for name in ("", "  ", "a\nb", "a\u202eb", "x" * 65):
        with pytest.raises(UsageError):
            await reviews.open_review(session, call_id, by=name, now=now)
    with pytest.raises(UsageError, match="has no scorecard"):
        await reviews.open_review(session, 10_000, by="qa-ann", now=now)
    with pytest.raises(UsageError, match="which agent 'nobody'"):
        await reviews.open_review(session, call_id, by="qa-ann", now=now, agent="nobody")


async def test_a_failed_fail_all_item_sets_the_final_score_to_zero(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    await reviewed(session, call_id, now, brush_off=FAIL)
    final = (await standing(session, call_id)).card.final
    assert (final.points, final.failed_all, final.percent) == (0.0, True, 0.0)
    assert final.possible > 0


async def test_not_applicable_leaves_the_denominator(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    before = (await standing(session, call_id)).card.final
    await reviewed(session, call_id, now, opening=NA)
    after = (await standing(session, call_id)).card.final
    assert after.possible == before.possible - 20
    assert after.points == before.points


# Disputes


async def test_a_dispute_goes_its_way(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    await reviewed(session, call_id, now, opening=FAIL)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it at 0:02")
    assert (dispute.state, dispute.first_reviewer, dispute.disputed) == ("open", "qa-ann", "fail")
    for name in ("qa-ann", LEE):
        with pytest.raises(UsageError, match="neither the agent nor the first"):
            await disputes.take(session, dispute.id, by=name, now=now)
    second = await disputes.take(session, dispute.id, by="qa-bob", now=now)
    await scored_blind(session, second, now)
    assert (dispute.state, dispute.second_value, dispute.value) == ("split", "pass", "")
    for name in ("qa-bob", LEE):
        with pytest.raises(UsageError, match="a third person decides"):
            await disputes.decide(session, dispute.id, change=True, by=name, now=now, reason="so")
    with pytest.raises(UsageError, match="a third person decides"):
        await disputes.decide(session, dispute.id, change=False, by="qa-ann", now=now, reason="so")
    await disputes.decide(session, dispute.id, change=True, by="lead", now=now, reason="heard at 0:02")
    line = (await standing(session, call_id)).card.line("opening")
    assert line is not None and (line.automatic, line.reviewed, line.decided, line.final) == (FAIL, FAIL, PASS, PASS)
    with pytest.raises(UsageError, match=r"nothing can be changed"):
        await disputes.decide(session, dispute.id, change=False, by="lead", now=now, reason="no")
    told = [action for action in await actions(session) if action.startswith("dispute")]
    assert told == ["dispute.open", "dispute.take", "dispute.differ", "dispute.change"]
    assert await audit.verify(session) is None


async def test_the_first_reviewer_may_give_in(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    await reviewed(session, call_id, now, opening=FAIL)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it")
    await scored_blind(session, await disputes.take(session, dispute.id, by="qa-bob", now=now), now)
    await disputes.decide(session, dispute.id, change=True, by="qa-ann", now=now, reason="I misheard")
    assert (dispute.state, dispute.value, dispute.decided_by) == ("changed", "pass", "qa-ann")


async def test_agreeing_reviewers_decide_a_dispute(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    await reviewed(session, call_id, now, opening=FAIL)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it")
    await scored_blind(session, await disputes.take(session, dispute.id, by="qa-bob", now=now), now, opening=FAIL)
    assert (dispute.state, dispute.value) == ("upheld", "fail")


async def test_a_person_s_word_beats_the_machine_s(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it")
    assert dispute.first_reviewer == ""
    await scored_blind(session, await disputes.take(session, dispute.id, by="qa-bob", now=now), now)
    assert (dispute.state, dispute.value) == ("changed", "pass")


async def test_an_item_can_be_disputed_once_with_a_reason_in_time_by_the_agent(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    with pytest.raises(UsageError, match="the reason is missing"):
        await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="")
    with pytest.raises(UsageError, match="only the agent himself"):
        await disputes.raise_dispute(session, call_id, "opening", by="agent-chen", now=now, reason="x", agent=LEE)
    with pytest.raises(UsageError, match="is not a failed item"):
        await disputes.raise_dispute(session, call_id, "empathy", by=LEE, now=now, reason="x")
    with pytest.raises(UsageError, match="too late"):
        late = now + disputes.RAISE_WITHIN
        await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=late, reason="x")
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="x")
    await disputes.withdraw(session, dispute.id, by=LEE, now=now)
    with pytest.raises(UsageError, match="was disputed before"):
        await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="x")


async def test_the_second_reviewer_sees_nothing_of_the_first(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    first = await reviewed(session, call_id, now, opening=FAIL)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it")
    second = await disputes.take(session, dispute.id, by="qa-bob", now=now)
    assert all(one.value == "" for one in second.items)
    assert not disputes.may_see(dispute, "qa-bob")
    assert not disputes.may_see(dispute, "")
    assert disputes.may_see(dispute, LEE)
    with pytest.raises(UsageError, match="you score this call blind"):
        await sight.refuse_the_blind(session, call_id, LEE, "qa-bob")
    with pytest.raises(UsageError, match="you score this call blind"):
        await sight.refuse_hidden(session, first, "qa-bob")
    assert await sight.hidden(session, second, "qa-ann")
    with pytest.raises(UsageError, match="not judged yet"):  # he cannot leave items out: one of them is in dispute
        await reviews.submit(session, second.id, by="qa-bob", now=now, leave_open=True)
    with pytest.raises(UsageError, match="give the dispute back"):
        await reviews.discard(session, second.id, by="qa-bob", now=now)
    await scored_blind(session, second, now)
    assert disputes.may_see(dispute, "qa-bob")
    await sight.refuse_hidden(session, first, "qa-bob")


async def test_a_dispute_given_back_can_be_taken_again(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    dispute = await disputes.raise_dispute(session, call_id, "opening", by=LEE, now=now, reason="I said it")
    second = await disputes.take(session, dispute.id, by="qa-bob", now=now)
    with pytest.raises(UsageError, match="is with qa-bob"):
        await disputes.release(session, dispute.id, by="qa-eve", now=now)
    await disputes.release(session, dispute.id, by="qa-bob", now=now)
    assert (dispute.state, dispute.second_reviewer, second.state) == ("open", "", "discarded")
    again = await disputes.take(session, dispute.id, by="qa-eve", now=now)
    assert again.reviewer == "qa-eve"
    assert not disputes.overdue(dispute, now)
    assert disputes.overdue(dispute, now + disputes.ANSWER_WITHIN + timedelta(seconds=1))


@pytest.mark.parametrize("machine", [REVIEW, DISPUTE, CALIBRATION, NOTE], ids=lambda one: one.name.en)
def test_what_is_not_a_step_is_refused_in_both_languages(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = 0
    for state in machine.states:
        for action in machine.actions:
            if (state, action) in machine.steps:
                assert machine.after(state, action, "7") in machine.states
                continue
            refused += 1
            for language in ("en", "zh"):
                monkeypatch.setenv("IVR_LANG", language)
                with pytest.raises(UsageError) as caught:
                    machine.after(state, action, "7")
                name = machine.name.zh if language == "zh" else machine.name.en
                assert name in caught.value.message and caught.value.cure
    assert refused


# Calibration


async def test_a_calibration_shows_its_results_at_its_end(session: Session, month: Month) -> None:
    calls = month.of(LEE)[:2]
    now = AFTER
    names = ["qa-ann", "qa-bob", "qa-eve"]
    found = await calibration.open_session(
        session, "November", [(call_id, None) for call_id in calls], names, by="lead", now=now
    )
    with pytest.raises(UsageError, match="not invited"):
        await calibration.start(session, found.id, calls[0], by="qa-zed", now=now)
    for who in names:
        for call_id in calls:
            if (who, call_id) == ("qa-eve", calls[1]):
                continue
            review = await calibration.start(session, found.id, call_id, by=who, now=now)
            assert (await calibration.start(session, found.id, call_id, by=who, now=now)).id == review.id
            values = {"opening": FAIL} if who == "qa-bob" else {}
            await scored_blind(session, review, now, **values)
            assert await sight.hidden(session, review, "lead")
    with pytest.raises(UsageError, match="its results are not shown yet"):
        await calibration.results(session, found.id)
    await calibration.close(session, found.id, by="lead", now=now)
    results = await calibration.results(session, found.id)
    worst = results.items[0]
    assert (worst.item, worst.agreement.subjects, worst.agreement.split) == ("opening", 2, 2)
    assert worst.agreement.observed == pytest.approx((1 / 3 + 0) / 2)
    assert all(one.agreement.observed == 1 for one in results.items[1:])
    assert results.calls[0].spread == pytest.approx(20.0)  # 20 of 100 points
    assert results.missing == (("qa-eve", calls[1], LEE),)
    with pytest.raises(UsageError, match="is closed"):
        await calibration.start(session, found.id, calls[1], by="qa-eve", now=now)
    # A calibration review counts nothing.
    assert (await standing(session, calls[0])).review is None


async def test_a_session_needs_two_reviewers_and_judged_calls(session: Session, month: Month) -> None:
    call_id = month.of(LEE)[0]
    with pytest.raises(UsageError, match="1 reviewers"):
        await calibration.open_session(session, "x", [(call_id, None)], ["qa-ann", "qa-ann"], by="lead", now=AFTER)
    with pytest.raises(UsageError, match="no scorecard"):
        await calibration.open_session(session, "x", [(9999, None)], ["qa-ann", "qa-bob"], by="lead", now=AFTER)


# Coaching


async def test_coaching_is_acknowledged_and_done(session: Session) -> None:
    note = await coaching.write(session, LEE, coaching.Kind.COACHING, "Greet first.", by="lead", now=AFTER)
    assert note.due_at == AFTER + coaching.DUE_AFTER
    with pytest.raises(UsageError, match="it is not possible to close it as done"):
        await coaching.finish(session, note.id, by="lead", now=AFTER)
    with pytest.raises(UsageError, match="only the agent himself"):
        await coaching.acknowledge(session, note.id, by="lead", now=AFTER)
    from ivr.storage.people import notes

    late = AFTER + coaching.DUE_AFTER + timedelta(seconds=1)
    assert [one.id for one in await notes.list_notes(session, overdue_at=late)] == [note.id]
    assert list(await notes.list_notes(session, overdue_at=AFTER)) == []
    await coaching.acknowledge(session, note.id, by=LEE, now=AFTER, answer="I was new that day.")
    await coaching.finish(session, note.id, by="lead", now=AFTER)
    assert (note.state, note.answer) == ("done", "I was new that day.")
    assert list(await notes.list_notes(session, overdue_at=late)) == []
    with pytest.raises(UsageError, match="the due time is past"):
        await coaching.write(session, LEE, coaching.Kind.COACHING, "x", by="lead", now=AFTER, due_at=AFTER)


async def test_three_of_a_kind_make_a_next_step_due(session: Session) -> None:
    warning, praise = coaching.Kind.WARNING, coaching.Kind.COMMENDATION
    for number in range(3):
        with pytest.raises(UsageError, match="no next step is due"):
            await coaching.take_step(session, LEE, warning, "talk", by="lead", now=AFTER)
        await coaching.write(session, LEE, warning, f"warning {number}", by="lead", now=AFTER)
    await coaching.write(session, LEE, praise, "well done", by="lead", now=AFTER)
    found = await coaching.ladder(session, LEE, warning)
    assert (found.count, found.due, found.to_next) == (3, 1, 3)
    await coaching.take_step(session, LEE, warning, "a talk with the manager", by="lead", now=AFTER)
    found = await coaching.ladder(session, LEE, warning)
    assert (found.count, found.taken, found.due) == (3, 1, 0)
    assert (await coaching.ladder(session, LEE, praise)).to_next == 2


async def test_a_withdrawn_warning_counts_no_more(session: Session) -> None:
    for number in range(3):
        note = await coaching.write(session, LEE, coaching.Kind.WARNING, f"{number}", by="lead", now=AFTER)
    with pytest.raises(UsageError, match="the reason is missing"):
        await coaching.withdraw(session, note.id, by="lead", now=AFTER, reason="")
    await coaching.withdraw(session, note.id, by="lead", now=AFTER, reason="another agent's call")
    assert (await coaching.ladder(session, LEE, coaching.Kind.WARNING)).due == 0
    assert "coaching.withdraw" in await actions(session)


async def test_entered_figures_have_bounds_and_a_history(session: Session) -> None:
    for name, value in (("satisfaction", 101.0), ("satisfaction", float("nan")), ("luck", 3.0), ("team_work", -1.0)):
        with pytest.raises(UsageError):
            await figures.enter(session, LEE, MONTH, name, value, by="lead", now=AFTER)
    await figures.enter(session, LEE, MONTH, "satisfaction", 90, by="lead", now=AFTER, source="survey")
    found = await figures.enter(session, LEE, MONTH, "satisfaction", 92.5, by="lead", now=AFTER)
    assert found.value == 92.5
    from sqlalchemy import select

    details = [row.detail for row in await session.scalars(select(Audit).where(Audit.action == "figure.enter"))]
    assert [(one["from"], one["to"]) for one in details] == [(None, 90), (90, 92.5)]


# Spot checks


async def draw(session: Session, now: datetime, quota: int = 4, **rest: str) -> dict[str, list[int]]:
    rows = await spot.draw_month(session, MONTH, site="demo", zone=ZONE, by="lead", now=now, quota=quota, **rest)
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.agent, []).extend(one.call_id for one in row.checks)
    return found


async def test_a_month_is_drawn_once(database: Database) -> None:
    await fill_month(database)
    async with database.write() as session:
        part_way = datetime(2026, 11, 16, 12, tzinfo=ZONE)
        half = await draw(session, part_way)
        assert {who: len(calls) for who, calls in half.items()} == dict.fromkeys(AGENTS, 2)
        whole = await draw(session, AFTER)
        assert {who: len(calls) for who, calls in whole.items()} == dict.fromkeys(AGENTS, 4)
        assert all(set(half[who]) < set(whole[who]) for who in AGENTS)
        assert await draw(session, AFTER, quota=20) == whole  # the quota was fixed by the first drawing
        assert await spot.verify(session, MONTH, site="demo", zone=ZONE) == []
        other = await spot.draw_month(session, MONTH, site="other", zone=ZONE, by="lead", now=AFTER)
        assert {one.call_id for row in other for one in row.checks} != {
            one for calls in whole.values() for one in calls
        }


async def test_a_late_call_changes_nothing_that_was_drawn_and_is_told(database: Database) -> None:
    await fill_month(database)
    async with database.write() as session:
        before = await draw(session, AFTER)
        begun = datetime(2026, 11, 2, 18, tzinfo=ZONE)
        late = Call(
            linkedid="1793700000.9", started_at=begun, ended_at=begun + timedelta(minutes=3), outcome="answered"
        )
        late.visits = [
            QueueVisit(queue="service", joined_at=begun, connected_at=begun, agent=LEE, outcome="answered",
                       completed_at=begun + timedelta(minutes=3))
        ]  # fmt: skip
        session.add(late)
        await session.flush()
        assert await draw(session, AFTER) == before
        (found,) = await spot.verify(session, MONTH, site="demo", zone=ZONE)
        assert (found.agent, found.part, found.now) == (LEE, 0, found.before + 1)


async def test_what_a_part_could_not_give_the_next_makes_up_for(database: Database) -> None:
    await fill_month(database, days=12)  # nothing after the 12th
    async with database.write() as session:
        rows = await spot.draw_month(session, MONTH, site="demo", zone=ZONE, by="lead", now=AFTER, quota=4, agent=LEE)
        assert [(row.wanted, row.candidates, len(row.checks)) for row in rows] == [
            (1, 7, 1),
            (1, 5, 1),
            (1, 0, 0),
            (2, 0, 0),
        ]


async def test_short_talks_are_not_drawn(session: Session) -> None:
    begun = datetime(2026, 11, 3, 18, tzinfo=ZONE)
    call = Call(linkedid="1.1", started_at=begun, ended_at=begun + timedelta(seconds=8), outcome="answered")
    call.visits = [
        QueueVisit(queue="service", joined_at=begun, connected_at=begun, agent="agent-new", outcome="answered",
                   completed_at=begun + timedelta(seconds=8))
    ]  # fmt: skip
    session.add(call)
    await session.flush()
    assert "agent-new" not in await draw(session, AFTER)


# What reviews measure


async def test_errors_come_from_calls_drawn_by_lot_alone(database: Database) -> None:
    month = await fill_month(database)
    async with database.write() as session:
        drawn = await draw(session, AFTER, quota=20)
        chosen = next(call_id for call_id, who in month.cards if who == LEE and call_id not in drawn[LEE])
        expected = {"hit": 0, "miss": 0}
        for agent, calls in drawn.items():
            for call_id in calls:
                truth = month.cards[call_id, agent]["opening"]
                review = await reviewed(session, call_id, AFTER, opening=truth)
                assert review.source == "spot"
                machine = next(one.automatic for one in review.items if one.item == "opening")
                if truth is FAIL and machine in {"pass", "fail"}:
                    expected["hit" if machine == "fail" else "miss"] += 1
        other = await reviewed(session, chosen, AFTER, opening=FAIL)
        assert other.source == "chosen"
        errors = machine_errors(await review_rows.submitted(session, source="spot"))["opening"]
        assert (errors.true_positive, errors.false_negative) == (expected["hit"], expected["miss"])
        assert errors.violations >= 10 and errors.others >= 10
        assert len(await review_rows.submitted(session)) == sum(map(len, drawn.values())) + 1


async def test_agreement_counts_what_both_judged_themselves(session: Session, month: Month) -> None:
    for number, call_id in enumerate(month.of(LEE)[:4]):
        first = {"opening": FAIL if number < 2 else PASS, "closing": PASS}
        await reviewed(session, call_id, AFTER, **first)
        second = await reviews.open_review(session, call_id, by="qa-bob", now=AFTER, kind="second")
        await scored_blind(session, second, AFTER, opening=FAIL if number < 1 else PASS)
    found = between_reviewers(
        await review_rows.submitted(session), await review_rows.submitted(session, kinds=("second",))
    )
    by_item = {one.item: one.kappa for one in found}
    assert set(by_item) == {"opening", "closing"}
    assert by_item["opening"].n == 4
    assert by_item["opening"].value == pytest.approx(0.5)  # observed 3/4, expected 1/2
    assert by_item["closing"].value is None  # always the same answer
    without = between_reviewers(
        await review_rows.submitted(session),
        await review_rows.submitted(session, kinds=("second",)),
        {(month.of(LEE)[1], LEE, "opening")},
    )
    assert {one.item: one.kappa.n for one in without} == {"closing": 4, "opening": 3}


async def test_judging_again_leaves_the_review_as_it_was(session: Session, month: Month) -> None:
    call_id, now = await failed_call(session, month)
    await reviewed(session, call_id, now, opening=PASS)
    old = (await standing(session, call_id)).score
    session.add(
        Score(call_id=call_id, agent=LEE, run="again", points=0, possible=10, failed_all=False, rulebook="other",
              rulebook_version="2", created_at=now, items=[{"rule": "new", "weight": 10, "points": 0.0,
              "value": "not_said", "fail_all": False}])
    )  # fmt: skip
    await session.flush()
    found = await standing(session, call_id)
    assert found.score.run == "again" != old.run
    assert {line.item for line in found.card.lines} == {one["rule"] for one in old.items}


async def test_a_dispute_row_cannot_be_written_twice(database: Database, month: Month) -> None:
    from ivr.core.errors import StorageError

    def row() -> Dispute:
        return Dispute(call_id=1, agent=LEE, item="opening", reason="x", disputed="fail", opened_at=AFTER, due_at=AFTER)

    with pytest.raises(StorageError, match="contradicts"):
        async with database.write() as session:
            session.add_all([row(), row()])
