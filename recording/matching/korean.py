"""Korean as jamo, without spaces: recognisers split words where they like."""

from __future__ import annotations

from functools import lru_cache

_INITIAL = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_MEDIAL = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINAL = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_HOMOPHONES = {"ㅐ": "ㅔ", "ㅒ": "ㅖ", "ㅙ": "ㅚ", "ㅞ": "ㅚ"}
_CLUSTERS = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip


def keys(words: list[str]) -> list[tuple[str, int]]:
    """(jamo, index of its word) for every jamo; other letters and digits stand for themselves."""
    return [(jamo, index) for index, word in enumerate(words) for jamo in _jamo(word)]


@lru_cache(maxsize=8192)
def _jamo(word: str) -> str:
    out: list[str] = []
    for character in word.casefold():
        code = ord(character) - 0xAC00
        if not 0 <= code < 11172:
            if character.isalnum():
                out.append(character)
            continue
        initial, medial, final = _INITIAL[code // 588], _MEDIAL[code % 588 // 28], _FINAL[code % 28]
        if initial != "ㅇ":  # silent at the start of a syllable
            out.append(initial)
        out.append(_HOMOPHONES.get(medial, medial))
        out.append(_CLUSTERS.get(final, final))
    return "".join(out)


def tokens(text: str) -> list[str]:
    """The words that may be named as missing."""
    return text.split()
