"""Phrases found at the level at which recognisers err."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from recording.matching import Matcher, candidates
from recording.matching.english import expand, phonetic_key
from recording.matching.korean import keys as jamo
from recording.matching.mandarin import keys as pinyin
from recording.matching.mandarin import merge
from recording.matching.near_misses import near_misses


def find(language: str, phrase: str, heard: str) -> float:
    return Matcher(language).find(phrase, heard.split()).score


@pytest.mark.parametrize(
    ("syllable", "merged"),
    [
        ("zhang", "zan"),
        ("hui", "fui"),
        ("rang", "lan"),
        ("chi", "ci"),
        ("shi", "si"),
        ("nin", "lin"),
        ("ping", "pin"),
        ("sheng", "sen"),
        ("an", "an"),
    ],
)
def test_confused_mandarin_sounds_are_one(syllable: str, merged: str) -> None:
    assert merge(syllable) == merged


def test_mandarin_ignores_tone_character_and_word_borders() -> None:
    assert find("zh-CN", "请您稍等", "请 您 烧 等") == 100
    assert find("zh-CN", "祝您生活愉快", "住您 深火 鱼块") == 100
    assert find("zh-CN", "我的工号是", "我 的 公号 事") == 100


def test_mandarin_numbers_are_read_aloud() -> None:
    assert [key for key, _ in pinyin(["等10分钟"])] == [key for key, _ in pinyin(["等十分钟"])]


def test_mandarin_keeps_a_key_for_every_character() -> None:
    assert [index for _, index in pinyin(["您好", "ABC", "银行，1"])] == [*[0] * 4, *[1] * 6, *[2] * 6]


@pytest.mark.parametrize("word", ["12", "１２", "\u0967\u0968"])
def test_digits_of_any_script_are_read_aloud(word: str) -> None:
    assert pinyin([word]) == pinyin(["十二"])


@pytest.mark.parametrize("word", ["9" * 40, "1.2.3", "1/0", "0012-"])
def test_a_number_nobody_can_read_is_left_as_it_is_and_nothing_is_warned(word: str) -> None:
    assert [index for _, index in pinyin([word])] == [0] * len(pinyin([word]))


@given(st.text(max_size=30))
def test_no_text_breaks_a_matcher(text: str) -> None:
    for language in ("zh-CN", "en-US", "ko-KR"):
        match = Matcher(language).find(text, text.split())
        assert 0 <= match.score <= 100
        assert 0 <= match.start <= match.end <= len(text.split())


def test_english_contractions_and_numbers_are_written_out() -> None:
    assert expand("Can't") == "can not"
    assert expand("I\u2019m") == "i am"
    assert expand("doesn't") == "does not"
    assert expand("1,204").split() == ["one", "two", "hundred", "four"]
    assert expand("1204") == "one thousand two hundred four"
    assert expand("007") == "zero zero seven"
    assert expand("42") == "forty two"


def test_english_homophones_share_a_key() -> None:
    for one, other in (("right", "write"), ("night", "nite"), ("phone", "fone"), ("know", "no")):
        assert phonetic_key(one) == phonetic_key(other), (one, other)
    assert phonetic_key("help") != phonetic_key("hold")


def test_english_survives_a_wrong_word() -> None:
    assert find("en-US", "how may I help you", "oh how may I help ewe today") >= 80
    assert find("en-US", "thank you for calling", "what do you want now") < 50


def test_korean_is_compared_without_spaces_in_jamo() -> None:
    assert find("ko-KR", "좋은 하루 되 세요", "네 좋은하루 되세요") == 100
    assert "".join(key for key, _ in jamo(["없내"])) == "ㅓㅂㅅㄴㅔ", "silent ieung dropped, cluster split, ae = e"
    assert find("ko-KR", "잘 모르 겠습니다", "삼 모르 겠습니다") > find("ko-KR", "잘 모르 겠습니다", "잘 알겠습니다")


def test_the_place_and_the_missing_words_are_told() -> None:
    match = Matcher("ko-KR").find("잘 모르 겠습니다", ["아", "그게", "삼", "모르", "겠습니다", "고객님"])
    assert (match.start, match.end, match.missing) == (2, 5, ("잘",))
    assert 0 < match.lost < 0.3


def test_a_fragment_is_not_a_whole_phrase() -> None:
    assert find("zh-CN", "感谢您的来电祝您生活愉快再见", "感谢") < 40


def test_a_placeholder_stands_for_some_words_but_not_for_none() -> None:
    phrase = "欢迎致电{company}客服热线"
    assert find("zh-CN", phrase, "您好 欢迎 致电 和风 银行 客服 热线") == 100
    assert find("zh-CN", phrase, "欢迎 致电 一二三四五六七八九十一二三四五六七八九十一二三四五六 客服 热线") < 80
    assert find("en-US", "my name is {agent}", "hello my name is ann") == 100
    assert find("en-US", "my name is {agent}", "hello my name is") < 80


def test_a_near_miss_that_explains_the_place_better_wins() -> None:
    matcher = Matcher("ko-KR")
    phrases, near = ["잘 모르 겠습니다"], ["잘 알 겠습니다"]
    assert candidates(matcher, phrases, near, ["네", "잘", "알겠습니다"])[0].beaten
    assert not candidates(matcher, phrases, near, ["잘", "모르", "겠습니다"])[0].beaten


def test_a_near_miss_elsewhere_excuses_nothing() -> None:
    matcher = Matcher("zh-CN")
    words = list("我会处理的您放心但是这个问题我不会处理")
    best = candidates(matcher, ["这个问题我不会处理"], ["我会处理"], words)[0]
    assert best.match.score == 100
    assert not best.beaten


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="fr-FR"):
        Matcher("fr-FR")


@pytest.mark.parametrize(
    ("language", "phrase", "made"),
    [
        ("ko-KR", "잘 모르 겠습니다", "잘 알 겠습니다"),
        ("ko-KR", "그건 안 됩니다", "그건 됩니다"),
        ("ko-KR", "그건 안 됩니다", "그건 잘 됩니다"),
        ("zh-CN", "我不知道", "我知道"),
        ("zh-CN", "这个没有办法", "这个有办法"),
        ("zh-CN", "可以办理", "不可以办理"),
        ("en-US", "I can help you", "i can not help you"),
        ("en-US", "I do not know", "i do know"),
        ("en-US", "we won't pay", "we will pay"),
    ],
)
def test_a_phrase_has_its_opposite_as_near_miss(language: str, phrase: str, made: str) -> None:
    assert made in near_misses(language, phrase)


@given(st.text(max_size=40))
def test_no_text_is_its_own_near_miss(text: str) -> None:
    for language in ("zh-CN", "en-US", "ko-KR", "xx"):
        found = near_misses(language, text)
        assert len(found) <= 12
        assert " ".join(text.casefold().split()) not in found
