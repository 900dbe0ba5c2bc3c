"""A rulebook as data. Each field's description is its line in the manual."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ivr.core.language import Text

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
Language = Literal["zh-CN", "en-US", "ko-KR"]


class Kind(StrEnum):
    """Whether something must be said or must never be said."""

    MUST = "must"
    MUST_NOT = "must_not"


class Moment(StrEnum):
    """The part of the call a rule looks at."""

    OPENING = "opening"
    CLOSING = "closing"
    BEFORE_HOLD = "before_hold"
    AFTER_HOLD = "after_hold"
    ANYWHERE = "anywhere"


class When(StrEnum):
    """The calls a rule applies to."""

    ALWAYS = "always"
    HELD = "held"


class Model(BaseModel):
    """Base of every part of a rulebook: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Model):
    """A name in both languages of the console."""

    en: Line = Field(description="in English")
    zh: Line = Field(description="in Chinese")

    @property
    def text(self) -> Text:
        """As the rest of the project shows texts."""
        return Text(en=self.en, zh=self.zh)


class Window(Model):
    """When in the call it counts."""

    moment: Moment = Field(default=Moment.ANYWHERE, description="opening, closing, before_hold, after_hold, anywhere")
    seconds: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="length: opening from the speaker's first word, closing back from the last",
    )


class Part(Model):
    """One thing to be said, in any of several ways."""

    name: Slug = Field(description="name within the rule")
    title: Title | None = Field(default=None, description="what people read; the name when not given")
    variants: list[Phrase] = Field(
        min_length=1, description="any of these; {company}, {agent} stand for a short stretch of words"
    )

    @property
    def shown(self) -> Text:
        """What people read."""
        return self.title.text if self.title else Text(self.name, self.name)


class Rule(Model):
    """One norm as something that can be heard."""

    id: Slug = Field(description="name within the rulebook")
    norm: str = Field(pattern=r"^[A-F][0-9]{1,2}$", description="id in the service norms, e.g. C1")
    title: Title = Field(description="what people read")
    kind: Kind = Field(description="must or must_not")
    by: Literal["agent", "caller"] = Field(default="agent", description="whose words count")
    when: When = Field(default=When.ALWAYS, description="always, or held: only for calls that were on hold")
    window: Window = Field(default_factory=Window, description="when in the call")
    section: Slug = Field(default="general", description="section of the scorecard it belongs to")
    weight: float = Field(default=10, ge=0, le=1000, description="points on the scorecard")
    fail_all: bool = Field(default=False, description="breaking it sets the whole scorecard to zero")
    phrases: list[Phrase] = Field(default_factory=list, description="a rule of one part: any of these")
    parts: list[Part] = Field(default_factory=list, description="several things to be said")
    at_least: int | None = Field(default=None, ge=1, description="how many of the parts; all when not given")
    near_misses: list[Phrase] = Field(
        default_factory=list, description="harmless phrases that sound alike: a better match of one excuses"
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
        if (self.when is When.HELD) != (self.window.moment in {Moment.BEFORE_HOLD, Moment.AFTER_HOLD}):
            raise ValueError("when: held and a window before_hold or after_hold go together")
        if self.kind is Kind.MUST_NOT and (self.parts or self.window.moment is not Moment.ANYWHERE):
            raise ValueError("a must_not rule has phrases, and counts anywhere")
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


class ManualItem(Model):
    """A norm that neither text nor sound can honestly show: a person judges it."""

    id: Slug = Field(description="name within the rulebook, unique among rules and manual items")
    norm: str = Field(pattern=r"^[A-F][0-9]{1,2}$", description="id in the service norms, e.g. C3")
    title: Title = Field(description="what people read")
    reason: Title = Field(description="why a machine cannot judge it")
    guide: Title | None = Field(default=None, description="what the reviewer should look at")
    section: Slug = Field(default="general", description="section of the scorecard it belongs to")
    weight: float = Field(default=10, ge=0, le=1000, description="points on the scorecard")
    fail_all: bool = Field(default=False, description="breaking it sets the whole scorecard to zero")


class Rulebook(Model):
    """All rules of one language and line of business."""

    name: Slug = Field(description="name, unique among rulebooks")
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,24}$", description="version its authors give it, in quotes")
    language: Language = Field(description="language it is for: zh-CN, en-US, ko-KR")
    title: Title = Field(description="what people read")
    decoys: list[Phrase] = Field(
        default_factory=list, max_length=400, description="common words the recogniser may hear instead of a phrase"
    )
    rules: list[Rule] = Field(min_length=1, max_length=200, description="the rules")
    sections: list[Section] = Field(default_factory=list, description="sections of the scorecard, in their order")
    manual: list[ManualItem] = Field(default_factory=list, max_length=200, description="items a person judges")
    digest: str = Field(default="", exclude=True, description="set when loaded: hash of the file")

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) != len(ids):
            raise ValueError(f"two rules are called {next(name for name in ids if ids.count(name) > 1)}")
        return self

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
