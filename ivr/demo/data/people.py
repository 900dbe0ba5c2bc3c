"""What people do with some of the made-up calls, through the same services as in earnest.

Reviews, disputes, coaching, call notes, work orders, complaints, lots; each stands in the audit.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialplan.model import Site
from ivr.core.errors import UsageError
from ivr.storage.database import Database
from ivr.storage.made_up import Judged, judged_calls
from ivr.storage.people import Session
from recording.casework import call_notes, complaints, orders
from recording.casework.states import CAUSES
from recording.review import coaching, disputes, reviews, spot
from recording.review.coaching import Kind
from recording.scorecards import Outcome

REVIEWERS = ("qa-lin", "qa-zhou", "qa-he")
LEADS = ("lead-chen", "lead-liang")
MOST = 200  # calls people looked at
SHARE = 0.02
_AT_ONCE = 20  # calls in one transaction
_SPOTS_LEAST = 2_000  # calls from which on lots are drawn
_COMMENTS = ("整体不错，注意开场白完整。", "语速偏快，建议放慢。", "处理得当，继续保持。", "结束语不完整。", "")
_COACHING = (
    "请复习开场白和结束语话术，本周内再听两通。",
    "保持通话前请先征得客户同意。",
    "多使用礼貌用语，注意安抚情绪。",
)
_PROBLEMS = (
    ("宽带中断，光猫亮红灯", "远程重启后恢复"), ("话费有异议", "已解释费用明细"), ("咨询套餐", "已介绍并发送短信"),
    ("wrong charge on the bill", "removed the option, credit on the next bill"), ("补卡", "已告知营业厅地址"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Desk:
    database: Database
    chance: random.Random
    now: datetime

    def later(self, at: datetime, hours: tuple[float, float]) -> datetime:
        """Some hours after a time, and not in the future."""
        return min(self.now, at + timedelta(hours=self.chance.uniform(*hours)))


async def work(database: Database, site: Site, chance: random.Random, *, plans: int, now: datetime) -> int:
    """Have people work on some of the newest calls; gives how many reviews were written."""
    most = min(MOST, max(6, round(plans * SHARE)))
    async with database.read() as session:
        found = await judged_calls(session, limit=most * 6)
    chosen = sorted(chance.sample(found, k=min(most, len(found))), key=lambda one: one.ended_at)
    desk = _Desk(database, chance, now)
    written = 0
    for at in range(0, len(chosen), _AT_ONCE):
        async with database.write() as session:
            for one in chosen[at : at + _AT_ONCE]:
                written += await _reviewed(desk, session, one)
                await _worked(desk, session, one)
    if plans >= _SPOTS_LEAST:
        await _spots(desk, site)
    return written


async def _reviewed(desk: _Desk, session: Session, call: Judged) -> bool:
    chance, by = desk.chance, desk.chance.choice(REVIEWERS)
    at = desk.later(call.ended_at, (3, 60))
    review = await reviews.open_review(session, call.id, by=by, now=at, agent=call.agent, source="chosen")
    if chance.random() < 0.12:
        return True  # still a draft
    for row in review.items:
        automatic = Outcome(row.automatic)
        if automatic is Outcome.UNDECIDED:
            value = Outcome.PASS if chance.random() < 0.85 else Outcome.FAIL
            await reviews.judge_item(session, review.id, row.item, value, by=by, now=at)
        elif automatic.counts and chance.random() < 0.03:
            other = Outcome.FAIL if automatic is Outcome.PASS else Outcome.PASS
            why = "重听录音后改判。"
            await reviews.judge_item(session, review.id, row.item, other, by=by, now=at, reason=why)
    at += timedelta(minutes=6)
    await reviews.submit(session, review.id, by=by, now=at, comment=chance.choice(_COMMENTS), confirm_rest=True)
    failed = [row.item for row in review.items if (row.value or row.automatic) == Outcome.FAIL]
    if failed and chance.random() < 0.3:
        await _disputed(desk, session, call, chance.choice(failed), by, at)
    if failed and chance.random() < 0.25:
        await _coached(desk, session, call, chance.choice(failed), at)
    return True


async def _disputed(desk: _Desk, session: Session, call: Judged, item: str, first: str, at: datetime) -> None:
    chance, at = desk.chance, desk.later(at, (1, 30))
    try:
        raised = await disputes.raise_dispute(
            session, call.id, item, by=call.agent, now=at, reason="我认为已按要求说到，请复核录音。"
        )
    except UsageError:  # e.g. too late
        return
    if chance.random() < 0.35:
        return
    second = chance.choice([one for one in REVIEWERS if one != first])
    at = desk.later(at, (2, 24))
    review = await disputes.take(session, raised.id, by=second, now=at)
    if chance.random() < 0.2:
        return
    for name in reviews.open_items(review):
        value = Outcome.PASS if chance.random() < 0.7 else Outcome.FAIL
        await reviews.judge_item(session, review.id, name, value, by=second, now=at)
    await reviews.submit(session, review.id, by=second, now=at + timedelta(minutes=8))


async def _coached(desk: _Desk, session: Session, call: Judged, item: str, at: datetime) -> None:
    chance, by = desk.chance, desk.chance.choice(LEADS)
    if by == call.agent:
        return
    text = chance.choice(_COACHING)
    note = await coaching.write(session, call.agent, Kind.COACHING, text, by=by, now=at, call_id=call.id, item=item)
    if chance.random() < 0.6:
        at = desk.later(at, (4, 40))
        await coaching.acknowledge(session, note.id, by=call.agent, now=at, answer="收到，会改进。")
        if chance.random() < 0.5:
            await coaching.finish(session, note.id, by=by, now=desk.later(at, (20, 60)))


async def _worked(desk: _Desk, session: Session, call: Judged) -> None:
    chance = desk.chance
    problem, solution = chance.choice(_PROBLEMS)
    at = desk.later(call.ended_at, (0.01, 0.1))
    if chance.random() < 0.4:
        solved = chance.random() < 0.8
        await call_notes.write(
            session, call.id, problem, by=call.agent, now=at, solution=solution if solved else "", solved=solved
        )
    if chance.random() < 0.15:
        owner = chance.choice(LEADS)
        order = await orders.open_order(
            session, problem, owner=owner, due_at=at + timedelta(hours=48), by=call.agent, now=at, call_id=call.id
        )
        if chance.random() < 0.7:
            at = desk.later(at, (1, 20))
            await orders.begin(session, order.id, by=owner, now=at)
            if chance.random() < 0.7:
                await orders.finish(session, order.id, solution, by=owner, now=desk.later(at, (1, 24)))
    if chance.random() < 0.10:
        await _complained(desk, session, call)


async def _complained(desk: _Desk, session: Session, call: Judged) -> None:
    chance, by, at = desk.chance, desk.chance.choice(LEADS), desk.later(call.ended_at, (0.1, 2))
    text = chance.choice(("客户反映多次来电未解决。", "客户对坐席态度不满。", "caller says nobody called back."))
    made = await complaints.register(session, text, by=by, now=at, call_id=call.id, agent=call.agent)
    if chance.random() < 0.25:
        return
    at = desk.later(at, (1, 10))
    await complaints.investigate(session, made.id, by=by, now=at, findings="已听录音并与坐席沟通。")
    if chance.random() < 0.6:
        at = desk.later(at, (1, 6))
        await complaints.give_account(session, made.id, "当时系统较慢，未及时说明，向客户致歉。", by=call.agent, now=at)
    if chance.random() < 0.75:
        at = desk.later(at, (4, 30))
        cause = chance.choice(sorted(CAUSES))
        await complaints.answer(session, made.id, "已书面答复客户并致歉，问题已处理。", cause=cause, by=by, now=at)
        if chance.random() < 0.7:
            content = chance.random() < 0.8
            at = desk.later(at, (5, 40))
            await complaints.follow_up(
                session, made.id, content=content, by=by, now=at, text="" if content else "客户希望再次解释。"
            )


async def _spots(desk: _Desk, site: Site) -> None:
    """Lots of this month and of the one before."""
    zone = ZoneInfo(site.zone)
    today = desk.now.astimezone(zone).date()
    months: Sequence[str] = ((today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"), today.strftime("%Y-%m"))
    for month in months:
        async with desk.database.write() as session:
            await spot.draw_month(session, month, site=site.name, zone=zone, by=REVIEWERS[0], now=desk.now)


__all__ = ["LEADS", "REVIEWERS", "work"]
