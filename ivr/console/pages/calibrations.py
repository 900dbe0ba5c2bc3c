"""Calibration: the sessions, and one of them with its calls and, when it is closed, how far people agreed."""

from __future__ import annotations

from nicegui import ui

from ivr.console.errors import Forbidden
from ivr.console.page import Page
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.parts.work import Asked, Section, ask, due, heading, link, number_of, percent, styles, when
from ivr.console.security.permissions import Permission
from ivr.console.services import calibrations
from ivr.console.services.calibrations import (
    CalibrationCallView,
    CalibrationView,
    ItemAgreementView,
    ResultsView,
    SpreadView,
)
from ivr.console.services.casework import due_of
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.review.states import REVIEW

TITLE = Text("Calibration", "评分校准")
FLEISS = Text(
    "Fleiss' kappa: agreement of all reviewers beyond chance; 1 is full, 0 what guessing gives",
    "Fleiss Kappa：剔除偶然后的一致程度，1 为完全一致，0 相当于猜测",
)
PAIRS = Text("Cohen's kappa, mean over all pairs of reviewers", "各评分人两两 Cohen Kappa 的均值")
OBSERVED = Text("share of pairs of reviewers that say the same", "评分人两两结果相同的比例")


async def build(view: View) -> None:
    """The list."""
    styles()
    found = await calibrations.list_calibrations(view.console, view.who)
    if view.who.may(Permission.REVIEW):
        with element("div", "row-of"):
            button(view.say(Text("New session", "发起校准")), view.does(lambda: _new(view)), main=True).props(
                'data-do="new-calibration"'
            )
    columns = [
        Column[CalibrationView](Text("No.", "编号"), lambda one: str(one.id), number=True),
        Column[CalibrationView](Text("Title", "标题"), lambda one: one.title),
        Column[CalibrationView](Text("State", "状态"), lambda one: one.state_name),
        Column[CalibrationView](Text("Calls", "通话数"), lambda one: str(len(one.calls)), number=True),
        Column[CalibrationView](Text("Reviewers", "评分人"), lambda one: ", ".join(one.reviewers)),
        Column[CalibrationView](Text("Due", "期限"), lambda one: view.at(one.due_at, "%Y-%m-%d %H:%M"), classes=when),
        Column[CalibrationView](
            Text("Opened", "发起"), lambda one: view.at(one.opened_at, "%Y-%m-%d %H:%M"), classes=when
        ),
    ]
    table(
        view,
        columns,
        found,
        label=TITLE,
        href=lambda one: f"/calibration/{one.id}",
        nothing=Text("No calibration sessions.", "没有校准会。"),
    )


async def build_one(view: View) -> None:
    """One session."""
    styles()
    number = number_of(view, "calibration")

    async def draw() -> None:
        found = await calibrations.show(view.console, view.who, number)
        with element("div", "card").props("data-ready"):
            with element("div", "todo-head"):
                element("h2", text=f"{found.id} · {found.title}").props("data-words")
                element("span", "tag", text=found.state_name).props('data-part="state"')
                if found.closed_at is None:
                    due(view, found.due_at)
            element("p", "faint", text=f"{found.opened_by} · {', '.join(found.reviewers)}")
            if "close" in found.actions:
                with element("div", "acts"):
                    section.act(
                        Text("Close it and show the results", "结束并显示结果"),
                        lambda: calibrations.close(view.console, view.who, number),
                        main=True,
                        do="calibration-close",
                    )
        _calls(view, found, section)
        if found.state == "closed":
            _results(view, await calibrations.results(view.console, view.who, number))
        else:
            element(
                "p", "faint", text=view.say(Text("Nobody sees others' values before the end.", "结束前互不可见评分。"))
            )

    section = Section(view, draw, name="calibration")
    await section.show()


def _calls(view: View, found: CalibrationView, section: Section) -> None:
    heading(view, Text("Calls", "通话"), len(found.calls))

    def mine(one: CalibrationCallView) -> str | None:
        if one.mine == "submitted" or "score" not in found.actions:
            return view.say(REVIEW.states[one.mine]) if one.mine else "–"

        async def begin() -> None:
            await calibrations.start(view.console, view.who, found.id, one.call, one.agent)
            ui.navigate.to(f"/calls/{one.call}")

        section.act(Text("Score it", "评分"), begin, do=f"score-{one.call}")
        return None

    def call(one: CalibrationCallView) -> None:
        link(str(one.call), f"/calls/{one.call}")

    table(
        view,
        [
            Column[CalibrationCallView](Text("Call", "通话"), call),
            Column[CalibrationCallView](Text("Agent", "坐席"), lambda one: one.agent),
            Column[CalibrationCallView](Text("My review", "我的评分"), mine),
        ],
        found.calls,
        label=Text("Calls", "通话"),
    )


def _results(view: View, found: ResultsView) -> None:
    heading(view, Text("Agreement by item", "各项目一致性"))

    def share(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.0f} %"

    def kappa(value: float | None) -> str:
        return "–" if value is None else f"{value:.2f}"

    table(
        view,
        [
            Column[ItemAgreementView](Text("Item", "项目"), lambda one: one.title),
            Column[ItemAgreementView](Text("Calls", "通话数"), lambda one: str(one.calls), number=True),
            Column[ItemAgreementView](Text("Reviewers", "评分人数"), lambda one: str(one.reviewers), number=True),
            Column[ItemAgreementView](Text("Differ on", "不一致"), lambda one: str(one.split), number=True),
            Column[ItemAgreementView](
                Text("Agree", "一致率"), lambda one: share(one.observed), number=True, hint=OBSERVED
            ),
            Column[ItemAgreementView](
                Text("Fleiss' kappa", "Fleiss Kappa"), lambda one: kappa(one.fleiss), number=True, hint=FLEISS
            ),
            Column[ItemAgreementView](
                Text("Pairwise kappa", "两两 Kappa"), lambda one: kappa(one.pairwise), number=True, hint=PAIRS
            ),
        ],
        found.items,
        label=Text("Agreement by item", "各项目一致性"),
        nothing=Text("Nobody scored anything.", "没有评分。"),
    )
    heading(view, Text("Scores by call", "各通话得分"))
    table(
        view,
        [
            Column[SpreadView](Text("Call", "通话"), lambda one: str(one.call)),
            Column[SpreadView](Text("Agent", "坐席"), lambda one: one.agent),
            Column[SpreadView](
                Text("Scores", "得分"),
                lambda one: ", ".join(f"{name} {percent(value)}" for name, value in one.percents.items()) or "–",
            ),
            Column[SpreadView](Text("Spread", "差距"), lambda one: percent(one.spread), number=True),
        ],
        found.calls,
        label=Text("Scores by call", "各通话得分"),
    )
    for one in found.missing:
        element(
            "p",
            "faint",
            text=view.say(
                Text(
                    f"{one.reviewer} did not score call {one.call} ({one.agent})",
                    f"{one.reviewer} 未评通话 {one.call}（{one.agent}）",
                )
            ),
        )


async def _new(view: View) -> None:
    if not view.who.may(Permission.REVIEW):
        raise Forbidden
    given = await ask(
        view,
        Text("New session", "发起校准"),
        Text("Begin", "发起"),
        Asked("title", Text("Title", "标题"), "text"),
        Asked("calls", Text("Calls, numbers with commas", "通话编号，用逗号分隔"), "text"),
        Asked("reviewers", Text("Reviewers, logins with commas", "评分人账号，用逗号分隔"), "text", view.who.login),
        Asked("due", Text("Due on", "期限"), "date", needed=False),
    )
    if given is None:
        return
    made = await calibrations.open_session(
        view.console,
        view.who,
        given["title"],
        [_call_of(one) for one in _split(given["calls"])],
        _split(given["reviewers"]),
        due_at=due_of(given["due"], view.console.zone) if given["due"] else None,
    )
    ui.navigate.to(f"/calibration/{made.id}")


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()]


def _call_of(text: str) -> tuple[int, str]:
    number, _, agent = text.partition(":")
    if not (number.isascii() and number.isdecimal() and 0 < int(number) < 2**31):
        raise UsageError(
            Text(f"not the number of a call: {text!r:.40}", f"不是通话编号：{text!r:.40}"),
            cure=Text("write 17, or 17:agent where a call has several agents", "请写 17；有多位坐席时写 17:坐席"),
        )
    return int(number), agent


PAGES = [
    Page("/calibration", TITLE, build, (Permission.REVIEW, Permission.DECIDE), icon="balance", key="b"),
    Page("/calibration/{calibration:int}", TITLE, build_one, (Permission.REVIEW, Permission.DECIDE)),
]

__all__ = ["PAGES"]
