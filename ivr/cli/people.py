"""What the commands of people's quality work share: who asks, one transaction, tables; and their registration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from rich import box
from rich.table import Table

from ivr.cli.common import console, guarded, run, running_site, state
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.people import Session

T = TypeVar("T")
Work = Callable[["Session", datetime], Awaitable[T]]

By = Annotated[str, typer.Option("--as", envvar="IVR_USER", help="Who you are. / 操作人")]
AgentOption = Annotated[str, typer.Option("--agent", help="Agent, where the call has several. / 坐席")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``ivr qa``."""
    from ivr.cli import calibrating, coaching, disputes, reviewing, sampling

    app.add_typer(reviewing.app, name="review")
    app.add_typer(disputes.app, name="dispute")
    app.add_typer(calibrating.app, name="calibrate")
    app.add_typer(coaching.app, name="coach")
    app.command("figure")(coaching.figure)
    app.command("sample")(sampling.sample)
    app.command("agreement")(sampling.agreement)


def writing(context: typer.Context, work: Work[T], *, as_json: bool) -> T:
    """Do ``work`` in one writing transaction."""
    return guarded(lambda: run(_written(state(context).settings, work)), as_json=as_json)


def reading(context: typer.Context, work: Work[T], *, as_json: bool) -> T:
    """Do ``work``, which only reads."""
    return guarded(lambda: run(_read(state(context).settings, work)), as_json=as_json)


async def _written(settings: Settings, work: Work[T]) -> T:
    from recording.vault.database import open_database

    async with open_database(settings) as database, database.write() as session:
        return await work(session, datetime.now(UTC))


async def _read(settings: Settings, work: Work[T]) -> T:
    from recording.vault.database import open_database

    async with open_database(settings) as database, database.read() as session:
        return await work(session, datetime.now(UTC))


def site_and_zone(settings: Settings) -> tuple[str, tzinfo]:
    """The site's name and time zone.

    Raises:
        SiteError: if the site's files are wrong.
    """
    from zoneinfo import ZoneInfo

    site = running_site(settings)
    return site.name, ZoneInfo(site.zone)


def table(
    columns: Iterable[Text],
    rows: Sequence[Sequence[object]],
    *,
    right: Iterable[int] = (),
    whole: Iterable[int] = (),
) -> None:
    """Print rows; columns numbered in ``right`` stand on the right, those in ``whole`` are never broken."""
    from rich.text import Text as Line

    from ivr.reports.clean import clean

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")
    numbers, unbroken = set(right), set(whole)
    for index, column in enumerate(columns):
        side: Literal["right", "left"] = "right" if index in numbers else "left"
        made.add_column(str(column), justify=side, overflow="fold", no_wrap=index in unbroken)
    for row in rows:
        made.add_row(*(Line("" if one is None else clean(str(one), 300)) for one in row))
    console.print(made)


def fields(row: Any, *names: str) -> dict[str, Any]:
    """Columns of a row as plain data for JSON; times in ISO form."""
    found = {name: getattr(row, name) for name in names}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in found.items()}


def when(at: datetime | None, zone: tzinfo = UTC) -> str:
    """A time for people."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
