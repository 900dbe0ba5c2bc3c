"""Telephone numbers as a provider sends them, and as the journal, the reports and the agents shall see them.

One list of :class:`Rewrite` says it all: :func:`normal` follows it here, and the rendered dialplan follows the same
list in Asterisk, so that a number looks alike whether the engine runs or not.

Sources: ITU-T E.164 (at most 15 digits), E.123 (+ and the country code); China's plan: national significant numbers
of 10 and 11 digits, trunk prefix 0 for landlines only, 400 and 800 dialled without any prefix.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialplan.base import Digits, Model

PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,20}$")]
Beginning = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{0,15}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}$")]
NumberLength = Annotated[int, Field(ge=1, le=15)]

LONGEST = 15  # digits of a number in E.164
_SPACING = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")
_NUMBER = re.compile(r"\+?[0-9]+")


class Rewrite(Model):
    """A beginning of numbers, and what is put in its place."""

    begins: Beginning = Field(default="", description="numbers that begin so")
    length: int | None = Field(default=None, ge=1, le=20, description="only those of this many characters, + counted")
    drop: int = Field(default=0, ge=0, le=20, description="how many characters are taken away at the front")
    add: Beginning = Field(default="", description="what is put there instead")

    def applied(self, number: str) -> str | None:
        """The number rewritten; None if this is not about it."""
        if not number.startswith(self.begins) or (self.length is not None and len(number) != self.length):
            return None
        return self.add + number[self.drop :]


class Numbering(Model):
    """A country's numbering plan, as far as numbers are to be written alike."""

    write: Literal["national", "e164", "as-sent"] = Field(
        default="national", description="how callers' numbers are written: 01088886666, +861088886666, or unchanged"
    )
    country: Prefix = Field(default="86", description="country code")
    international: Prefix = Field(default="00", description="prefix of calls abroad")
    national: Prefix = Field(default="0", description="prefix of calls to another area")
    lengths: list[NumberLength] = Field(
        default=[10, 11], description="digits of a national number, area code counted and that prefix not"
    )
    mobile: list[Digits] = Field(
        default=["13", "14", "15", "16", "17", "18", "19"],
        description="beginnings of national numbers of the greatest length that take no prefix",
    )
    special: list[Digits] = Field(default=["400", "800"], description="beginnings of numbers that have no area")
    area: Prefix = Field(default="", description="own area code; numbers without one get it")
    local: list[NumberLength] = Field(default=[7, 8], description="digits of a number within an area")
    local_first: Digits = Field(default="2345678", description="digits such a number may begin with")
    rules: list[Rewrite] = Field(
        default_factory=list, description="what this provider writes unlike others; the first that fits is followed"
    )


def rewrites(plan: Numbering) -> tuple[Rewrite, ...]:
    """The plan as rewritings, of which the first that fits is followed; after the provider's own rules."""
    return _rewrites(plan.model_dump_json(exclude={"rules"}))


@lru_cache(maxsize=64)
def _rewrites(spec: str) -> tuple[Rewrite, ...]:
    plan = Numbering.model_validate_json(spec)
    if plan.write == "as-sent":
        return ()
    found: list[Rewrite] = []
    here, nation = f"+{plan.country}", plan.national
    longest = max(plan.lengths, default=0)
    # Written for the whole world: +86 ..., 0086 ..., and 86 ... where the length tells it from a number at home.
    heads: list[tuple[str, tuple[int | None, ...]]] = [(here, (None,))]
    if plan.international:
        heads.append((f"{plan.international}{plan.country}", (None,)))
    heads.append((plan.country, tuple(len(plan.country) + length for length in plan.lengths)))
    for special in plan.special:
        found.append(Rewrite(begins=special, length=min(plan.lengths, default=None)))
    for head, lengths in heads:
        for length in lengths:
            found += _abroad(plan, head, length, longest)
    if plan.write == "national":
        if plan.international:
            found.append(Rewrite(begins="+", drop=1, add=plan.international))
    else:
        found.append(Rewrite(begins="+"))
        if plan.international:
            found.append(Rewrite(begins=plan.international, drop=len(plan.international), add="+"))
    found += _at_home(plan, here, nation, longest)
    return tuple(found)


def _abroad(plan: Numbering, head: str, length: int | None, longest: int) -> list[Rewrite]:
    """A national number after its country code."""
    special = [
        Rewrite(begins=head + start, length=len(head) + min(plan.lengths), drop=len(head))
        for start in plan.special
        if plan.lengths and length in (None, len(head) + min(plan.lengths))
    ]
    if plan.write == "e164":
        return [*special, Rewrite(begins=head, length=length, drop=len(head), add=f"+{plan.country}")]
    plain = [
        Rewrite(begins=head + start, length=len(head) + longest, drop=len(head))
        for start in plan.mobile
        if length in (None, len(head) + longest)
    ]
    return [*plain, *special, Rewrite(begins=head, length=length, drop=len(head), add=plan.national)]


def _at_home(plan: Numbering, here: str, nation: str, longest: int) -> list[Rewrite]:
    """A number as it is dialled within the country."""
    world = plan.write == "e164"
    found: list[Rewrite] = []
    for start in plan.mobile:
        if nation:
            length = len(nation) + longest
            found.append(Rewrite(begins=nation + start, length=length, drop=len(nation), add=here if world else ""))
        if world:
            found.append(Rewrite(begins=start, length=longest, add=here))
    if nation and world:
        found += [
            Rewrite(begins=nation, length=len(nation) + length, drop=len(nation), add=here) for length in plan.lengths
        ]
    if plan.area:
        head = (here if world else nation) + plan.area
        found += [Rewrite(begins=start, length=length, add=head) for length in plan.local for start in plan.local_first]
    return found


def too_long(plan: Numbering) -> int:
    """Characters of which no number of this plan has more."""
    return LONGEST + len(plan.international) + 1


def bare(text: str) -> str:
    """A number without blanks, brackets, dots and hyphens; whatever holds anything else is left as it is."""
    plain = _SPACING.sub("", text)
    return plain if _NUMBER.fullmatch(plain) else text


def normal(text: str, plan: Numbering) -> str:
    """A number as the plan writes it; what is no number, or is too short or too long to be told, stays as it is."""
    number = bare(text)
    if not _NUMBER.fullmatch(number) or len(number) > too_long(plan):
        return number
    for one in (plan.rules, rewrites(plan)):
        number = next((told for rule in one if (told := rule.applied(number)) is not None), number)
    return number


def spellings(text: str, plan: Numbering) -> list[str]:
    """The ways in which a provider may send a number of this plan, as written first; all of them normalise alike.

    So a called number is looked up by comparing, whichever of them the provider chooses.
    """
    number = bare(text)
    telling = plan if plan.write != "as-sent" else plan.model_copy(update={"write": "e164"})
    wanted = normal(number, telling)
    world = normal(number, telling.model_copy(update={"write": "e164"}))
    own = f"+{plan.country}"
    found = [number, wanted, world]
    digits = (world if world.startswith("+") else own + world).removeprefix("+")
    found += [f"+{digits}", digits, plan.international + digits]
    if world.startswith(own):
        inland = world.removeprefix(own)
        found += [plan.national + inland, inland]
        if plan.area and inland.startswith(plan.area):
            found.append(inland.removeprefix(plan.area))
    return [one for one in dict.fromkeys(found) if one == number or (one and normal(one, telling) == wanted)]


__all__ = [
    "LONGEST",
    "Beginning",
    "Numbering",
    "PhoneNumber",
    "Prefix",
    "Rewrite",
    "bare",
    "normal",
    "rewrites",
    "spellings",
    "too_long",
]
