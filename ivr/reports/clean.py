"""Text from callers and recognisers, made safe to show: what cannot be seen or turns text round is made visible."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Other (control, format, surrogate, private, unassigned) and line or paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = 2000) -> str:
    """``text`` on one line, without controls, bidirectional overrides or surrogates; at most ``limit`` characters."""
    line = " ".join(text.split()) if any(letter in "\t\r\n" for letter in text) else text
    shown = "".join(_REPLACEMENT if unicodedata.category(letter) in _UNSEEN else letter for letter in line[:limit])
    return shown + "…" if len(line) > limit else shown
