"""What permissions are called, for people who choose among them."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.console.security.permissions import Permission
from ivr.core.language import Text

_P = Permission
PERMISSION_NAMES: Mapping[Permission, Text] = {
    _P.WALLBOARD: Text("see queues and agents live", "查看实时看板"),
    _P.SUPERVISE: Text("listen in, whisper, barge by phone", "电话监听、密语、强插"),
    _P.LISTEN_LIVE: Text("hear talks while they go on", "网页实时监听"),
    _P.AGENT_STATE: Text("own state and pauses", "本人状态与小休"),
    _P.AGENTS_CONTROL: Text("state of other agents", "控制其他坐席状态"),
    _P.CALLS_OWN: Text("own calls", "本人通话"),
    _P.CALLS_ALL: Text("all calls", "全部通话"),
    _P.NUMBERS: Text("callers' numbers in plain", "查看完整号码"),
    _P.LISTEN: Text("hear recordings", "收听录音"),
    _P.EXPORT: Text("export calls", "导出通话"),
    _P.REVIEW: Text("score calls", "评分"),
    _P.DISPUTE: Text("dispute own scores", "对本人评分申诉"),
    _P.DECIDE: Text("decide disputes", "裁决申诉"),
    _P.COACH: Text("coach", "辅导"),
    _P.WORK: Text("work orders and complaints", "工单与投诉"),
    _P.TRENDS: Text("see trends", "查看趋势"),
    _P.RULES: Text("see rules", "查看规则"),
    _P.RULES_TRY: Text("try rules", "试用规则"),
    _P.FLOWS: Text("see call flows", "查看话务流程"),
    _P.FLOWS_CHANGE: Text("put call flows in force", "启用话务流程"),
    _P.HOURS: Text("see business hours", "查看营业时间"),
    _P.HOURS_SWITCH: Text("switch business hours", "切换营业时间"),
    _P.KNOWLEDGE: Text("read the knowledge base", "阅读知识库"),
    _P.KNOWLEDGE_WRITE: Text("write the knowledge base", "编写知识库"),
    _P.AUDIT: Text("see the audit", "查看审计"),
    _P.USERS: Text("see users", "查看用户"),
    _P.HEALTH: Text("see health", "查看运行状况"),
}

STATE_NAMES: Mapping[str, Text] = {
    "active": Text("active", "正常"),
    "invited": Text("no password yet", "未设密码"),
    "locked": Text("locked", "已锁定"),
    "disabled": Text("disabled", "已停用"),
}

__all__ = ["PERMISSION_NAMES", "STATE_NAMES"]
