"""Deleting what has been kept long enough, and protecting what has not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Literal

from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import calls, ledger
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording, Score
from recording.keeping.deletion import HeldError, OpenError, begin, finish
from recording.keeping.rules import Facts, Retention, Rule, rule_for

Fate = Literal["delete", "held"]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Due:
    """A recording whose time is over.

    Args:
        fate: ``delete``; ``held``: a legal hold keeps it.
        rule: whose maximum it is past.
        days: its age.
    """

    recording: Recording
    fate: Fate
    rule: Rule
    days: int

    @property
    def reason(self) -> str:
        """For the ledger."""
        return f"retention rule {self.rule.name}: {self.days} days old, at most {self.rule.max_days}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        row = self.recording
        return {
            "recording": row.id,
            "call": row.call_id,
            "file": row.file,
            "fate": self.fate,
            "rule": self.rule.name,
            "days": self.days,
            "reason": self.reason,
        }


class Keeper:
    """Applies the rules.

    Args:
        database: the ledger.
        folder: the recordings.
        retention: the rules.
        zone: in which a call's day is told.
        clock: the time.
        actor: who, for the audit.
    """

    def __init__(
        self, database: Database, folder: Path, retention: Retention, zone: tzinfo, clock: Clock, actor: str
    ) -> None:
        self._database = database
        self._folder = folder
        self._retention = retention
        self._zone = zone
        self._clock = clock
        self._actor = actor

    async def due(self) -> AsyncIterator[Due]:
        """Recordings past the maximum of their rule, a page of calls at a time."""
        if not any(rule.max_days is not None for rule in self._retention.rules):
            return
        last = 0
        while True:
            async with self._database.read() as session:
                found = await ledger.keepable(session, last)
                scores = await ledger.newest_scores(session, [call.id for call in found])
                held = await ledger.held(session, [call.id for call in found])
            for call in found:
                facts = self.facts(call, scores.get(call.id, ()))
                for one in self._past(facts, call.recordings):
                    yield Due(one[0], "held" if call.id in held else "delete", one[1], one[2])
            if len(found) < ledger.PAGE:
                break
            last = found[-1].id
        async for stray in self._due_strays():
            yield stray

    async def apply(self, progress: Progress = lambda stage, share: None) -> AsyncIterator[tuple[Due, str]]:
        """Delete what is due, one by one; says what became of each: deleted, held or open.

        Raises:
            OSError: if a file cannot be removed; the next run goes on with it.
        """
        async for one in self.due():
            progress(one.recording.file, 0.0)
            yield one, await self._delete(one)

    async def delete_call(self, call_id: int, *, reason: str, force: bool = False) -> list[Recording]:
        """Delete a call's recordings by hand; returns those deleted now.

        Raises:
            UsageError: there is no such call, or its rule's minimum protects it and ``force`` is not given.
            HeldError: a legal hold lies on it.
            OpenError: it goes on.
        """
        async with self._database.read() as session:
            call = await calls.get(session, call_id)
            scores = await ledger.newest_scores(session, [call_id])
        if call is None:
            raise UsageError(Text(f"no call {call_id}", f"没有通话 {call_id}"), cure="ivr calls list")
        if call.ended_at is None:
            raise OpenError(call.linkedid)
        rule = rule_for(self._retention, self.facts(call, scores.get(call_id, ())))
        until = None if rule is None else self._day(call.started_at) + timedelta(days=rule.min_days)
        protected = rule is not None and until is not None and self._day(self._clock.now()) < until
        if protected and rule is not None and not force:
            raise UsageError(
                Text(
                    f"call {call_id}: rule {rule.name} keeps it until {until}",
                    f"通话 {call_id}：规则 {rule.name} 要求保留至 {until}",
                ),
                cure=Text("wait, or use --force; that is audited", "请等待，或使用 --force（会记入审计）"),
            )
        gone = []
        for row in call.recordings:
            if row.state in {"deleted", "refused"}:
                continue
            marked = await begin(
                self._database,
                row.id,
                reason=reason,
                actor=self._actor,
                at=self._clock.now(),
                by_hand=True,
                **({"forced": rule.name} if protected and rule is not None else {}),
            )
            if marked is not None:
                await finish(self._database, self._folder, marked, self._clock.now())
                gone.append(marked)
        return gone

    def facts(self, call: Call, scores: Iterable[Score]) -> Facts:
        """What the rules ask of a call with its visits and recordings."""
        percents = [100 * score.points / score.possible for score in scores if score.possible]
        failed = [score.failed_all for score in scores]
        agents = {visit.agent for visit in call.visits if visit.connected_at} | {row.agent for row in call.recordings}
        return Facts(
            begun=self._day(call.started_at),
            queues=frozenset(visit.queue for visit in call.visits),
            agents=frozenset(agents - {""}),
            language=call.language,
            number=call.number,
            outcome=call.outcome,
            score=min(percents, default=None),
            failed=any(failed) if failed else None,
        )

    def _past(self, facts: Facts, rows: Sequence[Recording]) -> list[tuple[Recording, Rule, int]]:
        rule = rule_for(self._retention, facts)
        days = (self._day(self._clock.now()) - facts.begun).days
        if rule is None or rule.max_days is None or days <= rule.max_days:
            return []
        return [(row, rule, days) for row in rows if row.state not in {"deleted", "open", "refused"}]

    async def _due_strays(self) -> AsyncIterator[Due]:
        last = 0
        while True:
            async with self._database.read() as session:
                rows = await ledger.strays(session, last)
            for row in rows:
                begun = row.started_at or row.closed_at
                if begun is not None:
                    for found in self._past(Facts(begun=self._day(begun), has_call=False), [row]):
                        yield Due(found[0], "delete", found[1], found[2])
            if len(rows) < ledger.PAGE:
                return
            last = rows[-1].id

    async def _delete(self, one: Due) -> str:
        if one.fate == "held":
            return "held"
        try:
            marked = await begin(
                self._database,
                one.recording.id,
                reason=one.reason,
                actor=self._actor,
                at=self._clock.now(),
                rule=one.rule.name,
            )
            if marked is not None:
                await finish(self._database, self._folder, marked, self._clock.now())
        except HeldError:
            return "held"
        except OpenError:
            return "open"
        return "deleted"

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


__all__ = ["Due", "Keeper"]
