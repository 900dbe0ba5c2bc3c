"""What the console lets people do, and which role may what.

A role has what stands in its row here and nothing else. Beside it there are rules of rows: an agent sees and
touches what is his own (:meth:`ivr.console.security.person.Person.owns`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ivr.core.language import Text


class Role(StrEnum):
    """What somebody is."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    QA = "qa"
    ADMIN = "admin"


ROLE_NAMES: Mapping[Role, Text] = {
    Role.AGENT: Text("agent", "坐席"),
    Role.SUPERVISOR: Text("supervisor", "班长"),
    Role.QA: Text("quality", "质检"),
    Role.ADMIN: Text("admin", "管理员"),
}


class Permission(StrEnum):
    """One thing that can be allowed; tokens name these as their scopes."""

    WALLBOARD = "wallboard"  # queues and agents live
    SUPERVISE = "supervise"  # listen, whisper, barge by telephone
    LISTEN_LIVE = "listen-live"  # hear a talk in the browser while it goes on
    AGENT_STATE = "agent-state"  # one's own state, pause, outcome
    AGENTS_CONTROL = "agents-control"  # that of others
    CALLS_OWN = "calls-own"  # see calls one has talked in
    CALLS_ALL = "calls-all"  # see all calls
    NUMBERS = "numbers"  # callers' numbers in plain
    LISTEN = "listen"  # hear recordings of the calls one may see
    EXPORT = "export"  # take calls out of the house
    REVIEW = "review"  # score calls, draw samples, answer disputes
    DISPUTE = "dispute"  # object to a score of one's own
    DECIDE = "decide"  # decide disputes
    COACH = "coach"  # notes, commendations, warnings
    WORK = "work"  # work orders, complaints, call notes
    TRENDS = "trends"
    RULES = "rules"  # see rulebooks and the workbench
    RULES_TRY = "rules-try"  # run their tests, try phrases
    FLOWS = "flows"  # see call flows, simulate
    FLOWS_CHANGE = "flows-change"  # reload, roll back
    HOURS = "hours"  # see business hours
    HOURS_SWITCH = "hours-switch"
    KNOWLEDGE = "knowledge"  # read
    KNOWLEDGE_WRITE = "knowledge-write"
    AUDIT = "audit"
    USERS = "users"
    HEALTH = "health"


_P = Permission
_EVERYBODY = frozenset({_P.WALLBOARD, _P.CALLS_OWN, _P.LISTEN, _P.WORK, _P.KNOWLEDGE, _P.HOURS})
_LEADS = _EVERYBODY | {_P.CALLS_ALL, _P.EXPORT, _P.COACH, _P.TRENDS, _P.RULES, _P.KNOWLEDGE_WRITE}

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.AGENT: _EVERYBODY | {_P.AGENT_STATE, _P.DISPUTE},
    Role.SUPERVISOR: _LEADS
    | {
        _P.SUPERVISE,
        _P.LISTEN_LIVE,
        _P.AGENT_STATE,
        _P.AGENTS_CONTROL,
        _P.NUMBERS,
        _P.DECIDE,
        _P.FLOWS,
        _P.HOURS_SWITCH,
    },
    Role.QA: _LEADS | {_P.REVIEW, _P.DECIDE, _P.RULES_TRY, _P.LISTEN_LIVE},
    Role.ADMIN: _LEADS
    | {
        _P.NUMBERS,
        _P.RULES_TRY,
        _P.FLOWS,
        _P.FLOWS_CHANGE,
        _P.HOURS_SWITCH,
        _P.AGENTS_CONTROL,
        _P.AUDIT,
        _P.USERS,
        _P.HEALTH,
    },
}


__all__ = ["ALLOWED", "ROLE_NAMES", "Permission", "Role"]
