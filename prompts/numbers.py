"""A small number as the sounds that say it: places in a queue, minutes, how many wait."""

from __future__ import annotations

from ivr.core.errors import UsageError
from prompts.saying import say

MOST = 999


def cardinal(language: str, number: int) -> list[str]:
    """The names of the sounds that say a number, e.g. ``["digits/20", "digits/1"]``.

    Args:
        language: ``zh-CN``, ``en-US`` or ``ko-KR``.
        number: 0 to 999; a higher one is said as 999, a negative one as 0.

    Raises:
        UsageError: if the language is not one of ours.
    """
    try:
        return say(language, "number", max(0, min(number, MOST)))
    except ValueError:
        raise UsageError(f"no numbers in language {language!r:.40}", cure="zh-CN, en-US or ko-KR") from None


__all__ = ["MOST", "cardinal"]
