"""Writing an article: each language beside a preview; nobody overwrites what he has not seen."""

from __future__ import annotations

import re
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from ivr.console.knowledge.content import KINDS, LANGUAGES, STATES, Content
from ivr.console.pages.trends.choosing import linked, styles
from ivr.console.parts.form import Field, area_field, choice, text_field
from ivr.console.parts.frame import button, element
from ivr.console.services import knowledge
from ivr.console.view import View, notice
from ivr.core.errors import UsageError
from ivr.core.language import Text

_SPLIT = re.compile(r"[,，、;；\s]+")
_WORDS = re.compile(r"[,，、;；]+")
HELP = Text(
    "A blank line ends a paragraph. # heading, > words to say, - point, 1. step. Everything else is plain text.",
    "空行分段；# 标题，> 要说的话，- 要点，1. 步骤。其余均为纯文本。",
)


async def build(view: View) -> None:
    """An article that is there."""
    slug = view.path["slug"][:64]
    found = await knowledge.article(view.console, view.who, slug)
    _form(view, slug, found.content, found.version)


async def build_new(view: View) -> None:
    """A new one."""
    _form(view, "", None, 0)


def _form(view: View, slug: str, content: Content | None, seen: int) -> None:
    styles()
    fields: dict[str, Field] = {}
    plain: dict[str, Any] = {} if content is None else content.model_dump(mode="json")
    with element("section", "card").props("data-ready"):
        with element("div", "chosen"):
            if not slug:
                hint = Text("small letters, digits, hyphens", "小写字母、数字、连字符")
                fields["slug"] = text_field(
                    view, Text("Name in the address", "地址名称"), name="slug", most=64, hint=hint
                )
            kinds = {name: view.say(title) for name, title in KINDS.items()}
            states = {name: view.say(title) for name, title in STATES.items()}
            fields["kind"] = choice(view, Text("Kind", "类型"), kinds, plain.get("kind", "answer"), name="kind")
            fields["state"] = choice(view, Text("State", "状态"), states, plain.get("state", "draft"), name="state")
            fields["norms"] = text_field(
                view, Text("Norms", "规范"), " ".join(plain.get("norms", ())), name="norms", hint=Text("C1 C7", "C1 C7")
            )
            fields["queues"] = text_field(
                view, Text("Queues (none: all)", "队列（空为全部）"), ", ".join(plain.get("queues", ())), name="queues"
            )
            fields["review_by"] = text_field(
                view, Text("Review by", "复查期限"), plain.get("review_by") or "", kind="date", name="review-by"
            )
        element("p", "faint", text=view.say(HELP))
    for language, title in LANGUAGES.items():
        text = plain.get("texts", {}).get(language, {})
        with element("section", "card"):
            element("h2", text=view.say(title))
            with element("div", "chosen"):
                fields[f"title.{language}"] = text_field(
                    view, Text("Title", "标题"), text.get("title", ""), name=f"title-{language}", width="340px"
                )
                fields[f"keywords.{language}"] = text_field(
                    view, Text("Keywords, with commas", "关键词（逗号分隔）"), ", ".join(text.get("keywords", ())),
                    name=f"keywords-{language}", most=1000, width="420px",
                )  # fmt: skip
            fields[f"body.{language}"] = area_field(
                view, Text("Text", "正文"), text.get("body", ""), name=f"body-{language}", most=20_000, rows=10
            )
    with element("section", "card"), element("div", "chosen"):
        fields["note"] = text_field(view, Text("What was changed", "修改说明"), name="note", width="340px")

        async def save() -> None:
            values = {name: field.value for name, field in fields.items()}
            name = slug or values["slug"].strip()
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
                raise UsageError(
                    Text("the name must be small letters, digits and hyphens", "地址名称只能用小写字母、数字和连字符"),
                    cure=Text("such as refund-time", "例如 refund-time"),
                )
            made = read(values)
            await knowledge.save(view.console, view.who, name, made, seen=seen, note=values["note"])
            notice(Text("Saved.", "已保存。"), good=True)
            ui.navigate.to(f"/knowledge/a/{name}")

        button(view.say(Text("Save", "保存")), view.does(save), main=True).props('data-do="save"')
        linked(view.say(Text("Cancel", "取消")), f"/knowledge/a/{slug}" if slug else "/knowledge", "button")


def read(values: dict[str, str]) -> Content:
    """What stands in the fields.

    Raises:
        UsageError: naming the field that is wrong.
    """
    texts: dict[str, Any] = {}
    for language in LANGUAGES:
        title, body = values[f"title.{language}"].strip(), values[f"body.{language}"].strip()
        if title or body:
            keywords = [one.strip() for one in _WORDS.split(values[f"keywords.{language}"]) if one.strip()]
            texts[language] = {"title": title, "body": body, "keywords": keywords}
    try:
        return Content.model_validate(
            {
                "kind": values["kind"],
                "state": values["state"],
                "norms": [one for one in _SPLIT.split(values["norms"].upper()) if one],
                "queues": [one.strip() for one in _WORDS.split(values["queues"]) if one.strip()],
                "review_by": values["review_by"] or None,
                "texts": texts,
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80]
        raise UsageError(
            Text(f"{where}: {first['msg']}", f"{where}：填写不正确（{first['msg']}）"),
            cure=Text("title and text are needed in one language at least", "至少填写一种语言的标题和正文"),
        ) from error


__all__ = ["build", "build_new", "read"]
