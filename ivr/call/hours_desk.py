"""Business hours opened and closed by hand: by code from an agent's phone, by command, and told to the flows.

What was switched is a row, so that it holds over a restart and for every engine; each switch is audited before it
holds. Flows ask for every call, so the positions are kept here and read anew every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dialplan.model import Site
from dialplan.schedule import Position, next_change, standing
from ivr.agents.desk import API
from ivr.core.clock import Clock
from ivr.core.errors import StorageError, UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import audit, hours
from ivr.storage.database import Database
from ivr.storage.models import HoursSwitch

log = get_logger("hours")

REREAD = 5.0  # seconds
LONGEST = timedelta(days=366)
PHONE = "phone:"
"""Before the id of an agent who acts by a code dialled on his own phone."""


class NotAllowedError(UsageError):
    """The agent may not switch hours."""


class HoursDesk:
    """Switches hours, and knows how they are switched.

    Args:
        site: the site in force.
        database: of the switches and the audit.
        clock: the time.
    """

    def __init__(self, site: Callable[[], Site], database: Database, clock: Clock) -> None:
        self._site = site
        self._database = database
        self._clock = clock
        self._switched: dict[str, HoursSwitch] = {}
        self._acts = 0
        self.changed: list[Callable[[], None]] = []

    def position(self, name: str) -> Position | None:
        """How hours were switched by hand; None when the schedule decides."""
        row = self._in_force(name)
        return None if row is None else "open" if row.position == "open" else "closed"

    async def switch(self, name: str, position: Position, *, by: str, until: datetime | None = None) -> None:
        """Open or close hours by hand.

        Args:
            by: :data:`PHONE` and an agent, or :data:`API` and a person.
            until: when the schedule decides again by itself; not before somebody says so when none.

        Raises:
            UsageError: if the site has no such hours, or ``until`` is past or more than a year ahead.
            StorageError: if it cannot be written; then nothing has changed.
        """
        now = self._clock.now()
        self._known(name)
        until = until.astimezone(UTC) if until else None
        if until is not None and not now < until <= now + LONGEST:
            raise UsageError(
                Text("the end must lie ahead, within a year", "结束时间须在一年之内且晚于现在"),
                cure=Text("--until 18:00, --until 2h", "--until 18:00，--until 2h"),
            )
        ends = {"until": until.isoformat()} if until else {}
        async with self._database.write() as session:
            await self._audit(session, "open" if position == "open" else "close", name, by, now, ends)
            row = await hours.switch(session, name, position, at=now, until=until, by=by)
        self._switched[name] = row
        self._tell(name, position, by)

    async def give_back(self, name: str, *, by: str) -> bool:
        """Let the schedule decide again; whether something was switched.

        Raises:
            UsageError: if the site has no such hours.
            StorageError: if it cannot be written; then nothing has changed.
        """
        now = self._clock.now()
        self._known(name)
        async with self._database.write() as session:
            ended = await hours.give_back(session, name, at=now, by=by)
            if ended is not None:
                await self._audit(session, "auto", name, by, now, {"was": ended.position})
        self._switched.pop(name, None)
        self._tell(name, "auto", by)
        return ended is not None

    async def toggle(self, digit: str, agent: str) -> Position | None:
        """What an agent's code does: the opposite of now, or back to the schedule where they are switched.

        Returns:
            How they are switched now; None when the schedule decides again.

        Raises:
            NotAllowedError: if he may not.
            UsageError: if no hours have that digit.
            StorageError: if it cannot be written.
        """
        site = self._site()
        known = site.agents.get(agent)
        name = next((name for name, one in site.hours.items() if digit and one.switch == digit), None)
        if known is None or not known.switches:
            raise NotAllowedError(
                Text(f"{agent} may not switch business hours", f"坐席 {agent} 无权切换营业时间"),
                cure=Text("switches: true for him in agents.yaml", "在 agents.yaml 中为其设置 switches: true"),
            )
        if name is None:
            raise UsageError(
                Text(f"no business hours with digit {digit!r:.10}", f"没有切换码为 {digit!r:.10} 的营业时间"),
                cure=Text("see switch: in hours.yaml", "见 hours.yaml 的 switch:"),
            )
        by = f"{PHONE}{agent}"[:80]
        if self._in_force(name) is not None:
            await self.give_back(name, by=by)
            return None
        now_open = standing(site.hours[name], self._clock.now(), site.zone).open
        await self.switch(name, "closed" if now_open else "open", by=by)
        return self.position(name)

    def shown(self) -> dict[str, dict[str, Any]]:
        """How all hours of the site stand now, as plain data by name."""
        site, now = self._site(), self._clock.now()
        found = {}
        for name, one in site.hours.items():
            stands = standing(one, now, site.zone, self.position(name))
            row = self._in_force(name)
            found[name] = {
                "state": stands.state,
                "why": stands.why,
                "holiday": stands.holiday,
                "holiday_zh": stands.holiday_zh,
                "switched": None if row is None else _plain(row),
            }
        return found

    def next_changes(self) -> dict[str, str | None]:
        """When the schedule of each hours changes next, in the site's zone; not what was switched by hand."""
        site, now = self._site(), self._clock.now()
        changes = {name: next_change(one, now, site.zone) for name, one in site.hours.items()}
        return {name: None if at is None else at.isoformat() for name, at in changes.items()}

    async def read(self) -> None:
        """Learn from the database how hours are switched.

        Raises:
            StorageError: if it cannot be read; what was known holds on.
        """
        acts = self._acts
        async with self._database.read() as session:
            found = {row.hours: row for row in await hours.going_on(session, self._clock.now())}
        if acts != self._acts:  # switched here meanwhile: what was read is older
            return
        if {name: row.id for name, row in found.items()} != {name: row.id for name, row in self._switched.items()}:
            self._switched = found
            self._wake()

    async def run(self) -> None:
        """Read what others have switched, for as long as the engine serves."""
        while True:
            try:
                await self.read()
            except StorageError as error:
                log.warning("hours not read", problem=str(error))
            await asyncio.sleep(REREAD)

    def _in_force(self, name: str) -> HoursSwitch | None:
        row = self._switched.get(name)
        return row if row is not None and (row.until is None or self._clock.now() < row.until) else None

    def _known(self, name: str) -> None:
        site = self._site()
        if name not in site.hours:
            raise UsageError(
                Text(f"no business hours {name!r:.60}", f"没有营业时间 {name!r:.60}"),
                cure=Text(f"one of: {', '.join(site.hours)}", f"可用：{'、'.join(site.hours)}"),
            )

    async def _audit(
        self, session: hours.Session, what: str, name: str, by: str, at: datetime, detail: Mapping[str, str]
    ) -> None:
        actor = by.removeprefix(API).removeprefix(PHONE)[:64]
        how = {"by": "phone"} if by.startswith(PHONE) else {}
        await audit.append(
            session, actor=actor, action=f"hours.{what}", object=f"hours:{name}", at=at, detail={**detail, **how}
        )

    def _tell(self, name: str, position: str, by: str) -> None:
        self._acts += 1
        log.info("hours switched", hours=name, position=position, by=by)
        self._wake()

    def _wake(self) -> None:
        for told in self.changed:
            told()


def _plain(row: HoursSwitch) -> dict[str, Any]:
    return {
        "position": row.position,
        "by": row.by,
        "since": row.began_at.isoformat(),
        "until": None if row.until is None else row.until.isoformat(),
    }


__all__ = ["PHONE", "HoursDesk", "NotAllowedError"]
