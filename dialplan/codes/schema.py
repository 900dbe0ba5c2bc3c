"""DP1xx: settings that the schema does not know or allow."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

SCHEMA = codes(
    Severity.ERROR,
    {
        "DP101": (
            "unknown setting {what}",
            "未知的设置项 {what}",
            "use one of: {known}",
            "可用的设置项：{known}",
        ),
        "DP102": (
            "{what} is missing",
            "缺少 {what}",
            "add it: {hint}",
            "请添加：{hint}",
        ),
        "DP103": (
            "{what} is not one of the values that {field} can have",
            "{what} 不是 {field} 的可用值",
            "use one of: {known}",
            "可用的值：{known}",
        ),
        "DP104": (
            "{what} is no kind of step",
            "{what} 不是步骤类型",
            "set step: to one of: {known}",
            "请把 step: 设为：{known}",
        ),
        "DP105": (
            "{what} is no name",
            "{what} 不是有效的名称",
            "use 1-40 lower-case letters, digits, - and _, a letter first",
            "请用 1-40 个小写字母、数字、- 和 _，以字母开头",
        ),
        "DP106": (
            "{field} is {what}, which is out of range",
            "{field} 为 {what}，超出范围",
            "choose a value {hint}",
            "请选择 {hint} 的值",
        ),
        "DP107": (
            "{what} is not a number",
            "{what} 不是数字",
            "write a number for {field}",
            "{field} 请填写数字",
        ),
        "DP108": (
            "{what} is not a time of day or a date",
            "{what} 不是有效的时间或日期",
            "write times as 08:30 and days as 2026-10-01",
            "时间写作 08:30，日期写作 2026-10-01",
        ),
        "DP109": (
            "{field} is empty",
            "{field} 为空",
            "give at least one",
            "至少填写一项",
        ),
        "DP110": (
            "{field} has the wrong shape: {what}",
            "{field} 的形式不对：{what}",
            "{field} takes {hint}",
            "{field} 应为 {hint}",
        ),
        "DP111": (
            "{what} is not made of digits",
            "{what} 不是由数字组成的号码",
            "use 1-20 digits 0-9, without spaces, + or -",
            "请使用 1-20 位数字 0-9，不含空格、+ 和 -",
        ),
        "DP112": (
            "{what} is no key of a telephone",
            "{what} 不是电话按键",
            "use one of 0-9, '*' and '#' (the last two in quotes)",
            "请使用 0-9、'*' 或 '#'（后两个须加引号）",
        ),
        "DP113": (
            "{field} cannot be {what}",
            "{field} 不能为 {what}",
            "{hint}",
            "{hint}",
        ),
        "DP114": (
            "{what} is no prompt id",
            "{what} 不是有效的语音提示 id",
            "use lower-case letters and digits, words joined by -",
            "请使用小写字母和数字，单词之间用 - 连接",
        ),
        "DP115": (
            "{field} is {what} characters long",
            "{field} 的长度为 {what} 个字符",
            "keep it {hint}",
            "长度须为 {hint}",
        ),
        "DP116": (
            "{what} does not belong in site.yaml",
            "{what} 不应写在 site.yaml 中",
            "move it to {file}",
            "请移到 {file}",
        ),
        "DP117": (
            "{what} does not hold settings",
            "{what} 的内容不是设置项",
            "write one a line: key: value",
            "请逐行填写 键: 值",
        ),
        "DP118": (
            "{what} is not a pattern of numbers",
            "{what} 不是有效的号码模式",
            "write 3 to 20 digits or X, Z, N, e.g. 1XXXXXXXXXX",
            "请写 3 到 20 位数字或 X、Z、N，例如 1XXXXXXXXXX",
        ),
        "DP121": (
            "{what} is no host",
            "{what} 不是有效的主机",
            "write a host name or an IPv4 address, the port with port:",
            "请填写主机名或 IPv4 地址，端口另用 port: 填写",
        ),
        "DP122": (
            "{what} is no telephone number, and no part of one",
            "{what} 不是电话号码或号码的一部分",
            "use digits, with + before a country code where it is written so",
            "请使用数字，国家代码前可加 +",
        ),
        "DP123": (
            "{what} is no IPv4 network",
            "{what} 不是 IPv4 网段",
            "write 203.0.113.7 or 203.0.113.0/24",
            "请写成 203.0.113.7 或 203.0.113.0/24",
        ),
        "DP124": (
            "{what} is no address of a service",
            "{what} 不是有效的服务地址",
            "write https://host/path; {{name}} for variables may stand after the host only",
            "请写 https://主机/路径；变量 {{name}} 只能出现在主机之后",
        ),
        "DP125": (
            "{what} is no place in an answer",
            "{what} 不是应答中的位置",
            "write names joined by dots, places of a list in brackets: order.lines[0].name",
            "请用点连接名称，列表位置用方括号：order.lines[0].name",
        ),
        "DP126": (
            "{what} is no name of a header",
            "{what} 不是有效的请求头名称",
            "use letters, digits and -, e.g. X-Api-Key",
            "请使用字母、数字和 -，例如 X-Api-Key",
        ),
        "DP127": (
            "{field} is too long, or holds control characters",
            "{field} 过长，或含有控制字符",
            "keep a condition to 300 characters in one line, other text to 500",
            "条件不超过一行 300 个字符，其他文本不超过 500 个字符",
        ),
        "DP128": (
            "{what} is not one digit",
            "{what} 不是一位数字",
            "write one of 0-9",
            "请写 0-9 中的一位",
        ),
        "DP129": (
            "{what} is no name of a variable",
            "{what} 不是有效的变量名",
            "use 1-40 lower-case letters, digits and _, a letter first",
            "请用 1-40 个小写字母、数字和 _，以字母开头",
        ),
        "DP199": (
            "{what} more problems are not shown",
            "另有 {what} 个问题未显示",
            "mend those above first",
            "请先修正以上问题",
        ),
    },
)
