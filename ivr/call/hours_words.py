"""How business hours stand, and why, in words: those of ``dialplan.schedule.Standing``."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.core.language import Text

STATES: Mapping[str, Text] = {
    "open": Text("open", "营业"),
    "closed": Text("closed", "非营业"),
    "break": Text("at a break", "休息时段"),
    "holiday": Text("on holiday", "节假日"),
}
WHYS: Mapping[str, Text] = {
    "switched": Text("switched by hand", "人工切换"),
    "always": Text("always", "固定"),
    "closed day": Text("a closed day", "单日停业"),
    "open day": Text("an open day", "单日营业"),
    "holiday": Text("public holiday", "法定节假日"),
    "make-up day": Text("make-up working day", "调休上班日"),
    "weekday": Text("by the schedule", "按时间表"),
}

__all__ = ["STATES", "WHYS"]
