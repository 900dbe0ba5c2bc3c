"""The scorecard in the panel of a call: machine and people side by side, item by item, scored where it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ivr.console.parts.frame import button, element
from ivr.console.parts.still import still
from ivr.console.parts.work import REASON, Asked, Section, ask, link, percent, words
from ivr.console.security.permissions import Permission
from ivr.console.services import disputes, reviews
from ivr.console.services.cards import CardView, Item
from ivr.console.view import View, notice
from ivr.core.errors import IvrError
from ivr.core.language import Text
from recording.scorecards import REVIEWED, Outcome
from recording.scorecards.outcome import name_of

_GLYPHS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_APPLICABLE: "–", Outcome.UNDECIDED: "?"}
_TAKE_BACK = Text("–", "–")
BLIND = Text(
    "You score this call blind: the machine's values and other people's are hidden until yours are in.",
    "您正在盲评：提交之前不显示机器与他人的结果。",
)


class Draft:
    """What is still to be judged, told while it changes: a card is not drawn again under who fills it by keyboard."""

    def __init__(self, view: View, card: CardView) -> None:
        self._view = view
        self.card = card
        self._count: TextElement | None = None

    def show(self) -> None:
        """Put the number into the page."""
        self._count = TextElement(tag="span", text=self._said()).classes("faint")
        self._count.props('data-part="to-judge" role="status"')
        self._count.set_visibility(bool(self.card.open))

    def now(self, card: CardView) -> None:
        """The card as it stands after something was judged."""
        self.card = card
        if self._count is not None:
            self._count.set_text(self._said())
            self._count.set_visibility(bool(card.open))

    def _said(self) -> str:
        count = len(self.card.open)
        return self._view.say(Text(f"{count} to judge", f"待评 {count} 项"))


def head(view: View, draft: Draft, section: Section) -> None:
    """The sums, who scored, and what can be done with the card as a whole."""
    card = draft.card
    with element("div", "todo-head"):
        if card.blind:
            element("p", "warn", text=view.say(BLIND)).props('data-part="blind"')
        else:
            final, machine = card.final, card.automatic
            value = percent(None if final is None else final.percent)
            element("span", "score-big", text=value).props(
                f'data-part="score" aria-label="{view.say(Text("score", "得分"))} {value}"'
            )
            said = percent(None if machine is None else machine.percent)
            element("span", "faint", text=view.say(Text(f"machine {said}", f"机器 {said}")))
            if final is not None and final.failed_all:
                element("span", "tag bad", text=view.say(Text("fail-all", "一票否决")))
            if final is not None and final.undecided:
                count = final.undecided
                element("span", "tag warn", text=view.say(Text(f"{count} undecided", f"{count} 项未决")))
        element("span", "tag", text=card.agent)
        if card.review is not None:
            who = card.review.reviewer
            element("span", "faint", text=view.say(Text(f"scored by {who}", f"评分人 {who}")))
    with element("div", "acts"):
        if card.may_review:
            section.act(
                Text("Score this call", "人工评分"),
                lambda: reviews.start(view.console, view.who, card.call, card.agent),
                main=True,
                do="review-start",
            )
        if card.draft is not None:
            _draft_acts(view, draft, card.draft.id, section)
    if card.review is not None and card.review.comment:
        words(card.review.comment)


def _draft_acts(view: View, draft: Draft, number: int, section: Section) -> None:
    draft.show()

    async def submit() -> object:
        card = draft.card
        fields = [Asked("comment", Text("Comment", "评语"), needed=False)]
        if not card.blind:
            rest = Text("I have checked the machine's other verdicts too", "其余机器判定已核对无误")
            fields.append(Asked("rest", rest, "tick", needed=False))
        if card.open and card.draft is not None and card.draft.source != "dispute":
            fields.append(
                Asked("leave", Text("Leave open what is not judged", "未评项目留作未决"), "tick", needed=False)
            )
        title = Text("Submit the review", "提交评分")
        given = await ask(view, title, Text("Submit", "提交"), *fields)
        if given is None:
            return False
        done = await reviews.submit(
            view.console,
            view.who,
            number,
            comment=given["comment"],
            leave_open=bool(given.get("leave")),
            confirm_rest=bool(given.get("rest")),
        )
        if card.blind:
            ui.navigate.reload()  # the rest of the page may show now what it had to hide
        return done

    async def discard() -> object:
        title = Text("Discard the draft", "作废草稿")
        given = await ask(view, title, Text("Discard", "作废"), Asked("reason", REASON, needed=False))
        return False if given is None else await reviews.discard(view.console, view.who, number, given["reason"])

    section.act(Text("Submit", "提交"), submit, main=True, do="review-submit")
    if draft.card.draft is not None and draft.card.draft.source != "dispute":
        section.act(Text("Discard", "作废"), discard, do="review-discard")


def items(view: View, draft: Draft, section: Section) -> None:
    """The items by section; those that did not apply are folded up, unless somebody scores."""
    card = draft.card
    aside = [one for one in card.items if card.draft is None and one.final is Outcome.NOT_APPLICABLE]
    _table(view, draft, [one for one in card.items if one not in aside], section)
    if aside:
        count = len(aside)
        with element("details"):
            element("summary", text=view.say(Text(f"{count} items did not apply", f"{count} 项不适用")))
            _table(view, draft, aside, section)


def _table(view: View, draft: Draft, chosen: Sequence[Item], section: Section) -> None:
    card = draft.card
    heads = [Text("Item", "项目"), Text("Weight", "分值"), *_layers(card)]
    made = element("table", "card-items") if card.draft is not None else still("table", "card-items")
    with made:
        made.props["aria-label"] = view.say(Text("Scorecard", "评分表"))
        with element("thead"), element("tr"):
            for at, title in enumerate(heads):
                element("th", "mark" if at else "", text=view.say(title)).props('scope="col"')
        with element("tbody"):
            named = ""
            for one in chosen:
                if one.section != named:
                    named = one.section
                    with element("tr", "section"):
                        element("td", text=one.section_title).props(f'colspan="{len(heads)}" data-words')
                _item(view, draft, one, section)


def _layers(card: CardView) -> list[Text]:
    machine, people, counts = Text("machine", "机器"), Text("people", "人工"), Text("counts", "最终")
    if card.blind:
        return [people]
    return [machine, people] if card.draft is not None else [machine, people, counts]


def _item(view: View, draft: Draft, one: Item, section: Section) -> None:
    card = draft.card
    with element("tr").props(f'data-item="{_attribute(one.item)}"'):
        with element("td"):
            with element("div"):
                element("span", text=f"{one.norm} {one.title}".strip()).props("data-words")
                if one.fail_all:
                    element("span", "tag bad", text=view.say(Text("fail-all", "一票否决")))
            _under(view, card, one, section)
        element("td", "mark faint", text=f"{one.weight:g}")
        if not card.blind:
            _mark(view, one.automatic)
        if card.draft is None:
            _mark(view, one.reviewed)
        else:
            with element("td", "mark"):
                _select(view, draft, one, section)
        if card.draft is None:
            _mark(view, one.decided or one.final)


def _under(view: View, card: CardView, one: Item, section: Section) -> None:
    missed = Outcome.FAIL in {one.final, one.automatic} and one.norm and view.who.may(Permission.KNOWLEDGE)
    if not (one.at is not None or missed or one.reason or one.comment or one.dispute or one.may_dispute):
        return
    with element("div", "under"):
        if one.at is not None:
            _play(view, one.at)
        if missed:
            link(view.say(Text("how to say it", "规范用语")), f"/knowledge?norm={quote(one.norm)}")
        if one.reason:
            element("span", "faint", text=f"“{one.reason}”").props("data-words")
        if one.comment:
            element("span", "faint", text=one.comment).props("data-words")
        if one.dispute is not None:
            element("span", "tag warn", text=view.say(Text(f"dispute {one.dispute}", f"申诉 {one.dispute}")))
        if one.may_dispute:
            _objecting(view, card, one, section)


def _play(view: View, at: float) -> None:
    minutes, seconds = divmod(int(at), 60)
    hint = view.say(Text("Hear the evidence", "播放证据处"))
    made = element("button", "plain", text=f"▶ {minutes}:{seconds:02d}").props('type="button" data-do="seek"')
    made.props["title"] = hint
    made.props["aria-label"] = f"{hint} {minutes}:{seconds:02d}"
    made.props["data-seek"] = f"{at:.3f}"


def _objecting(view: View, card: CardView, one: Item, section: Section) -> None:
    async def object_to() -> object:
        given = await ask(view, _OBJECT, _OBJECT, Asked("reason", Text("Why it is wrong", "申诉理由")))
        if given is None:
            return False
        return await disputes.raise_dispute(view.console, view.who, card.call, one.item, given["reason"])

    button(view.say(_OBJECT), section.after(object_to)).props('data-do="dispute"')


_OBJECT = Text("Object", "申诉")


def _mark(view: View, outcome: Outcome | None) -> None:
    if outcome is None:
        element("td", "mark")
        return
    made = element("td", f"mark {outcome.value}", text=_GLYPHS[outcome])
    name = view.say(name_of(outcome))
    made.props["title"] = name
    made.props["aria-label"] = name


def _select(view: View, draft: Draft, one: Item, section: Section) -> None:
    chosen = "" if one.reviewed is None else one.reviewed.value
    options = [("", view.say(_TAKE_BACK)), *((value.value, view.say(name_of(value))) for value in REVIEWED)]
    made = ui.element("select").props('data-do="judge"')
    made.props["aria-label"] = f"{view.say(Text('Judge', '评定'))}: {one.title}"
    with made:
        for value, title in options:
            option = element("option", text=title)
            option.props["value"] = value
            if value == chosen:
                option.props["selected"] = True
    made.on("change", _judging(view, draft, one, section), js_handler="(event) => emit(event.target.value)")


def _judging(view: View, draft: Draft, one: Item, section: Section) -> Callable[[Any], Awaitable[None]]:
    blind, sure = draft.card.blind, one.automatic in REVIEWED

    async def judge(event: Any) -> None:
        if draft.card.draft is None:
            return
        value = Outcome(str(event.args)) if event.args in {one.value for one in REVIEWED} else None
        number, reason = draft.card.draft.id, ""
        if not blind and value is not None and sure and value is not one.automatic:
            given = await ask(view, _AGAINST, Text("Save", "保存"), Asked("reason", REASON, value=one.reason))
            if given is None:
                await _again(section)
                return
            reason = given["reason"]
        try:
            draft.now(await reviews.judge(view.console, view.who, number, one.item, value, reason=reason))
        except IvrError as error:
            notice(error)
            await _again(section)
            return
        if reason or one.reason:
            await _again(section)

    handler: Callable[[Any], Awaitable[None]] = view.does(judge)
    return handler


async def _again(section: Section) -> None:
    with section.around:  # what was chosen in is gone after the drawing
        await section.show()


_AGAINST = Text("You contradict the machine: why?", "与机器判定不一致，请说明理由")


def _attribute(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in text)


__all__ = ["Draft", "head", "items"]
