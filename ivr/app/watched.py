"""What the engine tells those who watch it: the live state of queues and agents, screen-pops, and alerts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self

from dialplan.model import Site
from ivr.ami.client import AmiClient
from ivr.app.staff import Staff
from ivr.call.control import Route, Stream
from ivr.call.live.alert_book import AlertBook
from ivr.call.live.alerting import Alerting
from ivr.call.live.desk import LiveDesk
from ivr.call.live.pops import PopDesk
from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.core.settings import Settings
from ivr.queues import LiveQueues
from ivr.queues.alerts.webhook import Webhook
from ivr.queues.arrivals import FactBook
from ivr.queues.served import Outcome, Served
from ivr.reports.indicators.load import load_facts
from ivr.storage.database import Database

log = get_logger("live")


class Watched:
    """Builds it over queues and staff.

    Attributes:
        parts: what runs for as long as the engine serves, by name.
        routes, streams: for the control socket.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        live: LiveQueues,
        staff: Staff,
        site: Callable[[], Site],
        clock: Clock,
        book: FactBook,
    ) -> None:
        self.desk = LiveDesk(site, live, staff.board, clock, staff.hours.shown)
        staff.hours.changed.append(self.desk.wake)
        staff.keeper.changed.append(self.desk.wake)
        self.pops = PopDesk(site, staff.board, book, database, clock)
        self.parts: dict[str, Callable[[], Awaitable[None]]] = {"live": self.desk.run, "pops": self.pops.run}
        webhook = None
        if settings.alert_webhook:
            webhook = Webhook(settings.alert_webhook, settings.alert_secret.get_secret_value(), clock)
            self.parts["webhook"] = webhook.run
        written = AlertBook(database)
        self.parts["alert book"] = written.run
        self.alerting = Alerting(
            site, live, staff.board, self.desk.served, database, clock, webhook, written,
            begin_after=settings.alert_begins, recordings_every=settings.alert_recordings,
            hours=staff.hours.position,
        )  # fmt: skip
        self.parts["alerts"] = self.alerting.run
        staff.keeper.notices.append(self.alerting.notice)
        self.routes: dict[str, Route] = {**self.desk.routes, **self.alerting.routes}
        self.streams: dict[str, Stream] = {**self.desk.streams, **self.pops.streams}

    @classmethod
    async def begin(
        cls,
        settings: Settings,
        database: Database,
        client: AmiClient,
        live: LiveQueues,
        staff: Staff,
        site: Callable[[], Site],
        clock: Clock,
        book: FactBook,
    ) -> Self:
        """Fed with the client's events, and knowing what happened today before."""
        watched = cls(settings, database, live, staff, site, clock, book)
        try:
            await remember(database, watched.desk.served, clock)
        except StorageError as error:
            log.error("the calls of today are not known", problem=str(error))
        client.listen(watched.desk.tell)
        client.listen(watched.pops.tell)
        return watched


async def remember(database: Database, served: Served, clock: Clock) -> None:
    """Note the callers of today whose wait is over, by the journal.

    Raises:
        StorageError: if the database cannot be read.
    """
    now = clock.now()
    async with database.read() as session:
        facts = await load_facts(session, served.midnight(now), now, now=now)
    ends = []
    for call in facts.calls:
        for visit in call.visits:
            answered = visit.outcome == "answered"
            end = visit.connected if answered else visit.left or call.ended
            if end is not None:
                wait = max(0.0, (end - visit.joined).total_seconds())
                ends.append((end, visit.queue, Outcome(end, answered, visit.outcome == "abandoned", wait)))
    for _, queue, outcome in sorted(ends, key=lambda one: one[0]):
        served.note(queue, outcome)


__all__ = ["Watched", "remember"]
