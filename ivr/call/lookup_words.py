"""Why a service gave no answer, in both languages; the journal keeps the English."""

from __future__ import annotations

from ivr.core.language import Text

_WHY = {
    "no answer in time": "超时无应答",
    "not reached": "无法连接",
    "longer than 64 KiB": "应答超过 64 KiB",
    "compressed, though that was not wanted": "应答被压缩，不予接受",
    "nothing stands in for this service": "没有替代应答",
    "no JSON object": "应答不是 JSON 对象",
    "no service": "没有查询服务",
    "no JSON": "应答不是 JSON",
    "nested more than 32 deep": "应答嵌套超过 32 层",
    "an address with . or .. in its path": "地址路径中含有 . 或 ..",
    "an address with an empty part": "地址中有空的部分",
    "a header with control characters": "请求头中含有控制字符",
    "longer than 2000 characters when filled": "填入后超过 2000 个字符",
}
_BEGINNINGS = {
    "status ": "状态码 ",
    "broken off: ": "中断：",
    "not asked: ": "未发出查询：",
    "failed: ": "出错：",
}
_ENDINGS = {
    " is not set": " 未设置",
    " has not been entered in this part of the call": " 在通话的这一段尚未输入",
}


def why(problem: str) -> Text:
    """The words for a lookup's ``problem``; one that is not known stands for itself."""
    for beginning, zh in _BEGINNINGS.items():
        if problem.startswith(beginning):
            return Text(problem, zh + problem.removeprefix(beginning))
    for ending, zh in _ENDINGS.items():
        if problem.endswith(ending):
            return Text(problem, problem.removesuffix(ending) + zh)
    return Text(problem, _WHY.get(problem, problem))


__all__ = ["why"]
