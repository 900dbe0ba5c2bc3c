"""Recognition errors put into text, in the manner of telephone recognisers and repeatable by their seed.

Chinese errors fall on characters, English ones on words. Most are sounds taken for others: written with another
character of the same sound, or with a neighbouring one; the rest is left out, put in, or something else entirely.
What sounds near is listed here, from what teachers of both languages name as confusable, and not taken from the
matcher that is measured with it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from random import Random

from pypinyin import Style, pinyin

# Shares of the kinds of errors.
KINDS = ("same_sound", "near_sound", "left_out", "put_in", "other")
SHARES = {"zh-CN": (0.35, 0.30, 0.15, 0.10, 0.10), "en-US": (0.10, 0.50, 0.15, 0.15, 0.10)}

_INITIALS = [
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l"), ("b", "p"), ("d", "t"), ("g", "k"),
    ("j", "q"), ("q", "x"), ("zh", "ch"), ("z", "c"), ("j", "zh"), ("h", "k"), ("m", "n"),
]  # fmt: skip
_FINALS = [
    ("an", "ang"), ("en", "eng"), ("in", "ing"), ("ian", "iang"), ("uan", "uang"), ("ong", "eng"), ("ai", "ei"),
    ("ao", "ou"), ("o", "uo"), ("e", "a"), ("i", "ei"), ("ian", "an"), ("iao", "ao"), ("ui", "uei"), ("u", "ou"),
    ("ie", "e"),
]  # fmt: skip
_FILLERS_ZH = "的了啊嗯呢吧是那个这一就在有"
_FILLERS_EN = ("the", "a", "uh", "um", "and", "to", "so", "it", "that", "in", "of", "well", "you", "is")
_HOMOPHONES = {
    "to": ("two", "too"), "for": ("four",), "your": ("you're",), "you're": ("your",), "hear": ("here",),
    "right": ("write",),
    "there": ("their",), "know": ("no",), "hold": ("holed",), "wait": ("weight",), "one": ("won",),
    "by": ("buy", "bye"),
    "our": ("hour", "are"), "would": ("wood",), "calling": ("coming",), "thanks": ("thank",), "day": ("they",),
    "help": ("held", "hope"), "with": ("what", "will"), "can": ("come", "kin"), "name": ("main", "aim"),
    "may": ("made",),
    "have": ("had", "of"), "this": ("these", "is"), "please": ("police", "peas"), "you": ("your", "to"),
    "i": ("a", "high"),
    "is": ("his", "as"), "that": ("the", "at"), "how": ("out", "who"), "sorry": ("story",), "wish": ("which",),
}  # fmt: skip
_LETTERS = [
    ("b", "p"), ("d", "t"), ("g", "k"), ("v", "f"), ("z", "s"), ("m", "n"), ("th", "f"), ("th", "d"), ("sh", "s"),
    ("ch", "sh"),
    ("l", "r"), ("e", "i"), ("a", "e"), ("o", "u"), ("ea", "i"), ("oo", "u"), ("ing", "in"), ("ed", "t"),
    ("s", ""), ("t", ""), ("h", ""),
]  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")


def corrupt(text: str, language: str, rate: float, random: Random) -> str:
    """``text`` with errors on about ``rate`` of its characters (Chinese) or words (English)."""
    units = [one for one in text if not one.isspace()] if language == "zh-CN" else text.split()
    out: list[str] = []
    for unit in units:
        if not any(one.isalnum() for one in unit) or random.random() >= rate:
            out.append(unit)
            continue
        kind = random.choices(KINDS, SHARES[language])[0]
        out += _zh(unit, kind, random) if language == "zh-CN" else _en(unit, kind, random)
    return ("" if language == "zh-CN" else " ").join(out)


def _zh(character: str, kind: str, random: Random) -> list[str]:
    if kind == "left_out":
        return []
    if kind == "put_in":
        return [character, random.choice(_FILLERS_ZH)]
    by_sound = _characters()
    if kind == "other" or not _HAN.match(character):
        return [random.choice(by_sound[random.choice(list(by_sound))])]
    sound = _sound(character)
    if kind == "near_sound":
        sound = random.choice(_near(sound) or [sound])
    others = [one for one in by_sound.get(sound, []) if one != character]
    return [random.choice(others) if others else random.choice(_FILLERS_ZH)]


def _near(sound: str) -> list[str]:
    """Syllables of the language that are one confusion away."""
    known = _characters()
    found = set()
    for one, other in _INITIALS:
        for here, there in ((one, other), (other, one)):
            if sound.startswith(here) and not (len(here) == 1 and sound[1:2] == "h"):
                found.add(there + sound[len(here) :])
    for one, other in _FINALS:
        for here, there in ((one, other), (other, one)):
            if sound.endswith(here):
                found.add(sound[: -len(here)] + there)
    return sorted(syllable for syllable in found if syllable in known and syllable != sound)


@cache
def _characters() -> dict[str, list[str]]:
    """The 3,755 common characters of GB 2312 by their sound."""
    found: dict[str, list[str]] = defaultdict(list)
    for first in range(0xB0, 0xD8):
        for second in range(0xA1, 0xFF):
            try:
                character = bytes((first, second)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            found[_sound(character)].append(character)
    return dict(found)


@cache
def _sound(character: str) -> str:
    return pinyin(character, style=Style.NORMAL)[0][0]


def _en(word: str, kind: str, random: Random) -> list[str]:
    plain = re.sub(r"[^a-z']", "", word.casefold())
    if kind == "left_out":
        return []
    if kind == "put_in":
        return [word, random.choice(_FILLERS_EN)]
    if kind == "other":
        return [random.choice(_FILLERS_EN)]
    same = _HOMOPHONES.get(plain)
    if kind == "same_sound" and same:
        return [random.choice(same)]
    places = [(one, other) for one, other in _LETTERS if one in plain]
    places += [(other, one) for one, other in _LETTERS if other and other in plain]
    if not places:
        return [random.choice(same or _FILLERS_EN)]
    here, there = random.choice(places)
    return [plain.replace(here, there, 1) or "uh"]
