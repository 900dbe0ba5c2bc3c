"""What the rows of the list show."""

from __future__ import annotations

from ivr.console.pages.calls.filters import LANGUAGES, SOUND
from ivr.console.parts.frame import element
from ivr.console.parts.table import Column
from ivr.console.services.calls.listing import CallLine, Choices, Quote
from ivr.console.view import View
from ivr.core.language import Text
from ivr.reports.wording import outcome_of_call

_SIDES = {"agent": Text("agent", "坐席"), "caller": Text("caller", "客户"), "other": Text("other", "其他")}
_TONES = {"answered": "", "abandoned": "warn", "unserved": "bad", "failed": "bad", "interrupted": "bad"}
_LOW = 60.0  # points of 100


def columns(view: View, choices: Choices, *, quoted: bool) -> list[Column[CallLine]]:
    """The columns.

    Args:
        quoted: whether words were searched for: where they were said gets a column.
    """
    wait = Text("seconds in queues until an agent answered or the caller left", "从入队到坐席应答或来电者离开的秒数")
    talk = Text("seconds with agents, holds included", "与坐席通话的秒数，含保持")
    score = Text("points / possible points of the newest judging, the lowest of its scorecards",
                 "最近一次评判的得分 / 总分，多张评分表时取最低")  # fmt: skip
    hits = Text("rules not kept, and rules of which it cannot be told", "未达标的规则数与无法判断的规则数")
    found = [
        Column[CallLine](Text("Time", "时间"), lambda one: view.at(one.started_at, "%m-%d %H:%M:%S")),
        Column[CallLine](Text("Caller", "来电号码"), lambda one: one.caller or "—"),
        Column[CallLine](Text("Queue", "队列"), lambda one: choices.queues.get(one.queue, one.queue)),
        Column[CallLine](Text("Agent", "坐席"), lambda one: choices.agents.get(one.agent, one.agent)),
        Column[CallLine](Text("Language", "语言"), lambda one: _language(view, one.language)),
        Column[CallLine](Text("Outcome", "结果"), lambda one: _outcome(view, one)),
        Column[CallLine](Text("Wait", "等待"), lambda one: clock(one.wait_s), number=True, hint=wait),
        Column[CallLine](Text("Talk", "通话"), lambda one: clock(one.talk_s), number=True, hint=talk),
        Column[CallLine](
            Text("Score", "得分"), lambda one: "" if one.score is None else f"{one.score:.0f}", number=True, hint=score,
            classes=lambda one: "bad" if one.score is not None and one.score < _LOW else "",
        ),
        Column[CallLine](Text("Hits", "命中"), lambda one: _hits(view, one), hint=hits),
        Column[CallLine](Text("Sound", "录音"), lambda one: _sound(view, one)),
    ]  # fmt: skip
    if quoted:
        found.append(
            Column[CallLine](Text("Said", "通话内容"), lambda one: _quotes(view, one), classes=lambda _: "said")
        )
    return found


def clock(seconds: float | None) -> str:
    """Seconds as minutes and seconds; "" for none."""
    if seconds is None or round(seconds) <= 0:
        return ""
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes}:{left:02}"


def _language(view: View, language: str) -> str:
    return view.say(LANGUAGES.get(language, Text(language, language)))


def _outcome(view: View, line: CallLine) -> str | None:
    text = view.say(outcome_of_call(line.outcome))
    tone = _TONES.get(line.outcome, "")
    if not tone:
        return text
    element("span", f"tag {tone}", text=text)
    return None


def _hits(view: View, line: CallLine) -> str | None:
    if not line.judged:
        return "—"
    if line.failed:
        made = element("span", "tag bad", text=f"✕ {line.failed}")
        made.props["title"] = view.say(Text(f"{line.failed} rules not kept", f"{line.failed} 条规则未达标"))
    if line.unsure:
        made = element("span", "tag warn", text=f"? {line.unsure}")
        made.props["title"] = view.say(Text(f"{line.unsure} cannot be told", f"{line.unsure} 条无法判断"))
    return None if line.failed or line.unsure else "✓"


def _sound(view: View, line: CallLine) -> str:
    return "" if line.recording == "none" else view.say(SOUND[line.recording])


def _quotes(view: View, line: CallLine) -> str | None:
    for quote in line.quotes:
        _quote(view, quote)
    return None


def _quote(view: View, quote: Quote) -> None:
    """Texts beside texts: what was said is never read as HTML."""
    with element("div", "quote").props("data-words"):
        element("span", f"side-{quote.side}", text=view.say(_SIDES[quote.side]))
        for part in quote.parts:
            element("mark" if part.found else "span", text=part.text)


__all__ = ["clock", "columns"]
