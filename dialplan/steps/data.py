"""Steps over a call's variables: look up, set, branch, say, and flows inside flows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialplan.base import Language, Model, Name, PromptId, Variable
from dialplan.steps.base import Case, Expression, StepBase, Template

JsonPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,3}\])*$")
]
"""Where in an answer's JSON: ``order.lines[0].name``."""

Url = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\x00-\x20\x7f#]*)?$")]
"""Address of a service; ``{name}`` for variables after the host only."""

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")]


class Lookup(StepBase):
    """Ask a service over HTTP, e.g. for the state of an order, and keep what it answers."""

    step: Literal["lookup"]
    url: Url = Field(description="address; {name} for a variable, {env.NAME} for a secret of the environment")
    method: Literal["GET", "POST"] = Field(default="GET", description="how it is asked")
    query: dict[str, Template] = Field(default_factory=dict, description="query of the address, as templates")
    headers: dict[HeaderName, Template] = Field(
        default_factory=dict, description="headers, as templates; secrets as {env.NAME}"
    )
    body: dict[str, Template] = Field(default_factory=dict, description="JSON body of a POST, as templates")
    save: dict[Variable, JsonPath] = Field(
        default_factory=dict, description="variable to the place in the answer's JSON, e.g. order.lines[0].name"
    )
    timeout: float = Field(default=3.0, ge=0.2, le=10, description="seconds for one try")
    retries: int = Field(default=0, ge=0, le=2, description="further tries after no answer or one of 5xx")
    prompts: list[PromptId] = Field(
        default_factory=lambda: ["lookup-wait"], description="spoken while the service is asked"
    )
    not_found: Name | None = Field(default=None, description="step when it answers 404; that of failure else")
    failure: Name = Field(description="step when there is no answer in time, or none that can be used")


class SetVariables(StepBase):
    """Set variables of the call."""

    step: Literal["set"]
    values: dict[Variable, Template] = Field(default_factory=dict, description="variable to text, as a template")
    compute: dict[Variable, Expression] = Field(
        default_factory=dict, description="variable to an expression over the variables"
    )
    accessible: bool | None = Field(
        default=None, description="whether the caller is served by the accessible profile from here on"
    )


class Branch(Model):
    """Go one of several ways, by conditions over the call's variables or by its language."""

    step: Literal["branch"]
    cases: list[Case] = Field(default_factory=list, description="conditions; the first that holds leads on")
    languages: dict[Language, Name] = Field(default_factory=dict, description="language of the call to step")
    next: Name = Field(description="step for all others")


class Spoken(Model):
    """One thing that is said: exactly one of its settings."""

    prompt: PromptId | None = Field(default=None, description="a prompt")
    digits: Template | None = Field(default=None, description="digit by digit, e.g. an order's number")
    number: Template | None = Field(default=None, description="as a number, up to 999999999999, e.g. 1250 or 0.5")
    money: Template | None = Field(default=None, description="as an amount of money, e.g. 12.50")
    date: Template | None = Field(default=None, description="as a date, YYYY-MM-DD or MM-DD")
    time: Template | None = Field(default=None, description="as a time of day, HH:MM")
    currency: Literal["CNY", "USD", "KRW"] = Field(default="CNY", description="currency of money; KRW has no fractions")
    weekday: bool = Field(default=False, description="whether the day of the week is said with a date")


class Say(StepBase):
    """Say numbers, digits, amounts, dates and times in the caller's language."""

    step: Literal["say"]
    say: list[Spoken] = Field(description="what is said, in order", min_length=1)
    barge_in: bool = Field(default=True, description="whether a key stops it")
    failure: Name | None = Field(
        default=None, description="step when a value is none of its kind; that of next else; nothing is said then"
    )


class Subflow(StepBase):
    """Run another flow and come back; its variables are the call's."""

    step: Literal["subflow"]
    flow: Name = Field(description="name of the flow")


__all__ = ["Branch", "HeaderName", "JsonPath", "Lookup", "Say", "SetVariables", "Spoken", "Subflow", "Url"]
