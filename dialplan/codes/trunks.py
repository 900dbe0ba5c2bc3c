"""DP26x: trunks and what reaches the SIP port."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

TRUNKS = codes(
    Severity.ERROR,
    {
        "DP260": (
            "number {number} of trunk {trunk} leads to service number {what}, which is not there",
            "中继 {trunk} 的号码 {number} 指向不存在的服务号码 {what}",
            "add it to numbers.yaml, or name one of: {known}",
            "请在 numbers.yaml 中添加，或使用：{known}",
        ),
        "DP261": (
            "{what} is no IPv4 network, or one of more than a /{least}",
            "{what} 不是 IPv4 网段，或范围大于 /{least}",
            "write 203.0.113.7, or 203.0.113.0/24 with no bits set after the 24th",
            "请写成 203.0.113.7，或 203.0.113.0/24（主机位须为 0）",
        ),
        "DP262": (
            "number {what} of trunk {trunk} is the same as {other}, written otherwise",
            "中继 {trunk} 的号码 {what} 与 {other} 是同一号码的不同写法",
            "keep one of them: every way of writing a number is known already",
            "请保留一个：号码的各种写法均可识别",
        ),
        "DP263": (
            "trunk {trunk} logs in to its provider, but has no user",
            "中继 {trunk} 需要注册，但缺少 user",
            "add user:, and its password with `ivr trunks secret`",
            "请添加 user:，并用 `ivr trunks secret` 设置密码",
        ),
        "DP264": (
            "trunk {trunk} has address {what}, from which trunk {other} calls, too",
            "中继 {trunk} 的地址 {what} 与中继 {other} 重叠",
            "make one trunk of them, or name addresses that do not overlap",
            "请合并为一个中继，或填写不重叠的 addresses",
        ),
        "DP265": (
            "{number} is called over trunk {what}, which is not there",
            "外部号码 {number} 使用了不存在的中继 {what}",
            "add it to trunks.yaml, or name one of: {known}",
            "请在 trunks.yaml 中添加，或使用：{known}",
        ),
        "DP269": (
            "{what}, dialled to reach somebody outside, is already {other}",
            "外部转接号码 {what} 已用作 {other}",
            "choose another number to dial",
            "请换一个号码",
        ),
        "DP270": (
            "callback: {what} would be called over {endpoint}, which is neither a trunk nor an account of this site",
            "callback：{what} 所用的 {endpoint} 既不是本站点的中继，也不是其账号",
            "write one of: {known}",
            "请使用：{known}",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP266": (
            "trunk {trunk} encrypts sound, but sends its keys over {what} for all to read",
            "中继 {trunk} 加密语音，但密钥通过 {what} 明文传送",
            "set transport: tls",
            "请设置 transport: tls",
        ),
        "DP267": (
            "no number comes in over trunk {trunk}",
            "中继 {trunk} 没有任何来电号码",
            "name them under numbers:, each with its service number",
            "请在 numbers: 下填写号码及其服务号码",
        ),
        "DP268": (
            "anonymous_callers: true lets anybody who reaches the SIP port call in",
            "anonymous_callers: true 允许任何能访问 SIP 端口的人呼入",
            "remove it, and name the provider in trunks.yaml; it is for the demo",
            "请删除该设置，并在 trunks.yaml 中填写运营商；它仅用于演示",
        ),
    },
)
