"""The wallboard: queues and agents live, alerts, and what a supervisor does with an agent who talks."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.parts.frame import element
from ivr.console.parts.live_page import live_page
from ivr.console.security.permissions import Permission
from ivr.console.services import live
from ivr.console.view import View
from ivr.core.language import Text
from ivr.queues.alerts.names import KINDS

WORDS = {
    "queues": Text("Queues", "队列"),
    "queue": Text("Queue", "队列"),
    "waiting": Text("Waiting", "等待"),
    "longest": Text("Longest wait", "最长等待"),
    "hour": Text("Waiting, 1 h", "等待 1 小时"),
    "hour_hint": Text("callers waiting, every 10 s of the last hour", "近 1 小时每 10 秒的等待人数"),
    "level": Text("Service level", "服务水平"),
    "level_hint": Text(
        "calls answered within the queue's time / all calls that asked for an agent × 100 %, since midnight; each "
        "queue's own on its figure",
        "今日在队列时限内人工接听的来电数 ÷ 请求人工的全部来电数 × 100%；各队列的公式见其数值",
    ),
    "hour_level": Text("Level, 1 h", "水平 1 小时"),
    "rate": Text("Answer rate", "接通率"),
    "rate_hint": Text(
        "calls answered by an agent / calls that asked for an agent × 100 %, since midnight",
        "今日人工接听的来电数 ÷ 请求人工的来电数 × 100%",
    ),
    "callbacks": Text("Callbacks", "待回呼"),
    "logged_in": Text("Logged in", "签入"),
    "today": Text("Today by hour", "今日分时"),
    "today_hint": Text("calls that joined the queue in each hour of today", "今日每小时进入队列的来电数"),
    "agents": Text("Agents", "坐席"),
    "agent": Text("Agent", "坐席"),
    "everybody": Text("with those logged out", "含已签出"),
    "state": Text("State", "状态"),
    "for": Text("For", "时长"),
    "queues_of": Text("Queues", "队列"),
    "missed": Text("Missed", "漏接"),
    "phone": Text("Phone", "话机"),
    "alerts": Text("Alerts today", "今日告警"),
    "no_alerts": Text("no alerts today", "今日无告警"),
    "measured": Text("{value}, limit {limit}", "{value}，阈值 {limit}"),
    "open": Text("open", "营业中"),
    "closed": Text("closed", "非营业"),
    "by_hand": Text("switched by hand ({by})", "手动切换（{by}）"),
    "level_parts": Text(
        "{in_time} of {of} within {seconds} s, target {target} %",
        "{of} 通中 {in_time} 通在 {seconds} 秒内，目标 {target}%",
    ),
    "rate_parts": Text("{answered} of {of} answered", "{of} 通中接听 {answered} 通"),
    "hour_told": Text("callers waiting in the last hour, at most {most}", "近 1 小时等待人数，最多 {most}"),
    "level_told": Text(
        "service level in the last hour, {low} to {high} %; dotted: target",
        "近 1 小时服务水平 {low}%–{high}%，虚线为目标",
    ),
    "level_none": Text("no service level in the last hour", "近 1 小时无服务水平数据"),
    "today_told": Text("{sum} calls today; by hour {hours}", "今日来电 {sum} 通；分时 {hours}"),
    "hear": Text("Live", "实时监听"),
    "hear_here": Text("Listen here", "在此收听"),
    "hear_told": Text("you hear it in the browser", "正在浏览器中收听"),
    "hearing": Text("talk, live", "实时通话"),
    "by_phone": Text("By phone", "通过话机"),
    "phone_listen": Text("Listen", "监听"),
    "phone_whisper": Text("Whisper", "耳语"),
    "phone_barge": Text("Join", "强插"),
    "phone_rings": Text("phone {phone} rings: answer it", "话机 {phone} 正在振铃，请接听"),
    "control": Text("Agent", "坐席状态"),
    "reason": Text("Reason of the pause", "小休原因"),
    "close": Text("Close", "关闭"),
    "caller": Text("caller", "来电者"),
    "behind": Text("behind", "延迟"),
    "seconds": Text("{s} s", "{s} 秒"),
    "stop": Text("Stop", "停止"),
    "over": Text("the talk is over", "通话已结束"),
    "broken_off": Text("the sound has broken off", "声音已中断"),
}


async def build(view: View) -> None:
    """Put the place there; ``static/wall.js`` fills it from the live stream."""
    may = {
        "supervise": view.who.may(Permission.SUPERVISE),
        "control": view.who.may(Permission.AGENTS_CONTROL),
        "hear": view.who.may(Permission.LISTEN_LIVE),
    }
    full = bool(view.query.get("full"))
    if not full:
        with element("div", "row-of wall-links"):
            link = element("a", "button", text=view.say(Text("Full screen", "全屏看板")))
            link.props('href="/wall?full=1" data-do="full"')
    formulas = {
        queue: {figure: view.say(text) for figure, text in texts.items()}
        for queue, texts in live.formulas(view.console).items()
    }
    live_page(
        view,
        "wall",
        WORDS,
        {
            "may": may | {"act": any(may.values()) and not full},
            "full": full,
            "formulas": formulas,
            "kinds": {kind: view.say(text) for kind, text in KINDS.items()},
        },
    )


PAGES = [
    Page(
        "/wall",
        Text("Wallboard", "实时看板"),
        build,
        permissions=(Permission.WALLBOARD,),
        icon="monitor",
        key="w",
        wide=True,
    )
]
