"""The steps of a flow as data, told apart by ``step``.

Each field's description is its line in the manual.
"""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import BaseModel, Field

from dialplan.steps.base import Case, Input, Ladder, StepBase
from dialplan.steps.data import Branch, Lookup, Say, SetVariables, Spoken, Subflow
from dialplan.steps.input import Collect, LanguageChoice, Menu, Question, Survey
from dialplan.steps.plain import Answer, Greeting, Hangup, HoursGate, Play
from dialplan.steps.recording import Record, Voicemail
from dialplan.steps.talk import Callback, Enqueue, Transfer

FlowStep = Annotated[
    Answer
    | Play
    | Say
    | Greeting
    | Menu
    | Collect
    | LanguageChoice
    | HoursGate
    | Lookup
    | SetVariables
    | Branch
    | Enqueue
    | Callback
    | Transfer
    | Voicemail
    | Record
    | Survey
    | Subflow
    | Hangup,
    Field(discriminator="step"),
]

STEPS: dict[str, type[BaseModel]] = {
    get_args(kind.model_fields["step"].annotation)[0]: kind for kind in get_args(get_args(FlowStep)[0])
}
"""The steps by the name admins write."""

__all__ = [
    "STEPS",
    "Answer",
    "Branch",
    "Callback",
    "Case",
    "Collect",
    "Enqueue",
    "FlowStep",
    "Greeting",
    "Hangup",
    "HoursGate",
    "Input",
    "Ladder",
    "LanguageChoice",
    "Lookup",
    "Menu",
    "Play",
    "Question",
    "Record",
    "Say",
    "SetVariables",
    "Spoken",
    "StepBase",
    "Subflow",
    "Survey",
    "Transfer",
    "Voicemail",
]
