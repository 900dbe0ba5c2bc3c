"""DP120, DP28x: agents at work."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

STAFFING = codes(
    Severity.ERROR,
    {
        "DP120": (
            "{what} is no code of an agent's phone",
            "{what} 不是坐席话机代码",
            "use 1-3 digits 0-9",
            "请使用 1-3 位数字 0-9",
        ),
        "DP281": (
            "code {what} of {name} is already that of {other}",
            "{name} 的代码 {what} 已由 {other} 使用",
            "give each a code of its own",
            "每一项须有独立的代码",
        ),
        "DP282": (
            "agent {agent} is in queue {queue}, which needs {skill} at level {level}",
            "坐席 {agent} 属于队列 {queue}，但该队列要求 {skill} 达到 {level} 级",
            "give the agent that skill, or take the queue from their queues:",
            "请为该坐席填写此技能，或从其 queues: 中去掉该队列",
        ),
        "DP283": (
            "pause reason {what} is the line's own",
            "小休原因 {what} 为系统保留",
            "choose another name",
            "请换一个名称",
        ),
        "DP284": (
            "alert {rule} names {what}, which is not there",
            "告警 {rule} 引用了不存在的 {what}",
            "name one of: {known}",
            "请使用：{known}",
        ),
        "DP285": (
            "alert {rule}: {what} is no per cent",
            "告警 {rule}：{what} 不是百分数",
            "a service level is 1-100 per cent; seconds are the queue's service_level",
            "服务水平为百分之 1 至 100；秒数由队列的 service_level 设置",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP286": (
            "alert {rule}: {what} means nothing to {kind}",
            "告警 {rule}：{what} 对 {kind} 不起作用",
            "take it out; {kind} knows: {known}",
            "请去掉；{kind} 可用：{known}",
        ),
    },
)
