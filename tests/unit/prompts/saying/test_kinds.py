"""Amounts, dates, times and digits, as a hotline of each language says them."""

from __future__ import annotations

import pytest

from prompts import catalogue, sounds
from prompts.saying import MOST, say
from tests.unit.prompts.saying.words import words

YUAN = {
    "0": ("零元", "zero yuan", "영위안"),
    "0.00": ("零元", "zero yuan", "영위안"),
    "1": ("一元", "one yuan", "일위안"),
    "2": ("两元", "two yuan", "이위안"),
    "12": ("十二元", "twelve yuan", "십이위안"),
    "22.22": ("二十二元二角二分", "twenty two point two two yuan", "이십이점이이위안"),
    "100.00": ("一百元", "one hundred yuan", "백위안"),
    "2.50": ("两元五角", "two point five yuan", "이점오위안"),
    "5.05": ("五元零五分", "five point zero five yuan", "오점영오위안"),
    "0.05": ("五分", "zero point zero five yuan", "영점영오위안"),
    "0.2": ("两角", "zero point two yuan", "영점이위안"),
    "0.02": ("两分", "zero point zero two yuan", "영점영이위안"),
    "0.22": ("两角二分", "zero point two two yuan", "영점이이위안"),
    "-20000": ("负两万元", "minus twenty thousand yuan", "마이너스이만위안"),
    "1000000.01": ("一百万元零一分", "one million point zero one yuan", "백만점영일위안"),
}
DOLLARS = {
    "0": ("零美元", "zero dollars", "영달러"),
    "1": ("一美元", "one dollar", "일달러"),
    "2": ("两美元", "two dollars", "이달러"),
    "1.01": ("一美元一美分", "one dollar and one cent", "일달러일센트"),
    "12.50": ("十二美元五十美分", "twelve dollars and fifty cents", "십이달러오십센트"),
    "0.02": ("两美分", "two cents", "이센트"),
    "0.01": ("一美分", "one cent", "일센트"),
    "100.00": ("一百美元", "one hundred dollars", "백달러"),
    "-3.1": ("负三美元十美分", "minus three dollars and ten cents", "마이너스삼달러십센트"),
}
WON = {
    "0": ("零韩元", "zero won", "영원"),
    "2": ("两韩元", "two won", "이원"),
    "10000": ("一万韩元", "ten thousand won", "만원"),
    "12500": ("一万二千五百韩元", "twelve thousand five hundred won", "만이천오백원"),
    "150000.00": ("十五万韩元", "one hundred fifty thousand won", "십오만원"),
    "-100": ("负一百韩元", "minus one hundred won", "마이너스백원"),
    "100000000": ("一亿韩元", "one hundred million won", "일억원"),
}
DATES = {
    "2026-10-01": (
        "二零二六年十月一日星期四",
        "Thursday October first twenty twenty six",
        "이천이십육년시월일일목요일",
    ),
    "2000-01-31": (
        "二零零零年一月三十一日星期一",
        "Monday January thirty first two thousand",
        "이천년일월삼십일일월요일",
    ),
    "2006-06-20": (
        "二零零六年六月二十日星期二",
        "Tuesday June twentieth two thousand six",
        "이천육년유월이십일화요일",
    ),
    "1999-12-12": (
        "一九九九年十二月十二日星期日",
        "Sunday December twelfth nineteen ninety nine",
        "천구백구십구년십이월십이일일요일",
    ),
    "1900-02-22": (
        "一九零零年二月二十二日星期四",
        "Thursday February twenty second nineteen hundred",
        "천구백년이월이십이일목요일",
    ),
    "1905-11-03": (
        "一九零五年十一月三日星期五",
        "Friday November third nineteen oh five",
        "천구백오년십일월삼일금요일",
    ),
    "2024-02-29T08:00:00": (
        "二零二四年二月二十九日星期四",
        "Thursday February twenty ninth twenty twenty four",
        "이천이십사년이월이십구일목요일",
    ),
    "2030-07-30": ("二零三零年七月三十日星期二", "Tuesday July thirtieth twenty thirty", "이천삼십년칠월삼십일화요일"),
    "02-29": ("二月二十九日", "February twenty ninth", "이월이십구일"),
    "10-10": ("十月十日", "October tenth", "시월십일"),
}
TIMES = {
    "00:00": ("凌晨零点整", "twelve midnight", "밤열두 시"),
    "00:30": ("凌晨零点三十分", "twelve thirty a.m.", "밤열두 시삼십분"),
    "05:59": ("凌晨五点五十九分", "five fifty nine a.m.", "오전다섯 시오십구분"),
    "9:05": ("上午九点零五分", "nine oh five a.m.", "오전아홉 시오분"),
    "11:10": ("上午十一点十分", "eleven ten a.m.", "오전열한 시십분"),
    "12:00": ("中午十二点整", "twelve noon", "낮열두 시"),
    "12:01": ("中午十二点零一分", "twelve oh one p.m.", "낮열두 시일분"),
    "14:00:59": ("下午两点整", "two p.m.", "오후두 시"),
    "2026-10-01 17:45": ("下午五点四十五分", "five forty five p.m.", "오후다섯 시사십오분"),
    "18:20": ("晚上六点二十分", "six twenty p.m.", "오후여섯 시이십분"),
    "23:59": ("晚上十一点五十九分", "eleven fifty nine p.m.", "오후열한 시오십구분"),
    "02:02": ("凌晨两点零二分", "two oh two a.m.", "오전두 시이분"),
}
DIGITS = {
    "1": ("一", "one", "일"),
    "0": ("零", "zero", "영"),
    "13800138000": (
        "幺三八零零幺三八零零零",
        "one three eight zero zero one three eight zero zero zero",
        "일삼팔공공일삼팔공공공",
    ),
    "12-3 4": ("幺二三四", "one two three four", "일이삼사"),
}
PLAIN = {"date": DATES, "time": TIMES, "digits": DIGITS}
MONEY = {"CNY": YUAN, "USD": DOLLARS, "KRW": WON}
TABLES = [
    *((kind, "CNY", value, said) for kind, table in PLAIN.items() for value, said in table.items()),
    *(("money", name, value, said) for name, table in MONEY.items() for value, said in table.items()),
]


@pytest.mark.parametrize(("kind", "currency", "value", "said"), TABLES)
def test_each_language_says_it_its_own_way(kind: str, currency: str, value: str, said: tuple[str, str, str]) -> None:
    found = tuple(
        words(language, kind, value, currency=currency, weekday=True) for language in ("zh-CN", "en-US", "ko-KR")
    )
    assert found == said


def test_the_day_of_the_week_is_said_where_it_is_wanted() -> None:
    assert words("zh-CN", "date", "2026-10-01") == "二零二六年十月一日"
    assert words("en-US", "date", "2026-10-01") == "October first twenty twenty six"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", ""),
        ("number", "abc"),
        ("number", "1,000"),
        ("number", "1e3"),
        ("number", "1."),
        ("number", ".5"),
        ("number", "+5"),
        ("number", "--5"),
        ("number", "٣"),
        ("number", "NaN"),
        ("number", str(MOST + 1)),
        ("number", f"{MOST}.5"),
        ("number", "1.0000001"),
        ("number", "9" * 400),
        ("digits", ""),
        ("digits", "12a"),
        ("digits", "12--3"),
        ("digits", "-12"),
        ("digits", "1" * 41),
        ("digits", "一二"),
        ("money", "12.345"),
        ("money", "十元"),
        ("money", "$5"),
        ("date", "2026-02-29"),
        ("date", "2026-13-01"),
        ("date", "01.10.2026"),
        ("date", "2026-1-1"),
        ("date", "2026-10-01Z"),
        ("date", "0000-01-01"),
        ("time", "24:00"),
        ("time", "12:60"),
        ("time", "noon"),
        ("time", "12"),
        ("colour", "red"),
    ],
)
@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_what_is_none_of_its_kind_is_refused(language: str, kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        say(language, kind, value)


def test_won_have_no_parts_and_other_money_is_not_known() -> None:
    with pytest.raises(ValueError, match="too long"):
        say("ko-KR", "money", "12.5", currency="KRW")
    with pytest.raises(ValueError, match="currency"):
        say("ko-KR", "money", "12.5", currency="EUR")
    with pytest.raises(ValueError, match="fr-FR"):
        say("fr-FR", "number", "1")


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_sound_is_there(language: str) -> None:
    names: set[str] = set()
    for number in (*range(100), *(10**power for power in range(12)), 2 * 10**3, 2 * 10**4, 2 * 10**8, MOST, -1, "0.5"):
        names.update(say(language, "number", number))
    for currency in ("CNY", "USD", "KRW"):
        for amount in ("0", "1", "2", *(("0.01", "0.02", "0.1", "0.2", "3.04") if currency != "KRW" else ())):
            names.update(say(language, "money", amount, currency=currency))
    for month in range(1, 13):
        for day in range(1, 29):
            names.update(say(language, "date", f"2026-{month:02}-{day:02}", weekday=True))
    names.update(*(say(language, "date", f"{year}-01-{day}") for year in (1900, 1905, 2006) for day in (29, 30, 31)))
    names.update(*(say(language, "time", f"{hour}:{minute:02}") for hour in range(24) for minute in (0, 5, 10, 59)))
    names.update(say(language, "digits", "0123456789"))
    assert sounds.missing(language, sorted(names)) == []
    assert all(catalogue.load(language)[name].asterisk for name in names)
