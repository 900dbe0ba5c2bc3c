"""What kinds of alerts are called."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.core.language import Text

KINDS: Mapping[str, Text] = {
    "service-level": Text("service level", "服务水平"),
    "longest-wait": Text("longest wait", "最长等待"),
    "no-agent": Text("no agent", "无坐席"),
    "agent-paused": Text("paused for misses", "漏接被暂停"),
    "agent-gone": Text("phone has gone", "话机失联"),
    "recording-missing": Text("recording missing", "录音缺失"),
}

__all__ = ["KINDS"]
