"""A rulebook's own tests: lines its rules must find, and lines they must not."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.core.problems import Problem
from recording.matching import Matcher, candidates
from recording.rulebooks.model import Cue, Kind, Rule, Rulebook
from recording.rulebooks.source import Source

# The score at which a transcript's text alone is evidence: even odds where there are odds, likeness elsewhere.
_ACCEPT = {"zh-CN": 50.0, "en-US": 50.0}
_ELSE = 80.0  # other languages; and what must not be said, in any


def accepting(language: str, *, forbidden: bool = False) -> float:
    """The score, 0..100, at which the text alone is evidence in a language; to accuse somebody takes more.

    Args:
        language: of the text.
        forbidden: it must not be said.
    """
    return _ELSE if forbidden else _ACCEPT.get(language, _ELSE)


def text_matches(rulebook: Rulebook, rule: Rule, line: str) -> bool:
    """Whether a rule finds what it looks for in a line of text, timing apart."""
    return _matches(Matcher(rulebook.language), rule, line)


def try_rules(rulebook: Rulebook, source: Source | None = None) -> list[Problem]:
    """Run every rule's and cue's ``must_match`` and ``must_not_match`` lines.

    Args:
        rulebook: the rules.
        source: where the lines stand; without it a problem names the rule.
    """
    matcher = Matcher(rulebook.language)
    problems: list[Problem] = []
    for room, tested in (("cues", rulebook.cues), ("rules", rulebook.rules)):
        numbers = _numbers(source, room)
        for one in tested:
            for field, wanted in (("must_match", True), ("must_not_match", False)):
                lines: list[str] = getattr(one, field)
                for index, line in enumerate(lines):
                    if _matches(matcher, one, line) is wanted:
                        continue
                    path = (room, numbers[one.id], field, index) if one.id in numbers else ("extends",)
                    where = source.where(path) if source else f"{rulebook.name}/{one.id}"
                    problems.append(_problem(where, one, line, wanted))
    return problems


def _numbers(source: Source | None, room: str) -> dict[str, int]:
    """Where each rule or cue stands in the file; those it extends stand elsewhere."""
    data = source.data.get(room) if source is not None and isinstance(source.data, dict) else None
    found = data if isinstance(data, list) else []
    return {str(one.get("id")): number for number, one in enumerate(found) if isinstance(one, dict)}


def _problem(where: str, rule: Rule | Cue, line: str, wanted: bool) -> Problem:
    if wanted:
        text = Text(
            f"rule {rule.id} does not find its own line: {line}", f"规则 {rule.id} 未能匹配应匹配的例句：{line}"
        )
        cure = Text("add a variant, or take the line away", "请增加说法，或删除该例句")
        return Problem(where, "RB020", text, cure)
    text = Text(f"rule {rule.id} finds a line it must not: {line}", f"规则 {rule.id} 误匹配了不应匹配的例句：{line}")
    cure = Text("add a near miss, or make the phrase longer", "请增加近似说法（near_misses），或使用更长的说法")
    return Problem(where, "RB021", text, cure)


def _matches(matcher: Matcher, rule: Rule | Cue, line: str) -> bool:
    words = split_line(line)
    parts = [rule.phrases] if isinstance(rule, Cue) else [part.variants for part in rule.all_parts]
    limit = accepting(matcher.language, forbidden=isinstance(rule, Rule) and rule.kind is Kind.MUST_NOT)
    found = 0
    for variants in parts:
        best = next(iter(candidates(matcher, variants, rule.near_misses, words)), None)
        found += best is not None and best.score >= limit and not best.beaten
    return found >= (1 if isinstance(rule, Cue) else rule.needed)


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
