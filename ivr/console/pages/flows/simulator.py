"""The simulator in the page: a call tried by buttons, told as it goes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from ivr.call.fake import HANGUP, TIMEOUT
from ivr.console.parts.form import Field, area_field, choice, text_field, tick
from ivr.console.parts.frame import button, element
from ivr.console.services import flows
from ivr.console.services.flows.models import Overview, QuestionTold, Simulated, Simulation
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.core.language import Text

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")
_PRESSED = (
    f"(event) => {{ if ({json.dumps(KEYS)}.includes(event.key)) "
    "{ event.preventDefault(); event.stopPropagation(); emit(event.key); } }"
)
_TO_THE_QUESTION = "for (const side of document.querySelectorAll('.flow-side')) side.scrollTop = side.scrollHeight"
LANGUAGES = {
    "zh-CN": Text("Chinese", "中文"),
    "en-US": Text("English", "英语"),
    "ko-KR": Text("Korean", "韩语"),
}

Went = Callable[[list[tuple[str, str]]], Awaitable[None]]


class Simulator:
    """One call after another.

    Args:
        view: who tries.
        site: what is called.
        went: told the path, whenever the call has gone on.
    """

    def __init__(self, view: View, site: Overview, went: Went) -> None:
        self.view = view
        self.site = site
        self._went = went
        self._keys: list[str] = []
        self._replies: list[str] = []
        self._answers: list[list[str]] = []  # lists that got an answer, in the order of the answers
        self._switches: dict[str, Field] = {}

    def build(self) -> None:
        """The fields of the call, and room for its story."""
        view = self.view
        with element("section", "card"):
            with element("div", "row-of"):
                numbers = {one: one for one in self.site.numbers}
                self._to = choice(view, Text("Number called", "被叫号码"), numbers, name="to")
                self._caller = text_field(
                    view, Text("Caller", "主叫号码"), "13800000000", name="caller", most=20, width="120px"
                )
                self._at = text_field(
                    view, Text("When (now if empty)", "时间（空为现在）"), kind="datetime-local", name="at"
                )
            with element("div", "row-of"):
                languages = {"": view.say(Text("chosen by key", "按键选择"))}
                languages |= {one: view.say(LANGUAGES[one]) for one in self.site.languages if one in LANGUAGES}
                self._language = choice(view, Text("Language", "语言"), languages, name="language")
                self._accessible = tick(view, Text("accessible profile", "无障碍模式"))
                button(view.say(Text("Call", "呼叫")), view.does(self._begin), main=True).props('data-do="call"')
            self._more()
        self._room = element("section", "card talk").props('aria-live="polite"')
        self._room.set_visibility(False)

    def _more(self) -> None:
        """What seldom matters: hours switched by hand, what stands in for services."""
        view = self.view
        with element("details"):
            element("summary", text=view.say(Text("Hours and services", "营业时间与外部服务")))
            with element("div", "row-of"):
                for name in self.site.hours[:20]:
                    options = {
                        "": view.say(Text("by the schedule", "按时间表")),
                        "open": view.say(Text("open", "营业")),
                        "closed": view.say(Text("closed", "非营业")),
                    }
                    self._switches[name] = choice(view, Text(name, name), options)
            label = Text("What services answer, by step, in JSON", "外部服务的应答（按步骤，JSON）")
            self._lookups = area_field(view, label, name="lookups", rows=2)
            element("p", "faint", text='{"find-order": {"status": 200, "json": {"state": "shipped"}}}')

    async def _begin(self) -> None:
        self._keys, self._replies, self._answers = [], [], []
        await self._go_on()

    async def _answer(self, kind: str, given: str) -> None:
        answers = self._keys if kind == "keys" else self._replies
        answers.append(given)
        self._answers.append(answers)
        try:
            await self._go_on()
        except UsageError:
            answers.pop()
            self._answers.pop()
            raise

    async def _back(self) -> None:
        if self._answers:
            self._answers.pop().pop()
            await self._go_on()

    async def _go_on(self) -> None:
        view = self.view
        found = await flows.simulate(view.console, view.who, self._call())
        while len(self._keys) < len(found.keys):  # pressed for the language: one answer more to take back
            self._keys.append(found.keys[len(self._keys)])
            self._answers.append(self._keys)
        self._tell(found)
        ui.run_javascript(_TO_THE_QUESTION)
        await self._went([(visit.flow, visit.step) for visit in found.path])

    def _call(self) -> Simulation:
        lookups: Any = {}
        try:
            if self._lookups.value.strip():
                lookups = json.loads(self._lookups.value)
            at = datetime.fromisoformat(self._at.value) if self._at.value else None
            return Simulation(
                source=self.site.source,
                to=self._to.value,
                caller=self._caller.value.strip(),
                at=at,
                language=self._language.value or None,
                accessible=bool(self._accessible.value),
                switches={name: one.value for name, one in self._switches.items() if one.value},
                lookups=lookups,
                keys=self._keys,
                replies=self._replies,
            )
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UsageError(
                Text(f"{place}: {first['msg']}", f"{place}：{first['msg']}"),
                cure=Text("mend that field", "请修正该项"),
            ) from error
        except ValueError as error:
            raise UsageError(
                Text(f"not JSON, or no time: {error}", f"JSON 或时间格式错误：{error}"),
                cure=Text('{"STEP": {"status": 200, "json": {}}}', '{"步骤": {"status": 200, "json": {}}}'),
            ) from error

    def _tell(self, found: Simulated) -> None:
        view = self.view
        self._room.set_visibility(True)
        self._room.clear()
        with self._room:
            for visit in found.path:
                with element("h3"):
                    element("time", text=f"{int(visit.at) // 60}:{int(visit.at) % 60:02}")
                    element("span", text=visit.step if visit.flow == found.flow else f"{visit.flow}/{visit.step}")
                for one in visit.happened:
                    element("p", one.what, text=one.text).props(f'data-words data-what="{one.what}"')
            with element("div", "asked"):
                if found.question is None:
                    element("p", text=found.end).props("data-end")
                elif found.question.asks == "keys":
                    self._pad(found.question)
                else:
                    self._outcomes(found.question)
                with element("div", "row-of"):
                    if self._answers:
                        button(view.say(Text("One back", "退回一步")), view.does(self._back)).props('data-do="back"')
                    button(view.say(Text("Anew", "重新开始")), view.does(self._begin))
                self._variables(found)

    def _pad(self, question: QuestionTold) -> None:
        view = self.view
        seconds = f"{question.seconds:g}"
        element(
            "p",
            text=view.say(
                Text(
                    f"{question.step}: the line waits {seconds} s for a key", f"{question.step}：等待按键 {seconds} 秒"
                )
            ),
        ).props("data-asks=keys")
        with element("div", "pad-around"):
            with element("div", "pad").props("role=group") as pad:
                pad.props["aria-label"] = view.say(Text("Keys", "按键"))
                for key in KEYS:
                    button(key, view.does(partial(self._press, key))).props(f'data-key-pad="{key}"')

            async def pressed(event: Any) -> None:
                await self._press(str(event.args)[:1])

            pad.on("keydown", view.does(pressed), js_handler=_PRESSED)
            with element("div", "pad-more"):
                self._early = tick(view, Text("while it plays", "播放中按下"))
                button(view.say(Text("Silence", "不按键")), view.does(lambda: self._answer("keys", TIMEOUT)))
                button(view.say(Text("Hang up", "挂机")), view.does(lambda: self._answer("keys", HANGUP)))
            with element("div", "pad-more"):
                digits = text_field(view, Text("Several keys", "连续按键"), most=40, width="120px", name="digits")
                button(view.say(Text("Type", "输入")), view.does(lambda: self._press(digits.value.strip())))

    async def _press(self, keys: str) -> None:
        if keys:
            await self._answer("keys", f"!{keys}" if self._early.value else keys)

    def _outcomes(self, question: QuestionTold) -> None:
        view = self.view
        element(
            "p", text=view.say(Text(f"{question.step}: what becomes of the caller?", f"{question.step}：结果如何？"))
        ).props("data-asks=reply")
        with element("div", "replies"):
            for word, title in zip(question.words, question.titles, strict=True):
                button(title, view.does(partial(self._answer, "reply", word))).props(f'data-reply="{word}"')

    def _variables(self, found: Simulated) -> None:
        if not found.variables:
            return
        with element("details"):
            element("summary", text=self.view.say(Text("Variables", "变量")))
            with element("dl", "pairs"):
                for name, value in found.variables.items():
                    element("dt", text=name)
                    element("dd", text=value or "–").props("data-words")


__all__ = ["Simulator"]
