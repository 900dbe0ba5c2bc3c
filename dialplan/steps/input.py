"""Steps in which the caller presses keys."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dialplan.base import Digit, Language, Model, Name, PromptId, Variable
from dialplan.steps.base import Input, Ladder, StepBase, Wordings


class Menu(Ladder):
    """Offer choices and wait for one key: match, invalid, timeout, failure."""

    step: Literal["menu"]
    prompts: list[PromptId] = Field(description="the choices, spoken", min_length=1)
    again: list[PromptId] = Field(
        default_factory=list, description="the choices, spoken another way from the second time on; as the first else"
    )
    choices: dict[Digit, Name] = Field(description="key to step", min_length=1)


class Collect(Ladder, StepBase):
    """Collect digits into a variable."""

    step: Literal["collect"]
    prompts: list[PromptId] = Field(description="what to enter, spoken", min_length=1)
    again: list[PromptId] = Field(
        default_factory=list, description="the same, spoken another way from the second time on; as the first else"
    )
    invalid: Wordings = Field(
        default=["collect-again"], description="prompt after a wrong entry; several for one time after another"
    )
    silent: Wordings = Field(
        default=["collect-silent"], description="prompt after silence; several for one time after another"
    )
    variable: Variable = Field(description="variable that holds the digits")
    min: int = Field(default=1, ge=1, le=32, description="fewest digits")
    max: int = Field(default=16, ge=1, le=32, description="most digits")
    terminator: Literal["#", "*", ""] = Field(
        default="#",
        description='key that ends the entry early, "" for none; the other one of # and *, or else *, starts it over',
    )
    confirm: bool = Field(
        default=False,
        description="whether the digits, unless secret, are read back and confirmed by key 1; key 2 starts over",
    )
    secret: bool = Field(
        default=False,
        description="digits leave no trace in journal or log, and recording pauses while they are entered",
    )


class LanguageChoice(Input):
    """Ask for the language once and keep it to the end of the call (A3)."""

    step: Literal["language"]
    choices: dict[Digit, Language] = Field(description="key to language", min_length=1)
    tries: int = Field(default=2, ge=1, le=5, description="how often it is asked; then the site's first language")
    next: Name = Field(description="step that follows")


class Question(Model):
    """One question of a survey."""

    name: Name = Field(description="name under which the answers are counted")
    prompts: list[PromptId] = Field(description="the question, spoken", min_length=1)
    keys: list[Digit] = Field(description="keys that answer it", min_length=1)


class Survey(Input, StepBase):
    """Ask how the service was, after the agent has hung up (A8)."""

    step: Literal["survey"]
    questions: list[Question] = Field(
        default_factory=lambda: [
            Question(name="satisfaction", prompts=["survey-satisfaction"], keys=["1", "2", "3", "4", "5"])
        ],
        description="what is asked, in this order; satisfaction from 1 to 5 when nothing else is said",
        min_length=1,
        max_length=3,
    )
    tries: int = Field(default=2, ge=1, le=5, description="how often each is asked; then it stays unanswered")
    thanks: list[PromptId] = Field(default_factory=lambda: ["survey-thanks"], description="spoken after the answers")


__all__ = ["Collect", "LanguageChoice", "Menu", "Question", "Survey"]
