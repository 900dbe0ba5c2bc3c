"""``ivr hours``: business hours, and how they are opened and closed by hand, through the engine."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any
from urllib.parse import quote

import typer

from ivr.call.hours_words import STATES, WHYS
from ivr.cli.common import JsonFlag, done, emit, guarded, note, state
from ivr.cli.engine import ask
from ivr.cli.people import By, site_and_zone, table
from ivr.core.errors import UsageError
from ivr.core.language import Text

app = typer.Typer(help="Business hours, opened and closed by hand. / 营业时间与手动切换", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Business hours, as the site names them. / 营业时间名称")]
Until = Annotated[
    str,
    typer.Option(
        help="The schedule decides again from then on: 18:00, 2h, 2026-10-01T18:00; not by itself when not given."
        " / 到期自动恢复"
    ),
]

_AHEAD = re.compile(r"^([0-9]{1,4})([mhd])$")
_CLOCK = re.compile(r"^([01]?[0-9]|2[0-3]):([0-5][0-9])$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """How all business hours stand now, and why. / 营业时间当前状态"""
    settings = state(context).settings
    answer = guarded(lambda: ask(settings, "/hours", {}, method="GET"), as_json=as_json)
    if as_json:
        emit(answer)
        return
    if not answer["hours"]:
        note("the site has no business hours", "站点没有营业时间")
        return
    _, zone = guarded(lambda: site_and_zone(settings))
    columns = (
        Text("hours", "名称"),
        Text("now", "当前"),
        Text("why", "依据"),
        Text("by", "操作人"),
        Text("until", "至"),
        Text("schedule changes", "时间表下次变化"),
    )
    table(columns, [_row(one, zone) for one in answer["hours"]])


@app.command("open")
def open_(context: typer.Context, name: Name, by: By, until: Until = "", as_json: JsonFlag = False) -> None:
    """Open by hand, whatever the schedule says. / 手动切换为营业"""
    _switch(context, name, "open", by, until, as_json)


@app.command()
def close(context: typer.Context, name: Name, by: By, until: Until = "", as_json: JsonFlag = False) -> None:
    """Close by hand, whatever the schedule says. / 手动切换为非营业"""
    _switch(context, name, "close", by, until, as_json)


@app.command()
def auto(context: typer.Context, name: Name, by: By, as_json: JsonFlag = False) -> None:
    """Let the schedule decide again. / 恢复按时间表"""
    _switch(context, name, "auto", by, "", as_json)


def _switch(context: typer.Context, name: str, verb: str, by: str, until: str, as_json: bool) -> None:
    settings = state(context).settings

    def act() -> dict[str, Any]:
        body = {"by": by}
        if until:
            _, zone = site_and_zone(settings)
            body["until"] = until_of(until, zone, datetime.now(UTC)).isoformat()
        return ask(settings, f"/hours/{quote(name, safe='')}/{verb}", body)

    answer = guarded(act, as_json=as_json)
    if as_json:
        emit(answer)
        return
    _, zone = guarded(lambda: site_and_zone(settings))
    doing, switched = STATES[answer["state"]], answer["switched"]
    if switched is None:
        done(f"{name}: by the schedule again, now {doing.en}", f"{name}：已恢复按时间表，当前{doing.zh}")
    elif switched["until"] is None:
        done(
            f"{name}: {doing.en} by hand, until somebody switches it back (ivr hours auto {name})",
            f"{name}：已手动切换为{doing.zh}，直至人工恢复（ivr hours auto {name}）",
        )
    else:
        end = _when(switched["until"], zone)
        done(f"{name}: {doing.en} by hand until {end}", f"{name}：已手动切换为{doing.zh}，至 {end}")


def until_of(text: str, zone: tzinfo, now: datetime) -> datetime:
    """A moment ahead in UTC: so long from now (``30m``, ``2h``, ``3d``), the next time of the clock ``18:00`` in
    ``zone``, or a day and time.

    Raises:
        UsageError: if it is none of these.
    """
    try:
        if ahead := _AHEAD.match(text):
            return now + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
        if clock := _CLOCK.match(text):
            local = now.astimezone(zone)
            found = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            return (found if found > local else found + timedelta(days=1)).astimezone(UTC)
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            Text(f"not a time: {text!r:.40}", f"不是时间：{text!r:.40}"),
            cure=Text("write it as 18:00, 2h or 2026-10-01T18:00", "请写成 18:00、2h 或 2026-10-01T18:00"),
        ) from None


def _row(one: dict[str, Any], zone: tzinfo) -> tuple[object, ...]:
    switched = one["switched"] or {}
    why = str(WHYS.get(one["why"], one["why"]))
    return (
        one["hours"],
        STATES.get(one["state"], one["state"]),
        f"{why} ({Text(one['holiday'], one['holiday_zh'] or one['holiday'])})" if one["holiday"] else why,
        str(switched.get("by", "")).removeprefix("api:").removeprefix("phone:"),
        _when(switched.get("until"), zone),
        _when(one["next"], zone),
    )


def _when(text: str | None, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%m-%d %H:%M}" if text else ""


__all__ = ["app", "until_of"]
