"""A site as data: numbers, flows and their steps, queues, agents, hours.

Each field's description is its line in the manual. The steps are told apart by ``step``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dialplan.alerts import AlertRule
from dialplan.base import (
    Digits,
    Language,
    Model,
    Name,
    PromptId,
    RulebookName,
    WhisperPart,
)
from dialplan.hours import Accessible, Hours, Opening
from dialplan.staffing import Level, Staffing
from dialplan.steps import (
    Answer,
    Branch,
    Callback,
    Case,
    Collect,
    Enqueue,
    FlowStep,
    Greeting,
    Hangup,
    HoursGate,
    Input,
    Ladder,
    LanguageChoice,
    Lookup,
    Menu,
    Play,
    Question,
    Record,
    Say,
    SetVariables,
    Spoken,
    StepBase,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from dialplan.trunks import Outside, Sip, Trunk
from dialplan.waiting import CallbackSettings, CallerList, Priority


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
    switches: bool = Field(default=False, description="whether he may open and close business hours by hand (*28)")
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


class Flow(Model):
    """A call flow: named steps, the first of which begins."""

    start: Name = Field(description="first step")
    steps: dict[Name, FlowStep] = Field(description="steps by name", min_length=1)
    human: Name | None = Field(
        default=None, description="step to which key 0 leads callers of the accessible profile from everywhere"
    )


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
    accessible: Accessible | None = Field(default=None, description="how callers are served who need more time")
    patience: int = Field(
        default=15, ge=5, le=60, description="longest silence in seconds that a flow may leave a caller in"
    )
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
    "Accessible",
    "Agent",
    "AlertRule",
    "Answer",
    "Branch",
    "Callback",
    "CallbackSettings",
    "CallerList",
    "Case",
    "Collect",
    "Digits",
    "Enqueue",
    "Flow",
    "FlowStep",
    "Greeting",
    "Hangup",
    "Hours",
    "HoursGate",
    "Input",
    "Ladder",
    "Language",
    "LanguageChoice",
    "Lookup",
    "Menu",
    "Model",
    "Name",
    "Opening",
    "Play",
    "PromptId",
    "Question",
    "Queue",
    "Record",
    "RulebookName",
    "Say",
    "SetVariables",
    "Site",
    "Spoken",
    "StepBase",
    "Subflow",
    "Survey",
    "Transfer",
    "Voicemail",
]
