"""Reviews, disputes, notes, samples, calibration through the console: rules of rows, blindness, the whole way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.services import calibrations, cards, disputes, notes, reviews, samples
from ivr.console.services.cards import CardView
from ivr.console.services.home import agent as own_work
from ivr.console.services.home import team as team_work
from ivr.core.errors import UsageError
from recording.review.coaching import Kind
from recording.scorecards import Outcome
from tests.unit.console.work.conftest import (
    AGENT_CHEN,
    AGENT_LEE,
    ANN,
    BOB,
    BOSS,
    EVE,
    LEE,
    LEE_AS_LEAD,
    LEE_AS_QA,
    ROOT,
)
from tests.unit.reports.month import Month

Later = Callable[..., datetime]
ITEM = "opening"


async def failed_call(console: Console, month: Month) -> int:
    """A call of Lee's on which the machine found the opening failed."""
    for call in month.of(LEE):
        card = await cards.card(console, AGENT_LEE, call)
        if any(one.item == ITEM and one.automatic is Outcome.FAIL and one.may_dispute for one in card.items):
            return call
    raise AssertionError("the month has none")


async def scored(console: Console, who: object, card: CardView, **values: Outcome) -> CardView:
    """Submit a draft: these values, pass for the rest."""
    assert card.draft is not None
    for item in card.items:
        value = values.get(item.item.replace("-", "_"), Outcome.PASS)
        card = await reviews.judge(console, who, card.draft.id, item.item, value, reason="heard it")  # type: ignore[arg-type]
    return await reviews.submit(console, who, card.draft.id, comment="heard all of it")  # type: ignore[arg-type,union-attr]


async def test_from_an_objection_over_a_blind_review_to_the_note(console: Console, month: Month) -> None:
    call = await failed_call(console, month)
    first = await reviews.start(console, ANN, call)
    assert not first.blind and not first.may_review
    await scored(console, ANN, first, opening=Outcome.FAIL)
    raised = await disputes.raise_dispute(console, AGENT_LEE, call, ITEM, "I said it at once")
    assert raised.actions == ("withdraw",)
    # Bob is not told what it is about, and sees no values before his own are in.
    seen = await disputes.show(console, BOB, raised.id)
    assert seen.item is None and seen.reason is None and "take" in seen.actions
    early = await notes.write(console, ANN, LEE, Kind.COACHING, "The opening was missing.", call=call)
    taken = await disputes.take(console, BOB, raised.id)
    assert taken.second_review is not None and taken.item is None
    assert await notes.list_notes(console, BOB, call=call) == []
    assert [one.id for one in await notes.list_notes(console, BOSS, call=call)] == [early.id]
    card = await cards.card(console, BOB, call)
    assert card.blind and card.final is None and card.automatic is None and not card.disputes
    assert all(one.automatic is None and one.final is None and one.at is None for one in card.items)
    assert [one.comment for one in await reviews.list_reviews(console, BOB, call=call)] == ["", ""]
    assert first.draft is not None
    with pytest.raises(Forbidden):
        await reviews.show(console, BOB, first.draft.id)
    done = await scored(console, BOB, card)
    assert not done.blind
    assert [one.id for one in await notes.list_notes(console, BOB, call=call)] == [early.id]
    await notes.withdraw(console, ANN, early.id, "It was there.")
    split = await disputes.show(console, BOSS, raised.id)
    assert (split.state, split.item, split.disputed, split.second_value) == ("split", ITEM, "fail", "pass")
    assert set(split.actions) == {"uphold", "change"}
    assert (await disputes.show(console, ANN, raised.id)).actions == ("change",), "the first reviewer may give in only"
    for nobody in (BOB, LEE_AS_LEAD):
        with pytest.raises(Forbidden):
            await disputes.decide(console, nobody, raised.id, change=True, reason="so")
    decided = await disputes.decide(console, BOSS, raised.id, change=True, reason="heard at 0:02")
    assert (decided.state, decided.value, decided.actions) == ("changed", "pass", ())
    mine = await cards.card(console, AGENT_LEE, call)
    assert next(one for one in mine.items if one.item == ITEM).final is Outcome.PASS
    note = await notes.write(console, BOSS, LEE, Kind.COACHING, "Say it slower.", call=call)
    assert note.due_at is not None and note.actions == ("withdraw",)
    assert [one.id for one in await notes.list_notes(console, AGENT_LEE)] == [note.id]
    told = await notes.acknowledge(console, AGENT_LEE, note.id, "I will")
    assert (told.state, told.answer, told.actions) == ("acknowledged", "I will", ())
    assert (await notes.finish(console, BOSS, note.id)).state == "done"


async def test_a_card_is_seen_by_its_agent_and_by_those_who_see_all_calls(console: Console, month: Month) -> None:
    call = month.of(LEE)[0]
    assert (await cards.card(console, AGENT_LEE, call)).agent == LEE
    assert await cards.agents(console, BOSS, call) == [LEE]
    with pytest.raises(NotFound):
        await cards.card(console, AGENT_CHEN, call)
    with pytest.raises(NotFound):
        await cards.card(console, BOSS, call, "agent-chen")
    with pytest.raises(NotFound):
        await cards.card(console, BOSS, 99_999)


async def test_nobody_scores_decides_or_notes_himself_under_another_login(console: Console, month: Month) -> None:
    call = await failed_call(console, month)
    with pytest.raises(Forbidden):
        await reviews.start(console, LEE_AS_QA, call)
    assert not (await cards.card(console, LEE_AS_QA, call)).may_review
    assert not await reviews.list_reviews(console, LEE_AS_QA), "nothing was written"
    raised = await disputes.raise_dispute(console, AGENT_LEE, call, ITEM, "I said it")
    with pytest.raises(Forbidden):
        await disputes.take(console, LEE_AS_QA, raised.id)
    with pytest.raises(Forbidden):
        await notes.write(console, LEE_AS_LEAD, LEE, Kind.COMMENDATION, "I am good")
    with pytest.raises(Forbidden):
        await notes.take_step(console, LEE_AS_LEAD, LEE, Kind.WARNING, "none")


async def test_who_may_not_review_or_object_is_refused(console: Console, month: Month) -> None:
    call = await failed_call(console, month)
    for who in (AGENT_LEE, BOSS, ROOT):
        with pytest.raises(Forbidden):
            await reviews.start(console, who, call)
        with pytest.raises(Forbidden):
            await samples.ranked(console, who)
        with pytest.raises(Forbidden):
            await samples.draw(console, who, "2026-11")
    with pytest.raises(Forbidden):
        await disputes.raise_dispute(console, BOSS, call, ITEM, "no")
    with pytest.raises(NotFound):
        await disputes.raise_dispute(console, AGENT_CHEN, call, ITEM, "no")
    with pytest.raises(Forbidden):
        await notes.write(console, AGENT_CHEN, LEE, Kind.WARNING, "late")
    raised = await disputes.raise_dispute(console, AGENT_LEE, call, ITEM, "I said it")
    with pytest.raises(NotFound):
        await disputes.show(console, AGENT_CHEN, raised.id)
    assert not await disputes.list_disputes(console, AGENT_CHEN, which="all")
    with pytest.raises(NotFound):
        await disputes.list_disputes(console, AGENT_CHEN, call=call)


async def test_a_review_is_changed_by_its_reviewer_only_and_contradicts_with_a_reason(
    console: Console, month: Month
) -> None:
    call = await failed_call(console, month)
    draft = (await reviews.start(console, ANN, call)).draft
    assert draft is not None
    with pytest.raises(NotFound):
        await reviews.judge(console, BOB, draft.id, ITEM, Outcome.PASS)
    with pytest.raises(UsageError):
        await reviews.judge(console, ANN, draft.id, ITEM, Outcome.PASS)
    card = await reviews.judge(console, ANN, draft.id, ITEM, Outcome.PASS, reason="at 0:02")
    found = next(one for one in card.items if one.item == ITEM)
    assert (found.reviewed, found.reason, found.automatic) == (Outcome.PASS, "at 0:02", Outcome.FAIL)
    with pytest.raises(UsageError):
        await reviews.start(console, BOB, call)
    given_up = await reviews.discard(console, ANN, draft.id)
    assert given_up.may_review and given_up.draft is None


async def test_warnings_are_private(console: Console, month: Month) -> None:
    for _ in range(3):
        await notes.write(console, BOSS, LEE, Kind.WARNING, "late")
    assert not await notes.list_notes(console, AGENT_CHEN, agent=LEE)
    assert not await notes.board(console, AGENT_CHEN)
    mine = await notes.board(console, AGENT_LEE)
    assert [(one.kind, one.count, one.due) for one in mine] == [("commendation", 0, 0), ("warning", 3, 1)]
    await notes.take_step(console, BOSS, LEE, Kind.WARNING, "talk with the manager")
    assert [one.due for one in await notes.board(console, BOSS)] == [0, 0]
    with pytest.raises(NotFound):
        await notes.write(console, BOSS, LEE, Kind.COACHING, "x", call=month.of("agent-chen")[0])


async def test_a_sample_is_drawn_and_worked_through(console: Console, later: Later) -> None:
    later(days=2)  # the first part of the month, 1 to 7 November, is over
    assert (await samples.month(console, ANN)).drawn == 0
    drawn = await samples.draw(console, ANN)
    assert drawn.drawn == 4 and drawn.reviewed == 0, "one call of each of four agents"
    assert [one.unsure for one in drawn.calls] == sorted((one.unsure for one in drawn.calls), reverse=True)
    first = drawn.calls[0]
    card = await reviews.start(console, ANN, first.call, first.agent)
    assert card.draft is not None and card.draft.source == "spot"
    assert (await samples.month(console, BOB)).calls[0].reviewer == "ann"
    await scored(console, ANN, card)
    after = await samples.month(console, ANN)
    assert after.reviewed == 1 and after.calls[-1].call == first.call


async def test_the_newest_calls_are_ranked_by_doubt_and_by_risk(console: Console, month: Month) -> None:
    found = await samples.ranked(console, ANN, most=10)
    assert found.among == len(month.cards)
    risks = [one.risk for one in found.risky]
    assert risks == sorted(risks, reverse=True) and risks[0] > 0
    doubts = [(one.forbidden, one.unsure) for one in found.cannot_tell]
    assert doubts == sorted(doubts, reverse=True)
    assert all(one.agent != LEE for one in (await samples.ranked(console, LEE_AS_QA, most=100)).risky)
    # What was kept of the lists is not shown once somebody has reviewed a call of them.
    done = found.risky[0]
    await scored(console, BOB, await reviews.start(console, BOB, done.call))
    left = await samples.ranked(console, ANN, most=100)
    assert done.call not in {one.call for one in left.risky} and left.among == found.among - 1


async def test_calibration_hides_values_until_it_is_closed(console: Console, month: Month) -> None:
    call = month.of(LEE)[0]
    with pytest.raises(UsageError):
        await calibrations.open_session(console, ANN, "November", [(call, "")], ["ann", "boss"])
    found = await calibrations.open_session(console, ANN, "November", [(call, "")], ["ann", "bob"])
    assert found.calls[0].agent == LEE and set(found.actions) == {"score", "close"}
    with pytest.raises(UsageError):
        await calibrations.start(console, EVE, found.id, call)
    for who, value in ((ANN, Outcome.FAIL), (BOB, Outcome.PASS)):
        card = await calibrations.start(console, who, found.id, call)
        assert card.blind
        await scored(console, who, card, opening=value)
        with pytest.raises(UsageError):
            await calibrations.results(console, who, found.id)
    assert (await calibrations.show(console, ANN, found.id)).calls[0].mine == "submitted"
    with pytest.raises(Forbidden):
        await calibrations.close(console, BOSS, found.id)
    await calibrations.close(console, BOB, found.id)
    results = await calibrations.results(console, BOSS, found.id)
    assert (results.items[0].item, results.items[0].split, results.items[0].observed) == (ITEM, 1, 0.0)
    assert set(results.calls[0].percents) == {"ann", "bob"} and not results.missing


async def test_my_work_of_an_agent_and_of_a_lead(console: Console, month: Month) -> None:
    mine = await own_work.own(console, AGENT_LEE)
    assert mine is not None and mine.agent == LEE
    cards_of_mine = {call: (await cards.card(console, AGENT_LEE, call)) for call in month.of(LEE)}
    assert {one.call: one.final for one in mine.calls} == {
        call: card.final.percent for call, card in cards_of_mine.items() if card.final is not None
    }
    finals = [one.final for one in mine.calls if one.final is not None]
    assert mine.mean == pytest.approx(sum(finals) / len(finals)) and mine.n == len(finals)
    assert await own_work.own(console, BOSS) is None
    team = await team_work.team(console, BOSS)
    lee = next(one for one in team.agents if one.agent == LEE)
    assert lee.n == len(finals) and lee.mean == pytest.approx(mine.mean)
    with pytest.raises(Forbidden):
        await team_work.team(console, AGENT_LEE)
