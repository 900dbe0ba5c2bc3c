"""What advertises, and what is only a choice (A2)."""

from __future__ import annotations

import pytest

from prompts import catalogue
from prompts.advertising import advertisement
from prompts.catalogue import LANGUAGES, Prompt


def told(language: str, text: str, about: str = "") -> str:
    return advertisement(Prompt("menu", language, text, about=about))


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("zh-CN", "春季大促全场五折，业务咨询请按一，人工服务请按零。", "春季大促全场五折"),
        ("zh-CN", "查询请按一。现在办理信用卡可获赠送礼品一份。", "现在办理信用卡可获赠送礼品一份"),
        ("zh-CN", "全新套餐限时优惠，欢迎办理。查询请按一。", "全新套餐限时优惠"),
        ("en-US", "Save up to 20% off this week! For orders, press one.", "Save up to 20% off this week"),
        ("en-US", "For orders, press one. Introducing our gold card.", "Introducing our gold card"),
        ("ko-KR", "이번 주 특가 상품을 만나 보세요. 상담은 일번을 눌러 주세요.", "이번 주 특가 상품을 만나 보세요"),
    ],
)
def test_praise_of_an_offer_advertises(language: str, text: str, words: str) -> None:
    assert told(language, text) == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-CN", "优惠活动查询请按三，人工服务请按零。"),
        ("zh-CN", "优惠活动，请按三；投诉，请按四。"),
        ("en-US", "For special offers, press three. For sales, press one."),
        ("en-US", "To hear about discounts, press three."),
        ("ko-KR", "할인 행사 안내는 삼번을 눌러 주세요."),
        ("zh-CN", ""),
    ],
)
def test_a_choice_does_not(language: str, text: str) -> None:
    assert told(language, text) == ""


def test_a_prompt_can_say_so_itself() -> None:
    assert told("zh-CN", "金卡随您走天下。", "advertising: spring") == "金卡随您走天下。"
    assert told("en-US", "Gold goes with you.", "Advertising") == "Gold goes with you."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_prompt_of_the_pack_advertises(language: str) -> None:
    assert [prompt.id for prompt in catalogue.load(language) if advertisement(prompt)] == []
