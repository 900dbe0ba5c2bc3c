"""The step registry: one module per step type, found by the name admins write.

Every module has ``run(step, call)``; those that hand over to the dialplan have
``resume(step, call, status, key)`` too. Both are coroutines.
"""

from __future__ import annotations

from types import ModuleType

from ivr.call.steps import (
    answer,
    branch,
    callback,
    collect,
    greeting,
    hangup,
    hours,
    language,
    lookup,
    menu,
    play,
    queue,
    record,
    say,
    subflow,
    survey,
    transfer,
    voicemail,
)
from ivr.call.steps import set as set_variables

REGISTRY: dict[str, ModuleType] = {
    "answer": answer,
    "play": play,
    "greeting": greeting,
    "menu": menu,
    "collect": collect,
    "language": language,
    "hours": hours,
    "lookup": lookup,
    "set": set_variables,
    "branch": branch,
    "queue": queue,
    "callback": callback,
    "transfer": transfer,
    "voicemail": voicemail,
    "record": record,
    "say": say,
    "survey": survey,
    "subflow": subflow,
    "hangup": hangup,
}

__all__ = ["REGISTRY"]
