"""A rulebook's own tests: lines its rules must find, and lines they must not."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.core.problems import Problem
from recording.matching import Matcher, candidates
from recording.rulebooks.model import Rule, Rulebook
from recording.rulebooks.source import Source

ACCEPT = 80.0  # the score at which a transcript's text alone is evidence


def text_matches(rulebook: Rulebook, rule: Rule, line: str) -> bool:
    """Whether a rule finds what it looks for in a line of text, timing apart."""
    return _matches(Matcher(rulebook.language), rule, line)


def try_rules(rulebook: Rulebook, source: Source | None = None) -> list[Problem]:
    """Run every rule's ``must_match`` and ``must_not_match`` lines.

    Args:
        rulebook: the rules.
        source: where the lines stand; without it a problem names the rule.
    """
    matcher = Matcher(rulebook.language)
    problems: list[Problem] = []
    for number, rule in enumerate(rulebook.rules):
        for field, wanted in (("must_match", True), ("must_not_match", False)):
            lines: list[str] = getattr(rule, field)
            for index, line in enumerate(lines):
                if _matches(matcher, rule, line) is wanted:
                    continue
                where = source.where(("rules", number, field, index)) if source else f"{rulebook.name}/{rule.id}"
                problems.append(_problem(where, rule, line, wanted))
    return problems


def _problem(where: str, rule: Rule, line: str, wanted: bool) -> Problem:
    if wanted:
        text = Text(
            f"rule {rule.id} does not find its own line: {line}", f"规则 {rule.id} 未能匹配应匹配的例句：{line}"
        )
        cure = Text("add a variant, or take the line away", "请增加说法，或删除该例句")
        return Problem(where, "RB020", text, cure)
    text = Text(f"rule {rule.id} finds a line it must not: {line}", f"规则 {rule.id} 误匹配了不应匹配的例句：{line}")
    cure = Text("add a near miss, or make the phrase longer", "请增加近似说法（near_misses），或使用更长的说法")
    return Problem(where, "RB021", text, cure)


def _matches(matcher: Matcher, rule: Rule, line: str) -> bool:
    words = split_line(line)
    found = 0
    for part in rule.all_parts:
        best = next(iter(candidates(matcher, part.variants, rule.near_misses, words)), None)
        found += best is not None and best.match.score >= ACCEPT and not best.beaten
    return found >= rule.needed


def split_line(line: str) -> list[str]:
    """A line of text as words: at spaces, and one by one for Chinese characters."""
    words: list[str] = []
    for token in line.split():
        start = 0
        for index, character in enumerate(token):
            if "\u3400" <= character <= "\u9fff":
                if start < index:
                    words.append(token[start:index])
                words.append(character)
                start = index + 1
        if start < len(token):
            words.append(token[start:])
    return words
