"""A rulebook as data. Each field's description is its line in the manual."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from ivr.core.language import Text
from recording.rulebooks.base import Judged, Language, Line, Model, Norm, Phrase, Slug, Title
from recording.rulebooks.behaviour import Behaviour, Measure
from recording.rulebooks.conditions import Condition, Cue, Moment, When, Window
from recording.rulebooks.references import wrong_references


class Kind(StrEnum):
    """Whether something must be said or must never be said."""

    MUST = "must"
    MUST_NOT = "must_not"


class Part(Model):
    """One thing to be said, in any of several ways."""

    name: Slug = Field(description="name within the rule")
    title: Title | None = Field(default=None, description="what people read; the name when not given")
    variants: list[Phrase] = Field(
        min_length=1,
        max_length=200,
        description="any of these; names in braces, as {company}, stand for the site's own or a short stretch of words",
    )

    @property
    def shown(self) -> Text:
        """What people read."""
        return self.title.text if self.title else Text(self.name, self.name)


class Rule(Judged):
    """One norm as something that can be heard."""

    kind: Kind = Field(description="must or must_not")
    by: Literal["agent", "caller", "either"] = Field(default="agent", description="whose words count")
    when: Condition = Field(default_factory=When, description="only calls of this kind; all calls when not given")
    unless: Condition | None = Field(default=None, description="never calls of this kind")
    window: Window = Field(default_factory=Window, description="when in the call")
    phrases: list[Phrase] = Field(default_factory=list, max_length=200, description="a rule of one part: any of these")
    parts: list[Part] = Field(default_factory=list, max_length=20, description="several things to be said")
    at_least: int | None = Field(default=None, ge=1, description="how many of the parts; all when not given")
    ordered: bool = Field(default=False, description="whether the parts must come in their order")
    near_misses: list[Phrase] = Field(
        default_factory=list,
        max_length=200,
        description="harmless phrases that sound alike: a better match of one excuses",
    )
    must_match: list[Line] = Field(min_length=1, description="lines this rule must find")
    must_not_match: list[Line] = Field(min_length=1, description="lines this rule must not find")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.phrases) == bool(self.parts):
            raise ValueError("give either phrases or parts")
        if self.at_least is not None and self.at_least > len(self.parts):
            raise ValueError(f"at_least is {self.at_least}, but there are {len(self.parts)} parts")
        names = [part.name for part in self.parts]
        if len(set(names)) != len(names):
            raise ValueError("two parts have the same name")
        if self.ordered and not self.parts:
            raise ValueError("ordered needs parts")
        if self.kind is Kind.MUST_NOT and self.parts:
            raise ValueError("a must_not rule has phrases, each of them forbidden")
        return self

    @property
    def all_parts(self) -> list[Part]:
        """The parts, a single one for a rule of phrases."""
        return self.parts or [Part(name="phrase", variants=self.phrases)]

    @property
    def needed(self) -> int:
        """How many parts must be found."""
        return self.at_least or len(self.all_parts)


class Section(Model):
    """A section of the scorecard."""

    name: Slug = Field(description="name, unique within the rulebook")
    title: Title = Field(description="what people read")


class ManualItem(Judged):
    """A norm that neither text nor sound can honestly show: a person judges it."""

    reason: Title = Field(description="why a machine cannot judge it")
    guide: Title | None = Field(default=None, description="what the reviewer should look at")


class AgentNames(Model):
    """How one agent may name himself."""

    names: tuple[str, ...] = ()
    number: str = ""


class Names(Model):
    """What the program knows of the site: real values of the placeholders, and where holidays are looked up."""

    company: tuple[str, ...] = ()
    country: str = ""
    zone: str = ""
    agents: dict[str, AgentNames] = Field(default_factory=dict)


class Rulebook(Model):
    """All rules of one language and line of business."""

    name: Slug = Field(description="name, unique among rulebooks; versions of one rulebook have the same")
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,24}$", description="version its authors give it, in quotes")
    effective_from: date | None = Field(
        default=None, description="first day it judges calls of, YYYY-MM-DD; from ever when not given"
    )
    extends: str = Field(
        default="",
        pattern=r"^([A-Za-z][A-Za-z0-9-]{0,39})?$",
        description="a rulebook this one adds to: what has the same id replaces, anything else is added",
    )
    drop: list[Slug] = Field(default_factory=list, description="ids of the extended rulebook that are left out")
    language: Language = Field(description="language it is for: zh-CN, en-US, ko-KR")
    title: Title = Field(description="what people read")
    decoys: list[Phrase] = Field(
        default_factory=list, max_length=400, description="common words the recogniser may hear instead of a phrase"
    )
    cues: list[Cue] = Field(default_factory=list, max_length=100, description="what is listened for, but not judged")
    rules: list[Rule] = Field(default_factory=list, max_length=200, description="what must or must not be said")
    behaviour: list[Behaviour] = Field(default_factory=list, max_length=50, description="what is measured")
    sections: list[Section] = Field(default_factory=list, description="sections of the scorecard, in their order")
    manual: list[ManualItem] = Field(default_factory=list, max_length=200, description="items a person judges")
    digest: str = Field(default="", exclude=True, description="set when loaded: hash of the file")
    names: Names = Field(default_factory=Names, exclude=True, description="set when loaded: the site's own names")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [*(item.id for item in self.items), *(cue.id for cue in self.cues)]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two rules are called {next(name for name in ids if ids.count(name) > 1)}")
        if self.drop and not self.extends:
            raise ValueError("drop belongs to extends")
        if self.extends:
            return self  # checked again with what it extends
        if not self.rules:
            raise ValueError("there are no rules")
        for wrong in wrong_references(self):
            raise ValueError(wrong)
        return self

    @property
    def items(self) -> list[Judged]:
        """Everything a scorecard has: rules, behaviour, manual items."""
        return [*self.rules, *self.behaviour, *self.manual]

    @property
    def full_version(self) -> str:
        """The authors' version and the hash of the file, as verdicts keep it."""
        return f"{self.version}+{self.digest}" if self.digest else self.version

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id.

        Raises:
            KeyError: if there is none.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)


__all__ = [
    "AgentNames", "Behaviour", "Cue", "Judged", "Kind", "Language", "Line", "ManualItem", "Measure", "Model", "Moment",
    "Names", "Norm", "Part", "Phrase", "Rule", "Rulebook", "Section", "Slug", "Title", "When", "Window",
]  # fmt: skip
