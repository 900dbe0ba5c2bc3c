"""DP24x: who waits before whom, how a queue is left, and callbacks."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

WAITING = codes(
    Severity.ERROR,
    {
        "DP240": (
            "step {step} takes callbacks, but the site does not say how callers are called back",
            "步骤 {step} 受理回电，但站点未设置如何回电",
            "add callback: with dial: and allowed: to site.yaml",
            "请在 site.yaml 中添加 callback:，写明 dial: 和 allowed:",
        ),
        "DP241": (
            "queue {queue} is left by keys {what} in step {step}, but by {other} in step {first}",
            "步骤 {step} 中以按键 {what} 离开队列 {queue}，而步骤 {first} 中为 {other}",
            "let all steps of a queue have the same keys: Asterisk knows one set a queue",
            "同一队列的各步骤须使用相同的按键：Asterisk 每个队列只有一组按键",
        ),
        "DP242": (
            "priorities: {what} is no number of this site",
            "priorities：{what} 不是本站点的号码",
            "name one of: {known}",
            "请使用：{known}",
        ),
        "DP243": (
            "number {what} is in list {list} and in list {other}",
            "号码 {what} 同时在名单 {list} 和 {other} 中",
            "keep it in one of them",
            "请只保留在一个名单中",
        ),
        "DP244": (
            "callback: hours {what} are not there",
            "callback：营业时间 {what} 不存在",
            "add them to hours.yaml, or name one of: {known}",
            "请在 hours.yaml 中添加，或使用：{known}",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP245": (
            "queue {what} cannot tell the expected wait: Asterisk announces there",
            "队列 {what} 无法播报预计等候时间：该队列由 Asterisk 播报",
            "set announcer: engine",
            "请设置 announcer: engine",
        ),
        "DP246": (
            "queue {what} whispers its title, but has no prompt that says it: it is left out",
            "队列 {what} 要向坐席播报队列名称，但没有相应的提示音，将略过",
            "set title_prompt, or take queue out of whisper",
            "请设置 title_prompt，或从 whisper 中去掉 queue",
        ),
        "DP247": (
            "queue {what} whispers {part} twice",
            "队列 {what} 的 whisper 重复了 {part}",
            "name it once",
            "请只保留一处",
        ),
        "DP248": (
            "queue {what} tells callers a position that leaves out those who wait to be called back",
            "队列 {what} 播报的排队位置未计入等待回电的来电者",
            "set announcer: engine, or announce_position: 0",
            "请设置 announcer: engine，或设置 announce_position: 0",
        ),
    },
)
