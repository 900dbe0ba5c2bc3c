"""The prompt catalogue: what the line says, per language, and who may interrupt it.

One YAML file a language in ``prompts/catalogue/``. ``prompts`` holds our own ids (played as ``ivr/<id>``),
``asterisk`` the names Asterisk itself asks for (``queue-thereare``, ``digits/7``, ``beep``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

import yaml

from ivr.core.errors import SiteError
from ivr.core.language import Text
from ivr.core.problems import Problem
from ivr.core.yaml_mistakes import likely_cause, translated
from prompts.mistakes import LANGUAGES, mistake

BargeIn = Literal["none", "dtmf"]
Tone = tuple[tuple[float, float], ...]

FOLDER = Path(__file__).resolve().parent / "catalogue"

_OWN_ID = re.compile(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")
_ASTERISK_ID = re.compile(r"\A[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?\Z")
COMPANY = "{company}"
MOST_BYTES = 1_000_000
_PLACES = re.compile(r"\{[^{}]*\}?|\}")
_DEEPEST = 6
_KEYS = frozenset({"text", "spoken", "phonemes", "tone", "language", "barge_in", "about"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing the line says.

    Args:
        id: our own id, or the name Asterisk asks for.
        language: language of the caller who hears it.
        text: what is said; empty for a tone.
        spoken: how the text is read where it leaves that open; the text itself when empty.
        phonemes: what the speech synthesiser is given instead of the text, when not empty.
        tone: (frequency in Hz, seconds) pieces of a tone, frequency 0 for silence.
        spoken_language: language of the text, where it is not the caller's.
        barge_in: whether a key stops it.
        about: when it is played.
        asterisk: whether it is a name Asterisk asks for.
        where: ``file:line``.
    """

    id: str
    language: str
    text: str
    spoken: str = ""
    phonemes: str = ""
    tone: Tone = ()
    spoken_language: str = ""
    barge_in: BargeIn = "dtmf"
    about: str = ""
    asterisk: bool = False
    where: str = ""

    @property
    def words(self) -> str:
        """What is read out."""
        return self.spoken or self.text

    @property
    def says_in(self) -> str:
        """The language of the words."""
        return self.spoken_language or self.language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts of one language, in the order of the file."""

    language: str
    prompts: Mapping[str, Prompt] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self.prompts.values())

    def __len__(self) -> int:
        return len(self.prompts)

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self.prompts

    def __getitem__(self, prompt_id: str) -> Prompt:
        return self.prompts[prompt_id]

    @property
    def own(self) -> tuple[Prompt, ...]:
        """Our own prompts, those a flow may name."""
        return tuple(prompt for prompt in self if not prompt.asterisk)


class _Reader:
    """Turns the YAML nodes of one file into prompts, and collects what is wrong."""

    def __init__(self, path: Path, shown: str = "") -> None:
        self.path = path
        self.shown = shown or path.name
        self.problems: list[Problem] = []
        self.prompts: dict[str, Prompt] = {}

    def at(self, node: yaml.Node) -> str:
        return f"{self.shown}:{node.start_mark.line + 1}"

    def wrong(self, node: yaml.Node, code: str, what: str = "") -> None:
        self.problems.append(mistake(self.at(node), code, what))

    def pairs(self, node: yaml.Node, what: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
        """Keys and values of a mapping; says so when it is none, or when a key comes twice."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, "PR101", what)
            return []
        found: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(key, "PR105")
            elif key.value in found:
                self.wrong(key, "PR102", key.value)
            else:
                found[key.value] = (key, value)
        return list(found.values())

    def read(self, root: yaml.Node) -> str:
        """The file's language; fills ``prompts``."""
        parts = {key.value: (key, value) for key, value in self.pairs(root, self.path.name)}
        language = self.scalar(parts["language"][1]) if "language" in parts else ""
        if language not in LANGUAGES:
            self.wrong(root, "PR103", language)
        for name, (key, value) in parts.items():
            if name in {"prompts", "asterisk"}:
                for prompt_id, body in self.pairs(value, name):
                    self.prompt(prompt_id, body, language, asterisk=name == "asterisk")
            elif name != "language":
                self.wrong(key, "PR104", name)
        return language

    def scalar(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value).strip()
        self.wrong(node, "PR105")
        return ""

    def tone(self, node: yaml.Node) -> Tone:
        """A tone's pieces: a list of [hertz, seconds]."""
        try:
            tone = tuple((float(hertz.value), float(seconds.value)) for hertz, seconds in (n.value for n in node.value))
        except (AttributeError, TypeError, ValueError):
            tone = ()
        if not tone or any(not (0 <= hertz < 4000 and 0 < seconds <= 10) for hertz, seconds in tone):
            self.wrong(node, "PR106")
        return tone

    def prompt(self, key: yaml.ScalarNode, body: yaml.Node, language: str, *, asterisk: bool) -> None:
        name = key.value
        if not (_ASTERISK_ID if asterisk else _OWN_ID).match(name):
            self.wrong(key, "PR107", name)
            return
        if name in self.prompts:
            self.wrong(key, "PR102", name)
            return
        values: dict[str, str] = {}
        tone: Tone = ()
        for part, node in self.pairs(body, name):
            if part.value not in _KEYS:
                self.wrong(part, "PR104", part.value)
            elif part.value == "tone":
                tone = self.tone(node)
            else:
                values[part.value] = self.scalar(node)
        self.check(key, values, tone)
        self.prompts[name] = Prompt(
            id=name,
            language=language,
            text=values.get("text", ""),
            spoken=values.get("spoken", ""),
            phonemes=values.get("phonemes", ""),
            tone=tone,
            spoken_language=values.get("language", ""),
            barge_in=cast(BargeIn, values.get("barge_in", "none" if asterisk else "dtmf")),
            about=values.get("about", ""),
            asterisk=asterisk,
            where=self.at(key),
        )

    def check(self, key: yaml.ScalarNode, values: Mapping[str, str], tone: Tone) -> None:
        if bool(values.get("text")) == bool(tone):
            self.wrong(key, "PR108", key.value)
        if any(not character.isprintable() for value in values.values() for character in value):
            self.wrong(key, "PR109", key.value)
        if values.get("barge_in", "none") not in {"none", "dtmf"}:
            self.wrong(key, "PR110", values["barge_in"])
        if values.get("language", LANGUAGES[0]) not in LANGUAGES:
            self.wrong(key, "PR103", values["language"])
        for place in _PLACES.findall(values.get("text", "") + values.get("spoken", "")):
            if place != COMPANY:
                self.wrong(key, "PR114", place)


def _plain(text: str, shown: str) -> list[Problem]:
    """What YAML can do beyond keys and values, found before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        marked = getattr(event, "anchor", None) or getattr(event, "tag", None)
        if marked or isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            return [mistake(f"{shown}:{line}", "PR115", "")]
    return []


def read_catalogue(path: Path, *, shown: str = "") -> Catalogue:
    """Read one language's file.

    Args:
        shown: what the file is called in problems; its name when empty.

    Raises:
        SiteError: with a Problem per mistake (``file:line``), if the file cannot be used.
    """
    shown = shown or path.name
    reader = _Reader(path, shown)
    language = ""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8")
        reader.problems += [mistake(shown, "PR116", f"{MOST_BYTES} bytes")] * (len(data) > MOST_BYTES)
        reader.problems += _plain(text, shown) if not reader.problems else []
        root = None if reader.problems else yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = Text(f"not UTF-8: 0x{data[error.start]:02X}", f"不是 UTF-8 文本：0x{data[error.start]:02X}")
        reader.problems.append(mistake(f"{shown}:{line}", "PR100", why))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or error).splitlines()[0]
        why, line = translated(said) or Text(said, said), 0
        if mark:
            cause = likely_cause(text, mark.line + 1)
            why, line = cause[:2] if cause is not None else (why, mark.line + 1)
        reader.problems.append(mistake(f"{shown}:{line}" if line else shown, "PR100", why))
    except OSError as error:
        reader.problems.append(mistake(shown, "PR100", error.strerror or str(error)))
    else:
        if root is not None:
            language = reader.read(root)
        elif not reader.problems:
            reader.problems.append(mistake(shown, "PR101", shown))
    if reader.problems:
        raise SiteError(f"prompt catalogue {shown} has mistakes", reader.problems, cure=str(reader.problems[0]))
    return Catalogue(language, reader.prompts)


@lru_cache(maxsize=8)
def load(language: str) -> Catalogue:
    """The catalogue that travels with the code, for ``zh-CN``, ``en-US`` or ``ko-KR``.

    Raises:
        SiteError: if there is none for the language, or it has mistakes.
    """
    if language not in LANGUAGES:
        raise SiteError(f"no prompts in language {language!r}", cure=f"one of {', '.join(LANGUAGES)}")
    return read_catalogue(FOLDER / f"{language}.yaml")


def known_ids() -> dict[str, frozenset[str]]:
    """The ids of our own prompts by language, for the checks of a site."""
    return {language: frozenset(prompt.id for prompt in load(language).own) for language in LANGUAGES}


__all__ = [
    "COMPANY",
    "FOLDER",
    "LANGUAGES",
    "BargeIn",
    "Catalogue",
    "Prompt",
    "Tone",
    "known_ids",
    "load",
    "read_catalogue",
]
