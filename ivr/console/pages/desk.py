"""An agent's own desk: his state, who rings him, what his last talk came to, his figures of today."""

from __future__ import annotations

from ivr.console.page import Page
from ivr.console.parts.frame import empty
from ivr.console.parts.live_page import live_page
from ivr.console.security.permissions import Permission
from ivr.console.services import agents
from ivr.console.view import View
from ivr.core.language import Text
from ivr.reports.wording import OUTCOMES

WORDS = {
    "mine": Text("My state", "我的状态"),
    "unknown": Text("not known", "未知"),
    "queues": Text("Queues", "队列"),
    "queue": Text("Queue", "队列"),
    "in_queue": Text("{queue}: {waiting} waiting", "{queue}：{waiting} 人等待"),
    "take_break": Text("Pause for", "小休"),
    "caller": Text("Caller", "来电"),
    "nobody": Text("Nobody rings.", "暂无来电。"),
    "no_pops": Text("No engine answers: who rings is not known.", "引擎无应答，无法显示来电。"),
    "looked_up": Text("looking him up …", "正在查询来电者…"),
    "rings": Text("rings", "正在振铃"),
    "talks": Text("talking", "通话中"),
    "number": Text("Number", "号码"),
    "region": Text("Region", "归属地"),
    "language": Text("Language", "语言"),
    "waited": Text("Waited", "已等待"),
    "again": Text("Calls", "来电次数"),
    "again_told": Text("call {calls} in {days} days", "{days} 天内第 {calls} 次"),
    "before": Text("Earlier", "历史来电"),
    "last": Text("Last talk", "上一通电话"),
    "no_talk": Text("No talk yet.", "暂无通话。"),
    "outcome": Text("It came to", "通话结果"),
    "outcome_kept": Text("outcome kept", "已记录结果"),
    "today": Text("Today", "今日数据"),
    "figures": Text("My figures of today", "我的今日数据"),
    "talk_count": Text("talks", "通话数"),
    "talk_s": Text("talk time", "通话时长"),
    "paused_s": Text("paused", "小休时长"),
    "logged_in_s": Text("logged in", "签入时长"),
    "seconds": Text("{s} s", "{s} 秒"),
    "log_in_hint": Text("to all of my queues", "签入全部队列"),
    "zh-CN": Text("Mandarin", "普通话"),
    "en-US": Text("English", "英语"),
    "ko-KR": Text("Korean", "韩语"),
}


async def build(view: View) -> None:
    """Put the place there; ``static/desk.js`` fills it from the live streams."""
    agent = view.who.agent
    if not agent or agent not in view.console.site().agents:
        empty(
            view,
            Text("Your account is no agent of the site.", "您的账号未关联坐席。"),
            Text("An admin names your agent in Users.", "请管理员在“用户”中关联您的坐席。"),
        )
        return
    choices = await agents.choices(view.console, view.who, agent)
    live_page(
        view,
        "desk",
        WORDS,
        {
            "agent": agent,
            "queues": {one.name: one.title for one in choices.queues},
            "outcomes": {one.name: one.title for one in choices.outcomes},
            "results": {name: view.say(text) for name, text in OUTCOMES.items()},
        },
    )


PAGES = [
    Page(
        "/desk",
        Text("My desk", "我的工作台"),
        build,
        permissions=(Permission.AGENT_STATE,),
        icon="headset_mic",
        key="d",
    )
]
