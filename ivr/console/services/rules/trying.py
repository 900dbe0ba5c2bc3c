"""Trying a phrase before it becomes a rule: against a text, and against what was heard in a call."""

from __future__ import annotations

import asyncio
from typing import Any

from ivr.console.context import Console
from ivr.console.errors import Conflict, NotFound, TooMany
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.rules.shelf import names_of
from ivr.console.services.rules.tried import By, CallTold, FoundTold, HitTold, PartTold, TextTold, Tried
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.wording import value_of
from ivr.storage import audit, calls, pauses, quality
from ivr.storage import models as rows
from recording.compliance import judge
from recording.compliance.thresholds import Thresholds, site_thresholds
from recording.compliance.verdict import Verdict
from recording.context import Heard, context_of
from recording.findings import stored_transcript
from recording.keeping.redact import mask_data
from recording.matching import Matcher, candidates
from recording.rulebooks.base import Language
from recording.rulebooks.load import pack
from recording.rulebooks.model import Rulebook
from recording.rulebooks.names import with_company
from recording.rulebooks.test import accepting, split_line

AT_ONCE = 2
LIMIT = 20.0  # seconds
_RULE = "tried"


async def try_text(console: Console, who: Person, tried: Tried, text: str, language: Language) -> TextTold:
    """Whether a phrase is found in a text, as a rule's own tests find it.

    Raises:
        Forbidden: if he may not try rules.
        UsageError: if the text is empty or too long.
        TooMany: if others are trying, too.
        Conflict: if it takes too long.
    """
    who.must(Permission.RULES_TRY)
    if not text.strip() or len(text) > 2000:
        raise UsageError(
            Text("no text of at most 2,000 characters", "文本应为 1 至 2000 字"),
            cure=Text("give one or two sentences", "请填写一两句话"),
        )
    needed = accepting(language, forbidden=tried.kind == "must_not")

    def work() -> list[FoundTold]:
        matcher = Matcher(language)
        return [
            FoundTold(
                phrase=one.phrase,
                score=one.score,
                near_miss=one.rival,
                near_miss_score=one.rival_score,
                excused=one.beaten,
                found=one.score >= needed and not one.beaten,
            )
            for one in candidates(matcher, tried.phrases, tried.near_misses, split_line(text))
        ]

    found = await _bounded(console, work)
    return TextTold(found=any(one.found for one in found), needed=needed, rows=found)


async def try_call(console: Console, who: Person, tried: Tried, call_id: int, by: By = "agent") -> CallTold:
    """What a phrase comes to in a call, judged as a rule would be, from what is stored of it. Audited.

    Nothing is transcribed: a phrase the call's grammar pass did not listen for rests on the free decode alone.

    Raises:
        Forbidden: if he may not try rules.
        NotFound: if there is no such call for him.
        Conflict: if no words of it can be read, or it takes too long.
        TooMany: if others are trying, too.
    """
    who.must(Permission.RULES_TRY)
    async with console.database.read() as session:
        call = await calls.get(session, call_id)
        if call is None:
            raise NotFound(Text(f"no call {call_id}", f"没有通话 {call_id}"))
        who.must_see({one.agent for one in call.talks} | {one.agent for one in call.visits if one.agent})
        heard = _heard(await quality.transcripts(session, call_id))
        mutes = await pauses.of_call(session, call.linkedid)
    if not heard:
        raise Conflict(
            Text(f"call {call_id}: no words that can be read here", f"通话 {call_id}：没有可读取的转写"),
            cure=Text("choose a call that was transcribed: ivr qa run", "请选择已转写的通话（ivr qa run）"),
        )
    language = call.language or console.site().languages[0]
    book = _book(tried, by, str(language), console)
    limits = await asyncio.to_thread(site_thresholds, console.settings.site)
    began = call.started_at
    paused = [
        ((one.started_at - began).total_seconds(), ((one.ended_at or one.until) - began).total_seconds())
        for one in mutes
        if one.ended_by != "failed"
    ]
    async with console.database.write() as session:
        await audit.append(
            session,
            actor=who.login,
            action="rules.try",
            object=f"call:{call_id}",
            at=console.clock.now(),
            detail={"phrases": [one[:80] for one in tried.phrases], "kind": tried.kind, "by": by},
        )
    phones = not who.may(Permission.NUMBERS)
    parts = await _bounded(console, lambda: _judged(call, heard, book, limits, paused, phones=phones))
    return CallTold(
        call=call_id,
        language=str(language),
        parts=parts,
        note=str(
            Text(
                "From the stored transcript: a phrase that no rulebook has was not listened for by the grammar pass, "
                "so it is found less surely than a rule's would be.",
                "依据已存的转写：语法识别未听取话术规则之外的说法，因此其判定不如正式规则可靠。",
            )
        ),
    )


def _heard(found: Any) -> list[Heard]:
    kept = []
    for recording, row in found:
        transcript = stored_transcript(row)
        if transcript is not None:
            kept.append(Heard(recording, transcript))
    return kept


def _judged(
    call: rows.Call,
    heard: list[Heard],
    book: Rulebook,
    limits: Thresholds,
    paused: list[tuple[float, float]],
    *,
    phones: bool,
) -> list[PartTold]:
    caller = next((one for one in heard if one.recording.role == "caller"), None)
    parts = []
    for one in heard:
        if one.recording.role != "agent":
            continue
        context = context_of(call, one.recording, one, caller, book.language, paused)
        found = judge(book, one.transcript, caller.transcript if caller else None, context, thresholds=limits)
        verdict = next(verdict for verdict in found if verdict.rule == _RULE)
        offset = context.caller_offset if verdict.by == "caller" else context.agent_offset
        parts.append(_part(one.recording.agent, verdict, offset, phones=phones))
    return parts


def _part(agent: str, verdict: Verdict, offset: float, *, phones: bool) -> PartTold:
    return PartTold(
        agent=agent,
        value=verdict.value.value,
        value_name=str(value_of(verdict.value.value)),
        reason=str(verdict.reason),
        speaker=verdict.by,
        hits=[
            HitTold(
                start=round(offset + hit.span[0], 2),
                end=round(offset + hit.span[1], 2),
                heard=str(mask_data(hit.heard, phones=phones)),
                phrase=hit.phrase,
                score=hit.score,
                by=hit.by,
                strong=hit.strong,
                missing=list(hit.missing),
                near_miss=hit.rival,
            )
            for hit in verdict.hits[:20]
        ],
    )


def _book(tried: Tried, by: By, language: str, console: Console) -> Rulebook:
    """A rulebook of one rule, with the decoys of the language's own."""
    title = {"en": "tried", "zh": "试用"}
    made = Rulebook.model_validate(
        {
            "name": "tried",
            "version": "0",
            "language": language,
            "title": title,
            "decoys": pack(language).decoys,
            "rules": [
                {
                    "id": _RULE,
                    "norm": "C1",
                    "title": title,
                    "kind": tried.kind,
                    "by": by,
                    "phrases": list(tried.phrases),
                    "near_misses": list(tried.near_misses),
                    "must_match": ["-"],
                    "must_not_match": ["-"],
                }
            ],
        }
    )
    return with_company(made, names_of(console, language))


async def _bounded(console: Console, work: Any) -> Any:
    """In a thread, a few at once, for so long; a thread that takes longer ends by itself, its input is bounded."""
    running: set[asyncio.Future[Any]] = console.parts.setdefault("rules-tried", set())
    if len(running) >= AT_ONCE:
        raise TooMany(1)
    task = asyncio.ensure_future(asyncio.to_thread(work))
    running.add(task)
    task.add_done_callback(running.discard)
    try:
        async with asyncio.timeout(LIMIT):
            return await asyncio.shield(task)
    except TimeoutError as error:
        raise Conflict(
            Text("trying it took too long", "试用超时"), cure=Text("try fewer or shorter phrases", "请减少或缩短说法")
        ) from error


__all__ = ["try_call", "try_text"]
