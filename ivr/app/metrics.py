"""The engine's figures for Prometheus: its own registry, served on loopback; no number of a caller is in any label."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dialplan.model import Site
from ivr.ami import events as ev
from ivr.app.talks import Talks, Told
from ivr.core.clock import Clock
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.journal import Journal
from ivr.queues import LiveQueue, LiveQueues, Member

log = get_logger("metrics")

PREFIX = "callwright"
WAIT_BUCKETS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TALK_BUCKETS = (10, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)
MEMBER_STATES = ("free", "busy", "ringing", "paused", "unavailable")
OTHER = "other"
_STATES = {1: "free", 2: "busy", 3: "busy", 6: "ringing", 7: "ringing", 8: "busy"}  # Asterisk's device states

LIMIT = 5.0  # seconds for a whole request
MAX_HEADER = 8192  # bytes
MAX_AT_ONCE = 8


class Metrics:
    """Counts what the manager interface tells, and shows queues as they are when somebody asks.

    Args:
        live: the queues as they are.
        journal: for how many facts were written or lost.
        clock: for waits that go on.
        site: the site in force, for its queues and agents; labels name nothing else.
        connected: whether the manager connection is up.
    """

    def __init__(
        self,
        live: LiveQueues,
        journal: Journal,
        clock: Clock,
        site: Callable[[], Site],
        connected: Callable[[], bool],
    ) -> None:
        self.registry = CollectorRegistry()
        self._site = site
        self._talks = Talks()
        one = self.registry
        queue = ["queue"]
        self._offered = Counter(
            "queue_offered", "Callers who joined or were not let in.", queue, namespace=PREFIX, registry=one
        )
        self._answered = Counter(
            "queue_answered", "Callers joined with an agent.", queue, namespace=PREFIX, registry=one
        )
        self._in_time = Counter(
            "queue_answered_in_time", "Of them within the queue's X seconds.", queue, namespace=PREFIX, registry=one
        )
        self._abandoned = Counter("queue_abandoned", "Callers who gave up.", queue, namespace=PREFIX, registry=one)
        self._short = Counter(
            "queue_abandoned_short", "Of them within the site's limit.", queue, namespace=PREFIX, registry=one
        )
        self._wait = Histogram(
            "queue_answer_seconds",
            "Wait of answered callers.",
            queue,
            namespace=PREFIX,
            registry=one,
            buckets=WAIT_BUCKETS,
        )
        self._talk = Histogram(
            "queue_talk_seconds", "Length of talks.", queue, namespace=PREFIX, registry=one, buckets=TALK_BUCKETS
        )
        agent = ["agent"]
        self._calls = Counter("agent_calls", "Callers an agent was joined with.", agent, namespace=PREFIX, registry=one)
        self._missed = Counter("agent_missed", "Rings not answered or refused.", agent, namespace=PREFIX, registry=one)
        self._talked = Counter("agent_talk_seconds", "Seconds of talk.", agent, namespace=PREFIX, registry=one)
        Gauge("engine_info", "The engine.", ["version"], namespace=PREFIX, registry=one).labels(
            version("callwright")
        ).set(1)
        self._begin(site())
        one.register(_Now(live, journal, clock, site, connected))

    def tell(self, event: ev.AmiEvent) -> None:
        """Count an event; never raises."""
        try:
            for told in self._talks.tell(event):
                self._count(told)
        except Exception:
            log.exception("event not counted", kind=type(event).__name__)

    def turned_away(self, queue: str) -> None:
        """Count a caller who was not let into a queue."""
        self._count(Told("offered", queue))

    def render(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def _begin(self, site: Site) -> None:
        """Every queue and agent begins at 0, so that a rate is right from the first call on."""
        for queue in site.queues:
            for counter in (self._offered, self._answered, self._in_time, self._abandoned, self._short):
                counter.labels(queue)
            self._wait.labels(queue)
            self._talk.labels(queue)
        for agent in site.agents:
            for counter in (self._calls, self._missed, self._talked):
                counter.labels(agent)

    def _count(self, told: Told) -> None:
        site = self._site()
        queue = told.queue if told.queue in site.queues else OTHER
        agent = told.agent if told.agent in site.agents else OTHER
        match told.what:
            case "offered":
                self._offered.labels(queue).inc()
            case "answered":
                self._answered.labels(queue).inc()
                self._calls.labels(agent).inc()
                if told.seconds is not None:
                    self._wait.labels(queue).observe(told.seconds)
                    level = site.queues[queue].service_level if queue in site.queues else 20
                    self._in_time.labels(queue).inc(told.seconds <= level)
            case "abandoned":
                self._abandoned.labels(queue).inc()
                self._short.labels(queue).inc(told.seconds is not None and told.seconds < site.short_abandon)
            case "missed":
                self._missed.labels(agent).inc()
            case "talked" if told.seconds is not None:
                self._talk.labels(queue).observe(told.seconds)
                self._talked.labels(agent).inc(told.seconds)


class _Now(Collector):
    """What is read at the moment of asking."""

    def __init__(
        self,
        live: LiveQueues,
        journal: Journal,
        clock: Clock,
        site: Callable[[], Site],
        connected: Callable[[], bool],
    ) -> None:
        self._live = live
        self._journal = journal
        self._clock = clock
        self._site = site
        self._connected = connected

    def collect(self) -> Iterable[Metric]:
        site, now = self._site(), self._clock.now()
        known = {queue.name: queue for queue in self._live}
        waiting = _gauge("queue_waiting", "Callers who wait.", ["queue"])
        longest = _gauge("queue_longest_wait_seconds", "How long the first of them has waited.", ["queue"])
        members = _gauge("queue_members", "Agents logged in, by what they do.", ["queue", "state"])
        target = _gauge("queue_service_target_ratio", "Y of the service level, 0..1.", ["queue"])
        for name, settings in site.queues.items():
            queue = known.get(name) or LiveQueue(name)
            waiting.add_metric([name], len(queue.waiting))
            longest.add_metric([name], queue.longest_wait(now))
            target.add_metric([name], settings.target / 100)
            states = [_state(one) for one in queue.members.values()]
            for state in MEMBER_STATES:
                members.add_metric([name, state], states.count(state))
        yield from (waiting, longest, members, target)
        connected = _gauge("ami_connected", "Whether the engine sees Asterisk's events.", [])
        connected.add_metric([], float(self._connected()))
        yield connected
        yield from self._facts()

    def _facts(self) -> Iterator[Metric]:
        stats = self._journal.stats
        pending = _gauge("journal_waiting_facts", "Facts not yet written.", [])
        pending.add_metric([], stats.waiting)
        yield pending
        for name, text, value in (
            ("journal_written_facts", "Facts written.", stats.written),
            ("journal_dropped_facts", "Facts lost because too many waited.", stats.dropped),
            ("journal_failed_facts", "Facts that could not be written.", stats.failed),
        ):
            counter = CounterMetricFamily(f"{PREFIX}_{name}", text)
            counter.add_metric([], value)
            yield counter


class MetricsServer:
    """Answers ``GET /metrics`` and ``GET /healthz`` on loopback; one request a connection, a few at a time.

    Args:
        port: 0 takes a free one.
    """

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        self._metrics = metrics
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._open = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen.

        Raises:
            SetupError: if the port is in use.
        """
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._port, limit=MAX_HEADER)
        except OSError as error:
            raise SetupError(
                Text(f"no metrics on port {self._port}: {error}", f"无法在端口 {self._port} 提供指标：{error}"),
                cure=Text("set IVR_METRICS_PORT to a free port, or 0", "请将 IVR_METRICS_PORT 设为空闲端口或 0"),
            ) from error

    async def stop(self) -> None:
        """Answer no more."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1.0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            async with asyncio.timeout(LIMIT):
                status, kind, body = await self._answer(reader)
                head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, or asked for too much
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1.0)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
        if self._open > MAX_AT_ONCE:
            return "503 Service Unavailable", "text/plain", b"too many requests\n"
        request = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].split(b" ")
        if len(request) != 3 or request[0] != b"GET":
            return "405 Method Not Allowed", "text/plain", b"GET only\n"
        match request[1].split(b"?")[0]:
            case b"/metrics":
                return "200 OK", CONTENT_TYPE_PLAIN_0_0_4, self._metrics.render()
            case b"/healthz":
                return "200 OK", "text/plain", b"ok\n"
        return "404 Not Found", "text/plain", b"/metrics or /healthz\n"


def _gauge(name: str, text: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=labels)


def _state(member: Member) -> str:
    state = _STATES.get(member.status, "unavailable")
    return "paused" if member.paused and state in {"free", "unavailable"} else state
