"""The made-up floor at work: callers wait in line for agents who are free, give up, are handed on, or hang up."""

from __future__ import annotations

import random
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from dialplan.model import Site
from ivr.demo.data.arrivals import HOURS as HOUR_SHARES
from ivr.demo.data.arrivals import Arrival
from ivr.demo.data.exemplar import Exemplar
from ivr.demo.data.plan import Plan, Rang, Stay
from ivr.demo.data.roster import OPEN, SHUT, Shift, roster

ANSWER_S = 0.2
JOIN_S = 3.4  # the prompt before the queue
HANDLING_S = 105.0  # expected, for the roster
REPEAT = 0.34  # of the callers have called before
TOPICS = {
    "billing": ("bill",), "technical": ("broadband",), "sales": ("plan", "delivery", "moving"),
}  # fmt: skip
# Shares of the queues, where the site has them; others share alike.
SHARES = {"billing": 0.26, "technical": 0.24, "sales": 0.18, "service": 0.24, "complaints": 0.08}
LINES = {"billing": 1, "technical": 2, "sales": 3, "complaints": 4}
"""Which of the site's service numbers leads to a queue; the first to all others."""
FOREIGN = "foreign"
_LANGUAGES = (("zh-CN", 0.87), ("en-US", 0.09), ("ko-KR", 0.04))


@dataclass
class _Agent:
    skill: float
    free: float = 0.0
    shift: Shift | None = None


@dataclass
class Floor:
    """Everybody at work.

    Args:
        site: its agents, queues and numbers.
        exemplars: the talks there are.
        zone: of the site.
        chance: what decides.
    """

    site: Site
    exemplars: Sequence[Exemplar]
    zone: ZoneInfo
    chance: random.Random
    shifts: list[Shift] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._queues = {name: tuple(agent.queues) for name, agent in self.site.agents.items() if agent.queues}
        self._agents = {name: _Agent(self.chance.betavariate(3, 1.8)) for name in self._queues}
        self._members: dict[str, list[str]] = defaultdict(list)
        for name, mine in self._queues.items():
            for queue in mine:
                self._members[queue].append(name)
        self._waiting: dict[str, list[float]] = defaultdict(list)
        self._callers: list[str] = []
        self._shelves: dict[tuple[str, str, bool], list[Exemplar]] = defaultdict(list)
        for one in sorted(self.exemplars, key=lambda one: one.percent or 0.0):
            self._shelves[one.language, one.kind, one.festival].append(one)
        named = [queue for queue in self._members if queue != FOREIGN]
        self._shares = [(queue, SHARES.get(queue, 0.2)) for queue in named] or [(queue, 1.0) for queue in self._members]

    def work(self, arrivals: Sequence[Arrival]) -> Iterable[Plan]:
        """The calls of these arrivals, in order."""
        per_day = len(arrivals) / max(1, len({one.at.astimezone(self.zone).date() for one in arrivals}))
        today: date | None = None
        span = arrivals[-1].at.timestamp() - arrivals[0].at.timestamp() if arrivals else 1.0
        for arrival in arrivals:
            day = arrival.at.astimezone(self.zone).date()
            if day != today:
                today = day
                self._begin_day(day, per_day)
            progress = (arrival.at.timestamp() - arrivals[0].at.timestamp()) / max(1.0, span)
            yield self._call(arrival, progress)

    def _begin_day(self, day: date, per_day: float) -> None:
        total = sum(share for _, share in self._shares)
        load: dict[tuple[str, int], float] = {}
        for queue, share in [*((queue, share * 0.87 / total) for queue, share in self._shares), (FOREIGN, 0.13)]:
            for hour in range(OPEN, SHUT):
                load[queue, hour] = per_day * share * HOUR_SHARES[hour] / sum(HOUR_SHARES) * HANDLING_S / 3600
        today = roster(day, load, self._queues, self.zone, self.chance)
        for agent in self._agents.values():
            agent.shift = None
        for shift in today:
            self._agents[shift.agent].shift = shift
        self.shifts += today

    def _call(self, arrival: Arrival, progress: float) -> Plan:
        chance, started = self.chance, arrival.at.timestamp()
        language = _weighed(chance, _LANGUAGES)
        queue = _weighed(chance, self._shares)
        numbers = list(self.site.numbers)
        plan = Plan(
            number=numbers[min(LINES.get(queue, 0), len(numbers) - 1)],
            caller=self._caller(),
            language=language,
            started=started,
            greeted=started + ANSWER_S + {"zh-CN": 1.9, "en-US": 3.6, "ko-KR": 5.2}[language] + chance.uniform(0.3, 2),
            holiday=arrival.holiday,
        )
        plan.closed = not OPEN <= arrival.at.astimezone(self.zone).hour < SHUT
        notice = plan.greeted + 8.1
        if chance.random() < 0.035:  # hangs up before the menu
            return _over(plan, chance.uniform(started + 1.5, notice), "self_service")
        if plan.closed:
            return self._closed(plan, notice)
        plan.menu_at = notice
        thought = chance.uniform(1.0, 6.0)
        if chance.random() < 0.04:
            return _over(plan, notice + thought + chance.uniform(1, 9), "self_service")
        plan.chosen_at = notice + thought
        if chance.random() < 0.012:
            plan.chosen = "2"
            return self._message(plan, plan.chosen_at + 4.0, "voicemail")
        plan.chosen = chance.choice("1110")
        if language != "zh-CN" and FOREIGN in self._members:
            queue = FOREIGN
        return self._queued(plan, queue, plan.chosen_at + JOIN_S, progress)

    def _queued(self, plan: Plan, queue: str, joined: float, progress: float) -> Plan:
        stay = self._wait(plan, queue, joined, progress, kind=self._kind(queue))
        if stay.outcome == "abandoned":
            return _over(plan, stay.left + 0.05, "abandoned")
        if stay.outcome == "key":
            plan.called_back = True
            return _over(plan, stay.left + 14.0, "callback", "system")
        if stay.outcome == "timeout":
            return self._unserved(plan, stay.left)
        return self._served(plan, stay, progress)

    def _unserved(self, plan: Plan, at: float) -> Plan:
        if self.chance.random() < 0.35:
            return self._message(plan, at + 8.0, "voicemail")
        return _over(plan, at + self.chance.uniform(2, 9), "unserved")

    def _served(self, plan: Plan, stay: Stay, progress: float) -> Plan:
        while stay.ended_by == "transfer" and stay.completed is not None:
            others = [one for one in self._members if one not in {stay.queue, FOREIGN}] or [stay.queue]
            onward = FOREIGN if stay.queue == FOREIGN else self.chance.choice(others)
            stay = self._wait(plan, onward, stay.completed + 0.4, progress, kind="plain")
            if stay.outcome != "answered":
                return _over(plan, stay.left + 0.05, "answered")
        assert stay.completed is not None
        if stay.ended_by == "caller":
            return _over(plan, stay.completed + 0.02, "answered")
        return self._survey(plan, stay.completed)

    def _kind(self, queue: str) -> str:
        at = self.chance.random()
        if queue == "complaints":
            return "complaint" if at < 0.85 else "plain"
        return "transfer" if at < 0.04 else "complaint" if at < 0.10 else "plain"

    def _wait(self, plan: Plan, queue: str, joined: float, progress: float, *, kind: str) -> Stay:
        chance, settings = self.chance, self.site.queues[queue]
        line = self._waiting[queue]
        while line and line[0] <= joined:
            line.pop(0)
        stay = Stay(queue, joined, len(line) + 1)
        plan.stays.append(stay)
        patience = chance.uniform(1, 5) if chance.random() < 0.02 else 10 + chance.expovariate(1 / 160)
        calls_back = chance.random() < 0.15 and self.site.callback is not None and queue in {"billing", "technical"}
        limits = [(settings.max_wait, "timeout"), (patience, "abandoned")] + ([(65.0, "key")] if calls_back else [])
        last, outcome = min(limits)
        self._serve(plan, stay, joined + last, outcome, progress, kind)
        insort(line, stay.left)
        return stay

    def _serve(self, plan: Plan, stay: Stay, until: float, outcome: str, progress: float, kind: str) -> None:
        at, settings = stay.joined + 0.1, self.site.queues[stay.queue]
        while True:
            found = self._next(stay.queue, at, until)
            if found is None:
                stay.left, stay.outcome = until, outcome
                return
            name, begin = found
            agent = self._agents[name]
            if self.chance.random() < 0.03:
                missed = min(begin + settings.ring, until)
                result = "no_answer" if missed < until else "cancelled"
                stay.rings.append(Rang(name, begin, missed, result))
                at = agent.free = missed + 0.2
                continue
            talk = self._talk(plan, stay.queue, kind, agent.skill + 0.12 * progress)
            connected = begin + talk.ring
            if connected >= until:
                stay.rings.append(Rang(name, begin, until, "cancelled"))
                stay.left, stay.outcome, agent.free = until, outcome, until + 0.2
                return
            stay.rings.append(Rang(name, begin, connected, "answered"))
            stay.left = stay.connected = connected
            stay.outcome, stay.agent, stay.exemplar = "answered", name, talk
            stay.completed, stay.ended_by = connected + talk.duration, talk.ended_by
            agent.free = stay.completed + settings.wrapup + 0.2
            return

    def _next(self, queue: str, at: float, until: float) -> tuple[str, float] | None:
        best: tuple[float, float, str] | None = None
        for name in self._members[queue]:
            agent = self._agents[name]
            if agent.shift is None:
                continue
            begin = agent.shift.free_from(max(at, agent.free))
            if begin is not None and begin < until and (best is None or (begin, agent.free, name) < best):
                best = (begin, agent.free, name)
        return None if best is None else (best[2], best[0])

    def _talk(self, plan: Plan, queue: str, kind: str, skill: float) -> Exemplar:
        festive = plan.holiday and kind == "plain"
        shelf = self._shelves[plan.language, kind, festive] or self._shelves[plan.language, "plain", False]
        topics = TOPICS.get(queue)
        if topics is not None and (about := [one for one in shelf if one.topic in topics]):
            shelf = about
        place = min(0.999, max(0.0, self.chance.gauss(skill, 0.25)))
        return shelf[int(place * len(shelf))]

    def _closed(self, plan: Plan, at: float) -> Plan:
        if self.chance.random() < 0.3:
            return self._message(plan, at + 5.6, "voicemail")
        return _over(plan, at + self.chance.uniform(2, 9), "closed")

    def _message(self, plan: Plan, at: float, outcome: str) -> Plan:
        begin = at + 4.8
        plan.message = (begin, begin + self.chance.uniform(6, 35))
        return _over(plan, plan.message[1], outcome)

    def _survey(self, plan: Plan, at: float) -> Plan:
        """The agent has hung up; the caller is asked (A8)."""
        marks = {"satisfaction": (("5", 0.52), ("4", 0.27), ("3", 0.1), ("2", 0.05), ("1", 0.06)),
                 "solved": (("1", 0.84), ("2", 0.16))}  # fmt: skip
        for question, answers in marks.items():
            asked = at + 0.4
            if self.chance.random() < 0.3:
                plan.answers.append((question, "", asked, None))
                return _over(plan, asked + self.chance.uniform(0.5, 6), "answered", "agent")
            at = asked + self.chance.uniform(3, 11)
            plan.answers.append((question, _weighed(self.chance, answers), asked, at))
        return _over(plan, at + 6.5, "answered", "agent")

    def _caller(self) -> str:
        if self._callers and self.chance.random() < REPEAT:
            return self._callers[-1 - int(len(self._callers) * self.chance.random() ** 2)]
        beginning = self.chance.choice(("138", "139", "136", "150", "158", "186", "188", "199", "021", "010"))
        self._callers.append(f"{beginning}{self.chance.randrange(10**8):08d}")
        return self._callers[-1]


def _over(plan: Plan, at: float, outcome: str, by: str = "caller") -> Plan:
    plan.ended, plan.outcome, plan.hung_up_by = at, outcome, by
    return plan


def _weighed(chance: random.Random, shares: Sequence[tuple[str, float]]) -> str:
    return chance.choices([one for one, _ in shares], [share for _, share in shares])[0]


__all__ = ["Floor"]
