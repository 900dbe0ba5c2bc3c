"""Colours of the boxes, by what kind of step it is: speaking, deciding, asking, handing over, recording, ending."""

from __future__ import annotations

_SPEAKS, _DECIDES, _ASKS, _HANDS_OVER = "#e8f1fb", "#fff4d6", "#e6f5ea", "#efe7fa"
_RECORDS, _REACHES_OUT, _ENDS, _BEGINS = "#fdeede", "#e2f4f4", "#e9ecef", "#1d2530"

FILL: dict[str, str] = {
    "answer": _SPEAKS, "play": _SPEAKS, "greeting": _SPEAKS, "say": _SPEAKS,
    "hours": _DECIDES, "branch": _DECIDES, "set": _DECIDES, "subflow": _DECIDES,
    "menu": _ASKS, "collect": _ASKS, "language": _ASKS, "survey": _ASKS,
    "queue": _HANDS_OVER, "transfer": _HANDS_OVER, "callback": _HANDS_OVER,
    "voicemail": _RECORDS, "record": _RECORDS,
    "lookup": _REACHES_OUT, "hangup": _ENDS, "begin": _BEGINS, "human": _BEGINS,
}  # fmt: skip
INK, LINE, FAINT, WRONG = "#1d2530", "#5b6573", "#8a94a1", "#c62828"

__all__ = ["FAINT", "FILL", "INK", "LINE", "WRONG"]
