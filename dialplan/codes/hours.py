"""DP27x: business hours."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

HOURS = codes(
    Severity.ERROR,
    {
        "DP271": (
            "hours {hours} are switched by digit {what}, as hours {other} are",
            "营业时间 {hours} 与 {other} 的切换数字同为 {what}",
            "give each a digit of its own: *28 and the digit switch one of them",
            "每个营业时间须有独立的数字：*28 加数字切换其中一个",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP272": (
            "hours {hours} can be switched by hand, but no agent may do so",
            "营业时间 {hours} 可手动切换，但没有坐席有此权限",
            "set switches: true for an agent in agents.yaml",
            "请在 agents.yaml 中为某位坐席设置 switches: true",
        ),
        "DP273": (
            "a break of hours {hours} lies outside their openings on: {what}",
            "营业时间 {hours} 的休息时段在以下日子不在营业时段内：{what}",
            "give days and times within openings:",
            "请填写在 openings: 之内的日子和时间",
        ),
        "DP274": (
            "step {step} never goes at_break: hours {hours} have no breaks",
            "步骤 {step} 的 at_break 不会用到：营业时间 {hours} 没有休息时段",
            "add breaks: in hours.yaml, or take at_break: away",
            "请在 hours.yaml 中添加 breaks:，或去掉 at_break:",
        ),
        "DP275": (
            "step {step} never goes holiday: hours {hours} know no holidays",
            "步骤 {step} 的 holiday 不会用到：营业时间 {hours} 没有节假日",
            "add holidays: or closed: in hours.yaml, or take holiday: away",
            "请在 hours.yaml 中添加 holidays: 或 closed:，或去掉 holiday:",
        ),
        "DP276": (
            "the working days {country} makes up for holidays in {what} are not known",
            "{country} 的 {what} 年调休上班日尚不可知",
            "update the holidays package, or name the days of {what} under open: and closed:",
            "请更新 holidays 软件包，或在 open: 和 closed: 中写明 {what} 年的日期",
        ),
        "DP278": (
            "agent {agent} may switch hours by hand, but none have a digit for it",
            "坐席 {agent} 可手动切换营业时间，但没有任何营业时间设有切换数字",
            "add switch: to hours in hours.yaml",
            "请在 hours.yaml 中添加 switch:",
        ),
        "DP279": (
            "step {step} leads to queue {queue} by a way that asks no business hours, which other ways do (A1)",
            "步骤 {step} 不查询营业时间即进入队列 {queue}，而其他路径会查询（A1）",
            "put an hours step before it, or give it a queue that is staffed at all hours",
            "请在其之前放置 hours 步骤，或使用全天有人的队列",
        ),
    },
)
