"""Full-width signs, which a Chinese keyboard writes where YAML and telephones want plain ones."""

from __future__ import annotations

from ivr.core.language import Text

_PLAIN = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "\u3000": " ", "、": ",", "。": ".", "【": "[", "】": "]", "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip


def hint(text: str) -> Text:
    """Which sign of ``text`` is full-width, and what to write for it; empty where none is."""
    found = next((sign for sign in text if sign in _PLAIN), "")
    if not found:
        return Text("", "")
    plain = _PLAIN[found]
    return Text(f" ({found} is full-width: write {plain})", f"（“{found}”是全角字符，请改用半角的 {plain}）")


__all__ = ["hint"]
