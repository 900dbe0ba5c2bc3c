"""An article as people write it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ivr.core.language import Text

Kind = Literal["script", "answer", "guide"]
State = Literal["draft", "published", "retired"]
Language = Literal["zh-CN", "en-US", "ko-KR"]

KINDS: dict[str, Text] = {
    "script": Text("script", "话术"),
    "answer": Text("standard answer", "标准答复"),
    "guide": Text("guide", "操作指引"),
}
STATES: dict[str, Text] = {
    "draft": Text("draft", "草稿"),
    "published": Text("published", "已发布"),
    "retired": Text("retired", "已停用"),
}
LANGUAGES: dict[str, Text] = {
    "zh-CN": Text("Chinese", "中文"),
    "en-US": Text("English", "英语"),
    "ko-KR": Text("Korean", "韩语"),
}


def _plain(text: str) -> str:
    """Without characters that are no text: they would confuse whoever reads, copies or exports it."""
    if any(character < " " and character not in "\n\t" for character in text) or "\x7f" in text:
        raise ValueError("control characters")
    return text.replace("\t", " ")


def _plain_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("one line only")
    return _plain(text)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain_line)
]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_plain_line)
]
Norm = Annotated[str, StringConstraints(pattern=r"^[A-F][0-9]{1,2}$")]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_plain)]


class Version(BaseModel):
    """An article in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    keywords: tuple[Word, ...] = Field(default=(), max_length=30, description="what people would search for")
    body: Body = Field(description="plain text: blank lines part paragraphs; lines may begin with #, >, - or 1.")


class Content(BaseModel):
    """What an article says and where it belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "answer"
    state: State = "draft"
    norms: tuple[Norm, ...] = Field(default=(), max_length=20, description="ids in the service norms, e.g. C1")
    queues: tuple[Word, ...] = Field(default=(), max_length=50, description="names of queues; empty: all")
    review_by: date | None = Field(default=None, description="to be looked at again by then")
    texts: dict[Language, Version] = Field(min_length=1, description="by language")


__all__ = ["KINDS", "LANGUAGES", "STATES", "Content", "Kind", "Language", "Slug", "State", "Version"]
