"""Where a telephone number is from: in words, and for numbers of mainland China as one of its provinces."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.core.language import Text

LONGEST = 20  # characters of a number, + included

# Names of provinces as the geocoder's Chinese begins with them, and the ids of the prompts that say them.
PROVINCES = {
    "北京": "beijing",
    "天津": "tianjin",
    "河北": "hebei",
    "山西": "shanxi",
    "内蒙古": "inner-mongolia",
    "辽宁": "liaoning",
    "吉林": "jilin",
    "黑龙江": "heilongjiang",
    "上海": "shanghai",
    "江苏": "jiangsu",
    "浙江": "zhejiang",
    "安徽": "anhui",
    "福建": "fujian",
    "江西": "jiangxi",
    "山东": "shandong",
    "河南": "henan",
    "湖北": "hubei",
    "湖南": "hunan",
    "广东": "guangdong",
    "广西": "guangxi",
    "海南": "hainan",
    "重庆": "chongqing",
    "四川": "sichuan",
    "贵州": "guizhou",
    "云南": "yunnan",
    "西藏": "tibet",
    "陕西": "shaanxi",
    "甘肃": "gansu",
    "青海": "qinghai",
    "宁夏": "ningxia",
    "新疆": "xinjiang",
}


@dataclass(frozen=True, slots=True)
class Region:
    """A region.

    Args:
        text: its name.
        province: id of the Chinese province (``guangdong``), empty elsewhere.
    """

    text: Text
    province: str = ""


def region_of(number: str, country: str) -> Region | None:
    """The region a number was given out in; None if it is no number or nothing is known of it.

    A mobile number can have been carried elsewhere since. The first call loads the tables, some 0.4 s and 80 MB.

    Args:
        number: as the trunk wrote it; a stranger may have chosen it.
        country: of numbers that name none, e.g. ``CN``.
    """
    plain = number.removeprefix("+")
    if not (plain.isascii() and plain.isdigit() and len(number) <= LONGEST):
        return None
    from phonenumbers import NumberParseException, geocoder, is_valid_number, parse

    try:
        parsed = parse(number, country)
    except NumberParseException:
        return None
    if not is_valid_number(parsed):
        return None
    en, zh = (geocoder.description_for_number(parsed, language) for language in ("en", "zh"))
    if not (en or zh):
        return None
    province = ""
    if parsed.country_code == 86:
        province = next((slug for name, slug in PROVINCES.items() if zh.startswith(name)), "")
    return Region(Text(en or zh, zh or en), province)


def load() -> None:
    """Load the tables before the first caller has to wait for them."""
    region_of("+861062220000", "CN")


__all__ = ["PROVINCES", "Region", "load", "region_of"]
