"""The names in braces: filled from the site's own where they are known, else a short stretch of any words.

``{company}`` is the company's name; ``{agent}`` the agent's name or staff number; ``{number}`` the staff number
(norm C14). Any other name in braces is always a stretch of words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from recording.rulebooks.model import AgentNames, Names, Part, Rule, Rulebook

MOST = 400  # variants a part may come to; beyond it names stay stretches of words

_SCRIPT = {
    "zh-CN": re.compile(r"[\u3400-\u9fff]"),
    "ko-KR": re.compile(r"[\uac00-\ud7a3]"),
    "en-US": re.compile(r"[A-Za-z]"),
}
_NONE = re.compile(r"(?!)")
_DIGITS = {
    "zh-CN": ("零一二三四五六七八九", "零幺二三四五六七八九"),
    "en-US": (
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ),
    "ko-KR": ("영일이삼사오육칠팔구", "공일이삼사오육칠팔구"),
}
_NAME = re.compile(r"\{([a-z]+)\}")


def site_names(
    company: Mapping[str, str],
    agents: Mapping[str, tuple[str, str]],
    language: str,
    *,
    country: str = "",
    zone: str = "",
) -> Names:
    """A site's names as a rulebook takes them.

    Args:
        company: name per language; a name of another language is not taken.
        agents: id to (name, staff number). A name in another script is how the console shows it, not how it is
            said in this language, so it is left out.
        language: of the rulebook.
        country: whose holidays count, ISO 3166.
        zone: time zone a call's day is taken in.
    """
    script = _SCRIPT.get(language, _NONE)
    own = company.get(language, "").strip()
    return Names(
        company=(own,) if own else (),
        country=country,
        zone=zone,
        agents={
            agent: AgentNames(names=(name.strip(),) if script.search(name) else (), number=number)
            for agent, (name, number) in agents.items()
        },
    )


def spoken_digits(number: str, language: str) -> tuple[str, ...]:
    """A number digit by digit, in each way it is read; empty when it is none."""
    if not (number.isascii() and number.isdigit()):
        return ()
    gap = "" if language == "zh-CN" else " "
    return tuple(dict.fromkeys(gap.join(row[int(digit)] for digit in number) for row in _DIGITS[language]))


@dataclass(frozen=True, slots=True)
class Filled:
    """A part with the site's names in it.

    Args:
        part: with a variant for each name, besides the ones it had.
        named: the variants with a name in braces for which a name is known: heard alone, the name was another one.
        values: the names in each variant that was added.
    """

    part: Part
    named: frozenset[str] = frozenset()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def otherwise(self, variant: str, missing: Collection[str]) -> bool:
        """Whether a variant was heard with another name: of the site's own more words are missing than there."""
        if variant in self.named:
            return True
        words = [word for value in self.values.get(variant, ()) for word in _tokens(value)]
        return bool(words) and 2 * sum(word in missing for word in words) > len(words)


def values_of(rulebook: Rulebook, agent: str) -> dict[str, tuple[str, ...]]:
    """What stands for each name in braces when ``agent`` (his id) speaks; nothing for those not known."""
    found: dict[str, tuple[str, ...]] = {}
    if rulebook.names.company:
        found["company"] = rulebook.names.company
    own = rulebook.names.agents.get(agent)
    if own is not None:
        digits = spoken_digits(own.number, rulebook.language)
        if digits:
            found["number"] = digits
        if own.names:  # a name that is not known in this language may be said in any way
            found["agent"] = own.names + digits
    return found


def fill(part: Part, values: Mapping[str, Sequence[str]], unknown: Collection[str] = ()) -> Filled:
    """A part with names in place of braces.

    Args:
        values: as ``values_of`` gives them.
        unknown: words the model does not know; a name with such a word stays a stretch of words.
    """
    usable = {
        name: known for name, texts in values.items() if (known := [one for one in texts if not _has(one, unknown)])
    }
    added: dict[str, tuple[str, ...]] = {}
    named: list[str] = []
    for variant in part.variants:
        names = set(_NAME.findall(variant))
        if not names & usable.keys():
            continue
        texts: dict[str, tuple[str, ...]] = {variant: ()}
        for name in sorted(names & usable.keys()):
            texts = {
                text.replace("{" + name + "}", value): (*known, value)
                for text, known in texts.items()
                for value in usable[name]
            }
        added |= texts
        named.append(variant)
    if not added or len(part.variants) + len(added) > MOST:
        return Filled(part)
    variants = list(dict.fromkeys([*part.variants, *added]))
    return Filled(part.model_copy(update={"variants": variants}), frozenset(named), added)


def with_company(rulebook: Rulebook, names: Names) -> Rulebook:
    """The rulebook of a site: it knows the names, and listens for the company's from the start."""
    if not names.company:
        return rulebook.model_copy(update={"names": names})
    values = {"company": names.company}

    def heard(rule: Rule) -> Rule:
        filled = [fill(part, values).part for part in rule.all_parts]
        return rule.model_copy(update={"parts": filled} if rule.parts else {"phrases": filled[0].variants})

    return rulebook.model_copy(update={"names": names, "rules": [heard(rule) for rule in rulebook.rules]})


def _tokens(text: str) -> list[str]:
    """The words of a name as they may be named missing: Chinese character by character."""
    return re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+", text)


def _has(text: str, unknown: Collection[str]) -> bool:
    return any(word in unknown for word in text.casefold().split()) or text.casefold() in unknown


__all__ = ["Filled", "fill", "site_names", "spoken_digits", "values_of", "with_company"]
