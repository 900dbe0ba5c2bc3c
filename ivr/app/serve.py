"""``ivr serve``: the engine process. FastAGI server, AMI client, journal and ledger, in one event loop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any

from ivr.agi import AgiServer
from ivr.ami.client import AmiClient
from ivr.ami.errors import AmiError
from ivr.ami.events import EventsLost
from ivr.app.lines import Lines
from ivr.app.metrics import Metrics, MetricsServer
from ivr.app.sites import begin_sites
from ivr.app.staff import Staff
from ivr.app.watched import Watched
from ivr.asterisk.layout import ami_host, control_socket, whispers
from ivr.asterisk.secrets import AMI_USER, load_secrets
from ivr.asterisk.sounds import sounds_root
from ivr.call.agi_channel import AgiChannel
from ivr.call.card import CardDesk
from ivr.call.control import ControlServer
from ivr.call.engine import Engine
from ivr.call.lookups import HttpServices
from ivr.call.recorder import Pauses
from ivr.call.requests import routes
from ivr.core.clock import Clock, SystemClock
from ivr.core.log import configure_logging, get_logger
from ivr.core.ready import Ready
from ivr.core.settings import Settings
from ivr.journal import Journal
from ivr.journal.filling import fill_talks
from ivr.journal.reconcile import Keeper, Reconciler, Sources
from ivr.queues import LiveQueues
from ivr.queues.floor import Floor
from ivr.storage import continuations
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.search.fill import FACTS
from ivr.storage.search.fill import fill as fill_search
from recording.ledger import Ledger

log = get_logger("serve")

FORGET_AFTER = timedelta(days=1)
PURGE_EVERY = 3600.0  # seconds
# Seconds a question of the dialplan may still take when the engine is told to stop; then the emergency route takes
# the call. With the rest of the way down it must stay below the 10 s after which a supervisor kills.
GRACE = 5.0
AGAIN_AFTER = 2.0  # seconds


class StoredContinuations:
    """Calls remembered in the database, so that any engine can go on with them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, token: str, linkedid: str, state: Mapping[str, Any]) -> None:
        """Remember ``state`` under ``token``."""
        async with self._database.write() as session:
            await continuations.save(session, token, linkedid, dict(state), self._clock.now())

    async def take(self, token: str) -> Mapping[str, Any] | None:
        """Give back what is remembered under ``token``, once."""
        async with self._database.write() as session:
            return await continuations.take(session, token)

    async def purge(self) -> None:
        """Forget calls that nobody came back for."""
        async with self._database.write() as session:
            await continuations.purge(session, self._clock.now() - FORGET_AFTER)


async def serve(settings: Settings) -> None:
    """Answer calls until SIGTERM or SIGINT.

    Raises:
        SiteError: if the site has errors.
        SetupError: if the manager's password has not been made yet.
        AgiError: if the FastAGI port is in use.
        StorageError: if the database cannot be opened.
        OSError: if the log cannot be written.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    configure_logging(settings.logs / "serve.log", level=settings.log_level)
    clock = SystemClock()
    sites, site_routes = await begin_sites(settings, clock)
    secrets = load_secrets(settings)
    await asyncio.to_thread(upgrade, settings.database)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database, settings.home / "audit.head"))
        journal = Journal(database, clock)
        stack.push_async_callback(journal.close)
        journal.start()
        remembered = StoredContinuations(database, clock)
        client = AmiClient(ami_host(settings), settings.ami_port, AMI_USER, secrets.ami, clock=clock)
        stack.push_async_callback(client.close)
        pauses = Pauses(database, client, journal, clock, lambda: sites.site.pause_limit)
        live = LiveQueues()
        channels = partial(AgiChannel, recordings=settings.recordings, sounds=sounds_root(settings))
        staff = await Staff.begin(lambda: sites.site, client, database, clock, channels)
        lines = await Lines.begin(
            database,
            client,
            live,
            lambda: sites.site,
            clock,
            whispers=whispers(settings),
            sounds=sounds_root(settings),
            hours=staff.hours.position,
        )
        services = HttpServices(os.environ)
        stack.push_async_callback(services.close)
        engine = Engine(
            sites,
            journal,
            remembered,
            clock,
            pauses,
            lines.floor,
            lines.desk,
            services=services,
            switches=staff.hours,
            channels=channels,
        )
        asked = staff.asked | {
            "call": engine.handle,
            "callback": engine.handle_agent_first,
            "card": CardDesk(sites, journal, pauses, clock, channels=channels).handle,
        }
        server = AgiServer(ami_host(settings), settings.agi_port, asked)
        await server.start()
        stack.push_async_callback(server.stop, GRACE)
        watched = await Watched.begin(settings, database, client, live, staff, lambda: sites.site, clock, lines.book)
        control = ControlServer(
            control_socket(settings),
            routes(database, pauses) | staff.routes | lines.routes | watched.routes | site_routes,
            watched.streams,
        )
        await control.start()
        stack.push_async_callback(control.stop)
        metrics = Metrics(live, journal, clock, lambda: sites.site, lambda: client.connected)
        count(client, lines.floor, watched, metrics)
        if settings.metrics_port:
            await publish(metrics, settings, stack)
        ledger = Ledger(database, settings.recordings, settings.spool, clock)
        agents = lambda: {agent.extension: one for one, agent in sites.site.agents.items()}  # noqa: E731
        reconciler = Reconciler(database, clock, Sources.of(settings), agents)
        keeper = Keeper(reconciler, lambda: client.counters.overflowed + journal.stats.dropped + journal.stats.failed)
        client.listen(keeper.tell)
        tasks = [
            asyncio.create_task(keep_on("ami", lambda: watch(client, journal, live, pauses)), name="ami"),
            asyncio.create_task(keep_on("pauses", pauses.run), name="pauses"),
            *(
                asyncio.create_task(keep_on(part, run), name=part)
                for part, run in (staff.parts | lines.parts | watched.parts).items()
            ),
            asyncio.create_task(keep_on("ledger", ledger.run), name="ledger"),
            asyncio.create_task(keep_on("reconcile", keeper.run), name="reconcile"),
            asyncio.create_task(keep_on("purge", lambda: purge(remembered)), name="purge"),
            asyncio.create_task(fill(database, clock), name="fill"),
        ]
        stack.push_async_callback(end, tasks)
        ready = stack.enter_context(Ready(settings.run / "serve.ready"))
        log.info("serving", pid=os.getpid(), agi=server.port, site=sites.site.name, version=engine.sites.version)
        await stop.wait()
        ready.take_away()
        log.info("stopping")


async def publish(metrics: Metrics, settings: Settings, stack: AsyncExitStack) -> None:
    """Let Prometheus read the metrics until ``stack`` ends.

    Raises:
        SetupError: if the port is in use.
    """
    scraped = MetricsServer(metrics, ami_host(settings), settings.metrics_port)
    await scraped.start()
    stack.push_async_callback(scraped.stop)


def count(client: AmiClient, floor: Floor, watched: Watched, metrics: Metrics) -> None:
    """Have callers counted: those whom Asterisk tells of, and those who were not let into a queue."""
    client.listen(metrics.tell)
    floor.away += [watched.desk.turned_away, metrics.turned_away]


async def keep_on(part: str, work: Callable[[], Awaitable[None]], *, again_after: float = AGAIN_AFTER) -> None:
    """Do ``work`` for as long as the engine serves: when it fails, that is logged and it begins again."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("part failed", part=part)
        await asyncio.sleep(again_after)


async def purge(remembered: StoredContinuations) -> None:
    """Forget the calls of yesterday, now and every hour."""
    while True:
        await remembered.purge()
        await asyncio.sleep(PURGE_EVERY)


async def fill(database: Database, clock: Clock) -> None:
    """Conclude what a newer version of the tables asks of old calls; what fails is left to the next start."""
    try:
        await fill_talks(database, clock)
        await fill_search(database, clock, names=(FACTS,))  # words only where they can be opened: by the quality worker
    except Exception as error:
        log.error("talks of earlier calls not written down", problem=str(error))


async def watch(client: AmiClient, journal: Journal, live: LiveQueues, pauses: Pauses) -> None:
    """Feed the journal and the live queues from the manager interface, for as long as it takes to be there."""
    with client.events() as events:
        while not client.connected:
            try:
                await client.connect(within=5.0)
            except AmiError as error:
                log.warning("no manager connection", problem=str(error))
                await asyncio.sleep(2.0)
        await resync(client, journal, live)
        async for event in events:
            if isinstance(event, EventsLost):
                log.error("manager events lost", count=event.count)
                pauses.tell(event)
                await resync(client, journal, live)
                continue
            journal.put(event)
            pauses.tell(event)
            queue = live.tell(event)
            if queue is not None and queue.unattended:
                log.warning("callers wait and nobody is logged in", queue=queue.name, waiting=len(queue.waiting))


async def resync(client: AmiClient, journal: Journal, live: LiveQueues) -> None:
    """Begin anew from what Asterisk has now: its queues, and calls in the journal that it no longer has."""
    try:
        snapshot = await client.snapshot()
    except AmiError as error:
        log.warning("no snapshot of Asterisk", problem=str(error))
        return
    live.begin(snapshot)
    await journal.resync({channel.uniqueid for channel in snapshot.channels})


async def end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
