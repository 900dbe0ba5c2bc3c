"""How well the packs' phrases are found in text with recognition errors: ``python -m tests.bench.phrases [--json]``.

For each phrase of each rule a talk is made of other sentences with the phrase in it, and one without it but with
something like it: the rule's near misses, the lines it must not match, the first half of the phrase. Errors are put
into all of it (``tests.bench._asr_errors``) on 0, 10, 20, 30 % of the characters (zh) or words (en). A rule finds a
talk when the odds are for any of its variants there (``recording.matching.odds``; of a forbidden phrase that is what
a person is asked to listen to, as the machine alone says "said" later).

Of each phrase a hash says to which half it belongs: the numbers of the channel were fitted on one ("chosen"), and both
are printed. Given are precision, recall and F1; the interval is the 95 % percentile bootstrap over phrases, so that
the errors of one phrase count once. This is text; it says nothing of sound.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from recording.matching import Matcher, candidates
from recording.matching.near_misses import near_misses
from recording.rulebooks import Part, Rule, Rulebook, pack
from recording.rulebooks.names import fill
from recording.rulebooks.test import accepting, split_line
from tests.bench._asr_errors import corrupt

LANGUAGES = ("zh-CN", "en-US")
RATES = (0.0, 0.1, 0.2, 0.3)
NAMES = {
    "zh-CN": {"company": "和风银行", "agent": "小林", "number": "八零一", "time": "三", "department": "技术部"},
    "en-US": {"company": "harmony bank", "agent": "ann", "number": "eight zero one", "time": "two"},
}
SITE = frozenset({"company", "agent", "number"})  # names a site gives
TALK = {
    "zh-CN": (
        "我看到您上个月的账单是三百二十元", "这张卡是去年三月份开通的", "您的地址在人民路十五号对吧",
        "系统显示款项昨天已经到账",
        "这个套餐每个月有二十个流量包", "发票会在月底寄到您公司", "订单目前在上海的仓库", "您可以在手机上看到明细",
        "工程师下午会上门检查线路", "积分到年底就会清零", "合同还有六个月到期", "今天气温比较高所以设备容易断线",
    ),
    "en-US": (
        "your bill last month was thirty two dollars", "this card was opened in march of last year",
        "the parcel is in the warehouse in chicago", "the plan comes with twenty gigabytes each month",
        "the invoice goes out at the end of the month", "the engineer checks the line in the afternoon",
        "your contract runs for another six months", "the points expire in december",
        "the payment arrived yesterday according to the system", "the router has a green light on the front",
    ),
}  # fmt: skip
LEAST = {"zh-CN": 4, "en-US": 3}  # characters or words; shorter ones prove nothing alone and are parts of rules


@dataclass(frozen=True, slots=True)
class Item:
    """One talk: what is in it, and whether the rule's part should be found."""

    phrase: int
    rule: Rule
    part: Part
    text: str
    said: bool
    chosen: bool  # whether the phrase is of the half the settings were chosen on


def items(rulebook: Rulebook, random: Random, per_phrase: int) -> Iterator[Item]:
    """Talks with each phrase, and as many with something like it."""
    number = 0
    for rule in rulebook.rules:
        for part in rule.all_parts:
            for variant in part.variants:
                phrase = filled(variant, rulebook.language)
                if _length(phrase, rulebook.language) < LEAST[rulebook.language]:
                    continue
                number += 1
                chosen = hashlib.sha256(variant.encode()).digest()[0] % 2 == 0
                unlike = _unlike(rule, part, variant, rulebook.language)
                for _ in range(per_phrase):
                    yield Item(number, rule, part, _talk(phrase, rulebook.language, random), True, chosen)
                    other = random.choice(unlike)
                    yield Item(number, rule, part, _talk(other, rulebook.language, random), False, chosen)


def _unlike(rule: Rule, part: Part, variant: str, language: str) -> list[str]:
    """What sounds like the phrase and is not: near misses, lines that must not match, half of the sentence."""
    found = [filled(near, language) for near in rule.near_misses]
    if not rule.parts:
        found += rule.must_not_match
    phrase = filled(variant, language)
    words = list(phrase) if language == "zh-CN" else phrase.split()
    if "{" not in variant or set(re.findall(r"\{([a-z]+)\}", variant)) <= SITE:  # else any words complete it
        found.append(("" if language == "zh-CN" else " ").join(words[: len(words) // 2]))
    whole = [bare(one, language) for one in part.variants]
    return [one for one in found if not any(text in bare(one, language) for text in whole)] or [""]


def bare(text: str, language: str) -> str:
    text = re.sub(r"[^\w\s']", "", text.casefold())
    return "".join(text.split()) if language == "zh-CN" else " ".join(text.split())


def _talk(text: str, language: str, random: Random) -> str:
    before, after = random.sample(TALK[language], 2)
    return ("，" if language == "zh-CN" else " ").join(one for one in (before, text, after) if one)


def filled(phrase: str, language: str) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda name: NAMES[language].get(name.group(1), ""), phrase)


def _length(phrase: str, language: str) -> int:
    return len(re.findall(r"\w", phrase)) if language == "zh-CN" else len(phrase.split())


def found(matcher: Matcher, item: Item, text: str) -> bool:
    """Whether the rule's part is found in a text, with the site's names in it."""
    return likeness(matcher, item, text) >= accepting(matcher.language)


def likeness(matcher: Matcher, item: Item, text: str) -> float:
    """0..100: the best score of any variant that no near miss explains better."""
    words = split_line(plain_words(text))
    best = 0.0
    for variant, rivals in searched(matcher, item):
        for one in candidates(matcher, [variant], rivals, words):
            if not one.beaten:
                best = max(best, one.score)
    return best


def plain_words(text: str) -> str:
    """Text without its punctuation, as recognisers write it."""
    return re.sub(r"[^\w\s']", " ", text)


def searched(matcher: Matcher, item: Item) -> Iterator[tuple[str, list[str]]]:
    """The variants of an item's part, the site's names in them, each with what may be mistaken for it."""
    named = fill(item.part, {name: [value] for name, value in NAMES[matcher.language].items() if name in SITE})
    for variant in named.part.variants:
        if variant not in named.named:  # with another name it goes to a person
            yield variant, [*item.rule.near_misses, *near_misses(matcher.language, variant)]


def measure(language: str, rate: float, per_phrase: int, seed: int) -> list[dict[str, Any]]:
    """Counts and figures of one language at one error rate: of all phrases, and of each half."""
    random = Random(f"{seed}/{language}/{rate}")
    matcher = Matcher(language)
    rows: dict[int, list[int]] = {}
    chosen: dict[int, bool] = {}
    for item in items(pack(language), random, per_phrase):
        hit = found(matcher, item, corrupt(item.text, language, rate, random))
        row = rows.setdefault(item.phrase, [0, 0, 0, 0])
        chosen[item.phrase] = item.chosen
        row[(0 if hit else 1) if item.said else (2 if hit else 3)] += 1
    halves = {"all": (True, False), "chosen": (True,), "unseen": (False,)}
    return [
        {"language": language, "rate": rate, "half": half}
        | _row(np.array([row for phrase, row in rows.items() if chosen[phrase] in sides]), seed)
        for half, sides in halves.items()
    ]


def _row(table: np.ndarray, seed: int) -> dict[str, Any]:
    """Counts and figures of some phrases, a row of counts each."""
    draws = np.random.default_rng(seed).integers(0, len(table), (2000, len(table)))
    resampled = _figures(table[draws].sum(axis=1))
    said, missed, false, right = (int(one) for one in table.sum(axis=0))
    out: dict[str, Any] = {
        "phrases": len(table),
        "n": int(table.sum()),
        "said_found": said,
        "said_missed": missed,
        "unsaid_found": false,
        "unsaid_left": right,
    }
    for name, value, draw in zip(
        ("precision", "recall", "f1"), _figures(table.sum(axis=0)[None, :]), resampled, strict=True
    ):
        low, high = np.percentile(draw, [2.5, 97.5])
        out[name] = {"value": round(float(value[0]), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
    return out


def _figures(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of rows of (said found, said missed, unsaid found, unsaid left)."""
    hit, missed, false = counts[:, 0], counts[:, 1], counts[:, 2]
    precision = hit / np.maximum(1, hit + false)
    recall = hit / np.maximum(1, hit + missed)
    return precision, recall, 2 * hit / np.maximum(1, 2 * hit + missed + false)


def _line(row: dict[str, Any]) -> str:
    figures = "  ".join(
        f"{name} {row[name]['value']:.3f} [{row[name]['low']:.3f}, {row[name]['high']:.3f}]"
        for name in ("precision", "recall", "f1")
    )
    head = f"{row['language']} errors {row['rate']:4.0%}  {row['half']:6}"
    return f"{head}  phrases {row['phrases']} n {row['n']}  {figures}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument("--per-phrase", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--rate", type=float, choices=RATES, action="append")
    options = parser.parse_args()
    rows = []
    for language in options.language or LANGUAGES:
        for rate in options.rate or RATES:
            for row in measure(language, rate, options.per_phrase, options.seed):
                rows.append(row)
                if not options.as_json:
                    print(_line(row), flush=True)
    if options.as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
