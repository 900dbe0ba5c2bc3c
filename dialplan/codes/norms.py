"""DP3xx: the service norms, their ids in brackets."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

NORMS = codes(
    Severity.WARNING,
    {
        "DP301": (
            "menu {step} has no key that leads to a human (A2)",
            "菜单 {step} 没有转人工的按键（A2）",
            "let key 0 lead to a queue step",
            "请让按键 0 通向队列步骤",
        ),
        "DP302": (
            "menu {step} is {depth} menus deep (A2)",
            "菜单 {step} 位于第 {depth} 层（A2）",
            "keep to three levels: merge menus",
            "菜单不应超过三层：请合并菜单",
        ),
        "DP303": (
            "Mandarin is not the first language (A3)",
            "普通话不是首选语言（A3）",
            "put zh-CN first under languages:",
            "请把 zh-CN 放在 languages: 的第一位",
        ),
        "DP304": (
            "after the longest wait step {step} just ends the call (A10)",
            "等待超时后，步骤 {step} 会直接结束通话（A10）",
            "name a step with timeout: that explains and offers voicemail",
            "请用 timeout: 指明说明情况并提供留言的步骤",
        ),
        "DP305": (
            "callers waiting in queue {what} are told nothing (A10)",
            "队列 {what} 中等待的来电者听不到任何提示（A10）",
            "set announce_position: to 30 or so",
            "请把 announce_position: 设为 30 左右",
        ),
        "DP306": (
            "outside hours, step {step} offers neither voicemail nor a queue (A1)",
            "非营业时间，步骤 {step} 既不提供留言也不提供队列（A1）",
            "lead closed: to a prompt and a voicemail step",
            "请让 closed: 通向语音提示和留言步骤",
        ),
        "DP307": (
            "step {step} records the caller, who was not told (F1)",
            "步骤 {step} 会录音，但未告知来电者（F1）",
            "put a greeting step with its notice, or the prompt recording-notice, before it",
            "请在其之前放置带录音提示的 greeting 步骤，或播放 recording-notice",
        ),
    },
)
