"""The states of reviews, disputes, calibration sessions and notes, and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.core.language import Text
from recording.errors import StateError


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine.

    Args:
        name: of what, for messages.
        steps: (state, action) to the state that follows; whatever is not here cannot be done.
        states: names for people.
        actions: names for people.
    """

    name: Text
    steps: Mapping[tuple[str, str], str]
    states: Mapping[str, Text]
    actions: Mapping[str, Text]

    def after(self, state: str, action: str, what: str) -> str:
        """The state after ``action``.

        Args:
            what: number of the thing, for the message.

        Raises:
            StateError: if that cannot be done in this state; says what can.
        """
        found = self.steps.get((state, action))
        if found is not None:
            return found
        now, wish = self.states.get(state, Text(state, state)), self.actions.get(action, Text(action, action))
        possible = [self.actions[step] for step in self.possible(state)]
        if possible:
            cure = Text(
                "what can be done now: " + ", ".join(one.en for one in possible),
                "当前可以：" + "、".join(one.zh for one in possible),
            )
        else:
            cure = Text("nothing can be changed in it any more", "不能再作任何更改")
        raise StateError(
            Text(
                f"{self.name.en} {what} is {now.en}: it is not possible to {wish.en}",
                f"{self.name.zh} {what} 的状态为“{now.zh}”，不能{wish.zh}",
            ),
            cure=cure,
        )

    def possible(self, state: str) -> list[str]:
        """The actions that can be done in this state."""
        return [action for begin, action in self.steps if begin == state]

    def over(self, state: str) -> bool:
        """Whether nothing leads out of this state."""
        return not self.possible(state)


REVIEW = Machine(
    Text("review", "评分"),
    {
        ("draft", "set"): "draft",
        ("draft", "submit"): "submitted",
        ("draft", "discard"): "discarded",
    },
    {
        "draft": Text("a draft", "草稿"),
        "submitted": Text("submitted", "已提交"),
        "discarded": Text("discarded", "已作废"),
    },
    {
        "set": Text("judge an item", "评定项目"),
        "submit": Text("submit it", "提交"),
        "discard": Text("discard it", "作废"),
    },
)

DISPUTE = Machine(
    Text("dispute", "申诉"),
    {
        ("open", "take"): "assigned",
        ("open", "withdraw"): "withdrawn",
        ("assigned", "withdraw"): "withdrawn",
        ("assigned", "release"): "open",
        ("assigned", "agree"): "upheld",
        ("assigned", "differ"): "split",
        ("assigned", "overrule"): "changed",
        ("split", "uphold"): "upheld",
        ("split", "change"): "changed",
    },
    {
        "open": Text("open", "待受理"),
        "assigned": Text("with a second reviewer", "二次评分中"),
        "split": Text("waiting for a decision", "待裁定"),
        "upheld": Text("decided: the value stands", "已裁定：维持"),
        "changed": Text("decided: the value is changed", "已裁定：更改"),
        "withdrawn": Text("withdrawn", "已撤回"),
    },
    {
        "take": Text("give it to a second reviewer", "交由第二评分人"),
        "withdraw": Text("withdraw it", "撤回"),
        "release": Text("give it back", "退回"),
        "agree": Text("record the second review", "记录二次评分"),
        "differ": Text("record the second review", "记录二次评分"),
        "overrule": Text("record the second review", "记录二次评分"),
        "uphold": Text("decide that the value stands", "裁定维持"),
        "change": Text("decide that the value is changed", "裁定更改"),
    },
)

CALIBRATION = Machine(
    Text("calibration session", "校准会"),
    {("open", "score"): "open", ("open", "close"): "closed"},
    {"open": Text("open", "进行中"), "closed": Text("closed", "已结束")},
    {"score": Text("score its calls", "评分"), "close": Text("close it", "结束")},
)

NOTE = Machine(
    Text("note", "记录"),
    {
        ("open", "acknowledge"): "acknowledged",
        ("open", "withdraw"): "withdrawn",
        ("acknowledged", "finish"): "done",
        ("acknowledged", "withdraw"): "withdrawn",
    },
    {
        "open": Text("not yet acknowledged", "待确认"),
        "acknowledged": Text("acknowledged", "已确认"),
        "done": Text("done", "已完成"),
        "withdrawn": Text("withdrawn", "已撤销"),
    },
    {
        "acknowledge": Text("acknowledge it", "确认"),
        "finish": Text("close it as done", "标记完成"),
        "withdraw": Text("withdraw it", "撤销"),
    },
)
