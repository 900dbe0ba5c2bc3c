"""Choosing thresholds: on one part of the sources, reported on the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.compliance import Thresholds
from recording.rulebooks.model import Rulebook
from recording.transcription.transcript import PartyTranscript
from recording.workbench.clips import Clip, ClipSet
from recording.workbench.evaluate import Evaluation, evaluate
from recording.workbench.figures import count
from recording.workbench.phrases import PhraseList
from recording.workbench.split import split

# What a verdict costs; a right one costs nothing.
WRONG = 10.0
MISSED = 1.0  # said, and a person must find it
UNSURE = 0.2  # not said, and a person must see that
ROUNDS = 2

# Not among them: ``agree``, since a set has few pairs of near misses to tell from it whether one pass may settle them;
# and ``snr_floor_db``. That absence proves nothing in noise is a matter of the few phrases that were said
# there, and the mean over all verdicts, of which most are about phrases that were not, would always do without.
GRID: Mapping[str, tuple[float, ...]] = {
    "together": (72, 75, 78, 80, 82, 85),
    "most_unheard": (0.1, 0.15, 0.2, 0.25, 0.3),
    "support": (30, 35, 40, 45, 50),
    "support_noisy": (15, 30, 40),
    "accept": (80, 85, 90),
    "sure": (85, 90, 95),
    "almost": (92, 95, 98),
    "favour": (80, 85, 90),
    "outvoted": (10, 15, 20),
    "most_lost": (0.3, 0.4, 0.5),
    "near": (60, 65, 70),
    "near_together": (55, 58, 62, 66),
    "near_noisy": (45, 50, 55, 60),
    "noisy_db": (12, 15, 18),
}


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was chosen, and how good it is where it was chosen and where it was not.

    Args:
        thresholds: the choice.
        made: where it comes from, as plain data for JSON.
        chosen_on: all figures of the part it was chosen on.
        reported_on: those of the other part.
    """

    thresholds: Thresholds
    made: dict[str, Any]
    chosen_on: dict[str, Any]
    reported_on: dict[str, Any]


def tune(
    clips: ClipSet,
    transcripts: Sequence[PartyTranscript],
    phrases: PhraseList,
    rulebook: Rulebook,
    rules: Mapping[str, str],
    start: Thresholds,
    *,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tuned:
    """Thresholds that cost least on half of the sources, one after the other, ``ROUNDS`` times.

    Args:
        clips: labelled clips of at least two sources.
        transcripts: in their order.
        phrases: what was listened for.
        rulebook: one rule a phrase.
        rules: its rules' ids -> those of the phrases.
        start: where the search begins; a figure that gains nothing stays as it is.
        seed: of the split.
        progress: told how many settings were tried, and of how many.

    Raises:
        UsageError: if one part would be empty.
    """
    chosen, kept = split(clips.clips, seed)
    if not chosen or not kept:
        raise UsageError(
            Text("all clips fall into one part", "所有片段都落入同一部分"),
            cure=Text("more sources (src), or another --seed", "请增加来源（src），或更换 --seed"),
        )

    def of(part: Sequence[int], limits: Thresholds) -> Evaluation:
        some: list[Clip] = [clips.clips[at] for at in part]
        return evaluate(some, [transcripts[at] for at in part], phrases, rulebook, rules, limits)

    best = start
    least = cost(of(chosen, best))
    total, done = ROUNDS * sum(len(values) for values in GRID.values()), 0
    for _ in range(ROUNDS):
        before = best
        for name, values in GRID.items():
            for value in values:
                done += 1
                progress(done, total)
                other = replace(best, **{name: value})  # type: ignore[arg-type]  # the names are those of numbers
                if other == best or not _sensible(other):
                    continue
                found = cost(of(chosen, other))
                if found < least - 1e-9:
                    best, least = other, found
        if best == before:
            break
    best = replace(best, version=f"{start.version.split('-')[0]}-{clips.digest[:8]}-{seed}")
    first = transcripts[0]
    made = {
        "set": clips.digest,
        "clips": len(clips.clips),
        "sources": len({clip.source for clip in clips.clips}),
        "seed": seed,
        "language": phrases.language,
        "model": first.model,
        "pipeline": first.pipeline,
        "cost": round(least, 5),
    }
    return Tuned(best, made, _short(of(chosen, best)), _short(of(kept, best)))


def cost(found: Evaluation) -> float:
    """Mean cost of a verdict."""
    one = count(found.pairs(found.results))
    spent = WRONG * one.wrong + MISSED * one.unsure_true + UNSURE * one.unsure_false
    return spent / max(1, one.pairs)


def _sensible(limits: Thresholds) -> bool:
    return limits.near <= limits.accept <= limits.sure and limits.near_together <= limits.together


def _short(found: Evaluation) -> dict[str, Any]:
    figures = found.figures()
    return {"by_snr": figures["by_snr"], "overall": figures["overall"]}
