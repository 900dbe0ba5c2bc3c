"""Looks at queues, agents and recordings by the site's rules, and tells log and webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from dialplan.alerts import AlertKind, AlertRule
from dialplan.model import Site
from dialplan.schedule import Switched, by_schedule, is_open
from ivr.agents.board import AgentBoard
from ivr.agents.keeper import AgentNotice
from ivr.call.control import Answer, Route
from ivr.call.live.alert_book import AlertBook
from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.queues import LiveQueues
from ivr.queues.alerts.engine import Alert, AlertEngine, Reading
from ivr.queues.alerts.webhook import Webhook
from ivr.queues.floor import Floor
from ivr.queues.served import Served
from ivr.storage import recordings
from ivr.storage.database import Database

log = get_logger("alerts")

LOOK_EVERY = 1.0  # seconds
RECORDINGS_EVERY = 30.0  # seconds
BEGIN_AFTER = 30.0  # seconds after the start: until then agents and calls may only not be known yet
_KINDS: Mapping[str, AlertKind] = {"misses": "agent-paused", "gone": "agent-gone"}


class Alerting:
    """Runs the rules.

    Args:
        site: the site in force, with its rules.
        live, board, served: what goes on.
        database: where missing recordings are found.
        clock: the time.
        webhook: told of every alert, if there is one.
        book: where alerts are written down; :meth:`begin` takes up what an earlier engine left raised.
        begin_after: seconds after the start before anything is judged.
        recordings_every: seconds between looks for missing recordings.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        live: LiveQueues,
        board: AgentBoard,
        served: Served,
        database: Database,
        clock: Clock,
        webhook: Webhook | None = None,
        book: AlertBook | None = None,
        *,
        begin_after: float = BEGIN_AFTER,
        recordings_every: float = RECORDINGS_EVERY,
        hours: Switched = by_schedule,
    ) -> None:
        self._hours = hours
        self._site = site
        self._live = live
        self._floor = Floor(live, site)
        self._board = board
        self._served = served
        self._database = database
        self._clock = clock
        self._webhook = webhook
        self._book = book or AlertBook(database)
        self._begin_after = begin_after
        self._recordings_every = recordings_every
        self._begun = False
        self._engine = AlertEngine()
        self._missing: set[int] | None = None
        self.routes: dict[str, Route] = {"GET alerts": self._raised}

    async def run(self) -> None:
        """Look for as long as the engine serves."""
        await self.begin()
        await asyncio.sleep(self._begin_after)
        next_recordings = self._clock.monotonic()
        while True:
            self.look()
            if self._clock.monotonic() >= next_recordings:
                next_recordings = self._clock.monotonic() + self._recordings_every
                await self.look_at_recordings()
            await asyncio.sleep(LOOK_EVERY)

    async def begin(self) -> None:
        """Take up what was raised when the engine before was stopped."""
        if self._begun:
            return
        self._begun = True
        try:
            self._engine.restore(await self._book.raised())
        except StorageError as error:
            log.warning("alerts raised before are not known", problem=str(error))

    def look(self) -> list[Alert]:
        """Judge the queues; while Asterisk is out of sight nothing is known of them."""
        if not self._live.known:
            return []
        site, now = self._site(), self._clock.now()
        readings = {name: self._readings(site, rule, now) for name, rule in site.alerts.items()}
        found = self._engine.look(site.alerts, readings, now)
        for alert in found:
            self._tell(alert)
        return found

    async def look_at_recordings(self) -> None:
        """Tell of recordings that are missing since the last look."""
        rules = [name for name, rule in self._site().alerts.items() if rule.kind == "recording-missing"]
        if not rules:
            self._missing = None
            return
        try:
            async with self._database.read() as session:
                now = set(await recordings.missing(session, limit=100_000))
        except StorageError as error:
            log.warning("recordings not looked at", problem=str(error))
            return
        new = sorted(now - self._missing) if self._missing is not None else []
        self._missing = now
        for rule in rules:
            for number in new:
                self._event(rule, "recording-missing", f"recording:{number}", None)

    def notice(self, notice: AgentNotice) -> None:
        """An agent was paused for misses, or logged out because his phone has gone."""
        kind = _KINDS[notice.kind]
        for name, rule in self._site().alerts.items():
            mine = set(self._site().agents[notice.agent].queues) if notice.agent in self._site().agents else set()
            if rule.kind == kind and (not rule.queues or mine & set(rule.queues)):
                self._event(name, kind, notice.agent, float(notice.count))

    def _event(self, rule: str, kind: AlertKind, subject: str, value: float | None) -> None:
        self._tell(Alert(rule, kind, "event", subject, self._clock.now(), value))

    def _readings(self, site: Site, rule: AlertRule, now: datetime) -> list[Reading]:
        if rule.kind not in ("service-level", "longest-wait", "no-agent"):
            return []
        hours = site.hours.get(rule.hours) if rule.hours else None
        attended = hours is None or is_open(hours, now, site.zone, self._hours(rule.hours or ""))
        found = []
        known = {queue.name: queue for queue in self._live}
        for name in rule.queues or site.queues:
            if name not in site.queues:
                continue
            found.append(
                Reading(
                    name,
                    self._level(name, rule, now) if rule.kind == "service-level" else None,
                    max(0.0, known[name].longest_wait(now)) if name in known else 0.0,
                    self._floor.present(name),
                    site.queues[name].target,
                    attended,
                )
            )
        return found

    def _level(self, queue: str, rule: AlertRule, now: datetime) -> float | None:
        """Counts every caller of the window anew, so it is for the rules that ask for it."""
        level = self._served.of_late(queue, now, rule.window)
        return level.per_cent if level.callers >= rule.least else None

    def _tell(self, alert: Alert) -> None:
        plain = alert.plain() | {"site": self._site().name}
        write = log.info if alert.state == "cleared" else log.warning
        write("alert", **plain)
        told = {"log": "told"}
        if self._webhook is not None:
            told[self._webhook.name] = "waiting"
        self._book.note(alert, told)  # before the webhook may say what came of it
        if self._webhook is not None:
            self._webhook.put(plain, partial(self._book.heard, alert, self._webhook.name))

    async def _raised(self, _: str, __: Mapping[str, Any]) -> Answer:
        return {"alerts": [alert.plain() for alert in self._engine.raised]}


__all__ = ["Alerting"]
