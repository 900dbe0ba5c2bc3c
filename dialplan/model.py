"""A site as data: numbers, flows and their steps, queues, agents, hours.

Each field's description is its line in the manual. The steps are told apart by ``step``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dialplan.alerts import AlertRule
from dialplan.base import (
    ClockTime,
    Day,
    Digit,
    Digits,
    Language,
    Model,
    Name,
    PlainDate,
    PromptId,
    RulebookName,
    WhisperPart,
)
from dialplan.staffing import Level, Staffing
from dialplan.trunks import Outside, Sip, Trunk
from dialplan.waiting import CallbackSettings, CallerList, Priority


class Opening(Model):
    """One stretch of opening hours."""

    days: list[Day] = Field(description="days of the week", min_length=1)
    start: ClockTime = Field(description="opens at, site's zone")
    end: ClockTime = Field(description="closes at, site's zone; 00:00 = end of the day")


class Hours(Model):
    """Business hours: weekly openings, closed on holidays and on single days."""

    always: Literal["open", "closed"] | None = Field(default=None, description="open or closed at all times")
    openings: list[Opening] = Field(default_factory=list, description="weekly openings")
    holidays: str | None = Field(default=None, description="country whose public holidays are closed, e.g. CN")
    closed: list[PlainDate] = Field(default_factory=list, description="single days that are closed")
    open: list[PlainDate] = Field(default_factory=list, description="make-up working days, with Monday's hours")


class Agent(Model):
    """An agent with an account on a SIP softphone."""

    name: str = Field(description="name shown to supervisors", min_length=1, max_length=60)
    extension: Digits = Field(description="extension, also the SIP user")
    number: Digits = Field(description="staff number the agent may tell a caller (C14)")
    queues: list[Name] = Field(default_factory=list, description="queues *45 logs the agent in to")
    supervises: bool = Field(
        default=False, description="whether he may listen to other agents' talks, whisper to them and join them"
    )
    supervises_queues: list[Name] = Field(
        default_factory=list, description="queues to whose agents he may do so, where he does not supervise all"
    )
    skills: dict[Name, Level] = Field(default_factory=dict, description="skill to level, 5 = best")
    languages: dict[Language, Level] = Field(
        default_factory=dict, description="languages, which are skills; the line speaks the best of them to the agent"
    )


class Queue(Model):
    """A waiting line."""

    title: str = Field(default="", description="name shown to people", max_length=60)
    extension: Digits | None = Field(default=None, description="number an agent dials to hand a caller on to it")
    strategy: Literal[
        "ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "rrordered", "linear", "wrandom"
    ] = Field(default="rrmemory", description="who is rung next")
    weight: int = Field(
        default=0, ge=0, le=100, description="agents of several queues serve the heaviest in which somebody waits"
    )
    ring: int = Field(default=15, ge=5, le=60, description="seconds one agent's phone rings")
    wrapup: int = Field(default=5, ge=0, le=600, description="seconds of after-call work")
    max_wait: int = Field(default=300, ge=5, le=3600, description="longest wait in seconds")
    max_length: int = Field(default=0, ge=0, le=500, description="most callers waiting, 0 = no limit")
    empty: Literal["nobody", "unreachable"] = Field(
        default="nobody", description="empty is where nobody is logged in, or nobody whose phone could be rung"
    )
    join_empty: bool = Field(default=True, description="whether callers join it when it is empty")
    leave_empty: bool = Field(default=False, description="whether callers who wait leave it when it becomes empty")
    announce_position: int = Field(default=30, ge=0, le=300, description="seconds between announcements, 0 = none")
    announcer: Literal["asterisk", "engine"] = Field(
        default="asterisk", description="who announces: the engine counts callbacks too and knows the expected wait"
    )
    announce_wait: bool = Field(
        default=False, description="whether the expected wait follows the position (announcer: engine)"
    )
    comfort: list[PromptId] = Field(default_factory=list, description="messages while waiting, played in turn")
    comfort_every: int = Field(default=60, ge=10, le=600, description="seconds from one such message to the next")
    title_prompt: PromptId | None = Field(default=None, description="prompt that says its title to an agent")
    whisper: list[WhisperPart] = Field(
        default_factory=list,
        description="what an agent alone hears of a caller before they are joined, in this order; none: nothing (A7)",
        max_length=5,
    )
    contact_days: int = Field(default=7, ge=1, le=90, description="days whose calls of the same caller are counted")
    skills: dict[Name, Level] = Field(default_factory=dict, description="skills its agents need, lowest level")
    languages: dict[Language, Level] = Field(
        default_factory=dict, description="languages its agents need, lowest level"
    )
    service_level: int = Field(default=20, ge=1, le=300, description="X of the service level (B2), seconds")
    target: int = Field(default=80, ge=1, le=100, description="Y of the service level (B2), per cent")
    rulebook: RulebookName = Field(
        default="", description="rulebook for its calls; that of the caller's language when empty"
    )


class StepBase(Model):
    """What every step has."""

    next: Name | None = Field(default=None, description="step that follows; the call ends when none is named")


class Answer(StepBase):
    """Answer the call."""

    step: Literal["answer"]


class Play(StepBase):
    """Play prompts."""

    step: Literal["play"]
    prompts: list[PromptId] = Field(description="prompt ids, played in order", min_length=1)
    barge_in: bool = Field(default=False, description="whether a key stops the prompts")


class Greeting(StepBase):
    """Greet by time of day and holiday (A4), then the recording notice."""

    step: Literal["greeting"]
    notice: bool = Field(default=True, description="whether the recording notice follows")
    refuse_key: Digit | None = Field(
        default=None, description="key that refuses the recording, announced after the notice; none where not allowed"
    )
    refuse_wait: float = Field(default=3.0, ge=1, le=10, description="seconds to wait for that key")


class Menu(Model):
    """Offer choices and wait for one key: match, invalid, timeout, failure."""

    step: Literal["menu"]
    prompts: list[PromptId] = Field(description="the choices, spoken", min_length=1)
    choices: dict[Digit, Name] = Field(description="key to step", min_length=1)
    timeout: float = Field(default=5.0, ge=1, le=30, description="seconds to wait for a key (A9)")
    tries: int = Field(default=3, ge=1, le=5, description="how often the menu is offered")
    invalid: PromptId = Field(default="invalid-choice", description="prompt after a wrong key")
    silent: PromptId = Field(default="no-input", description="prompt after silence")
    failure: Name | None = Field(default=None, description="step after the last try; when none, the closing formula")


class Collect(StepBase):
    """Collect digits into a variable."""

    step: Literal["collect"]
    prompts: list[PromptId] = Field(description="what to enter, spoken", min_length=1)
    variable: Name = Field(description="variable that holds the digits")
    min: int = Field(default=1, ge=1, le=32, description="fewest digits")
    max: int = Field(default=16, ge=1, le=32, description="most digits")
    timeout: float = Field(default=5.0, ge=1, le=30, description="seconds between digits")
    tries: int = Field(default=3, ge=1, le=5, description="how often it is asked")
    secret: bool = Field(
        default=False,
        description="digits leave no trace in journal or log, and recording pauses while they are entered",
    )
    failure: Name | None = Field(default=None, description="step after the last try")


class LanguageChoice(Model):
    """Ask for the language once and keep it to the end of the call (A3)."""

    step: Literal["language"]
    choices: dict[Digit, Language] = Field(description="key to language", min_length=1)
    timeout: float = Field(default=5.0, ge=1, le=30, description="seconds to wait for a key")
    tries: int = Field(default=2, ge=1, le=5, description="how often it is asked; then the site's first language")
    next: Name = Field(description="step that follows")


class HoursGate(Model):
    """Go one way in business hours, another outside them (A1)."""

    step: Literal["hours"]
    hours: Name = Field(description="name of the business hours")
    open: Name = Field(description="step in business hours")
    closed: Name = Field(description="step outside them")


class Branch(Model):
    """Go another way for callers of some languages, e.g. to a queue of agents who speak them."""

    step: Literal["branch"]
    languages: dict[Language, Name] = Field(description="language of the call to step", min_length=1)
    next: Name = Field(description="step for all others")


class Enqueue(Model):
    """Queue the caller to an agent."""

    step: Literal["queue"]
    queue: Name = Field(description="name of the queue")
    priority: Priority = Field(default=0, description="0 to 10; whoever has the highest is served first")
    wait: Annotated[int, Field(ge=5, le=3600)] | None = Field(
        default=None, description="longest wait in seconds; that of the queue when not given"
    )
    keys: dict[Digit, Name] = Field(
        default_factory=dict, description="key to step: how a caller who waits may leave; alike for all of a queue"
    )
    after: Name | None = Field(default=None, description="step after the talk, when the agent hung up first")
    timeout: Name | None = Field(default=None, description="step after the longest wait, or when nobody is logged in")
    full: Name | None = Field(default=None, description="step when the queue is full; that of timeout when not given")
    empty: Name | None = Field(default=None, description="step when it is empty; that of timeout when not given")


class Callback(StepBase):
    """Note a callback that keeps the caller's place in the queue."""

    step: Literal["callback"]
    queue: Name = Field(description="name of the queue")
    failure: Name | None = Field(
        default=None, description="step when none is wanted or possible, and when a called back caller waits in vain"
    )
    after: Name | None = Field(default=None, description="step after the talk, when the agent hung up first")


class Voicemail(StepBase):
    """Record a message."""

    step: Literal["voicemail"]
    prompts: list[PromptId] = Field(default_factory=lambda: ["voicemail-intro"], description="spoken before the tone")
    max_seconds: int = Field(default=120, ge=5, le=600, description="longest message")
    silence: int = Field(default=5, ge=1, le=30, description="seconds of silence that end it")


class Hangup(Model):
    """Say goodbye and end the call."""

    step: Literal["hangup"]
    prompts: list[PromptId] = Field(default_factory=lambda: ["goodbye"], description="spoken before the end")


FlowStep = Annotated[
    Answer
    | Play
    | Greeting
    | Menu
    | Collect
    | LanguageChoice
    | HoursGate
    | Branch
    | Enqueue
    | Callback
    | Voicemail
    | Hangup,
    Field(discriminator="step"),
]


class Flow(Model):
    """A call flow: named steps, the first of which begins."""

    start: Name = Field(description="first step")
    steps: dict[Name, FlowStep] = Field(description="steps by name", min_length=1)


class Site(Model):
    """Everything about one line."""

    name: Name = Field(description="short name of the site")
    company: dict[Language, str] = Field(description="company name as agents say it, per language", min_length=1)
    zone: str = Field(description="time zone, e.g. Asia/Shanghai")
    languages: list[Language] = Field(description="languages on offer, the default first", min_length=1)
    country: str = Field(default="CN", description="country of the holidays that greetings know")
    default_queue: Name = Field(description="queue of the emergency route")
    numbers: dict[Digits, Name] = Field(description="service number to flow", min_length=1)
    flows: dict[Name, Flow] = Field(description="flows by name", min_length=1)
    queues: dict[Name, Queue] = Field(description="queues by name", min_length=1)
    agents: dict[Name, Agent] = Field(default_factory=dict, description="agents by id")
    hours: dict[Name, Hours] = Field(default_factory=dict, description="business hours by name")
    trunks: dict[Name, Trunk] = Field(default_factory=dict, description="ways to the telephone network by name")
    sip: Sip = Field(default=Sip(), description="who may reach the SIP port, and how agents' phones speak to it")
    outside: dict[Digits, Outside] = Field(
        default_factory=dict, description="whom agents may hand a caller on to outside, by the number they dial"
    )
    staffing: Staffing = Field(default_factory=Staffing, description="agents at work")
    alerts: dict[Name, AlertRule] = Field(default_factory=dict, description="when somebody is told, rules by name")
    pause_limit: int = Field(
        default=120, ge=10, le=900, description="seconds after which a pause of recording ends by itself"
    )
    priorities: dict[Digits, Priority] = Field(
        default_factory=dict, description="service number to priority in all queues, 0 to 10"
    )
    callers: dict[Name, CallerList] = Field(default_factory=dict, description="lists of callers by name")
    callback: CallbackSettings | None = Field(default=None, description="how callers are called back")
    short_abandon: int = Field(
        default=5,
        ge=0,
        le=60,
        description="who hangs up within fewer seconds of waiting is a short abandon; 0 = nobody",
    )
    count_short_abandons: bool = Field(
        default=True, description="whether short abandons count in answer rate, service level and abandonment rate"
    )
    three_rings: int = Field(default=15, ge=3, le=60, description="how long three rings last (B3), seconds")
    anonymous_callers: bool = Field(default=False, description="let anybody on loopback call in (demo only)")


__all__ = [
    "Agent",
    "AlertRule",
    "Answer",
    "Branch",
    "Callback",
    "CallbackSettings",
    "CallerList",
    "ClockTime",
    "Collect",
    "Day",
    "Digit",
    "Digits",
    "Enqueue",
    "Flow",
    "FlowStep",
    "Greeting",
    "Hangup",
    "Hours",
    "HoursGate",
    "Language",
    "LanguageChoice",
    "Menu",
    "Model",
    "Name",
    "Opening",
    "PlainDate",
    "Play",
    "PromptId",
    "Queue",
    "RulebookName",
    "Site",
    "StepBase",
    "Voicemail",
]
