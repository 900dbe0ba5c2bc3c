"""Pages of calls for who may see them: all, or those he talked in himself; numbers as he may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Literal

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown
from ivr.core.errors import UsageError
from ivr.core.ids import mask_number
from ivr.core.language import Text
from ivr.reports import calls as found
from ivr.reports.calls.narrowing import Asker
from ivr.storage.people import reviews
from ivr.storage.search.hooks import index_key
from ivr.storage.work import Session
from recording.review.cards import BLIND

FEWEST_DIGITS = 4
MOST_BLIND = 500


class Part(Shown):
    """A stretch of what was said; ``found`` if it is what was searched for."""

    text: str
    found: bool


class Quote(Shown):
    """What one party said around the words."""

    side: Literal["agent", "caller", "other"]
    parts: tuple[Part, ...]


class CallLine(Shown):
    """One call of the list.

    ``caller`` is masked but for its end unless who asks may see numbers; ``queue`` is the first he waited in,
    ``agent`` the last he talked to; ``score`` is the lowest of its scorecards, 0..100; ``failed`` counts rules that
    were not kept, ``unsure`` those of which it cannot be told; ``outcome`` is "" while the call is under way.
    """

    id: int
    linkedid: str
    started_at: datetime
    ended_at: datetime | None
    caller: str
    number: str
    language: str
    queue: str
    agent: str
    outcome: str
    hung_up_by: str
    wait_s: float | None
    talk_s: float | None
    score: float | None
    failed: int
    unsure: int
    judged: bool
    recording: Literal["kept", "none", "deleted", "faulty"]
    quotes: tuple[Quote, ...]


class Calls(Shown):
    """A page of the list; ``before`` and ``after`` lead to the pages beside it, "" where there is none."""

    calls: tuple[CallLine, ...] = ()
    before: str = ""
    after: str = ""


class Counted(Shown):
    """How many calls there are: ``count``, and ``more`` if there are more than that."""

    count: int
    more: bool


class Beside(Shown):
    """The calls beside one in a list; null where there is none."""

    previous: int | None
    next: int | None


class Choices(Shown):
    """What can be chosen from, by the site in force: each name and what it is called."""

    agents: dict[str, str]
    queues: dict[str, str]
    languages: tuple[str, ...]
    numbers: tuple[str, ...]
    rules: dict[str, str]


async def search(
    console: Console,
    who: Person,
    query: found.CallQuery,
    *,
    after: str = "",
    before: str = "",
    limit: int = found.PAGE,
) -> Calls:
    """A page of calls that ``who`` may see.

    Args:
        after, before: what the page before or after this one gave.

    Raises:
        Forbidden: if he may see no calls.
        UsageError: if the query cannot be asked.
    """
    asker = asker_of(console, who, query)
    if asker is None:
        return Calls()
    async with console.database.read() as session:
        page = await found.page(
            session, query, asker, after=after, before=before, limit=max(1, min(limit, found.MOST_PAGE))
        )
        blind = await blind_for(session, who)
    lines = tuple(line_of(row, who, blind) for row in page.calls if row.id not in blind or not _by_judgement(query))
    return Calls(calls=lines, before=page.before or "", after=page.after or "")


async def count(console: Console, who: Person, query: found.CallQuery) -> Counted:
    """How many calls of a query there are, counted up to 1,000; raises as :func:`search`."""
    asker = asker_of(console, who, query)
    if asker is None:
        return Counted(count=0, more=False)
    async with console.database.read() as session:
        counted = await found.count(session, query, asker)
    return Counted(count=counted.count, more=counted.more)


async def beside(console: Console, who: Person, query: found.CallQuery, call: int) -> Beside:
    """The calls before and after ``call`` in the list of a query; raises as :func:`search`."""
    asker = asker_of(console, who, query)
    if asker is None:
        return Beside(previous=None, next=None)
    async with console.database.read() as session:
        previous, following = await found.neighbours(session, query, asker, call)
    return Beside(previous=previous, next=following)


async def choices(console: Console, who: Person) -> Choices:
    """What the filters can be set to.

    Raises:
        Forbidden: if he may see no calls.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    site = console.site()
    everybody = who.may(Permission.CALLS_ALL)
    async with console.database.read() as session:
        rules = await found.rule_titles(session)
    return Choices(
        agents={name: one.name for name, one in site.agents.items() if everybody or who.owns(name)},
        queues={name: one.title or name for name, one in site.queues.items()},
        languages=tuple(site.languages),
        numbers=tuple(site.numbers),
        rules={name: title.within(who.language) for name, title in rules.items()},
    )


def asker_of(console: Console, who: Person, query: found.CallQuery) -> Asker | None:
    """On whose behalf the database is asked; None if there is nothing for him to see.

    Raises:
        Forbidden: if he may see no calls.
        UsageError: if he looks for a number by fewer digits than he may.
        KeysError: if words are hashed in the index and the key cannot be read here.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    numbers = who.may(Permission.NUMBERS)
    if query.caller and not numbers and len(query.caller) < FEWEST_DIGITS:
        raise UsageError(
            Text(f"at least {FEWEST_DIGITS} digits of the caller's number", f"来电号码至少输入 {FEWEST_DIGITS} 位"),
            cure=Text("give the last four digits, or the whole number", "请输入号码后四位或完整号码"),
        )
    everybody = who.may(Permission.CALLS_ALL)
    if not everybody and not who.agent:
        return None
    key = index_key(console.database.sealer) if query.words else None
    return Asker(None if everybody else who.agent, numbers, key, console.database.is_sqlite, console.zone)


async def blind_for(session: Session, who: Person) -> frozenset[int]:
    """Calls that ``who`` is scoring without seeing what the machine says."""
    if not who.may(Permission.REVIEW):
        return frozenset()
    drafts = await reviews.list_reviews(session, reviewer=who.login, kinds=BLIND, state="draft", limit=MOST_BLIND)
    return frozenset(one.call_id for one in drafts)


def _by_judgement(query: found.CallQuery) -> bool:
    """Whether being in the list tells how a call was judged."""
    scored = query.score_min is not None or query.score_max is not None
    return scored or bool(query.rule or query.verdict) or query.sort == "score"


def line_of(row: found.CallRow, who: Person, blind: Collection[int] = ()) -> CallLine:
    """A row as ``who`` may see it.

    Args:
        blind: calls of which he is not to see how they were judged.
    """
    if row.id in blind:
        row = replace(row, score=None, failed=0, unsure=0, run="")
    caller = row.caller if not row.caller or who.may(Permission.NUMBERS) else mask_number(row.caller)
    quotes = tuple(
        Quote(side=one.side, parts=tuple(Part(text=part.text, found=part.found) for part in one.parts))
        for one in row.snippets
    )
    return CallLine(
        id=row.id, linkedid=row.linkedid, started_at=row.started_at, ended_at=row.ended_at, caller=caller,
        number=row.number, language=row.language, queue=row.queue, agent=row.agent, outcome=row.outcome,
        hung_up_by=row.hung_up_by, wait_s=row.wait_s, talk_s=row.talk_s, score=row.score, failed=row.failed,
        unsure=row.unsure, judged=bool(row.run), recording=row.recording, quotes=quotes,
    )  # fmt: skip
