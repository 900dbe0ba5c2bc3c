"""English as phonetic keys: lower case, numbers and contractions written out, sounds that blur made one."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Indel

_CONTRACTIONS = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "n't": " not",
    "i'm": "i am", "let's": "let us", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would",
    "it's": "it is", "that's": "that is", "what's": "what is", "here's": "here is", "there's": "there is",
}  # fmt: skip
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# In order; what is left is kept. A run of vowels becomes one of two sounds, doubled sounds a single one.
_SOUNDS = (
    (r"^kn", "n"), (r"^wr", "r"), (r"^wh", "w"), (r"^x", "s"), (r"mb$", "m"), (r"igh", "i"), (r"ough", "o"),
    (r"ph", "f"), (r"tch", "j"), (r"sch", "sk"), (r"(sh|ch|ti(?=on)|ci(?=a)|dg)", "j"), (r"th", "t"), (r"ck", "k"),
    (r"c(?=[eiy])", "s"), (r"[cq]", "k"), (r"g(?=[eiy])", "j"), (r"gh", ""), (r"z", "s"), (r"x", "ks"),
    (r"(?<=[a-z])e$", ""), (r"(?<=[aeiou])h", ""), (r"(?<=[aeiou])w(?![aeiou])", ""),
    (r"[eiy][aeiouy]*", "i"), (r"[aou][aeiouy]*", "a"),
    (r"(.)\1+", r"\1"),
)  # fmt: skip
# Words said all the time, which prove little: articles, prepositions, pronouns, auxiliaries, fillers.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a am an and are as at be by can could did do does for had has have i if in is it its just may me might must my"
        " of oh on or our shall should so that the their them they this to uh um us was we well were will with would"
        " you your",
    )
)
_COARSE = str.maketrans("bvdgzjmr", "pftkssnl")  # the classes of Soundex, roughly
_COARSE_SHARE = 0.65  # of the likeness of two words, where their classes are more alike than their sounds


def keys(words: list[str]) -> list[tuple[str, int]]:
    """(sound, index of its word) for every sound of every word, the first and the last of a word a second time.

    How a word begins and ends is heard best, and tells where one is left out or put in.
    """
    found = []
    for index, word in enumerate(words):
        for part in expand(word).split():
            key = phonetic_key(part)
            found += [(sound, index) for sound in (f"^{key[0]}", *key, f"{key[-1]}$")]
    return found


def units(words: list[str]) -> list[tuple[str, int, bool]]:
    """(phonetic key, index of its word, whether it is a common one) for every word, contractions written out."""
    parts = [(part, index) for index, word in enumerate(words) for part in expand(word).split()]
    return [(phonetic_key(part), index, part in _COMMON) for part, index in parts]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> float:
    """0..1: the share of sounds two phonetic keys have in common, voiced and voiceless ones being nearly the same."""
    if one == other:
        return 1.0
    one, other = f"^{one}$", f"^{other}$"
    fine = Indel.normalized_similarity(one, other)
    coarse = Indel.normalized_similarity(one.translate(_COARSE), other.translate(_COARSE))
    return max(fine, (1 - _COARSE_SHARE) * fine + _COARSE_SHARE * coarse)


@lru_cache(maxsize=8192)
def expand(word: str) -> str:
    """Lower case, contractions and whole numbers below 10,000 written out, punctuation gone."""
    text = word.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip("'")
    for short, long in _CONTRACTIONS.items():
        if text == short or (short.startswith(("'", "n't")) and text.endswith(short)):
            text = text[: -len(short)] + long
            break
    text = re.sub(r"\d+", lambda digits: f" {_number(digits.group())} ", text)
    return " ".join(re.findall(r"[a-z]+", text.replace("'", "")))


@lru_cache(maxsize=8192)
def phonetic_key(word: str) -> str:
    """The sounds of a lower-case word, in the manner of Metaphone but keeping where vowels are."""
    key = word
    for pattern, sound in _SOUNDS:
        key = re.sub(pattern, sound, key)
    return key or word


def _number(digits: str) -> str:
    value = int(digits[:12])
    if len(digits) > 4 or digits.startswith("0"):
        return " ".join(_ONES[int(digit)] for digit in digits)
    if value >= 1000:
        return f"{_ONES[value // 1000]} thousand {_number(str(value % 1000)) if value % 1000 else ''}"
    if value >= 100:
        return f"{_ONES[value // 100]} hundred {_number(str(value % 100)) if value % 100 else ''}"
    if value >= 20:
        return f"{_TENS[value // 10]} {_ONES[value % 10] if value % 10 else ''}"
    return _ONES[value]


def tokens(text: str) -> list[str]:
    """The words that may be named as missing."""
    return re.findall(r"[A-Za-z0-9']+", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
