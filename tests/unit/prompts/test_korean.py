"""Examples from the Standard Pronunciation of Korean, and the phrases of the trade."""

from __future__ import annotations

import pytest

from prompts.builder import korean


@pytest.mark.parametrize(
    ("spelt", "spoken"),
    [
        ("옷이", "오시"),  # rule 13: liaison
        ("앉아", "안자"),  # rule 14
        ("닭을", "달글"),
        ("값을", "갑쓸"),
        ("놓고", "노코"),  # rule 12: h
        ("많고", "만코"),
        ("닿소", "다쏘"),
        ("놓는", "논는"),
        ("낳은", "나은"),
        ("싫어도", "시러도"),
        ("입학", "이팍"),
        ("맏형", "마텽"),
        ("굳이", "구지"),  # rule 17: palatalisation
        ("같이", "가치"),
        ("먹는", "멍는"),  # rule 18: nasalisation
        ("없는", "엄는"),
        ("담력", "담녁"),  # rule 19
        ("협력", "혐녁"),
        ("난로", "날로"),  # rule 20: lateralisation
        ("칼날", "칼랄"),
        ("국밥", "국빱"),  # rule 23: tensification
        ("가져", "가저"),  # rule 5
        ("감사합니다.", "감사함니다."),
        ("무엇을 도와드릴까요?", "무어슬 도와드릴까요?"),
        ("성함이 어떻게 되세요", "성하미 어떠케 되세요"),
        ("더 필요하신 것 있으세요", "더 피료하신 걷 이쓰세요"),
        ("잘 모르겠습니다", "잘 모르겓씀니다"),
        ("연락드리겠습니다", "열락뜨리겓씀니다"),
        ("잃어버렸어요", "이러버려써요"),
    ],
)
def test_is_spoken_by_the_rules(spelt: str, spoken: str) -> None:
    assert korean.pronounce(spelt) == spoken


def test_what_is_no_hangul_stays() -> None:
    assert korean.pronounce("A 1, 감!") == "A 1, 감!"
    assert korean.pronounce("") == ""


def test_lenis_consonants_are_voiced_between_vowels_only() -> None:
    accent = korean.Accent(eo="ʌ", eu="ɯ", e="e", o="o", u="u", initial="plain", medial="voiced", tense="plain")
    assert korean.phonemes("가구", accent) == "kaɡu"
    assert korean.phonemes("각도", accent) == "kakto"
    assert korean.phonemes("시작", accent) == "ɕiʥak"
    assert korean.phonemes("라면 달라", accent) == "ɾamjʌn dalla"
    assert korean.phonemes("라면, 달라", accent) == "ɾamjʌn, talla"


def test_accent_changes_how_it_is_written() -> None:
    accent = korean.Accent(initial="aspirated", tense="glottal", stress="penult", pause=", ")
    assert korean.phonemes("가까이", accent) == "kʰaʔkˈai"
    assert korean.phonemes("가 나. 다", accent) == "kʰˈa, nˈa. tʰˈa"
    assert korean.phonemes("까", korean.Accent(tense="double")) == "kka"
    assert korean.phonemes("의자", korean.Accent(eu="ɯ")) == "ɯiʥa"
