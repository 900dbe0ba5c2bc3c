"""The states of work orders and complaints, and the steps between them."""

from __future__ import annotations

from ivr.core.language import Text
from recording.review.states import Machine

ORDER = Machine(
    Text("work order", "工单"),
    {
        ("open", "begin"): "doing",
        ("open", "hand_on"): "open",
        ("open", "postpone"): "open",
        ("open", "note"): "open",
        ("open", "finish"): "done",
        ("open", "cancel"): "cancelled",
        ("doing", "hand_on"): "open",
        ("doing", "postpone"): "doing",
        ("doing", "note"): "doing",
        ("doing", "finish"): "done",
        ("doing", "cancel"): "cancelled",
        ("done", "reopen"): "open",
    },
    {
        "open": Text("open", "待处理"),
        "doing": Text("being done", "处理中"),
        "done": Text("done", "已完成"),
        "cancelled": Text("cancelled", "已取消"),
    },
    {
        "open": Text("open it", "建立"),
        "begin": Text("begin", "开始处理"),
        "hand_on": Text("hand on", "转交"),
        "postpone": Text("postpone", "延期"),
        "note": Text("add a note", "补充说明"),
        "finish": Text("finish", "完成"),
        "cancel": Text("cancel", "取消"),
        "reopen": Text("reopen", "重新打开"),
    },
)

COMPLAINT = Machine(
    Text("complaint", "投诉"),
    {
        ("registered", "investigate"): "investigating",
        ("registered", "account"): "registered",
        ("registered", "withdraw"): "withdrawn",
        ("investigating", "investigate"): "investigating",
        ("investigating", "account"): "investigating",
        ("investigating", "answer"): "answered",
        ("investigating", "withdraw"): "withdrawn",
        ("answered", "content"): "content",
        ("answered", "not_content"): "investigating",
        ("answered", "close"): "closed",
        ("answered", "feed_back"): "answered",
        ("content", "feed_back"): "content",
        ("closed", "feed_back"): "closed",
    },
    {
        "registered": Text("registered", "已登记"),
        "investigating": Text("being investigated", "调查中"),
        "answered": Text("answered, to be followed up", "已答复，待回访"),
        "content": Text("caller content", "来电者满意"),
        "closed": Text("closed", "已结案"),
        "withdrawn": Text("withdrawn", "已撤销"),
    },
    {
        "register": Text("register", "登记"),
        "investigate": Text("investigate", "调查"),
        "account": Text("give an account", "书面说明"),
        "answer": Text("answer in writing", "书面答复"),
        "content": Text("follow up: content", "回访：满意"),
        "not_content": Text("follow up: not content", "回访：不满意"),
        "close": Text("close", "结案"),
        "withdraw": Text("withdraw", "撤销"),
        "feed_back": Text("feed back", "反馈改进"),
    },
)

ORDER_OPEN = ("open", "doing")
"""States of a work order that is to be done."""
CAUSES = {
    "script": Text("script not kept", "未按规范用语"),
    "attitude": Text("attitude", "服务态度"),
    "knowledge": Text("wrong or missing knowledge", "业务知识"),
    "process": Text("process", "流程制度"),
    "waiting": Text("waiting", "等待过久"),
    "technical": Text("technical", "技术故障"),
    "product": Text("product or service itself", "产品或服务本身"),
    "other": Text("other", "其他"),
    "unfounded": Text("unfounded", "不成立"),
}
"""Classes of causes of complaints."""

__all__ = ["CAUSES", "COMPLAINT", "ORDER", "ORDER_OPEN"]
