"""A queue_log replayed twice, as it was and with changes, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialplan.model import Site
from ivr.core.language import Text
from ivr.journal.sources.queue_log import QueueRow
from ivr.queues.simulation import Changes, Line, Outcome, Replayed, Setup, Waits, changed, measure, simulate
from ivr.reports.traffic.replay import Log, read_log


@dataclass(frozen=True, slots=True)
class Compared:
    """Waits by queue: as measured, replayed unchanged, and with changes (None where there are none).

    Args:
        levels: X of each queue's service level, seconds.
        deviation_s: mean difference of the waits of those answered both in truth and in the unchanged replay, seconds;
            what a figure of the simulation can be off by. None where there are none.
    """

    log: Log
    levels: Mapping[str, float]
    measured: Mapping[str, Waits]
    replayed: Mapping[str, Waits]
    changed: Mapping[str, Waits] | None
    deviation_s: float | None

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader must know."""
        found = [
            Text(
                "Talks, rings and patience are those of the log; what nobody knows of a caller (the talk of one who "
                "gave up, the patience of one who was answered) is drawn from the others of his queue, the same at "
                "every run. Priorities are not in a queue_log.",
                "通话、振铃与耐心取自日志；日志未知的部分（放弃者的通话时长、已接者的耐心）由同队列其他来电抽取，"
                "每次运行相同。queue_log 中没有优先级。",
            )
        ]
        if self.deviation_s is not None:
            found.append(
                Text(
                    f"Replayed unchanged, the mean wait of a caller differs from the measured by "
                    f"{self.deviation_s:+.1f} s: read the changed column against the replayed one.",
                    f"不作改动重放时，平均等待与实测相差 {self.deviation_s:+.1f} 秒：请将改动列与重放列对照。",
                )
            )
        if self.log.supposed:
            names = len(self.log.supposed)
            found.append(
                Text(
                    f"{names} agents have no logging in or out in the log: there from their first call of a shift to "
                    "the last.",
                    f"{names} 名坐席在日志中没有签入签出记录：按其班次首末来电推定在岗。",
                )
            )
        if self.log.missing_starts or self.log.still_open:
            found.append(
                Text(
                    f"Callers whose joining is missing: {self.log.missing_starts}; without an end, left out: "
                    f"{self.log.still_open}.",
                    f"缺少进入记录的来电：{self.log.missing_starts}；没有结束、未计入的：{self.log.still_open}。",
                )
            )
        if self.log.by_key:
            found.append(
                Text(
                    f"Of the abandoned, {self.log.by_key} left by a key, from an empty queue, or were taken out.",
                    f"放弃者中有 {self.log.by_key} 人按键离开、因队列无人离开或被移出。",
                )
            )
        return tuple(found)


def compare(
    rows: Iterable[QueueRow], lines: Mapping[str, Line], changes: Changes, *, starved_after: float, seed: int = 0
) -> Compared | None:
    """Replay a log; None where nobody joined a queue in it.

    Args:
        lines: what is known of the queues.
        starved_after: seconds; who waits longer and is overtaken counts as starved.

    Raises:
        UsageError: if a change names a queue or an agent that the log does not have.
    """
    log = read_log(rows, lines, seed=seed)
    if log is None:
        return None
    setup = log.setup
    levels = {name: line.level for name, line in setup.lines.items()}

    def of(outcomes: tuple[Outcome, ...], house: Setup) -> dict[str, Waits]:
        serves = {agent.name: tuple(agent.present) for agent in house.agents}
        return measure(outcomes, levels, serves, starved_after=starved_after)

    other = changed(setup, changes) if changes else None
    same = simulate(log.arrivals, setup, seed=seed)
    return Compared(
        log,
        levels,
        measured=of(log.outcomes, setup),
        replayed=of(same.outcomes, setup),
        changed=None if other is None else of(simulate(log.arrivals, other, seed=seed).outcomes, other),
        deviation_s=_deviation(log, same),
    )


def lines_of(site: Site) -> dict[str, Line]:
    """The queues of a site as the simulation knows them."""
    return {
        name: Line(
            name,
            queue.strategy,
            int(getattr(queue, "weight", 0)),
            float(queue.wrapup),
            float(queue.max_wait),
            float(queue.service_level),
        )
        for name, queue in site.queues.items()
    }


def _deviation(log: Log, same: Replayed) -> float | None:
    pairs = [
        after.waited - before.waited
        for before, after in zip(sorted(log.outcomes, key=_id), sorted(same.outcomes, key=_id), strict=True)
        if before.result == after.result == "answered"
    ]
    return sum(pairs) / len(pairs) if pairs else None


def _id(one: Outcome) -> str:
    return one.id
