"""A number as the sounds that say it, in the counting words of a language."""

from __future__ import annotations

from ivr.core.errors import UsageError

MOST = 999


def cardinal(language: str, number: int) -> list[str]:
    """The names of the sounds that say a number, e.g. ``["digits/20", "digits/1"]``.

    Mandarin says 105 as one hundred zero five and 110 as one hundred one ten; Korean, in Sino-Korean numerals, leaves
    the one before hundred out.

    Args:
        language: ``zh-CN``, ``en-US`` or ``ko-KR``.
        number: 0 to 999; a higher one is said as 999, a negative one as 0.

    Raises:
        UsageError: if the language is not one of ours.
    """
    if language not in ("zh-CN", "en-US", "ko-KR"):
        raise UsageError(f"no numbers in language {language!r:.40}", cure="zh-CN, en-US or ko-KR")
    hundreds, rest = divmod(max(0, min(number, MOST)), 100)
    names: list[str] = []
    if hundreds:
        names = [f"digits/{hundreds}", "digits/hundred"]
        if language == "ko-KR" and hundreds == 1:
            names = ["digits/hundred"]
        if language == "zh-CN" and 0 < rest < 10:
            names.append("digits/0")
        if language == "zh-CN" and 10 <= rest < 20:
            names.append("digits/1")
            names.append("digits/10")
            rest -= 10
    if rest >= 20:
        names.append(f"digits/{rest // 10 * 10}")
        rest %= 10
    if rest or not names:
        names.append(f"digits/{rest}")
    return names


__all__ = ["MOST", "cardinal"]
