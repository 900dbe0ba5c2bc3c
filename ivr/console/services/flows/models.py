"""What is told of flows. Words are in the language of who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialplan.differing import Change
from dialplan.model import Language
from ivr.call.simulation.plan import LookupReplies
from ivr.core.problems import Problem


class Told(BaseModel):
    """Frozen."""

    model_config = ConfigDict(frozen=True)


class ProblemTold(Told):
    """Something that is wrong: where, what, how to mend it."""

    where: str = Field(description="file:line:column")
    code: str
    severity: Literal["error", "warning"]
    text: str
    cure: str

    @classmethod
    def of(cls, problem: Problem) -> ProblemTold:
        """The problem."""
        return cls(
            where=problem.where,
            code=problem.code,
            severity=problem.severity.value,
            text=str(problem.text),
            cure=str(problem.cure),
        )


class FlowTold(Told):
    """One flow."""

    name: str
    numbers: list[str] = Field(description="service numbers that lead to it")
    steps: int
    problems: int


class Overview(Told):
    """The flows of a site."""

    source: str = Field(description="in-force, folder, or a version")
    version: str
    site: str
    zone: str
    languages: list[str]
    numbers: list[str]
    hours: list[str]
    folder_differs: bool = Field(description="whether the folder holds something else than what is in force")
    flows: list[FlowTold]


class Setting(Told):
    """One setting of a step."""

    name: str
    value: str
    meaning: str


class Spoken(Told):
    """What a step says in one language."""

    prompt: str
    language: str
    text: str = Field(description="empty where that language has none")


class Way(Told):
    """A way out of a step."""

    label: str
    target: str


class StepTold(Told):
    """One step."""

    flow: str
    name: str
    kind: str
    title: str
    settings: list[Setting]
    spoken: list[Spoken]
    ways: list[Way]
    problems: list[ProblemTold]


class PassedTold(Told):
    """Calls in one step."""

    step: str
    calls: int
    gave_up: int = Field(description="callers who hung up there without having been served")


class TrafficTold(Told):
    """How calls lately went through a flow."""

    flow: str
    since: datetime
    calls: int = Field(description="calls looked at, of all flows")
    whole: bool = Field(description="whether these are all since then; else the newest")
    steps: list[PassedTold]


class ChecksTold(Told):
    """What the check found."""

    source: str
    errors: int
    warnings: int
    problems: list[ProblemTold]


class ScenarioTold(Told):
    """How one scenario went."""

    name: str
    where: str
    ok: bool
    differences: list[str]
    path: list[str]
    outcome: str


class ScenariosTold(Told):
    """How the site's scenarios went."""

    passed: int
    failed: int
    steps: int
    missed: list[str] = Field(description="steps no scenario came to")
    scenarios: list[ScenarioTold]


class TimeTold(Told):
    """When a version was put in force, by whom, why."""

    at: datetime
    by: str
    note: str


class VersionTold(Told):
    """A version that is kept."""

    version: str
    site: str
    stored: datetime
    in_force: bool
    times: list[TimeTold]


class VersionsTold(Told):
    """All versions that are kept."""

    in_force: str | None
    engine: str | None = Field(description="what the engine serves new calls with; null when none runs")
    folder: str
    folder_version: str | None = Field(description="what a reload would put in force; null when the folder has errors")
    folder_differs: bool
    versions: list[VersionTold]


class ChangeTold(Told):
    """One thing that differs."""

    section: str
    heading: str
    where: str
    was: str | None
    now: str | None
    text: str

    @classmethod
    def of(cls, change: Change) -> ChangeTold:
        """The change."""
        return cls(
            section=change.section.value,
            heading=str(change.section.heading),
            where=str(change.where),
            was=None if change.was is None else str(change.was),
            now=None if change.now is None else str(change.now),
            text=str(change.text),
        )


class SwapTold(Told):
    """What came of putting a version in force."""

    version: str
    before: str
    engine: bool = Field(description="whether an engine runs and serves new calls with it")
    asterisk: bool = Field(description="whether Asterisk runs and has taken it over")
    waits: list[str] = Field(description="what holds only when something is started anew")
    changes: list[ChangeTold]
    problems: list[ProblemTold]


Digits = Annotated[str, StringConstraints(pattern=r"^[0-9+]{0,20}$")]
Action = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Simulation(BaseModel):
    """A call to be simulated."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(default="", max_length=12, description="in-force, folder, or a version")
    to: Digits = Field(default="", description="service number called; the site's first when empty")
    caller: Digits = Field(default="13800000000", description="his own number; empty when withheld")
    at: datetime | None = Field(default=None, description="when; in the site's zone where it names none; now if null")
    language: Language | None = Field(default=None, description="chosen wherever the flow asks for it; null: ask")
    accessible: bool = Field(default=False, description="served by the accessible profile")
    switches: Mapping[Key, Literal["open", "closed"]] = Field(default_factory=dict, max_length=50)
    lookups: Mapping[Key, LookupReplies] = Field(
        default_factory=dict, max_length=50, description="what stands in for services, by step or beginning of address"
    )
    keys: Sequence[Action] = Field(
        default_factory=list, max_length=200, description="what he does each time he is asked: keys, timeout, hangup"
    )
    replies: Sequence[Action] = Field(
        default_factory=list, max_length=200, description="what becomes of him each time he is handed over"
    )


class Happened(Told):
    """One thing that happened in a step."""

    what: str
    at: float = Field(description="seconds since the call began")
    text: str
    detail: dict[str, Any]


class VisitTold(Told):
    """One step of the path."""

    flow: str
    step: str
    kind: str
    at: float
    happened: list[Happened]


class QuestionTold(Told):
    """What the simulated call waits for."""

    asks: Literal["keys", "reply"]
    flow: str
    step: str
    seconds: float
    verb: str
    words: list[str]
    titles: list[str] = Field(description="the words for people")


class Simulated(Told):
    """A simulated call, as far as it went."""

    flow: str
    language: str
    path: list[VisitTold]
    question: QuestionTold | None = Field(description="null when the call is over")
    ended: str
    outcome: str
    end: str = Field(description="how it ended, in words")
    keys: list[str] = Field(description="those that were given, and those pressed for the language")
    seconds: float
    variables: dict[str, str]
