"""What must agree and may not: the journal with what Asterisk wrote, recordings with calls, the audit with its head."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.reports.health.check import Check, State
from ivr.storage import audit, sources
from ivr.storage.models import Call, QueueVisit, Recording

LATELY = timedelta(days=7)
SETTLED = timedelta(minutes=15)  # after which a call that is over must have its recordings
NEWEST = 1000  # rows of the audit that are looked at each time; the whole chain is checked every night
COUNTED = 1000  # faults beyond this are said to be more

_RUN = Text("ivr calls reconcile", "ivr calls reconcile")
_VERIFY = Text(
    "ivr recordings verify names each; ivr recordings repair mends what can be mended",
    "用 ivr recordings verify 逐一查看，用 ivr recordings repair 修复",
)


async def drift(session: AsyncSession, now: datetime) -> Check:
    """How far the journal and what Asterisk wrote down by itself differed when they were last compared."""
    name = Text("journal against Asterisk's own records", "通话日志与 Asterisk 记录核对")
    run = await sources.last_run(session)
    if run is None:
        return Check("drift", name, State.UNKNOWN, Text("never compared", "尚未核对"), _RUN)
    when = _ago(now - run.ended_at)
    found = Text(
        f"{when.en}: {run.calls} calls compared, {run.mended} fields put in, {run.left} left",
        f"{when.zh}：核对 {run.calls} 通，补入 {run.mended} 项，未消除 {run.left} 项",
    )
    if run.left:
        return Check("drift", name, State.BAD, found, _RUN)
    old = now - run.ended_at > timedelta(days=2)
    return Check("drift", name, State.WARN if old else State.GOOD, found, _RUN)


async def sound(session: AsyncSession, now: datetime) -> AsyncIterator[Check]:
    """Recordings without sound, sound without a call, talks without a recording."""
    lost = select(Recording.id).where(Recording.state.in_(("missing", "broken")), Recording.accepted == "")
    yield await _none(
        session, "sound-lost", Text("recordings whose file is missing or broken", "文件缺失或损坏的录音"), lost
    )
    stray = select(Recording.id).where(
        Recording.call_id.is_(None),
        Recording.accepted == "",
        Recording.state.not_in(("deleted", "deleting")),
        func.coalesce(Recording.closed_at, Recording.started_at) < now - SETTLED,
    )
    yield await _none(session, "sound-stray", Text("sound without a call", "无对应通话的录音"), stray)
    talked = exists().where(QueueVisit.call_id == Call.id, QueueVisit.connected_at.is_not(None))
    silent = select(Call.id).where(
        Call.started_at >= now - LATELY,
        Call.ended_at < now - SETTLED,
        talked,
        ~exists().where(Recording.call_id == Call.id),
    )
    yield await _none(
        session, "talk-unrecorded", Text("talks of the last 7 days without a recording", "近 7 天无录音的通话"), silent
    )


async def chain(session: AsyncSession, *, whole: bool = False) -> Check:
    """Whether the audit is what was written.

    Args:
        whole: from its first row on, which takes a while when it is long; else its newest rows.
    """
    name = Text("audit chain", "审计链")
    last, _ = await audit.newest(session)
    found = await audit.examine(session, after=0 if whole else max(0, last - NEWEST))
    cure = Text("ivr audit verify says which row; compare with a backup", "用 ivr audit verify 定位，并与备份比对")
    if found.fault:
        row = "" if found.row is None else f", {found.row}"
        fault = Text(f"not in order: {found.fault}{row}", f"不完整：{found.fault}{row}")
        return Check("audit", name, State.BAD, fault, cure)
    if not found.rows:
        return Check("audit", name, State.GOOD, Text("no rows yet", "暂无记录"))
    looked = Text(f"the newest {found.rows} rows are in order", f"最新 {found.rows} 条记录完整")
    if whole or last <= NEWEST:
        looked = Text(f"all {found.rows} rows are in order", f"全部 {found.rows} 条记录完整")
    return Check("audit", name, State.GOOD, looked, cure)


async def _none(session: AsyncSession, id_: str, name: Text, faulty: Select[int]) -> Check:
    """That there is no such row; counted up to a bound."""
    count = await session.scalar(select(func.count()).select_from(faulty.limit(COUNTED).subquery())) or 0
    if not count:
        return Check(id_, name, State.GOOD, Text("none", "无"))
    shown = f"{count}+" if count >= COUNTED else str(count)
    return Check(id_, name, State.BAD, Text(shown, shown), _VERIFY)


def _ago(past: timedelta) -> Text:
    minutes = max(0, int(past.total_seconds() // 60))
    if minutes < 120:
        return Text(f"{minutes} min ago", f"{minutes} 分钟前")
    hours = minutes // 60
    if hours < 48:
        return Text(f"{hours} h ago", f"{hours} 小时前")
    return Text(f"{hours // 24} days ago", f"{hours // 24} 天前")


__all__ = ["chain", "drift", "sound"]
