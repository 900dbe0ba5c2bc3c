"""DP0xx: the files of a site and their YAML."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

FILES = codes(
    Severity.ERROR,
    {
        "DP001": (
            "there is no {what}",
            "缺少 {what}",
            "create it; a site has site.yaml, numbers.yaml, queues.yaml and flows/*.yaml",
            "请创建该文件；站点由 site.yaml、numbers.yaml、queues.yaml 和 flows/*.yaml 组成",
        ),
        "DP002": (
            "cannot be read: {what}",
            "无法读取：{what}",
            "a site is a folder of ordinary files that this user may read, without links that lead out of it",
            "站点应是一个文件夹，其中都是当前用户可读的普通文件，链接不得指向文件夹之外",
        ),
        "DP003": (
            "the file is empty",
            "文件为空",
            "write its settings; {{}} stands for none",
            "请填写内容；没有内容时写 {{}}",
        ),
        "DP004": (
            "this is not YAML: {what}",
            "YAML 语法错误：{what}",
            "check indentation, colons, quotes and brackets in this line and the one above",
            "请检查本行和上一行的缩进、冒号、引号和括号",
        ),
        "DP005": (
            "not plain UTF-8 text: {what}",
            "不是 UTF-8 纯文本：{what}",
            "save the file as UTF-8 and remove control and direction characters",
            "请将文件保存为 UTF-8，并删除控制字符和方向控制字符",
        ),
        "DP006": (
            "{what} is given twice, first in line {first}",
            "{what} 重复出现，第一次在第 {first} 行",
            "remove or rename one of them",
            "请删除或改名其中一个",
        ),
        "DP007": (
            "anchors and aliases (& and *) are not allowed: {what}",
            "不允许使用锚点和别名（& 和 *）：{what}",
            "write the value out; put text that begins with & or * in quotes",
            "请直接写出内容；以 & 或 * 开头的文本须加引号",
        ),
        "DP008": (
            "a tab stands where spaces are needed",
            "此处应为空格，却使用了制表符",
            "indent with two spaces",
            "请用两个空格缩进",
        ),
        "DP009": (
            "a second document begins here",
            "此处开始了第二个文档",
            "keep one document in a file: remove the line ---",
            "一个文件只能有一个文档：请删除 --- 行",
        ),
        "DP010": (
            "tags are not allowed: {what}",
            "不允许使用标签：{what}",
            "remove the tag; put text that begins with ! in quotes",
            "请删除标签；以 ! 开头的文本须加引号",
        ),
        "DP011": (
            "too large: more than {limit}",
            "过大：超过 {limit}",
            "split the flow into several, or remove what does not belong here",
            "请拆分为多个流程，或删除多余内容",
        ),
        "DP012": (
            "a mapping or list cannot be a key",
            "键不能是映射或列表",
            "write the key as plain text",
            "请将键写成普通文本",
        ),
        "DP013": (
            "the key * needs quotes",
            "按键 * 须加引号",
            "write '*':",
            "请写成 '*':",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP014": (
            "this line is a comment to YAML, though it looks like the key #",
            "这一行看起来像按键 #，但 YAML 会把它当作注释",
            "write '#': for the key; put another word before the colon in a comment",
            "如果是按键，请写成 '#':；如果是注释，请在冒号前加文字",
        ),
        "DP015": (
            "{what} is not part of a site and is not read",
            "{what} 不属于站点文件，不会被读取",
            "rename it to one of {known}, or move it elsewhere",
            "请改名为 {known} 之一，或移到别处",
        ),
    },
)
