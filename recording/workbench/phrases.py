"""The phrases a set of clips is searched for, as a rulebook."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.matching import LANGUAGES
from recording.rulebooks.load import pack
from recording.rulebooks.model import Rulebook

MOST_PHRASES = 200
MOST_BYTES = 4 << 20
MOST_VARIANTS = 50
LONGEST = 120


@dataclass(frozen=True, slots=True)
class PhraseList:
    """What to listen for.

    Args:
        language: zh-CN, en-US or ko-KR.
        texts: id -> ways of saying it.
    """

    language: str
    texts: Mapping[str, tuple[str, ...]]

    def within(self, inner: str, outer: str) -> bool:
        """Whether a wording of phrase ``inner`` is part of every wording of ``outer``: both are said at once."""
        return inner != outer and all(
            any(squeezed(short) in squeezed(long) for short in self.texts[inner]) for long in self.texts[outer]
        )


def read_phrases(path: Path, language: str = "") -> PhraseList:
    """The phrases in a JSON or YAML file: id -> text, or a list of texts.

    Args:
        path: the file.
        language: of the phrases; guessed from their script when empty.

    Raises:
        UsageError: if the file cannot be read as such, or the language is not known.
    """
    name = path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _problem(f"{name}: too large", f"{name}：文件过大")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise _problem(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = " ".join(str(error).split())[:160]
        raise _problem(
            f"{name}: neither JSON nor YAML ({first})", f"{name}：不是有效的 JSON 或 YAML（{first}）"
        ) from error
    if not isinstance(data, dict) or not 1 <= len(data) <= MOST_PHRASES:
        raise _problem(f"{name}: not 1 to {MOST_PHRASES} phrases", f"{name}：应有 1 至 {MOST_PHRASES} 条话术")
    texts = {_id(name, key): _variants(name, key, value) for key, value in data.items()}
    if language and language not in LANGUAGES:
        raise UsageError(
            Text(f"no language {language!r:.40}", f"没有语言 {language!r:.40}"),
            cure=Text(f"one of {', '.join(LANGUAGES)}", f"可选 {'、'.join(LANGUAGES)}"),
        )
    return PhraseList(language or guess_language(text for ways in texts.values() for text in ways), texts)


def guess_language(texts: Any) -> str:
    """The language whose script most letters are of; English when there are none."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for character in "".join(texts):
        name = unicodedata.name(character, "")
        if name.startswith("HANGUL"):
            counts["ko-KR"] += 1
        elif name.startswith("CJK UNIFIED"):
            counts["zh-CN"] += 1
        elif name.startswith("LATIN"):
            counts["en-US"] += 0.25  # type: ignore[assignment]  # a letter, not a syllable
    return max(counts, key=lambda one: (counts[one], one == "en-US"))


def workbench_rulebook(phrases: PhraseList, base: Rulebook | None = None) -> tuple[Rulebook, dict[str, str]]:
    """One rule a phrase, anywhere in the clip.

    Args:
        phrases: what to listen for.
        base: whose decoys, and near misses of the same phrases, are used; the language's own pack when None.

    Returns:
        (rulebook, rules): ``rules`` maps the ids of its rules to those of the phrases.

    Raises:
        UsageError: if ``base`` is for another language.
    """
    source = base or pack(phrases.language)
    if source.language != phrases.language:
        raise UsageError(
            Text(f"rulebook {source.name} is for {source.language}, the phrases are {phrases.language}",
                 f"话术规则 {source.name} 属于 {source.language}，而话术为 {phrases.language}"),
            cure=Text("give --language, or another rulebook", "请指定 --language 或更换话术规则"),
        )  # fmt: skip
    rules: dict[str, str] = {}
    data: list[dict[str, Any]] = []
    for number, (key, texts) in enumerate(phrases.texts.items()):
        rule = f"phrase-{number}"
        rules[rule] = key
        data.append(
            {
                "id": rule,
                "norm": "C1",
                "title": {"en": key, "zh": key},
                "kind": "must",
                "phrases": list(texts),
                "must_match": [texts[0]],
                "must_not_match": ["-"],
            }
        )
    book = Rulebook.model_validate(
        {
            "name": "workbench",
            "version": source.version,
            "language": phrases.language,
            "title": {"en": "workbench", "zh": "测试台"},
            "decoys": list(source.decoys),
            "rules": data,
        }
    )
    return book.model_copy(update={"digest": source.digest}), rules


def squeezed(text: str) -> str:
    """The letters and digits of a text, in one case."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


class _Plain(yaml.SafeLoader):
    """YAML without aliases, which can make a small file large, and without anything but strings."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


_Plain.yaml_implicit_resolvers = {}


def _id(name: str, key: Any) -> str:
    if not isinstance(key, str) or not 1 <= len(key) <= 80 or not key.isprintable():
        raise _problem(f"{name}: {key!r:.60} is no id", f"{name}：{key!r:.60} 不能作为编号")
    return key


def _variants(name: str, key: str, value: Any) -> tuple[str, ...]:
    ways = [value] if isinstance(value, str) else value
    if (
        not isinstance(ways, list)
        or not 1 <= len(ways) <= MOST_VARIANTS
        or not all(isinstance(way, str) and squeezed(way) and len(way.strip()) <= LONGEST for way in ways)
    ):
        raise _problem(
            f"{name}: {key!r:.60} is neither a text of at most {LONGEST} characters nor a list of such",
            f"{name}：{key!r:.60} 应为不超过 {LONGEST} 字的文本或其列表",
        )
    return tuple(unicodedata.normalize("NFC", " ".join(way.split())) for way in ways)


def _problem(en: str, zh: str) -> UsageError:
    return UsageError(
        Text(en, zh), cure=Text("write {id: text} as JSON or YAML", "请用 JSON 或 YAML 写成 {编号: 文本}")
    )
