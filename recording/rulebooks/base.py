"""What every part of a rulebook is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ivr.core.language import Text

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
Norm = Annotated[str, StringConstraints(pattern=r"^[A-F][0-9]{1,2}$")]
Language = Literal["zh-CN", "en-US", "ko-KR"]


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


class Judged(Model):
    """What all items of a scorecard have, whoever or whatever judges them."""

    id: Slug = Field(description="name, unique among the rulebook's rules, behaviour and manual items")
    norm: Norm = Field(description="id in the service norms, e.g. C1")
    title: Title = Field(description="what people read")
    section: Slug = Field(default="general", description="section of the scorecard it belongs to")
    weight: float = Field(default=10, ge=0, le=1000, description="points on the scorecard")
    fail_all: bool = Field(default=False, description="breaking it sets the whole scorecard to zero")
