"""Alerts that the made-up calls would have raised: somebody waits too long."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialplan.model import Site
from ivr.demo.data.plan import Plan, moment
from ivr.demo.data.tables import Rows
from ivr.storage import models as m

KIND = "longest-wait"
_LIMIT = 120.0  # seconds, where the site has no such rule
MOST = 500


@dataclass
class _Open:
    began: float
    ended: float
    longest: float


@dataclass
class Alerts:
    """Collects waits, and writes the alerts they come to.

    Args:
        site: its rules.
    """

    site: Site
    _found: list[tuple[str, _Open]] = field(default_factory=list)
    _open: dict[str, _Open] = field(default_factory=dict)

    @property
    def _rule(self) -> tuple[str, float]:
        for name, rule in self.site.alerts.items():
            if rule.kind == KIND:
                return name, float(getattr(rule, "limit", _LIMIT))
        return "slow", _LIMIT

    def see(self, plan: Plan) -> None:
        """Look at a call's waits."""
        _, limit = self._rule
        for stay in plan.stays:
            wait = stay.left - stay.joined
            if wait <= limit:
                continue
            open_ = self._open.get(stay.queue)
            if open_ is not None and stay.joined + limit <= open_.ended:
                open_.ended, open_.longest = max(open_.ended, stay.left), max(open_.longest, wait)
            else:
                self._open[stay.queue] = _Open(stay.joined + limit, stay.left, wait)
                self._found.append((stay.queue, self._open[stay.queue]))

    def write(self, rows: Rows) -> None:
        """Add the newest ``MOST`` of them as rows."""
        name, limit = self._rule
        for queue, one in sorted(self._found, key=lambda found: found[1].began)[-MOST:]:
            rows.add(
                m.AlertRow, rows.id(m.AlertRow), name, KIND, queue, moment(one.began), moment(one.ended), limit,
                round(limit + 1.0, 1), round(one.longest, 1), {"raised": {"log": "told"}, "cleared": {"log": "told"}},
            )  # fmt: skip


__all__ = ["Alerts"]
