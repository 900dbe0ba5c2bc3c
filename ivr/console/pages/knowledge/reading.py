"""One article, in the language of who reads it where there is such a text."""

from __future__ import annotations

from nicegui import ui

from ivr.console.errors import NotFound
from ivr.console.knowledge import markup
from ivr.console.knowledge.content import LANGUAGES, Version
from ivr.console.pages.trends.choosing import linked, styles
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.security.permissions import Permission
from ivr.console.services import knowledge
from ivr.console.services.knowledge import Past, Told
from ivr.console.view import View, notice
from ivr.core.language import Text

_OWN = {"zh": "zh-CN", "en": "en-US"}


async def build(view: View) -> None:
    """Its text as elements, where it belongs, and its history for who may write."""
    styles()
    slug = view.path["slug"][:64]
    number = view.query.get("version", "")
    found = await knowledge.article(view.console, view.who, slug)
    content = found.content
    if number:
        content = await knowledge.version(view.console, view.who, slug, _number(number))
    elif not view.query.get("language"):
        await knowledge.opened(view.console, view.who, slug)
    wanted = view.query.get("language") or _OWN[view.language]
    language = wanted if wanted in content.texts else next(iter(content.texts))
    text = content.texts[language]
    with element("nav", "tabs") as made:
        made.props["aria-label"] = view.say(Text("Languages", "语言"))
        for name in LANGUAGES:
            if name in content.texts:
                title = view.say(LANGUAGES[name])
                linked(title, f"/knowledge/a/{slug}?language={name}", here=name == language)
    with element("div", "split"):
        with element("article", "card").props("data-ready data-words") as made:
            made.props["lang"] = language
            element("h2", text=text.title)
            if number:
                shown = Text(f"Version {number}, not the newest", f"第 {number} 版（非最新）")
                element("p", "warn", text=view.say(shown))
            article_text(text)
        _beside(view, found, text)
    if found.history:
        _history(view, found)


def article_text(text: Version) -> None:
    """A text's parts as elements; whatever stands in it is text."""
    with element("div", "article"):
        for block in markup.blocks(text.body):
            if block.kind == "heading":
                element("h3", text=block.lines[0])
            elif block.kind == "say":
                with element("blockquote"):
                    element("p", text="\n".join(block.lines))
            elif block.kind in {"points", "steps"}:
                with element("ol" if block.kind == "steps" else "ul"):
                    for line in block.lines:
                        element("li", text=line)
            else:
                element("p", text="\n".join(block.lines))


def _beside(view: View, found: Told, text: Version) -> None:
    content = found.content
    with element("aside", "card"):
        facts = [
            (Text("Kind", "类型"), found.kind_name),
            (Text("State", "状态"), found.state_name),
            (Text("Queues", "队列"), ", ".join(content.queues) or view.say(Text("all", "全部"))),
            (Text("Keywords", "关键词"), ", ".join(text.keywords)),
            (Text("Review by", "复查期限"), content.review_by.isoformat() if content.review_by else "–"),
            (Text("Version", "版本"), str(found.version)),
            (Text("Changed", "更新"), f"{view.at(found.updated_at, '%Y-%m-%d %H:%M')} · {found.author}"),
            (Text("Opened in 30 days", "30 天内打开"), str(found.opened)),
        ]
        with element("dl", "pairs-of"):
            for name, value in facts:
                element("dt", text=view.say(name))
                element("dd", text=value or "–")
            if content.norms:
                element("dt", text=view.say(Text("Norms", "规范")))
                with element("dd"):
                    for norm in content.norms:
                        linked(norm, f"/knowledge?norm={norm}")
                        element("span", text=" ")
        if found.overdue:
            late = Text("This article was to be looked at again by now.", "该文章已到复查期限。")
            element("p", "bad", text=view.say(late))
        if view.who.may(Permission.KNOWLEDGE_WRITE):
            with element("p", "row-of below"):
                linked(view.say(Text("Change", "修改")), f"/knowledge/a/{found.slug}/edit", "button")
                if content.state != "retired":
                    _state_button(view, found, "retired", Text("Retire", "停用"))
                if content.state != "published":
                    _state_button(view, found, "published", Text("Publish", "发布"))


def _state_button(view: View, found: Told, state: str, title: Text) -> None:
    async def change() -> None:
        content = found.content.model_copy(update={"state": state})
        await knowledge.save(view.console, view.who, found.slug, content, seen=found.version, note=state)
        notice(Text("Saved.", "已保存。"), good=True)
        ui.navigate.to(f"/knowledge/a/{found.slug}")

    button(view.say(title), view.does(change)).props(f'data-do="{state}"')


def _history(view: View, found: Told) -> None:
    element("h2", "below", text=view.say(Text("History", "历史版本")))
    columns: list[Column[Past]] = [
        Column(Text("Version", "版本"), lambda one: str(one.number), number=True),
        Column(Text("When", "时间"), lambda one: view.at(one.at, "%Y-%m-%d %H:%M")),
        Column(Text("Who", "操作人"), lambda one: one.by),
        Column(Text("What", "说明"), lambda one: one.note),
    ]
    table(
        view,
        columns,
        found.history,
        label=Text("History", "历史版本"),
        href=lambda one: f"/knowledge/a/{found.slug}?version={one.number}",
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise NotFound
    return int(text)


__all__ = ["article_text", "build"]
