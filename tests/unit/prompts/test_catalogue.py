from __future__ import annotations

from pathlib import Path

import pytest

from ivr.core.errors import SiteError
from prompts import catalogue

PROVINCES = [
    "beijing",
    "tianjin",
    "hebei",
    "shanxi",
    "inner-mongolia",
    "liaoning",
    "jilin",
    "heilongjiang",
    "shanghai",
    "jiangsu",
    "zhejiang",
    "anhui",
    "fujian",
    "jiangxi",
    "shandong",
    "henan",
    "hubei",
    "hunan",
    "guangdong",
    "guangxi",
    "hainan",
    "chongqing",
    "sichuan",
    "guizhou",
    "yunnan",
    "tibet",
    "shaanxi",
    "gansu",
    "qinghai",
    "ningxia",
    "xinjiang",
]

NEEDED = {
    "greeting-morning",
    "greeting-afternoon",
    "greeting-evening",
    "greeting-new-year",
    "greeting-spring-festival",
    "greeting-labour-day",
    "greeting-mid-autumn",
    "greeting-national-day",
    "recording-notice",
    "language-offer-1",
    "language-offer-2",
    "language-offer-3",
    "main-menu",
    "invalid-choice",
    "no-input",
    "no-input-last",
    "enter-number",
    "collect-again",
    "collect-confirm",
    "collect-entered",
    "collect-silent",
    "queue-join",
    "queue-timeout",
    "queue-comfort",
    "closed",
    "voicemail-intro",
    "voicemail-thanks",
    "thanks-for-calling",
    "goodbye",
    "emergency-greeting",
    "emergency-busy",
    "emergency-goodbye",
    "agent-logged-in",
    "agent-available",
    "agent-callers-waiting",
    "agent-in-wrapup",
    "agent-no-such-code",
    "agent-no-talk",
    "agent-not-allowed",
    "agent-not-in-talk",
    "hours-closed",
    "hours-opened",
    "hours-scheduled",
    "agent-nobody-waiting",
    "agent-not-logged-in",
    "agent-outcome-kept",
    "agent-paused",
    "agent-paused-no-answer",
    "callback-accepted",
    "callback-agent",
    "callback-cancelled",
    "callback-confirm",
    "callback-confirm-only",
    "callback-enter",
    "callback-full",
    "callback-hello",
    "callback-no-answer",
    "callback-number",
    "callback-refused",
    "callback-take",
    "minutes-2",
    "minutes-many",
    "queue-nobody",
    "queue-offer-callback-1",
    "queue-offer-voicemail-2",
    "queue-wait-is",
    "queue-wait-over-60",
    "queue-wait-under-1",
    "agent-logged-off",
    "agent-failed",
    "recording-refusal-9",
    "recording-refused",
    "recording-paused",
    "recording-resumed",
    "card-enter",
    "card-received",
    "card-failed",
    "queue-title-complaints",
    "queue-title-sales",
    "queue-title-service",
    "queue-title-support",
    "whisper-contact",
    "whisper-contact-times",
    "whisper-language-en",
    "whisper-language-ko",
    "whisper-language-zh",
    "whisper-waited",
    "whisper-waited-hour",
    "lookup-wait",
    "record-failed",
    "record-kept",
    "record-review",
    "record-review-last",
    "survey-satisfaction",
    "survey-solved",
    "survey-thanks",
    "transfer-failed",
    "transfer-wait",
    *(f"region-{province}" for province in PROVINCES),
}

ASTERISK = {
    "queue-youarenext",
    "queue-thereare",
    "queue-callswaiting",
    "queue-holdtime",
    "queue-minute",
    "queue-minutes",
    "queue-seconds",
    "queue-thankyou",
    "queue-reporthold",
    "queue-periodic-announce",
    "agent-loginok",
    "agent-loggedoff",
    "pbx-transfer",
    "pbx-invalid",
    "beep",
    "beeperr",
    "digits/hundred",
    "digits/thousand",
    "digits/minus",
}


def write(folder: Path, text: str) -> Path:
    path = folder / "zh-CN.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(SiteError) as caught:
        catalogue.read_catalogue(write(folder, text))
    return [(problem.where, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_each_language_has_every_prompt_the_line_needs(language: str) -> None:
    known = catalogue.load(language)
    assert {prompt.id for prompt in known.own} == NEEDED
    assert {prompt.id for prompt in known if prompt.asterisk} >= ASTERISK
    numbers = [*range(21), *range(30, 100, 10)]
    assert not [number for number in numbers if f"digits/{number}" not in known]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_each_language_offers_itself_in_its_own_words(language: str) -> None:
    known = catalogue.load(language)
    spoken = {key: known[f"language-offer-{key}"] for key in "123"}
    assert [spoken[key].says_in for key in "123"] == ["zh-CN", "en-US", "ko-KR"]
    native = {key: catalogue.load(spoken[key].says_in)[f"language-offer-{key}"].text for key in "123"}
    assert {key: prompt.text for key, prompt in spoken.items()} == native


def test_recording_notice_cannot_be_skipped_and_menu_can() -> None:
    for language in catalogue.LANGUAGES:
        known = catalogue.load(language)
        assert known["recording-notice"].barge_in == "none"
        assert known["emergency-greeting"].barge_in == "none"
        assert known["main-menu"].barge_in == "dtmf"
        notice = known["recording-notice"].text
        assert notice in known["emergency-greeting"].text


def test_mandarin_is_polite() -> None:
    assert not [prompt.id for prompt in catalogue.load("zh-CN") if "你" in prompt.text]


def test_reads_every_field(tmp_path: Path) -> None:
    known = catalogue.read_catalogue(
        write(
            tmp_path,
            "language: zh-CN\nprompts:\n"
            "  menu: {text: 重听, spoken: 虫听, barge_in: none, about: why, language: zh-CN}\n"
            "asterisk:\n  digits/0: {text: 零, phonemes: liŋ}\n  beep: {tone: [[1000, 0.25], [0, 0.1]]}\n",
        )
    )
    menu = known["menu"]
    assert (menu.text, menu.words, menu.barge_in, menu.about, menu.asterisk) == ("重听", "虫听", "none", "why", False)
    assert menu.where == "zh-CN.yaml:3"
    assert known["digits/0"].phonemes == "liŋ"
    assert known["digits/0"].barge_in == "none"
    assert known["beep"].tone == ((1000.0, 0.25), (0.0, 0.1))
    assert [prompt.id for prompt in known.own] == ["menu"]
    assert len(known) == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("prompts:\n  Menu: {text: a}\n", ("zh-CN.yaml:3", "PR107")),
        ("prompts:\n  ../menu: {text: a}\n", ("zh-CN.yaml:3", "PR107")),
        ("prompts:\n  digits/1: {text: a}\n", ("zh-CN.yaml:3", "PR107")),
        ("prompts:\n  menu: {text: a}\n  menu: {text: b}\n", ("zh-CN.yaml:4", "PR102")),
        ("prompts:\n  menu: {text: a}\nasterisk:\n  menu: {text: b}\n", ("zh-CN.yaml:5", "PR102")),
        ("prompts:\n  menu: {txt: a}\n", ("zh-CN.yaml:3", "PR104")),
        ("prompts:\n  menu: {}\n", ("zh-CN.yaml:3", "PR108")),
        ("prompts:\n  menu: {text: a, tone: [[1, 1]]}\n", ("zh-CN.yaml:3", "PR108")),
        ("prompts:\n  menu: {tone: [[5000, 1]]}\n", ("zh-CN.yaml:3", "PR106")),
        ("prompts:\n  menu: {tone: loud}\n", ("zh-CN.yaml:3", "PR106")),
        ('prompts:\n  menu: {text: "a\\nb"}\n', ("zh-CN.yaml:3", "PR109")),
        ("prompts:\n  menu: {text: a, barge_in: maybe}\n", ("zh-CN.yaml:3", "PR110")),
        ("prompts:\n  menu: {text: a, language: xx}\n", ("zh-CN.yaml:3", "PR103")),
        ("prompts:\n  menu: {text: [a]}\n", ("zh-CN.yaml:3", "PR105")),
        ("prompts:\n  menu: plain\n", ("zh-CN.yaml:3", "PR101")),
        ("prompts: []\n", ("zh-CN.yaml:2", "PR101")),
        ("voices: {}\n", ("zh-CN.yaml:2", "PR104")),
    ],
)
def test_names_file_line_and_code(tmp_path: Path, body: str, expected: tuple[str, str]) -> None:
    assert expected in problems_of(tmp_path, f"language: zh-CN\n{body}")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "language: fr-FR\nprompts:\n  a: {}\n  B: {text: x}\n")
    assert [code for _, code in found] == ["PR103", "PR108", "PR107"]


@pytest.mark.parametrize("text", ["prompts: {", "", "\t- x\n:"])
def test_broken_yaml_is_a_problem_not_a_crash(tmp_path: Path, text: str) -> None:
    (found,) = problems_of(tmp_path, text)
    assert found[0].startswith("zh-CN.yaml")


def test_missing_file_and_unknown_language(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be read"):
        catalogue.read_catalogue(tmp_path / "zh-CN.yaml")
    with pytest.raises(SiteError, match="fr-FR"):
        catalogue.load("fr-FR")
