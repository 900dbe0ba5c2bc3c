"""Runs of dictated digits, of one party or of both, that are or may be the number of a card or an identity paper.

What counts as one is chosen to err on the side of removing too much:

- A *group* is what one party says of digits without a longer pause; fillers do not end it. A short group before a
  unit (five minutes, 三月, 2026 년) is an amount or a date.
- A *run* is groups of one party that follow closely, whatever the other party says meanwhile. With 12 digits or more,
  or 6 after somebody has named a card or an identity paper, it is removed as a whole, unrecognised words inside too.
- Groups of both parties together make a run when they complete each other; what only repeats is not counted twice.
- Once a number is known, its parts are removed wherever they are said; beside a card, any group of three digits or
  more (expiry, security code).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recording.keeping.redaction.checks import Kind, classify, phone
from recording.keeping.redaction.numerals import Symbol, symbols

ENOUGH = 12  # digits
ENOUGH_AFTER_CUE = 6
ECHO = 4  # digits of a known number that are its part
WITHIN_GROUP_S = 4.0
BETWEEN_GROUPS_S = 15.0
CUE_BEFORE_S = 30.0
BESIDE_CARD_S = (15.0, 45.0)  # before and after
MOST_OTHERS = 8  # words between groups
PADDING_S = (0.3, 0.5)
LONGEST_EXTENSION_S = 4.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word and when it was said, seconds on the clock that all parties of the call share."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Party:
    """What one party said.

    Args:
        words: in order.
        speech: spans of speech, seconds on the same clock; () if not known.
    """

    words: tuple[Spoken, ...]
    speech: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """A stretch of one party's sound that is to be removed.

    Args:
        party: index of the party.
        start, end: seconds.
        kind: what it is taken for.
        count: digits heard in it.
    """

    party: int
    start: float
    end: float
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class _Group:
    party: int
    digits: str
    start: float
    end: float
    others: int  # the party's words since its group before


def find_secrets(parties: Sequence[Party], *, phones: bool = False) -> list[Secret]:
    """Where digits are that nobody should keep, in order of time.

    Args:
        phones: telephone numbers, too.
    """
    groups: list[list[_Group]] = []
    cues: list[float] = []
    for index, party in enumerate(parties):
        found, named = _groups(index, party.words)
        groups.append(found)
        cues += named
    runs = [run for own in groups for run in _runs(own)]
    secret = [(run, _kind(run)) for run in runs if _is_secret(run, cues)]
    taken = {id(group) for run, _ in secret for group in run}
    secret += [(run, _kind(_without_echoes(run))) for run in _together(groups, cues) if not _all_in(run, taken)]
    if phones:
        secret += [(run, "phone") for run in runs if _is_phone(run) and not _all_in(run, taken)]
    taken = {id(group) for run, _ in secret for group in run}
    rest = [group for own in groups for group in own if id(group) not in taken]
    secret += [([group], "digits") for group in rest if _belongs(group, secret)]
    return _spans(parties, secret)


def _groups(index: int, words: Sequence[Spoken]) -> tuple[list[_Group], list[float]]:
    """A party's groups of digits, and when it named a card or an identity paper."""
    items = [(word, symbol) for word in words for symbol in symbols(word.word)]
    cues = [word.start for word, symbol in items if symbol.kind == "cue"]
    groups: list[_Group] = []
    digits, start, end, others = "", 0.0, 0.0, 0
    repeat, begun = 1, False

    def close() -> None:
        nonlocal digits, others
        if digits:
            groups.append(_Group(index, digits, start, end, others))
            digits, others = "", 0

    for place, (word, symbol) in enumerate(items):
        heard = _heard(items, place, bool(digits))
        if digits and word.start - end > WITHIN_GROUP_S:
            close()
        if heard:
            if not digits and not begun:
                start = word.start
            digits += heard[0] * (repeat - 1) + heard
            end, repeat = word.end, 1
        elif symbol.kind == "repeat":
            repeat = int(symbol.digits)
            start = start if digits else word.start
            begun = True
            continue
        elif symbol.kind == "unit" and digits and len(digits) <= 4:
            digits, others = "", others + 1
        elif symbol.kind != "filler":
            close()
            others += 1
        repeat, begun = 1, False
    close()
    return groups, cues


def _heard(items: Sequence[tuple[Spoken, Symbol]], place: int, within: bool) -> str:
    """The digits of an item; "" if it is none. What only sounds like one counts between digits."""
    symbol = items[place][1]
    following = items[place + 1][1] if place + 1 < len(items) else Symbol("other")
    if symbol.kind == "tens":
        joins = following.kind == "digit" and len(following.digits) == 1 and following.digits not in "0X"
        return symbol.digits if joins else symbol.digits + "0"
    if symbol.kind == "maybe":
        return "?" if within and following.kind in {"digit", "maybe", "tens"} else ""
    if symbol.kind == "digit" and symbol.digits == "X":
        return "X" if within else ""
    return symbol.digits if symbol.kind == "digit" else ""


def _runs(groups: Iterable[_Group]) -> list[list[_Group]]:
    runs: list[list[_Group]] = []
    for group in groups:
        if runs and _follows(runs[-1][-1], group):
            runs[-1].append(group)
        else:
            runs.append([group])
    return runs


def _follows(before: _Group, group: _Group) -> bool:
    if group.start - before.end > BETWEEN_GROUPS_S:
        return False
    clear = min(len(before.digits), len(group.digits)) >= 3
    return group.others <= (MOST_OTHERS if clear else 2)


def _together(groups: Sequence[Sequence[_Group]], cues: Sequence[float]) -> list[list[_Group]]:
    """Runs to which more than one party contributes."""
    merged = sorted((group for own in groups for group in own if len(group.digits) >= 3), key=lambda one: one.start)
    runs: list[list[_Group]] = []
    for group in merged:
        if runs and group.start - max(one.end for one in runs[-1]) <= BETWEEN_GROUPS_S:
            runs[-1].append(group)
        else:
            runs.append([group])
    several = [run for run in runs if len({one.party for one in run}) > 1]
    return [run for run in several if _is_secret(_without_echoes(run), cues)]


def _without_echoes(run: Sequence[_Group]) -> list[_Group]:
    """A run of both parties without what repeats the groups just before it."""
    kept: list[_Group] = []
    for group in run:
        said = "".join(one.digits for one in kept if one.party != group.party)
        if group.digits not in said:
            kept.append(group)
    return kept


def _is_secret(run: Sequence[_Group], cues: Sequence[float]) -> bool:
    count = len(_digits(run))
    named = any(run[0].start - CUE_BEFORE_S <= cue <= run[-1].end for cue in cues)
    sure = count - _digits(run).count("?")
    return (count >= ENOUGH and sure >= ENOUGH // 2) or (named and sure >= ENOUGH_AFTER_CUE)


def _is_phone(run: Sequence[_Group]) -> bool:
    return phone(_digits(run)) and not any(group.others for group in run[1:])


def _belongs(group: _Group, secret: Sequence[tuple[Sequence[_Group], Kind]]) -> bool:
    """Whether a group repeats a part of a number, or stands beside a card."""
    for run, kind in secret:
        if len(group.digits) >= ECHO and group.digits in _digits(run):
            return True
        beside = run[0].start - BESIDE_CARD_S[0] <= group.start <= run[-1].end + BESIDE_CARD_S[1]
        if kind in {"card", "digits"} and len(group.digits) >= 3 and beside:
            return True
    return False


def _spans(parties: Sequence[Party], secret: Iterable[tuple[Sequence[_Group], Kind]]) -> list[Secret]:
    found: list[Secret] = []
    for run, kind in secret:
        for index in sorted({group.party for group in run}):
            own = [group for group in run if group.party == index]
            start, end = own[0].start - PADDING_S[0], own[-1].end + PADDING_S[1]
            if kind == "digits":
                start, end = _extended(parties[index].speech, start, end)
            found.append(Secret(index, round(max(0.0, start), 3), round(end, 3), kind, len(_digits(own))))
    return sorted(found, key=lambda one: (one.start, one.party))


def _extended(speech: Sequence[tuple[float, float]], start: float, end: float) -> tuple[float, float]:
    """A number that was not understood whole may go on to where the speech around it begins and ends."""
    for first, last in speech:
        if first < start <= last:
            start = max(first, start - LONGEST_EXTENSION_S)
        if first <= end < last:
            end = min(last, end + LONGEST_EXTENSION_S)
    return start, end


def _kind(run: Sequence[_Group]) -> Kind:
    return classify(_digits(run))


def _digits(run: Iterable[_Group]) -> str:
    return "".join(group.digits for group in run)


def _all_in(run: Iterable[_Group], taken: set[int]) -> bool:
    return all(id(group) in taken for group in run)


__all__ = ["ENOUGH", "Party", "Secret", "Spoken", "find_secrets"]
