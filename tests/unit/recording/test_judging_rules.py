"""Conditions, windows beside what was heard, ordered parts, names, behaviour: each kind of rule on small calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recording.analytics.features import CallFeatures, Overlap, PartyFeatures
from recording.compliance import CallContext, Value, Verdict, judge, reasons
from recording.compliance.apart import announced
from recording.rulebooks import Rulebook, pack
from recording.rulebooks.model import AgentNames, Names
from recording.rulebooks.names import with_company
from recording.transcription import PartyTranscript, Word

PACE = 0.3
CUE = {
    "id": "complaint",
    "title": {"en": "complaint", "zh": "投诉"},
    "phrases": ["i want to complain"],
    "must_match": ["i want to complain"],
    "must_not_match": ["all is well"],
}
RULE: dict[str, Any] = {
    "id": "sorry",
    "norm": "C8",
    "title": {"en": "Apology", "zh": "致歉"},
    "kind": "must",
    "phrases": ["we are very sorry about that"],
    "must_match": ["we are very sorry about that"],
    "must_not_match": ["goodbye"],
}


def say(*lines: tuple[float, str], duration: float = 100.0, snr: float | None = 30.0) -> PartyTranscript:
    words = tuple(
        Word(word, round(at + number * PACE, 2), round(at + number * PACE + 0.28, 2))
        for at, line in lines
        for number, word in enumerate(line.split())
    )
    speech = tuple((at, at + PACE * len(line.split())) for at, line in lines)
    return PartyTranscript(words, speech, snr if lines else None, duration, "test")


SILENT = say()
CALLER = say((20.0, "the parcel has not come and i have waited for a week"))
AGENT = say((1.0, "good morning everybody"), (30.0, "we are very sorry about that"), (60.0, "let me see what we have"))


def book(
    *, cues: list[dict[str, Any]] | None = None, behaviour: list[dict[str, Any]] | None = None, **rule: Any
) -> Rulebook:
    data = {
        "name": "small",
        "version": "1",
        "language": "en-US",
        "title": {"en": "small", "zh": "小"},
        "cues": [CUE] if cues is None else cues,
        "rules": [RULE | rule],
        "behaviour": behaviour or [],
    }
    return Rulebook.model_validate(data)


def verdict(
    rulebook: Rulebook, spoken: PartyTranscript | None = AGENT, caller: PartyTranscript | None = SILENT, **context: Any
) -> Verdict:
    full = {"language": "en-US", "duration": 100.0, "talk": (0.0, 100.0)} | context
    return judge(rulebook, spoken, caller, CallContext(**full))[-1]


SAID_WHEN = [
    ("held", {"holds": ((10.0, 20.0),)}, {}),
    ("transferred", {"transfers": (50.0,)}, {}),
    ({"queue": ["gold"]}, {"queue": "gold"}, {"queue": "iron"}),
    ({"outcome": ["answered"]}, {"outcome": "answered"}, {"outcome": "voicemail"}),
    ({"ended_by": ["agent"]}, {"ended_by": "agent"}, {"ended_by": "caller"}),
    ({"caller_silent": 15}, {}, {"caller": say((3.0, "hello who is there"))}),
    ({"caller_first": True}, {"caller": say((0.2, "hello"))}, {"caller": say((5.0, "hello"))}),
    (
        {"heard": ["complaint"]},
        {"caller": say((20.0, "well i want to complain"))},
        {"caller": say((20.0, "all is well"))},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("when", "applies", "not_applicable"), SAID_WHEN, ids=lambda one: str(one)[:30])
def test_a_rule_counts_only_for_its_calls(when: Any, applies: dict[str, Any], not_applicable: dict[str, Any]) -> None:
    assert verdict(book(when=when), **applies).value is Value.SAID
    other = verdict(book(when=when), **not_applicable)
    assert (other.value, other.passed) == (Value.NOT_APPLICABLE, None)
    excepted = verdict(book(unless=when), **applies)
    assert excepted.value is Value.NOT_APPLICABLE


def test_on_a_holiday_of_the_sites_country() -> None:
    rulebook = book(when="holiday").model_copy(update={"names": Names(country="CN", zone="Asia/Shanghai")})
    day = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)  # 1 October in Shanghai
    assert verdict(rulebook, started_at=day).value is Value.SAID
    assert verdict(rulebook, started_at=datetime(2026, 9, 16, 3, 0, tzinfo=UTC)).value is Value.NOT_APPLICABLE
    assert verdict(book(when="holiday"), started_at=day).value is Value.NOT_APPLICABLE


def test_where_the_condition_cannot_be_told_what_was_kept_is_kept_and_the_rest_is_a_persons() -> None:
    rulebook = book(when={"heard": ["complaint"]})
    assert verdict(rulebook, caller=None).value is Value.SAID
    other = say((30.0, "let me see what we have"))
    assert verdict(rulebook, other, None).value is Value.CANNOT_TELL
    assert verdict(rulebook, other, say((5.0, "mumble mumble mumble"), snr=0.0)).value is Value.CANNOT_TELL
    assert verdict(rulebook, other, say((5.0, "i want to complain"))).value is Value.NOT_SAID


@pytest.mark.parametrize(
    ("window", "caller_at", "value"),
    [
        ({"moment": "after", "of": "complaint", "seconds": 20}, 20.0, Value.SAID),
        ({"moment": "after", "of": "complaint", "seconds": 20}, 40.0, Value.NOT_SAID),
        ({"moment": "before", "of": "complaint", "seconds": 20}, 40.0, Value.SAID),
        ({"moment": "around", "of": "complaint", "seconds": 20}, 40.0, Value.SAID),
        ({"moment": "around", "of": "complaint", "seconds": 5}, 60.0, Value.NOT_SAID),
    ],
)
def test_windows_beside_what_was_heard(window: dict[str, Any], caller_at: float, value: Value) -> None:
    found = verdict(book(window=window), caller=say((caller_at, "i want to complain")))
    assert found.value is value
    if value is Value.NOT_SAID:
        assert "30.0 s" in found.reason.en, "it was said, at another time"
    assert verdict(book(window=window)).value is Value.NOT_APPLICABLE


def test_every_place_or_one_of_them() -> None:
    caller = say((20.0, "i want to complain"), (70.0, "i want to complain"))
    window = {"moment": "after", "of": "complaint", "seconds": 20}
    assert verdict(book(window=window), caller=caller).value is Value.NOT_SAID
    assert verdict(book(window=window | {"every": False}), caller=caller).value is Value.SAID


@pytest.mark.parametrize(
    ("moment", "value"), [("call_start", Value.NOT_SAID), ("call_end", Value.NOT_SAID), ("anywhere", Value.SAID)]
)
def test_windows_of_the_call(moment: str, value: Value) -> None:
    assert verdict(book(window={"moment": moment, "seconds": 20})).value is value


def test_a_silent_agent_owes_nothing_beside_what_never_came() -> None:
    beside_hold = book(window={"moment": "before_hold", "seconds": 15})
    assert verdict(beside_hold, SILENT).value is Value.NOT_APPLICABLE
    assert verdict(beside_hold, SILENT, holds=((40.0, 50.0),)).value is Value.NOT_SAID
    own_words = book(cues=[CUE | {"by": "agent"}], window={"moment": "before", "of": "complaint", "seconds": 15})
    assert verdict(own_words, SILENT).value is Value.NOT_APPLICABLE
    assert verdict(book(window={"moment": "opening", "seconds": 15}), SILENT).value is Value.NOT_SAID


def test_before_a_transfer() -> None:
    rulebook = book(window={"moment": "before_transfer", "seconds": 15})
    assert verdict(rulebook, transfers=(40.0,)).value is Value.SAID
    assert verdict(rulebook, transfers=(90.0,)).value is Value.NOT_SAID


PARTS = [
    {"name": "ask", "variants": ["can you hear me now"]},
    {"name": "again", "variants": ["can you hear me now"]},
    {"name": "close", "variants": ["please call back some other time"]},
]


def test_ordered_parts_come_one_after_the_other_and_each_counts_once() -> None:
    rulebook = book(phrases=[], parts=PARTS, ordered=True)
    ask, close = "can you hear me now", "please call back some other time"
    assert verdict(rulebook, say((1.0, ask), (10.0, ask), (20.0, close))).value is Value.SAID
    assert verdict(rulebook, say((1.0, ask), (20.0, close))).value is Value.NOT_SAID
    wrong = verdict(rulebook, say((1.0, close), (10.0, ask), (20.0, ask)))
    assert (wrong.value, wrong.reason.en) == (Value.NOT_SAID, "said, but not in the order asked for")


def test_either_may_say_it() -> None:
    rulebook = book(by="either")
    found = verdict(rulebook, say((1.0, "good morning")), say((30.0, "we are very sorry about that")))
    assert (found.value, found.by) == (Value.SAID, "caller")
    assert verdict(rulebook, say((1.0, "good morning")), say((3.0, "all is well"))).value is Value.NOT_SAID


def test_another_name_than_the_sites_goes_to_a_person() -> None:
    rulebook = book(phrases=["thank you for calling {company}", "my name is {agent}"])
    names = Names(company=("harmony bank",), agents={"ann": AgentNames(names=("annabel",), number="801")})
    own = with_company(rulebook, names)
    right, wrong = say((1.0, "thank you for calling harmony bank")), say((1.0, "thank you for calling pizza place"))
    assert verdict(own, right).value is Value.SAID
    other = verdict(own, wrong)
    assert (other.value, other.reason.en[:26]) == (Value.CANNOT_TELL, "heard, but with another na")
    assert verdict(rulebook, wrong).value is Value.SAID, "without a known name any will do"
    assert verdict(own, say((1.0, "my name is annabel")), agent="ann").value is Value.SAID
    assert verdict(own, say((1.0, "my name is eight zero one")), agent="ann").value is Value.SAID
    assert verdict(own, say((1.0, "my name is robert")), agent="ann").value is Value.CANNOT_TELL


def test_recognition_too_poor_judges_no_words() -> None:
    assert verdict(book(), health=10.0).value is Value.CANNOT_TELL
    assert verdict(book(), health=90.0).value is Value.SAID
    assert verdict(book(), SILENT, health=10.0).value is Value.NOT_SAID, "silence is no matter of recognition"


@pytest.mark.parametrize("name", ["zh-CN", "en-US", "ko-KR"])
def test_a_greeting_of_the_line_is_not_the_agents(name: str) -> None:
    """The line's greeting is in the caller's recording at most; the agent's is silent."""
    rulebook = pack(name)
    line = rulebook.rule("opening").must_match[0]
    spoken = " ".join(line) if name == "zh-CN" else line
    for caller in (say((1.0, spoken)), say((1.0, spoken), (20.0, spoken))):
        found = judge(rulebook, SILENT, caller, CallContext(language=name, duration=100.0, talk=(0.0, 100.0)))
        opening = next(one for one in found if one.rule == "opening")
        assert (opening.value, opening.passed, opening.by) == (Value.NOT_SAID, False, "agent")
        assert opening.reason.en == "this party did not speak"


MEASURES: list[tuple[str, dict[str, float], dict[str, Any], Value, float]] = [
    ("ring", {"at_most": 15}, {"ring": 12.0}, Value.MET, 12.0),
    ("ring", {"at_most": 15}, {"ring": 20.0}, Value.NOT_MET, 20.0),
    ("hung_up_first", {"at_most": 0}, {"ended_by": "agent"}, Value.NOT_MET, 1.0),
    ("hung_up_first", {"at_most": 0}, {"ended_by": "caller"}, Value.MET, 0.0),
    ("first_words", {"at_most": 3}, {}, Value.MET, 1.0),
    ("last_words", {"at_least": 60}, {}, Value.NOT_MET, 38.2),
    ("longest_hold", {"at_most": 60}, {"holds": ((10.0, 80.0),)}, Value.NOT_MET, 70.0),
    ("longest_hold", {"at_most": 60}, {"holds": ((1.0, 5.0), (9.0, 80.0)), "silences": ((9.0, 80.0),)}, Value.MET, 4.0),
    ("speech_rate", {"at_least": 100, "at_most": 200}, {}, Value.MET, 150.0),
    ("loudness_spread", {"at_most": 12}, {}, Value.NOT_MET, 15.0),
    ("overlap", {"at_most": 5}, {}, Value.NOT_MET, 8.0),
    ("interruptions", {"at_most": 1}, {}, Value.MET, 1.0),
    ("response", {"at_most": 2}, {}, Value.MET, 1.5),
    ("monologue", {"at_most": 30}, {}, Value.NOT_MET, 40.0),
    ("dead_air", {"at_most": 8}, {}, Value.NOT_MET, 12.0),
]  # fmt: skip
FEATURES = CallFeatures(
    talk=(0.0, 100.0),
    agent=PartyFeatures(speech_s=40.0, duration_s=100.0, evenness_db=15.0, speech_rate=150.0),
    caller=PartyFeatures(speech_s=20.0, duration_s=100.0),
    overlaps=(Overlap((5.0, 6.0), "agent", True), Overlap((7.0, 7.5), "caller", True)),
    overlap_share=0.08,
    dead_air=((40.0, 52.0), (80.0, 84.0)),
    responses=(1.0, 1.5, 4.0),
    longest_monologue=(10.0, 50.0),
)


def measuring(measure: str, **limits: Any) -> Rulebook:
    item = {"id": "it", "norm": "E1", "title": {"en": "it", "zh": "它"}, "measure": measure}
    return book(behaviour=[item | limits])


@pytest.mark.parametrize(("measure", "limits", "context", "value", "reading"), MEASURES)
def test_behaviour_is_measured(
    measure: str, limits: dict[str, float], context: dict[str, Any], value: Value, reading: float
) -> None:
    found = verdict(measuring(measure, **limits), caller=CALLER, features=FEATURES, **context)
    assert (found.kind, found.value, found.passed) == ("behaviour", value, value is Value.MET)
    assert found.measured is not None
    assert found.measured.value == pytest.approx(reading)
    assert found.evidence["measured"]["unit"] == found.measured.unit.en


def test_behaviour_that_could_not_be_measured() -> None:
    assert verdict(measuring("ring", at_most=15)).value is Value.NOT_APPLICABLE
    assert verdict(measuring("hung_up_first", at_most=0), ended_by="transfer").value is Value.NOT_APPLICABLE
    assert verdict(measuring("speech_rate", at_most=200)).value is Value.CANNOT_TELL
    assert verdict(measuring("speech_rate", at_most=200), SILENT, features=FEATURES).value is Value.NOT_APPLICABLE
    alone = CallFeatures(talk=(0.0, 100.0), agent=FEATURES.agent)
    assert verdict(measuring("overlap", at_most=5), features=alone).value is Value.CANNOT_TELL
    assert verdict(measuring("speech_rate", at_most=200), features=FEATURES, health=5.0).value is Value.CANNOT_TELL


def test_an_announced_silence_is_no_dead_air() -> None:
    rulebook = measuring("dead_air", at_most=8, announced_by=["sorry"])
    assert verdict(rulebook, features=FEATURES).value is Value.MET, "it was announced at 30 s"
    late = say((1.0, "good morning everybody"), (60.0, "we are very sorry about that"))
    assert verdict(rulebook, late, features=FEATURES).value is Value.NOT_MET
    assert verdict(rulebook, say((1.0, "good morning"), snr=0.0), features=FEATURES).value is Value.CANNOT_TELL


def test_silences_that_were_announced_are_told_apart_from_dead_air() -> None:
    found = verdict(measuring("dead_air", at_most=8, announced_by=["sorry"]), features=FEATURES)
    assert announced([found]) == ((40.0, 52.0),)
    assert found.evidence["measured"]["announced"] == [[40.0, 52.0]]
    kept = FEATURES.excusing(announced([found]))
    assert (kept.dead_air, kept.announced) == (((80.0, 84.0),), ((40.0, 52.0),))
    assert CallFeatures.from_dict(kept.to_dict()) == kept
    assert FEATURES.excusing(()) is FEATURES
    beside = verdict(
        measuring("dead_air", at_most=8, announced_by=["sorry"]), features=FEATURES, apart=((51.9996, 60.0),)
    )
    assert announced([beside]) == ((40.0, 52.0),), "a silence that ends with a hold is the same silence"


@pytest.mark.parametrize("measure", ["overlap", "interruptions", "monologue", "dead_air"])
def test_nobody_earns_points_for_behaviour_by_saying_nothing(measure: str) -> None:
    easy = measuring(measure, at_most=1000)
    assert verdict(easy, caller=CALLER, features=FEATURES).value is Value.MET
    found = verdict(easy, SILENT, CALLER, features=FEATURES)
    assert (found.value, found.passed, found.reason) == (Value.NOT_APPLICABLE, None, reasons.SILENT)


def test_a_silent_agent_keeps_the_caller_waiting() -> None:
    found = verdict(measuring("dead_air", at_most=8), SILENT, CALLER, features=FEATURES)
    assert (found.value, found.passed) == (Value.NOT_MET, False)


def test_words_to_a_colleague_are_not_said_to_the_caller() -> None:
    """The agent has the caller on hold from 29 s to 35 s and talks to whom he asks."""
    for rule, told, kept in ((book(), Value.SAID, Value.NOT_SAID), (book(kind="must_not"), Value.SAID, Value.NOT_SAID)):
        assert verdict(rule).value is told
        assert verdict(rule, apart=((29.0, 35.0),)).value is kept
        assert verdict(rule, apart=((59.0, 65.0),)).value is told
        late = verdict(rule, apart=((34.0, 40.0),), agent_offset=5.0)  # his file began 5 s into the call
        assert late.value is kept
    alone = say((30.0, "we are very sorry about that"))
    assert verdict(book(kind="must_not"), alone, apart=((29.0, 35.0),)).reason == reasons.SILENT


TALK = ["the parcel left on monday", "your card is in the post", "it costs ten dollars a month", "the line is repaired"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TALK), max_size=4), st.lists(st.sampled_from(TALK), max_size=4), st.data())
def test_a_phrase_is_found_in_any_talk_and_never_without_it(before: list[str], after: list[str], data: Any) -> None:
    rulebook = PACK
    rule = data.draw(st.sampled_from([one for one in rulebook.rules if one.phrases and one.kind == "must"]))
    line = data.draw(st.sampled_from(rule.must_match))
    alone = rulebook.model_copy(update={"rules": [_anywhere(rule)], "behaviour": []})
    plain = "".join(letter for letter in line.casefold() if letter.isalnum() or letter in " '")

    def value(lines: list[str]) -> Value:
        transcript = say(*((number * 10.0, text) for number, text in enumerate(lines)))
        return judge(alone, transcript, None, CallContext(language="en-US", duration=100.0))[0].value

    assert value([*before, plain, *after]) is Value.SAID
    assert value([*before, *after]) is not Value.SAID


PACK = pack("en-US")


def _anywhere(rule: Any) -> Any:
    from recording.rulebooks import When, Window

    return rule.model_copy(update={"when": When(), "unless": None, "window": Window()})
