"""Mandarin: text to phonemes, with misaki's Chinese front end (pypinyin, jieba)."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from ivr.core.errors import SetupError


@lru_cache(maxsize=1)
def _g2p() -> Any:
    try:
        import jieba
        from misaki import zh
    except ImportError as error:
        raise SetupError(
            f"{error.name} is not installed",
            cure="pip install '.[voices]', then pip install --no-deps misaki (its other languages are not needed)",
        ) from error
    jieba.setLogLevel(logging.WARNING)
    return zh.ZHG2P()


def third_tones(symbols: str) -> str:
    """Third tone before third tone becomes second (您好 has one, 可以 two), within a stretch without punctuation."""
    return re.sub(r"↓(?=[^↓→↗↘,.!?;:]*↓)", "↗", symbols)


def phonemes(sentence: str) -> str:
    """The symbols the synthesiser takes for one sentence of Mandarin.

    Raises:
        SetupError: if misaki is not installed.
    """
    return third_tones(str(_g2p()(sentence)[0]))


__all__ = ["phonemes", "third_tones"]
