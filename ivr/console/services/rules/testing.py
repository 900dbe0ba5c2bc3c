"""Rulebooks' own tests, run where people read the rulebooks."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.rules import shelf
from ivr.core.language import Text
from recording.rulebooks.test import text_matches


class TestedTold(BaseModel):
    """One line a rule was tried with."""

    model_config = ConfigDict(frozen=True)

    rule: str
    title: str
    line: str
    wanted: bool = Field(description="whether the rule must find it")
    found: bool
    passed: bool


class TestsTold(BaseModel):
    """What a rulebook's own tests came to."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    lines: int
    failed: int
    rows: list[TestedTold] = Field(description="those that failed first")


async def run_tests(console: Console, who: Person, name: str, version: str = "", rule: str = "") -> TestsTold:
    """Run the lines that rules must and must not find.

    Args:
        rule: only this rule's.

    Raises:
        Forbidden: if he may not try rules.
        NotFound: if there is no such rulebook or rule.
        RulebookError: if it has errors.
    """
    who.must(Permission.RULES_TRY)
    told = await shelf.rulebook(console, await shelf.edition(console, name, version))
    rules = [one for one in told.rules if rule in {"", one.id}]
    if not rules:
        raise NotFound(Text(f"no rule {rule!r:.60} in {name:.60}", f"话术规则 {name:.60} 中没有 {rule!r:.60}"))

    def work() -> list[TestedTold]:
        tried = []
        for one in rules:
            for lines, wanted in ((one.must_match, True), (one.must_not_match, False)):
                for line in lines:
                    found = text_matches(told, one, line)
                    title = str(one.title.text)
                    tried.append(
                        TestedTold(
                            rule=one.id, title=title, line=line, wanted=wanted, found=found, passed=found is wanted
                        )
                    )
        return tried

    tried = await asyncio.to_thread(work)
    return TestsTold(
        name=told.name,
        version=told.full_version,
        lines=len(tried),
        failed=sum(not one.passed for one in tried),
        rows=sorted(tried, key=lambda one: one.passed),
    )


__all__ = ["TestedTold", "TestsTold", "run_tests"]
