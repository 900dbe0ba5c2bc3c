"""``ivr demo-data``: a made-up call centre at any size, to try the console with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.cli.progress import progress_bar
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.core.settings import Settings
    from ivr.demo.data.lay import Laid


def add(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command("demo-data")
    def demo_data(
        context: typer.Context,
        calls: Annotated[int, typer.Option("--calls", min=1, max=2_000_000, help="How many. / 通话数量")] = 10_000,
        days: Annotated[int, typer.Option("--days", min=1, max=730, help="Days before now. / 跨越天数")] = 90,
        seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same calls. / 随机种子")] = 1,
        sound: Annotated[
            int, typer.Option("--sound", min=0, max=5000, help="Newest talks with sound. / 最新若干通有声音")
        ] = 50,
        beside: Annotated[
            bool, typer.Option("--beside", help="Even beside calls that are there. / 允许与已有通话并存")
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask. / 不再询问")] = False,
        as_json: JsonFlag = False,
    ) -> None:
        """Fill the database with a made-up call centre: calls, words, scores, reviews. / 生成演示数据"""
        settings = state(context).settings
        if not yes and not as_json:
            _ask(settings, calls, days)
        found = guarded(
            lambda: _lay(settings, calls, days, seed, sound=sound, beside=beside, quiet=as_json), as_json=as_json
        )
        _show(settings, found, as_json=as_json)


def _ask(settings: Settings, calls: int, days: int) -> None:
    note(
        f"{calls} made-up calls of {days} days go into {shown(settings)}.",
        f"将把 {days} 天的 {calls} 通演示通话写入 {shown(settings)}。",
    )
    try:
        sure = typer.confirm(str(Text("Go on?", "继续？")), default=True)
    except typer.Abort:  # nobody is there to ask
        sure = False
    if not sure:
        raise typer.Exit(130)


def shown(settings: Settings) -> str:
    """The database without a password."""
    from ivr.storage.database import database_url

    return guarded(lambda: database_url(settings.database)).render_as_string(hide_password=True)


def site_of(settings: Settings) -> Path:
    """The site that was set, else the one that travels with the program for this."""
    from dialplan.sites import example_site

    return settings.site or example_site("centre")


def _lay(settings: Settings, calls: int, days: int, seed: int, *, sound: int, beside: bool, quiet: bool) -> Laid:
    from dialplan.loading import load_site
    from ivr.core.clock import SystemClock
    from ivr.demo.data.lay import check, lay, refuse_others
    from ivr.storage.database import Database
    from ivr.storage.migrations import upgrade

    site = load_site(site_of(settings))
    check(site, calls, days)
    upgrade(settings.database)

    async def work() -> Laid:
        async with Database(settings.database, settings.home / "audit.head") as database:
            await refuse_others(database, beside=beside)
            with progress_bar(quiet=quiet) as tell:
                return await lay(
                    database,
                    site,
                    calls=calls,
                    now=SystemClock().now(),
                    days=days,
                    seed=seed,
                    recordings=settings.recordings,
                    sound=sound,
                    beside=beside,
                    tell=tell,
                )

    return run(work())


def _show(settings: Settings, found: Laid, *, as_json: bool) -> None:
    site = site_of(settings)
    if as_json:
        data: dict[str, Any] = {
            "calls": found.calls, "talks": found.talks, "reviews": found.reviews, "first": found.first,
            "last": found.last, "site": str(site),
        }  # fmt: skip
        emit(data)
        return
    done(
        f"{found.calls} calls, {found.talks} talks, {found.reviews} reviews",
        f"{found.calls} 通通话，{found.talks} 段对话，{found.reviews} 份评分",
    )
    if settings.site is None:
        note(
            f"Their agents and queues are those of the site {site.name}: IVR_SITE={site} ivr console",
            f"坐席与队列属于站点 {site.name}：IVR_SITE={site} ivr console",
        )


__all__ = ["add", "shown", "site_of"]
