"""Fit the numbers of ``recording/matching/channel.json``: ``python -m tests.bench._fit_channel zh-CN [--write]``.

Coordinate search over the talks of ``tests.bench.phrases`` at 20 % errors, made with seeds of their own, and for each
phrase one talk with a line of another rule, so that what is merely said in the same trade counts, too. Only the half of
the phrases that is called "chosen" there is looked at. Prints the figures of the other half once, at the end.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass, replace
from random import Random

import numpy as np

from recording.matching import Matcher, english, mandarin
from recording.matching.candidate import WORTH
from recording.matching.channel import FILE, Channel, Unit, channel, wanted, whole
from recording.matching.odds import around
from recording.rulebooks import Rulebook, pack
from recording.rulebooks.test import split_line
from tests.bench._asr_errors import corrupt
from tests.bench.phrases import LANGUAGES, Item, bare, filled, items, plain_words, searched

RATE = 0.2
ALIKE = {"zh-CN": mandarin.alike, "en-US": english.alike}
FIXED = {"gap", "broken", "put_in_rare"}  # the simulator knows no names, half sentences and put in words but its own
SIGNED = {"rival", "half", "other"}
FINE = {"bend", "chance"}
KEPT = 4  # variants of a talk that are most like it; the others are not said there


@dataclass(frozen=True, slots=True)
class Talk:
    """The variants that may have been said in a talk: phrase, its near misses, what was heard around its place."""

    said: bool
    options: tuple[tuple[str, tuple[str, ...], tuple[Unit, ...]], ...]


def talks(language: str, seed: int, per_phrase: int) -> dict[bool, list[Talk]]:
    """Talks of the chosen half of the phrases (True) and of the other."""
    random = Random(f"fit/{seed}/{language}")
    matcher = Matcher(language)
    rulebook = pack(language)
    found: dict[bool, list[Talk]] = {True: [], False: []}
    met = set()
    for item in items(rulebook, random, per_phrase):
        found[item.chosen].append(_talk(matcher, item, random))
        if item.phrase not in met:
            met.add(item.phrase)
            text = random.choice(other_lines(rulebook, item))
            found[item.chosen].append(_talk(matcher, replace(item, text=text, said=False), random))
    return found


def other_lines(rulebook: Rulebook, item: Item) -> list[str]:
    """The lines of other rules' tests that hold no variant of the item's part."""
    language = rulebook.language
    lines = [
        line for rule in rulebook.rules if rule is not item.rule for line in (*rule.must_match, *rule.must_not_match)
    ]
    variants = [bare(filled(variant, language), language) for variant in item.part.variants]
    return [line for line in lines if not any(one in bare(line, language) for one in variants)]


def _talk(matcher: Matcher, item: Item, random: Random) -> Talk:
    words = split_line(plain_words(corrupt(item.text, matcher.language, RATE, random)))
    places = [(matcher.find(phrase, words), phrase, rivals) for phrase, rivals in searched(matcher, item)]
    best = sorted(places, key=lambda place: -place[0].score)[:KEPT]
    options = (
        (phrase, tuple(rivals), around(matcher.language, words, match.start, match.end))
        for match, phrase, rivals in best
        if match.score >= WORTH
    )
    return Talk(item.said, tuple(options))


class Weigher:
    """The log-odds of many talks at once, by any channel's numbers; the same as ``recording.matching.odds.weigh``."""

    def __init__(self, language: str, some: list[Talk]) -> None:
        self.language, self.said = language, np.array([talk.said for talk in some])
        pairs: dict[tuple[str, tuple[Unit, ...]], int] = {}
        self._options: list[tuple[int, int, list[int]]] = []  # talk, pair of the phrase, pairs of its near misses
        for number, talk in enumerate(some):
            for phrase, rivals, text in talk.options:
                own = pairs.setdefault((phrase, text), len(pairs))
                near = [pairs.setdefault((rival, text), len(pairs)) for rival in rivals if wanted(language, rival)]
                self._options.append((number, own, near))
        units = [wanted(language, phrase) for phrase, _ in pairs]
        texts = [text for _, text in pairs]
        deep, wide = max(map(len, units)), max(map(len, texts))
        self._share = np.ones((deep, wide, len(pairs)), np.float32)
        self._kind = np.zeros((deep, len(pairs)), np.int8)  # 0 none, 1 a word, 2 a name in braces
        self._common = np.zeros((wide, len(pairs)), bool)
        self._text = np.array([len(text) for text in texts])
        self._end = np.array([len(one) for one in units])
        self._spoken = np.array([sum(unit is not None for unit in one) for one in units])
        self._phrases = [phrase for phrase, _ in pairs]
        alike = ALIKE[language]
        for number, (one, text) in enumerate(zip(units, texts, strict=True)):
            self._common[: len(text), number] = [common for _, common in text]
            for row, unit in enumerate(one):
                self._kind[row, number] = 2 if unit is None else 1
                if unit is not None:
                    self._share[row, : len(text), number] = [1 - alike(unit[0], sound) for sound, _ in text]

    def _explained(self, limits: Channel) -> tuple[np.ndarray, np.ndarray]:
        """Of every pair: log-odds of the whole phrase, and the best of its first part."""
        deep, wide, count = self._share.shape
        gain = np.where(self._common, limits.common, limits.rare)
        put_in = np.where(self._common, limits.put_in_common, limits.put_in_rare)
        inside = np.arange(wide + 1)[:, None] <= self._text
        row = np.zeros((wide + 1, count))
        last, broken = np.full(count, -np.inf), np.full(count, -np.inf)
        cut = np.ceil(self._spoken * limits.broken)
        for depth in range(deep):
            kind = self._kind[depth]
            heard = row[:-1] + gain - limits.unlike * self._share[depth] ** limits.bend
            new = np.empty_like(row)
            new[0] = row[0] - limits.left_out
            for at in range(wide):
                word = np.maximum(heard[at], new[at] - put_in[at])
                name = np.maximum(row[at], new[at]) - limits.gap
                new[at + 1] = np.maximum(np.where(kind == 2, name, word), row[at + 1] - limits.left_out)
            row = np.where(kind > 0, new, row)
            best = np.where(inside, row, -np.inf).max(axis=0)
            last = np.where(depth == self._end - 1, best, last)
            broken = np.where(
                (kind == 1) & ((self._kind[: depth + 1] == 1).sum(axis=0) <= cut) & (self._spoken > 1),
                np.maximum(broken, best),
                broken,
            )
        return last, broken

    def log_odds(self, limits: Channel) -> np.ndarray:
        """Of the variant most likely said in each talk."""
        last, broken = self._explained(limits)
        found = np.full(len(self.said), -30.0)
        for talk, own, near in self._options:
            other = limits.other + limits.chance * whole(self.language, limits, self._phrases[own])
            others = np.array([other, broken[own] + limits.half, *(last[near] + limits.rival)])
            most = others.max()
            odds = last[own] - most - math.log(np.exp(others - most).sum())
            found[talk] = max(found[talk], odds)
        return found


def cost(weigher: Weigher, limits: Channel) -> float:
    """Share of wrong answers with soft edges, and a little of the log loss, so that the odds stay odds."""
    right = np.clip(weigher.log_odds(limits) * np.where(weigher.said, 1, -1), -12, 12)
    return float(np.mean(1 / (1 + np.exp(1.5 * right)) + 0.05 * np.log1p(np.exp(-right))))


def figures(weigher: Weigher, limits: Channel) -> str:
    """Precision, recall and F1 at even odds."""
    hit, said = weigher.log_odds(limits) >= 0, weigher.said
    both = int((hit & said).sum())
    precision, recall = both / max(1, int(hit.sum())), both / int(said.sum())
    return f"precision {precision:.4f} recall {recall:.4f} F1 {2 * both / int(hit.sum() + said.sum()):.4f}"


def search(weigher: Weigher, limits: Channel, seconds: float) -> Channel:
    """The channel of least cost that is found in some time, one number changed at a time by ever smaller steps."""
    least, step, end = cost(weigher, limits), 1.0, time.monotonic() + seconds
    names = [name for name in asdict(limits) if name not in FIXED]
    while step >= 0.1:
        better = False
        for name in names:
            for sign in (1, -1):
                size = step * (0.2 if name in FINE else 1.0)
                changed = round(getattr(limits, name) + sign * size, 2)
                if changed <= 0 and name not in SIGNED:
                    continue
                tried = replace(limits, **{name: changed})
                now = cost(weigher, tried)
                if now < least - 1e-5:
                    least, limits, better = now, tried, True
                    print(f"{name} {changed}: cost {least:.5f}, {figures(weigher, limits)}", flush=True)
                    break
            if time.monotonic() > end:
                return limits
        step *= 1.0 if better and step > 0.5 else 0.6
    return limits


def main() -> None:
    """Fit one language; ``--write`` puts the numbers in the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=LANGUAGES)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--per-phrase", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    start = channel(options.language)
    assert start is not None
    halves = {
        chosen: Weigher(options.language, some)
        for chosen, some in talks(options.language, options.seed, options.per_phrase).items()
    }
    print(f"{len(halves[True].said)} talks chosen, {len(halves[False].said)} unseen", flush=True)
    print(f"start: {figures(halves[True], start)}", flush=True)
    found = search(halves[True], start, options.seconds)
    print(f"chosen: {figures(halves[True], found)}")
    print(f"unseen: {figures(halves[False], found)}")
    print(json.dumps(asdict(found)))
    if options.write:
        data = json.loads(FILE.read_text(encoding="utf-8"))
        data["values"][options.language] = asdict(found)
        FILE.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
