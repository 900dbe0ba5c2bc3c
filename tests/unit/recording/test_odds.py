"""Whether a phrase was said, or a near miss, or its beginning, or something else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.matching import Matcher, candidates, english, mandarin
from recording.matching.candidate import Candidate
from recording.matching.channel import channel, explained, heard, wanted, whole
from recording.matching.odds import Odds, odds

LANGUAGES = ("zh-CN", "en-US")


def best(language: str, phrase: str, near_misses: list[str], text: str) -> Candidate:
    return candidates(Matcher(language), [phrase], near_misses, text.split())[0]


def said(language: str, phrase: str, text: str, near_misses: list[str] | None = None) -> float:
    found = best(language, phrase, near_misses or [], text).odds
    assert found is not None
    return found.said


def test_korean_has_no_channel_and_is_judged_by_likeness() -> None:
    assert channel("ko-KR") is None
    assert odds("ko-KR", "잘 모르 겠습니다", [], ["잘", "모르", "겠습니다"], 0, 3) is None
    found = best("ko-KR", "잘 모르 겠습니다", ["잘 알 겠습니다"], "삼 모르 겠습니다")
    assert found.odds is None
    assert found.score == found.match.score


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        (
            "en-US",
            "is there anything else i can help you with",
            "okay is there anything else i can help you with today",
        ),
        ("en-US", "thank you for holding", "well thank you four holting now the bill"),
        ("en-US", "have a nice day", "have a um nice day"),
        ("en-US", "could you hold for a moment", "could you hold a moment the engineer"),
        ("zh-CN", "请问有什么可以帮您", "您 好 请 问 有 什 么 可 以 帮 您"),
        ("zh-CN", "感谢您的耐心等待", "感 谢 您 的 赖 心 等 大"),
        ("zh-CN", "感谢您的耐心等待", "感 谢 您 耐 心 的 等 待"),
        ("zh-CN", "祝您生活愉快", "住 您 深 火 嗯 鱼 块"),
    ],
)
def test_a_phrase_with_an_error_is_still_said(language: str, phrase: str, text: str) -> None:
    assert said(language, phrase, text) > 0


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        ("en-US", "is there anything else i can help you with", "is there anything the invoice goes out tomorrow"),
        ("en-US", "is there anything else i can help you with", "yes i can help you with that"),
        ("en-US", "thank you for holding", "your contract runs for another month"),
        ("zh-CN", "请问有什么可以帮您", "请 问 有 什 订 单 在 仓 库"),
        ("zh-CN", "感谢您的耐心等待", "感 谢 您 的 发 票 在 月 底"),
    ],
)
def test_half_a_phrase_and_other_talk_are_not(language: str, phrase: str, text: str) -> None:
    assert said(language, phrase, text) < 0


def test_a_near_miss_takes_the_place_it_explains_better() -> None:
    phrase, near = "i can not help you with that", ["i can help you with that"]
    assert best("en-US", phrase, near, "i can help you with that").beaten
    assert not best("en-US", phrase, near, "i can not help you with that").beaten
    assert best("zh-CN", "我不会处理", ["我会处理"], "我 会 处 理").beaten
    assert not best("zh-CN", "我不会处理", ["我会处理"], "我 不 会 处 理").beaten


def test_a_near_miss_within_the_phrase_does_not_win_by_one_error_elsewhere() -> None:
    text = "谱 知 道 啊"  # of the phrase one sound was misheard; the near miss is heard whole
    assert not best("zh-CN", "不知道啊", ["知道啊"], text).beaten
    assert best("zh-CN", "不知道啊", ["知道啊"], "我 知 道 啊").beaten


def test_a_near_miss_lowers_the_odds_and_an_absurd_one_does_not() -> None:
    text = "thank you for your suggestion"
    alone = said("en-US", "thank you for your question", text)
    assert said("en-US", "thank you for your question", text, ["thank you for your suggestion"]) < alone
    assert said("en-US", "thank you for your question", text, ["the weather is fine"]) == pytest.approx(alone, abs=0.1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_beginning_of_a_phrase_heard_as_it_is_gains(language: str) -> None:
    limits = channel(language)
    assert limits is not None
    phrase = {"zh-CN": "感谢您的来电", "en-US": "thank you for calling"}[language]
    words = list(phrase) if language == "zh-CN" else phrase.split()
    steps = explained(language, limits, phrase, tuple(unit for unit, _ in heard(language, words)))
    assert list(steps) == sorted(steps)
    assert steps[-1] == pytest.approx(whole(language, limits, phrase))
    assert len(steps) == len(wanted(language, phrase))


def test_a_name_in_braces_stands_for_any_words() -> None:
    assert wanted("en-US", "within {time} hours")[1] is None
    assert said("zh-CN", "工号{agent}", "您 好 工 号 八 零 一") > 0, "no half of it is all that is spoken"
    assert said("en-US", "it is done within {time} business days", "it is done within thirty two business days") > 0


def test_words_unlike_the_phrase_are_hopeless_at_once() -> None:
    found = best("en-US", "have a nice evening", [], "router").odds
    assert found is not None
    assert found.said < -10


def test_a_phrase_without_words_was_not_said() -> None:
    assert odds("en-US", "...", [], ["hello"], 0, 1) == Odds(-math.inf, -math.inf)
    assert Odds(-math.inf, 0.0).probability == pytest.approx(0)


@given(st.sampled_from(LANGUAGES), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_the_odds(language: str, phrase: str, near: str, text: str) -> None:
    words = text.split()
    found = odds(language, phrase, [near], words, 0, len(words))
    assert found is not None
    assert 0 <= found.probability <= 1


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), st.text("abcdefghijklmnopqrstuvwxyz", min_size=1))
def test_english_likeness_has_no_direction(one: str, other: str) -> None:
    here, there = english.phonetic_key(one), english.phonetic_key(other)
    assert 0 <= english.alike(here, there) <= 1
    assert english.alike(here, there) == pytest.approx(english.alike(there, here))
    assert english.alike(here, here) == 1


@pytest.mark.parametrize(("near", "far"), [("bang", "tang"), ("qi", "mi"), ("gan", "sun")])
def test_mandarin_neighbours_are_nearer(near: str, far: str) -> None:
    to = {"bang": "pang", "qi": "ji", "gan": "kan"}[near]
    assert mandarin.alike(near, to) > mandarin.alike(far, to)
    assert mandarin.alike(near, to) == mandarin.alike(to, near)
