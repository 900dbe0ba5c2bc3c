"""Articles as YAML: laid in from a file, taken out into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.console.knowledge import keeping
from ivr.console.knowledge.content import Content, Slug
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.knowledge import articles as rows
from ivr.storage.models import Article
from ivr.storage.work import Session

STARTER = Path(__file__).parent / "starter.yaml"
MOST_BYTES = 8 << 20


class Articles(BaseModel):
    """What a file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    articles: dict[Slug, Content] = Field(max_length=rows.MOST)


class LaidIn(BaseModel):
    """What became of the articles of a file."""

    added: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    left: list[str] = Field(default=[], description="there already, and not replaced")


def read_articles(path: Path) -> Mapping[str, Content]:
    """The articles in a file.

    Raises:
        UsageError: naming what is wrong in it.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _problem(path, Text("too large", "文件过大"))
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)  # noqa: S506 - a SafeLoader
        return Articles.model_validate(data).articles
    except OSError as error:
        reason = str(error.strerror)
        raise _problem(path, Text(reason, reason)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]
        raise _problem(path, Text(f"{where}: {first['msg']}", f"{where}：{first['msg']}")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = " ".join(str(error).split())[:160]
        raise _problem(path, Text(f"no YAML ({what})", f"不是有效的 YAML（{what}）")) from error


async def lay_in(
    session: Session, articles: Mapping[str, Content], *, by: str, at: datetime, replace: bool = False
) -> LaidIn:
    """Lay articles in.

    Args:
        by: who.
        replace: whether those that are there already get the file's text as their next version.
    """
    found = LaidIn()
    for slug, content in articles.items():
        there = await rows.find(session, slug)
        if there is not None and not replace:
            (found.same if keeping.content_of(there) == content else found.left).append(slug)
            continue
        seen = 0 if there is None else there.version
        _, changed = await keeping.save(session, slug, content, by=by, at=at, seen=seen, note="import")
        (found.added if there is None else found.changed if changed else found.same).append(slug)
    return found


def written(articles: Iterable[Article]) -> str:
    """Articles as the content of a file that :func:`read_articles` reads."""
    plain = {one.slug: keeping.content_of(one).model_dump(mode="json", exclude_defaults=True) for one in articles}
    return yaml.dump({"articles": plain}, Dumper=_Written, allow_unicode=True, sort_keys=False, width=120)


class _Plain(yaml.SafeLoader):
    """YAML without aliases, which can make a small file large."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


class _Written(yaml.SafeDumper):
    """Long texts as blocks, one line a line."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write any."""
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Written.add_representer(str, _block)


def _problem(path: Path, what: Text) -> UsageError:
    return UsageError(
        Text(f"{path.name}: {what.en}", f"{path.name}：{what.zh}"),
        cure=Text("see what ivr knowledge export writes", "格式请参考 ivr knowledge export 的输出"),
    )


__all__ = ["STARTER", "Articles", "LaidIn", "lay_in", "read_articles", "written"]
