"""What a scenario names and its site has not: a mistake in the scenario, not in the flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialplan.codes import known, shown
from dialplan.model import Site
from ivr.call.simulation.files import Written
from ivr.call.simulation.plan import WORDS, known_word, verbs_of, words_of
from ivr.call.simulation.scenario import GAP
from ivr.core.language import Text
from ivr.core.problems import Problem


def strangers(written: Written, site: Site) -> Iterator[Problem]:
    """Numbers, steps and business hours that are not there (TS104), and replies that cannot be (TS105)."""
    scenario = written.scenario
    steps = {step for flow in site.flows.values() for step in flow.steps}
    named = steps | {f"{flow}/{step}" for flow, one in site.flows.items() for step in one.steps}
    if scenario.call.to is not None and scenario.call.to not in site.numbers:
        yield _stranger(written, ("call", "to"), scenario.call.to, site.numbers)
    if written.index == 0 and (number := written.file.call.to) is not None and number not in site.numbers:
        yield _problem(written.places.of("call", "to"), number, site.numbers)
    for name, given in scenario.replies.items():
        verbs = verbs_of(site, name)
        if not verbs:
            handing = [step for step in steps if verbs_of(site, step)]
            yield _stranger(written, ("replies", name), name, [*WORDS, *handing])
        for word in given:
            if verbs and not any(known_word(verb, word) for verb in verbs):
                yield _unfit(written, name, word, words_of(verbs))
    for name in scenario.lookups:
        if "://" not in name and name not in named:
            yield _stranger(written, ("lookups", name), name, steps)
    for name in scenario.switches:
        if name not in site.hours:
            yield _stranger(written, ("switches", name), name, site.hours)
    for index, name in enumerate(scenario.expect.path or []):
        if name != GAP and name not in named:
            yield _stranger(written, ("expect", "path", index), name, steps)


def _stranger(written: Written, path: tuple[str | int, ...], name: str, there: Iterable[str]) -> Problem:
    return _problem(written.where(*path), name, there)


def _unfit(written: Written, name: str, word: str, words: list[str]) -> Problem:
    text = Text(f"{name} cannot end with {shown(word)}", f"{name} 的结果不能是 {shown(word)}")
    listed = ", ".join(words)
    return Problem(written.where("replies", name), "TS105", text, Text(f"one of: {listed}", f"可用：{listed}"))


def _problem(where: str, name: str, there: Iterable[str]) -> Problem:
    listed = known(name, there)
    text = Text(f"the site has no {shown(name)}", f"站点中没有 {shown(name)}")
    return Problem(where, "TS104", text, Text(f"there are: {listed.en}", f"现有：{listed.zh}"))


__all__ = ["strangers"]
