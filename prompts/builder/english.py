"""American English: text to phonemes, with espeak-ng and the synthesiser's own spelling of diphthongs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from ivr.core.errors import SetupError

PROGRAM_VARIABLE = "ESPEAK_NG"
TIME_LIMIT = 20.0  # seconds

# espeak's IPA to the symbols Kokoro was trained with, longest first.
_SYMBOLS = (
    ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("oʊ", "O"), ("ɔɪ", "Y"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("oːɹ", "ɔɹ"),
    ("ɜː", "ɜɹ"), ("ɚ", "əɹ"), ("ɐ", "ə"), ("ɾ", "T"), ("r", "ɹ"), ("oː", "O"), ("ː", ""), ("ɹɹ", "ɹ"), ("\u0329", ""),
)  # fmt: skip


def _espeak(clause: str) -> str:
    program = os.environ.get(PROGRAM_VARIABLE) or shutil.which("espeak-ng")
    if not program:
        raise SetupError("espeak-ng is not installed", cure=f"apt-get install espeak-ng, or set {PROGRAM_VARIABLE}")
    try:
        done = subprocess.run(
            [program, "-q", "--ipa", "-v", "en-us", "--stdin"],
            input=clause, capture_output=True, text=True, encoding="utf-8", timeout=TIME_LIMIT, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"espeak-ng failed: {error}", cure=f"try it by hand, or set {PROGRAM_VARIABLE}") from error
    return " ".join(done.stdout.split())


def to_symbols(ipa: str) -> str:
    """espeak's IPA in the symbols the synthesiser takes."""
    for old, new in _SYMBOLS:
        ipa = ipa.replace(old, new)
    return ipa


def phonemes(sentence: str) -> str:
    """The symbols the synthesiser takes for one sentence of English; punctuation is kept as pauses.

    Raises:
        SetupError: if espeak-ng is missing or fails.
    """
    out = ""
    for clause, mark in re.findall(r"([^,.;:!?]+)([,.;:!?]*)", sentence):
        if clause.strip():
            out += (" " if out else "") + to_symbols(_espeak(clause.strip())) + mark[:1]
    return out


__all__ = ["phonemes", "to_symbols"]
