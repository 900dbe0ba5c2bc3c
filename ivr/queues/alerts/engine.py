"""Rules with hysteresis: when something is raised, and when it is over. Pure, the time is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dialplan.alerts import AlertKind, AlertRule

LONGEST_WAIT = 120  # seconds, where a rule names no limit
MARGIN = 5  # points of service level above the limit at which it is well again

State = Literal["raised", "cleared", "event"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is measured of one queue.

    Args:
        level: service level in the rule's window, per cent; None when too few called.
        longest_wait_s: seconds the first caller has waited.
        agents: who are there, as the queue's ``empty`` means it.
        target: the queue's own target, per cent.
        open: whether it should be attended.
    """

    queue: str
    level: float | None = None
    longest_wait_s: float = 0.0
    agents: int = 0
    target: int = 80
    open: bool = True


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell. ``subject`` is a queue, an agent or a recording's number: never a caller.

    Args:
        state: ``raised`` and ``cleared`` come in pairs; an ``event`` has just happened and is not cleared.
        value, limit: what was measured, and what the rule allows.
    """

    rule: str
    kind: AlertKind
    state: State
    subject: str
    at: datetime
    value: float | None = None
    limit: float | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rule": self.rule,
            "kind": self.kind,
            "state": self.state,
            "subject": self.subject,
            "at": self.at.isoformat(),
            "value": None if self.value is None else round(self.value, 1),
            "limit": self.limit,
        }


@dataclass(slots=True)
class _Watched:
    """One rule of one queue: whether it is raised, and since when it is otherwise."""

    alert: Alert | None = None
    otherwise_since: datetime | None = None


class AlertEngine:
    """Remembers what is raised."""

    def __init__(self) -> None:
        self._watched: dict[tuple[str, str], _Watched] = {}

    @property
    def raised(self) -> list[Alert]:
        """What goes on, the oldest first."""
        return sorted((one.alert for one in self._watched.values() if one.alert), key=lambda alert: alert.at)

    def restore(self, raised: Iterable[Alert]) -> None:
        """What an earlier engine had raised goes on: it is not told again, and cleared when it is over."""
        for alert in raised:
            self._watched.setdefault((alert.rule, alert.subject), _Watched(alert))

    def look(
        self, rules: Mapping[str, AlertRule], readings: Mapping[str, Iterable[Reading]], now: datetime
    ) -> list[Alert]:
        """What is raised or over by now.

        Args:
            rules: of the site, by name.
            readings: of each rule, its queues.
        """
        found: list[Alert] = []
        seen: set[tuple[str, str]] = set()
        for name, rule in rules.items():
            for reading in readings.get(name, ()):
                key = (name, reading.queue)
                seen.add(key)
                found += _look(name, rule, reading, self._watched.setdefault(key, _Watched()), now)
        for key in [one for one in self._watched if one not in seen]:  # no longer in the site
            alert = self._watched.pop(key).alert
            if alert is not None:
                found.append(Alert(alert.rule, alert.kind, "cleared", alert.subject, now))
        return found


def _look(name: str, rule: AlertRule, reading: Reading, watched: _Watched, now: datetime) -> list[Alert]:
    value, limit, bad, good = _judged(rule, reading)
    otherwise = good if watched.alert else bad
    if not otherwise:
        watched.otherwise_since = None
        return []
    watched.otherwise_since = watched.otherwise_since or now
    if (now - watched.otherwise_since).total_seconds() < rule.lasts:
        return []
    watched.otherwise_since = None
    state: State = "cleared" if watched.alert else "raised"
    alert = Alert(name, rule.kind, state, reading.queue, now, value, limit)
    watched.alert = alert if state == "raised" else None
    return [alert]


def _judged(rule: AlertRule, reading: Reading) -> tuple[float | None, float | None, bool, bool]:
    """Value, limit, whether it is bad, whether it is well again; between the two it is neither."""
    match rule.kind:
        case "service-level":
            limit = float(reading.target if rule.limit is None else rule.limit)
            well = min(100.0, limit + MARGIN) if rule.clear is None else float(rule.clear)
            level = reading.level
            return level, limit, level is not None and level < limit, level is None or level >= max(limit, well)
        case "longest-wait":
            limit = float(rule.limit or LONGEST_WAIT)
            well = limit / 2 if rule.clear is None else float(rule.clear)
            wait = reading.longest_wait_s
            return wait, limit, wait > limit, wait <= min(limit, well)
        case "no-agent":
            nobody = reading.open and not reading.agents
            return float(reading.agents), None, nobody, not nobody
    return None, None, False, True


__all__ = ["Alert", "AlertEngine", "Reading"]
