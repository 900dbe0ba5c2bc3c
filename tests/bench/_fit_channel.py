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

from recording.matching import Matcher
from recording.matching.candidate import WORTH
from recording.matching.channel import FILE, Channel, Unit, channel
from recording.matching.odds import around, weigh
from recording.rulebooks import Rulebook, pack
from recording.rulebooks.test import split_line
from tests.bench._asr_errors import corrupt
from tests.bench.phrases import LANGUAGES, Item, bare, filled, items, plain_words, searched

RATE = 0.2
FIXED = {"gap", "broken", "put_in_rare"}  # the simulator knows no names, half sentences and put in words but its own
SIGNED = {"rival", "half", "other"}
FINE = {"bend", "chance"}
FAR = 6.0  # log-odds that no small step turns
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


def log_odds(language: str, limits: Channel, talk: Talk) -> float:
    """Of the variant most likely said."""
    return max((weigh(language, limits, *option).said for option in talk.options), default=-30.0)


def cost(language: str, limits: Channel, some: list[Talk]) -> float:
    """Share of wrong answers with soft edges, and a little of the log loss, so that the odds stay odds."""
    total = 0.0
    for talk in some:
        right = log_odds(language, limits, talk) * (1 if talk.said else -1)
        right = max(-12.0, min(12.0, right))
        total += 1 / (1 + math.exp(1.5 * right)) + 0.05 * math.log1p(math.exp(-right))
    return total / len(some)


def figures(language: str, limits: Channel, some: list[Talk]) -> str:
    """Precision, recall and F1 at even odds."""
    hits = [(talk.said, log_odds(language, limits, talk) >= 0) for talk in some]
    both, either = sum(said and hit for said, hit in hits), sum(said + hit for said, hit in hits)
    precision = both / max(1, sum(hit for _, hit in hits))
    return f"precision {precision:.4f} recall {both / sum(said for said, _ in hits):.4f} F1 {2 * both / either:.4f}"


def search(language: str, limits: Channel, some: list[Talk], seconds: float) -> Channel:
    """The channel of least cost that is found in some time, one number changed at a time by ever smaller steps."""
    step, end = 1.0, time.monotonic() + seconds
    names = [name for name in asdict(limits) if name not in FIXED]
    while step >= 0.1 and time.monotonic() < end:
        better = False
        close = [talk for talk in some if abs(log_odds(language, limits, talk)) < FAR]  # the others stay what they are
        least = cost(language, limits, close)
        for name in names:
            value = getattr(limits, name)
            for sign in (1, -1):
                size = step * (0.2 if name in FINE else 1.0)
                changed = round(value + sign * size, 2)
                if changed <= 0 and name not in SIGNED:
                    continue
                tried = replace(limits, **{name: changed})
                now = cost(language, tried, close)
                if now < least - 1e-4:
                    least, limits, better = now, tried, True
                    print(f"{name} {changed}: cost {least:.5f}", flush=True)
                    break
            if time.monotonic() > end:
                break
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
    halves = talks(options.language, options.seed, options.per_phrase)
    print(f"{len(halves[True])} talks chosen, {len(halves[False])} unseen", flush=True)
    print(f"start: {figures(options.language, start, halves[True])}", flush=True)
    found = search(options.language, start, halves[True], options.seconds)
    print(f"chosen: {figures(options.language, found, halves[True])}")
    print(f"unseen: {figures(options.language, found, halves[False])}")
    print(json.dumps(asdict(found)))
    if options.write:
        data = json.loads(FILE.read_text(encoding="utf-8"))
        data["values"][options.language] = asdict(found)
        FILE.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
