"""``ivr qa sample`` and ``ivr qa agreement``: which calls to listen to, and how far those who listened agree."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, state
from ivr.cli.people import By, fields, reading, site_and_zone, table, when, writing
from ivr.core.language import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.storage.models import SpotDraw
    from ivr.storage.people import Session
    from recording.review.agreement import ItemKappa
    from recording.review.risk import Risk
    from recording.review.spot import Difference

Month = Annotated[str, typer.Option(help="Month, YYYY-MM in the site's zone; this one by default. / 月份")]


def sample(
    context: typer.Context,
    month: Month = "",
    agent: Annotated[str, typer.Option(help="Only this agent. / 按坐席")] = "",
    quota: Annotated[int, typer.Option(envvar="IVR_QA_QUOTA", help="Calls an agent and month. / 每人每月")] = 4,
    risk: Annotated[int, typer.Option(min=0, max=500, help="So many of the riskiest calls. / 风险清单")] = 10,
    verify: Annotated[bool, typer.Option("--verify", help="Draw again and compare; draws nothing new. / 核对")] = False,
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """Draw the spot checks that are due (B5), and list the riskiest calls beside them. / 抽检"""
    site, zone = guarded(lambda: site_and_zone(state(context).settings), as_json=as_json)
    month = month or f"{datetime.now(zone):%Y-%m}"
    if verify:
        _verify(context, month, site, zone, as_json=as_json)
        return
    from ivr.reports.quality.load import month_bounds
    from ivr.reports.quality.risks import risks
    from ivr.storage.people import reviews
    from recording.review import spot

    async def draw(session: Session, now: datetime) -> Sequence[SpotDraw]:
        return await spot.draw_month(
            session, month, site=site, zone=zone, by=by or "system", now=now, quota=quota, agent=agent or None
        )

    async def look(session: Session, _now: datetime) -> tuple[list[Risk], set[tuple[int, str]]]:
        since, until = month_bounds(month, zone)
        found = await risks(session, since, until, agent=agent or None, most=risk)
        made = await reviews.list_reviews(session, kinds=("first",), state="submitted", limit=100_000)
        return found, {(one.call_id, one.agent) for one in made}

    draws = writing(context, draw, as_json=as_json)
    ranked, reviewed = reading(context, look, as_json=as_json)
    if as_json:
        emit(
            {
                "month": month,
                "site": site,
                "draws": [_draw(one, reviewed) for one in draws],
                "risks": [
                    {"call": one.call_id, "agent": one.agent, "risk": round(one.value, 2), "reasons": dict(one.reasons)}
                    for one in ranked
                ],
            }
        )
        return
    _print(draws, reviewed, ranked, month)


def agreement(context: typer.Context, month: Month = "", as_json: JsonFlag = False) -> None:
    """How far first and second reviewers agree, item by item (kappa). / 评分一致性"""
    from ivr.reports.quality import words
    from ivr.reports.quality.load import load_agreement, month_bounds
    from ivr.reports.quality.plain import plain

    _, zone = guarded(lambda: site_and_zone(state(context).settings), as_json=as_json)

    async def work(session: Session, now: datetime) -> list[ItemKappa]:
        since, until = month_bounds(month or f"{now.astimezone(zone):%Y-%m}", zone)
        return await load_agreement(session, since, until)

    found = reading(context, work, as_json=as_json)
    if as_json:
        emit(plain(found))
    elif not found:
        note("no call was judged twice", "没有双人评分的通话")
    else:
        heads = (Text("item", "项目"), Text("judged twice", "双评"), Text("agree", "一致"),
                 Text("kappa (95 %)", "Kappa（95%）"),
                 Text("PABAK", "PABAK"), Text("note", "说明"))  # fmt: skip
        rows = [
            (
                one.title,
                one.kappa.n,
                "" if one.kappa.observed is None else f"{100 * one.kappa.observed:.0f} %",
                words.kappa(one.kappa),
                "" if one.kappa.pabak is None else f"{one.kappa.pabak:.2f}",
                one.kappa.note or "",
            )
            for one in found
        ]
        table(heads, rows, right=(1, 2, 3, 4))


def _verify(context: typer.Context, month: str, site: str, zone: Any, *, as_json: bool) -> None:
    from ivr.reports.quality.plain import plain
    from recording.review import spot

    async def work(session: Session, _now: datetime) -> list[Difference]:
        return await spot.verify(session, month, site=site, zone=zone)

    found = reading(context, work, as_json=as_json)
    changed = sum(one.changed for one in found)
    if as_json:
        emit({"month": month, "site": site, "same": not changed, "differences": plain(found)})
    else:
        for one in found:
            note(
                f"{one.agent}, part {one.part + 1}: {one.before} calls then, {one.now} now, "
                + ("other calls would be drawn" if one.changed else "the same would be drawn"),
                f"{one.agent} 第 {one.part + 1} 段：当时 {one.before} 通，现在 {one.now} 通，"
                + ("抽签结果会不同" if one.changed else "抽签结果相同"),
            )
        if not changed:
            done("drawn again, all come out the same", "重新抽签，结果全部一致")
    raise typer.Exit(1 if changed else 0)


def _draw(one: SpotDraw, reviewed: set[tuple[int, str]]) -> dict[str, Any]:
    return {
        **fields(one, "agent", "part", "quota", "wanted", "candidates", "digest", "method", "drawn_by", "drawn_at"),
        "calls": [
            {"call": check.call_id, "ticket": check.ticket, "reviewed": (check.call_id, check.agent) in reviewed}
            for check in one.checks
        ],
    }


def _print(draws: Sequence[SpotDraw], reviewed: set[tuple[int, str]], ranked: Sequence[Risk], month: str) -> None:
    from recording.review.risk import NAMES

    if draws:
        rows = [
            (draw.agent, check.call_id, f"1/{draw.candidates}" if len(draw.checks) == 1 else draw.candidates,
             when(draw.drawn_at), Text("reviewed", "已复核") if (check.call_id, check.agent) in reviewed else "")
            for draw in draws
            for check in draw.checks
        ]  # fmt: skip
        heads = (
            Text("agent", "坐席"),
            Text("call", "通话"),
            Text("of", "候选"),
            Text("drawn (UTC)", "抽签（UTC）"),
            Text("", ""),
        )
        table(heads, rows, right=(1, 2))
    else:
        note(f"nothing is due to be drawn in {month} yet", f"{month} 暂无应抽签的通话")
    if ranked:
        note("by risk (not drawn by lot, says nothing about all calls):", "按风险排序（非抽签，不能推及全部通话）：")
        risky = [
            (one.agent, one.call_id, f"{one.value:.0f}", ", ".join(str(NAMES[name]) for name, _ in one.reasons))
            for one in ranked
        ]
        table(
            (Text("agent", "坐席"), Text("call", "通话"), Text("risk", "风险"), Text("why", "原因")),
            risky,
            right=(1, 2),
        )
