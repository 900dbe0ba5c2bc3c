"""What stands around the player of a call: its head, and the tables of sound, files and queues."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from ivr.console.pages.call.beside import Neighbour
from ivr.console.parts.frame import element, icon
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, table
from ivr.console.services.call.models import Answer, CallView, Facts, Track, Visit
from ivr.console.view import View
from ivr.core.language import Text
from ivr.reports.figures import moment, seconds

_TAGS = {"answered": "good", "abandoned": "bad", "failed": "bad", "interrupted": "bad", "unserved": "warn"}
_FACTS = Text("Facts", "概要")


def head(view: View, call: CallView, beside: Sequence[Neighbour]) -> None:
    """One line of facts, and the calls before and after in the list somebody came from."""
    with still("header", "call-head"):
        with element("dl", "call-facts").props(f'aria-label="{view.say(_FACTS)}"'):
            _fact(view, Text("Call", "通话"), f"{call.id}")
            _fact(view, Text("Began", "开始"), view.at(call.started_at))
            _caller(view, call)
            _fact(view, Text("Called", "被叫"), call.number)
            _fact(view, Text("Language", "语言"), call.language)
            queues = ", ".join(dict.fromkeys(visit.queue for visit in call.visits))
            _fact(view, Text("Queue", "队列"), queues)
            _fact(view, Text("Agent", "坐席"), ", ".join(call.agents))
            with element("div"):
                element("dt", text=view.say(Text("Outcome", "结果")))
                with element("dd"):
                    element("span", f"tag {_TAGS.get(call.outcome, '')}", text=call.outcome_name)
            _fact(view, Text("Wait", "等待"), seconds(call.wait_s))
            _fact(view, Text("Talk", "通话"), seconds(call.talk_s))
            _fact(view, Text("Length", "全程"), seconds(call.duration))
            _fact(view, Text("Ended", "挂断"), call.hung_up_name)
            for said in call.said:
                _fact(view, Text("Agent says", "坐席小结"), said)
            if call.route == "emergency":
                with element("div"), element("dd"):
                    element("span", "tag warn", text=view.say(Text("emergency route", "应急路由")))
            for hold in call.held:
                with element("div"):
                    element("dt", text=view.say(Text("Legal hold", "法律保全")))
                    with element("dd"):
                        element("span", "tag warn", text=hold)
        if beside:
            label = view.say(Text("Calls beside this one in the list", "列表中相邻的通话"))
            with element("nav", "call-beside").props(f'aria-label="{label}"'):
                for one in beside:
                    with element("a", "button") as link:
                        link.props["href"] = one.href
                        link.props(f'data-call="{one.where}"')
                        if one.where == "previous":
                            icon("chevron_left")
                        element("span", text=view.say(_BESIDE[one.where]))
                        if one.where == "next":
                            icon("chevron_right")


_BESIDE = {"previous": Text("Previous (k)", "上一通 (k)"), "next": Text("Next (j)", "下一通 (j)")}


def notices(view: View, call: CallView) -> None:
    """What there is to know before one listens or reads."""
    found = [*call.sound.notices]
    if not call.sound.may_listen:
        found.append(view.say(Text("You may not hear recordings.", "您无权收听录音。")))
    if call.sound.may_plain and (call.sound.silenced or call.sound.plain):
        with still("p", "call-notices warn"):
            for one in found:
                element("span", text=one)
            other = {name: value for name, value in view.query.items() if name != "plain"}
            if not call.sound.plain:
                other["plain"] = "1"
            told = Text("Hide dictated numbers", "遮蔽口述号码")
            if not call.sound.plain:
                told = Text("Hear and read them (noted in the audit)", "收听并查看（计入审计）")
            element("a", text=view.say(told)).props["href"] = f"/calls/{call.id}?{urlencode(other)}"
    elif found:
        with still("p", "call-notices warn"):
            for one in found:
                element("span", text=one)


def sound(view: View, call: CallView) -> None:
    """What was measured in the sound (docs/sound-features.md)."""
    if not call.facts:
        element("p", "faint", text=view.say(Text("The sound was not measured.", "未测量声音特征。")))
    for one in call.facts:
        element("h3", text=one.agent or view.say(Text("Talk", "通话")))
        with still("div", "call-sum"):
            for name, value in one.together:
                with element("span"):
                    element("span", "faint", text=f"{name} ")
                    element("b", text=value)
            if not one.together:
                missing = Text("the sound of one party is missing", "缺少一方的录音")
                element("span", "warn", text=view.say(missing))
        _parties(view, one)


def files(view: View, call: CallView) -> None:
    """The ledger of the call, and its words to take along."""
    columns: list[Column[Track]] = [
        Column(Text("Party", "一方"), lambda one: one.name),
        Column(Text("From", "起"), lambda one: moment(one.offset), number=True),
        Column(Text("Length", "时长"), lambda one: seconds(one.duration), number=True),
        Column(Text("State", "状态"), _state, classes=lambda one: "" if one.state == "closed" else "bad"),
        Column(Text("Gaps", "缺口"), lambda one: "; ".join(one.gaps) or "–"),
        Column(Text("Model", "模型"), lambda one: one.model or "–"),
        Column(Text("Sealed", "加密"), lambda one: view.say(_YES if one.sealed else _NO)),
        Column(Text("Note", "备注"), lambda one: one.note or "–"),
        Column(Text("SHA-256", "SHA-256"), lambda one: one.sha256[:12] or "–"),
    ]
    table(
        view,
        columns,
        call.tracks,
        label=Text("Recordings", "录音台账"),
        nothing=Text("This call has no recordings.", "该通话没有录音。"),
    )
    if call.transcript.utterances:
        with element("p"):
            element("span", "faint", text=view.say(Text("Words as a file: ", "文字文件：")))
            for kind in ("vtt", "srt", "txt"):
                link = element("a", "button", text=kind.upper())
                link.props["href"] = f"/api/v1/calls/{call.id}/subtitles?format={kind}"
                link.props["download"] = f"call-{call.id}.{kind}"
                element("span", text=" ")
    element("p", "faint", text=f"linkedid {call.linkedid} · {call.flow} {call.flow_version}")


def queues(view: View, call: CallView) -> None:
    """Stays in queues, who was rung, and what the caller answered afterwards."""
    columns: list[Column[Visit]] = [
        Column(Text("Queue", "队列"), lambda one: one.queue),
        Column(Text("Joined", "进入"), lambda one: moment(one.joined), number=True),
        Column(Text("Position", "位置"), lambda one: str(one.position or "–"), number=True),
        Column(Text("Waited", "等待"), lambda one: seconds(one.wait_s), number=True),
        Column(Text("Outcome", "结果"), lambda one: one.outcome),
        Column(Text("Agent", "坐席"), lambda one: one.agent or "–"),
        Column(Text("Talk", "通话"), lambda one: "–" if one.talk_s is None else seconds(one.talk_s), number=True),
        Column(Text("Rung", "振铃"), lambda one: "; ".join(one.rings) or "–"),
    ]
    none = Text("The caller came to no queue.", "来电者未进入队列。")
    table(view, columns, call.visits, label=Text("Queues", "队列"), nothing=none)
    if call.answers:
        element("h3", text=view.say(Text("Survey", "满意度调查")))
        answered: list[Column[Answer]] = [
            Column(Text("Asked", "时间"), lambda one: moment(one.at), number=True),
            Column(Text("Question", "问题"), lambda one: one.question),
            Column(Text("Answer", "回答"), lambda one: one.answer or view.say(Text("none", "无"))),
            Column(Text("About", "对象"), lambda one: one.agent or "–"),
        ]
        table(view, answered, call.answers, label=Text("Survey", "满意度调查"))


_YES, _NO = Text("yes", "是"), Text("no", "否")


def _state(one: Track) -> str:
    return f"{one.state_name}: {one.cause}" if one.cause else one.state_name


def _parties(view: View, one: Facts) -> None:
    def cell(at: int) -> Column[list[str]]:
        name = one.heads[at - 1] if at else " "
        return Column(Text(name, name), lambda row: row[at] or "–", number=0 < at < len(one.heads))

    table(view, [cell(at) for at in range(len(one.heads) + 1)], one.rows, label=Text("Voices", "双方声音"))


def _fact(view: View, name: Text, value: str) -> None:
    if value:
        with element("div"):
            element("dt", text=view.say(name))
            element("dd", text=value)


def _caller(view: View, call: CallView) -> None:
    with element("div"):
        element("dt", text=view.say(Text("Caller", "来电")))
        element("dd", text=call.caller or "–")
        element("dd", "faint").props('id="caller-region"')


__all__ = ["files", "head", "notices", "queues", "sound"]
