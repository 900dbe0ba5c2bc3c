"""DP25x: steps in which the caller presses keys."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

INPUTS = codes(
    Severity.ERROR,
    {
        "DP250": (
            "survey {step} has two questions of the name {what}",
            "调查 {step} 有两个名为 {what} 的问题",
            "give each a name of its own: answers are counted by it",
            "请给每个问题独立的名称：答案按名称统计",
        ),
        "DP251": (
            "key {what} answers question {question} twice",
            "按键 {what} 在问题 {question} 中重复",
            "keep one of them",
            "请保留一个",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP252": (
            "step {step} confirms nothing: a secret entry is never read aloud",
            "步骤 {step} 不会确认：保密输入不会被读出",
            "take confirm: or secret: away",
            "请去掉 confirm: 或 secret:",
        ),
        "DP254": (
            "step {step} asks at most {tries} times: not all {what} wordings under {field} are spoken",
            "步骤 {step} 最多询问 {tries} 次，{field} 中的 {what} 种说法不会全部播放",
            "keep one wording fewer than tries:, or raise tries:",
            "说法的数量应少于 tries:，或增大 tries:",
        ),
        "DP255": (
            "step {step} takes {least} to {most} digits, but no key ends the entry: it waits {what} seconds",
            "步骤 {step} 接受 {least} 到 {most} 位数字，但没有结束键，须再等 {what} 秒",
            "set terminator: '#', or min: and max: to the same number",
            "请设置 terminator: '#'，或让 min: 与 max: 相同",
        ),
        "DP256": (
            "key {what} of step {step} does not do what callers of the accessible profile expect of it",
            "步骤 {step} 的按键 {what} 与使用无障碍模式的来电者所期待的不同",
            "use another key: everywhere else * says it again to them, and 0 is a human",
            "请换用其他按键：在其他地方，* 为重听，0 为人工",
        ),
    },
)
