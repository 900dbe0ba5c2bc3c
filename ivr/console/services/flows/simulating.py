"""Calls tried without a telephone, step by step."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialplan.model import LanguageChoice, Site
from ivr.call.simulation.interactive import Played, Question, play
from ivr.call.simulation.plan import Plan
from ivr.call.simulation.story import Visit
from ivr.call.simulation.words import end_of, reply_words, words
from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.flows.models import Happened, QuestionTold, Simulated, Simulation, VisitTold
from ivr.console.services.flows.shelf import computed, opened
from ivr.core.errors import UsageError
from ivr.core.language import Text

_LANGUAGE_ASKED = 5  # times it is answered for the caller; a flow may lead back to the question
_FIRST, _LAST = 1990, 2100  # years the tables of holidays can say anything of


async def simulate(console: Console, who: Person, call: Simulation) -> Simulated:
    """Simulate a call as far as it is known what the caller does; then it tells what it waits for.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such version.
        UsageError: if the call cannot be: no such number, hours, step, reply.
        SiteError: if the site has errors.
    """
    who.must(Permission.FLOWS)
    one = await opened(console, call.source)
    plan, keys = _plan(console, one.site, call), list(call.keys)
    played = await computed(console, lambda: play(one.simulator, plan, keys, call.replies))
    for _ in range(_LANGUAGE_ASKED):
        chosen = _language_key(one.site, played.question, call.language)
        if chosen is None:
            break
        keys.append(chosen)
        played = await computed(console, lambda: play(one.simulator, plan, keys, call.replies))
    return _told(played, keys)


def _language_key(site: Site, question: Question | None, language: str | None) -> str | None:
    """The key that chooses ``language``, where that is what is asked; None where it is not, or has no key."""
    if question is None or question.asks != "keys" or language is None:
        return None
    step = site.flows[question.flow].steps[question.step]
    if not isinstance(step, LanguageChoice):
        return None
    return next((key for key, one in step.choices.items() if one == language), None)


def _plan(console: Console, site: Site, call: Simulation) -> Plan:
    for name in call.switches:
        if name not in site.hours:
            raise UsageError(
                Text(f"no business hours {name!r:.60}", f"没有营业时间 {name!r:.60}"),
                cure=Text(f"one of: {', '.join(site.hours)}", f"可用：{'、'.join(site.hours)}"),
            )
    at = call.at or console.clock.now().astimezone(ZoneInfo(site.zone))
    if not _FIRST <= at.year <= _LAST:
        raise UsageError(
            Text(f"at: a time between {_FIRST} and {_LAST}", f"at：{_FIRST} 至 {_LAST} 年之间的时间"),
            cure="2026-10-01T09:30",
        )
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(site.zone))
    return Plan(
        to=call.to or next(iter(site.numbers)),
        at=at,
        caller=call.caller,
        lookups=call.lookups,
        switches=call.switches,
        accessible=call.accessible,
    )


def _told(played: Played, keys: list[str]) -> Simulated:
    story = played.story
    over = played.question is None
    seconds = story.seconds if over else (played.visits[-1].at if played.visits else 0.0)
    return Simulated(
        flow=story.flow,
        language=story.language,
        path=[_visit(one) for one in played.visits],
        question=None if played.question is None else _question(played.question),
        ended=story.ended if over else "",
        outcome=story.outcome if over else "",
        end=str(end_of(story)) if over else "",
        seconds=round(seconds, 1),
        variables=story.variables,
        keys=keys,
    )


def _visit(visit: Visit) -> VisitTold:
    return VisitTold(
        flow=visit.flow,
        step=visit.step,
        kind=visit.kind,
        at=round(visit.at, 1),
        happened=[
            Happened(what=item.what, at=round(item.at, 1), text=str(words(item)), detail=dict(item.detail))
            for item in visit.items
        ],
    )


def _question(question: Question) -> QuestionTold:
    return QuestionTold(
        asks=question.asks,
        flow=question.flow,
        step=question.step,
        seconds=question.seconds,
        verb=question.verb,
        words=list(question.words),
        titles=[str(reply_words(word)) for word in question.words],
    )


__all__ = ["simulate"]
