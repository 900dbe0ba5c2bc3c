"""Korean: from spelling to pronunciation (standard pronunciation rules), and from there to phonemes.

The rules are those of the Standard Pronunciation of Korean (표준 발음법, National Institute of Korean
Language) that need no dictionary: neutralisation of final consonants (8 to 11), h (12), liaison (13, 14),
palatalisation (17), nasalisation (18, 19), lateralisation (20) and tensification after obstruents (23).
What needs a dictionary (tense consonants within compounds and loan words) is written as pronounced in the
catalogue's ``spoken``.

Kokoro was not trained on Korean. Its Japanese, Hindi, English and Chinese voices together know the sounds; which
symbols and voices a listener, human or machine, understands best was found by trying: an ``Accent`` names that choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_FIRST, _LAST = 0xAC00, 0xD7A3

_CLUSTERS = "ㄳㄱㅅ ㄵㄴㅈ ㄶㄴㅎ ㄺㄹㄱ ㄻㄹㅁ ㄼㄹㅂ ㄽㄹㅅ ㄾㄹㅌ ㄿㄹㅍ ㅀㄹㅎ ㅄㅂㅅ"
_SPLIT = {cluster[0]: cluster[1:] for cluster in _CLUSTERS.split()}
_NEUTRAL = {
    **dict.fromkeys("ㄲㅋㄳㄺ", "ㄱ"),
    **dict.fromkeys("ㅅㅆㅈㅊㅌㅎ", "ㄷ"),
    **dict.fromkeys("ㅍㅄㄿ", "ㅂ"),
    **dict.fromkeys("ㄵㄶ", "ㄴ"),
    **dict.fromkeys("ㄼㄽㄾㅀ", "ㄹ"),
    "ㄻ": "ㅁ",
}
_TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
_ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}


@dataclass(slots=True)
class _Syllable:
    initial: str
    vowel: str
    final: str

    def __str__(self) -> str:
        code = (_INITIALS.index(self.initial) * 21 + _VOWELS.index(self.vowel)) * 28 + _FINALS.index(self.final)
        return chr(_FIRST + code)


def _is_syllable(character: str) -> bool:
    return _FIRST <= ord(character) <= _LAST


def _parse(character: str) -> _Syllable:
    code = ord(character) - _FIRST
    return _Syllable(_INITIALS[code // 588], _VOWELS[code % 588 // 28], _FINALS[code % 28])


def _meet_h(left: _Syllable, right: _Syllable) -> None:
    """Rule 12: h joins, hardens or falls."""
    rest, last = (_SPLIT[left.final][0], _SPLIT[left.final][1]) if left.final in _SPLIT else ("", left.final)
    if last == "ㅎ":
        if right.initial in _ASPIRATED:
            left.final, right.initial = rest, _ASPIRATED[right.initial]
        elif right.initial == "ㅅ":
            left.final, right.initial = rest, "ㅆ"
        elif right.initial == "ㅇ":
            left.final = rest
        elif right.initial == "ㄴ" and not rest:
            left.final = "ㄴ"
    elif right.initial == "ㅎ" and last:
        hard = {"ㅅ": "ㅌ", "ㅊ": "ㅌ", "ㅌ": "ㅌ", "ㅆ": "ㅌ"}.get(last) or _ASPIRATED.get(_NEUTRAL.get(last, last))
        if last == "ㅈ":
            hard = "ㅊ"
        if hard:
            left.final, right.initial = rest, hard


def _liaison(left: _Syllable, right: _Syllable) -> None:
    """Rules 13, 14 and 17: a final consonant moves to a following vowel; d and t before i become j and ch."""
    if right.initial != "ㅇ" or left.final in {"", "ㅇ"}:
        return
    rest, last = (_SPLIT[left.final][0], _SPLIT[left.final][1]) if left.final in _SPLIT else ("", left.final)
    if right.vowel == "ㅣ" and last in "ㄷㅌ":
        last = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[last]
    if rest and last == "ㅅ":
        last = "ㅆ"
    left.final, right.initial = rest, last


def _assimilate(left: _Syllable, right: _Syllable) -> None:
    """Rules 18 to 20 and 23, on neutralised finals."""
    if left.final in {"ㄱ", "ㄷ", "ㅂ"}:
        if right.initial in _TENSE:
            right.initial = _TENSE[right.initial]
        elif right.initial == "ㄹ":
            left.final, right.initial = _NASAL[left.final], "ㄴ"
        elif right.initial in "ㄴㅁ":
            left.final = _NASAL[left.final]
    elif left.final in {"ㅁ", "ㅇ"} and right.initial == "ㄹ":
        right.initial = "ㄴ"
    elif (left.final, right.initial) in {("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")}:
        left.final, right.initial = "ㄹ", "ㄹ"


def _pronounce_word(word: str) -> str:
    syllables = [_parse(character) for character in word]
    pairs = list(pairwise(syllables))
    for left, right in pairs:
        _meet_h(left, right)
        _liaison(left, right)
    for syllable in syllables:
        syllable.final = _NEUTRAL.get(syllable.final, syllable.final)
        if syllable.initial in "ㅈㅉㅊ" and syllable.vowel in "ㅑㅕㅛㅠㅖ":  # rule 5: 져 is 저
            syllable.vowel = dict(zip("ㅑㅕㅛㅠㅖ", "ㅏㅓㅗㅜㅔ", strict=True))[syllable.vowel]
        if syllable.vowel == "ㅢ" and syllable.initial != "ㅇ":
            syllable.vowel = "ㅣ"
        if syllable.vowel == "ㅖ" and syllable.initial not in "ㅇㄹ":
            syllable.vowel = "ㅔ"
    for left, right in pairs:
        _assimilate(left, right)
    return "".join(map(str, syllables))


def pronounce(text: str) -> str:
    """Spelling to spelling-as-pronounced, word by word: ``감사합니다`` to ``감사함니다``. Other characters stay."""
    out, word = "", ""
    for character in text:
        if _is_syllable(character):
            word += character
        else:
            out += _pronounce_word(word) + character
            word = ""
    return out + _pronounce_word(word)


@dataclass(frozen=True, slots=True)
class Accent:
    """How Korean sounds are written for voices that were not trained on them.

    Args:
        eo, eu, e, o, u: symbols of the vowels ㅓ ㅡ ㅔ ㅗ ㅜ.
        initial: ㄱㄷㅂㅈ at the beginning of a word: plain (k), aspirated (kʰ) or voiced (ɡ).
        medial: the same at the beginning of a word that follows another without a pause.
        tense: ㄲㄸㅃㅆㅉ: plain (k), glottal (ʔk) or double (kk).
        breath: what marks ㅋㅌㅍㅊ; empty for voices whose k is breathed anyway.
        stress: which syllable of a word is stressed.
        pause: what stands between words.
    """

    eo: str = "ɔ"
    eu: str = "ɯ"
    e: str = "e"
    o: str = "oː"
    u: str = "u"
    initial: Literal["plain", "aspirated", "voiced"] = "aspirated"
    medial: Literal["plain", "aspirated", "voiced"] = "aspirated"
    tense: Literal["plain", "glottal", "double"] = "glottal"
    breath: Literal["ʰ", ""] = "ʰ"
    stress: Literal["none", "first", "second", "penult"] = "none"
    pause: str = " "


_PLAIN = {"ㄱ": "k", "ㄷ": "t", "ㅂ": "p", "ㅈ": "ʨ"}
_VOICED = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "ʥ"}
_HARD = {"ㄲ": "k", "ㄸ": "t", "ㅃ": "p", "ㅆ": "s", "ㅉ": "ʨ"}
_BREATHY = {"ㅋ": "k", "ㅌ": "t", "ㅍ": "p", "ㅊ": "ʨ"}
_CODA = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ŋ"}
_PALATAL = "ㅣㅑㅕㅛㅠㅖㅒㅟ"


_DIPHTHONGS = "ㅑjㅏ ㅒjㅐ ㅕjㅓ ㅖjㅔ ㅘwㅏ ㅙwㅐ ㅚwㅔ ㅛjㅗ ㅝwㅓ ㅞwㅔ ㅟwㅣ ㅠjㅜ ㅢㅡㅣ"
_GLIDES = {diphthong[0]: diphthong[1:] for diphthong in _DIPHTHONGS.split()}


def _vowel(vowel: str, accent: Accent) -> str:
    simple = {
        "ㅏ": "a",
        "ㅐ": "ɛ",
        "ㅓ": accent.eo,
        "ㅔ": accent.e,
        "ㅗ": accent.o,
        "ㅜ": accent.u,
        "ㅡ": accent.eu,
        "ㅣ": "i",
    }
    return "".join(simple.get(part, part) for part in _GLIDES.get(vowel, vowel))


def _initial(syllable: _Syllable, before: str | None, accent: Accent, *, first: bool) -> str:
    """The opening consonant; ``before`` is the final of the syllable before, None at the beginning of a word."""
    sound = syllable.initial
    if sound in _PLAIN:
        if before is None:
            kind = accent.initial if first else accent.medial
            return {"aspirated": _PLAIN[sound] + "ʰ", "voiced": _VOICED[sound], "plain": _PLAIN[sound]}[kind]
        return _VOICED[sound] if before in {"", "ㄴ", "ㄹ", "ㅁ", "ㅇ"} else _PLAIN[sound]
    if sound in _HARD:
        hard = "ɕ" if sound == "ㅆ" and syllable.vowel in _PALATAL else _HARD[sound]
        return {"plain": hard, "glottal": "ʔ" + hard, "double": hard + hard}[accent.tense]
    if sound in _BREATHY:
        return _BREATHY[sound] + accent.breath
    others = {
        "ㅅ": "ɕ" if syllable.vowel in _PALATAL else "s",
        "ㄹ": "l" if before == "ㄹ" else "ɾ",
        "ㄴ": "n",
        "ㅁ": "m",
        "ㅎ": "h",
        "ㅇ": "",
    }
    return others[sound]


def _word_phonemes(word: str, accent: Accent, *, first: bool) -> str:
    stressed = {"none": -1, "first": 0, "second": min(1, len(word) - 1), "penult": max(0, len(word) - 2)}[accent.stress]
    out, before = "", None
    for position, character in enumerate(word):
        syllable = _parse(character)
        initial = _initial(syllable, before, accent, first=first)
        vowel = _vowel(syllable.vowel, accent)
        if initial.endswith(("ɕ", "ʨ", "ʥ")):
            vowel = vowel.removeprefix("j")
        out += initial + ("ˈ" if position == stressed else "") + vowel + _CODA[syllable.final]
        before = syllable.final
    return out


def phonemes(pronounced: str, accent: Accent | None = None) -> str:
    """Spelling-as-pronounced (see ``pronounce``) to the symbols the synthesiser takes."""
    accent = accent or Accent()
    words: list[str] = []
    for word in pronounced.split():
        hangul = "".join(character for character in word if _is_syllable(character))
        marks = "".join(character for character in word if character in ",.?!")
        if hangul:
            first = not words or words[-1].endswith((",", ".", "?", "!"))
            words.append(_word_phonemes(hangul, accent, first=first) + marks)
    out = ""
    for word in words:
        out += ((" " if out.endswith((",", ".", "?", "!")) else accent.pause) if out else "") + word
    return out


__all__ = ["Accent", "phonemes", "pronounce"]
